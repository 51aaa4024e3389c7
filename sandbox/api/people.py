"""`users.*`, `usergroups.*`, `bots.*`, `team.*` (https://docs.slack.dev/reference/methods?family=users)."""

from sandbox.api import page
from sandbox.api.call import Call, Method
from sandbox.errors import SlackError
from sandbox.model import JSON
from sandbox.present import group_json, user_json
from sandbox.ratelimits import Tier

LIST_MAX = 1000


def info(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/users.info"""
    workspace = call.house.workspace
    person = workspace.people.get(call.required("user"))
    if person is None:
        raise SlackError("user_not_found")
    user = user_json(workspace, person)
    if call.flag("include_locale"):
        user["locale"] = "en-US"
    return {"user": user}


def list_(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/users.list"""
    workspace = call.house.workspace
    people = [one for one in workspace.people.values() if one.team_id == workspace.team_id]
    found, metadata = page.cut(call, people, default=LIST_MAX, most=LIST_MAX)
    members = [user_json(workspace, one) for one in found]
    return {"members": members, "cache_ts": int(workspace.clock.now()), "response_metadata": metadata}


def lookup_by_email(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/users.lookupByEmail"""
    workspace = call.house.workspace
    wanted = call.required("email").lower()
    for person in workspace.people.values():
        if person.email.lower() == wanted and not person.deleted:
            return {"user": user_json(workspace, person)}
    raise SlackError("users_not_found")


def usergroups_list(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/usergroups.list"""
    found = []
    for group in call.house.workspace.usergroups.values():
        about = group_json(call.house.workspace, group)
        if call.flag("include_users"):
            about["users"] = group.users
        found.append(about)
    return {"usergroups": found}


def usergroups_users_list(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/usergroups.users.list"""
    group = call.house.workspace.usergroups.get(call.required("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": group.users}


def bots_info(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/bots.info"""
    config, workspace = call.house.config, call.house.workspace
    if call.text("bot") not in {None, config.bot_id}:
        raise SlackError("bot_not_found")
    bot = {
        "id": config.bot_id, "deleted": False, "name": workspace.manifest.bot_name, "updated": 0,
        "app_id": config.app_id, "user_id": config.bot_user_id, "icons": {},
    }  # fmt: skip
    return {"bot": bot}


def team_info(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/team.info"""
    config = call.house.config
    team = {
        "id": config.team_id,
        "name": config.team_name,
        "domain": config.team_domain,
        "email_domain": "",
        "icon": {},
    }
    return {"team": {**team, "url": f"https://{config.team_domain}.slack.com/"}}


METHODS = (
    Method("users.info", info, Tier.T4, ("users:read",)),
    Method("users.list", list_, Tier.T2, ("users:read",)),
    Method("users.lookupByEmail", lookup_by_email, Tier.T3, ("users:read.email",)),
    Method("usergroups.list", usergroups_list, Tier.T2, ("usergroups:read",)),
    Method("usergroups.users.list", usergroups_users_list, Tier.T2, ("usergroups:read",)),
    Method("bots.info", bots_info, Tier.T3, ("users:read",)),
    Method("team.info", team_info, Tier.T3, ("team:read",)),
)
