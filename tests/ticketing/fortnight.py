"""Two busy weeks of a small desk, for tests that look back on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import HelpdeskError
from ticketing.model import PersonId, Priority, Ticket

DOCUMENT: dict[str, Any] = {
    "zone": "Europe/Vienna",
    "categories": [{"key": "billing", "name": "Billing"}, {"key": "technical", "name": "Technical"}],
    "calendars": [{"name": "office", "windows": {"mon-fri": ["09:00-17:00"]}}],
    "policies": [
        {"category": "billing", "calendar": "office", "first_response": {"high": "2h"}, "resolution": {"low": "none"}}
    ],
}


class Fortnight:
    """Two weeks of work, the same each time."""

    def __init__(self, desk: Desk, cast: Cast, clock: MovableClock) -> None:
        self.desk, self.cast, self.clock = desk, cast, clock
        self.random = Random(5)
        self.tickets: list[Ticket] = []
        desk.seed(DOCUMENT)
        clock.now = datetime(2026, 10, 16, 7, 0, tzinfo=UTC)  # the clocks change within
        can = ({"billing": 3, "technical": 1}, {"technical": 4})
        self.agents = [cast.agent(name, skills, max_load=4) for name, skills in zip(("amir", "jo"), can, strict=True)]

    def pass_by(self) -> None:
        self.opens()
        steps = [self.opens] * 3 + [self.answers] * 3 + [self.writes] * 2 + [self.resolves] * 4
        steps += [self.waits, self.undoes, self.reopens, self.withdraws, self.reprioritizes, self.recategorizes]
        for _ in range(150):
            self.clock.advance(minutes=self.random.choice([0, 1, 8, 40, 150, 600]))
            step = self.random.choice(steps)
            try:
                step()
            except HelpdeskError:
                continue
            self.desk.watch_step(self.clock.now)
            self.desk.drain_queue(self.clock.now)

    def any(self) -> Ticket:
        return self.desk.ticket(self.random.choice(self.tickets[-8:]).ref)

    def holder(self, ticket: Ticket) -> PersonId:
        return ticket.assigned_agent_id or self.agents[0]

    def opens(self) -> None:
        late = timedelta(minutes=self.random.choice([0, 0, 20]))
        ticket = self.cast.ticket(
            self.random.choice(["mara", "tomas"]),
            category=self.random.choice(["billing", "technical"]),
            priority=self.random.choice(list(Priority)),
            at=self.clock.now - late,
        )
        self.tickets.append(ticket)

    def answers(self) -> None:
        ticket = self.any()
        self.cast.says(ticket.ref, self.holder(ticket), "Let me look", internal=self.random.random() < 0.2)

    def writes(self) -> None:
        ticket = self.any()
        self.cast.says(ticket.ref, ticket.customer_id, self.random.choice(["It is blank again", "Thanks!"]))

    def resolves(self) -> None:
        ticket = self.any()
        self.desk.resolve(ticket.ref, by=self.holder(ticket), answer=self.random.choice([None, "Done."]))
        self.desk.rate(ticket.ref, by=ticket.customer_id, is_helpful=ticket.number % 3 != 0)

    def waits(self) -> None:
        ticket = self.any()
        self.desk.wait_for_customer(ticket.ref, by=self.holder(ticket), question="Which browser?")

    def undoes(self) -> None:
        ticket = self.any()
        self.desk.resolve(ticket.ref, by=self.holder(ticket))
        self.clock.advance(minutes=3)
        self.desk.undo(ticket.ref, by=self.holder(ticket))

    def reopens(self) -> None:
        ticket = self.any()
        self.desk.reopen(ticket.ref, by=ticket.customer_id)

    def withdraws(self) -> None:
        ticket = self.any()
        self.desk.withdraw(ticket.ref, by=ticket.customer_id)
        if self.random.random() < 0.5:
            self.desk.undo(ticket.ref, by=ticket.customer_id)

    def reprioritizes(self) -> None:
        self.desk.set_priority(self.any().ref, self.random.choice(list(Priority)), by=self.agents[0])

    def recategorizes(self) -> None:
        self.desk.set_category(self.any().ref, self.random.choice(["billing", "technical"]), by=self.agents[0])
