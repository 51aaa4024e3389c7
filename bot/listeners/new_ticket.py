"""The new-ticket form, from wherever it is opened, until its receipt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import Ack, App

from bot.actions import SHORTCUT_OPEN, SHORTCUT_OPEN_FROM_MESSAGE, Form, NewTicketState, Press
from bot.blocks.new_ticket import (
    choose_category,
    missing_answers,
    new_ticket_errors,
    new_ticket_view,
    read_new_ticket,
    receipt_view,
)
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, FormSubmission, PayloadError, Shortcut
from bot.views import NewTicketAnswers
from ticketing.errors import InvalidInput
from ticketing.model import Person, Role, Ticket

SUBJECT_LENGTH = 150


@dataclass(frozen=True)
class NewTicket:
    """Opens, changes and takes the form."""

    parts: Parts

    def register(self, app: App) -> None:
        app.global_shortcut(SHORTCUT_OPEN)(self.open)
        app.message_shortcut(SHORTCUT_OPEN_FROM_MESSAGE)(self.open_from_message)
        app.block_action(Press.NEW_TICKET.value)(self.open_from_home)
        app.block_action(Press.CATEGORY_CHOSEN.value)(self.choose_category)
        app.view_submission(Form.NEW_TICKET.value)(self.submit)

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        shortcut = Shortcut.read(body)
        self.parts.private.open(shortcut.trigger_id, new_ticket_view(self.parts.screens.new_ticket(shortcut.person)))
        ack()

    def open_from_home(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        form = self.parts.screens.new_ticket(press.person)
        self.parts.private.open(press.trigger_id, new_ticket_view(form), above=press.view)
        ack()

    def open_from_message(self, ack: Ack, body: dict[str, Any]) -> None:
        """On one's own message, one's own ticket; an agent opens it for whoever wrote the message."""
        shortcut = Shortcut.read(body)
        if shortcut.message is None:
            raise PayloadError("message")
        state = NewTicketState(source=shortcut.message.source)
        author = shortcut.message.person
        for_customer = None
        if author is not None and author != shortcut.person:
            presser = self.parts.access.person(shortcut.person)
            if presser.role >= Role.AGENT:
                customer = self.parts.access.person(author)
                state = replace(state, on_behalf_of=customer.id)
                for_customer = customer.name
        text = self.parts.access.people.as_read(shortcut.message.text)
        form = self.parts.screens.new_ticket(
            shortcut.person,
            subject=first_line(text),
            description=text,
            state=state,
            for_customer=for_customer,
        )
        self.parts.private.open(shortcut.trigger_id, new_ticket_view(form))
        ack()

    def choose_category(self, ack: Ack, body: dict[str, Any]) -> None:
        """The one moment the form changes: fields, default priority, promise."""
        press = ButtonPress.read(body)
        if press.view is None:
            raise PayloadError("view")
        answers = read_new_ticket(press.view.payload)
        person = self.parts.access.person(press.person)
        customer = self._for(person, answers)
        for_customer = customer.name if customer.id != person.id else None
        form = self.parts.screens.new_ticket(press.person, state=answers.state, for_customer=for_customer)
        form = choose_category(form, press.value, priority_in_form=answers.priority)
        promise = self.parts.screens.promise(customer, category=press.value, priority=form.priority)
        self.parts.private.redraw(press.view, new_ticket_view(replace(form, promise=promise)))
        ack()

    def submit(self, ack: Ack, body: dict[str, Any]) -> None:
        """The same form sent again answers with the same number; a changed text is kept as a comment."""
        submission = FormSubmission.read(body)
        answers = read_new_ticket(submission.view.payload)
        person = self.parts.access.person(submission.person)
        faults = dict(missing_answers(self.parts.screens.new_ticket(submission.person), answers))
        if not faults:
            try:
                ticket = self._open(submission, answers, person)
            except InvalidInput as fault:
                faults = {fault.field: str(fault)}
        if faults:
            ack(response_action="errors", errors=dict(new_ticket_errors(submission.view.payload, faults)))
            return
        ack(response_action="update", view=receipt_view(self.parts.screens.receipt(ticket, person.tz)))

    def _open(self, submission: FormSubmission, answers: NewTicketAnswers, person: Person) -> Ticket:
        source = answers.state.source or submission.source
        ticket = self.parts.desk.open_ticket(
            self._for(person, answers).id,
            subject=answers.subject,
            description=answers.description,
            category=answers.category or "",
            priority=answers.priority,
            source=source,
            opened_by=person.id,
            fields=answers.fields,
        )
        if ticket.description != answers.description.strip() and ticket.opened_at != ticket.as_of:
            self.parts.desk.add_comment(
                ticket.ref, author_id=person.id, text=answers.description, source=f"{submission.source}:again"
            )
        return ticket

    def _for(self, person: Person, answers: NewTicketAnswers) -> Person:
        """Whose ticket it becomes. Only the team opens for others, whatever the form remembers."""
        if answers.state.on_behalf_of is not None and person.role >= Role.AGENT:
            return self.parts.desk.person(answers.state.on_behalf_of)
        return person


def first_line(text: str) -> str:
    """What a message says first, short enough to be a subject."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"
