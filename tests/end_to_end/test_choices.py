"""An agent changes what a ticket is about, how much it matters, and when they want to see it again."""

from __future__ import annotations

from tests.end_to_end.steps import assigned
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
