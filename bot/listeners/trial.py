"""Open a test ticket: the last step of the first run, with nobody disturbed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot import text
from bot.actions import Form, Press
from bot.blocks.asking import question_view
from bot.blocks.forms import plain_view
from bot.channel_checks import ChannelChecks
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, FormSubmission, SlackUser
from bot.people import MADE_UP
from bot.views.asking import Kind, Question, QuestionForm
from bot.words import trial as words
from ticketing.errors import InvalidInput, NotAllowed
from ticketing.model import Person, Role

CHANNEL = "channel"


@dataclass(frozen=True)
class TestTickets:
    """The button in an admin's App Home, and its form."""

    __test__ = False

    parts: Parts
    checks: ChannelChecks

    def register(self, app: App) -> None:
        app.block_action(Press.TEST_TICKET.value)(self.ask)
        app.view_submission(Form.TRIAL.value)(self.open)

    def ask(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        self._admin(press.person)
        question = Question(
            block=CHANNEL, label=words.LABEL, kind=Kind.PRIVATE_CHANNEL, hint=words.HINT, is_optional=False
        )
        form = QuestionForm(
            form=Form.TRIAL, title=words.TITLE, lines=(words.NOTE,), questions=(question,), submit=words.OPEN
        )
        self.parts.private.open(press.trigger_id, question_view(form), above=press.view)
        ack()

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        sent = FormSubmission.read(body)
        admin = self._admin(sent.person)
        channel = sent.view.text(CHANNEL)
        fault = self.checks.fault(channel, private=True)
        if fault:
            raise InvalidInput(CHANNEL, fault)
        is_last_step = self._is_led_through(admin)
        customer = self.parts.desk.ensure_person(f"{sent.person.team}:{MADE_UP}", words.CUSTOMER, tz=admin.tz)
        ticket = self.parts.desk.open_test_ticket(
            customer.id,
            subject=words.SUBJECT,
            description=words.DESCRIPTION,
            channel=channel,
            source=sent.source,
            by=admin.id,
        )
        said = words.OPENED.format(number=ticket.number, channel=text.channel(channel))
        if is_last_step:
            said = f"{said} {words.LAST_STEP}"
        ack(response_action="update", view=plain_view(said))

    def _is_led_through(self, admin: Person) -> bool:
        """Whether their App Home leads them through the first run still."""
        first_run = self.parts.screens.first_run
        guide = first_run.guide(admin) if first_run else None
        return guide is not None and bool(guide.steps)

    def _admin(self, user: SlackUser) -> Person:
        person = self.parts.access.acting(user)
        if person.role < Role.ADMIN:
            raise NotAllowed("open a test ticket", "admin")
        return person
