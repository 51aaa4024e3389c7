"""Where zones change their offset: known changes, to the second, and days that are covered without a gap."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import chain, pairwise

import pytest

from ticketing import zones


def day(year: int, month: int, day_of_month: int) -> int:
    return (date(year, month, day_of_month) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("zone", "day_number", "change", "offsets"),
    [
        ("Europe/Berlin", day(2026, 3, 29), "01:00:00", [3600, 7200]),
        ("Australia/Lord_Howe", day(2026, 10, 3), "15:30:00", [37800, 39600]),  # by half an hour
        ("Pacific/Apia", day(2011, 12, 30), "10:00:00", [-36000, 50400]),  # over the date line
        ("America/St_Johns", day(2010, 11, 7), "02:31:00", [-9000, -12600]),  # a minute after midnight there
        ("Africa/Monrovia", day(1972, 1, 7), "00:44:30", [-2670, 0]),  # not on a whole minute
        ("Europe/Paris", day(1911, 3, 10), "23:50:39", [561, 0]),  # in the last hour of the day
    ],
)
def test_a_change_is_found_to_the_second(zone: str, day_number: int, change: str, offsets: list[int]) -> None:
    before, after = zones.segments(zone, day_number)

    assert f"{zones.instant(before[1]):%H:%M:%S}" == change
    assert [before[2], after[2]] == offsets


def test_a_change_at_midnight_is_the_next_day_s() -> None:
    """Algiers went to summer time when 6 May 1977 began in UTC; neither day is cut."""
    midnight = day(1977, 5, 6) * zones.DAY

    assert zones.segments("Africa/Algiers", day(1977, 5, 5)) == ((midnight - zones.DAY, midnight, 0),)
    assert zones.segments("Africa/Algiers", day(1977, 5, 6)) == ((midnight, midnight + zones.DAY, 3600),)


def test_days_follow_each_other_without_a_gap() -> None:
    year = range(day(2026, 1, 1), day(2027, 1, 1))

    found = list(chain.from_iterable(zones.segments("Africa/Casablanca", number) for number in year))

    assert all(start < end for start, end, _ in found)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(found))
    assert len(found) == 365 + 2  # Ramadan begins and ends once in 2026


def test_days_touched_leave_out_one_that_is_only_reached() -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)

    assert zones.days_touched(midnight, midnight.replace(day=3)) == range(day(2026, 3, 2), day(2026, 3, 3))
    assert zones.days_touched(midnight.replace(hour=23), midnight.replace(day=3, second=1)) == range(
        day(2026, 3, 2), day(2026, 3, 4)
    )
    assert zones.days_touched(datetime(1969, 12, 31, 12, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)) == range(-1, 0)
