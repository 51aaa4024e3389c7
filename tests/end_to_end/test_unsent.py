"""An answer that cannot be delivered: its author reads why, beside it, and can try again."""

from __future__ import annotations

from tests.end_to_end.steps import started
from tests.end_to_end.workspace import Workspace


def test_an_unsent_answer_says_why_and_goes_out_when_tried_again(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "Nobody at home")
    mara, amir = begun.customer, begun.agent
    triage = amir.sees(f"#{begun.number}", where=team.channel)
    workspace.sandbox.patch(f"/control/people/{mara.id}", {"deleted": True})

    said = amir.writes("Your new door is there.", thread=begun.assignment)
    unsent = amir.sees("Not delivered", where=begun.assignment)
    assert unsent.text.startswith(
        f"Not delivered: {mara.first_name}'s account is deactivated. Your reply is kept on #{begun.number}."
    )
    assert "Your new door is there." in unsent.text
    assert "[Try again]" in unsent.text
    amir.sees(f"Could not reach {mara.first_name}", where=triage)
    assert not amir.now(said).raw.get("reactions")

    workspace.sandbox.patch(f"/control/people/{mara.id}", {"deleted": False})
    amir.press("Try again", on=unsent)

    mara.sees("Your new door is there.", where=begun.card)
    amir.sees("It is being sent again.", where=begun.assignment)
    workspace.wait_for(
        lambda: True if amir.now(said).raw.get("reactions") else None, lambda: amir.describe(begun.assignment)
    )
    amir.loses("Not delivered", where=begun.assignment)
