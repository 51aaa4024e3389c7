"""What customers think of a resolution: asked once, on their card, and told to the team."""

from __future__ import annotations

from tests.end_to_end.steps import Begun, started
from tests.end_to_end.workspace import Team, Workspace


def solved(workspace: Workspace, subject: str) -> tuple[Begun, Team]:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, subject)
    begun.agent.writes("?resolve Try it again.", thread=begun.assignment)
    begun.customer.sees_change(begun.card, "Resolved")
    return begun, team


def test_a_resolution_is_rated_with_one_press_and_a_comment_may_follow(workspace: Workspace) -> None:
    begun, team = solved(workspace, "Rated in the end")
    mara, amir = begun.customer, begun.agent
    for label in ("[Helpful]", "[Not helpful]", "[Not solved]"):
        assert label in mara.now(begun.card).text

    mara.press("Helpful", on=begun.card)

    rated = mara.sees_change(begun.card, "You said: helpful. Thank you.")
    assert "[Helpful]" not in rated.text
    assert "[Add a comment]" in rated.text
    assert "[Not solved]" in rated.text
    triage = amir.sees("Rated in the end", where=team.channel)
    line = amir.sees(f"{mara.first_name} found it helpful.", where=triage)
    amir.sees(f"{mara.first_name} found it helpful.", where=begun.assignment)

    mara.press("Add a comment", on=begun.card)
    mara.view_says("Was it helpful?")
    mara.fill({"What should we know?": "It *was* quick <!channel>", "Was it helpful?": "Not helpful"})
    assert mara.submit().result == "cleared"

    mara.sees_change(begun.card, "You said: not helpful.")
    changed = amir.sees_change(line, f"{mara.first_name} did not find it helpful.")
    assert "It was quick <!channel>" in changed.text
    assert len([each for each in amir.messages(triage) if each.says("find it helpful")]) == 1
    amir.sees_change(triage, "Resolved")


def test_what_was_not_solved_is_asked_about_anew(workspace: Workspace) -> None:
    begun, _ = solved(workspace, "Rated twice")
    mara = begun.customer
    mara.press("Not helpful", on=begun.card)
    mara.sees_change(begun.card, "You said: not helpful.")

    mara.press("Not solved", on=begun.card)
    mara.sees_change(begun.card, "is working on it")
    begun.agent.sees("Yours again")
    begun.agent.writes("?resolve Now it works.", thread=begun.assignment)

    again = mara.sees_change(begun.card, "Now it works.")
    assert "You said" not in again.text
    assert "[Not helpful]" in again.text
