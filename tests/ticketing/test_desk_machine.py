"""
The desk against a plain model of it, through random sequences of everything people and timers do, on both databases.

After each step: statuses, holders, queue, loads and what customers can read are as in the model; only legal transitions
are in the log; the clocks are those that `tests.ticketing.replay` makes of the log alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, func, select, text

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desk_model import DeskModel, ModelAgent, ModelTicket
from tests.ticketing.replay import Promise, Replay
from ticketing import lifecycle
from ticketing.calendars import Calendar
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.errors import (
    AgentFull,
    AlreadyHeld,
    CommentNotFound,
    HelpdeskError,
    InvalidInput,
    NotAnAgent,
    NotTheHolder,
    OwnTicket,
    StaleTicket,
    TicketNotFound,
    TooLateToUndo,
    TransitionNotAllowed,
)
from ticketing.model import (
    HELD,
    ClockKind,
    EventKind,
    PersonId,
    Priority,
    Role,
    Strategy,
    Ticket,
    TicketEvent,
    TicketRef,
    TicketStatus,
    Tier,
)
from ticketing.opening_hours import parse_windows
from ticketing.tables import agent_loads, agent_skills, metadata, sequences, tickets

STRATEGIES = {
    "billing": Strategy.LEAST_LOADED,
    "technical": Strategy.MOST_SKILLED,
    "account": Strategy.ROUND_ROBIN,
}
WINDOWS = {"mon-fri": ["09:00-12:00", "13:00-17:00"]}
OFFICE = Calendar("office", "Europe/Vienna", parse_windows(WINDOWS))
MINUTES = timedelta(minutes=1)
RESPONSE = {Priority.URGENT: 1, Priority.HIGH: 4, Priority.MEDIUM: 8, Priority.LOW: 24}
RESOLUTION = {Priority.URGENT: 4, Priority.HIGH: 24, Priority.MEDIUM: 72, Priority.LOW: 168}

_CATEGORIES = [{"key": key, "name": key.title(), "strategy": strategy.value} for key, strategy in STRATEGIES.items()]
DOCUMENTS: list[dict[str, Any]] = [
    {"categories": _CATEGORIES},
    {
        "categories": _CATEGORIES,
        "calendars": [{"name": "office", "zone": "Europe/Vienna", "windows": WINDOWS}],
        "policies": [
            {
                "category": "technical",
                "calendar": "office",
                "warn_before": "10m",
                "time_to_claim": {"high": "20m", "medium": "1h"},
                "resolution": {"low": "none", "medium": "16h"},
            },
            {"category": "billing", "first_response": {"medium": "none"}, "next_response": {"medium": "45m"}},
        ],
    },
]


def promised(version: int, priority: Priority, category: str, kind: ClockKind) -> Promise:
    """What DOCUMENTS promise, in a table of its own. Odd versions are the first document."""
    hours = {
        ClockKind.TIME_TO_CLAIM: None,
        ClockKind.FIRST_RESPONSE: RESPONSE[priority],
        ClockKind.NEXT_RESPONSE: RESPONSE[priority],
        ClockKind.RESOLUTION: RESOLUTION[priority],
    }[kind]
    target = None if hours is None else timedelta(hours=hours)
    if version % 2 == 1 or category == "account":
        return Promise(target)
    if category == "technical":
        own = {
            (ClockKind.TIME_TO_CLAIM, Priority.HIGH): 20 * MINUTES,
            (ClockKind.TIME_TO_CLAIM, Priority.MEDIUM): 60 * MINUTES,
            (ClockKind.RESOLUTION, Priority.LOW): None,
            (ClockKind.RESOLUTION, Priority.MEDIUM): timedelta(hours=16),
        }
        return Promise(own.get((kind, priority), target), 10 * MINUTES, OFFICE)
    own = {
        (ClockKind.FIRST_RESPONSE, Priority.MEDIUM): None,
        (ClockKind.NEXT_RESPONSE, Priority.MEDIUM): 45 * MINUTES,
    }
    return Promise(own.get((kind, priority), target))


NUMBERS = st.integers(0, 11)
PRIORITIES = st.sampled_from(Priority)
KEYS = st.sampled_from(sorted(STRATEGIES))
DELAYS = st.sampled_from([timedelta(0), timedelta(seconds=1), 7 * MINUTES, 45 * MINUTES, timedelta(hours=5)])


class DeskMachine(RuleBasedStateMachine):
    """One desk, four agents, two customers; every rule is one use case with its expected answer."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.clock = MovableClock()
        with self.database.write() as connection:
            if not self.database.is_sqlite:
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
        self.returned: Ticket | None = None

    @initialize(
        loads=st.lists(st.integers(1, 2), min_size=4, max_size=4),
        opened=st.lists(st.tuples(NUMBERS, KEYS, PRIORITIES), min_size=3, max_size=7),
    )
    def people(self, loads: list[int], opened: list[tuple[int, str, Priority]]) -> None:
        skills = [
            {"billing": 3, "technical": 2},
            {"billing": 1, "technical": 5, "account": 1},
            {"account": 4, "technical": 5},
            {},
        ]
        self.agents = [self.desk.ensure_person(f"A{number}", f"Agent {number}").id for number in range(4)]
        for agent_id, can, load in zip(self.agents, skills, loads, strict=True):
            is_senior = agent_id == self.agents[1]
            self.desk.make_agent(agent_id, skills=can, max_load=load, is_senior=is_senior, by=None)
            self.model.agents[agent_id] = ModelAgent(agent_id, can, load, is_senior)
        plain, better = (self.desk.ensure_person(f"C{number}", "Customer").id for number in range(2))
        self.desk.set_tier(better, Tier.ENTERPRISE, by=None)
        # An agent is a customer too.
        self.tiers = {plain: Tier.STANDARD, better: Tier.ENTERPRISE, self.agents[1]: Tier.STANDARD}
        self.customers = list(self.tiers)
        for who, category, priority in opened:
            self.open(who, category, priority, timedelta(0))

    # --- what rules are made of ---------------------------------------------------------------------------------------

    def source(self) -> str:
        return f"m:C:{next(self.sources)}"

    def pick(self, number: int) -> ModelTicket:
        """One of the latest tickets: old ones are over soon."""
        latest = list(self.model.tickets.values())[-8:]
        return latest[number % len(latest)]

    def agent(self, number: int) -> PersonId:
        return self.agents[number % len(self.agents)]

    def holder_or(self, ticket: ModelTicket, number: int) -> PersonId:
        """Mostly who holds it: others are only refused."""
        return ticket.holder if ticket.holder is not None and number % 4 else self.agent(number)

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

    # --- opening and assigning ----------------------------------------------------------------------------------------

    @rule(opened=st.lists(st.tuples(NUMBERS, KEYS, PRIORITIES), min_size=2, max_size=4))
    def rush(self, opened: list[tuple[int, str, Priority]]) -> None:
        for who, category, priority in opened:
            self.open(who, category, priority, timedelta(0))

    @rule(who=NUMBERS, category=KEYS, priority=PRIORITIES, ago=DELAYS)
    def open(self, who: int, category: str, priority: Priority, ago: timedelta) -> None:
        customer = self.customers[who % len(self.customers)]
        self.clock.advance(microseconds=1)  # no two are of the same instant, so that the order is one
        source, at = self.source(), self.clock.now - ago
        words: dict[str, Any] = {"subject": "Help", "description": "Please"}

        def act() -> Ticket:
            return self.desk.open_ticket(customer, category=category, priority=priority, source=source, at=at, **words)

        ticket = self.does(act)
        self.model.add(ticket, self.tiers[customer])
        assert act().ref == ticket.ref

    @rule(which=NUMBERS, who=NUMBERS, beyond=st.booleans())
    def claim(self, which: int, who: int, beyond: bool) -> None:
        ticket, by = self.pick(which), self.agent(who)
        refused: type[HelpdeskError] | None = None
        is_mine = ticket.is_held and ticket.holder == by
        if fault := self.no_team(ticket, by):
            refused = fault
        elif ticket.is_held and not is_mine:
            refused = AlreadyHeld
        elif not ticket.is_held and ticket.status != "open":
            refused = StaleTicket
        elif not is_mine and not beyond and not self.model.has_room(self.model.agents[by]):
            refused = AgentFull
        self.does(lambda: self.desk.claim(ticket.ref, by=by, beyond_capacity=beyond), refused)
        if refused is None and not is_mine:
            self.model.give(ticket, by)

    @rule(which=NUMBERS, to=NUMBERS, by=NUMBERS)
    def assign(self, which: int, to: int, by: int) -> None:
        ticket, taker = self.pick(which), self.agent(to)
        refused = self.no_team(ticket, self.agent(by)) or self.no_team(ticket, taker)
        if refused is not None:
            pass
        elif ticket.status in ("resolved", "closed"):
            refused = StaleTicket
        self.does(lambda: self.desk.assign(ticket.ref, to=taker, by=self.agent(by)), refused)
        if refused is None and ticket.holder != taker:
            self.model.give(ticket, taker)
            self.model.agents[taker].last_assigned_at = self.clock.now

    @rule()
    def drain(self) -> None:
        assigned = self.does(lambda: self.desk.drain_queue(self.clock.now))
        assert assigned == self.model.drain()

    @rule(who=NUMBERS, available=st.booleans())
    def come_and_go(self, who: int, available: bool) -> None:
        agent = self.model.agents[self.agent(who)]
        refused = None if agent.is_active else NotAnAgent
        self.does(lambda: self.desk.set_available(agent.id, available=available, by=None), refused)
        if refused is None:
            agent.is_available = available

    @rule(who=NUMBERS, demoted=st.booleans())
    def leave(self, who: int, demoted: bool) -> None:
        agent = self.model.agents[self.agent(who)]
        if demoted:
            self.does(lambda: self.desk.set_role(agent.id, Role.CUSTOMER, by=None))
        else:
            self.does(lambda: self.desk.remove_agent(agent.id, by=None), None if agent.is_active else NotAnAgent)
        self.model.leave(agent)

    @rule(who=NUMBERS, max_load=st.integers(1, 4), category=KEYS, level=st.integers(1, 5))
    def learn(self, who: int, max_load: int, category: str, level: int) -> None:
        agent = self.model.agents[self.agent(who)]
        agent.skills, agent.max_load = agent.skills | {category: level}, max_load
        agent.is_available = agent.is_available or not agent.is_active
        agent.is_active = True
        self.does(
            lambda: self.desk.make_agent(
                agent.id, skills=agent.skills, max_load=max_load, is_senior=agent.is_senior, by=None
            )
        )

    # --- working ------------------------------------------------------------------------------------------------------

    def by_holder(self, which: int, who: int, act: Callable[..., Ticket]) -> tuple[ModelTicket, bool]:
        ticket = self.pick(which)
        by = self.holder_or(ticket, who)
        is_holder = ticket.is_held and ticket.holder == by
        refused = None if is_holder else self.no_team(ticket, by) or NotTheHolder
        self.does(lambda: act(ticket.ref, by=by), refused)
        return ticket, is_holder

    @rule(which=NUMBERS, who=NUMBERS)
    def release(self, which: int, who: int) -> None:
        ticket, done = self.by_holder(which, who, self.desk.release)
        if done:
            self.model.release(ticket)

    @rule(which=NUMBERS, who=NUMBERS)
    def start(self, which: int, who: int) -> None:
        ticket, done = self.by_holder(which, who, self.desk.start)
        if done:
            ticket.status = "in_progress"

    @rule(which=NUMBERS, who=NUMBERS)
    def resume(self, which: int, who: int) -> None:
        ticket, done = self.by_holder(which, who, self.desk.resume)
        if done:
            ticket.status = "in_progress"

    @rule(which=NUMBERS, who=NUMBERS, asks=st.booleans())
    def wait_for_customer(self, which: int, who: int, asks: bool) -> None:
        question, was = "Which one?" if asks else None, self.pick(which).status

        def act(ref: TicketRef, by: PersonId) -> Ticket:
            return self.desk.wait_for_customer(ref, by=by, question=question, source=self.source())

        ticket, done = self.by_holder(which, who, act)
        if done:
            ticket.status = "pending_customer"
            if asks and was != "pending_customer":
                ticket.public.append("Which one?")

    @rule(which=NUMBERS, who=NUMBERS, answers=st.booleans())
    def resolve(self, which: int, who: int, answers: bool) -> None:
        ticket, answer = self.pick(which), "Solved." if answers else None
        by = self.holder_or(ticket, who)
        refused: type[HelpdeskError] | None = None
        if ticket.holder != by:
            refused = self.no_team(ticket, by) or NotTheHolder
        elif ticket.status == "closed":
            refused = TransitionNotAllowed
        was_resolved = ticket.status == "resolved"
        self.does(lambda: self.desk.resolve(ticket.ref, by=by, answer=answer, source=self.source()), refused)
        if refused is None and not was_resolved:
            self.model.resolve(ticket)
            if answers:
                ticket.public.append("Solved.")

    @rule(which=NUMBERS)
    def reopen(self, which: int) -> None:
        ticket = self.pick(which)
        self.clock.advance(microseconds=1)
        refused = None if ticket.status == "resolved" else StaleTicket
        self.does(lambda: self.desk.reopen(ticket.ref, by=ticket.ref.customer_id), refused)
        if refused is None:
            self.model.reopen(ticket)

    @rule(which=NUMBERS, who=NUMBERS)
    def withdraw(self, which: int, who: int) -> None:
        ticket, by = self.pick(which), self.customers[who % len(self.customers)]
        refused = None if by == ticket.ref.customer_id else TicketNotFound
        self.does(lambda: self.desk.withdraw(ticket.ref, by=by), refused)
        if refused is None:
            self.model.close(ticket)

    @rule(which=NUMBERS)
    def put_aside(self, which: int) -> None:
        ticket = self.pick(which)
        refused = self.no_team(ticket, self.agents[0])
        self.does(lambda: self.desk.put_aside(ticket.ref, by=self.agents[0]), refused)
        if refused is None:
            self.model.close(ticket)

    @rule(which=NUMBERS, who=NUMBERS)
    def undo(self, which: int, who: int) -> None:
        ticket = self.pick(which)
        act = self.logs[ticket.ref][-1]
        by = act.actor_id if act.actor_id is not None and who % 4 else self.agent(who)
        is_end = act.kind is EventKind.STATUS and (act.to_value == "resolved" or act.reason == "withdrawn")
        is_handing = act.kind is EventKind.ASSIGNED and act.from_value not in (None, act.to_value)
        is_mine = act.actor_id == by and self.clock.now <= act.at + timedelta(minutes=10)
        refused: type[HelpdeskError] | None = None if is_mine and (is_end or is_handing) else TooLateToUndo
        holder = PersonId(int(act.from_value or 0)) if is_handing else ticket.holder
        needs_holder = is_handing or (is_end and act.from_value in HELD)
        if needs_holder and (holder is None or not self.model.agents[holder].is_active):
            refused = TooLateToUndo
        if by != ticket.ref.customer_id:
            refused = self.no_team(ticket, by) or refused
        self.does(lambda: self.desk.undo(ticket.ref, by=by), refused)
        if refused is not None:
            return
        if is_handing:
            self.model.give(ticket, PersonId(int(act.from_value or 0)))
            self.model.agents[PersonId(int(act.from_value or 0))].last_assigned_at = self.clock.now
            return
        if ticket.status == "resolved":
            ticket.resolved_at = ticket.nudged_at = None
        ticket.status = str(act.from_value)
        if ticket.is_held and ticket.holder is not None:
            self.model.agents[ticket.holder].last_assigned_at = self.clock.now

    @rule(which=NUMBERS, priority=PRIORITIES, category=KEYS)
    def triage(self, which: int, priority: Priority, category: str) -> None:
        ticket = self.pick(which)
        refused = self.no_team(ticket, self.agents[0])
        self.does(lambda: self.desk.set_priority(ticket.ref, priority, by=self.agents[0]), refused)
        self.does(lambda: self.desk.set_category(ticket.ref, category, by=self.agents[0]), refused)
        if refused is None and ticket.status != "closed":
            ticket.priority, ticket.category = priority, category

    @rule(which=NUMBERS)
    def escalate(self, which: int) -> None:
        ticket = self.pick(which)
        self.does(lambda: self.desk.escalate(ticket.ref, by=None))
        ticket.is_escalated = ticket.is_escalated or ticket.status != "closed"

    @rule(which=NUMBERS, who=NUMBERS, ahead=DELAYS)
    def snooze(self, which: int, who: int, ahead: timedelta) -> None:
        ticket = self.pick(which)
        by, until = self.holder_or(ticket, who), self.clock.now + ahead
        refused: type[HelpdeskError] | None = None
        if not ticket.is_held or ticket.holder != by:
            refused = self.no_team(ticket, by) or NotTheHolder
        elif not ahead:
            refused = InvalidInput
        self.does(lambda: self.desk.snooze(ticket.ref, until, by=by), refused)
        if refused is None:
            ticket.snoozed_until = until

    # --- talking ------------------------------------------------------------------------------------------------------

    @rule(which=NUMBERS, late=DELAYS, thanks=st.booleans())
    def customer_says(self, which: int, late: timedelta, thanks: bool) -> None:
        ticket, words = self.pick(which), "Thank you!" if thanks else "It still fails"
        self.clock.advance(microseconds=1)
        said: dict[str, Any] = {"text": words, "source": self.source(), "said_at": self.clock.now - late}
        comment = self.does(lambda: self.desk.add_comment(ticket.ref, author_id=ticket.ref.customer_id, **said))
        is_over = ticket.resolved_at is not None and self.clock.now > ticket.resolved_at + timedelta(days=7)
        if ticket.status == "closed" or (ticket.status == "resolved" and is_over):
            assert comment.ticket_number != ticket.ref.number
            self.does(lambda: self.desk.ticket(TicketRef(ticket.ref.customer_id, comment.ticket_number)))
            assert self.returned is not None
            self.model.add(self.returned, ticket.tier)
        else:
            ticket.public.append(words)
            ticket.snoozed_until = None
            if ticket.status == "pending_customer":
                ticket.status = "in_progress"
            elif ticket.status == "resolved" and not thanks:
                self.model.reopen(ticket)
        self.does(lambda: self.desk.add_comment(ticket.ref, author_id=ticket.ref.customer_id, **said))

    @rule(which=NUMBERS, who=NUMBERS, late=DELAYS, kind=st.sampled_from(["public", "public", "internal", "automatic"]))
    def agent_says(self, which: int, who: int, late: timedelta, kind: str) -> None:
        ticket = self.pick(which)
        by = self.holder_or(ticket, who)
        if by == ticket.ref.customer_id or not self.model.agents[by].is_active:
            return
        said: dict[str, Any] = {"text": f"An answer, {kind}", "source": self.source(), "said_at": self.clock.now - late}
        how: dict[str, Any] = {"internal": kind == "internal", "automatic": kind == "automatic"}
        self.does(lambda: self.desk.add_comment(ticket.ref, author_id=by, **said, **how))
        (ticket.internal if kind == "internal" else ticket.public).append(f"An answer, {kind}")
        if kind == "public" and ticket.status == "open":
            self.model.give(ticket, by)
        if kind == "public" and ticket.status == "assigned" and ticket.holder == by:
            ticket.status = "in_progress"

    @rule(which=NUMBERS, who=NUMBERS)
    def pull_back(self, which: int, who: int) -> None:
        ticket = self.pick(which)
        said = self.desk.comments(ticket.ref, include_internal=True)
        if not said:
            return
        last = max(said, key=lambda comment: comment.number)
        by = last.author_id if who % 4 else self.agent(who)
        refused: type[HelpdeskError] | None = None
        is_theirs = last.author_id == by != ticket.ref.customer_id
        if not is_theirs or not self.model.agents[by].is_active:
            refused = CommentNotFound
        elif last.deleted_at is not None:
            pass
        elif last.is_internal or last.is_automatic or self.clock.now > last.said_at + timedelta(minutes=10):
            refused = TooLateToUndo
        self.does(lambda: self.desk.pull_back(ticket.ref, last.number, by=by), refused)
        if refused is None:
            ticket.public.remove(last.text)
            ticket.public.append("")

    # --- time and settings --------------------------------------------------------------------------------------------

    @rule(by=st.sampled_from([1, 9 * 60, 29 * 60, 3 * 3600, 20 * 3600, 2 * 86_400, 5 * 86_400]))
    def wait(self, by: int) -> None:
        self.clock.advance(seconds=by)
        self.model.now = self.clock.now

    @rule()
    def watch(self) -> None:
        following = self.does(lambda: self.desk.watch_step(self.clock.now))
        assert following is None or following > self.clock.now

    @rule(which=NUMBERS, hours=st.sampled_from([1, 4, 8]), category=KEYS)
    def slip_and_ask_less(self, which: int, hours: int, category: str) -> None:
        """Late by the hurried promise and in time by the slow one: the mark goes, and comes again when it is true again."""
        self.triage(which, Priority.URGENT, category)
        self.clock.advance(hours=hours)
        self.watch()
        self.triage(which, Priority.LOW, category)
        self.watch()

    @rule()
    def time_passes_on_what_rests(self) -> None:
        closed = self.does(lambda: self.desk.close_step(self.clock.now))
        assert closed == self.model.close_by_time()
        self.does(lambda: self.desk.wake_step(self.clock.now))
        for ticket in self.model.tickets.values():
            if ticket.snoozed_until is not None and ticket.snoozed_until <= self.clock.now:
                ticket.snoozed_until = None

    @rule(recompute=st.booleans())
    def configure(self, recompute: bool) -> None:
        self.version = self.desk.configure(DOCUMENTS[self.version % 2], by=None)
        if recompute:
            self.does(self.desk.recompute_step)
            assert self.desk.outdated_clocks() == 0

    # --- what holds after each step -----------------------------------------------------------------------------------

    @invariant()
    def all_is_as_in_the_model(self) -> None:
        fresh = {
            ticket.ref: ticket for who in self.customers for ticket in self.desk.tickets_of_customer(who, limit=999)
        }
        assert set(fresh) == set(self.model.tickets)
        for ref, ticket in fresh.items():
            known = self.model.tickets[ref]
            log = self.logs.get(ref, [])
            if len(log) != ticket.last_event:
                self.check_log(ticket, known)
            replayed = Replay(
                self.logs[ref],
                promises=promised,
                agents_at=lambda event: self.teams[event.ticket_number, event.seq],
                version_at=lambda event: self.versions[event.ticket_number, event.seq],
            )
            assert list(ticket.clocks) == replayed.result()
            assert (ticket.status.value, ticket.priority, ticket.category) == (
                known.status,
                known.priority,
                known.category,
            )
            assert (ticket.reopened_count, ticket.is_escalated) == (known.reopened, known.is_escalated)
            assert (ticket.resolved_at, ticket.snoozed_until) == (known.resolved_at, known.snoozed_until)
            if ticket.is_held:
                assert ticket.assigned_agent_id == known.holder
        if self.returned is not None and self.returned.as_of == self.clock.now:
            assert self.returned == fresh[self.returned.ref]
        self.returned = None
        assert [ticket.ref for ticket in self.desk.queue(limit=999)] == [each.ref for each in self.model.queue()]

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
        assert sorted(public) == sorted(known.public)
        assert sorted(every) == sorted(known.public + known.internal)

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


def test_the_desk_does_what_the_model_does(database: Database) -> None:
    machine = type("Machine", (DeskMachine,), {"database": database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=16,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
