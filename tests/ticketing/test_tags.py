"""Tags, and the custom fields of a category, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import InvalidInput, NotAnAgent, OwnTicket, StaleTicket, TicketNotFound
from ticketing.events import EventKind
from ticketing.model import PersonId, TicketRef
from ticketing.tagging import MOST_TAGS, normalised, read_tags

SPELLINGS = [
    ("vpn", "vpn"),
    ("  #VPN Access ", "vpn-access"),  # as people type it
    ("ＶＰＮ", "vpn"),  # full-width letters are the same letters
    ("Straße", "strasse"),  # case folded, not only lowered
    ("päckchen", "päckchen"),  # accents are letters of their own
    ("a/b", "a-b"),
    ("v1.2_beta", "v1.2_beta"),
    ("2fa", "2fa"),
]
NO_TAGS = ["", "#", "-vpn", "_vpn", "a,b", "<!channel>", "a\x00b", "a" * 41, "\ud800", "vpn!", "\u202evpn"]


@pytest.mark.parametrize(("written", "stored"), SPELLINGS)
def test_one_spelling_for_what_is_typed_in_many(written: str, stored: str) -> None:
    assert normalised(written) == stored
    assert normalised(stored) == stored


@pytest.mark.parametrize("written", NO_TAGS)
def test_what_is_no_tag_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        normalised(written)
    assert refused.value.field == "tags"


def test_a_list_with_commas_is_read_each_tag_once() -> None:
    assert read_tags(" VPN, #vpn, , office 365 ") == ["vpn", "office-365"]


def test_tags_are_put_on_and_taken_off_and_the_log_holds_no_word(desk: Desk, cast: Cast) -> None:
    ticket, amir = cast.ticket(), cast.agent("amir")
    assert desk.add_tags(ticket.ref, ["VPN", "#vpn", "outage"], by=amir) == ["outage", "vpn"]
    before = desk.ticket(ticket.ref).version
    assert desk.add_tags(ticket.ref, ["vpn"], by=amir) == ["outage", "vpn"]
    assert desk.ticket(ticket.ref).version == before
    assert desk.remove_tags(ticket.ref, ["outage", "never-there"], by=amir) == ["vpn"]
    assert desk.set_tags(ticket.ref, ["beta", "vpn"], by=amir) == ["beta", "vpn"]
    assert desk.tags(ticket.ref) == ["beta", "vpn"]

    entries = [event for event in desk.events(ticket.ref) if event.kind in (EventKind.TAGGED, EventKind.UNTAGGED)]
    assert [event.kind.value for event in entries] == ["tagged", "tagged", "untagged", "tagged"]
    assert all(event.actor_id == amir for event in entries)
    assert all((event.to_value or event.from_value or "").isdigit() and not event.data for event in entries)


def test_tickets_are_found_by_their_tag(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    first, second, third = cast.ticket(), cast.ticket("tomas", category="technical"), cast.ticket("zoe")
    for ticket in (first, second):
        desk.add_tags(ticket.ref, ["vpn"], by=amir)
    desk.add_tags(third.ref, ["vpn-client", "beta"], by=amir)

    assert [each.number for each in desk.tagged("#VPN")] == [second.number, first.number]
    assert [each.number for each in desk.tagged("vpn", limit=1, offset=1)] == [first.number]
    assert [each.number for each in desk.tagged("vpn", hidden={"technical"})] == [first.number]
    assert desk.tagged("nobody") == desk.tagged("<!channel>") == []
    assert desk.tag_names() == ["beta", "vpn", "vpn-client"]
    assert desk.tag_names("#VPN-") == ["vpn-client"]
    assert desk.tag_names("!") == []
    assert desk.tags_of([first.ref, third.ref, TicketRef(PersonId(1), 999)]) == {
        first.ref: ["vpn"],
        third.ref: ["beta", "vpn-client"],
    }
    assert desk.tags_of([]) == {}


def test_what_only_hidden_tickets_carry_is_no_tag_in_use(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    public, private = cast.ticket(), cast.ticket(category="technical")
    desk.add_tags(public.ref, ["vpn"], by=amir)
    desk.add_tags(private.ref, ["vpn", "salary", "illness"], by=amir)

    assert desk.tag_names(hidden={"technical"}) == ["vpn"]
    assert desk.tag_names("sal", hidden={"technical"}) == []
    assert desk.tag_names(limit=2, hidden={"billing"}) == ["illness", "salary"]


def test_words_and_tags_are_asked_for_together(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    first, second, third = (cast.ticket(subject=subject) for subject in ("Export hangs", "Export slow", "Mail is late"))
    for ticket in (first, third):
        desk.add_tags(ticket.ref, ["vpn"], by=amir)
    desk.add_tags(first.ref, ["beta"], by=amir)

    def found(text: str, *tags: str, **more: Any) -> list[int]:
        return [each.number for each in desk.search_tagged(text, tags, **more)]

    assert found("export", "VPN") == [first.number]
    assert found("", "vpn") == [third.number, first.number]
    assert found("", "vpn", "beta") == found("hangs", "beta") == [first.number]
    assert found("", "vpn", limit=1) == [third.number]
    assert sorted(found("export")) == [first.number, second.number]
    assert found("", "!") == found("mail", "beta") == found("", "vpn", hidden={"billing"}) == []


def test_a_ticket_carries_no_more_tags_than_can_be_read(desk: Desk, cast: Cast) -> None:
    ticket, amir = cast.ticket(), cast.agent("amir")
    desk.add_tags(ticket.ref, [f"t{number}" for number in range(MOST_TAGS)], by=amir)
    with pytest.raises(InvalidInput):
        desk.add_tags(ticket.ref, ["one-more"], by=amir)
    assert len(desk.tags(ticket.ref)) == MOST_TAGS
    assert desk.set_tags(ticket.ref, ["one-more"], by=amir) == ["one-more"]


def test_only_the_team_tags_and_nobody_their_own_ticket(desk: Desk, cast: Cast) -> None:
    ticket, amir = cast.ticket(), cast.agent("amir")
    own = cast.ticket("amir")
    for by, ref, fault in (
        (ticket.customer_id, ticket.ref, NotAnAgent),
        (amir, own.ref, OwnTicket),
        (amir, TicketRef(amir, ticket.number), TicketNotFound),
    ):
        for act in (desk.add_tags, desk.remove_tags, desk.set_tags):
            with pytest.raises(fault):
                act(ref, ["vpn"], by=by)
    assert desk.tag_names() == []


# --- custom fields ----------------------------------------------------------------------------------------------------

ASKING: dict[str, Any] = {
    "categories": [
        {
            "key": "billing",
            "name": "Billing",
            "fields": [
                {"key": "invoice", "label": "Invoice number", "required": True, "max_length": 10},
                {"key": "amount", "label": "Amount", "type": "number"},
                {"key": "product", "label": "Product", "type": "select", "options": ["Basic", "Pro"]},
            ],
        },
        {"key": "technical", "name": "Technical", "fields": [{"key": "browser", "label": "Browser"}]},
    ]
}


def test_a_form_is_checked_at_each_field(desk: Desk, cast: Cast) -> None:
    desk.configure(ASKING, by=None)
    for answers, field in (
        ({}, "invoice"),
        ({"invoice": "  "}, "invoice"),
        ({"invoice": "x" * 11}, "invoice"),
        ({"invoice": "1", "amount": "many"}, "amount"),
        ({"invoice": "1", "product": "Enterprise"}, "product"),
        ({"invoice": "1", "browser": "Firefox"}, "browser"),
        ({"invoice": "a\x00b"}, "invoice"),
    ):
        with pytest.raises(InvalidInput) as refused:
            cast.ticket(fields=answers)
        assert refused.value.field == field
    ticket = cast.ticket(fields={"product": "Pro", "invoice": " 4711 ", "amount": "12.50"})
    assert desk.ticket(ticket.ref).fields == {"invoice": "4711", "amount": 12.5, "product": "Pro"}


def test_who_was_not_asked_opens_a_ticket_all_the_same(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """A message or an emoji has no form; and what was answered once is not lost with a follow-up."""
    desk.configure(ASKING, by=None)
    assert cast.ticket().fields == {}
    amir = cast.agent("amir", {"billing": 3})
    ticket = cast.ticket(fields={"invoice": "4711"})
    desk.put_aside(ticket.ref, by=amir)
    followed = desk.add_comment(ticket.ref, author_id=ticket.customer_id, text="Still open", source="m:C:77")
    assert followed.ticket_number != ticket.number
    assert desk.ticket(TicketRef(ticket.customer_id, followed.ticket_number)).fields == {"invoice": "4711"}


def test_answers_are_changed_afterwards_and_the_log_names_the_questions(desk: Desk, cast: Cast) -> None:
    desk.configure(ASKING, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket(fields={"invoice": "4711", "amount": 3})
    changed = desk.change_fields(ticket.ref, {"invoice": "4712", "amount": "", "product": "Basic"}, by=amir)
    assert changed.fields == {"invoice": "4712", "product": "Basic"}
    assert desk.change_fields(ticket.ref, {"invoice": " 4712 "}, by=amir).version == changed.version
    entry = desk.events(ticket.ref)[-1]
    assert (entry.kind, entry.actor_id, entry.data) == (
        EventKind.FIELDS_CHANGED,
        amir,
        {"fields": ["amount", "invoice", "product"]},
    )
    with pytest.raises(InvalidInput) as refused:
        desk.change_fields(ticket.ref, {"invoice": ""}, by=amir)
    assert refused.value.field == "invoice"
    with pytest.raises(NotAnAgent):
        desk.change_fields(ticket.ref, {"invoice": "1"}, by=ticket.customer_id)


def test_what_another_category_asked_is_kept_for_when_the_ticket_comes_back(desk: Desk, cast: Cast) -> None:
    desk.configure(ASKING, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket(fields={"invoice": "4711"})
    desk.set_category(ticket.ref, "technical", by=amir)
    assert desk.change_fields(ticket.ref, {"browser": "Firefox"}, by=amir).fields == {
        "invoice": "4711",
        "browser": "Firefox",
    }
    with pytest.raises(InvalidInput):
        desk.change_fields(ticket.ref, {"invoice": "4712"}, by=amir)
    desk.put_aside(ticket.ref, by=amir)
    with pytest.raises(StaleTicket):
        desk.change_fields(ticket.ref, {"browser": "Safari"}, by=amir)
