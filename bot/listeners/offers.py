"""
A message outside any thread: "This has not reached anyone yet. Where does it belong?"

The offer is posted before the event is acknowledged, so that Slack sends the event again when posting fails; that an offer
stands is recorded under the message's natural key, so that the event sent twice makes one offer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from slack_bolt import Ack, App

from bot.actions import Act, Press, read_offer_value
from bot.blocks.customer import offer_message
from bot.listeners.new_ticket import first_line
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, PayloadError, Place, SaidMessage, SlackUser
from bot.people import NotAPerson, OtherOrganization
from bot.views import Offer, OfferState
from bot.words import inbound as words
from ticketing.errors import HelpdeskError
from ticketing.model import Person, TicketRef
from ticketing.shown import Shown

SIDE = "offer"
LANES = 16
"""Offers made at once: what arrives twice at the same moment queues in the same lane, and finds the first one made."""


class MessageGone(HelpdeskError):
    """The message that the offer is about was deleted, or was never theirs."""

    def __init__(self) -> None:
        super().__init__(words.MESSAGE_GONE)


@dataclass(frozen=True)
class Offers:
    """Makes offers, and does what is chosen."""

    parts: Parts
    _lanes: tuple[Lock, ...] = field(init=False, default_factory=lambda: tuple(Lock() for _ in range(LANES)))

    def register(self, app: App) -> None:
        app.block_action(Press.OFFER_ADD.value)(self.add)
        app.block_action(Press.OFFER_NEW.value)(self.open)
        app.block_action(Press.OFFER_DISMISS.value)(self.dismiss)
        app.block_action(Press.OFFER_MENU.value)(self.choose)

    def make(self, said: SaidMessage, author: SlackUser) -> None:
        """Offer places for a message, once."""
        if not said.text.strip():
            return
        try:
            person = self.parts.access.person(author)
        except (OtherOrganization, NotAPerson):
            return
        about = f"o:{said.place.ts}"
        with self._lanes[hash(about) % LANES]:
            self._make_once(said, person, about)

    def _make_once(self, said: SaidMessage, person: Person, about: str) -> None:
        place = f"p:{person.id}"
        if self.parts.desk.outbox.shown(person.id, place, about) is not None:
            return
        text = self.parts.access.people.as_read(said.text)
        offer = offer_message(self._offer(said.source, text, person))
        in_channel = said.kind != "im"
        thread_ts = (said.place.thread_ts or said.place.ts) if in_channel else said.place.thread_ts
        posted = self.parts.slack.chat_postMessage(
            channel=said.place.channel,
            thread_ts=thread_ts,
            text=offer.text,
            blocks=offer.blocks,
            link_names=False,
            unfurl_links=False,
            unfurl_media=False,
        )
        self.parts.desk.outbox.remember(
            Shown(person.id, place, about, said.place.channel, str(posted["ts"]), thread_ts, SIDE)
        )

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
        self._message(press, source)
        place = _place(press)
        self.parts.slack.chat_delete(channel=place.channel, ts=str(place.ts))
        ack()

    def _add(self, press: ButtonPress, source: str, ref: TicketRef) -> None:
        grant = self.parts.access.to(Act.ANSWER, press.person, ref)
        said = self._message(press, source)
        text = self.parts.access.people.as_read(said.text)
        comment = self.parts.desk.add_comment(
            ref, author_id=grant.person.id, text=text, source=source, said_at=said.said_at
        )
        state = OfferState.ADDED if comment.ticket_number == ref.number else OfferState.OPENED
        zone = grant.person.tz
        self._settle(press, Offer(source=source, text=text, state=state, placed=comment.ticket_number, zone=zone))

    def _open(self, press: ButtonPress, source: str) -> None:
        person = self.parts.access.person(press.person)
        said = self._message(press, source)
        text = self.parts.access.people.as_read(said.text)
        ticket = self.parts.desk.open_ticket(
            person.id,
            subject=first_line(text),
            description=text,
            category=self.parts.screens.category_for_what_is_just_said(),
            source=source,
            opened_by=person.id,
            at=said.said_at,
        )
        settled = Offer(
            source=source,
            text=text,
            state=OfferState.OPENED,
            placed=ticket.number,
            answer_by=ticket.response_due_at,
            zone=person.tz,
        )
        self._settle(press, settled)

    def _settle(self, press: ButtonPress, settled: Offer) -> None:
        """Show on the offer what became of it."""
        place = _place(press)
        message = offer_message(settled)
        self.parts.slack.chat_update(
            channel=place.channel, ts=str(place.ts), text=message.text, blocks=message.blocks or []
        )

    def _offer(self, source: str, text: str, person: Person) -> Offer:
        return Offer(source=source, text=text, tickets=self.parts.screens.open_tickets(person), zone=person.tz)

    def _message(self, press: ButtonPress, source: str) -> SaidMessage:
        """The message as Slack has it now, and only its author's: the button's value proves nothing."""
        _, channel, ts = source.split(":")
        place = _place(press)
        if channel != place.channel:
            raise MessageGone
        found = self._read(channel, ts, place.thread_ts)
        if found is None or found.person != press.person:
            raise MessageGone
        return found

    def _read(self, channel: str, ts: str, thread_ts: str | None) -> SaidMessage | None:
        if thread_ts is None or thread_ts == ts:
            answer = self.parts.slack.conversations_history(
                channel=channel, latest=ts, oldest=ts, inclusive=True, limit=1
            )
        else:
            answer = self.parts.slack.conversations_replies(
                channel=channel, ts=thread_ts, latest=ts, oldest=ts, inclusive=True, limit=2
            )
        for message in answer.get("messages") or []:
            if message.get("ts") == ts:
                return SaidMessage.read({**message, "channel": channel}, team=self.parts.access.people.team)
        return None


def _place(press: ButtonPress) -> Place:
    if press.place is None or press.place.ts is None:
        raise PayloadError("message")
    return press.place
