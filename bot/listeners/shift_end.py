"""The end of a shift: Hand over, Away and Back, from App Home."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import Ack, App

from bot.actions import Block, Form, Press
from bot.blocks.day import away_view, handover_result_view, handover_view, is_away_after, read_handover
from bot.blocks.forms import read_until_value
from bot.handing_over import HandingOver, result
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, FormSubmission
from bot.until import next_time, tomorrow_morning
from bot.words import day as words
from bot.words import inbound as inbound_words
from bot.work import work_of
from ticketing.errors import InvalidInput
from ticketing.model import Person, Ticket


@dataclass(frozen=True)
class ShiftEnd:
    """Opens the forms, and does what they say."""

    parts: Parts

    def register(self, app: App) -> None:
        app.block_action(Press.HAND_OVER.value)(self.open)
        app.view_submission(Form.HANDOVER.value)(self.hand_over)
        app.block_action(Press.AWAY.value)(self.open_away)
        app.view_submission(Form.AWAY.value)(self.away)
        app.block_action(Press.BACK.value)(self.back)

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        person = self.parts.access.agent(press.person, "hand over tickets")
        now = self.parts.clock()
        held = self._held(person)
        rows = [(ticket, self.parts.screens.agent_row(ticket, person)) for ticket in held]
        form = HandingOver(self.parts.desk, self.parts.screens.sight).form(person, now, rows)
        self.parts.private.open(press.trigger_id, handover_view(form), above=press.view)
        ack()

    def hand_over(self, ack: Ack, body: dict[str, Any]) -> None:
        """The plan is committed first; should this process end now, another completes it and tells of it."""
        sent = FormSubmission.read(body)
        person = self.parts.access.agent(sent.person, "hand over tickets")
        plan, goes_away = read_handover(sent.view.payload), is_away_after(sent.view.payload)
        desk = self.parts.desk
        desk.plan_handover(person.id, plan, source=sent.source)
        if goes_away:  # before there is room for what waits
            desk.set_available(person.id, available=False, by=person.id)
        done = desk.carry_out_handover(sent.source)
        kept = [ticket.number for ticket in self._held(person) if ticket.ref not in plan]
        said = replace(result(desk, done, kept), is_away=goes_away)
        ack(response_action="update", view=handover_result_view(said))
        self.parts.redraw_home(sent.person, person)

    def _held(self, person: Person) -> tuple[Ticket, ...]:
        """What they hold and may still see, by deadline."""
        hidden = self.parts.access.hidden(person)
        return work_of(self.parts.desk, person, self.parts.clock(), hidden=hidden).tickets

    def open_away(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        self.parts.access.agent(press.person)
        self.parts.private.open(press.trigger_id, away_view(), above=press.view)
        ack()

    def away(self, ack: Ack, body: dict[str, Any]) -> None:
        sent = FormSubmission.read(body)
        person = self.parts.access.agent(sent.person)
        until = self._until(sent, person)
        self.parts.desk.set_available(person.id, available=False, by=person.id, until=until)
        ack(response_action="clear")
        self.parts.redraw_home(sent.person, person)

    def back(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        person = self.parts.access.agent(press.person)
        self.parts.desk.set_available(person.id, available=True, by=person.id)
        self.parts.private.repaint(press, lambda: self.parts.screens.home(person), done=inbound_words.BACK_NOW)
        ack()

    def _until(self, sent: FormSubmission, person: Person) -> datetime | None:
        """The end that was chosen, None for until they are back. Raises InvalidInput."""
        chosen, at = read_until_value(sent.view.payload)
        now = self.parts.clock()
        if chosen == words.AWAY_TOMORROW:
            return tomorrow_morning(now, person.tz)
        if chosen.isdecimal() and chosen in {value for value, _ in words.AWAY_OPTIONS}:
            return now + timedelta(minutes=int(chosen))
        if chosen == words.AWAY_TIME:
            end = next_time(at, now, person.tz)
            if end is None:
                raise InvalidInput(Block.UNTIL_TIME, words.AWAY_TIME_MISSING)
            return end
        return None
