"""The bot as a process in both combinations: it starts, serves a person, ends in good order and comes back."""

from __future__ import annotations

from tests.end_to_end.workspace import Workspace


def test_a_form_opens_and_its_ticket_reaches_the_teams_agent(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    customer = workspace.new_person()

    customer.command("/ticket", channel="support")
    customer.fill(subject="Cannot open the invoice", description="It stays blank.", category=team.name)
    sent = customer.submit()

    assert sent.errors == {}
    customer.sees("Cannot open the invoice")
    team.agents[0].sees("Cannot open the invoice")


def test_a_bot_that_was_killed_comes_back_and_serves_also_while_slack_is_busy(own_workspace: Workspace) -> None:
    assert own_workspace.bot is not None
    customer = own_workspace.new_person()

    own_workspace.bot.kill()
    busy = {"error": "ratelimited", "retry_after": 1, "times": 1}
    own_workspace.faults(api=[{"method": method, **busy} for method in ("auth.test", "apps.connections.open")])
    own_workspace.bot.restart()

    customer.command("/ticket")
    assert "Subject" in customer.view.fields
