"""Take it, Seen and Release: an alert that somebody has promised to see to, and what becomes of the promise."""

from __future__ import annotations

import re

from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import (
    LOW,
    URGENT,
    Begun,
    assigned,
    desk_of,
    fill_and_send,
    go_away,
    id_of,
    open_ticket,
)
from tests.end_to_end.workspace import Team, Workspace
from ticketing.configuration import to_document

ESCALATIONS = "escalations"


def _late(workspace: Workspace, subject: str) -> tuple[Person, Begun, Message]:
    """A lead, an urgent ticket whose first answer is overdue, and its alert."""
    lead = workspace.new_person("lead")
    begun = assigned(workspace, workspace.new_team(agents=1), subject, priority=URGENT)
    workspace.advance(minutes=61)
    return lead, begun, lead.sees(f"#{begun.number} {subject}", where=ESCALATIONS)


def _late_after_waiting(workspace: Workspace, subject: str) -> tuple[Person, Begun, Message]:
    """As `_late`, of a ticket that waited for its agent to be back before it became late."""
    lead, customer, team = workspace.new_person("lead"), workspace.new_person(), workspace.new_team(agents=1)
    (agent,) = team.agents
    go_away(agent)
    number = open_ticket(customer, subject, team, priority=URGENT)
    agent.sees(f"#{number} {subject}", where=team.channel)
    workspace.advance(minutes=41)
    agent.press("Back", on=agent.home())
    begun = Begun(number, customer, agent, customer.sees(subject), agent.sees(f"#{number} {subject}"))
    workspace.advance(minutes=20)
    return lead, begun, lead.sees_change(lead.sees(f"#{number} {subject}", where=ESCALATIONS), "Overdue since")


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


def _with_ladder(workspace: Workspace, team: Team, senior: Person, named: Person) -> None:
    """What climbs, and somebody senior with the skill."""
    with desk_of(workspace) as desk:
        steps = [{"after": "10m"}, {"after": "10m", "escalate": True}, {"after": "10m", "person": named.id}]
        ladder = {"steps": steps, "untouched_after": "3h"}
        desk.configure({**to_document(desk.configuration()), "ladder": ladder}, by=None)
        desk.make_agent(id_of(desk, senior), skills={team.key: 1}, is_senior=True, by=None)


def test_a_breach_climbs_the_whole_ladder_past_a_promise_that_lapses_until_it_is_answered(
    own_workspace: Workspace,
) -> None:
    """Warned of, late, reminded of, taken and let lapse, to the seniors, to a named person, answered: all in one message."""
    lead, team = own_workspace.new_person("lead"), own_workspace.new_team(agents=2)
    begun = assigned(own_workspace, team, "All is dark", priority=URGENT)
    (senior,) = (agent for agent in team.agents if agent is not begun.agent)
    lead.home()  # only whom the desk knows can be named
    _with_ladder(own_workspace, team, senior, lead)
    number = begun.number

    own_workspace.advance(minutes=31)
    home = lead.sees(f"Due soon: #{number} All is dark", where=ESCALATIONS)
    own_workspace.advance(minutes=30)
    lines = [_line(own_workspace, lead, home, f"#{number} is overdue: first answer was due")]
    own_workspace.advance(minutes=11)
    lines.append(_line(own_workspace, lead, home, f"#{number} is still overdue: nobody has seen to it"))
    lead.press("Take it", on=home)
    lead.fill({"Until when?": "15 min"})
    assert lead.submit().errors == {}
    lead.sees_change(home, f"{lead.first_name} has it until")
    own_workspace.advance(minutes=16)
    lines.append(_line(own_workspace, lead, home, f"{lead.first_name}'s time ended"))
    own_workspace.advance(minutes=11)
    lines.append(_line(own_workspace, lead, home, "nobody has seen to it: it goes to the senior agents"))
    assert f"@{senior.id}" in lines[-1].text
    own_workspace.advance(minutes=11)
    lines.append(_line(own_workspace, lead, home, f"@{lead.id}"))

    begun.agent.press("Reply", on=begun.assignment)
    fill_and_send(begun.agent, "Reply", "The light is back")
    lead.sees_change(home, f"~#{number} All is dark~ Answered by {begun.agent.first_name}")
    roots = lead.messages(ESCALATIONS)
    assert {line.ts for line in lines} <= {each.ts for each in roots}, "an edit notifies nobody"
    assert [each.ts for each in roots if each.thread_ts in {None, each.ts}] == [home.ts]


def test_what_nobody_can_take_and_what_nobody_touches_is_told_until_somebody_does(own_workspace: Workspace) -> None:
    lead, customer, team = (
        own_workspace.new_person("lead"),
        own_workspace.new_person(),
        own_workspace.new_team(agents=1),
    )
    nobodys = own_workspace.new_team(agents=0)
    (agent,) = team.agents
    lead.home()
    _with_ladder(own_workspace, team, agent, lead)
    number = open_ticket(customer, "Nobody knows this", nobodys, priority=URGENT)
    untouched = open_ticket(customer, "Nobody looks at this", team, priority=LOW)
    assignment = agent.sees(f"#{untouched} Nobody looks at this")

    own_workspace.advance(minutes=16)
    home = lead.sees(f"Nobody can take #{number}", where=ESCALATIONS)
    own_workspace.invite(agent, nobodys.channel)
    agent.press("Claim", on=agent.sees(f"#{number} Nobody knows this", where=nobodys.channel))
    lead.sees_change(home, f"~#{number} Nobody knows this~ {agent.first_name} has it")
    # Its own card: that of the other says, too, that this was the last of the same customer.
    agent.press("Reply", on=agent.sees(f"#{number} Nobody knows this\n"))
    fill_and_send(agent, "Reply", "Now I do")
    customer.sees("Now I do", where=customer.sees(f"#{number} Nobody knows this\n"))
    # Not so far that what has just been answered would lie long enough as well, at the same moment or the next.
    own_workspace.advance(hours=2, minutes=49)
    lying = lead.sees(f"Nobody has touched #{untouched} Nobody looks at this", where=ESCALATIONS)
    agent.press("Add note", on=assignment)
    fill_and_send(agent, "Note", "I look at it")
    lead.sees_change(lying, f"~#{untouched} Nobody looks at this~")


def test_a_lead_has_seen_and_an_agent_takes_what_nobody_takes_and_it_comes_back_at_the_end(
    own_workspace: Workspace,
) -> None:
    lead, customer = own_workspace.new_person("lead"), own_workspace.new_person()
    nobodys, team = own_workspace.new_team(agents=0), own_workspace.new_team(agents=1)
    (agent,) = team.agents
    number = open_ticket(customer, "Nobody knows this", nobodys, priority=LOW)
    own_workspace.advance(hours=11, minutes=46)
    home = lead.sees(f"Nobody can take #{number} Nobody knows this", where=ESCALATIONS)

    lead.press("Seen", on=home)
    lead.fill({"Until when?": "15 min"})
    assert lead.submit().errors == {}
    home = lead.sees_change(home, f"{lead.first_name} has seen it, until")
    assert "Nobody can take" in home.text
    lead.press("Why", on=home)
    lead.view_says(f"{lead.first_name} has seen it, until")
    lead.close()
    own_workspace.advance(minutes=16)
    seen = _line(own_workspace, lead, home, f"{lead.first_name}'s time ended")
    assert "and nobody has taken it" in seen.text

    home = lead.sees_change(home, "Take it")
    agent.press("Take it", on=home)
    agent.fill({"Until when?": "15 min"})
    assert agent.submit().errors == {}
    home = lead.sees_change(home, f"{agent.first_name} has it until")
    assert f"~#{number} Nobody knows this~" in home.text
    agent.sees(f"#{number} Nobody knows this")
    own_workspace.advance(minutes=16)
    taken = _line(own_workspace, lead, home, f"{agent.first_name}'s time ended")
    assert "and nobody has touched it" in taken.text
    home = lead.sees_change(home, f"Nobody has touched #{number} Nobody knows this")
    assert {seen.ts, taken.ts} <= {each.ts for each in lead.messages(ESCALATIONS)}, "an edit notifies nobody"

    agent.press("Take it", on=home)
    assert agent.submit().errors == {}
    home = lead.sees_change(home, "Release")
    lead.press("Release", on=home)
    home = lead.sees_change(home, "Take it")
    agent.press("Reply", on=home)
    fill_and_send(agent, "Reply", "Now I know it")
    lead.sees_change(home, f"~#{number} Nobody knows this~")


def test_who_has_seen_an_alert_leaves_the_ticket_where_it_is(own_workspace: Workspace) -> None:
    lead, begun, home = _late(own_workspace, "It smells of smoke")

    lead.press("Seen", on=home)
    lead.view_says(f"{begun.agent.first_name} keeps it")
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
    lead, begun, home = _late_after_waiting(own_workspace, "The tap drips")

    lead.press("Take it", on=home)
    lead.fill({"Until when?": "A time"})
    assert lead.submit().errors == {"Time": "Choose the time."}
    lead.close()

    lead.press("Why", on=home)
    why = [line for line in lead.view.text.splitlines() if line.strip()]
    assert f"#{begun.number}" in why[0]
    assert len(why) <= 9, "title, ticket, six lines and Close"
    (late,) = [line for line in why if line.startswith(f"#{begun.number} was late: ")]
    assert re.search(r": \d+ of 60 min passed before anyone could take it\.$", late)
    (queued,) = [line for line in why if " opened; in the queue until " in line]
    assert re.search(r": nobody with Team \d+ was there\.$", queued)
    assert f" assigned to {begun.agent.first_name}: urgent" in "\n".join(why)
    assert why[-2].endswith(" ago; still owed.")
    lead.close()
    lead.press("Escalate", on=home)
    assert lead.sees(f"#{begun.number} is escalated", where=ESCALATIONS).is_ephemeral
    lead.sees(f"Escalated by {lead.first_name}: #{begun.number} The tap drips", where=ESCALATIONS)
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
