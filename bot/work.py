"""What an agent has to do: the tickets they hold, by deadline, and the three numbers that App Home and My day begin with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.text import zone_of
from ticketing.desk import Desk
from ticketing.model import Agent, ClockKind, Person, Ticket, TicketStatus
from ticketing.routing import categories_of


@dataclass(frozen=True)
class Work:
    """
    Tickets by the deadline that comes first; what is due later today in the agent's zone, their turn, and late.

    `snoozed` are those besides that are out of the list until later: only how many.
    """

    tickets: tuple[Ticket, ...]
    due_today: int
    waiting: int
    overdue: int
    snoozed: int


def work_of(desk: Desk, person: Person, now: datetime, *, hidden: Collection[str] = ()) -> Work:
    """What `person` holds at `now`; nothing of the categories `hidden`, and of what is snoozed only how many."""
    mine = desk.tickets_of_agent(person.id, hidden=hidden, with_snoozed=True)
    held = [ticket for ticket in mine if not ticket.is_snoozed]
    due = [at for ticket in held if (at := next_due(ticket)) is not None]
    zone = zone_of(person.tz)
    today = now.astimezone(zone).date()
    return Work(
        tickets=tuple(held),
        due_today=sum(1 for at in due if at >= now and at.astimezone(zone).date() == today),
        waiting=sum(1 for ticket in held if ticket.status is not TicketStatus.PENDING_CUSTOMER),
        overdue=sum(1 for at in due if at < now),
        snoozed=len(mine) - len(held),
    )


def next_due(ticket: Ticket) -> datetime | None:
    """The earliest instant at which something is owed on the ticket."""
    return min((clock.due_at for clock in ticket.clocks if clock.is_running and clock.due_at is not None), default=None)


def is_answered(ticket: Ticket) -> bool:
    """Whether what its customer said last has an answer, as far as one was promised."""
    promised = [clock for clock in ticket.clocks if clock.kind in (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)]
    return bool(promised) and ticket.first_response_at is not None and not any(each.is_running for each in promised)


def first_waiting(desk: Desk, agent: Agent, hidden: Collection[str] = ()) -> Ticket | None:
    """The first in line of what the agent has the skill for and is not their own; nothing of the categories `hidden`."""
    categories = categories_of(desk.configuration(), agent.skills)
    return next(iter(desk.queue(limit=1, categories=categories, hidden=hidden, besides=agent.id)), None)


def count_waiting(desk: Desk, agent: Agent, hidden: Collection[str] = ()) -> int:
    """How many wait of which `first_waiting` is the first."""
    categories = categories_of(desk.configuration(), agent.skills)
    return desk.queue_length(categories=categories, hidden=hidden, besides=agent.id)
