"""An agent changes what a ticket is about, how much it matters, and when they want to see it again."""

from __future__ import annotations

from tests.end_to_end.steps import assigned, fill_and_send, go_away, open_ticket
from tests.end_to_end.workspace import Workspace


def test_a_priority_is_changed_from_more_actions(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "Worse than it looked")
    amir = begun.agent
    amir.press("More actions", on=begun.assignment)
    amir.press("Change priority")
    amir.choose("Priority", "Urgent")

    amir.submit()

    amir.sees_change(begun.assignment, "Urgent,")
    begun.customer.sees_change(begun.card, "Urgent,")


def test_a_category_is_changed_to_another_teams(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "Not ours")
    other = workspace.new_team(agents=0)
    amir = begun.agent
    amir.press("More actions", on=begun.assignment)
    amir.press("Change category")
    amir.choose("Category", other.name)

    amir.submit()

    amir.sees_change(begun.assignment, other.name)
    begun.customer.sees_change(begun.card, other.name)


def test_a_ticket_goes_from_hand_to_hand_by_buttons(workspace: Workspace) -> None:
    """Claim and Assign, Wait and Resume, Escalate, Reassign and Take back, Release with a note for who comes next."""
    team = workspace.new_team(agents=2)
    amir, jo = team.agents
    go_away(amir)
    go_away(jo)
    mara = workspace.new_person()
    number = open_ticket(mara, "Handed around", team)
    card, triage = mara.sees(f"#{number}"), amir.sees(f"#{number}", where=team.channel)
    one = amir.command(f"/helpdesk {number}")
    assert one is not None
    assert one.text.endswith(" [Claim]")
    asked = mara.command(f"/ticket {number}")
    assert asked is not None
    mara.press("Open", on=asked)
    mara.view_says("It is so.")

    amir.press("Assign", on=triage)
    amir.fill({"Agent": f"{jo.real_name}, 0 of 10, away", "Note for them": "You know the man"})
    assert amir.submit().errors == {}
    assignment = jo.sees(f"#{number} Handed around")
    assert f"{amir.first_name} gave it to you" in assignment.text
    jo.sees("You know the man", where=assignment)

    jo.press("Start", on=assignment)
    jo.press(f"Wait for {mara.first_name}", on=jo.sees_change(assignment, "You are working on it."))
    fill_and_send(jo, "What do you need to know?", "Which hand?")
    mara.sees_change(card, "Waiting for you.")
    jo.press("Resume", on=jo.sees_change(assignment, f"Waiting for {mara.first_name}"))
    mara.sees_change(card, f"{jo.first_name} is working on it.")

    jo.press("More actions", on=jo.sees_change(assignment, "You are working on it."))
    jo.press("Escalate")
    jo.view_says(f"#{number} is escalated: senior agents come first, and the leads read of it.")
    jo.close()

    jo.press("Reassign", on=assignment)
    jo.fill({"Agent": f"{amir.real_name}, 0 of 10, away"})
    assert jo.submit().errors == {}
    amir.sees(f"#{number} Handed around")
    jo.press("Take back", on=jo.sees_change(assignment, f"{amir.first_name} has #{number} now."))
    jo.press("Release", on=jo.sees_change(assignment, "You are working on it."))
    fill_and_send(jo, "Note for whoever takes it", "He is left-handed")
    amir.sees("He is left-handed", where=triage)
    mara.sees_change(card, "Waiting for an agent.")
    jo.sees_change(assignment, "Back in the queue.")
    amir.press("Claim", on=one)
    mara.sees_change(card, f"{amir.first_name} has it.")


def test_a_ticket_is_snoozed_and_comes_back(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "Not before tomorrow")
    amir = begun.agent
    amir.press("Snooze", on=begun.assignment)
    amir.choose("Show it again", "Tomorrow at 9:00")

    amir.submit()

    amir.sees_change(begun.assignment, "Snoozed until")
    mine = amir.command("/helpdesk mine")
    assert mine is not None
    assert not mine.says(f"#{begun.number}")
