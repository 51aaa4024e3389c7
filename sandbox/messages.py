"""Writing, changing and reading messages, and the events that follow from it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any

from sandbox.events import Events
from sandbox.model import JSON, Channel, Message
from sandbox.workspace import Workspace

EPHEMERALS_KEPT = 100
"""How many ephemeral messages a person keeps in one channel; in Slack they do not outlive a reload."""


class Messages:
    """The messages of a workspace."""

    def __init__(self, workspace: Workspace, events: Events) -> None:
        self._workspace = workspace
        self._events = events

    def post(
        self,
        channel: Channel,
        body: JSON,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        metadata: JSON | None = None,
    ) -> Message:
        """Write a message into a channel or into one of its threads, and tell the app and the watchers."""
        ts = self._workspace.new_ts()
        author = self._workspace.people.get(str(body.get("user")))
        # A message of somebody of another organisation names theirs.
        body = {**body, "ts": ts, "team": author.team_id if author is not None else self._workspace.team_id}
        if thread_ts is not None:
            body["thread_ts"] = thread_ts
            root = channel.messages.get(thread_ts)
            if root is not None and root.user:
                body["parent_user_id"] = root.user
            if broadcast:
                body["subtype"] = "thread_broadcast"
                body["root"] = self.shown(channel, root) if root else {}
        message = Message(ts, body, thread_ts, broadcast, metadata)
        channel.messages[ts] = message
        if thread_ts is not None:
            channel.threads.setdefault(thread_ts, []).append(ts)
        if thread_ts is None or broadcast:
            channel.timeline.append(ts)
        if message.user:
            self._workspace.reads[message.user, channel.id] = ts
        self._tell("message", channel, message)
        if thread_ts is not None and thread_ts in channel.messages:
            self._tell("message_changed", channel, channel.messages[thread_ts])
        self._events.message(channel, {**body, "event_ts": ts}, metadata)
        return message

    def put_past(self, channel: Channel, bodies: list[JSON], *, every_s: float) -> None:
        """Messages as if written before now, `every_s` seconds apart. They notify nobody; the channel must be empty."""
        now = float(self._workspace.new_ts())
        for index, body in enumerate(bodies):
            ts = f"{now - every_s * (len(bodies) - index):.6f}"
            channel.messages[ts] = Message(ts, {**body, "type": "message", "ts": ts, "team": self._workspace.team_id})
            channel.timeline.append(ts)
        self._workspace.changes.tell("conversations")

    def change(
        self, channel: Channel, message: Message, body: JSON, *, metadata: JSON | None = None, silent: bool = False
    ) -> None:
        """Replace a message's body. It notifies nobody; the app is told by `message_changed` unless `silent`."""
        before = message.body
        message.body = body
        if metadata is not None:
            message.metadata = metadata or None
        self._tell("message_changed", channel, message)
        if not silent:
            self._events.message_changed(channel, before, body)

    def delete(self, channel: Channel, message: Message) -> None:
        """Take a message away. A root with replies stays as a tombstone, as in Slack."""
        if channel.threads.get(message.ts):
            before = message.body
            tombstone = {"type": "message", "subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT",
                         "hidden": True, "ts": message.ts, "thread_ts": message.ts}  # fmt: skip
            message.body = tombstone
            message.metadata = None
            self._tell("message_changed", channel, message)
            self._events.message_changed(channel, before, tombstone)
            return
        del channel.messages[message.ts]
        channel.threads.pop(message.ts, None)
        _remove(channel.timeline, message.ts)
        if message.thread_ts is not None:
            _remove(channel.threads.get(message.thread_ts, []), message.ts)
        changes = self._workspace.changes
        readers = self._workspace.readers(channel)
        changes.tell("message_deleted", only=readers, channel=channel.id, ts=message.ts, thread_ts=message.thread_ts)
        root = channel.messages.get(message.thread_ts or "")
        if root is not None:
            self._tell("message_changed", channel, root)
        self._events.message_deleted(channel, message.body)

    def _tell(self, kind: str, channel: Channel, message: Message) -> None:
        changes = self._workspace.changes
        if not changes.watched:
            changes.tell(kind)
            return
        readers = self._workspace.readers(channel)
        changes.tell(kind, only=readers, channel=channel.id, message=self.seen(channel, message))

    def post_ephemeral(self, channel: Channel, user: str, body: JSON, *, thread_ts: str | None = None) -> Message:
        """Write what only one person sees. It is in no history and makes no event."""
        ts = self._workspace.new_ts()
        body = {**body, "ts": ts}
        if thread_ts is not None:
            body["thread_ts"] = thread_ts
        message = Message(ts, body, thread_ts)
        kept = self._workspace.ephemerals.setdefault((user, channel.id), {})
        kept[ts] = message
        if len(kept) > EPHEMERALS_KEPT:
            del kept[next(iter(kept))]
        self.tell_ephemeral(channel, user, message)
        return message

    def tell_ephemeral(self, channel: Channel, user: str, message: Message | None, ts: str | None = None) -> None:
        """Tell a person's client of an ephemeral message, or that one is gone."""
        changes = self._workspace.changes
        if message is None:
            changes.tell("ephemeral", only=(user,), channel=channel.id, ts=ts, message=None)
            return
        changes.tell(
            "ephemeral", only=(user,), channel=channel.id, ts=message.ts, message={**message.body, "ephemeral": True}
        )

    def shown(self, channel: Channel, message: Message, *, metadata: bool = False) -> JSON:
        """A message as Slack shows it: with what is counted from its thread."""
        body: dict[str, Any] = message.body
        replies = channel.threads.get(message.ts)
        if replies:
            authors = dict.fromkeys(
                reply.user or str(reply.body.get("bot_id"))
                for reply in (channel.messages[ts] for ts in replies[:REPLIES_COUNTED])
            )
            body = {
                **body,
                "thread_ts": message.ts,
                "reply_count": len(replies),
                "reply_users_count": len(authors),
                "latest_reply": replies[-1],
                "reply_users": list(authors)[:REPLY_USERS_SHOWN],
                "is_locked": False,
                "subscribed": False,
            }
        if metadata and message.metadata:
            body = {**body, "metadata": message.metadata}
        return body

    def seen(self, channel: Channel, message: Message) -> JSON:
        """A message as a person's client shows it: with its address and its metadata."""
        link = self._workspace.permalink(channel.id, message.ts, message.thread_ts)
        return {**self.shown(channel, message, metadata=True), "permalink": link}


REPLIES_COUNTED = 200
REPLY_USERS_SHOWN = 5


def between(stamps: list[str], *, oldest: str, latest: str | None, inclusive: bool) -> Iterator[str]:
    """Stamps of a window, newest first."""
    low = bisect_left(stamps, oldest) if inclusive else bisect_right(stamps, oldest)
    high = len(stamps) if latest is None else bisect_right(stamps, latest) if inclusive else bisect_left(stamps, latest)
    for index in range(high - 1, low - 1, -1):
        yield stamps[index]


def _remove(stamps: list[str], ts: str) -> None:
    index = bisect_left(stamps, ts)
    if index < len(stamps) and stamps[index] == ts:
        del stamps[index]
