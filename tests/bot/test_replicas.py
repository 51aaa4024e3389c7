"""Several processes run every job through a week of a moved clock: what comes of it is what one would have done, once."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.notices import Notices
from bot.outward import jobs
from bot.ticker import Step
from tests.conftest import SqliteTemplates
from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.events import EventKind
from ticketing.lanes import Lane
from ticketing.model import Priority, TicketRef, TicketStatus

DOCUMENT = {"zone": "Europe/Vienna", "channels": {"triage": "C0TRIAGE01", "escalations": "C0ESCALATE"}}
DAYS, HOURS = 7, 6


class MovedClock(MovableClock):
    """The same as a clock of the process: it jumps when the test says so."""

    def real_seconds_until(self, instant: datetime) -> float:
        return max(0.0, (instant - self.now).total_seconds())

    def on_jump(self, callback: Callable[[], None]) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


Done = tuple[Counter[tuple[TicketRef, EventKind, str | None, str]], int, list[str]]
"""What the log says the clock did, how often the board was posted, and how each ticket stands in the end."""

Run = Callable[[list[list[Step]], datetime], None]
"""Runs the steps of all processes at an instant; there is a list for each."""


def _in_turns(processes: list[list[Step]], now: datetime) -> None:
    steps = [step for steps in processes for step in steps] * 2
    random.Random(now.timestamp()).shuffle(steps)
    for step in steps:
        step(now)


def _at_once(processes: list[list[Step]], now: datetime) -> None:
    """Each process in a thread of its own, in an order of its own."""
    start = threading.Barrier(len(processes))

    def run(steps: list[Step], number: int) -> None:
        own = [*steps]
        random.Random(now.timestamp() + number).shuffle(own)
        start.wait()
        for step in own:
            step(now)

    with ThreadPoolExecutor(len(processes)) as pool:
        for result in [pool.submit(run, steps, number) for number, steps in enumerate(processes)]:
            result.result()


def _week(url: str, replicas: int, run: Run) -> Done:
    with ExitStack() as stack:
        databases = [Database.open(url) for _ in range(replicas)]
        for database in databases:
            stack.callback(database.close)
        return _lived(databases, run)


def _lived(databases: list[Database], run: Run) -> Done:
    clock = MovedClock()
    desks = [Desk(database, clock) for database in databases]
    for desk in desks:
        desk.subscribe(Notices())
    desk = desks[0]
    desk.configure(DOCUMENT, by=None)
    cast = Cast(desk)
    amir = cast.agent("amir", max_load=2)
    refs = _tickets(desk, cast, amir)
    lanes = {lane: lambda _now: None for lane in (Lane.AHEAD, Lane.REST)}
    processes = [[job.step for job in jobs(each, clock, lanes)] for each in desks]
    for _ in range(DAYS * 24 // HOURS):
        run(processes, clock.advance(hours=HOURS))
    log: Counter[tuple[TicketRef, EventKind, str | None, str]] = Counter(
        (ref, event.kind, event.to_value, repr(sorted(event.data.items())))
        for ref in refs
        for event in desk.events(ref)
        if event.actor_id is None and event.kind is not EventKind.OPENED
    )
    with databases[0].read() as connection:
        boards = connection.execute(
            text("SELECT count(*) FROM outbox WHERE kind = 'board_card' AND CAST(data AS TEXT) LIKE '%is_new%'")
        )
        posted = int(boards.scalar_one())
    return log, posted, [desk.ticket(ref).status.value for ref in refs]


def _tickets(desk: Desk, cast: Cast, amir: object) -> list[TicketRef]:
    """One that slips, one that is resolved and closes, one that is put off, and one that nobody can take."""
    by = cast.person("amir").id
    late, solved, asleep = (cast.ticket(priority=Priority.HIGH) for _ in range(3))
    nobody = cast.ticket(category="technical", priority=Priority.URGENT)
    for ticket in (late, solved, asleep):
        desk.assign(ticket.ref, to=by, by=by)
    cast.says(solved.ref, by, "Press the button")
    desk.resolve(solved.ref, by=by)
    desk.snooze(asleep.ref, by=by, until=solved.opened_at + timedelta(days=2))
    return [late.ref, solved.ref, asleep.ref, nobody.ref]


@pytest.fixture(scope="module")
def alone(sqlite_templates: SqliteTemplates, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """What one process does."""
    url = sqlite_templates.new_database(tmp_path_factory.mktemp("alone") / "desk.db", migrate)
    log, boards, statuses = _week(url, 1, _in_turns)
    kinds = {entry[1] for entry in log}
    assert kinds >= {EventKind.WARNED, EventKind.BREACHED, EventKind.ALERT_STEP, EventKind.STATUS}
    assert boards == DAYS + 1  # that of the day on which it begins, too
    assert statuses[1] == TicketStatus.CLOSED
    return log, boards, statuses


@pytest.mark.parametrize(
    ("database_url", "replicas", "run"),
    [("sqlite", 4, _in_turns), ("postgresql", 2, _at_once)],
    indirect=["database_url"],
    ids=["four in turns on SQLite", "two at once on PostgreSQL"],
)
def test_several_processes_do_once_what_one_would_have_done(
    database_url: str, alone: Done, replicas: int, run: Run
) -> None:
    log, boards, statuses = _week(database_url, replicas, run)

    assert set(log.values()) == {1}, [entry for entry, times in log.items() if times > 1]
    assert log.keys() == alone[0].keys()
    assert (boards, statuses) == alone[1:]
