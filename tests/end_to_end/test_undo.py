"""Taking back what one has just done, by the button that stands where one did it."""

from __future__ import annotations

from tests.end_to_end.steps import assigned, fill_and_send, started
from tests.end_to_end.workspace import Workspace


def test_an_agent_takes_back_a_resolve(workspace: Workspace) -> None:
    begun = started(workspace, workspace.new_team(agents=1), "Resolved by mistake")
    mara, amir = begun.customer, begun.agent
    amir.press("Resolve", on=begun.assignment)
    fill_and_send(amir, "What solved it?", "Turned it off and on")
    resolved = amir.sees_change(begun.assignment, "Resolved.")
    mara.sees_change(begun.card, f"Resolved by {amir.first_name}:")

    amir.press("Undo", on=resolved)

    amir.sees_change(begun.assignment, "You are working on it.")
    mara.sees_change(begun.card, f"{amir.first_name} is working on it.")


def test_a_customer_takes_back_a_withdrawal(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "Withdrawn by mistake")
    mara = begun.customer
    mara.press("Withdraw", on=begun.card)
    assert mara.views == [], "the button asks back by itself"
    withdrawn = mara.sees_change(begun.card, "Withdrawn by you.")

    mara.press("Undo", on=withdrawn)

    mara.sees_change(begun.card, f"{begun.agent.first_name} has it.")


def test_a_customer_who_is_asked_can_withdraw_all_the_same(workspace: Workspace) -> None:
    begun = started(workspace, workspace.new_team(agents=1), "No longer wanted")
    mara, amir = begun.customer, begun.agent
    amir.press(f"Wait for {mara.first_name}", on=begun.assignment)
    fill_and_send(amir, "What do you need to know?", "Do you still want it?")
    asked = mara.sees_change(begun.card, "Waiting for you.")

    mara.press("Withdraw", on=asked)

    mara.sees_change(begun.card, "Withdrawn by you.")
    amir.sees_change(begun.assignment, "Closed.")


def test_what_is_not_a_ticket_is_put_aside(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = assigned(workspace, team, "Lunch is here")
    triage = begun.agent.sees(f"#{begun.number}", where=team.channel)

    begun.agent.press("Not a ticket", on=triage)

    begun.customer.sees_change(begun.card, "Closed")
