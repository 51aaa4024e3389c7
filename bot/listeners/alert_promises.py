"""Take it and Seen: until when somebody sees to an alert, of one ticket or of several."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import Ack, App

from bot.actions import Act, Block, Form
from bot.blocks.forms import plain_view
from bot.blocks.taking import read_chosen, read_until
from bot.listeners.parts import Parts
from bot.payloads import FormSubmission
from bot.until import next_time
from bot.values import read_ticket_value
from bot.words import forms as words
from bot.words import team
from ticketing.errors import HelpdeskError, InvalidInput
from ticketing.model import Person


@dataclass(frozen=True)
class AlertPromises:
    """The forms that ask until when."""

    parts: Parts

    def register(self, app: App) -> None:
        app.view_submission(Form.TAKE.value)(self.take)
        app.view_submission(Form.SEEN.value)(self.take)
        app.view_submission(Form.TAKE_SEVERAL.value)(self.take_several)

    def take(self, ack: Ack, body: dict[str, Any]) -> None:
        sent = FormSubmission.read(body)
        is_seen = sent.view.callback_id == Form.SEEN
        ref, _version = read_ticket_value(sent.view.private_metadata)
        grant = self.parts.access.to(Act.SEEN if is_seen else Act.TAKE, sent.person, ref)
        until = self._until(sent, grant.person)
        self.parts.desk.take_alert(ref, by=grant.person.id, until=until, seen=is_seen)
        ack(response_action="clear")

    def take_several(self, ack: Ack, body: dict[str, Any]) -> None:
        """Each by itself: what cannot be taken any more does not keep the others from it, and is told of."""
        sent = FormSubmission.read(body)
        chosen = [read_ticket_value(value)[0] for value in read_chosen(sent.view.payload)]
        if not chosen:
            raise InvalidInput(Block.TICKETS, team.SEVERAL_MISSING)
        until = self._until(sent, self.parts.access.agent(sent.person))
        refused: list[int] = []
        for ref in chosen:
            try:
                grant = self.parts.access.to(Act.TAKE, sent.person, ref)
                self.parts.desk.take_alert(ref, by=grant.person.id, until=until)
            except HelpdeskError:
                refused.append(ref.number)
        if not refused:
            ack(response_action="clear")
            return
        taken = [ref.number for ref in chosen if ref.number not in refused]
        said = [team.SEVERAL_TAKEN.format(numbers=_numbers(taken))] if taken else []
        said.append(team.SEVERAL_NOT.format(numbers=_numbers(refused)))
        ack(response_action="update", view=plain_view(" ".join(said)))

    def _until(self, sent: FormSubmission, person: Person) -> datetime:
        """The end that was chosen; a time of day is the next such one in the person's zone. Raises InvalidInput."""
        minutes, at = read_until(sent.view.payload)
        now = self.parts.clock()
        if minutes is not None:
            return now + timedelta(minutes=minutes)
        end = next_time(at, now, person.tz)
        if end is None:
            raise InvalidInput(Block.UNTIL_TIME, words.TAKE_TIME_MISSING)
        return end


def _numbers(numbers: list[int]) -> str:
    return ", ".join(f"#{number}" for number in numbers)
