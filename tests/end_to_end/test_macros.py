"""Macros from Slack: written, chosen in a reply, typed in a thread; tags and a category's own questions."""

from __future__ import annotations

from tests.end_to_end.person import Person
from tests.end_to_end.steps import assigned, started
from tests.end_to_end.workspace import View, Workspace


def filled_in(view: View, label: str) -> str:
    """What the app has written into a field of the form."""
    found = next(block for block in view.raw["blocks"] if block.get("label", {}).get("text") == label)
    return str(found["element"].get("initial_value", ""))


def write_macro(person: Person, name: str, text: str, **more: object) -> None:
    """Keep a macro by `/helpdesk macros`; the list is closed afterwards."""
    person.command("/helpdesk macros")
    person.press("New macro")
    person.fill({"Short name": name, "Title": f"About {name}", "Text": text, **more})
    sent = person.submit()
    assert sent.errors == {}
    assert sent.view is not None
    assert f"?{name}" in sent.view.text
    person.close(all_forms=True)


def test_a_macro_is_written_changed_and_deleted(workspace: Workspace) -> None:
    (amir,) = workspace.new_team(agents=1).agents
    amir.command("/helpdesk macros")
    amir.press("New macro")
    amir.fill({"Short name": "Two words", "Title": "Greeting", "Text": "Hi {custmer}", "Tags": "VPN, !"})
    assert "A tag is letters" in amir.submit().errors["Tags"]
    amir.fill({"Tags": "VPN"})
    assert "small letters" in amir.submit().errors["Short name"]
    amir.fill({"Short name": "?resolve"})
    assert amir.submit().errors == {"Short name": "?resolve is a shortcut already. Choose another name."}
    amir.fill({"Short name": "hello"})
    assert amir.submit().errors["Text"].startswith("There is no placeholder {custmer}.")
    amir.fill({"Text": "Hi {customer}", "What becomes of the ticket": "Resolve", "Priority": "Low"})
    listed = amir.submit().view
    assert listed is not None
    assert "Greeting `?hello`" in listed.text
    assert "Besides: resolves it, priority low, tags vpn." in listed.text

    amir.press("Change")
    amir.view_says("Typed in a ticket's thread, ?hello sends it at once.")
    amir.fill({"Text": "Good morning {customer}"})
    changed = amir.submit().view
    assert changed is not None
    assert "Good morning {customer}" in changed.text
    workspace.faults(api=[{"method": "views.update", "error": "internal_error", "times": 1}])
    amir.press("Delete")
    amir.view_says("?hello is deleted.")
    amir.close(all_forms=True)
    amir.command("/helpdesk macros")
    amir.view_loses("?hello")


def test_the_teams_macros_are_the_leads_to_change(workspace: Workspace) -> None:
    lena, team = workspace.new_person("lead"), workspace.new_team(agents=1)
    begun = started(workspace, team, "Out for all of us")
    amir = begun.agent
    write_macro(lena, "outage", "We know, {customer}.", **{"Who uses it": "The whole team", "Priority": "Low"})

    amir.command("/helpdesk macros")
    amir.view_says("About outage `?outage`, the team's")
    assert "Change" not in amir.view.text
    amir.press("New macro")
    assert "Who uses it" not in amir.view.text
    amir.close(all_forms=True)
    amir.writes("?outage", thread=begun.assignment)
    begun.customer.sees(f"We know, {begun.customer.first_name}.", where=begun.card)
    assert "Medium, " in begun.assignment.text
    amir.sees_change(begun.assignment, f"Low, {team.name}.")
    lena.command("/helpdesk macros")
    lena.press("Delete")
    lena.view_loses("?outage")


def test_a_customer_has_no_macros(workspace: Workspace) -> None:
    mara = workspace.new_person()
    answer = mara.command("/helpdesk macros")
    assert answer is not None
    assert answer.text.startswith("Only agents can use macros.")
    assert mara.views == []


def test_a_macro_chosen_in_a_reply_fills_it_and_does_the_rest(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "Solved by a macro")
    amir, mara = begun.agent, begun.customer
    write_macro(amir, "first", "Hi {customer}, this is {number}.")
    write_macro(amir, "solved", "It works again, {agent}.", **{"What becomes of the ticket": "Resolve", "Tags": "vpn"})

    amir.press("Reply", on=begun.assignment)
    amir.fill({"Reply": "Good morning."})
    amir.fill({"Macro": "About first"})
    assert filled_in(amir.view, "Reply") == f"Good morning.\n\nHi {mara.first_name}, this is #{begun.number}."
    amir.fill({"Macro": "About solved"})
    assert filled_in(amir.view, "Reply") == f"Good morning.\n\nIt works again, {amir.first_name}."
    amir.view_says("Besides: resolves it, tags vpn.")
    assert amir.submit().errors == {}

    card = mara.sees_change(begun.card, "Resolved")
    assert f"It works again, {amir.first_name}." in card.text
    mara.sees("Good morning.", where=begun.card)
    assert "Tags: vpn." in amir.sees_change(begun.assignment, "Resolved").text


def test_without_its_macro_a_reply_is_only_words(workspace: Workspace) -> None:
    begun = started(workspace, workspace.new_team(agents=1), "Only words")
    amir = begun.agent
    write_macro(amir, "solved", "It works again.", **{"What becomes of the ticket": "Resolve"})
    amir.press("Reply", on=begun.assignment)
    amir.fill({"Macro": "About solved"})
    amir.fill({"Macro": "None: only the text below"})
    amir.view_loses("Besides")
    assert filled_in(amir.view, "Reply") == ""
    amir.fill({"Reply": "Which browser?"})
    assert amir.submit().errors == {}
    begun.customer.sees("Which browser?", where=begun.card)
    assert "is working on it" in begun.customer.now(begun.card).text


def test_a_macro_is_typed_by_its_short_name(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "Typed by name")
    amir, mara = begun.agent, begun.customer
    (jo,) = (agent for agent in team.agents if agent is not amir)
    for agent in (amir, jo):
        write_macro(
            agent, "tryagain", "Try it again, {customer}.", **{"What becomes of the ticket": "Wait for the customer"}
        )
    triage = jo.sees("Typed by name", where=team.channel)

    jo.writes("?tryagain", thread=triage)
    assert jo.sees("Your message was not sent.", where=triage).is_ephemeral
    amir.writes("?tryagian", thread=begun.assignment)
    amir.sees("Did you mean ?tryagain?", where=begun.assignment)
    amir.writes("?tryagain And *restart* it.", thread=begun.assignment)

    asked = mara.sees_change(begun.card, "Waiting for you.")
    assert f"Try it again, {mara.first_name}." in asked.text
    mara.sees("And restart it.", where=begun.card)
    mara.sees_not("?try", where=begun.card)
    triage_copy = jo.sees("And restart it.", where=triage)
    assert "Sent to" in triage_copy.text


def test_tags_are_changed_from_more_actions_and_found_by_the_team(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = assigned(workspace, team, "Something tagged")
    amir = begun.agent

    amir.press("More actions", on=begun.assignment)
    amir.press("Tags")
    amir.view_says("Only the team sees them.")
    amir.fill({"Tags": "two words, !"})
    assert amir.submit().errors["Tags"].startswith("A tag is letters")
    amir.fill({"Tags": "#Two Words, only-here-7"})
    assert amir.submit().errors == {}

    amir.sees_change(begun.assignment, "Tags: only-here-7, two-words.")
    amir.sees_change(amir.sees("Something tagged", where=team.channel), "Tags: only-here-7, two-words.")
    assert "only-here-7" not in begun.customer.now(begun.card).text
    found = amir.command("/helpdesk search tag:only-here-7")
    assert found is not None
    assert f"#{begun.number}" in found.text


def test_a_categorys_own_questions_are_answered_and_changed(workspace: Workspace) -> None:
    team = workspace.new_team(agents=3)
    mara = workspace.new_person()
    mara.command("/ticket")
    mara.fill(subject="Asked about it", description="Here.", category=team.name)
    mara.fill({"Invoice number": "4711", "Product": "Pro"})
    assert mara.submit().errors == {}
    mara.close(all_forms=True)
    amir = team.agents[0]
    card = amir.sees("Asked about it", where=team.channel)
    assert "Invoice number: 4711. Product: Pro." in card.text

    amir.press("More actions", on=card)
    amir.press("Fields")
    amir.fill({"Invoice number": "4711-4712-4713"})
    assert amir.submit().errors == {"Invoice number": "Invoice number takes 10 characters at most."}
    amir.fill({"Invoice number": "4712", "Product": "Basic"})
    assert amir.submit().errors == {}
    amir.sees_change(card, "Invoice number: 4712. Product: Basic.")
