"""The outgoing side of a process as it is wired: what changes is looked at when it falls due, and not only by a heartbeat."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import outward
from bot.clock import Clock
from bot.outward import Outward
from bot.settings import Settings
from bot.sight import Sight
from bot.ticker import Job, Step
from tests.ticketing.desks import Cast
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.events import EventKind, TicketEvent
from ticketing.lanes import Lane
from ticketing.model import Priority, Ticket
from ticketing.transaction import Transaction

WAIT_S = 20.0
"""How long a test waits, in real seconds, for what comes at once unless something is broken."""

NEVER_S = 3600.0
"""A heartbeat that no test lives to see."""

RATE = 1800
"""Half an hour of business time a second."""


class FastClock:
    """Business time that passes fast and evenly, years ahead of the machine's: an instant of one is none of the other."""

    def __init__(self) -> None:
        self._began, self._mark = datetime.now(UTC) + timedelta(days=1000), time.monotonic()

    def __call__(self) -> datetime:
        return self._began + timedelta(seconds=(time.monotonic() - self._mark) * RATE)

    def real_seconds_until(self, instant: datetime) -> float:
        return max(0.0, (instant - self()).total_seconds() / RATE)

    def on_jump(self, callback: Callable[[], None]) -> None:
        """It never does."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Heard:
    """An observer that knows what has been logged, and waits for it."""

    def __init__(self) -> None:
        self._events: defaultdict[EventKind, threading.Event] = defaultdict(threading.Event)

    def __call__(self, _tx: Transaction, _ticket: Ticket, event: TicketEvent) -> None:
        self._events[event.kind].set()

    def wait_for(self, kind: EventKind) -> None:
        assert self._events[kind].wait(WAIT_S), f"Nobody looked when {kind} fell due."


@contextmanager
def _running(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process's outgoing side without heartbeats, once every job has looked for the first time. Slack is not there."""
    looked: dict[str, threading.Event] = {}

    def noticed(job: Job) -> Job:
        done = looked.setdefault(job.name, threading.Event())

        def step(now: datetime) -> datetime | None:
            try:
                return job.step(now)
            finally:
                done.set()

        return replace(job, step=step, heartbeat_s=NEVER_S)

    def without_heartbeat(desk: Desk, clock: Clock, ways_out: Mapping[Lane, Step]) -> list[Job]:
        return [noticed(job) for job in jobs(desk, clock, ways_out)]

    jobs = outward.jobs
    monkeypatch.setattr(outward, "jobs", without_heartbeat)
    settings = Settings.model_validate({"slack_bot_token": "xoxb-none", "slack_api_url": "http://127.0.0.1:9/api/"})
    side = Outward(settings, desk, clock, sight=Sight(desk))
    side.start()
    try:
        assert all(each.wait(WAIT_S) for each in looked.values())
        yield
    finally:
        side.stop()


def test_what_a_change_brings_near_is_looked_at_when_it_falls_due_without_any_heartbeat(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warning, the end of a promise, a breach and a step of the ladder, each of which only a use case has made foreseeable."""
    none: dict[str, Any] = {"low": "none"}
    policy = {"first_response": {**none, "urgent": "2h"}, "resolution": none | {"urgent": "none"}}
    clock, heard = FastClock(), Heard()
    database = Database.open(database_url)
    desk = Desk(database, clock)
    desk.configure({"policies": [policy]}, by=None)
    desk.subscribe(heard)
    cast = Cast(desk)
    amir = cast.agent("amir")
    with _running(desk, clock, monkeypatch):
        ticket = cast.ticket(priority=Priority.LOW)
        desk.set_priority(ticket.ref, Priority.URGENT, by=amir)
        heard.wait_for(EventKind.WARNED)
        desk.take_alert(ticket.ref, by=amir, until=clock() + timedelta(hours=2))
        heard.wait_for(EventKind.ALERT_LAPSED)
        heard.wait_for(EventKind.BREACHED)
        heard.wait_for(EventKind.ALERT_STEP)
    database.close()
