"""What nobody can take, and who claims it."""

from __future__ import annotations

import re

import pytest

from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import desk_of, fill_and_send, id_of, open_ticket, started
from tests.end_to_end.workspace import Refused, Team, Workspace

PRESS = "ticket.claim"


def _waiting(workspace: Workspace, team: Team, subject: str) -> tuple[Person, int, Message]:
    """A ticket nobody of the team was given, because all of them are away; its customer, number and triage card."""
    for agent in team.agents:
        answer = agent.command("/helpdesk away")
        assert answer is not None
        assert answer.text.startswith("You are away.")
    customer = workspace.new_person()
    number = open_ticket(customer, subject, team)
    watcher = team.agents[0]
    return customer, number, watcher.sees(f"#{number} {subject}", where=team.channel)


def _whole_queue(agent: Person) -> str:
    """All its pages, one below the other: others' tickets wait too."""
    pages: list[str] = []
    while not pages or f"Next: /helpdesk queue {len(pages) + 1}" in pages[-1]:
        page = agent.command(f"/helpdesk queue {len(pages) + 1}")
        assert page is not None
        pages.append(page.text)
    return "\n".join(pages)


def test_what_nobody_can_take_stands_in_triage_with_claim(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    mara, number, card = _waiting(workspace, team, "The lamp flickers")

    assert "Waiting for an agent since" in card.text
    assert f"Nobody can take it: {amir.first_name} is away" in card.text
    assert "[[Claim]] [Assign] [Reply]" in card.text
    assert mara.sees(f"#{number} The lamp flickers").text.splitlines()[1].startswith("Waiting for an agent.")
    assert f"#{number} The lamp flickers." in _whole_queue(amir)

    amir.press("Claim", on=card)

    amir.sees_change(card, f"{amir.first_name} has it")
    assignment = amir.sees(f"#{number} The lamp flickers")
    assert "you claimed it" in assignment.text
    mara.sees_change(mara.sees(f"#{number} The lamp flickers"), f"{amir.first_name} has it.")


def test_the_queue_is_turned_page_by_page(own_workspace: Workspace) -> None:
    """In App Home and by the command, ten a page, counted whole."""
    nobody, (amir,) = own_workspace.new_team(agents=0), own_workspace.new_team(agents=1).agents
    mara = own_workspace.new_person()
    open_ticket(mara, "First of many", nobody)
    with desk_of(own_workspace) as desk:
        for number in range(11):
            desk.open_ticket(
                id_of(desk, mara),
                subject=f"One in a long line, {number}",
                description="",
                category=nobody.key,
                source=f"v:line{mara.id}{number}",
            )
        waiting = desk.queue_length()

    home = amir.home()
    assert f"Queue: {waiting}" in home.text
    assert home.text.count("[Claim]") == 10
    pages = -(-waiting // 10)
    assert f"Page 1 of {pages}" in home.text
    amir.press("Next", on=home)
    assert amir.home_says(f"Page 2 of {pages}").text.count("[Claim]") == min(10, waiting - 10)

    first, second = amir.command("/helpdesk queue"), amir.command("/helpdesk queue 2")
    assert first is not None
    assert second is not None
    assert f"Page 1 of {pages}. Next: /helpdesk queue 2" in first.text
    assert f"Page 2 of {pages}" in second.text
    claims = [re.findall(r"#(\d+) ", each.text) for each in (first, second)]
    assert not set(claims[0]) & set(claims[1])


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    amir, jo = team.agents
    mara, number, card = _waiting(workspace, team, "The heating is cold")

    workspace.at_once(lambda: amir.press("Claim", on=card), lambda: jo.press("Claim", on=card))

    held = amir.sees_change(card, " has it")
    winner, loser = (amir, jo) if f"{amir.first_name} has it" in held.text else (jo, amir)
    told = loser.sees("just before you.", where=team.channel)
    assert re.search(rf"{winner.first_name} claimed #{number} at .*\d\d:\d\d.*, just before you\.", told.text)
    assert "{time_secs}" in told.raw["text"]
    assert winner.ephemerals(team.channel) == []
    winner.sees(f"#{number} The heating is cold")
    loser.sees_not("The heating is cold")
    mara.sees_change(mara.sees(f"#{number} The heating is cold"), f"{winner.first_name} has it.")


def test_a_ticket_waits_until_somebody_is_back(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    _, number, _ = _waiting(workspace, team, "The blinds are down")

    answer = amir.command("/helpdesk back")

    assert answer is not None
    assert answer.text.startswith("You are back: 0 of")
    assert "Assigned to you." in amir.sees(f"#{number} The blinds are down").text


def test_a_customer_cannot_press_what_is_the_teams(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    mara, number, card = _waiting(workspace, team, "The lift stands still")
    claim = next(
        element
        for block in card.raw["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == PRESS
    )
    assert claim["value"].split(":")[1] == str(number)
    # Slack shows the channel to nobody outside, and whoever is in it by mistake is no agent.
    with pytest.raises(Refused, match="no_such_channel"):
        mara.press("Claim", on=card)
    workspace.invite(mara, team.channel)

    mara.press("Claim", on=card)

    told = mara.sees("Only agents can claim tickets. ", where=team.channel)
    assert told.text.startswith("Only agents can claim tickets. ")
    assert told.text.endswith(" can make you one.")
    assert "Waiting for an agent" in amir.now(card).text
    stranger = workspace.new_person()
    workspace.invite(stranger, team.channel)
    stranger.press("Claim", on=card)
    told = stranger.sees("Only agents can claim tickets. ", where=team.channel)
    assert told.text.startswith("Only agents can claim tickets. ")


def test_a_button_of_before_is_answered_with_what_is_so_now(workspace: Workspace) -> None:
    begun = started(workspace, workspace.new_team(agents=1), "The tap drips")
    amir = begun.agent
    before = amir.sees_change(begun.assignment, "You are working on it.")
    workspace.faults(api=[{"method": "chat.update", "error": "service_unavailable"}])
    amir.press("Resolve", on=before)
    fill_and_send(amir, "What solved it?", "A new washer")

    amir.press(f"Wait for {begun.customer.first_name}", on=before)

    told = amir.sees("Your press changed nothing")
    assert told.is_ephemeral
    assert amir.views == []
    assert told.text.startswith(f"{amir.first_name} resolved #{begun.number} at ")
    assert told.text.endswith("Your press changed nothing; the card is now up to date.")


def test_a_form_of_before_is_answered_with_what_is_so_now(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "The gate squeaks")
    amir = begun.agent
    jo = next(agent for agent in team.agents if agent is not amir)
    triage = jo.sees(f"#{begun.number} The gate squeaks", where=team.channel)
    amir.press(f"Wait for {begun.customer.first_name}", on=amir.sees_change(begun.assignment, "You are working on it."))
    amir.fill({"What do you need to know?": "Which gate?"})

    jo.press("Reassign", on=triage)
    jo.fill(agent=f"{jo.real_name}, 0 of 10")
    assert jo.submit().errors == {}
    late = amir.submit()

    assert list(late.errors) == ["What do you need to know?"]
    assert late.errors["What do you need to know?"].startswith(f"{jo.first_name} ")
    jo.sees(f"#{begun.number} The gate squeaks")
    amir.sees_change(begun.assignment, f"{jo.first_name} has #{begun.number} now.")
    begun.customer.sees_change(begun.card, jo.first_name)
    begun.customer.sees_not("Which gate?", where=begun.card)
