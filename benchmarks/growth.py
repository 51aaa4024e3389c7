"""What the same look or act costs with few and with many open tickets, and a choice among few and many agents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import text

from benchmarks import filling
from benchmarks.databases import ENGINES, Run
from benchmarks.measuring import Figure, at_most, percentile, timed, told
from ticketing.categories import Category
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.model import PersonId, Priority, Strategy, Ticket, TicketRef
from ticketing.picking import pick

FEW = 10_000
TIMES = 1.5
PICK_TIMES = 2.0
ROUNDS, QUICK_ROUNDS, PICK_ROUNDS = 200, 50, 100
WARMING_UP = 20
FEW_AGENTS, MANY_AGENTS = 10, 10_000


@dataclass(frozen=True)
class Filled:
    """A desk with many tickets, and who is there."""

    desk: Desk
    database: Database
    customers: list[int]
    agents: list[int]
    count: int

    def waiting(self, turn: int) -> TicketRef:
        """A ticket that waits, another one each turn."""
        number = 2 + turn * 2
        return TicketRef(PersonId(self.customers[0] + number % len(self.customers)), number)


Act = Callable[[Filled, int], object]

ACTS: Mapping[str, Act] = {
    "claim": lambda on, turn: on.desk.claim(on.waiting(turn), by=PersonId(on.agents[turn % len(on.agents)])),
    "customer_list": lambda on, turn: on.desk.tickets_of_customer(PersonId(on.customers[turn * 7 % len(on.customers)])),
    "agent_list": lambda on, turn: on.desk.tickets_of_agent(PersonId(on.agents[turn * 7 % len(on.agents)])),
    "queue_head": lambda on, _turn: on.desk.queue(limit=1),
    "next_due": lambda on, _turn: on.desk.next_due_instant(),
    "sla_look": lambda on, _turn: on.desk.watch_step(datetime.now(UTC)),
    "sla_look_due": lambda on, _turn: mark_some(on),
}
HEAVY = {"sla_look_due": 4}
"""What takes so many times fewer turns."""
DUE_AT_ONCE = 10


def mark_some(on: Filled) -> None:
    """A look at the instant at which so many warnings are due, each of another customer's ticket, and marks them."""
    first = on.desk.next_due_instant()
    assert first is not None
    on.desk.watch_step(first + (DUE_AT_ONCE - 1) * filling.APART)


@contextmanager
def filled(url: str, tickets: int) -> Iterator[Filled]:
    """A desk with so many open tickets, written to that address."""
    filling.tickets(url, tickets)
    with opened(url, tickets) as on:
        yield on


@contextmanager
def opened(url: str, count: int) -> Iterator[Filled]:
    """The desk at that address, on which there are so many tickets or agents."""
    database = Database.open(url)
    try:
        with database.read() as connection:
            customers, agents = filling.people_of(connection)
        yield Filled(Desk(database, lambda: datetime.now(UTC)), database, customers, agents, count)
    finally:
        database.close()


def growth(engine: str, few: Filled, many: Filled, *, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Both sizes in turn at each act, so that whatever else the machine does meets both."""
    for name, act in ACTS.items():
        times: dict[int, list[float]] = {few.count: [], many.count: []}
        warming_up = WARMING_UP // HEAVY.get(name, 1)
        for turn in range(rounds // HEAVY.get(name, 1) + warming_up):
            for on in (few, many):
                took = timed(partial(act, on, turn))
                if turn >= warming_up:
                    times[on.count].append(took * 1000)
        p50 = {size: percentile(took, 50) for size, took in times.items()}
        yield at_most(f"{name}_{engine}_growth", p50[many.count], "ms", p50[few.count], TIMES)
        yield told(f"{name}_{engine}_p99_ms", percentile(times[many.count], 99), "ms")


@dataclass(frozen=True)
class Choice:
    """One kind of choice that is measured by itself: a slow one must not hide among the others."""

    category: str
    strategy: Strategy = Strategy.LEAST_LOADED
    is_escalated: bool = False
    priority: Priority = Priority.MEDIUM


CHOICES = (
    *(Choice("billing"), Choice("technical"), Choice("rare")),
    *(Choice("billing", strategy, is_escalated=True) for strategy in Strategy),
    Choice("technical", is_escalated=True, priority=Priority.URGENT),
)
"""A skill that all have, one that only five have, and what the five senior ones are given."""


def picks(engine: str, few: Filled, many: Filled, *, rounds: int = ROUNDS) -> Figure:
    """
    Choosing among agents: the kind of choice that grows most.

    All kinds in each turn, few and many in turn: what else the machine does for a moment makes none of them the worst.
    """
    times: dict[tuple[Choice, int], list[float]] = defaultdict(list)
    for turn in range(rounds + WARMING_UP):
        for choice in CHOICES:
            for on in (few, many):
                took = _pick_ms(on, choice)
                if turn >= WARMING_UP:
                    times[choice, on.count].append(took)
    p50 = {key: percentile(took, 50) for key, took in times.items()}
    worst = max(CHOICES, key=lambda choice: p50[choice, many.count] / p50[choice, few.count])
    return at_most(f"pick_{engine}_growth", p50[worst, many.count], "ms", p50[worst, few.count], PICK_TIMES)


def _pick_ms(on: Filled, choice: Choice) -> float:
    category = Category(key=choice.category, name=choice.category, strategy=choice.strategy)
    ticket = replace(_unsaved(on), is_escalated=choice.is_escalated, priority=choice.priority)
    with on.database.read() as connection:
        return timed(partial(pick, connection, ticket, category)) * 1000


def _unsaved(on: Filled) -> Ticket:
    """A ticket to choose somebody for; nobody is given it."""
    ticket = on.desk.tickets_of_customer(PersonId(on.customers[0]), limit=1)
    if ticket:
        return ticket[0]
    return on.desk.open_ticket(
        PersonId(on.customers[0]), subject="Help", description="", category="general", source="b:pick"
    )


def _team(url: str, agents: int) -> None:
    filling.team(url, agents=agents, customers=10)
    database = Database.open(url)
    try:
        with database.write() as connection:
            # A skill that five have, however many there are.
            names = "agent_id, level, load, max_load, is_available, last_assigned_at, is_senior"
            some = "SELECT 'rare', agent_id, 3, load, max_load, is_available, last_assigned_at, false FROM agent_loads"
            step = max(1, agents // 5)
            every = f"INSERT INTO agent_skills (category, {names}) {some} WHERE agent_id % :step = 0"
            connection.execute(text(every), {"step": step})
            connection.execute(
                text("UPDATE agent_skills SET is_senior = true WHERE agent_id % :step = 0"), {"step": step}
            )
        filling.settle(database)
    finally:
        database.close()


@contextmanager
def staffed(url: str, agents: int) -> Iterator[Filled]:
    """A desk with so many agents, of whom five are senior and have a skill that no others have."""
    _team(url, agents)
    with opened(url, agents) as on:
        yield on


def figures(run: Run) -> Iterator[Figure]:
    """Growth from 10 000 to a million tickets (100 000 when quick) and choice among agents, on both databases."""
    rounds = QUICK_ROUNDS if run.is_quick else ROUNDS
    for engine in ENGINES:
        with (
            run.database(engine) as url,
            filled(url, FEW) as few,
            opened(run.crowded(engine), run.tickets) as many,
        ):
            yield from growth(engine, few, many, rounds=rounds)
        with (
            run.database(engine) as url,
            run.database(engine) as other_url,
            staffed(url, FEW_AGENTS) as few,
            staffed(other_url, MANY_AGENTS) as many,
        ):
            yield picks(engine, few, many, rounds=max(rounds, PICK_ROUNDS))
