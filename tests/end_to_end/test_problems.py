"""One cause, many tickets: linked, answered with one reply, resolved in one press."""

from __future__ import annotations

import re

from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import Begun, assigned, fill_and_send, open_ticket
from tests.end_to_end.workspace import Team, Workspace


def link(agent: Person, card: Message, *, to: str = "", new: str = "") -> None:
    """From a ticket's card, link it to a problem."""
    agent.press("More actions", on=card)
    agent.press("Link to a problem")
    agent.view_says("customers never see it")
    agent.fill({"Or a new one": new} if new else {"Problem": to})
    sent = agent.submit()
    assert sent.errors == {}
    assert agent.views == []


def number_of(card: Message) -> str:
    found = re.search(r"Problem (\d+):", card.text)
    assert found
    return found[1]


def two_on_one(workspace: Workspace, title: str) -> tuple[Team, list[Begun], Message]:
    """A problem with a ticket of each of two customers, and its card in the triage channel."""
    team = workspace.new_team(agents=2)
    begun = [assigned(workspace, team, f"{title} for me, {index}") for index in range(2)]
    link(begun[0].agent, begun[0].assignment, new=title)
    card = begun[0].agent.sees(title, where="triage")
    link(begun[1].agent, begun[1].assignment, to=f"{number_of(card)} {title}")
    return team, begun, card


def test_one_reply_reaches_every_customer_in_their_own_ticket(workspace: Workspace) -> None:
    _, begun, card = two_on_one(workspace, "The export hangs")
    lena = begun[0].agent
    shown = lena.sees_change(card, "2 tickets.")
    assert "looks for the cause" in shown.text
    assert "This thread is for the team." in shown.text

    lena.press("Answer all", on=card)
    lena.view_says("The customers of 2 tickets read this, each in their own ticket.")
    assert lena.submit().errors != {}
    fill_and_send(lena, "Reply to all", "We know, and are on it.")

    for one in begun:
        one.customer.sees("We know, and are on it.", where=one.card)
        one.agent.sees_change(one.assignment, "Part of problem")
        assert "The export hangs" not in one.customer.everything().replace("The export hangs for me", "")
    lena.sees_change(card, f"Answered 2 of 2 by {lena.first_name}.")
    lena.sees(f"Answered 2 of 2 by {lena.first_name}.", where=card)


def test_one_press_resolves_all_and_says_what_it_left_alone(workspace: Workspace) -> None:
    team, begun, card = two_on_one(workspace, "Mail is late")
    jo = begun[0].agent
    begun[1].customer.press("Withdraw", on=begun[1].card)
    begun[1].customer.sees_change(begun[1].card, "Withdrawn by you.")
    third = workspace.new_person()
    open_ticket(third, "Late mail again", team)
    waiting = jo.sees("Late mail again", where=team.channel)
    link(jo, waiting, to=f"{number_of(card)} Mail is late")

    jo.press("Resolve all", on=card)
    jo.view_says("The customers of 3 tickets read this, and all are resolved.")
    fill_and_send(jo, "What solved it?", "The queue runs again.")

    begun[0].customer.sees_change(begun[0].card, "The queue runs again.")
    third.sees("The queue runs again.", where=third.sees("Late mail again"))
    done = jo.sees_change(card, "Resolved 2 of 3")
    assert "Left alone: 1 closed before." in done.text
    assert "[Answer all]" not in done.text
    jo.sees("Resolved 2 of 3", where=card)
    jo.press("What was left alone", on=card)
    jo.view_says(f"#{begun[1].number}")
    jo.view_says("Closed before.")
    jo.close(all_forms=True)
    begun[0].customer.press("Not solved", on=begun[0].card)
    begun[0].customer.sees_change(begun[0].card, "is working on it")
    jo.press("Reopen", on=card)
    jo.sees_change(card, "Open. 3 tickets.")


def test_problems_are_opened_renamed_taken_over_and_listed_by_command(workspace: Workspace) -> None:
    amir, jo = workspace.new_team(agents=2).agents
    amir.command("/helpdesk problem Printers are down")
    listed = amir.submit().view
    assert listed is not None
    assert "Printers are down" in listed.text
    amir.close(all_forms=True)
    card = jo.sees("Printers are down", where="triage")
    jo.command("/helpdesk problem")
    number = re.search(r"(\d+) Printers are down", jo.view.text)
    assert number
    jo.close()
    jo.command(f"/helpdesk problem {number[1]}")
    jo.view_says(f"{amir.first_name} looks for the cause")
    jo.press("Look for the cause")
    jo.view_says(f"{jo.first_name} looks for the cause")
    jo.press("Tickets")
    jo.view_says("No tickets are linked to it.")
    jo.close()
    jo.press("Rename")
    jo.fill(title="All printers are down")
    renamed = jo.submit().view
    assert renamed is not None
    assert "All printers are down" in renamed.text
    jo.sees_change(card, "All printers are down")
    jo.close(all_forms=True)
    unknown = jo.command("/helpdesk problem 999999")
    assert unknown is not None
    assert unknown.text == "There is no problem 999999."


def test_a_customer_never_comes_near_a_problem(workspace: Workspace) -> None:
    mara = workspace.new_person()
    answer = mara.command("/helpdesk problem")
    assert answer is not None
    assert answer.text.startswith("Only agents can use problems.")


def test_a_ticket_is_taken_off_its_problem(workspace: Workspace) -> None:
    _, begun, card = two_on_one(workspace, "The lift is stuck")
    agent = begun[0].agent
    agent.sees_change(begun[0].assignment, f"Part of problem {number_of(card)}.")
    link(agent, begun[0].assignment, to="None")
    agent.sees_change(card, "1 ticket.")
    agent.sees_lost(begun[0].assignment, "Part of problem")
