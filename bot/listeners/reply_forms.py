"""A reply's form as it is drawn, whoever draws it: when it opens, when a macro is chosen, when somebody else answers."""

from __future__ import annotations

from bot.listeners.parts import Parts
from bot.views import OtherAnswer
from bot.views.macros import MacroRow, ReplyForm
from ticketing.desk.macros import KnownMacro, Whose
from ticketing.model import Person, Role, Ticket


def reply_form(
    parts: Parts,
    ticket: Ticket,
    reader: Person,
    *,
    text: str = "",
    chosen: str = "",
    drawn: int = 0,
    others: tuple[OtherAnswer, ...] = (),
    answer: OtherAnswer | None = None,
) -> ReplyForm:
    """The form for `reader`, with the macro `chosen` in it, drawn so often; `others` are writing an answer too."""
    rows = tuple(macro_row(known, reader) for known in parts.desk.macros(reader.id))
    return ReplyForm(
        facts=parts.screens.facts(ticket, reader.tz),
        customer=parts.desk.person(ticket.customer_id).name,
        text=text,
        macros=rows,
        chosen=next((row for row in rows if row.key == chosen), None),
        drawn=drawn,
        others=others,
        answer=answer,
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
