"""Being a person: messages, reactions, commands, shortcuts, App Home."""

import base64
import binascii

from aiohttp import web

from sandbox.api.files import FILE_MAX_BYTES
from sandbox.control import asking
from sandbox.delivery.outgoing import Ack, Outgoing
from sandbox.errors import ControlError, SlackError
from sandbox.house import House
from sandbox.interactions import command_payload, global_shortcut, message_shortcut
from sandbox.model import JSON, Channel, Person, StoredFile
from sandbox.present import file_json, view_json
from sandbox.responses import checked, show

Answer = JSON


def unacked(ack: Ack, what: str) -> JSON:
    """What Slack tells a person whose act the app did not ack."""
    sentences = {
        "operation_timeout": f'{what} failed with the error "operation_timeout".',
        "dispatch_failed": f'{what} failed with the error "dispatch_failed".',
        "app_not_connected": f"{what} failed because the app did not respond.",
    }
    error = str(ack.error)
    return {"ok": False, "error": error, "message": sentences.get(error, f"{what} failed.")}


async def command(house: House, who: Person, request: web.Request) -> Answer:
    """A slash command: not in a thread, not of another organisation's people."""
    body = await asking.body_of(request)
    name, words = asking.text(body, "command"), asking.text(body, "text", "")
    channel = asking.channel(house, who, asking.text(body, "channel"))
    declared = house.workspace.manifest.command(name)
    if declared is None or who.team_id != house.workspace.team_id:
        raise ControlError(404, "no_such_command", f"{name} is not a valid command.")
    if who.id not in channel.members:
        raise ControlError(403, "not_in_channel", f"{who.real_name} is not a member of #{channel.name}.")
    payload = command_payload(house, who, channel, declared, words)
    ack = await house.courier.ask(Outgoing("slash_commands", name, payload, accepts_response=True))
    if not ack.ok:
        return unacked(ack, name)
    if ack.payload in (None, "", {}):
        return {"ok": True, "response": None}
    raw = {"text": ack.payload} if isinstance(ack.payload, str) else ack.payload
    try:
        content = checked(house, raw)
    except SlackError as error:
        return {"ok": False, "error": error.code, "message": f"{name} failed with the error \"{error.code}\".",
                **error.fields}  # fmt: skip
    return {
        "ok": True,
        "response": None if content is None else show(house, channel, who.id, raw, content, thread_ts=None),
    }


async def write(house: House, who: Person, request: web.Request) -> Answer:
    """A message, perhaps in a thread, perhaps with files."""
    body = await asking.body_of(request)
    channel = asking.writable(house, who, asking.text(body, "channel"))
    text = asking.text(body, "text", "")
    files = _files(house, who, body.get("files") or [])
    if not text.strip() and not files:
        raise ControlError(400, "no_text", "There is nothing to send.")
    thread_ts = body.get("thread_ts") or None
    if thread_ts is not None:
        root = asking.message(channel, asking.text(body, "thread_ts"))
        thread_ts = root.thread_ts or root.ts
    content: JSON = {"type": "message", "user": who.id, "text": text, "client_msg_id": house.workspace.ids.secret(16)}
    if files:
        content["subtype"] = "file_share"
        content["upload"] = False
        content["files"] = [file_json(house.workspace, one, house.base_url) for one in files]
    broadcast = thread_ts is not None and asking.flag(body, "broadcast")
    posted = house.messages.post(channel, content, thread_ts=thread_ts, broadcast=broadcast)
    for file in files:
        house.share(channel, posted, file)
    return {"ok": True, "ts": posted.ts}


def _files(house: House, who: Person, given: object) -> list[StoredFile]:
    if not isinstance(given, list):
        raise ControlError(400, "invalid_field", "'files' must be a list.")
    files = []
    for one in given:
        if not isinstance(one, dict):
            raise ControlError(400, "invalid_field", "A file is an object.")
        try:
            content = base64.b64decode(asking.text(one, "content_base64"), validate=True)
        except binascii.Error as error:
            raise ControlError(400, "invalid_field", "'content_base64' is not base64.") from error
        if len(content) > FILE_MAX_BYTES:
            raise ControlError(400, "file_too_large", "This file is too large.")
        name = asking.text(one, "name")
        file_id = house.workspace.ids.new("F")
        mimetype = asking.text(one, "mimetype", "application/octet-stream")
        created = int(house.clock.now())
        file = StoredFile(
            file_id, name, name, mimetype, who.id, created, len(content), content, uploaded=True, completed=True
        )
        house.workspace.files[file_id] = file
        files.append(file)
    return files


async def edit(house: House, who: Person, request: web.Request) -> Answer:
    """Change one's own message."""
    body = await asking.body_of(request)
    channel = asking.writable(house, who, asking.text(body, "channel"))
    message = asking.message(channel, asking.text(body, "ts"))
    _own(who, message.user)
    text = asking.text(body, "text")
    if text != message.body.get("text"):
        edited = {"user": who.id, "ts": house.workspace.new_ts()}
        house.messages.change(channel, message, {**message.body, "text": text, "edited": edited})
    return {"ok": True, "ts": message.ts}


async def remove(house: House, who: Person, request: web.Request) -> Answer:
    """Delete one's own message."""
    body = await asking.body_of(request)
    channel = asking.writable(house, who, asking.text(body, "channel"))
    message = asking.message(channel, asking.text(body, "ts"))
    _own(who, message.user)
    house.messages.delete(channel, message)
    return {"ok": True, "ts": message.ts}


def _own(who: Person, author: str | None) -> None:
    if author != who.id:
        raise ControlError(403, "not_yours", "This is somebody else's message.")


async def react(house: House, who: Person, request: web.Request) -> Answer:
    """Put an emoji on a message, or take it off."""
    body = await asking.body_of(request)
    channel = asking.channel(house, who, asking.text(body, "channel"))
    message = asking.message(channel, asking.text(body, "ts"))
    act = house.unreact if asking.flag(body, "remove") else house.react
    try:
        act(channel, message, who.id, asking.text(body, "name").strip(":"))
    except SlackError as error:
        raise ControlError(400, error.code, f"That cannot be: {error.code}.") from error
    return {"ok": True}


async def shortcut(house: House, who: Person, request: web.Request) -> Answer:
    """A global shortcut, or one on a message."""
    body = await asking.body_of(request)
    callback_id = asking.text(body, "callback_id")
    kind = "message" if body.get("ts") else "global"
    declared = next(
        (one for one in house.workspace.manifest.shortcuts if one.callback_id == callback_id and one.type == kind), None
    )
    if declared is None or who.team_id != house.workspace.team_id:
        raise ControlError(404, "no_such_shortcut", f"There is no {kind} shortcut {callback_id!r}.")
    if kind == "global":
        payload = global_shortcut(house, who, declared)
    else:
        channel = asking.channel(house, who, asking.text(body, "channel"))
        payload = message_shortcut(house, who, declared, channel, asking.message(channel, asking.text(body, "ts")))
    ack = await house.courier.ask(Outgoing("interactive", f"{payload['type']} {callback_id}", payload))
    return {"ok": True} if ack.ok else unacked(ack, declared.name)


async def home(house: House, who: Person, request: web.Request) -> Answer:
    """Open the app's home or its messages."""
    body = await asking.body_of(request)
    tab = asking.text(body, "tab", "home")
    if tab not in {"home", "messages"}:
        raise ControlError(400, "invalid_field", "'tab' is home or messages.")
    if tab == "home" and not house.workspace.manifest.home_tab:
        raise ControlError(403, "home_tab_disabled", "This app has no Home tab.")
    channel: Channel = house.workspace.app_conversation(who.id)
    view = house.workspace.homes.get(who.id)
    shown = view_json(house.workspace, view) if view else None
    house.events.home_opened(channel, who.id, tab, view, shown)
    return {"ok": True, "view": shown, "channel": channel.id}


async def read(house: House, who: Person, request: web.Request) -> Answer:
    """Mark a conversation as read up to a message."""
    body = await asking.body_of(request)
    channel = asking.channel(house, who, asking.text(body, "channel"))
    ts = asking.text(body, "ts")
    if ts > house.workspace.reads.get((who.id, channel.id), ""):
        house.workspace.reads[who.id, channel.id] = ts
        house.workspace.changes.tell("conversations", only=(who.id,), channel=channel.id)
    return {"ok": True}
