"""Builders for tests of the desk: people by first name, tickets that take only what matters."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from ticketing.desk import Desk
from ticketing.events import EventKind
from ticketing.model import Person, PersonId, Ticket, TicketRef


class Cast:
    """The people of a test. Somebody new is made when first named."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._sources = count(1)

    def person(self, name: str) -> Person:
        return self.desk.ensure_person(f"T1:{name.upper()}", name.capitalize(), tz="Europe/Vienna")

    def customer(self, name: str = "mara") -> PersonId:
        return self.person(name).id

    def agent(self, name: str, skills: Mapping[str, int] | None = None, **more: Any) -> PersonId:
        person = self.person(name)
        self.desk.make_agent(person.id, skills={"billing": 3} if skills is None else skills, by=None, **more)
        return person.id

    def ticket(self, customer: str = "mara", **more: Any) -> Ticket:
        values: dict[str, Any] = {
            "subject": "Cannot open the invoice",
            "description": "The PDF is blank.",
            "category": "billing",
        }
        values |= {"source": f"v:{next(self._sources)}"} | more
        return self.desk.open_ticket(self.customer(customer), **values)

    def says(self, ref: TicketRef, who: PersonId, text: str, **more: Any) -> None:
        values: dict[str, Any] = {"source": f"m:C:{next(self._sources)}"} | more
        self.desk.add_comment(ref, author_id=who, text=text, **values)

    def load(self, agent: PersonId) -> int:
        found = self.desk.agent(agent)
        assert found is not None
        return found.current_load

    def history(self, ref: TicketRef) -> list[str | None]:
        """The statuses the ticket has gone through, from the log."""
        kinds = (EventKind.OPENED, EventKind.STATUS)
        return [event.to_value for event in self.desk.events(ref) if event.kind in kinds]
