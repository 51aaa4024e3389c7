"""Promises to see to an alert: given until an instant, taken back, kept, and come back when they lapse."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import DatabaseUnavailable, InvalidInput, NoAlert, NoPromise, OwnTicket, TicketNotFound
from ticketing.events import EventKind, TicketEvent
from ticketing.model import Priority, Role, Ticket, TicketRef, TicketStatus
from ticketing.transaction import Transaction

HALF_AN_HOUR = timedelta(minutes=30)


def warned(desk: Desk, cast: Cast, clock: MovableClock) -> Ticket:
    """An urgent ticket that Amir has, half an hour before its first answer is due."""
    cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    clock.advance(minutes=31)
    desk.watch_step(clock())
    return desk.ticket(ticket.ref)


class Failing:
    """An observer with which nothing of a kind can be written to one ticket, or to all."""

    def __init__(self, kind: EventKind, ticket: Ticket | Literal["all"] | None, error: Exception | None = None) -> None:
        self.kind, self.ticket, self.error = kind, ticket, error or LookupError()

    def __call__(self, _tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        is_hit = self.ticket == "all" or (isinstance(self.ticket, Ticket) and ticket.ref == self.ticket.ref)
        if is_hit and event.kind is self.kind:
            raise self.error


def kinds(desk: Desk, ref: TicketRef) -> list[EventKind]:
    asked = (EventKind.ALERT_TAKEN, EventKind.ALERT_RELEASED, EventKind.ALERT_LAPSED)
    return [event.kind for event in desk.events(ref) if event.kind in asked]


def test_an_agent_who_takes_an_alert_has_the_ticket(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket, jo = warned(desk, cast, clock), cast.agent("jo")
    now = desk.take_alert(ticket.ref, by=jo, until=clock() + HALF_AN_HOUR)

    promise = desk.alert_promise(ticket.ref)
    assert now.assigned_agent_id == jo
    assert promise is not None
    assert (promise.person_id, promise.is_seen, promise.until) == (jo, False, clock() + HALF_AN_HOUR)
    assert (cast.load(jo), cast.load(cast.person("amir").id)) == (1, 0)


def test_a_lead_without_tickets_of_their_own_takes_the_alert_only(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = warned(desk, cast, clock)
    lena = cast.person("lena").id
    desk.set_role(lena, Role.LEAD, by=None)
    now = desk.take_alert(ticket.ref, by=lena, until=clock() + HALF_AN_HOUR)

    assert now.assigned_agent_id == ticket.assigned_agent_id


def test_who_has_only_seen_it_leaves_it_where_it_is(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket, jo = warned(desk, cast, clock), cast.agent("jo")
    now = desk.take_alert(ticket.ref, by=jo, until=clock() + HALF_AN_HOUR, seen=True)

    promise = desk.alert_promise(ticket.ref)
    assert promise is not None
    assert promise.is_seen
    assert now.assigned_agent_id == ticket.assigned_agent_id


def test_a_promise_that_is_not_kept_comes_back_once_at_its_end(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket, jo = warned(desk, cast, clock), cast.agent("jo")
    until = clock() + HALF_AN_HOUR
    desk.take_alert(ticket.ref, by=jo, until=until)
    assert desk.lapse_step(clock()) == until
    clock.advance(minutes=30)
    assert desk.lapse_step(clock()) is None
    assert desk.lapse_step(clock()) is None

    assert kinds(desk, ticket.ref) == [EventKind.ALERT_TAKEN, EventKind.ALERT_LAPSED]
    (lapsed,) = [event for event in desk.events(ticket.ref) if event.kind is EventKind.ALERT_LAPSED]
    assert lapsed.data["person"] == jo
    assert desk.alert_promise(ticket.ref) is None


def test_a_promise_that_was_kept_ends_without_a_word(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket, jo = warned(desk, cast, clock), cast.agent("jo")
    desk.take_alert(ticket.ref, by=jo, until=clock() + HALF_AN_HOUR)
    clock.advance(minutes=5)
    desk.resolve(ticket.ref, by=jo, answer="Done.", source="v:done")
    clock.advance(hours=1)
    desk.lapse_step(clock())

    assert kinds(desk, ticket.ref) == [EventKind.ALERT_TAKEN]
    assert desk.alert_promise(ticket.ref) is None


def test_a_promise_is_kept_by_asking_the_customer(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Its end says nothing while it is their turn, nor is it told afterwards."""
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    cast.says(ticket.ref, amir, "Looking")
    clock.advance(hours=3, minutes=31)
    desk.watch_step(clock())
    desk.take_alert(ticket.ref, by=amir, until=clock() + timedelta(minutes=15))
    clock.advance(minutes=5)
    desk.wait_for_customer(ticket.ref, by=amir, question="Which one?", source="v:q")
    clock.advance(minutes=10)
    desk.lapse_step(clock())
    cast.says(ticket.ref, ticket.customer_id, "The red one")
    clock.advance(minutes=15)
    desk.lapse_step(clock())

    assert kinds(desk, ticket.ref) == [EventKind.ALERT_TAKEN]
    assert desk.alert_promise(ticket.ref) is None


@pytest.mark.parametrize("how", ["undo", "unmerge", "pull back"])
@pytest.mark.parametrize("is_over", [True, False])
def test_a_promise_that_ends_while_what_ended_its_alert_is_taken_back_comes_back_then(
    desk: Desk, cast: Cast, clock: MovableClock, how: str, is_over: bool
) -> None:
    """Once, and not where it ended later: then it comes back at its end, like every other."""
    ticket, jo = warned(desk, cast, clock), cast.agent("jo")
    other = cast.ticket()
    desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(minutes=5 if is_over else 9))
    clock.advance(minutes=4)
    if how == "undo":
        desk.resolve(ticket.ref, by=jo)
    elif how == "unmerge":
        desk.merge(ticket.ref, other.ref, by=jo)
    else:
        said = desk.add_comment(ticket.ref, author_id=jo, text="It is this", source="m:C:1")
    clock.advance(minutes=2)
    desk.lapse_step(clock())
    assert kinds(desk, ticket.ref) == [EventKind.ALERT_TAKEN]
    if how == "undo":
        desk.undo(ticket.ref, by=jo)
    elif how == "unmerge":
        desk.unmerge(ticket.ref, by=jo)
    else:
        desk.pull_back(ticket.ref, said.number, by=jo)
    assert kinds(desk, ticket.ref) == [EventKind.ALERT_TAKEN] + [EventKind.ALERT_LAPSED] * is_over
    clock.advance(minutes=3)
    desk.lapse_step(clock())
    assert kinds(desk, ticket.ref) == [EventKind.ALERT_TAKEN, EventKind.ALERT_LAPSED]
    assert desk.alert_promise(ticket.ref) is None


def test_a_later_promise_replaces_the_one_before(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket, jo, priya = warned(desk, cast, clock), cast.agent("jo"), cast.agent("priya")
    desk.take_alert(ticket.ref, by=jo, until=clock() + HALF_AN_HOUR)
    desk.take_alert(ticket.ref, by=priya, until=clock() + 2 * HALF_AN_HOUR)
    clock.advance(minutes=31)
    desk.lapse_step(clock())

    assert EventKind.ALERT_LAPSED not in kinds(desk, ticket.ref)
    assert desk.ticket(ticket.ref).assigned_agent_id == priya


@pytest.mark.parametrize("how", ["assigned", "released"])
@pytest.mark.parametrize("is_seen", [False, True])
def test_whoever_has_taken_it_sees_to_it_while_they_have_the_ticket(
    desk: Desk, cast: Cast, clock: MovableClock, how: str, is_seen: bool
) -> None:
    """Who has only seen it goes on, and so does a lead, who has no tickets; in other hands the steps count from then."""
    ticket, jo, priya = warned(desk, cast, clock), cast.agent("jo"), cast.agent("priya")
    desk.assign(ticket.ref, to=jo, by=priya)
    desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(days=1), seen=is_seen)
    clock.advance(hours=2)
    desk.watch_step(clock())
    desk.ladder_step(clock())
    if how == "assigned":
        desk.assign(ticket.ref, to=priya, by=jo)
    else:
        desk.release(ticket.ref, by=jo)
    assert (desk.alert_promise(ticket.ref) is not None) is is_seen
    clock.advance(minutes=30)
    desk.ladder_step(clock())
    assert desk.ladder_step(clock()) is not None
    clock.advance(days=2)
    desk.lapse_step(clock())
    assert kinds(desk, ticket.ref) == [EventKind.ALERT_TAKEN] + [EventKind.ALERT_LAPSED] * is_seen


def test_a_lead_who_has_taken_it_and_gives_the_ticket_to_somebody_goes_on_seeing_to_it(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    ticket, jo, lena = warned(desk, cast, clock), cast.agent("jo"), cast.person("lena").id
    desk.set_role(lena, Role.LEAD, by=None)
    desk.take_alert(ticket.ref, by=lena, until=clock() + HALF_AN_HOUR)
    desk.assign(ticket.ref, to=jo, by=lena)
    promise = desk.alert_promise(ticket.ref)
    assert promise is not None
    assert promise.person_id == lena


def test_a_promise_that_ended_with_the_ticket_in_other_hands_does_not_come_back_with_what_is_undone(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    ticket, jo, priya = warned(desk, cast, clock), cast.agent("jo"), cast.agent("priya")
    desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(minutes=5))
    desk.assign(ticket.ref, to=priya, by=jo)
    desk.assign(ticket.ref, to=jo, by=priya)
    clock.advance(minutes=4)
    desk.resolve(ticket.ref, by=jo)
    clock.advance(minutes=2)
    desk.lapse_step(clock())
    desk.undo(ticket.ref, by=jo)
    assert kinds(desk, ticket.ref) == [EventKind.ALERT_TAKEN]


def test_a_promise_can_be_taken_back(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket, jo = warned(desk, cast, clock), cast.agent("jo")
    desk.take_alert(ticket.ref, by=jo, until=clock() + HALF_AN_HOUR)
    now = desk.release_alert(ticket.ref, by=jo)

    assert (now.status, now.assigned_agent_id) == (TicketStatus.ASSIGNED, jo)
    assert desk.alert_promise(ticket.ref) is None
    with pytest.raises(NoPromise):
        desk.release_alert(ticket.ref, by=jo)
    assert kinds(desk, ticket.ref) == [EventKind.ALERT_TAKEN, EventKind.ALERT_RELEASED]


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(minutes=-1), timedelta(days=8)])
def test_a_promise_has_an_end_that_is_to_come_and_near(
    desk: Desk, cast: Cast, clock: MovableClock, wait: timedelta
) -> None:
    ticket, jo = warned(desk, cast, clock), cast.agent("jo")
    with pytest.raises(InvalidInput):
        desk.take_alert(ticket.ref, by=jo, until=clock() + wait)
    assert desk.ticket(ticket.ref) == ticket


def test_only_what_was_alerted_and_is_owed_can_be_taken(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    jo = cast.agent("jo")
    ticket, until = cast.ticket(), clock() + HALF_AN_HOUR
    with pytest.raises(NoAlert):
        desk.take_alert(ticket.ref, by=jo, until=until)
    with pytest.raises(TicketNotFound):
        desk.take_alert(TicketRef(ticket.customer_id, 999), by=jo, until=until)


def test_a_promise_is_not_about_what_came_after_it(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Taken for the first answer, which is given: the solution that is late later was nobody's promise."""
    amir, jo = cast.agent("amir"), cast.agent("jo")
    ticket = cast.ticket(priority=Priority.URGENT)
    clock.advance(minutes=31)
    desk.watch_step(clock())
    desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(hours=5), seen=True)
    cast.says(ticket.ref, amir, "On it")
    clock.advance(hours=4)
    desk.watch_step(clock())
    assert [event.kind for event in desk.events(ticket.ref)].count(EventKind.BREACHED) == 1

    with pytest.raises(NoPromise):
        desk.release_alert(ticket.ref, by=jo)
    clock.advance(hours=1)
    desk.lapse_step(clock())

    assert EventKind.ALERT_LAPSED not in {event.kind for event in desk.events(ticket.ref)}


def test_nobody_takes_the_alert_of_their_own_ticket(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = warned(desk, cast, clock)
    desk.make_agent(ticket.customer_id, skills={}, by=None)
    with pytest.raises(OwnTicket):
        desk.take_alert(ticket.ref, by=ticket.customer_id, until=clock() + HALF_AN_HOUR)


def test_a_ticket_that_cannot_be_marked_keeps_no_others_from_it(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """
    Neither of its own customer nor of those whose turn comes after; and what went wrong is not kept quiet. It is tried again,
    less and less often, and does not make the watch look all the time.
    """
    broken = cast.ticket(priority=Priority.URGENT)
    others = [cast.ticket("tom", priority=Priority.URGENT), cast.ticket(priority=Priority.URGENT)]
    failing, told = Failing(EventKind.BREACHED, broken), list[tuple[str, Exception]]()
    desk.subscribe(failing)
    desk.after_failure(lambda job, error: told.append((job, error)))
    clock.advance(hours=2)

    assert desk.watch_step(clock()) == clock() + timedelta(minutes=1)
    breached = [any(each.breached_at for each in desk.ticket(one.ref).clocks) for one in (broken, *others)]
    assert breached == [False, True, True]
    assert [(job, type(error)) for job, error in told] == [("watch", LookupError)]

    desk.watch_step(clock())
    assert len(told) == 1
    clock.advance(minutes=1)
    desk.watch_step(clock())
    clock.advance(minutes=1)
    desk.watch_step(clock())
    assert len(told) == 2
    failing.ticket = None
    clock.advance(minutes=1)
    desk.watch_step(clock())
    assert any(each.breached_at for each in desk.ticket(broken.ref).clocks)
    assert len(desk.setbacks("watch")) == 0


def test_where_nobody_is_told_of_failures_the_step_raises_them(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    desk.subscribe(Failing(EventKind.BREACHED, cast.ticket(priority=Priority.URGENT)))
    clock.advance(hours=2)
    with pytest.raises(LookupError):
        desk.watch_step(clock())


def test_a_ticket_that_somebody_holds_locked_is_looked_at_again_at_once(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Nobody is told of it."""
    held = [cast.ticket(f"customer{number}", priority=Priority.URGENT) for number in range(3)]
    failing = Failing(EventKind.BREACHED, held[0], DatabaseUnavailable())
    desk.subscribe(failing)
    clock.advance(hours=2)

    assert desk.watch_step(clock()) == clock() + timedelta(seconds=1)
    failing.ticket = None
    clock.advance(seconds=1)
    desk.watch_step(clock())
    assert all(any(each.breached_at for each in desk.ticket(one.ref).clocks) for one in held)


def test_a_promise_that_cannot_lapse_keeps_no_other_from_it(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    first, jo = warned(desk, cast, clock), cast.agent("jo")
    second = cast.ticket("tom", priority=Priority.URGENT)
    clock.advance(minutes=31)
    desk.watch_step(clock())
    for ticket, minutes in ((first, 5), (second, 6)):
        desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(minutes=minutes), seen=True)
    told = list[str]()
    desk.subscribe(Failing(EventKind.ALERT_LAPSED, first))
    desk.after_failure(lambda job, _error: told.append(job))
    clock.advance(minutes=7)

    assert desk.lapse_step(clock()) == clock() + timedelta(minutes=1)
    assert (kinds(desk, first.ref)[-1], kinds(desk, second.ref)[-1]) == (
        EventKind.ALERT_TAKEN,
        EventKind.ALERT_LAPSED,
    )
    assert told == ["promises"]


def test_where_nothing_can_be_changed_the_database_is_away(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    warned(desk, cast, clock)
    jo = cast.agent("jo")
    for number in range(3):
        ticket = cast.ticket(f"customer{number}", priority=Priority.URGENT)
        clock.advance(minutes=31)
        desk.watch_step(clock())
        desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(hours=3), seen=True)
    desk.subscribe(Failing(EventKind.ALERT_LAPSED, "all", DatabaseUnavailable()))
    clock.advance(hours=4)
    with pytest.raises(DatabaseUnavailable):
        desk.lapse_step(clock())


@pytest.mark.parametrize("how", ["agent took", "agent saw", "lead took", "lead saw"])
def test_what_somebody_promised_who_is_of_the_team_no_more_comes_back_at_once(
    desk: Desk, cast: Cast, clock: MovableClock, how: str
) -> None:
    ticket = warned(desk, cast, clock)
    who, seen = how.split(maxsplit=1)[0], how.endswith("saw")
    jo = cast.agent("jo") if who == "agent" else cast.person("lena").id
    if who == "lead":
        desk.set_role(jo, Role.LEAD, by=None)
    desk.take_alert(ticket.ref, by=jo, until=clock() + timedelta(days=5), seen=seen)
    clock.advance(minutes=1)
    if who == "agent":
        desk.remove_agent(jo, by=None)
    else:
        desk.set_role(jo, Role.CUSTOMER, by=None)
    desk.lapse_step(clock())
    assert kinds(desk, ticket.ref) == [EventKind.ALERT_TAKEN, EventKind.ALERT_LAPSED]
    assert desk.alert_promise(ticket.ref) is None
