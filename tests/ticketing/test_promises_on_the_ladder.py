"""What a promise about an alert holds up of the ladder, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.ladders import VIENNA, breached, climb, configured, steps
from ticketing.desk import Desk
from ticketing.model import Priority, Role


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
