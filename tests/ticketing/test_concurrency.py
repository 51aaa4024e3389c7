"""
Many at once, threads of one process and processes of their own, on both databases, all opening, claiming, assigning and draining.

Whatever the order, capacity holds, no ticket is lost or has two holders, and stored loads are the counted ones.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import count
from random import Random
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, func, select

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.errors import AgentFull, AlreadyHeld, HelpdeskError
from ticketing.events import EventKind
from ticketing.model import HELD, PersonId, Priority, Ticket, TicketRef, TicketStatus
from ticketing.tables import agent_loads, agent_skills, ticket_events, tickets

WORKERS = 4

Way = Callable[..., list[Any]]


@pytest.fixture(params=["threads", "processes"])
def at_once(request: pytest.FixtureRequest) -> Way:
    """`at_once(database, work, *arguments)`: `work(desk, number, *arguments)` by several workers at the same time."""
    return in_threads if request.param == "threads" else in_processes


def in_threads(database: Database, work: Callable[..., object], *arguments: object) -> list[Any]:
    desk = Desk(database, MovableClock())
    with ThreadPoolExecutor(WORKERS) as threads:
        return list(threads.map(lambda number: work(desk, number, *arguments), range(WORKERS)))


@cache
def processes() -> ProcessPoolExecutor:
    """The same for all tests: to start them takes longer than what they do."""
    return ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn"))


@pytest.fixture(scope="module", autouse=True)
def processes_end() -> Iterator[None]:
    yield
    if processes.cache_info().currsize:
        processes().shutdown()
        processes.cache_clear()


def in_processes(database: Database, work: Callable[..., object], *arguments: object) -> list[Any]:
    """On SQLite the turns that threads of one process take do not hold for others: there its own lock decides."""
    url = database.engine.url.render_as_string(hide_password=False)
    begun = [processes().submit(in_process, url, work, number, *arguments) for number in range(WORKERS)]
    return [each.result() for each in begun]


def in_process(url: str, work: Callable[..., object], number: int, *arguments: object) -> object:
    database = Database.open(url, patience_s=60)  # others of this file may be slow, which is not what is asked here
    try:
        return work(Desk(database, MovableClock()), number, *arguments)
    finally:
        database.close()


def check_loads(database: Database) -> None:
    """Stored, copied and counted load are one."""
    with database.read() as connection:
        held = select(tickets.c.assigned_agent_id, func.count()).where(tickets.c.status.in_(HELD))
        counted = {row[0]: row[1] for row in connection.execute(held.group_by(tickets.c.assigned_agent_id))}
        stored = {row.agent_id: row.load for row in connection.execute(select(agent_loads))}
        copied = {(row.agent_id, row.load) for row in connection.execute(select(agent_skills))}
    assert {agent: load for agent, load in stored.items() if load} == counted
    assert all(stored[agent] == load for agent, load in copied)


def open_many(desk: Desk, number: int, customers: list[PersonId]) -> list[TicketRef]:
    words = {"subject": "Help", "description": "Please", "category": "billing"}
    return [
        desk.open_ticket(customers[turn % len(customers)], source=f"v:{number}:{turn}", **words).ref  # type: ignore[arg-type]
        for turn in range(15)
    ]


def test_opening_at_once_never_goes_beyond_capacity(at_once: Way, database: Database, desk: Desk, cast: Cast) -> None:
    desk.seed({"open_rate_per_hour": 1000})
    agents = [cast.agent(name, max_load=4) for name in ("amir", "jo", "priya")]
    customers = [cast.customer(name) for name in ("mara", "tomas")]

    opened = at_once(database, open_many, customers)

    refs = [ref for each in opened for ref in each]
    assert len(set(refs)) == len({ref.number for ref in refs}) == 15 * WORKERS
    desk.drain_queue(MovableClock().now)
    assert [cast.load(agent) for agent in agents] == [4, 4, 4]
    assert len(desk.queue(limit=999)) == 15 * WORKERS - 12
    check_loads(database)


def open_the_same(desk: Desk, number: int, customer: PersonId) -> list[int]:
    words = {"subject": "Help", "description": "Please", "category": "billing"}
    return [
        desk.open_ticket(customer, source=f"v:{turn}", **words).number  # type: ignore[arg-type]
        for turn in range(15)
    ]


def test_the_same_form_at_once_is_one_ticket(at_once: Way, database: Database, desk: Desk, cast: Cast) -> None:
    customer = cast.customer()

    numbers = at_once(database, open_the_same, customer)

    assert all(each == numbers[0] for each in numbers)
    assert len(desk.tickets_of_customer(customer, limit=99)) == 15


def claim_all(desk: Desk, number: int, refs: list[TicketRef], agents: list[PersonId]) -> list[tuple[int, str]]:
    results = []
    for ref in refs:
        try:
            desk.claim(ref, by=agents[number])
            results.append((ref.number, "won"))
        except AlreadyHeld as refused:
            who, since = refused.ticket.assigned_agent_id, refused.since
            results.append((ref.number, "held" if who in agents and since is not None else "not told by whom"))
        except AgentFull:
            results.append((ref.number, "full"))
    return results


def test_of_those_who_claim_one_wins(at_once: Way, database: Database, desk: Desk, cast: Cast) -> None:
    refs = [cast.ticket().ref for _ in range(20)]
    agents = [cast.agent(f"agent{number}", skills={}, max_load=4) for number in range(WORKERS)]

    results = at_once(database, claim_all, refs, agents)

    won = Counter(number for each in results for number, result in each if result == "won")
    assert sorted(won.values()) == [1] * 4 * WORKERS
    assert {result for each in results for _, result in each} <= {"won", "held", "full"}
    assert [cast.load(agent) for agent in agents] == [4] * WORKERS
    check_loads(database)


def claim_own_share(desk: Desk, number: int, refs: list[TicketRef], agent: PersonId) -> int:
    won = 0
    for ref in refs[number::WORKERS]:
        try:
            desk.claim(ref, by=agent)
            won += 1
        except AgentFull:
            continue
    return won


def test_one_agent_with_several_screens_does_not_claim_too_much(at_once: Way, database: Database, cast: Cast) -> None:
    refs = [cast.ticket().ref for _ in range(16)]
    amir = cast.agent("amir", skills={}, max_load=5)

    won = at_once(database, claim_own_share, refs, amir)

    assert won.count(0) < WORKERS
    assert sum(won) == cast.load(amir) == 5
    check_loads(database)


def anything(desk: Desk, number: int, refs: list[TicketRef], agents: list[PersonId]) -> int:
    """Pass tickets to and fro: what two of them do crosswise makes PostgreSQL take one of them back."""
    random, sources, done = Random(number), count(), 0
    for _ in range(40):
        ref, agent, other = random.choice(refs), random.choice(agents), random.choice(agents)
        acts: list[Callable[[], object]] = [
            lambda ref=ref, agent=agent, other=other: desk.assign(ref, to=agent, by=other),  # type: ignore[misc]
            lambda ref=ref, agent=agent: desk.release(ref, by=agent),  # type: ignore[misc]
            lambda ref=ref, agent=agent: desk.resolve(ref, by=agent),  # type: ignore[misc]
            lambda ref=ref, agent=agent: desk.claim(ref, by=agent),  # type: ignore[misc]
            lambda ref=ref: desk.reopen(ref, by=ref.customer_id),  # type: ignore[misc]
            lambda: desk.drain_queue(MovableClock().now, limit=3),
            lambda agent=agent: desk.make_agent(agent, skills={"billing": 2}, max_load=4, by=None),  # type: ignore[misc]
            lambda ref=ref, number=number: desk.add_comment(  # type: ignore[misc]
                ref, author_id=ref.customer_id, text="Still broken", source=f"m:{number}:{next(sources)}"
            ),
        ]
        try:
            random.choice(acts)()
            done += 1
        except HelpdeskError:
            continue
    return done


def test_everything_at_once_leaves_the_books_right(at_once: Way, database: Database, desk: Desk, cast: Cast) -> None:
    agents = [cast.agent(name, max_load=4) for name in ("amir", "jo", "priya")]
    refs = [cast.ticket(name).ref for name in ("mara", "tomas", "lena") for _ in range(3)]

    done = at_once(database, anything, refs, agents)

    assert min(done) > 5
    check_loads(database)
    with database.read() as connection:
        rows = connection.execute(select(ticket_events).where(ticket_events.c.kind == EventKind.ASSIGNED.value))
        for row in rows.mappings():
            if row["reason"] not in ("by_hand", "urgent"):
                chosen = next(each for each in row["data"]["candidates"] if each["agent_id"] == row["data"]["chosen"])
                assert chosen["load"] < chosen["max_load"]
    for ref in refs:
        history = [event for event in desk.events(ref) if event.kind in (EventKind.OPENED, EventKind.STATUS)]
        assert [event.from_value for event in history[1:]] == [event.to_value for event in history[:-1]]


def test_who_waits_for_each_other_is_run_again(database: Database, desk: Desk, cast: Cast) -> None:
    """Two tickets pass crosswise between two agents, again and again: nothing fails and nothing is lost."""
    amir, jo = cast.agent("amir"), cast.agent("jo")
    first, second = cast.ticket(), cast.ticket("tomas")
    start = Barrier(2)

    def swap(ticket: Ticket, one: PersonId, other: PersonId) -> None:
        start.wait()
        for turn in range(10):
            desk.assign(ticket.ref, to=one if turn % 2 else other, by=one)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(swap, first, amir, jo), threads.submit(swap, second, jo, amir)]:
            done.result()

    assert (cast.load(amir), cast.load(jo)) == (1, 1)
    check_loads(database)


@contextmanager
def between_choice_and_taking(database: Database, act: Callable[[], object]) -> Iterator[None]:
    """Run `act` in each thread when it has chosen whom to give a ticket to and is about to take the room, once a thread."""
    done = threading.local()

    def before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE agent_loads") and not hasattr(done, "it"):
            done.it = True
            act()

    event.listen(database.engine, "before_cursor_execute", before)
    yield
    event.remove(database.engine, "before_cursor_execute", before)


@pytest.fixture
def server(postgresql_url: str, prepare_database: Callable[[str], None]) -> Iterator[Database]:
    """PostgreSQL, where two can choose before either takes; SQLite lets only one write from the beginning."""
    prepare_database(postgresql_url)
    database = Database.open(postgresql_url)
    yield database
    database.close()


@pytest.mark.parametrize("by_hand", [False, True])
def test_two_who_found_the_same_room_do_not_both_get_it(server: Database, by_hand: bool) -> None:
    desk = Desk(server, MovableClock())
    cast, both_have_chosen = Cast(desk), Barrier(2)
    waiting = [cast.ticket("mara"), cast.ticket("tomas")] if by_hand else []
    amir = cast.agent("amir", max_load=1)
    customers = [cast.customer("lena"), cast.customer("viktor")]

    def take(number: int) -> str:
        if not by_hand:
            words = {"subject": "Help", "description": "Please", "category": "billing", "source": "v:1"}
            return desk.open_ticket(customers[number], **words).status.value  # type: ignore[arg-type]
        try:
            return desk.claim(waiting[number].ref, by=amir).status.value
        except AgentFull:
            return "open"

    with between_choice_and_taking(server, lambda: both_have_chosen.wait(30)), ThreadPoolExecutor(2) as threads:
        results = sorted(threads.map(take, range(2)))

    assert results == ["assigned", "open"]
    assert cast.load(amir) == 1
    check_loads(server)


@pytest.mark.parametrize("priority", [Priority.MEDIUM, Priority.URGENT])
def test_who_goes_away_while_being_chosen_gets_nothing(server: Database, priority: Priority) -> None:
    desk = Desk(server, MovableClock())
    elsewhere = Database.open(server.engine.url.render_as_string(hide_password=False))
    other = Desk(elsewhere, MovableClock())
    cast = Cast(desk)
    amir, mara = cast.agent("amir"), cast.customer()
    words = {"subject": "Help", "description": "Please", "category": "billing", "source": "v:1"}

    def go() -> None:
        other.set_available(amir, available=False, by=None)

    with between_choice_and_taking(server, go):
        ticket = desk.open_ticket(mara, priority=priority, **words)  # type: ignore[arg-type]
    elsewhere.close()

    assert ticket.status is TicketStatus.OPEN
    assert cast.load(amir) == 0
    check_loads(server)


def test_who_is_just_being_given_something_is_passed_over(server: Database) -> None:
    desk = Desk(server, MovableClock())
    cast = Cast(desk)
    amir, jo = cast.agent("amir"), cast.agent("jo")
    given = select(agent_loads.c.agent_id).where(agent_loads.c.agent_id == amir).with_for_update()

    with server.engine.begin() as other:
        other.execute(given)
        assert cast.ticket().assigned_agent_id == jo
    assert cast.ticket().assigned_agent_id == amir


@pytest.mark.parametrize("sqlstate", ["40P01", "40001", "23505"])
def test_what_postgresql_takes_back_is_run_again(server: Database, sqlstate: str) -> None:
    desk = Desk(server, MovableClock())
    cast, raised = Cast(desk), count(1)
    cast.agent("amir")

    def fail_twice(tx: object, _ticket: object, _event: object) -> None:
        if next(raised) <= 2:
            database_says = f"DO $$ BEGIN RAISE EXCEPTION 'taken back' USING ERRCODE = '{sqlstate}'; END $$"
            tx.connection.exec_driver_sql(database_says)  # type: ignore[attr-defined]

    desk.subscribe(fail_twice)
    ticket = cast.ticket()

    assert next(raised) > 3
    assert [event.seq for event in desk.events(ticket.ref)] == [1, 2, 3]
    check_loads(server)
