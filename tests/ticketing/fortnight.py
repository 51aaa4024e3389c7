"""Two busy weeks of a small desk, for tests that look back on them."""

from __future__ import annotations

from collections.abc import Callable
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
        self._customers = [cast.customer(name) for name in ("mara", "tomas")]
        clock.now = datetime(2026, 10, 16, 7, 0, tzinfo=UTC)  # the clocks change within
        can = ({"billing": 3, "technical": 1}, {"technical": 4})
        self.agents = [cast.agent(name, skills, max_load=4) for name, skills in zip(("amir", "jo"), can, strict=True)]

    def pass_by(self) -> None:
        self.opens()
        steps = self.steps()
        for _ in range(150):
            self.clock.advance(minutes=self.random.choice([0, 1, 8, 40, 150, 600]))
            step = self.random.choice(steps)
            try:
                step()
            except HelpdeskError:
                continue
            self.desk.watch_step(self.clock.now)
            self.desk.drain_queue(self.clock.now)

    def steps(self) -> list[Callable[[], None]]:
        """What may happen, as often as it stands here."""
        steps = [self.opens] * 3 + [self.answers] * 3 + [self.writes] * 2 + [self.resolves] * 4
        return [*steps, self.waits, self.undoes, self.reopens, self.withdraws, self.reprioritizes, self.recategorizes]

    def customers(self) -> list[PersonId]:
        """Everybody who has a ticket."""
        return self._customers

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


class JoinedFortnight(Fortnight):
    """The same, with tickets that are merged and taken apart, split, moved, and linked to a problem."""

    def steps(self) -> list[Callable[[], None]]:
        return [
            *super().steps(),
            *[self.merges] * 4,
            self.takes_apart,
            *[self.splits] * 2,
            self.moves,
            self.finds_a_cause,
        ]

    def recategorizes(self) -> None:
        """At an instant of its own: what a clock has counted goes by the category that the ticket had when it ended."""
        self.clock.advance(seconds=1)
        super().recategorizes()
        self.clock.advance(seconds=1)

    def merges(self) -> None:
        one, other = self.any(), self.any()
        self.desk.merge(one.ref, other.ref, by=self.agents[0])
        if self.random.random() < 0.4:
            self.clock.advance(minutes=5)
            self.desk.unmerge(one.ref, by=self.agents[0])

    def takes_apart(self) -> None:
        self.desk.unmerge(self.any().ref, by=self.agents[0])

    def splits(self) -> None:
        ticket = self.any()
        said = [each.key for each in self.desk.comments(ticket.ref, include_internal=True)][-2:]
        self.adds(self.desk.split(ticket.ref, said, subject="Apart", by=self.agents[0], source=self.source()))

    def moves(self) -> None:
        ticket, customers = self.any(), self.customers()
        whose = next(each for each in customers if each != ticket.customer_id)
        self.adds(self.desk.move_to_customer(ticket.ref, whose, by=self.agents[0], source=self.source()))

    def finds_a_cause(self) -> None:
        problem = self.desk.open_problem("The export hangs", by=self.agents[0], source=self.source())
        for ticket in self.tickets[-3:]:
            self.desk.link_to_problem(ticket.ref, problem.id, by=self.agents[0])
        plan = self.random.choice([self.desk.plan_answer_to_all, self.desk.plan_resolve_all])
        self.desk.carry_out(plan(problem.id, "It is mended.", by=self.agents[0], source=self.source()))

    def adds(self, ticket: Ticket) -> None:
        self.tickets.append(ticket)

    def source(self) -> str:
        return f"v:{self.random.random()}"
