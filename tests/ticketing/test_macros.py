"""Macros of the team and of one's own: kept, filled, used as one step, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.configuration import parse
from ticketing.desk import Desk
from ticketing.desk.macros import Whose
from ticketing.errors import (
    HelpdeskError,
    InvalidConfiguration,
    InvalidInput,
    MacroNotFound,
    NotAllowed,
    NotAnAgent,
    NotTheHolder,
    OwnTicket,
    StaleTicket,
    TicketNotFound,
)
from ticketing.events import EventKind
from ticketing.macros import MOST_OWN, read_macro
from ticketing.model import ClockKind, Priority, Role, TicketRef, TicketStatus

THANKS: dict[str, Any] = {"key": "thanks", "title": "Thanks", "text": "Hi {customer}, thanks for #{{1}}. {agent}"}
RESET: dict[str, Any] = {
    "key": "reset",
    "title": "Password reset",
    "text": "Hi {customer}, {number} ({subject}) is done: {category}, {priority}. {agent_name}",
    "status": "resolved",
    "priority": "low",
    "tags": ["Password", "self service"],
}


def macro(**more: Any) -> dict[str, Any]:
    return THANKS | more


REFUSED = [
    (macro(text="Hi {custmer}"), "text", "There is no placeholder {custmer}."),
    (macro(text="Hi {}"), "text", "There is no placeholder {}."),
    (macro(text="{customer.__class__}"), "text", "There is no placeholder {customer.__class__}."),
    (macro(text="{customer!r}"), "text", "There is no placeholder {customer!r}."),
    (macro(text="{customer:>9}"), "text", "There is no placeholder {customer:>9}."),
    (macro(text="Hi {customer"), "text", "A brace stands alone."),
    (macro(text="}"), "text", "A brace stands alone."),
    (macro(text="  "), "text", "Write something here."),
    (macro(text="x" * 3001), "text", ""),
    (macro(text="a\x00b"), "text", "It holds characters that cannot be stored."),
    (macro(key="Two words"), "key", "A key is 1 to 40 small letters"),
    (macro(title=""), "title", "Write something here."),
    (macro(status="open"), "status", ""),
    (macro(priority="extreme"), "priority", "A priority is low, medium, high or urgent."),
    (macro(tags=["!"]), "tags", "A tag is letters"),
    (macro(close=True), "close", ""),
]


@pytest.mark.parametrize(("document", "field", "sentence"), REFUSED)
def test_what_would_not_work_is_refused_when_it_is_saved(document: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_macro(document)
    assert refused.value.field == field
    assert str(refused.value).startswith(sentence)
    with pytest.raises(InvalidConfiguration):
        parse({"macros": [document]})


def test_a_macro_is_written_out_and_read_back() -> None:
    read = read_macro(RESET)
    assert read.tags == ("password", "self-service")
    assert read_macro(read.to_document()) == read
    with pytest.raises(InvalidConfiguration):
        parse({"macros": [THANKS, THANKS]})


def test_one_uses_the_teams_and_ones_own_and_ones_own_come_first(desk: Desk, cast: Cast) -> None:
    amir, jo, lena = cast.agent("amir"), cast.agent("jo"), cast.agent("lena")
    desk.set_role(lena, Role.LEAD, by=None)
    desk.save_shared_macro(THANKS, by=lena)
    desk.save_shared_macro(RESET, by=lena)
    desk.save_macro(macro(title="My thanks", text="Cheers"), by=amir)

    assert [(one.macro.title, one.whose) for one in desk.macros(amir)] == [
        ("My thanks", Whose.OWN),
        ("Password reset", Whose.SHARED),
    ]
    assert [one.macro.title for one in desk.macros(jo)] == ["Password reset", "Thanks"]
    assert desk.macro("thanks", jo).whose is Whose.SHARED
    desk.save_macro(macro(title="Mine", text="Cheers"), by=amir)
    assert desk.macro("thanks", amir).macro.title == "Mine"
    assert desk.delete_macro("thanks", by=amir)
    assert not desk.delete_macro("thanks", by=amir)
    assert desk.macro("thanks", amir).whose is Whose.SHARED
    assert desk.delete_shared_macro("thanks", by=lena)
    assert not desk.delete_shared_macro("thanks", by=lena)
    with pytest.raises(MacroNotFound):
        desk.macro("thanks", amir)


def test_the_teams_are_the_leads_to_change_and_customers_have_none(
    desk: Desk, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    amir, mara = cast.agent("amir"), cast.customer()
    for act in (lambda: desk.save_shared_macro(THANKS, by=amir), lambda: desk.delete_shared_macro("thanks", by=amir)):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotAnAgent):
        desk.save_macro(THANKS, by=mara)
    assert MOST_OWN >= 50
    monkeypatch.setattr("ticketing.desk.macros.MOST_OWN", 1)
    desk.save_macro(THANKS, by=amir)
    desk.save_macro(macro(text="Changed"), by=amir)
    with pytest.raises(InvalidInput):
        desk.save_macro(RESET, by=amir)


def test_a_new_macro_recomputes_no_deadline(desk: Desk, cast: Cast) -> None:
    cast.agent("amir")
    ticket = cast.ticket()
    desk.save_shared_macro(THANKS, by=None)
    assert desk.outdated_clocks() == desk.recompute_step() == 0
    document: dict[str, Any] = {"macros": [THANKS], "policies": [{"first_response": {"medium": "1h"}}]}
    desk.configure(document, by=None)
    desk.save_shared_macro(RESET, by=None)
    assert desk.outdated_clocks() == desk.recompute_step() == 1
    assert desk.recompute_step() == 0
    clock = desk.ticket(ticket.ref).clock(ClockKind.FIRST_RESPONSE)
    assert clock is not None
    assert clock.target_s == 3600


def test_using_one_is_an_answer_with_all_that_it_says(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    desk.save_shared_macro(RESET, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket(subject="{agent} cannot <!channel> log in")
    assert desk.filled_macro(ticket.ref, "reset", by=amir) == (
        f"Hi Mara, #{ticket.number} ({{agent}} cannot <!channel> log in) is done: Billing, medium. Amir"
    )
    after = desk.apply_macro(ticket.ref, "reset", by=amir, source="v:1")
    assert (after.status, after.priority, after.resolved_at) == (TicketStatus.RESOLVED, Priority.LOW, clock.now)
    assert desk.tags(ticket.ref) == ["password", "self-service"]
    said = desk.comments(ticket.ref, include_internal=False)
    assert [(one.author_id, one.is_internal, one.source) for one in said] == [(amir, False, "v:1")]
    used = next(event for event in desk.events(ticket.ref) if event.kind is EventKind.MACRO_APPLIED)
    assert (used.actor_id, used.to_value, used.reason, used.data) == (amir, "reset", "shared", {"comment": 1})
    assert cast.load(amir) == 0

    again = desk.apply_macro(ticket.ref, "reset", by=amir, source="v:1")
    assert again.version == after.version
    assert len(desk.comments(ticket.ref, include_internal=True)) == 1


def test_on_a_merged_ticket_it_is_used_on_the_one_with_which_that_was_joined(desk: Desk, cast: Cast) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo")
    macro = {"key": "done", "title": "Done", "text": "{number} is done.", "status": "resolved", "tags": ["pdf"]}
    desk.save_macro(macro, by=amir)
    first, second, last = cast.ticket(), cast.ticket(), cast.ticket()
    desk.claim(last.ref, by=amir)
    desk.merge(first.ref, second.ref, by=amir)
    desk.merge(second.ref, last.ref, by=amir)

    assert desk.filled_macro(first.ref, "done", by=amir) == f"#{last.number} is done."
    for _ in range(2):
        ticket = desk.apply_macro(first.ref, "done", by=amir, source="v:again")
        assert (ticket.ref, ticket.status) == (last.ref, TicketStatus.RESOLVED)

    (said,) = [each for each in desk.comments(last.ref, include_internal=False) if each.author_id == amir]
    assert (said.ticket_number, said.text) == (last.number, f"#{last.number} is done.")
    (logged,) = [each for each in desk.events(last.ref) if each.kind is EventKind.COMMENTED]
    assert logged.data["via"] == first.number
    assert (desk.tags(last.ref), desk.tags(first.ref)) == (["pdf"], [])
    desk.save_macro(macro | {"key": "more"}, by=jo)
    with pytest.raises(StaleTicket):
        desk.apply_macro(second.ref, "more", by=jo, source="v:late")


def test_what_was_made_of_its_words_is_what_is_sent(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    desk.save_macro(macro(status="pending_customer"), by=amir)
    ticket = cast.ticket()
    after = desk.apply_macro(ticket.ref, "thanks", by=amir, source="v:1", text="Which {browser}?")
    assert after.status is TicketStatus.PENDING_CUSTOMER
    assert [one.text for one in desk.comments(ticket.ref, include_internal=False)] == ["Which {browser}?"]
    used = next(event for event in desk.events(ticket.ref) if event.kind is EventKind.MACRO_APPLIED)
    assert used.reason == "own"
    with pytest.raises(InvalidInput):
        desk.apply_macro(ticket.ref, "thanks", by=amir, source="v:2", text="  ")


def test_all_of_it_or_nothing(desk: Desk, cast: Cast) -> None:
    """Somebody else's ticket cannot be resolved by a macro either, and then nothing is said."""
    amir, jo = cast.agent("amir"), cast.agent("jo")
    desk.save_shared_macro(RESET, by=None)
    desk.save_shared_macro(THANKS, by=None)
    ticket, own, done, closed = cast.ticket(), cast.ticket("jo"), cast.ticket(), cast.ticket()
    desk.assign(ticket.ref, to=amir, by=jo)
    desk.assign(done.ref, to=jo, by=amir)
    desk.resolve(done.ref, by=jo)

    def outcome(ref: TicketRef, key: str, by: Any) -> type[HelpdeskError]:
        before = desk.events(ref) if by != own.ref else []
        with pytest.raises(HelpdeskError) as refused:
            desk.apply_macro(ref, key, by=by, source="v:1")
        assert desk.events(ref) == before
        assert desk.comments(ref, include_internal=True) == []
        assert desk.tags(ref) == []
        return type(refused.value)

    assert outcome(ticket.ref, "reset", jo) is NotTheHolder
    assert outcome(ticket.ref, "gone", jo) is MacroNotFound
    assert outcome(ticket.ref, "thanks", ticket.customer_id) is NotAnAgent
    assert outcome(own.ref, "thanks", jo) is OwnTicket
    assert outcome(done.ref, "reset", jo) is StaleTicket
    desk.put_aside(closed.ref, by=jo)
    assert outcome(closed.ref, "thanks", jo) is StaleTicket
    with pytest.raises(TicketNotFound):
        desk.apply_macro(TicketRef(jo, ticket.number), "thanks", by=jo, source="v:1")
    with pytest.raises(NotAnAgent):
        desk.filled_macro(ticket.ref, "thanks", by=ticket.customer_id)
    desk.apply_macro(ticket.ref, "thanks", by=jo, source="v:9")  # words alone anybody of the team may send
    assert [one.text for one in desk.comments(ticket.ref, include_internal=False)] == ["Hi Mara, thanks for #{1}. Jo"]


def test_the_first_answer_by_macro_claims(desk: Desk, cast: Cast) -> None:
    desk.save_shared_macro(RESET, by=None)
    ticket = cast.ticket()
    amir = cast.agent("amir")
    assert desk.ticket(ticket.ref).status is TicketStatus.OPEN
    assert desk.apply_macro(ticket.ref, "reset", by=amir, source="v:1").status is TicketStatus.RESOLVED
    assert cast.history(ticket.ref) == ["open", "assigned", "in_progress", "resolved"]
