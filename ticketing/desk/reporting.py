"""Figures of a period, and its tickets as rows for somebody's own tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    text,
    union_all,
)

from ticketing import reports, sla
from ticketing.calendars import Calendar
from ticketing.desk.base import DeskBase, checked_instant
from ticketing.errors import InvalidInput
from ticketing.instants import from_us, to_us
from ticketing.model import ClockKind, CloseReason, Outcome, PersonId, Priority, TicketRef, TicketStatus, Tier
from ticketing.report_statements import CAME_BACK
from ticketing.tables import IS_HELD, outbox, people, ratings, sla_clocks, tickets

LONGEST_PERIOD = timedelta(days=3660)
END_OF_TIME = 2**62

ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
CUSTOM_PLANS = text("SET LOCAL plan_cache_mode = force_custom_plan")

_customer, _agent = people.alias("customer"), people.alias("agent")
_first, _solution = sla_clocks.alias("first"), sla_clocks.alias("solution")


def _of_last_run(clock: FromClause, kind: ClockKind) -> ColumnElement[bool]:
    return and_(
        clock.c.customer_id == tickets.c.customer_id,
        clock.c.ticket_id == tickets.c.id,
        clock.c.kind == kind.value,
        clock.c.run == tickets.c.reopened_count,
    )


_not_hidden = tickets.c.category.not_in(bindparam("hidden", expanding=True))
_rating = (
    select(ratings.c.is_helpful)
    .where(ratings.c.customer_id == tickets.c.customer_id, ratings.c.ticket_id == tickets.c.id)
    .order_by(ratings.c.resolution.desc())
    .limit(1)
    .scalar_subquery()
)
OPENED_IN_PERIOD = (
    select(
        tickets,
        _customer.c.name.label("customer_name"),
        _agent.c.name.label("agent_name"),
        _first.c.due_at.label("response_due_at"),
        _first.c.outcome.label("response_outcome"),
        _solution.c.due_at.label("resolution_due_at"),
        _solution.c.outcome.label("resolution_outcome"),
        _rating.label("is_helpful"),
    )
    .select_from(tickets)
    .outerjoin(_customer, _customer.c.id == tickets.c.customer_id)
    .outerjoin(_agent, _agent.c.id == tickets.c.last_agent_id)
    .outerjoin(_first, _of_last_run(_first, ClockKind.FIRST_RESPONSE))
    .outerjoin(_solution, _of_last_run(_solution, ClockKind.RESOLUTION))
    .where(tickets.c.opened_at >= bindparam("start"), tickets.c.opened_at < bindparam("end"), _not_hidden)
    .order_by(tickets.c.opened_at, tickets.c.id)
)
COUNT_OPENED = (
    select(func.count())
    .select_from(tickets)
    .where(tickets.c.opened_at >= bindparam("start"), tickets.c.opened_at < bindparam("end"))
)


_SHOWN = ("customer_id", "id", "version", "subject", "category", "priority", "opened_at", "assigned_agent_id")


def _unsolved(which: Any) -> Select[Any]:
    chosen = (tickets.c[name] for name in _SHOWN)
    # A sum is in no index: what is open is taken from its own, and not from among all that was ever opened.
    return select(*chosen).where(which, _not_hidden, tickets.c.opened_at + literal_column("0") < bindparam("before"))


# What waits and what is held: two indexes that hold what is open and nothing else.
_open = union_all(_unsolved(tickets.c.queue_rank.is_not(None)), _unsolved(IS_HELD)).subquery()
LONGEST_OPEN = (
    select(_open, _agent.c.name.label("agent_name"))
    .outerjoin(_agent, _agent.c.id == _open.c.assigned_agent_id)
    .order_by(_open.c.opened_at, _open.c.id)
    .limit(bindparam("rows"))
    .offset(bindparam("skip"))
)
COUNT_OPEN = select(func.count()).select_from(_open)
SET_ASIDE = select(func.count()).where(
    outbox.c.state == literal_column("'parked'"),
    outbox.c.created_at >= bindparam("start"),
    outbox.c.created_at < bindparam("end"),
)


@dataclass(frozen=True)
class ExportRow:
    """
    A ticket in one row. `agent` holds it or held it last; what has runs (answer, solution) is of the last one.

    Texts are as people wrote them: who writes them into a spreadsheet has to see to those that look like formulas.
    """

    number: int
    subject: str
    customer: str
    category: str
    priority: Priority
    tier: Tier
    status: TicketStatus
    close_reason: CloseReason | None
    agent: str | None
    opened_at: datetime
    first_response_at: datetime | None
    response_due_at: datetime | None
    response_outcome: Outcome | None
    resolved_at: datetime | None
    resolution_due_at: datetime | None
    resolution_outcome: Outcome | None
    closed_at: datetime | None
    reopened_count: int
    is_helpful: bool | None = None
    """What its customer said of its last rated resolution."""


@dataclass(frozen=True)
class OpenTicket:
    """A ticket that is not solved; `agent` None while nobody has it."""

    ref: TicketRef
    version: int
    subject: str
    category: str
    priority: Priority
    opened_at: datetime
    agent: str | None


class Reporting(DeskBase):
    """See `ticketing.desk.Desk`."""

    def report(self, start: datetime, end: datetime) -> reports.Report:
        """The figures of [start, end), days in the desk's zone, all of one moment. Raises InvalidInput."""
        start, end = checked_period(start, end)
        with self._one_moment() as connection:
            configuration = self._configuration_in_force(connection)

            def calendar_of(version: int, priority: Priority, tier: Tier, category: str) -> Calendar:
                of_clock = self._configuration_of(connection, version)
                terms = sla.terms(of_clock, priority=priority, tier=tier, category=category)
                return terms[ClockKind.RESOLUTION].calendar

            return reports.report(
                connection, start, end, now=self._clock(), zone=configuration.zone, calendar_of=calendar_of
            )

    def export_rows(self, start: datetime, end: datetime, *, hidden: Collection[str] = ()) -> list[ExportRow]:
        """
        The tickets opened in [start, end), one row each, in the order of opening; none of the categories `hidden`.

        Raises InvalidInput.
        """
        start, end = checked_period(start, end)
        with self._one_moment() as connection:
            period = {"start": to_us(start), "end": to_us(end), "hidden": sorted(hidden)}
            return [_export_row(row) for row in connection.execute(OPENED_IN_PERIOD, period).mappings()]

    def count_opened(self, start: datetime, end: datetime) -> int:
        """How many tickets were opened in [start, end), of all categories. Raises InvalidInput."""
        start, end = checked_period(start, end)
        with self._database.read() as connection:
            return int(connection.execute(COUNT_OPENED, {"start": to_us(start), "end": to_us(end)}).scalar_one())

    def longest_open(
        self, *, limit: int = 10, offset: int = 0, hidden: Collection[str] = (), before: datetime | None = None
    ) -> tuple[list[OpenTicket], int]:
        """
        Unsolved tickets, the oldest first, and how many there are in all; none of the categories `hidden`.

        It reads what is open, and no more. `before` leaves out what was opened from then on. Raises InvalidInput.
        """
        until = to_us(checked_instant("before", before)) if before is not None else END_OF_TIME
        with self._one_moment() as connection:
            asked = {"hidden": sorted(hidden), "rows": limit, "skip": offset, "before": until}
            rows = [
                OpenTicket(
                    ref=TicketRef(PersonId(row.customer_id), row.id),
                    version=row.version,
                    subject=row.subject,
                    category=row.category,
                    priority=Priority(row.priority),
                    opened_at=from_us(row.opened_at),
                    agent=row.agent_name,
                )
                for row in connection.execute(LONGEST_OPEN, asked)
            ]
            return rows, int(connection.execute(COUNT_OPEN, asked).scalar_one())

    def count_came_back(self, start: datetime, end: datetime) -> int:
        """How often a resolved ticket was reopened in [start, end), whenever it had been resolved. Raises InvalidInput."""
        start, end = checked_period(start, end)
        with self._database.read() as connection:
            return int(connection.execute(CAME_BACK, {"start": to_us(start), "end": to_us(end)}).scalar_one())

    def undelivered(self, start: datetime, end: datetime) -> int:
        """How many things to show, of those of [start, end), were set aside because they cannot be shown."""
        start, end = checked_period(start, end)
        with self._database.read() as connection:
            return int(connection.execute(SET_ASIDE, {"start": to_us(start), "end": to_us(end)}).scalar_one())

    @contextmanager
    def _one_moment(self) -> Iterator[Connection]:
        """A connection whose statements all see the database as it was at the first."""
        with self._database.read() as connection:
            if not self._database.is_sqlite:
                connection.execute(ONE_MOMENT)
                connection.execute(CUSTOM_PLANS)
            yield connection


def checked_period(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The period in UTC. Raises InvalidInput where it is none."""
    start, end = checked_instant("start", start), checked_instant("end", end)
    if not start < end <= start + LONGEST_PERIOD:
        raise InvalidInput("end", "A period ends after it begins, and within ten years.")
    return start, end


def _export_row(row: RowMapping) -> ExportRow:
    return ExportRow(
        number=row["id"],
        subject=row["subject"],
        customer=row["customer_name"] or "",
        category=row["category"],
        priority=Priority(row["priority"]),
        tier=Tier(row["tier"]),
        status=TicketStatus(row["status"]),
        close_reason=CloseReason(row["close_reason"]) if row["close_reason"] else None,
        agent=row["agent_name"],
        opened_at=from_us(row["opened_at"]),
        first_response_at=from_us(row["first_response_at"]),
        response_due_at=from_us(row["response_due_at"]),
        response_outcome=Outcome(row["response_outcome"]) if row["response_outcome"] else None,
        resolved_at=from_us(row["resolved_at"]),
        resolution_due_at=from_us(row["resolution_due_at"]),
        resolution_outcome=Outcome(row["resolution_outcome"]) if row["resolution_outcome"] else None,
        closed_at=from_us(row["closed_at"]),
        reopened_count=row["reopened_count"],
        is_helpful=row["is_helpful"],
    )
