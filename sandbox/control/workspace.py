"""The workspace from outside: who is there, how payloads travel, time, faults, the log."""

import asyncio
import json
import re

from aiohttp import WSMsgType, web

from sandbox.clock import StepBack
from sandbox.control import asking
from sandbox.errors import ControlError
from sandbox.house import House
from sandbox.model import JSON, Channel
from sandbox.present import user_json

LIVE_QUEUE_MAX = 10_000
"""A client that reads so slowly that this many frames wait is cut; it opens again and reads anew."""
NAME = r"[a-z0-9_\-]{1,80}"
"""What a channel may be called."""


async def workspace(house: House, request: web.Request) -> JSON:
    """Everything a client needs to begin."""
    config, state = house.config, house.workspace
    manifest = state.manifest
    return {
        "team": {"id": config.team_id, "name": config.team_name, "domain": config.team_domain},
        "app": {
            "id": config.app_id, "name": manifest.bot_name, "bot_user_id": config.bot_user_id, "bot_id": config.bot_id,
            "delivery": house.courier.mode, "connections": house.socket.count,
            "request_url": house.courier.http.url, "events_on": house.courier.events_on,
            "faults_in_force": house.faults.in_force,
            "commands": [{"command": one.command, "description": one.description, "usage_hint": one.usage_hint}
                         for one in manifest.commands],
            "shortcuts": [{"name": one.name, "type": one.type, "callback_id": one.callback_id}
                          for one in manifest.shortcuts],
            "home_tab": manifest.home_tab, "messages_tab": manifest.messages_tab,
            "messages_tab_writable": manifest.messages_tab_writable,
        },
        "people": [{"id": one.id, "name": one.name, "real_name": one.real_name, "tz": one.tz, "is_admin": one.is_admin,
                    "deleted": one.deleted, "team_id": one.team_id} for one in state.people.values() if not one.is_bot],
        "channels": [channel_as_json(house, one) for one in state.channels.values() if one.kind != "im"],
        "usergroups": [{"id": one.id, "handle": one.handle, "name": one.name} for one in state.usergroups.values()],
        "clock": house.clock.as_json(),
        "page": config.page,
        "seq": state.changes.seq,
    }  # fmt: skip


def channel_as_json(house: House, channel: Channel) -> JSON:
    """A channel as the control API shows it."""
    members = sorted(channel.members - {house.workspace.bot_user_id})
    return {"id": channel.id, "name": channel.name, "is_private": channel.kind == "private", "topic": channel.topic,
            "is_archived": channel.is_archived, "members": members,
            "app_is_member": house.workspace.bot_user_id in channel.members}  # fmt: skip


async def credentials(house: House, request: web.Request) -> JSON:
    """What a bot needs to connect."""
    state = house.workspace
    return {"api_url": f"{house.base_url}/api/", "bot_token": state.bot_token, "app_token": state.app_token,
            "signing_secret": state.signing_secret}  # fmt: skip


async def set_delivery(house: House, request: web.Request) -> JSON:
    """How payloads reach the app."""
    body = await asking.body_of(request)
    mode = asking.text(body, "delivery")
    if mode not in {"socket", "http"}:
        raise ControlError(400, "invalid_field", "'delivery' is socket or http.")
    if mode == "http":
        url = asking.text(body, "request_url")
        if not re.match(r"https?://", url):
            raise ControlError(400, "invalid_field", "'request_url' must be an http address.")
        if asking.flag(body, "verify") and not await house.courier.http.verify(url):
            raise ControlError(400, "url_not_verified", f"{url} did not answer with the challenge that it was sent.")
        house.courier.http.url = url
    house.courier.mode = mode
    house.courier.switch_on()
    house.workspace.changes.tell("app", connections=house.socket.count, delivery=mode)
    return {"ok": True, "delivery": mode}


async def reset(house: House, request: web.Request) -> JSON:
    """Back to the workspace as configured."""
    house.reset()
    return {"ok": True, "seq": house.workspace.changes.seq}


async def new_channel(house: House, request: web.Request) -> JSON:
    """A new channel, with Slack's event."""
    body = await asking.body_of(request)
    state = house.workspace
    name = asking.text(body, "name")
    if not re.fullmatch(NAME, name):
        raise ControlError(400, "invalid_name", "A channel's name has small letters, digits, - and _, 80 at most.")
    if state.channel_named(name):
        raise ControlError(400, "name_taken", f"There is a #{name} already.")
    members = body.get("members") or []
    members = state.humans_of_team() if members == "everyone" else members
    strangers = [one for one in members if state.person(one) is None]
    if strangers:
        raise ControlError(404, "no_such_person", f"There is no person {strangers[0]!r}.")
    private = asking.flag(body, "is_private")
    creator = members[0] if members else state.bot_user_id
    channel_id = state.ids.new("C")
    channel = Channel(
        channel_id, name, "private" if private else "channel", int(house.clock.now()), creator, set(members)
    )
    state.channels[channel_id] = channel
    house.events.channel_created(channel)
    if asking.flag(body, "app_is_member"):
        house.set_member(channel, state.bot_user_id, present=True)
    state.changes.tell("conversations", channel=channel_id)
    return channel_as_json(house, channel)


async def set_member(house: House, request: web.Request) -> JSON:
    """Join or leave, people and the app."""
    channel = asking.any_channel(house, request.match_info["channel"])
    body = await asking.body_of(request)
    user = asking.text(body, "user")
    if user not in house.workspace.people:
        raise ControlError(404, "no_such_person", f"There is no person {user!r}.")
    house.set_member(channel, user, present=asking.flag(body, "present", default=True))
    return channel_as_json(house, channel)


async def change_person(house: House, request: web.Request) -> JSON:
    """An account is deactivated, made an admin or renamed, with Slack's event."""
    person = asking.person(house, request)
    body = await asking.body_of(request)
    unknown = set(body) - {"deleted", "is_admin", "real_name"}
    if unknown:
        raise ControlError(400, "invalid_field", f"{sorted(unknown)[0]!r} cannot be changed.")
    person.deleted = asking.flag(body, "deleted", default=person.deleted)
    person.is_admin = asking.flag(body, "is_admin", default=person.is_admin)
    person.real_name = asking.text(body, "real_name", person.real_name)
    person.updated = int(house.clock.now())
    house.events.user_change(person)
    house.workspace.changes.tell("conversations")
    return user_json(house.workspace, person)


async def changes(house: House, request: web.Request) -> JSON:
    """Wait for a change."""
    timeout = min(asking.number(request, "timeout", 0), asking.WAIT_MAX_S)
    return {"seq": await house.workspace.changes.wait_past(int(asking.number(request, "since", -1)), timeout)}


async def live(house: House, request: web.Request) -> web.StreamResponse:
    """Frames as they happen, over a WebSocket."""
    user = request.query.get("user")
    if user is not None and house.workspace.person(user) is None:
        raise ControlError(404, "no_such_person", f"There is no person {user!r}.")
    socket = web.WebSocketResponse(heartbeat=30)
    await socket.prepare(request)
    queue: asyncio.Queue[JSON | None] = asyncio.Queue()

    def put(frame: JSON) -> None:
        if queue.qsize() < LIVE_QUEUE_MAX:
            queue.put_nowait(frame)
        elif queue.qsize() == LIVE_QUEUE_MAX:
            queue.put_nowait(None)

    stop = house.workspace.changes.watch(user, put)
    sender = asyncio.get_running_loop().create_task(_send_frames(socket, queue))
    try:
        async for message in socket:
            if message.type is WSMsgType.ERROR:
                break
    finally:
        stop()
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)
    return socket


async def _send_frames(socket: web.WebSocketResponse, queue: "asyncio.Queue[JSON | None]") -> None:
    while (frame := await queue.get()) is not None:
        try:
            await socket.send_str(json.dumps(frame))
        except ConnectionError:
            return
    await socket.close()


async def get_clock(house: House, request: web.Request) -> JSON:
    """The clock, at once or after its next change."""
    if "after" in request.query:
        timeout = min(asking.number(request, "timeout", 0), asking.WAIT_MAX_S)
        await house.clock.wait_past(int(asking.number(request, "after", 0)), timeout)
    return dict(house.clock.as_json())


async def put_clock(house: House, request: web.Request) -> JSON:
    """Jump ahead, run faster."""
    body = await asking.body_of(request)
    given: dict[str, float] = {}
    for key in ("advance", "rate"):
        if key in body:
            if isinstance(body[key], bool) or not isinstance(body[key], (int, float)):
                raise ControlError(400, "invalid_field", f"{key!r} must be a number.")
            given[key] = float(body[key])
    if not given or set(body) - {"advance", "rate"}:
        raise ControlError(400, "invalid_field", "Say 'advance', 'rate' or both.")
    try:
        house.clock.change(**given)
    except StepBack as error:
        raise ControlError(400, "step_back", str(error)) from error
    house.workspace.changes.tell("clock", clock=house.clock.as_json())
    return dict(house.clock.as_json())


async def get_faults(house: House, request: web.Request) -> JSON:
    """The faults in force."""
    return house.faults.as_json()


async def put_faults(house: House, request: web.Request) -> JSON:
    """Set faults."""
    house.faults.change(await asking.body_of(request))
    house.workspace.changes.tell("app", connections=house.socket.count)
    return house.faults.as_json()


async def disconnect(house: House, request: web.Request) -> JSON:
    """Cut the app's connections."""
    reason = (await asking.body_of(request)).get("reason")
    if reason not in {None, "refresh_requested", "warning", "link_disabled"}:
        raise ControlError(400, "invalid_field", "'reason' is refresh_requested, warning, link_disabled or null.")
    cut = house.socket.count
    await house.socket.disconnect(reason)
    return {"ok": True, "connections": cut}


async def log(house: House, request: web.Request) -> JSON:
    """The newest exchanges."""
    limit = max(1, int(asking.number(request, "limit", 200)))
    return {"entries": house.log.since(int(asking.number(request, "since", 0)), limit)}


async def emoji(house: House, request: web.Request) -> JSON:
    """The names of emoji and their characters."""
    return dict(house.emoji)
