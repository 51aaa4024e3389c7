"""Later: a step of the first run that an admin puts off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.actions import Press
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress
from bot.values import MalformedValue
from bot.words import inbound as words
from ticketing.configuration import SetUpStep, to_document
from ticketing.errors import NotAllowed
from ticketing.model import Role

CHANGE = "change the settings"


@dataclass(frozen=True)
class PutOff:
    """The button under a step that can wait; what is put off is asked no more, and stands under Set-up."""

    parts: Parts

    def register(self, app: App) -> None:
        app.block_action(Press.STEP_LATER.value)(self.later)

    def later(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        admin = self.parts.access.acting(press.person)
        if admin.role < Role.ADMIN:
            raise NotAllowed(CHANGE, "admin")
        if press.value not in {step.value for step in SetUpStep}:
            raise MalformedValue(press.value)
        step, desk = SetUpStep(press.value), self.parts.desk
        last, configuration = desk.last_version(), desk.configuration()
        if step not in configuration.set_up_later:
            put_off = [each.value for each in (*configuration.set_up_later, step)]
            changed = to_document(configuration) | {"set_up_later": put_off}
            desk.configure(changed, by=admin.id, seen=last.version if last else None)
        self.parts.private.repaint(press, lambda: self.parts.screens.home(admin), done=words.PUT_OFF)
        ack()
