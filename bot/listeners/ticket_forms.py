"""What is sent with the forms of a ticket: replies, notes, questions, solutions, another holder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_bolt import Ack, App

from bot import places, text
from bot.access import Grant
from bot.actions import Act, Block, Form
from bot.blocks.forms import is_shared, plain_view, read_rating
from bot.blocks.macros import read_reply
from bot.listeners.answering import ANSWERS, Answering
from bot.listeners.parts import Parts, any_of
from bot.payloads import FormSubmission
from bot.refusals import followed_up, slow
from bot.values import read_holder_value, read_person_value, read_reply_value, read_ticket_value
from bot.words import forms as words
from bot.words.joining import WENT_ON
from ticketing.desk.assignment import Seen
from ticketing.errors import InvalidInput, NotAnAgent, OwnTicket

ACT_OF: Mapping[Form, Act] = {
    Form.REPLY: Act.REPLY,
    Form.NOTE: Act.NOTE,
    Form.RESOLVE: Act.RESOLVE,
    Form.WAIT: Act.WAIT,
    Form.ANSWER: Act.ANSWER,
    Form.RELEASE: Act.RELEASE,
    Form.ASSIGN: Act.ASSIGN,
    Form.RATING: Act.RATING_COMMENT,
}
"""Each form, and the act that sending it is: decided anew, since a role may have changed while the form was open."""


@dataclass(frozen=True)
class TicketForms:
    """One form, one act. A form sent twice is one act: its view's id is the comment's natural key."""

    parts: Parts
    answering: Answering
    _send: dict[Form, Callable[[Grant, FormSubmission], str | None]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._send.update(
            {
                Form.REPLY: self._reply,
                Form.ANSWER: self._answer,
                Form.NOTE: self._note,
                Form.RESOLVE: self._resolve,
                Form.WAIT: self._wait,
                Form.RELEASE: self._release,
                Form.ASSIGN: self._assign,
                Form.RATING: self._rate,
            }
        )

    def register(self, app: App) -> None:
        app.view_submission(any_of(ACT_OF))(self.submit)

    def submit(self, ack: Ack, body: dict[str, Any]) -> None:
        submission = FormSubmission.read(body)
        form = Form(submission.view.callback_id)
        # A reply's form remembers more than its ticket.
        ref, version = read_ticket_value(submission.view.private_metadata.partition("|")[0])
        grant = self.parts.access.to(ACT_OF[form], submission.person, ref)
        if form in ANSWERS:
            told = self._send_seen(form, grant, submission, version)
        else:
            with self.parts.as_of(ref, version):
                told = self._send[form](grant, submission)
        if told is not None:
            ack(response_action="update", view={**plain_view(told), "clear_on_close": True})
            return
        # What was typed is stored: every form above and below is done with.
        ack(response_action="clear")

    def _send_seen(self, form: Form, grant: Grant, sent: FormSubmission, version: int) -> str | None:
        """Others who are writing an answer see this one before they send theirs. Returns what there is to say of it."""
        answer = read_reply(sent.view.payload)
        if not answer:
            raise InvalidInput(Block.TEXT, words.MISSING[form])
        others = self.answering.sending(grant)
        with self.parts.as_of(grant.ticket.ref, version):
            self._send[form](grant, sent)
        self.answering.sent(others, grant, answer)
        return slow() if self._is_held_up(grant) else None

    def _is_held_up(self, grant: Grant) -> bool:
        """Whether Slack did not take what was to be shown to the customer before this."""
        return self.parts.desk.outbox.is_held_up(places.of_customer(grant.ticket, self.parts.desk.configuration()))

    def _reply(self, to: Grant, sent: FormSubmission) -> None:
        """With a macro, what else that says is done in the same step."""
        answer, macro = read_reply(sent.view.payload), read_reply_value(sent.view.private_metadata)[2]
        desk, ref, by = self.parts.desk, to.ticket.ref, to.person.id
        if macro:
            desk.apply_macro(ref, macro, by=by, source=sent.source, text=answer)
        else:
            desk.add_comment(ref, author_id=by, text=answer, source=sent.source, as_reply=True)

    def _answer(self, to: Grant, sent: FormSubmission) -> str | None:
        """On a ticket that is closed by now it opens another, and on one that was joined with another it goes on there."""
        ref, goes_on = to.ticket.ref, self.parts.desk.joined_with(to.ticket.ref)
        kept = self.parts.desk.add_comment(ref, author_id=to.person.id, text=_text(sent), source=sent.source)
        if kept.ticket_number != goes_on.number:
            return followed_up(goes_on.number, kept.ticket_number)
        return WENT_ON.format(number=ref.number, target=goes_on.number) if goes_on != ref else None

    def _note(self, to: Grant, sent: FormSubmission) -> None:
        self.parts.desk.add_comment(
            to.ticket.ref, author_id=to.person.id, text=_text(sent), internal=True, source=sent.source
        )

    def _resolve(self, to: Grant, sent: FormSubmission) -> None:
        share = is_shared(sent.view.payload)
        self.parts.desk.resolve(to.ticket.ref, by=to.person.id, answer=_text(sent), source=sent.source, share=share)

    def _wait(self, to: Grant, sent: FormSubmission) -> None:
        self.parts.desk.wait_for_customer(to.ticket.ref, by=to.person.id, question=_text(sent), source=sent.source)

    def _release(self, to: Grant, sent: FormSubmission) -> None:
        self.parts.desk.release(to.ticket.ref, by=to.person.id)
        self._note_for_the_next(to, sent)

    def _assign(self, to: Grant, sent: FormSubmission) -> None:
        chosen = sent.view.text(Block.AGENT)
        if not chosen:
            raise InvalidInput(Block.AGENT, words.ASSIGN_MISSING)
        remembered = sent.view.private_metadata
        # One that was opened before the app was renewed may remember less.
        seen = Seen(read_holder_value(remembered)) if "|" in remembered else None
        taker = read_person_value(chosen)
        try:
            self.parts.desk.assign(to.ticket.ref, to=taker, by=to.person.id, seen=seen)
        except (NotAnAgent, OwnTicket) as error:
            if isinstance(error, NotAnAgent) and error.person_id != taker:
                raise
            sentence = words.ASSIGN_OWN if isinstance(error, OwnTicket) else words.ASSIGN_NO_AGENT
            name = text.first(self.parts.desk.person(taker).name)
            raise InvalidInput(Block.AGENT, sentence.format(name=name)) from error
        self._note_for_the_next(to, sent)

    def _rate(self, to: Grant, sent: FormSubmission) -> None:
        is_helpful, comment = read_rating(sent.view.payload)
        self.parts.desk.rate(to.ticket.ref, by=to.person.id, is_helpful=is_helpful, comment=comment)

    def _note_for_the_next(self, to: Grant, sent: FormSubmission) -> None:
        if sent.view.text(Block.TEXT):
            self._note(to, sent)


def _text(sent: FormSubmission) -> str:
    written = sent.view.text(Block.TEXT)
    if not written:
        raise InvalidInput(Block.TEXT, words.MISSING[Form(sent.view.callback_id)])
    return written
