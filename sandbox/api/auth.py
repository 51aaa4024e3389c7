"""`auth.test`, `api.test`, `apps.connections.open` (https://docs.slack.dev/reference/methods)."""

from sandbox.api.call import Call, Method
from sandbox.errors import SlackError
from sandbox.model import JSON
from sandbox.ratelimits import Tier


def auth_test(call: Call) -> JSON:
    """Who the token is (https://docs.slack.dev/reference/methods/auth.test)."""
    config = call.house.config
    return {
        "url": f"https://{config.team_domain}.slack.com/", "team": config.team_name, "team_id": config.team_id,
        "user": call.house.workspace.people[config.bot_user_id].name, "user_id": config.bot_user_id,
        "bot_id": config.bot_id, "is_enterprise_install": False,
    }  # fmt: skip


def api_test(call: Call) -> JSON:
    """Echo (https://docs.slack.dev/reference/methods/api.test)."""
    arguments = {key: value for key, value in call.arguments.items() if key != "token"}
    error = call.text("error")
    if error:
        raise SlackError(error, args=arguments)
    return {"args": arguments}


def connections_open(call: Call) -> JSON:
    """The address of a Socket Mode connection (https://docs.slack.dev/reference/methods/apps.connections.open)."""
    house = call.house
    if not house.workspace.manifest.socket_mode and house.courier.mode != "socket":
        raise SlackError("socket_mode_not_enabled")
    address = house.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/socket?ticket={house.socket.new_ticket()}&app_id={house.config.app_id}"}


METHODS = (
    Method("auth.test", auth_test, Tier.GENEROUS, caller="any"),
    Method("api.test", api_test, Tier.T4, caller="none"),
    Method("apps.connections.open", connections_open, Tier.CONNECTIONS, caller="app"),
)
