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
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ticketing import report_statements as sql
from ticketing.calendars import ALWAYS, Calendar, Pause, elapsed
from ticketing.instants import from_us, to_us
from ticketing.model import ClockKind, PersonId, Priority, Tier

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


@dataclass(frozen=True)
class Ratings:
    """What customers thought of resolutions."""

    helpful: int = 0
    not_helpful: int = 0

    @property
    def share(self) -> float | None:
        """Helpful among all, from 0 to 1; None without any."""
        rated = self.helpful + self.not_helpful
        return self.helpful / rated if rated else None

    def __add__(self, other: Ratings) -> Ratings:
        return Ratings(self.helpful + other.helpful, self.not_helpful + other.not_helpful)


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
    by_day: Mapping[date, ByKind]
    resolved_by_agent: Mapping[PersonId, int]
    load_by_agent: Mapping[PersonId, int]
    reopened: int
    ratings: Ratings
    ratings_by_agent: Mapping[PersonId | None, Ratings]

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


def report(
    connection: Connection, start: datetime, end: datetime, *, now: datetime, zone: str, calendar_of: CalendarOf
) -> Report:
    """The figures of [start, end), with what is late `now` counted as late."""
    period, here = {"start": to_us(start), "end": to_us(end)}, ZoneInfo(zone)
    resolutions = connection.execute(sql.RESOLUTIONS, period).all()
    resolved_by_agent: dict[PersonId, int] = defaultdict(int)
    for _, agent, count, _ in resolutions:
        resolved_by_agent[PersonId(agent)] += count
    judged = [
        (day_of(bucket, here), ClockKind(kind), Priority(priority), agent, category, _attained(is_met, count))
        for bucket, kind, priority, agent, category, is_met, count in connection.execute(
            sql.ATTAINMENT, period | {"now": to_us(now)}
        )
    ]
    ratings = _ratings(connection, period)
    backlog_before = _backlog_before(connection, period)
    return Report(
        start=start,
        end=end,
        zone=zone,
        backlog_before=backlog_before,
        days=_days(
            start,
            end,
            here,
            backlog_before=backlog_before,
            opened=[(bucket, count) for bucket, count in connection.execute(sql.OPENED, period)],
            resolved=[(bucket, count) for bucket, _, count, _ in resolutions],
            backlog=[(bucket, change) for bucket, change in connection.execute(sql.BACKLOG, period)],
        ),
        first_response=_times(connection, ClockKind.FIRST_RESPONSE, period, calendar_of),
        resolution=_times(connection, ClockKind.RESOLUTION, period, calendar_of),
        attainment=_by_kind((kind, figures) for _, kind, *_, figures in judged),
        by_priority=_grouped((priority, kind, figures) for _, kind, priority, *_, figures in judged),
        by_agent=_grouped((agent, kind, figures) for _, kind, _, agent, _, figures in judged),
        by_category=_grouped((category, kind, figures) for _, kind, *_, category, figures in judged),
        by_day=_grouped((day, kind, figures) for day, kind, *_, figures in judged),
        resolved_by_agent=dict(resolved_by_agent),
        load_by_agent={PersonId(int(agent)): int(held) for agent, held in connection.execute(sql.HELD_AT_END, period)},
        reopened=sum(int(reopened) for *_, reopened in resolutions),
        ratings=sum(ratings.values(), Ratings()),
        ratings_by_agent=ratings,
    )


def _attained(is_met: int, count: int) -> Attainment:
    return Attainment(met=int(count)) if is_met else Attainment(breached=int(count))


def _backlog_before(connection: Connection, period: Mapping[str, int]) -> int:
    open_now = sum(connection.execute(sql.OPEN_NOW).scalars())
    opened_since = connection.execute(sql.OPENED_SINCE, period).scalar_one()
    return int(open_now - opened_since - connection.execute(sql.CHANGED_SINCE, period).scalar_one())


def _ratings(connection: Connection, period: Mapping[str, int]) -> dict[PersonId | None, Ratings]:
    """By who resolved what was rated."""
    found: dict[PersonId | None, Ratings] = {}
    for agent, is_helpful, count in connection.execute(sql.RATINGS, period):
        given = Ratings(helpful=int(count)) if is_helpful else Ratings(not_helpful=int(count))
        found[agent] = found.get(agent, Ratings()) + given
    return found


def day_of(bucket: int, zone: ZoneInfo) -> date:
    """The local date that a quarter of an hour is part of."""
    return from_us(int(bucket) * sql.BUCKET_US).astimezone(zone).date()


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
            counted[day_of(bucket, zone)] += int(count)
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
    for row in connection.execute(sql.PAUSES, asked):
        pauses[row.customer_id, row.ticket_id, row.run].append(Pause(from_us(row.paused_at), from_us(row.resumed_at)))
    wall, working = [], []
    for row in connection.execute(sql.ENDED, asked):
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
