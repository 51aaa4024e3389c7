"""Every refusal is a sentence with a way on where there is one; and what buttons carry is input like any other."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import values
from bot.actions import Act
from bot.refusals import LastChange, Refusal, RefusalContext, failure, not_delivered, refusal, slow, unknown_command
from bot.values import MalformedValue, NewTicketState
from tests.bot import role_table
from tests.bot.builders import REF, VIENNA, at, at_time, since, token
from tests.processes import ROOT
from ticketing import errors
from ticketing.model import CloseReason, PersonId, Priority, Ticket, TicketRef, TicketStatus, Tier

JO, AMIR = PersonId(3), PersonId(2)
NAMES = {JO: "Jo Park", AMIR: "Amir Haddad"}
CONTEXT = RefusalContext(names=NAMES, zone=VIENNA, now=at(14, 2), lead="Lena Fischer", reader=AMIR)


def ticket(status: TicketStatus = TicketStatus.IN_PROGRESS, holder: PersonId | None = JO) -> Ticket:
    return Ticket(
        customer_id=REF.customer_id,
        number=42,
        subject="Cannot open the invoice",
        description="",
        category="billing",
        priority=Priority.HIGH,
        status=status,
        tier=Tier.PREMIUM,
        opened_at=at(13, 20),
        sla_start_at=at(13, 20),
        version=4,
        as_of=at(14, 2),
        source="v:1",
        opened_by=REF.customer_id,
        assigned_agent_id=holder,
    )


def pressed(answer: Refusal) -> str:
    return str(answer.button["text"]["text"]) if answer.button else ""


@pytest.mark.parametrize(
    ("error", "sentence", "button"),
    [
        (errors.TicketNotFound(42), "There is no ticket #42 that you can see.", ""),
        (errors.NotAnAgent(AMIR, "claim tickets"), "Only agents can claim tickets. Lena can make you one.", ""),
        (errors.NotAllowed("change people", "lead"), "Only leads can change people.", ""),
        (errors.OwnTicket(ticket()), "This is your own ticket. Another agent has to take it.", ""),
        (errors.AgentFull(ticket(), AMIR, 5, 5), "You hold 5 of 5 tickets.", "Claim anyway"),
        (errors.AgentFull(ticket(), JO, 5, 5), "Jo holds 5 of 5 tickets.", ""),
        (errors.NotTheHolder(ticket()), "Jo holds #42 now. Your press changed nothing.", ""),
        (errors.NotTheHolder(ticket(TicketStatus.OPEN, None)), "Nobody holds #42 now. Your press changed nothing.", ""),
        (
            errors.TooLateToUndo(ticket(TicketStatus.RESOLVED), "Mara has written since"),
            "Too late to undo: Mara has written since.",
            "Reopen",
        ),
        (errors.InvalidInput("subject", "Write <one> line."), "Write &lt;one&gt; line.", ""),
        (
            errors.TransitionNotAllowed(42, TicketStatus.RESOLVED, TicketStatus.ASSIGNED),
            "#42 is resolved by now. Your press changed nothing; the card is now up to date.",
            "",
        ),
        (errors.PersonNotFound("T1:U1"), "That person is not known here.", ""),
        (errors.DatabaseUnavailable(), "Not saved. Press again in a minute.", ""),
    ],
)
def test_a_refusal_is_a_sentence(error: errors.HelpdeskError, sentence: str, button: str) -> None:
    answer = refusal(error, CONTEXT)

    assert (answer.text, pressed(answer)) == (sentence, button)


def test_of_two_who_claim_the_second_is_told_who_and_when() -> None:
    context = RefusalContext(names=NAMES, zone=VIENNA, now=at(14, 2), next_in_queue=(TicketRef(PersonId(8), 43), 1))
    answer = refusal(errors.AlreadyHeld(ticket(), at(14, 2)), context)

    when = token("at {time_secs}", at(14, 2), "at 23 Nov 14:02 CET")
    assert answer.text == f"Jo claimed #42 {when}, just before you. Next in the queue: #43."
    assert pressed(answer) == "Claim"
    assert answer.button is not None
    assert values.read_ticket_value(answer.button["value"]) == (TicketRef(PersonId(8), 43), 1)


def test_who_has_held_it_for_long_was_not_just_before() -> None:
    answer = refusal(errors.AlreadyHeld(ticket(), at(12)), CONTEXT)

    assert answer.text == f"Jo has held #42 {since(at(12), '23 Nov 12:00 CET')}."


@pytest.mark.parametrize(
    ("status", "reader", "sentence", "button"),
    [
        (TicketStatus.RESOLVED, AMIR, "", "Reopen"),
        (TicketStatus.RESOLVED, REF.customer_id, "", "Not solved"),
        (TicketStatus.IN_PROGRESS, AMIR, "", ""),
        (TicketStatus.CLOSED, AMIR, "", ""),
        (TicketStatus.CLOSED, REF.customer_id, " Write here and we open a new one.", ""),
    ],
)
def test_what_is_too_late_to_undo_offers_only_what_can_be_done(
    status: TicketStatus, reader: PersonId, sentence: str, button: str
) -> None:
    """A resolve can be made good, a withdrawal by writing; a hand-over or an answer that somebody has read cannot."""
    reason = CloseReason.WITHDRAWN if status is TicketStatus.CLOSED else None
    late = errors.TooLateToUndo(replace(ticket(status), close_reason=reason), "the time for it is over")

    answer = refusal(late, RefusalContext(names=NAMES, reader=reader))

    assert (answer.text, pressed(answer)) == (f"Too late to undo: the time for it is over.{sentence}", button)


def test_a_stale_press_is_told_what_happened() -> None:
    change = LastChange(by=JO, did="resolved", at=at(14, 5))
    context = RefusalContext(names=NAMES, zone=VIENNA, last_change=change)

    assert refusal(errors.StaleTicket(ticket()), context).text == (
        f"Jo resolved #42 {at_time(at(14, 5), '23 Nov 14:05 CET')}. "
        "Your press changed nothing; the card is now up to date."
    )
    assert refusal(errors.StaleTicket(ticket())).text.startswith("#42 is in progress by now.")


def test_an_unsent_message_can_be_kept() -> None:
    answer = refusal(errors.NotTheHolder(ticket()), RefusalContext(names=NAMES, is_message=True, source="m:D1:1.0"))

    assert answer.text == "Jo holds #42 now. Your message was not sent."
    assert pressed(answer) == "Keep as a note"


def test_a_database_that_is_down_loses_no_text() -> None:
    assert refusal(errors.DatabaseUnavailable(), RefusalContext(from_form=True)).text == (
        "Not saved: the database does not answer. Your text is still here; press Send again in a minute."
    )


def test_every_error_of_the_desk_has_words() -> None:
    """A new error without words of its own still says what it says, escaped."""
    assert refusal(errors.HelpdeskError("<odd>")).text == "&lt;odd&gt;"
    assert refusal(errors.LeaseLost()).text
    assert refusal(errors.InvalidConfiguration("No category.")).text == "No category."


def test_a_failure_has_a_reference() -> None:
    assert failure("7F3A", "Lena Fischer").text == (
        "This failed on our side; nothing was changed. Tell Lena: reference 7F3A."
    )
    assert failure("7F3A").text.endswith("Reference 7F3A.")


def test_an_unknown_command_gets_the_nearest_one() -> None:
    commands = ("queue", "mine", "help")

    assert unknown_command("quue", commands).text == '"quue" is not a command. Did you mean /helpdesk queue?'
    assert unknown_command("xyz", commands).text == '"xyz" is not a command. /helpdesk help lists them.'


def test_what_is_said_about_delivery() -> None:
    assert not_delivered(42, "Mara Lindt") == (
        "Not delivered: Mara's account is deactivated. Your reply is kept on #42."
    )
    assert slow() == "Slack is slow. Your reply is saved and goes out by itself."


# Which test shows which sentence

TESTS = ROOT / "tests"
SCREENS = (TESTS / "end_to_end" / "test_refusals.py").read_text(encoding="utf-8")
ROWS = re.findall(r"^- (.+)\n  (tests/bot/)?(test_\w+\.py)::(test_\w+)$", SCREENS, re.MULTILINE)


def body_of(folder: str, module: str, test: str) -> str:
    """A test's own lines; nothing where there is no such test."""
    path = TESTS / folder / module
    source = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = re.search(rf"^def {test}\(.*?(?=^\S|\Z)", source, re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


def said_in(sentence: str, source: str) -> bool:
    """Whether three words of a sentence stand in a test one after another, names and numbers apart."""
    words, there = (re.findall(r"[a-z]+", each.lower()) for each in (sentence, source))
    runs = {tuple(there[at : at + 3]) for at in range(len(there))}
    return any(tuple(words[at : at + 3]) in runs for at in range(len(words) - 2))


def test_each_sentence_of_the_screens_is_asked_for_by_the_test_that_is_named() -> None:
    named = [line for line in SCREENS.split('"""')[1].splitlines() if line.startswith("- ")]
    assert len(ROWS) == len(named) > 10
    for sentence, in_bot, module, test in ROWS:
        source = body_of("bot" if in_bot else "end_to_end", module, test)
        assert source, f"{module}::{test} is not there"
        assert said_in(sentence.partition(" [")[0], source), f"{module}::{test} does not ask for: {sentence}"


def test_where_a_form_without_a_ticket_is_proved_there_is_a_test_that_sends_it() -> None:
    for form, where in role_table.ELSEWHERE.items():
        module, _, test = where.partition("::")
        assert f"Form.{form.name}" in body_of("bot", module, test), f"{where} does not send {form}"


# What buttons carry

IDS = st.integers(0, 2**63 - 1)
ANY_REF = st.builds(TicketRef, IDS.map(PersonId), IDS)


@given(ANY_REF, IDS, st.sampled_from(Act), IDS)
def test_what_a_button_carries_comes_back(ref: TicketRef, version: int, act: Act, comment: int) -> None:
    source = "m:C1:1795440000.000100"

    assert values.read_ticket_value(values.ticket_value(ref, version)) == (ref, version)
    assert values.read_menu_value(values.menu_value(act, ref, version)) == (act, ref, version)
    assert values.read_comment_value(values.comment_value(ref, version, comment)) == (ref, version, comment)
    assert values.read_page_value(values.page_value(3, ref, comment)) == (3, ref, comment)
    assert values.read_page_value(values.page_value(3)) == (3, None, 0)
    assert values.read_offer_value(values.offer_value(source, ref)) == (source, ref)
    assert values.read_person_value(values.person_value(PersonId(comment))) == comment


@pytest.mark.parametrize(
    "forged",
    ["", "1", "1:2", "1:2:3:4", "1:2:x", "-1:2:3", "1:2:٣", "1: 2:3", "9" * 30 + ":1:1", "9" * 19 + ":1:1", None, 7],
)
def test_a_forged_value_is_refused(forged: object) -> None:
    with pytest.raises(MalformedValue):
        values.read_ticket_value(forged)  # type: ignore[arg-type]


def test_a_forged_menu_offer_or_page_is_refused() -> None:
    for read, forged in (
        (values.read_menu_value, "ticket.explode:1:2:3"),
        (values.read_offer_value, "v:1:2|1:2"),
        (values.read_offer_value, "m:C1:1|x"),
        (values.read_page_value, "1:2"),
        (values.read_person_value, "amir"),
    ):
        with pytest.raises(MalformedValue):
            read(forged)


def test_the_forms_memory_comes_back() -> None:
    state = NewTicketState(source="m:C1:1.2", on_behalf_of=PersonId(4), priority_shown=2, priority_chosen=True)

    assert values.read_form_state(values.form_state(state)) == state
    assert values.read_form_state("") == NewTicketState()
