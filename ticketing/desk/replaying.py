"""What another configuration would have promised: the tickets of a period judged by it, from the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, tuple_

from ticketing.children import children
from ticketing.configuration import Configuration, parse
from ticketing.desk.base import DeskBase
from ticketing.desk.reporting import checked_period
from ticketing.events import TicketEvent
from ticketing.instants import to_us
from ticketing.model import ClockKind, Outcome, PersonId, Role, SlaClock, TicketRef
from ticketing.replay import is_late_by, replay
from ticketing.reports import Attainment
from ticketing.rows import clock_from, event_from
from ticketing.tables import agents, people, sla_clocks, ticket_events, tickets

PAGE = 500

IN_PERIOD = tickets.c.opened_at >= bindparam("start"), tickets.c.opened_at < bindparam("end")
COUNT = select(func.count()).select_from(tickets).where(*IN_PERIOD)
FOLLOWING = (
    select(tickets.c.customer_id, tickets.c.id, tickets.c.opened_at)
    .where(*IN_PERIOD, tuple_(tickets.c.opened_at, tickets.c.id) > tuple_(bindparam("after"), bindparam("number")))
    .order_by(tickets.c.opened_at, tickets.c.id)
    .limit(PAGE)
)
TEAM = select(people.c.id).where(people.c.role >= int(Role.AGENT)).union(select(agents.c.id))

Progress = Callable[[int, int], None]
"""Called with how many tickets have been judged, and of how many."""


@dataclass(frozen=True)
class Breach:
    """A promise that was missed: until when it was made, and when it was kept after all (None: not by then)."""

    number: int
    kind: ClockKind
    due_at: datetime
    ended_at: datetime | None
    was_breached: bool
    """Whether the same promise was missed under what was really in force."""


@dataclass(frozen=True)
class PolicyReplay:
    """The tickets opened in a period, as they were judged (`actual`) and as the other configuration judges them."""

    tickets: int
    actual: Mapping[ClockKind, Attainment]
    replayed: Mapping[ClockKind, Attainment]
    breaches: tuple[Breach, ...]
    """Under the other configuration, the longest overdue first."""


class Replaying(DeskBase):
    """See `ticketing.desk.Desk`."""

    def replay(
        self,
        document: Mapping[str, Any],
        start: datetime,
        end: datetime,
        *,
        progress: Progress = lambda _done, _of: None,
    ) -> PolicyReplay:
        """
        Judge the tickets opened in [start, end) as if `document` had been in force all the time. Nothing is changed.

        People's acts are taken as they were. Raises InvalidConfiguration, InvalidInput.
        """
        start, end = checked_period(start, end)
        other, now = parse(document), self._clock()
        period = {"start": to_us(start), "end": to_us(end)}
        judged = _Judged(now)
        with self._database.read() as connection:
            total = int(connection.execute(COUNT, period).scalar_one())
            staff = {PersonId(row.id) for row in connection.execute(TEAM)}
            for page in _pages(connection, period):
                judged.add(connection, page, other, staff)
                progress(judged.tickets, total)
        return judged.result()


class _Judged:
    def __init__(self, now: datetime) -> None:
        self.tickets = 0
        self._now = now
        self._actual: dict[ClockKind, Attainment] = {}
        self._replayed: dict[ClockKind, Attainment] = {}
        self._breaches: list[Breach] = []

    def add(self, connection: Connection, page: list[TicketRef], other: Configuration, staff: set[PersonId]) -> None:
        events, clocks = _events(connection, page), _clocks(connection, page)
        for ref in page:
            self.tickets += 1
            actual = clocks.get(ref, [])
            _count(self._actual, actual, self._now)
            replayed = replay(events.get(ref, []), other, staff)
            _count(self._replayed, replayed, self._now)
            missed = {(clock.kind, clock.run) for clock in actual if is_late_by(clock, self._now)}
            self._breaches += [
                Breach(ref.number, clock.kind, clock.due_at, clock.ended_at, (clock.kind, clock.run) in missed)
                for clock in replayed
                if clock.due_at is not None and is_late_by(clock, self._now)
            ]

    def result(self) -> PolicyReplay:
        def overdue(breach: Breach) -> Any:
            return (breach.ended_at or self._now) - breach.due_at

        longest_first = sorted(self._breaches, key=overdue, reverse=True)
        return PolicyReplay(self.tickets, self._actual, self._replayed, tuple(longest_first))


def _count(figures: dict[ClockKind, Attainment], clocks: Iterable[SlaClock], now: datetime) -> None:
    for clock in clocks:
        late = is_late_by(clock, now)
        if late or clock.outcome is Outcome.MET:
            one = Attainment(met=int(not late), breached=int(late))
            figures[clock.kind] = figures.get(clock.kind, Attainment()) + one


def _pages(connection: Connection, period: Mapping[str, int]) -> Iterator[list[TicketRef]]:
    after: dict[str, int] = {"after": -(2**63), "number": 0}
    while rows := connection.execute(FOLLOWING, {**period, **after}).all():
        yield [_ref(row.customer_id, row.id) for row in rows]
        after = {"after": rows[-1].opened_at, "number": rows[-1].id}


def _ref(customer_id: int, number: int) -> TicketRef:
    return TicketRef(PersonId(customer_id), number)


def _events(connection: Connection, page: list[TicketRef]) -> dict[TicketRef, list[TicketEvent]]:
    found: dict[TicketRef, list[TicketEvent]] = {}
    for row in children(connection, ticket_events, page):
        found.setdefault(_ref(row["customer_id"], row["ticket_id"]), []).append(event_from(row))
    return found


def _clocks(connection: Connection, page: list[TicketRef]) -> dict[TicketRef, list[SlaClock]]:
    found: dict[TicketRef, list[SlaClock]] = {}
    for row in children(connection, sla_clocks, page):
        found.setdefault(_ref(row["customer_id"], row["ticket_id"]), []).append(clock_from(row))
    return found
