"""
What is said without a message, as people in Slack like it: eyes, somebody has it; a check mark, it is done, or it is sent.
"""

from __future__ import annotations

from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import fill_and_send, go_away, number_in, started
from tests.end_to_end.workspace import Workspace

EYES, CHECK = "eyes", "white_check_mark"


def reactions(person: Person, message: Message) -> set[str]:
    return {each["name"] for each in person.now(message).raw.get("reactions") or []}


def sees_reactions(person: Person, message: Message, wanted: set[str]) -> None:
    person.workspace.wait_for(
        lambda: True if reactions(person, message) == wanted else None,
        lambda: f"{person.real_name} sees {reactions(person, message)} and not {wanted}.",
    )


def test_the_state_is_mirrored_on_the_message_where_the_ticket_began(workspace: Workspace) -> None:
    """Eyes: somebody has it; check: done; nothing while it waits; nobody is notified."""
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    mara = workspace.new_person()
    go_away(amir)
    said = mara.writes("the printer prints only zeros", channel="support")
    mara.uses_shortcut("Open a ticket", on=said)
    mara.fill(category=team.name)
    sent = mara.submit()
    assert sent.view is not None
    number = number_in(sent.view.text)
    card = mara.sees(f"#{number}", where=said)
    assert reactions(mara, said) == set()

    amir.press("Back", on=amir.home())
    assignment = amir.sees(f"#{number}")
    sees_reactions(mara, said, {EYES})

    amir.press("Resolve", on=assignment)
    fill_and_send(amir, "What solved it?", "The cartridge was of another planet")
    sees_reactions(mara, said, {CHECK})

    mara.writes("it still prints zeros", thread=card)
    sees_reactions(mara, said, {EYES})


def test_the_mirror_stands_in_the_conversation_with_the_app_too(workspace: Workspace) -> None:
    mara = workspace.new_person()
    said = mara.writes("my badge opens nothing")
    offer = mara.sees("This has not reached anyone yet.")
    mara.press("New ticket", on=offer)
    number = number_in(mara.sees_change(offer, "Ticket #").text)
    (amir,) = workspace.new_team(agents=1).agents
    triage = amir.sees(f"#{number}", where="triage")

    amir.press("Claim", on=triage)
    sees_reactions(mara, said, {EYES})
    card = mara.sees(f"#{number} my badge opens nothing")
    mara.press("Withdraw", on=card)
    sees_reactions(mara, said, set())


def test_what_an_agent_typed_gets_a_check_mark_once_it_is_sent(workspace: Workspace) -> None:
    begun = started(workspace, workspace.new_team(agents=1), "Was it sent")

    said = begun.agent.writes("I look into it.", thread=begun.assignment)
    begun.customer.sees("I look into it.", where=begun.card)
    sees_reactions(begun.agent, said, {CHECK})
    note = begun.agent.writes("?note she is kind", thread=begun.assignment)

    begun.agent.uses_shortcut("Pull back", on=said)
    begun.agent.sees("Pulled back.", where=begun.assignment)
    sees_reactions(begun.agent, said, set())
    assert reactions(begun.agent, note) == set()
