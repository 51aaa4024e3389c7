"""Who is answering a ticket just now: seen by the others, in nobody's way, and forgotten after a while."""

from __future__ import annotations

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import TicketNotFound
from ticketing.model import TicketRef


def test_two_who_answer_see_each_other(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo")
    ticket, other = cast.ticket(), cast.ticket()

    assert desk.begin_answering(ticket.ref, by=amir, view="V1") == []
    clock.advance(minutes=1)
    (seen,) = desk.begin_answering(ticket.ref, by=jo, view="V2")

    assert (seen.person_id, seen.view, seen.since) == (amir, "V1", ticket.opened_at)
    assert [each.person_id for each in desk.answering(ticket.ref)] == [amir, jo]
    assert desk.answering(other.ref) == []
    assert desk.end_answering(ticket.ref, by=amir)
    assert not desk.end_answering(ticket.ref, by=amir)
    assert [each.person_id for each in desk.answering(ticket.ref)] == [jo]


def test_who_opens_the_form_again_is_there_once(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, ticket = cast.agent("amir"), cast.ticket()
    desk.begin_answering(ticket.ref, by=amir, view="V1")
    clock.advance(minutes=20)
    desk.begin_answering(ticket.ref, by=amir, view="V2")
    clock.advance(minutes=20)

    (there,) = desk.answering(ticket.ref)
    assert (there.view, there.since) == ("V2", clock.now.replace(minute=20))


def test_a_form_that_was_left_open_is_forgotten(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, ticket = cast.agent("amir"), cast.ticket()
    desk.begin_answering(ticket.ref, by=amir, view="V1")
    assert desk.forget_answering(clock.now) == []

    clock.advance(minutes=30)

    assert desk.answering(ticket.ref) == []
    assert desk.forget_answering(clock.now) == [ticket.ref]
    assert desk.forget_answering(clock.now) == []


def test_of_a_ticket_that_there_is_not_nothing_is_kept(desk: Desk, cast: Cast) -> None:
    amir, tomas = cast.agent("amir"), cast.customer("tomas")
    ticket = cast.ticket()
    with pytest.raises(TicketNotFound):
        desk.begin_answering(TicketRef(tomas, ticket.number), by=amir, view="V1")
