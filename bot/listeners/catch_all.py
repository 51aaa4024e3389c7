"""
What no other listener wanted.

Bolt answers 404 to what nothing matches, and over Socket Mode leaves it without an ack, so that Slack sends it again and
counts the app as failing (tried with slack_bolt 1.30). These answer quietly instead.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.actions import Press
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress
from bot.words import inbound as words

log = logging.getLogger(__name__)

ANYTHING = re.compile(".*", re.DOTALL)

OURS = frozenset(press.value for press in Press) - {Press.VALUE, Press.TAKE_UNTIL}
"""Buttons of ours; fields of forms report themselves too, and expect no answer."""


@dataclass(frozen=True)
class CatchAll:
    """Acknowledges and does nothing; a button of ours that nothing answers says so."""

    parts: Parts

    def register(self, app: App) -> None:
        """To be called after every other listener is registered."""
        app.event(ANYTHING)(self.ignore)
        app.view_closed(ANYTHING)(self.ignore)
        app.view_submission(ANYTHING)(self.ignore)
        app.block_action(ANYTHING)(self.press)
        app.shortcut(ANYTHING)(self.ignore)
        app.options(ANYTHING)(self.no_options)
        app.command(ANYTHING)(self.unknown_command)

    def ignore(self, ack: Ack, body: dict[str, Any]) -> None:
        log.debug("Nothing listens to this %s.", body.get("type"))
        ack()

    def press(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        if press.action_id in OURS:
            self.parts.private.say(
                press.person, words.NOT_POSSIBLE_HERE, place=press.place, trigger_id=press.trigger_id, view=press.view
            )
        ack()

    def no_options(self, ack: Ack) -> None:
        ack(options=[])

    def unknown_command(self, ack: Ack) -> None:
        ack(words.UNKNOWN_COMMAND)
