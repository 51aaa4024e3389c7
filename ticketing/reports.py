"""
What a period looked like: figures over tickets, clocks and the audit log, one definition each (docs/reports.md).

What can be counted is counted by the database. Percentiles and working time are worked out here, from the two ends and the
pauses of each clock, since no database knows the desk's calendars.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from ticketing.calendars import ALWAYS, Calendar, Pause, elapsed
from ticketing.instants import from_us, to_us
from ticketing.model import ClockKind, EventKind, Outcome, PersonId, Priority, Tier
from ticketing.tables import sla_clocks, sla_pauses, ticket_events, tickets

BUCKET = timedelta(minutes=15)
"""Every zone's midnight falls on a quarter of an hour, so quarters counted by the database add up to local days."""

JUDGED_KINDS = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION)
CalendarOf = Callable[[int, Priority, Tier, str], Calendar]
"""The calendar by which a version of the configuration counts for a priority, tier and category."""

K = TypeVar("K")


@dataclass(frozen=True)
class Day:
    """A local day. `backlog` is what was unsolved at its end, or at the end of the period if that is earlier."""

    date: date
    opened: int
    resolved: int
    backlog: int


@dataclass(frozen=True)
class Spread:
    """Half of the times are at most `p50`, nine in ten at most `p90`; None without any."""

    p50: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True)
class Times:
    """How long something took: by the wall clock, and in working time without pauses."""

    count: int = 0
    wall: Spread = Spread()
    working: Spread = Spread()


@dataclass(frozen=True)
class Attainment:
    """Promises kept and broken."""

    met: int = 0
    breached: int = 0

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where nothing was judged."""
        judged = self.met + self.breached
        return self.met / judged if judged else None

    def __add__(self, other: Attainment) -> Attainment:
        return Attainment(self.met + other.met, self.breached + other.breached)


ByKind = Mapping[ClockKind, Attainment]


@dataclass(frozen=True)
class Report:
    """The figures of [start, end). Days are those of `zone`; what each figure means is in docs/reports.md."""

    start: datetime
    end: datetime
    zone: str
    backlog_before: int
    days: tuple[Day, ...]
    first_response: Times
    resolution: Times
    attainment: ByKind
    by_priority: Mapping[Priority, ByKind]
    by_agent: Mapping[PersonId | None, ByKind]
    by_category: Mapping[str, ByKind]
    resolved_by_agent: Mapping[PersonId, int]
    reopened: int

    @property
    def opened(self) -> int:
        return sum(day.opened for day in self.days)

    @property
    def resolved(self) -> int:
        return sum(day.resolved for day in self.days)

    @property
    def reopen_rate(self) -> float | None:
        """The share of the period's resolutions that did not last; None without any."""
        return self.reopened / self.resolved if self.resolved else None


# --- what happened, by day --------------------------------------------------------------------------------------------

_event, _clock, _ticket = ticket_events.c, sla_clocks.c, tickets.c
_start: Any = bindparam("start")
_end: Any = bindparam("end")
_bucket_us = BUCKET // timedelta(microseconds=1)
_one_bucket: Any = literal_column(str(_bucket_us), BigInteger)  # written out, so that it is the same in GROUP BY


def _in_period(column: Any) -> Any:
    return and_(column >= _start, column < _end)


_later = ticket_events.alias("later")
_same_ticket = and_(_later.c.customer_id == _event.customer_id, _later.c.ticket_id == _event.ticket_id)
_is_undone = exists().where(
    _same_ticket, _later.c.kind == EventKind.UNDONE.value, _later.c.to_value == cast(_event.seq, String)
)
_is_reopened = exists().where(_same_ticket, _later.c.kind == EventKind.REOPENED.value, _later.c.seq > _event.seq)
_is_resolution = and_(
    _event.kind == EventKind.STATUS.value,
    _event.to_value == "resolved",
    or_(_event.reason.is_(None), _event.reason != "undone"),
    ~_is_undone,
)
_over = ("resolved", "closed")
_backlog_change = case(
    (and_(_event.from_value.not_in(_over), _event.to_value.in_(_over)), -1),
    (and_(_event.from_value.in_(_over), _event.to_value.not_in(_over)), 1),
    else_=0,
)

_bucket_opened = (_ticket.opened_at // _one_bucket).label("bucket")
OPENED = select(_bucket_opened, func.count()).where(_in_period(_ticket.opened_at)).group_by(_bucket_opened)
OPENED_BEFORE = select(func.count()).select_from(tickets).where(_ticket.opened_at < _start)
_bucket_event = (_event.at // _one_bucket).label("bucket")
BACKLOG = (
    select(_bucket_event, func.sum(_backlog_change))
    .where(_event.kind == EventKind.STATUS.value, _in_period(_event.at))
    .group_by(_bucket_event)
)
BACKLOG_BEFORE = select(func.coalesce(func.sum(_backlog_change), 0)).where(
    _event.kind == EventKind.STATUS.value, _event.at < _start
)
RESOLUTIONS = (
    select(_bucket_event, _event.actor_id, func.count(), func.sum(case((_is_reopened, 1), else_=0)))
    .where(_is_resolution, _in_period(_event.at))
    .group_by(_bucket_event, _event.actor_id)
)

# --- clocks -----------------------------------------------------------------------------------------------------------

_of_ticket = and_(_ticket.customer_id == _clock.customer_id, _ticket.id == _clock.ticket_id)
_judged = _clock.outcome.in_([Outcome.MET.value, Outcome.BREACHED.value])
_is_met = _clock.outcome == Outcome.MET.value
_is_breached = or_(
    _clock.outcome == Outcome.BREACHED.value, and_(_clock.ended_at.is_(None), _clock.due_at <= bindparam("now"))
)
ATTAINMENT = (
    select(
        _clock.kind,
        _ticket.priority,
        _ticket.last_agent_id,
        _ticket.category,
        func.sum(cast(case((_is_met, 1), else_=0), Integer)),
        func.sum(cast(case((_is_met, 0), else_=1), Integer)),
    )
    .join_from(sla_clocks, tickets, _of_ticket)
    .where(
        _clock.kind.in_([kind.value for kind in JUDGED_KINDS]),
        or_(and_(_is_met, _in_period(_clock.ended_at)), and_(_is_breached, _in_period(_clock.due_at))),
    )
    .group_by(_clock.kind, _ticket.priority, _ticket.last_agent_id, _ticket.category)
)
ENDED = (
    select(sla_clocks, _ticket.priority, _ticket.tier, _ticket.category)
    .join_from(sla_clocks, tickets, _of_ticket)
    .where(_clock.kind == bindparam("kind"), _judged, _in_period(_clock.ended_at))
)
PAUSES = (
    select(sla_pauses)
    .join_from(
        sla_pauses,
        sla_clocks,
        and_(*(sla_pauses.c[name] == _clock[name] for name in ("customer_id", "ticket_id", "kind", "run"))),
    )
    .where(_clock.kind == bindparam("kind"), _judged, _in_period(_clock.ended_at))
)


def report(
    connection: Connection, start: datetime, end: datetime, *, now: datetime, zone: str, calendar_of: CalendarOf
) -> Report:
    """The figures of [start, end), with what is late `now` counted as late."""
    period = {"start": to_us(start), "end": to_us(end)}
    resolutions = connection.execute(RESOLUTIONS, period).all()
    resolved_by_agent: dict[PersonId, int] = defaultdict(int)
    for _, agent, count, _ in resolutions:
        resolved_by_agent[PersonId(agent)] += count
    backlog_before = (
        connection.execute(OPENED_BEFORE, period).scalar_one() + connection.execute(BACKLOG_BEFORE, period).scalar_one()
    )
    judged = [
        (ClockKind(kind), Priority(priority), agent, category, Attainment(int(met), int(breached)))
        for kind, priority, agent, category, met, breached in connection.execute(
            ATTAINMENT, period | {"now": to_us(now)}
        )
    ]
    return Report(
        start=start,
        end=end,
        zone=zone,
        backlog_before=int(backlog_before),
        days=_days(
            start,
            end,
            ZoneInfo(zone),
            backlog_before=int(backlog_before),
            opened=[(bucket, count) for bucket, count in connection.execute(OPENED, period)],
            resolved=[(bucket, count) for bucket, _, count, _ in resolutions],
            backlog=[(bucket, change) for bucket, change in connection.execute(BACKLOG, period)],
        ),
        first_response=_times(connection, ClockKind.FIRST_RESPONSE, period, calendar_of),
        resolution=_times(connection, ClockKind.RESOLUTION, period, calendar_of),
        attainment=_by_kind((kind, figures) for kind, *_, figures in judged),
        by_priority=_grouped((priority, kind, figures) for kind, priority, *_, figures in judged),
        by_agent=_grouped((agent, kind, figures) for kind, _, agent, _, figures in judged),
        by_category=_grouped((category, kind, figures) for kind, *_, category, figures in judged),
        resolved_by_agent=dict(resolved_by_agent),
        reopened=sum(int(reopened) for *_, reopened in resolutions),
    )


def _days(
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    *,
    backlog_before: int,
    opened: Iterable[tuple[int, int]],
    resolved: Iterable[tuple[int, int]],
    backlog: Iterable[tuple[int, int]],
) -> tuple[Day, ...]:
    def by_day(buckets: Iterable[tuple[int, int]]) -> dict[date, int]:
        counted: dict[date, int] = defaultdict(int)
        for bucket, count in buckets:
            counted[from_us(int(bucket) * _bucket_us).astimezone(zone).date()] += int(count)
        return counted

    new, solved, change = by_day(opened), by_day(resolved), by_day(backlog)
    days, unsolved = [], backlog_before
    day, last = start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()
    while day <= last:
        unsolved += new.get(day, 0) + change.get(day, 0)
        days.append(Day(day, new.get(day, 0), solved.get(day, 0), unsolved))
        day += timedelta(days=1)
    return tuple(days)


def local_day(day: date, zone: str) -> tuple[datetime, datetime]:
    """The two instants between which it is that date: 23 to 25 hours apart."""
    first, second = (datetime.combine(each, time(), ZoneInfo(zone)) for each in (day, day + timedelta(days=1)))
    return first.astimezone(UTC), second.astimezone(UTC)


def _times(connection: Connection, kind: ClockKind, period: Mapping[str, int], calendar_of: CalendarOf) -> Times:
    asked = {**period, "kind": kind.value}
    pauses: dict[tuple[int, int, int], list[Pause]] = defaultdict(list)
    for row in connection.execute(PAUSES, asked):
        pauses[row.customer_id, row.ticket_id, row.run].append(Pause(from_us(row.paused_at), from_us(row.resumed_at)))
    wall, working = [], []
    for row in connection.execute(ENDED, asked):
        started, ended = from_us(row.started_at), from_us(row.ended_at)
        calendar = calendar_of(row.config_version, Priority(row.priority), Tier(row.tier), row.category)
        of_clock = pauses.get((row.customer_id, row.ticket_id, row.run), [])
        wall.append(ended - started)
        is_plain = calendar is ALWAYS and not of_clock
        working.append(ended - started if is_plain else elapsed(started, ended, calendar, of_clock))
    return Times(len(wall), _spread(wall), _spread(working))


def _spread(lengths: Sequence[timedelta]) -> Spread:
    ordered = sorted(lengths)
    return Spread(percentile(ordered, 50), percentile(ordered, 90)) if ordered else Spread()


def percentile(ordered: Sequence[timedelta], percent: int) -> timedelta:
    """The smallest of the ordered lengths that so many percent of them do not exceed: always one that was measured."""
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]


def _by_kind(judged: Iterable[tuple[ClockKind, Attainment]]) -> dict[ClockKind, Attainment]:
    summed: dict[ClockKind, Attainment] = {}
    for kind, figures in judged:
        summed[kind] = summed.get(kind, Attainment()) + figures
    return summed


def _grouped(judged: Iterable[tuple[K, ClockKind, Attainment]]) -> dict[K, dict[ClockKind, Attainment]]:
    groups: dict[K, list[tuple[ClockKind, Attainment]]] = defaultdict(list)
    for key, kind, figures in judged:
        groups[key].append((kind, figures))
    return {key: _by_kind(of_key) for key, of_key in groups.items()}
