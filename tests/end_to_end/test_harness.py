"""The harness itself, on a small app: people act and see, waits end, failures can be read."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end import small_app
from tests.end_to_end.cast import Cast
from tests.end_to_end.conftest import BUSY_ACK_LIMIT_S
from tests.end_to_end.person import Person
from tests.end_to_end.reading import plain
from tests.end_to_end.sandbox import Sandbox
from tests.end_to_end.workspace import Failed, Refused, Workspace
from tests.processes import Process


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    cast = Cast.assemble()
    people, _ = cast.write(tmp_path_factory.mktemp("small"))
    sandbox = Sandbox.start(people, "--no-rate-limits")
    try:
        with small_app.serving(sandbox):
            found = Workspace(sandbox, cast)
            found.faults(ack_limit_s=BUSY_ACK_LIMIT_S)
            yield found
    finally:
        sandbox.stop()


@pytest.fixture
def mara(small: Workspace) -> Person:
    return small.new_person()


def _open_card(person: Person, subject: str) -> None:
    person.command("/ticket")
    person.fill(subject=subject, category="General")
    assert person.submit().result == "updated"
    person.close()


def test_a_command_is_answered_privately(mara: Person) -> None:
    answer = mara.command("/ticket help", channel="#support")

    assert answer is not None
    assert answer.text == "Type /ticket & fill in the form."
    assert answer.is_ephemeral
    assert [message.ts for message in mara.ephemerals("support")] == [answer.ts]


def test_a_form_asks_for_more_once_a_category_is_chosen(mara: Person) -> None:
    mara.command("/ticket")
    assert mara.view.title == "New ticket"
    assert mara.view.fields == ["Subject", "Category"]
    assert mara.view.options("Category") == ["Billing", "General"]

    mara.fill(subject="Cannot open it", category="Billing")
    assert mara.view.fields == ["Subject", "Category", "Invoice number"]
    mara.fill(invoice_number="7")

    sent = mara.submit()
    assert sent.errors == {}
    assert sent.view is not None
    assert "We have it: Cannot open it" in sent.view.text


def test_what_was_typed_in_a_field_that_is_gone_is_not_sent(mara: Person) -> None:
    mara.command("/ticket")
    mara.fill(category="Billing", invoice_number="7")
    mara.fill(subject="Something general", category="General")

    assert mara.view.fields == ["Subject", "Category"]
    assert mara.submit().result == "updated"


def test_an_error_stands_under_the_label_of_its_field(mara: Person) -> None:
    mara.command("/ticket")
    mara.fill({"Subject": "?", "Category": "General"})

    refused = mara.submit()

    assert refused.result == "errors"
    assert refused.errors == {"Subject": "Write one line, so that we find it again."}
    mara.fill(subject="Now it is a line")
    assert mara.submit().result == "updated"


def test_a_card_is_read_pressed_and_changes(mara: Person) -> None:
    _open_card(mara, "The printer burns")

    card = mara.sees("The printer burns")
    assert card.text == "The printer burns\nWaiting for an agent due by 14:20.\n[[Claim]] [Release] (.. Note, Why)"
    assert card.notification == "The printer burns: Waiting for an agent"

    mara.press("Claim", on=card)
    mara.sees_change(card, f"{mara.name} has it")
    mara.press("Why", on=card)
    assert [message.text for message in mara.ephemerals()] == ["You chose Why."]


def test_what_is_typed_in_a_thread_is_answered_there(mara: Person) -> None:
    _open_card(mara, "A question")
    card = mara.sees("A question")

    mara.writes("is 1 < 2 & @helpdesk there?", thread=card)

    answer = mara.sees("Noted:", where=card)
    assert answer.text.startswith("Noted: is 1 < 2 & @U")
    assert len(mara.messages(card)) == 3
    mara.sees_not("Noted:")


def test_a_home_is_shown_when_it_is_opened(mara: Person) -> None:
    assert mara.home().text == "No tickets yet."
    assert mara.home().text == "No tickets yet."


def test_an_act_that_the_app_does_not_ack_fails_as_slack_says(mara: Person) -> None:
    _open_card(mara, "Nobody listens to this")
    with pytest.raises(Failed) as failure:
        mara.press("Release", on=mara.sees("Nobody listens"))
    assert failure.value.code == "dispatch_failed"


def test_what_a_person_cannot_do_is_refused(small: Workspace, mara: Person) -> None:
    with pytest.raises(Refused, match="no_such_command"):
        mara.command("/nothing")
    with pytest.raises(Refused, match="no_such_channel"):
        mara.writes("hello", channel="triage")


def test_a_wait_in_vain_shows_what_the_person_sees_and_the_app_did(small: Workspace, mara: Person) -> None:
    _open_card(mara, "Something else")
    mara.sees("Something else")

    with pytest.raises(AssertionError) as failure:
        small.wait_for(lambda: None, lambda: mara.describe("app"), timeout=0.2)

    assert "Something else\nWaiting for an agent" in str(failure.value)
    assert "in chat.postMessage: 200" in str(failure.value)


def test_time_moves_ahead_when_told(small: Workspace) -> None:
    before = small.now
    small.advance(hours=1, minutes=30)

    assert 5400 <= (small.now - before).total_seconds() < 5400 + 60


def test_acts_at_once_all_happen_and_an_error_of_one_comes_back(small: Workspace, mara: Person) -> None:
    jo = small.new_person()
    small.at_once(lambda: mara.writes("one", channel="support"), lambda: jo.writes("two", channel="support"))
    assert {"one", "two"} <= {message.text for message in mara.messages("support")}

    with pytest.raises(Refused, match="no_such_command"):
        small.at_once(lambda: mara.command("/nothing"), lambda: jo.writes("three", channel="support"))


def test_nobody_is_given_out_twice(small: Workspace) -> None:
    teams = [small.new_team(agents=2) for _ in range(3)]
    people = [small.new_person().id for _ in range(3)] + [agent.id for team in teams for agent in team.agents]

    assert len(set(people)) == 9
    assert len({team.key for team in teams} | {team.channel for team in teams}) == 3
    for team in teams:
        team.agents[0].writes("good morning", channel=team.channel)


def test_the_cast_says_the_same_to_the_sandbox_and_to_the_bot(tmp_path: Path) -> None:
    people, settings = Cast.assemble().write(tmp_path)
    workspace, bot = (tomllib.loads(path.read_text(encoding="utf-8")) for path in (people, settings))

    assert {seed["slack"] for seed in bot["people"]} < {person["id"] for person in workspace["people"]}
    assert {one["channel"] for one in bot["desk"]["categories"][1:]} < {
        channel["id"] for channel in workspace["channels"]
    }
    assert len(bot["desk"]["categories"]) <= 100


@pytest.mark.parametrize(
    ("mrkdwn", "read"),
    [
        ("*Waiting* since <!date^1^{time}|13:20>", "Waiting since 13:20"),
        ("2*3*4 and ~#42~ *Answered*", "2*3*4 and ~#42~ Answered"),
        ("&lt;!channel&gt; &amp; <https://a.example|a page>", "<!channel> & a page"),
        ("<https://a.example> <#C1|support> <@U1> <!here>", "https://a.example #support @U1 @here"),
    ],
)
def test_mrkdwn_reads_as_a_person_reads_it(mrkdwn: str, read: str) -> None:
    assert plain(mrkdwn) == read


def test_a_program_that_does_not_get_ready_shows_what_it_said() -> None:
    process = Process(["sh", "-c", "echo no luck; exit 3"])
    with pytest.raises(AssertionError, match=r"ended without saying 'ready':\nno luck"):
        process.line("ready")
    assert process.stop() == 3


def test_a_program_is_ended_and_its_exit_code_kept() -> None:
    held = "import signal, sys; told = {signal.SIGTERM}; signal.pthread_sigmask(signal.SIG_BLOCK, told)"
    process = Process([sys.executable, "-c", f"{held}; print('ready'); signal.sigwait(told); sys.exit(7)"])
    process.line("ready")
    assert process.stop() == 7


def test_a_killed_program_has_ended() -> None:
    process = Process([sys.executable, "-c", "import signal; print('ready'); signal.pause()"])
    process.line("ready")
    process.kill()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
