"""What lists, App Home and the explanation of a deadline are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.actions import Press
from bot.views.common import TicketFacts
from bot.views.customer import CustomerState
from bot.views.first_run import Guide
from ticketing.model import ClockKind, Outcome, Priority, TicketRef, TicketStatus, Tier
from ticketing.paging import Key


@dataclass(frozen=True, kw_only=True)
class CustomerRow:
    """One of the customer's tickets, or a colleague's (`customer`, by name), read from outside the team."""

    facts: TicketFacts
    state: CustomerState
    agent: str | None = None
    customer: str | None = None
    is_watching: bool | None = None
    """Of a colleague's, where it stands alone: whether its reader watches it."""


@dataclass(frozen=True, kw_only=True)
class AgentRow:
    """
    A ticket in a list of the team's. `agent` has it, None where nobody or its reader has; `due_at` is the next deadline, None
    when none runs; `is_answered` where the customer's last words have an answer, as far as one was promised.
    """

    facts: TicketFacts
    status: TicketStatus
    customer: str
    due_at: datetime | None = None
    agent: str | None = None
    is_answered: bool = False


@dataclass(frozen=True, kw_only=True)
class Page:
    """Which page of how many; of a list that is read by keys, those of its first and last row."""

    number: int = 1
    of: int = 1
    first: Key = ()
    last: Key = ()

    @classmethod
    def nearest(cls, number: int, *, rows: int, each: int) -> Page:
        """That page of so many rows, or the nearest that there is."""
        of = max(1, -(-rows // each))
        return cls(number=min(max(1, number), of), of=of)


@dataclass(frozen=True, kw_only=True)
class CustomerHome:
    """App Home of a customer; `rows` are those of this page, in order: their turn, with us, resolved."""

    rows: tuple[CustomerRow, ...]
    now: datetime
    page: Page = Page()
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class OwnNumbers:
    """How an agent's last seven days went; shares from 0 to 1, None where nothing was judged."""

    solved: int
    first_answers_met: float | None = None
    solutions_met: float | None = None
    helpful: float | None = None


@dataclass(frozen=True, kw_only=True)
class AgentHome:
    """
    App Home of an agent, and of a lead (`is_lead` adds the row of places).

    The counts are of all they hold but what is `snoozed`; `mine` and `queue` are the rows to show, `queued` how many wait
    in all. `presses` are the buttons that work, None for all; `own_tickets` those of which the agent is the customer;
    `guide` is what an admin is led through or told.
    """

    now: datetime
    name: str
    mine: tuple[AgentRow, ...]
    queue: tuple[AgentRow, ...]
    queued: int
    due_today: int
    waiting_for_me: int
    overdue: int
    load: int
    max_load: int
    snoozed: int = 0
    is_available: bool = True
    until: datetime | None = None
    page: Page = Page()
    queue_page: Page = Page()
    zone: str = "UTC"
    is_lead: bool = False
    presses: frozenset[Press] | None = None
    own: OwnNumbers | None = None
    own_tickets: tuple[CustomerRow, ...] = ()
    guide: Guide | None = None


class ListKind(StrEnum):
    """The lists that commands answer with."""

    MY_TICKETS = "my_tickets"
    QUEUE = "queue"
    MINE = "mine"
    FOUND = "found"


@dataclass(frozen=True, kw_only=True)
class AgentList:
    """
    `/helpdesk queue`, `/helpdesk mine` and `/helpdesk search`; `more` how many are not shown, on the pages before as well as
    after. Only the queue has pages.
    """

    kind: ListKind
    rows: tuple[AgentRow, ...]
    now: datetime
    more: int = 0
    page: Page = Page()
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class CustomerList:
    """`/ticket list`, a page of it; `of_colleagues` are what people of the same organization have, where they may read it."""

    rows: tuple[CustomerRow, ...]
    now: datetime
    more: int = 0
    page: Page = Page()
    zone: str = "UTC"
    of_colleagues: tuple[CustomerRow, ...] = ()


class SegmentKind(StrEnum):
    """What a stretch of time did for a clock."""

    COUNTED = "counted"
    PAUSED = "paused"


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A stretch of time within a deadline's sum. `seconds` are those that counted; 0 for a pause, whose reason is `note`."""

    kind: SegmentKind
    start: datetime
    end: datetime
    seconds: int = 0
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ExplanationView:
    """
    A deadline as a sum. `due_at` is None while paused; `ended_at` with `outcome` once it is over; `left_s` is what is
    left of the target (negative: how late, in working seconds) at the end or else at `now`.
    """

    ref: TicketRef
    clock: ClockKind
    target_s: int
    tier: Tier
    priority: Priority
    policy_version: int
    policy_date: date
    calendar: str
    segments: tuple[Segment, ...]
    now: datetime
    left_s: int
    due_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    customer: str = ""
    zone: str = "UTC"
