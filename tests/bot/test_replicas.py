"""Four processes run every job through a week of a moved clock: what comes of it is what one would have done, once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.notices import Notices
from bot.outward import jobs
from tests.conftest import SqliteTemplates
from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.lanes import Lane
from ticketing.model import EventKind, Priority, TicketRef, TicketStatus

DOCUMENT = {"zone": "Europe/Vienna", "channels": {"triage": "C0TRIAGE01", "escalations": "C0ESCALATE"}}
REPLICAS, DAYS, HOURS = 4, 7, 2


class MovedClock(MovableClock):
    """The same as a clock of the process: it jumps when the test says so."""

    def real_seconds_until(self, instant: datetime) -> float:
        return max(0.0, (instant - self.now).total_seconds())

    def on_jump(self, callback: Callable[[], None]) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


@pytest.fixture
def database(sqlite_templates: SqliteTemplates, tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(sqlite_templates.new_database(tmp_path / "desk.db", migrate))
    yield opened
    opened.close()


def _week(
    database: Database, replicas: int
) -> tuple[Counter[tuple[TicketRef, EventKind, str | None, str]], int, list[str]]:
    """What the log says the clock did, how often the board was posted, and how each ticket stands in the end."""
    clock = MovedClock()
    desks = [Desk(database, clock) for _ in range(replicas)]
    for desk in desks:
        desk.subscribe(Notices())
    desk, dice = desks[0], random.Random(7)
    desk.configure(DOCUMENT, by=None)
    cast = Cast(desk)
    amir = cast.agent("amir", max_load=2)
    refs = _tickets(desk, cast, amir)
    lanes = {lane: lambda _now: None for lane in (Lane.AHEAD, Lane.REST)}
    steps = [job.step for each in desks for job in jobs(each, clock, lanes)]
    for _ in range(DAYS * 24 // HOURS):
        clock.advance(hours=HOURS)
        dice.shuffle(steps)
        for step in [*steps, *steps]:
            step(clock.now)
    log: Counter[tuple[TicketRef, EventKind, str | None, str]] = Counter(
        (ref, event.kind, event.to_value, repr(sorted(event.data.items())))
        for ref in refs
        for event in desk.events(ref)
        if event.actor_id is None and event.kind is not EventKind.OPENED
    )
    with database.read() as connection:
        boards = connection.execute(
            text("SELECT count(*) FROM outbox WHERE kind = 'board_card' AND data LIKE '%is_new%'")
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


def test_four_processes_do_once_what_one_would_have_done(
    database: Database, sqlite_templates: SqliteTemplates, tmp_path: Path
) -> None:
    alone = Database.open(sqlite_templates.new_database(tmp_path / "alone.db", migrate))
    try:
        expected = _week(alone, 1)
    finally:
        alone.close()
    log, boards, statuses = _week(database, REPLICAS)

    assert set(log.values()) == {1}, [entry for entry, times in log.items() if times > 1]
    kinds = {entry[1] for entry in log}
    assert kinds >= {EventKind.WARNED, EventKind.BREACHED, EventKind.ALERT_STEP, EventKind.STATUS}
    assert log.keys() == expected[0].keys()
    assert boards == expected[1] == DAYS + 1  # that of the day on which it begins, too
    assert statuses == expected[2]
    assert statuses[1] == TicketStatus.CLOSED
