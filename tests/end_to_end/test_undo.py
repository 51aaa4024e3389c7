"""Taking back what one has just done, by the button that stands where one did it."""

from __future__ import annotations

from tests.end_to_end.steps import assigned, fill_and_send, number_in, started
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


def test_what_is_not_a_ticket_is_put_aside_and_comes_back_by_anybody_of_the_team(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = assigned(workspace, team, "Lunch is here")
    amir, other = begun.agent, next(each for each in team.agents if each is not begun.agent)
    triage = amir.sees(f"#{begun.number}", where=team.channel)

    amir.press("Not a ticket", on=triage)

    begun.customer.sees_change(begun.card, "put aside as no ticket")
    aside = f"Put aside by {amir.first_name}: not a ticket."
    amir.sees_change(begun.assignment, aside)
    other.press("Undo", on=other.sees_change(triage, aside))
    begun.customer.sees_change(begun.card, f"{amir.first_name} has it.")
    amir.sees_change(begun.assignment, "Assigned to you.")
    amir.sees_change(triage, f"{amir.first_name} has it")


def test_a_move_to_another_customer_is_taken_back(workspace: Workspace) -> None:
    team, tomas = workspace.new_team(agents=1), workspace.new_person()
    begun = started(workspace, team, "It was hers after all")
    amir = begun.agent
    triage = amir.sees(f"#{begun.number}", where=team.channel)
    amir.press("More actions", on=begun.assignment)
    amir.press("Move")
    amir.fill({"Whose ticket is it?": tomas.real_name})
    sent = amir.submit()
    assert sent.view is not None
    number = number_in(sent.view.text)
    amir.close(all_forms=True)
    theirs = tomas.sees(f"#{number} It was hers after all")

    amir.press("Undo", on=amir.sees_change(triage, f"Moved by {amir.first_name} to another customer."))

    amir.sees_change(begun.assignment, "You are working on it.")
    begun.customer.sees_change(begun.card, f"{amir.first_name} is working on it.")
    tomas.sees_change(theirs, "moved to another customer")
    amir.sees(f"Moved back by {amir.first_name}.", where=team.channel)
