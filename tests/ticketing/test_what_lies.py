"""Tickets that nobody takes or touches: when that is told, how it climbs, and what lets it count anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.ladders import NO_SLA, VIENNA, climb, configured, is_owed, steps
from ticketing.desk import Desk
from ticketing.ladder import touched
from ticketing.model import Priority, Role


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


def test_a_breach_says_more_than_that_nobody_takes_it(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Found after a long absence: one matter, and not two."""
    ticket = cast.ticket(priority=Priority.URGENT)
    climb(desk, clock, minutes=70)
    climb(desk, clock, minutes=31)
    assert steps(desk, ticket.ref) == ["step1"]


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
