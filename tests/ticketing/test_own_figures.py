"""An agent's own figures: what they solved in the last week and is solved still; on both databases."""

from __future__ import annotations

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.model import Priority


def test_what_an_agent_has_solved_lately(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo, mara = cast.agent("amir"), cast.agent("jo", skills={}), cast.customer("mara")
    long_ago = cast.ticket()
    desk.resolve(long_ago.ref, by=amir)
    clock.advance(days=8)
    late, in_time, again = cast.ticket(priority=Priority.URGENT), cast.ticket(), cast.ticket()
    of_another = cast.ticket()
    desk.assign(of_another.ref, to=jo, by=amir)
    clock.advance(hours=2)
    for ticket, agent in ((late, amir), (in_time, amir), (again, amir), (of_another, jo)):
        desk.resolve(ticket.ref, by=agent, answer="It is mended.", source=f"v:{ticket.number}r")
    desk.reopen(again.ref, by=mara)
    desk.rate(in_time.ref, by=mara, is_helpful=True)

    found = desk.own_figures(amir)

    assert found.solved == 2
    assert found.first_answers_met == 0.5
    assert found.solutions_met == 1.0
    assert found.helpful == 1.0
    assert desk.own_figures(mara).solved == 0
    assert desk.own_figures(mara).helpful is None
