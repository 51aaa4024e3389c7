"""Things with a date: once a local date, whatever daylight saving does to the clocks and however many ask."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.ticketing.conftest import MovableClock
from ticketing import dates
from ticketing.desk import Desk
from ticketing.outbox import Notice

VIENNA = "Europe/Vienna"


@pytest.mark.parametrize(
    ("day", "at", "zone", "due"),
    [
        (date(2026, 11, 23), time(9), VIENNA, datetime(2026, 11, 23, 8, tzinfo=UTC)),  # winter
        (date(2026, 7, 1), time(9), VIENNA, datetime(2026, 7, 1, 7, tzinfo=UTC)),  # summer
        (date(2026, 3, 29), time(2, 30), VIENNA, datetime(2026, 3, 29, 1, tzinfo=UTC)),  # skipped: at 3:00
        (date(2026, 10, 25), time(2, 30), VIENNA, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # repeated: the first
        (date(2026, 9, 6), time(0), "America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),  # no midnight: at 1:00
    ],
)
def test_it_is_due_when_the_wall_clock_is_first_at_or_past_the_time(
    day: date, at: time, zone: str, due: datetime
) -> None:
    assert dates.instant_on(day, at, zone) == due


@pytest.mark.parametrize("at", [time(0), time(2, 30), time(9), time(23, 59)])
@pytest.mark.parametrize("zone", [VIENNA, "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia"])
def test_no_date_of_a_year_is_skipped_or_doubled(at: time, zone: str) -> None:
    now, seen = datetime(2026, 1, 1, tzinfo=UTC), []
    for _ in range(370):
        now = dates.next_instant(now, at, zone)
        seen.append(dates.last_date(now, at, zone))
    first = seen[0]
    assert seen == [first + timedelta(days=days) for days in range(370)]


def test_a_job_with_a_date_is_done_once_and_what_it_tells_commits_with_it(desk: Desk, clock: MovableClock) -> None:
    notice = Notice("c:C1", "board:2026-11-23", "board_card")
    ran = [desk.outbox.add_on_date([notice], job="board", local_date=date(2026, 11, 23), at=clock()) for _ in range(3)]
    assert ran == [True, False, False]
    assert desk.outbox.depth() == 1
    assert desk.outbox.add_on_date([notice], job="board", local_date=date(2026, 11, 24), at=clock())


def test_of_many_who_ask_one_has_its_turn_in_a_minute(desk: Desk, clock: MovableClock) -> None:
    now = clock()
    assert [desk.outbox.take_turn("board", now, 60) for _ in range(3)] == [True, False, False]
    assert not desk.outbox.take_turn("board", now + timedelta(seconds=59), 60)
    assert desk.outbox.take_turn("board", now + timedelta(seconds=60), 60)
