"""The modals: who reads what is written, what is asked, what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions import Act, Form
from bot.blocks import forms, taking
from bot.blocks.asking import question_view
from bot.values import read_holder_value, read_page_value, read_person_value, read_ticket_value
from bot.views import (
    AgentChoice,
    AssignForm,
    MoreActions,
    ReadAll,
    TakeForm,
    TextForm,
    View,
    WhyView,
)
from bot.views.asking import Kind, Question, QuestionForm
from tests.bot.builders import REF, VIENNA, at, at_time, buttons, facts, shown
from ticketing.model import PersonId


def fields(view: View) -> list[tuple[str, str]]:
    """Each field's label and hint."""
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    return [(block["label"]["text"], block.get("hint", {}).get("text", "")) for block in inputs]


@pytest.mark.parametrize(
    ("form", "title", "field", "submit"),
    [
        (Form.REPLY, "Reply on #42", ("Reply", "Mara will read this."), "Send to customer"),
        (Form.NOTE, "Note on #42", ("Note", "Only the team reads this."), "Save note"),
        (Form.RESOLVE, "Resolve #42", ("What solved it?", "Mara reads this."), "Resolve"),
        (
            Form.WAIT,
            "Ask on #42",
            ("What do you need to know?", "Mara will read this. The solution clock stops until they answer."),
            "Send to customer",
        ),
        (Form.ANSWER, "Answer on #42", ("Your answer", "It reaches whoever works on your ticket."), "Send"),
    ],
)
def test_a_text_form_says_who_reads_it(form: Form, title: str, field: tuple[str, str], submit: str) -> None:
    view = forms.text_form_view(TextForm(form=form, facts=facts(), customer="Mara Lindt"))

    assert view["title"]["text"] == title
    assert view["submit"]["text"] == submit
    assert view["callback_id"] == form
    assert fields(view) == [field]
    assert read_ticket_value(view["private_metadata"]) == (REF, 3)


def test_a_text_form_gives_back_what_was_written() -> None:
    view = forms.text_form_view(TextForm(form=Form.REPLY, facts=facts(), customer="Mara", text="kept"))

    assert view["blocks"][1]["element"]["initial_value"] == "kept"
    state: dict[str, Any] = {"text": {"value": {"type": "plain_text_input", "value": "  Try now. "}}}
    assert forms.read_text({"state": {"values": state}}) == "Try now."
    assert forms.read_text({}) == ""


def choice(number: int, name: str, *, fits: bool, away: bool = False) -> AgentChoice:
    return AgentChoice(id=PersonId(number), name=name, load=2, max_load=5, fits=fits, is_available=not away)


def test_those_who_fit_come_first() -> None:
    agents = (choice(1, "Jo Park", fits=True), choice(2, "Amir Haddad", fits=False, away=True))
    view = forms.assign_view(AssignForm(facts=facts(), agents=agents, holder="Priya Nair", holder_id=PersonId(3)))

    assert read_ticket_value(view["private_metadata"].partition("|")[0]) == (REF, 3)
    assert read_holder_value(view["private_metadata"]) == PersonId(3), "so that it is not taken from somebody else"
    groups = view["blocks"][1]["element"]["option_groups"]
    assert [group["label"]["text"] for group in groups] == ["Can take it", "Full, away or without the skill"]
    assert [one["text"]["text"] for group in groups for one in group["options"]] == [
        "Jo Park, 2 of 5",
        "Amir Haddad, 2 of 5, away",
    ]
    assert read_person_value(groups[0]["options"][0]["value"]) == PersonId(1)
    assert view["title"]["text"] == "Reassign #42"
    assert shown(view) == "#42 Cannot open the invoice. Priya has it now."


def test_with_nobody_to_give_it_to_there_is_nothing_to_fill_in() -> None:
    view = forms.assign_view(AssignForm(facts=facts(), agents=()))

    assert shown(view) == "There is no agent to give it to."
    assert "submit" not in view


def test_taking_an_alert_asks_until_when() -> None:
    view = taking.take_view(TakeForm(facts=facts()))

    options = view["blocks"][1]["element"]["options"]
    assert [one["text"]["text"] for one in options] == ["15 min", "30 min", "1 h", "A time"]
    assert "If there is no answer by then, the alert comes back." in shown(view)
    taken = TakeForm(facts=facts(), promised_by="Mara Jones", promised_until=at(15, 30))
    question = shown(taking.take_view(taken))
    assert "*Mara has it <" in question
    assert "Take it from Mara? We tell Mara." in question
    assert "Take it from" not in shown(taking.take_view(TakeForm(facts=facts())))
    assert "Priya keeps it." in shown(taking.take_view(TakeForm(facts=facts(), is_seen=True, holder="Priya Nair")))


@pytest.mark.parametrize(
    ("chosen", "time", "read"),
    [("15", None, (15, "")), ("time", "15:30", (None, "15:30")), ("time", None, (None, "")), ("999", None, (None, ""))],
)
def test_the_end_of_a_promise_is_read(chosen: str, time: str | None, read: tuple[int | None, str]) -> None:
    values = {
        "until": {"value": {"selected_option": {"value": chosen}}},
        "until_time": {"value": {"selected_time": time}},
    }

    assert taking.read_until({"state": {"values": values}}) == read


def test_a_whole_text_is_read_in_pages() -> None:
    text = "\n".join(f"Line {one} of a long description that somebody pasted." for one in range(1000))
    whole = ReadAll(ref=REF, text=text, author="Mara Lindt", said_at=at(13, 20), zone=VIENNA)
    first = forms.read_all_view(whole)

    assert shown(first).startswith(f"*Mara Lindt* {at_time(at(13, 20), '23 Nov 13:20 CET')}\nLine 0 of")
    [onward] = first["blocks"][-1]["elements"]
    assert read_page_value(onward["value"]) == (2, REF, 0)
    pages = [forms.read_all_view(ReadAll(ref=REF, text=text, author="Mara", page=page)) for page in (1, 2, 3)]
    everything = "\n".join(shown(page) for page in pages)
    assert all(f"Line {one} of" in everything for one in range(1000))


def test_a_page_that_does_not_exist_is_the_nearest_one() -> None:
    assert "short" in shown(forms.read_all_view(ReadAll(ref=REF, text="short", author="Mara", page=99)))


def test_more_actions_has_a_row_for_each() -> None:
    view = forms.more_actions_view(MoreActions(facts=facts(), acts=(Act.MERGE, Act.WAIT), customer="Mara Lindt"))

    assert buttons(view) == ["Merge", "Wait for Mara"]
    assert "Merge the ticket into another" in shown(view)
    nothing = forms.more_actions_view(MoreActions(facts=facts(), acts=(), customer="Mara Lindt"))
    assert "Nothing more can be done" in shown(nothing)


def test_release_and_why() -> None:
    why = forms.why_view(WhyView(facts=facts(), lines=("13:20 opened.", "14:01 assigned to Amir.")))

    assert fields(forms.release_view(facts())) == [("Note for whoever takes it", "Only the team reads this.")]
    assert shown(why).endswith("13:20 opened.\n14:01 assigned to Amir.")


def test_one_sentence_is_a_view_too() -> None:
    view = forms.plain_view("Not saved. Press again in a minute.")

    assert shown(view) == "Not saved. Press again in a minute."
    assert "submit" not in view


def test_a_list_to_choose_from_names_its_field() -> None:
    asked = Question(block="role", label="Role", kind=Kind.CHOICE, options=(("agent", "Agent"),))

    view = question_view(QuestionForm(form=Form.TEAM, title="Amir", questions=(asked,), submit="Save"))

    (block,) = [block for block in view["blocks"] if block["type"] == "input"]
    assert block["element"]["placeholder"]["text"] == "Role"
