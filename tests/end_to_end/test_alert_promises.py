"""Take it, Seen and Release: an alert that somebody has promised to see to, and what becomes of the promise."""

from __future__ import annotations

from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import URGENT, Begun, assigned, fill_and_send
from tests.end_to_end.workspace import Workspace

ESCALATIONS = "escalations"


def _late(workspace: Workspace, subject: str) -> tuple[Person, Begun, Message]:
    """A lead, an urgent ticket whose first answer is overdue, and its alert."""
    lead = workspace.new_person("lead")
    begun = assigned(workspace, workspace.new_team(agents=1), subject, priority=URGENT)
    workspace.advance(minutes=61)
    return lead, begun, lead.sees(f"#{begun.number} {subject}", where=ESCALATIONS)


def _line(workspace: Workspace, lead: Person, home: Message, words: str) -> Message:
    def look() -> Message | None:
        return next((one for one in lead.messages(home)[1:] if one.says(words)), None)

    return workspace.wait_for(look, lambda: f"There is no {words!r}.\n{lead.describe(home)}")


def test_an_alert_is_taken_until_a_time_and_comes_back_when_that_is_over(own_workspace: Workspace) -> None:
    lead, begun, home = _late(own_workspace, "All is dark")

    lead.press("Take it", on=home)
    assert lead.view.title == f"Take #{begun.number}"
    lead.fill({"Until when?": "15 min"})
    sent = lead.submit()
    assert sent.errors == {}
    taken = lead.sees_change(home, f"{lead.first_name} has it until")
    assert "Release" in taken.text
    assert "Take it" not in taken.text
    line = _line(own_workspace, lead, home, f"#{begun.number}: {lead.first_name} has it until")
    assert line.ts not in {each.ts for each in lead.messages(ESCALATIONS)}

    own_workspace.advance(minutes=16)
    lapsed = _line(own_workspace, lead, home, f"{lead.first_name}'s time ended")
    assert "without an answer" in lapsed.text
    assert lapsed.ts in {each.ts for each in lead.messages(ESCALATIONS)}, "an edit notifies nobody"
    assert "Take it" in lead.sees_change(home, "Take it").text


def test_who_has_seen_an_alert_leaves_the_ticket_where_it_is(own_workspace: Workspace) -> None:
    lead, begun, home = _late(own_workspace, "It smells of smoke")

    lead.press("Seen", on=home)
    assert f"{begun.agent.first_name} keeps it" in lead.view.text
    lead.fill({"Until when?": "1 h"})
    assert lead.submit().errors == {}
    seen = lead.sees_change(home, f"{lead.first_name} has seen it, until")
    assert f"{begun.agent.first_name} has it since" in seen.text

    begun.agent.press("Reply", on=begun.assignment)
    fill_and_send(begun.agent, "Reply", "It is only the toaster")
    lead.sees_change(home, f"Answered by {begun.agent.first_name}")
    own_workspace.advance(minutes=61)
    after = assigned(own_workspace, own_workspace.new_team(agents=1), "A later one", priority=URGENT)
    own_workspace.advance(minutes=31)
    lead.sees(f"Due soon: #{after.number}", where=ESCALATIONS)
    assert not [each for each in lead.messages(home) if each.says("time ended")]


def test_an_agent_who_takes_an_alert_has_the_ticket_and_can_release_the_alert(own_workspace: Workspace) -> None:
    lead, begun, home = _late(own_workspace, "The door is stuck")
    other = own_workspace.new_team(agents=1).agents[0]

    other.press("Take it", on=home)
    assert other.submit().errors == {}
    lead.sees_change(home, f"{other.first_name} has it until")
    other.sees(f"#{begun.number} The door is stuck")

    other.press("Release", on=home)
    released = lead.sees_change(home, "Take it")
    assert "until" not in released.text
    _line(own_workspace, lead, home, f"{other.first_name} no longer sees to it")


def test_an_alert_is_asked_about_escalated_reassigned_and_answered_where_it_stands(own_workspace: Workspace) -> None:
    lead, begun, home = _late(own_workspace, "The tap drips")

    lead.press("Take it", on=home)
    lead.fill({"Until when?": "A time"})
    assert lead.submit().errors == {"Time": "Choose the time."}
    lead.close()

    lead.press("Why", on=home)
    why = lead.view.text.splitlines()
    assert f"#{begun.number}" in why[0]
    assert len([line for line in why if line.strip()]) <= 8, "title, six lines and Close"
    lead.close()
    lead.press("Escalate", on=home)
    assert lead.sees(f"#{begun.number} is escalated", where=ESCALATIONS).is_ephemeral
    other = own_workspace.new_team(agents=1).agents[0]
    lead.press("Reassign", on=home)
    lead.fill({"Agent": f"{other.real_name}, 0 of 10"})
    assert lead.submit().errors == {}
    other.sees(f"#{begun.number} The tap drips")
    lead.sees_change(home, f"{other.first_name} has it since")
    lead.press("Reply", on=home)
    fill_and_send(lead, "Reply", "A plumber comes at noon")
    begun.customer.sees("A plumber comes at noon", where=begun.card)
    lead.sees_change(home, f"Answered by {lead.first_name}")
