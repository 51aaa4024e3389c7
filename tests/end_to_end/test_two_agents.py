"""Two agents on one ticket (users, 21): each sees the other, and nothing that was typed is lost."""

from __future__ import annotations

from tests.end_to_end.steps import fill_and_send, started
from tests.end_to_end.workspace import Workspace


def test_two_who_answer_at_once_see_each_other_and_nothing_typed_is_lost(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "Who answers this one")
    amir = begun.agent
    (jo,) = (agent for agent in team.agents if agent is not amir)
    triage = jo.sees(f"#{begun.number}", where=team.channel)

    amir.press("Reply", on=begun.assignment)
    assert "is writing an answer too" not in amir.view.text
    amir.fill({"Reply": "It was the fuse."})
    jo.sees_change(triage, f"{amir.first_name} is writing an answer")
    jo.press("Reply", on=triage)
    assert f"{amir.first_name} is writing an answer too" in jo.view.text
    workspace.wait_for(
        lambda: True if f"{jo.first_name} is writing an answer too" in amir.view.text else None, lambda: amir.view.text
    )
    amir.sees_change(begun.assignment, f"{jo.first_name} is writing an answer")

    jo.fill({"Reply": "Have you tried the other socket?"})
    assert jo.submit().errors == {}
    workspace.wait_for(
        lambda: True if "Have you tried the other socket?" in amir.view.text else None, lambda: amir.view.text
    )
    assert f"{jo.first_name} has answered" in amir.view.text
    assert amir.submit().errors == {}

    begun.customer.sees("Have you tried the other socket?", where=begun.card)
    begun.customer.sees("It was the fuse.", where=begun.card)
    workspace.wait_for(
        lambda: True if "is writing an answer" not in jo.now(triage).text else None, lambda: jo.now(triage).text
    )


def test_a_form_closed_without_sending_stands_on_no_card(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "Looked at and left")
    (amir,) = team.agents
    triage = amir.sees(f"#{begun.number}", where=team.channel)

    amir.press("Resolve", on=begun.assignment)
    amir.sees_change(triage, f"{amir.first_name} is writing an answer")
    amir.close()

    workspace.wait_for(
        lambda: True if "is writing an answer" not in amir.now(triage).text else None, lambda: amir.now(triage).text
    )
    amir.press("Add note", on=begun.assignment)
    fill_and_send(amir, "Note", "Only looked")
    begun.customer.sees_not("is writing an answer")
