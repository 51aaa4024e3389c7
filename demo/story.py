"""
What has happened before the first look: a few tickets, opened and worked on as people would, each through Slack's doors.

One urgent ticket is left unanswered, so that at SPEED=60 its warning and its breach come within two minutes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from demo.workspace import Member, Workspace, WorkspaceError, buttons

GENERAL = "C0GENERAL1"
MARA, TOMAS = "U0MARA0001", "U0TOMAS001"
AMIR, JO, PRIYA = "U0AMIR0001", "U0JO000001", "U0PRIYA001"

LOW, MEDIUM, HIGH, URGENT = "1", "2", "3", "4"
PATIENCE_S = 5.0
POLL_S = 0.05


@dataclass(frozen=True)
class Wish:
    """A ticket to be opened."""

    by: str
    subject: str
    description: str
    category: str
    priority: str


WISHES = (
    Wish(MARA, "Invoice twice", "We were charged twice for October. Which of the two is valid?", "billing", MEDIUM),
    Wish(TOMAS, "How do I add a colleague?", "I found no button for it in the settings.", "general", LOW),
    Wish(
        MARA,
        "Cannot open the invoice",
        "Since this morning the PDF opens blank, in two browsers. We have to book it today.",
        "billing",
        HIGH,
    ),
    Wish(TOMAS, "Export hangs", "The export to CSV stays at 40 % and nothing more happens.", "technical", HIGH),
    Wish(TOMAS, "Nobody can log in", "Since five minutes all of us get 'account locked'.", "account", URGENT),
)


def play(workspace: Workspace, stopping: threading.Event) -> None:
    """Let it all happen. Raises WorkspaceError when somebody cannot do what they should."""
    for wish in WISHES:
        if stopping.is_set():
            return
        open_ticket(Member(workspace, wish.by), wish)
    for agent in (AMIR, JO, PRIYA):
        _begin_all(Member(workspace, agent), stopping)
    billing = Member(workspace, AMIR)
    _send(billing, "ticket.resolve", 1, "The second one was a mistake of ours; it is cancelled.", stopping)
    _send(billing, "ticket.reply", 3, "Thank you, we are looking at the file right now.", stopping)


def open_ticket(customer: Member, wish: Wish) -> None:
    """By the form that `/ticket` opens. Raises WorkspaceError."""
    customer.command(f"/ticket {wish.subject}", GENERAL)
    form = _modal(customer)
    customer.act(form, "category", "new_ticket.category", wish.category)
    form = _modal(customer)
    priority = next(block["block_id"] for block in form["blocks"] if block["block_id"].startswith("priority"))
    answer = customer.submit(
        form,
        {
            "subject": {"value": wish.subject},
            "description": {"value": wish.description},
            "category": {"new_ticket.category": wish.category},
            priority: {"value": wish.priority},
        },
    )
    if answer.get("result") != "updated":
        raise WorkspaceError(f"The ticket {wish.subject!r} was not opened: {answer.get('errors')}")
    customer.close(_modal(customer))


def _begin_all(agent: Member, stopping: threading.Event) -> None:
    """Start on each ticket that is still to be begun."""
    for number in _held(agent, stopping):
        form = _more(agent, number, stopping)
        start = next((block for block, action, _ in buttons(form) if action == "ticket.start"), None)
        if start is not None:
            agent.act(form, start, "ticket.start")
        agent.close(form)


def _send(agent: Member, action: str, number: int, text: str, stopping: threading.Event) -> None:
    """Send a text with one of a ticket's forms; nothing, if somebody else has got that ticket."""
    if number not in _held(agent, stopping):
        return
    form = _more(agent, number, stopping)
    pressed = next((block for block, found, _ in buttons(form) if found == action), None)
    if pressed is None:
        agent.close(form)
        return
    agent.act(form, pressed, action)
    opened = _modal(agent)
    written = next(each for each in opened["blocks"] if each.get("element", {}).get("type") == "plain_text_input")
    agent.submit(opened, {written["block_id"]: {"value": text}})


def _held(agent: Member, stopping: threading.Event) -> list[int]:
    home = _fresh_home(agent, stopping)
    opens = [value for _, action, value in buttons(home) if action == "ticket.open"]
    return [int(value.split(":")[1]) for value in opens]


def _more(agent: Member, number: int, stopping: threading.Event) -> dict[str, Any]:
    """Everything that can be done with a ticket, as App Home opens it."""
    home = _fresh_home(agent, stopping)
    for block, action, value in buttons(home):
        if action == "ticket.open" and value.split(":")[1] == str(number):
            agent.act(home, block, action)
            return _modal(agent)
    raise WorkspaceError(f"Ticket #{number} is not in App Home.")


def _fresh_home(agent: Member, stopping: threading.Event) -> dict[str, Any]:
    before = agent.home()
    agent.look_at_home()
    for _ in range(int(PATIENCE_S / POLL_S)):
        view = agent.home()
        if view is not None and (before is None or view["hash"] != before["hash"]):
            return view
        stopping.wait(POLL_S)
    raise WorkspaceError("App Home was not drawn.")


def _modal(person: Member) -> dict[str, Any]:
    view = person.modal()
    if view is None:
        raise WorkspaceError("No form was opened.")
    return view
