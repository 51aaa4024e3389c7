"""`/helpdesk team`: leads say who answers what, and everybody else is refused, whatever their payload claims."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.end_to_end.person import Person, View
from tests.end_to_end.steps import assigned, open_ticket
from tests.end_to_end.workspace import Workspace


def _edit(lead: Person, name: str) -> View:
    """The form of whoever is chosen from the whole workspace."""
    lead.command("/helpdesk team")
    lead.choose("Choose a person", name)
    return lead.view_says("Takes tickets")


def test_a_lead_makes_somebody_an_agent_who_is_given_what_waits(workspace: Workspace) -> None:
    team, lead, newcomer = workspace.new_team(agents=0), workspace.new_person("lead"), workspace.new_person()
    number = open_ticket(workspace.new_person(), "Nobody answers this yet", team)

    _edit(lead, newcomer.name)
    lead.fill(role="Agent", takes_tickets="Yes", skills=f"{team.name} 4", capacity="2", senior="Yes")
    lead.fill(shifts="", tier="Premium", organization="Skylight", the_organization_s_tier="Enterprise")
    assert lead.submit().errors == {}

    lead.view_says(f"Saved: {newcomer.real_name}.")
    newcomer.sees(f"#{number} Nobody answers this yet")
    lead.close(all_forms=True)
    form = _edit(lead, newcomer.name)
    assert f"{lead.first_name} " in form.text
    assert "skills and capacity" in form.text
    assert "Holds 1 of 2 tickets." in form.text
    assert lead.submit().errors == {}
    lead.view_says("Nothing was changed.")


def test_an_agent_whose_account_ends_is_given_nothing_more_and_leads_give_on_what_they_hold(
    workspace: Workspace,
) -> None:
    team, lead = workspace.new_team(agents=1), workspace.new_person("lead")
    begun = assigned(workspace, team, "Left behind")
    gone = begun.agent

    workspace.sandbox.patch(f"/control/people/{gone.id}", {"deleted": True})

    told = lead.sees(f"{gone.real_name}'s account in Slack is deactivated", where="escalations")
    assert "They held 1 ticket, which somebody else has to take:" in told.text
    assert f"#{begun.number} Left behind [Reassign]" in told.text
    number = open_ticket(workspace.new_person(), "Comes after", team)
    lead.press("Reassign", on=told)
    assert lead.view.title == f"Reassign #{begun.number}"
    lead.close()
    line = lead.command(f"/helpdesk {number}")
    assert line is not None
    assert "[Claim]" in line.text, "it waits"


def test_what_is_wrong_stands_at_its_field_and_what_was_written_stays(workspace: Workspace) -> None:
    lead, person = workspace.new_person("lead"), workspace.new_person()
    before = _edit(lead, person.name)

    for wrong, label, said in (
        ({"role": "Agent", "takes_tickets": "Yes", "skills": "Juggling 3"}, "Skills", "There is no skill Juggling."),
        ({"skills": "", "capacity": "many"}, "Capacity", "Write a whole number."),
        ({"capacity": "1001"}, "Capacity", "An agent takes from 1 to 1,000 tickets."),
        ({"capacity": "3", "shifts": "mon-fri 9 to 5"}, "Shifts", "Hours are written like 09:00-17:00"),
        ({"shifts": "", "role": "Customer"}, "Takes tickets", "A customer takes no tickets."),
    ):
        lead.fill(dict(wrong))
        sent = lead.submit()
        assert list(sent.errors) == [label]
        assert said in sent.errors[label]
    assert lead.view.id == before.id
    lead.fill(role="Agent")
    assert lead.submit().errors == {}


def test_who_was_slower_is_told_who_changed_it(workspace: Workspace) -> None:
    first, second, person = workspace.new_person("lead"), workspace.new_person("lead"), workspace.new_person()
    _edit(first, person.name)
    _edit(second, person.name)
    first.fill(tier="Premium")
    assert first.submit().errors == {}

    second.fill(tier="Enterprise")
    sent = second.submit()

    assert list(sent.errors) == ["Role"]
    assert sent.errors["Role"].startswith(f"{first.first_name} changed {person.first_name} meanwhile")
    second.close(all_forms=True)
    assert "Last changed by" in _edit(second, person.name).text


def test_a_demoted_agents_next_press_is_refused(workspace: Workspace) -> None:
    """The card still stands and they are still in the team's channel: neither is a proof of role."""
    lead, team = workspace.new_person("lead"), workspace.new_team(agents=1)
    begun = assigned(workspace, team, "They were an agent once")
    agent = begun.agent

    _edit(lead, agent.name)
    lead.fill(role="Customer", takes_tickets="No")
    assert lead.submit().result == "updated"
    lead.view_says("Check it before it is stored.")
    lead.view_says(f"This touches 1 open ticket: what {agent.first_name} holds goes back to the queue.")
    assert agent.now(begun.assignment).says("Assigned to you.")
    assert lead.submit().errors == {}

    begun.customer.sees_change(begun.card, "Waiting for an agent")
    card = agent.sees("They were an agent once", where=team.channel)
    agent.press("Claim", on=card)
    agent.sees("Only agents can claim tickets. ", where=team.channel)
    answer = agent.command("/helpdesk mine")
    assert answer is not None
    assert answer.says("Only agents can use this command")
    assert "Queue" not in agent.home().text


def test_a_lead_who_leads_no_more_saves_nothing(workspace: Workspace) -> None:
    first, second, person = workspace.new_person("lead"), workspace.new_person("lead"), workspace.new_person()
    _edit(second, person.name)
    _edit(first, second.name)
    first.fill(role="Customer")
    assert first.submit().errors == {}

    second.fill(tier="Premium")
    sent = second.submit()

    assert list(sent.errors) == ["Role"]
    assert sent.errors["Role"] == "Only leads can change the team."


def test_only_leads_see_the_team(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    for person in (workspace.new_person(), team.agents[0]):
        answer = person.command("/helpdesk team")
        assert answer is not None
        assert answer.says("Only leads can change the team.")
        assert person.views == []
        assert "[Team]" not in person.home().text
    lead = workspace.new_person("lead")
    home = lead.home()
    lead.press("Team", on=home)
    assert lead.view.title == "Team"
    lead.press("Next")
    lead.view_says("Page 2 of")
    lead.press("Previous")
    lead.view_says("Page 1 of")
    lead.press("Edit")
    lead.view_says("Role")


def test_leave_is_given_and_taken_back(workspace: Workspace) -> None:
    lead, agent = workspace.new_person("lead"), workspace.new_team(agents=1).agents[0]
    today = workspace.now.astimezone(ZoneInfo("Europe/Vienna")).date()
    _edit(lead, agent.name)
    lead.fill(leave_from=today.isoformat())
    assert lead.submit().errors == {"Leave until and with": "Choose the first and the last day."}
    lead.fill({"Leave until and with": (today + timedelta(days=1)).isoformat()})
    assert lead.submit().errors == {}
    assert "Away, 0 of" in agent.home().text

    lead.close(all_forms=True)
    form = _edit(lead, agent.name)
    label = next(field for field in form.fields if field.startswith("On leave"))
    lead.fill({label: "Take it back", "Shifts": "mon-sun 00:00-24:00"})
    assert lead.submit().errors == {}
    assert "Available, 0 of" in agent.home().text
    lead.close(all_forms=True)
    form = _edit(lead, agent.name)
    assert "00:00-24:00" in str(form.raw)
    assert "shifts" in form.text


def test_members_of_a_channel_are_agents_until_they_leave_it_or_a_lead_says_otherwise(own_workspace: Workspace) -> None:
    admin, team = own_workspace.new_person("admin"), own_workspace.new_team(agents=0)
    leads = [own_workspace.new_person("lead") for _ in range(2)]
    jo, kim, mara = (own_workspace.new_person() for _ in range(3))
    for lead in leads:  # they would be agents as well
        own_workspace.invite(lead, team.channel, present=False)
    admin.command("/helpdesk settings")
    admin.press("Edit", row="Agents by membership")
    admin.fill(members_of_this_channel_are_agents=team.channel, they_begin_with=f"{team.name} 2")
    assert admin.submit().errors == {}
    assert admin.submit().errors == {}
    number = open_ticket(mara, "Who belongs to us", team)
    card = mara.sees_change(mara.sees("Who belongs to us"), "Waiting for an agent")

    own_workspace.invite(jo, team.channel)
    own_workspace.advance(minutes=1)
    jo.sees(f"#{number} Who belongs to us")
    mara.sees_change(card, f"{jo.first_name} has it.")
    own_workspace.invite(jo, team.channel, present=False)
    own_workspace.advance(minutes=1)
    mara.sees_change(card, "Waiting for an agent")
    _is_no_agent(jo)

    _edit(leads[0], jo.name)
    leads[0].fill(role="Customer", takes_tickets="No")
    assert leads[0].submit().errors == {}
    for member in (jo, kim):
        own_workspace.invite(member, team.channel)
    own_workspace.advance(minutes=1)
    kim.sees(f"#{number} Who belongs to us")
    mara.sees_change(card, f"{kim.first_name} has it.")
    _is_no_agent(jo)

    leads[0].close(all_forms=True)
    assert "As a member of the channel or user group" in _edit(leads[0], jo.name).options("Takes tickets")
    leads[0].fill(takes_tickets="As a member of the channel or user group")
    assert leads[0].submit().errors == {}
    own_workspace.advance(minutes=1)
    own_workspace.wait_for(lambda: _is_asked_as_agent(jo), lambda: "The channel makes nobody an agent again.")


def _is_asked_as_agent(person: Person) -> bool | None:
    answer = person.command("/helpdesk mine")
    return True if answer is not None and not answer.says("Only agents can use this command") else None


def _is_no_agent(person: Person) -> None:
    answer = person.command("/helpdesk mine")
    assert answer is not None
    assert answer.says("Only agents can use this command")
