"""
Ten thousand promises that are broken in the same second: how many messages tell of them, how late, and whether all are told.

Half of them were warned of before, so that their messages stand already and are edited. The real ticker drives the watch, the
ladder and delivery into the sandbox, which keeps Slack's rate limits. `python -m benchmarks alert_storm`; not part of
`make bench`.
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
from sqlalchemy import TextClause, text

from benchmarks import filling
from benchmarks.alert_lag import ticker_of
from benchmarks.databases import ENGINES, Run
from benchmarks.measuring import Figure, below, told
from bot.clock import SystemClock
from bot.delivery import Pace, Slack
from bot.delivery.pace import CHANNEL
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
LOGGED = 2000
"""So many calls the sandbox's log holds; it is read twice a second."""

HANDFUL = 8
"""So many messages and lines at most: 2,500 tickets stand in one, and none waits for longer than two minutes for more."""

AFTER_MARKING_S = 15.0
"""So long after the last was marked the last is told: what is left is drawing one message, and Slack's second for each."""

BEHIND_SLACK_S = 60.0
"""So long after Slack would have taken the last of these messages it is told; most of that is marking ten thousand tickets."""

_ESCALATIONS = "C0ESCALATE"
_PROMISED = text("UPDATE sla_clocks SET config_version = :version")
_WARN = text("UPDATE sla_clocks SET warn_at = :at, due_at = :due WHERE kind = 'first_response' AND ticket_id % 2 = 1")
_FALL_DUE = text("UPDATE sla_clocks SET due_at = :at WHERE kind = 'first_response'")
_UNWARNED = text("UPDATE sla_clocks SET warn_at = NULL WHERE kind = 'first_response' AND ticket_id % 2 = 0")
_MARKED = text("SELECT count(*) FROM alerts WHERE stage = :stage")
_TOLD = text("SELECT count(home) AS told, count(DISTINCT home) AS messages FROM alerts WHERE stage = :stage")


@dataclass
class Storm:
    """What came of it: seconds from the instant at which all fell due."""

    tickets: int
    marked_s: float = PATIENCE_S
    told_s: float = PATIENCE_S
    told: int = 0
    messages: int = 0
    """Messages and lines that told of them."""

    @property
    def after_marking_s(self) -> float:
        return self.told_s - self.marked_s

    @property
    def behind_slack_s(self) -> float:
        """How long after the instant at which Slack would have taken as many messages in one channel."""
        return self.told_s - max(0.0, self.messages - CHANNEL.size) / CHANNEL.per_second


@dataclass
class _Calls:
    """What the sandbox has answered, read often enough that its log forgets nothing in between."""

    sandbox: Sandbox
    refused: int = 0
    """How often Slack said 429."""
    _seen: int = 0

    def read(self) -> None:
        """Raises AssertionError where the log has forgotten something since the last look."""
        entries = self.sandbox.get("/control/log", since=self._seen, limit=LOGGED)["entries"]
        if not entries:
            return
        assert self._seen in (0, entries[0]["seq"] - 1), "The sandbox's log has forgotten calls."
        self._seen = entries[-1]["seq"]
        self.refused += sum(entry.get("status") == 429 for entry in entries)


@dataclass(frozen=True)
class Blown:
    """How the breaches came, and before them the warnings of half of them."""

    warnings: Storm
    breaches: Storm
    refused: int


def blow(url: str, tickets: int) -> Blown:
    """Let the first answers of so many tickets fall due in the same second, half of them warned of before."""
    filling.tickets(url, tickets)
    with ExitStack() as stack:
        sandbox = Sandbox.start(ROOT / "demo" / "workspace.toml", begins=None)
        stack.callback(sandbox.stop)
        sandbox.put("/control/faults", {"rate_limits": True})
        database = Database.open(url)
        stack.callback(database.close)
        desk = Desk(database, SystemClock())
        desk.configure({"channels": {"escalations": _ESCALATIONS}}, by=None)
        desk.subscribe(Notices())
        with database.write() as connection:
            connection.execute(_PROMISED, {"version": desk.configuration().version})
            connection.execute(_UNWARNED)
            for table in ("agent_loads", "agent_skills"):
                connection.execute(text(f"UPDATE {table} SET is_available = false"))
        ticker, calls = _ticker(desk, sandbox), _Calls(sandbox)
        logging.disable(logging.ERROR)  # these customers and agents have no conversation in the sandbox
        ticker.start()
        try:
            warnings = _watched(database, calls, _soon(database, ticker, _WARN), Storm(tickets // 2), "warning")
            breaches = _watched(database, calls, _soon(database, ticker, _FALL_DUE), Storm(tickets), "breach")
        finally:
            ticker.stop()
            logging.disable(logging.NOTSET)
        return Blown(warnings, breaches, calls.refused)


def _soon(database: Database, ticker: Ticker, what: TextClause) -> datetime:
    """Let it happen in a few seconds, by the database alone; returns when."""
    at = datetime.now(UTC) + AHEAD
    values = {"at": to_us(at), "due": to_us(at + timedelta(days=1))}
    with database.write() as connection:
        connection.execute(what, {name: values[name] for name in what.compile().params})
    ticker.wake_all()  # nothing has told the watch
    return from_us(to_us(at))


def _ticker(desk: Desk, sandbox: Sandbox) -> Ticker:
    known, pace = sandbox.credentials(), Pace()
    slack = Slack(WebClient(known.bot_token, base_url=known.api_url, timeout=10, retry_handlers=[]))
    return ticker_of(desk, slack, pace)


def _watched(database: Database, calls: _Calls, due: datetime, storm: Storm, stage: str) -> Storm:
    until = monotonic() + PATIENCE_S
    while storm.told < storm.tickets and monotonic() < until:
        Event().wait(0.5)
        calls.read()
        with database.read() as connection:
            marked = int(connection.execute(_MARKED, {"stage": stage}).scalar_one())
            found = connection.execute(_TOLD, {"stage": stage}).one()
        since = (datetime.now(UTC) - due).total_seconds()
        storm.told, storm.messages = int(found.told), int(found.messages)
        storm.marked_s = min(storm.marked_s, since) if marked == storm.tickets else storm.marked_s
        storm.told_s = since if storm.told == storm.tickets else storm.told_s
    return storm


def figures(run: Run) -> Iterator[Figure]:
    """Of each database."""
    tickets = QUICK_BREACHES if run.is_quick else BREACHES
    for engine in ENGINES:
        with run.database(engine) as url:
            blown = blow(url, tickets)
        name, storm, warnings = f"alert_storm_{engine}", blown.breaches, blown.warnings
        lost = storm.tickets - storm.told + warnings.tickets - warnings.told
        yield told(f"{name}_marked_seconds", storm.marked_s, "s")
        yield told(f"{name}_told_seconds", storm.told_s, "s")
        yield below(f"{name}_after_marking_seconds", storm.after_marking_s, "s", AFTER_MARKING_S)
        yield below(f"{name}_behind_slack_seconds", storm.behind_slack_s, "s", BEHIND_SLACK_S)
        yield below(f"{name}_messages", storm.messages, "messages", HANDFUL)
        yield below(f"{name}_lost", lost, "alerts", 0.5)
        yield below(f"{name}_429", blown.refused, "answers", 0.5)
