"""What an agent does besides the cards: numbers typed in channels, shortcuts, the beginning and the end of a shift."""

from __future__ import annotations

from tests.end_to_end.steps import assigned, open_ticket
from tests.end_to_end.workspace import Workspace


def test_a_number_in_a_channel_shows_the_ticket_to_the_agent_who_typed_it(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "Named in passing")
    other = workspace.new_person()

    begun.customer.writes(f"is #{begun.number} mine?", channel="support")
    other.writes(f"what is #{begun.number}?", channel="support")
    begun.agent.writes(
        f"same as #{begun.number}, see https://example.com/#{begun.number} and #999999", channel="support"
    )

    line = begun.agent.sees("Named in passing", where="support")
    assert line.is_ephemeral
    assert line.text.count(f"#{begun.number}") == 1
    assert "waits for your answer." in line.text
    assert "[Open]" in line.text
    for person in (begun.customer, other):
        assert person.ephemerals("support") == []


def test_of_many_numbers_three_tickets_are_shown_in_one_answer(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    numbers = [open_ticket(workspace.new_person(), f"One of many, {index}", team) for index in range(4)]
    (agent,) = team.agents

    agent.writes("look at " + ", ".join(f"#{number}" for number in numbers), channel="support")

    shown = agent.sees("One of many", where="support")
    assert [f"#{number}" in shown.text for number in numbers] == [True, True, True, False]
    assert len([each for each in agent.ephemerals("support") if each.says("One of many")]) == 1
