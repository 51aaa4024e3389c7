"""
The life of a ticket: which status may follow which, and the one function that says so.

`VALID_TRANSITIONS` is the table of the design. What else may happen stands beside it, in tables of its own with the
reason, and is never mixed into the first (docs/lifecycle.md).
"""

from __future__ import annotations

from enum import StrEnum

from ticketing.errors import TransitionNotAllowed
from ticketing.model import TicketStatus

OPEN = TicketStatus.OPEN
ASSIGNED = TicketStatus.ASSIGNED
IN_PROGRESS = TicketStatus.IN_PROGRESS
PENDING_CUSTOMER = TicketStatus.PENDING_CUSTOMER
RESOLVED = TicketStatus.RESOLVED
CLOSED = TicketStatus.CLOSED

VALID_TRANSITIONS: dict[TicketStatus, frozenset[TicketStatus]] = {
    OPEN: frozenset({ASSIGNED}),
    ASSIGNED: frozenset({IN_PROGRESS, OPEN}),
    IN_PROGRESS: frozenset({PENDING_CUSTOMER, RESOLVED}),
    PENDING_CUSTOMER: frozenset({IN_PROGRESS, RESOLVED}),
    RESOLVED: frozenset({CLOSED, IN_PROGRESS}),
    CLOSED: frozenset(),
}


class Because(StrEnum):
    """Why a step beyond the first table is taken."""

    RELEASED = "released"  # the agent gives it back or leaves
    REOPENED = "reopened"  # reopened, and the last agent cannot take it
    ENDED = "ended"  # withdrawn, merged, moved to another customer, or not a ticket
    UNDONE = "undone"  # taken back within the window


ADDITIONAL_TRANSITIONS: dict[Because, dict[TicketStatus, frozenset[TicketStatus]]] = {
    # Back to the queue, for somebody else to take.
    Because.RELEASED: {IN_PROGRESS: frozenset({OPEN}), PENDING_CUSTOMER: frozenset({OPEN})},
    Because.REOPENED: {RESOLVED: frozenset({OPEN})},
    # Nothing more is owed, with the reason recorded.
    Because.ENDED: {status: frozenset({CLOSED}) for status in TicketStatus if status is not CLOSED},
    # The exact way back of resolve, withdraw and merge; only by `undo` and `unmerge`, and only while nothing else happened.
    # Giving a ticket to somebody else moves no status, and neither does taking that back.
    Because.UNDONE: {
        RESOLVED: frozenset({ASSIGNED, IN_PROGRESS, PENDING_CUSTOMER}),
        CLOSED: frozenset({OPEN, ASSIGNED, IN_PROGRESS, PENDING_CUSTOMER, RESOLVED}),
    },
}


def is_allowed(from_status: TicketStatus, to_status: TicketStatus, because: Because | None = None) -> bool:
    """Whether the step is in the first table, or in the additional one that `because` names."""
    if to_status in VALID_TRANSITIONS[from_status]:
        return True
    return because is not None and to_status in ADDITIONAL_TRANSITIONS[because].get(from_status, frozenset())


def check(number: int, from_status: TicketStatus, to_status: TicketStatus, because: Because | None = None) -> None:
    """Raise TransitionNotAllowed unless ticket `number` may go from one status to the other."""
    if not is_allowed(from_status, to_status, because):
        raise TransitionNotAllowed(number, from_status, to_status)


def check_asked(number: int, from_status: TicketStatus, to_status: TicketStatus) -> None:
    """Raise TransitionNotAllowed unless ticket `number` may go so because somebody asks; an undo is no such reason."""
    reasons = (None, *(because for because in Because if because is not Because.UNDONE))
    if not any(is_allowed(from_status, to_status, because) for because in reasons):
        raise TransitionNotAllowed(number, from_status, to_status)
