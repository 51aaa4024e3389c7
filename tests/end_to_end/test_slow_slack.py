"""
While each call takes Slack more than a second, everybody is answered in time.

The sandbox gives up an act after three seconds, as Slack does.
"""

from __future__ import annotations

from tests.end_to_end.steps import open_ticket
from tests.end_to_end.workspace import Workspace


def test_forms_open_and_commands_are_answered_in_time_whatever_has_to_be_asked_first(workspace: Workspace) -> None:
    """Each act takes two to four calls."""
    team, admin = workspace.new_team(agents=0), workspace.new_person("admin")
    mara, unknown = workspace.new_person(), workspace.new_person()
    for subject in ("The hinge", "The handle"):
        open_ticket(mara, subject, team)
    mara.writes("the hinge squeaks")
    offer = mara.sees("This has not reached anyone yet.")
    admin.command("/helpdesk settings")
    admin.press("Edit", row="Channels")
    admin.fill(the_emoji_opens_tickets_in=[team.channel, "support"])
    workspace.faults(api=[{"method": "*", "latency_ms": 1_300}])

    mara.press("Another ticket", on=offer)
    assert unknown.command("/ticket list") is not None
    assert admin.submit().result == "updated", "both channels are looked at in the time of one"

    mara.view_says("the hinge squeaks")


def test_what_slack_has_no_time_for_is_told_and_not_done(workspace: Workspace) -> None:
    """A message is read again before it becomes a ticket: where that takes all the time, it does not."""
    mara = workspace.new_person()
    mara.writes("the latch is loose")
    offer = mara.sees("This has not reached anyone yet.")
    workspace.faults(api=[{"method": "conversations.history", "latency_ms": 2_200}])

    mara.press("New ticket", on=offer)

    mara.sees("Slack does not answer. Nothing was changed; press again in a minute.")
    workspace.faults(api=[])
    mara.press("New ticket", on=offer)
    mara.sees_change(offer, "Ticket #")
