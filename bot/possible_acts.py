"""What somebody of the team can do with a ticket, by where it stands."""

from __future__ import annotations

from bot.access import OF_THE_HOLDER, holds
from bot.actions import Act
from ticketing.configuration import Configuration
from ticketing.desk.undo import TEAM_ENDS
from ticketing.model import Person, Ticket, TicketStatus

_TOGETHER = (Act.MERGE, Act.SPLIT, Act.LINK, Act.MOVE, Act.WATCH)
"""What makes of one ticket two, of two one, or of several something that hangs together."""


def possible_acts(ticket: Ticket, person: Person, configuration: Configuration) -> tuple[Act, ...]:
    """What can be done with the ticket now, in the order to be shown."""
    acts = {
        TicketStatus.OPEN: (
            Act.CLAIM, Act.ASSIGN, Act.REPLY, Act.NOTE, Act.PRIORITY, Act.CATEGORY, Act.ESCALATE, Act.NOT_A_TICKET,
            *_TOGETHER, Act.WHY,
        ),
        TicketStatus.ASSIGNED: (
            Act.START, Act.REPLY, Act.NOTE, Act.RESOLVE, Act.RELEASE, Act.REASSIGN, Act.SNOOZE, Act.WAKE, Act.PRIORITY,
            Act.CATEGORY, Act.ESCALATE, Act.NOT_A_TICKET, *_TOGETHER, Act.WHY,
        ),
        TicketStatus.IN_PROGRESS: (
            Act.REPLY, Act.NOTE, Act.WAIT, Act.RESOLVE, Act.RELEASE, Act.REASSIGN, Act.SNOOZE, Act.WAKE, Act.PRIORITY,
            Act.CATEGORY, Act.ESCALATE, *_TOGETHER, Act.WHY,
        ),
        TicketStatus.PENDING_CUSTOMER: (
            Act.REPLY, Act.NOTE, Act.RESUME, Act.RESOLVE, Act.RELEASE, Act.REASSIGN, Act.SNOOZE, Act.WAKE, Act.PRIORITY,
            Act.CATEGORY, Act.ESCALATE, *_TOGETHER, Act.WHY,
        ),
        TicketStatus.RESOLVED: (Act.REOPEN, Act.NOTE, *_TOGETHER, Act.WHY),
        TicketStatus.CLOSED: (
            *((Act.UNMERGE,) if ticket.merged_into is not None else ()),
            *((Act.UNDO,) if _can_undo_end(ticket, configuration) else ()), Act.SPLIT, Act.LINK, Act.WHY,
        ),
    }[ticket.status]  # fmt: skip
    held_back = frozenset[Act]() if holds(person, ticket) else OF_THE_HOLDER
    if ticket.is_escalated:
        held_back |= {Act.ESCALATE}
    if ticket.snoozed_until is None:
        held_back |= {Act.WAKE}
    return (Act.READ_ALL, *(act for act in acts if act not in held_back), *_labels(ticket, configuration))


def _can_undo_end(ticket: Ticket, configuration: Configuration) -> bool:
    """Whether the team can take back how it ended, as far as time goes."""
    if ticket.close_reason not in TEAM_ENDS or ticket.closed_at is None:
        return False
    return ticket.as_of - ticket.closed_at <= configuration.undo_window


def _labels(ticket: Ticket, configuration: Configuration) -> tuple[Act, ...]:
    """What is changed about a ticket besides its way: tags and its problem, the fields that its category has."""
    category = configuration.category(ticket.category)
    has_fields = category is not None and bool(category.fields) and ticket.status is not TicketStatus.CLOSED
    return (Act.TAGS, *((Act.FIELDS,) if has_fields else ()), Act.LINK_PROBLEM)
