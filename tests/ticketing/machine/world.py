"""The desk and the model of it side by side: what rules are made of, and what holds after each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import delete, func, select, text

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desk_model import DeskModel, ModelTicket
from tests.ticketing.machine.documents import DOCUMENTS, STRATEGIES, promised
from tests.ticketing.replay import Replay
from ticketing import lifecycle
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.errors import (
    HelpdeskError,
    NotAnAgent,
    OwnTicket,
)
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import from_us
from ticketing.model import HELD, ClockKind, PersonId, Priority, SlaClock, Ticket, TicketRef, TicketStatus, Tier
from ticketing.tables import agent_loads, agent_skills, alerts, metadata, sequences, sla_pauses, tickets

ClockKey = tuple[ClockKind, int]
Pauses = dict[datetime | None, datetime | None]
STAGES = {EventKind.WARNED: "warning", EventKind.BREACHED: "breach"}
HELD_BACK = ("warning", "breach", "lapse")
"""What quiet hours held back has an alert, or is none, and is logged once more when they are over."""


class World(RuleBasedStateMachine):
    """One desk, four agents, two customers."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.clock = MovableClock()
        with self.database.write() as connection:
            connection.execute(text("DELETE FROM ticket_search"))
            for table in reversed(metadata.sorted_tables):
                if table is not sequences:
                    connection.execute(delete(table))
        self.desk = Desk(self.database, self.clock)
        self.model = DeskModel(STRATEGIES)
        self.version = self.desk.configure(DOCUMENTS[0], by=None)
        self.sources = count(1)
        self.versions: dict[tuple[int, int], int] = {}
        self.teams: dict[tuple[int, int], frozenset[PersonId]] = {}
        self.logs: dict[TicketRef, list[TicketEvent]] = {}
        self.stamps: dict[tuple[int, int], int] = {}
        self.returned: Ticket | None = None
        self.agents: list[PersonId] = []
        self.customers: list[PersonId] = []
        self.erased: list[PersonId] = []
        """Customers whose place somebody else has taken."""
        self.marks: dict[PersonId, str] = {}
        """A word for each customer that stands in all that is of theirs."""
        self.tiers: dict[PersonId, Tier] = {}
        self.focus: ModelTicket | None = None
        self.seen: dict[TicketRef, tuple[int, int]] = {}
        self.replayed: dict[TicketRef, tuple[Ticket, dict[ClockKey, Pauses]]] = {}
        self.explained: dict[TicketRef, int] = {}

    # --- what rules are made of ---------------------------------------------------------------------------------------

    def source(self) -> str:
        return f"m:C:{next(self.sources)}"

    def pick(self, number: int) -> ModelTicket:
        """One of the latest tickets, for old ones are over soon; the one in focus if there is one."""
        if self.focus is not None:
            return self.focus
        latest = self.living()[-8:]
        return latest[number % len(latest)]

    def living(self) -> list[ModelTicket]:
        """All tickets but those of whom nobody can be any more."""
        return [ticket for ticket in self.model.tickets.values() if ticket.ref.customer_id not in self.erased]

    def mark(self, who: PersonId) -> str:
        """To be put into what a customer says."""
        return f" {self.marks[who]}" if who in self.marks else ""

    def agent(self, number: int) -> PersonId:
        return self.agents[number % len(self.agents)]

    def somebody(self, ticket: ModelTicket) -> PersonId:
        """An agent who may do what agents do on it, as long as there is one."""
        others = (agent.id for agent in self.model.agents.values() if agent.is_active)
        return next((agent_id for agent_id in others if agent_id != ticket.ref.customer_id), self.agents[0])

    def holder_or(self, ticket: ModelTicket, number: int) -> PersonId:
        """Mostly who holds it: others are only refused."""
        return ticket.holder if ticket.holder is not None and number % 4 else self.agent(number)

    def has_left(self, person: PersonId) -> None:
        """Somebody is of the team no more."""

    def does(self, act: Callable[[], Any], refused: type[HelpdeskError] | None = None) -> Any:
        """The act succeeds, or is refused as expected."""
        self.model.now = self.clock.now
        if refused is None:
            result = act()
            self.returned = result if isinstance(result, Ticket) else None
            return result
        try:
            act()
        except refused:
            return None
        raise AssertionError(f"{refused.__name__} was expected")

    def no_team(self, ticket: ModelTicket, by: PersonId) -> type[HelpdeskError] | None:
        """How somebody is refused what agents do with other people's tickets."""
        if by in self.model.agents and not self.model.agents[by].is_active:
            return NotAnAgent
        return OwnTicket if ticket.ref.customer_id == by else None

    def runs_on(self, ticket: ModelTicket, since: datetime) -> None:
        """For rules about what had ended with something `since` that is taken back now."""

    # --- what holds after each step -----------------------------------------------------------------------------------

    @invariant()
    def all_is_as_in_the_model(self) -> None:
        fresh = {
            ticket.ref: ticket
            for who in (*self.customers, *self.erased)
            for ticket in self.desk.tickets_of_customer(who, limit=999)
        }
        assert set(fresh) == set(self.model.tickets)
        stored = self.stored_pauses()
        for ref, ticket in fresh.items():
            self.check_ticket(ticket, stored.get(ref.number, {}))
            if ticket.last_event > self.explained.get(ref, 0):
                self.check_explanations(ticket, ticket.clocks)
                self.explained[ref] = ticket.last_event
        if self.returned is not None and self.returned.as_of == self.clock.now:
            assert self.returned == fresh[self.returned.ref]
        self.returned = None
        assert [ticket.ref for ticket in self.desk.queue(limit=999)] == [each.ref for each in self.model.queue()]
        assert self.desk.queue_length() == len(self.model.queue())

    def check_ticket(self, ticket: Ticket, pauses: dict[ClockKey, Pauses]) -> None:
        """What is stored of a ticket is what the model knows, and its clocks are those of its log."""
        known = self.model.tickets[ticket.ref]
        if len(self.logs.get(ticket.ref, [])) != ticket.last_event:
            self.check_log(ticket, known)
        now = replace(ticket, as_of=ticket.opened_at), pauses
        before = self.replayed.get(ticket.ref)
        if before != now:
            self.check_clocks(ticket, pauses)
            # Those that are as they were are explained anew with all others, after the rule.
            self.check_explanations(
                ticket, [clock for clock in ticket.clocks if not before or clock not in before[0].clocks]
            )
            self.replayed[ticket.ref] = now
        shown = (ticket.status.value, ticket.priority, ticket.category)
        assert shown == (known.status, known.priority, known.category)
        assert (ticket.reopened_count, ticket.is_escalated) == (known.reopened, known.is_escalated)
        assert (ticket.resolved_at, ticket.snoozed_until) == (known.resolved_at, known.snoozed_until)
        if ticket.is_held:
            assert ticket.assigned_agent_id == known.holder
        version, last_event = self.seen.get(ticket.ref, (0, 0))
        assert (ticket.version > version) is (ticket.last_event > last_event)
        self.seen[ticket.ref] = ticket.version, ticket.last_event

    def check_clocks(self, ticket: Ticket, pauses: dict[ClockKey, Pauses]) -> None:
        """They are those of the log, worked out from its beginning."""
        replayed = Replay(
            self.logs[ticket.ref],
            promises=promised,
            agents_at=lambda event: self.teams[event.ticket_number, event.seq],
            version_at=lambda event: self.versions[event.ticket_number, event.seq],
            stamped_after=lambda event: self.stamps.get((event.ticket_number, event.seq)),
        )
        assert list(ticket.clocks) == replayed.result()
        assert pauses == {
            key: {start: end for start, end in clock.pauses}  # noqa: C416 - of two that begin at once the last counts
            for key, clock in replayed.clocks.items()
            if clock.pauses
        }

    def check_explanations(self, ticket: Ticket, clocks: Iterable[SlaClock]) -> None:
        """Each deadline is the sum that it is explained by; one that is paused or no longer owed has none."""
        for clock in clocks:
            if clock.is_judged or (clock.is_running and clock.paused_at is None):
                explained = self.desk.explain(ticket.ref, clock.kind, clock.run)
                assert explained is not None
                assert (explained.due_at, explained.config_version) == (clock.due_at, clock.config_version)
                assert explained.total == explained.target == timedelta(seconds=clock.target_s)

    def stored_pauses(self, ref: TicketRef | None = None) -> dict[int, dict[ClockKey, Pauses]]:
        """The pauses that stand in the table, by ticket and clock."""
        found: dict[int, dict[ClockKey, Pauses]] = {}
        of_ticket = (
            select(sla_pauses) if ref is None else select(sla_pauses).where(sla_pauses.c.ticket_id == ref.number)
        )
        with self.database.read() as connection:
            for row in connection.execute(of_ticket):
                key = ClockKind(row.kind), row.run
                clock = found.setdefault(row.ticket_id, {}).setdefault(key, {})
                clock[from_us(row.paused_at)] = from_us(row.resumed_at)
        return found

    def check_log(self, ticket: Ticket, known: ModelTicket) -> None:
        """What is new in a ticket's log; what was there has not changed."""
        log = self.desk.events(ticket.ref)
        before = self.logs.get(ticket.ref, [])
        assert log[: len(before)] == before
        assert [event.seq for event in log] == list(range(1, ticket.last_event + 1))
        status = TicketStatus.OPEN if not before else None
        for event in log[len(before) :]:
            self.versions[event.ticket_number, event.seq] = self.version
            team = frozenset(agent.id for agent in self.model.agents.values() if agent.is_active)
            self.teams[event.ticket_number, event.seq] = team
            if event.kind is EventKind.STATUS:
                reasons = [None, *lifecycle.Because]
                steps = TicketStatus(str(event.from_value)), TicketStatus(str(event.to_value))
                assert any(lifecycle.is_allowed(*steps, because) for because in reasons)
            if event.kind is EventKind.ASSIGNED and event.reason not in ("by_hand", "urgent"):
                chosen = next(each for each in event.data["candidates"] if each["agent_id"] == event.data["chosen"])
                assert chosen["load"] < chosen["max_load"] or ticket.priority is Priority.URGENT
        assert status is None or log[0].kind is EventKind.OPENED
        self.logs[ticket.ref] = log
        public = [comment.text for comment in self.desk.comments(ticket.ref, include_internal=False)]
        every = [comment.text for comment in self.desk.comments(ticket.ref, include_internal=True)]
        assert sorted(public) == sorted(self.model.said_in_public(known))
        assert sorted(every) == sorted(self.model.said_in_public(known) + self.model.said_internally(known))
        if any(event.kind is EventKind.COMMENTED and event.data["internal"] for event in log[len(before) :]):
            assert self.desk.search("internal", customer_id=ticket.customer_id, include_internal=False) == []
        if any(event.kind in (EventKind.WARNED, EventKind.BREACHED) for event in log[len(before) :]):
            self.check_alerts(ticket)

    def check_alerts(self, ticket: Ticket) -> None:
        """One row for each clock run and stage that the log tells of, with the deadline it was last told with."""
        log = self.logs[ticket.ref]
        told = {
            (event.data["clock"], event.data["run"], STAGES[event.kind]): event.data["due_at"]
            for event in log
            if event.kind in STAGES
        }
        steps = {
            (event.data["clock"], event.data["run"], event.data["stage"])
            for event in log
            if event.kind in (EventKind.ALERT_STEP, EventKind.ALERT_LAPSED) and "stage" in event.data
            if event.data["stage"] not in HELD_BACK
        }
        with self.database.read() as connection:
            rows = connection.execute(select(alerts).where(alerts.c.ticket_id == ticket.number)).all()
        stored = {(row.kind, row.run, row.stage): row.due_at for row in rows}
        assert {key: due_at for key, due_at in stored.items() if key[2] in STAGES.values()} == told
        assert stored.keys() - told.keys() == steps

    @invariant()
    def loads_are_what_is_held(self) -> None:
        with self.database.read() as connection:
            held = select(tickets.c.assigned_agent_id, func.count()).where(tickets.c.status.in_(HELD))
            counted = {row[0]: row[1] for row in connection.execute(held.group_by(tickets.c.assigned_agent_id))}
            loads = {row.agent_id: row for row in connection.execute(select(agent_loads))}
            copies = connection.execute(select(agent_skills)).all()
            queued = "SELECT count(*) FROM tickets WHERE (status = 'open') <> (queue_rank IS NOT NULL)"
            assert connection.execute(text(queued)).scalar_one() == 0
        for agent_id, agent in self.model.agents.items():
            row = loads[agent_id]
            assert row.load == counted.get(agent_id, 0) == self.model.load(agent_id)
            assert (row.max_load, row.is_available) == (agent.max_load, agent.is_available)
        for copy in copies:
            row = loads[copy.agent_id]
            assert (copy.load, copy.max_load, copy.is_available, copy.last_assigned_at) == (
                row.load,
                row.max_load,
                row.is_available,
                row.last_assigned_at,
            )
            assert copy.level == self.model.agents[copy.agent_id].skills[copy.category]
