"""Play a scenario through a desk, from event to event, on a clock that jumps."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from ticketing.calendars import Calendar, is_open, next_opening
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.desk.roster import shift_calendar
from ticketing.errors import NoAlert
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import from_us
from ticketing.ladder import told_from
from ticketing.model import ClockKind, PersonId, Ticket, TicketRef, TicketStatus
from ticketing.reports import Report
from ticketing.shown import Shown
from ticketing.simulation.scenario import Arrival, Scenario, SimulatedAgent
from ticketing.transaction import Transaction

HOUSEKEEPING = timedelta(hours=1)
QUESTIONS = 2
"""An agent asks back at most so often about one ticket."""

WORKABLE = {TicketStatus.ASSIGNED, TicketStatus.IN_PROGRESS}
FREES = {TicketStatus.OPEN, TicketStatus.RESOLVED, TicketStatus.CLOSED}
STAGES = {EventKind.WARNED: "warning", EventKind.BREACHED: "breach"}

Progress = Callable[[float], None]
"""Called with the share that has been played, from 0 to 1."""


@dataclass(frozen=True)
class Alert:
    """A warning or breach, when it was given and which deadline it is about."""

    at: datetime
    due_at: datetime
    ref: TicketRef
    kind: ClockKind
    run: int
    stage: str


@dataclass(frozen=True)
class Played:
    """What came of a scenario: the desk's own report of it, and every alert in order."""

    scenario: Scenario
    report: Report
    alerts: tuple[Alert, ...]
    nobody_could: int
    """How often a ticket arrived or waited that nobody could take."""


def play(scenario: Scenario, database: Database, *, progress: Progress = lambda _share: None) -> Played:
    """Play the scenario on an empty, migrated database, which afterwards holds the whole time for a closer look."""
    stage = _Stage(scenario, database)
    stage.run(progress)
    report = stage.desk.report(scenario.start, scenario.end)
    return Played(scenario, report, tuple(stage.alerts), stage.nobody_could)


def _unlimited(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """
    With as many tickets a customer and hour as can be set: what arrives was let in when it was recorded, much of it opened
    by the team on somebody's behalf, which nothing limits.
    """
    return {**document, "open_rate_per_hour": 10_000}


@dataclass
class _Worker:
    """An agent at work: one thing at a time, within their shifts."""

    agent: SimulatedAgent
    shifts: Calendar | None
    is_busy: bool = False
    looks_at: datetime | None = None


@dataclass
class _Stage:
    scenario: Scenario
    database: Database
    alerts: list[Alert] = field(default_factory=list)
    nobody_could: int = 0

    def __post_init__(self) -> None:
        self.now = self.scenario.start
        self.random = Random(self.scenario.seed)  # noqa: S311 - it guards nothing
        self.desk = Desk(self.database, lambda: self.now)
        self.desk.subscribe(self._observe)
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self._customers: dict[str, PersonId] = {}
        self._questions: dict[TicketRef, int] = {}
        self._woken: set[PersonId] = set()
        self._alarmed: list[TicketRef] = []
        self._untold: set[TicketRef] = set()
        self._has_room = False
        self._steps = {"watch": self._watch, "ladder": self._ladder, "promises": self._promises}
        self._looks_at: dict[str, datetime] = {}
        self._workers: dict[PersonId, _Worker] = {}

    def run(self, progress: Progress) -> None:
        """From the first arrival to the end."""
        self._set_up()
        length = self.scenario.end - self.scenario.start
        while self._agenda and self._agenda[0][0] < self.scenario.end:
            at, _, act = heapq.heappop(self._agenda)
            self.now = max(at, self.now)
            act()
            self._settle()
            progress((self.now - self.scenario.start) / length)
        self.now = self.scenario.end
        for step in self._steps.values():
            step()
        progress(1.0)

    def _set_up(self) -> None:
        self.desk.seed(_unlimited(self.scenario.document))
        for number, agent in enumerate(self.scenario.agents):
            person = self.desk.ensure_person(f"agent:{number}", agent.name, tz=agent.tz)
            self.desk.make_agent(
                person.id, skills=agent.skills, max_load=agent.max_load, is_senior=agent.is_senior, by=None
            )
            if agent.shifts is not None:
                self.desk.set_shifts(person.id, agent.shifts, by=None)
            self._workers[person.id] = _Worker(agent, shift_calendar(agent.shifts, agent.tz))
        for number, arrival in enumerate(self.scenario.arrivals):
            self._at(arrival.at, lambda arrival=arrival, number=number: self._open(arrival, number))  # type: ignore[misc]
        for at, document in self.scenario.changes:
            self._at(at, lambda document=document: self._reconfigure(document))  # type: ignore[misc]
        self._at(self.now, self._roster)
        self._at(self.now, self._housekeeping)

    def _at(self, at: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._numbers), act))

    def _observe(self, _tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        if event.kind in STAGES:
            kind, due_at = ClockKind(event.data["clock"]), from_us(event.data["due_at"])
            self.alerts.append(Alert(event.at, due_at, ticket.ref, kind, event.data["run"], STAGES[event.kind]))
        if event.kind in (EventKind.BREACHED, EventKind.ALERT_STEP) and self.scenario.habits.sees_to:
            self._alarmed.append(ticket.ref)
        if event.kind in STAGES or event.kind is EventKind.ALERT_STEP:
            self._untold.add(ticket.ref)
        if event.kind is EventKind.UNASSIGNABLE:
            self.nobody_could += 1
        if event.kind is EventKind.STATUS and event.to_value in FREES:
            self._has_room = True
        if ticket.assigned_agent_id is not None:
            self._woken.add(ticket.assigned_agent_id)

    def _settle(self) -> None:
        """What the bot's jobs do after a change: hand out, look at the clocks, and whoever got something looks up."""
        if self._has_room:
            self._has_room = False
            self.desk.drain_queue(self.now)
        dues = self.desk.next_due_instant(), self.desk.ladder_step(self.now)
        self._look("watch", dues[0])
        self._look("ladder", dues[1])
        self._look("promises", self.desk.lapse_step(self.now))
        if not any(due is not None and due <= self.now for due in dues):
            self._read()
        woken, self._woken = self._woken, set()
        for agent_id in sorted(woken):
            self._look_up(agent_id)

    def _read(self) -> None:
        """What fell due together is told together, and nobody sees to it before all of that is marked."""
        self._tell()
        for ref in self._alarmed:
            self._at(self.now, lambda ref=ref: self._see_to(ref))  # type: ignore[misc]
        self._alarmed.clear()

    # --- the desk's own steps -----------------------------------------------------------------------------------------

    def _look(self, name: str, due: datetime | None) -> None:
        """Run a step at that instant, unless it runs earlier already."""
        known = self._looks_at.get(name)
        if due is not None and (known is None or due < known):
            self._looks_at[name] = due
            self._at(due, lambda: self._run_step(name))

    def _run_step(self, name: str) -> None:
        self._looks_at.pop(name, None)
        self._steps[name]()

    def _watch(self) -> None:
        self.desk.watch_step(self.now)

    def _ladder(self) -> None:
        self.desk.ladder_step(self.now)

    def _promises(self) -> None:
        self.desk.lapse_step(self.now)

    def _wake(self) -> None:
        self.desk.wake_step(self.now)

    def _reconfigure(self, document: Mapping[str, Any]) -> None:
        """Another configuration: all that is open follows at once."""
        self.desk.configure(_unlimited(document), by=None)
        while self.desk.recompute_step():
            pass

    def _roster(self) -> None:
        following = self.desk.roster_step(self.now)
        self._has_room = True
        if following is not None:
            self._at(following, self._roster)

    def _housekeeping(self) -> None:
        self.desk.close_step(self.now)
        self._has_room = True
        self._at(self.now + HOUSEKEEPING, self._housekeeping)

    def _tell(self) -> None:
        """The channel reads at once what is not held back: what it has read is not told again when quiet hours end."""
        quiet = self.desk.configuration().quiet_hours
        for ref in sorted(self._untold) if quiet is not None else ():
            if told_from(quiet, self.desk.ticket(ref).priority, self.now) <= self.now:
                message = Shown(
                    ref.customer_id, "c:leads", f"a:{ref.number}", "leads", f"{self.now.timestamp()}", None, "alert"
                )
                self.desk.outbox.remember(message, told=[row.key for row in self.desk.outbox.alerts(ref)])
        self._untold.clear()

    # --- customers ----------------------------------------------------------------------------------------------------

    def _open(self, arrival: Arrival, number: int) -> None:
        customer = self._customers.get(arrival.customer)
        if customer is None:
            customer = self.desk.ensure_person(f"customer:{arrival.customer}", arrival.customer).id
            self.desk.set_tier(customer, arrival.tier, by=None)
            self._customers[arrival.customer] = customer
        self.desk.open_ticket(
            customer,
            subject=f"Question {number + 1}",
            description="What it is about.",
            category=arrival.category,
            priority=arrival.priority,
            source=f"s:{number}",
        )

    def _write(self, ref: TicketRef, text: str) -> None:
        self.desk.add_comment(ref, author_id=ref.customer_id, text=text, source=self._source())

    def _source(self) -> str:
        return f"c:{next(self._numbers)}"

    # --- agents -------------------------------------------------------------------------------------------------------

    def _see_to(self, ref: TicketRef) -> None:
        """
        Somebody other than who holds it notes that it is late or lies, and promises to see to it; of what nobody has, every
        other takes it.
        """
        if self.random.random() >= self.scenario.habits.sees_to:
            return
        holder = self.desk.ticket(ref).assigned_agent_id
        others = [each for each in self._workers if each != holder]
        until = self.now + self.scenario.habits.around(self.scenario.habits.promise, self.random)
        with suppress(NoAlert):
            is_seen = holder is not None or self.random.random() < 0.5
            self.desk.take_alert(ref, by=self.random.choice(others), until=until, seen=is_seen)

    def _look_up(self, agent_id: PersonId) -> None:
        """Take up what is due first, if there is anything, one is free, and it is one's shift."""
        worker = self._workers[agent_id]
        if worker.is_busy:
            return
        if worker.shifts is not None and not is_open(worker.shifts, self.now):
            opening = next_opening(worker.shifts, self.now)
            if worker.looks_at != opening:
                worker.looks_at = opening
                self._at(opening, lambda: self._look_up(agent_id))
            return
        mine = [
            ticket
            for ticket in self.desk.tickets_of_agent(agent_id)
            if ticket.status in WORKABLE and ticket.snoozed_until is None
        ]
        if mine:
            worker.is_busy = True
            needed = self.scenario.habits.around(self.scenario.habits.work, self.random)
            self._at(self.now + needed, lambda: self._answer(agent_id, mine[0].ref))

    def _answer(self, agent_id: PersonId, ref: TicketRef) -> None:
        self._workers[agent_id].is_busy = False
        self._woken.add(agent_id)
        ticket, habits = self.desk.ticket(ref), self.scenario.habits
        if ticket.assigned_agent_id != agent_id or ticket.status not in WORKABLE:
            return
        if habits.puts_off and self.random.random() < habits.puts_off:
            until = self.now + habits.around(habits.asleep, self.random)
            self.desk.snooze(ref, until, by=agent_id)
            self._at(until, self._wake)
            return
        asked = self._questions.get(ref, 0)
        if asked < QUESTIONS and self.random.random() < habits.asks_back:
            self._questions[ref] = asked + 1
            self.desk.wait_for_customer(ref, by=agent_id, question="Which one?", source=self._source())
            self._at(self.now + habits.around(habits.reply, self.random), lambda: self._write(ref, "The second."))
            return
        self.desk.resolve(ref, by=agent_id, answer="This way.", source=self._source())
        if self.random.random() < habits.reopens:
            after = self.now + habits.around(habits.reopens_after, self.random)
            self._at(after, lambda: self._write(ref, "It is still broken."))
