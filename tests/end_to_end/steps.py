"""What happens at the beginning of many tests: a ticket is opened, an agent has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.end_to_end.bot import BotProcess
from tests.end_to_end.person import Message, Person
from tests.end_to_end.workspace import Team, Workspace
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.model import PersonId

LOW, MEDIUM, HIGH, URGENT = (
    "Low: when you can",
    "Medium: my usual work",
    "High: I am blocked",
    "Urgent: many are blocked",
)

DUE = r"due (in \d+ (h|min)|by \d+ \w+ \d\d:\d\d)"
"""Minutes and hours on the same day; another day is named by its date."""


def number_in(text: str) -> int:
    """The first ticket number in a text."""
    found = re.search(r"#(\d+)", text)
    assert found, f"There is no number in:\n{text}"
    return int(found[1])


def open_ticket(customer: Person, subject: str, team: Team, *, priority: str = MEDIUM, text: str = "It is so.") -> int:
    """Open a ticket by `/ticket` and its form; the number on the receipt."""
    customer.command("/ticket")
    customer.fill(subject=subject, description=text, category=team.name)
    customer.fill(priority=priority)
    sent = customer.submit()
    assert sent.errors == {}
    assert sent.view is not None
    customer.close(all_forms=True)
    return number_in(sent.view.text)


@contextmanager
def desk_of(workspace: Workspace) -> Iterator[Desk]:
    """The desk itself, for what a lead would have set up before."""
    assert isinstance(workspace.bot, BotProcess)
    database = Database.open(workspace.bot.database_url)
    try:
        yield Desk(database, lambda: workspace.now)
    finally:
        database.close()


def id_of(desk: Desk, person: Person) -> PersonId:
    found = desk.person_by_ref(f"T0TESTS001:{person.id}")
    assert found is not None, f"The desk does not know {person}."
    return found.id


@dataclass(frozen=True)
class Begun:
    """A ticket with an agent, and the cards of both."""

    number: int
    customer: Person
    agent: Person
    card: Message
    """The customer's."""
    assignment: Message


def assigned(workspace: Workspace, team: Team, subject: str, *, priority: str = MEDIUM) -> Begun:
    """A new customer's ticket that one of the team was given."""
    customer = workspace.new_person()
    number = open_ticket(customer, subject, team, priority=priority)
    title = f"#{number} {subject}"
    card = customer.sees(title)

    def look() -> tuple[Person, Message] | None:
        for agent in team.agents:
            for message in agent.messages():
                if message.says(title):
                    return agent, message
        return None

    agent, assignment = workspace.wait_for(look, lambda: f"None of {team.agents} has {title!r}.")
    return Begun(number, customer, agent, card, assignment)


def started(workspace: Workspace, team: Team, subject: str, *, priority: str = MEDIUM) -> Begun:
    """As `assigned`, and its agent has begun."""
    begun = assigned(workspace, team, subject, priority=priority)
    begun.agent.press("Start", on=begun.assignment)
    begun.customer.sees_change(begun.card, "is working on it")
    begun.agent.sees_change(begun.assignment, "You are working on it.")
    return begun


def go_away(agent: Person, until: str = "Until I am back") -> None:
    """Away, from App Home."""
    agent.press("Away", on=agent.home())
    agent.choose("Until when?", until)
    agent.submit()


def fill_and_send(person: Person, label: str, text: str) -> None:
    """Fill the one field of the open form and send it."""
    person.fill({label: text})
    sent = person.submit()
    assert sent.errors == {}
    assert person.views == []
