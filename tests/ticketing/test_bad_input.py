"""What cannot be is refused by name, with a sentence fit to show, and nothing has changed. On both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import (
    HelpdeskError,
    InvalidInput,
    NotAnAgent,
    NotTheHolder,
    PersonNotFound,
    StaleTicket,
    TicketNotFound,
    TransitionNotAllowed,
)
from ticketing.model import PersonId, Priority, Role, Ticket, TicketRef, Tier

NOBODY = [PersonId(0), PersonId(-1), PersonId(999_999), PersonId(2**63), PersonId(-(2**70))]
NO_TICKETS = [(1, 999), (2**63, 1), (1, 2**64), (0, 0), (-5, -(2**63) - 1)]

BEFORE_TIME = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
AFTER_TIME = datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))
NO_ZONE = datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001  the fault that is tried
NO_MOMENTS = [BEFORE_TIME, AFTER_TIME, NO_ZONE]
NO_KEYS = ["", "a\x00b", "\ud83d", "x" * 301]

Act = Callable[[Desk, TicketRef, PersonId], object]

ON_A_TICKET: dict[str, Act] = {
    "ticket": lambda desk, ref, by: desk.ticket(ref),
    "claim": lambda desk, ref, by: desk.claim(ref, by=by),
    "assign": lambda desk, ref, by: desk.assign(ref, to=by, by=by),
    "release": lambda desk, ref, by: desk.release(ref, by=by),
    "start": lambda desk, ref, by: desk.start(ref, by=by),
    "wait": lambda desk, ref, by: desk.wait_for_customer(ref, by=by),
    "resume": lambda desk, ref, by: desk.resume(ref, by=by),
    "resolve": lambda desk, ref, by: desk.resolve(ref, by=by),
    "reopen": lambda desk, ref, by: desk.reopen(ref, by=by),
    "withdraw": lambda desk, ref, by: desk.withdraw(ref, by=by),
    "put aside": lambda desk, ref, by: desk.put_aside(ref, by=by),
    "priority": lambda desk, ref, by: desk.set_priority(ref, Priority.URGENT, by=by),
    "category": lambda desk, ref, by: desk.set_category(ref, "account", by=by),
    "escalate": lambda desk, ref, by: desk.escalate(ref, by=by),
    "undo": lambda desk, ref, by: desk.undo(ref, by=by),
    "snooze": lambda desk, ref, by: desk.snooze(ref, datetime(2030, 1, 1, tzinfo=UTC), by=by),
    "comment": lambda desk, ref, by: desk.add_comment(ref, author_id=by, text="Hello", source="m:C:1"),
}
ONLY_ITS_HOLDER = {"release", "start", "wait", "resume", "resolve", "snooze"}


def refuses(fault: type[HelpdeskError], act: Callable[[], object]) -> HelpdeskError:
    """The act is refused with that error, whose message is a sentence."""
    with pytest.raises(fault) as refused:
        act()
    assert str(refused.value).endswith((".", "!"))
    return refused.value


def state(desk: Desk, ticket: Ticket) -> tuple[object, ...]:
    notes = desk.comments(ticket.ref, include_internal=True)
    return desk.ticket(ticket.ref), notes, desk.events(ticket.ref), desk.agents(), desk.queue()


def test_what_is_no_ticket_is_not_found(desk: Desk, cast: Cast) -> None:
    ticket, amir = cast.ticket(), cast.agent("amir")
    before = state(desk, ticket)
    refs = [TicketRef(PersonId(customer), number) for customer, number in NO_TICKETS]
    refs.append(TicketRef(cast.customer("tomas"), ticket.number))

    for ref in refs:
        for act in ON_A_TICKET.values():
            refuses(TicketNotFound, lambda act=act, ref=ref: act(desk, ref, amir))  # type: ignore[misc]
        assert desk.find(ref.number) in (None, ticket.ref)
    assert state(desk, ticket) == before


def test_who_is_nobody_is_not_found(desk: Desk, cast: Cast) -> None:
    cast.ticket()
    for nobody in NOBODY:
        words = {"subject": "Help", "description": "", "category": "billing"}
        refuses(PersonNotFound, lambda who=nobody, words=words: desk.open_ticket(who, source="v:1", **words))  # type: ignore[misc]
        refuses(PersonNotFound, lambda who=nobody: desk.person(who))  # type: ignore[misc]
        refuses(PersonNotFound, lambda who=nobody: desk.customer(who))  # type: ignore[misc]
        refuses(PersonNotFound, lambda who=nobody: desk.set_role(who, Role.LEAD, by=None))  # type: ignore[misc]
        refuses(PersonNotFound, lambda who=nobody: desk.set_tier(who, Tier.PREMIUM, by=None))  # type: ignore[misc]
        refuses(PersonNotFound, lambda who=nobody: desk.make_agent(who, skills={}, by=None))  # type: ignore[misc]
        refuses(NotAnAgent, lambda who=nobody: desk.set_available(who, available=True, by=None))  # type: ignore[misc]
        assert desk.agent(nobody) is None
        assert desk.tickets_of_customer(nobody) == desk.tickets_of_agent(nobody) == []


def test_who_is_no_agent_or_not_the_holder_changes_nothing(desk: Desk, cast: Cast) -> None:
    cast.agent("amir")
    held = cast.ticket()
    mara, jo = held.customer_id, cast.agent("jo", skills={})
    before = state(desk, held)

    for name in ONLY_ITS_HOLDER:
        refuses(NotTheHolder, lambda name=name: ON_A_TICKET[name](desk, held.ref, jo))  # type: ignore[misc]
        for who in (mara, *NOBODY):
            refuses(NotAnAgent, lambda name=name, who=who: ON_A_TICKET[name](desk, held.ref, who))  # type: ignore[misc]
    for who in (cast.customer("tomas"), *NOBODY):
        refuses(NotAnAgent, lambda who=who: desk.claim(held.ref, by=who))  # type: ignore[misc]
        refuses(NotAnAgent, lambda who=who: desk.assign(held.ref, to=who, by=jo))  # type: ignore[misc]
        refuses(TicketNotFound, lambda who=who: desk.withdraw(held.ref, by=who))  # type: ignore[misc]
    assert state(desk, held) == before


def test_steps_that_the_lifecycle_does_not_have(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    closed = desk.withdraw(cast.ticket().ref, by=cast.customer())
    resolved = desk.resolve(cast.ticket().ref, by=amir)
    before = state(desk, closed), state(desk, resolved)

    refuses(TransitionNotAllowed, lambda: desk.resolve(closed.ref, by=amir))
    for ticket in (closed, resolved):
        refuses(StaleTicket, lambda ref=ticket.ref: desk.claim(ref, by=amir))  # type: ignore[misc]
        refuses(StaleTicket, lambda ref=ticket.ref: desk.assign(ref, to=amir, by=amir))  # type: ignore[misc]
        refuses(NotTheHolder, lambda ref=ticket.ref: desk.start(ref, by=amir))  # type: ignore[misc]
    refuses(StaleTicket, lambda: desk.reopen(closed.ref, by=closed.customer_id))
    assert (state(desk, closed), state(desk, resolved)) == before


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00", "\ud800\udfff"[:1], "x" * 40_001])
def test_a_comment_that_says_nothing_or_too_much(desk: Desk, cast: Cast, text: str) -> None:
    ticket = cast.ticket()
    before = state(desk, ticket)

    refused = refuses(InvalidInput, lambda: cast.says(ticket.ref, ticket.customer_id, text))

    assert isinstance(refused, InvalidInput)
    assert refused.field == "text"
    assert state(desk, ticket) == before


def test_odd_text_is_kept_as_far_as_it_can_be(desk: Desk, cast: Cast) -> None:
    odd = "e\u0301 \u202e abc \U0001f469\u200d\U0001f4bb \x07 \ufffe %s ' \" \\ ; DROP TABLE tickets -- " + "ü" * 30_000
    ticket = cast.ticket(description=odd)
    cast.says(ticket.ref, ticket.customer_id, "\x00" + odd + "\udc00")

    assert desk.ticket(ticket.ref).description == odd.strip()
    assert desk.comments(ticket.ref, include_internal=False)[0].text == odd.strip()


@pytest.mark.parametrize("moment", NO_MOMENTS)
def test_moments_that_no_table_holds(desk: Desk, cast: Cast, moment: datetime) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    before = state(desk, ticket)

    refuses(InvalidInput, lambda: cast.ticket(at=moment))
    refuses(InvalidInput, lambda: cast.says(ticket.ref, amir, "Hello", said_at=moment))
    refuses(InvalidInput, lambda: desk.snooze(ticket.ref, moment, by=amir))
    refuses(InvalidInput, lambda: desk.set_available(amir, available=False, until=moment, by=None))

    assert state(desk, ticket) == before
    assert len(desk.tickets_of_customer(ticket.customer_id)) == 1


def test_moments_at_the_ends_of_time_are_kept(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

    ticket = cast.ticket(at=first)
    cast.says(ticket.ref, ticket.customer_id, "Hello", said_at=last)
    desk.snooze(ticket.ref, last, by=amir)

    after = desk.ticket(ticket.ref)
    assert (after.opened_at, after.snoozed_until) == (first, last)
    assert desk.comments(ticket.ref, include_internal=False)[0].said_at == clock.now


def test_a_moment_in_a_zone_is_counted_in_real_time(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Summer time ends in Vienna in the hours after: they count as they pass, not as the wall clock shows them."""
    from zoneinfo import ZoneInfo

    clock.now = datetime(2026, 10, 25, 2, 0, tzinfo=UTC)
    evening = datetime(2026, 10, 24, 23, 0, tzinfo=ZoneInfo("Europe/Vienna"))

    ticket = cast.ticket(priority=Priority.HIGH, at=evening)

    assert ticket.response_due_at == evening.astimezone(UTC) + timedelta(hours=4)


@pytest.mark.parametrize("key", NO_KEYS)
def test_keys_that_no_table_holds(desk: Desk, cast: Cast, key: str) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    before = state(desk, ticket)

    refuses(InvalidInput, lambda: cast.ticket(source=key))
    refuses(InvalidInput, lambda: desk.ensure_person(key, "Somebody"))
    refuses(InvalidInput, lambda: desk.make_agent(amir, skills={key: 3}, by=None))
    if key:
        refuses(InvalidInput, lambda: cast.says(ticket.ref, amir, "Hello", source=key))
        refuses(InvalidInput, lambda: desk.resolve(ticket.ref, by=amir, answer="Done", source=key))

    assert state(desk, ticket) == before


def test_figures_out_of_range(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    before = desk.agents()
    for level in (0, 6, -1, 2**70):
        refuses(InvalidInput, lambda level=level: desk.make_agent(amir, skills={"billing": level}, by=None))  # type: ignore[misc]
    for load in (-1, 1001, 2**70):
        refuses(InvalidInput, lambda load=load: desk.make_agent(amir, skills={}, max_load=load, by=None))  # type: ignore[misc]
    assert desk.agents() == before
