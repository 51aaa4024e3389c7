"""Some categories can be held by some agents only: the automatic and people's hands keep to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.categories import Category
from ticketing.configuration import default_document, parse, to_document
from ticketing.desk import Desk
from ticketing.errors import InvalidConfiguration, InvalidInput, NotAMember
from ticketing.model import Priority

DAY = timedelta(days=1)


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


def test_a_private_ticket_that_waits_holds_up_nobody_who_could_not_be_given_it(private_desk: Desk, cast: Cast) -> None:
    """It is first in line for its members alone."""
    members = Members()
    private_desk.restrict_holders(members)
    amir = cast.agent("amir")
    private = cast.ticket(category="personnel")

    public = cast.ticket(category="billing")
    members.refs = frozenset({"T1:AMIR"})
    behind = cast.ticket(category="billing")

    assert private.assigned_agent_id is None
    assert public.assigned_agent_id == amir
    assert behind.assigned_agent_id is None, "by now it is in line before him"


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


def test_nobody_else_can_be_given_one_by_hand(private_desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Nor by answering it, or by taking its alert."""
    private_desk.restrict_holders(Members("T1:JO"))
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    private, public = cast.ticket(category="personnel"), cast.ticket(category="billing")

    with pytest.raises(NotAMember):
        private_desk.claim(private.ref, by=amir)
    with pytest.raises(NotAMember):
        private_desk.assign(private.ref, to=amir, by=jo)
    cast.says(private.ref, amir, "Let me see.")
    assert private_desk.ticket(private.ref).assigned_agent_id is None
    assert private_desk.assign(private.ref, to=jo, by=jo).assigned_agent_id == jo
    assert private_desk.assign(public.ref, to=jo, by=amir).assigned_agent_id == jo
    clock.advance(days=7)
    private_desk.watch_step(clock.now)
    assert private_desk.take_alert(private.ref, by=amir, until=clock.now + DAY).assigned_agent_id == jo


def test_what_moves_to_another_customer_stays_with_the_member_who_has_it(private_desk: Desk, cast: Cast) -> None:
    members = Members("T1:AMIR", "T1:JO")
    private_desk.restrict_holders(members)
    amir, jo = cast.agent("amir"), cast.agent("jo")
    ticket = cast.ticket(category="personnel")
    private_desk.assign(ticket.ref, to=jo, by=amir)

    moved = private_desk.move_to_customer(ticket.ref, cast.customer("tomas"), by=amir, source="v:new1")
    members.refs = frozenset({"T1:AMIR"})
    again = private_desk.move_to_customer(moved.ref, cast.customer("mara"), by=amir, source="v:new2")

    assert (moved.assigned_agent_id, again.assigned_agent_id) == (jo, amir)


def test_a_ticket_that_becomes_private_leaves_the_hands_and_the_watch_of_whoever_is_outside(
    private_desk: Desk, cast: Cast
) -> None:
    """It goes on to a member, or waits for one; a member keeps what they have."""
    members = Members("T1:JO")
    private_desk.restrict_holders(members)
    amir, jo, lena = cast.agent("amir"), cast.agent("jo", max_load=1), cast.agent("lena", skills={})
    first, second = cast.ticket(category="billing"), cast.ticket(category="billing")
    for ticket in (first, second):
        private_desk.assign(ticket.ref, to=amir, by=lena)
        private_desk.start(ticket.ref, by=amir)
    for watcher in (jo, lena):
        private_desk.watch(first.ref, watcher, by=watcher)

    private_desk.set_category(first.ref, "personnel", by=lena)
    private_desk.set_category(second.ref, "personnel", by=lena)

    given, waits = private_desk.ticket(first.ref), private_desk.ticket(second.ref)
    assert (given.assigned_agent_id, waits.assigned_agent_id) == (jo, None)
    assert [each.id for each in private_desk.watchers(first.ref)] == [jo]
    assert [agent.current_load for agent in (private_desk.agent(amir), private_desk.agent(jo)) if agent] == [0, 1]
    private_desk.set_category(first.ref, "billing", by=jo)
    assert private_desk.set_category(first.ref, "personnel", by=jo).assigned_agent_id == jo


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


# What was private stays private, whatever becomes of the settings.


def _without(desk: Desk, key: str, **changed: object) -> dict[str, object]:
    """The settings in force without a category, or with something else in it."""
    document = to_document(desk.configuration())
    kept = [each | changed if each["key"] == key else each for each in document["categories"]]
    document["categories"] = kept if changed else [each for each in kept if each["key"] != key]
    return document


def test_a_private_category_is_not_opened_to_everybody_while_tickets_carry_it(private_desk: Desk, cast: Cast) -> None:
    """Nor later by way of removing it first."""
    tickets = [cast.ticket(category="personnel") for _ in range(2)]
    opened, gone = _without(private_desk, "personnel", private=False), _without(private_desk, "personnel")
    for try_it in (private_desk.preview, lambda document: private_desk.configure(document, by=None)):
        for document, place, said in (
            (opened, "categories[0].private", "2 private tickets of Personnel would be open to every agent."),
            (gone, "categories[0]", "2 tickets of Personnel are not closed."),
        ):
            with pytest.raises(InvalidConfiguration) as refused:
                try_it(document)
            assert [(at, sentence.split(" Keep")[0].split(" Close")[0]) for at, sentence in refused.value.faults] == [
                (place, said)
            ]
    for ticket in tickets:
        private_desk.withdraw(ticket.ref, by=ticket.customer_id)
    private_desk.configure(gone, by=None)
    with pytest.raises(InvalidConfiguration, match="2 private tickets of Personnel"):
        private_desk.configure(opened, by=None)


def test_the_closed_tickets_of_a_private_category_that_is_gone_stay_with_its_members(
    private_desk: Desk, cast: Cast
) -> None:
    """Also for a process that starts later, and over versions that never heard of it."""
    ticket = cast.ticket(category="personnel")
    private_desk.withdraw(ticket.ref, by=ticket.customer_id)
    private_desk.configure(_without(private_desk, "personnel"), by=None)
    private_desk.configure(to_document(private_desk.configuration()) | {"grace_days": 3}, by=None)
    restarted = Desk(private_desk._database, private_desk._clock)
    for desk in (private_desk, restarted):
        configuration = desk.configuration()
        assert configuration.category("personnel") is None
        private = configuration.private_category("personnel")
        assert private is not None
        assert (private.channel, private.name) == ("C0PRIVATE", "Personnel")
        assert [each.key for each in configuration.private_categories] == ["personnel"]
        assert parse(to_document(configuration)).private_categories == ()


def test_nothing_is_split_off_into_the_open_from_a_private_category_that_is_gone(
    private_desk: Desk, cast: Cast
) -> None:
    """A ticket can carry such a one, where the settings were changed while it was being opened."""
    agent, ticket = cast.agent("amir"), cast.ticket(category="personnel")
    private_desk.withdraw(ticket.ref, by=ticket.customer_id)
    private_desk.configure(_without(private_desk, "personnel"), by=None)
    private_desk.undo(ticket.ref, by=ticket.customer_id)
    with pytest.raises(InvalidInput, match="Its category is no longer there"):
        private_desk.move_to_customer(ticket.ref, cast.customer("tomas"), by=agent, source="v:moved")


def test_without_tickets_a_private_category_can_be_opened_and_then_is_as_any_other(private_desk: Desk) -> None:
    private_desk.configure(_without(private_desk, "personnel", private=False), by=None)
    private_desk.configure(_without(private_desk, "personnel"), by=None)
    assert private_desk.configuration().private_categories == ()
