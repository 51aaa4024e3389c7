"""
Working time the slow way: look at the clock on the wall, minute after minute of real time.

It shares nothing with `ticketing.calendars` but the words to describe a calendar. It knows no holidays but those listed,
and is right where windows, pauses and changes of the clock fall on whole minutes, which since 1980 they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from ticketing.calendars import Calendar, Pause

MINUTE = timedelta(minutes=1)


def shows_working_time(calendar: Calendar, at: datetime) -> bool:
    """Whether the wall clock, read at this instant, lies within a window of today or one left over from yesterday."""
    if calendar.windows is None:
        return True
    wall = at.astimezone(ZoneInfo(calendar.zone))
    today = wall.date()
    minutes = 60 * wall.hour + wall.minute
    return _within(calendar, today, minutes) or _within(calendar, today - timedelta(days=1), 24 * 60 + minutes)


def _within(calendar: Calendar, begins_on: date, minutes: int) -> bool:
    if begins_on in calendar.holidays:
        return False
    return any(
        window.weekday == begins_on.weekday() and window.start <= minutes < window.end
        for window in calendar.windows or ()
    )


def counted_minutes(
    calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()
) -> Iterator[datetime]:
    """The minutes of [start, end) that count, each as the instant it begins."""
    at = start.astimezone(UTC)
    while at < end:
        if not _is_paused(at, pauses) and shows_working_time(calendar, at):
            yield at
        at += MINUTE


def reached_at(
    calendar: Calendar, start: datetime, minutes: int, pauses: Sequence[Pause], *, within: timedelta
) -> datetime | None:
    """When so many minutes have counted; None if that is not `within` that time."""
    if minutes == 0:
        return start
    counted = counted_minutes(calendar, start, start + within, pauses)
    last = next(islice(counted, minutes - 1, None), None)
    return None if last is None else last + MINUTE


def _is_paused(at: datetime, pauses: Sequence[Pause]) -> bool:
    return any(pause.start <= at and (pause.end is None or at < pause.end) for pause in pauses)
