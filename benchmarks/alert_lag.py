"""
How long after its instant a breach's alert is taken up by delivery, beside a million open tickets.

The real ticker drives the watch, and delivery's job takes what the outbox holds but calls nobody: Slack's own pace is not
measured. The second that the watch looks behind counts. `python -m benchmarks alert_lag`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

from sqlalchemy import text

from benchmarks import filling
from benchmarks.databases import ENGINES, durable_server, postgresql_database, sqlite_file
from benchmarks.measuring import Figure, below, percentile, told
from bot.clock import SystemClock
from bot.notices import Notices
from bot.outward import WOKEN_BY_CHANGE, jobs
from bot.ticker import Ticker
from tests.postgres import PostgresServer
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.instants import from_us, to_us
from ticketing.outbox import Errand

TICKETS, QUICK_TICKETS = 1_000_000, 100_000
ALERTS, QUICK_ALERTS = 300, 100
APART = timedelta(milliseconds=100)
AHEAD = timedelta(seconds=3)
LEASE_S = 30.0
LIMIT_S = 2.0
PATIENCE_S = 30.0
DOCUMENT = {"channels": {"triage": "C0TRIAGE", "escalations": "C0ESCALATE"}}

_FALL_DUE = text(
    "UPDATE sla_clocks SET due_at = :due, warned_at = :now, warn_at = :now"
    " WHERE customer_id = :customer_id AND ticket_id = :ticket_id AND kind = :kind AND run = :run"
)
_IN_FORCE = text("UPDATE sla_clocks SET config_version = :version")
_SOME = text(
    "SELECT customer_id, ticket_id, kind, run FROM sla_clocks"
    " WHERE kind = 'first_response' AND ended_at IS NULL AND ticket_id % :every = 0 LIMIT :many"
)


class Taken:
    """Delivery without Slack: takes every row at once, and remembers when each breach's card was taken."""

    def __init__(self, desk: Desk, wanted: int) -> None:
        self._desk = desk
        self._wanted = wanted
        self.at: dict[tuple[int, int], datetime] = {}
        self.all_taken = Event()

    def step(self, now: datetime) -> datetime | None:
        """As `bot.delivery.Delivery.step`."""
        errands = self._desk.outbox.claim(now, 20, LEASE_S)
        taken_at = datetime.now(UTC)
        for errand in errands:
            self._note(errand, taken_at)
            self._desk.outbox.done(errand)
        return now if errands else None

    def _note(self, errand: Errand, taken_at: datetime) -> None:
        if errand.kind == "alert_card" and errand.ticket is not None:
            self.at.setdefault((errand.ticket.customer_id, errand.ticket.number), taken_at)
            if len(self.at) == self._wanted:
                self.all_taken.set()


def lags(url: str, tickets: int, alerts: int) -> list[float]:
    """Fill the desk, let that many promises be broken a tenth of a second apart, and return each one's lag in seconds."""
    filling.tickets(url, tickets, searchable=False)
    database = Database.open(url)
    try:
        clock = SystemClock()
        desk = Desk(database, clock)
        desk.configure(DOCUMENT, by=None)
        with database.write() as connection:
            connection.execute(_IN_FORCE, {"version": desk.configuration().version})
            for table in ("agent_loads", "agent_skills"):
                # Or half of the tickets would be handed out meanwhile.
                connection.execute(text(f"UPDATE {table} SET is_available = false"))
        desk.subscribe(Notices())
        taken = Taken(desk, alerts)
        ticker = Ticker(jobs(desk, clock, taken.step))

        def changed() -> None:
            for name in WOKEN_BY_CHANGE:
                ticker.wake(name)

        desk.after_commit(changed)
        due = _fall_due(database, tickets // alerts, alerts)
        ticker.start()
        try:
            taken.all_taken.wait((AHEAD + APART * alerts).total_seconds() + PATIENCE_S)
        finally:
            ticker.stop()
        return [(taken.at[key] - at).total_seconds() if key in taken.at else PATIENCE_S for key, at in due.items()]
    finally:
        database.close()


def _fall_due(database: Database, every: int, many: int) -> dict[tuple[int, int], datetime]:
    """When each of some clocks is due, soon and one after the other."""
    with database.write() as connection:
        clocks = connection.execute(_SOME, {"every": every, "many": many}).mappings().all()
        now = datetime.now(UTC)
        due = {}
        for index, clock in enumerate(clocks):
            at = from_us(to_us(now + AHEAD + APART * index))
            connection.execute(_FALL_DUE, {**clock, "due": to_us(at), "now": to_us(now)})
            due[clock["customer_id"], clock["ticket_id"]] = at
    return due


@contextmanager
def _address(engine: str, server: PostgresServer) -> Iterator[str]:
    with sqlite_file() if engine == "sqlite" else postgresql_database(server) as url:
        yield url


def figures(*, quick: bool) -> Iterator[Figure]:
    """p50 and p99 on each database, and the worse p99 of the two under the name that is asked for."""
    tickets, alerts = (QUICK_TICKETS, QUICK_ALERTS) if quick else (TICKETS, ALERTS)
    worst = 0.0
    with durable_server() as server:
        for engine in ENGINES:
            with _address(engine, server) as url:
                measured = lags(url, tickets, alerts)
            worst = max(worst, percentile(measured, 99))
            yield told(f"alert_lag_{engine}_p50_seconds", percentile(measured, 50), "s")
            yield below(f"alert_lag_{engine}_p99_seconds", percentile(measured, 99), "s", LIMIT_S)
    yield below("alert_lag_p99_seconds", worst, "s", LIMIT_S)
