"""A person changed as a whole, by leads or by the membership of a channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.desk.membership import Assignable, MemberChange
from ticketing.errors import InvalidInput, NotAllowed, StaleMember
from ticketing.model import PersonId, Role, TicketStatus, Tier

PLAIN = MemberChange(
    role=Role.AGENT,
    assignable=Assignable.YES,
    skills={"billing": 2},
    max_load=4,
    is_senior=False,
    shifts=None,
    tier=None,
)
BILLING = {"billing": 1}


@pytest.fixture
def lena(desk: Desk, cast: Cast) -> PersonId:
    lena = cast.customer("lena")
    desk.set_role(lena, Role.LEAD, by=None)
    return lena


def test_everything_about_a_person_is_changed_at_once(desk: Desk, cast: Cast, lena: PersonId) -> None:
    jo = cast.customer("jo")
    leave = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 3, tzinfo=UTC)

    after = desk.change_member(
        jo,
        replace(
            PLAIN,
            is_senior=True,
            shifts={"mon-fri": ["09:00-17:00"]},
            tier=Tier.ENTERPRISE,
            leave=leave,
            organization="Northwind",
            organization_tier=Tier.PREMIUM,
        ),
        seen=0,
        by=lena,
    )

    assert after == desk.member(jo)
    assert after.agent is not None
    assert (after.agent.skills, after.agent.max_load, after.agent.is_senior) == ({"billing": 2}, 4, True)
    assert (after.person.role, after.assignable) == (Role.AGENT, Assignable.YES)
    assert (after.shifts, after.leaves) == ({"mon-fri": ["09:00-17:00"]}, (leave,))
    assert (after.own_tier, after.customer.organization_name) == (Tier.ENTERPRISE, "Northwind")
    assert {change.by for change in desk.changes_of(jo)} == {lena}

    back = desk.change_member(jo, replace(PLAIN, ended_leaves=(leave[0],), organization=""), seen=after.seen, by=lena)
    assert (back.leaves, back.shifts, back.own_tier, back.customer.organization_name) == ((), None, None, None)


def test_saving_what_is_so_already_is_no_change(desk: Desk, cast: Cast, lena: PersonId) -> None:
    jo = cast.customer("jo")
    after = desk.change_member(jo, PLAIN, seen=0, by=lena)

    assert desk.change_member(jo, PLAIN, seen=after.seen, by=lena).seen == after.seen


def test_who_was_slower_changes_nothing(desk: Desk, cast: Cast, lena: PersonId, clock: MovableClock) -> None:
    jo = cast.customer("jo")
    seen = desk.change_member(jo, PLAIN, seen=0, by=lena).seen

    with pytest.raises(StaleMember) as stale:
        desk.change_member(jo, replace(PLAIN, max_load=9), seen=0, by=lena)

    assert (stale.value.by, stale.value.at) == (lena, clock.now)
    assert desk.member(jo).seen == seen


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (replace(PLAIN, shifts={"mon": ["9 to 5"]}), "shifts"),
        (replace(PLAIN, max_load=0), "max_load"),
        (replace(PLAIN, skills={"billing": 6}), "skills"),
        (replace(PLAIN, role=Role.CUSTOMER), "assignable"),
        (replace(PLAIN, leave=(datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))), "end"),
    ],
)
def test_one_fault_and_nothing_is_changed(
    desk: Desk, cast: Cast, lena: PersonId, change: MemberChange, field: str
) -> None:
    jo = cast.customer("jo")
    before = desk.member(jo)

    with pytest.raises(InvalidInput) as fault:
        desk.change_member(jo, replace(change, tier=Tier.PREMIUM), seen=0, by=lena)

    assert fault.value.field == field
    assert desk.member(jo) == before


def test_a_lead_makes_nobody_an_admin_in_passing(desk: Desk, cast: Cast, lena: PersonId) -> None:
    jo = cast.customer("jo")
    before = desk.member(jo)
    with pytest.raises(NotAllowed):
        desk.change_member(jo, replace(PLAIN, role=Role.ADMIN), seen=0, by=lena)
    assert desk.member(jo) == before


def test_an_agent_who_takes_no_tickets_stays_an_agent_and_gives_back_what_they_had(
    desk: Desk, cast: Cast, lena: PersonId
) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()

    after = desk.change_member(amir, replace(PLAIN, assignable=Assignable.NO), seen=desk.member(amir).seen, by=lena)

    assert (after.agent, after.person.role, after.assignable) == (None, Role.AGENT, Assignable.NO)
    assert desk.ticket(ticket.ref).status is TicketStatus.OPEN


def test_members_become_agents_and_who_leaves_is_one_no_more(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    jo, mara = cast.customer("jo"), cast.customer("mara")
    waiting = cast.ticket("tomas")

    desk.follow_members([jo], skills=BILLING)
    assert desk.drain_queue(clock.now) == 1
    desk.follow_members([mara], skills=BILLING)

    assert (desk.agent(jo), desk.person(jo).role) == (None, Role.CUSTOMER)
    assert desk.person(mara).role is Role.AGENT
    assert desk.ticket(waiting.ref).status is TicketStatus.OPEN
    desk.follow_members([mara], skills={})
    assert desk.member(mara).agent.skills == BILLING  # type: ignore[union-attr]


def test_what_was_said_by_hand_counts_more_than_membership(desk: Desk, cast: Cast, lena: PersonId) -> None:
    amir, jo, priya = cast.agent("amir"), cast.customer("jo"), cast.customer("priya")
    desk.follow_members([jo, priya], skills=BILLING)

    desk.change_member(jo, replace(PLAIN, assignable=Assignable.NO), seen=desk.member(jo).seen, by=lena)
    desk.change_member(priya, PLAIN, seen=desk.member(priya).seen, by=lena)
    desk.set_role(jo, Role.CUSTOMER, by=lena)
    desk.follow_members([jo], skills=BILLING)

    assert desk.agent(jo) is None, "removed by hand"
    assert desk.agent(amir) is not None, "made one by hand, and no member"
    assert desk.agent(priya) is not None, "by hand as well by now"

    followed = replace(PLAIN, assignable=Assignable.FOLLOWS, role=Role.CUSTOMER)
    desk.change_member(jo, followed, seen=desk.member(jo).seen, by=lena)
    desk.follow_members([jo], skills=BILLING)
    assert desk.member(jo).assignable is Assignable.FOLLOWS
    assert desk.person(jo).role is Role.AGENT


def test_a_lead_who_leaves_the_channel_stays_a_lead(desk: Desk, cast: Cast, lena: PersonId) -> None:
    desk.follow_members([lena], skills={})
    assert desk.agent(lena) is not None
    desk.follow_members([], skills={})
    assert (desk.agent(lena), desk.person(lena).role) == (None, Role.LEAD)


def test_who_follows_the_channel_cannot_be_a_customer_as_well(desk: Desk, cast: Cast, lena: PersonId) -> None:
    jo = cast.customer("jo")
    desk.follow_members([jo], skills=BILLING)
    change = replace(PLAIN, role=Role.CUSTOMER, assignable=Assignable.FOLLOWS)
    with pytest.raises(InvalidInput, match="again"):
        desk.change_member(jo, change, seen=desk.member(jo).seen, by=lena)
