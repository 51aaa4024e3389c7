"""Who is there: shifts, leaves, away and back; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import InvalidInput, NotAnAgent
from ticketing.model import PersonId, TicketStatus


def is_there(desk: Desk, agent_id: PersonId) -> bool:
    agent = desk.agent(agent_id)
    assert agent is not None
    return agent.is_available


def test_who_is_away_is_given_nothing_and_comes_back_by_themselves(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    until = clock.now + timedelta(hours=1)
    desk.set_available(amir, available=False, by=amir, until=until)
    ticket = cast.ticket()
    assert ticket.status is TicketStatus.OPEN

    assert desk.roster_step(clock.now) == until
    assert not is_there(desk, amir)
    assert desk.roster_step(clock.advance(hours=1)) is None
    assert is_there(desk, amir)
    back = desk.agent(amir)
    assert back is not None
    assert back.away_until is None
    assert desk.drain_queue(clock.now) == 1


def test_shifts_begin_and_end_by_the_agents_own_clock(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")  # in Vienna: it is Monday, 13:00 there
    desk.set_shifts(amir, {"mon-fri": ["09:00-12:00", "14:00-17:00"]}, by=None)
    assert not is_there(desk, amir)

    expected = [
        (datetime(2026, 11, 23, 13, tzinfo=UTC), True),  # 14:00 in Vienna
        (datetime(2026, 11, 23, 16, tzinfo=UTC), False),
        (datetime(2026, 11, 24, 8, tzinfo=UTC), True),
    ]
    for instant, there in expected:
        assert desk.roster_step(clock.now) == instant
        clock.now = instant
        desk.roster_step(clock.now)
        assert is_there(desk, amir) is there


def test_a_leave_ends_and_one_may_come_back_before(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    desk.add_leave(amir, clock.now + timedelta(hours=1), clock.now + timedelta(days=1), by=None)
    assert is_there(desk, amir)
    desk.roster_step(clock.advance(hours=1))
    assert not is_there(desk, amir)

    desk.set_available(amir, available=True, by=amir)
    desk.roster_step(clock.advance(hours=1))
    assert is_there(desk, amir)
    desk.roster_step(clock.advance(days=1))
    assert is_there(desk, amir)


def test_a_new_skill_does_not_bring_back_who_is_away(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    desk.set_available(amir, available=False, by=amir)

    desk.make_agent(amir, skills={"billing": 1, "technical": 5}, by=None)

    assert not is_there(desk, amir)
    assert cast.ticket(category="technical").status is TicketStatus.OPEN


def test_what_cannot_be_a_roster_is_refused(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, mara = cast.agent("amir"), cast.customer()
    with pytest.raises(InvalidInput):
        desk.set_shifts(amir, {"mon": ["25:00-26:00"]}, by=None)
    with pytest.raises(InvalidInput):
        desk.add_leave(amir, clock.now, clock.now, by=None)
    with pytest.raises(NotAnAgent):
        desk.set_shifts(mara, None, by=None)
    with pytest.raises(NotAnAgent):
        desk.set_available(mara, available=False, by=None)
