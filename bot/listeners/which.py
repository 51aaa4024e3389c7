"""
A channel message from which several tickets began: in its thread, which of them does somebody of the team mean?

Whoever has one of them means that one. Who has none, or several, is asked, in a message that nobody else sees, and nothing is
guessed: until they choose, their words are on no ticket, and stay what they are, words that everybody there can read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot import places
from bot.access import holds
from bot.actions import Act
from bot.blocks.triage import which_message
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, PayloadError, SaidMessage, SlackUser
from bot.rereading import MessageGone
from bot.values import read_offer_value
from bot.views.team import WhichTicket
from bot.words import inbound as words
from ticketing.errors import HelpdeskError
from ticketing.model import Person, PersonId, Ticket, TicketRef, TicketStatus


class AlreadyThere(HelpdeskError):
    """It was chosen before."""

    def __init__(self, number: int) -> None:
        super().__init__(words.MEANT_BEFORE.format(number=number))


@dataclass(frozen=True)
class Which:
    """Asks, and has what was said taken for the ticket that was chosen."""

    parts: Parts

    def register(self, app: App, take: Callable[[SaidMessage, SlackUser, TicketRef], None]) -> None:
        """`take` does with a message what it means on a ticket."""

        def meant(ack: Ack, body: dict[str, Any]) -> None:
            self._meant(ButtonPress.read(body), take)
            ack()

        app.block_action(Act.MEANT.value)(meant)

    def of(self, said: SaidMessage, author: SlackUser, person: Person, first: TicketRef) -> TicketRef | None:
        """The ticket that is meant: the author's own, or for the team theirs; None where they are asked."""
        refs = self._begun_with(said)
        own = next((ref for ref in refs if ref.customer_id == person.id), None)
        kept = own or self._kept_on(said, refs)
        if kept is not None or len(refs) < 2:
            return kept or first
        tickets = [self.parts.desk.ticket(ref) for ref in refs]
        theirs = [each for each in tickets if self.parts.access.may(Act.MEANT, person, each)]
        held = [each for each in theirs if holds(person, each)]
        meant = held or [each for each in theirs if each.status is not TicketStatus.CLOSED]
        if len(meant) > 1:
            self._ask(said, author, person, meant)
            return None
        return meant[0].ref if meant else first

    def _ask(self, said: SaidMessage, author: SlackUser, person: Person, tickets: list[Ticket]) -> None:
        facts = tuple(self.parts.screens.facts(each, person.tz) for each in tickets)
        message = which_message(WhichTicket(source=said.source, tickets=facts))
        self.parts.private.say(author, message, place=said.place)

    def _meant(self, press: ButtonPress, take: Callable[[SaidMessage, SlackUser, TicketRef], None]) -> None:
        source, ref = read_offer_value(press.value)
        if ref is None or press.place is None:
            raise PayloadError("value")
        self.parts.access.to(Act.MEANT, press.person, ref)
        said = self.parts.reading.own_message(press.person, source, press.place)
        refs = self._begun_with(said)
        if ref not in refs:
            raise MessageGone
        kept = self._kept_on(said, refs)
        if kept is not None:
            raise AlreadyThere(kept.number)
        take(said, press.person, ref)
        self.parts.private.say(press.person, words.MEANT_NOW.format(number=ref.number), place=press.place)

    def _begun_with(self, said: SaidMessage) -> list[TicketRef]:
        every = self.parts.desk.outbox.every_shown_by_message(said.place.channel, str(said.place.thread_ts))
        found = ((each.customer_id, places.ticket_in(each.about)) for each in every)
        return [TicketRef(PersonId(customer_id), number) for customer_id, number in found if number]

    def _kept_on(self, said: SaidMessage, refs: list[TicketRef]) -> TicketRef | None:
        """The ticket on which a message is by now; it may have gone on to another of its customer's."""
        for customer_id in dict.fromkeys(ref.customer_id for ref in refs):
            comment = self.parts.desk.comment_by_source(customer_id, said.source)
            if comment is not None:
                on_it = (ref for ref in refs if ref.number == comment.ticket_number)
                return next(on_it, next(ref for ref in refs if ref.customer_id == customer_id))
        return None
