"""Changes among the workspace's people, channels and user groups, with the events that Slack sends of them."""

import re

from aiohttp import web

from sandbox.config import PersonEntry
from sandbox.control import asking
from sandbox.control.workspace import NAME, channel_as_json
from sandbox.errors import ControlError
from sandbox.house import House
from sandbox.model import JSON
from sandbox.present import user_json

PAST_EVERY_MIN_S = 0.001


async def new_person(house: House, request: web.Request) -> JSON:
    """Somebody joins the team."""
    body = await asking.body_of(request)
    state = house.workspace
    name = asking.text(body, "name")
    if any(one.name == name for one in state.people.values()):
        raise ControlError(400, "name_taken", f"There is a {name!r} already.")
    entry = PersonEntry(
        state.ids.new("U"), name, asking.text(body, "real_name", ""), asking.text(body, "email", ""),
        asking.text(body, "tz", "UTC"), is_admin=asking.flag(body, "is_admin"),
    )  # fmt: skip
    person = state.add_person(entry)
    house.events.team_join(person)
    state.changes.tell("conversations")
    return user_json(state, person)


async def change_channel(house: House, request: web.Request) -> JSON:
    """A channel is renamed, archived or brought back."""
    channel = asking.any_channel(house, request.match_info["channel"])
    body = await asking.body_of(request)
    unknown = set(body) - {"name", "is_archived"}
    if unknown:
        raise ControlError(400, "invalid_field", f"{sorted(unknown)[0]!r} cannot be changed.")
    name = asking.text(body, "name", channel.name)
    if name != channel.name:
        if not re.fullmatch(NAME, name):
            raise ControlError(400, "invalid_name", "A channel's name has small letters, digits, - and _, 80 at most.")
        if house.workspace.channel_named(name):
            raise ControlError(400, "name_taken", f"There is a #{name} already.")
        channel.name = name
        house.events.channel_renamed(channel)
    archived = asking.flag(body, "is_archived", default=channel.is_archived)
    if archived != channel.is_archived:
        channel.is_archived = archived
        house.events.channel_archived(channel, channel.creator)
    house.workspace.changes.tell("conversations", channel=channel.id)
    return channel_as_json(house, channel)


async def change_group(house: House, request: web.Request) -> JSON:
    """A user group has other members."""
    state = house.workspace
    group = state.usergroups.get(request.match_info["group"])
    if group is None:
        raise ControlError(404, "no_such_group", f"There is no user group {request.match_info['group']!r}.")
    users = (await asking.body_of(request)).get("users")
    if not isinstance(users, list):
        raise ControlError(400, "invalid_field", "'users' must be a list.")
    strangers = [one for one in users if state.person(str(one)) is None]
    if strangers:
        raise ControlError(404, "no_such_person", f"There is no person {strangers[0]!r}.")
    before, group.users = group.users, [str(one) for one in users]
    house.events.group_changed(group, before)
    state.changes.tell("conversations")
    return {"id": group.id, "handle": group.handle, "name": group.name, "users": group.users}


async def put_past(house: House, request: web.Request) -> JSON:
    """An empty channel gets a past: messages without events."""
    channel = asking.any_channel(house, request.match_info["channel"])
    if channel.messages:
        raise ControlError(409, "not_empty", f"#{channel.name} has messages already.")
    body = await asking.body_of(request)
    written, every_s = body.get("messages"), body.get("every_s", 60)
    if not isinstance(written, list) or not isinstance(every_s, (int, float)) or every_s < PAST_EVERY_MIN_S:
        raise ControlError(400, "invalid_field", "'messages' is a list, 'every_s' at least a thousandth of a second.")
    bodies: list[JSON] = []
    for one in written:
        if not isinstance(one, dict) or house.workspace.person(str(one.get("user"))) is None:
            raise ControlError(400, "invalid_field", "Each message has a 'user' and a 'text'.")
        bodies.append({"user": one["user"], "text": asking.text(one, "text")})
    house.messages.put_past(channel, bodies, every_s=float(every_s))
    return {"ok": True, "messages": len(bodies)}
