"""Quiet hours: what comes about in them is told when they end, once, and the steps after it count from then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.ladders import NIGHTS, VIENNA, breached, climb, configured, steps
from ticketing.calendars import Calendar
from ticketing.configuration import parse
from ticketing.desk import Desk
from ticketing.errors import InvalidConfiguration
from ticketing.events import EventKind
from ticketing.ladder import told_from
from ticketing.model import Priority
from ticketing.opening_hours import parse_windows

FIVE_HOURS = {"resolution": {"high": "5h"}, "next_response": {"high": "none"}}


QUIET = Calendar("quiet", VIENNA, parse_windows({"mon-fri": ["18:00-08:00"], "sat-sun": ["00:00-24:00"]}))


@pytest.mark.parametrize("is_back", ["at night", "in the morning"])
def test_what_quiet_hours_held_back_waits_on_while_it_is_the_customers_turn(
    desk: Desk, cast: Cast, clock: MovableClock, is_back: str
) -> None:
    configured(desk, quiet=NIGHTS, steps=[])
    amir = cast.agent("amir")
    clock.now = datetime(2026, 11, 23, 14, tzinfo=UTC)
    ticket = cast.ticket(priority=Priority.HIGH)
    cast.says(ticket.ref, amir, "Looking")
    desk.configure({"zone": VIENNA, "ladder": {"quiet": NIGHTS, "steps": []}, "policies": [FIVE_HOURS]}, by=None)
    desk.recompute_step()
    climb(desk, clock, hours=4, minutes=31)  # 19:31 in Vienna
    desk.wait_for_customer(ticket.ref, by=amir, question="Which one?", source="v:q")
    clock.now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    climb(desk, clock)
    assert any(each.paused_at is not None and each.warned_at is not None for each in desk.ticket(ticket.ref).clocks)
    assert steps(desk, ticket.ref) == []

    clock.now = (
        datetime(2026, 11, 25, 6, 40, tzinfo=UTC) if is_back == "at night" else datetime(2026, 11, 25, 9, tzinfo=UTC)
    )
    climb(desk, clock)
    cast.says(ticket.ref, ticket.customer_id, "The red one")
    climb(desk, clock)
    assert ("warning" in steps(desk, ticket.ref)) == (is_back == "in the morning")
    clock.now = max(clock.now, datetime(2026, 11, 25, 7, tzinfo=UTC))
    climb(desk, clock)
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref).count("warning") == 1


def test_what_comes_about_in_quiet_hours_is_told_at_their_end(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    configured(desk, quiet=NIGHTS, steps=[])
    clock.now = datetime(2026, 11, 23, 14, tzinfo=UTC)  # due at 19:00 in Vienna
    ticket = breached(desk, cast, clock, priority=Priority.HIGH)
    clock.now = datetime(2026, 11, 24, 6, 59, tzinfo=UTC)  # 7:59 in Vienna
    desk.ladder_step(clock())
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=2)
    told = [event.data["stage"] for event in desk.events(ticket.ref) if event.kind is EventKind.ALERT_STEP]
    assert "breach" in told


@pytest.mark.parametrize("is_owed", [True, False])
def test_a_lapse_in_quiet_hours_comes_back_at_their_end_where_it_is_still_owed(
    desk: Desk, cast: Cast, clock: MovableClock, is_owed: bool
) -> None:
    configured(desk, quiet=NIGHTS, steps=[])
    clock.now = datetime(2026, 11, 23, 12, tzinfo=UTC)  # due at 17:00 in Vienna
    ticket, jo = breached(desk, cast, clock, priority=Priority.HIGH), cast.agent("jo")
    desk.take_alert(ticket.ref, by=jo, until=datetime(2026, 11, 23, 20, tzinfo=UTC), seen=True)
    clock.now = datetime(2026, 11, 23, 20, tzinfo=UTC)
    climb(desk, clock)
    lapsed = desk.events(ticket.ref)[-1]
    if not is_owed:
        desk.resolve(ticket.ref, by=cast.person("amir").id)
    climb(desk, clock, hours=10, minutes=59)
    assert "lapse" not in steps(desk, ticket.ref)
    climb(desk, clock, minutes=1)
    climb(desk, clock, minutes=1)

    told = [each.data for each in desk.events(ticket.ref) if each.data.get("stage") == "lapse"]
    assert lapsed.kind is EventKind.ALERT_LAPSED
    assert [each["event"] for each in told] == [lapsed.seq] * is_owed


@pytest.mark.parametrize("how", ["morning", "urgent", "no quiet hours"])
def test_the_step_after_a_lapse_counts_from_when_the_lapse_is_told(
    desk: Desk, cast: Cast, clock: MovableClock, how: str
) -> None:
    configured(desk, quiet=NIGHTS)
    clock.now = datetime(2026, 11, 23, 12, tzinfo=UTC)  # due at 17:00 in Vienna
    ticket, jo = breached(desk, cast, clock, priority=Priority.HIGH), cast.agent("jo")
    desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(hours=2), seen=True)
    climb(desk, clock, hours=2, minutes=1)
    climb(desk, clock, hours=1)
    if how == "urgent":
        desk.set_priority(ticket.ref, Priority.URGENT, by=jo)
    elif how == "no quiet hours":
        configured(desk)
    else:
        clock.now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    climb(desk, clock)
    assert steps(desk, ticket.ref) == ["lapse"]
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == ["lapse"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["lapse", "step1"]


def test_of_a_warning_and_a_breach_in_the_same_quiet_hours_the_breach_alone_is_told(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    policy = {"first_response": {"high": "8h"}, "resolution": {"high": "9h"}}
    desk.configure({"zone": VIENNA, "ladder": {"quiet": NIGHTS, "steps": []}, "policies": [policy]}, by=None)
    clock.now = datetime(2026, 11, 23, 14, tzinfo=UTC)
    cast.agent("amir")
    ticket = cast.ticket(priority=Priority.HIGH)
    for _ in range(11):
        climb(desk, clock, hours=1)
    assert steps(desk, ticket.ref) == []
    clock.now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    climb(desk, clock)
    told = [each for each in desk.events(ticket.ref) if each.kind is EventKind.ALERT_STEP]
    assert [(each.data["clock"], each.data["stage"]) for each in told] == [
        ("first_response", "breach"),
        ("resolution", "breach"),
    ]


def test_what_quiet_hours_held_back_and_the_step_after_it_are_told_once_each(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    configured(desk, quiet=NIGHTS)
    clock.now = datetime(2026, 11, 23, 14, tzinfo=UTC)  # due at 19:00 in Vienna
    ticket = breached(desk, cast, clock, priority=Priority.HIGH)
    climb(desk, clock, hours=1)
    assert steps(desk, ticket.ref) == []
    clock.now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    climb(desk, clock)
    assert steps(desk, ticket.ref) == ["breach"]
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == ["breach"], "the step counts from when it is told what it reminds of"
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["breach", "step1"]


def test_no_step_is_taken_before_the_breach_is_told_that_it_follows(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Also where nothing was told for a day, and the next night holds back another breach: both are told, and then steps."""
    configured(desk, quiet=NIGHTS)
    # Due at 22:30 in Vienna, and its solution a day later at 18:30.
    clock.now = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    ticket = breached(desk, cast, clock, priority=Priority.HIGH)
    clock.now = datetime(2026, 11, 24, 18, tzinfo=UTC)
    desk.watch_step(clock())
    clock.now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    climb(desk, clock)
    assert steps(desk, ticket.ref) == ["breach", "breach"]
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == ["breach", "breach"], "a step counts from when it is told what it reminds of"
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["breach", "breach", "step1"]


def test_what_was_held_back_is_told_as_soon_as_it_is_urgent(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """A breach and a promise that has lapsed; the step counts from then. What is urgent no more meanwhile waits on."""
    configured(desk, quiet=NIGHTS)
    clock.now = datetime(2026, 11, 23, 14, tzinfo=UTC)  # due at 19:00 in Vienna
    ticket = breached(desk, cast, clock, priority=Priority.HIGH)
    amir = cast.person("amir").id
    desk.take_alert(ticket.ref, by=amir, until=clock() + timedelta(hours=1), seen=True)
    climb(desk, clock, hours=1)
    assert steps(desk, ticket.ref) == []
    for priority in (Priority.URGENT, Priority.HIGH):
        desk.set_priority(ticket.ref, priority, by=amir)
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == []
    desk.set_priority(ticket.ref, Priority.URGENT, by=amir)
    climb(desk, clock)
    assert sorted(steps(desk, ticket.ref)) == ["breach", "lapse"]
    climb(desk, clock, minutes=29)
    assert "step1" not in steps(desk, ticket.ref)
    climb(desk, clock, minutes=1)
    assert "step1" in steps(desk, ticket.ref)


@pytest.mark.parametrize(
    ("quiet", "held"), [({}, 0), ({"mon-sun": ["18:00-20:00"]}, 1), ({"mon-sun": ["18:00-10:00"]}, 15)]
)
def test_what_is_held_back_follows_the_quiet_hours_that_are_set_meanwhile(
    desk: Desk, cast: Cast, clock: MovableClock, quiet: dict[str, list[str]], held: int
) -> None:
    """Shorter, none at all, or longer: it is told once, when those in force are over, and the step counts from then."""
    configured(desk, quiet=NIGHTS)
    clock.now = datetime(2026, 11, 23, 14, tzinfo=UTC)  # due at 19:00 in Vienna
    ticket = breached(desk, cast, clock, priority=Priority.HIGH)
    climb(desk, clock)
    configured(desk, quiet=quiet)
    for _ in range(held):
        climb(desk, clock, minutes=58)
        assert steps(desk, ticket.ref) == []
        climb(desk, clock, minutes=2)
    climb(desk, clock)
    assert steps(desk, ticket.ref) == ["breach"]
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == ["breach"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["breach", "step1"]


def test_urgent_knows_no_quiet_hours(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    configured(desk, quiet=NIGHTS)
    clock.now = datetime(2026, 11, 23, 20, tzinfo=UTC)
    ticket = breached(desk, cast, clock)
    climb(desk, clock, minutes=31)
    assert steps(desk, ticket.ref) == ["step1"]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC)),  # Monday at 13:00
        (
            datetime(2026, 11, 23, 17, tzinfo=UTC),
            datetime(2026, 11, 24, 7, tzinfo=UTC),
        ),  # 18:00, the first quiet minute
        (datetime(2026, 11, 24, 7, tzinfo=UTC), datetime(2026, 11, 24, 7, tzinfo=UTC)),  # 8:00, no longer quiet
        (datetime(2026, 11, 29, 0, tzinfo=UTC), datetime(2026, 11, 29, 23, tzinfo=UTC)),  # Sunday ends at midnight
        (datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)),  # a Sunday of 25 hours
    ],
)
def test_quiet_hours_end_by_the_wall_clock(at: datetime, told: datetime) -> None:
    assert told_from(QUIET, Priority.HIGH, at) == told
    assert told_from(QUIET, Priority.URGENT, at) == at


def test_quiet_hours_that_never_end_are_refused() -> None:
    with pytest.raises(InvalidConfiguration, match="leave some time"):
        parse({"ladder": {"quiet": {"mon-sun": ["00:00-24:00"]}}})
