"""The end of a shift: a plan that is carried out once, whatever ends in between; on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.desk.handing_over import LONGEST_SOURCE, HandedOver
from ticketing.errors import InvalidInput, NotAnAgent
from ticketing.events import EventKind, TicketEvent
from ticketing.model import PersonId, Ticket, TicketRef, TicketStatus
from ticketing.transaction import Transaction


def outcomes(desk: Desk, source: str = "v:1") -> dict[int, HandedOver | None]:
    return {each.ref.number: each.outcome for each in desk.handover(source)}


def held(cast: Cast, desk: Desk, count: int) -> tuple[PersonId, list[Ticket]]:
    amir = cast.agent("amir")
    return amir, [cast.ticket() for _ in range(count)]


def test_each_ticket_goes_where_it_is_said(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, (to_jo, to_queue, kept) = held(cast, desk, 3)
    jo = cast.agent("jo", skills={})

    planned = desk.plan_handover(amir, {to_jo.ref: jo, to_queue.ref: None}, source="v:1")
    assert [(each.ref, each.to, each.outcome) for each in planned] == [
        (to_jo.ref, jo, None),
        (to_queue.ref, None, None),
    ]
    assert cast.load(amir) == 3  # nothing has happened yet
    assert desk.handover_step(clock.now) == 0  # left to whoever made the plan
    desk.carry_out_handover("v:1")
    clock.advance(minutes=1)
    assert desk.handover_step(clock.now) == 0

    assert outcomes(desk) == {to_jo.number: HandedOver.GIVEN, to_queue.number: HandedOver.QUEUED}
    assert desk.ticket(to_jo.ref).assigned_agent_id == jo
    assert desk.ticket(to_queue.ref).status is TicketStatus.OPEN
    assert desk.ticket(kept.ref).assigned_agent_id == amir
    assert (cast.load(amir), cast.load(jo)) == (1, 1)
    assert desk.events(to_jo.ref)[-1].actor_id == amir


@pytest.mark.parametrize("way", ["released", "handed over", "assigned to somebody who gives it back"])
def test_what_an_agent_gave_away_is_theirs_again_only_when_they_ask_or_begin_anew(
    desk: Desk, cast: Cast, clock: MovableClock, way: str
) -> None:
    """Of all that waits: whoever else is free has it, and whoever gave it away has what comes after it."""
    amir, (ticket,) = held(cast, desk, 1)
    clock.advance(minutes=1)
    if way == "released":
        desk.release(ticket.ref, by=amir)
    elif way == "handed over":
        desk.plan_handover(amir, {ticket.ref: None}, source="v:1")
        desk.carry_out_handover("v:1")
    else:
        jo = cast.agent("jo")
        desk.release(desk.assign(ticket.ref, to=jo, by=amir).ref, by=jo)

    later = cast.ticket("tomas")
    assert desk.ticket(later.ref).is_held, "it waits for nobody behind one that those who are free cannot be given"
    assert desk.drain_queue(clock.now) == 0
    assert [each.ref for each in desk.queue()] == [ticket.ref]

    if way == "released":
        assert desk.claim(ticket.ref, by=amir).is_held
    elif way == "handed over":
        priya = cast.agent("priya")
        assert desk.drain_queue(clock.now) == 1
        assert desk.ticket(ticket.ref).assigned_agent_id == priya
    else:
        clock.advance(minutes=1)
        for available in (False, True):
            desk.set_available(amir, available=available, by=None)
        assert desk.drain_queue(clock.now) == 1
        assert desk.ticket(ticket.ref).assigned_agent_id == amir


def test_a_plan_is_one_plan_however_often_it_is_sent(desk: Desk, cast: Cast) -> None:
    amir, (ticket,) = held(cast, desk, 1)
    jo = cast.agent("jo")
    desk.plan_handover(amir, {ticket.ref: jo}, source="v:1")
    desk.carry_out_handover("v:1")
    desk.assign(ticket.ref, to=amir, by=jo)

    desk.plan_handover(amir, {ticket.ref: None}, source="v:1")
    desk.carry_out_handover("v:1")

    assert desk.ticket(ticket.ref).assigned_agent_id == amir


def test_what_ends_in_between_is_completed_and_told(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database
) -> None:
    amir, tickets = held(cast, desk, 3)
    jo = cast.agent("jo")
    killed_at = tickets[1].number

    class Killed(BaseException):
        pass

    def kill(_tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        if ticket.number == killed_at and event.kind is EventKind.ASSIGNED:
            raise Killed

    desk.plan_handover(amir, dict.fromkeys((each.ref for each in tickets), jo), source="v:1")
    desk.subscribe(kill)
    with pytest.raises(Killed):
        desk.carry_out_handover("v:1")
    assert list(outcomes(desk).values()) == [HandedOver.GIVEN, None, None]
    assert (cast.load(amir), cast.load(jo)) == (2, 1)

    killed_at = 0
    clock.advance(seconds=11)
    assert desk.handover_step(clock.now) == 2
    assert desk.handover_step(clock.now) == 0

    assert set(outcomes(desk).values()) == {HandedOver.GIVEN}
    assert (cast.load(amir), cast.load(jo)) == (0, 3)
    for each in tickets:
        given = [event for event in desk.events(each.ref) if event.to_value == str(jo)]
        assert len(given) == 1
    with database.read() as connection:
        told = connection.execute(text("SELECT place, about, data FROM outbox WHERE kind = 'handover_card'")).all()
    assert {(row.place, row.about) for row in told} == {(f"p:{amir}", "handover:v:1")}


def test_what_fails_stays_where_it_was_and_keeps_nothing_else(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, tickets = held(cast, desk, 2)
    tickets.append(cast.ticket("tomas"))
    jo = cast.agent("jo", skills={})

    def refuse(_tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        if ticket.number == tickets[0].number and event.kind is EventKind.ASSIGNED:
            raise LookupError(ticket.number)

    desk.subscribe(refuse)
    plan: dict[TicketRef, PersonId | None] = dict.fromkeys((each.ref for each in tickets), jo)
    desk.plan_handover(amir, plan, source="v:1")
    clock.advance(minutes=1)
    told = []
    desk.after_failure(lambda job, error: told.append((job, type(error))))
    assert desk.handover_step(clock.now) == 3

    assert told == [("handovers", LookupError)]
    assert [outcomes(desk)[each.number] for each in tickets] == [HandedOver.REFUSED, *[HandedOver.GIVEN] * 2]
    assert [desk.ticket(each.ref).assigned_agent_id for each in tickets] == [amir, jo, jo]
    assert desk.handover_step(clock.now) == 0
    assert desk.carry_out_handover("v:1") == desk.handover("v:1")


def test_a_plan_of_any_name_that_is_taken_can_be_told_of(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, (ticket,) = held(cast, desk, 1)
    source = "v" * LONGEST_SOURCE
    with pytest.raises(InvalidInput):
        desk.plan_handover(amir, {ticket.ref: None}, source=source + "v")
    desk.plan_handover(amir, {ticket.ref: None}, source=source)
    clock.advance(minutes=1)
    assert desk.handover_step(clock.now) == 1
    assert outcomes(desk, source) == {ticket.number: HandedOver.QUEUED}


def test_what_has_changed_since_is_left_alone_and_said(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, (taken, done, own, gone) = held(cast, desk, 4)
    jo = cast.agent("jo")
    own = cast.ticket("jo")
    if own.assigned_agent_id != amir:
        desk.assign(own.ref, to=amir, by=amir)
    plan: Mapping[TicketRef, PersonId | None] = {taken.ref: None, done.ref: jo, own.ref: jo, gone.ref: jo}
    desk.plan_handover(amir, plan, source="v:1")
    desk.assign(taken.ref, to=jo, by=jo)
    desk.resolve(done.ref, by=amir)
    desk.withdraw(gone.ref, by=gone.customer_id)

    desk.carry_out_handover("v:1")

    assert outcomes(desk) == {
        taken.number: HandedOver.NOT_HELD,
        done.number: HandedOver.NOT_HELD,
        own.number: HandedOver.REFUSED,
        gone.number: HandedOver.NOT_HELD,
    }
    assert desk.ticket(taken.ref).assigned_agent_id == jo
    assert desk.ticket(own.ref).assigned_agent_id == amir


def test_what_one_hands_to_oneself_is_as_it_was(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, (ticket,) = held(cast, desk, 1)
    before = desk.snooze(ticket.ref, clock.now + timedelta(hours=1), by=amir)
    desk.plan_handover(amir, {ticket.ref: amir}, source="v:1")
    desk.carry_out_handover("v:1")
    assert outcomes(desk) == {ticket.number: HandedOver.GIVEN}
    assert desk.ticket(ticket.ref) == before


def test_only_what_one_holds_is_handed_over(desk: Desk, cast: Cast) -> None:
    amir, (ticket,) = held(cast, desk, 1)
    jo, mara = cast.agent("jo"), cast.customer()

    assert desk.plan_handover(jo, {ticket.ref: None, TicketRef(mara, 999): None}, source="v:2") == []
    with pytest.raises(NotAnAgent):
        desk.plan_handover(mara, {ticket.ref: None}, source="v:3")
    assert desk.ticket(ticket.ref).assigned_agent_id == amir


def test_the_shift_that_an_instant_lies_in(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")  # in Vienna, an hour before UTC in winter
    at = datetime.fromisoformat("2026-11-23T12:20:00+00:00")
    assert desk.shift(amir, at) is None
    desk.set_shifts(amir, {"mon": ["09:00-12:00", "13:00-17:00", "22:00-06:00"]}, by=None)

    for instant, hours in (
        ("2026-11-23T12:20:00+00:00", ("2026-11-23T12:00:00+00:00", "2026-11-23T16:00:00+00:00")),
        ("2026-11-24T04:59:00+00:00", ("2026-11-23T21:00:00+00:00", "2026-11-24T05:00:00+00:00")),
    ):
        found = desk.shift(amir, datetime.fromisoformat(instant))
        assert found is not None
        assert (found.start.isoformat(), found.end.isoformat()) == hours
    assert desk.shift(amir, datetime.fromisoformat("2026-11-23T11:30:00+00:00")) is None
    assert desk.shift(cast.customer(), at) is None


def test_who_is_on_a_shift_and_there(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo, priya = cast.agent("amir"), cast.agent("jo"), cast.agent("priya")
    desk.set_shifts(amir, {"mon": ["09:00-17:00"]}, by=None)  # it is Monday, 13:00 in Vienna
    desk.set_shifts(jo, {"mon-sun": ["22:00-06:00"]}, by=None)
    desk.set_shifts(priya, {"mon": ["09:00-17:00"]}, by=None)
    desk.set_available(priya, available=False, by=priya)

    (found,) = desk.on_shift(clock.now, known={})

    assert (found.agent_id, found.began_on.isoformat()) == (amir, "2026-11-23")
    assert found.ends_at == datetime.fromisoformat("2026-11-23T16:00:00+00:00")
    assert desk.on_shift(clock.now, known={amir: found.ends_at}) == []
    clock.advance(hours=14)  # 03:00 on Tuesday: Jo's shift is still Monday's
    desk.roster_step(clock.now)
    (at_night,) = desk.on_shift(clock.now, known={amir: found.ends_at})
    assert (at_night.agent_id, at_night.began_on.isoformat()) == (jo, "2026-11-23")
