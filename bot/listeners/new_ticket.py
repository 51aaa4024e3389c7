"""The new-ticket form, from wherever it is opened, until its receipt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import Ack, App

from bot.actions import SHORTCUT_OPEN, SHORTCUT_OPEN_FROM_MESSAGE, Act, Block, Form, Press
from bot.blocks.forms import plain_view
from bot.blocks.new_ticket import (
    SIMILAR_MOST,
    choose_category,
    missing_answers,
    new_ticket_errors,
    new_ticket_view,
    read_new_ticket,
    receipt_view,
    similar_view,
)
from bot.listeners.offers import Offers
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, FormSubmission, PayloadError, Place, SaidMessage, Shortcut, ShownView
from bot.subjects import subject_of
from bot.values import NewTicketState, read_ticket_value
from bot.views import NewTicketAnswers, SimilarAnswer, View
from bot.words import customer as words
from ticketing.desk.sharing import OfferedAnswer
from ticketing.errors import InvalidInput
from ticketing.model import Person, Role, Ticket, TicketStatus


@dataclass(frozen=True)
class NewTicket:
    """Opens, changes and takes the form."""

    parts: Parts
    offers: Offers

    def register(self, app: App) -> None:
        app.global_shortcut(SHORTCUT_OPEN)(self.open)
        app.message_shortcut(SHORTCUT_OPEN_FROM_MESSAGE)(self.open_from_message)
        app.block_action(Press.NEW_TICKET.value)(self.open_from_home)
        app.block_action(Press.CATEGORY_CHOSEN.value)(self.choose_category)
        app.block_action(Act.READ_SIMILAR.value)(self.read_similar)
        app.block_action(Act.THAT_SOLVED_IT.value)(self.that_solved_it)
        app.view_submission(Form.NEW_TICKET.value)(self.submit)

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        shortcut = Shortcut.read(body)
        self.parts.access.people.check(shortcut.person)
        self.parts.private.open(shortcut.trigger_id, new_ticket_view(self.parts.screens.new_ticket(shortcut.person)))
        ack()

    def open_from_home(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        self.parts.access.people.check(press.person)
        form = self.parts.screens.new_ticket(press.person)
        self.parts.private.open(press.trigger_id, new_ticket_view(form), above=press.view)
        ack()

    def open_from_message(self, ack: Ack, body: dict[str, Any]) -> None:
        """On one's own message, one's own ticket; an agent opens it for whoever wrote the message."""
        shortcut = Shortcut.read(body)
        message = shortcut.message
        if message is None:
            raise PayloadError("message")
        self.parts.access.people.check(shortcut.person)
        if message.person in (None, shortcut.person):
            self.parts.private.open(shortcut.trigger_id, self._form_from(shortcut, message))
        else:  # Slack may have to be asked who they both are
            self.parts.open_and_fill(shortcut, lambda: self._form_from(shortcut, message), body)
        ack()

    def _form_from(self, shortcut: Shortcut, message: SaidMessage) -> View:
        """The form, or where the message has become a ticket before: which one."""
        opened = self._opened_from(shortcut, message)
        if opened is not None:
            return plain_view(_opened_already(opened))
        link = permalink(self.parts.home_url, message.place)
        state = NewTicketState(source=message.opening_source, permalink=link)
        author = message.person
        for_customer = None
        if author is not None and author != shortcut.person:
            presser = self.parts.access.acting(shortcut.person)
            if presser.role >= Role.AGENT:
                customer = self.parts.access.person(author)
                state = replace(state, on_behalf_of=customer.id)
                for_customer = customer.name
        text = self.parts.access.people.as_read(message.text)
        form = self.parts.screens.new_ticket(
            shortcut.person,
            subject=subject_of([message], text),
            description=text,
            state=state,
            for_customer=for_customer,
        )
        return new_ticket_view(form)

    def _opened_from(self, shortcut: Shortcut, message: SaidMessage) -> Ticket | None:
        """The ticket that a message has become. Raises TicketNotFound where whoever asks may not know of it."""
        desk, presser = self.parts.desk, shortcut.person
        asks = desk.person_by_ref(presser.external_ref)
        is_of_the_team = asks is not None and asks.role >= Role.AGENT
        writer = message.person if message.person is not None and is_of_the_team else presser
        customer = desk.person_by_ref(writer.external_ref)
        ref = self.parts.opened_from(customer.id, message) if customer is not None else None
        return self.parts.access.to(Act.OPEN, presser, ref).ticket if ref is not None else None

    def choose_category(self, ack: Ack, body: dict[str, Any]) -> None:
        """The one moment the form changes: fields, default priority, promise."""
        press = ButtonPress.read(body)
        view = press.view
        if view is None:
            raise PayloadError("view")
        self.parts.after_ack(lambda: self._change(press, view), body, about=press.person.id)
        ack()

    def _change(self, press: ButtonPress, view: ShownView) -> None:
        answers = read_new_ticket(view.payload)
        person = self.parts.access.acting(press.person)
        try:
            customer = self._for(person, answers)
        except InvalidInput:
            customer = person  # said when it is sent: what is typed stays
        # Whoever was chosen in the form stands in its field, which has to stay for that.
        for_customer = customer.name if answers.state.on_behalf_of is not None and customer.id != person.id else None
        form = self.parts.screens.new_ticket(press.person, state=answers.state, for_customer=for_customer)
        form = choose_category(form, press.value, priority_in_form=answers.priority)
        promise = self.parts.screens.promise(customer, category=press.value, priority=form.priority)
        # What the one who reads it may know, whoever the ticket is for.
        similar = self._similar(person, answers, press.value)
        self.parts.private.redraw(view, new_ticket_view(replace(form, promise=promise, similar=similar)))

    def read_similar(self, ack: Ack, body: dict[str, Any]) -> None:
        """What solved it before, on top of the form; only what this customer may be offered."""
        press = ButtonPress.read(body)
        ref, _version = read_ticket_value(press.value)
        person = self.parts.access.person(press.person)
        found = self.parts.desk.offered_answer(person.id, ref)
        self.parts.private.open(press.trigger_id, similar_view(_as_shown(found)), above=press.view)
        ack()

    def that_solved_it(self, ack: Ack, body: dict[str, Any]) -> None:
        """No ticket is opened; closing the sentence closes the form beneath it as well."""
        press = ButtonPress.read(body)
        if press.view is None:
            raise PayloadError("view")
        self.parts.private.redraw(press.view, {**plain_view(words.THAT_SOLVED_IT), "clear_on_close": True})
        ack()

    def _similar(self, reader: Person, answers: NewTicketAnswers, category: str) -> tuple[SimilarAnswer, ...]:
        text = f"{answers.subject}\n{answers.description}"
        found = self.parts.desk.offered_answers(reader.id, text, category=category, limit=SIMILAR_MOST)
        return tuple(_as_shown(each) for each in found)

    def submit(self, ack: Ack, body: dict[str, Any]) -> None:
        """The same form sent again answers with the same number; a changed text is kept as a comment."""
        submission = FormSubmission.read(body)
        answers = read_new_ticket(submission.view.payload)
        person = self.parts.access.acting(submission.person)
        faults = dict(missing_answers(self.parts.screens.new_ticket(submission.person), answers))
        if not faults:
            try:
                ticket = self._open(submission, answers, person)
            except InvalidInput as fault:
                faults = {fault.field: str(fault)}
        if faults:
            ack(response_action="errors", errors=dict(new_ticket_errors(submission.view.payload, faults)))
            return
        ack(response_action="update", view=receipt_view(self.parts.screens.receipt(ticket, person)))

    def _open(self, submission: FormSubmission, answers: NewTicketAnswers, person: Person) -> Ticket:
        source = answers.state.source or submission.source
        description = self._with_link(answers)
        ticket = self.parts.desk.open_ticket(
            self._for(person, answers).id,
            subject=answers.subject,
            description=description,
            category=answers.category or "",
            priority=answers.priority,
            source=source,
            opened_by=person.id,
            fields=answers.fields,
        )
        self.offers.placed_otherwise(ticket)
        if ticket.opened_at == ticket.as_of:
            return ticket
        # There was one already: of the message, or of this very form.
        if person.id != ticket.customer_id:
            self.parts.access.to(Act.REPLY, submission.person, ticket.ref)
        if not self._says(ticket, answers):
            if person.id != ticket.customer_id:  # what the team tells of a customer is no answer to them
                raise InvalidInput(Block.DESCRIPTION, f"{_opened_already(ticket)} {words.NOTHING_ADDED}")
            self.parts.desk.add_comment(
                ticket.ref, author_id=person.id, text=answers.description, source=f"{submission.source}:again"
            )
        return ticket

    def _says(self, ticket: Ticket, answers: NewTicketAnswers) -> bool:
        """Whether a ticket says already what a form says, whichever address of its message stands beneath it."""
        kept, link, rest = ticket.description.rpartition(words.FROM_MESSAGE.format(link=self.parts.home_url))
        has_link = bool(self.parts.home_url and link) and len(rest.split()) == 1
        return answers.description.strip() in (ticket.description, kept.strip() if has_link else ticket.description)

    def _with_link(self, answers: NewTicketAnswers) -> str:
        """The description, and beneath it where the message stands that the ticket was opened from."""
        link, home = answers.state.permalink, self.parts.home_url
        if not link or not home or not link.startswith(home):
            return answers.description
        return f"{answers.description}\n\n{words.FROM_MESSAGE.format(link=link)}".strip()

    def _for(self, person: Person, answers: NewTicketAnswers) -> Person:
        """
        Whose ticket it becomes. Only the team opens for others, whatever the form remembers.

        Raises InvalidInput where nobody was chosen who can have one.
        """
        if person.role < Role.AGENT:
            return person
        if answers.state.on_behalf_of is not None:
            return self.parts.desk.person(answers.state.on_behalf_of)
        if answers.customer is None:
            return person
        return self.parts.access.people.chosen(answers.customer, Block.CUSTOMER)


def permalink(home_url: str, place: Place) -> str | None:
    """A message's address in its workspace (docs.slack.dev/reference/methods/chat.getPermalink shows the form)."""
    if not home_url.startswith("https://") or not place.ts:
        return None
    is_reply = place.thread_ts not in (None, place.ts)
    thread = f"?thread_ts={place.thread_ts}&cid={place.channel}" if is_reply else ""
    return f"{home_url}archives/{place.channel}/p{place.ts.replace('.', '')}{thread}"


def _opened_already(ticket: Ticket) -> str:
    is_done = ticket.status in {TicketStatus.RESOLVED, TicketStatus.CLOSED}
    return (words.WAS_OPENED if is_done else words.IS_OPEN).format(number=ticket.number)


def _as_shown(offered: OfferedAnswer) -> SimilarAnswer:
    ticket = offered.ticket
    return SimilarAnswer(ref=ticket.ref, version=ticket.version, subject=ticket.subject, solution=offered.answer.text)
