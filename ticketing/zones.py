"""When time zones change their offset, to the second. Days here are days of UTC, numbered from 1970 on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY, HOUR, MINUTE = 86_400, 3_600, 60  # in seconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_zone(name: str) -> None:
    """Raises ValueError unless `name` is an IANA zone, such as Europe/Vienna."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:  # OSError: "Europe" is a folder of zones
        raise ValueError(f"There is no time zone {name!r}. It is written like Europe/Vienna.") from error


@lru_cache(maxsize=16_384)
def segments(name: str, day_number: int) -> tuple[tuple[int, int, int], ...]:
    """
    One day of UTC, cut where the zone changes its offset: (start, end, offset of the wall clock from UTC) each.

    All in seconds, instants since 1970. `zoneinfo` tells no transitions, so the offset is asked for every hour and a
    change found is narrowed down to the second.
    """
    zone, midnight = ZoneInfo(name), day_number * DAY
    found: list[tuple[int, int, int]] = []
    start, offset = midnight, _offset(zone, midnight)
    for hour in range(midnight + HOUR, midnight + DAY + HOUR, HOUR):
        new_offset = _offset(zone, hour)
        if new_offset != offset:
            change = _change_of_offset(zone, hour - HOUR, hour)
            found.append((start, change, offset))
            start, offset = change, new_offset
    if start < midnight + DAY:  # else it changes with the day, and the next one begins so
        found.append((start, midnight + DAY, offset))
    return tuple(found)


def instant(seconds: int) -> datetime:
    """The instant so many seconds after 1970 began in UTC."""
    return _EPOCH + timedelta(seconds=seconds)


def days_touched(start: datetime, end: datetime) -> range:
    """The numbers of the days of UTC that share some time with [start, end)."""
    day = timedelta(days=1)
    return range((start - _EPOCH) // day, -((_EPOCH - end) // day))


def _change_of_offset(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second in (before, after] with the offset of `after`."""
    new_offset = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == new_offset:
            after = middle
        else:
            before = middle
    return after


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = instant(at).astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
