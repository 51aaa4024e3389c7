"""What a new beginning and an end do to clocks, and what a policy does that changes; through the desk, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.configuration import default_document
from ticketing.desk import Desk
from ticketing.events import EventKind
from ticketing.instants import to_us
from ticketing.model import ClockKind, Outcome, Priority, TicketRef, TicketStatus
from ticketing.timeline import Place

NEXT = ClockKind.NEXT_RESPONSE
HOUR = timedelta(hours=1)


# --- reopening and ending ---------------------------------------------------------------------------------------------


def test_reopening_starts_fresh_clocks_and_leaves_the_old_outcomes(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.HIGH)
    clock.advance(hours=30)
    late = desk.resolve(ticket.ref, by=amir, answer="Sorry.")
    clock.advance(hours=5)

    reopened = desk.reopen(ticket.ref, by=ticket.customer_id)

    assert (reopened.sla_start_at, reopened.reopened_count) == (clock.now, 1)
    assert (reopened.first_response_at, reopened.resolved_at) == (None, None)
    assert reopened.response_due_at == clock.now + 4 * HOUR
    assert reopened.resolution_due_at == clock.now + 24 * HOUR
    assert not reopened.is_response_breached
    assert not reopened.is_resolution_breached
    assert tuple(each for each in reopened.clocks if each.run == 0) == late.clocks
    assert desk.get_sla_breached_tickets() == []


def test_what_is_reopened_into_the_queue_has_a_time_to_claim_again(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """And where its last agent takes it at once, that is the claim."""
    desk.configure(default_document() | {"policies": [{"time_to_claim": {"medium": "20m"}}]}, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir)
    clock.advance(hours=1)
    taken = desk.reopen(ticket.ref, by=ticket.customer_id).clock(ClockKind.TIME_TO_CLAIM)
    assert taken is not None
    assert (taken.run, taken.started_at, taken.ended_at, taken.outcome) == (1, clock.now, clock.now, Outcome.MET)
    desk.resolve(ticket.ref, by=amir)
    desk.set_available(amir, available=False, by=None)

    waits = desk.reopen(ticket.ref, by=ticket.customer_id).clock(ClockKind.TIME_TO_CLAIM)

    assert waits is not None
    assert (waits.run, waits.is_running, waits.due_at) == (2, True, clock.now + timedelta(minutes=20))
    clock.advance(minutes=21)
    desk.claim(ticket.ref, by=amir)
    claimed = desk.ticket(ticket.ref).clock(ClockKind.TIME_TO_CLAIM)
    assert claimed is not None
    assert claimed.outcome is Outcome.BREACHED


def test_a_third_reopening_escalates(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    escalated = []
    for _ in range(3):
        desk.resolve(ticket.ref, by=amir)
        escalated.append(desk.reopen(ticket.ref, by=ticket.customer_id).is_escalated)

    assert escalated == [False, False, True]


def test_a_thanks_on_what_is_resolved_moves_no_clock(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    before = desk.resolve(ticket.ref, by=amir, answer="Done.")
    clock.advance(minutes=1)

    cast.says(ticket.ref, ticket.customer_id, "Thank you!")
    clock.advance(days=30)
    desk.watch_step(clock.now)

    after = desk.ticket(ticket.ref)
    assert (after.status, after.clocks, after.reopened_count) == (TicketStatus.RESOLVED, before.clocks, 0)


@pytest.mark.parametrize(("after", "follows"), [(timedelta(days=7), False), (timedelta(days=7, microseconds=1), True)])
def test_the_grace_time_has_an_end_to_the_instant(
    desk: Desk, cast: Cast, clock: MovableClock, after: timedelta, follows: bool
) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir)
    clock.now += after

    comment = desk.add_comment(ticket.ref, author_id=ticket.customer_id, text="It is back", source="m:C:9")

    assert (comment.ticket_number != ticket.number) is follows
    assert desk.ticket(ticket.ref).status is (TicketStatus.RESOLVED if follows else TicketStatus.IN_PROGRESS)
    if follows:
        new = next(each for each in desk.tickets_of_customer(ticket.customer_id) if each.number != ticket.number)
        assert (new.follows_number, new.priority, new.category) == (ticket.number, ticket.priority, ticket.category)
        assert new.response_due_at == clock.now + 8 * HOUR
        assert EventKind.FOLLOWED_UP in {event.kind for event in desk.events(ticket.ref)}


def test_what_was_said_in_the_grace_time_reopens_however_late_it_comes(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir)
    said_at = clock.now + timedelta(days=7)
    clock.advance(days=7, minutes=5)

    cast.says(ticket.ref, ticket.customer_id, "It is back", said_at=said_at)

    assert desk.ticket(ticket.ref).status is TicketStatus.IN_PROGRESS
    assert len(desk.tickets_of_customer(ticket.customer_id)) == 1


def test_a_reopening_counts_from_when_it_was_said(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """But not from before the solution: what was on its way then counts from that."""
    amir = cast.agent("amir")
    for said_before, counts_before in ((5, 5), (20, 10)):
        ticket = cast.ticket()
        desk.resolve(ticket.ref, by=amir)
        clock.advance(minutes=10)
        cast.says(ticket.ref, ticket.customer_id, "It is back", said_at=clock.now - timedelta(minutes=said_before))

        reopened = desk.ticket(ticket.ref)
        assert (reopened.status, reopened.reopened_count) == (TicketStatus.IN_PROGRESS, 1)
        assert reopened.sla_start_at == clock.now - timedelta(minutes=counts_before)
        assert reopened.response_due_at == reopened.sla_start_at + 8 * HOUR
        event = next(each for each in desk.events(ticket.ref) if each.kind is EventKind.REOPENED)
        assert (event.at, event.data["at"]) == (clock.now, to_us(reopened.sla_start_at))
        timeline = desk.timeline(ticket.ref, ClockKind.RESOLUTION, 1)
        assert timeline is not None
        assert [(each.place, each.start) for each in timeline.spells] == [(Place.AGENT, reopened.sla_start_at)]


def test_a_pause_ends_when_the_customer_spoke(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """But not before it began: then it has lasted no time at all."""
    amir = cast.agent("amir")
    for said_before, paused_minutes in ((5, 25), (40, 0)):
        ticket = cast.ticket()
        due_at = ticket.resolution_due_at
        assert due_at is not None
        clock.advance(hours=1)
        desk.wait_for_customer(ticket.ref, by=amir, question="Which one?")
        clock.advance(minutes=30)
        cast.says(ticket.ref, ticket.customer_id, "That one", said_at=clock.now - timedelta(minutes=said_before))

        assert desk.ticket(ticket.ref).resolution_due_at == due_at + timedelta(minutes=paused_minutes)
        explained = desk.explain(ticket.ref, ClockKind.RESOLUTION)
        assert explained is not None
        assert explained.total == explained.target
        timeline = desk.timeline(ticket.ref, ClockKind.RESOLUTION)
        assert timeline is not None
        assert timeline.counted(Place.CUSTOMER) == timedelta(0)


def test_nobody_is_closed_without_a_word_before(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """The nudge comes once, in time before the end; what is answered meanwhile is not closed."""
    amir = cast.agent("amir")
    silent, answered = cast.ticket(), cast.ticket("tomas")
    for ticket in (silent, answered):
        desk.resolve(ticket.ref, by=amir)
    closed = []
    for hour in range(1, 24 * 4):
        clock.advance(hours=1)
        closed.append(desk.close_step(clock.now))
        if hour == 36:
            cast.says(answered.ref, answered.customer_id, "Not solved")

    kinds = [event.kind for event in desk.events(silent.ref)]
    assert kinds.count(EventKind.NUDGED) == 1
    assert (closed.index(1), sum(closed)) == (71, 1)  # after three days, two after the word
    nudged = next(event.at for event in desk.events(silent.ref) if event.kind is EventKind.NUDGED)
    ended = desk.ticket(silent.ref).closed_at
    assert ended is not None
    assert ended - nudged == timedelta(days=2)
    assert desk.ticket(answered.ref).status is TicketStatus.IN_PROGRESS


# --- settings ---------------------------------------------------------------------------------------------------------


def test_a_policy_that_is_switched_off_alerts_nobody_any_more(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = cast.ticket(priority=Priority.URGENT)
    off = {"policies": [{"first_response": {"urgent": "none"}, "resolution": {"urgent": "none"}}]}
    assert desk.preview(default_document() | off).recounted == 1
    desk.configure(default_document() | off, by=None)
    assert desk.outdated_clocks() == 1
    desk.recompute_step()
    clock.advance(days=1)
    desk.watch_step(clock.now)

    after = desk.ticket(ticket.ref)
    assert {each.outcome for each in after.clocks} == {Outcome.VOID}
    assert not after.is_response_breached
    assert desk.get_sla_breached_tickets() == []
    assert EventKind.BREACHED not in {event.kind for event in desk.events(ticket.ref)}


def test_each_way_in_starts_the_same_clocks(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """A form, a message, an agent on a customer's behalf; and a customer's words owe an answer wherever they came from."""
    amir = cast.agent("amir")
    opened = [
        cast.ticket(source="v:V1"),
        cast.ticket(source="m:D1:1.1"),
        cast.ticket(source="m:C1:1.2", opened_by=amir),
    ]
    clocks = [[(each.kind, each.due_at) for each in ticket.clocks] for ticket in opened]
    assert clocks[0] == clocks[1] == clocks[2]

    for number, ticket in enumerate(opened):
        cast.says(ticket.ref, amir, "Looking")
        cast.says(ticket.ref, ticket.customer_id, "Any news?", source=f"{'mvx'[number]}:C:{number}")
        owed = desk.ticket(ticket.ref).clock(NEXT)
        assert owed is not None
        assert (owed.is_running, owed.due_at) == (True, clock.now + 8 * HOUR)


def test_what_is_said_on_a_closed_ticket_while_its_follow_up_is_open_is_said_on_that(desk: Desk, cast: Cast) -> None:
    """Three lines are one new matter; once that is over as well, the next line opens another, behind it."""
    ticket = cast.ticket()
    desk.withdraw(ticket.ref, by=ticket.customer_id)

    def says(text: str, on: int = ticket.number) -> tuple[int, int]:
        ref = TicketRef(ticket.customer_id, on)
        said = desk.add_comment(ref, author_id=ticket.customer_id, text=text, source=f"m:C:{text}")
        return said.ticket_number, said.number

    first = says("It is back.")[0]
    assert first != ticket.number
    assert (says("since today"), says("could you hurry"), says("It is back.")) == ((first, 1), (first, 2), (first, 0))
    desk.withdraw(TicketRef(ticket.customer_id, first), by=ticket.customer_id)
    second = says("once more")[0]
    assert second not in (ticket.number, first)
    assert (says("and again", on=first), says("and again and again")) == ((second, 1), (second, 2))
    assert desk.ticket(TicketRef(ticket.customer_id, second)).follows_number == first
    assert len(desk.tickets_of_customer(ticket.customer_id)) == 3
