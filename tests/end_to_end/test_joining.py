"""Two tickets of one customer become one, one becomes two, tickets name each other, and one goes to its real customer."""

from __future__ import annotations

from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import Begun, assigned, desk_of, id_of, number_in, open_ticket, started
from tests.end_to_end.workspace import Team, Workspace
from ticketing.model import Tier


def another(workspace: Workspace, team: Team, begun: Begun, subject: str) -> tuple[int, Message, Message]:
    """Another ticket of the same customer: its number, the customer's card and the agent's."""
    number = open_ticket(begun.customer, subject, team)
    title = f"#{number} {subject}"
    return number, begun.customer.sees(title), begun.agent.sees(title)


def more(agent: Person, on: Message, action: str) -> None:
    agent.press("More actions", on=on)
    agent.press(action)


def test_a_merged_ticket_says_where_to_write_and_its_thread_goes_on_there(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    kept = started(workspace, team, "The export hangs")
    mara, amir = kept.customer, kept.agent
    number, card, assignment = another(workspace, team, kept, "Export is slow")

    more(amir, assignment, "Merge")
    amir.choose("Join it with", f"#{kept.number} The export hangs")
    amir.submit()

    assert amir.views == []
    mara.sees_change(card, f"Joined with #{kept.number}: write there.")
    amir.sees_change(assignment, f"Joined with #{kept.number}.")
    amir.sees_change(kept.assignment, f"Joined here: #{number}.")
    joined = amir.sees("Export is slow was joined with this", where=kept.assignment)
    assert joined.says("It is so.")

    mara.writes("It is the big file", thread=card)

    amir.sees("It is the big file", where=kept.assignment)
    mara.sees(f"#{number} was joined with #{kept.number}: your message is there now.", where=card)
    amir.press("Undo", on=joined)
    assert amir.sees("Too late to undo", where=kept.assignment).is_ephemeral


def test_a_merge_is_taken_back_from_the_triage_card(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    kept = assigned(workspace, team, "Kept alone")
    amir = kept.agent
    number, card, assignment = another(workspace, team, kept, "Merged by mistake")
    triage = amir.sees(f"#{number} Merged by mistake", where=team.channel)
    amir.press("Merge", on=triage)
    amir.choose("Join it with", f"#{kept.number} Kept alone")
    amir.submit()
    merged = amir.sees_change(triage, f"Joined with #{kept.number}.")
    post = amir.sees("Merged by mistake was joined with this", where=kept.assignment)

    amir.press("Undo", on=merged)

    kept.customer.sees_change(card, f"{amir.first_name} has it.")
    amir.sees_change(assignment, "Assigned to you.")
    amir.sees_change(post, "Taken apart again.")
    amir.sees_lost(kept.assignment, f"#{number}")


def test_the_agents_own_thread_of_a_merged_ticket_goes_on_too(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    kept = started(workspace, team, "Still open")
    mara, amir = kept.customer, kept.agent
    number, _card, assignment = another(workspace, team, kept, "Soon merged")
    triage = amir.sees(f"#{number} Soon merged", where=team.channel)
    more(amir, assignment, "Merge")
    amir.choose("Join it with", f"#{kept.number} Still open")
    amir.submit()
    amir.sees_change(assignment, f"Joined with #{kept.number}.")

    amir.writes("Try it without the filter", thread=assignment)
    amir.writes("The old bug again", thread=triage)

    mara.sees("Try it without the filter", where=kept.card)
    amir.sees(f"#{number} was joined with #{kept.number}: your message is there now.", where=assignment)
    other = amir.sees(f"#{kept.number} Still open", where=team.channel)
    amir.sees("The old bug again", where=other)
    mara.sees_not("The old bug again", where=kept.card)


def test_a_second_matter_is_split_off(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "Invoice is blank")
    mara, amir = begun.customer, begun.agent
    mara.writes("And the printer jams", thread=begun.card)
    amir.sees("And the printer jams", where=begun.assignment)

    more(amir, begun.assignment, "Split")
    amir.fill({"Subject of the new ticket": "Printer jams"})
    amir.fill({"What it is about": [f"{mara.first_name}: And the printer jams"]})
    sent = amir.submit()

    assert sent.view is not None
    number = number_in(sent.view.text)
    amir.close(all_forms=True)
    new = mara.sees(f"#{number} Printer jams")
    assert new.says(f"{amir.first_name} has it.")
    assignment = amir.sees(f"#{number} Printer jams")
    assert assignment.says("And the printer jams")
    amir.sees_change(assignment, f"Split from #{begun.number}.")
    amir.sees_change(begun.assignment, f"Split off: #{number}.")


def test_tickets_of_two_customers_are_linked_and_unlinked(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    one, two = assigned(workspace, team, "Login loops"), assigned(workspace, team, "Cannot log in")
    amir = one.agent

    more(amir, one.assignment, "Link")
    amir.fill({"Link it with": f"#{two.number}"})
    assert amir.submit().errors == {}

    amir.sees_change(one.assignment, f"Linked: #{two.number}.")
    amir.sees_change(two.assignment, f"Linked: #{one.number}.")
    assert not one.customer.now(one.card).says(f"#{two.number}")

    more(amir, one.assignment, "Link")
    amir.fill({"Linked with": []})
    amir.submit()
    amir.sees_lost(two.assignment, "Linked")


def test_only_a_number_that_one_can_see_is_linked(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "Linked with nothing")
    more(begun.agent, begun.assignment, "Link")

    for typed, sentence in (
        ("that one", "Write the number of a ticket."),
        ("#99999999", "There is no ticket #99999999 that you can see."),
        (f"{begun.number}", f"That is #{begun.number} itself. Choose another ticket."),
    ):
        begun.agent.fill({"Link it with": typed})
        assert begun.agent.submit().errors == {"Link it with": sentence}


def test_a_ticket_goes_to_its_real_customer(workspace: Workspace) -> None:
    begun = started(workspace, workspace.new_team(agents=1), "Asked for a colleague")
    tomas = workspace.new_person()
    begun.customer.writes("It is really his", thread=begun.card)
    begun.agent.sees("It is really his", where=begun.assignment)

    more(begun.agent, begun.assignment, "Move")
    begun.agent.fill({"Whose ticket is it?": tomas.real_name})
    sent = begun.agent.submit()

    assert sent.view is not None
    number = number_in(sent.view.text)
    begun.agent.close(all_forms=True)
    assert tomas.sees(f"#{number} Asked for a colleague").says(f"{begun.agent.first_name} has it.")
    begun.customer.sees_change(begun.card, "Closed")
    assert not begun.customer.now(begun.card).says(f"#{number}")
    assignment = begun.agent.sees(f"#{number} Asked for a colleague")
    begun.agent.sees_change(assignment, f"Moved from #{begun.number}.")


def test_a_colleague_watches_from_where_they_read_and_reads_no_note(workspace: Workspace) -> None:
    """And what they type below their card is offered a place, as anything that belongs to no ticket of theirs."""
    team, mara, tomas = workspace.new_team(agents=1), workspace.new_person(), workspace.new_person()
    for person in (mara, tomas):
        assert person.command("/ticket list") is not None  # the desk knows them now
    with desk_of(workspace) as desk:
        for person in (mara, tomas):
            desk.set_organization(id_of(desk, person), f"Of {mara.first_name}", Tier.STANDARD, by=None)
    number = open_ticket(mara, "Ours to watch", team)
    (amir,) = team.agents
    assignment, mara_card = amir.sees(f"#{number} Ours to watch"), mara.sees(f"#{number} Ours to watch")

    line = tomas.command(f"/ticket {number}")
    assert line is not None
    assert "[Watch]" in line.text
    tomas.press("Watch", on=line)
    card = tomas.sees("You watch this.")
    assert f"{amir.first_name} has it." in card.text
    assert "[Stop watching]" in card.text
    amir.writes("?note He never pays", thread=assignment)
    amir.writes("Which invoice?", thread=assignment)
    mara.sees("Which invoice?", where=mara_card)
    mara.writes("The last one", thread=mara_card)
    tomas.sees(f"{amir.first_name}: Which invoice?", where=card)
    tomas.sees(f"{mara.first_name}: The last one", where=card)

    tomas.writes("Mine too", thread=card)
    assert "[New ticket]" in tomas.sees("This has not reached anyone yet.", where=card).text
    tomas.press("Stop watching", on=card)
    tomas.sees_change(card, "You watch this no more.")
    assert "never pays" not in tomas.everything()
    tomas.press("Open", on=line)
    assert "[Watch]" in tomas.view_says("Which invoice?").text


def test_who_watches_reads_along_and_writes_notes(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "Read by two")
    mara, amir = begun.customer, begun.agent
    jo = next(each for each in team.agents if each.id != amir.id)

    more(amir, begun.assignment, "Watch")
    amir.fill({"Who reads along?": [jo.real_name]})
    assert amir.submit().errors == {}

    watching = jo.sees(f"#{begun.number} Read by two")
    assert watching.says("You watch this.")
    mara.writes("Any news?", thread=begun.card)
    jo.sees("Any news?", where=watching)
    jo.writes("I know this one", thread=watching)
    amir.sees("I know this one", where=begun.assignment)
    mara.sees_not("I know this one", where=begun.card)

    more(amir, begun.assignment, "Watch")
    amir.fill({"Who reads along?": [mara.real_name]})
    assert amir.submit().errors == {"Who reads along?": f"{mara.first_name} is not of the team."}
    amir.fill({"Who reads along?": []})
    amir.submit()
    jo.sees_change(watching, "You watch this no more.")


def test_somebody_without_another_open_ticket_is_told_so(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "The only one")

    more(begun.agent, begun.assignment, "Merge")

    begun.agent.view_says(f"{begun.customer.first_name} has no other open ticket.")
