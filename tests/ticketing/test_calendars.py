"""Working time: examples worked out by hand, each with its reason, and random ones held against a slow oracle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ticketing.calendar_oracle import MINUTE, counted_minutes, reached_at, shows_working_time
from ticketing.calendars import (
    ALWAYS,
    Calendar,
    NeverOpen,
    Pause,
    Period,
    Window,
    counted_periods,
    deadline,
    elapsed,
    is_open,
    next_opening,
    open_periods,
)

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
WEEK = range(7)
WORKDAYS = range(5)


def clock(text: str) -> int:
    """Minutes since midnight: "22:00" is 1320, "30:00" is six the next morning."""
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


def hours(days: range | tuple[int, ...], *spans: str) -> tuple[Window, ...]:
    """The same windows, such as "9:00-17:00", on each of the days."""
    return tuple(Window(day, *(clock(end) for end in span.split("-"))) for day in days for span in spans)


def at(text: str) -> datetime:
    """Written as the clock on the wall shows it, with the offset that then holds: independent of the zone data."""
    return datetime.fromisoformat(text).astimezone(UTC)


def pause(start: str, end: str | None) -> Pause:
    return Pause(at(start), None if end is None else at(end))


def h(amount: float) -> timedelta:
    return timedelta(hours=amount)


OFFICE = Calendar("office", "Europe/Berlin", hours(WORKDAYS, "9:00-17:00"))
SPLIT = Calendar("with a lunch break", "Europe/Berlin", hours(WORKDAYS, "9:00-12:00", "13:00-17:00"))
A_WEDNESDAY = frozenset({date(2026, 3, 4)})
NIGHTS = Calendar("nights", "Europe/Berlin", hours(WORKDAYS, "22:00-30:00"), holidays=A_WEDNESDAY)
VIENNA = Calendar("Vienna", "Europe/Vienna", hours(WORKDAYS, "9:00-17:00"), country="AT")
BAVARIA = Calendar("Bavaria", "Europe/Berlin", hours(WORKDAYS, "9:00-17:00"), country="DE", subdivision="BY")
GERMANY = Calendar("Germany", "Europe/Berlin", hours(WORKDAYS, "9:00-17:00"), country="DE")


def on(day: int, zone: str, *spans: str) -> Calendar:
    return Calendar("one day a week", zone, hours((day,), *spans))


OVERLAPPING = on(MON, "UTC", "9:00-13:00", "11:00-14:00", "12:00-12:30")
LONG_NIGHTS = Calendar("long nights", "UTC", hours((MON,), "20:00-44:00") + hours((TUE,), "18:00-30:00"))


@dataclass(frozen=True)
class Example:
    """So much working time from `start` is reached at `due`: by hand, for the reason given."""

    why: str
    calendar: Calendar
    start: str
    target: timedelta
    due: str | None
    pauses: tuple[Pause, ...] = ()


# 2 March 2026 is a Monday; Berlin is at +01:00 until the 29th.
EXAMPLES = [
    # Plain working days
    Example(
        "eight hours fill the day: its end, not Tuesday's opening",
        OFFICE, "2026-03-02T09:00+01:00", h(8), "2026-03-02T17:00+01:00",
    ),
    Example(
        "a second more is in the next day",
        OFFICE, "2026-03-02T09:00+01:00", h(8) + timedelta(seconds=1), "2026-03-03T09:00:01+01:00",
    ),
    Example(
        "24 h are 24 working hours: three days",
        OFFICE, "2026-03-02T09:00+01:00", h(24), "2026-03-04T17:00+01:00",
    ),
    Example(
        "the week end does not count",
        OFFICE, "2026-03-06T16:00+01:00", h(4), "2026-03-09T12:00+01:00",
    ),
    Example(
        "before opening it counts from the opening",
        OFFICE, "2026-03-02T06:13+01:00", h(1), "2026-03-02T10:00+01:00",
    ),
    Example(
        "so it does from the moment of closing",
        OFFICE, "2026-03-02T17:00+01:00", h(1), "2026-03-03T10:00+01:00",
    ),
    Example(
        "and from a Saturday",
        OFFICE, "2026-03-07T12:00+01:00", h(1), "2026-03-09T10:00+01:00",
    ),
    Example(
        "no target is due at once, even on a Sunday",
        OFFICE, "2026-03-08T12:00+01:00", h(0), "2026-03-08T12:00+01:00",
    ),
    Example(
        "seconds and less are kept",
        OFFICE, "2026-03-06T16:59:58.5+01:00", timedelta(seconds=3), "2026-03-09T09:00:01.5+01:00",
    ),
    Example(
        "an offset in the question is no other question: 15:00 UTC is 16:00",
        OFFICE, "2026-03-06T15:00+00:00", h(4), "2026-03-09T12:00+01:00",
    ),
    # Several windows a day (missed elsewhere: chatwoot#14009, frappe#2212)
    Example(
        "lunch does not count",
        SPLIT, "2026-03-02T11:00+01:00", h(2), "2026-03-02T14:00+01:00",
    ),
    Example(
        "asked over lunch, it counts from one",
        SPLIT, "2026-03-02T12:20+01:00", h(1), "2026-03-02T14:00+01:00",
    ),
    Example(
        "three hours end at noon and not at one",
        SPLIT, "2026-03-02T09:00+01:00", h(3), "2026-03-02T12:00+01:00",
    ),
    Example(
        "what overlaps counts once: 9 to 14 is five hours",
        OVERLAPPING, "2026-03-02T09:00+00:00", h(6), "2026-03-09T10:00+00:00",
    ),
    # Over midnight, and holidays
    Example(
        "Friday's night ends on Saturday",
        NIGHTS, "2026-03-06T23:00+01:00", h(7), "2026-03-07T06:00+01:00",
    ),
    Example(
        "after midnight one is in yesterday's window",
        NIGHTS, "2026-03-03T03:00+01:00", h(2), "2026-03-03T05:00+01:00",
    ),
    Example(
        "Tuesday's tail stays open on the holiday; Wednesday's night and its tail are closed",
        NIGHTS, "2026-03-03T23:00+01:00", h(8), "2026-03-05T23:00+01:00",
    ),
    Example(
        "a tail of a night that overlaps the next day's window counts once: Monday 20:00 to Wednesday 6:00 is 34 hours",
        LONG_NIGHTS, "2026-03-02T20:00+00:00", h(34), "2026-03-04T06:00+00:00",
    ),
    Example(
        "a window may reach to the end of the next day, 2880",
        on(MON, "UTC", "12:00-48:00"), "2026-03-02T00:00+00:00", h(36), "2026-03-04T00:00+00:00",
    ),
    Example(
        "Corpus Christi, Thursday 4 June 2026, in Austria",
        VIENNA, "2026-06-03T16:00+02:00", h(2), "2026-06-05T10:00+02:00",
    ),
    Example(
        "and in Bavaria",
        BAVARIA, "2026-06-03T16:00+02:00", h(2), "2026-06-05T10:00+02:00",
    ),
    Example(
        "but not in all of Germany",
        GERMANY, "2026-06-03T16:00+02:00", h(2), "2026-06-04T10:00+02:00",
    ),
    Example(
        "over the year's end: Friday 25 December and 1 January are holidays",
        VIENNA, "2026-12-24T16:00+01:00", h(1 + 32 + 1), "2027-01-04T10:00+01:00",
    ),
    # 24x7
    Example(
        "always open counts real seconds: summer time changes nothing",
        ALWAYS, "2026-03-28T12:00+01:00", h(24), "2026-03-29T13:00+02:00",
    ),
    Example(
        "days and nights, seven of them",
        ALWAYS, "2026-03-02T09:00+01:00", timedelta(days=7), "2026-03-09T09:00+01:00",
    ),
    # The clock on the wall (got wrong elsewhere: erpnext PR#38745, glpi#15429)
    Example(
        "Berlin goes from 2:00 to 3:00: 1 to 5 is three hours",
        on(SUN, "Europe/Berlin", "1:00-5:00"), "2026-03-29T01:00+01:00", h(3), "2026-03-29T05:00+02:00",
    ),
    Example(
        "2:15 to 2:45 does not happen that Sunday",
        on(SUN, "Europe/Berlin", "2:15-2:45"), "2026-03-29T00:00+01:00", h(0.5), "2026-04-05T02:45+02:00",
    ),
    Example(
        "a window that begins in the gap opens after it",
        on(SUN, "Europe/Berlin", "2:30-4:00"), "2026-03-29T00:00+01:00", h(1), "2026-03-29T04:00+02:00",
    ),
    Example(
        "Berlin repeats 2:00 to 3:00: it counts twice",
        on(SUN, "Europe/Berlin", "2:00-3:00"), "2026-10-25T00:00+02:00", h(2), "2026-10-25T03:00+01:00",
    ),
    Example(
        "2:15 to 2:45 happens twice, with half an hour between",
        on(SUN, "Europe/Berlin", "2:15-2:45"), "2026-10-25T00:00+02:00", h(0.75), "2026-10-25T02:30+01:00",
    ),
    Example(
        "asked between the two, the second is still to come",
        on(SUN, "Europe/Berlin", "2:15-2:45"), "2026-10-25T02:50+02:00", h(0.5), "2026-10-25T02:45+01:00",
    ),
    Example(
        "working days have their eight hours on both sides of a change",
        OFFICE, "2026-03-27T16:00+01:00", h(2), "2026-03-30T10:00+02:00",
    ),
    Example(
        "New York, 8 March: 1 to 4 is two hours",
        on(SUN, "America/New_York", "1:00-4:00"), "2026-03-08T01:00-05:00", h(2), "2026-03-08T04:00-04:00",
    ),
    Example(
        "New York, 1 November: 1 to 2 is two hours",
        on(SUN, "America/New_York", "1:00-2:00"), "2026-11-01T01:00-04:00", h(2), "2026-11-01T02:00-05:00",
    ),
    Example(
        "Lord Howe skips half an hour: 1 to 4 is two and a half",
        on(SUN, "Australia/Lord_Howe", "1:00-4:00"), "2026-10-04T01:00+10:30", h(2.5), "2026-10-04T04:00+11:00",
    ),
    Example(
        "and repeats 1:30 to 2:00: 1 to 2 is one and a half",
        on(SUN, "Australia/Lord_Howe", "1:00-2:00"), "2026-04-05T01:00+11:00", h(1.5), "2026-04-05T02:00+10:30",
    ),
    Example(
        "Casablanca goes back for Ramadan: 2 to 3 is two hours",
        on(SUN, "Africa/Casablanca", "2:00-3:00"), "2026-02-15T02:00+01:00", h(2), "2026-02-15T03:00+00:00",
    ),
    Example(
        "and forth after it: 1 to 4 is two hours",
        on(SUN, "Africa/Casablanca", "1:00-4:00"), "2026-03-22T01:00+00:00", h(2), "2026-03-22T04:00+01:00",
    ),
    Example(
        "Apia had no Friday 30 December 2011",
        Calendar("daily", "Pacific/Apia", hours(WEEK, "9:00-17:00")), "2011-12-29T16:00-10:00", h(2), "2011-12-31T10:00+14:00",
    ),
    Example(
        "yet the clock showed the tail of that Friday's night",
        on(FRI, "Pacific/Apia", "22:00-30:00"), "2011-12-29T16:00-10:00", h(6), "2011-12-31T06:00+14:00",
    ),
    Example(
        "St. John's once went from Sunday 0:01 back to Saturday 23:01: an hour, a minute off, 59 more",
        on(SAT, "America/St_Johns", "23:00-24:00"), "2010-11-06T23:00-02:30", h(1.5), "2010-11-06T23:31-03:30",
    ),
    # Pauses (got wrong elsewhere: frappe#1554, #1675; glpi#24481)
    Example(
        "a pause over the week end takes its working hours alone: 15 to 17 and 9 to 11",
        OFFICE, "2026-03-06T10:00+01:00", h(8), "2026-03-09T14:00+01:00",
        (pause("2026-03-06T15:00+01:00", "2026-03-09T11:00+01:00"),),
    ),
    Example(
        "a pause while closed changes nothing",
        OFFICE, "2026-03-06T16:00+01:00", h(2), "2026-03-09T10:00+01:00",
        (pause("2026-03-06T17:00+01:00", "2026-03-09T09:00+01:00"),),
    ),
    Example(
        "nor does one before the start",
        OFFICE, "2026-03-06T16:00+01:00", h(2), "2026-03-09T10:00+01:00",
        (pause("2026-03-05T09:00+01:00", "2026-03-06T16:00+01:00"),),
    ),
    Example(
        "of one that began before the start, what is after it",
        OFFICE, "2026-03-02T10:00+01:00", h(1), "2026-03-02T12:00+01:00",
        (pause("2026-03-02T08:00+01:00", "2026-03-02T11:00+01:00"),),
    ),
    Example(
        "nor one after the deadline",
        OFFICE, "2026-03-02T10:00+01:00", h(1), "2026-03-02T11:00+01:00",
        (pause("2026-03-02T11:00+01:00", "2026-03-02T12:00+01:00"),),
    ),
    Example(
        "overlapping and unordered pauses count once: 10 to 14",
        OFFICE, "2026-03-02T09:00+01:00", h(2), "2026-03-02T15:00+01:00",
        (
            pause("2026-03-02T12:00+01:00", "2026-03-02T14:00+01:00"),
            pause("2026-03-02T10:00+01:00", "2026-03-02T13:00+01:00"),
            pause("2026-03-02T11:00+01:00", "2026-03-02T11:30+01:00"),
        ),
    ),
    Example(
        "two pauses apart",
        ALWAYS, "2026-03-02T09:00+01:00", h(3), "2026-03-02T14:00+01:00",
        (pause("2026-03-02T12:00+01:00", "2026-03-02T13:00+01:00"), pause("2026-03-02T10:00+01:00", "2026-03-02T11:00+01:00")),
    ),
    Example(
        "a pause of no length is none",
        ALWAYS, "2026-03-02T09:00+01:00", h(3), "2026-03-02T12:00+01:00",
        (pause("2026-03-02T10:00+01:00", "2026-03-02T10:00+01:00"),),
    ),
    Example(
        "a pause over the repeated hour takes two hours",
        on(SUN, "Europe/Berlin", "1:00-5:00"), "2026-10-25T01:00+02:00", h(2), "2026-10-25T04:00+01:00",
        (pause("2026-10-25T02:00+02:00", "2026-10-25T03:00+01:00"),),
    ),
    Example(
        "still paused: nothing is due",
        OFFICE, "2026-03-02T09:00+01:00", h(2), None,
        (pause("2026-03-02T10:00+01:00", None),),
    ),
    Example(
        "unless it was due before",
        OFFICE, "2026-03-02T09:00+01:00", h(1), "2026-03-02T10:00+01:00",
        (pause("2026-03-02T10:30+01:00", None),),
    ),
    Example(
        "or just as the pause began",
        OFFICE, "2026-03-02T09:00+01:00", h(1), "2026-03-02T10:00+01:00",
        (pause("2026-03-02T10:00+01:00", None),),
    ),
    Example(
        "a later pause that has ended does not hide that the first has not",
        OFFICE, "2026-03-02T09:00+01:00", h(2), None,
        (pause("2026-03-03T10:00+01:00", "2026-03-03T11:00+01:00"), pause("2026-03-02T10:00+01:00", None)),
    ),
    Example(
        "no target is due at once, though paused",
        OFFICE, "2026-03-02T09:00+01:00", h(0), "2026-03-02T09:00+01:00",
        (pause("2026-03-02T08:00+01:00", None),),
    ),
    # A new priority after a pause keeps the pause (glpi#6902): same start and pauses, another target.
    Example(
        "four hours, paused from 10 to 12",
        OFFICE, "2026-03-02T09:00+01:00", h(4), "2026-03-02T15:00+01:00",
        (pause("2026-03-02T10:00+01:00", "2026-03-02T12:00+01:00"),),
    ),
    Example(
        "raised to two",
        OFFICE, "2026-03-02T09:00+01:00", h(2), "2026-03-02T13:00+01:00",
        (pause("2026-03-02T10:00+01:00", "2026-03-02T12:00+01:00"),),
    ),
    Example(
        "lowered to eight",
        OFFICE, "2026-03-02T09:00+01:00", h(8), "2026-03-03T11:00+01:00",
        (pause("2026-03-02T10:00+01:00", "2026-03-02T12:00+01:00"),),
    ),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.why)
def test_deadlines_worked_out_by_hand(example: Example) -> None:
    due = None if example.due is None else at(example.due)

    assert deadline(at(example.start), example.target, example.calendar, example.pauses) == due
    if due is not None:
        assert elapsed(at(example.start), due, example.calendar, example.pauses) == example.target


def spans(periods: list[Period]) -> list[tuple[datetime, datetime]]:
    return [(period.start, period.end) for period in periods]


def test_a_repeated_window_is_two_periods_and_a_repeated_hour_within_one_is_one() -> None:
    def on_the_day(calendar: Calendar) -> list[tuple[datetime, datetime]]:
        return spans(list(open_periods(calendar, at("2026-10-24T12:00+02:00"), at("2026-10-26T12:00+01:00"))))

    assert on_the_day(on(SUN, "Europe/Berlin", "2:15-2:45")) == [
        (at("2026-10-25T02:15+02:00"), at("2026-10-25T02:45+02:00")),
        (at("2026-10-25T02:15+01:00"), at("2026-10-25T02:45+01:00")),
    ]
    assert on_the_day(on(SUN, "Europe/Berlin", "1:00-4:00")) == [
        (at("2026-10-25T01:00+02:00"), at("2026-10-25T04:00+01:00"))
    ]


def test_windows_that_touch_are_one_period_and_an_asked_for_part_is_clipped() -> None:
    calendar = Calendar("touch", "Asia/Tokyo", hours((MON,), "8:00-12:00", "12:00-24:00") + hours((TUE,), "0:00-6:00"))

    periods = open_periods(calendar, at("2026-03-02T09:30+09:00"), at("2026-03-09T08:15+09:00"))

    assert spans(list(periods)) == [
        (at("2026-03-02T09:30+09:00"), at("2026-03-03T06:00+09:00")),
        (at("2026-03-09T08:00+09:00"), at("2026-03-09T08:15+09:00")),
    ]


def test_periods_without_an_end_go_on() -> None:
    third = next(islice(open_periods(SPLIT, at("2026-03-06T14:00+01:00")), 2, None))

    assert third == Period(at("2026-03-09T13:00+01:00"), at("2026-03-09T17:00+01:00"))
    assert third.length == h(4)


def test_around_the_clock_by_windows_is_the_same_as_always_but_for_holidays() -> None:
    calendar = Calendar("all week", "Europe/Berlin", hours(WEEK, "0:00-24:00"), holidays=frozenset({date(2026, 3, 29)}))
    start, end = at("2026-03-01T00:00+01:00"), at("2026-04-01T00:00+02:00")

    assert spans(list(open_periods(calendar, start, end))) == [
        (start, at("2026-03-29T00:00+01:00")),
        (at("2026-03-30T00:00+02:00"), end),
    ]
    assert elapsed(start, end, ALWAYS) - elapsed(start, end, calendar) == h(23)  # the holiday is a short day
    assert next(open_periods(calendar, end)).start == end


def test_counted_periods_stop_at_the_pause_that_goes_on_and_begin_again_after_one_that_ended() -> None:
    monday = at("2026-03-02T08:00+01:00")
    ended, going_on = pause("2026-03-02T10:00+01:00", "2026-03-02T11:00+01:00"), pause("2026-03-02T16:00+01:00", None)
    nine_to_ten = Period(at("2026-03-02T09:00+01:00"), at("2026-03-02T10:00+01:00"))

    assert list(counted_periods(OFFICE, monday, [going_on, ended])) == [
        nine_to_ten,
        Period(at("2026-03-02T11:00+01:00"), at("2026-03-02T16:00+01:00")),
    ]
    assert list(islice(counted_periods(OFFICE, monday, [ended]), 2)) == [
        nine_to_ten,
        Period(at("2026-03-02T11:00+01:00"), at("2026-03-02T17:00+01:00")),
    ]
    assert list(counted_periods(OFFICE, monday, [ended], at("2026-03-02T09:30+01:00"))) == [
        Period(at("2026-03-02T09:00+01:00"), at("2026-03-02T09:30+01:00"))
    ]


def test_a_pause_of_no_length_cuts_nothing() -> None:
    start, end = at("2026-03-02T09:00+01:00"), at("2026-03-02T17:00+01:00")
    momentary = pause("2026-03-02T10:00+01:00", "2026-03-02T10:00+01:00")

    assert list(counted_periods(OFFICE, start, [momentary], end)) == [Period(start, end)]


def test_open_from_the_first_instant_of_a_window_to_before_its_last() -> None:
    assert is_open(OFFICE, at("2026-03-02T09:00+01:00"))
    assert not is_open(OFFICE, at("2026-03-02T08:59:59.999999+01:00"))
    assert is_open(OFFICE, at("2026-03-02T16:59:59.999999+01:00"))
    assert not is_open(OFFICE, at("2026-03-02T17:00+01:00"))
    assert is_open(ALWAYS, at("2026-03-08T03:00+01:00"))


def test_the_next_opening_is_now_while_open() -> None:
    assert next_opening(OFFICE, at("2026-03-02T12:34:56+01:00")) == at("2026-03-02T12:34:56+01:00")
    assert next_opening(OFFICE, at("2026-03-06T17:00+01:00")) == at("2026-03-09T09:00+01:00")
    assert next_opening(ALWAYS, at("2026-03-08T03:00+01:00")) == at("2026-03-08T03:00+01:00")


def test_nothing_has_elapsed_before_the_start() -> None:
    assert elapsed(at("2026-03-03T12:00+01:00"), at("2026-03-02T12:00+01:00"), OFFICE) == h(0)
    assert list(open_periods(OFFICE, at("2026-03-03T12:00+01:00"), at("2026-03-02T12:00+01:00"))) == []


def test_elapsed_leaves_out_pauses_open_ones_too() -> None:
    start, end = at("2026-03-02T09:00+01:00"), at("2026-03-03T17:00+01:00")

    assert elapsed(start, end, OFFICE) == h(16)
    assert elapsed(start, end, OFFICE, [pause("2026-03-02T15:00+01:00", "2026-03-03T10:00+01:00")]) == h(13)
    assert elapsed(start, end, OFFICE, [pause("2026-03-02T15:00+01:00", None)]) == h(6)


def test_an_instant_in_another_zone_is_the_same_instant() -> None:
    """Also where its wall clock shows the same time twice, which Python compares as equal within one zone."""
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    second = first.replace(fold=1)

    assert elapsed(first, second, ALWAYS) == h(1)
    assert Pause(first, second) == pause("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00")
    due = deadline(first, h(1), ALWAYS)
    assert due == at("2026-10-25T02:30+01:00")
    assert due.tzinfo is UTC


# What is refused

NAIVE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - it is here to be refused
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: open_periods(ALWAYS, NAIVE),
        lambda: open_periods(ALWAYS, START, NAIVE),
        lambda: counted_periods(ALWAYS, NAIVE, []),
        lambda: counted_periods(ALWAYS, START, [], NAIVE),
        lambda: deadline(NAIVE, h(1), ALWAYS),
        lambda: elapsed(NAIVE, START, ALWAYS),
        lambda: elapsed(START, NAIVE, ALWAYS),
        lambda: next_opening(ALWAYS, NAIVE),
        lambda: is_open(ALWAYS, NAIVE),
        lambda: Pause(NAIVE, None),
        lambda: Pause(START, NAIVE),
    ],
)
def test_an_instant_without_a_zone_is_refused_at_once(ask: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        ask()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Window(7, 0, 60), "weekday"),
        (lambda: Window(-1, 0, 60), "weekday"),
        (lambda: Window(MON, -1, 60), "begins between"),
        (lambda: Window(MON, 1440, 1500), "begins between"),
        (lambda: Window(MON, 60, 60), "ends after that"),
        (lambda: Window(MON, 60, 2881), "by 2880"),
        (lambda: Calendar("x", "Mars/Olympus"), "no time zone 'Mars/Olympus'"),
        (lambda: Calendar("x", "Europe"), "no time zone 'Europe'"),
        (lambda: Calendar("x", "../secret"), "no time zone"),
        (lambda: Calendar("x", ""), "no time zone"),
        (lambda: Calendar("x", windows=OFFICE.windows, country="XX"), "holidays of 'XX' are not known"),
        (
            lambda: Calendar("x", windows=OFFICE.windows, country="AT", subdivision="BY"),
            "holidays of 'BY' in 'AT' are not known",
        ),
        (lambda: Calendar("x", windows=OFFICE.windows, subdivision="BY"), "of no country"),
        (lambda: Calendar("x", holidays=frozenset({date(2026, 1, 1)})), "always open, so it can have no holidays"),
        (lambda: Calendar("x", country="AT"), "always open, so it can have no holidays"),
        (lambda: Calendar("x", windows=OFFICE.windows, holidays=frozenset({START})), "without a time of day"),
        (lambda: Pause(START, START - MINUTE), "cannot end before"),
        (lambda: deadline(START, -MINUTE, ALWAYS), "cannot be negative"),
        (lambda: is_open(ALWAYS, datetime.max.replace(tzinfo=UTC)), "too far away"),
        (lambda: is_open(ALWAYS, datetime.min.replace(tzinfo=UTC)), "too far away"),
    ],
)
def test_the_impossible_is_refused_with_a_sentence(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def mondays_from(first: date, years: int) -> frozenset[date]:
    return frozenset(first + timedelta(weeks=week) for week in range(years * 53))


def test_a_calendar_that_never_opens_is_refused() -> None:
    with pytest.raises(NeverOpen, match="'shut' is never open"):
        Calendar("shut", windows=())
    with pytest.raises(NeverOpen):  # for ten years from a while ago
        Calendar("shut", windows=hours((MON,), "9:00-17:00"), holidays=mondays_from(date(2020, 1, 6), 11))
    with pytest.raises(NeverOpen):  # for ten years, in twenty
        Calendar("shut", windows=hours((MON,), "9:00-17:00"), holidays=mondays_from(date(2046, 1, 1), 11))


def test_nine_closed_years_are_bridged_and_a_hundred_years_of_target_are_not() -> None:
    rare = Calendar("rare", windows=hours((MON,), "9:00-17:00"), holidays=mondays_from(date(2026, 1, 5), 9))

    assert next_opening(rare, START) == datetime(2035, 2, 26, 9, 0, tzinfo=UTC)  # 9 x 53 weeks later
    with pytest.raises(NeverOpen, match="'24x7' has no 40000 days"):
        deadline(START, timedelta(days=40_000), ALWAYS)


def test_the_last_period_before_the_end_of_time_is_handed_out() -> None:
    end_of_time = datetime(9999, 12, 31, tzinfo=UTC)
    periods = open_periods(Calendar("late", windows=hours(WEEK, "9:00-17:00")), end_of_time - h(24))

    assert next(periods).end == end_of_time - h(7)
    with pytest.raises(NeverOpen):
        next(periods)


def test_calendars_and_periods_are_values() -> None:
    again = Calendar("office", "Europe/Berlin", hours(WORKDAYS, "9:00-17:00"))

    assert again == OFFICE
    assert len({again, OFFICE}) == 1


# Random calendars near the changes of clocks, against the oracle

CHANGES = [
    ("Europe/Berlin", "2026-03-29T01:00+00:00"),
    ("Europe/Berlin", "2026-10-25T01:00+00:00"),
    ("America/New_York", "2026-03-08T07:00+00:00"),
    ("America/New_York", "2026-11-01T06:00+00:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00+00:00"),  # by half an hour
    ("Australia/Lord_Howe", "2026-10-03T15:30+00:00"),
    ("Pacific/Apia", "2011-12-30T10:00+00:00"),  # a date is skipped
    ("Pacific/Kwajalein", "1993-08-21T12:00+00:00"),  # and here
    ("Africa/Casablanca", "2026-02-15T02:00+00:00"),  # for Ramadan
    ("Africa/Casablanca", "2026-03-22T02:00+00:00"),
    ("America/St_Johns", "2010-11-07T02:31+00:00"),  # a minute after midnight, back into Saturday
    ("America/Havana", "2026-11-01T05:00+00:00"),  # at one, to midnight
    ("America/Sao_Paulo", "2018-02-18T02:00+00:00"),  # at midnight, into the day before
    ("America/Asuncion", "2023-10-01T04:00+00:00"),  # midnight is skipped
    ("Antarctica/Troll", "2026-03-29T01:00+00:00"),  # by two hours
    ("Pacific/Chatham", "2026-04-04T14:00+00:00"),  # at a quarter to four
    ("Asia/Kathmandu", "2026-03-02T00:00+00:00"),  # never, but at +05:45
    ("UTC", "2026-03-02T00:00+00:00"),
]

with_examples = settings(max_examples=120, derandomize=True, database=None, deadline=None)
minutes_of_a_week = st.integers(-3 * 1440, 4 * 1440).map(lambda minutes: timedelta(minutes=minutes))
windows = st.builds(
    lambda weekday, start, length: Window(weekday, start, min(start + length, 2880)),
    st.sampled_from(WEEK),
    st.integers(0, 1439),
    st.one_of(st.integers(1, 600), st.integers(1, 2880)),
)


@dataclass(frozen=True)
class Case:
    """A calendar, and an instant within days of a change of its clock."""

    calendar: Calendar
    change: datetime
    start: datetime


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone, text = draw(st.sampled_from(CHANGES))
    change = at(text)
    around = [change.date() + timedelta(days=days) for days in range(-4, 6)]
    calendar = Calendar(
        "random",
        zone,
        tuple(draw(st.lists(windows, min_size=1, max_size=9))),
        holidays=frozenset(draw(st.lists(st.sampled_from(around), max_size=3))),
    )
    return Case(calendar, change, change + draw(minutes_of_a_week))


@st.composite
def pauses_near(draw: st.DrawFn, change: datetime) -> list[Pause]:
    starts = draw(st.lists(minutes_of_a_week, max_size=4))
    lengths = [draw(st.one_of(st.integers(0, 3000), st.none())) if draw(st.booleans()) else 90 for _ in starts]
    return [
        Pause(change + start, None if length is None else change + start + timedelta(minutes=length))
        for start, length in zip(starts, lengths, strict=True)
    ]


def minutes_in(periods: list[Period]) -> list[datetime]:
    return [period.start + step * MINUTE for period in periods for step in range(int(period.length / MINUTE))]


@with_examples
@given(st.data(), cases())
def test_counted_periods_and_elapsed_agree_with_the_wall_clock(data: st.DataObject, case: Case) -> None:
    pauses = data.draw(pauses_near(case.change))
    end = case.start + data.draw(st.integers(0, 4 * 1440)) * MINUTE

    counted = list(counted_minutes(case.calendar, case.start, end, pauses))

    periods = list(counted_periods(case.calendar, case.start, pauses, end))
    assert minutes_in(periods) == counted
    assert all(earlier.end < later.start for earlier, later in pairwise(periods))
    assert elapsed(case.start, end, case.calendar, pauses) == len(counted) * MINUTE


@with_examples
@given(st.data(), cases())
def test_deadlines_agree_with_the_wall_clock(data: st.DataObject, case: Case) -> None:
    pauses = data.draw(pauses_near(case.change))
    target = data.draw(st.integers(0, 2000))
    reach = timedelta(days=5)

    expected = reached_at(case.calendar, case.start, target, pauses, within=reach)

    due = deadline(case.start, target * MINUTE, case.calendar, pauses)
    paused_for_good = [pause.start for pause in pauses if pause.end is None]
    if expected is not None:
        assert due == expected
    elif paused_for_good and min(paused_for_good) <= case.start + reach:
        assert due is None
    elif paused_for_good:
        assert due is None or due > case.start + reach
    else:
        assert due is not None
        assert due > case.start + reach


@with_examples
@given(cases())
def test_open_and_next_opening_agree_with_the_wall_clock(case: Case) -> None:
    assert is_open(case.calendar, case.start) == shows_working_time(case.calendar, case.start)

    opening = next_opening(case.calendar, case.start)

    assert shows_working_time(case.calendar, opening)
    looked_at = min(opening, case.start + timedelta(days=3))
    assert list(counted_minutes(case.calendar, case.start, looked_at)) == []


@with_examples
@given(
    st.data(),
    cases(),
    st.timedeltas(timedelta(0), timedelta(days=1)),
    st.timedeltas(timedelta(microseconds=1), timedelta(hours=9)),
)
def test_a_deadline_is_the_earliest_instant_at_which_its_target_has_elapsed(
    data: st.DataObject, case: Case, a_little: timedelta, target: timedelta
) -> None:
    """To the microsecond, which the oracle's minutes do not reach."""
    start = case.start + a_little
    pauses = [Pause(one.start + a_little / 7, one.end and one.end + a_little) for one in data.draw(pauses_near(start))]

    due = deadline(start, target, case.calendar, pauses)

    if due is None:
        assert any(one.end is None for one in pauses)
        assert elapsed(start, start + timedelta(days=30), case.calendar, pauses) < target
    else:
        assert elapsed(start, due, case.calendar, pauses) == target
        assert elapsed(start, due - timedelta.resolution, case.calendar, pauses) == target - timedelta.resolution


@with_examples
@given(cases(), st.lists(st.integers(0, 4 * 1440), min_size=2, max_size=5).map(sorted))
def test_elapsed_adds_up_over_any_cuts(case: Case, cuts: list[int]) -> None:
    instants = [case.start + cut * MINUTE for cut in cuts]

    parts = [elapsed(earlier, later, case.calendar) for earlier, later in pairwise(instants)]

    assert sum(parts, timedelta(0)) == elapsed(instants[0], instants[-1], case.calendar)


AUSTRIAN_HOLIDAYS_2026 = frozenset(
    date(2026, month, day)
    for month, day in [
        (1, 1), (1, 6), (4, 6), (5, 1), (5, 14), (5, 25), (6, 4), (8, 15), (10, 26), (11, 1), (12, 8), (12, 25), (12, 26)
    ]
)  # fmt: skip


def test_a_country_s_holidays_are_its_listed_dates() -> None:
    every_day = hours(WEEK, "9:00-17:00")
    by_country = Calendar("AT", "Europe/Vienna", every_day, country="AT")
    by_dates = Calendar("list", "Europe/Vienna", every_day, holidays=AUSTRIAN_HOLIDAYS_2026)
    start, end = at("2026-01-01T00:00+01:00"), at("2027-01-01T00:00+01:00")

    assert list(open_periods(by_country, start, end)) == list(open_periods(by_dates, start, end))
    assert elapsed(start, end, by_country) == h(8 * (365 - 13))
