"""What is open and late, for the board: found by indexes, a few rows and counts that stop where nobody counts on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, literal_column, select

from ticketing.desk.base import DeskBase
from ticketing.desk.figures import SOON
from ticketing.instants import from_us, to_us
from ticketing.model import ClockKind, PersonId, TicketRef
from ticketing.tables import sla_clocks, tickets

COUNTED = 10_000
"""No count goes further."""


@dataclass(frozen=True)
class OpenTicket:
    """A ticket on the board: when the first of what is owed on it is due, and who has it."""

    ref: TicketRef
    due_at: datetime
    agent_id: PersonId | None


@dataclass(frozen=True)
class OpenAndLate:
    """What is overdue and what will be within the hour, the worst first, with the counts of all."""

    overdue: int
    due_soon: int
    unassigned: int
    rows: tuple[OpenTicket, ...]


_clock = sla_clocks.c
_TICKET = and_(tickets.c.customer_id == _clock.customer_id, tickets.c.id == _clock.ticket_id)
# As the partial indexes have them.
_LATE = and_(_clock.ended_at.is_(None), _clock.breached_at.is_not(None))
_SOON = and_(
    _clock.ended_at.is_(None),
    _clock.breached_at.is_(None),
    _clock.due_at <= bindparam("until"),
)
_HIDDEN: BindParameter[list[str]] = bindparam("hidden", expanding=True)


def _rows(which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(_clock.customer_id, _clock.ticket_id, _clock.due_at, tickets.c.assigned_agent_id)
        .select_from(sla_clocks.join(tickets, _TICKET))
        .where(which, tickets.c.category.not_in(_HIDDEN))
        .order_by(_clock.due_at)
        .limit(bindparam("rows"))
    )


def _count(which: ColumnElement[bool]) -> Select[Any]:
    # Of the clocks no more are read than can be needed: a database that sorts them out by hashing would read them all.
    clocks = select(_clock.customer_id, _clock.ticket_id).where(which).limit(COUNTED * len(ClockKind)).subquery()
    found = select(clocks.c.customer_id, clocks.c.ticket_id).distinct().limit(COUNTED)
    return select(func.count()).select_from(found.subquery())


ROWS = (_rows(_LATE), _rows(_SOON))
COUNTS = (_count(_LATE), _count(_SOON))
_QUEUED: Select[Any] = (
    select(literal_column("1")).select_from(tickets).where(tickets.c.queue_rank.is_not(None)).limit(COUNTED)
)
COUNT_QUEUED: Select[Any] = select(func.count()).select_from(_QUEUED.subquery())


class Boards(DeskBase):
    """See `ticketing.desk.Desk`."""

    def open_and_late(self, now: datetime, *, limit: int, hidden: Collection[str] = ()) -> OpenAndLate:
        """What the board shows at `now`, at most `limit` rows; tickets of the `hidden` categories are only counted."""
        key = {"until": to_us(now + SOON), "rows": 4 * limit, "hidden": list(hidden)}
        found: dict[TicketRef, OpenTicket] = {}
        with self._database.read() as connection:
            overdue, due_soon = [int(connection.execute(count, key).scalar_one()) for count in COUNTS]
            unassigned = int(connection.execute(COUNT_QUEUED).scalar_one())
            for statement in ROWS:
                for row in connection.execute(statement, key):
                    ref = TicketRef(PersonId(row.customer_id), row.ticket_id)
                    agent = None if row.assigned_agent_id is None else PersonId(row.assigned_agent_id)
                    found.setdefault(ref, OpenTicket(ref, from_us(row.due_at), agent))
        return OpenAndLate(overdue, due_soon, unassigned, tuple(found.values())[:limit])
