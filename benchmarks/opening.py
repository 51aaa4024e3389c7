"""Opening tickets, beside the bare driver writing the same rows."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count, cycle
from multiprocessing.connection import Connection as Pipe
from time import monotonic
from typing import Any

from benchmarks import filling
from benchmarks.bare import BarePostgresql, BareSqlite, Open, Sample
from benchmarks.databases import Run
from benchmarks.measuring import Figure, at_least, median
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.events import TicketEvent
from ticketing.instants import to_us
from ticketing.model import Ticket
from ticketing.transaction import Transaction

ROUNDS = 5
EACH, QUICK_EACH = 400, 40
"""Tickets of each thread in a round."""
SHARE = 0.50
THREADS = 4
PROCESSES = 2
AGENTS = 100
CUSTOMERS = 8_000
CATEGORIES = ("billing", "technical", "account", "general")

Span = tuple[float, float]
"""From when to when something ran, on the clock that all processes of the machine share."""


def tell_cards(tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
    """What the bot asks for when a ticket is opened: the customer's card and the agent's."""
    if event.seq == ticket.last_event:
        about = f"t:{ticket.number}"
        tx.tell(f"p:{ticket.customer_id}", about, "customer_card", ticket=ticket.ref)
        tx.tell(f"p:{ticket.assigned_agent_id}", about, "assignment_card", ticket=ticket.ref)


def now() -> datetime:
    return datetime.now(UTC)


class Contest:
    """One process's desk and its bare counterpart on the same database, each with a few threads."""

    def __init__(self, url: str, number: int) -> None:
        self.database = Database.open(url)
        self._desk = Desk(self.database, now)
        self._desk.subscribe(tell_cards)
        self._sources = count(1)
        self._number = number
        with self.database.read() as connection:
            self._customers, self._agents = filling.people_of(connection)
        ticket = self._open(0, self._customers[number])
        with self.database.read() as connection:
            sample = Sample.of(connection, ticket.ref, name="Customer 1")
        bare = BareSqlite if self.database.is_sqlite else BarePostgresql
        self._bare = bare(url, sample, to_us(now()))
        self._connected = [self._bare.connected() for _ in range(THREADS)]

    def _open(self, index: int, customer: int) -> Ticket:
        return self._desk.open_ticket(
            filling.person_id(customer),
            subject="Cannot open the invoice",
            description="Since this morning the PDF of the invoice is blank, on two machines and in two browsers.",
            category=CATEGORIES[index % len(CATEGORIES)],
            source=f"v:{self._number}:{next(self._sources)}",
        )

    def by_desk(self, each: int) -> Span:
        """Every thread opens that many tickets through the desk."""
        return self._threads(lambda customer, index: self._open(index, customer), each)

    def by_driver(self, each: int) -> Span:
        """Every thread writes that many by the driver."""
        # Each process begins elsewhere, or all would write the same agent's row at the same time and wait for each other.
        start = self._number * len(self._agents) // PROCESSES
        agents = cycle([*self._agents[start:], *self._agents[:start]])
        writers: dict[int, Open] = {}

        def write(customer: int, index: int) -> None:
            me = threading.get_ident()
            if me not in writers:
                writers[me] = self._connected[len(writers)][0]
            writers[me](customer, next(agents))

        return self._threads(write, each)

    def close(self) -> None:
        for _, close in self._connected:
            close()
        self.database.close()

    def _threads(self, act: Callable[[int, int], object], each: int) -> Span:
        ready = threading.Barrier(THREADS + 1)
        failures: list[BaseException] = []

        def work(mine: Sequence[int]) -> None:
            ready.wait()
            try:
                for index in range(each):
                    act(mine[index % len(mine)], index)
            except BaseException as failure:  # noqa: BLE001 - raised again below, in the thread that waits
                failures.append(failure)

        # Every thread has its own customers, so that no two wait for each other over one.
        lanes = PROCESSES * THREADS
        threads = [
            threading.Thread(target=work, args=[self._customers[self._number * THREADS + lane :: lanes]])
            for lane in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        ready.wait()
        began = monotonic()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        return began, monotonic()


@dataclass(frozen=True)
class Worker:
    """A process that holds a contest, and how to ask it for a round."""

    process: Any
    pipe: Pipe

    def ask(self, side: str, each: int) -> None:
        self.pipe.send((side, each))

    def answer(self) -> Span:
        answer = self.pipe.recv()
        if isinstance(answer, str):
            raise RuntimeError(answer)
        began, ended = answer
        return began, ended


def _serve(url: str, number: int, pipe: Pipe) -> None:
    contest = Contest(url, number)
    pipe.send("ready")
    while (asked := pipe.recv()) is not None:
        side, each = asked
        try:
            pipe.send(contest.by_desk(each) if side == "desk" else contest.by_driver(each))
        except Exception as failure:  # noqa: BLE001 - told to who asked
            pipe.send(f"{type(failure).__name__}: {failure}")
    contest.close()


@contextmanager
def workers(url: str) -> Iterator[list[Worker]]:
    """Processes that are ready to run rounds."""
    context = multiprocessing.get_context("spawn")
    started = []
    for number in range(PROCESSES):
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(url, number, theirs), daemon=True)
        process.start()
        started.append(Worker(process, ours))
    try:
        for worker in started:
            worker.pipe.recv()
        yield started
    finally:
        for worker in started:
            worker.pipe.send(None)
            worker.process.join(10)


Round = Callable[[str, int], float]
"""Runs one side ("desk" or "driver") with so many tickets for each thread; tickets a second."""


def _compared(name: str, run: Round, each: int) -> Figure:
    """Both sides in turn, so that whatever else the machine does meets both: medians of the rounds, and of their ratios."""
    for side in ("desk", "driver"):
        run(side, max(10, each // 10))
    pairs = [(run("desk", each), run("driver", each)) for _ in range(ROUNDS)]
    desk, driver = median([one for one, _ in pairs]), median([other for _, other in pairs])
    return at_least(name, desk, "tickets/s", driver, SHARE, ratio=median([one / other for one, other in pairs]))


def on_sqlite(run: Run, each: int) -> Figure:
    """Four threads of one process."""
    with run.database("sqlite") as url:
        filling.team(url, agents=AGENTS, customers=CUSTOMERS)
        contest = Contest(url, 0)
        sides = {"desk": contest.by_desk, "driver": contest.by_driver}

        def one_round(side: str, each: int) -> float:
            began, ended = sides[side](each)
            return THREADS * each / (ended - began)

        try:
            return _compared("open_ticket_sqlite", one_round, each)
        finally:
            contest.close()


def on_postgresql(run: Run, each: int) -> Figure:
    """Eight writers: two processes of four threads."""
    with run.database("postgresql") as url:
        filling.team(url, agents=AGENTS, customers=CUSTOMERS)
        with workers(url) as started:
            return _compared("open_ticket_postgresql_8_writers", partial(_round, started), each)


def _round(started: Sequence[Worker], side: str, each: int) -> float:
    for worker in started:
        worker.ask(side, each)
    spans = [worker.answer() for worker in started]
    length = max(ended for _, ended in spans) - min(began for began, _ in spans)
    return PROCESSES * THREADS * each / length


def figures(run: Run) -> list[Figure]:
    """Both databases."""
    each = QUICK_EACH if run.is_quick else EACH
    return [on_postgresql(run, each), on_sqlite(run, each)]
