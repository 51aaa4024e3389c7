"""
How long after its instant a breach's alert is taken up by delivery, beside a million open tickets.

The real ticker drives the watch and delivery, which draws each message but hands it to nobody: Slack's own pace is not
measured. The second that the watch looks behind counts. Measured at rest, and while half of all the tickets are being handed out
and others opened. `python -m benchmarks alert_lag`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from threading import Event, Lock, Thread
from time import monotonic

from sqlalchemy import text

from benchmarks import filling
from benchmarks.databases import ENGINES, Run
from benchmarks.measuring import Figure, below, percentile, told
from bot.clock import SystemClock
from bot.delivery import Delivery, Pace, Slack
from bot.delivery.slack import Posted
from bot.notices import Notices
from bot.outward import WOKEN_BY_CHANGE, jobs
from bot.ticker import Ticker
from bot.views import Message
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.instants import from_us, to_us
from ticketing.lanes import Lane

ALERTS, QUICK_ALERTS = 300, 30
APART, QUICK_APART = timedelta(milliseconds=100), timedelta(milliseconds=50)
AHEAD, QUICK_AHEAD = timedelta(seconds=3), timedelta(seconds=1.2)
LIMIT_S = 2.0
BEHIND_S = 1.0
PATIENCE_S = 30.0

_FALL_DUE = text(
    "UPDATE sla_clocks SET due_at = :due, warned_at = :now, warn_at = :now"
    " WHERE customer_id = :customer_id AND ticket_id = :ticket_id AND kind = :kind AND run = :run"
)
# Of those that are held already: what is handed out has its alert drawn anew.
_SOME = text(
    "SELECT customer_id, ticket_id, kind, run FROM sla_clocks"
    " WHERE kind = 'first_response' AND ended_at IS NULL AND breached_at IS NULL AND ticket_id % 2 = 1"
    " ORDER BY due_at DESC LIMIT :many"
)


_HOMES = text("SELECT customer_id, ticket_id, home FROM alerts WHERE stage = 'breach' AND home IS NOT NULL")


class NoSlack(Slack):
    """Where delivery's messages go: nowhere, at once. The `ts` of a message is the instant at which it was handed over."""

    def __init__(self) -> None:
        self._last = 0
        self._guard = Lock()

    def post(
        self,
        channel: str,
        message: Message,
        key: str,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        shares_files: bool = False,
    ) -> Posted:
        """As chat.postMessage; no two messages have the same `ts`."""
        with self._guard:
            self._last = max(self._last + 1, to_us(datetime.now(UTC)))
            return Posted(channel, f"{self._last / 1e6:.6f}", thread_ts)

    def update(self, channel: str, ts: str, message: Message, key: str) -> None:
        """As chat.update."""


@dataclass(frozen=True)
class Measured:
    """The lags of so many alerts in seconds, at rest and while tickets are handed out and opened."""

    at_rest: list[float]
    busy: list[float]


def lags(url: str, *, quick: bool) -> Measured:
    """On a filled desk let promises be broken one shortly after the other; at rest only where there is time for it."""
    database = Database.open(url)
    try:
        desk = Desk(database, SystemClock())
        desk.subscribe(Notices())
        at_rest = [] if quick else _lags(database, desk, is_busy=False, quick=quick)
        return Measured(at_rest, _lags(database, desk, is_busy=True, quick=quick))
    finally:
        database.close()


def ticker_of(desk: Desk, slack: Slack, pace: Pace) -> Ticker:
    """What runs by itself for alerts and cards, woken by changes as in the process that runs the bot."""
    lanes = {
        lane: Delivery(desk, slack, clock=lambda: datetime.now(UTC), pace=pace, jitter=Random(1), lane=lane).step
        for lane in (Lane.AHEAD, Lane.REST)
    }
    ticker = Ticker(jobs(desk, SystemClock(), lanes))

    def changed() -> None:
        for name in WOKEN_BY_CHANGE:
            ticker.wake(name)

    desk.after_commit(changed)
    return ticker


def _lags(database: Database, desk: Desk, *, is_busy: bool, quick: bool) -> list[float]:
    alerts, apart, ahead = (QUICK_ALERTS, QUICK_APART, QUICK_AHEAD) if quick else (ALERTS, APART, AHEAD)
    with database.write() as connection:
        for table in ("agent_loads", "agent_skills"):
            # With anybody there, the half of the tickets that waits is handed out from now on.
            connection.execute(text(f"UPDATE {table} SET is_available = :is_busy"), {"is_busy": is_busy})
    slack, pace = NoSlack(), Pace(is_on=False)
    ticker = ticker_of(desk, slack, pace)
    ticker.start()
    due = _fall_due(database, alerts, apart, ahead)
    ticker.wake("watch")  # as the desk does after each of its changes
    over = (ahead + apart * alerts).total_seconds()
    try:
        with _opening(desk, database) if is_busy else nullcontext():
            # No look before the last of them can be there: the watch is a second behind.
            Event().wait(over + BEHIND_S)
            until = monotonic() + PATIENCE_S
            while len(handed := _handed_over(database, due)) < len(due) and monotonic() < until:
                Event().wait(0.2)
    finally:
        ticker.stop()
    return [(handed[key] - at).total_seconds() if key in handed else PATIENCE_S for key, at in due.items()]


def _handed_over(database: Database, due: Mapping[tuple[int, int], datetime]) -> dict[tuple[int, int], datetime]:
    """When the message was handed over that told each ticket's breach."""
    with database.read() as connection:
        return {
            (row.customer_id, row.ticket_id): datetime.fromtimestamp(float(row.home.partition(":")[2]), UTC)
            for row in connection.execute(_HOMES)
            if (row.customer_id, row.ticket_id) in due
        }


@contextmanager
def _opening(desk: Desk, database: Database) -> Iterator[None]:
    """Meanwhile somebody opens one ticket after the other."""
    with database.read() as connection:
        customers, _ = filling.people_of(connection)
    is_over = Event()

    def work() -> None:
        for number in count():
            if is_over.is_set():
                return
            customer = filling.person_id(customers[number % len(customers)])
            desk.open_ticket(
                customer, subject="Invoice", description="It is blank.", category="billing", source=f"v:lag:{number}"
            )

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _fall_due(database: Database, many: int, apart: timedelta, ahead: timedelta) -> dict[tuple[int, int], datetime]:
    """When each of some clocks is due, soon and one after the other."""
    with database.write() as connection:
        clocks = connection.execute(_SOME, {"many": many}).mappings().all()
        now = datetime.now(UTC)
        due = {}
        for index, clock in enumerate(clocks):
            at = from_us(to_us(now + ahead + apart * index))
            connection.execute(_FALL_DUE, {**clock, "due": to_us(at), "now": to_us(now)})
            due[clock["customer_id"], clock["ticket_id"]] = at
    return due


def figures(run: Run) -> Iterator[Figure]:
    """p50 and p99 on each database, and the worst p99 of all under the name that is asked for."""
    worst = 0.0
    # SQLite first: PostgreSQL goes on to clean up behind the tickets that were handed out.
    for engine in reversed(ENGINES):
        measured = lags(run.crowded(engine), quick=run.is_quick)
        for condition, seconds in (("", measured.at_rest), ("busy_", measured.busy)):
            if seconds:
                worst = max(worst, percentile(seconds, 99))
                yield told(f"alert_lag_{engine}_{condition}p50_seconds", percentile(seconds, 50), "s")
                yield below(f"alert_lag_{engine}_{condition}p99_seconds", percentile(seconds, 99), "s", LIMIT_S)
    yield below("alert_lag_p99_seconds", worst, "s", LIMIT_S)
