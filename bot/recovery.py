"""
Nothing is lost while away: after a gap in the connection the conversations with tickets are read once since it began.

What is missing is heard as if Slack told it now, with its own time; natural keys make what is known already harmless. What is
still to be read are rows, so that several processes share it, and one that dies in the middle leaves the rest to the others
(docs/recovery.md). https://docs.slack.dev/reference/methods/conversations.history and conversations.replies
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import metrics, places
from bot.clock import Clock
from bot.delivery.pace import Pace
from bot.listeners.messages import Messages
from bot.payloads import SaidMessage, instant
from bot.private import reason_of
from bot.sight import machine_time
from ticketing.desk import Desk
from ticketing.errors import HelpdeskError, LeaseLost
from ticketing.inbound import Unread
from ticketing.model import Comment, PersonId, TicketRef

log = logging.getLogger(__name__)

MARGIN = timedelta(seconds=60)
"""How much before a gap reading begins: what was said then may have been on its way when the connection broke."""

EDITS_BACK = timedelta(days=1)
"""How much before a gap a message may have been said whose edit or deletion within the gap is still found."""

THREADS_BACK = timedelta(days=7)
"""How far back a conversation's roots are looked through for new replies; threads of older live tickets are read one by one."""

LIVE = timedelta(days=30)
"""How long after the last thing that happened a closed ticket's thread is still read: what is said there opens another."""

MARK_EVERY = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(seconds=40)
"""Machine time: without a mark for longer than this, the process or its database was away."""

THREAD_SIDES = frozenset({places.CUSTOMER, places.AGENT, places.TEAM, places.TEAM_OUT})

LEASE_S = 30.0
KEEP_EACH = 20
"""After so many messages the lease is renewed."""

PAGE = 200
PAGES = 3
"""A step reads so many pages at most."""

RETRY_AFTER = timedelta(seconds=5)
CLOSED_TO_US = frozenset({"not_in_channel", "channel_not_found", "is_archived", "thread_not_found", "missing_scope"})


@dataclass(frozen=True)
class Recovery:
    """
    Finds gaps and has them read. `connection` names the present connection, None while there is none.

    `refused` tells a writer, or Slack, what came of a message that could not be taken; it is the listeners' own answer.
    """

    desk: Desk
    slack: WebClient
    messages: Messages
    refused: Callable[[Exception, dict[str, Any]], object]
    connection: Callable[[], str | None]
    clock: Clock
    team: str
    pace: Pace = field(default_factory=Pace)
    machine: Callable[[], datetime] = machine_time
    _seen: dict[str, Any] = field(init=False, default_factory=dict)

    def step(self, now: datetime) -> datetime | None:
        """Look for a gap, and read one piece of what is to be read. `now` is machine time."""
        self._watch(now)
        reading = self.desk.inbound.take_unread(now, LEASE_S)
        if reading is None:
            return None
        wait_s = self.pace.wait_for(_method(reading), "", now)
        if wait_s > 0:
            self.desk.inbound.give_back(reading, retry_at=now + timedelta(seconds=wait_s))
            return None
        try:
            self._read(reading)
        except LeaseLost:
            log.info("%s is read by another worker by now.", reading.channel)
        except SlackApiError as error:
            self._not_read(reading, error, now)
        except (SlackClientError, OSError, HelpdeskError):
            self.desk.inbound.give_back(reading, retry_at=now + RETRY_AFTER)
            raise
        return now

    # --- gaps ---------------------------------------------------------------------------------------------------------

    def _watch(self, now: datetime) -> None:
        """Between two looks on one connection everything has come; after any break, what came is not known."""
        connection = self.connection()
        if connection is None:
            self._begin()
            return
        looked_at: datetime | None = self._seen.get("at")
        is_same = connection == self._seen.get("connection") and looked_at is not None
        if is_same and looked_at is not None and now - looked_at <= LONGEST_PAUSE:
            if now - looked_at >= MARK_EVERY:
                self.desk.inbound.heard(self.clock())
                self._seen["at"] = now
            return
        until = self.clock()
        since = self._begin()
        channels = self.desk.configuration().channels
        also = (*channels.by_emoji, *channels.every_message)
        count = self.desk.inbound.read_again(since - MARGIN, until=until, also=also)
        log.info("What was said since %s is read again, in %d conversations.", f"{since:%Y-%m-%d %H:%M:%S}Z", count)
        self._seen.update(at=now, connection=connection)

    def _begin(self) -> datetime:
        """Until when everything was heard; before the first connection ever, now."""
        since = self.desk.inbound.heard_until()
        if since is None:
            since = self.clock()
            self.desk.inbound.heard(since)
        return since

    def _not_read(self, reading: Unread, error: SlackApiError, now: datetime) -> None:
        code = reason_of(error)
        if code in CLOSED_TO_US:
            log.warning("%s cannot be read again (%s).", reading.channel, code)
            self.desk.inbound.read(reading)
            return
        wait_s = _retry_after(error) if code == "ratelimited" else RETRY_AFTER.total_seconds()
        self.desk.inbound.give_back(reading, retry_at=now + timedelta(seconds=wait_s))

    # --- reading ------------------------------------------------------------------------------------------------------

    def _read(self, reading: Unread) -> None:
        repaired: Counter[str] = Counter()
        try:
            if reading.root_ts:
                self._read_thread(reading, repaired)
            else:
                self._read_conversation(reading, repaired)
        finally:
            for what, count in repaired.items():
                metrics.RECOVERED.labels(what).inc(count)
            if repaired:
                found = ", ".join(f"{count} {what}" for what, count in sorted(repaired.items()))
                log.info("Found in %s what was said while nobody heard: %s.", reading.channel, found)

    def _read_conversation(self, reading: Unread, repaired: Counter[str]) -> None:
        """Roots, newest first; those with new replies are to be read after, and so are live tickets' threads."""
        floor = reading.since - THREADS_BACK
        until, found, is_done = reading.until_ts, list[Mapping[str, Any]](), False
        for _ in range(PAGES):
            page = self.slack.conversations_history(channel=reading.channel, latest=until, limit=PAGE)
            messages = [each for each in page.get("messages") or [] if instant(str(each["ts"])) >= floor]
            found += messages
            is_done = not page.get("has_more") or len(messages) < len(page.get("messages") or [])
            if is_done:
                break
            until = str(messages[-1]["ts"])
        threads = [(reading.channel, str(each["ts"])) for each in found if _has_news(each, reading.since)]
        if is_done:
            threads += self._live_threads(reading, floor)
        self.desk.inbound.also_unread(dict.fromkeys(threads), reading.since)
        for count, message in enumerate(sorted(found, key=lambda each: str(each["ts"]))):
            self._keep(reading, count)
            self._hear(reading, reading.channel, message, repaired)
            self._reactions(reading, message, repaired)
        if is_done:
            self.desk.inbound.read(reading)
        else:
            self.desk.inbound.give_back(reading, until_ts=until)

    def _live_threads(self, reading: Unread, floor: datetime) -> list[tuple[str, str]]:
        """Threads in which something may have been edited or deleted, and those too old to be among the roots."""
        edits_from = reading.since - EDITS_BACK
        live = self.desk.inbound.live_threads(reading.channel, closed_since=reading.since - LIVE)
        return [
            (reading.channel, each.ts)
            for each in live
            if each.last_activity_at >= edits_from or instant(each.ts) < floor
        ]

    def _read_thread(self, reading: Unread, repaired: Counter[str]) -> None:
        """
        Replies, oldest first, page by page, of all threads of the ticket together: what was said there has one order.

        Each page is done before the next is asked for.
        """
        threads = self._threads_of_ticket(reading)
        begin = reading.until_ts or f"{(reading.since - EDITS_BACK).timestamp():.6f}"
        found: list[tuple[str, Mapping[str, Any]]] = []
        ends = []
        for channel, root_ts in threads:
            page = self.slack.conversations_replies(channel=channel, ts=root_ts, oldest=begin, limit=PAGE)
            replies = [each for each in page.get("messages") or [] if str(each["ts"]) > max(root_ts, begin)]
            found += [(channel, each) for each in replies]
            if page.get("has_more") and replies:
                ends.append(max(str(each["ts"]) for each in replies))
        end = min(ends, default=None)
        said = sorted(
            (each for each in found if end is None or str(each[1]["ts"]) <= end), key=lambda each: each[1]["ts"]
        )
        for count, (channel, message) in enumerate(said):
            self._keep(reading, count)
            self._hear(reading, channel, message, repaired)
        self._deletions(reading, begin, end, {str(message["ts"]) for _, message in said}, repaired)
        if end is not None:
            self.desk.inbound.give_back(reading, until_ts=end)
        else:
            self.desk.inbound.read(reading, also=threads)

    def _keep(self, reading: Unread, count: int) -> None:
        """On a busy machine a piece takes longer than its lease."""
        if count % KEEP_EACH == KEEP_EACH - 1:
            self.desk.inbound.keep(reading, self.machine() + timedelta(seconds=LEASE_S))

    def _threads_of_ticket(self, reading: Unread) -> list[tuple[str, str]]:
        """The thread itself, and the others of the same ticket; only itself where it is no ticket's."""
        itself = (reading.channel, reading.root_ts)
        shown = self.desk.outbox.shown_by_message(*itself)
        if shown is None or places.ticket_in(shown.about) is None:
            return [itself]
        others = self.desk.outbox.shown_everywhere(shown.customer_id, shown.about)
        known = [(each.channel, each.thread_ts or each.ts) for each in others if each.side in THREAD_SIDES]
        return list(dict.fromkeys([itself, *known]))

    def _hear(self, reading: Unread, channel: str, message: Mapping[str, Any], repaired: Counter[str]) -> None:
        if not message.get("user") or message.get("bot_id"):
            return
        said = SaidMessage.read({**message, "channel": channel}, team=self.team)
        edited = message.get("edited")
        is_edited = isinstance(edited, Mapping) and instant(str(edited.get("ts"))) > reading.since
        if said.said_at > reading.since:
            if not self._is_meant_for_us(channel, message, said):
                return
            known = self.messages.knows(said)
            self._tell({**message, "type": "message"}, channel)
            if not known and self.messages.knows(said):
                repaired["messages"] += 1
        if is_edited and self.messages.knows(said):
            before = self.messages.words_kept(said)
            self._tell({"type": "message", "subtype": "message_changed", "message": dict(message)}, channel)
            if self.messages.words_kept(said) != before:
                repaired["edits"] += 1

    def _is_meant_for_us(self, channel: str, message: Mapping[str, Any], said: SaidMessage) -> bool:
        """In a channel, a message outside threads is nobody's business unless it calls the app or every one is a ticket."""
        if said.is_in_thread or channel.startswith("D"):
            return True
        if channel in self.desk.configuration().channels.every_message:
            return True
        return f"<@{self.messages.parts.access.people.bot_user_id}>" in str(message.get("text"))

    def _reactions(self, reading: Unread, message: Mapping[str, Any], repaired: Counter[str]) -> None:
        """They have no time of their own: those on messages of the last day are looked at, and what is opened stays one."""
        channels = self.desk.configuration().channels
        if reading.channel not in channels.by_emoji or instant(str(message["ts"])) < reading.since - EDITS_BACK:
            return
        for reaction in message.get("reactions") or []:
            if reaction.get("name") == channels.emoji and message.get("user"):
                said = SaidMessage.read({**message, "channel": reading.channel}, team=self.team)
                known = self.messages.knows(said)
                self.messages.openings.by_emoji_of(reading.channel, said, reaction.get("users") or [], self.team)
                if not known and self.messages.knows(said):
                    repaired["reactions"] += 1

    def _deletions(
        self, reading: Unread, begin: str, end: str | None, stand: Iterable[str], repaired: Counter[str]
    ) -> None:
        """What was kept of these threads, and Slack no longer has: its words go. Each is asked for by itself to be sure."""
        for comment in self._kept(reading, begin, end):
            _, channel, ts = comment.source.split(":")
            if ts in stand or self._stands(channel, ts):
                continue
            author = self.desk.person(comment.author_id).external_ref.rpartition(":")[2]
            before = {"type": "message", "user": author, "ts": ts, "thread_ts": reading.root_ts, "text": ""}
            self._tell(
                {"type": "message", "subtype": "message_deleted", "deleted_ts": ts, "previous_message": before}, channel
            )
            repaired["deletions"] += 1

    def _kept(self, reading: Unread, begin: str, end: str | None) -> list[Comment]:
        """The ticket's comments that were messages, said after one `ts` and up to another."""
        shown = self.desk.outbox.shown_by_message(reading.channel, reading.root_ts)
        number = places.ticket_in(shown.about) if shown else None
        if shown is None or number is None:
            return []
        ref = TicketRef(PersonId(shown.customer_id), number)
        # What was said in the thread of a ticket that was merged since is kept on the other.
        comments = self.desk.comments(self.desk.joined_with(ref), include_internal=True)
        standing = [each for each in comments if each.deleted_at is None and each.source.startswith("m:")]
        messages = [(each, each.source.split(":")[2]) for each in standing if each.source.count(":") == 2]
        return [each for each, ts in messages if begin < ts and (end is None or ts <= end)]

    def _stands(self, channel: str, ts: str) -> bool:
        """Whether the message is there, in a thread or not."""
        try:
            found = self.slack.conversations_replies(channel=channel, ts=ts, oldest=ts, latest=ts, inclusive=True)
        except SlackApiError as error:
            if reason_of(error) == "thread_not_found":
                return False
            raise
        return any(each.get("ts") == ts and each.get("subtype") != "tombstone" for each in found.get("messages") or [])

    def _tell(self, event: Mapping[str, Any], channel: str) -> None:
        """Through the same door as what Slack tells now; a refusal is its writer's to know, and no reason to stop."""
        kind = "im" if channel.startswith("D") else "channel"
        heard = {**event, "channel": channel, "channel_type": kind}
        body = {"type": "event_callback", "team_id": self.team, "event": heard}
        try:
            self.messages.hear_again(body)
        except HelpdeskError as error:
            answer = self.refused(error, body)
            if getattr(answer, "status", 200) >= 500:
                raise


def _has_news(message: Mapping[str, Any], since: datetime) -> bool:
    latest = message.get("latest_reply")
    return bool(latest) and instant(str(latest)) > since


def _method(reading: Unread) -> str:
    return "conversations.replies" if reading.root_ts else "conversations.history"


def _retry_after(error: SlackApiError) -> float:
    headers: Mapping[str, Any] = getattr(error.response, "headers", None) or {}
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "30")
    try:
        return max(1.0, float(said[0] if isinstance(said, list) else said))
    except (TypeError, ValueError):
        return 30.0
