"""What a private category's channel alone may read does not leave it by a merge or by who watches."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.access import Grant
from bot.actions import Act, Block, Form
from bot.listeners.joining import Joining, joining_forms
from bot.listeners.parts import Parts
from bot.payloads import FormSubmission, ShownView
from tests.bot import test_private_categories
from tests.bot.test_private_categories import CHANNEL, Office
from ticketing.errors import InvalidInput, TicketNotFound
from ticketing.model import TicketRef

office = test_private_categories.office

CATEGORIES = [
    {"key": "personnel", "name": "Personnel", "private": True, "channel": CHANNEL},
    {"key": "general", "name": "General"},
]


@pytest.fixture
def parts(office: Office) -> Parts:
    office.desk.configure({"categories": CATEGORIES}, by=None)
    office.members("agent")
    return cast(Parts, SimpleNamespace(desk=office.desk, access=office.access, screens=office.screens))


def general_ticket(office: Office, source: str = "general") -> TicketRef:
    words: dict[str, Any] = {"subject": "Lamp", "description": "It flickers.", "category": "general"}
    return office.desk.open_ticket(office.person("customer").id, source=f"v:{source}", **words).ref


def grant(office: Office, act: Act, ref: TicketRef, role: str = "agent") -> Grant:
    return office.access.to(act, office.user(role), ref)


def sent(office: Office, form: Form, chosen: str) -> FormSubmission:
    option = {"selected_option": {"value": chosen}}
    payload = {"state": {"values": {Block.CHOICE: {"value": option}}}}
    view = ShownView.read({"id": "V1", "type": "modal", "callback_id": form.value, "hash": "h", **payload})
    return FormSubmission(office.user("agent"), view, "t")


def numbers_offered(view: dict[str, Any]) -> list[str]:
    elements = [block["element"] for block in view["blocks"] if block["type"] == "input"]
    return [option["value"] for element in elements for option in element.get("options", [])]


def test_a_private_ticket_is_merged_only_with_one_of_its_own_channel(office: Office, parts: Parts) -> None:
    private, other = office.ticket(), general_ticket(office)

    out = joining_forms(parts)[Act.MERGE](grant(office, Act.MERGE, private))
    back = joining_forms(parts)[Act.MERGE](grant(office, Act.MERGE, other))

    assert (numbers_offered(out), numbers_offered(back)) == ([], [])
    for one, into in ((private, other), (other, private)):
        with pytest.raises(InvalidInput, match="another channel"):
            Joining(parts)._merge(grant(office, Act.MERGE, one), sent(office, Form.MERGE, str(into.number)))
        assert office.desk.ticket(one).merged_into is None


def test_who_is_not_in_the_channel_is_offered_nothing_of_it(office: Office, parts: Parts) -> None:
    private, other = office.ticket(), general_ticket(office)
    to = grant(office, Act.MERGE, other, "lead")

    assert numbers_offered(joining_forms(parts)[Act.MERGE](to)) == []
    office.members()
    with pytest.raises(TicketNotFound):
        Joining(parts)._merge(grant(office, Act.MERGE, other), sent(office, Form.MERGE, str(private.number)))


def test_a_private_ticket_has_no_watchers_beside_its_channel(office: Office, parts: Parts) -> None:
    with pytest.raises(InvalidInput, match="private"):
        joining_forms(parts)[Act.WATCH](grant(office, Act.WATCH, office.ticket()))


@pytest.mark.parametrize("act", [Act.REPLY, Act.NOTE, Act.KEEP_AS_NOTE, Act.UNMERGE])
def test_what_would_reach_a_private_ticket_by_way_of_a_merged_one_is_refused(
    office: Office, parts: Parts, act: Act
) -> None:
    """The one it was joined with has become private since: it is asked for there, where the words would go."""
    merged, into = general_ticket(office), general_ticket(office, "second")
    office.desk.merge(merged, into, by=office.person("agent").id)
    assert grant(office, act, merged, "lead").ticket.ref == merged
    office.desk.set_category(into, "personnel", by=office.person("agent").id)

    with pytest.raises(TicketNotFound):
        grant(office, act, merged, "lead")
    assert grant(office, act, merged).ticket.ref == merged
    assert grant(office, Act.READ_ALL, merged, "lead").ticket.ref == merged
