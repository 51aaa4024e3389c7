"""Choosing one of a few for a ticket: its priority, its category, until when it is out of one's list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from slack_bolt import Ack, App

from bot import text
from bot.access import Grant
from bot.actions import Act, Block, Form
from bot.blocks.forms import choice_view, read_choice
from bot.listeners.parts import Parts, any_of
from bot.payloads import FormSubmission
from bot.values import read_ticket_value
from bot.views import ChoiceForm, View
from bot.words import common
from bot.words import forms as words
from ticketing.errors import InvalidInput
from ticketing.model import Priority

ACT_OF = {Form.PRIORITY: Act.PRIORITY, Form.CATEGORY: Act.CATEGORY, Form.SNOOZE: Act.SNOOZE}
MORNING = time(9)
MONDAY = 0
LONGEST_OFFERED = timedelta(days=8)
"""What the form offers ends on the next Monday at the latest."""


def choice_forms(parts: Parts) -> dict[Act, Callable[[Grant], View]]:
    """The forms, for the buttons that open them."""

    def priority(to: Grant) -> View:
        options = tuple((str(int(one)), common.PRIORITY[one]) for one in Priority)
        return _form(parts, Form.PRIORITY, to, options, str(int(to.ticket.priority)))

    def category(to: Grant) -> View:
        hidden = parts.access.hidden(to.person)
        seen = [one for one in parts.desk.categories() if one.key not in hidden]
        return _form(parts, Form.CATEGORY, to, tuple((one.key, one.name) for one in seen), to.ticket.category)

    def snooze(to: Grant) -> View:
        return _form(parts, Form.SNOOZE, to, tuple(_moments(parts.clock(), to.person.tz)), None)

    return {Act.PRIORITY: priority, Act.CATEGORY: category, Act.SNOOZE: snooze}


def _form(parts: Parts, form: Form, to: Grant, options: tuple[tuple[str, str], ...], chosen: str | None) -> View:
    facts = parts.screens.facts(to.ticket, to.person.tz)
    return choice_view(ChoiceForm(form=form, facts=facts, options=options, chosen=chosen))


def _moments(now: datetime, zone: str) -> list[tuple[str, str]]:
    """What a snooze can end at: the instant in seconds since the epoch, and its name."""
    here = text.zone_of(zone)
    today = now.astimezone(here).date()
    to_monday = (MONDAY - today.weekday()) % 7 or 7
    named = [(now + timedelta(hours=hours), label) for hours, label in words.SNOOZE_IN.items()]
    named.append((datetime.combine(today + timedelta(days=1), MORNING, here), words.SNOOZE_TOMORROW))
    if to_monday > 1:
        named.append((datetime.combine(today + timedelta(days=to_monday), MORNING, here), words.SNOOZE_MONDAY))
    return [(str(int(at.timestamp())), label) for at, label in named]


@dataclass(frozen=True)
class TicketChoices:
    """What is sent with such a form."""

    parts: Parts

    def register(self, app: App) -> None:
        app.view_submission(any_of(ACT_OF))(self.submit)

    def submit(self, ack: Ack, body: dict[str, Any]) -> None:
        sent = FormSubmission.read(body)
        form = Form(sent.view.callback_id)
        ref, version = read_ticket_value(sent.view.private_metadata)
        to = self.parts.access.to(ACT_OF[form], sent.person, ref)
        chosen = read_choice(sent.view.payload)
        if not chosen:
            raise InvalidInput(Block.CHOICE, words.CHOICE_MISSING)
        with self.parts.as_of(ref, version):
            self._do(form, to, chosen)
        ack(response_action="clear")

    def _do(self, form: Form, to: Grant, chosen: str) -> None:
        """A value is input like any other: what was never offered is refused at the field."""
        desk, ref, by = self.parts.desk, to.ticket.ref, to.person.id
        if form is Form.CATEGORY:
            if chosen in self.parts.access.hidden(to.person):
                raise InvalidInput(Block.CHOICE, words.CHOICE_MISSING)
            desk.set_category(ref, chosen, by=by)
            return
        number = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) <= 11 else -1
        if form is Form.PRIORITY:
            if number not in {int(one) for one in Priority}:
                raise InvalidInput(Block.CHOICE, words.CHOICE_MISSING)
            desk.set_priority(ref, Priority(number), by=by)
            return
        if number < 0 or number > (self.parts.clock() + LONGEST_OFFERED).timestamp():
            raise InvalidInput(Block.CHOICE, words.CHOICE_MISSING)
        try:
            desk.snooze(ref, datetime.fromtimestamp(number, tz=self.parts.clock().tzinfo), by=by)
        except InvalidInput as error:
            raise InvalidInput(Block.CHOICE, str(error)) from error
