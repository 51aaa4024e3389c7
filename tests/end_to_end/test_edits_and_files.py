"""What is said on one side stands on the other, with its edits, its deletions and its files; and can be pulled back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tests.end_to_end.person import Message
from tests.end_to_end.steps import Begun, assigned, desk_of, fill_and_send, open_ticket, started
from tests.end_to_end.workspace import Team, Workspace
from ticketing.configuration import to_document


def triage_of(begun: Begun, channel: str) -> Message:
    return begun.agent.sees(f"#{begun.number}", where=channel)


@contextmanager
def turned_round(workspace: Workspace, team: Team, *, private: bool = False) -> Iterator[None]:
    """Triage threads that begin meanwhile go to the customer; the team's category is private from now on, if asked for."""
    with desk_of(workspace) as desk:
        before = to_document(desk.configuration())
        categories = [one | ({"private": private} if one["key"] == team.key else {}) for one in before["categories"]]
        desk.configure(
            before | {"channels": before["channels"] | {"replies_from_triage": True}, "categories": categories}, by=None
        )
        try:
            yield
        finally:
            desk.configure(to_document(desk.configuration()) | {"channels": before["channels"]}, by=None)


def test_a_customers_edit_and_deletion_are_followed(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The scanner jams")
    mara, amir = begun.customer, begun.agent
    triage = triage_of(begun, team.channel)
    said = mara.writes("it jams on page seven", thread=begun.card)
    copies = [amir.sees("page seven", where=place) for place in (begun.assignment, triage)]

    mara.edits(said, "it jams on page eight")
    for copy in copies:
        assert "page seven" not in amir.sees_change(copy, "page eight").text
    assert "From " in amir.now(copies[0]).text

    mara.deletes(said)
    for place in (begun.assignment, triage):
        amir.loses("page eight", where=place)
    amir.sees_not("page", where=begun.assignment)


def test_an_agents_edit_and_deletion_are_followed(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The fan is loud")
    mara, amir = begun.customer, begun.agent
    said = amir.writes("we bring a new fan on Mondey", thread=begun.assignment)
    copy = mara.sees("on Mondey", where=begun.card)
    sent = amir.sees("on Mondey", where=triage_of(begun, team.channel))

    amir.edits(said, "we bring a new fan on Monday")
    assert mara.sees_change(copy, "on Monday").ts == copy.ts
    assert "Sent to" in amir.sees_change(sent, "on Monday").text

    amir.deletes(said)
    mara.loses("on Monday", where=begun.card)
    amir.loses("on Monday", where=triage_of(begun, team.channel))


def test_a_note_that_is_edited_stays_the_teams(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "The desk wobbles")
    other = next(agent for agent in team.agents if agent is not begun.agent)
    note = other.writes("he always complains", thread=triage_of(begun, team.channel))
    copy = begun.agent.sees("he always complains", where=begun.assignment)

    other.edits(note, "third time this year")
    changed = begun.agent.sees_change(copy, "third time this year")
    assert "Note, team only" in changed.text
    assert "third time" not in begun.customer.everything()


def test_an_edit_on_a_ticket_that_is_over_changes_the_words_and_nothing_else(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The plant is dry")
    mara, amir = begun.customer, begun.agent
    said = mara.writes("I watered it onec", thread=begun.card)
    copy = amir.sees("watered it onec", where=begun.assignment)
    mara.press("Withdraw", on=mara.now(begun.card))
    mara.sees_change(begun.card, "Withdrawn by you.")

    mara.edits(said, "I watered it once")

    amir.sees_change(copy, "watered it once")
    assert mara.now(begun.card).says("Withdrawn by you.")
    answer = mara.command("/ticket list")
    assert answer is not None
    assert answer.text.count("The plant is dry") == 1


def test_files_follow_with_and_without_words(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The invoice is wrong")
    mara, amir = begun.customer, begun.agent

    mara.writes("here it is", thread=begun.card, files={"invoice.pdf": b"%PDF"})
    with_words = amir.sees("invoice.pdf", where=begun.assignment)
    assert "here it is" in with_words.text
    mara.writes("", thread=begun.card, files={"scan-1.png": b"1", "scan-2.png": b"2"})
    without = amir.sees("scan-1.png", where=begun.assignment)
    assert "scan-2.png" in without.text

    amir.writes("", thread=begun.assignment, files={"corrected.pdf": b"%PDF"})
    mara.sees("corrected.pdf", where=begun.card)


def test_what_went_out_is_pulled_back_from_its_own_menu(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The badge is lost")
    mara, amir = begun.customer, begun.agent
    said = amir.writes("she lost it again, typical", thread=begun.assignment)
    mara.sees("typical", where=begun.card)
    sent = amir.sees("typical", where=triage_of(begun, team.channel))

    amir.uses_shortcut("Pull back", on=said)

    mara.loses("typical", where=begun.card)
    assert amir.sees(f"Pulled back. {mara.first_name} may have seen it.", where=begun.assignment).is_ephemeral
    assert amir.sees_change(sent, "Pulled back").text.startswith("Pulled back by")
    assert "typical" not in mara.everything()


def test_a_reply_is_pulled_back_by_its_button_and_only_by_its_author(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "The key is bent")
    mara, amir = begun.customer, begun.agent
    other = next(agent for agent in team.agents if agent is not amir)
    triage = triage_of(begun, team.channel)
    amir.press("Reply", on=triage)
    fill_and_send(amir, "Reply", "Come to room 7")
    reply = mara.sees("Come to room 7", where=begun.card)
    sent = amir.sees("Come to room 7", where=triage)

    other.press("Pull back", on=sent)
    other.uses_shortcut("Pull back", on=sent)
    refused = [f"Only {amir.first_name}, who wrote it, or a lead can pull it back."] * 2
    workspace.wait_for(
        lambda: True if [each.text for each in other.ephemerals(triage)] == refused else None,
        lambda: other.describe(triage),
    )
    mara.uses_shortcut("Pull back", on=reply)
    workspace.wait_for(lambda: mara.ephemerals(begun.card) or None, lambda: mara.describe(begun.card))
    mara.sees("Come to room 7", where=begun.card)

    amir.press("Pull back", on=sent)
    mara.loses("Come to room 7", where=begun.card)


def test_a_customers_message_is_nothing_to_pull_back(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = started(workspace, team, "The bell is silent")
    said = begun.customer.writes("still silent", thread=begun.card)
    begun.agent.sees("still silent", where=begun.assignment)

    begun.customer.uses_shortcut("Pull back", on=said)

    workspace.wait_for(
        lambda: begun.customer.ephemerals(begun.card) or begun.customer.views or None,
        lambda: begun.customer.describe(begun.card),
    )
    begun.agent.sees("still silent", where=begun.assignment)


def test_a_former_holders_message_is_kept_as_a_note(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "The blind is stuck")
    mara, amir = begun.customer, begun.agent
    other = next(agent for agent in team.agents if agent is not amir)
    amir.press("Reassign", on=triage_of(begun, team.channel))
    amir.fill({"Agent": f"{other.real_name}, 0 of 10"})
    amir.submit()
    other.sees(f"#{begun.number} The blind is stuck")

    amir.writes("try the left cord", thread=begun.assignment)
    refused = amir.sees("Your message was not sent.", where=begun.assignment)
    assert refused.text.startswith(f"{other.first_name} holds #{begun.number} now. Your message was not sent.")
    amir.press("Keep as a note", on=refused)

    note = other.sees("try the left cord", where=other.sees(f"#{begun.number} The blind is stuck"))
    assert "Note, team only" in note.text
    assert "left cord" not in mara.everything()


def test_a_message_on_a_closed_ticket_opens_another_and_says_so(workspace: Workspace) -> None:
    team = workspace.new_team(agents=0)
    mara = workspace.new_person()
    number = open_ticket(mara, "The tap drips", team)
    card = mara.sees(f"#{number} The tap drips")
    mara.press("Withdraw", on=card)
    mara.sees_change(card, "Withdrawn by you.")

    mara.writes("it drips again", thread=card)

    said = mara.sees("Your message opened", where=card).text
    assert re.fullmatch(rf"#{number} is closed\. Your message opened #\d+, linked to it\.", said)


def test_an_edit_that_overtakes_its_message_is_that_message(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    begun = assigned(workspace, team, "The lock is stiff")
    mara, amir = begun.customer, begun.agent
    workspace.faults(delivery={"reorder": 1.0})
    said = mara.writes("it opends", thread=begun.card)
    mara.edits(said, "it opens at night")
    workspace.faults(delivery={})

    amir.sees("it opens at night", where=begun.assignment)
    amir.sees_not("it opends", where=begun.assignment)


def test_a_triage_thread_is_the_teams_or_goes_to_the_customer_as_its_card_says(workspace: Workspace) -> None:
    """A setting turns it round; a thread keeps the way in which it began, whatever is set later."""
    team = workspace.new_team(agents=2)
    plain = started(workspace, team, "The hinge creaks")
    teams_own = triage_of(plain, team.channel)
    with turned_round(workspace, team):
        begun = started(workspace, team, "The latch is loose")
        plain.agent.writes("he has a hammer of his own", thread=teams_own)
        plain.agent.writes("?note the latch again", thread=triage_of(begun, team.channel))
    mara, amir, triage = begun.customer, begun.agent, triage_of(begun, team.channel)
    other = next(agent for agent in team.agents if agent is not amir)
    assert triage.text.startswith(
        f"Replies in this thread go to {mara.first_name}. For the team only: Add note, or begin with ?note."
    )
    assert "Nothing here reaches" not in triage.text
    assert f"Nothing here reaches {plain.customer.first_name} unless you press Reply." in teams_own.text

    said = other.writes("we come on Mondey", thread=triage)
    copy = mara.sees("on Mondey", where=begun.card)
    assert copy.text.startswith(f"{other.first_name}: ")
    assert f"Sent to {mara.first_name} by {other.first_name}" in amir.sees("on Mondey", where=begun.assignment).text
    assert len([each for each in amir.messages(triage) if each.says("on Mondey")]) == 1
    other.edits(said, "we come on Monday")
    assert mara.sees_change(copy, "on Monday").ts == copy.ts
    other.deletes(said)
    mara.loses("on Monday", where=begun.card)
    amir.press("Add note", on=triage)
    fill_and_send(amir, "Note", "a note by the button")
    assert amir.sees("a note by the button", where=triage).text.startswith("Note, team only")
    mara.writes("at what time?", thread=begun.card)
    amir.sees("at what time?", where=triage)

    read, read_of_plain = mara.everything(), plain.customer.everything()
    assert "the latch again" not in read
    assert "a note by the button" not in read
    assert "a hammer of his own" not in read_of_plain
    plain.agent.sees("a hammer of his own", where=teams_own)


def test_a_private_categorys_triage_thread_goes_to_the_customer_where_that_is_set(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    mara, (amir,) = workspace.new_person(), team.agents
    with turned_round(workspace, team, private=True):
        number = open_ticket(mara, "About my pay", team)
        card, triage = mara.sees(f"#{number}"), amir.sees(f"#{number}", where=team.channel)

        amir.writes("it comes on Friday", thread=triage)

        mara.sees("it comes on Friday", where=card)
        amir.sees_change(triage, f"{amir.first_name} ")  # the first answer claims
        amir.writes("?note and not before", thread=triage)
        amir.writes("or on Thursday", thread=triage)
        mara.sees("or on Thursday", where=card)
        mara.sees_not("and not before", where=card)
