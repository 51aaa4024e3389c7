"""What a card offers has an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot import places
from bot.access import ALLOWED
from bot.actions import Act, Block, Form, Press
from bot.delivery.days import day_of
from bot.listeners.amendments import ANSWERED as AMENDED
from bot.listeners.parts import any_of
from bot.listeners.ticket_presses import OPENS, TicketPresses
from bot.listeners.unsent import ANSWERED as AGAIN
from bot.values import comment_value, holder_value, menu_value, person_value, reply_value, ticket_value
from tests.bot import role_table as table
from tests.bot import test_every_act_by_everybody as everybody
from tests.bot.role_table import Who
from tests.bot.test_every_act_by_everybody import TEAM, USERS, Answer, Stand, tickets
from ticketing.configuration import default_document
from ticketing.errors import NotAllowed, NotAnAgent, NotTheHolder, TicketNotFound
from ticketing.model import PersonId, Ticket, TicketStatus, Tier
from ticketing.outbox import Notice
from ticketing.shown import Shown

prepared, standing, stand = everybody.prepared, everybody.standing, everybody.stand


def test_every_act_that_is_allowed_to_somebody_is_answered() -> None:
    """A button is drawn only for what is allowed, so nothing that is drawn stays without an answer."""
    presses = TicketPresses(cast(Any, SimpleNamespace(desk=None)), cast(Any, None))
    assert set(ALLOWED) - OPENS - set(presses.acts) - AMENDED - AGAIN == {Act.MEANT}, (
        "which `bot.listeners.which` answers"
    )


def test_an_act_without_a_row_is_refused_to_everybody() -> None:
    assert set(Act) - set(ALLOWED) == {
        Act.READ_SIMILAR,
        Act.THAT_SOLVED_IT,
    }


def test_each_is_helped_with_the_command_that_is_theirs(stand: Stand) -> None:
    for who, command in ((Who.OWNER, "/ticket list"), (Who.GUEST, "/ticket list"), (Who.AGENT, "/helpdesk queue")):
        told = stand.send(table.command(*USERS[who], "/helpdesk", "help")).said
        assert f"`{command}`" in told
        assert ("`/helpdesk queue`" in told) is (who is Who.AGENT)


def test_a_customers_list_is_turned_by_its_number(stand: Stand) -> None:
    mara = stand.person(Who.OWNER)
    for number in range(15):
        stand.desk.open_ticket(
            mara, subject=f"Lamp {number}", description="Hm.", category="billing", source=f"v:{number}"
        )
    asked = ("list", "list 2", "list 3", "list 99", "list of lamps")
    first, second, third, last, form = (
        stand.send(table.command(*USERS[Who.OWNER], "/ticket", each)).said for each in asked
    )

    assert "Page 1 of 3. Next: /ticket list 2" in first
    assert "Page 2 of 3. Next: /ticket list 3" in second
    assert [each in first for each in ("Lamp 14", "Lamp 4.")] == [True, False]
    assert "Lamp 4." in second
    assert "Page 3 of 3" in third
    assert "Page 3 of 3" in last
    assert "list of lamps" in form


# --- what a press says is what is so now -------------------------------------------------------------------------------


def of(stand: Stand, status: TicketStatus) -> Ticket:
    """Mara's ticket in that status; Amir, `Who.AGENT`, holds it or held it last."""
    return next(each for each in tickets(stand) if each.status is status)


def press(stand: Stand, who: Who, act: Act | Press, value: str, *, in_view: str | None = None) -> Answer:
    return stand.send(table.press(*USERS[who], table.button(act.value, value), of=TEAM, in_view=in_view))


def choose(stand: Stand, who: Who, act: Act, ticket: Ticket) -> Answer:
    """The act from the menu of its card."""
    return stand.send(table.press(*USERS[who], table.menu(menu_value(act, ticket.ref, ticket.version)), of=TEAM))


def configure(stand: Stand, document: Mapping[str, Any]) -> None:
    """The desk is the same for all tests and remembers versions by number, though its database was put back since."""
    stand.desk._parsed.clear()
    stand.desk.configure(document, by=None)


def on(ticket: Ticket) -> str:
    return ticket_value(ticket.ref, ticket.version)


@pytest.mark.parametrize(
    ("status", "who", "act", "sentence"),
    [
        (TicketStatus.RESOLVED, Who.LEAD, Act.NOT_A_TICKET, "Amir resolved #{number}"),
        (TicketStatus.RESOLVED, Who.OWNER, Act.WITHDRAW, "Amir resolved #{number}"),
        (TicketStatus.IN_PROGRESS, Who.LEAD, Act.NOT_A_TICKET, "Amir started #{number}"),
        (TicketStatus.PENDING_CUSTOMER, Who.LEAD, Act.NOT_A_TICKET, "Your press changed nothing"),
    ],
)
def test_a_press_on_an_older_card_undoes_nothing_newer(
    stand: Stand, status: TicketStatus, who: Who, act: Act, sentence: str
) -> None:
    ticket = of(stand, status)

    answer = press(stand, who, act, on(ticket))

    assert not answer.has_changed
    assert sentence.format(number=ticket.number) in answer.said
    assert stand.desk.ticket(ticket.ref).status is status


@pytest.mark.parametrize("giver", [Who.AGENT, Who.LEAD])
def test_an_assignment_form_takes_a_ticket_from_nobody_who_took_it_meanwhile(stand: Stand, giver: Who) -> None:
    """
    It was drawn while the ticket waited; the one who has it since keeps it. Who gave it to them is said, in a form's plain
    text: the time in the reader's zone.
    """
    waiting = of(stand, TicketStatus.OPEN)
    drawn = holder_value(waiting.ref, waiting.version, None)
    stand.desk.assign(waiting.ref, to=stand.person(Who.AGENT), by=stand.person(giver))
    jo = stand.desk.person_by_ref(f"{TEAM}:U0JO000001")
    assert jo is not None

    form = table.submission(*USERS[Who.LEAD], Form.ASSIGN, drawn, {Block.AGENT: person_value(jo.id)}, of=TEAM)
    note = {"type": "input", "block_id": Block.TEXT, "element": {"type": "plain_text_input", "action_id": "value"}}
    form["view"] |= {"blocks": [note]}
    form["view"]["state"]["values"][Block.TEXT] = {"value": {"type": "plain_text_input", "value": "For you."}}
    answer = stand.send(form)

    assert not answer.has_changed
    happened = f"Amir took #{waiting.number}" if giver is Who.AGENT else f"gave #{waiting.number} to Amir"
    assert re.search(rf"{happened} at \d+ Nov \d\d:\d\d (CET|UTC)\. Your press changed nothing", answer.said), (
        answer.said
    )
    assert answer.said.count("Your text is still here.") == 1
    assert "<!date" not in answer.said
    assert stand.desk.ticket(waiting.ref).assigned_agent_id == stand.person(Who.AGENT)


# --- Take next ----------------------------------------------------------------------------------------------------------


def nobody_else_waits(stand: Stand) -> PersonId:
    """Amir has all there is, and is full, so that the automatic leaves what comes now."""
    amir = stand.person(Who.AGENT)
    stand.desk.assign(of(stand, TicketStatus.OPEN).ref, to=amir, by=stand.person(Who.LEAD))
    stand.desk.make_agent(amir, skills={"billing": 3}, max_load=1, by=None)
    return amir


def test_take_next_goes_by_the_skill_that_a_category_asks_for(stand: Stand) -> None:
    """As the automatic does: here `account` wants who knows `billing`; My day counts the same."""
    document = default_document()
    for category in document["categories"]:
        category["skill"] = "billing" if category["key"] == "account" else category["key"]
    configure(stand, document)
    amir, mara = nobody_else_waits(stand), stand.person(Who.OWNER)
    there = stand.desk.open_ticket(mara, subject="Locked", description="x", category="account", source="v:skill")
    stand.desk.make_agent(amir, skills={"billing": 3}, max_load=99, by=None)

    counted = day_of(stand.desk, stand.desk.person(amir), there.opened_at, hidden=()).queued
    press(stand, Who.AGENT, Press.TAKE_NEXT, "")

    assert counted == 1
    assert stand.desk.ticket(there.ref).assigned_agent_id == amir


def test_take_next_passes_by_ones_own_ticket(stand: Stand) -> None:
    amir = nobody_else_waits(stand)
    own, other = (
        stand.desk.open_ticket(who, subject="Next", description="x", category="billing", source=f"v:{who}")
        for who in (amir, stand.person(Who.OWNER))
    )
    assert [each.ref for each in stand.desk.queue()] == [own.ref, other.ref]
    stand.desk.make_agent(amir, skills={"billing": 3}, max_load=99, by=None)

    press(stand, Who.AGENT, Press.TAKE_NEXT, "")

    assert stand.desk.ticket(other.ref).assigned_agent_id == amir


# --- a ticket in one line -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["/helpdesk", "/ticket"])
def test_a_line_says_whose_turn_it_is_to_whoever_asks(stand: Stand, command: str) -> None:
    def line(who: Who, ticket: Ticket) -> str:
        return stand.send(table.command(*USERS[who], command, str(ticket.number))).said

    begun, asked, waiting = (
        of(stand, status) for status in (TicketStatus.IN_PROGRESS, TicketStatus.PENDING_CUSTOMER, TicketStatus.OPEN)
    )

    assert "Amir is working on it." in line(Who.LEAD, begun)
    assert "Waiting for Mara. Amir has it." in line(Who.LEAD, asked)
    assert "Amir" not in line(Who.AGENT, begun)
    assert "Waiting for Mara." in line(Who.AGENT, asked)
    assert "Claim" in line(Who.LEAD, waiting)
    for ticket, state in ((begun, "Amir is working on it."), (asked, "Waiting for you."), (waiting, "an agent.")):
        theirs = line(Who.OWNER, ticket)
        assert state in theirs
        assert "due" not in theirs
        assert "Claim" not in theirs


def test_what_there_is_not_of_a_ticket_is_no_way_to_it(stand: Stand) -> None:
    answer = stand.send(table.command(*USERS[Who.AGENT], "/helpdesk", "3 whi"))

    assert "Did you mean /helpdesk 3 why?" in answer.said


def test_a_ticket_is_escalated_once(stand: Stand) -> None:
    begun = of(stand, TicketStatus.IN_PROGRESS)
    assert Act.ESCALATE in press(stand, Who.LEAD, Act.MORE, on(begun)).said

    stand.desk.escalate(begun.ref, by=stand.person(Who.LEAD))

    assert Act.ESCALATE not in press(stand, Who.LEAD, Act.MORE, on(stand.desk.ticket(begun.ref))).said


# --- what only the holder does ------------------------------------------------------------------------------------------


def test_who_does_not_have_a_ticket_is_not_offered_what_only_its_holder_does(stand: Stand) -> None:
    begun = of(stand, TicketStatus.IN_PROGRESS)
    theirs = ("Resolve", "Wait for Mara", "Release", "Snooze")

    mine, others = (press(stand, who, Act.MORE, on(begun)).said for who in (Who.AGENT, Who.LEAD))

    for label in theirs:
        assert f'"{label}"' in mine
        assert f'"{label}"' not in others
    assert '"Reassign"' in others


@pytest.mark.parametrize("act", [Act.RESOLVE, Act.WAIT, Act.RELEASE, Act.SNOOZE])
def test_nobody_types_into_a_form_that_only_the_holder_can_send(stand: Stand, act: Act) -> None:
    begun = of(stand, TicketStatus.IN_PROGRESS)

    answer = press(stand, Who.LEAD, act, on(begun))

    assert isinstance(answer.error, NotTheHolder)
    assert f"Amir holds #{begun.number} now." in answer.said
    assert "views.open" not in answer.said
    assert "views.open" in press(stand, Who.AGENT, act, on(begun)).said


def test_a_snooze_is_ended_from_more_actions_by_whoever_has_the_ticket(stand: Stand) -> None:
    begun = of(stand, TicketStatus.IN_PROGRESS)
    assert Act.WAKE not in press(stand, Who.AGENT, Act.MORE, on(begun)).said
    stand.desk.snooze(begun.ref, begun.as_of + timedelta(hours=3), by=stand.person(Who.AGENT))
    snoozed = stand.desk.ticket(begun.ref)

    assert '"Show it now"' in press(stand, Who.AGENT, Act.MORE, on(snoozed)).said
    assert Act.WAKE not in press(stand, Who.LEAD, Act.MORE, on(snoozed)).said
    assert "Snoozed: 1." in press(stand, Who.AGENT, Press.HOME_REFRESH, "", in_view="").said
    assert f"Amir holds #{begun.number} now." in press(stand, Who.LEAD, Act.WAKE, on(snoozed)).said
    done = press(stand, Who.AGENT, Act.WAKE, on(snoozed), in_view=on(snoozed)).said

    assert f"#{begun.number} is in your list again." in done
    assert stand.desk.ticket(begun.ref).snoozed_until is None
    assert "Snoozed" not in press(stand, Who.AGENT, Press.HOME_REFRESH, "", in_view="").said


def test_more_actions_lists_nothing_that_the_card_offers_already(stand: Stand) -> None:
    """Of that very ticket: a message may be of others as well."""
    begun, other = of(stand, TicketStatus.IN_PROGRESS), of(stand, TicketStatus.OPEN)
    body = table.press(*USERS[Who.AGENT], table.button(Act.MORE.value, on(begun)), of=TEAM)
    options = [{"value": menu_value(Act.NOTE, begun.ref, 1)}, {"value": menu_value(Act.SNOOZE, other.ref, 1)}]
    shown = [
        {"type": "button", "action_id": Act.REPLY.value, "value": ticket_value(begun.ref, 1)},
        {"type": "overflow", "action_id": Press.TICKET_MENU.value, "options": options},
    ]
    read_all = {"type": "button", "action_id": Act.READ_ALL.value, "value": f"{on(begun)}:0"}
    body["message"] = {**body["message"], "blocks": [{"type": "section", "accessory": read_all}, {"elements": shown}]}

    from_card = stand.send(body).said
    from_elsewhere = press(stand, Who.AGENT, Act.MORE, on(begun)).said

    for act in (Act.REPLY, Act.NOTE, Act.READ_ALL):
        assert f'"{act.value}"' not in from_card
        assert f'"{act.value}"' in from_elsewhere
    for act in (Act.SNOOZE, Act.RESOLVE, Act.WHY):
        assert f'"{act.value}"' in from_card


# --- what the team ended ------------------------------------------------------------------------------------------------


def test_what_was_put_aside_is_taken_back_by_whoever_reads_that_it_was(stand: Stand) -> None:
    waiting = of(stand, TicketStatus.OPEN)
    choose(stand, Who.AGENT, Act.NOT_A_TICKET, waiting)
    aside = stand.desk.ticket(waiting.ref)
    assert '"Undo"' in press(stand, Who.LEAD, Act.MORE, on(aside)).said
    stale = press(stand, Who.LEAD, Act.UNDO, on(waiting))
    assert f"Amir put aside #{waiting.number}" in stale.said
    assert not stale.has_changed
    for who in (Who.OWNER, Who.OTHER):
        assert not press(stand, who, Act.UNDO, on(aside)).has_changed

    done = press(stand, Who.LEAD, Act.UNDO, on(aside), in_view=on(aside)).said

    assert f"#{waiting.number} is as it was before." in done
    assert stand.desk.ticket(waiting.ref).status is not TicketStatus.CLOSED
    again = press(stand, Who.AGENT, Act.UNDO, on(aside))
    assert "Too late to undo: " in again.said
    assert not again.has_changed


def test_take_back_on_an_older_card_takes_back_no_newer_step_of_somebody_else(stand: Stand) -> None:
    held = of(stand, TicketStatus.ASSIGNED)
    jo = stand.desk.person_by_ref(f"{TEAM}:U0JO000001")
    assert jo is not None
    given = stand.desk.assign(held.ref, to=jo.id, by=stand.person(Who.AGENT))
    stand.desk.put_aside(held.ref, by=stand.person(Who.LEAD))

    late = press(stand, Who.AGENT, Act.TAKE_BACK, on(given))

    assert not late.has_changed
    assert f"Lena put aside #{held.number}" in late.said


def test_whoever_undoes_too_late_reads_that_the_customer_has_written(stand: Stand) -> None:
    waiting = of(stand, TicketStatus.OPEN)
    stand.desk.put_aside(waiting.ref, by=stand.person(Who.AGENT))
    stand.desk.add_comment(waiting.ref, author_id=stand.person(Who.OWNER), text="It is one.", source="m:D:since")

    late = press(stand, Who.LEAD, Act.UNDO, on(stand.desk.ticket(waiting.ref)))

    assert "Too late to undo: Mara has written since." in late.said


# --- a way on, wherever it was pressed ------------------------------------------------------------------------------------


def test_who_is_full_can_claim_all_the_same_from_home(stand: Stand) -> None:
    """By Claim in a row, and by Take next, which names no ticket."""
    amir = stand.person(Who.AGENT)
    stand.desk.make_agent(amir, skills={"billing": 3}, max_load=1, by=None)
    waiting = of(stand, TicketStatus.OPEN)

    for pressed in ((Act.CLAIM, on(waiting)), (Press.TAKE_NEXT, "")):
        answer = press(stand, Who.AGENT, *pressed, in_view="")
        assert "of 1 tickets." in answer.said
        assert "Claim anyway" in answer.said
        assert on(waiting) in answer.said

    taken = press(stand, Who.AGENT, Act.CLAIM_ANYWAY, on(waiting), in_view="")
    assert stand.desk.ticket(waiting.ref).assigned_agent_id == amir
    assert "views.publish" in taken.said, "App Home below follows at once"


# --- forms on a ticket that has ended meanwhile -----------------------------------------------------------------------------


def fill(stand: Stand, who: Who, form: Form, metadata: str) -> Answer:
    return stand.send(table.submission(*USERS[who], form, metadata, {Block.TEXT: "Since Monday."}, of=TEAM))


def test_an_answer_on_a_closed_ticket_says_that_it_opened_another(stand: Stand) -> None:
    closed = of(stand, TicketStatus.CLOSED)

    answer = fill(stand, Who.OWNER, Form.ANSWER, on(closed))

    newest = max(each.number for each in stand.desk.tickets_of_customer(closed.customer_id))
    assert newest > closed.number
    assert f"#{closed.number} is closed. Your message opened #{newest}, linked to it." in answer.said


def test_an_answer_on_a_ticket_that_was_joined_with_another_says_where_it_went(stand: Stand) -> None:
    gone, into = of(stand, TicketStatus.PENDING_CUSTOMER), of(stand, TicketStatus.IN_PROGRESS)
    stand.desk.merge(gone.ref, into=into.ref, by=stand.person(Who.LEAD))

    answer = fill(stand, Who.OWNER, Form.ANSWER, on(gone))

    assert f"#{gone.number} was joined with #{into.number}: your message is there now." in answer.said


def test_nothing_goes_to_a_customer_whose_ticket_is_over(stand: Stand) -> None:
    """A reply's form is not opened, and one that was open keeps its text and says what has happened."""
    begun = of(stand, TicketStatus.IN_PROGRESS)
    drawn = reply_value(begun.ref, begun.version, "", 1)
    stand.desk.withdraw(begun.ref, by=begun.customer_id)

    answer, opened = fill(stand, Who.AGENT, Form.REPLY, drawn), press(stand, Who.AGENT, Act.REPLY, on(begun))

    for refused in (answer, opened):
        assert f"Mara withdrew #{begun.number}" in refused.said
        assert "views.open" not in refused.said
    assert not answer.has_changed


# --- who stands before a card -----------------------------------------------------------------------------------------------


def test_who_sees_a_card_and_is_no_agent_is_told_so_and_of_nothing_else(stand: Stand) -> None:
    shown, other = of(stand, TicketStatus.OPEN), of(stand, TicketStatus.IN_PROGRESS)
    body = table.press(*USERS[Who.OTHER], table.button(Act.CLAIM.value, on(shown)), of=TEAM)
    channel, ts = body["channel"]["id"], body["message"]["ts"]
    about = places.about_ticket(shown.number)
    card = Shown(shown.customer_id, places.of_channel(channel), about, channel, ts, None, places.TEAM)
    stand.desk.outbox.remember(card)

    before = press(stand, Who.OTHER, Act.CLAIM, on(shown))
    forged = press(stand, Who.OTHER, Act.CLAIM, on(other))
    document = default_document()
    private = {"key": "billing", "name": "Billing", "private": True, "channel": "C0PRIVATE1"}
    document["categories"] = [private if each["key"] == "billing" else each for each in document["categories"]]
    configure(stand, document)
    hidden = press(stand, Who.OTHER, Act.CLAIM, on(shown))

    assert "Only agents can claim tickets." in before.said
    for refused in (forged, hidden):
        assert isinstance(refused.error, TicketNotFound)


# --- colleagues of the customer ---------------------------------------------------------------------------------------------


def made_colleagues(stand: Stand) -> None:
    """Mara and Tomás, `Who.OTHER`, are of one organization; what was opened before has none."""
    for who in (Who.OWNER, Who.OTHER):
        stand.desk.set_organization(stand.person(who), "Acme", Tier.STANDARD, by=None)


def test_colleagues_read_each_others_tickets_where_the_setting_says_so_and_no_more(stand: Stand) -> None:
    made_colleagues(stand)
    mara, amir = stand.person(Who.OWNER), stand.person(Who.AGENT)
    theirs = stand.desk.open_ticket(mara, subject="Beamer", description="Dark", category="account", source="v:acme")
    stand.desk.assign(theirs.ref, to=amir, by=stand.person(Who.LEAD))
    stand.desk.add_comment(theirs.ref, author_id=amir, text="She is new here.", internal=True, source="v:note")
    stand.desk.wait_for_customer(
        stand.desk.start(theirs.ref, by=amir).ref, by=amir, question="Which room?", source="v:q"
    )
    theirs = stand.desk.ticket(theirs.ref)

    def line() -> str:
        return stand.send(table.command(*USERS[Who.OTHER], "/ticket", str(theirs.number))).said

    def listed() -> str:
        return stand.send(table.command(*USERS[Who.OTHER], "/ticket", "list")).said

    configure(stand, default_document())
    assert f"There is no ticket #{theirs.number} that you can see." in line()
    assert "Beamer" not in listed()
    configure(stand, default_document() | {"colleagues_see_tickets": True})

    for told in (line(), listed()):
        assert f"#{theirs.number} Beamer.* Mara: Waiting for Mara." in told
        assert "due" not in told
    opened = press(stand, Who.OTHER, Act.OPEN, on(theirs)).said
    assert "Dark" in opened
    assert "Amir: Which room?" in opened
    assert "new here" not in opened
    for act in (Act.CLAIM, Act.NOTE, Act.MORE, Act.WHY):
        assert isinstance(press(stand, Who.OTHER, act, on(theirs)).error, NotAnAgent), act
    for act in (Act.ANSWER, Act.WITHDRAW):
        assert isinstance(press(stand, Who.OTHER, act, on(theirs)).error, NotAllowed), act
    note = comment_value(theirs.ref, theirs.version, 1)
    assert isinstance(press(stand, Who.OTHER, Act.READ_ALL, note).error, TicketNotFound)


def test_a_colleague_watches_and_stops_where_they_read(stand: Stand) -> None:
    """The button says what can be done now, on the line and in the text; whoever may not watch is refused."""
    made_colleagues(stand)
    mara, tomas = stand.person(Who.OWNER), stand.person(Who.OTHER)
    ref = stand.desk.open_ticket(mara, subject="Beamer", description="Dark", category="account", source="v:acme").ref

    def shown(act: Act) -> bool:
        line = stand.send(table.command(*USERS[Who.OTHER], "/ticket", str(ref.number))).said
        text = press(stand, Who.OTHER, Act.OPEN, on(stand.desk.ticket(ref))).said
        assert (act.value in line) is (act.value in text)
        return act.value in line

    assert (shown(Act.READ_ALONG), shown(Act.STOP_READING)) == (True, False)
    done = press(stand, Who.OTHER, Act.READ_ALONG, on(stand.desk.ticket(ref)))
    assert f"You watch #{ref.number}. What is said on it comes in your messages." in done.said
    assert [each.id for each in stand.desk.watchers(ref)] == [tomas]
    assert (shown(Act.READ_ALONG), shown(Act.STOP_READING)) == (False, True)
    press(stand, Who.OTHER, Act.STOP_READING, on(stand.desk.ticket(ref)))
    assert stand.desk.watchers(ref) == []
    own = stand.send(table.command(*USERS[Who.OWNER], "/ticket", str(ref.number))).said
    assert Act.READ_ALONG.value not in own


def test_a_private_ticket_is_no_colleagues(stand: Stand) -> None:
    made_colleagues(stand)
    words = {"subject": "Salary", "description": "x", "category": "account", "source": "v:pay"}
    theirs = stand.desk.open_ticket(stand.person(Who.OWNER), **words)  # type: ignore[arg-type]
    document = default_document() | {"colleagues_see_tickets": True}
    private = {"key": "account", "name": "Account", "private": True, "channel": "C0PRIVATE1"}
    document["categories"] = [private if each["key"] == "account" else each for each in document["categories"]]
    configure(stand, document)

    for act in (Act.OPEN, Act.READ_ALL, Act.CLAIM, Act.READ_ALONG):
        assert isinstance(press(stand, Who.OTHER, act, on(theirs)).error, TicketNotFound)
    assert "Salary" not in stand.send(table.command(*USERS[Who.OTHER], "/ticket", "list")).said


# --- several tickets that began with one message ----------------------------------------------------------------------


def test_each_writes_on_their_own_of_two_tickets_that_began_with_one_channel_message(stand: Stand) -> None:
    desk, channel, root = stand.desk, "C0SUPP", "100.000001"
    both = [
        desk.open_ticket(
            stand.person(who), subject="VPN", description="Down.", category="billing", source=f"m:{channel}:{root}"
        )
        for who in (Who.OTHER, Who.OWNER)
    ]
    for ticket in both:
        about, place = places.about_ticket(ticket.number), places.of_origin(channel)
        desk.outbox.remember(Shown(ticket.customer_id, place, about, channel, root, None, places.CUSTOMER, None))
    for ticket, holder in zip(both, (Who.AGENT, Who.LEAD), strict=True):
        desk.assign(ticket.ref, to=stand.person(holder), by=stand.person(Who.ADMIN))

    for number, who in enumerate((Who.OTHER, Who.OWNER, Who.AGENT)):
        event = {"type": "message", "channel": channel, "channel_type": "channel", "team": TEAM, "thread_ts": root}
        event |= {"user": USERS[who][1], "text": f"Said by {who.value}.", "ts": f"200.00000{number}"}
        body = {"type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": "E1", "event": event}
        assert stand.send(body).error is None

    said = [[each.text for each in desk.comments(ticket.ref, include_internal=False)] for ticket in both]
    assert said == [[f"Said by {Who.OTHER.value}.", f"Said by {Who.AGENT.value}."], [f"Said by {Who.OWNER.value}."]]


def test_who_replies_while_slack_takes_nothing_is_told_that_it_waits(stand: Stand) -> None:
    ticket = of(stand, TicketStatus.IN_PROGRESS)

    def reply(text: str) -> Answer:
        value = reply_value(ticket.ref, ticket.version, "", 1)
        form = table.submission(*USERS[Who.AGENT], Form.REPLY, value, {Block.TEXT: text}, of=TEAM)
        form["view"]["id"] = f"V{text}"
        return stand.send(form)

    slow = "Slack is slow. Your reply is saved and goes out by itself."
    place = places.of_customer(ticket, stand.desk.configuration())
    stand.desk.outbox.add(Notice(place, "n42", "reply", ticket.ref), at=stand.clock.at)
    stand.clock.at += timedelta(hours=1)
    assert slow not in reply("Once").said, "what waits was not tried yet"
    said = []
    for attempt in ("Twice", "Thrice"):
        (errand,) = (each for each in stand.desk.outbox.claim(stand.clock.at, 99, 30) if each.place == place)
        assert slow not in reply(f"{attempt}, on its way").said
        stand.desk.outbox.retry(errand, stand.clock.at + timedelta(seconds=5), reason="internal_error")
        said.append(slow in reply(attempt).said)
        stand.clock.at += timedelta(seconds=6)
    assert said == [False, True], "one lost try is no delay that anybody sees"


def test_a_listener_of_several_ids_hears_of_no_other_that_ends_or_begins_so() -> None:
    """Bolt looks for a pattern anywhere in an id: choosing a category in the form of a new ticket is no act on a ticket."""
    ids = [*Act, *Press, *Form]
    for each in ids:
        heard = [one for one in ids if any_of([each]).search(one.value)]
        assert {one.value for one in heard} == {each.value}
