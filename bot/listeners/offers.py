"""
A message outside any thread: "This has not reached anyone yet. Where does it belong?"

One offer covers what somebody writes within a minute. It is posted before the event is acknowledged, so that Slack sends the
event again when posting fails; that it is being made is a row (`ticketing.offering`), so that several processes make one.
Unanswered, it is posted anew once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackApiError

from bot.actions import Act, Press, read_offer_value
from bot.blocks.customer import offer_message
from bot.delivery.slack import EVENT_TYPE
from bot.listeners.new_ticket import first_line
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, PayloadError, Place, SaidMessage, SlackUser
from bot.people import NotAPerson, OtherOrganization
from bot.private import reason_of
from bot.rereading import MessageGone
from bot.views import Offer, OfferState
from bot.views.common import Message
from ticketing.model import Person, TicketRef
from ticketing.offering import Offered
from ticketing.offering import OfferState as Stage

log = logging.getLogger(__name__)

REPEATED_AFTER = timedelta(minutes=15)
"""In business time: how long an offer waits for an answer before it is posted anew."""

LEASE_S = 15.0
"""Machine time that making an offer may take: more than all its calls to Slack may last."""

GONE = frozenset({"message_not_found", "already_deleted", "cant_delete_message", "cant_update_message"})


def _machine_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Offers:
    """Makes offers, and does what is chosen. `machine_time` is for leases."""

    parts: Parts
    machine_time: Callable[[], datetime] = _machine_time

    def register(self, app: App) -> None:
        app.block_action(Press.OFFER_ADD.value)(self.add)
        app.block_action(Press.OFFER_NEW.value)(self.open)
        app.block_action(Press.OFFER_DISMISS.value)(self.dismiss)
        app.block_action(Press.OFFER_MENU.value)(self.choose)

    # --- making -------------------------------------------------------------------------------------------------------

    def make(self, said: SaidMessage, author: SlackUser) -> None:
        """Offer places for a message, once, together with what they wrote just before."""
        if said.is_empty:
            return
        try:
            person = self.parts.access.person(author)
        except (OtherOrganization, NotAPerson):
            return
        if self._is_placed(said, person):
            return
        place = said.place
        thread_ts = (place.thread_ts or place.ts) if said.kind != "im" else place.thread_ts
        offered, is_ours, is_wider = self.parts.desk.inbound.offer(
            person.id,
            place.channel,
            str(place.ts),
            thread_ts,
            at=self.parts.clock(),
            now=self.machine_time(),
            lease_s=LEASE_S,
        )
        if is_ours:
            self._post_or_unmake(offered, person, [said])
        elif is_wider and offered.is_open:
            self._redraw(offered, person)

    def _is_placed(self, said: SaidMessage, person: Person) -> bool:
        """It has its place already: read again, or given one by a shortcut or an emoji before its event came."""
        desk = self.parts.desk
        return (
            desk.comment_by_source(person.id, said.source) is not None
            or desk.ticket_by_source(person.id, said.source) is not None
        )

    def _post_or_unmake(self, offered: Offered, person: Person, said: list[SaidMessage]) -> None:
        try:
            self._post(offered, person, said)
        except SlackApiError:
            self.parts.desk.inbound.not_posted(offered)
            raise

    def _post(self, offered: Offered, person: Person, said: list[SaidMessage]) -> None:
        message = self._drawn(offered, person, said)
        posted = self.parts.slack.chat_postMessage(
            channel=offered.channel,
            thread_ts=offered.thread_ts,
            text=message.text,
            blocks=message.blocks,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": _key(offered)}},
            link_names=False,
            unfurl_links=False,
            unfurl_media=False,
        )
        self.parts.desk.inbound.posted(offered, str(posted["ts"]))
        current = self._now(offered)
        if current.state is Stage.GONE:
            self._delete(current.channel, str(posted["ts"]))  # what it is about was deleted while it was posted
        elif (current.from_ts, current.last_ts) != (offered.from_ts, offered.last_ts):
            self._redraw(current, person)  # widened while it was posted

    def _now(self, offered: Offered) -> Offered:
        """The offer as it stands by now: others work on it too."""
        return self.parts.desk.inbound.find_offer(offered.person_id, offered.channel, offered.first_ts) or offered

    def _redraw(self, offered: Offered, person: Person) -> None:
        """Show the later messages on it as well; a failure is no loss, since they are read again when it is answered."""
        try:
            message = self._drawn(offered, person, self._said(offered, person))
            self._update(offered.channel, str(offered.offer_ts), message)
        except SlackApiError as error:
            log.warning("An offer could not be redrawn (%s).", reason_of(error))

    def _drawn(self, offered: Offered, person: Person, said: list[SaidMessage]) -> Message:
        text = self._words(said)
        tickets = self.parts.screens.open_tickets(person)
        return offer_message(Offer(source=offered.source, text=text, tickets=tickets, zone=person.tz))

    # --- by itself ----------------------------------------------------------------------------------------------------

    def step(self, now: datetime) -> datetime | None:
        """Finish what a process that died has begun, and repeat what was not answered. `now` is machine time."""
        inbound = self.parts.desk.inbound
        for offered in inbound.abandoned_offers(now, LEASE_S):
            self._finish(offered)
        for offered in inbound.to_repeat(self.parts.clock() - REPEATED_AFTER):
            self._repeat(offered)
        waiting_since = inbound.longest_unanswered()
        if waiting_since is None:
            return None
        wait_s = self.parts.clock.real_seconds_until(waiting_since + REPEATED_AFTER)
        return now + timedelta(seconds=wait_s) if wait_s < 3600 else None

    def _finish(self, offered: Offered) -> None:
        """It may have been posted without anybody having written that down: then it is found by its key."""
        person = self.parts.desk.person(offered.person_id)
        stands = self._find(offered)
        if stands is not None:
            self.parts.desk.inbound.posted(offered, stands)
            return
        said = self._said(offered, person)
        if said:
            self._post(offered, person, said)
        else:
            self.parts.desk.inbound.settle(offered, Stage.GONE)

    def _repeat(self, offered: Offered) -> None:
        """The old one vanishes: two that ask the same would be answered twice."""
        person = self.parts.desk.person(offered.person_id)
        said = self._said(offered, person)
        if offered.offer_ts is not None:
            self._delete(offered.channel, offered.offer_ts)
        if said:
            self._post(offered, person, said)
        else:
            self.parts.desk.inbound.settle(offered, Stage.GONE)

    def _find(self, offered: Offered) -> str | None:
        slack = self.parts.slack
        asked: dict[str, Any] = {"channel": offered.channel, "oldest": offered.first_ts, "limit": 200}
        if offered.thread_ts is None:
            found = slack.conversations_history(**asked, include_all_metadata=True)
        else:
            found = slack.conversations_replies(**asked, ts=offered.thread_ts, include_all_metadata=True)
        for message in found.get("messages") or []:
            metadata = message.get("metadata") or {}
            is_ours = message.get("user") == self.parts.access.people.bot_user_id
            if is_ours and (metadata.get("event_payload") or {}).get("key") == _key(offered):
                return str(message["ts"])
        return None

    def covers(self, said: SaidMessage) -> bool:
        """Whether a message was offered a place, whatever became of it."""
        person = self.parts.desk.person_by_ref(said.person.external_ref) if said.person else None
        if person is None:
            return False
        return self.parts.desk.inbound.offer_covering(person.id, said.place.channel, str(said.place.ts)) is not None

    def message_gone(self, said: SaidMessage) -> None:
        """What it is about was deleted: an offer for nothing vanishes, one for several messages shows the others."""
        person = self.parts.desk.person_by_ref(said.person.external_ref) if said.person else None
        ts = str(said.place.ts)
        offered = self.parts.desk.inbound.offer_covering(person.id, said.place.channel, ts) if person else None
        if person is None or offered is None or not (offered.is_open or offered.state is Stage.MAKING):
            return
        if self._said(offered, person):
            if offered.is_open:
                self._redraw(offered, person)
            return
        self.parts.desk.inbound.settle(offered, Stage.GONE)
        stands_at = self._now(offered).offer_ts  # read after settling: whoever posts it later sees that it is gone
        if stands_at is not None:
            self._delete(offered.channel, stands_at)

    # --- what is chosen -----------------------------------------------------------------------------------------------

    def add(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        source, ref = read_offer_value(press.value)
        if ref is None:
            raise PayloadError("value")
        self._add(press, source, ref)
        ack()

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        source, _ = read_offer_value(press.value)
        self._open(press, source)
        ack()

    def choose(self, ack: Ack, body: dict[str, Any]) -> None:
        """Another ticket, from the menu."""
        press = ButtonPress.read(body)
        source, ref = read_offer_value(press.value)
        if ref is None:
            self._open(press, source)
        else:
            self._add(press, source, ref)
        ack()

    def dismiss(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        source, _ = read_offer_value(press.value)
        person, offered = self._answered(press, source)
        self._own_words(offered, person)
        self.parts.desk.inbound.settle(offered, Stage.GONE)
        place = _place(press)
        self._delete(place.channel, str(place.ts))
        ack()

    def _add(self, press: ButtonPress, source: str, ref: TicketRef) -> None:
        """Each message by itself and under its own key, so that its edits are followed."""
        grant = self.parts.access.to(Act.ANSWER, press.person, ref)
        person, offered = self._answered(press, source)
        said = self._own_words(offered, person)
        placed = ref
        for each in said:
            comment = self.parts.desk.add_comment(
                placed,
                author_id=grant.person.id,
                text=self._words([each]),
                source=each.source,
                said_at=each.said_at,
            )
            placed = TicketRef(placed.customer_id, comment.ticket_number)
        state = OfferState.ADDED if placed == ref else OfferState.OPENED
        settled = Offer(source=source, text=self._words(said), state=state, placed=placed.number, zone=person.tz)
        self._settle(press, offered, settled)

    def _open(self, press: ButtonPress, source: str) -> None:
        person, offered = self._answered(press, source)
        said = self._own_words(offered, person)
        text = self._words(said)
        ticket = self.parts.desk.open_ticket(
            person.id,
            subject=first_line(text),
            description=text,
            category=self.parts.screens.category_for_what_is_just_said(),
            source=source,
            opened_by=person.id,
            at=said[0].said_at,
        )
        settled = Offer(
            source=source,
            text=text,
            state=OfferState.OPENED,
            placed=ticket.number,
            answer_by=ticket.response_due_at,
            zone=person.tz,
        )
        self._settle(press, offered, settled)

    def _settle(self, press: ButtonPress, offered: Offered, settled: Offer) -> None:
        """Show on the offer what became of it."""
        self.parts.desk.inbound.settle(offered, Stage.PLACED)
        place = _place(press)
        self._update(place.channel, str(place.ts), offer_message(settled))

    def _answered(self, press: ButtonPress, source: str) -> tuple[Person, Offered]:
        """The presser, and their offer: a button's value proves nothing, so it is looked for under their own name."""
        person = self.parts.access.acting(press.person)
        _, channel, first_ts = source.split(":")
        place = _place(press)
        if channel != place.channel:
            raise MessageGone
        offered = self.parts.desk.inbound.find_offer(person.id, channel, first_ts)
        if offered is None:
            raise MessageGone
        return person, offered

    def _own_words(self, offered: Offered, person: Person) -> list[SaidMessage]:
        said = self._said(offered, person)
        if not said:
            raise MessageGone
        return said

    def _said(self, offered: Offered, person: Person) -> list[SaidMessage]:
        """The messages it covers, as Slack has them now, and only its person's."""
        in_thread = offered.thread_ts if offered.thread_ts != offered.first_ts else None
        found = self.parts.reading.between(offered.channel, offered.from_ts, offered.last_ts, in_thread)
        return [
            each
            for each in found
            if each.person is not None
            and each.person.external_ref == person.external_ref
            and (in_thread is not None or not each.is_in_thread)
        ]

    def _words(self, said: list[SaidMessage]) -> str:
        return "\n".join(self.parts.access.people.words_of(each) for each in said)

    def _update(self, channel: str, ts: str, message: Message) -> None:
        self.parts.slack.chat_update(channel=channel, ts=ts, text=message.text, blocks=message.blocks or [])

    def _delete(self, channel: str, ts: str) -> None:
        try:
            self.parts.slack.chat_delete(channel=channel, ts=ts)
        except SlackApiError as error:
            if reason_of(error) not in GONE:
                raise


def _key(offered: Offered) -> str:
    """What the message is, whoever posts it."""
    return f"{offered.person_id}/o:{offered.channel}:{offered.first_ts}"


def _place(press: ButtonPress) -> Place:
    if press.place is None or press.place.ts is None:
        raise PayloadError("message")
    return press.place
