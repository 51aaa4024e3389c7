"""
What is promised, and the life of a clock.

Where a test answers a complaint of people with other systems, it says which: a clock that forgets a pause, one that runs on
after the end, a policy that was switched off and goes on alerting.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing.calendars import ALWAYS, Calendar, Pause, deadline, elapsed, is_open
from ticketing.configuration import Configuration, parse
from ticketing.model import ClockKind, Outcome, Priority, SlaClock, Tier
from ticketing.opening_hours import parse_windows
from ticketing.sla import (
    SLA_RESOLUTION,
    SLA_RESPONSE,
    StepKind,
    Terms,
    due,
    explain,
    paused,
    recomputed,
    resumed,
    started,
    stopped,
    terms,
    warning,
)

TIME_TO_CLAIM, FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION = ClockKind
LOW, MEDIUM, HIGH, URGENT = Priority
STANDARD, PREMIUM, ENTERPRISE = Tier

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
NONE = timedelta(0)

OFFICE = Calendar("Office", "Europe/Vienna", parse_windows({"mon-fri": ["09:00-17:00"]}))
LUNCH = Calendar("Lunch", "Europe/Vienna", parse_windows({"mon-fri": ["09:00-12:30", "13:00-17:00"]}))
NIGHT = Calendar("Night", "America/New_York", parse_windows({"sun-thu": ["22:00-06:00"]}))
CALENDARS = (ALWAYS, OFFICE, LUNCH, NIGHT)


def vienna(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026, when Vienna is an hour ahead of UTC; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - HOUR


def promise(target: timedelta | None, calendar: Calendar = ALWAYS, warn_before: timedelta = 30 * MINUTE) -> Terms:
    return Terms(RESOLUTION, target, calendar, warn_before)


def begun(target: timedelta, at: datetime, calendar: Calendar = ALWAYS) -> SlaClock:
    clock = started(promise(target, calendar), 0, at, 1)
    assert clock is not None
    return clock


# What is promised


@pytest.mark.parametrize(
    ("priority", "first_response_h", "resolution_h"),
    [
        (URGENT, 1, 4),
        (HIGH, 4, 24),
        (MEDIUM, 8, 3 * 24),
        (LOW, 24, 7 * 24),
    ],
)
def test_the_figures_of_the_two_tables(priority: Priority, first_response_h: int, resolution_h: int) -> None:
    promised = terms(parse({}), priority=priority, tier=STANDARD, category="billing")

    assert SLA_RESPONSE[priority] == promised[FIRST_RESPONSE].target == first_response_h * HOUR
    assert SLA_RESOLUTION[priority] == promised[RESOLUTION].target == resolution_h * HOUR
    assert promised[NEXT_RESPONSE].target == first_response_h * HOUR  # owed as fast as the first
    assert promised[TIME_TO_CLAIM].target is None  # not promised by itself
    assert {one.calendar for one in promised.values()} == {ALWAYS}
    assert {one.warn_before for one in promised.values()} == {30 * MINUTE}


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    """Each level says something that the more specific ones do not; in which order they stand makes no difference."""
    document: dict[str, Any] = {
        "calendars": [
            {"name": "Office", "zone": "Europe/Vienna", "windows": {"mon-fri": ["09:00-17:00"]}},
            {"name": "Early", "zone": "Europe/Vienna", "windows": {"mon-fri": ["06:00-14:00"]}},
        ],
        "policies": [
            {
                "first_response": {"high": "40m", "low": "6h", "medium": "7h"},
                "next_response": {"medium": "9h"},
                "time_to_claim": {"high": "15m"},
                "warn_before": "9m",
            },
            {
                "tier": "premium",
                "first_response": {"high": "30m", "low": "5h"},
                "calendar": "Early",
                "warn_before": "7m",
            },
            {"category": "billing", "first_response": {"high": "20m", "low": "none"}, "calendar": "Office"},
            {"category": "billing", "tier": "premium", "first_response": {"high": "10m"}},
        ],
    }
    return parse(document, version=7)


@pytest.mark.parametrize(
    ("priority", "tier", "category", "target", "policy", "calendar", "warn_before_min"),
    [
        # category and tier before all; the calendar is the category's, the warning the tier's, for it says neither
        (HIGH, PREMIUM, "billing", 10 * MINUTE, "billing, premium", "Office", 7),
        # the category before the tier
        (LOW, PREMIUM, "billing", None, "billing", "Office", 7),
        (HIGH, STANDARD, "billing", 20 * MINUTE, "billing", "Office", 9),
        # the tier before the one for all
        (HIGH, PREMIUM, "general", 30 * MINUTE, "premium", "Early", 7),
        (LOW, PREMIUM, "general", 5 * HOUR, "premium", "Early", 7),
        # the one for all
        (HIGH, ENTERPRISE, "general", 40 * MINUTE, "all", "24x7", 9),
        # nobody above says anything of MEDIUM
        (MEDIUM, PREMIUM, "billing", 7 * HOUR, "all", "Office", 7),
        # nobody at all says anything of URGENT
        (URGENT, PREMIUM, "billing", 1 * HOUR, "default", "Office", 7),
        # a category that is not there any more is covered by what covers all
        (HIGH, PREMIUM, "dropped", 30 * MINUTE, "premium", "Early", 7),
    ],
)
def test_the_most_specific_policy_that_says_something_wins(
    *,
    configuration: Configuration,
    priority: Priority,
    tier: Tier,
    category: str,
    target: timedelta | None,
    policy: str,
    calendar: str,
    warn_before_min: int,
) -> None:
    promised = terms(configuration, priority=priority, tier=tier, category=category)[FIRST_RESPONSE]

    assert (promised.target, promised.policy) == (target, policy)
    assert (promised.calendar.name, promised.warn_before) == (calendar, warn_before_min * MINUTE)


def test_each_kind_of_clock_is_looked_up_by_itself(configuration: Configuration) -> None:
    medium = terms(configuration, priority=MEDIUM, tier=STANDARD, category="billing")
    high = terms(configuration, priority=HIGH, tier=PREMIUM, category="billing")
    low = terms(configuration, priority=LOW, tier=STANDARD, category="billing")

    assert (medium[FIRST_RESPONSE].target, medium[NEXT_RESPONSE].target) == (7 * HOUR, 9 * HOUR)
    assert (high[NEXT_RESPONSE].target, high[NEXT_RESPONSE].policy) == (10 * MINUTE, "billing, premium")
    assert (high[TIME_TO_CLAIM].target, high[TIME_TO_CLAIM].policy) == (15 * MINUTE, "all")
    assert (high[RESOLUTION].target, high[RESOLUTION].policy) == (24 * HOUR, "default")
    # no first answer promised: no next one either
    assert low[NEXT_RESPONSE].target is None


def test_terms_are_those_of_the_configuration_that_is_asked() -> None:
    """Versions are cached side by side; also two that were never stored and share the number 0."""
    fast = parse({"policies": [{"resolution": {"high": "1h"}}]})
    slow = parse({"policies": [{"resolution": {"high": "9h"}}]})

    for _ in range(2):
        assert terms(fast, priority=HIGH, tier=STANDARD, category="billing")[RESOLUTION].target == HOUR
        assert terms(slow, priority=HIGH, tier=STANDARD, category="billing")[RESOLUTION].target == 9 * HOUR


def test_no_sla_is_legal() -> None:
    """Row 9."""
    assert started(promise(None), 0, vienna(23, 9), 1) is None
    assert due(promise(None), vienna(23, 9)) is None
    assert warning(promise(None), vienna(23, 9)) is None


# Deadlines and warnings


@pytest.mark.parametrize(
    ("target", "calendar", "start", "expected_due", "expected_warning"),
    [
        # always open: real time
        (4 * HOUR, ALWAYS, vienna(23, 22), vienna(24, 2), vienna(24, 1, 30)),
        # 24 h is 24 working hours: three days of eight
        (24 * HOUR, OFFICE, vienna(23, 9), vienna(25, 17), vienna(25, 16, 30)),
        # over the week end
        (4 * HOUR, OFFICE, vienna(20, 15), vienna(23, 11), vienna(23, 10, 30)),
        # the warning falls before the week end, for it counts in working time: not at night for the morning
        (2 * HOUR + 10 * MINUTE, OFFICE, vienna(20, 15), vienna(23, 9, 10), vienna(20, 16, 40)),
        # opened on a Saturday
        (HOUR, OFFICE, vienna(21, 12), vienna(23, 10), vienna(23, 9, 30)),
        # what is used up at closing time is due then, not at the next opening
        (2 * HOUR, OFFICE, vienna(23, 15), vienna(23, 17), vienna(23, 16, 30)),
        # a lunch break does not count
        (4 * HOUR, LUNCH, vienna(23, 10), vienna(23, 14, 30), vienna(23, 14)),
        # the warning is capped at half the target
        (40 * MINUTE, ALWAYS, vienna(23, 10), vienna(23, 10, 40), vienna(23, 10, 20)),
        (HOUR, ALWAYS, vienna(23, 10), vienna(23, 11), vienna(23, 10, 30)),
    ],
)
def test_deadlines_and_warnings(
    target: timedelta, calendar: Calendar, start: datetime, expected_due: datetime, expected_warning: datetime
) -> None:
    clock = begun(target, start, calendar)

    assert (clock.due_at, clock.warn_at) == (expected_due, expected_warning)
    assert (clock.started_at, clock.target_s) == (start, target.total_seconds())


def test_a_policy_may_do_without_a_warning() -> None:
    """Row 12: when to warn is the policy's, and never as well."""
    clock = started(promise(HOUR, warn_before=NONE), 0, vienna(23, 9), 1)

    assert clock is not None
    assert (clock.due_at, clock.warn_at) == (vienna(23, 10), None)


# One verdict at each moment


@pytest.mark.parametrize(
    ("ended_at", "outcome"),
    [
        (vienna(23, 9), Outcome.MET),  # at once
        (vienna(23, 10) - timedelta.resolution, Outcome.MET),
        (vienna(23, 10), Outcome.MET),  # at the due instant itself: in time
        (vienna(23, 10) + timedelta.resolution, Outcome.BREACHED),
        (vienna(23, 8), Outcome.MET),  # said before the clock was started: at the start
    ],
)
def test_outcomes(ended_at: datetime, outcome: Outcome) -> None:
    clock = stopped(begun(HOUR, vienna(23, 9)), ended_at, ALWAYS)

    assert (clock.outcome, clock.ended_at) == (outcome, max(ended_at, vienna(23, 9)))
    assert clock.due_at == vienna(23, 10)  # stays, as what it was judged by


def test_late_from_the_due_instant_on_while_it_is_still_owed() -> None:
    clock = begun(HOUR, vienna(23, 9))

    assert not clock.is_late(vienna(23, 10) - timedelta.resolution)
    assert clock.is_late(vienna(23, 10))
    assert not stopped(clock, vienna(23, 10), ALWAYS).is_late(vienna(23, 10))
    assert not stopped(clock, vienna(23, 12), ALWAYS).is_late(vienna(23, 13))


def test_an_outcome_is_frozen() -> None:
    """Row 1: the clock ran on after the end, and the miss kept growing."""
    ended = stopped(begun(HOUR, vienna(23, 9)), vienna(23, 12), ALWAYS)
    later, other = vienna(25, 9), promise(9 * HOUR, OFFICE)

    assert stopped(ended, later, ALWAYS) == ended
    assert stopped(ended, later, ALWAYS, void=True) == ended
    assert paused(ended, later) == ended
    assert resumed(ended, later, other, [], 2) == ended
    assert recomputed(ended, later, other, [], 2) == ended
    assert recomputed(ended, later, promise(None), [], 2) == ended


def test_what_is_no_longer_owed_is_neither_met_nor_breached() -> None:
    clock = stopped(begun(HOUR, vienna(23, 9)), vienna(23, 12), ALWAYS, void=True)

    assert (clock.outcome, clock.ended_at, clock.is_late(vienna(24, 9))) == (Outcome.VOID, vienna(23, 12), False)


def test_an_answer_in_time_that_arrives_late_takes_a_breach_back() -> None:
    """Row 15: an alert that no longer holds. The answer counts from when it was said."""
    breached = replace(begun(HOUR, vienna(23, 9)), warned_at=vienna(23, 9, 30), breached_at=vienna(23, 10))
    clock = stopped(breached, vienna(23, 9, 59), ALWAYS)

    assert (clock.outcome, clock.breached_at, clock.warned_at) == (Outcome.MET, None, vienna(23, 9, 30))


def test_a_breach_that_nobody_noticed_is_one_all_the_same() -> None:
    clock = stopped(begun(HOUR, vienna(23, 9)), vienna(23, 12), ALWAYS)

    assert (clock.outcome, clock.breached_at) == (Outcome.BREACHED, None)


# Pauses


def test_while_paused_nothing_is_due() -> None:
    """Row 6: the agent answered, the customer is silent, and the ticket went overdue."""
    clock = paused(begun(HOUR, vienna(23, 9)), vienna(23, 9, 50))

    assert (clock.due_at, clock.warn_at, clock.paused_at) == (None, None, vienna(23, 9, 50))
    assert not clock.is_late(vienna(30, 9))
    assert paused(clock, vienna(24, 9)) == clock


@pytest.mark.parametrize(
    ("target", "calendar", "start", "pause_from", "pause_to", "expected"),
    [
        # 3 h of a pause on a working day are 3 h
        (8 * HOUR, OFFICE, vienna(23, 9), vienna(23, 10), vienna(23, 13), vienna(24, 12)),
        # row 3: over the week end it takes working time only, 2 h on Friday and 2 h on Monday
        (16 * HOUR, OFFICE, vienna(19, 9), vienna(20, 15), vienna(23, 11), vienna(23, 13)),
        # a pause in closed time takes nothing
        (10 * HOUR, OFFICE, vienna(23, 9), vienna(23, 18), vienna(24, 8), vienna(24, 11)),
        # always open: real time, night or not
        (8 * HOUR, ALWAYS, vienna(23, 9), vienna(23, 10), vienna(24, 10), vienna(24, 17)),
        # a pause after the deadline moves nothing
        (HOUR, ALWAYS, vienna(23, 9), vienna(23, 11), vienna(24, 10), vienna(23, 10)),
    ],
)
def test_a_pause_counts_in_working_time(
    *,
    target: timedelta,
    calendar: Calendar,
    start: datetime,
    pause_from: datetime,
    pause_to: datetime,
    expected: datetime,
) -> None:
    resting = paused(begun(target, start, calendar), pause_from)

    clock = resumed(resting, pause_to, promise(target, calendar), [Pause(pause_from, None)], 1)

    assert (clock.due_at, clock.paused_at) == (expected, None)
    assert clock.due_at == due(promise(target, calendar), start, [Pause(pause_from, pause_to)])


def test_resuming_what_is_not_paused_changes_nothing() -> None:
    clock = begun(HOUR, vienna(23, 9))

    assert resumed(clock, vienna(23, 10), promise(5 * HOUR), [], 2) == clock


@pytest.mark.parametrize(
    ("paused_at", "ended_at", "outcome", "due_at"),
    [
        # in time: the rest of the hour was still there
        (vienna(23, 9, 50), vienna(23, 15), Outcome.MET, vienna(23, 15, 10)),
        # late already when the pause began
        (vienna(23, 10, 30), vienna(23, 15), Outcome.BREACHED, vienna(23, 10)),
        # the pause began at the due instant itself
        (vienna(23, 10), vienna(23, 15), Outcome.BREACHED, vienna(23, 10)),
    ],
)
def test_what_ends_while_paused_is_judged_by_what_had_elapsed(
    paused_at: datetime, ended_at: datetime, outcome: Outcome, due_at: datetime
) -> None:
    resting = paused(begun(HOUR, vienna(23, 9)), paused_at)
    clock = stopped(resting, ended_at, ALWAYS, [Pause(paused_at, None)])

    assert (clock.outcome, clock.due_at, clock.paused_at, clock.ended_at) == (outcome, due_at, None, ended_at)


# Other terms


def test_a_new_priority_keeps_what_has_elapsed_and_what_was_paused() -> None:
    """Row 4: a new priority after a pause forgot the pause."""
    pauses = [Pause(vienna(23, 10), vienna(23, 13))]
    clock = resumed(
        paused(begun(8 * HOUR, vienna(23, 9)), vienna(23, 10)), vienna(23, 13), promise(8 * HOUR), pauses, 1
    )

    sooner = recomputed(clock, vienna(23, 14), promise(2 * HOUR), pauses, 1)

    # one hour before the pause, one after it
    assert (sooner.due_at, sooner.started_at, sooner.target_s) == (vienna(23, 14), vienna(23, 9), 7200)


def test_a_new_priority_during_a_pause_does_not_end_it() -> None:
    resting = paused(begun(8 * HOUR, vienna(23, 9)), vienna(23, 10))
    pauses = [Pause(vienna(23, 10), None)]

    sooner = recomputed(resting, vienna(23, 12), promise(2 * HOUR), pauses, 2)
    on_again = resumed(sooner, vienna(23, 13), promise(2 * HOUR), pauses, 2)

    assert (sooner.due_at, sooner.warn_at, sooner.paused_at, sooner.target_s) == (None, None, vienna(23, 10), 7200)
    assert on_again.due_at == vienna(23, 14)


def test_a_new_calendar_counts_from_the_same_start() -> None:
    clock = recomputed(begun(8 * HOUR, vienna(20, 15)), vienna(20, 16), promise(8 * HOUR, OFFICE), [], 5)

    assert (clock.due_at, clock.config_version) == (vienna(23, 15), 5)


def test_a_policy_that_is_switched_off_stops_its_clocks() -> None:
    """Row 8: a switched-off policy left old tickets alerting."""
    clock = recomputed(begun(HOUR, vienna(23, 9)), vienna(23, 9, 30), promise(None), [], 8)

    assert (clock.outcome, clock.ended_at, clock.config_version) == (Outcome.VOID, vienna(23, 9, 30), 8)


def test_a_promise_first_made_in_the_middle_counts_from_the_start_with_its_pauses() -> None:
    pauses = [Pause(vienna(23, 10), vienna(23, 11))]

    running = started(promise(2 * HOUR), 0, vienna(23, 9), 2, pauses)
    resting = started(promise(2 * HOUR), 0, vienna(23, 9), 2, [*pauses, Pause(vienna(23, 11, 30), None)])

    assert running is not None
    assert resting is not None
    assert running.due_at == vienna(23, 12)
    assert (resting.due_at, resting.paused_at) == (None, vienna(23, 11, 30))


@pytest.mark.parametrize(
    ("target", "warned", "breached"),
    [
        # a breach and its warning that the new deadline takes back can be given again
        (9 * HOUR, False, False),
        # due later, yet late already: both stay
        (HOUR + 10 * MINUTE, True, True),
        # due only now: the warning holds, the breach does not
        (HOUR + 40 * MINUTE, True, False),
    ],
)
def test_marks_that_a_new_deadline_takes_back(target: timedelta, warned: bool, breached: bool) -> None:
    marked = replace(begun(HOUR, vienna(23, 9)), warned_at=vienna(23, 10, 10), breached_at=vienna(23, 10, 10))

    clock = recomputed(marked, vienna(23, 10, 20), promise(target), [], 2)

    assert (clock.warned_at is not None, clock.breached_at is not None) == (warned, breached)


def test_a_warning_stays_given_through_a_pause() -> None:
    """It is not given a second time when the customer has answered."""
    warned = replace(begun(HOUR, vienna(23, 9)), warned_at=vienna(23, 9, 30))
    pauses = [Pause(vienna(23, 9, 40), vienna(23, 12))]

    clock = resumed(paused(warned, vienna(23, 9, 40)), vienna(23, 12), promise(HOUR), pauses, 1)

    assert (clock.due_at, clock.warned_at) == (vienna(23, 12, 20), vienna(23, 9, 30))


# Always


minutes = st.integers(1, 6000).map(lambda count: count * MINUTE)
starts = st.integers(0, 60 * 24 * 400).map(lambda count: datetime(2026, 1, 1, tzinfo=UTC) + count * MINUTE)
calendars = st.sampled_from(CALENDARS)


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> list[Pause]:
    """Pauses one after the other, as a ticket that waits for its customer now and then has them."""
    pauses, at = [], start
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 6000)), max_size=4)):
        begin = at + gap * MINUTE
        at = begin + length * MINUTE
        pauses.append(Pause(begin, at))
    return pauses


@st.composite
def lives(draw: st.DrawFn) -> tuple[datetime, list[Pause]]:
    start = draw(starts)
    return start, draw(pauses_after(start))


def lived(terms: Terms, start: datetime, pauses: list[Pause]) -> SlaClock:
    """A clock taken through its pauses step by step, as the desk does."""
    clock = started(terms, 0, start, 1)
    assert clock is not None
    for count, pause in enumerate(pauses):
        assert pause.end is not None
        clock = paused(clock, pause.start)
        clock = resumed(clock, pause.end, terms, [*pauses[:count], Pause(pause.start, None)], 1)
    return clock


@given(lives(), minutes, calendars)
def test_step_by_step_or_all_at_once_the_deadline_is_the_same(
    life: tuple[datetime, list[Pause]], target: timedelta, calendar: Calendar
) -> None:
    start, pauses = life
    clock = lived(promise(target, calendar), start, pauses)

    assert clock.due_at == deadline(start, target, calendar, pauses)
    assert clock.due_at is not None
    assert elapsed(start, clock.due_at, calendar, pauses) == target


@given(lives(), minutes)
def test_when_always_open_each_pause_before_the_deadline_adds_its_length(
    life: tuple[datetime, list[Pause]], target: timedelta
) -> None:
    start, pauses = life
    expected = start + target
    for pause in pauses:
        if pause.end is not None and pause.start < expected:
            expected += pause.end - pause.start

    assert lived(promise(target), start, pauses).due_at == expected


@given(lives(), minutes, minutes, calendars, calendars)
def test_a_change_and_its_reverse_leave_the_clock_as_it_was(
    life: tuple[datetime, list[Pause]], target: timedelta, other: timedelta, calendar: Calendar, elsewhere: Calendar
) -> None:
    """So neither elapsed nor paused time is lost on the way (rows 3, 4 and 8)."""
    start, pauses = life
    before = lived(promise(target, calendar), start, pauses)

    changed = recomputed(before, start, promise(other, elsewhere), pauses, 2)
    back = recomputed(changed, start, promise(target, calendar), pauses, 1)

    assert changed == replace(lived(promise(other, elsewhere), start, pauses), config_version=2)
    assert back == before


@given(lives(), minutes, calendars, st.integers(1, 120).map(lambda count: count * MINUTE))
def test_a_warning_comes_in_working_time_and_never_before_half(
    life: tuple[datetime, list[Pause]], target: timedelta, calendar: Calendar, warn_before: timedelta
) -> None:
    start, pauses = life
    clock = lived(promise(target, calendar, warn_before), start, pauses)

    assert clock.warn_at is not None
    assert clock.due_at is not None
    assert elapsed(clock.warn_at, clock.due_at, calendar, pauses) == min(warn_before, target / 2)
    assert is_open(calendar, clock.warn_at - timedelta.resolution)  # at the latest it is closing time


@given(lives(), minutes, calendars, st.integers(0, 20_000).map(lambda count: count * MINUTE))
def test_the_steps_of_an_explanation_are_in_order_apart_and_add_up(
    life: tuple[datetime, list[Pause]], target: timedelta, calendar: Calendar, later: timedelta
) -> None:
    start, pauses = life
    clock = lived(promise(target, calendar), start, pauses)

    explained = explain(clock, calendar, pauses, start + later)

    assert explained.total == explained.target == target
    assert explained.total == sum((step.length for step in explained.steps if step.kind is StepKind.COUNTED), NONE)
    assert all(step.start < step.end for step in explained.steps)
    assert all(one.end <= other.start for one, other in zip(explained.steps, explained.steps[1:], strict=False))
    assert explained.steps[-1].end == explained.due_at == clock.due_at


# Explained as a sum


def test_the_sum_that_is_shown_in_the_manual() -> None:
    """Opened on Monday at 13:20; 8 h of office time; waited for the customer on Tuesday from 10:30 to 13:00."""
    pauses = [Pause(vienna(24, 10, 30), vienna(24, 13))]
    clock = stopped(lived(promise(8 * HOUR, OFFICE), vienna(23, 13, 20), pauses), vienna(24, 15, 25), OFFICE, pauses)

    explained = explain(clock, OFFICE, pauses, vienna(30, 9))

    assert [(step.kind.value, step.start, step.end, step.length) for step in explained.steps] == [
        ("counted", vienna(23, 13, 20), vienna(23, 17), 3 * HOUR + 40 * MINUTE),
        ("counted", vienna(24, 9), vienna(24, 10, 30), 1 * HOUR + 30 * MINUTE),
        ("paused", vienna(24, 10, 30), vienna(24, 13), 2 * HOUR + 30 * MINUTE),
        ("counted", vienna(24, 13), vienna(24, 15, 50), 2 * HOUR + 50 * MINUTE),
    ]
    assert (explained.calendar, explained.target, explained.total) == ("Office", 8 * HOUR, 8 * HOUR)
    assert (explained.due_at, explained.outcome, explained.spare) == (vienna(24, 15, 50), Outcome.MET, 25 * MINUTE)


@pytest.mark.parametrize(
    ("ended_at", "now", "spare"),
    [
        (None, vienna(23, 9, 44), 16 * MINUTE),  # due in 16 min
        (None, vienna(23, 10, 9), -9 * MINUTE),  # overdue by 9 min
        (vienna(23, 9, 14), vienna(25, 9), 46 * MINUTE),  # met
        (vienna(23, 10, 52), vienna(25, 9), -52 * MINUTE),  # 52 min late, and no more however long ago
    ],
)
def test_how_much_is_to_spare(ended_at: datetime | None, now: datetime, spare: timedelta) -> None:
    clock = begun(HOUR, vienna(23, 9))
    if ended_at is not None:
        clock = stopped(clock, ended_at, ALWAYS)

    assert explain(clock, ALWAYS, [], now).spare == spare


def test_while_paused_an_explanation_tells_what_remains() -> None:
    pauses = [Pause(vienna(23, 10), None)]
    clock = paused(begun(8 * HOUR, vienna(23, 9), OFFICE), vienna(23, 10))

    explained = explain(clock, OFFICE, pauses, vienna(24, 12))

    assert (explained.due_at, explained.spare, explained.outcome) == (None, None, None)
    assert (explained.total, explained.remaining) == (HOUR, 7 * HOUR)
    assert [(step.kind, step.end, step.length) for step in explained.steps] == [
        (StepKind.COUNTED, vienna(23, 10), HOUR),
        (StepKind.PAUSED, vienna(24, 12), 10 * HOUR),  # working time: 7 h on Monday, 3 h on Tuesday
    ]


def test_what_ended_while_paused_is_explained_as_if_it_had_gone_on_then() -> None:
    """So the sum is the target's, and what was to spare can be seen."""
    pauses = [Pause(vienna(23, 9, 50), None)]
    clock = stopped(paused(begun(HOUR, vienna(23, 9)), vienna(23, 9, 50)), vienna(23, 15), ALWAYS, pauses)

    explained = explain(clock, ALWAYS, pauses, vienna(24, 9))

    assert [(step.kind, step.end) for step in explained.steps] == [
        (StepKind.COUNTED, vienna(23, 9, 50)),
        (StepKind.PAUSED, vienna(23, 15)),
        (StepKind.COUNTED, vienna(23, 15, 10)),
    ]
    assert (explained.total, explained.spare) == (HOUR, 10 * MINUTE)


def test_pauses_that_overlap_are_one() -> None:
    pauses = [Pause(vienna(23, 10), vienna(23, 12)), Pause(vienna(23, 11), vienna(23, 13))]
    clock = lived(promise(2 * HOUR), vienna(23, 9), [Pause(vienna(23, 10), vienna(23, 13))])

    explained = explain(clock, ALWAYS, pauses, vienna(23, 15))

    assert [(step.start, step.end) for step in explained.steps if step.kind is StepKind.PAUSED] == [
        (vienna(23, 10), vienna(23, 13))
    ]
    assert explained.total == 2 * HOUR


def test_what_is_void_has_nothing_to_spare() -> None:
    clock = stopped(begun(HOUR, vienna(23, 9)), vienna(23, 9, 30), ALWAYS, void=True)

    explained = explain(clock, ALWAYS, [], vienna(23, 12))

    assert (explained.outcome, explained.spare) == (Outcome.VOID, None)
