"""Where customers find the app besides `/ticket`: mentions in channels, the global shortcut, App Home page by page."""

from __future__ import annotations

from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import desk_of, id_of, number_in, started
from tests.end_to_end.workspace import Workspace

UNPLACED = "This has not reached anyone yet."


def offer_under(person: Person, said: Message) -> Message:
    return person.workspace.wait_for(
        lambda: next((each for each in person.messages(said) if each.says(UNPLACED)), None),
        lambda: person.describe(said),
    )


def test_a_mention_is_offered_a_ticket_in_its_own_thread(workspace: Workspace) -> None:
    mara = workspace.new_person()
    said = mara.writes("@Helpdesk the lights of hall 3 are out", channel="support")
    offer = offer_under(mara, said)
    assert "the lights of hall 3 are out" in offer.text
    assert [each.ts for each in mara.messages("support") if each.says(UNPLACED)] == []

    mara.press("New ticket", on=offer)

    number = number_in(mara.sees_change(offer, "Ticket #").text)
    card = mara.sees(f"#{number} the lights of hall 3 are out", where=said)
    assert "Everyone here can read this." in card.text
    mara.writes("and of hall 4", thread=said)
    (amir,) = workspace.new_team(agents=1).agents
    amir.sees("and of hall 4", where=amir.sees(f"#{number}", where="triage"))


def test_a_mention_takes_not_a_ticket_for_an_answer(workspace: Workspace) -> None:
    mara = workspace.new_person()
    said = mara.writes("@Helpdesk is the best", channel="support")
    offer = offer_under(mara, said)
    helpful = workspace.new_person()
    helpful.press("Not a ticket", on=offer)
    helpful.sees(f"Only {mara.first_name} can choose here.", where=said)

    mara.press("Not a ticket", on=offer)

    mara.loses(UNPLACED, where=said)
    nothing = mara.command("/ticket list")
    assert nothing is not None
    assert nothing.text == "You have no tickets. Type /ticket to open one."


def test_the_global_shortcut_opens_the_form(workspace: Workspace) -> None:
    mara = workspace.new_person()
    mara.uses_shortcut("New ticket")
    assert mara.view.title == "New ticket"
    assert mara.view.fields == ["Subject", "Description", "Category", "Priority"]


def test_app_home_says_whose_turn_it_is_and_turns_pages(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "Whose turn is it")
    mara, amir = begun.customer, begun.agent
    with desk_of(workspace) as desk:
        for number in range(11):
            desk.open_ticket(
                id_of(desk, mara),
                subject=f"One of many, {number}",
                description="",
                category="general",
                source=f"v:home{number}",
            )
    amir.press(f"Wait for {mara.first_name}", on=begun.assignment)
    amir.fill({"What do you need to know?": "Yours or mine?"})
    amir.submit()
    mara.sees_change(begun.card, "Waiting for you.")

    home = mara.home()
    lines = home.text.splitlines()
    assert lines[2] == "Waiting for you"
    assert f"#{begun.number} Whose turn is it. Waiting for you. [Open]" in home.text
    assert home.text.count("[Open]") == 10
    assert "Page 1 of 2" in home.text

    mara.press("Next", on=home)
    turned = workspace.wait_for(
        lambda: shown if "Page 2 of 2" in (shown := mara._get("home")["view"]["blocks"]).__repr__() else None,
        lambda: mara.home().text,
    )
    assert turned


def test_what_is_written_before_the_card_stands_in_the_thread_is_not_lost(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    mara = workspace.new_person()
    said = mara.writes("the lift is stuck", channel="support")
    mara.uses_shortcut("Open a ticket", on=said)
    mara.fill(category=team.name)
    workspace.faults(api=[{"method": "chat.postMessage", "error": "service_unavailable"}])
    assert mara.submit().errors == {}
    mara.close(all_forms=True)

    mara.writes("somebody is in it", thread=said)
    workspace.faults(api=[])

    assignment = amir.sees("the lift is stuck")
    amir.sees("somebody is in it", where=assignment)
