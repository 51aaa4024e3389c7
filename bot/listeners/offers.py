"""
A message outside any thread: "This has not reached anyone yet. Where does it belong?"

One offer covers what somebody writes within a minute. It is posted before the event is acknowledged, so that Slack sends the
event again when posting fails; that it is being made is a row (`ticketing.offering`), so that several processes make one.
Unanswered, it is posted anew once. What is chosen on it is `offer_choices`'s.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError

from bot import places
from bot.blocks.customer import offer_message
from bot.delivery.errors import Verdict, verdict
from bot.delivery.slack import RateLimited, Refused, carrying, failure, key_of
from bot.listeners.parts import Parts
from bot.payloads import SaidMessage, SlackUser
from bot.people import NotAPerson, OtherOrganization
from bot.private import reason_of
from bot.views import Offer, OfferState, Promise
from bot.views.common import Message
from ticketing.model import Attachment, Person, Ticket, TicketRef
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
    """Makes offers. `machine_time` is for leases."""

    parts: Parts
    machine_time: Callable[[], datetime] = _machine_time

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
            or self.parts.opened_from(person.id, said) is not None
        )

    def _post_or_unmake(self, offered: Offered, person: Person, said: list[SaidMessage]) -> None:
        try:
            self._post(offered, person, said)
        except SlackApiError as error:
            if not _failed_for_certain(error):
                log.warning("Whether an offer stands is not known (%s); it is looked for.", reason_of(error))
                return
            self.parts.desk.inbound.not_posted(offered)
            raise

    def _post(self, offered: Offered, person: Person, said: list[SaidMessage]) -> None:
        message = self._drawn(offered, person, said)
        posted = self.parts.slack.chat_postMessage(
            channel=offered.channel,
            thread_ts=offered.thread_ts,
            text=message.text,
            blocks=message.blocks,
            metadata=carrying(_key(offered)),
            link_names=False,
            unfurl_links=False,
            unfurl_media=False,
        )
        self.parts.desk.inbound.posted(offered, str(posted["ts"]))
        current = self._now(offered)
        if current.state in (Stage.GONE, Stage.PLACED):
            # What it is about was deleted, or became a ticket by another way, while it was posted.
            self.remove(current.channel, str(posted["ts"]))
        elif (current.from_ts, current.last_ts) != (offered.from_ts, offered.last_ts):
            self._redraw(current, person)  # widened while it was posted

    def _now(self, offered: Offered) -> Offered:
        """The offer as it stands by now: others work on it too."""
        return self.parts.desk.inbound.find_offer(offered.person_id, offered.channel, offered.first_ts) or offered

    def _redraw(self, offered: Offered, person: Person) -> None:
        """Show the later messages on it as well; a failure is no loss, since they are read again when it is answered."""
        try:
            message = self._drawn(offered, person, self._unplaced(offered, person))
            self.show(offered.channel, str(offered.offer_ts), message)
        except SlackApiError as error:
            log.warning("An offer could not be redrawn (%s).", reason_of(error))

    def _drawn(self, offered: Offered, person: Person, said: list[SaidMessage]) -> Message:
        text = self.words_of(said)
        if places.is_shared(offered.channel):
            # Others read it: which tickets somebody has is in the form that only they can open.
            return offer_message(Offer(source=offered.source, text=text, in_channel=True, zone=person.tz))
        every = self.parts.screens.all_tickets(person)
        tickets = tuple(each for each in every if not (each.is_closed or each.is_resolved))
        has_others = len(every) > len(tickets[:1])
        return offer_message(
            Offer(source=offered.source, text=text, tickets=tickets, has_others=has_others, zone=person.tz)
        )

    # --- by itself ----------------------------------------------------------------------------------------------------

    def step(self, now: datetime) -> datetime | None:
        """Finish what a process that died has begun, and repeat what was not answered. `now` is machine time."""
        inbound = self.parts.desk.inbound
        for offered in inbound.abandoned_offers(now, LEASE_S):
            self._or_later(self._finish, offered)
        for offered in inbound.to_repeat(self.parts.clock() - REPEATED_AFTER, now, LEASE_S):
            self._or_later(self._repeat, offered)
        waiting_since = inbound.longest_unanswered()
        if waiting_since is None:
            return None
        wait_s = self.parts.clock.real_seconds_until(waiting_since + REPEATED_AFTER)
        return now + timedelta(seconds=wait_s) if wait_s < 3600 else None

    def _or_later(self, act: Callable[[Offered], None], offered: Offered) -> None:
        """What Slack does not do now is done once the lease is over, and holds up no other."""
        try:
            act(offered)
        except (SlackClientError, OSError) as error:
            log.warning("An offer could not be shown (%s); it is tried again.", reason_of(error))

    def _finish(self, offered: Offered) -> None:
        """It may have been posted without anybody having written that down: then it is found by its key."""
        person = self.parts.desk.person(offered.person_id)
        stands = self._find(offered)
        if stands is not None:
            self.parts.desk.inbound.posted(offered, stands)
            return
        if offered.state is Stage.AGAIN:
            self._repeat(offered)
            return
        said = self.messages_of(offered, person)
        if said:
            self._post(offered, person, said)
        else:
            self.parts.desk.inbound.settle(offered, Stage.GONE)

    def _repeat(self, offered: Offered) -> None:
        """The old one vanishes: two that ask the same would be answered twice."""
        person = self.parts.desk.person(offered.person_id)
        said = self._unplaced(offered, person)
        if offered.offer_ts is not None:
            self.remove(offered.channel, offered.offer_ts)
        if said:
            self._post(offered, person, said)
        else:
            self.parts.desk.inbound.settle(offered, Stage.GONE)

    def placed_otherwise(self, ticket: Ticket) -> None:
        """
        A ticket was opened from a message, by a shortcut or an emoji: what was offered for it is settled.

        An offer for several messages goes on for the others. What Slack does not show is no loss: it is asked again before the
        offer is repeated.
        """
        came_from = places.message_in(ticket.source)
        inbound, person_id = self.parts.desk.inbound, ticket.customer_id
        offered = inbound.offer_covering(person_id, *came_from) if came_from is not None else None
        if offered is None or not (offered.is_open or offered.state is Stage.MAKING):
            return
        person = self.parts.desk.person(person_id)
        if offered.from_ts == offered.last_ts:
            inbound.settle(offered, Stage.PLACED)
        self.parts.private.aside(lambda: self._follow(offered, person, ticket), about=person.external_ref)

    def _follow(self, offered: Offered, person: Person, ticket: Ticket) -> None:
        try:
            if offered.from_ts != offered.last_ts and self._unplaced(offered, person):
                self._redraw(offered, person)
                return
            self.parts.desk.inbound.settle(offered, Stage.PLACED)
            if offered.offer_ts is not None:
                promise = self.parts.screens.promised(ticket)
                settled = self.as_read_there(offered, opened_offer(offered, ticket, person, promise))
                self.show(offered.channel, offered.offer_ts, offer_message(settled))
        except (SlackClientError, OSError) as error:
            log.warning("What became of an offer could not be shown on it (%s).", reason_of(error))

    def _unplaced(self, offered: Offered, person: Person) -> list[SaidMessage]:
        """Its messages that have no other place by now."""
        return [each for each in self.messages_of(offered, person) if not self._is_placed(each, person)]

    def _find(self, offered: Offered) -> str | None:
        slack = self.parts.slack
        asked: dict[str, Any] = {"channel": offered.channel, "oldest": offered.first_ts, "limit": 200}
        if offered.thread_ts is None:
            found = slack.conversations_history(**asked, include_all_metadata=True)
        else:
            found = slack.conversations_replies(**asked, ts=offered.thread_ts, include_all_metadata=True)
        for message in found.get("messages") or []:
            is_ours = message.get("user") == self.parts.access.people.bot_user_id
            is_another = message.get("ts") != offered.offer_ts  # than the one that is to be repeated
            if is_ours and is_another and key_of(message) == _key(offered):
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
        if self.messages_of(offered, person):
            if offered.is_open:
                self._redraw(offered, person)
            return
        self.parts.desk.inbound.settle(offered, Stage.GONE)
        stands_at = self._now(offered).offer_ts  # read after settling: whoever posts it later sees that it is gone
        if stands_at is not None:
            self.remove(offered.channel, stands_at)

    # --- reading and showing ------------------------------------------------------------------------------------------

    def messages_of(self, offered: Offered, person: Person) -> list[SaidMessage]:
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

    def words_of(self, said: list[SaidMessage]) -> str:
        """What several messages say, one below the other."""
        return "\n".join(self.parts.access.people.words_of(each) for each in said)

    def files_of(self, said: list[SaidMessage]) -> tuple[Attachment, ...]:
        return self.parts.access.people.files_of(said)

    def show(self, channel: str, ts: str, message: Message) -> None:
        """Change an offer where it stands. Raises SlackApiError."""
        self.parts.slack.chat_update(channel=channel, ts=ts, text=message.text, blocks=message.blocks or [])

    def as_read_there(self, offered: Offered, settled: Offer) -> Offer:
        """What became of an offer, for all who read it: in a channel no number of a ticket that does not go on there."""
        if settled.placed is None or not places.is_shared(offered.channel):
            return settled
        ticket = self.parts.desk.ticket(TicketRef(offered.person_id, settled.placed))
        goes_on = places.channel_in(places.of_customer(ticket, self.parts.desk.configuration()))
        return settled if goes_on == offered.channel else replace(settled, placed=None)

    def remove(self, channel: str, ts: str) -> None:
        """Delete an offer; that it is gone already is fine. Raises SlackApiError."""
        try:
            self.parts.slack.chat_delete(channel=channel, ts=ts)
        except SlackApiError as error:
            if reason_of(error) not in GONE:
                raise


def _failed_for_certain(error: SlackApiError) -> bool:
    """Whether Slack has posted nothing: a failure of its own says nothing about that."""
    failed = failure("chat.postMessage", error)
    if isinstance(failed, Refused):
        return verdict(failed.code, 1) is not Verdict.DOUBTFUL
    return isinstance(failed, RateLimited)


def opened_offer(offered: Offered, ticket: Ticket, person: Person, promise: Promise | None) -> Offer:
    """An offer that has become a ticket."""
    return Offer(
        source=offered.source,
        text=ticket.description,
        state=OfferState.OPENED,
        placed=ticket.number,
        promise=promise,
        zone=person.tz,
    )


def _key(offered: Offered) -> str:
    """What the message is, whoever posts it."""
    return f"{offered.person_id}/o:{offered.channel}:{offered.first_ts}"
