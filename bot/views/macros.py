"""What the screens of macros are given."""

from __future__ import annotations

from dataclasses import dataclass

from bot.views.common import OtherAnswer, TicketFacts
from ticketing.model import Priority, TicketStatus


@dataclass(frozen=True, kw_only=True)
class MacroRow:
    """A macro as lists and forms show it. `may_change` whether its reader may."""

    key: str
    title: str
    text: str
    status: TicketStatus | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    is_shared: bool = False
    may_change: bool = True


@dataclass(frozen=True, kw_only=True)
class ReplyForm:
    """
    A reply, in which a macro may be chosen. `drawn` counts how often the form was drawn with a new text.

    Slack keeps what was typed under a block's id, so that a new text comes with a new one.
    """

    facts: TicketFacts
    customer: str
    text: str = ""
    macros: tuple[MacroRow, ...] = ()
    chosen: MacroRow | None = None
    drawn: int = 0
    others: tuple[OtherAnswer, ...] = ()
    answer: OtherAnswer | None = None


@dataclass(frozen=True, kw_only=True)
class MacroList:
    """Somebody's macros and the team's, a page of them."""

    rows: tuple[MacroRow, ...]
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, kw_only=True)
class MacroForm:
    """A macro to be written (`macro` None) or changed; `is_lead` may write for the team."""

    macro: MacroRow | None = None
    is_lead: bool = False
