"""Try again: an answer that could not be delivered is given to delivery once more."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackClientError

from bot import places
from bot.actions import Act
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress
from bot.private import reason_of
from bot.values import read_comment_value
from bot.words import refusals as words
from ticketing.errors import TicketNotFound
from ticketing.outbox import Notice

ANSWERED = frozenset({Act.TRY_AGAIN})
"""The acts whose buttons are answered here."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Unsent:
    """Answers the button under an answer that did not go out."""

    parts: Parts

    def register(self, app: App) -> None:
        app.block_action(Act.TRY_AGAIN.value)(self.try_again)

    def try_again(self, ack: Ack, body: dict[str, Any]) -> None:
        """What tells that it was not sent vanishes; if it fails again, it is told again."""
        press = ButtonPress.read(body)
        ref, _version, number = read_comment_value(press.value)
        grant = self.parts.access.to(Act.TRY_AGAIN, press.person, ref)
        comments = self.parts.desk.comments(ref, include_internal=False)
        said = next((each for each in comments if each.number == number and each.deleted_at is None), None)
        if said is None or said.author_id == ref.customer_id:
            raise TicketNotFound(ref.number)
        copy = places.about_comment(ref.number, number)
        place = places.of_customer(grant.ticket, self.parts.desk.configuration())
        notice = Notice(place, copy, "reply", ref, data={"comment": number})
        self.parts.desk.outbox.add(notice, at=self.parts.clock())
        self.parts.private.aside(lambda: self._take_away(press), about=press.person.id)
        self.parts.private.say(press.person, words.TRIED_AGAIN, place=press.place)
        ack()

    def _take_away(self, press: ButtonPress) -> None:
        if press.place is None or press.place.ts is None:
            return
        shown = self.parts.desk.outbox.shown_by_message(press.place.channel, press.place.ts)
        if shown is None or not places.is_unsent(shown.about):
            return
        self.parts.desk.outbox.forget(shown)
        try:
            self.parts.slack.chat_delete(channel=press.place.channel, ts=press.place.ts)
        except (SlackClientError, OSError) as error:
            log.warning("What tells of an unsent answer could not be taken away (%s).", reason_of(error))
