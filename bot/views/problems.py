"""What the screens of problems are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.views.common import TicketFacts
from bot.views.lists import AgentRow


class Left(StrEnum):
    """Why a ticket was left alone."""

    RESOLVED = "resolved_before"
    CLOSED = "closed_before"
    MERGED = "merged_before"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class ProblemFacts:
    """A problem. `owner` is a full name, `tickets` how many are linked; `zone` the reader's, in channels the desk's."""

    id: int
    title: str
    owner: str
    tickets: int
    is_resolved: bool = False
    resolved_at: datetime | None = None
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class ActProgress:
    """The last act for all tickets: how many of how many, and why the others were left alone. `by` is a full name."""

    resolves: bool
    by: str
    done: int
    total: int
    is_over: bool
    left: tuple[tuple[Left, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProblemCard:
    """A problem's card in the triage channel, and the same in a view."""

    facts: ProblemFacts
    progress: ActProgress | None = None


@dataclass(frozen=True, kw_only=True)
class ProblemList:
    """Problems, a page of them; those still open first."""

    rows: tuple[ProblemFacts, ...]
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, kw_only=True)
class ProblemForm:
    """A problem to be opened (`facts` None) or renamed."""

    facts: ProblemFacts | None = None
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class ForAllForm:
    """One text for all tickets of a problem."""

    facts: ProblemFacts
    resolves: bool


@dataclass(frozen=True, kw_only=True)
class ProblemTickets:
    """A problem's tickets, a page of them. `hidden` more are of private categories; `why` says why each was left alone."""

    facts: ProblemFacts
    rows: tuple[AgentRow, ...]
    now: datetime
    why: tuple[Left, ...] = ()
    hidden: int = 0
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, kw_only=True)
class LinkForm:
    """To which problem a ticket belongs: one of those open, a new one, or none."""

    facts: TicketFacts
    problems: tuple[ProblemFacts, ...] = ()
    linked: ProblemFacts | None = None
