"""
Things with a date: once on each local date, at a time of day, whatever the clocks do.

Due is the first instant of the date at which the wall clock is at or past the time: a 02:30 that is skipped in spring comes
at 03:00, one that is repeated in autumn comes once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def instant_on(day: date, at: time, zone: str) -> datetime:
    """When something that is set for `at` is due on that local date of `zone`."""
    here = ZoneInfo(zone)
    wall = datetime.combine(day, at)
    found = wall.replace(tzinfo=here).astimezone(UTC)
    if found.astimezone(here).replace(tzinfo=None) == wall:
        return found
    # The wall clock never shows it: the jump over it lies between the two ways to read it.
    before, after = sorted(wall.replace(tzinfo=here, fold=fold).astimezone(UTC) for fold in (0, 1))
    while after - before > _SECOND:
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(here).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after


def last_date(now: datetime, at: time, zone: str) -> date:
    """The last local date on which something that is set for `at` has fallen due by `now`."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return today if instant_on(today, at, zone) <= now else today - timedelta(days=1)


def next_instant(now: datetime, at: time, zone: str) -> datetime:
    """When it is due next after `now`."""
    return instant_on(last_date(now, at, zone) + timedelta(days=1), at, zone)
