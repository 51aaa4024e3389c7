"""Choosing a macro in a reply's form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.actions import Act, Press
from bot.blocks.macros import NONE, read_reply, reply_view
from bot.listeners.answering import Answering
from bot.listeners.parts import Parts
from bot.listeners.reply_forms import reply_form
from bot.payloads import ButtonPress, PayloadError, ShownView
from bot.values import read_reply_value
from ticketing.errors import MacroNotFound
from ticketing.model import Person, TicketRef


@dataclass(frozen=True)
class Replies:
    """Choosing a macro in a reply; what is sent with the form is `bot.listeners.ticket_forms`' business."""

    parts: Parts
    answering: Answering

    def register(self, app: App) -> None:
        app.block_action(Press.MACRO_CHOSEN.value)(self.choose)

    def choose(self, ack: Ack, body: dict[str, Any]) -> None:
        """Fill the reply with the macro's words; what was typed before stands above them."""
        press, view = in_view(body)
        ref, _version, before, drawn = read_reply_value(view.private_metadata)
        to = self.parts.access.to(Act.REPLY, press.person, ref)
        key = "" if press.value == NONE else press.value
        typed = self._typed(read_reply(view.payload), ref, before, to.person)
        filled = self.parts.desk.filled_macro(ref, key, by=to.person.id) if key else ""
        text = "\n\n".join(part for part in (typed, filled) if part)
        others = self.answering.redrawn(to, view.id, macro=key, drawn=drawn + 1)
        form = reply_form(self.parts, to.ticket, to.person, text=text, chosen=key, drawn=drawn + 1, others=others)
        self.parts.private.redraw(view, reply_view(form))
        ack()

    def _typed(self, written: str, ref: TicketRef, before: str, person: Person) -> str:
        """What stands in the form but for the words of the macro that was chosen before."""
        if not before:
            return written
        try:
            return written.removesuffix(self.parts.desk.filled_macro(ref, before, by=person.id).strip()).strip()
        except MacroNotFound:
            return written


def in_view(body: dict[str, Any]) -> tuple[ButtonPress, ShownView]:
    press = ButtonPress.read(body)
    if press.view is None:
        raise PayloadError("view")
    return press, press.view
