"""One ticket's whole life, told by what its customer and its agent see."""

from __future__ import annotations

import re

from tests.end_to_end.steps import HIGH, assigned, fill_and_send, number_in, open_ticket, started
from tests.end_to_end.workspace import Workspace


def test_the_form_adapts_to_its_category_and_answers_with_a_number_and_a_promise(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    mara = workspace.new_person()

    mara.command("/ticket the invoice is blank", channel="support")
    assert mara.view.title == "New ticket"
    assert "the invoice is blank" in str(mara.view.raw)
    assert "You will have an answer" not in mara.view.text
    mara.fill(description="Since this morning.", priority=HIGH)
    mara.fill(category=team.name)
    mara.view_says("You will have an answer by")
    mara.fill(subject="The invoice is blank")
    sent = mara.submit()

    assert sent.result == "updated"
    assert sent.view is not None
    number = number_in(sent.view.text)
    assert f"We have it: ticket #{number}." in sent.view.text
    assert "You will have an answer by" in sent.view.text
    card = mara.sees(f"#{number} The invoice is blank")
    assert "An answer by" in card.text
    assert "High" in card.text


def test_each_reads_times_in_their_own_zone(workspace: Workspace) -> None:
    team, kenji = workspace.new_team(agents=1), workspace.new_person(tier="enterprise")
    kenji.command("/ticket")
    kenji.fill(subject="When is that here", description="It is so.", category=team.name)
    kenji.fill(priority=HIGH)
    shown = kenji.view_says("You will have an answer by")
    assert re.search(r"You will have an answer by \d+ \w+ \d\d:\d\d JST", shown.text)
    sent = kenji.submit()
    assert sent.view is not None
    assert re.search(r"You will have an answer by \d+ \w+ \d\d:\d\d JST", sent.view.text)
    assert re.search(r"An answer by \d+ \w+ \d\d:\d\d JST", kenji.sees("When is that here").text)

    card = team.agents[0].sees("When is that here")
    assert re.search(r"First answer due by \d+ \w+ \d\d:\d\d CES?T", card.text)
    assert "JST" not in card.text


def test_an_agent_is_told_what_and_why(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = assigned(workspace, team, "The scanner eats paper")

    assert begun.agent is team.agents[0]
    first_line, *_ = begun.assignment.text.splitlines()
    assert first_line == f"Replies in this thread go to {begun.customer.first_name}. For the team only: Add note."
    assert "Assigned to you." in begun.assignment.text
    assert "First answer due by" in begun.assignment.text
    assert "Solution due by" in begun.assignment.text
    assert f"{begun.customer.real_name}, standard" in begun.assignment.text
    assert f"Why you: {team.name} level 3; " in begun.assignment.text
    assert "the only one who could take it" in begun.assignment.text
    assert f"#{begun.number}" in begun.assignment.notification
    begun.customer.sees_change(begun.card, f"{begun.agent.first_name} has it.")

    later = open_ticket(begun.customer, "It eats more", team, text=f"{'A page and ' * 100}then the lid")
    second = begun.agent.sees(f"#{later} It eats more")
    assert re.search(rf"\d tickets? this month; last: #{begun.number} The scanner eats paper", second.text)
    assert "then the lid" not in second.text
    begun.agent.press("Read all", on=second)
    begun.agent.view_says("then the lid")


def test_what_a_customer_types_is_never_an_order(workspace: Workspace) -> None:
    """Neither somebody of the team's, where they are the customer."""
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    for customer in (workspace.new_person(), workspace.new_team(agents=1).agents[0]):
        number = open_ticket(customer, f"As {customer.first_name} says", team)
        card = customer.sees_change(customer.sees(f"#{number} As "), f"{amir.first_name} has it.")
        assignment = amir.sees(f"#{number} As ")
        for order in ("?resolve It works.", "?claim", "?note of mine", "?no-such-order"):
            customer.writes(order, thread=card)
            assert f"From {customer.first_name}" in amir.sees(order, where=assignment).text
        assert f"{amir.first_name} has it." in customer.now(card).text
        assert customer.ephemerals() == []


def test_words_travel_between_both_and_notes_stay_with_the_team(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "The chair squeaks")
    mara, amir = begun.customer, begun.agent
    triage = amir.sees(f"#{begun.number}", where=team.channel)
    amir.sees_change(begun.assignment, "You are working on it.")

    amir.press("Reply", on=begun.assignment)
    amir.view_says("will read this")
    fill_and_send(amir, "Reply", "Which chair <do> you mean & since when?")
    reply = mara.sees("Which chair <do> you mean & since when?", where=begun.card)
    assert reply.text.startswith(f"{amir.first_name}: ")
    amir.sees(f"Sent to {mara.first_name} by {amir.first_name}", where=triage)

    mara.writes("The blue one, since Monday", thread=begun.card)
    heard = amir.sees("The blue one, since Monday", where=begun.assignment)
    assert f"From {mara.first_name}" in heard.text
    amir.sees("The blue one, since Monday", where=triage)

    amir.writes("I will look at it in the afternoon", thread=begun.assignment)
    mara.sees("I will look at it in the afternoon", where=begun.card)

    amir.press("Add note", on=begun.assignment)
    amir.view_says("Only the team reads this.")
    fill_and_send(amir, "Note", "She has broken three chairs before")
    noted = amir.sees("She has broken three chairs before", where=triage)
    assert noted.text.startswith(f"Note, team only, by {amir.first_name}")
    other = next(agent for agent in team.agents if agent is not amir)
    other.writes("Chairs are never in stock", thread=triage)
    amir.sees("Chairs are never in stock", where=begun.assignment)

    amir.writes("It is mended", thread=begun.assignment)
    mara.sees("It is mended", where=begun.card)
    read = mara.everything()
    assert "It is mended" in read
    assert "Only the team" not in read
    assert "three chairs" not in read
    assert "never in stock" not in read


def test_waiting_resolving_thanks_and_reopening(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "The door is stuck")
    mara, amir = begun.customer, begun.agent

    amir.press(f"Wait for {mara.first_name}", on=begun.assignment)
    fill_and_send(amir, "What do you need to know?", "Which floor is it on?")
    mara.sees("Which floor is it on?", where=begun.card)
    asked = mara.sees_change(begun.card, "Waiting for you.")
    assert f"{amir.first_name} asks:" in asked.text
    amir.sees_change(begun.assignment, f"Waiting for {mara.first_name}")

    mara.press("Answer", on=begun.card)
    fill_and_send(mara, "Your answer", "The second floor")
    amir.sees("The second floor", where=begun.assignment)
    amir.sees_change(begun.assignment, "You are working on it.")

    amir.press("Resolve", on=begun.assignment)
    fill_and_send(amir, "What solved it?", "The hinge is oiled")
    mara.sees(f"Resolved by {amir.first_name}:", where=begun.card)
    mara.sees_change(begun.card, f"Resolved by {amir.first_name}:\n")
    assert "The hinge is oiled" in mara.now(begun.card).text

    mara.writes("thanks a lot!", thread=begun.card)
    mara.sees(f"You are welcome. #{begun.number} stays resolved.", where=begun.card)
    assert "Resolved by" in mara.now(begun.card).text
    amir.sees_change(begun.assignment, "Resolved.")

    mara.writes("It is stuck again", thread=begun.card)
    amir.sees_change(begun.assignment, "Yours again, second time.")
    amir.sees("It is stuck again", where=begun.assignment)
    mara.sees_lost(begun.card, "Resolved by")
    other = next(agent for agent in team.agents if agent is not amir)
    other.sees_not("The door is stuck")


def test_a_form_sent_twice_is_one_ticket(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    mara = workspace.new_person()
    mara.command("/ticket")
    mara.fill(subject="Sent twice", description="Only once, I hope.", category=team.name)
    workspace.faults(delivery={"duplicate": 1})

    sent = mara.submit()

    assert sent.view is not None
    number = number_in(sent.view.text)
    team.agents[0].sees(f"#{number} Sent twice")
    mara.sees(f"#{number} Sent twice")
    after = open_ticket(mara, "Sent afterwards", team)
    mara.sees(f"#{after} Sent afterwards")
    team.agents[0].sees(f"#{after} Sent afterwards")
    assert len([one for one in mara.messages() if " Sent twice: " in one.notification]) == 1
    assert len([one for one in team.agents[0].messages() if " Sent twice: " in one.notification]) == 1


def test_a_fault_stands_at_its_field_and_keeps_the_text(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    mara = workspace.new_person()
    mara.command("/ticket")
    mara.fill(subject="   ", description="A long story that must not be lost.", category=team.name)

    refused = mara.submit()

    assert refused.errors == {"Subject": "Write one line, so that we find it again."}
    assert "Description" in mara.view.fields
    mara.fill(subject="A story")
    assert mara.submit().result == "updated"
    mara.sees("A story")
    assert "A long story that must not be lost." in team.agents[0].sees("A story").text
