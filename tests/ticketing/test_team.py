"""Who leaves the team: their tickets wait for somebody else, the books are right, and coming back is possible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.desk.team_log import Changed
from ticketing.errors import InvalidInput, NotAnAgent, TooLateToUndo
from ticketing.events import EventKind
from ticketing.lifecycle import Because
from ticketing.model import PersonId, Priority, Role, TicketStatus, Tier
from ticketing.tables import agents


def test_what_a_removed_agent_held_goes_back_to_the_queue(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, lena = cast.agent("amir", max_load=9), cast.customer("lena")
    desk.set_role(lena, Role.LEAD, by=None)
    assigned, begun, waiting, solved = (cast.ticket() for _ in range(4))
    desk.start(begun.ref, by=amir)
    desk.wait_for_customer(waiting.ref, by=amir)
    desk.resolve(solved.ref, by=amir)

    person = desk.remove_agent(amir, by=lena)

    assert person.role is Role.CUSTOMER
    assert desk.agent(amir) is None
    assert desk.agents() == []
    assert [each.ref for each in desk.queue()] == [assigned.ref, begun.ref, waiting.ref]
    for each in desk.queue():
        assert each.assigned_agent_id is None
        last = desk.events(each.ref)[-1]
        assert (last.kind, last.actor_id, last.reason) == (EventKind.STATUS, lena, Because.RELEASED)
    assert desk.ticket(solved.ref).status is TicketStatus.RESOLVED
    assert desk.tickets_of_agent(amir) == []
    clock.advance(minutes=1)
    jo = cast.agent("jo", max_load=9)
    assert desk.drain_queue(clock.now) == 3
    assert cast.load(jo) == 3
    with pytest.raises(NotAnAgent):
        desk.remove_agent(amir, by=lena)


def test_the_automatic_gives_nothing_to_who_has_left(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    solved = desk.resolve(cast.ticket().ref, by=amir)
    desk.set_shifts(amir, {"mon-sun": ["00:00-24:00"]}, by=None)
    desk.remove_agent(amir, by=None)

    clock.advance(hours=1)
    desk.roster_step(clock.now)

    assert cast.ticket(priority=Priority.URGENT).status is TicketStatus.OPEN
    assert desk.reopen(solved.ref, by=solved.customer_id).status is TicketStatus.OPEN
    for act in (desk.claim, desk.resume):
        with pytest.raises(NotAnAgent):
            act(solved.ref, by=amir)
    with pytest.raises(NotAnAgent):
        desk.set_available(amir, available=True, by=None)


def test_a_lead_who_is_an_agent_no_more_stays_a_lead(desk: Desk, cast: Cast) -> None:
    lena = cast.agent("lena")
    desk.set_role(lena, Role.LEAD, by=None)

    assert desk.remove_agent(lena, by=lena).role is Role.LEAD
    assert cast.ticket().status is TicketStatus.OPEN


def test_who_becomes_a_customer_is_an_agent_no_more(desk: Desk, cast: Cast) -> None:
    amir, ticket = cast.agent("amir"), cast.ticket
    held = ticket()

    desk.set_role(amir, Role.LEAD, by=None)
    assert desk.ticket(held.ref).assigned_agent_id == amir
    desk.set_role(amir, Role.AGENT, by=None)
    assert desk.ticket(held.ref).assigned_agent_id == amir
    desk.set_role(amir, Role.CUSTOMER, by=None)

    assert desk.agent(amir) is None
    assert desk.ticket(held.ref).status is TicketStatus.OPEN
    assert cast.ticket().status is TicketStatus.OPEN


def test_who_comes_back_is_there_with_an_empty_desk(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir", max_load=2)
    cast.ticket()
    desk.set_available(amir, available=False, by=amir)
    desk.remove_agent(amir, by=None)

    back = desk.make_agent(amir, skills={"billing": 2}, max_load=3, by=None)

    assert (back.current_load, back.max_load, back.is_available) == (0, 3, True)
    assert desk.person(amir).role is Role.AGENT
    assert desk.drain_queue(clock.now) == 1
    assert cast.load(amir) == 1


def test_a_change_of_skills_does_not_call_back_who_is_away(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    desk.set_available(amir, available=False, by=amir)
    assert not desk.make_agent(amir, skills={"billing": 5}, by=None).is_available


@pytest.mark.parametrize("ends", [Desk.resolve, lambda desk, ref, by: desk.assign(ref, to=by + 1, by=by)])
def test_nothing_is_undone_into_the_hands_of_who_has_left(desk: Desk, cast: Cast, ends: Callable[..., object]) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    assert jo == amir + 1
    desk.set_role(amir, Role.LEAD, by=None)
    ticket = cast.ticket()
    ends(desk, ticket.ref, by=amir)
    desk.remove_agent(amir, by=None)

    with pytest.raises(TooLateToUndo, match="an agent no more"):
        desk.undo(ticket.ref, by=amir)


def test_what_a_removal_left_behind_is_given_back_by_the_next_step(
    desk: Desk, database: Database, cast: Cast, clock: MovableClock
) -> None:
    """The process died between the removal and the tickets, or a ticket was given to them meanwhile."""
    amir: PersonId = cast.agent("amir")
    ticket = cast.ticket()
    with database.write() as connection:
        connection.execute(update(agents).where(agents.c.id == amir).values(is_active=False))

    desk.roster_step(clock.now)

    assert desk.ticket(ticket.ref).status is TicketStatus.OPEN
    assert desk.make_agent(amir, skills={}, by=None).current_load == 0


def test_who_has_left_takes_nothing_back(desk: Desk, cast: Cast) -> None:
    amir, jo, priya = cast.agent("amir"), cast.agent("jo", skills={}), cast.agent("priya", skills={})
    ticket = cast.ticket()
    desk.assign(ticket.ref, to=jo, by=amir)
    desk.assign(ticket.ref, to=priya, by=amir)
    desk.remove_agent(amir, by=None)

    with pytest.raises(NotAnAgent):
        desk.undo(ticket.ref, by=amir)
    assert desk.ticket(ticket.ref).assigned_agent_id == priya


def test_what_is_changed_about_people_is_written_down_with_who_did_it(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    lena, mara = cast.customer("lena"), cast.customer("mara")
    desk.set_role(lena, Role.LEAD, by=None)

    desk.make_agent(mara, skills={"billing": 2}, max_load=1, by=lena)
    desk.make_agent(mara, skills={"billing": 2}, max_load=1, by=lena)
    clock.advance(minutes=1)
    desk.make_agent(mara, skills={"billing": 2}, max_load=4, by=lena)
    desk.set_available(mara, available=False, by=mara)
    desk.set_tier(mara, Tier.PREMIUM, by=lena)

    tier, raised, made = desk.changes_of(mara)
    assert [each.what for each in (tier, raised, made)] == [Changed.TIER, Changed.AGENT, Changed.AGENT]
    assert (made.before, made.after["max_load"], made.by) == (None, 1, lena)
    assert (raised.before["max_load"], raised.after["max_load"], raised.at) == (1, 4, clock.now)
    assert (tier.before, tier.after) == (None, "premium")
    assert desk.own_tier(mara) is Tier.PREMIUM


def test_more_room_is_told_to_whoever_hands_out_what_waits(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir", max_load=1)
    cast.ticket()
    waiting = cast.ticket()
    told: list[int] = []
    desk.after_commit(lambda: told.append(desk.drain_queue(clock.now)))

    desk.make_agent(amir, skills={"billing": 3}, max_load=2, by=None)

    assert sum(told) == 1
    assert desk.ticket(waiting.ref).assigned_agent_id == amir


def test_who_is_there_again_is_told_to_whoever_hands_out_what_waits(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    amir = cast.agent("amir")
    drained: list[int] = []
    desk.after_commit(lambda: drained.append(desk.drain_queue(clock.now)))
    ways: list[tuple[Callable[[], object], Callable[[], object]]] = [
        (
            lambda: desk.set_available(amir, available=False, by=amir),
            lambda: desk.set_available(amir, available=True, by=amir),
        ),
        (
            lambda: desk.set_shifts(amir, {"sun": ["09:00-12:00"]}, by=amir),
            lambda: desk.set_shifts(amir, None, by=amir),
        ),
        (
            lambda: desk.add_leave(amir, clock.now, clock.now + timedelta(hours=1), by=amir),
            lambda: desk.roster_step(clock.advance(hours=1)),
        ),
    ]
    for leaves, comes_back in ways:
        leaves()
        waiting = cast.ticket()
        assert desk.ticket(waiting.ref).assigned_agent_id is None
        comes_back()
        assert desk.ticket(waiting.ref).assigned_agent_id == amir


def test_the_last_admin_stays_one(desk: Desk, cast: Cast) -> None:
    lena, mara = cast.customer("lena"), cast.customer("mara")
    desk.set_role(lena, Role.ADMIN, by=None)

    with pytest.raises(InvalidInput, match="one admin"):
        desk.set_role(lena, Role.LEAD, by=lena)

    desk.set_role(mara, Role.ADMIN, by=lena)
    assert desk.set_role(lena, Role.LEAD, by=lena).role is Role.LEAD
