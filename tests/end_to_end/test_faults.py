"""What people see when Slack, the bot or the database fails: everything once, and nothing lost."""

from __future__ import annotations

import pytest

from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import assigned, fill_and_send, open_ticket, started
from tests.end_to_end.workspace import Workspace


def _saying(messages: list[Message], title: str) -> list[Message]:
    return [message for message in messages if message.notification.startswith(title)]


@pytest.mark.parametrize(
    "fault",
    [
        {"error": "internal_error", "times": 2},
        {"error": "http_500", "times": 2},
        {"error": "ratelimited", "retry_after": 1, "times": 3},
        {"lose_answer": True, "times": 3},
        {"error": "fatal_error", "rate": 0.4, "times": 6},
    ],
    ids=["failing", "broken", "ratelimited", "answer lost", "sometimes"],
)
def test_a_ticket_is_shown_once_to_each_though_slack_fails(workspace: Workspace, fault: dict[str, object]) -> None:
    team = workspace.new_team(agents=1)
    mara, (amir,) = workspace.new_person(), team.agents
    workspace.faults(api=[{"method": "chat.postMessage", **fault}])

    number = open_ticket(mara, "The radio is silent", team)

    title = f"#{number} The radio is silent"
    card = mara.sees(title)
    amir.sees(title)
    amir.sees(title, where=team.channel)
    workspace.faults(api=[])
    amir.press("Start", on=amir.sees(title))
    mara.sees_change(card, f"{amir.first_name} is working on it")
    amir.sees_change(amir.sees(title, where=team.channel), f"{amir.first_name} is working on it")
    assert len(_saying(mara.messages(), title)) == 1
    assert len(_saying(amir.messages(), title)) == 1
    assert len(_saying(amir.messages(team.channel), title)) == 1


def test_an_answer_that_slack_lost_is_not_said_twice(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The bell rings")
    workspace.faults(api=[{"method": "chat.postMessage", "lose_answer": True, "times": 1}])

    begun.agent.sees_change(begun.assignment, "You are working on it.")
    begun.agent.press("Reply", on=begun.assignment)
    fill_and_send(begun.agent, "Reply", "It rings for you")
    begun.customer.sees("It rings for you", where=begun.card)
    begun.agent.sees_change(begun.assignment, "Solution due")  # answered: the card is drawn anew, and only then pressed
    begun.agent.press("Reply", on=begun.assignment)
    begun.agent.fill({"Reply": "It has stopped"})
    assert (
        begun.agent.submit().errors == {}
    )  # where the first is not known to have been taken yet, it says that both wait

    begun.customer.sees("It has stopped", where=begun.card)
    thread = begun.customer.messages(begun.card)
    assert [message.text for message in thread if "It rings for you" in message.text] == [
        f"{begun.agent.first_name}: It rings for you"
    ]


def test_an_answer_below_a_card_that_is_not_written_down_yet_goes_where_it_belongs(workspace: Workspace) -> None:
    """Slack shows a message before the app hears that it stands: here the app never hears it, and has to look for it."""
    team = workspace.new_team(agents=1)
    mara, amir, lead = workspace.new_person(), team.agents[0], workspace.new_person("lead")
    workspace.faults(api=[{"method": "chat.postMessage", "lose_answer": True, "times": 3}])
    number = open_ticket(mara, "The lid is off", team)
    card = mara.sees(f"#{number} The lid is off")
    triage = amir.sees(f"#{number} The lid is off", where=team.channel)

    mara.writes("It fell behind the desk", thread=card)
    lead.writes("She has lost it again", thread=triage)

    assignment = amir.sees(f"#{number} The lid is off")
    amir.sees("It fell behind the desk", where=assignment)
    amir.sees("She has lost it again", where=assignment)
    amir.sees("It fell behind the desk", where=triage)
    assert not mara.everything().count("This has not reached anyone yet.")
    assert "lost it again" not in mara.everything()


def test_a_form_that_slack_does_not_open_is_told_and_nothing_is_lost(workspace: Workspace) -> None:
    begun = started(workspace, workspace.new_team(agents=1), "The kettle hums")
    mara, amir = begun.customer, begun.agent
    said = mara.writes("the kettle & the stove hum", channel="support")
    workspace.faults(api=[{"method": "views.open", "error": "internal_error"}])

    typed = mara.command("/ticket the stove & the oven <hum>")
    mara.uses_shortcut("Open a ticket", on=said)
    amir.press("Reply", on=begun.assignment)

    assert typed is not None
    assert typed.text.endswith("Type it again: /ticket the stove & the oven <hum>")
    assert mara.sees("Slack did not open the form in time. Press again.", where="support").is_ephemeral
    assert amir.sees("Slack did not open the form in time. Press again.").is_ephemeral
    workspace.faults(api=[{"method": "views.open", "lose_answer": True, "times": 1}])
    amir.press("Reply", on=begun.assignment)  # it is open, though the app was not told
    fill_and_send(amir, "Reply", "We bring another")
    mara.sees("We bring another", where=begun.card)
    amir.press("Reply", on=begun.assignment)
    assert amir.view.title == f"Reply on #{begun.number}"


def test_an_event_delivered_twice_is_one_comment(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The drawer is locked")
    workspace.faults(delivery={"duplicate": 1})

    begun.customer.writes("The key is lost", thread=begun.card)
    begun.customer.writes("Two keys are", thread=begun.card)

    # Slack promises no order between two events, so both are waited for.
    begun.agent.sees("The key is lost", where=begun.assignment)
    begun.agent.sees("Two keys are", where=begun.assignment)
    thread = begun.agent.messages(begun.assignment)
    assert len([message for message in thread if "The key is lost" in message.text]) == 1
    assert len([message for message in thread if "Two keys are" in message.text]) == 1


def test_a_stray_message_delivered_twice_is_offered_once(workspace: Workspace) -> None:
    mara = workspace.new_person()
    workspace.faults(delivery={"duplicate": 1})

    mara.writes("hello out there")
    mara.sees("This has not reached anyone yet.")
    mara.writes("and once more")

    _wait_for_offer_of(mara, "and once more")
    offers = [message for message in mara.messages() if message.says("This has not reached anyone yet.")]
    assert len(offers) == 1, "one for all that is written within a minute"
    assert offers[0].text.count("hello out there") == offers[0].text.count("and once more") == 1


def _wait_for_offer_of(mara: Person, text: str) -> None:
    mara.workspace.wait_for(
        lambda: next((one for one in mara.messages() if one.says("This has not reached") and text in one.text), None),
        lambda: mara.describe("app"),
    )


def test_a_bot_killed_after_it_has_answered_loses_nothing(own_workspace: Workspace) -> None:
    assert own_workspace.bot is not None
    team = own_workspace.new_team(agents=1)
    begun = assigned(own_workspace, team, "The cable is cut")
    mara, (amir,) = own_workspace.new_person(), team.agents
    # A form is acked before this goes on; a message may still be on its way, and then Slack sends it again.
    own_workspace.faults(
        api=[{"method": "chat.postMessage", "error": "service_unavailable"}], retry_schedule_s=[1, 2, 4, 8, 8, 8]
    )

    number = open_ticket(mara, "The fan is loud", team)
    begun.customer.writes("It was a rat", thread=begun.card)
    own_workspace.bot.kill()
    own_workspace.faults(api=[])
    own_workspace.bot.restart()

    title = f"#{number} The fan is loud"
    mara.sees(title)
    amir.sees(title)
    amir.sees("It was a rat", where=begun.assignment)
    assert len(_saying(mara.messages(), title)) == 1
    assert len(_saying(amir.messages(), title)) == 1
    assert len([one for one in amir.messages(begun.assignment) if "It was a rat" in one.text]) == 1


@pytest.mark.parametrize("own_workspace", ["postgresql-http"], indirect=True)
def test_a_database_that_is_down_is_told_and_the_text_stays(own_workspace: Workspace) -> None:
    assert own_workspace.bot is not None
    team = own_workspace.new_team(agents=1)
    mara = own_workspace.new_person()
    open_ticket(mara, "Opened before", team)
    # What is being sent when the database goes would be left alone for half a minute, and what follows it waits.
    mara.sees("Opened before")
    team.agents[0].sees("Opened before")
    mara.command("/ticket")
    mara.fill(subject="Not lost", description="A long text.", category=team.name)

    with own_workspace.bot.without_database():
        refused = mara.submit()
        command = mara.command("/ticket list")

    assert refused.errors == {
        "Subject": "Not saved: the database does not answer. Your text is still here; press Send again in a minute."
    }
    assert command is not None
    assert mara.submit().result == "updated"
    mara.sees("Not lost")
    assert "A long text." in team.agents[0].sees("Not lost").text
