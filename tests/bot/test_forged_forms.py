"""Forms about tickets with what they never offered, sent by whoever may not, or long after they were drawn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.actions import Block, Form, Press
from bot.payloads import SlackUser
from bot.people import OtherOrganization, People
from bot.values import (
    MalformedValue,
    NewTicketState,
    form_state,
    handover_block,
    holder_value,
    person_value,
    ticket_value,
)
from bot.words import inbound
from tests.bot import role_table as table
from tests.bot import test_every_act_by_everybody as everybody
from tests.bot.role_table import Who
from tests.bot.test_every_act_by_everybody import TEAM, USERS, Stand, tickets
from ticketing.errors import HelpdeskError
from ticketing.model import PersonId, Role, Ticket, TicketRef, TicketStatus

prepared, standing, stand = everybody.prepared, everybody.standing, everybody.stand

JO, LENA, GONE = "U0JO000001", "U0LENA0001", "U0GONE0001"
Values = Mapping[Block, Mapping[str, Any]]


def ticket(stand: Stand, status: TicketStatus = TicketStatus.ASSIGNED) -> Ticket:
    return next(each for each in tickets(stand) if each.status is status)


def send(stand: Stand, who: Who, form: Form, metadata: str, *fields: Values) -> everybody.Answer:
    """The form with what is in its blocks, and, if given, the elements of blocks as they were shown."""
    values, drawn = (*fields, {})[:2]
    team, user = USERS[who]
    body = table.submission(team, user, form, metadata, {}, of=TEAM)
    body["view"]["state"] = {"values": {block: {"value": dict(value)} for block, value in values.items()}}
    body["view"]["blocks"] = [
        {"type": "input", "block_id": block, "element": dict(drawn.get(block, {}))} for block in {*values, *drawn}
    ]
    return stand.send(body)


def on(ticket: Ticket) -> str:
    return ticket_value(ticket.ref, ticket.version)


def options(*chosen: Ticket) -> list[dict[str, Any]]:
    return [{"value": str(each.number)} for each in chosen]


def jo_of(stand: Stand) -> PersonId:
    found = stand.desk.person_by_ref(f"{TEAM}:{JO}")
    assert found is not None
    return found.id


# --- what a form did not show, it does not change -------------------------------------------------------------------------


def test_a_link_that_the_form_did_not_show_stays(stand: Stand) -> None:
    """It was made since, or is to a ticket that whoever sends it may not see."""
    one, shown, kept, unseen = tickets(stand)[:4]
    for other in (shown, kept, unseen):
        stand.desk.link(one.ref, other.ref, by=jo_of(stand))
    values: Values = {Block.TICKETS: {"selected_options": options(kept)}, Block.TEXT: {"value": ""}}

    answer = send(stand, Who.AGENT, Form.LINK, on(one), values, {Block.TICKETS: {"options": options(shown, kept)}})

    assert answer.error is None
    assert {link.other for link in stand.desk.links(one.ref)} == {kept.ref, unseen.ref}


def test_a_link_form_is_checked_before_anything_of_it_is_done(stand: Stand) -> None:
    one, shown, other = tickets(stand)[:3]
    stand.desk.link(one.ref, shown.ref, by=jo_of(stand))
    own = stand.desk.open_ticket(
        stand.person(Who.AGENT), subject="Mine", description="x", category="billing", source="v:own"
    )
    stand.desk.link(one.ref, own.ref, by=jo_of(stand))
    values: Values = {Block.TICKETS: {"selected_options": []}, Block.TEXT: {"value": f"#{other.number}"}}

    answer = send(stand, Who.AGENT, Form.LINK, on(one), values, {Block.TICKETS: {"options": options(shown, own)}})

    assert not answer.has_changed
    assert {link.other for link in stand.desk.links(one.ref)} == {shown.ref, own.ref}


def test_tags_that_others_have_changed_since_the_form_was_drawn_stay_so(stand: Stand) -> None:
    one = ticket(stand)
    stand.desk.set_tags(one.ref, ["outage", "vpn"], by=jo_of(stand))
    stand.desk.set_tags(one.ref, ["vpn", "urgent"], by=jo_of(stand))
    values, drawn = {Block.TAGS: {"value": "outage, beta"}}, {Block.TAGS: {"initial_value": "outage, vpn"}}

    send(stand, Who.AGENT, Form.TAGS, on(one), values, drawn)

    assert stand.desk.tags(one.ref) == ["beta", "urgent"]


def test_who_reads_along_since_the_form_was_drawn_goes_on(stand: Stand) -> None:
    """And who no longer does is not put back."""
    one, jo = ticket(stand), jo_of(stand)
    lena, ada = stand.person(Who.LEAD), stand.person(Who.ADMIN)
    for watcher in (jo, ada):
        stand.desk.watch(one.ref, watcher, by=watcher)
    values = {Block.AGENT: {"selected_users": [LENA, GONE]}}

    send(stand, Who.AGENT, Form.WATCH, on(one), values, {Block.AGENT: {"initial_users": [JO, GONE]}})

    assert {each.id for each in stand.desk.watchers(one.ref)} == {ada, lena}


@pytest.mark.parametrize("user", ["U0MARA0001", "U0STRANGER", "", "<!channel>"])
def test_only_people_of_the_team_can_be_made_to_read_along_and_else_nothing_is_done(stand: Stand, user: str) -> None:
    one = ticket(stand)
    answer = send(stand, Who.AGENT, Form.WATCH, on(one), {Block.AGENT: {"selected_users": [LENA, user]}})

    assert not answer.has_changed
    assert "is not of the team." in answer.said
    assert stand.desk.watchers(one.ref) == []


# --- agents of whom a list shows too few ---------------------------------------------------------------------------------


def suggestion(who: Who, form: Form, metadata: str, block_id: str, query: str) -> table.Payload:
    team, user = USERS[who]
    body = table.submission(team, user, form, metadata, {}, of=TEAM)
    asked = {"type": "block_suggestion", "action_id": Press.AGENT_FOUND.value, "block_id": block_id, "value": query}
    return {**body, **asked}


def offered(answer: everybody.Answer) -> list[str]:
    said = json.loads(answer.said.splitlines()[-1]) if answer.said else {"options": []}
    groups = said.get("option_groups") or [said]
    return [option["text"]["text"] for group in groups for option in group["options"]]


@pytest.mark.parametrize("who", Who)
def test_agents_are_offered_to_nobody_but_the_team(stand: Stand, who: Who) -> None:
    """And none where the ticket's number is another's, or the payload is not what Slack would send."""
    one = ticket(stand)
    forged = ticket_value(TicketRef(stand.person(Who.OTHER), one.number), 1)
    for form, block in ((Form.ASSIGN, Block.AGENT.value), (Form.HANDOVER, handover_block(one.ref))):
        answer = stand.send(suggestion(who, form, on(one), block, "jo"))
        assert not answer.has_changed
        assert any("Jo, 0 of 10" in each for each in offered(answer)) is (who in table.TEAM)
    for metadata in (forged, "", "1|2"):
        assert offered(stand.send(suggestion(who, Form.ASSIGN, metadata, Block.AGENT, ""))) == []


@pytest.mark.parametrize(("typed", "found"), [("", True), ("jo", True), ("JÓ", True), ("o", False), ("jo park", False)])
def test_a_typed_name_finds_whose_names_begin_so(stand: Stand, typed: str, found: bool) -> None:
    one = ticket(stand)
    assigned = offered(stand.send(suggestion(Who.AGENT, Form.ASSIGN, on(one), Block.AGENT, typed)))
    given = offered(stand.send(suggestion(Who.AGENT, Form.HANDOVER, "", handover_block(one.ref), typed)))

    assert ("Jo, 0 of 10" in assigned) is found
    assert ("To Jo, 0 of 10" in given) is found
    assert given[-2:] == ["To the queue", "Keep it"]
    assert not any("Amir" in each for each in [*assigned, *given]), "who has it already is not offered"


@pytest.mark.parametrize("who", [Who.OTHER, Who.OWNER])
def test_a_ticket_is_given_to_no_customer(stand: Stand, who: Who) -> None:
    one, person = ticket(stand), stand.person(who)
    metadata = holder_value(one.ref, one.version, one.assigned_agent_id)
    answer = send(stand, Who.LEAD, Form.ASSIGN, metadata, {Block.AGENT: {"selected_option": {"value": str(person)}}})

    assert not answer.has_changed
    assert "Choose somebody else." in answer.said
    assert f'"{Block.AGENT}"' in answer.said


# --- people who cannot have a ticket --------------------------------------------------------------------------------------


@pytest.fixture
def others(stand: Stand) -> Mapping[str, str]:
    """A Slack id each of those whom a list of people offers and who can have no ticket."""
    stand.slack.told = {
        "U0FOREIGN1": {"team_id": "T9"},
        "U0STRANGER": {"is_stranger": True},
        "U0AROBOT01": {"is_bot": True},
    }
    return {"foreign": "U0FOREIGN1", "stranger": "U0STRANGER", "robot": "U0AROBOT01", "gone": GONE}


@pytest.mark.parametrize("whom", ["foreign", "stranger", "robot", "gone"])
def test_a_ticket_is_neither_moved_to_nor_opened_for_who_is_no_person_of_this_workspace(
    stand: Stand, others: Mapping[str, str], whom: str
) -> None:
    one, user = ticket(stand), {"selected_user": others[whom]}
    moved = send(stand, Who.AGENT, Form.MOVE, on(one), {Block.AGENT: user})
    asked: dict[Block, Mapping[str, Any]] = {
        Block.SUBJECT: {"value": "For them"},
        Block.CATEGORY: {"selected_option": {"value": "billing"}},
        Block.CUSTOMER: user,
    }
    opened = send(stand, Who.AGENT, Form.NEW_TICKET, form_state(NewTicketState()), asked)

    for answer, field in ((moved, Block.AGENT), (opened, Block.CUSTOMER)):
        assert not answer.has_changed
        assert inbound.FOR_WHOM_WRONG in answer.said
        assert f'"{field}"' in answer.said
    assert stand.desk.person_by_ref(f"{TEAM}:U0FOREIGN1") is None


def test_a_ticket_is_moved_to_and_opened_for_a_guest_of_this_workspace(stand: Stand) -> None:
    """So that the refusals above are for what they say."""
    stand.slack.told = {"U0VISITOR1": {"is_restricted": True}}
    user = {"selected_user": "U0VISITOR1"}
    assert send(stand, Who.AGENT, Form.MOVE, on(ticket(stand)), {Block.AGENT: user}).error is None
    visitor = stand.desk.person_by_ref(f"{TEAM}:U0VISITOR1")
    assert visitor is not None
    assert len(stand.desk.tickets_of_customer(visitor.id)) == 1


def test_an_admin_of_another_organisation_is_nothing_here_though_slack_does_not_say_whose_they_are(
    stand: Stand,
) -> None:
    """Reactions that are read again after a gap name people by their id alone."""
    stand.slack.told = {"U0FOREIGN1": {"team_id": "T9", "is_admin": True}}
    people, bare = People(stand.desk, stand.slack, TEAM), SlackUser(TEAM, "U0FOREIGN1")
    for _ in range(2):
        with pytest.raises(OtherOrganization):
            people.known(bare)
    stand.desk.configure({"channels": {"other_organizations": True}}, by=None)
    for _ in range(2):
        assert (people.known(bare).external_ref, people.known(bare).role) == ("T9:U0FOREIGN1", Role.CUSTOMER)
    assert stand.desk.person_by_ref(f"{TEAM}:U0FOREIGN1") is None


# --- forged by a customer -------------------------------------------------------------------------------------------------


def test_a_customer_opens_for_nobody_else_whatever_the_form_remembers(stand: Stand) -> None:
    mara, other = stand.person(Who.OWNER), stand.person(Who.OTHER)
    asked: dict[Block, Mapping[str, Any]] = {
        Block.SUBJECT: {"value": "Not Mara's"},
        Block.CATEGORY: {"selected_option": {"value": "billing"}},
    }
    for state, further in (
        (NewTicketState(on_behalf_of=mara), {}),
        (NewTicketState(), {Block.CUSTOMER: {"selected_user": USERS[Who.OWNER][1]}}),
    ):
        send(stand, Who.OTHER, Form.NEW_TICKET, form_state(state), asked | further)
    assert {each.subject for each in stand.desk.tickets_of_customer(other)} == {"Not Mara's"}
    assert "Not Mara's" not in {each.subject for each in stand.desk.tickets_of_customer(mara)}


@pytest.mark.parametrize("who", [Who.OWNER, Who.OTHER, Who.GUEST, Who.GONE])
def test_several_alerts_are_taken_by_nobody_but_the_team(stand: Stand, who: Who) -> None:
    values: Values = {
        Block.TICKETS: {"selected_options": [{"value": on(each)} for each in tickets(stand)]},
        Block.UNTIL: {"selected_option": {"value": "60"}},
    }
    answer = send(stand, who, Form.TAKE_SEVERAL, "", values)
    assert not answer.has_changed
    assert isinstance(answer.error, everybody.BY_ROLE)
    assert send(stand, Who.AGENT, Form.TAKE_SEVERAL, "", values).has_changed


# --- forms that stand open ------------------------------------------------------------------------------------------------


def test_an_open_form_tells_nothing_more_to_whose_role_was_taken_away(stand: Stand) -> None:
    one, jo = ticket(stand, TicketStatus.IN_PROGRESS), jo_of(stand)
    stand.desk.begin_answering(one.ref, by=jo, view="V0JO|form.reply||0")
    text = {Block.TEXT: {"value": "A word to the customer"}}

    def sent() -> list[str]:
        version = stand.desk.ticket(one.ref).version
        send(stand, Who.AGENT, Form.REPLY, table._reply(one.ref, version), text)
        return [each for each in stand.slack.sent if "views.update" in each and "V0JO" in each]

    assert len(sent()) == 1
    stand.desk.set_role(jo, Role.CUSTOMER, by=None)
    text = {Block.TEXT: {"value": "Another word"}}
    assert sent() == []
    assert [each.person_id for each in stand.desk.answering(one.ref)] == []


# --- values that no form offers -------------------------------------------------------------------------------------------

ODD = ["", "0", "-1", "9", "99999999999", "1e9", "\u0663", "nan", "null", "<!channel>", "billing' OR 1=1", "x" * 4000]
CHOSEN = {
    Form.PRIORITY: Block.CHOICE,
    Form.SNOOZE: Block.CHOICE,
    Form.CATEGORY: Block.CHOICE,
    Form.MERGE: Block.CHOICE,
    Form.LINK_PROBLEM: Block.CHOICE,
    Form.ASSIGN: Block.AGENT,
}


@pytest.mark.parametrize("form", CHOSEN)
def test_a_choice_that_was_not_offered_changes_nothing(stand: Stand, form: Form) -> None:
    one = ticket(stand)
    for value in ODD:
        answer = send(stand, Who.AGENT, form, on(one), {CHOSEN[form]: {"selected_option": {"value": value}}})
        assert not answer.has_changed, value
        assert isinstance(answer.error, HelpdeskError | MalformedValue | None), value


def test_what_is_somebody_elses_cannot_be_named_in_a_form(stand: Stand) -> None:
    """Another customer's ticket to merge with, words of another ticket to split off, a customer to hold it."""
    one, other = ticket(stand), ticket(stand, TicketStatus.IN_PROGRESS)
    tomas, amir = stand.person(Who.OTHER), stand.person(Who.AGENT)
    theirs = stand.desk.open_ticket(tomas, subject="Theirs", description="x", category="account", source="v:t")
    stand.desk.assign(theirs.ref, to=jo_of(stand), by=amir)
    forged: list[tuple[Form, str, Values]] = [
        (Form.MERGE, on(one), {Block.CHOICE: {"selected_option": {"value": str(theirs.number)}}}),
        (Form.SPLIT, on(one), {Block.TICKETS: {"selected_options": [{"value": f"{other.number}:1"}]}}),
        (Form.SPLIT, on(one), {Block.TICKETS: {"selected_options": [{"value": f"{theirs.number}:0"}]}}),
        (Form.SPLIT, on(one), {Block.TICKETS: {"selected_options": [{"value": f"{one.number}:999"}]}}),
        (Form.ASSIGN, on(one), {Block.AGENT: {"selected_option": {"value": person_value(tomas)}}}),
        (Form.ASSIGN, on(one), {Block.AGENT: {"selected_option": {"value": person_value(one.customer_id)}}}),
        (Form.ASSIGN, on(one), {Block.AGENT: {"selected_option": {"value": person_value(PersonId(2**62))}}}),
    ]
    for form, metadata, values in forged:
        answer = send(stand, Who.AGENT, form, metadata, {**values, Block.SUBJECT: {"value": "Split"}})
        assert isinstance(answer.error, HelpdeskError | MalformedValue), (form, values)
        assert not answer.has_changed, (form, values)
        assert "Theirs" not in answer.said


def test_a_form_sent_again_changes_nothing_more(stand: Stand) -> None:
    """Slack sends it again when our answer was lost; somebody may, too."""
    one = ticket(stand, TicketStatus.IN_PROGRESS)
    text: Values = {Block.TEXT: {"value": "Once"}}
    for form, metadata in ((Form.REPLY, table._reply(one.ref, one.version)), (Form.NOTE, on(one))):
        for _ in range(3):
            send(stand, Who.AGENT, form, metadata, text)
        said = [each for each in stand.desk.comments(one.ref, include_internal=True) if each.text == "Once"]
        assert len(said) == 1, form
    asked: Values = {Block.SUBJECT: {"value": "Mine"}, Block.CATEGORY: {"selected_option": {"value": "billing"}}}
    for _ in range(3):
        send(stand, Who.OTHER, Form.NEW_TICKET, form_state(NewTicketState()), asked)
    assert [each.subject for each in stand.desk.tickets_of_customer(stand.person(Who.OTHER))] == ["Mine"]
