"""`/helpdesk`: what agents look up and say about themselves from wherever they are."""

from __future__ import annotations

from tests.end_to_end.steps import assigned
from tests.end_to_end.workspace import Workspace


def test_a_ticket_is_found_by_its_words(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "The zeppelin has no helium")

    found = begun.agent.command("/helpdesk search Zeppelin heli")
    nothing = begun.agent.command("/helpdesk search zeppelin kerosene")

    assert found is not None
    assert found.says(f"#{begun.number}")
    assert nothing is not None
    assert nothing.says("No ticket has all of these words.")


def test_help_is_had_from_each_command_and_lists_them_all(workspace: Workspace) -> None:
    (amir,) = workspace.new_team(agents=1).agents
    for command, lines in (("/ticket", 5), ("/helpdesk", 15)):
        answer = amir.command(f"{command} help")
        assert answer is not None
        assert answer.text.startswith(f"What {command} can do\n")
        assert answer.text.count(f"`{command}") == lines
        assert f"{command} list" in answer.notification or f"{command} queue" in answer.notification


def test_who_is_no_agent_finds_nothing(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "The submarine leaks")

    answer = begun.customer.command("/helpdesk search submarine")

    assert answer is not None
    assert not answer.says(f"#{begun.number}")
    assert answer.says("Only agents can")


def test_away_until_a_time_and_back(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "Somebody has to go")
    amir = begun.agent

    away = amir.command("/helpdesk away 2h")
    wrong = amir.command("/helpdesk away when I like")
    back = amir.command("/helpdesk back")

    assert away is not None
    assert away.says("You are away until")
    assert wrong is not None
    assert wrong.says("Write until when as 14:00 or 2h")
    assert back is not None
    assert back.says("You are back: 1 of")
