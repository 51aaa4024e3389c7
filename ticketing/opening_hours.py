"""Opening hours as a person writes them in the settings: {"mon-fri": ["09:00-12:30", "13:00-17:00"]}."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ticketing.calendars import Window

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_HOURS = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", re.ASCII)
_DAY = 1440


def parse_windows(written: Mapping[str, Sequence[str]]) -> tuple[Window, ...]:
    """
    The windows of a week, by weekday and time, each once.

    A key names days: "mon", "mon-fri", "sat-mon" (over the weekend) or "mon,wed". A value lists times of the local wall
    clock; one that ends at or before its start runs over midnight, and 24:00 is the end of the day.
    Raises ValueError naming what cannot be read.
    """
    windows = {
        Window(day, *_parse_hours(hours)) for days, listed in written.items() for day in _days(days) for hours in listed
    }
    return tuple(sorted(windows, key=lambda window: (window.weekday, window.start, window.end)))


def _days(written: str) -> Iterator[int]:
    for part in written.lower().split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise ValueError(f"Days are written like mon, mon-fri or mon,wed, not {written!r}.")
        start = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last) - start) % 7 if dash else 0
        yield from ((start + offset) % 7 for offset in range(length + 1))


def _parse_hours(written: str) -> tuple[int, int]:
    found = _HOURS.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"Hours are written like 09:00-17:00, not {written!r}.")
    hours, minutes, end_hours, end_minutes = map(int, found.groups())
    start, end = hours * 60 + minutes, end_hours * 60 + end_minutes
    if minutes > 59 or end_minutes > 59 or start >= _DAY or end > _DAY:
        raise ValueError(f"{written!r} is not a time of day: hours go from 00:00 to 24:00.")
    if start == end:
        raise ValueError(f"{written!r} is empty. A whole day is written 00:00-24:00.")
    return start, end if end > start else end + _DAY
