"""What people say while the app is away is there when it comes back: once, in order, as if it had been heard at once."""

from __future__ import annotations

import re

from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import assigned, started
from tests.end_to_end.workspace import Workspace


def away(workspace: Workspace) -> None:
    assert workspace.bot is not None
    workspace.bot.kill()


def back(workspace: Workspace) -> None:
    assert workspace.bot is not None
    workspace.bot.restart()


def lines(person: Person, where: Message, *texts: str) -> list[str]:
    """Which of the texts stand in the thread, in the order in which they stand there, as often as they do."""
    found = []
    for message in person.messages(where):
        found += [text for text in texts if message.says(text)]
    return found


def test_what_was_said_meanwhile_is_added_once_and_in_order(own_workspace: Workspace) -> None:
    team = own_workspace.new_team(agents=1)
    begun = started(own_workspace, team, "The heating is off")
    mara, amir = begun.customer, begun.agent
    triage = amir.sees(f"#{begun.number}", where=team.channel)
    early = mara.writes("it is ten degreese", thread=begun.card)
    amir.sees("ten degreese", where=begun.assignment)
    unwanted = mara.writes("hurry, you snails", thread=begun.card)
    amir.sees("you snails", where=begun.assignment)

    away(own_workspace)
    mara.writes("first: the boiler clicks", thread=begun.card)
    amir.writes("second: is the lamp green", thread=begun.assignment)
    mara.writes("third: it is red", thread=begun.card)
    note = amir.writes("a note: bring a fues", thread=triage)
    amir.edits(note, "a note: bring a fuse")
    mara.edits(early, "it is ten degrees")
    mara.deletes(unwanted)
    mara.writes("and something else entirely")
    back(own_workspace)

    amir.sees("third: it is red", where=begun.assignment)
    mara.sees("second: is the lamp green", where=begun.card)
    amir.sees("ten degrees", where=begun.assignment)
    mara.sees("This has not reached anyone yet.")
    own_workspace.wait_for(
        lambda: None if lines(amir, begun.assignment, "you snails") else True,
        lambda: f"The deletion was not followed.\n{amir.describe(begun.assignment)}",
    )
    said = ("first: the boiler clicks", "second: is the lamp green", "third: it is red")
    # Under the assignment stand hers, and his own where he wrote it himself; all of it in the team's thread.
    own_workspace.wait_for(
        lambda: True if lines(amir, triage, *said) == list(said) else None,
        lambda: f"Not in order, or not once:\n{amir.describe(triage)}",
    )
    assert lines(amir, begun.assignment, said[0], said[2]) == [said[0], said[2]]
    assert lines(mara, begun.card, said[1]) == [said[1]]
    assert lines(amir, begun.assignment, "ten degreese") == []
    assert "fuse" not in mara.everything()
    assert sum(message.says("This has not reached anyone yet.") for message in mara.messages()) == 1


def test_it_may_be_stopped_in_the_middle(own_workspace: Workspace) -> None:
    team = own_workspace.new_team(agents=1)
    tickets = [assigned(own_workspace, team, f"The cable is cut {number}") for number in range(3)]
    amir = tickets[0].agent
    away(own_workspace)
    for number, begun in enumerate(tickets):
        for part in ("one", "two"):
            begun.customer.writes(f"cut {number} {part}", thread=begun.card)

    # Slack answers each question after a while, and the app dies as soon as it has asked the first few.
    slow = [{"method": "conversations.replies", "latency_ms": 400, "rate": 1.0}]
    own_workspace.faults(api=slow)
    back(own_workspace)
    own_workspace.wait_for(
        lambda: True if any(one["name"] == "conversations.replies" for one in own_workspace.log()) else None,
        lambda: "Nothing was read again.",
    )
    away(own_workspace)
    own_workspace.faults(api=[])
    back(own_workspace)

    said = [f"cut {number} {part}" for number in range(3) for part in ("one", "two")]

    def standing() -> list[str]:
        return [text for begun in tickets for text in lines(amir, begun.assignment, *said)]

    own_workspace.wait_for(lambda: True if len(standing()) >= len(said) else None, lambda: f"Not all: {standing()}")
    assert standing() == said


def test_a_long_conversation_is_read_page_by_page(own_workspace: Workspace) -> None:
    team = own_workspace.new_team(agents=1)
    begun = assigned(own_workspace, team, "The list is long")
    away(own_workspace)
    own_workspace.faults(retry_schedule_s=[])  # Slack tells nothing again: all of it has to be found
    said = [f"point {number:03}." for number in range(206)]  # a page holds 200
    begun.customer.writes_all(said, thread=begun.card)
    back(own_workspace)

    bot = own_workspace.bot
    assert bot is not None
    # Slack takes a message a second in a channel, so the last of the copies would stand minutes later.
    own_workspace.wait_for(
        lambda: True if sum(map(int, re.findall(r"(\d+) messages\.", bot.said()))) == len(said) else None,
        lambda: "Not all, or some twice, were found.",
        timeout=180,
    )
    begun.agent.sees(said[12], where=begun.assignment)
    assert lines(begun.agent, begun.assignment, *said)[:13] == said[:13]


def test_a_line_that_was_cut_is_made_up_for(own_workspace: Workspace) -> None:
    """Nobody restarts anything: what was dropped on the way is found after the connection is new."""
    team = own_workspace.new_team(agents=1)
    begun = assigned(own_workspace, team, "The line is noisy")
    assert own_workspace.bot is not None
    own_workspace.faults(delivery={"drop": 1.0})
    begun.customer.writes("do you hear me", thread=begun.card)
    own_workspace.faults(delivery={})
    if own_workspace.sandbox.get("/control/workspace")["app"]["delivery"] == "socket":
        own_workspace.disconnect()
    else:
        own_workspace.bot.stop()
        own_workspace.bot.restart()

    begun.agent.sees("do you hear me", where=begun.assignment)
    assert lines(begun.agent, begun.assignment, "do you hear me") == ["do you hear me"]
