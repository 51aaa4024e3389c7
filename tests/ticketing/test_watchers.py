"""Who reads along: watchers, and colleagues by the setting, on both databases."""

from __future__ import annotations

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import HelpdeskError, InvalidInput, NotAnAgent, PersonNotFound, TicketNotFound
from ticketing.events import EventKind
from ticketing.model import PersonId, Role, TicketRef, Tier

NOBODY = PersonId(999_999)
SIGHT = {
    "colleagues_see_tickets": True,
    "categories": [
        {"key": "billing", "name": "Billing"},
        {"key": "hr", "name": "HR", "private": True, "channel": "C1"},
    ],
}


def colleagues(desk: Desk, cast: Cast, *names: str) -> list[PersonId]:
    people = [cast.customer(name) for name in names]
    for person in people:
        desk.set_organization(person, "Acme", Tier.STANDARD, by=None)
    return people


def test_off_by_default_nobody_but_customer_and_team_sees_a_ticket(desk: Desk, cast: Cast) -> None:
    mara, tomas = colleagues(desk, cast, "mara", "tomas")
    amir, stranger = cast.agent("amir"), cast.customer("zoe")
    ticket = cast.ticket()

    assert [desk.may_see(who, ticket) for who in (mara, amir, tomas, stranger, NOBODY)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert desk.tickets_of_colleagues(tomas) == []
    with pytest.raises(TicketNotFound):
        desk.watch(ticket.ref, tomas, by=tomas)
    for by in (mara, amir):
        with pytest.raises(InvalidInput):
            desk.watch(ticket.ref, tomas, by=by)


def test_with_the_setting_colleagues_read_along(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    desk.configure(SIGHT, by=None)
    mara, tomas = colleagues(desk, cast, "mara", "tomas")
    stranger = cast.customer("zoe")
    before = cast.ticket("zoe")
    one = cast.ticket()
    clock.advance(minutes=1)
    two = cast.ticket()
    private = cast.ticket(category="hr")
    cast.ticket("tomas")

    assert desk.is_colleague(tomas, one)
    assert not desk.is_colleague(mara, one)
    assert not desk.is_colleague(stranger, one)
    assert not desk.may_see(tomas, private)
    assert not desk.may_see(tomas, before)
    assert [each.number for each in desk.tickets_of_colleagues(tomas)] == [two.number, one.number]
    assert [each.number for each in desk.tickets_of_colleagues(tomas, limit=1, offset=1)] == [one.number]
    assert desk.tickets_of_colleagues(stranger) == desk.tickets_of_colleagues(NOBODY) == []


def test_who_leaves_the_organization_sees_nothing_any_more(desk: Desk, cast: Cast) -> None:
    desk.configure(SIGHT, by=None)
    _, tomas = colleagues(desk, cast, "mara", "tomas")
    ticket = cast.ticket()
    assert desk.watch(ticket.ref, tomas, by=tomas)
    assert [each.id for each in desk.watchers(ticket.ref)] == [tomas]
    assert desk.watched_by(tomas) == [desk.ticket(ticket.ref)]

    desk.set_organization(tomas, "Other", Tier.STANDARD, by=None)

    assert not desk.may_see(tomas, ticket)
    assert desk.watchers(ticket.ref) == []
    assert desk.watched_by(tomas) == []
    desk.configure({"colleagues_see_tickets": False}, by=None)
    desk.set_organization(tomas, "Acme", Tier.STANDARD, by=None)
    assert desk.watchers(ticket.ref) == []
    assert desk.watched_by(tomas) == []
    assert desk.unwatch(ticket.ref, tomas, by=tomas)


def test_watching_begins_and_ends_once(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo")
    ticket = cast.ticket()

    assert desk.watch(ticket.ref, jo, by=jo)
    clock.advance(seconds=1)
    assert not desk.watch(ticket.ref, jo, by=amir)
    assert desk.watch(ticket.ref, amir, by=jo)
    assert not desk.watch(ticket.ref, ticket.customer_id, by=ticket.customer_id)
    assert [each.name for each in desk.watchers(ticket.ref)] == ["Jo", "Amir"]
    assert [each.number for each in desk.watched_by(jo)] == [ticket.number]
    assert desk.watched_by(jo, hidden={"billing"}) == desk.watched_by(jo, offset=1) == []
    assert desk.unwatch(ticket.ref, jo, by=amir)
    assert not desk.unwatch(ticket.ref, jo, by=jo)

    events = [(event.kind, event.actor_id, event.from_value, event.to_value) for event in desk.events(ticket.ref)[-3:]]
    assert events == [
        (EventKind.WATCHED, jo, None, str(jo)),
        (EventKind.WATCHED, jo, None, str(amir)),
        (EventKind.UNWATCHED, amir, str(jo), None),
    ]


def test_who_may_say_who_reads_along(desk: Desk, cast: Cast) -> None:
    desk.configure(SIGHT, by=None)
    mara, tomas, dagny = colleagues(desk, cast, "mara", "tomas", "dagny")
    amir, stranger = cast.agent("amir"), cast.customer("zoe")
    ticket = cast.ticket()

    def outcome(person: PersonId, by: PersonId) -> type[HelpdeskError] | bool:
        try:
            return desk.watch(ticket.ref, person, by=by)
        except HelpdeskError as error:
            return type(error)

    assert outcome(tomas, mara) is True
    assert outcome(dagny, tomas) is NotAnAgent
    assert outcome(dagny, amir) is True
    assert outcome(amir, mara) is True
    assert outcome(stranger, amir) is InvalidInput
    assert outcome(stranger, stranger) is TicketNotFound
    assert outcome(NOBODY, amir) is PersonNotFound
    assert outcome(PersonId(2**70), amir) is PersonNotFound
    for by, fault in ((tomas, NotAnAgent), (stranger, TicketNotFound), (NOBODY, TicketNotFound)):
        with pytest.raises(fault):
            desk.unwatch(ticket.ref, dagny, by=by)
    assert desk.unwatch(ticket.ref, dagny, by=mara)
    with pytest.raises(TicketNotFound):
        desk.watch(TicketRef(tomas, ticket.number), tomas, by=tomas)
    desk.set_role(amir, Role.CUSTOMER, by=None)
    assert [each.id for each in desk.watchers(ticket.ref)] == [tomas]


def test_a_ticket_has_not_more_watchers_than_can_be_told(
    desk: Desk, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticketing.desk.watchers.MOST_WATCHERS", 1)
    ticket, amir = cast.ticket(), cast.agent("amir")
    desk.watch(ticket.ref, amir, by=amir)
    with pytest.raises(InvalidInput):
        desk.watch(ticket.ref, cast.agent("jo"), by=amir)
