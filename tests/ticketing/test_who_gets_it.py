"""Who is given a ticket, at first and again, and what becomes of those who come second; through the desk, on both databases."""

from __future__ import annotations

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.categories import Category
from ticketing.desk import Desk
from ticketing.errors import AlreadyHeld, StaleTicket
from ticketing.events import EventKind
from ticketing.model import TicketStatus


def test_strategies_are_the_categorys(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Alike in all but strategy, three categories choose three people."""
    strategies = {"billing": "least_loaded", "technical": "round_robin", "account": "most_skilled"}
    categories = [{"key": key, "name": key, "strategy": strategy} for key, strategy in strategies.items()]
    desk.configure({"categories": categories}, by=None)
    idle = cast.agent("idle", dict.fromkeys(strategies, 1))
    clock.advance(minutes=1)
    expert = cast.agent("expert", dict.fromkeys(strategies, 5))
    free = cast.agent("free", dict.fromkeys(strategies, 2))
    # In this order: `free` was the last to be given one.
    for agent, tickets in ((idle, 2), (expert, 2), (free, 1)):
        for _ in range(tickets):
            clock.advance(minutes=1)
            desk.assign(cast.ticket("tomas").ref, to=agent, by=expert)

    chosen = [cast.ticket(category=category).assigned_agent_id for category in strategies]

    assert chosen[0] == free
    assert chosen[1] == idle
    assert chosen[2] == expert


def test_what_has_escalated_goes_to_a_senior_agent_first(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    waiting = cast.ticket()
    plain = cast.ticket("tomas")
    desk.escalate(waiting.ref, by=None)
    expert = cast.agent("expert", {"billing": 5})
    senior = cast.agent("senior", {"billing": 1}, is_senior=True)
    for _ in range(3):
        desk.assign(cast.ticket("eva").ref, to=senior, by=expert)

    desk.drain_queue(clock.now)

    assert desk.ticket(waiting.ref).assigned_agent_id == senior
    assert desk.ticket(plain.ref).assigned_agent_id == expert


@pytest.mark.parametrize("why", ["away", "full", "unskilled", "gone", "free"])
def test_what_is_reopened_goes_to_its_last_agent_if_they_can_take_it(desk: Desk, cast: Cast, why: str) -> None:
    amir = cast.agent("amir", max_load=1)
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir)
    jo = cast.agent("jo")
    if why == "away":
        desk.set_available(amir, available=False, by=None)
    elif why == "full":
        desk.assign(cast.ticket("tomas").ref, to=amir, by=jo)
    elif why == "unskilled":
        desk.make_agent(amir, skills={"account": 3}, by=None)
    elif why == "gone":
        desk.remove_agent(amir, by=None)

    reopened = desk.reopen(ticket.ref, by=ticket.customer_id)

    if why == "free":
        assert (reopened.status, reopened.assigned_agent_id) == (TicketStatus.IN_PROGRESS, amir)
    else:
        assert (reopened.status, reopened.assigned_agent_id) == (TicketStatus.ASSIGNED, jo)
    decision = desk.last_decision(ticket.ref)
    assert decision is not None
    assert decision.chosen == reopened.assigned_agent_id


def test_reopened_with_nobody_there_it_waits_and_that_is_an_event(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir)
    desk.set_available(amir, available=False, by=None)
    clock.advance(hours=1)

    reopened = desk.reopen(ticket.ref, by=ticket.customer_id)

    assert (reopened.status, reopened.assigned_agent_id) == (TicketStatus.OPEN, None)
    assert [each.number for each in desk.queue()] == [ticket.number]
    assert desk.events(ticket.ref)[-1].kind is EventKind.UNASSIGNABLE
    assert cast.load(amir) == 0


def test_a_private_ticket_is_reopened_into_the_hands_of_members_only(desk: Desk, cast: Cast) -> None:
    """Its last agent has left the category's channel meanwhile, and another has come."""
    category = {"key": "personnel", "name": "Personnel", "channel": "C0PRIVATE", "private": True, "skill": "billing"}
    desk.configure({"categories": [category]}, by=None)
    members = {"T1:AMIR"}
    desk.restrict_holders(lambda each: frozenset(members) if Category.model_validate(each).private else None)
    amir = cast.agent("amir")
    ticket = cast.ticket(category="personnel")
    assert ticket.assigned_agent_id == amir
    for now, holder in (({"T1:JO"}, "jo"), (set(), None)):
        desk.resolve(ticket.ref, by=desk.ticket(ticket.ref).assigned_agent_id or amir)
        jo = cast.agent("jo")
        members.clear()
        members.update(now)

        reopened = desk.reopen(ticket.ref, by=ticket.customer_id)

        assert reopened.assigned_agent_id == (jo if holder else None)
        assert cast.load(amir) == 0


def test_who_comes_second_is_told_who_was_first_and_since_when(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo = cast.agent("amir", skills={}), cast.agent("jo", skills={})
    ticket = cast.ticket()
    since = desk.claim(ticket.ref, by=amir).assigned_at
    clock.advance(minutes=3)

    with pytest.raises(AlreadyHeld) as refused:
        desk.claim(ticket.ref, by=jo)

    assert (refused.value.ticket.assigned_agent_id, refused.value.since) == (amir, since)


def test_a_press_that_comes_late_undoes_nothing_newer(desk: Desk, cast: Cast) -> None:
    """Claim, start, wait and withdraw on what was resolved meanwhile leave it resolved, or say why not."""
    amir = cast.agent("amir")
    jo = cast.agent("jo", skills={})
    ticket = cast.ticket()
    resolved = desk.resolve(ticket.ref, by=amir)

    with pytest.raises(StaleTicket):
        desk.claim(ticket.ref, by=jo)
    with pytest.raises(StaleTicket):
        desk.assign(ticket.ref, to=jo, by=amir)

    assert desk.ticket(ticket.ref) == resolved
