"""What agents and leads are shown: the assignment, the triage card, alerts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.views.common import OtherAnswer, Possible, TicketFacts
from bot.views.joining import Together
from bot.views.labels import Labels
from ticketing.model import ClockKind, CloseReason, TicketRef, Tier


class WhyRule(StrEnum):
    """By which rule an assignment was made."""

    LEAST_LOADED = "least_loaded"
    ROUND_ROBIN = "round_robin"
    MOST_SKILLED = "most_skilled"
    URGENT = "urgent"
    ESCALATED = "escalated"
    LAST_AGENT = "last_agent"
    CLAIMED = "claimed"
    BY_HAND = "by_hand"


@dataclass(frozen=True, kw_only=True)
class AssignmentWhy:
    """Why this agent: level and load (before this ticket) as they were when it was decided, `candidates` with them."""

    rule: WhyRule
    category: str
    level: int | None = None
    load: int | None = None
    max_load: int | None = None
    candidates: int = 1
    more_candidates: bool = False
    by: str | None = None


class AssignmentState(StrEnum):
    """Where the ticket stands, in the eyes of the agent it was assigned to."""

    ASSIGNED = "assigned"
    REOPENED = "reopened"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    HANDED_ON = "handed_on"
    RELEASED = "released"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class LastTicket:
    """The customer's last ticket before this one."""

    number: int
    subject: str
    agent: str | None = None


@dataclass(frozen=True, kw_only=True)
class AssignmentCard:
    """
    The agent's card. `answer_by` (by the clock `answer_kind`) and `solution_by` are None when met, paused or not promised,
    and `late` says which of them are over; `since` is when the present state began; `holder` who has it now, when it was
    handed on; `times` how often it was theirs, when reopened; `resolved_by` who resolved it, if not they; `end` how the team
    ended it otherwise; `can_undo` that its end can still be taken back.
    """

    facts: TicketFacts
    state: AssignmentState
    customer: str
    tier: Tier
    description: str
    organization: str | None = None
    tickets_this_month: int = 0
    last: LastTicket | None = None
    answer_by: datetime | None = None
    answer_kind: ClockKind = ClockKind.FIRST_RESPONSE
    solution_by: datetime | None = None
    late: frozenset[ClockKind] = frozenset()
    since: datetime | None = None
    why: AssignmentWhy | None = None
    times: int = 1
    holder: str | None = None
    can_undo: bool = False
    resolved_by: str | None = None
    end: End | None = None
    is_escalated: bool = False
    snoozed_until: datetime | None = None
    labels: Labels = field(default_factory=Labels)
    answering: tuple[OtherAnswer, ...] = ()
    joined_with: int | None = None
    together: Together | None = None
    possible: Possible = None


TeamEnd = Literal[CloseReason.NOT_A_TICKET, CloseReason.MOVED]
"""How the team ends a ticket that nobody solved."""


@dataclass(frozen=True, kw_only=True)
class End:
    """How the team ended a ticket that nobody solved, and who did; `goes_back` where that took back a move."""

    reason: TeamEnd
    by: str | None = None
    goes_back: bool = False


class ObstacleKind(StrEnum):
    """What keeps an agent from taking a ticket."""

    FULL = "full"
    AWAY = "away"
    GAVE_BACK = "gave_back"


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """An agent who could take it but for this. `until` is when an absence ends, if that is known."""

    agent: str
    kind: ObstacleKind
    until: datetime | None = None


class TriageState(StrEnum):
    """Where the ticket stands, in the eyes of the team."""

    WAITING = "waiting"
    HELD = "held"
    IN_PROGRESS = "in_progress"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    MOVED = "moved"
    NOT_A_TICKET = "not_a_ticket"


@dataclass(frozen=True, kw_only=True)
class TriageCard:
    """
    The ticket's card in its triage channel. `obstacles` say why nobody got it (a few; `more_obstacles` is the rest);
    `nobody_has_skill` that no agent at all has the category; `end` how the team ended it; `can_undo` that this, or a merge,
    can still be taken back; `goes_out` that what is typed below it goes to the customer.
    """

    facts: TicketFacts
    state: TriageState
    customer: str
    since: datetime
    agent: str | None = None
    answer_by: datetime | None = None
    answer_kind: ClockKind = ClockKind.FIRST_RESPONSE
    solution_by: datetime | None = None
    late: frozenset[ClockKind] = frozenset()
    obstacles: tuple[Obstacle, ...] = ()
    more_obstacles: int = 0
    nobody_has_skill: bool = False
    joined_with: int | None = None
    labels: Labels = field(default_factory=Labels)
    answering: tuple[OtherAnswer, ...] = ()
    end: End | None = None
    can_undo: bool = False
    is_escalated: bool = False
    together: Together | None = None
    goes_out: bool = False
    possible: Possible = None


@dataclass(frozen=True, kw_only=True)
class TeamPost:
    """
    Something said on the ticket, shown in the triage thread or under the assignment. `author` is a full name.

    `because` is a sentence of ours, escaped, that says why it did not go out.
    """

    ref: TicketRef
    version: int
    text: str
    author: str
    customer: str
    comment: int = 0
    can_pull_back: bool = False
    because: str = ""


class AlertState(StrEnum):
    """The stages of an alert; each is an edit of its home and a line in its thread."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    TAKEN = "taken"
    SEEN = "seen"
    LAPSED = "lapsed"
    RELEASED = "released"
    REMINDED = "reminded"
    NOBODY = "nobody"
    UNTOUCHED = "untouched"
    PICKED_UP = "picked_up"
    REASSIGNED = "reassigned"
    ANSWERED = "answered"
    VOID = "void"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """
    One alert: which clock of which ticket, and how far it has come.

    `is_late` tells whether the deadline has passed (a TAKEN alert may be either). `countdown` is 30, 15 or 5, the minutes
    of the last countdown edit. `told_at` is set when it was found late, and `fell_due_at` too for a step. `by` took, saw or
    answered it at `at`; `until` is the end of a promise, and `released_by` who released it if not they; nobody sees to
    it `unseen_since`. The promise of `ended_by` came to its end at `ended_at`, where a message of several tells so.
    `agent` has the ticket since `agent_since`. A step of the ladder went to the senior agents if `is_escalated`, and
    names whom `mention` mentions; it is `step` of `steps`. NOBODY, UNTOUCHED and PICKED_UP are about no deadline that
    is near; a promise about that has it in `about`.
    """

    facts: TicketFacts
    clock: ClockKind
    state: AlertState
    due_at: datetime
    customer: str
    tier: Tier
    is_late: bool = False
    agent: str | None = None
    agent_since: datetime | None = None
    is_answered: bool = False
    countdown: int | None = None
    told_at: datetime | None = None
    fell_due_at: datetime | None = None
    by: str | None = None
    at: datetime | None = None
    until: datetime | None = None
    released_by: str | None = None
    unseen_since: datetime | None = None
    is_escalated: bool = False
    mention: str | None = None
    step: int | None = None
    steps: int = 0
    about: AlertState | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    possible: Possible = None


@dataclass(frozen=True, kw_only=True)
class RatingPost:
    """What a customer said of a resolution, for the team."""

    ref: TicketRef
    version: int
    customer: str
    is_helpful: bool
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Escalated:
    """That a ticket was escalated: `by` whom, None where it was reopened too often (`reopened` times)."""

    facts: TicketFacts
    customer: str
    tier: Tier
    by: str | None = None
    reopened: int = 0
    is_held: bool = False
    possible: Possible = None


@dataclass(frozen=True, kw_only=True)
class AlertGroup:
    """
    Alerts that fell due together, worst first. `alerts` are the ones to show; the counts are of all.

    `waiting` wait for an agent with nothing due yet, `untouched` lie although somebody has them, `settled` are over. `told_at` is
    set when they were found late, and `due_since` when the first of those fell due; `called` are the mentions of whom it calls.
    `elsewhere` are the channels
    in which others of it are told of now, with their numbers. `key` is what the pages of the list
    are found again by.
    """

    alerts: tuple[Alert, ...]
    overdue: int
    due_soon: int
    over: int = 0
    page: int = 1
    pages: int = 1
    can_take_several: bool = True
    zone: str = "UTC"
    waiting: int = 0
    untouched: int = 0
    settled: int = 0
    due_since: datetime | None = None
    told_at: datetime | None = None
    called: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, tuple[int, ...]], ...] = ()
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    """A line of the standing board."""

    ref: TicketRef
    due_at: datetime
    agent: str | None


@dataclass(frozen=True, kw_only=True)
class Board:
    """What is open and late, as of `now`."""

    now: datetime
    overdue: int
    due_within_hour: int
    without_agent: int
    rows: tuple[BoardRow, ...]
    more: int = 0
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class TakeSeveral:
    """Several alerts to take at once, the worst of `total` first; `key` is what the message is found again by."""

    alerts: tuple[Alert, ...]
    key: str
    total: int = 0


@dataclass(frozen=True, kw_only=True)
class WhichTicket:
    """Which of several tickets a message is for, named by its natural key."""

    source: str
    tickets: tuple[TicketFacts, ...]
