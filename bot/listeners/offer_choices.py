"""
What is chosen on an offer: add to a ticket, a new one, not a ticket, or another ticket from the form that lists them all.

What was chosen is stored first and shown on the offer after it. Where Slack does not show it, who chose is told beside it:
nobody chooses twice for something that is done.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackClientError

from bot import places
from bot.access import Grant
from bot.actions import Act, Block, Form, Press
from bot.blocks.customer import offer_message, other_ticket_view
from bot.listeners.offers import LEASE_S, Offers, opened_offer
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, FormSubmission, PayloadError, Place, SaidMessage, SlackUser
from bot.private import reason_of
from bot.rereading import MessageGone
from bot.subjects import subject_of
from bot.text import first
from bot.values import read_offer_value
from bot.views import Offer, OfferState, OtherTicketForm, View
from bot.words import customer as words
from bot.words import inbound
from ticketing.desk.conversation import IN_NEW_TICKET
from ticketing.errors import HelpdeskError, InvalidInput
from ticketing.model import Person, TicketRef, TicketStatus
from ticketing.offering import Offered
from ticketing.offering import OfferState as Stage

log = logging.getLogger(__name__)


class OfferOfAnother(HelpdeskError):
    """Only who wrote a message says where it belongs."""

    def __init__(self, author: str) -> None:
        super().__init__(inbound.OFFER_OF_ANOTHER.format(author=first(author)))


class OfferBeingPlaced(HelpdeskError):
    """It is placed or shown anew in this very moment: what comes of that shows on it."""

    def __init__(self) -> None:
        super().__init__(words.OFFER_BEING_PLACED)


class OfferDismissed(HelpdeskError):
    """Somebody has said before that it is not a ticket."""

    def __init__(self) -> None:
        super().__init__(words.OFFER_DISMISSED)


@dataclass(frozen=True)
class OfferChoices:
    """The buttons of an offer, its menu, and the form of all one's tickets."""

    parts: Parts
    offers: Offers

    def register(self, app: App) -> None:
        app.block_action(Press.OFFER_ADD.value)(self.add)
        app.block_action(Press.OFFER_NEW.value)(self.open)
        app.block_action(Press.OFFER_DISMISS.value)(self.dismiss)
        app.block_action(Press.OFFER_MENU.value)(self.choose)
        app.view_submission(Form.OFFER.value)(self.submit)

    def add(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        source, ref = read_offer_value(press.value)
        if ref is None:
            raise PayloadError("value")
        self._add(press.person, source, ref, _place(press))
        ack()

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        source, _ = read_offer_value(press.value)
        self._open(press.person, source, _place(press))
        ack()

    def choose(self, ack: Ack, body: dict[str, Any]) -> None:
        """One of the tickets in the menu, or the form with all of them."""
        press = ButtonPress.read(body)
        source, ref = read_offer_value(press.value)
        if ref is None:
            person, offered = self._answered(press.person, source, _place(press))
            self.parts.open_and_fill(press, lambda: self._other_ticket(person, offered), body)
        else:
            self._add(press.person, source, ref, _place(press))
        ack()

    def _other_ticket(self, person: Person, offered: Offered) -> View:
        text = self.offers.words_of(self._own_words(offered, person))
        tickets = self.parts.screens.all_tickets(person)
        return other_ticket_view(OtherTicketForm(source=offered.source, text=text, tickets=tickets))

    def submit(self, ack: Ack, body: dict[str, Any]) -> None:
        """What was chosen in that form. It names a number only: whoever sends it gets at no tickets but their own."""
        sent = FormSubmission.read(body)
        source, _ = read_offer_value(sent.view.private_metadata)
        chosen = sent.view.text(Block.CHOICE)
        if not (chosen.isascii() and chosen.isdecimal() and len(chosen) <= 18):
            raise InvalidInput(Block.CHOICE, words.OFFER_CHOICE_MISSING)
        person = self.parts.access.acting(sent.person)
        self._add(sent.person, source, TicketRef(person.id, int(chosen)), None)
        ack(response_action="clear")

    def dismiss(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        source, _ = read_offer_value(press.value)
        place = _place(press)
        person, offered = self._answered(press.person, source, place)
        with self._chosen(press.person, offered, person, place) as said:
            if said is not None:
                self.parts.desk.inbound.settle(offered, Stage.GONE)
                self.parts.private.aside(lambda: self._take_away(press, place), about=press.person.id)
        ack()

    def _take_away(self, press: ButtonPress, place: Place) -> None:
        try:
            self.offers.remove(place.channel, str(place.ts))
        except (SlackClientError, OSError) as error:
            log.warning("An offer could not be taken away (%s).", reason_of(error))
            self.parts.private.say(press.person, words.OFFER_DISMISSED, place=place, trigger_id=press.trigger_id)

    def _add(self, user: SlackUser, source: str, ref: TicketRef, place: Place | None) -> None:
        """Each message by itself and under its own key, so that its edits are followed."""
        grant = self.parts.access.to(Act.ANSWER, user, ref)
        person, offered = self._answered(user, source, place)
        with self._chosen(user, offered, person, place, to=ref) as said:
            if said is not None:
                self._add_all(user, offered, grant, said, place)

    def _add_all(
        self, user: SlackUser, offered: Offered, grant: Grant, said: list[SaidMessage], place: Place | None
    ) -> None:
        ref = grant.ticket.ref
        placed, has_opened = ref, False
        for each in said:
            comment = self.parts.desk.add_comment(
                placed,
                author_id=grant.person.id,
                text=self.offers.words_of([each]),
                source=each.source,
                said_at=each.said_at,
                files=self.offers.files_of([each]),
            )
            placed = TicketRef(placed.customer_id, comment.ticket_number)
            has_opened = has_opened or comment.number == IN_NEW_TICKET
        is_done = {TicketStatus.RESOLVED, TicketStatus.CLOSED}
        has_reopened = (
            grant.ticket.status is TicketStatus.RESOLVED and self.parts.desk.ticket(ref).status not in is_done
        )
        state = OfferState.REOPENED if has_reopened else OfferState.ADDED
        state = OfferState.OPENED if has_opened else state
        settled = Offer(
            source=offered.source,
            text=self.offers.words_of(said),
            state=state,
            placed=placed.number,
            zone=grant.person.tz,
        )
        self._settle(user, offered, settled, place)

    def _open(self, user: SlackUser, source: str, place: Place) -> None:
        person, offered = self._answered(user, source, place)
        with self._chosen(user, offered, person, place) as said:
            if said is not None:
                self._open_one(user, offered, person, said, place)

    def _open_one(
        self, user: SlackUser, offered: Offered, person: Person, said: list[SaidMessage], place: Place
    ) -> None:
        text = self.offers.words_of(said)
        ticket = self.parts.desk.open_ticket(
            person.id,
            subject=subject_of(said, text),
            description=text,
            category=self.parts.screens.category_for_what_is_just_said(),
            source=said[0].opening_source,
            opened_by=person.id,
            at=said[0].said_at,
            files=self.offers.files_of(said),
        )
        promise = self.parts.screens.promised(ticket)
        self._settle(user, offered, opened_offer(offered, ticket, person, promise), place)

    @contextmanager
    def _chosen(
        self,
        user: SlackUser,
        offered: Offered,
        person: Person,
        place: Place | None,
        *,
        to: TicketRef | None = None,
    ) -> Iterator[list[SaidMessage] | None]:
        """
        The messages to be placed by a choice, for the caller alone: of two choices in one moment one is carried out.

        None where they have their place already (another than on the ticket `to`), which is shown instead. Raises
        OfferBeingPlaced, OfferDismissed and MessageGone.
        """
        inbound = self.parts.desk.inbound
        is_ours = inbound.choose(offered, self.offers.machine_time(), LEASE_S)
        try:
            yield self._to_place(user, offered, person, place, to=to, is_ours=is_ours)
        except BaseException:
            if is_ours:
                inbound.choose_again(offered)
            raise

    def _to_place(
        self,
        user: SlackUser,
        offered: Offered,
        person: Person,
        place: Place | None,
        *,
        to: TicketRef | None,
        is_ours: bool,
    ) -> list[SaidMessage] | None:
        said, went = self._standing(offered, person)
        is_there = went is not None and went.state is OfferState.ADDED and to is not None and went.placed == to.number
        if went is not None and not (is_there and is_ours):
            self._settle(user, offered, went, place)
            return None
        if is_ours:
            return said
        now = self.parts.desk.inbound.find_offer(person.id, offered.channel, offered.first_ts)
        raise OfferDismissed if now is not None and now.state is Stage.GONE else OfferBeingPlaced

    def _standing(self, offered: Offered, person: Person) -> tuple[list[SaidMessage], Offer | None]:
        """
        The messages that are still to be placed, and where they went by a choice that was made before this one.

        One of several may have become a ticket by itself, by a shortcut or an emoji: the choice is for the others.
        """
        said = self._own_words(offered, person)
        desk = self.parts.desk
        opened = self._opened(offered)
        kept = desk.ticket(opened).description if opened is not None else ""
        left = [
            each
            for each in said
            if self.parts.opened_from(person.id, each) is None and self.offers.words_of([each]) not in kept
        ]
        return (left, None) if 0 < len(left) < len(said) else (said, self._went(offered, person, said))

    def _opened(self, offered: Offered) -> TicketRef | None:
        """The ticket that its first message has become."""
        keys = (offered.source, f"{places.SAID_IN_THREAD}:{offered.channel}:{offered.first_ts}")
        found = (self.parts.desk.ticket_by_source(offered.person_id, key) for key in keys)
        return next((ref for ref in found if ref is not None), None)

    def _went(self, offered: Offered, person: Person, said: list[SaidMessage]) -> Offer | None:
        """Where the words are already, by a choice that was made before this one; None where they are nowhere."""
        opened = self._opened(offered)
        if opened is not None:
            ticket = self.parts.desk.ticket(opened)
            return opened_offer(offered, ticket, person, self.parts.screens.promised(ticket))
        found = (self.parts.desk.comment_by_source(person.id, each.source) for each in said)
        comment = next((each for each in found if each is not None), None)
        if comment is None:
            return None
        text, number = self.offers.words_of(said), comment.ticket_number
        return Offer(source=offered.source, text=text, state=OfferState.ADDED, placed=number, zone=person.tz)

    def _settle(self, user: SlackUser, offered: Offered, settled: Offer, place: Place | None) -> None:
        """Show on the offer what became of it: where it was pressed, or for a form where it stands by now."""
        shown = self.offers.as_read_there(offered, settled)
        self.parts.desk.inbound.settle(offered, Stage.PLACED)
        self.parts.private.aside(lambda: self._show(user, offered, shown, place), about=user.id)

    def _show(self, user: SlackUser, offered: Offered, settled: Offer, place: Place | None) -> None:
        ts = str(place.ts) if place is not None else offered.offer_ts
        message = offer_message(settled)
        try:
            if ts is not None:
                self.offers.show(offered.channel, ts, message)
        except (SlackClientError, OSError) as error:
            log.warning("What became of an offer could not be shown on it (%s).", reason_of(error))
            beside = place or Place(offered.channel, ts, offered.thread_ts)
            self.parts.private.say(user, message.text, place=beside)

    def _answered(self, user: SlackUser, source: str, place: Place | None) -> tuple[Person, Offered]:
        """The presser, and their offer: a button's value proves nothing, so it is looked for under their own name."""
        person = self.parts.access.acting(user)
        _, channel, first_ts = source.split(":")
        offered = self.parts.desk.inbound.find_offer(person.id, channel, first_ts)
        if place is not None and channel != place.channel:
            raise MessageGone
        if offered is None:
            raise self._not_theirs(channel, first_ts, place)
        return person, offered

    def _not_theirs(self, channel: str, first_ts: str, place: Place | None) -> HelpdeskError:
        """Who can choose on it, told to others who see it in the channel: by who wrote the message, as Slack has it."""
        found = self.parts.reading.between(channel, first_ts, first_ts, place.thread_ts) if place is not None else []
        writer = next((each.person for each in found), None)
        author = self.parts.desk.person_by_ref(writer.external_ref) if writer is not None else None
        if author is None or self.parts.desk.inbound.find_offer(author.id, channel, first_ts) is None:
            return MessageGone()
        return OfferOfAnother(author.name)

    def _own_words(self, offered: Offered, person: Person) -> list[SaidMessage]:
        said = self.offers.messages_of(offered, person)
        if not said:
            raise MessageGone
        return said


def _place(press: ButtonPress) -> Place:
    if press.place is None or press.place.ts is None:
        raise PayloadError("message")
    return press.place
