"""The ladder: what follows a breach to which nobody sees, quiet hours, and tickets that nobody takes or touches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.calendars import Calendar
from ticketing.configuration import parse
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.errors import InvalidConfiguration
from ticketing.events import EventKind, TicketEvent
from ticketing.ladder import LadderStep, next_instant, told_from, touched
from ticketing.model import Priority, Role, Ticket, TicketRef
from ticketing.opening_hours import parse_windows
from ticketing.transaction import Transaction

NIGHTS = {"mon-sun": ["18:00-08:00"]}
VIENNA = "Europe/Vienna"


def configured(desk: Desk, **ladder: Any) -> None:
    desk.configure({"zone": VIENNA, "ladder": ladder}, by=None)


def breached(desk: Desk, cast: Cast, clock: MovableClock, **more: Any) -> Ticket:
    """An urgent ticket that Amir has, at the second in which its breach was marked."""
    cast.agent("amir")
    ticket = cast.ticket(more.pop("customer", "mara"), **{"priority": Priority.URGENT} | more)
    due = ticket.response_due_at
    assert due is not None
    clock.now = due + timedelta(seconds=1)
    desk.watch_step(clock())
    return desk.ticket(ticket.ref)


def steps(desk: Desk, ref: TicketRef) -> list[str]:
    return [str(event.data["stage"]) for event in desk.events(ref) if event.kind is EventKind.ALERT_STEP]


def climb(desk: Desk, clock: MovableClock, **by: float) -> None:
    clock.advance(**by)
    desk.watch_step(clock())
    desk.lapse_step(clock())
    desk.ladder_step(clock())


def test_a_breach_that_nobody_sees_to_is_reminded_of_and_then_goes_to_the_seniors_each_once(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    ticket = breached(desk, cast, clock)
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=2)
    climb(desk, clock)
    assert steps(desk, ticket.ref) == ["step1"]
    assert not desk.ticket(ticket.ref).is_escalated
    climb(desk, clock, minutes=61)
    climb(desk, clock, hours=9)
    assert steps(desk, ticket.ref)[:2] == ["step1", "step2"]
    assert desk.ticket(ticket.ref).is_escalated
    of_answer = [row.key.stage for row in desk.outbox.alerts(ticket.ref) if row.key.kind == "first_response"]
    assert sorted(of_answer) == ["breach", "step1", "step2"]


@pytest.mark.parametrize("answered", [True, False])
def test_a_ticket_climbs_once_while_more_than_one_deadline_is_overdue(
    desk: Desk, cast: Cast, clock: MovableClock, answered: bool
) -> None:
    """What was due first climbs; the next follows once that is answered, and has the time of each step from then."""
    desk.configure({"policies": [{"first_response": {"urgent": "1h"}, "resolution": {"urgent": "100m"}}]}, by=None)
    ticket = breached(desk, cast, clock)
    climb(desk, clock, minutes=31)
    climb(desk, clock, minutes=10)
    assert [each.data["clock"] for each in desk.events(ticket.ref) if each.kind is EventKind.BREACHED][
        -1
    ] == "resolution"
    climb(desk, clock, minutes=31)
    assert steps(desk, ticket.ref) == ["step1"]
    climb(desk, clock, minutes=30)
    assert steps(desk, ticket.ref) == ["step1", "step2"]
    if answered:
        cast.says(ticket.ref, cast.person("amir").id, "On it")
    told: list[list[str]] = []
    for minutes in (0, 29, 1, 59, 1, 600):
        climb(desk, clock, minutes=minutes)
        told.append(steps(desk, ticket.ref)[2:])
    first, both = ["step1"], ["step1", "step2"]
    assert told == ([[], [], first, first, both, both] if answered else [[]] * 6)


def test_what_waited_to_climb_goes_on_when_the_breach_before_it_is_taken_back(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    policy = {"first_response": {"urgent": "1h"}, "resolution": {"urgent": "90m"}}
    desk.configure({"policies": [policy]}, by=None)
    ticket = breached(desk, cast, clock)
    for _ in range(4):
        climb(desk, clock, minutes=30)
    assert steps(desk, ticket.ref) == ["step1", "step2"]
    desk.configure({"policies": [policy | {"first_response": {"urgent": "9h"}}]}, by=None)
    while desk.recompute_step():
        pass
    climb(desk, clock)
    assert steps(desk, ticket.ref)[2:] == ["step1"]


def test_the_next_instant_of_the_ladder_is_told_so_that_nobody_has_to_scan(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    breached(desk, cast, clock)
    assert desk.ladder_step(clock()) == clock() + timedelta(minutes=30)


def test_a_promise_holds_the_ladder_up_until_its_end(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket, jo = breached(desk, cast, clock), cast.agent("jo")
    desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(hours=1), seen=True)
    climb(desk, clock, minutes=59)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=32)
    assert steps(desk, ticket.ref) == ["step1"]


@pytest.mark.parametrize("how", ["answered", "reopened"])
def test_a_promise_holds_up_no_step_of_what_it_is_not_about(
    desk: Desk, cast: Cast, clock: MovableClock, how: str
) -> None:
    """Given about the first answer for a week, and kept at once: what is late later was nobody's promise."""
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    climb(desk, clock, minutes=31)
    desk.take_alert(ticket.ref, by=amir, until=clock() + timedelta(days=7))
    cast.says(ticket.ref, amir, "We look into it.")
    if how == "reopened":
        desk.resolve(ticket.ref, by=amir)
        clock.advance(minutes=10)
        cast.says(ticket.ref, ticket.customer_id, "It is broken again.")
    climb(desk, clock, hours=4)
    climb(desk, clock, minutes=31)
    climb(desk, clock, minutes=61)
    assert {"step1", "step2"} <= set(steps(desk, ticket.ref))


def test_a_promise_holds_up_what_had_been_told_of_without_a_deadline_and_nothing_told_of_later(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    configured(desk, untouched_after="2h")
    cast.agent("amir")
    lena = cast.person("lena").id
    desk.set_role(lena, Role.LEAD, by=None)
    before, after = (cast.ticket(priority=Priority.HIGH) for _ in range(2))
    climb(desk, clock, minutes=119)
    cast.says(after.ref, lena, "Who looks at this?", internal=True)
    climb(desk, clock, minutes=92)  # half an hour before the first answer is due
    for ticket in (before, after):
        desk.take_alert(ticket.ref, by=lena, until=clock() + timedelta(minutes=25), seen=True)
    told = {ticket.ref: steps(desk, ticket.ref) for ticket in (before, after)}
    assert [stage for stage in told[before.ref] if stage == "idle"] == ["idle"]
    assert told[after.ref] == []
    climb(desk, clock, minutes=26)
    assert steps(desk, before.ref) == told[before.ref], "held up, and for the time of a step from its end"


def test_a_promise_that_has_lapsed_still_holds_the_ladder_up_for_the_time_of_a_step(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Also when it was short, and when the climb is worked out anew meanwhile."""
    ticket, jo = breached(desk, cast, clock), cast.agent("jo")
    desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(minutes=20), seen=True)
    climb(desk, clock, minutes=20)
    climb(desk, clock, minutes=11)
    desk.configure({"policies": [{"first_response": {"urgent": "45m"}}]}, by=None)
    while desk.recompute_step():
        pass
    climb(desk, clock, minutes=18)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["step1"]


def test_an_answer_ends_the_climb(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = breached(desk, cast, clock)
    cast.says(ticket.ref, cast.person("amir").id, "On it")
    climb(desk, clock, minutes=45)
    assert steps(desk, ticket.ref) == []


def test_what_each_step_does_is_a_setting(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Whom it names is not in the log: that holds numbers only, and goes on when somebody is erased."""
    configured(desk, steps=[{"after": "10m", "escalate": True, "person": "U0LENA0001"}])
    ticket = breached(desk, cast, clock)
    climb(desk, clock, minutes=11)
    event = next(each for each in desk.events(ticket.ref) if each.kind is EventKind.ALERT_STEP)
    assert (event.data["stage"], event.data["escalate"], event.data["step"]) == ("step1", True, 0)
    assert "U0LENA0001" not in str(desk.events(ticket.ref))
    assert desk.ticket(ticket.ref).is_escalated


def test_without_steps_nothing_follows_a_breach(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    configured(desk, steps=[])
    ticket = breached(desk, cast, clock)
    climb(desk, clock, hours=2)
    assert steps(desk, ticket.ref) == []


# --- the customer's turn ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [["30m"], []])
def test_a_step_that_is_added_reaches_what_has_climbed_all_others(
    desk: Desk, cast: Cast, clock: MovableClock, before: list[str]
) -> None:
    """After its time from the change; what was answered meanwhile is told of no more."""
    configured(desk, steps=[{"after": each} for each in before], unassigned_after="20m")
    late, answered = breached(desk, cast, clock), cast.ticket("tomas", priority=Priority.URGENT)
    climb(desk, clock, minutes=61)
    cast.says(answered.ref, cast.person("amir").id, "On it")
    for ref in (late.ref, answered.ref):
        assert "step2" not in steps(desk, ref)
    told = {ref: steps(desk, ref) for ref in (late.ref, answered.ref)}
    configured(desk, steps=[*({"after": each} for each in before), {"after": "40m"}], unassigned_after="20m")
    climb(desk, clock, minutes=39)
    assert steps(desk, late.ref) == told[late.ref]
    climb(desk, clock, minutes=1)
    climb(desk, clock, hours=3)
    assert steps(desk, late.ref) == [*told[late.ref], f"step{len(before) + 1}"]
    assert steps(desk, answered.ref) == told[answered.ref]


def test_a_step_that_is_added_reaches_what_nobody_takes(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    configured(desk, steps=[{"after": "30m"}])
    ticket = cast.ticket(priority=Priority.LOW)
    for _ in range(40):
        climb(desk, clock, minutes=30)
        if steps(desk, ticket.ref)[-1:] == ["nobody1"]:
            break
    climb(desk, clock, minutes=30)
    configured(desk, steps=[{"after": "30m"}, {"after": "10m"}])
    climb(desk, clock, minutes=9)
    assert steps(desk, ticket.ref) == ["nobody", "nobody1"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["nobody", "nobody1", "nobody2"]


def solution_breached(desk: Desk, cast: Cast, clock: MovableClock) -> Ticket:
    """An urgent ticket that Amir has answered, at the second in which its solution was marked as late."""
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    cast.says(ticket.ref, amir, "Looking")
    clock.advance(hours=4, seconds=1)
    desk.watch_step(clock())
    return desk.ticket(ticket.ref)


@pytest.mark.parametrize("told", [[], ["step1"]])
def test_while_it_is_the_customers_turn_nothing_follows_and_then_it_goes_on_from_where_it_was(
    desk: Desk, cast: Cast, clock: MovableClock, told: list[str]
) -> None:
    """Each step after its whole time from when it is our turn again; what was told of the breach stays told."""
    ticket = solution_breached(desk, cast, clock)
    climb(desk, clock, minutes=30 * len(told))
    desk.wait_for_customer(ticket.ref, by=cast.person("amir").id, question="Which one?", source="v:q")
    climb(desk, clock, minutes=10)
    climb(desk, clock, hours=5)
    assert steps(desk, ticket.ref) == told
    assert not desk.ticket(ticket.ref).is_escalated
    assert desk.ladder_step(clock()) is None

    cast.says(ticket.ref, ticket.customer_id, "The red one")
    after = timedelta(minutes=60 if told else 30)
    climb(desk, clock, seconds=after.total_seconds() - 1)
    assert steps(desk, ticket.ref) == told
    climb(desk, clock, seconds=1)
    assert [stage for stage in steps(desk, ticket.ref) if stage.startswith("step")] == [*told, f"step{len(told) + 1}"]


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


FIVE_HOURS = {"resolution": {"high": "5h"}, "next_response": {"high": "none"}}


# --- quiet hours ------------------------------------------------------------------------------------------------------


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


QUIET = Calendar("quiet", VIENNA, parse_windows({"mon-fri": ["18:00-08:00"], "sat-sun": ["00:00-24:00"]}))


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


def test_a_step_counts_working_time() -> None:
    """Breached at ten to five on a Friday: the reminder comes on Monday at twenty past nine."""
    office = Calendar("Office", VIENNA, parse_windows({"mon-fri": ["09:00-17:00"]}))
    friday = datetime(2026, 11, 27, 15, 50, tzinfo=UTC)
    step = LadderStep(after=timedelta(minutes=30))
    assert next_instant(step, friday, calendar=office) == datetime(2026, 11, 30, 8, 20, tzinfo=UTC)


# --- nobody takes it, nobody touches it -------------------------------------------------------------------------------


def test_that_nobody_can_take_a_ticket_is_told_before_a_clock_warns(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    ticket = cast.ticket(priority=Priority.URGENT)  # due after 60 minutes, the warning after 30
    climb(desk, clock, minutes=14)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=2)
    assert steps(desk, ticket.ref) == ["nobody"]
    assert [row.key.stage for row in desk.outbox.alerts(ticket.ref)] == ["nobody"]


def test_that_nobody_can_take_a_ticket_is_told_where_nothing_is_warned_of(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Half-way to what is due first then."""
    desk.configure({"policies": [{"warn_before": "0s"}]}, by=None)
    ticket = cast.ticket(priority=Priority.URGENT)
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["nobody"]


def test_when_nobody_takes_it_is_told_by_the_deadlines_that_a_change_sets(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """A higher priority earlier, half-way to the warning that is now the first; a lower one later."""
    categories = [{"key": "billing", "name": "Billing"}, {"key": "account", "name": "Account"}]
    document = {"zone": VIENNA, "categories": categories, "policies": [NO_SLA | {"category": "account"}]}
    desk.configure(document, by=None)
    lead = cast.person("lena").id
    desk.set_role(lead, Role.LEAD, by=None)
    raised = cast.ticket("mara", priority=Priority.LOW)
    lowered = cast.ticket("tomas", priority=Priority.URGENT)
    promised = cast.ticket("jo", priority=Priority.URGENT, category="account")
    dropped = cast.ticket("priya", priority=Priority.URGENT)
    all_of_them = (raised, lowered, promised, dropped)
    climb(desk, clock, minutes=10)
    desk.set_priority(raised.ref, Priority.URGENT, by=lead)
    desk.set_priority(lowered.ref, Priority.LOW, by=lead)
    desk.set_category(promised.ref, "billing", by=lead)
    desk.set_category(dropped.ref, "account", by=lead)
    climb(desk, clock, minutes=4)
    assert [steps(desk, each.ref) for each in all_of_them] == [[], [], [], []]
    climb(desk, clock, minutes=1)
    assert [steps(desk, each.ref) for each in all_of_them] == [["nobody"], [], ["nobody"], []]
    desk.set_priority(raised.ref, Priority.HIGH, by=lead)
    climb(desk, clock, hours=11, minutes=29)
    assert [steps(desk, each.ref)[:1] for each in all_of_them[1::2]] == [[], []]
    assert steps(desk, raised.ref).count("nobody") == 1
    climb(desk, clock, minutes=1)
    assert [steps(desk, each.ref)[:1] for each in all_of_them[1::2]] == [["nobody"], []]


def test_when_nobody_takes_it_is_told_by_a_new_policy_and_calendar(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """What first promises something tells of it at once where it is past that; what closes for the night waits."""
    desk.configure({"zone": VIENNA, "policies": [NO_SLA]}, by=None)
    clock.now = datetime(2026, 11, 23, 15, tzinfo=UTC)  # 16:00 in Vienna
    ticket = cast.ticket(priority=Priority.URGENT)
    climb(desk, clock, hours=1)
    assert steps(desk, ticket.ref) == []
    office = [{"name": "office", "windows": {"mon-fri": ["09:00-16:10"]}}]
    desk.configure({"zone": VIENNA, "calendars": office, "policies": [{"calendar": "office"}]}, by=None)
    desk.recompute_step()
    clock.now = datetime(2026, 11, 24, 8, 4, tzinfo=UTC)
    climb(desk, clock)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["nobody"]


def test_a_ticket_that_was_taken_meanwhile_alarms_nobody(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = cast.ticket(priority=Priority.URGENT)
    desk.claim(ticket.ref, by=cast.agent("amir"))
    climb(desk, clock, minutes=20)
    assert steps(desk, ticket.ref) == []


def test_a_ticket_without_an_agent_climbs_once_it_has_waited_too_long(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    configured(desk, unassigned_after="2h", steps=[{"after": "1h", "escalate": True}])
    ticket = cast.ticket(priority=Priority.LOW)
    climb(desk, clock, hours=2, minutes=1)
    assert steps(desk, ticket.ref) == ["idle"]
    climb(desk, clock, hours=1, minutes=1)
    assert steps(desk, ticket.ref) == ["idle", "idle1"]
    assert desk.ticket(ticket.ref).is_escalated


def test_a_ticket_that_lies_untouched_climbs_and_work_on_it_puts_that_off(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    configured(desk, untouched_after="2h", steps=[])
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.LOW)
    climb(desk, clock, hours=1)
    cast.says(ticket.ref, amir, "I am looking", internal=True)
    climb(desk, clock, hours=1, minutes=1)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, hours=1)
    assert steps(desk, ticket.ref) == ["idle"]
    desk.wait_for_customer(ticket.ref, by=amir, question="Which one?", source="v:q")
    climb(desk, clock, hours=20)
    assert steps(desk, ticket.ref) == ["idle"]


@pytest.mark.parametrize("steps_of_the_ladder", [[], [{"after": "1h"}]])
@pytest.mark.parametrize("how", ["note", "answer", "customer"])
def test_what_was_worked_on_after_it_was_told_of_is_told_of_again_once_it_lies_again(
    desk: Desk, cast: Cast, clock: MovableClock, how: str, steps_of_the_ladder: list[Any]
) -> None:
    """However far it had climbed; and not before it has lain as long as the first time."""
    no_promise = {kind: {"low": "none"} for kind in ("first_response", "next_response", "resolution")}
    ladder = {"untouched_after": "2h", "steps": steps_of_the_ladder}
    desk.configure({"zone": VIENNA, "ladder": ladder, "policies": [no_promise]}, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.LOW)
    climb(desk, clock, hours=2, minutes=1)
    climb(desk, clock, hours=30)
    told = ["idle", *(f"idle{step}" for step in range(1, len(steps_of_the_ladder) + 1))]
    assert steps(desk, ticket.ref) == told

    cast.says(ticket.ref, ticket.customer_id if how == "customer" else amir, "Still on it", internal=how == "note")
    climb(desk, clock, hours=1, minutes=59)
    assert steps(desk, ticket.ref) == told
    climb(desk, clock, minutes=2)
    climb(desk, clock, hours=30)
    assert steps(desk, ticket.ref) == told * 2
    assert all(row.home is None for row in desk.outbox.alerts(ticket.ref))


@pytest.mark.parametrize("how", ["start", "question", "snooze", "note", "release"])
def test_whatever_touches_a_ticket_ends_what_was_told_of_its_lying(
    desk: Desk, cast: Cast, clock: MovableClock, how: str
) -> None:
    configured(desk, untouched_after="2h", unassigned_after="2h", steps=[])
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.LOW)
    climb(desk, clock, hours=2, minutes=1)
    assert steps(desk, ticket.ref) == ["idle"]
    assert is_owed(desk, ticket)

    clock.advance(minutes=5)
    match how:
        case "start":
            desk.start(ticket.ref, by=amir)
        case "question":
            desk.wait_for_customer(ticket.ref, by=amir, question="And which year?", source="v:r")
        case "snooze":
            desk.snooze(ticket.ref, until=clock() + timedelta(hours=1), by=amir)
        case "note":
            cast.says(ticket.ref, amir, "I am looking", internal=True)
        case "release":
            desk.set_available(amir, available=False, by=amir)
            desk.release(ticket.ref, by=amir)
    assert touched(desk.ticket(ticket.ref)) == clock()
    assert not is_owed(desk, ticket)


def is_owed(desk: Desk, ticket: Ticket) -> bool:
    (alerted,) = desk.alerts_of([ticket.ref])
    return alerted.is_owed


def test_what_waits_for_an_agent_is_told_of_again_no_earlier_than_after_the_same_time_from_a_note(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Not at once because it has waited for so long altogether; nor because a policy has changed meanwhile."""
    ladder = {"unassigned_after": "2h", "steps": [{"after": "1h"}]}
    desk.configure({"zone": VIENNA, "ladder": ladder, "policies": [NO_SLA]}, by=None)
    ticket = cast.ticket(priority=Priority.LOW)
    climb(desk, clock, hours=2, minutes=1)
    clock.advance(minutes=30)
    cast.says(ticket.ref, ticket.customer_id, "And?")
    climb(desk, clock)
    climb(desk, clock, hours=1)
    desk.configure({"zone": VIENNA, "ladder": ladder, "policies": [{"resolution": {"low": "20d"}}]}, by=None)
    desk.recompute_step()
    climb(desk, clock, minutes=59)
    assert steps(desk, ticket.ref) == ["idle"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["idle", "idle"]


def test_what_is_given_back_after_it_was_told_of_is_told_of_again_if_nobody_takes_it(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    ladder = {"untouched_after": "2h", "unassigned_after": "1h", "steps": []}
    desk.configure({"zone": VIENNA, "ladder": ladder, "policies": [NO_SLA]}, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.LOW)
    climb(desk, clock, hours=2, minutes=1)
    assert steps(desk, ticket.ref) == ["idle"]
    clock.advance(hours=1)
    desk.set_available(amir, available=False, by=amir)
    desk.release(ticket.ref, by=amir)
    assert desk.ticket(ticket.ref).assigned_at is None
    climb(desk, clock, minutes=59)
    assert steps(desk, ticket.ref) == ["idle"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["idle", "idle"]


def test_a_time_after_which_to_tell_that_is_set_or_shortened_reaches_the_tickets_that_are_open(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """No clock and nothing else that people see of them changes; what the setting does not change is not gone through."""
    amir = cast.agent("amir", max_load=1)
    held = cast.ticket(priority=Priority.LOW)
    waiting = cast.ticket("tomas", priority=Priority.LOW)
    over = cast.ticket(priority=Priority.LOW)
    desk.claim(over.ref, by=cast.agent("jo"))
    desk.resolve(over.ref, by=cast.person("jo").id)
    desk.set_available(cast.person("jo").id, available=False, by=None)
    before = desk.ticket(held.ref)
    assert (before.assigned_agent_id, desk.ticket(waiting.ref).is_held) == (amir, False)
    clock.advance(hours=1)

    long = {"steps": [], "untouched_after": "5h", "unassigned_after": "5h"}
    for ladder in (long, long | {"untouched_after": "3h"}, long | {"untouched_after": "3h", "unassigned_after": "2h"}):
        configured(desk, **ladder)
        assert desk.outdated_clocks() == desk.recompute_step() == 2
        assert desk.outdated_clocks() == desk.recompute_step() == 0
    configured(desk, **ladder | {"steps": [{"after": "9h"}]})
    assert desk.outdated_clocks() == 0
    climb(desk, clock, minutes=59)
    assert [steps(desk, each.ref) for each in (held, waiting, over)] == [[], [], []]
    climb(desk, clock, minutes=1)
    assert [steps(desk, each.ref) for each in (held, waiting, over)] == [[], ["idle"], []]
    after = desk.ticket(held.ref)
    assert (after.version, after.last_event) == (before.version, before.last_event)
    assert [each.due_at for each in after.clocks] == [each.due_at for each in before.clocks]
    climb(desk, clock, hours=1)
    assert [steps(desk, each.ref) for each in (held, waiting, over)] == [["idle"], ["idle"], []]


def test_a_note_on_what_will_be_looked_at_anyway_writes_nothing_more(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    configured(desk, untouched_after="2h")
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.LOW)
    first = desk.ladder_step(clock())
    clock.advance(hours=1)
    cast.says(ticket.ref, amir, "I am looking", internal=True)
    assert desk.ladder_step(clock()) == first == ticket.opened_at + timedelta(hours=2)


def test_what_lies_waits_while_a_deadline_is_overdue_and_then_goes_on_from_where_it_was(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """A breach that another priority takes back is no work on the ticket: nothing of it is told twice."""
    configured(desk, untouched_after="2h")
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.LOW)
    climb(desk, clock, hours=2)
    desk.set_priority(ticket.ref, Priority.URGENT, by=amir)  # due an hour ago
    climb(desk, clock)
    climb(desk, clock, minutes=30)
    assert steps(desk, ticket.ref) == ["idle", "step1"]
    desk.set_priority(ticket.ref, Priority.LOW, by=amir)
    climb(desk, clock)
    assert steps(desk, ticket.ref) == ["idle", "step1", "idle1"]
    climb(desk, clock, hours=1)
    climb(desk, clock, hours=9)
    assert steps(desk, ticket.ref) == ["idle", "step1", "idle1", "idle2"]


@pytest.mark.parametrize("how", ["starts", "comes back from its customer", "is due again", "is given back"])
def test_a_ticket_has_lain_since_the_last_step_that_was_taken_with_it(
    desk: Desk, cast: Cast, clock: MovableClock, how: str
) -> None:
    """Also where no word was said; not since before it went to its customer, out of sight, or into somebody's hands."""
    ladder = {"untouched_after": "2h", "unassigned_after": "2h", "steps": []}
    desk.configure({"zone": VIENNA, "ladder": ladder, "policies": [NO_SLA]}, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.LOW)
    climb(desk, clock, minutes=90)
    if how == "starts":
        desk.start(ticket.ref, by=amir)
    elif how == "comes back from its customer":
        desk.wait_for_customer(ticket.ref, by=amir, question="Which one?", source="v:q")
        climb(desk, clock, hours=20)
        desk.resume(ticket.ref, by=amir)
    elif how == "is due again":
        desk.snooze(ticket.ref, clock.now + timedelta(minutes=20), by=amir)
        climb(desk, clock, minutes=20)
        desk.wake_step(clock.now)
    else:
        desk.set_available(amir, available=False, by=amir)
        desk.release(ticket.ref, by=amir)
    climb(desk, clock, hours=1, minutes=59)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["idle"]


def test_the_end_of_a_promise_holds_up_the_steps_of_what_lies(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    policy = {"warn_before": "5h", "resolution": {"low": "10h"}, "first_response": {"low": "none"}}
    ladder = {"untouched_after": "6h", "steps": [{"after": "1h"}]}
    desk.configure({"zone": VIENNA, "ladder": ladder, "policies": [policy]}, by=None)
    cast.agent("amir")
    ticket = cast.ticket(priority=Priority.LOW)
    climb(desk, clock, hours=6)
    assert steps(desk, ticket.ref) == ["idle"]
    desk.take_alert(ticket.ref, by=cast.agent("jo"), until=clock.now + timedelta(minutes=30), seen=True)
    clock.advance(minutes=30)
    desk.lapse_step(clock.now)
    climb(desk, clock, minutes=59)
    assert steps(desk, ticket.ref) == ["idle"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["idle", "idle1"]


def test_what_was_late_ages_again_once_nothing_is_late_any_more(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Late things climb by themselves; meanwhile nobody keeps looking whether the ticket lies."""
    ladder = {"untouched_after": "20m", "steps": []}
    policy = {"resolution": {"urgent": "none"}, "next_response": {"urgent": "1h"}}
    desk.configure({"zone": VIENNA, "ladder": ladder, "policies": [policy]}, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    cast.says(ticket.ref, amir, "Looking")
    cast.says(ticket.ref, ticket.customer_id, "And?")
    climb(desk, clock, hours=1, minutes=1)
    assert steps(desk, ticket.ref) == []
    assert desk.ladder_step(clock()) is None

    cast.says(ticket.ref, amir, "On it")
    climb(desk, clock, minutes=19)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["idle"]


def test_a_policy_that_changes_tells_of_nothing_anew_that_has_been_told(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    ladder = {"untouched_after": "2h", "steps": [{"after": "1h"}]}
    desk.configure({"zone": VIENNA, "ladder": ladder}, by=None)
    cast.agent("amir")
    ticket = cast.ticket(priority=Priority.LOW)
    climb(desk, clock, hours=2, minutes=1)
    desk.configure({"zone": VIENNA, "ladder": ladder, "policies": [{"resolution": {"low": "20d"}}]}, by=None)
    assert desk.recompute_step() == 1
    climb(desk, clock, minutes=59)
    assert steps(desk, ticket.ref) == ["idle"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["idle", "idle1"]


def test_whoever_has_just_been_given_it_has_the_time_of_a_step(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket, jo = breached(desk, cast, clock), cast.agent("jo")
    clock.advance(minutes=20)
    desk.assign(ticket.ref, to=jo, by=jo)
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["step1"]


def test_a_promise_that_takes_the_place_of_a_longer_one_holds_up_less(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    ticket, jo = breached(desk, cast, clock), cast.agent("jo")
    desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(hours=5), seen=True)
    climb(desk, clock, minutes=31)
    desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(minutes=10), seen=True)
    climb(desk, clock, minutes=10)
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["step1"]


def test_a_promise_that_is_given_back_holds_nothing_up(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket, jo = breached(desk, cast, clock), cast.agent("jo")
    desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(hours=3), seen=True)
    climb(desk, clock, minutes=31)
    desk.release_alert(ticket.ref, by=jo)
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["step1"]


def test_a_climb_goes_by_the_hours_of_the_ticket_as_it_now_is(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """In a category whose hours are over for today the next step would come tomorrow."""
    office = {"name": "office", "windows": {"mon-fri": ["12:00-13:20"]}}
    categories = [{"key": "billing", "name": "Billing"}, {"key": "account", "name": "Account"}]
    policies = [{"category": "billing", "calendar": "office"}]
    desk.configure({"categories": categories, "calendars": [office], "policies": policies}, by=None)
    ticket = breached(desk, cast, clock)
    climb(desk, clock, minutes=31)
    assert steps(desk, ticket.ref) == []

    desk.set_category(ticket.ref, "account", by=cast.person("amir").id)
    climb(desk, clock)

    assert steps(desk, ticket.ref) == ["step1"]


@pytest.mark.parametrize("how", ["undo", "pull_back"])
def test_what_ended_a_climb_and_is_taken_back_lets_it_go_on(
    desk: Desk, cast: Cast, clock: MovableClock, how: str
) -> None:
    """From where it was, each step after its time; looked at in between, when nothing was owed."""
    ticket = breached(desk, cast, clock)
    amir = cast.person("amir").id
    climb(desk, clock, minutes=31)
    clock.advance(minutes=55)
    if how == "undo":
        desk.resolve(ticket.ref, by=amir)
    else:
        said = desk.add_comment(ticket.ref, author_id=amir, text="On it", source="m:C:1")
    climb(desk, clock, minutes=6)
    assert steps(desk, ticket.ref) == ["step1"]
    if how == "undo":
        desk.undo(ticket.ref, by=amir)
    else:
        desk.pull_back(ticket.ref, said.number, by=amir)
    climb(desk, clock, minutes=1)
    climb(desk, clock, hours=5)
    of_answer = [row.key.stage for row in desk.outbox.alerts(ticket.ref) if row.key.kind == "first_response"]
    assert sorted(of_answer) == ["breach", "step1", "step2"]


def test_a_breach_says_more_than_that_nobody_takes_it(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Found after a long absence: one matter, and not two."""
    ticket = cast.ticket(priority=Priority.URGENT)
    climb(desk, clock, minutes=70)
    climb(desk, clock, minutes=31)
    assert steps(desk, ticket.ref) == ["step1"]


def test_what_was_late_before_there_was_a_ladder_climbs_it_too(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database, database_url: str
) -> None:
    ticket = breached(desk, cast, clock)
    with database.write() as connection:
        connection.execute(text("DELETE FROM ladder"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0008'"))

    for _ in range(2):
        migrate(database_url, "0009")
        climb(desk, clock, minutes=31)
        assert steps(desk, ticket.ref) == ["step1"]
        with database.write() as connection:
            connection.execute(text("DELETE FROM ladder"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0008'"))


NO_SLA = {kind: dict.fromkeys(("low", "medium", "high", "urgent"), "none") for kind in ("first_response", "resolution")}


def test_a_ticket_without_any_promise_ages_and_climbs_as_well(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ladder = {"unassigned_after": "2h", "steps": [{"after": "1h", "escalate": True}]}
    desk.configure({"zone": VIENNA, "ladder": ladder, "policies": [NO_SLA]}, by=None)
    ticket = cast.ticket(priority=Priority.LOW)
    assert ticket.clocks == ()
    climb(desk, clock, hours=2, minutes=1)
    climb(desk, clock, hours=1, minutes=1)

    assert steps(desk, ticket.ref) == ["idle", "idle1"]
    assert desk.ticket(ticket.ref).is_escalated
    assert [row.key.stage for row in desk.outbox.alerts(ticket.ref)] == ["idle", "idle1"]
    amir = cast.agent("amir")
    desk.claim(ticket.ref, by=amir)
    desk.resolve(ticket.ref, by=amir)
    climb(desk, clock, hours=9)
    assert steps(desk, ticket.ref) == ["idle", "idle1"]


def test_a_step_that_fails_keeps_no_other_from_being_taken(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    first = breached(desk, cast, clock)
    second = breached(desk, cast, clock, customer="tom")
    is_broken, told = True, list[str]()

    def fails(_tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        if is_broken and event.kind is EventKind.ALERT_STEP and ticket.ref == first.ref:
            raise LookupError

    desk.subscribe(fails)
    desk.after_failure(lambda job, _error: told.append(job))
    climb(desk, clock, minutes=31)
    assert (steps(desk, first.ref), steps(desk, second.ref), told) == ([], ["step1"], ["ladder"])
    assert desk.ladder_step(clock()) == clock() + timedelta(minutes=1)
    assert told == ["ladder"]

    is_broken = False
    climb(desk, clock, minutes=1)
    assert steps(desk, first.ref) == ["step1"]


def test_steps_that_are_due_together_share_a_transaction(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """What it costs to make one durable is not paid for each of thousands of reminders."""
    waiting = [cast.ticket(priority=Priority.URGENT) for _ in range(3)]
    clock.advance(hours=1, seconds=1)
    desk.watch_step(clock())
    transactions = list[Transaction]()

    def note(tx: Transaction, _ticket: Ticket, event: TicketEvent) -> None:
        if event.kind is EventKind.ALERT_STEP and not any(tx is known for known in transactions):
            transactions.append(tx)

    desk.subscribe(note)
    climb(desk, clock, minutes=31)
    assert [steps(desk, ticket.ref) for ticket in waiting] == [["step1"]] * 3
    assert len(transactions) == 1
