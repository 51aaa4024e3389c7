"""Until when, as people type it: "14:00" is the next time their clocks show it, "2h" and "1h30m" are a length of time."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from bot import text

MORNING = time(9)

_LENGTH = re.compile(r"(?:(\d{1,3})\s*h)?\s*(?:(\d{1,3})\s*m(?:in)?)?", re.ASCII)
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d{2}", re.ASCII)
TOMORROW = "tomorrow"


def until_typed(typed: str, now: datetime, zone: str) -> datetime | None:
    """The instant that was typed, "tomorrow" being 9:00 of that day; None for anything else."""
    typed = typed.strip().lower().removeprefix("until ").strip()
    if typed == TOMORROW:
        return tomorrow_morning(now, zone)
    length = _LENGTH.fullmatch(typed)
    if length:
        lasts = timedelta(hours=int(length[1] or 0), minutes=int(length[2] or 0))
        return now + lasts if lasts else None
    return next_time(typed.zfill(5), now, zone) if _TIME_OF_DAY.fullmatch(typed) else None


def next_time(at: str, now: datetime, zone: str) -> datetime | None:
    """The first instant after `now` at which the clocks of `zone` show `at` ("HH:MM"); None for what is no time of day."""
    try:
        chosen = time.fromisoformat(at)
    except ValueError:
        return None
    here = text.zone_of(zone)
    today = now.astimezone(here).date()
    # Where clocks are put back a time comes twice in a night, the second time with `fold`.
    instants = (
        datetime.combine(today + timedelta(days=days), chosen.replace(fold=fold), here).astimezone(now.tzinfo)
        for days in range(3)
        for fold in (0, 1)
    )
    return next(each for each in instants if each > now)


def tomorrow_morning(now: datetime, zone: str) -> datetime:
    """9:00 of the next day in `zone`."""
    here = text.zone_of(zone)
    return datetime.combine(now.astimezone(here).date() + timedelta(days=1), MORNING, here)
