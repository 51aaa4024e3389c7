"""Rules of the desk that only show when several things come together, each on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.test_alert_promises import Failing
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.desk.assignment import Seen
from ticketing.desk.setbacks import LONGEST_WAIT, Setbacks
from ticketing.errors import StaleTicket
from ticketing.events import EventKind
from ticketing.model import ClockKind, Outcome, Priority, Ticket, TicketStatus, Tier
from ticketing.tables import alerts


def in_queue(desk: Desk) -> list[int]:
    return [ticket.number for ticket in desk.queue()]


def test_an_agents_own_ticket_at_the_head_keeps_nobody_waiting(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """users.md 19: what waits is handed out, though the only free agent may not take the first of it."""
    own, other = cast.ticket(customer="amir", priority=Priority.HIGH), cast.ticket()
    amir = cast.agent("amir")

    assert desk.drain_queue(clock.now) == 1

    assert desk.ticket(other.ref).assigned_agent_id == amir
    assert in_queue(desk) == [own.number]


def test_a_ticket_that_nobody_can_be_given_keeps_nobody_behind_it_waiting(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """It is told of, and has its turn again a minute later."""
    broken, other = cast.ticket(priority=Priority.HIGH), cast.ticket("tomas")
    failing, told = Failing(EventKind.STATUS, broken), list[tuple[str, Exception]]()
    desk.subscribe(failing)
    desk.after_failure(lambda job, error: told.append((job, error)))
    amir = cast.agent("amir")

    assert desk.drain_queue(clock.now) == 1
    assert desk.ticket(other.ref).assigned_agent_id == amir
    assert in_queue(desk) == [broken.number]
    assert desk.drain_queue(clock.now) == 0
    assert [(job, type(error)) for job, error in told] == [("queue", LookupError)]

    failing.ticket = None
    clock.advance(minutes=1)
    assert desk.drain_queue(clock.now) == 1
    assert desk.ticket(broken.ref).assigned_agent_id == amir


def test_what_fails_for_days_is_tried_each_hour_still() -> None:
    setbacks = Setbacks[str](lambda _error: None)
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    for _ in range(100):
        setbacks.failed("it", now, LookupError())
    assert setbacks.next(now) == now + LONGEST_WAIT


def test_looking_in_vain_for_somebody_who_is_free_wakes_nobody(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Each change wakes who hands out what waits: were that a change, they would wake themselves for ever."""
    cast.agent("amir", max_load=1)
    tickets = [cast.ticket(priority=each) for each in (Priority.LOW, Priority.MEDIUM, Priority.HIGH)]
    woken: list[int] = []
    desk.after_commit(lambda: woken.append(1))

    assert [desk.drain_queue(clock.now) for _ in range(2)] == [0, 0]
    assert woken == []
    assert len(desk.queue()) == len(tickets) - 1
    desk.set_category(tickets[0].ref, "technical", by=cast.agent("jo", skills={"technical": 1}))
    woken.clear()
    desk.release(tickets[0].ref, by=cast.person("amir").id)
    assert (desk.drain_queue(clock.now), len(woken)) == (2, 3)


def test_an_urgent_ticket_does_not_wait_behind_a_full_team(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    desk.set_tier(cast.customer("tomas"), Tier.ENTERPRISE, by=None)
    amir = cast.agent("amir", max_load=1)
    cast.ticket()
    desk.set_available(amir, available=False, by=None)
    before, urgent = cast.ticket("tomas"), cast.ticket(priority=Priority.URGENT)
    assert in_queue(desk) == [before.number, urgent.number]

    desk.set_available(amir, available=True, by=None)
    assert desk.drain_queue(clock.now) == 1

    assert desk.ticket(urgent.ref).assigned_agent_id == amir
    assert in_queue(desk) == [before.number]


def test_waiting_for_ones_turn_is_no_alarm(desk: Desk, cast: Cast) -> None:
    first = cast.ticket()
    cast.agent("amir")
    second = cast.ticket()

    def alarms(ticket: Ticket) -> int:
        return [event.kind for event in desk.events(ticket.ref)].count(EventKind.UNASSIGNABLE)

    assert (alarms(first), alarms(second)) == (1, 0)


def test_a_warning_is_given_once_though_another_deadline_of_the_ticket_comes_near(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """The look that finds the one finds the other's clock as well."""
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    cast.says(ticket.ref, amir, "Looking")
    clock.advance(hours=3, minutes=20)
    cast.says(ticket.ref, ticket.customer_id, "And?")
    for minutes in (11, 20, 5):  # the solution's at 3:30, the next answer's at 3:50, both due at 4:00 and later
        clock.advance(minutes=minutes)
        desk.watch_step(clock.now)

    warned = [event.data["clock"] for event in desk.events(ticket.ref) if event.kind is EventKind.WARNED]
    assert warned == [ClockKind.RESOLUTION, ClockKind.NEXT_RESPONSE]


def test_a_deadline_that_comes_near_again_warns_again(
    database: Database, desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """And its alert stands in no message yet, though the one before it did."""
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    clock.advance(minutes=31)
    desk.watch_step(clock.now)
    with database.write() as connection:
        connection.execute(update(alerts).values(home="C1:7"))
    desk.set_priority(ticket.ref, Priority.HIGH, by=amir)
    clock.advance(hours=3)

    desk.watch_step(clock.now)

    with database.read() as connection:
        assert connection.execute(select(alerts.c.home)).scalars().all() == [None]
    warned = [event.data["clock"] for event in desk.events(ticket.ref) if event.kind is EventKind.WARNED]
    assert warned == ["first_response", "first_response"]


def test_asking_twice_in_one_instant_pauses_once(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    for _ in range(2):
        desk.wait_for_customer(ticket.ref, by=amir)
        cast.says(ticket.ref, ticket.customer_id, "Firefox")
    desk.wait_for_customer(ticket.ref, by=amir)
    clock.advance(hours=2)

    ticket = desk.resume(ticket.ref, by=amir)

    assert ticket.resolution_due_at == ticket.opened_at + timedelta(days=3, hours=2)


def test_undo_runs_again_only_what_was_ended(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """All in one instant, where times cannot tell the resolve from what came before it."""
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir, answer="Done.")
    desk.reopen(ticket.ref, by=ticket.customer_id)
    desk.wait_for_customer(ticket.ref, by=amir)
    desk.resume(ticket.ref, by=amir)
    before = desk.ticket(ticket.ref)
    desk.resolve(ticket.ref, by=amir)

    after = desk.undo(ticket.ref, by=amir)

    assert after.status is TicketStatus.IN_PROGRESS
    assert after.clocks == before.clocks


def test_what_is_resolved_is_neither_withdrawn_nor_put_aside(desk: Desk, cast: Cast) -> None:
    """A press on a card that shows what was: the solution stands, to be rated or refused."""
    amir, jo = cast.agent("amir"), cast.agent("jo")
    ticket = desk.resolve(cast.ticket().ref, by=amir)

    with pytest.raises(StaleTicket):
        desk.withdraw(ticket.ref, by=ticket.customer_id)
    with pytest.raises(StaleTicket):
        desk.put_aside(ticket.ref, by=jo)

    assert desk.ticket(ticket.ref) == ticket


def test_what_somebody_works_on_is_not_put_aside_by_whoever_saw_it_waiting(desk: Desk, cast: Cast) -> None:
    """Asked for in the transaction: the work may have begun since the card was drawn, or read."""
    amir = cast.agent("amir")
    waiting, begun = cast.ticket(), cast.ticket()
    jo = cast.agent("jo")

    for step in (desk.start, desk.wait_for_customer):
        ticket = step(begun.ref, by=amir)
        with pytest.raises(StaleTicket):
            desk.put_aside(ticket.ref, by=jo, unless_begun=True)
        assert desk.ticket(ticket.ref) == ticket
    assert desk.put_aside(waiting.ref, by=jo, unless_begun=True).status is TicketStatus.CLOSED
    assert desk.put_aside(begun.ref, by=jo).status is TicketStatus.CLOSED


def test_nobody_takes_a_ticket_from_somebody_they_did_not_see_having_it(desk: Desk, cast: Cast) -> None:
    amir, jo, lena = cast.agent("amir"), cast.agent("jo"), cast.agent("lena")
    ticket = cast.ticket()
    desk.release(ticket.ref, by=amir)
    desk.claim(ticket.ref, by=jo)

    for seen in (Seen(None), Seen(amir)):
        with pytest.raises(StaleTicket):
            desk.assign(ticket.ref, to=amir, by=lena, seen=seen)

    assert desk.assign(ticket.ref, to=jo, by=lena, seen=Seen(amir)).assigned_agent_id == jo, "who has it may keep it"
    assert desk.assign(ticket.ref, to=amir, by=lena, seen=Seen(jo)).assigned_agent_id == amir


def test_a_frozen_outcome_is_not_promised_anew(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    desk.configure({"policies": [{"category": "billing", "time_to_claim": {"medium": "15m"}}]}, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.release(ticket.ref, by=amir)
    clock.advance(hours=1)

    for category in ("account", "billing"):
        ticket = desk.set_category(ticket.ref, category, by=amir)

    claim = ticket.clock(ClockKind.TIME_TO_CLAIM)
    assert claim is not None
    assert (claim.outcome, claim.ended_at) == (Outcome.MET, ticket.opened_at)


def test_a_snooze_ends_with_whose_it_was(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    ticket = cast.ticket()
    until = clock.now + timedelta(days=1)
    desk.snooze(ticket.ref, until, by=amir)
    assert desk.tickets_of_agent(amir) == []
    assert desk.assign(ticket.ref, to=jo, by=amir).snoozed_until is None
    desk.snooze(ticket.ref, until, by=jo)
    assert desk.release(ticket.ref, by=jo).snoozed_until is None


@pytest.mark.parametrize("answer", ["wait", "resolve"])
def test_the_same_answer_again_adds_nothing_and_undoes_nothing(desk: Desk, cast: Cast, answer: str) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()

    def send() -> Ticket:
        if answer == "wait":
            return desk.wait_for_customer(ticket.ref, by=amir, question="Which one?", source="m:C:7")
        return desk.resolve(ticket.ref, by=amir, answer="Done.", source="m:C:7")

    send()
    if answer == "wait":
        desk.add_comment(ticket.ref, author_id=ticket.customer_id, text="The red one.", source="m:D:8")
    else:
        desk.reopen(ticket.ref, by=ticket.customer_id)
    since = desk.ticket(ticket.ref)

    assert send() == since == desk.ticket(ticket.ref)
    assert [each.text for each in desk.comments(ticket.ref, include_internal=True)].count("Which one?") <= 1


def test_no_number_of_resolved_tickets_hides_one_from_the_nudge(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    resolved = [desk.resolve(cast.ticket().ref, by=amir) for _ in range(3)]
    clock.advance(days=1)

    for _ in range(3):
        desk.close_step(clock.now, limit=1)

    assert all(desk.ticket(ticket.ref).nudged_at == clock.now for ticket in resolved)


def test_what_a_configuration_has_dropped_still_waits_its_turn(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = cast.ticket(category="account")
    amir = cast.agent("amir", skills={"account": 2})
    desk.configure({"categories": [{"key": "billing", "name": "Billing"}]}, by=None)

    assert in_queue(desk) == [ticket.number]
    assert desk.drain_queue(clock.now) == 1
    assert desk.ticket(ticket.ref).assigned_agent_id == amir


def test_a_category_says_how_urgent_its_tickets_are_unless_whoever_opens_one_does(desk: Desk, cast: Cast) -> None:
    """It decides what is promised, and who is next."""
    categories = [
        {"key": "account", "name": "Account"},
        {"key": "billing", "name": "Billing", "default_priority": "high"},
    ]
    desk.configure({"categories": categories}, by=None)
    plain, by_category, said = cast.ticket(category="account"), cast.ticket(), cast.ticket(priority=Priority.LOW)

    assert [each.priority for each in (plain, by_category, said)] == [Priority.MEDIUM, Priority.HIGH, Priority.LOW]
    assert by_category.response_due_at == by_category.opened_at + timedelta(hours=4)
    assert desk.promise(by_category.customer_id, category="billing") == by_category.response_due_at
    assert in_queue(desk) == [by_category.number, plain.number, said.number]


def test_growth_by_waiting_lets_a_long_wait_go_before_what_is_more_urgent(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Twenty points lie between LOW and HIGH: at two an hour ten hours of waiting."""
    desk.configure({"queue": {"growth_points_per_hour": 2}}, by=None)
    waits = cast.ticket(priority=Priority.LOW)
    clock.advance(hours=9)
    soon = cast.ticket("tomas", priority=Priority.HIGH)
    assert in_queue(desk) == [soon.number, waits.number]
    clock.advance(hours=2)
    late = cast.ticket("tomas", priority=Priority.HIGH)
    assert in_queue(desk) == [soon.number, waits.number, late.number]

    amir = cast.agent("amir", max_load=2)
    desk.drain_queue(clock.now)

    assert [desk.ticket(each.ref).assigned_agent_id for each in (soon, waits, late)] == [amir, amir, None]


def test_the_pile_of_one_customer_keeps_nobody_elses_alert_waiting(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """What belongs to one customer is marked together, so many at a time; then whoever comes next has their turn."""
    desk.configure({"open_rate_per_hour": 100}, by=None)
    cast.ticket("mara", priority=Priority.URGENT)
    clock.advance(seconds=1)
    other = cast.ticket("tomas", priority=Priority.URGENT)
    clock.advance(seconds=1)
    pile = [cast.ticket("mara", priority=Priority.URGENT) for _ in range(25)]
    clock.advance(hours=2)
    desk.watch_step(clock(), limit=21)
    assert EventKind.BREACHED in {event.kind for event in desk.events(other.ref)}
    marked = [each for each in pile if EventKind.BREACHED in {event.kind for event in desk.events(each.ref)}]
    assert len(marked) == 19
    desk.watch_step(clock())
    assert all(EventKind.BREACHED in {event.kind for event in desk.events(each.ref)} for each in pile)
