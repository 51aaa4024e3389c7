"""`chat.*` (https://docs.slack.dev/reference/methods?family=chat)."""

from typing import Any

from sandbox.api.call import Call, Method
from sandbox.blockkit.blocks import message_problems
from sandbox.blockkit.ids import with_ids
from sandbox.errors import SlackError
from sandbox.images import image_problems
from sandbox.model import JSON, Channel, Message
from sandbox.present import app_author
from sandbox.ratelimits import Tier

TEXT_MAX = 40_000
"""Longer text is cut (https://docs.slack.dev/reference/methods/chat.postMessage, Truncating content)."""
UPDATE_TEXT_MAX = 4_000
"""`chat.update` refuses more as `msg_too_long` (https://docs.slack.dev/reference/methods/chat.update)."""
ATTACHMENTS_MAX = 100
METADATA_MAX_BYTES = 16_000


def checked_blocks(call: Call, blocks: Any) -> list[JSON]:
    """Blocks with their ids. Raises SlackError `invalid_blocks` saying where the fault is."""
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems = message_problems(blocks) if blocks else []
    problems = problems or image_problems(call.house.workspace, blocks, "blocks")
    if problems:
        bare = [one.removeprefix("[ERROR] ") for one in problems]
        raise SlackError("invalid_blocks", errors=bare, response_metadata={"messages": problems})
    return with_ids(blocks, call.house.workspace.ids)


def content(call: Call) -> JSON:
    """Text, blocks and attachments of a message to be written. Raises SlackError `no_text` when there are none."""
    text = call.text("text") or ""
    blocks, attachments = call.structure("blocks"), call.structure("attachments")
    if blocks is not None:
        blocks = checked_blocks(call, blocks)
    if attachments is not None and (not isinstance(attachments, list) or len(attachments) > ATTACHMENTS_MAX):
        raise SlackError("invalid_attachments" if not isinstance(attachments, list) else "too_many_attachments")
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    body: JSON = {"type": "message", "text": text[:TEXT_MAX]}
    if blocks:
        body["blocks"] = blocks
    if attachments:
        body["attachments"] = attachments
    return body


def metadata(call: Call) -> JSON | None:
    """Message metadata, checked (https://docs.slack.dev/messaging/message-metadata)."""
    value = call.structure("metadata")
    if value is None:
        return None
    if value == {}:
        return {}
    if not isinstance(value, dict) or not isinstance(value.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(value.get("event_type"), str) or not value["event_type"]:
        raise SlackError("invalid_metadata_schema")
    if len(str(value)) > METADATA_MAX_BYTES:
        raise SlackError("metadata_too_large")
    return {"event_type": value["event_type"], "event_payload": value["event_payload"]}


def destination(call: Call) -> Channel:
    """
    Where to post: a conversation, a channel's name, or a person's id, which opens their conversation with the app.

    Raises SlackError `channel_not_found`, `not_in_channel`, `is_archived` or `messages_tab_disabled`.
    """
    workspace = call.house.workspace
    name = call.required("channel")
    person = workspace.person(name)
    if person is not None:
        if person.deleted:
            raise SlackError("channel_not_found")
        channel = workspace.app_conversation(name)
    else:
        found = workspace.channels.get(name) or workspace.channel_named(name.removeprefix("#"))
        if found is None or not workspace.app_sees(found):
            raise SlackError("channel_not_found")
        channel = found
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.kind == "im":
        if not workspace.manifest.messages_tab:
            raise SlackError("messages_tab_disabled")
        if workspace.people[channel.with_person].deleted:
            raise SlackError("channel_not_found")
    elif workspace.bot_user_id not in channel.members and "chat:write.public" not in workspace.manifest.scopes:
        raise SlackError("not_in_channel")
    return channel


def _thread(call: Call, channel: Channel) -> str | None:
    thread_ts = call.text("thread_ts")
    if thread_ts is None:
        return None
    root = channel.messages.get(thread_ts)
    if root is None:
        raise SlackError("thread_not_found" if call.method == "chat.postEphemeral" else "cannot_reply_to_message")
    # Replying to a reply lands in its thread.
    return root.thread_ts or thread_ts


def post_message(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/chat.postMessage"""
    house = call.house
    body = content(call)
    message_metadata = metadata(call)
    channel = destination(call)
    if house.faults.rate_limits:
        wait = house.limits.wait_for_channel(channel.id)
        if wait:
            raise ratelimited(wait)
    body |= _author(call)
    thread_ts = _thread(call, channel)
    broadcast = thread_ts is not None and call.flag("reply_broadcast")
    message = house.messages.post(channel, body, thread_ts=thread_ts, broadcast=broadcast, metadata=message_metadata)
    shown = house.messages.shown(channel, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def ratelimited(wait: int) -> SlackError:
    """429 with Retry-After."""
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(wait)})


def _author(call: Call) -> JSON:
    author = app_author(call.house.workspace)
    custom = {key: call.text(key) for key in ("username", "icon_emoji", "icon_url")}
    if any(custom.values()):
        call.need("chat:write.customize")
        author["subtype"] = "bot_message"
        author["username"] = custom["username"] or call.house.workspace.manifest.bot_name
        author["icons"] = (
            {"emoji": custom["icon_emoji"]} if custom["icon_emoji"] else {"image_64": custom["icon_url"] or ""}
        )
    return author


def post_ephemeral(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral"""
    house = call.house
    user = call.required("user")
    body = content(call)
    channel = destination(call)
    person = house.workspace.person(user)
    if person is None or person.deleted or user not in channel.members:
        raise SlackError("user_not_in_channel")
    thread_ts = call.text("thread_ts")
    if thread_ts is not None and thread_ts not in channel.messages:
        raise SlackError("thread_not_found")
    message = house.messages.post_ephemeral(channel, user, {**body, **app_author(house.workspace)}, thread_ts=thread_ts)
    return {"message_ts": message.ts}


def own_message(call: Call, *, refusal: str) -> tuple[Channel, Message]:
    """The app's message that `channel` and `ts` name. Raises SlackError `message_not_found` or `refusal`."""
    channel = call.channel()
    message = channel.messages.get(call.required("ts"))
    if message is None or message.body.get("subtype") == "tombstone":
        raise SlackError("message_not_found")
    if message.body.get("bot_id") != call.house.config.bot_id:
        raise SlackError(refusal)
    return channel, message


def update(call: Call) -> JSON:
    """
    https://docs.slack.dev/reference/methods/chat.update

    Text without blocks takes the blocks away. Nobody is notified.
    """
    house = call.house
    call.required("ts")
    fresh = content(call)
    if len(fresh["text"]) > UPDATE_TEXT_MAX:
        raise SlackError("msg_too_long")
    message_metadata = metadata(call)
    channel, message = own_message(call, refusal="cant_update_message")
    kept = {key: value for key, value in message.body.items() if key not in {"blocks", "attachments"}}
    body = {**kept, **fresh}
    if "attachments" not in call.arguments and "attachments" in message.body:
        body["attachments"] = message.body["attachments"]
    edited = {"user": house.workspace.bot_user_id, "ts": house.workspace.new_ts()}
    if (fresh["text"], fresh.get("blocks")) != (message.body["text"], message.body.get("blocks")):
        body["edited"] = edited
    house.messages.change(channel, message, body, metadata=message_metadata)
    shown = house.messages.shown(channel, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": body["text"], "message": shown}


def delete(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/chat.delete"""
    channel, message = own_message(call, refusal="cant_delete_message")
    call.house.messages.delete(channel, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/chat.getPermalink"""
    channel = call.channel()
    message = channel.messages.get(call.required("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    link = call.house.workspace.permalink(channel.id, message.ts, message.thread_ts)
    return {"channel": channel.id, "permalink": link}


METHODS = (
    Method("chat.postMessage", post_message, Tier.POSTING, ("chat:write",)),
    Method("chat.postEphemeral", post_ephemeral, Tier.T4, ("chat:write",)),
    Method("chat.update", update, Tier.T3, ("chat:write",)),
    Method("chat.delete", delete, Tier.T3, ("chat:write",)),
    Method("chat.getPermalink", get_permalink, Tier.GENEROUS),
)
