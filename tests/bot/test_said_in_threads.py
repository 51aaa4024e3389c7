"""What is typed in a thread does what the message above it says, through Bolt and to the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot import places
from bot.actions import SHORTCUT_OPEN_FROM_MESSAGE, Act, Block, Form, Press
from bot.delivery.cards import for_agent, for_customer, for_team
from bot.delivery.posts import was_said_in
from bot.delivery.reading import Dossier
from bot.values import NewTicketState, form_state, offer_value, ticket_value
from tests.bot import role_table as table
from tests.bot import test_every_act_by_everybody as everybody
from tests.bot.test_every_act_by_everybody import HOME_URL, NOW, TEAM, Answer, Stand, tickets
from ticketing.errors import NotTheHolder
from ticketing.model import Comment, Person, Ticket, TicketStatus
from ticketing.shown import Shown

prepared, standing, stand = everybody.prepared, everybody.standing, everybody.stand

MARA, TOMAS, AMIR, JO = "U0MARA0001", "U0TOMAS001", "U0AMIR0001", "U0JO000001"
CARD = f"{NOW.timestamp():.0f}.000100"


def person(stand: Stand, user: str) -> Person:
    found = stand.desk.person_by_ref(f"{TEAM}:{user}")
    assert found is not None
    return found


def ticket(stand: Stand, status: TicketStatus) -> Ticket:
    return next(each for each in tickets(stand) if each.status is status)


def of(user: str) -> str:
    """Their conversation with the app."""
    return f"D{user[1:]}"


def said(user: str, text: str, *, channel: str, second: int = 1, **more: Any) -> dict[str, Any]:
    """The event of a message, so many seconds after NOW."""
    kind = "im" if channel.startswith("D") else "channel"
    ts = f"{NOW.timestamp() + second:.0f}.000200"
    event = {"type": "message", "user": user, "text": text, "channel": channel, "channel_type": kind, "ts": ts} | more
    return {"type": "event_callback", "team_id": TEAM, "event": event}


def under_card(stand: Stand, of_ticket: Ticket, user: str, text: str, *, second: int = 1) -> Answer:
    """Typed in the thread under somebody's assignment."""
    place, about = places.of_person(person(stand, user).id), places.about_ticket(of_ticket.number)
    card = Shown(of_ticket.customer_id, place, about, of(user), CARD, None, places.AGENT)
    stand.desk.outbox.remember(card)
    return stand.send(said(user, text, channel=of(user), second=second, thread_ts=CARD))


def comments(stand: Stand, of_ticket: Ticket, text: str) -> list[Comment]:
    return [each for each in stand.desk.comments(of_ticket.ref, include_internal=True) if each.text == text]


# --- under an assignment --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", [AMIR, JO])
@pytest.mark.parametrize("status", TicketStatus)
def test_what_is_typed_under_an_assignment_goes_out_only_where_the_card_says_so(
    stand: Stand, status: TicketStatus, user: str
) -> None:
    """Amir has the ticket, has resolved it, has released it, or had it when it was closed; Jo never had it."""
    there = ticket(stand, status)
    card = for_agent(Dossier(stand.desk, there.ref), person(stand, user).id).message
    assert card is not None

    answer = under_card(stand, there, user, "what a pain she is")

    assert len(comments(stand, there, "what a pain she is")) == (
        "Replies in this thread go to Mara." in str(card.blocks)
    )
    if "This thread no longer reaches Mara." in str(card.blocks):
        assert isinstance(answer.error, NotTheHolder)
        assert "Your message was not sent." in answer.said
        assert "Keep as a note" in answer.said
    assert stand.desk.ticket(there.ref).status is status or there.status is TicketStatus.ASSIGNED


def test_on_what_another_has_resolved_a_former_holders_words_are_not_sent(stand: Stand) -> None:
    there, amir, jo = ticket(stand, TicketStatus.IN_PROGRESS), person(stand, AMIR).id, person(stand, JO).id
    stand.desk.assign(there.ref, to=jo, by=amir)
    stand.desk.resolve(there.ref, by=jo, answer="It was the font.")

    answer = under_card(stand, there, AMIR, "I never liked her")

    assert isinstance(answer.error, NotTheHolder)
    assert comments(stand, there, "I never liked her") == []


@pytest.mark.parametrize("typed", ["now I have it", "?resolve now I have it"])
def test_what_was_not_sent_is_not_sent_either_when_it_is_heard_again(stand: Stand, typed: str) -> None:
    """After a gap the same message is read once more, when its author may have the ticket again."""
    there, amir, jo = ticket(stand, TicketStatus.IN_PROGRESS), person(stand, AMIR).id, person(stand, JO).id
    stand.desk.assign(there.ref, to=jo, by=amir)
    assert isinstance(under_card(stand, there, AMIR, typed).error, NotTheHolder)
    stand.desk.assign(there.ref, to=amir, by=jo)

    again = under_card(stand, there, AMIR, typed)

    assert (again.error, again.has_changed) == (None, False)
    edited = said(AMIR, typed, channel=of(AMIR), thread_ts=CARD)["event"] | {"edited": {"ts": "9.9"}, "text": "better"}
    event = {"type": "message", "subtype": "message_changed", "message": edited, "channel": of(AMIR), "ts": "9.9"}
    changed = stand.send({"type": "event_callback", "team_id": TEAM, "event": event})
    assert "Your message was not sent." in changed.said
    assert comments(stand, there, "better") == comments(stand, there, "now I have it") == []
    assert stand.desk.ticket(there.ref).status is TicketStatus.IN_PROGRESS


# --- in the triage thread -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", TicketStatus)
def test_a_triage_thread_sends_only_while_its_card_says_so(stand: Stand, status: TicketStatus) -> None:
    there = ticket(stand, status)
    card = Shown(there.customer_id, "c:C0TRIAGE", f"t:{there.number}", "C0TRIAGE", CARD, None, places.TEAM_OUT)
    stand.desk.outbox.remember(card)
    drawn = for_team(Dossier(stand.desk, there.ref), "c:C0TRIAGE").message
    assert drawn is not None

    answer = stand.send(said(JO, "such a bore", channel="C0TRIAGE", thread_ts=CARD))
    stand.send(said(JO, "such a bore", channel="C0TRIAGE", thread_ts=CARD))

    (kept,) = comments(stand, there, "such a bore")
    assert kept.is_internal is ("Replies in this thread go to Mara." not in str(drawn.blocks))
    assert (f"Kept as a note on #{there.number}." in answer.said) is kept.is_internal


@pytest.mark.parametrize("order", ["?reply Use the other door.", "?resolve Use the other door."])
@pytest.mark.parametrize("side", [places.TEAM, places.TEAM_OUT])
def test_what_is_ordered_where_replies_go_out_is_said_there(stand: Stand, side: str, order: str) -> None:
    """So it gets no copy beneath itself; in a thread of notes the copy is what tells that it went out."""
    there = ticket(stand, TicketStatus.IN_PROGRESS)
    card = Shown(there.customer_id, "c:C0TRIAGE", f"t:{there.number}", "C0TRIAGE", CARD, None, side)
    stand.desk.outbox.remember(card)

    stand.send(said(AMIR, order, channel="C0TRIAGE", thread_ts=CARD))

    (sent,) = comments(stand, there, "Use the other door.")
    assert not sent.is_internal
    assert was_said_in(Dossier(stand.desk, there.ref), "c:C0TRIAGE", sent) is (side == places.TEAM_OUT)


# --- below a channel message from which several tickets began -------------------------------------------------------------


def began_together(stand: Stand, *every: Ticket) -> None:
    for each in every:
        about = places.about_ticket(each.number)
        root = Shown(each.customer_id, "o:C0SUPPORT", about, "C0SUPPORT", CARD, None, places.CUSTOMER)
        stand.desk.outbox.remember(root)


def in_channel(user: str, text: str, *, second: int = 1) -> dict[str, Any]:
    return said(user, text, channel="C0SUPPORT", second=second, thread_ts=CARD)


def chosen(stand: Stand, heard: dict[str, Any], ticket: Ticket) -> Answer:
    """Jo presses "This one" in what only she sees."""
    event = heard["event"]
    stand.slack.has = [event]
    value = offer_value(f"m:C0SUPPORT:{event['ts']}", ticket.ref)
    body = table.press(TEAM, JO, table.button(Act.MEANT, value), of=TEAM)
    container = {"type": "message", "message_ts": "9.9", "channel_id": "C0SUPPORT", "thread_ts": CARD}
    answer = stand.send(body | {"channel": {"id": "C0SUPPORT"}, "container": container, "message": None})
    stand.slack.has = []
    return answer


def test_who_has_none_of_several_tickets_that_began_together_is_asked_which_they_mean(stand: Stand) -> None:
    one, two = ticket(stand, TicketStatus.ASSIGNED), ticket(stand, TicketStatus.IN_PROGRESS)
    began_together(stand, one, two)
    heard = in_channel(JO, "We are on it.")

    asked = stand.send(heard)
    assert not asked.has_changed
    assert "Which one is this for?" in asked.said
    assert all(offer_value(f"m:C0SUPPORT:{heard['event']['ts']}", each.ref) in asked.said for each in (one, two))
    done = chosen(stand, heard, two)
    again, other = chosen(stand, heard, two), chosen(stand, heard, one)

    assert f"Taken for #{two.number}." in done.said
    assert [each.author_id for each in comments(stand, two, "We are on it.")] == [person(stand, JO).id]
    assert comments(stand, one, "We are on it.") == []
    for late in (again, other):
        assert not late.has_changed
        assert f"It is on #{two.number} already." in late.said
    assert stand.send(heard).said == "", "heard again, it is where it was put"


def test_who_has_one_of_them_or_finds_but_one_still_open_is_not_asked(stand: Stand) -> None:
    one, two, over = (
        ticket(stand, status) for status in (TicketStatus.ASSIGNED, TicketStatus.IN_PROGRESS, TicketStatus.CLOSED)
    )
    began_together(stand, one, over)
    stand.send(in_channel(JO, "the open one"))
    stand.desk.assign(two.ref, to=person(stand, JO).id, by=person(stand, AMIR).id)
    began_together(stand, one, two, over)

    stand.send(in_channel(JO, "mine", second=2))
    asked = stand.send(in_channel(AMIR, "also mine", second=3))

    assert len(comments(stand, one, "the open one")) == len(comments(stand, two, "mine")) == 1
    assert "Which one" not in asked.said
    assert len(comments(stand, one, "also mine")) == 1


def test_an_order_is_carried_out_on_the_ticket_that_is_chosen(stand: Stand) -> None:
    one, two, elsewhere = (
        ticket(stand, status) for status in (TicketStatus.ASSIGNED, TicketStatus.OPEN, TicketStatus.IN_PROGRESS)
    )
    began_together(stand, one, two)
    heard = in_channel(JO, "?claim")
    assert "Which one" in stand.send(heard).said

    chosen(stand, heard, two)

    assert stand.desk.ticket(two.ref).assigned_agent_id == person(stand, JO).id
    assert not chosen(stand, heard, elsewhere).has_changed, "which did not begin there"


# --- in App Home ----------------------------------------------------------------------------------------------------------


def test_a_customer_who_opens_what_waits_for_them_reads_the_question(stand: Stand) -> None:
    there, amir = ticket(stand, TicketStatus.IN_PROGRESS), person(stand, AMIR).id
    stand.desk.wait_for_customer(there.ref, by=amir, question="Which browser?", source="v:asked")
    pressed = table.button(Act.OPEN, ticket_value(there.ref, there.version))

    assert "Which browser?" in stand.send(table.press(TEAM, MARA, pressed, of=TEAM)).said
    stand.desk.resume(there.ref, by=amir)
    assert "Why is it so low?" in stand.send(table.press(TEAM, MARA, pressed, of=TEAM)).said


# --- on what is over ------------------------------------------------------------------------------------------------------


def test_further_lines_on_a_closed_ticket_go_to_the_one_that_the_first_has_opened(stand: Stand) -> None:
    """In a channel all of it stays in the thread in which it is said, and is told of once, also when it is read again."""
    mara = person(stand, MARA).id
    first = stand.desk.open_ticket(
        mara, subject="Badge", description="It is lost.", category="billing", source=f"m:C0DESK:{CARD}"
    )
    stand.desk.withdraw(first.ref, by=mara)

    def says(text: str, second: int) -> str:
        return stand.send(said(MARA, text, channel="C0DESK", second=second, thread_ts=CARD)).said

    told = [says("It is back.", 1), says("since today", 2), says("It is back.", 1), says("since today", 2)]

    (opened,) = (each for each in stand.desk.tickets_of_customer(mara) if each.follows_number == first.number)
    sentence = f"#{first.number} is closed. Your message opened #{opened.number}, linked to it."
    assert [sentence in each for each in told] == [True, False, False, False]
    assert [each.text for each in stand.desk.comments(opened.ref, include_internal=True)] == ["since today"]
    assert for_customer(Dossier(stand.desk, opened.ref), "c:C0DESK").thread_ts == CARD


# --- outside threads ------------------------------------------------------------------------------------------------------


def new_ticket_form(
    stand: Stand,
    user: str,
    message: dict[str, Any],
    customer: str | None = None,
    *,
    description: str = "It hangs.",
    link: str | None = None,
    kind: str = "m",
) -> str:
    """The form that the shortcut on a message has opened, sent; what stands in its place."""
    state = NewTicketState(source=f"{kind}:{message['channel']}:{message['ts']}", permalink=link)
    form = table.submission(TEAM, user, Form.NEW_TICKET, form_state(state), {}, of=TEAM)
    answers = {
        Block.SUBJECT: {"value": "The export"},
        Block.DESCRIPTION: {"value": description},
        Block.CATEGORY: {"selected_option": {"value": "billing"}},
        Block.CUSTOMER: {"selected_user": customer},
    }
    form["view"]["state"] = {"values": {block: {"value": value} for block, value in answers.items()}}
    return stand.send(form).said


@pytest.fixture
def messages(stand: Stand) -> Iterator[list[dict[str, Any]]]:
    """What Slack has."""
    yield stand.slack.has
    stand.slack.has.clear()


def test_an_offer_ends_when_its_message_becomes_a_ticket_by_the_shortcut(
    stand: Stand, messages: list[dict[str, Any]]
) -> None:
    """It is neither left standing nor repeated, nor counted as a message that nobody placed."""
    body = said(MARA, "the export hangs again", channel=of(MARA))
    messages.append(body["event"])
    assert "This has not reached anyone yet." in stand.send(body).said
    assert stand.desk.inbound.unplaced() == 1

    receipt = new_ticket_form(stand, MARA, body["event"])

    number = max(each.number for each in stand.desk.tickets_of_customer(person(stand, MARA).id))
    assert "chat.update" in receipt
    assert f"Ticket #{number}. An answer" in receipt
    assert stand.desk.inbound.unplaced() == 0
    assert stand.desk.inbound.longest_unanswered() is None


def test_an_offer_for_several_messages_goes_on_for_the_others(stand: Stand, messages: list[dict[str, Any]]) -> None:
    for second, text in ((1, "the export hangs again"), (2, "and the lamp hums")):
        body = said(MARA, text, channel=of(MARA), second=second)
        messages.append(body["event"])
        stand.send(body)

    shown = new_ticket_form(stand, MARA, messages[0])

    assert stand.desk.inbound.unplaced() == 1
    offer = next(line for line in shown.split("\n") if "chat.update" in line)
    assert "and the lamp hums" in offer
    assert "the export hangs again" not in offer
    pressed = table.press(TEAM, MARA, table.button(Press.OFFER_NEW, f"m:{of(MARA)}:{messages[0]['ts']}"), of=TEAM)
    pressed["channel"]["id"] = pressed["container"]["channel_id"] = of(MARA)
    stand.send(pressed)
    opened = stand.desk.tickets_of_customer(person(stand, MARA).id)
    assert [each.description for each in opened if "lamp" in each.description] == ["and the lamp hums"]


@pytest.mark.parametrize(
    ("customer", "channel", "told"),
    [
        (None, of(AMIR), "You will have an answer * Its thread is under Messages."),
        (
            None,
            "C0DESK",
            "You will have an answer * It goes on in the thread of your message, where others can read it.",
        ),
        (MARA, of(AMIR), "Somebody will have an answer * It is Somebody's, who reads it under Messages."),
        (
            MARA,
            "C0DESK",
            "Somebody will have an answer * It is Somebody's, and goes on in the thread of the message, where others",
        ),
    ],
)
def test_the_receipt_says_whose_it_is_and_where_it_goes_on(
    stand: Stand, customer: str | None, channel: str, told: str
) -> None:
    """This Slack calls everybody Somebody."""
    receipt = new_ticket_form(stand, AMIR, said(AMIR, "x", channel=channel)["event"], customer)

    assert all(sentence in receipt for sentence in told.split(" * "))
    assert ("Its thread is under Messages." in receipt) is told.endswith("Its thread is under Messages.")


def test_a_file_alone_gives_a_ticket_its_name_and_not_its_address(stand: Stand, messages: list[dict[str, Any]]) -> None:
    file = {"id": "F1", "name": "screen.png", "permalink": "https://lakeside.slack.com/files/U1/F1/screen.png"}
    body = said(MARA, "", channel=of(MARA), files=[file], subtype="file_share")
    messages.append(body["event"])
    stand.send(body)

    pressed = table.press(TEAM, MARA, table.button(Press.OFFER_NEW, f"m:{of(MARA)}:{body['event']['ts']}"), of=TEAM)
    pressed["channel"]["id"] = pressed["container"]["channel_id"] = of(MARA)
    stand.send(pressed)

    (opened,) = (each for each in stand.desk.tickets_of_customer(person(stand, MARA).id) if "screen" in each.subject)
    assert opened.subject == "screen.png"
    assert opened.description == f"screen.png: {file['permalink']}"


def test_an_offer_names_what_is_open_first_and_says_when_a_choice_has_reopened_what_was_resolved(
    stand: Stand, messages: list[dict[str, Any]]
) -> None:
    resolved, mara = ticket(stand, TicketStatus.RESOLVED), person(stand, MARA).id
    stand.desk.add_comment(resolved.ref, author_id=mara, text="Thank you!", source="m:D:thanks")
    body = said(MARA, "it hangs again", channel=of(MARA))
    messages.append(body["event"])
    offered = stand.send(body).said
    assert f"Add to #{resolved.number}" not in offered
    assert "Another ticket" in offered

    value = offer_value(f"m:{of(MARA)}:{body['event']['ts']}", resolved.ref)
    pressed = table.press(TEAM, MARA, table.button(Press.OFFER_ADD, value), of=TEAM)
    pressed["channel"]["id"] = pressed["container"]["channel_id"] = of(MARA)

    assert f"Added to #{resolved.number}, which is open again." in stand.send(pressed).said


def shortcut(stand: Stand, user: str, message: dict[str, Any]) -> str:
    """What "Open a ticket" on a message shows."""
    pressed = table.shortcut(TEAM, user, SHORTCUT_OPEN_FROM_MESSAGE, message["user"], of=TEAM)
    return stand.send({**pressed, "channel": {"id": message["channel"]}, "message": message}).said


def test_a_message_that_is_a_ticket_already_opens_no_second_form(stand: Stand) -> None:
    """To its author and to the team it is told which one, before anything is typed; a message of others is their own matter."""
    message = said(MARA, "the export hangs", channel="C0DESK")["event"]
    assert "is open already" not in shortcut(stand, AMIR, message)
    new_ticket_form(stand, AMIR, message, MARA)
    opened = max(stand.desk.tickets_of_customer(person(stand, MARA).id), key=lambda each: each.number)

    for user in (MARA, AMIR, JO):
        told = shortcut(stand, user, message)
        assert f"#{opened.number} is open already." in told
        assert "the export hangs" not in told
    assert "the export hangs" in shortcut(stand, TOMAS, message)
    stand.desk.withdraw(opened.ref, by=opened.customer_id)
    assert f"#{opened.number} was opened from this message already." in shortcut(stand, JO, message)


def test_a_form_that_is_sent_again_is_never_an_answer_of_the_teams(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of the team open it at once: it is one ticket, with its promise, and what differs is not sent in their name."""
    message = said(MARA, "the export hangs", channel="C0DESK")["event"]
    mara = person(stand, MARA).id
    address = f"{HOME_URL}archives/C0DESK/p1"
    new_ticket_form(stand, AMIR, message, MARA, link=address)
    opened = max(stand.desk.tickets_of_customer(mara), key=lambda each: each.number)
    monkeypatch.setattr(everybody.Clock, "at", everybody.Clock.at + timedelta(minutes=1))

    same = new_ticket_form(stand, JO, message, MARA, link=f"{address}?thread_ts=1&cid=C0DESK")
    other = new_ticket_form(stand, JO, message, MARA, description="She says that it hangs.", link=address)

    assert f"We have it: ticket #{opened.number}." in same
    assert f"#{opened.number} is open already. Nothing was added to it." in other
    assert '"errors"' in other
    now = stand.desk.ticket(opened.ref)
    assert stand.desk.comments(opened.ref, include_internal=True) == []
    assert (now.version, now.response_due_at) == (opened.version, opened.response_due_at)

    new_ticket_form(stand, MARA, message, link=f"{address}?thread_ts=1&cid=C0DESK")
    assert stand.desk.comments(opened.ref, include_internal=True) == []
    new_ticket_form(stand, MARA, message, description="It hangs again.", link=address)
    assert [each.text for each in stand.desk.comments(opened.ref, include_internal=True)] == ["It hangs again."]


def mention(user: str, text: str, **more: Any) -> dict[str, Any]:
    body = said(user, f"<@U0BOT> {text}", channel="C0SUPPORT", **more)
    return body | {"event": body["event"] | {"type": "app_mention"}}


def test_a_mention_in_a_thread_that_is_no_tickets_is_offered_a_place_there(
    stand: Stand, messages: list[dict[str, Any]]
) -> None:
    body = mention(MARA, "can you have a look?", thread_ts=CARD)
    messages.append(body["event"])

    offered = stand.send(body).said

    assert "This has not reached anyone yet." in offered
    assert f'"thread_ts": "{CARD}"' in offered
    assert not [each for each in stand.desk.tickets_of_customer(person(stand, MARA).id) if f"#{each.number}" in offered]
    assert "Add to a ticket" in offered
    assert stand.send(body).said.count("chat.postMessage") == 0


@pytest.mark.parametrize("private", [True, False])
def test_in_a_channel_an_offer_tells_no_number_of_what_goes_on_elsewhere(
    stand: Stand, messages: list[dict[str, Any]], private: bool
) -> None:
    """What was said there is added to a ticket in one's messages, or was opened from there and has its card below."""
    mara = person(stand, MARA).id
    where = "m:C0SUPPORT:1.1" if not private else "v:form"
    there = stand.desk.open_ticket(mara, subject="Pay", description="Low.", category="billing", source=where)
    body = mention(MARA, "and my screen is dead", thread_ts=CARD)
    messages.append(body["event"])
    stand.send(body)
    source = f"m:C0SUPPORT:{body['event']['ts']}"
    pressed = table.press(TEAM, MARA, table.button(Press.OFFER_MENU, offer_value(source)), of=TEAM)
    pressed["channel"]["id"] = pressed["container"]["channel_id"] = "C0SUPPORT"
    assert f"#{there.number} Pay" in stand.send(pressed).said

    chosen = {Block.CHOICE.value: str(there.number)}
    told = stand.send(table.submission(TEAM, MARA, Form.OFFER, offer_value(source), chosen, of=TEAM)).said

    assert ("Added." in told, f"Added to #{there.number}." in told) == (private, not private)
    (added,) = stand.desk.comments(there.ref, include_internal=True)
    assert "and my screen is dead" in added.text


def test_a_ticket_of_something_said_in_a_thread_of_others_goes_on_in_ones_messages(
    stand: Stand, messages: list[dict[str, Any]]
) -> None:
    """That thread is no ticket's: the receipt and the offer promise nothing there, and it is one ticket by whichever way."""
    mara = person(stand, MARA).id
    body = mention(MARA, "my key is lost", thread_ts=CARD)
    messages.append(body["event"])
    stand.send(body)
    pressed = table.press(TEAM, MARA, table.button(Press.OFFER_NEW, f"m:C0SUPPORT:{body['event']['ts']}"), of=TEAM)
    pressed["channel"]["id"] = pressed["container"]["channel_id"] = "C0SUPPORT"

    assert "It is a ticket now, and goes on under Messages." in stand.send(pressed).said
    by_offer = max(stand.desk.tickets_of_customer(mara), key=lambda each: each.number)
    assert places.of_customer(by_offer, stand.desk.configuration()) == places.of_person(mara)
    assert f"#{by_offer.number} is open already." in shortcut(stand, MARA, body["event"])
    assert stand.desk.inbound.unplaced() == 0

    later = mention(MARA, "and my badge", thread_ts=CARD, second=2)["event"]
    shown = shortcut(stand, MARA, later)
    assert f"r:C0SUPPORT:{later['ts']}" in shown
    assert "Its thread is under Messages." in new_ticket_form(stand, MARA, later, kind="r")


def test_a_mention_in_a_tickets_thread_is_a_message_there_and_nothing_else(stand: Stand) -> None:
    there = ticket(stand, TicketStatus.IN_PROGRESS)
    stand.desk.outbox.remember(
        Shown(there.customer_id, "c:C0SUPPORT", f"t:{there.number}", "C0SUPPORT", CARD, None, places.TEAM)
    )

    assert stand.send(mention(JO, "are you there?", thread_ts=CARD)).said == ""
    stand.send(said(JO, "<@U0BOT> are you there?", channel="C0SUPPORT", thread_ts=CARD))

    assert stand.desk.inbound.unplaced() == 0
    assert stand.desk.comments(there.ref, include_internal=True)[-1].is_internal
