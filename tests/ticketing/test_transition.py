"""`Desk.transition`: every pair of statuses by name, each step's own act behind it, and what it refuses. On both databases."""

from __future__ import annotations

from itertools import product

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.test_every_use_case import bring_to, state_of
from tests.ticketing.use_cases import Stage, a_stage
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.errors import InvalidInput, NotAnAgent, NotTheHolder, OwnTicket, TransitionNotAllowed
from ticketing.events import EventKind
from ticketing.model import CloseReason, TicketStatus

OPEN, ASSIGNED, IN_PROGRESS, PENDING, RESOLVED, CLOSED = TicketStatus

# The two tables of the design together, without what only an undo does; rows and columns in the order of the enum.
#                O  A  I  P  R  C
ASKED_FOR = {
    OPEN: "        .  x  .  .  .  x",
    ASSIGNED: "    x  .  x  .  .  x",
    IN_PROGRESS: " x  .  .  x  x  x",
    PENDING: "     x  .  x  .  x  x",
    RESOLVED: "    x  .  x  .  .  x",
    CLOSED: "      .  .  .  .  .  .",
}
PAIRS = list(product(TicketStatus, TicketStatus))


@pytest.fixture
def stage(desk: Desk, cast: Cast, clock: MovableClock) -> Stage:
    return a_stage(desk, cast, clock)


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=[f"{before}-{after}" for before, after in PAIRS])
def test_a_ticket_goes_where_the_tables_lead_and_nowhere_else(
    stage: Stage, database: Database, before: TicketStatus, after: TicketStatus
) -> None:
    desk = stage.desk
    bring_to(stage, before)
    if (before, after) == (RESOLVED, OPEN):
        desk.set_available(stage.amir, available=False, by=stage.amir)  # else it goes back to him
    known, untouched = len(desk.events(stage.ref)), state_of(database)

    if ASKED_FOR[before].split()[list(TicketStatus).index(after)] == "x":
        assert desk.transition(stage.ref, after, by=stage.amir).status is after
        assert desk.ticket(stage.ref).status is after
        steps = [event for event in desk.events(stage.ref)[known:] if event.kind is EventKind.STATUS]
        assert [(step.from_value, step.to_value, step.actor_id) for step in steps] == [(before, after, stage.amir)]
        return
    with pytest.raises(TransitionNotAllowed) as refused:
        desk.transition(stage.ref, after, by=stage.amir)
    assert (refused.value.from_status, refused.value.to_status) == (before, after)
    assert state_of(database) == untouched


def test_a_reopened_ticket_goes_back_to_its_last_agent_whichever_status_is_named(desk: Desk, cast: Cast) -> None:
    amir, ref = cast.agent("amir"), cast.ticket().ref
    for to in (OPEN, IN_PROGRESS):
        desk.resolve(ref, by=amir)

        again = desk.transition(ref, to, by=cast.customer("mara"))

        assert (again.status, again.assigned_agent_id) == (IN_PROGRESS, amir)


def test_a_close_says_why_by_who_asks_and_from_where(desk: Desk, cast: Cast) -> None:
    amir, mara = cast.agent("amir"), cast.customer("mara")
    withdrawn, aside, solved = (cast.ticket().ref for _ in range(3))
    desk.resolve(solved, by=amir)

    assert desk.transition(withdrawn, CLOSED, by=mara).close_reason is CloseReason.WITHDRAWN
    assert desk.transition(aside, CLOSED, by=amir).close_reason is CloseReason.NOT_A_TICKET
    assert desk.transition(solved, CLOSED, by=amir).close_reason is CloseReason.TIME
    assert cast.load(amir) == 0


def test_who_may_not_do_the_act_may_not_do_it_by_its_status(desk: Desk, cast: Cast) -> None:
    amir, jo, mara, tomas = cast.agent("amir"), cast.agent("jo", {}), cast.customer("mara"), cast.customer("tomas")
    ref, own = cast.ticket().ref, cast.ticket("amir").ref
    assert desk.ticket(ref).assigned_agent_id == amir

    with pytest.raises(NotTheHolder):
        desk.transition(ref, IN_PROGRESS, by=jo)
    with pytest.raises(OwnTicket):
        desk.transition(own, ASSIGNED, by=amir)
    with pytest.raises(NotAnAgent):
        desk.transition(ref, IN_PROGRESS, by=mara)
    for to in TicketStatus:  # to a stranger it does not even say in which status the ticket is
        with pytest.raises(NotAnAgent):
            desk.transition(ref, to, by=tomas)


def test_what_is_no_status_is_refused(desk: Desk, cast: Cast) -> None:
    amir, ref = cast.agent("amir"), cast.ticket().ref

    with pytest.raises(InvalidInput):
        desk.transition(ref, "solved", by=amir)  # type: ignore[arg-type]
