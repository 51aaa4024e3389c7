"""`reactions.*` (https://docs.slack.dev/reference/methods?family=reactions)."""

from sandbox.api.call import Call, Method
from sandbox.errors import SlackError
from sandbox.model import JSON, Channel, Message
from sandbox.ratelimits import Tier


def _target(call: Call) -> tuple[Channel, Message]:
    channel = call.channel()
    message = channel.messages.get(call.required("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    return channel, message


def _member(call: Call, channel: Channel) -> None:
    if call.house.workspace.bot_user_id not in channel.members:
        raise SlackError("not_in_channel" if channel.kind == "channel" else "channel_not_found")


def add(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/reactions.add"""
    name = call.required("name").strip(":")
    channel, message = _target(call)
    _member(call, channel)
    call.house.react(channel, message, call.house.workspace.bot_user_id, name)
    return {}


def remove(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/reactions.remove"""
    name = call.required("name").strip(":")
    channel, message = _target(call)
    _member(call, channel)
    call.house.unreact(channel, message, call.house.workspace.bot_user_id, name)
    return {}


def get(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/reactions.get"""
    channel, message = _target(call)
    return {"type": "message", "channel": channel.id, "message": message.body}


METHODS = (
    Method("reactions.add", add, Tier.T3, ("reactions:write",)),
    Method("reactions.remove", remove, Tier.T2, ("reactions:write",)),
    Method("reactions.get", get, Tier.T3, ("reactions:read",)),
)
