"""Some categories can be held by some agents only: the automatic and people's hands keep to it."""

from __future__ import annotations

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.configuration import Category, default_document
from ticketing.desk import Desk
from ticketing.errors import NotAMember
from ticketing.model import Priority


class Members:
    """Who is in the channel of the private category just now."""

    def __init__(self, *refs: str) -> None:
        self.refs = frozenset(refs)

    def __call__(self, category: Category) -> frozenset[str] | None:
        return self.refs if category.private else None


@pytest.fixture
def private_desk(desk: Desk) -> Desk:
    document = default_document()
    document["categories"] = [
        {"key": "personnel", "name": "Personnel", "channel": "C0PRIVATE", "private": True, "skill": "billing"},
        {"key": "billing", "name": "Billing"},
    ]
    desk.configure(document, by=None)
    return desk


def test_the_automatic_gives_private_tickets_to_members_only(private_desk: Desk, cast: Cast) -> None:
    private_desk.restrict_holders(Members("T1:JO"))
    amir, jo = cast.agent("amir"), cast.agent("jo", max_load=1)

    private = cast.ticket(category="personnel")
    public = cast.ticket(category="billing")
    full = cast.ticket(category="personnel")

    assert (private.assigned_agent_id, public.assigned_agent_id, full.assigned_agent_id) == (jo, amir, None)


def test_urgent_or_not_and_from_the_queue_as_well(private_desk: Desk, cast: Cast, clock: MovableClock) -> None:
    members = Members()
    private_desk.restrict_holders(members)
    amir = cast.agent("amir")
    waiting = [cast.ticket(category="personnel", priority=each) for each in (Priority.LOW, Priority.URGENT)]
    assert private_desk.drain_queue(clock.now) == 0
    assert all(private_desk.ticket(each.ref).assigned_agent_id is None for each in waiting)

    members.refs = frozenset({"T1:AMIR"})
    assert private_desk.drain_queue(clock.now) == 2
    assert all(private_desk.ticket(each.ref).assigned_agent_id == amir for each in waiting)


def test_nobody_else_can_be_given_one_by_hand(private_desk: Desk, cast: Cast) -> None:
    private_desk.restrict_holders(Members("T1:JO"))
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    private, public = cast.ticket(category="personnel"), cast.ticket(category="billing")

    with pytest.raises(NotAMember):
        private_desk.claim(private.ref, by=amir)
    with pytest.raises(NotAMember):
        private_desk.assign(private.ref, to=amir, by=jo)
    assert private_desk.assign(private.ref, to=jo, by=jo).assigned_agent_id == jo
    assert private_desk.assign(public.ref, to=jo, by=amir).assigned_agent_id == jo


def test_lists_leave_out_what_is_hidden(private_desk: Desk, cast: Cast) -> None:
    private, public = cast.ticket(category="personnel"), cast.ticket(category="billing")
    amir = cast.agent("amir", skills={})
    hidden = {"personnel"}

    def found(**more: object) -> list[list[int]]:
        lists = [
            private_desk.queue(**more),  # type: ignore[arg-type]
            private_desk.search("invoice", include_internal=True, **more),  # type: ignore[arg-type]
        ]
        return [sorted(ticket.number for ticket in each) for each in lists]

    assert found() == [[private.number, public.number]] * 2
    assert found(hidden=hidden) == [[public.number]] * 2
    for ticket in (private, public):
        private_desk.assign(ticket.ref, to=amir, by=amir)
    assert [each.number for each in private_desk.tickets_of_agent(amir, hidden=hidden)] == [public.number]
    for ticket in (private, public):
        private_desk.resolve(ticket.ref, by=amir)
    similar = private_desk.similar_resolved("the invoice PDF is blank", hidden=hidden)
    assert [each.number for each in similar] == [public.number]
