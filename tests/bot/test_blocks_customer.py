"""What a customer reads: the form, the receipt, the card in every state, its thread, the offer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.actions import Press
from bot.blocks import new_ticket
from bot.blocks.customer import (
    closes_soon_post,
    customer_card,
    late_apology_post,
    offer_message,
    question_post,
    reopened_post,
    reply_post,
    resolved_post,
    thanks_post,
)
from bot.values import MalformedValue, NewTicketState, read_offer_value, read_ticket_value
from bot.views import (
    CustomerState,
    LateApology,
    NewTicketForm,
    Offer,
    OfferState,
    OpenTicketLine,
    Promise,
    Receipt,
    SimilarAnswer,
    View,
)
from tests.bot.builders import (
    BY_1420,
    REF,
    VIENNA,
    at,
    buttons,
    facts,
    form,
    shown,
    thread_post,
    token,
)
from tests.bot.builders import (
    customer_card as card,
)
from ticketing.model import CloseReason, PersonId, Priority, TicketRef

SOURCE = "m:C0SUPPORT1:1795440000.000100"
_DAY_AND_TIME = "{date_short_pretty} at {time}"
BACK_AT_1400 = (
    f"We are back {token(_DAY_AND_TIME, at(14), '23 Nov 14:00 CET')}. "
    f"You will have an answer by {token(_DAY_AND_TIME, at(14, 20), '23 Nov 14:20 CET')}."
)


# The card


@pytest.mark.parametrize(
    ("state", "changes", "line", "pressed"),
    [
        (
            CustomerState.WAITING,
            {"answer_by": at(14, 20)},
            f"*Waiting for an agent.* An answer {BY_1420}.",
            ["Withdraw"],
        ),
        (
            CustomerState.WAITING,
            {"answer_by": at(14, 20), "back_at": at(14)},
            f"*Waiting for an agent.* {BACK_AT_1400}",
            ["Withdraw"],
        ),
        (
            CustomerState.HELD,
            {"answer_by": at(14, 20), "back_at": at(14)},
            f"*Amir has it.* An answer {BY_1420}.",
            ["Withdraw"],
        ),
        (CustomerState.WAITING, {}, "*Waiting for an agent.*", ["Withdraw"]),
        (CustomerState.HELD, {}, "*Amir has it.*", ["Withdraw"]),
        (CustomerState.BEGUN, {}, "*Amir is working on it.*", ["Withdraw"]),
        (
            CustomerState.THEIR_TURN,
            {"question": "Which browser?"},
            "*Waiting for you.* Amir asks:\n> Which browser?",
            ["[[Answer]]", "Withdraw"],
        ),
        (
            CustomerState.RESOLVED,
            {"solution": "Cleared the cache."},
            "*Resolved* by Amir:\n> Cleared the cache.",
            ["Helpful", "Not helpful", "Not solved"],
        ),
        (CustomerState.RESOLVED, {"is_rated": True}, "*Resolved* by Amir.", ["Add a comment", "Not solved"]),
        (CustomerState.WITHDRAWN, {}, "*Withdrawn by you.*", ["Undo"]),
        (CustomerState.MERGED, {"joined_with": 40}, "*Joined with #40:* write there.", []),
    ],
)
def test_the_card_says_how_it_stands(
    state: CustomerState, changes: dict[str, Any], line: str, pressed: list[str]
) -> None:
    message = customer_card(card(state, **changes))

    first, rest = shown(message).split("\n", 1)
    assert first == "*#42 Cannot open the invoice*"
    assert rest.startswith(line + "\n")
    assert buttons(message) == pressed


def test_the_card_of_a_closed_ticket_says_what_to_do() -> None:
    message = customer_card(card(CustomerState.CLOSED, closed_at=at(9)))

    closed = token("Closed {date_short_pretty}", at(9), "Closed 23 Nov 09:00 CET")
    assert f"*{closed}.* Write here and we open a new ticket linked to #42." in shown(message)
    for reason, why in (
        (CloseReason.NOT_A_TICKET, "put aside as no ticket"),
        (CloseReason.MOVED, "moved to another customer"),
    ):
        told = shown(customer_card(card(CustomerState.CLOSED, closed_at=at(9), close_reason=reason)))
        assert f"*{closed}:* {why}. Write here and we open a new ticket linked to #42." in told
    assert buttons(message) == []
    assert "reaches us" not in shown(message)


def test_the_card_says_where_to_write() -> None:
    assert shown(customer_card(card(CustomerState.HELD))).endswith(
        "High, billing. Write in this thread and it reaches us."
    )


def test_in_a_channel_the_first_line_says_who_can_read() -> None:
    message = customer_card(card(CustomerState.HELD, in_channel=True))

    assert shown(message).split("\n")[0] == "*#42 Cannot open the invoice* Everyone here can read this."


def test_a_notification_tells_it_all_number_first() -> None:
    message = customer_card(card(CustomerState.WAITING, answer_by=at(14, 20)))

    assert message.text == f"#42 Cannot open the invoice: Waiting for an agent. An answer {BY_1420}."


def test_withdraw_asks_back_and_is_the_only_one_to() -> None:
    [element] = customer_card(card(CustomerState.HELD)).blocks[-1]["elements"]

    assert element["style"] == "danger"
    assert element["confirm"]["title"]["text"] == "Withdraw #42?"
    assert element["confirm"]["deny"]["text"] == "Keep it"
    assert element["accessibility_label"] == "Withdraw ticket 42"
    assert read_ticket_value(element["value"]) == (REF, 3)


def test_a_long_solution_can_be_read_in_full() -> None:
    message = customer_card(card(CustomerState.RESOLVED, solution="word " * 500, comment=5))

    assert "Read all" in buttons(message)
    assert len(shown(message)) < 900


# Its thread


def test_a_reply_begins_with_who_says_it() -> None:
    message = reply_post(thread_post("Try again now."))

    assert shown(message) == "*Amir:* Try again now."
    assert message.text == "#42, Amir: Try again now."


def test_a_long_reply_is_there_in_full() -> None:
    """It is what the customer waits for: nothing of it is behind a button that a notification lacks."""
    text = " ".join(f"word{one}" for one in range(2000))

    assert "word1999" in shown(reply_post(thread_post(text)))


def test_a_question_says_whose_turn_it_is() -> None:
    message = question_post(thread_post("Which browser?"))

    assert shown(message) == "*Amir asks:*\n> Which browser?", "whose turn it is says the card, which follows"
    assert message.text == "#42, Amir asks you: Which browser?"


def test_what_solved_it_is_posted() -> None:
    assert shown(resolved_post(thread_post("Cleared the cache."))) == "*Resolved* by Amir:\n> Cleared the cache."
    assert shown(resolved_post(thread_post(""))) == "*Resolved* by Amir."


def test_not_solved_asks_what_is_still_wrong() -> None:
    assert shown(reopened_post(42)) == "Reopened. What is still wrong?"


def test_closing_is_said_before() -> None:
    message = closes_soon_post(REF, 3, 2)

    assert message.text == "#42 closes in 2 days. Write here if it is not solved."
    assert buttons(message) == ["Not solved"]
    assert closes_soon_post(REF, 3, 1).text == "#42 closes in 1 day. Write here if it is not solved."


def test_a_broken_promise_is_said_once_and_plainly() -> None:
    message = late_apology_post(LateApology(number=42, promised_at=at(14, 20), agent="Amir Haddad", zone=VIENNA))
    unheld = late_apology_post(LateApology(number=42, promised_at=at(14, 20), agent=None, zone=VIENNA))

    promised = f"We promised an answer {BY_1420} and are late. Sorry."
    assert shown(message) == f"{promised} Amir has it and their lead knows."
    assert shown(unheld) == f"{promised} Our lead knows."


def test_a_thanks_reopens_nothing_and_leaves_the_way_open() -> None:
    message = thanks_post(REF, 3)

    assert shown(message) == "You are welcome. #42 stays resolved."
    assert buttons(message) == ["Not solved"]


# A message outside any thread


def offer(count: int, **changes: Any) -> Offer:
    tickets = tuple(
        OpenTicketLine(ref=TicketRef(PersonId(7), 42 - one), subject=f"Subject {one}") for one in range(count)
    )
    known: dict[str, Any] = {"source": SOURCE, "text": "the export hangs again since this morning", "tickets": tickets}
    return Offer(**known | changes)


def test_a_message_outside_any_thread_is_never_guessed() -> None:
    message = offer_message(offer(5))

    assert shown(message) == (
        "*This has not reached anyone yet.* Where does it belong?\n> the export hangs again since this morning"
    )
    assert buttons(message) == [
        "[[Add to #42]]",
        "New ticket",
        "Not a ticket",
        "(#41 Subject 1, #40 Subject 2, #39 Subject 3, #38 Subject 4, Another ticket)",
    ]
    assert message.text.startswith("This has not reached anyone yet.")


def test_without_another_ticket_there_is_no_menu() -> None:
    assert buttons(offer_message(offer(1))) == ["[[Add to #42]]", "New ticket", "Not a ticket"]
    assert buttons(offer_message(offer(0))) == ["[[New ticket]]", "Not a ticket"]


def test_another_ticket_can_be_chosen_whichever_there_is() -> None:
    """A menu has two options at least: the only one is a button."""
    one_open, closed_only = offer(1, has_others=True), offer(0, has_others=True)

    assert buttons(offer_message(one_open)) == ["[[Add to #42]]", "New ticket", "Not a ticket", "Another ticket"]
    assert buttons(offer_message(closed_only)) == ["[[New ticket]]", "Not a ticket", "Another ticket"]


def test_an_offer_that_others_read_names_none_of_the_tickets() -> None:
    message = offer_message(offer(3, in_channel=True))

    assert buttons(message) == ["[[New ticket]]", "Add to a ticket", "Not a ticket"]
    assert message.text.endswith("Where does it belong: a new ticket, a ticket of yours or nowhere?")
    told = [shown(offer_message(offer(0, state=state))) for state in list(OfferState)[1:]]
    assert told == [
        "Added.",
        "Added. The ticket is open again.",
        "It is a ticket now, and goes on under Messages.",
    ]


def test_each_choice_names_the_message_and_the_ticket() -> None:
    add, new, *_ = offer_message(offer(2)).blocks[-1]["elements"]

    assert read_offer_value(add["value"]) == (SOURCE, TicketRef(PersonId(7), 42))
    assert read_offer_value(new["value"]) == (SOURCE, None)


def test_an_answered_offer_says_what_became_of_it() -> None:
    added = offer(1, state=OfferState.ADDED, placed=42)
    opened = offer(1, state=OfferState.OPENED, placed=57, zone=VIENNA)
    promise = Promise(due_at=at(14, 20), now=at(13, 20))
    later = replace(promise, back_at=at(14))

    assert shown(offer_message(added)) == "Added to #42."
    assert shown(offer_message(opened)) == "Ticket #57."
    assert shown(offer_message(replace(opened, promise=promise))) == f"Ticket #57. An answer {BY_1420}."
    assert shown(offer_message(replace(opened, promise=later))) == f"Ticket #57. {BACK_AT_1400}"


# The form


def test_the_form_asks_in_this_order() -> None:
    view = new_ticket.new_ticket_view(form(category="billing", priority=Priority.HIGH))

    labels = [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]
    assert labels == ["Subject", "Description", "Category", "Invoice number", "Priority"]
    assert (view["title"]["text"], view["submit"]["text"], view["close"]["text"]) == ("New ticket", "Send", "Cancel")


def test_the_form_promises_and_offers_what_solved_it_before() -> None:
    answer = SimilarAnswer(ref=REF, version=1, subject="Invoice PDF opens blank", solution="Update the reader.")
    view = new_ticket.new_ticket_view(
        form(category="billing", similar=(answer,), promise=Promise(due_at=at(14, 20), now=at(13, 20)))
    )

    assert shown(view) == (
        f"Solved before. Does one of these help?\nInvoice PDF opens blank\nYou will have an answer {BY_1420}."
    )
    assert buttons(view) == ["Read"]
    assert shown(new_ticket.similar_view(answer)) == "*Invoice PDF opens blank*\nUpdate the reader."
    assert buttons(new_ticket.similar_view(answer)) == ["[[That solved it]]"]


def test_out_of_hours_the_promise_is_honest() -> None:
    """Friday evening: the desk is back on Monday."""
    back, due = at(9, day=30), at(11, day=30)
    receipt = Receipt(number=42, promise=Promise(due_at=due, now=at(19, day=27), back_at=back), zone=VIENNA)

    nine, eleven = token("{time}", back, "09:00"), token("{time}", due, "11:00")
    assert shown(new_ticket.receipt_view(receipt)) == (
        "*We have it: ticket #42.*\n"
        f"We are back on Monday at {nine}. You will have an answer by Monday at {eleven}.\n"
        "Its thread is under Messages."
    )


def drawn(view: View, **typed: str) -> View:
    """The view as a payload brings it back, with what stands in its fields."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"].split(".")[0]
        text = typed.get(name, element.get("initial_option", {}).get("value"))
        is_list = element["type"] == "static_select"
        answer = {"selected_option": {"value": text} if text else None} if is_list else {"value": text}
        values[block["block_id"]] = {element["action_id"]: {"type": element["type"]} | answer}
    return view | {"state": {"values": values}}


def priority_block(view: View) -> str:
    return next(str(block["block_id"]) for block in view["blocks"] if block.get("block_id", "").startswith("priority"))


def chosen(before: NewTicketForm, category: str, **typed: str) -> NewTicketForm:
    """The form after a category was chosen in it, as a listener does it."""
    view = drawn(new_ticket.new_ticket_view(before), **typed)
    answers = new_ticket.read_new_ticket(view)
    remembered = form(priority=before.priority, state=answers.state)
    return new_ticket.choose_category(remembered, category, priority_in_form=answers.priority)


def test_a_category_sets_the_priority_in_a_fresh_block() -> None:
    """Slack keeps what stood in a block of the same id, so a new default needs a new one."""
    first = form()
    billing = chosen(first, "billing")
    technical = chosen(billing, "technical")

    assert [one.priority for one in (first, billing, technical)] == [Priority.MEDIUM, Priority.HIGH, Priority.LOW]
    blocks = [priority_block(new_ticket.new_ticket_view(one)) for one in (first, billing, technical)]
    assert len(set(blocks)) == 3


def test_what_the_person_chose_stays() -> None:
    first = form()
    billing = chosen(first, "billing", priority="4")
    technical = chosen(billing, "technical")

    assert billing.priority is technical.priority is Priority.URGENT
    assert priority_block(new_ticket.new_ticket_view(billing)) == priority_block(new_ticket.new_ticket_view(first))


def test_text_keeps_its_blocks_when_the_category_changes() -> None:
    before, after = new_ticket.new_ticket_view(form()), new_ticket.new_ticket_view(chosen(form(), "billing"))

    ids = [[block["block_id"] for block in view["blocks"][:3]] for view in (before, after)]
    assert ids[0] == ids[1] == ["subject", "description", "category"]
    assert after["blocks"][2]["dispatch_action"] is True


def test_what_was_filled_in_is_read() -> None:
    view = drawn(
        new_ticket.new_ticket_view(form(category="billing", state=NewTicketState(source=SOURCE))),
        subject=" Cannot open ",
        description="It stays blank.",
        field="4711",
    )

    answers = new_ticket.read_new_ticket(view)
    assert (answers.subject, answers.description, answers.category) == ("Cannot open", "It stays blank.", "billing")
    assert (answers.priority, answers.fields, answers.state.source) == (Priority.MEDIUM, {"invoice": "4711"}, SOURCE)


def test_a_fault_stands_at_its_field() -> None:
    view = drawn(new_ticket.new_ticket_view(form(category="billing")))
    answers = new_ticket.read_new_ticket(view)

    faults = new_ticket.missing_answers(form(), answers)
    assert new_ticket.new_ticket_errors(view, faults) == {
        "subject": "Write one line, so that we find it again.",
        "field.text.invoice": "Fill in Invoice number, so that we need not ask.",
    }
    assert new_ticket.new_ticket_errors(view, {"priority": "No."}) == {"priority.": "No."}
    assert new_ticket.new_ticket_errors(view, {"elsewhere": "No."}) == {"subject": "No."}


def test_a_forged_state_of_the_form_is_refused() -> None:
    for forged in ("{", "[]", '{"surprise": 1}'):
        with pytest.raises(MalformedValue):
            new_ticket.read_new_ticket({"blocks": [], "private_metadata": forged})


def test_a_form_for_somebody_else_says_so() -> None:
    view = new_ticket.new_ticket_view(form(for_customer="Mara Lindt"))

    assert shown(view) == "On behalf of Mara Lindt."


def test_the_receipt_links_to_the_thread_and_to_nothing_else() -> None:
    receipt = Receipt(number=42, promise=None, link="https://lakeside.slack.com/archives/D1/p1")
    forged = Receipt(number=42, promise=None, link="javascript:alert(1)")

    assert "<https://lakeside.slack.com/archives/D1/p1|open it>" in shown(new_ticket.receipt_view(receipt))
    assert shown(new_ticket.receipt_view(forged)).endswith("Its thread is under Messages.")


def test_a_subject_with_a_ping_is_only_text() -> None:
    view = customer_card(card(CustomerState.HELD, facts=facts(subject="<!channel> now")))

    assert "&lt;!channel&gt; now" in view.text
    assert "&lt;!channel&gt; now" in shown(view)


def test_choosing_in_the_category_is_heard_at_once() -> None:
    view = new_ticket.new_ticket_view(form())

    assert view["blocks"][2]["element"]["action_id"] == Press.CATEGORY_CHOSEN
