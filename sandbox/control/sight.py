"""Seeing what a person sees."""

from bisect import bisect_left, bisect_right

from aiohttp import web

from sandbox.control import asking
from sandbox.control.acts import Answer
from sandbox.errors import ControlError
from sandbox.house import House
from sandbox.model import JSON, Channel, Message, Person
from sandbox.present import view_json

PAGE_MAX = 1000
UNREAD_MAX = 100
"""Unread messages are counted up to this."""
FOUND_MAX = 100


async def conversations(house: House, who: Person, request: web.Request) -> Answer:
    """The conversations in a person's side bar."""
    house.workspace.app_conversation(who.id)
    return {"conversations": [_conversation(house, who, one) for one in house.workspace.channels.values()
                              if house.workspace.can_read(who.id, one)]}  # fmt: skip


def _conversation(house: House, who: Person, channel: Channel) -> JSON:
    kind = {"channel": "channel", "private": "private", "im": "app"}[channel.kind]
    last = channel.timeline[-1] if channel.timeline else None
    name = house.workspace.manifest.bot_name if channel.kind == "im" else channel.name
    return {"id": channel.id, "kind": kind, "name": name, "member": who.id in channel.members,
            "topic": channel.topic, "unread": _unread(house, who, channel), "last_ts": last}  # fmt: skip


def _unread(house: House, who: Person, channel: Channel) -> int:
    if who.id not in channel.members:
        return 0
    read = house.workspace.reads.get((who.id, channel.id), "")
    return min(len(channel.timeline) - bisect_right(channel.timeline, read), UNREAD_MAX)


async def messages(house: House, who: Person, request: web.Request) -> Answer:
    """Messages of a conversation or of one thread, oldest first."""
    channel = asking.channel(house, who, request.match_info["channel"])
    limit = min(max(1, int(asking.number(request, "limit", 100))), PAGE_MAX)
    thread_ts = request.query.get("thread_ts")
    if thread_ts is not None:
        root = [thread_ts] if thread_ts in channel.messages else []
        stamps = [*root, *channel.threads.get(thread_ts, [])]
    else:
        stamps = channel.timeline
    private = [
        one for one in house.workspace.ephemerals.get((who.id, channel.id), {}).values() if one.thread_ts == thread_ts
    ]
    if private:
        stamps = sorted([*stamps, *(one.ts for one in private)])
    after, before = request.query.get("after"), request.query.get("before")
    if after is not None:
        start = bisect_right(stamps, after)
        found, more = stamps[start : start + limit], start + limit < len(stamps)
    else:
        end = bisect_left(stamps, before) if before is not None else len(stamps)
        found, more = stamps[max(0, end - limit) : end], end > limit
    return {"messages": [_as_seen(house, who, channel, ts) for ts in found], "has_more": more}


def _as_seen(house: House, who: Person, channel: Channel, ts: str) -> JSON:
    message: Message | None = channel.messages.get(ts)
    if message is None:
        return {**house.workspace.ephemerals[who.id, channel.id][ts].body, "ephemeral": True, "permalink": ""}
    return house.messages.seen(channel, message)


async def views(house: House, who: Person, request: web.Request) -> Answer:
    """A person's open modals."""
    return {"views": house.views.stack_json(who.id)}


async def home(house: House, who: Person, request: web.Request) -> Answer:
    """A person's App Home."""
    view = house.workspace.homes.get(who.id)
    return {"view": view_json(house.workspace, view) if view else None}


async def search(house: House, who: Person, request: web.Request) -> Answer:
    """Messages with these words that a person can read, newest first."""
    words = request.query.get("q", "").lower().split()
    if not words:
        return {"messages": []}
    found = [
        (message.ts, channel, message)
        for channel in house.workspace.channels.values()
        if house.workspace.can_read(who.id, channel)
        for message in channel.messages.values()
        if all(word in message.body.get("text", "").lower() for word in words)
    ]
    found.sort(key=lambda one: one[0], reverse=True)
    return {
        "messages": [
            {**house.messages.seen(channel, message), "channel": channel.id}
            for _, channel, message in found[:FOUND_MAX]
        ]
    }


async def file(house: House, who: Person, request: web.Request) -> web.StreamResponse:
    """The bytes of a file that a person can see."""
    stored = house.workspace.files.get(request.match_info["file"].split("-")[-1])
    visible = (
        stored is not None
        and stored.completed
        and (
            stored.user == who.id
            or not stored.channels
            or any(
                house.workspace.can_read(who.id, house.workspace.channels[one])
                for one in stored.channels
                if one in house.workspace.channels
            )
        )
    )
    if stored is None or not visible:
        raise ControlError(404, "no_such_file", "There is no such file that this person can see.")
    # As a sandboxed document, so that an uploaded page or drawing runs nothing in the client's origin.
    headers = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=stored.content, content_type=stored.mimetype, headers=headers)
