"""
The words of the desk as frozen values: people, tickets, clocks, comments (the audit log has `ticketing.events`).

Every instant is an aware UTC `datetime`. A value answers for the moment it was read (`Ticket.as_of`); nothing here
reads a clock or a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any, NamedTuple, NewType

PersonId = NewType("PersonId", int)


DESK_ITSELF = 0
"""The customer of what belongs to none: digests, boards, App Homes, messages about many customers' tickets."""


class Priority(IntEnum):
    """How urgent a ticket is; a higher number goes first."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    URGENT = 4


class TicketStatus(StrEnum):
    """Where a ticket stands; `ticketing.lifecycle` says which may follow which."""

    OPEN = "open"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    PENDING_CUSTOMER = "pending_customer"
    RESOLVED = "resolved"
    CLOSED = "closed"


HELD = frozenset({TicketStatus.ASSIGNED, TicketStatus.IN_PROGRESS, TicketStatus.PENDING_CUSTOMER})
"""The statuses in which a ticket counts as load of its agent."""

OVER = frozenset({TicketStatus.RESOLVED, TicketStatus.CLOSED})
"""The statuses in which nothing is owed any more."""


class Role(IntEnum):
    """What a person may do; each role includes the ones below it (docs/decisions, roles)."""

    CUSTOMER = 0
    AGENT = 1
    LEAD = 2
    ADMIN = 3


class Tier(StrEnum):
    """What a customer has bought: their own, or that of their organization."""

    STANDARD = "standard"
    PREMIUM = "premium"
    ENTERPRISE = "enterprise"


class Strategy(StrEnum):
    """How a category chooses among the agents who can take a ticket."""

    LEAST_LOADED = "least_loaded"
    ROUND_ROBIN = "round_robin"
    MOST_SKILLED = "most_skilled"


class ClockKind(StrEnum):
    """What a deadline is about."""

    TIME_TO_CLAIM = "time_to_claim"
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class Outcome(StrEnum):
    """How a clock ended. VOID: what it asked for is no longer owed."""

    MET = "met"
    BREACHED = "breached"
    VOID = "void"


class CloseReason(StrEnum):
    """Why a ticket is CLOSED."""

    TIME = "time"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    MOVED = "moved"
    NOT_A_TICKET = "not_a_ticket"
    ERASED = "erased"


class LinkKind(StrEnum):
    """How a ticket hangs together with another, seen from the one that the link is read from."""

    RELATED = "related"
    SPLIT_TO = "split_to"
    SPLIT_FROM = "split_from"
    MOVED_TO = "moved_to"
    MOVED_FROM = "moved_from"


class TicketRef(NamedTuple):
    """A ticket's key: its customer and its number. A pair that does not belong together finds nothing."""

    customer_id: PersonId
    number: int


@dataclass(frozen=True)
class Person:
    """Anybody the desk knows. `external_ref` is opaque here (the bot writes team and user id)."""

    id: PersonId
    external_ref: str
    name: str
    email: str | None
    tz: str
    role: Role


@dataclass(frozen=True)
class Customer:
    """A person as somebody who opens tickets. `tier` is their own or else their organization's."""

    id: PersonId
    name: str
    tier: Tier
    organization_id: int | None = None
    organization_name: str | None = None


@dataclass(frozen=True)
class Agent:
    """A person to whom tickets can be assigned. `skills` maps a category to a level from 1 to 5."""

    id: PersonId
    name: str
    skills: Mapping[str, int]
    current_load: int
    max_load: int
    is_available: bool
    is_senior: bool = False
    away_until: datetime | None = None
    last_assigned_at: datetime | None = None


@dataclass(frozen=True)
class SlaClock:
    """
    One deadline of one ticket.

    `run` counts reopenings (turns, for next_response). `due_at` and `warn_at` are None while paused; after the end they
    stay, as the deadline by which the outcome was judged. `target_s` is in working seconds of the policy's calendar.
    """

    kind: ClockKind
    run: int
    started_at: datetime
    target_s: int
    due_at: datetime | None
    warn_at: datetime | None
    config_version: int
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    @property
    def is_counting(self) -> bool:
        """Whether it runs and no pause holds it up, so that something is owed of us now."""
        return self.is_running and self.paused_at is None

    @property
    def is_judged(self) -> bool:
        """Whether its outcome says that a promise was kept or broken."""
        return self.outcome in (Outcome.MET, Outcome.BREACHED)

    def is_late(self, at: datetime) -> bool:
        """Whether what the clock asks for is late at `at` and still owed."""
        return self.is_running and self.due_at is not None and at >= self.due_at


@dataclass(frozen=True)
class Ticket:
    """
    A ticket as it stood at `as_of`.

    `opened_at` never changes; `sla_start_at` moves to the reopen time, and `first_response_at` and `resolved_at` are of the
    current run (a reopen clears them). `last_activity_at` is when somebody last said something, `stepped_at` when it last went on
    otherwise (`ticketing.ladder.STEPS`). `version` grows with every change and is what a drawn card is compared with;
    `promised_version` is that of the configuration by which its clocks and its place in the queue were last worked out.
    """

    customer_id: PersonId
    number: int
    subject: str
    description: str
    category: str
    priority: Priority
    status: TicketStatus
    tier: Tier
    opened_at: datetime
    sla_start_at: datetime
    version: int
    as_of: datetime
    source: str
    opened_by: PersonId
    assigned_agent_id: PersonId | None = None
    last_agent_id: PersonId | None = None
    organization_id: int | None = None
    assigned_at: datetime | None = None
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    reopened_count: int = 0
    is_escalated: bool = False
    snoozed_until: datetime | None = None
    last_activity_at: datetime | None = None
    stepped_at: datetime | None = None
    nudged_at: datetime | None = None
    follows_number: int | None = None
    merged_into: int | None = None
    queue_rank: int | None = None
    promised_version: int = 0
    last_event: int = 0
    last_comment: int = 0
    fields: Mapping[str, Any] = field(default_factory=dict)
    clocks: tuple[SlaClock, ...] = ()

    @cached_property
    def ref(self) -> TicketRef:
        return TicketRef(self.customer_id, self.number)

    @property
    def is_held(self) -> bool:
        return self.status in HELD

    @property
    def is_snoozed(self) -> bool:
        """Whether it is out of its holder's lists until later."""
        return self.snoozed_until is not None and self.snoozed_until > self.as_of

    def clock(self, kind: ClockKind) -> SlaClock | None:
        """The latest clock of a kind, or None where no such promise was made."""
        of_kind = [clock for clock in self.clocks if clock.kind is kind]
        return max(of_kind, key=lambda clock: clock.run, default=None)

    def current_clock(self, kind: ClockKind) -> SlaClock | None:
        """The clock of the current run: a reopened ticket is not judged by the run before."""
        return next((c for c in self.clocks if c.kind is kind and c.run == self.reopened_count), None)

    @property
    def response_due_at(self) -> datetime | None:
        clock = self.current_clock(ClockKind.FIRST_RESPONSE)
        return clock.due_at if clock else None

    @property
    def resolution_due_at(self) -> datetime | None:
        clock = self.current_clock(ClockKind.RESOLUTION)
        return clock.due_at if clock else None

    @property
    def is_response_breached(self) -> bool:
        """The first answer is late and still owed."""
        clock = self.current_clock(ClockKind.FIRST_RESPONSE)
        return clock is not None and clock.is_late(self.as_of)

    @property
    def is_resolution_breached(self) -> bool:
        """The solution is late and still owed."""
        clock = self.current_clock(ClockKind.RESOLUTION)
        return clock is not None and clock.is_late(self.as_of)


@dataclass(frozen=True)
class Link:
    """That a ticket hangs together with another, which may be of another customer."""

    other: TicketRef
    kind: LinkKind
    linked_at: datetime
    linked_by: PersonId | None


@dataclass(frozen=True, order=True)
class CommentKey:
    """Which comment of which ticket; number 0 is the ticket's own description."""

    customer_id: PersonId
    ticket_number: int
    number: int

    @property
    def ticket(self) -> TicketRef:
        return TicketRef(self.customer_id, self.ticket_number)


@dataclass(frozen=True)
class Comment:
    """
    Something said on a ticket. `number` counts within the ticket; `said_at` is when it was said, not stored.

    `origin` is what it is a copy of, after a split or a move.
    """

    customer_id: PersonId
    ticket_number: int
    number: int
    author_id: PersonId
    text: str
    is_internal: bool
    said_at: datetime
    source: str
    is_automatic: bool = False
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    origin: CommentKey | None = None

    @property
    def key(self) -> CommentKey:
        return CommentKey(self.customer_id, self.ticket_number, self.number)


@dataclass(frozen=True)
class Attachment:
    """
    A file that the chat keeps, as it is referred to. `file_ref` is its id there.

    `size` is in bytes; what the chat did not say is None.
    """

    file_ref: str
    name: str
    size: int | None = None
    mimetype: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Rating:
    """What a ticket's customer thought of one resolution, named by the `seq` of its entry in the audit log."""

    resolution: int
    is_helpful: bool
    comment: str
    rated_at: datetime
