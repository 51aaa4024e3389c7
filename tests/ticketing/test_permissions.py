"""Who may do what through the core's own door: every use case of a person, for every role, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.desk.membership import Assignable, MemberChange
from ticketing.errors import (
    HelpdeskError,
    NotAllowed,
    NotAnAgent,
    NotTheHolder,
    OwnTicket,
    TicketNotFound,
)
from ticketing.model import PersonId, Priority, Role, Ticket, TicketRef, TicketStatus, Tier

LATER = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)

Act = Callable[[Desk, TicketRef, PersonId], object]

OF_THE_TEAM: dict[str, Act] = {
    "claim": lambda desk, ref, by: desk.claim(ref, by=by, beyond_capacity=True),
    "set_priority": lambda desk, ref, by: desk.set_priority(ref, Priority.LOW, by=by),
    "set_category": lambda desk, ref, by: desk.set_category(ref, "account", by=by),
    "put_aside": lambda desk, ref, by: desk.put_aside(ref, by=by),
    "escalate": lambda desk, ref, by: desk.escalate(ref, by=by),
    "take_alert": lambda desk, ref, by: desk.take_alert(ref, by=by, until=LATER, seen=True),
    "release_alert": lambda desk, ref, by: desk.release_alert(ref, by=by),
    "note": lambda desk, ref, by: desk.add_comment(ref, author_id=by, text="Psst", internal=True, source="m:C:n"),
}
OF_THE_HOLDER: dict[str, Act] = {
    "release": lambda desk, ref, by: desk.release(ref, by=by),
    "start": lambda desk, ref, by: desk.start(ref, by=by),
    "wait_for_customer": lambda desk, ref, by: desk.wait_for_customer(ref, by=by),
    "resume": lambda desk, ref, by: desk.resume(ref, by=by),
    "transition": lambda desk, ref, by: desk.transition(ref, TicketStatus.IN_PROGRESS, by=by),
    "resolve": lambda desk, ref, by: desk.resolve(ref, by=by),
    "snooze": lambda desk, ref, by: desk.snooze(ref, LATER, by=by),
    "wake": lambda desk, ref, by: desk.wake(ref, by=by),
}
SAME = MemberChange(
    role=Role.AGENT,
    assignable=Assignable.YES,
    skills={"billing": 3},
    max_load=5,
    is_senior=False,
    shifts=None,
    tier=None,
)
OF_LEADS: dict[str, Callable[[Desk, PersonId, PersonId], object]] = {
    "set_role": lambda desk, who, by: desk.set_role(who, Role.LEAD, by=by),
    "make_agent": lambda desk, who, by: desk.make_agent(who, skills={"billing": 1}, by=by),
    "remove_agent": lambda desk, who, by: desk.remove_agent(who, by=by),
    "set_tier": lambda desk, who, by: desk.set_tier(who, Tier.PREMIUM, by=by),
    "set_organization": lambda desk, who, by: desk.set_organization(who, "Acme", Tier.PREMIUM, by=by),
    "set_available": lambda desk, who, by: desk.set_available(who, available=False, by=by),
    "set_shifts": lambda desk, who, by: desk.set_shifts(who, {"mon": ["09:00-17:00"]}, by=by),
    "add_leave": lambda desk, who, by: desk.add_leave(who, LATER, LATER + timedelta(days=1), by=by),
    "change_member": lambda desk, who, by: desk.change_member(who, SAME, seen=desk.member(who).seen, by=by),
}
ABOUT_ONESELF = {"set_available", "set_shifts", "add_leave"}
NOBODY = PersonId(999_999)


def state(desk: Desk, ref: TicketRef) -> tuple[object, ...]:
    notes = desk.comments(ref, include_internal=True)
    return desk.ticket(ref), notes, desk.events(ref), desk.agents(), desk.configuration().version


def refused(fault: type[HelpdeskError], act: Callable[[], object]) -> None:
    """The act is refused with exactly that error, whose message is a sentence fit to show."""
    with pytest.raises(HelpdeskError) as error:
        act()
    assert type(error.value) is fault
    assert str(error.value).endswith(".")


@pytest.fixture
def alerted(desk: Desk, cast: Cast, clock: MovableClock) -> Ticket:
    """A ticket of Mara's that Amir holds, about which an alert stands open and has been seen."""
    amir = cast.agent("amir", max_load=5)
    ticket = cast.ticket(priority=Priority.URGENT)
    clock.advance(hours=1, seconds=2)
    desk.watch_step(clock.now)
    desk.take_alert(ticket.ref, by=amir, until=LATER, seen=True)
    return ticket


def test_a_customer_does_nothing_that_is_an_agents(desk: Desk, cast: Cast, alerted: Ticket) -> None:
    before = state(desk, alerted.ref)

    for who in (alerted.customer_id, cast.customer("tomas"), NOBODY):
        for act in (OF_THE_TEAM | OF_THE_HOLDER).values():
            refused(NotAnAgent, lambda act=act, who=who: act(desk, alerted.ref, who))  # type: ignore[misc]

    assert state(desk, alerted.ref) == before


@pytest.mark.parametrize("name", OF_THE_TEAM)
def test_agents_leads_and_admins_do_what_is_the_teams(desk: Desk, cast: Cast, alerted: Ticket, name: str) -> None:
    holder = desk.ticket(alerted.ref).assigned_agent_id
    assert holder is not None
    for role in (Role.AGENT, Role.LEAD, Role.ADMIN):
        by = holder if name == "claim" else cast.agent(f"{role.name}er", skills={})
        desk.set_role(by, role, by=None)
        if name == "release_alert":
            desk.take_alert(alerted.ref, by=by, until=LATER, seen=True)
        OF_THE_TEAM[name](desk, alerted.ref, by)


def test_only_its_holder_works_a_ticket_whatever_the_others_role(desk: Desk, cast: Cast, alerted: Ticket) -> None:
    other = cast.agent("jo")
    for role in (Role.AGENT, Role.LEAD, Role.ADMIN):
        desk.set_role(other, role, by=None)
        before = state(desk, alerted.ref)
        for act in OF_THE_HOLDER.values():
            refused(NotTheHolder, lambda act=act: act(desk, alerted.ref, other))  # type: ignore[misc]
        assert state(desk, alerted.ref) == before


def test_on_ones_own_ticket_one_is_only_its_customer(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    own = cast.ticket("amir")
    for role in (Role.AGENT, Role.LEAD, Role.ADMIN):
        desk.set_role(amir, role, by=None)
        before = state(desk, own.ref)
        for act in (OF_THE_TEAM | OF_THE_HOLDER).values():
            refused(OwnTicket, lambda act=act: act(desk, own.ref, amir))  # type: ignore[misc]
        assert state(desk, own.ref) == before


def test_who_assigns_is_of_the_team_and_whom_is_an_agent(desk: Desk, cast: Cast, alerted: Ticket) -> None:
    jo, tomas, own = cast.agent("jo"), cast.customer("tomas"), cast.ticket("jo")
    lead = cast.customer("lena")
    desk.set_role(lead, Role.LEAD, by=None)

    for by in (alerted.customer_id, tomas, NOBODY):
        refused(NotAnAgent, lambda by=by: desk.assign(alerted.ref, to=jo, by=by))  # type: ignore[misc]
    for to in (tomas, lead, NOBODY):
        refused(NotAnAgent, lambda to=to: desk.assign(alerted.ref, to=to, by=lead))  # type: ignore[misc]
    refused(OwnTicket, lambda: desk.assign(own.ref, to=jo, by=jo))
    refused(OwnTicket, lambda: desk.assign(own.ref, to=jo, by=lead))
    refused(OwnTicket, lambda: desk.assign(own.ref, to=cast.agent("priya"), by=jo))
    assert desk.assign(alerted.ref, to=jo, by=lead).assigned_agent_id == jo


def test_reopening_is_its_customers_or_the_teams(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    ticket = desk.resolve(cast.ticket().ref, by=amir)

    for who in (cast.customer("tomas"), NOBODY):
        refused(NotAnAgent, lambda who=who: desk.reopen(ticket.ref, by=who))  # type: ignore[misc]
    assert desk.reopen(ticket.ref, by=ticket.customer_id).status is TicketStatus.IN_PROGRESS
    desk.resolve(ticket.ref, by=amir)
    assert desk.reopen(ticket.ref, by=cast.agent("jo")).status is TicketStatus.IN_PROGRESS


def test_withdrawing_is_its_customers_alone(desk: Desk, cast: Cast, alerted: Ticket) -> None:
    lead = cast.agent("lena")
    desk.set_role(lead, Role.ADMIN, by=None)
    for who in (lead, cast.customer("tomas"), NOBODY):
        refused(TicketNotFound, lambda who=who: desk.withdraw(alerted.ref, by=who))  # type: ignore[misc]
    assert desk.withdraw(alerted.ref, by=alerted.customer_id).status is TicketStatus.CLOSED


@pytest.mark.parametrize("name", OF_LEADS)
def test_the_team_is_its_leads_to_arrange(desk: Desk, cast: Cast, name: str) -> None:
    amir, jo, ticket = cast.agent("amir"), cast.agent("jo"), cast.ticket()
    before = state(desk, ticket.ref), desk.customer(jo), desk.person(jo)

    for by in (cast.customer(), amir, NOBODY):
        refused(NotAllowed, lambda by=by: OF_LEADS[name](desk, jo, by))  # type: ignore[misc]
    assert (state(desk, ticket.ref), desk.customer(jo), desk.person(jo)) == before

    for number, role in enumerate((Role.LEAD, Role.ADMIN)):
        lead, who = cast.customer(f"lead{number}"), cast.agent(f"other{number}")
        desk.set_role(lead, role, by=None)
        OF_LEADS[name](desk, who, lead)
    if name in ABOUT_ONESELF:
        OF_LEADS[name](desk, jo, jo)


def test_only_an_admin_says_who_is_an_admin(desk: Desk, cast: Cast) -> None:
    lead, admin, jo = cast.customer("lena"), cast.customer("ada"), cast.agent("jo")
    desk.set_role(lead, Role.LEAD, by=None)
    desk.set_role(admin, Role.ADMIN, by=None)

    refused(NotAllowed, lambda: desk.set_role(jo, Role.ADMIN, by=lead))
    refused(NotAllowed, lambda: desk.set_role(admin, Role.CUSTOMER, by=lead))
    assert desk.set_role(jo, Role.ADMIN, by=admin).role is Role.ADMIN
    assert desk.set_role(jo, Role.AGENT, by=admin).role is Role.AGENT


def test_the_settings_are_the_admins_to_change(desk: Desk, cast: Cast) -> None:
    lead, admin = cast.customer("lena"), cast.customer("ada")
    desk.set_role(lead, Role.LEAD, by=None)
    desk.set_role(admin, Role.ADMIN, by=None)

    for by in (cast.customer(), cast.agent("amir"), lead, NOBODY):
        refused(NotAllowed, lambda by=by: desk.configure({"default_max_load": 7}, by=by))  # type: ignore[misc]
    assert desk.configuration().version == 0
    assert desk.configure({"default_max_load": 7}, by=admin) == 1
