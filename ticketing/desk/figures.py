"""How the desk stands at this moment, in numbers: what gauges show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, case, func, select

from ticketing.desk.recomputing import Recomputing
from ticketing.instants import from_us, to_us
from ticketing.model import Priority, TicketStatus
from ticketing.tables import IS_NOT_OVER, outbox, problem_acts, sla_clocks, tickets

SOON = timedelta(hours=1)

_clock = sla_clocks.c
OPEN = (
    select(tickets.c.status, tickets.c.priority, func.count().label("count"))
    .where(IS_NOT_OVER)
    .group_by(tickets.c.status, tickets.c.priority)
)
OLDEST_WAITING = select(func.min(tickets.c.sla_start_at)).where(tickets.c.queue_rank.is_not(None))
_RUNNING = select(
    func.count().label("running"),
    func.sum(case((_clock.due_at <= bindparam("now"), 1), else_=0)).label("overdue"),
    func.sum(case((and_(_clock.due_at > bindparam("now"), _clock.due_at <= bindparam("soon")), 1), else_=0)).label(
        "soon"
    ),
    func.sum(case((_clock.warned_at.is_not(None), 1), else_=0)).label("warned"),
).where(_clock.ended_at.is_(None))
# As two indexes have them, so that what has ended is not read.
RUNNING = (_RUNNING.where(_clock.breached_at.is_(None)), _RUNNING.where(_clock.breached_at.is_not(None)))
PARKED = select(func.count()).where(outbox.c.state == "parked")
ACTS = select(func.count()).where(problem_acts.c.ended_at.is_(None))
OLDEST_UNSENT = select(func.min(outbox.c.created_at)).where(outbox.c.state == "waiting")


@dataclass(frozen=True)
class DeskFigures:
    """
    The desk at `at`. Ages are business time, from the first waiting one until then; None where nothing waits.

    Of the clocks that run: `overdue` are late and still owed, `due_soon` within the hour, `warned` have been warned about.
    """

    at: datetime
    open_tickets: Mapping[tuple[TicketStatus, Priority], int]
    oldest_waiting: timedelta | None
    running_clocks: int
    overdue: int
    due_soon: int
    warned: int
    parked: int
    oldest_unsent: timedelta | None
    outdated: int
    """Tickets whose deadlines still follow an earlier configuration."""
    acts: int
    """Answers and resolutions for all tickets of a problem that are not through."""

    @property
    def queued(self) -> int:
        """How many tickets wait for an agent."""
        return sum(count for (status, _), count in self.open_tickets.items() if status is TicketStatus.OPEN)


class Figures(Recomputing):
    """See `ticketing.desk.Desk`."""

    def figures(self) -> DeskFigures:
        """Count what is open. It reads every open ticket and clock: ask once a minute, not at each turn."""
        now = self._clock()
        with self._database.read() as connection:
            open_tickets = {
                (TicketStatus(row["status"]), Priority(row["priority"])): int(row["count"])
                for row in connection.execute(OPEN).mappings()
            }
            halves = [
                connection.execute(half, {"now": to_us(now), "soon": to_us(now + SOON)}).mappings().one()
                for half in RUNNING
            ]
            clocks = {name: sum(int(half[name] or 0) for half in halves) for name in halves[0]}
            waiting_since = from_us(connection.execute(OLDEST_WAITING).scalar())
            unsent_since = from_us(connection.execute(OLDEST_UNSENT).scalar())
            parked = int(connection.execute(PARKED).scalar_one())
            acts = int(connection.execute(ACTS).scalar_one())
        return DeskFigures(
            at=now,
            open_tickets=open_tickets,
            oldest_waiting=_age(waiting_since, now),
            running_clocks=clocks["running"],
            overdue=clocks["overdue"],
            due_soon=clocks["soon"],
            warned=clocks["warned"],
            parked=parked,
            oldest_unsent=_age(unsent_since, now),
            outdated=self.outdated_clocks(),
            acts=acts,
        )


def _age(since: datetime | None, now: datetime) -> timedelta | None:
    return None if since is None else max(now - since, timedelta(0))
