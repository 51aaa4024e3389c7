"""
What users of such systems ask for and complain about, and the test that shows our answer.

| asked for, or complained about | shown by |
|---|---|
| reopened work goes to somebody off shift, or into limbo | test_refusals: reopened_work_goes_to_somebody_who_is_there |
| two agents answer at once; what was typed is lost | test_two_agents |
| two press in the same second; an old button undoes what is newer | test_queue_and_claim: of_two_who_claim, a_button_of_before |
| a button does nothing; "success" and nothing made | test_locked_database; every_button_of_the_cards below |
| too many buttons; posts bury the talk | below: a_card_has_three_buttons_and_a_menu_at_most, a_ticket_is_one_message |
| the form opens too late; Slack's retry makes doubles | test_one_ticket: a_form_sent_twice; test_faults |
| an internal note reached the customer | test_one_ticket: words_travel; test_agents_day: a_typed_note |
| cannot resolve or assign from Slack; the state is only in a portal | test_one_ticket, test_queue_and_claim, test_agents_day |
| closing without warning | test_refusals: a_message_on_a_closed_ticket |
| the wrong people told of a confidential ticket | below: a_private_ticket_shows_only_in_its_own_channel |
| the message outside any thread | test_messages_outside_threads, test_ways_in |
| one message at the start of a shift, hand over at its end | test_shifts |
| an honest receipt out of hours | below: out_of_hours |
| what was typed survives a failure to save | test_locked_database: a_form_keeps |
| #42 typed by an agent anywhere | test_agents_day: a_number_in_a_channel |
| the state as an emoji instead of a post | test_emoji |
| the first human reply claims | below: the_first_human_reply_claims |
| "Not a ticket" is an answer | test_messages_outside_threads: a_stray_message_is_no_ticket |
| fast hands type in the thread | test_agents_day |
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.end_to_end.bot import COMBINATIONS, BotProcess
from tests.end_to_end.cast import OWN, Cast, toml
from tests.end_to_end.conftest import BUSY_ACK_LIMIT_S, database
from tests.end_to_end.person import Message, Person
from tests.end_to_end.sandbox import Sandbox
from tests.end_to_end.steps import assigned, desk_of, open_ticket
from tests.end_to_end.workspace import Workspace
from ticketing.configuration import to_document

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture(params=COMBINATIONS)
def closed_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace whose desk is closed now and opens in six hours; its first team's category is private."""
    cast = Cast.assemble(OWN)
    people, settings = cast.write(tmp_path)
    document: dict[str, Any] = tomllib.loads(settings.read_text(encoding="utf-8"))
    with database(request.param, tmp_path, request) as url:
        sandbox = Sandbox.start(people, "--no-rate-limits")
        try:
            opens = (Workspace(sandbox).now + timedelta(hours=6)).astimezone(ZoneInfo("Europe/Vienna"))
            windows = {day: [f"{opens:%H}:00-{opens:%H}:59"] for day in DAYS}
            document["desk"]["calendars"] = [{"name": "Office", "windows": windows}]
            document["desk"]["policies"] = [{"calendar": "Office", "first_response": {"medium": "30m"}}]
            private = next(each for each in document["desk"]["categories"] if each["key"] == "team-02")
            private["private"] = True
            settings.write_text(toml(json.loads(json.dumps(document))), encoding="utf-8")
            bot = BotProcess.start(sandbox, settings, url, request.param)
            try:
                workspace = Workspace(sandbox, cast, bot)
                workspace.faults(ack_limit_s=BUSY_ACK_LIMIT_S)
                yield workspace
            finally:
                bot.stop()
        finally:
            sandbox.stop()


def test_out_of_hours_the_receipt_says_when_we_are_back_and_when_an_answer_comes(closed_desk: Workspace) -> None:
    mara = closed_desk.new_person()
    mara.command("/ticket")
    mara.fill(subject="Asked at night", description="Is anybody there?", category="General")
    with desk_of(closed_desk) as desk:  # an hour may have begun since
        hour = to_document(desk.configuration())["calendars"][0]["windows"]["mon"][0].partition(":")[0]
    mara.view_says(f"at {hour}:00. You will have an answer by")
    sent = mara.submit()

    assert sent.view is not None
    assert "We are back " in sent.view.text
    assert f"at {hour}:00. You will have an answer by" in sent.view.text
    assert f"at {hour}:30." in sent.view.text


def test_a_private_ticket_shows_only_in_its_own_channel(closed_desk: Workspace) -> None:
    secret = closed_desk.new_team(agents=1)
    other = closed_desk.new_team(agents=1)
    assert secret.key == "team-02"
    (member,), (stranger,) = secret.agents, other.agents
    mara = closed_desk.new_person()
    number = open_ticket(mara, "About my salary", secret)

    member.sees(f"#{number} About my salary", where=secret.channel)
    answers = [
        stranger.command(f"/helpdesk {line}") for line in (str(number), "queue", "search salary", f"{number} why")
    ]
    assert all(answer is not None and "About my salary" not in answer.text for answer in answers)
    assert answers[0] is not None
    assert answers[0].text == f"There is no ticket #{number} that you can see."
    assert "About my salary" not in stranger.everything()
    found = member.command("/helpdesk search salary")
    assert found is not None
    assert f"#{number}" in found.text


def elements(message: Message) -> list[list[str]]:
    """The kinds of what stands in each row of buttons."""
    rows = [block["elements"] for block in message.raw.get("blocks") or [] if block["type"] == "actions"]
    return [[each["type"] for each in row] for row in rows]


def test_a_card_has_three_buttons_and_a_menu_at_most(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = assigned(workspace, team, "How many buttons")
    amir = begun.agent
    triage = amir.sees(f"#{begun.number}", where=team.channel)

    def check() -> None:
        for who, card in ((amir, begun.assignment), (amir, triage), (begun.customer, begun.card)):
            for row in elements(who.now(card)):
                assert row.count("button") <= 3, who.now(card).text
                assert row.count("overflow") <= 1
                styled = [e for e in who.now(card).raw["blocks"] if e["type"] == "actions" for e in e["elements"]]
                assert sum(each.get("style") == "primary" for each in styled) <= 1

    check()
    amir.press("Start", on=begun.assignment)
    amir.sees_change(begun.assignment, "You are working on it.")
    check()
    amir.press("Resolve", on=begun.assignment)
    amir.fill({"What solved it?": "Fewer of them."})
    amir.submit()
    begun.customer.sees_change(begun.card, "Resolved by")
    amir.sees_change(begun.assignment, "Resolved.")
    check()


def test_a_ticket_is_one_message_however_often_it_changes(workspace: Workspace) -> None:
    """State is edited into the card: in the channel and in the conversation stands one message of it."""
    team = workspace.new_team(agents=1)
    begun = assigned(workspace, team, "One card for life")
    amir = begun.agent
    amir.press("Start", on=begun.assignment)
    amir.sees_change(begun.assignment, "You are working on it.")
    amir.press(f"Wait for {begun.customer.first_name}", on=begun.assignment)
    amir.fill({"What do you need to know?": "Is it one?"})
    amir.submit()
    amir.sees_change(begun.assignment, "Waiting for")
    begun.customer.sees_change(begun.card, "Waiting for you.")

    for who, where in ((begun.customer, "app"), (amir, team.channel), (amir, "app")):
        cards = [each for each in who.messages(where) if f"#{begun.number} One card for life" in each.text]
        assert len(cards) == 1, who.describe(where)


def test_the_first_human_reply_claims(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    amir.command("/helpdesk away")
    mara = workspace.new_person()
    number = open_ticket(mara, "Claimed by answering", team)
    triage = amir.sees(f"#{number}", where=team.channel)

    amir.press("Reply", on=triage)
    amir.fill({"Reply": "I am away, and yet I answer."})
    assert amir.submit().errors == {}

    card = mara.sees(f"#{number} Claimed by answering")
    mara.sees("I am away, and yet I answer.", where=card)
    mara.sees_change(card, f"{amir.first_name} is working on it.")
    amir.sees_change(triage, f"{amir.first_name} is working on it")


def shows_another(person: Person, before: int) -> None:
    """Wait until more forms are open than before."""
    person.workspace.wait_for(lambda: True if len(person.views) > before else None, lambda: person.describe("app"))


def test_every_button_of_the_cards_is_answered(workspace: Workspace) -> None:
    """Each press changes the card, opens a form or says privately why not: none does nothing."""
    team = workspace.new_team(agents=1)
    begun = assigned(workspace, team, "Press them all")
    amir = begun.agent
    for label in ("Reply", "Resolve", "Add note", "Release", "Reassign", "Snooze", "More actions"):
        amir.press(label, on=begun.assignment)
        assert amir.view.text, label
        amir.close(all_forms=True)
    amir.press("More actions", on=begun.assignment)
    rows = [block["accessory"]["text"]["text"] for block in amir.view.raw["blocks"] if block.get("accessory")]
    amir.close(all_forms=True)
    assert len(rows) >= 10
    for label in rows:
        if label in {"Start", "Escalate", "Not a ticket"}:
            continue  # these act at once, and are tried elsewhere
        amir.press("More actions", on=begun.assignment)
        before = len(amir.views)
        amir.press(label)
        shows_another(amir, before)
        amir.close(all_forms=True)
