"""What an agent does besides the cards: numbers typed in channels, shortcuts, the beginning and the end of a shift."""

from __future__ import annotations

from tests.end_to_end.steps import assigned, go_away, open_ticket, started
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


def test_a_typed_resolve_goes_out_as_the_solution(workspace: Workspace) -> None:
    begun = started(workspace, workspace.new_team(agents=1), "The font is missing")

    typed = begun.agent.writes("?resolve It was the *font*.", thread=begun.assignment)

    begun.customer.sees("It was the font.", where=begun.card)
    begun.agent.sees_change(begun.assignment, "Resolved")
    assert "Your last 7 days: 1 resolved, first answers met 100 %" in begun.agent.home().text
    begun.agent.edits(typed, "?resolve It was the printer.")
    begun.customer.sees("It was the printer.", where=begun.card)
    begun.customer.sees_not("?resolve", where=begun.card)


def test_a_typed_note_stays_with_the_team(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "Something to note")

    begun.agent.writes("?note asked the bank", thread=begun.assignment)

    assert begun.agent.sees(f"Kept as a note on #{begun.number}.", where=begun.assignment).is_ephemeral
    triage = begun.agent.sees("Something to note", where=team.channel)
    begun.agent.sees("asked the bank", where=triage)
    reply = begun.agent.writes("We have asked.", thread=begun.assignment)
    begun.customer.sees("We have asked.", where=begun.card)
    begun.agent.edits(reply, "?note asked the bank twice")
    begun.agent.edits(begun.agent.writes("We wait.", thread=begun.assignment), "We still wait.")
    begun.customer.sees("We still wait.", where=begun.card)
    begun.customer.sees("We have asked.", where=begun.card)
    begun.customer.sees_not("asked the bank", where=begun.card)


def test_what_cannot_be_done_is_not_sent_and_its_author_is_told(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "Mistyped")
    (other,) = (agent for agent in team.agents if agent is not begun.agent)
    triage = other.sees("Mistyped", where=team.channel)

    begun.agent.writes("?reslove It works again", thread=begun.assignment)
    other.writes("?wait for what?", thread=triage)
    begun.agent.writes("?note", thread=begun.assignment)

    told = begun.agent.sees("There is no shortcut", where=begun.assignment)
    assert told.text == 'There is no shortcut "?reslove". Nothing was sent. Did you mean ?resolve?'
    assert told.is_ephemeral
    begun.agent.sees("Write the note after it", where=begun.assignment)
    begun.agent.writes("?help", thread=begun.assignment)
    assert begun.agent.sees("Shortcuts in the threads of a ticket", where=begun.assignment).is_ephemeral
    assert other.sees(f"holds #{begun.number} now", where=triage).is_ephemeral
    begun.agent.writes("?resolve Done.", thread=begun.assignment)
    begun.customer.sees("Done.", where=begun.card)
    begun.agent.writes("?wait", thread=begun.assignment)
    begun.agent.sees(f"?wait cannot be done: #{begun.number} is resolved.", where=begun.assignment)
    for unsent in ("It works again", "for what", "?wait", "?note", "?help"):
        begun.customer.sees_not(unsent, where=begun.card)


def test_waiting_releasing_and_claiming_are_typed(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "Typed from end to end")
    (other,) = (agent for agent in team.agents if agent is not begun.agent)
    triage = other.sees("Typed from end to end", where=team.channel)
    go_away(begun.agent)
    go_away(other)

    begun.agent.writes("?wait Which browser?", thread=begun.assignment)
    begun.customer.sees_change(begun.card, "Which browser?")
    begun.agent.writes("?release ask for the version", thread=begun.assignment)
    other.sees_change(triage, "Waiting for an agent")
    other.sees("ask for the version", where=triage)
    other.writes("?claim", thread=triage)

    other.sees_change(triage, f"{other.first_name} has it")
    for unsent in ("?wait", "?release", "?claim", "ask for the version"):
        begun.customer.sees_not(unsent, where=begun.card)


def test_a_resolve_is_undone_by_typing_and_told_when_it_is_too_late(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "Undone by typing")
    begun.agent.writes("?start", thread=begun.assignment)
    begun.customer.sees_change(begun.card, "is working on it")

    begun.agent.writes("?resolve It was nothing.", thread=begun.assignment)
    begun.agent.sees_change(begun.assignment, "Resolved.")
    begun.agent.writes("?undo", thread=begun.assignment)
    begun.agent.sees_change(begun.assignment, "You are working on it.")
    begun.agent.writes("?undo", thread=begun.assignment)

    assert begun.agent.sees("Too late to undo:", where=begun.assignment).is_ephemeral
    begun.customer.sees_not("?undo", where=begun.card)


def test_a_ticket_is_snoozed_reopened_and_answered_by_typing(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "All by typing")
    triage = begun.agent.sees("All by typing", where=team.channel)

    begun.agent.writes("?snooze", thread=begun.assignment)
    assert begun.agent.sees("Write until when after it", where=begun.assignment).is_ephemeral
    begun.agent.writes("?snooze 2h", thread=begun.assignment)
    begun.agent.sees_change(begun.assignment, "Snoozed until")
    begun.agent.writes("?wake", thread=begun.assignment)
    begun.agent.sees_lost(begun.assignment, "Snoozed until")
    begun.agent.writes("?snooze 3h", thread=begun.assignment)
    begun.agent.sees_change(begun.assignment, "Snoozed until")
    begun.agent.writes("?undo", thread=begun.assignment)
    begun.agent.sees_lost(begun.assignment, "Snoozed until")
    begun.agent.writes("?reply We look at it after lunch.", thread=triage)
    begun.customer.sees("We look at it after lunch.", where=begun.card)
    begun.agent.writes("?resolve Lunch helped.", thread=triage)
    begun.customer.sees_change(begun.card, "Resolved by")
    begun.agent.writes("?reopen", thread=triage)
    begun.customer.sees_lost(begun.card, "Resolved by")
    begun.customer.sees_not("?re", where=begun.card)
