"""
The forms that answer a customer, and that two of the team who have one open on the same ticket see each other.

The form opens first; that somebody is answering is written down after it and shown on the cards, and in the forms that
others have open already. Nothing typed is lost: only what stands around the text is drawn anew, and nobody is kept from sending.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from bot import places
from bot.access import Grant
from bot.actions import Act, Form
from bot.blocks.forms import text_form_view
from bot.blocks.macros import reply_view
from bot.listeners.parts import Parts
from bot.listeners.reply_forms import reply_form
from bot.payloads import ButtonPress, FormSubmission
from bot.values import read_ticket_value
from bot.views import OtherAnswer, TextForm, View
from ticketing.desk.answering import Answerer
from ticketing.errors import HelpdeskError
from ticketing.model import Person, PersonId, Ticket, TicketRef
from ticketing.outbox import Notice

log = logging.getLogger(__name__)

ANSWERS = frozenset({Form.REPLY, Form.RESOLVE, Form.WAIT})
"""The forms whose text the customer reads."""

TOLD_AT_MOST = 3
"""How many open forms of others are drawn anew at once: each is a call to Slack."""


LONGEST_NAME = 64
"""Of a form, as it is kept with who has it open."""


@dataclass(frozen=True)
class OpenForm:
    """Somebody's open form, with what has to be known to draw it anew without losing what is typed in it."""

    view_id: str
    form: Form
    macro: str = ""
    drawn: int = 0

    @property
    def name(self) -> str:
        """How it is kept; one whose name would be too long is not drawn anew."""
        name = "|".join((self.view_id, self.form.value, self.macro, str(self.drawn)))
        return name if len(name) <= LONGEST_NAME else self.view_id

    @classmethod
    def read(cls, name: str) -> OpenForm | None:
        parts = name.split("|")
        return cls(parts[0], Form(parts[1]), parts[2], int(parts[3])) if len(parts) == 4 else None


@dataclass(frozen=True)
class Answering:
    """Opens these forms, and keeps who has them open."""

    parts: Parts

    def register(self, app: App) -> None:
        for form in ANSWERS:
            app.view_closed(form.value)(self.closed)

    def open(self, press: ButtonPress, form: Form, grant: Grant) -> None:
        """Show the form. Raises SlackApiError."""
        others = self.around(grant.ticket.ref, grant.person.id) if form in ANSWERS else ()
        view = self._drawn(OpenForm("", form), grant.ticket, grant.person, others)
        view_id = self.parts.private.open(press.trigger_id, view, above=press.view)
        if form in ANSWERS:
            self._begin(grant, OpenForm(view_id, form))
            self._show_on_cards(grant.ticket)

    def redrawn(self, to: Grant, view_id: str, *, macro: str, drawn: int) -> tuple[OtherAnswer, ...]:
        """A reply's form is drawn with another text: keep how. The others who are answering."""
        self._begin(to, OpenForm(view_id, Form.REPLY, macro, drawn))
        return self.around(to.ticket.ref, to.person.id)

    def around(self, ref: TicketRef, me: PersonId) -> tuple[OtherAnswer, ...]:
        """The others who are answering a ticket."""
        return tuple(
            OtherAnswer(name=self.parts.desk.person(each.person_id).name, at=each.since)
            for each in self.parts.desk.answering(ref)
            if each.person_id != me
        )

    def _begin(self, grant: Grant, opened: OpenForm) -> None:
        """The form stands already, so a failure is nobody's; it only is not seen by others."""
        try:
            others = self.parts.desk.begin_answering(grant.ticket.ref, by=grant.person.id, view=opened.name)
        except HelpdeskError as error:
            log.warning("Who is answering could not be kept (%s).", type(error).__name__)
            return
        self._aside(others, grant.ticket)

    def _drawn(
        self,
        opened: OpenForm,
        ticket: Ticket,
        reader: Person,
        others: tuple[OtherAnswer, ...],
        answer: OtherAnswer | None = None,
    ) -> View:
        if opened.form is Form.REPLY:
            return reply_view(
                reply_form(
                    self.parts,
                    ticket,
                    reader,
                    chosen=opened.macro,
                    drawn=opened.drawn,
                    others=others,
                    answer=answer,
                )
            )
        is_private = self.parts.desk.configuration().private_category(ticket.category) is not None
        can_share = opened.form is Form.RESOLVE and not is_private
        return text_form_view(
            TextForm(
                form=opened.form,
                facts=self.parts.screens.facts(ticket, reader.tz),
                customer=self.parts.desk.person(ticket.customer_id).name,
                can_share=can_share,
                others=others,
                answer=answer,
            )
        )

    def sending(self, grant: Grant) -> list[Answerer]:
        """Somebody is about to send: they answer no more, so that the cards say so. Who else has a form open."""
        self.parts.desk.end_answering(grant.ticket.ref, by=grant.person.id)
        return self.parts.desk.answering(grant.ticket.ref)

    def sent(self, others: list[Answerer], grant: Grant, text: str) -> None:
        """Show what has gone out in the forms that others have open. It is committed: who has sent it waits for none of that."""
        answer = OtherAnswer(name=grant.person.name, at=self.parts.clock(), text=text)
        self._aside(others, grant.ticket, answer)

    def closed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Closed without sending."""
        closed = FormSubmission.read(body)
        ref, _version = read_ticket_value(closed.view.private_metadata.partition("|")[0])
        person = self.parts.desk.person_by_ref(closed.person.external_ref)
        if person is not None and self.parts.desk.end_answering(ref, by=person.id):
            ticket = self.parts.desk.ticket(ref)
            self._show_on_cards(ticket)
            self._aside(self.parts.desk.answering(ref), ticket)
        ack()

    def step(self, _now: datetime) -> None:
        """What was left open and forgotten stands on no card any more."""
        for ref in self.parts.desk.forget_answering(self.parts.clock()):
            self._show_on_cards(self.parts.desk.ticket(ref))

    def _aside(self, others: list[Answerer], ticket: Ticket, answer: OtherAnswer | None = None) -> None:
        if others:
            self.parts.private.aside(lambda: self._tell(others, ticket.ref, answer), about=str(ticket.number))

    def _tell(self, others: list[Answerer], ref: TicketRef, answer: OtherAnswer | None) -> None:
        ticket = self.parts.desk.ticket(ref)
        for other, reader in self._still_may(others, ticket)[:TOLD_AT_MOST]:
            opened = OpenForm.read(other.view)
            if opened is not None:
                view = self._drawn(opened, ticket, reader, self.around(ticket.ref, reader.id), answer)
                self.parts.private.draw_anew(opened.view_id, view)

    def _still_may(self, others: list[Answerer], ticket: Ticket) -> list[tuple[Answerer, Person]]:
        """Those who could still send theirs; whose role or sight was taken away meanwhile answers no more."""
        found = []
        for other in others:
            reader = self.parts.desk.person(other.person_id)
            if self.parts.access.may(Act.REPLY, reader, ticket):
                found.append((other, reader))
            else:
                self.parts.desk.end_answering(ticket.ref, by=reader.id)
        return found

    def _show_on_cards(self, ticket: Ticket) -> None:
        outbox, now = self.parts.desk.outbox, self.parts.clock()
        for place, kind in _cards(ticket, self.parts):
            outbox.add(Notice(place, places.about_ticket(ticket.number), kind, ticket.ref), at=now)


def _cards(ticket: Ticket, parts: Parts) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    team = places.of_team(ticket, parts.desk.configuration())
    if team is not None:
        found.append((team, "triage_card"))
    holder: PersonId | None = ticket.assigned_agent_id if ticket.is_held else None
    if holder is not None:
        found.append((places.of_person(holder), "assignment_card"))
    return found
