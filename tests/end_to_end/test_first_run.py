"""An admin's App Home leads through the first run, and a test ticket disturbs nobody."""

from __future__ import annotations

import re

from tests.end_to_end.person import Person
from tests.end_to_end.workspace import Workspace


def _answer(admin: Person, button: str, row: str = "", **fields: str) -> None:
    home = admin.home()
    admin.press(button, on=home, row=row)
    admin.fill(dict(fields))
    assert admin.submit().result == "updated"
    assert admin.submit().errors == {}


def test_step_by_step_until_the_first_ticket(empty_workspace: Workspace) -> None:
    workspace = empty_workspace
    admin, agent, customer = workspace.new_person("admin"), workspace.new_person(), workspace.new_person()
    workspace.invite("app", "support", present=False)

    assert "Step 1 of 5. Where do tickets show?" in admin.home().text
    assert "Tickets can be opened all the same." in admin.home().text
    admin.press("Answer", on=admin.home())
    admin.fill(tickets_show_in="support")
    assert admin.submit().errors == {"Tickets show in": "The app is not in #support. There, type /invite @Helpdesk."}
    admin.fill(tickets_show_in="triage")
    assert admin.submit().result == "updated"
    assert admin.submit().errors == {}
    assert "Step 2 of 5. Where do alerts go?" in admin.home().text
    admin.press("Later", on=admin.home())
    assert "Where do alerts go? Later." in admin.home_says("Step 3 of 5. Who answers what?").text
    _answer(admin, "Change", row="Where do alerts go?", alerts_go_to="escalations")

    assert "Step 3 of 5. Who answers what?" in admin.home().text
    # One more Team stands among the places of a lead: the step's is the primary one.
    admin.press("Team", on=admin.home())
    admin.choose("Choose a person", agent.name)
    admin.fill(role="Agent", takes_tickets="Yes", skills="General 3")
    assert admin.submit().errors == {}
    admin.close(all_forms=True)

    assert "Step 4 of 5. When are you open?" in admin.home().text
    admin.press("Answer", on=admin.home())
    admin.fill(open="In these hours", hours="")
    assert admin.submit().errors == {"Hours": "This is needed."}
    admin.fill(hours="mon-sun 00:00-24:00", time_zone="Europe/Vienna")
    assert admin.submit().result == "updated"
    assert admin.submit().errors == {}
    assert "Step 5 of 5. Try it out." in admin.home().text
    assert "Step" not in customer.home().text

    admin.press("Open a test ticket", on=admin.home())
    admin.fill(your_private_channel="escalations")
    opened = admin.submit()
    assert opened.view is not None
    assert re.search(r"Test ticket #\d+ is open", opened.view.text)
    assert "That was the last step. All of it stands under Set-up" in opened.view.text
    admin.close(all_forms=True)
    assert "Step" not in admin.home().text


def test_what_is_missing_later_is_said_to_admins_only(own_workspace: Workspace) -> None:
    admin, lead = own_workspace.new_person("admin"), own_workspace.new_person("lead")
    own_workspace.invite("app", "triage", present=False)

    assert "Where tickets show: The app is not in that channel. There, type /invite @Helpdesk." in admin.home().text
    assert "/invite" not in lead.home().text

    own_workspace.invite("app", "triage")
    assert "/invite" not in admin.home().text


def test_a_test_ticket_shows_in_its_channel_and_nowhere_else(own_workspace: Workspace) -> None:
    admin, lead = own_workspace.new_person("admin"), own_workspace.new_person("lead")
    team = own_workspace.new_team(agents=1)
    home = admin.home()
    if "Open a test ticket" not in home.text:
        for answered in ("hours",):
            assert answered
    admin.press("Answer", on=home)
    admin.fill(open="Around the clock")
    assert admin.submit().result == "updated"
    assert admin.submit().errors == {}

    admin.press("Open a test ticket", on=admin.home())
    admin.fill(your_private_channel="support")
    assert admin.submit().errors == {"Your private channel": "Anybody can join #support. Choose a private channel."}
    admin.fill(your_private_channel=team.channel)
    opened = admin.submit()
    assert opened.view is not None
    found = re.search(r"#(\d+)", opened.view.text)
    assert found is not None

    agent = team.agents[0]
    card = agent.sees(f"#{found[1]} Test: the printer", where=team.channel)
    agent.press("Claim", on=card)
    agent.sees(f"#{found[1]} Test: the printer")
    own_workspace.advance(hours=30)
    lead.sees_not("Test: the printer", where="triage")
    lead.sees_not("Test: the printer", where="escalations")
    assert "Test: the printer" not in lead.home().text
    assert agent.sees("overdue", where=team.channel)


def test_only_admins_open_test_tickets(own_workspace: Workspace) -> None:
    lead = own_workspace.new_person("lead")
    assert "test ticket" not in lead.home().text


def test_the_places_of_a_lead_work(workspace: Workspace) -> None:
    lead = workspace.new_person("lead")
    lead.press("Board", on=lead.home())

    def shows(words: str) -> bool | None:
        home = workspace.sandbox.get(f"/control/people/{lead.id}/home")["view"]
        return True if words in str(home) else None

    workspace.wait_for(lambda: shows("Open and late"), lambda: "The board is not shown.")
    assert shows("Mine by deadline") is None
