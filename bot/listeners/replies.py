"""A reply's form: the text, and a macro to begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.access import Grant
from bot.actions import Act, Press, read_reply_value
from bot.blocks.macros import NONE, read_reply, reply_view
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, PayloadError, ShownView
from bot.views import View
from bot.views.macros import MacroRow, ReplyForm
from ticketing.desk.macros import KnownMacro, Whose
from ticketing.errors import MacroNotFound
from ticketing.model import Person, Role, TicketRef


def reply_form(parts: Parts) -> Callable[[Grant], View]:
    """The form of a reply, for the buttons that open it."""

    def opened(to: Grant) -> View:
        return reply_view(_reply(parts, to))

    return opened


def _reply(parts: Parts, to: Grant, *, text: str = "", chosen: str = "", drawn: int = 0) -> ReplyForm:
    rows = tuple(macro_row(known, to.person) for known in parts.desk.macros(to.person.id))
    return ReplyForm(
        facts=parts.screens.facts(to.ticket, to.person.tz),
        customer=parts.desk.person(to.ticket.customer_id).name,
        text=text,
        macros=rows,
        chosen=next((row for row in rows if row.key == chosen), None),
        drawn=drawn,
    )


def macro_row(known: KnownMacro, reader: Person) -> MacroRow:
    macro = known.macro
    return MacroRow(
        key=macro.key,
        title=macro.title,
        text=macro.text,
        status=macro.moves_to,
        priority=macro.priority,
        tags=macro.tags,
        is_shared=known.whose is Whose.SHARED,
        may_change=known.whose is Whose.OWN or reader.role >= Role.LEAD,
    )


@dataclass(frozen=True)
class Replies:
    """Choosing a macro in a reply; what is sent with the form is `bot.listeners.ticket_forms`' business."""

    parts: Parts

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
        self.parts.private.redraw(view, reply_view(_reply(self.parts, to, text=text, chosen=key, drawn=drawn + 1)))
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
