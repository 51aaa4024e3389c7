"""What the new-ticket form does before it is sent: adapts, offers what solved it before, knows whose ticket it is."""

from __future__ import annotations

from tests.end_to_end.person import Person, View
from tests.end_to_end.steps import assigned, fill_and_send, go_away, number_in, started
from tests.end_to_end.workspace import Team, Workspace


def ask(customer: Person, team: Team, subject: str) -> View:
    """Fill the form in up to its category; the form as it is drawn then."""
    customer.command("/ticket")
    customer.fill(subject=subject, description="It is so.")
    customer.fill(category=team.name)
    return customer.view_says("You will have an answer by")


def test_a_shared_answer_is_offered_and_solves_it_without_a_ticket(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The quokka terminal shows only hieroglyphs")
    amir, tomas = begun.agent, workspace.new_person()
    amir.press("Resolve", on=begun.assignment)
    amir.fill(
        {
            "What solved it?": "Choose Unicode in its settings.",
            "Share the answer": ["Others with the same question may read this answer"],
        }
    )
    amir.submit()
    begun.customer.sees("Choose Unicode", where=begun.card)

    shown = ask(tomas, team, "quokka terminal hieroglyphs").text
    assert "Solved before. Does one of these help?" in shown
    assert "The quokka terminal shows only hieroglyphs [Read]" in shown
    assert begun.customer.first_name not in shown
    tomas.press("Read")
    tomas.view_says("Choose Unicode in its settings.")
    assert amir.first_name not in tomas.view.text
    tomas.press("That solved it")
    tomas.view_says("Good. No ticket was opened.")
    tomas.close()
    assert tomas.views == []
    nothing = tomas.command("/ticket list")
    assert nothing is not None
    assert nothing.text == "You have no tickets. Type /ticket to open one."


def test_what_was_not_shared_is_offered_to_its_own_customer_only(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The wombat ledger adds up to nine")
    begun.agent.press("Resolve", on=begun.assignment)
    fill_and_send(begun.agent, "What solved it?", "Somebody else's salary stood in it.")
    begun.customer.sees("Somebody else's salary", where=begun.card)

    other = workspace.new_person()
    assert "Solved before" not in ask(other, team, "wombat ledger adds up wrong").text
    own = ask(begun.customer, team, "wombat ledger adds up wrong").text
    assert "The wombat ledger adds up to nine [Read]" in own
    begun.customer.press("Read")
    begun.customer.view_says("Somebody else's salary")


def test_an_agent_opens_a_ticket_on_behalf_of_a_customer(workspace: Workspace) -> None:
    """Only agents; it is the customer's ticket, and they are told in their messages who opened it."""
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    mara = workspace.new_person()

    amir.command("/ticket Mara called about her badge")
    assert "Customer" in amir.view.fields
    amir.fill(customer=mara.real_name, category=team.name, description="She cannot get in.")
    assert "Mara called about her badge" in str(amir.view.raw), "what was typed is still there"
    sent = amir.submit()

    assert sent.view is not None
    number = number_in(sent.view.text)
    card = mara.sees(f"#{number} Mara called about her badge")
    assert f"{amir.first_name} opened this for you." in card.text
    assert f"{amir.first_name} opened this for you." in card.notification
    amir.sees(f"#{number} Mara called")
    mara.command("/ticket")
    assert "Customer" not in mara.view.fields
    mara.close()
    listed = mara.command("/ticket list")
    assert listed is not None
    assert f"#{number}" in listed.text


def test_a_long_line_after_the_command_is_kept_whole(workspace: Workspace) -> None:
    """What is too long for a subject is the description; the subject is its beginning."""
    team = workspace.new_team(agents=1)
    mara = workspace.new_person()
    sentence = "the label printer of the north hall prints every second label upside down "
    line = (sentence * 6)[:397].strip() + " end"
    assert len(line) >= 400

    mara.command(f"/ticket {line}")
    mara.fill(category=team.name)
    sent = mara.submit()

    assert sent.view is not None
    card = mara.sees(f"#{number_in(sent.view.text)} the label printer of the north hall")
    assert line not in card.text.partition("\n")[0]
    (amir,) = team.agents
    assert line in amir.sees(f"#{number_in(sent.view.text)} the label").text.replace("> ", "")


def test_an_app_is_no_customer(workspace: Workspace) -> None:
    (amir,) = workspace.new_team(agents=1).agents
    amir.command("/ticket")
    bot = workspace.sandbox.get("/control/workspace")["app"]["bot_user_id"]
    amir.fill(subject="For a machine", description="It has no wishes.")
    amir.fill(category="General")
    view = amir.view
    amir._typed.setdefault(view.id, {})["customer"] = {"value": bot}

    refused = amir.submit()

    assert refused.errors == {"Customer": "Choose a person of this workspace; an app has no tickets."}


def test_a_message_becomes_a_ticket_and_its_address_is_kept(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    mara = workspace.new_person()
    said = mara.writes("the gate of the north yard stays shut", channel="support")

    amir.uses_shortcut("Open a ticket", on=said)
    amir.view_says(f"On behalf of {mara.real_name}.")
    amir.fill(category=team.name)
    sent = amir.submit()

    assert sent.view is not None
    number = number_in(sent.view.text)
    assignment = amir.sees(f"#{number} the gate of the north yard")
    assert f"/archives/{said.channel}/p{said.ts.replace('.', '')}" in assignment.text
    mara.sees("Everyone here can read this.", where=said)


def test_the_form_keeps_what_was_typed_when_the_category_changes_it(workspace: Workspace) -> None:
    first, second = workspace.new_team(agents=1), workspace.new_team(agents=1)
    mara = workspace.new_person()
    mara.command("/ticket")
    mara.fill(subject="A long story", description="Which must not be lost.")
    mara.fill(priority="High: I am blocked")
    mara.fill(category=first.name)
    mara.fill(category=second.name)

    sent = mara.submit()

    assert sent.errors == {}
    (agent,) = second.agents
    card = agent.sees("A long story")
    assert "Which must not be lost." in card.text
    assert "High" in card.text


def test_a_ticket_is_withdrawn_from_whatever_state_it_is_in(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    held, begun = assigned(workspace, team, "Held, then withdrawn"), started(workspace, team, "Begun, then withdrawn")
    go_away(amir)
    for each in (held, begun):
        each.customer.press("Withdraw", on=each.card)
        each.customer.sees_change(each.card, "Withdrawn by you.")
        amir.sees_change(each.assignment, "Closed.")
