"""What is drawn of a period's figures: a report that somebody asked for, and the digest of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.actions import Press
from bot.views.common import TicketFacts


@dataclass(frozen=True)
class Kept:
    """Promises kept among those judged, from 0 to 1; None where nothing was judged."""

    first_answers: float | None = None
    solutions: float | None = None


@dataclass(frozen=True)
class KeptBy:
    """The same of one priority, category or agent, by name; the rest of an agent only: what they hold is `load`."""

    name: str
    kept: Kept
    resolved: int | None = None
    load: int | None = None
    helpful: float | None = None


@dataclass(frozen=True)
class Took:
    """How long something took: half at most `p50`, nine in ten at most `p90`. None without any."""

    p50: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True)
class ReportView:
    """A period's figures. `period` is as `bot.periods` reads it; `helpful` is the share of good ratings, from 0 to 1."""

    first: date
    last: date
    period: str
    opened: int
    resolved: int
    open_now: int
    reopened: int
    kept: Kept
    first_answer: Took
    solution: Took
    by_priority: tuple[KeptBy, ...] = ()
    by_category: tuple[KeptBy, ...] = ()
    by_agent: tuple[KeptBy, ...] = ()
    helpful: float | None = None


@dataclass(frozen=True)
class OldTicket:
    """A ticket that has been open for long; `agent` None while nobody has it."""

    number: int
    subject: str
    days: int
    agent: str | None


@dataclass(frozen=True)
class OpenRow:
    """The same with what its button needs."""

    ticket: OldTicket
    facts: TicketFacts


@dataclass(frozen=True)
class LongestOpen:
    """A page of all that is open."""

    rows: tuple[OpenRow, ...]
    count: int
    page: int = 1
    pages: int = 1


@dataclass(frozen=True)
class HomeReport:
    """A report in App Home; `report` None while it is being counted. `presses` are the buttons that work, None for all."""

    first: date
    last: date
    report: ReportView | None
    presses: frozenset[Press] | None = None


@dataclass(frozen=True)
class DigestView:
    """
    A local day in one message. `more_open` is the change of what is open, which may be negative; `came_back` how often
    something that was resolved was reopened.
    """

    day: date
    opened: int
    resolved: int
    open: int
    more_open: int
    kept: Kept
    oldest: tuple[OldTicket, ...]
    more: int
    came_back: int = 0
    unplaced: int = 0
    undelivered: int = 0
