"""What is shown of an account that has ended."""

from __future__ import annotations

from dataclasses import dataclass

from bot.views.common import TicketFacts


@dataclass(frozen=True, kw_only=True)
class EndedAccount:
    """An agent's: how many tickets they held when it was told, and those of them that can be shown."""

    name: str
    held: int
    tickets: tuple[TicketFacts, ...] = ()
