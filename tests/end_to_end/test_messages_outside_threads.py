"""What is written outside any thread, and what is asked by commands, shortcuts and App Home."""

from __future__ import annotations

import re

import pytest

from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import DUE, number_in, open_ticket, started
from tests.end_to_end.workspace import Workspace

UNPLACED = "This has not reached anyone yet."


def _offer(mara: Person, text: str) -> Message:
    mara.writes(text)
    offer = mara.sees(UNPLACED)
    assert text in offer.text
    return offer


def test_a_stray_message_is_added_to_the_last_ticket(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The export hangs")
    mara = begun.customer

    offer = _offer(mara, "the export hangs again")
    assert f"[[Add to #{begun.number}]] [New ticket] [Not a ticket]" in offer.text
    mara.press(f"Add to #{begun.number}", on=offer)

    mara.sees_change(offer, f"Added to #{begun.number}.")
    begun.agent.sees("the export hangs again", where=begun.assignment)


def test_a_stray_message_is_added_to_another_ticket_of_ones_own(workspace: Workspace) -> None:
    """From the menu, or from the form with all of one's tickets, closed ones too; never a new ticket by itself."""
    team = workspace.new_team(agents=0)
    mara = workspace.new_person()
    first, second = (open_ticket(mara, subject, team) for subject in ("The door jams", "The lamp hums"))
    offer = _offer(mara, "it hums louder at night")
    assert f"(.. #{first} The door jams, Another ticket)" in offer.text

    mara.press("Another ticket", on=offer)
    assert mara.view.options("Ticket") == [f"#{second} The lamp hums", f"#{first} The door jams"]
    mara.close()
    assert mara.now(offer).says(UNPLACED)
    mara.press("Another ticket", on=offer)
    mara.fill(ticket=f"#{first} The door jams")
    mara.submit()

    mara.sees_change(offer, f"Added to #{first}.")
    assert mara.views == []
    staff = workspace.new_person("lead")
    staff.sees("it hums louder", where=staff.sees(f"#{first} The door jams", where=team.channel))

    mara.press("Withdraw", on=mara.sees(f"#{first} The door jams"))
    third = open_ticket(mara, "The tap drips", team)
    again = _offer(mara, "and the door jams again")
    mara.press(f"#{second} The lamp hums", on=again)
    mara.sees_change(again, f"Added to #{second}.")
    later = _offer(mara, "no, it really is the door")
    mara.press("Another ticket", on=later)
    closed = f"#{first} (closed) The door jams"
    assert mara.view.options("Ticket")[-1] == closed
    mara.fill(ticket=closed)
    mara.submit()
    assert number_in(mara.sees_change(later, "Ticket #").text) > third


def test_a_stray_message_goes_to_a_closed_ticket_where_none_is_open(workspace: Workspace) -> None:
    """A closed ticket takes nothing in: another is opened that is linked to it."""
    mara = workspace.new_person()
    number = open_ticket(mara, "The mirror fogs", workspace.new_team(agents=0))
    card = mara.sees(f"#{number} The mirror fogs")
    mara.press("Withdraw", on=card)
    mara.sees_change(card, "Withdrawn by you.")
    offer = _offer(mara, "it fogs again")

    mara.press("Another ticket", on=offer)
    mara.fill(ticket=f"#{number} (closed) The mirror fogs")
    mara.submit()

    assert number_in(mara.sees_change(offer, "Ticket #").text) > number


def test_a_stray_message_becomes_a_ticket(workspace: Workspace) -> None:
    mara = workspace.new_person()

    offer = _offer(mara, "nobody can print since ten")
    assert "[[New ticket]] [Not a ticket]" in offer.text
    mara.press("New ticket", on=offer)

    opened = mara.sees_change(offer, "Ticket #").text
    number = number_in(opened)
    assert opened.startswith(f"Ticket #{number}. An answer by ")
    mara.sees(f"#{number} nobody can print since ten")
    mara.writes("it is the blue printer", thread=mara.sees(f"#{number} nobody can print"))
    lead = workspace.new_person("lead")
    triage = lead.sees(f"#{number} nobody can print", where="triage")
    lead.sees("it is the blue printer", where=triage)


def test_a_stray_message_is_no_ticket(workspace: Workspace) -> None:
    mara = workspace.new_person()

    offer = _offer(mara, "good morning everybody")
    mara.press("Not a ticket", on=offer)

    mara.loses(UNPLACED)
    answer = mara.command("/ticket list")
    assert answer is not None
    assert answer.text == "You have no tickets. Type /ticket to open one."


def test_a_ticket_is_opened_from_a_message(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    mara = workspace.new_person()
    said = mara.writes("The coffee machine leaks\nsince this morning", channel="support")

    mara.uses_shortcut("Open a ticket", on=said)
    mara.fill(category=team.name)
    mara.fill(subject="The coffee machine leaks", description="The coffee machine leaks\nsince this morning")
    sent = mara.submit()

    assert sent.view is not None
    number = number_in(sent.view.text)
    assignment = team.agents[0].sees(f"#{number} The coffee machine leaks")
    assert "since this morning" in assignment.text
    card = mara.sees(f"#{number} The coffee machine leaks", where=said)
    assert "Everyone here can read this." in card.text
    mara.writes("and it is hot", thread=said)
    team.agents[0].sees("and it is hot", where=assignment)


def test_a_customer_asks_for_their_tickets_and_no_others(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The mouse is dead")
    mara, jo = begun.customer, workspace.new_person()

    mine = mara.command("/ticket list")
    one = mara.command(f"/ticket {begun.number}")
    others = jo.command(f"/ticket {begun.number}")
    unknown = jo.command("/ticket 999999")

    assert mine is not None
    assert f"#{begun.number} The mouse is dead. {begun.agent.first_name} is working on it. [Open]" in mine.text
    assert one is not None
    assert one.text == f"#{begun.number} The mouse is dead. {begun.agent.first_name} is working on it. [Open]"
    assert others is not None
    assert others.text == f"There is no ticket #{begun.number} that you can see."
    assert unknown is not None
    assert unknown.text == "There is no ticket #999999 that you can see."
    by_number = jo.command(f"/helpdesk {begun.number}")
    assert by_number is not None
    assert by_number.text == others.text
    why = jo.command(f"/helpdesk {begun.number} why")
    assert why is not None
    assert why.text == others.text


def test_an_agent_asks_by_command(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The keyboard sticks")
    amir = begun.agent

    mine = amir.command("/helpdesk mine")
    assert mine is not None
    assert re.search(rf"#{begun.number} {DUE}", mine.text)
    assert f"{begun.customer.first_name} waits for your answer. The keyboard sticks" in mine.text
    one = amir.command(f"/helpdesk {begun.number}")
    assert one is not None
    assert re.search(rf"#{begun.number} {DUE}", one.text)
    why = amir.command(f"/helpdesk {begun.number} why")
    assert why is not None
    assert f"#{begun.number} first answer: due " in why.text
    assert f"#{begun.number} solution: due " in why.text
    assert "Times: Europe/Vienna" in why.text
    typo = amir.command("/helpdesk quue")
    assert typo is not None
    assert typo.text == '"quue" is not a command. Did you mean /helpdesk queue?'


@pytest.mark.parametrize("line", ["/helpdesk queue", "/helpdesk mine", "/helpdesk away"])
def test_a_customer_is_refused_what_is_the_teams(workspace: Workspace, line: str) -> None:
    refused = workspace.new_person().command(line)

    assert refused is not None
    assert refused.text.startswith("Only agents can use this command. ")
    assert refused.text.endswith(" can make you one.")


def test_each_role_has_a_home(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The window is open")
    mara, amir, lead = begun.customer, begun.agent, workspace.new_person("lead")

    customers = mara.home()
    assert "[[New ticket]]" in customers.text
    assert "With us" in customers.text
    assert f"#{begun.number} The window is open. {amir.first_name} is working on it. [Open]" in customers.text
    agents = amir.home()
    assert "1 waiting for you" in agents.text
    assert re.search(rf"#{begun.number} {DUE}", agents.text)
    assert "Available, 1 of 10" in agents.text
    assert "[[Take next]]" in agents.text
    leads = lead.home()
    assert "waiting for you" in leads.text
    assert "Queue" in leads.text
    assert "The window is open" not in leads.text

    mara.press("New ticket", on=customers)
    assert mara.view.title == "New ticket"
    amir.press("Away", on=agents)
    amir.submit()
    assert "Away, 1 of 10" in amir.home().text


def test_an_agent_takes_the_next_from_home(own_workspace: Workspace) -> None:
    """The queue that Home shows is everybody's, and only its first rows."""
    workspace = own_workspace
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    amir.command("/helpdesk away")
    mara = workspace.new_person()
    number = open_ticket(mara, "The roof leaks", team)
    home = amir.home()
    assert f"#{number} The roof leaks" in home.text

    second = open_ticket(mara, "The cellar is wet", team)
    amir.press("Refresh", on=home)
    amir.home_says(f"#{second} The cellar is wet")
    workspace.faults(api=[{"method": "views.publish", "error": "internal_error"}])
    amir.press("Take next", on=home)
    amir.view_says(f"You have #{number} now.")
    workspace.faults(api=[])
    amir.close()

    amir.sees(f"#{number} The roof leaks")
    mara.sees_change(mara.sees(f"#{number} The roof leaks"), f"{amir.first_name} has it")
    amir.press("Claim", on=home, row=f"#{second} The cellar is wet")
    amir.sees(f"#{second} The cellar is wet")
    assert f"#{second} due" in amir.home_says("nothing waits.").text
    mara.press("Open", on=mara.home(), row=f"#{second} ")
    mara.view_says("It is so.")
