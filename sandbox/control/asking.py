"""Reading the control API's requests."""

import json
from typing import Any

from aiohttp import web

from sandbox.errors import ControlError
from sandbox.house import House
from sandbox.model import JSON, Channel, Message, Person, View

WAIT_MAX_S = 60.0


async def body_of(request: web.Request) -> JSON:
    """The JSON object in the body; an empty body is an empty object. Raises ControlError 400."""
    raw = await request.read()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, UnicodeDecodeError) as error:
        raise ControlError(400, "invalid_json", "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise ControlError(400, "invalid_json", "The body must be an object.")
    return body


def text(body: JSON, key: str, default: str | None = None) -> str:
    """A text in the body. Raises ControlError 400 when it is missing and has no default."""
    value = body.get(key, default)
    if not isinstance(value, str):
        raise ControlError(400, "missing_field", f"{key!r} is needed, as text.")
    return value


def number(request: web.Request, key: str, default: float) -> float:
    """A figure in the query. Raises ControlError 400."""
    try:
        return float(request.query.get(key, default))
    except ValueError as error:
        raise ControlError(400, "invalid_field", f"{key!r} must be a number.") from error


def person(house: House, request: web.Request) -> Person:
    """Who acts. Raises ControlError 404, or 403 for an account that is deactivated."""
    found = house.workspace.person(request.match_info["user"])
    if found is None:
        raise ControlError(404, "no_such_person", f"There is no person {request.match_info['user']!r}.")
    return found


def active(found: Person) -> Person:
    """The same person if their account is active. Raises ControlError 403."""
    if found.deleted:
        raise ControlError(403, "account_inactive", f"{found.real_name}'s account is deactivated.")
    return found


def channel(house: House, who: Person, channel_id: str) -> Channel:
    """A conversation that a person can see; `app` is theirs with the app. Raises ControlError 404."""
    if channel_id in {"app", house.workspace.bot_user_id}:
        return house.workspace.app_conversation(who.id)
    found = house.workspace.channels.get(channel_id)
    if found is None or not house.workspace.can_read(who.id, found):
        raise ControlError(
            404, "no_such_channel", f"There is no conversation {channel_id!r} that {who.real_name} can see."
        )
    return found


def any_channel(house: House, channel_id: str) -> Channel:
    """A public or private channel, whoever asks. Raises ControlError 404."""
    found = house.workspace.channels.get(channel_id)
    if found is None or found.kind == "im":
        raise ControlError(404, "no_such_channel", f"There is no channel {channel_id!r}.")
    return found


def writable(house: House, who: Person, channel_id: str) -> Channel:
    """One that they can write in. Raises ControlError 403 too."""
    found = channel(house, who, channel_id)
    if who.id not in found.members:
        raise ControlError(403, "not_in_channel", f"{who.real_name} is not a member of #{found.name}.")
    if found.is_archived:
        raise ControlError(403, "is_archived", f"#{found.name} is archived.")
    if found.kind == "im":
        manifest = house.workspace.manifest
        if not manifest.messages_tab or not manifest.messages_tab_writable:
            raise ControlError(403, "messages_tab_disabled", "Sending messages to this app has been turned off.")
    return found


def message(found: Channel, ts: str) -> Message:
    """A message. Raises ControlError 404."""
    one = found.messages.get(ts)
    if one is None:
        raise ControlError(404, "no_such_message", f"There is no message {ts} here.")
    return one


def view(house: House, who: Person, view_id: str) -> View:
    """An open view of a person's. Raises ControlError 409 when it is gone."""
    found = house.workspace.views.get(view_id)
    if found is None or found.user != who.id:
        raise ControlError(409, "view_gone", "This view is not open any more.")
    return found


def known(house: House, kind: str, value: str) -> bool:
    """Whether an id can be chosen in a select of users, channels or conversations."""
    if kind == "user":
        return value in house.workspace.people
    found = house.workspace.channels.get(value)
    return (found is not None and (kind == "conversation" or found.kind == "channel")) or (
        kind == "conversation" and house.workspace.person(value) is not None
    )


def flag(body: JSON, key: str, *, default: bool = False) -> bool:
    """True or false in the body. Raises ControlError 400."""
    value: Any = body.get(key, default)
    if not isinstance(value, bool):
        raise ControlError(400, "invalid_field", f"{key!r} must be true or false.")
    return value
