"""What an agent is shown at the beginning and at the end of a shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.views.forms import AgentChoice
from bot.views.lists import AgentRow
from ticketing.model import PersonId


@dataclass(frozen=True, kw_only=True)
class MyDay:
    """The message at the start of a shift. The counts are of all that the agent holds, `more` how many rows are left out."""

    rows: tuple[AgentRow, ...]
    now: datetime
    due_today: int
    waiting: int
    overdue: int
    queued: int = 0
    more: int = 0
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class HandoverRow:
    """One ticket that is to be handed over. `suggested` is one of `takers`; None with `is_kept` stays, else it is the queue."""

    row: AgentRow
    takers: tuple[AgentChoice, ...]
    suggested: PersonId | None = None
    is_kept: bool = False


@dataclass(frozen=True, kw_only=True)
class HandoverForm:
    """
    All that an agent holds, each with where it is to go; `more` how many have no room in the form. `can_go_away`: they are
    there, and may be away after it.
    """

    rows: tuple[HandoverRow, ...]
    now: datetime
    more: int = 0
    can_go_away: bool = False
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class HandedTo:
    """The tickets that one agent was given."""

    agent: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class HandoverResult:
    """
    What became of a hand-over. `refused` stay with who had them; `gone` were somebody else's or done by then. `is_away`: they
    are away now, as they chose in the form.
    """

    given: tuple[HandedTo, ...] = ()
    queued: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    pending: tuple[int, ...] = ()
    is_away: bool = False
