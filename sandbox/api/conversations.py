"""`conversations.*` (https://docs.slack.dev/reference/methods?family=conversations)."""

import re

from sandbox.api import page
from sandbox.api.call import Call, Method
from sandbox.errors import SlackError
from sandbox.messages import between
from sandbox.model import JSON, Channel, Message
from sandbox.present import channel_json
from sandbox.ratelimits import Tier

HISTORY_MAX = 999
REPLIES_MAX = 1000
LIST_MAX = 1000
OPEN_USERS_MAX = 8
_KINDS = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}
_READ_SCOPES = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY_SCOPES = ("channels:history", "groups:history", "im:history", "mpim:history")


def conversations_open(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.open (one person: their conversation with the app)."""
    workspace = call.house.workspace
    if call.text("channel"):
        channel = call.channel()
        if channel.kind != "im":
            raise SlackError("channel_not_found")
    else:
        users = call.ids("users")
        if not users:
            raise SlackError("users_list_not_supplied")
        if len(users) > OPEN_USERS_MAX:
            raise SlackError("too_many_users")
        if len(users) > 1:
            call.need("mpim:write")
            raise SlackError("method_not_supported_for_channel_type")
        person = workspace.person(users[0])
        if person is None:
            raise SlackError("user_not_found")
        if person.deleted:
            raise SlackError("user_disabled")
        fresh = person.id not in workspace.direct
        channel = workspace.app_conversation(person.id)
        if not fresh:
            about = channel_json(workspace, channel) if call.flag("return_im") else {"id": channel.id}
            return {"no_op": True, "already_open": True, "channel": about}
    return {"channel": channel_json(workspace, channel) if call.flag("return_im") else {"id": channel.id}}


def info(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.info"""
    channel = call.channel()
    call.need(f"{channel.scope_family}:read")
    about = channel_json(call.house.workspace, channel)
    if call.flag("include_num_members"):
        about["num_members"] = len(channel.members)
    return {"channel": about}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need(f"{channel.scope_family}:history")
    if call.house.workspace.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _shown(call: Call, channel: Channel, stamps: list[str]) -> list[JSON]:
    with_metadata = call.flag("include_all_metadata")
    messages = call.house.messages
    return [messages.shown(channel, channel.messages[ts], metadata=with_metadata) for ts in stamps]


def _bounds(call: Call) -> tuple[str, str | None]:
    """`oldest` and `latest`. Raises SlackError `invalid_ts_oldest` or `invalid_ts_latest` for what is no time."""
    found = {name: call.text(name) for name in ("oldest", "latest")}
    for name, value in found.items():
        if value is not None and not re.fullmatch(r"\d+(\.\d+)?", value):
            raise SlackError(f"invalid_ts_{name}")
    return found["oldest"] or "0", found["latest"]


def _window(call: Call, stamps: list[str], limit: int, cursor_ts: str | None) -> tuple[list[str], bool]:
    oldest, latest = _bounds(call)
    inclusive = call.flag("inclusive")
    if cursor_ts is not None:
        latest, inclusive = cursor_ts, False
    found: list[str] = []
    for ts in between(stamps, oldest=oldest, latest=latest, inclusive=inclusive):
        if len(found) == limit:
            return found, True
        found.append(ts)
    return found, False


def history(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.history: newest first, without replies save broadcasts."""
    channel = _readable(call)
    limit = call.number("limit", 100, most=HISTORY_MAX)
    found, more = _window(call, channel.timeline, limit, page.read_cursor(call, "next_ts"))
    answer: JSON = {"messages": _shown(call, channel, found), "has_more": more, "pin_count": 0}
    if more:
        answer["response_metadata"] = {"next_cursor": page.cursor("next_ts", found[-1])}
    return answer


def replies(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.replies: the root, then its replies, oldest first."""
    channel = _readable(call)
    ts = call.required("ts")
    message: Message | None = channel.messages.get(ts)
    if message is None:
        raise SlackError("thread_not_found")
    root_ts = message.thread_ts or ts
    limit = call.number("limit", REPLIES_MAX, most=REPLIES_MAX)
    oldest, latest = _bounds(call)
    inclusive = call.flag("inclusive")
    after = page.read_cursor(call, "next_ts")
    if after is not None:
        oldest, inclusive = after, False
    window = list(between(channel.threads.get(root_ts, []), oldest=oldest, latest=latest, inclusive=inclusive))
    window.reverse()
    root = [root_ts] if root_ts in channel.messages else []
    found = [*root, *window][: limit + (1 if after is not None else 0)]
    more = len(found) < len(root) + len(window)
    answer: JSON = {"messages": _shown(call, channel, found), "has_more": more}
    if more:
        answer["response_metadata"] = {"next_cursor": page.cursor("next_ts", found[-1])}
    return answer


def members(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.members"""
    channel = call.channel()
    call.need(f"{channel.scope_family}:read")
    found, metadata = page.cut(call, sorted(channel.members), default=100, most=LIST_MAX)
    return {"members": found, "response_metadata": metadata}


def _of_kinds(call: Call) -> set[str]:
    names = call.ids("types") or ["public_channel"]
    unknown = [name for name in names if name not in _KINDS]
    if unknown:
        raise SlackError("invalid_types")
    for name in names:
        family = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}[name]
        call.need(f"{family}:read")
    return {_KINDS[name] for name in names}


def list_(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.list"""
    workspace = call.house.workspace
    kinds = _of_kinds(call)
    archived = not call.flag("exclude_archived")
    seen = [
        channel for channel in workspace.channels.values()
        if channel.kind in kinds and workspace.app_sees(channel) and (archived or not channel.is_archived)
    ]  # fmt: skip
    found, metadata = page.cut(call, seen, default=100, most=LIST_MAX)
    return {"channels": [channel_json(workspace, one) for one in found], "response_metadata": metadata}


def users_conversations(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/users.conversations"""
    workspace = call.house.workspace
    kinds = _of_kinds(call)
    user = call.text("user") or workspace.bot_user_id
    if user not in workspace.people:
        raise SlackError("user_not_found")
    seen = [
        channel for channel in workspace.channels.values()
        if channel.kind in kinds and user in channel.members and workspace.app_sees(channel)
    ]  # fmt: skip
    found, metadata = page.cut(call, seen, default=100, most=LIST_MAX)
    return {"channels": [channel_json(workspace, one) for one in found], "response_metadata": metadata}


def join(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.join: public channels only."""
    house = call.house
    channel = call.channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    workspace = house.workspace
    if workspace.bot_user_id in channel.members:
        metadata = {"warnings": ["already_in_channel"]}
        about = channel_json(workspace, channel)
        return {"channel": about, "warning": "already_in_channel", "response_metadata": metadata}
    house.set_member(channel, workspace.bot_user_id, present=True)
    return {"channel": channel_json(workspace, channel)}


METHODS = (
    Method("conversations.open", conversations_open, Tier.T3, ("im:write", "mpim:write")),
    Method("conversations.info", info, Tier.T3, _READ_SCOPES),
    Method("conversations.history", history, Tier.T3, _HISTORY_SCOPES),
    Method("conversations.replies", replies, Tier.T3, _HISTORY_SCOPES),
    Method("conversations.members", members, Tier.T4, _READ_SCOPES),
    Method("conversations.list", list_, Tier.T2, _READ_SCOPES),
    Method("conversations.join", join, Tier.T3, ("channels:join",)),
    Method("users.conversations", users_conversations, Tier.T3, _READ_SCOPES),
)
