"""Satisfaction: one question a resolution, answered by its customer alone, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import InvalidInput, NotRatable, TicketNotFound
from ticketing.events import EventKind
from ticketing.model import PersonId, Ticket, TicketStatus


def resolved(desk: Desk, cast: Cast, **more: Any) -> tuple[Ticket, PersonId]:
    amir = cast.agent("amir")
    ticket = cast.ticket(**more)
    return desk.resolve(ticket.ref, by=amir, answer="Try again now."), amir


def test_a_resolution_is_rated_once_and_may_be_thought_over(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket, _ = resolved(desk, cast)
    mara = ticket.customer_id
    assert desk.rating(ticket.ref) is None
    first = desk.rate(ticket.ref, by=mara, is_helpful=True)
    assert (first.is_helpful, first.comment, first.rated_at) == (True, "", clock.now)
    clock.advance(hours=1)
    assert desk.rate(ticket.ref, by=mara, is_helpful=True) == first  # a second press adds nothing
    commented = desk.rate(ticket.ref, by=mara, comment="  Quick, thanks ")
    assert (commented.is_helpful, commented.comment) == (True, "Quick, thanks")
    thought_over = desk.rate(ticket.ref, by=mara, is_helpful=False)
    assert (thought_over.is_helpful, thought_over.comment) == (False, "Quick, thanks")
    assert desk.rate(ticket.ref, by=mara, comment="").comment == ""
    assert desk.rating(ticket.ref) == desk.ratings(ticket.ref)[0]
    assert len(desk.ratings(ticket.ref)) == 1

    entries = [event for event in desk.events(ticket.ref) if event.kind is EventKind.RATED]
    assert [(event.from_value, event.to_value, event.data["commented"]) for event in entries] == [
        (None, "helpful", False),
        ("helpful", "helpful", True),
        ("helpful", "not_helpful", True),
        ("not_helpful", "not_helpful", False),
    ]
    assert all("Quick" not in str(event) for event in entries)
    assert desk.ticket(ticket.ref).status is TicketStatus.RESOLVED


def test_a_reopening_asks_anew_and_the_old_answer_stays_with_its_resolution(desk: Desk, cast: Cast) -> None:
    ticket, amir = resolved(desk, cast)
    mara = ticket.customer_id
    desk.rate(ticket.ref, by=mara, is_helpful=False, comment="It is as before")
    desk.reopen(ticket.ref, by=mara)
    assert desk.rating(ticket.ref) is None
    with pytest.raises(NotRatable):
        desk.rate(ticket.ref, by=mara, is_helpful=True)
    desk.resolve(ticket.ref, by=amir)
    assert desk.rating(ticket.ref) is None
    desk.rate(ticket.ref, by=mara, is_helpful=True)
    assert [rating.is_helpful for rating in desk.ratings(ticket.ref)] == [False, True]
    now = desk.rating(ticket.ref)
    assert now is not None
    resolutions = [
        event.seq
        for event in desk.events(ticket.ref)
        if event.kind is EventKind.STATUS and event.to_value == TicketStatus.RESOLVED
    ]
    assert [rating.resolution for rating in desk.ratings(ticket.ref)] == resolutions
    assert now.resolution == resolutions[-1]


def test_a_resolve_that_is_taken_back_leaves_nothing_to_rate(desk: Desk, cast: Cast) -> None:
    ticket, amir = resolved(desk, cast)
    desk.undo(ticket.ref, by=amir)
    with pytest.raises(NotRatable):
        desk.rate(ticket.ref, by=ticket.customer_id, is_helpful=True)


def test_a_resolution_that_stands_again_after_a_merge_is_not_rated_twice(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """The rating counts once, and for who resolved it."""
    ticket, amir = resolved(desk, cast)
    mara, jo = ticket.customer_id, cast.agent("jo")
    said = desk.rate(ticket.ref, by=mara, is_helpful=True)
    clock.advance(minutes=1)
    desk.merge(ticket.ref, cast.ticket().ref, by=jo)
    clock.advance(minutes=1)
    desk.unmerge(ticket.ref, by=jo)
    assert desk.ticket(ticket.ref).status is TicketStatus.RESOLVED
    assert desk.rating(ticket.ref) == said

    desk.rate(ticket.ref, by=mara, is_helpful=False)

    assert [(each.resolution, each.is_helpful) for each in desk.ratings(ticket.ref)] == [(said.resolution, False)]
    report = desk.report(clock.now - timedelta(days=1), clock.now + timedelta(minutes=1))
    assert set(report.ratings_by_agent) == {amir}


def test_only_its_customer_rates(desk: Desk, cast: Cast) -> None:
    ticket, amir = resolved(desk, cast)
    for somebody in (amir, cast.customer("tomas"), PersonId(99_999)):
        with pytest.raises(TicketNotFound):
            desk.rate(ticket.ref, by=somebody, is_helpful=True)
    assert desk.ratings(ticket.ref) == []


def test_rating_ends_with_its_window_also_when_time_has_closed_the_ticket(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    ticket, _ = resolved(desk, cast)
    clock.advance(days=4)
    desk.close_step(clock.now)
    assert desk.ticket(ticket.ref).status is TicketStatus.CLOSED
    desk.rate(ticket.ref, by=ticket.customer_id, is_helpful=True)
    clock.advance(days=3)
    with pytest.raises(NotRatable) as late:
        desk.rate(ticket.ref, by=ticket.customer_id, is_helpful=False)
    assert str(late.value) == f"#{ticket.number} cannot be rated: the time for it is over."
    assert [rating.is_helpful for rating in desk.ratings(ticket.ref)] == [True]


def test_what_never_was_resolved_is_not_rated(desk: Desk, cast: Cast) -> None:
    cast.agent("amir")
    open_one, withdrawn = cast.ticket(), cast.ticket()
    desk.withdraw(withdrawn.ref, by=withdrawn.customer_id)
    for ticket in (open_one, withdrawn):
        with pytest.raises(NotRatable):
            desk.rate(ticket.ref, by=ticket.customer_id, is_helpful=True)


def test_a_comment_comes_after_the_answer_and_has_its_length(desk: Desk, cast: Cast) -> None:
    ticket, _ = resolved(desk, cast)
    with pytest.raises(NotRatable):
        desk.rate(ticket.ref, by=ticket.customer_id, comment="Well")
    with pytest.raises(InvalidInput):
        desk.rate(ticket.ref, by=ticket.customer_id, is_helpful=True, comment="x" * 3001)
    assert desk.ratings(ticket.ref) == []


def test_a_desk_may_ask_nobody(desk: Desk, cast: Cast) -> None:
    desk.configure({"rating_days": 0}, by=None)
    ticket, _ = resolved(desk, cast)
    with pytest.raises(NotRatable):
        desk.rate(ticket.ref, by=ticket.customer_id, is_helpful=True)
