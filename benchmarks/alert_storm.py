"""
Ten thousand promises that are broken in the same second: how many messages tell of them, how late, and whether all are told.

The real ticker drives the watch, the ladder and delivery into the sandbox, which keeps Slack's rate limits. `python -m benchmarks
alert_storm`; not part of `make bench`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from time import monotonic

from slack_sdk import WebClient
from sqlalchemy import text

from benchmarks import filling
from benchmarks.alert_lag import ticker_of
from benchmarks.databases import ENGINES, Run
from benchmarks.measuring import Figure, below, told
from bot.clock import SystemClock
from bot.delivery import Pace, Slack
from bot.notices import Notices
from bot.ticker import Ticker
from tests.end_to_end.sandbox import Sandbox
from tests.processes import ROOT
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.instants import from_us, to_us

BREACHES, QUICK_BREACHES = 10_000, 1_000
AHEAD = timedelta(seconds=3)
PATIENCE_S = 400.0
HANDFUL = 8
"""So many messages at most: 2,500 tickets stand in one, and none waits for longer than two minutes for more."""

_ESCALATIONS = "C0ESCALATE"
_PROMISED = text("UPDATE sla_clocks SET config_version = :version")
_FALL_DUE = text("UPDATE sla_clocks SET due_at = :due, warn_at = NULL WHERE kind = 'first_response'")
_MARKED = text("SELECT count(*) FROM alerts WHERE stage = 'breach'")
_TOLD = text("SELECT count(home) AS told, count(DISTINCT home) AS messages FROM alerts WHERE stage = 'breach'")


@dataclass
class Storm:
    """What came of it: seconds from the instant at which all fell due."""

    tickets: int
    marked_s: float = PATIENCE_S
    told_s: float = PATIENCE_S
    told: int = 0
    messages: int = 0
    refused: int = 0
    """How often Slack said 429."""


def blow(url: str, tickets: int) -> Storm:
    """Let the first answers of so many tickets fall due in the same second."""
    filling.tickets(url, tickets)
    with ExitStack() as stack:
        sandbox = Sandbox.start(ROOT / "demo" / "workspace.toml")
        stack.callback(sandbox.stop)
        sandbox.put("/control/faults", {"rate_limits": True})
        database = Database.open(url)
        stack.callback(database.close)
        desk = Desk(database, SystemClock())
        desk.configure({"channels": {"escalations": _ESCALATIONS}}, by=None)
        desk.subscribe(Notices())
        due = datetime.now(UTC) + AHEAD
        with database.write() as connection:
            connection.execute(_PROMISED, {"version": desk.configuration().version})
            connection.execute(_FALL_DUE, {"due": to_us(due)})
            for table in ("agent_loads", "agent_skills"):
                connection.execute(text(f"UPDATE {table} SET is_available = false"))
        ticker = _ticker(desk, sandbox)
        logging.disable(logging.ERROR)  # these customers and agents have no conversation in the sandbox
        ticker.start()
        try:
            storm = _watched(database, tickets, from_us(to_us(due)))
        finally:
            ticker.stop()
            logging.disable(logging.NOTSET)
        entries = sandbox.get("/control/log", limit=2000)["entries"]
        storm.refused = sum(entry.get("status") == 429 for entry in entries)
        return storm


def _ticker(desk: Desk, sandbox: Sandbox) -> Ticker:
    known, pace = sandbox.credentials(), Pace()
    slack = Slack(WebClient(known.bot_token, base_url=known.api_url, timeout=10, retry_handlers=[]))
    return ticker_of(desk, slack, pace)


def _watched(database: Database, tickets: int, due: datetime) -> Storm:
    storm, until = Storm(tickets), monotonic() + PATIENCE_S
    while storm.told < tickets and monotonic() < until:
        Event().wait(0.5)
        with database.read() as connection:
            marked = int(connection.execute(_MARKED).scalar_one())
            found = connection.execute(_TOLD).one()
        since = (datetime.now(UTC) - due).total_seconds()
        storm.told, storm.messages = int(found.told), int(found.messages)
        storm.marked_s = min(storm.marked_s, since) if marked == tickets else storm.marked_s
        storm.told_s = since if storm.told == tickets else storm.told_s
    return storm


def figures(run: Run) -> Iterator[Figure]:
    """Of each database."""
    tickets = QUICK_BREACHES if run.is_quick else BREACHES
    for engine in ENGINES:
        with run.database(engine) as url:
            storm = blow(url, tickets)
        yield told(f"alert_storm_{engine}_marked_seconds", storm.marked_s, "s")
        yield told(f"alert_storm_{engine}_told_seconds", storm.told_s, "s")
        yield below(f"alert_storm_{engine}_messages", storm.messages, "messages", HANDFUL)
        yield below(f"alert_storm_{engine}_lost", storm.tickets - storm.told, "alerts", 0.5)
        yield told(f"alert_storm_{engine}_429", storm.refused, "answers")
