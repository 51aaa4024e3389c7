"""Take it and Seen of what nobody takes and of what lies: until an instant, at which it comes back where nothing was done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.ladders import NIGHTS, NO_SLA, VIENNA, climb, configured, is_owed, steps
from ticketing.desk import Desk
from ticketing.errors import NoAlert, NoPromise
from ticketing.events import EventKind
from ticketing.model import PersonId, Priority, Role, Ticket, TicketRef

HOUR = timedelta(hours=1)


def untaken(desk: Desk, cast: Cast, clock: MovableClock, **ladder: Any) -> Ticket:
    """A ticket of which it has just been told that nobody takes it, long before a clock warns."""
    configured(desk, **ladder)
    ticket = cast.ticket(priority=Priority.LOW)  # due after 24 hours, warned of half an hour before
    climb(desk, clock, hours=11, minutes=45)
    assert steps(desk, ticket.ref) == ["nobody"]
    return ticket


def lying(desk: Desk, cast: Cast, clock: MovableClock) -> Ticket:
    """A ticket of which it has just been told that Amir, who has it, has not touched it for two hours."""
    configured(desk, untouched_after="2h")
    cast.agent("amir")
    ticket = cast.ticket(priority=Priority.LOW)
    climb(desk, clock, hours=2)
    assert steps(desk, ticket.ref) == ["idle"]
    return ticket


def lead(desk: Desk, cast: Cast) -> PersonId:
    lena = cast.person("lena").id
    desk.set_role(lena, Role.LEAD, by=None)
    return lena


def lapses(desk: Desk, ref: TicketRef) -> list[Any]:
    """The stage that each end of a promise has raised, or nothing."""
    return [event.data.get("stage") for event in desk.events(ref) if event.kind is EventKind.ALERT_LAPSED]


@pytest.mark.parametrize("seen", [True, False])
def test_what_nobody_takes_waits_while_a_lead_sees_to_it_and_comes_back_at_the_end_of_that(
    desk: Desk, cast: Cast, clock: MovableClock, seen: bool
) -> None:
    """It is still in the queue; the next step follows after its whole time from then."""
    ticket, lena = untaken(desk, cast, clock), lead(desk, cast)
    desk.take_alert(ticket.ref, by=lena, until=clock() + HOUR, seen=seen)
    climb(desk, clock, minutes=59)
    assert (steps(desk, ticket.ref), lapses(desk, ticket.ref)) == (["nobody"], [])
    climb(desk, clock, minutes=1)
    assert (steps(desk, ticket.ref), lapses(desk, ticket.ref)) == (["nobody"], [None])
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == ["nobody"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["nobody", "nobody1"]


def test_whoever_takes_what_nobody_took_has_it_and_it_comes_back_if_they_let_it_lie(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Also where no time is set after which a ticket has lain for too long: they named one."""
    ticket = untaken(desk, cast, clock)
    jo = cast.agent("jo")
    now = desk.take_alert(ticket.ref, by=jo, until=clock() + HOUR)
    assert now.assigned_agent_id == jo
    assert not is_owed(desk, ticket)
    climb(desk, clock, minutes=59)
    assert (steps(desk, ticket.ref), lapses(desk, ticket.ref)) == (["nobody"], [])
    climb(desk, clock, minutes=1)
    assert lapses(desk, ticket.ref) == ["idle"]
    assert is_owed(desk, ticket)
    climb(desk, clock, hours=5)
    assert steps(desk, ticket.ref) == ["nobody"]

    desk.take_alert(ticket.ref, by=jo, until=clock() + HOUR)
    climb(desk, clock, hours=1)
    assert lapses(desk, ticket.ref) == ["idle", None], "it has lain all the time"
    cast.says(ticket.ref, jo, "I look at it", internal=True)
    assert not is_owed(desk, ticket)


@pytest.mark.parametrize("who", ["amir", "jo", "lena"])
@pytest.mark.parametrize("seen", [True, False])
def test_what_lies_waits_while_somebody_sees_to_it_and_climbs_on_if_it_still_lies_then(
    desk: Desk, cast: Cast, clock: MovableClock, who: str, seen: bool
) -> None:
    """Whoever had it, another agent, who has it from now on, or a lead; whatever the time after which it had lain too long."""
    ticket = lying(desk, cast, clock)
    by = lead(desk, cast) if who == "lena" else cast.agent(who)
    now = desk.take_alert(ticket.ref, by=by, until=clock() + 3 * HOUR, seen=seen)
    assert now.assigned_agent_id == (by if who == "jo" and not seen else cast.person("amir").id)
    climb(desk, clock, hours=2, minutes=59)
    assert (steps(desk, ticket.ref), lapses(desk, ticket.ref)) == (["idle"], [])
    climb(desk, clock, minutes=1)
    assert lapses(desk, ticket.ref) == ["idle" if who == "jo" and not seen else None]
    assert is_owed(desk, ticket)
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == ["idle"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["idle", "idle1"]


@pytest.mark.parametrize("how", ["note", "customer", "start", "answer", "resolve", "reassign", "ask"])
@pytest.mark.parametrize("seen", [True, False])
def test_whatever_ends_the_matter_keeps_the_promise(
    desk: Desk, cast: Cast, clock: MovableClock, how: str, seen: bool
) -> None:
    """Touched, answered, given to somebody, put to its customer or solved: its end says nothing."""
    ticket, jo = lying(desk, cast, clock), cast.agent("jo")
    desk.take_alert(ticket.ref, by=jo, until=clock() + HOUR, seen=seen)
    holder = desk.ticket(ticket.ref).assigned_agent_id
    assert holder is not None
    clock.advance(minutes=5)
    match how:
        case "note" | "answer":
            cast.says(ticket.ref, holder, "I look at it", internal=how == "note")
        case "customer":
            cast.says(ticket.ref, ticket.customer_id, "It works again.")
        case "start":
            desk.start(ticket.ref, by=holder)
        case "resolve":
            desk.resolve(ticket.ref, by=holder)
        case "reassign":
            desk.assign(ticket.ref, to=cast.agent("priya"), by=holder)
        case "ask":
            desk.wait_for_customer(ticket.ref, by=holder, question="Which one?", source="v:q")
    with pytest.raises(NoPromise):
        desk.release_alert(ticket.ref, by=jo)
    climb(desk, clock, minutes=55)
    assert (steps(desk, ticket.ref), lapses(desk, ticket.ref)) == (["idle"], [])
    assert desk.alert_promise(ticket.ref) is None


def test_what_nobody_took_and_somebody_takes_meanwhile_is_no_more_what_a_lead_has_seen(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    ticket, lena = untaken(desk, cast, clock), lead(desk, cast)
    desk.take_alert(ticket.ref, by=lena, until=clock() + HOUR, seen=True)
    cast.says(ticket.ref, ticket.customer_id, "Is anybody there?")
    assert is_owed(desk, ticket), "what its customer says takes it off nobody's hands"
    clock.advance(minutes=5)
    desk.claim(ticket.ref, by=cast.agent("jo"))
    climb(desk, clock, hours=1)
    assert lapses(desk, ticket.ref) == []


@pytest.mark.parametrize("seen", [True, False])
def test_a_promise_about_what_lies_can_be_released(desk: Desk, cast: Cast, clock: MovableClock, seen: bool) -> None:
    """Seen or the holder's own, it goes on at once; who had it by that counts from then like anybody."""
    ticket, jo = lying(desk, cast, clock), cast.agent("jo")
    desk.take_alert(ticket.ref, by=jo, until=clock() + 24 * HOUR, seen=seen)
    climb(desk, clock, minutes=45)
    desk.release_alert(ticket.ref, by=jo)
    with pytest.raises(NoPromise):
        desk.release_alert(ticket.ref, by=jo)
    climb(desk, clock)
    assert steps(desk, ticket.ref) == (["idle", "idle1"] if seen else ["idle"])
    climb(desk, clock, minutes=74)
    assert steps(desk, ticket.ref).count("idle") == 1
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref).count("idle") == (1 if seen else 2)


def test_whoever_takes_over_what_was_taken_because_it_lay_goes_on_with_that(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """It has no alert of its own any more, so that there is nothing to have seen; but it can be put off and taken over."""
    ticket, jo, priya = lying(desk, cast, clock), cast.agent("jo"), cast.agent("priya")
    desk.take_alert(ticket.ref, by=jo, until=clock() + HOUR)
    desk.take_alert(ticket.ref, by=jo, until=clock() + 2 * HOUR)
    with pytest.raises(NoAlert):
        desk.take_alert(ticket.ref, by=priya, until=clock() + HOUR, seen=True)
    clock.advance(minutes=30)
    assert desk.take_alert(ticket.ref, by=priya, until=clock() + HOUR).assigned_agent_id == priya
    climb(desk, clock, minutes=59)
    assert lapses(desk, ticket.ref) == []
    climb(desk, clock, minutes=1)
    assert lapses(desk, ticket.ref) == ["idle"]


def test_what_was_picked_up_and_is_overdue_by_the_end_says_that_and_not_that_it_lies(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    ticket = untaken(desk, cast, clock, untouched_after="20h")
    jo = cast.agent("jo")
    desk.take_alert(ticket.ref, by=jo, until=clock() + 13 * HOUR)
    climb(desk, clock, hours=12, minutes=16)
    climb(desk, clock, minutes=44)
    assert lapses(desk, ticket.ref) == [None]
    assert "idle" not in steps(desk, ticket.ref)


@pytest.mark.parametrize("seen", [True, False])
def test_what_comes_back_at_night_is_told_in_the_morning_and_climbs_from_then(
    desk: Desk, cast: Cast, clock: MovableClock, seen: bool
) -> None:
    clock.now = datetime(2026, 11, 23, 13, tzinfo=UTC)  # 14:00 in Vienna
    configured(desk, untouched_after="2h", quiet=NIGHTS)
    cast.agent("amir")
    ticket, jo = cast.ticket(priority=Priority.LOW), cast.agent("jo")
    climb(desk, clock, hours=2)
    desk.take_alert(ticket.ref, by=jo, until=clock() + 4 * HOUR, seen=seen)
    climb(desk, clock, hours=4)
    assert lapses(desk, ticket.ref) == [None if seen else "idle"]
    climb(desk, clock, hours=11, minutes=59)
    assert steps(desk, ticket.ref) == ["idle"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["idle", "lapse"]
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == ["idle", "lapse"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["idle", "lapse", "idle1"]


def test_what_was_touched_at_night_after_it_came_back_is_told_of_no_more(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Neither the end of the promise nor a step of the ladder."""
    clock.now = datetime(2026, 11, 23, 13, tzinfo=UTC)  # 14:00 in Vienna
    ladder = {"untouched_after": "13h", "quiet": NIGHTS}
    desk.configure({"zone": VIENNA, "ladder": ladder, "policies": [NO_SLA]}, by=None)
    cast.agent("amir")
    ticket, jo = cast.ticket(priority=Priority.LOW), cast.agent("jo")
    climb(desk, clock, hours=18)
    assert steps(desk, ticket.ref) == ["idle"]
    desk.take_alert(ticket.ref, by=jo, until=clock() + 11 * HOUR)
    climb(desk, clock, hours=11)
    assert lapses(desk, ticket.ref) == ["idle"]
    cast.says(ticket.ref, jo, "I look at it", internal=True)
    climb(desk, clock, hours=12, minutes=59)
    assert steps(desk, ticket.ref) == ["idle"]


def test_a_refusal_to_take_an_alert_says_what_is_so(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """That nothing needs anybody any more is said of what is over, and of nothing else."""
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)

    def refused() -> str:
        with pytest.raises(NoAlert) as checked:
            desk.check_alert(ticket.ref)
        with pytest.raises(NoAlert) as refusal:
            desk.take_alert(ticket.ref, by=amir, until=clock() + HOUR)
        assert str(checked.value) == str(refusal.value)
        return str(refusal.value)

    assert refused() == f"No alert about #{ticket.number} stands open."
    climb(desk, clock, minutes=31)
    desk.check_alert(ticket.ref)
    with pytest.raises(NoPromise, match="Nobody sees to an alert about #1, so there is nothing to release"):
        desk.release_alert(ticket.ref, by=amir)
    cast.says(ticket.ref, amir, "On it")
    assert refused() == f"No alert about #{ticket.number} stands open."
    desk.resolve(ticket.ref, by=amir)
    assert refused() == f"Nothing about #{ticket.number} needs anybody any more."
