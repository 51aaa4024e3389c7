"""
Messages that answer: in a command's ack and through a response url.

Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
"""

from typing import Any

from sandbox.blockkit.blocks import message_problems
from sandbox.blockkit.ids import with_ids
from sandbox.errors import SlackError
from sandbox.house import House
from sandbox.model import JSON, Channel, Message
from sandbox.present import app_author
from sandbox.triggers import ResponseUrl


def checked(house: House, raw: Any) -> JSON | None:
    """The content of an answer, or nothing if it says nothing. Raises SlackError `invalid_blocks` or `no_text`."""
    if not isinstance(raw, dict):
        raise SlackError("invalid_payload")
    text, blocks, attachments = raw.get("text") or "", raw.get("blocks"), raw.get("attachments")
    if not text and not blocks and not attachments:
        return None
    body: JSON = {"type": "message", "text": str(text)}
    if blocks:
        problems = message_problems(blocks)
        if problems:
            raise SlackError("invalid_blocks", response_metadata={"messages": problems})
        body["blocks"] = with_ids(blocks, house.workspace.ids)
    if attachments:
        body["attachments"] = attachments
    return body


def show(house: House, channel: Channel, user: str, raw: JSON, body: JSON, *, thread_ts: str | None) -> JSON:
    """Put an answer where it says: `in_channel` for all, else `ephemeral` for the person. The message as shown."""
    body = body | app_author(house.workspace)
    if raw.get("response_type") == "in_channel":
        message = house.messages.post(
            channel, {**body, "subtype": "bot_message"} if channel.kind != "im" else body, thread_ts=thread_ts
        )
        return house.messages.shown(channel, message)
    message = house.messages.post_ephemeral(channel, user, body, thread_ts=thread_ts)
    return {**message.body, "ephemeral": True}


def answer(house: House, url: ResponseUrl, raw: Any) -> None:
    """A post to a response url. Raises SlackError."""
    channel = house.workspace.channels[url.channel]
    if isinstance(raw, dict) and raw.get("delete_original"):
        _original(house, channel, url, None)
        return
    body = checked(house, raw)
    if body is None:
        raise SlackError("no_text", status=400)
    if raw.get("replace_original") and url.message_ts is not None:
        _original(house, channel, url, body)
        return
    thread_ts = raw.get("thread_ts") or None
    show(house, channel, url.user, raw, body, thread_ts=thread_ts)


def _original(house: House, channel: Channel, url: ResponseUrl, body: JSON | None) -> None:
    """Replace or delete the message that the url is about; a command's url is about none."""
    if url.message_ts is None:
        raise SlackError("message_not_found", status=404)
    if url.ephemeral:
        kept = house.workspace.ephemerals.get((url.user, channel.id), {})
        old = kept.get(url.message_ts)
        if old is None:
            raise SlackError("message_not_found", status=404)
        if body is None:
            del kept[url.message_ts]
            house.messages.tell_ephemeral(channel, url.user, None, url.message_ts)
        else:
            fields = {key: value for key, value in old.body.items() if key not in {"blocks", "attachments"}}
            kept[url.message_ts] = Message(old.ts, {**fields, **body}, old.thread_ts)
            house.messages.tell_ephemeral(channel, url.user, kept[url.message_ts])
        return
    message = channel.messages.get(url.message_ts)
    if message is None or message.body.get("bot_id") != house.config.bot_id:
        raise SlackError("message_not_found", status=404)
    if body is None:
        house.messages.delete(channel, message)
        return
    fields = {key: value for key, value in message.body.items() if key not in {"blocks", "attachments"}}
    edited = {"user": house.workspace.bot_user_id, "ts": house.workspace.new_ts()}
    house.messages.change(channel, message, {**fields, **body, "edited": edited})
