"""
What the process counts, in Prometheus' form; docs/metrics.md has what each figure means and what to watch.

Counters live in this module's registry, one port a process; what is a state of the database is read when it is asked for.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ticketing.desk.figures import DeskFigures
from ticketing.errors import DatabaseUnavailable

REGISTRY = CollectorRegistry(auto_describe=True)

JOB_RUNS = Counter("helpdesk_job_runs_total", "Runs of a job, by job and result.", ["job", "result"], registry=REGISTRY)
JOB_SECONDS = Histogram("helpdesk_job_seconds", "How long a run of a job takes.", ["job"], registry=REGISTRY)
JOB_LAST_SUCCESS = Gauge(
    "helpdesk_job_last_success_seconds", "When a job last ran well, in unix seconds of machine time.", ["job"],
    registry=REGISTRY,
)  # fmt: skip
SETBACKS = Counter(
    "helpdesk_job_setbacks_total",
    "What failed of a job's work while the rest went on; it is tried again later.",
    ["job"],
    registry=REGISTRY,
)
JOB_STALLED = Gauge(
    "helpdesk_job_stalled", "1 while a job hangs or has not run for too long.", ["job"], registry=REGISTRY
)
DELIVERIES = Counter(
    "helpdesk_deliveries_total", "What became of what was to be shown, by kind and result.", ["kind", "result"],
    registry=REGISTRY,
)  # fmt: skip
RECOVERED = Counter(
    "helpdesk_recovered_total", "What was found after a gap in the connection, by kind.", ["kind"], registry=REGISTRY
)
ALERT_LAG = Histogram(
    "helpdesk_alert_lag_seconds",
    "From when a warning or breach could be told first to Slack's having it, in business time.",
    buckets=(0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 3600),
    registry=REGISTRY,
)
ACK_SECONDS = Histogram(
    "helpdesk_ack_seconds",
    "From receiving something from Slack to having its answer, by kind; Slack gives up after 3.",
    ["kind"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
    registry=REGISTRY,
)
OUTBOX_DEPTH = Gauge("helpdesk_outbox_waiting", "What waits to be shown.", registry=REGISTRY)


def watch_outbox(depth: Callable[[], int]) -> None:
    """Read the outbox's depth whenever the metrics are asked for; not a number while the database is away."""

    def known() -> float:
        try:
            return depth()
        except DatabaseUnavailable:
            return math.nan

    OUTBOX_DEPTH.set_function(known)


FIGURES_LAST_S = 60.0
"""How long counted figures are shown again, in seconds of machine time: counting reads all that is open."""

COUNTING_SHARE = 0.01
"""Where counting takes long, they are shown for longer: it takes no more of the time than this."""


class DeskCollector(Collector):
    """How the desk stands, counted when asked for and at most once a minute; the last figures while the database is away."""

    def __init__(self, figures: Callable[[], DeskFigures], machine_time: Callable[[], float] = time.monotonic) -> None:
        self._figures = figures
        self._time = machine_time
        self._guard = threading.Lock()
        self._known: DeskFigures | None = None
        self._count_at = 0.0

    def collect(self) -> Iterator[Metric]:
        figures = self._recent()
        if figures is None:
            return
        tickets = GaugeMetricFamily(
            "helpdesk_open_tickets", "Tickets that are not resolved or closed.", labels=["status", "priority"]
        )
        for (status, priority), count in sorted(figures.open_tickets.items()):
            tickets.add_metric([status.value, priority.name.lower()], count)
        yield tickets
        clocks = GaugeMetricFamily("helpdesk_clocks", "SLA clocks that run, by how they stand.", labels=["state"])
        for state, count in (
            ("running", figures.running_clocks),
            ("due_within_1h", figures.due_soon),
            ("warned", figures.warned),
            ("overdue", figures.overdue),
        ):
            clocks.add_metric([state], count)
        yield clocks
        yield GaugeMetricFamily("helpdesk_queue_tickets", "Tickets that wait for an agent.", value=figures.queued)
        yield _seconds(
            "helpdesk_queue_oldest_seconds", "Since when the first has been owed an answer.", figures.oldest_waiting
        )
        yield GaugeMetricFamily(
            "helpdesk_outbox_parked", "What cannot be shown, and why is known.", value=figures.parked
        )
        yield GaugeMetricFamily(
            "helpdesk_recompute_waiting_tickets",
            "Tickets whose deadlines still follow an earlier configuration.",
            value=figures.outdated,
        )
        yield GaugeMetricFamily(
            "helpdesk_problem_acts_running", "Answers and resolutions for all that are not through.", value=figures.acts
        )
        yield _seconds("helpdesk_outbox_oldest_seconds", "How long the first unsent has waited.", figures.oldest_unsent)

    def describe(self) -> list[Metric]:
        """Nothing is read to register it."""
        return []

    def _recent(self) -> DeskFigures | None:
        with self._guard:
            began = self._time()
            if self._known is None or began >= self._count_at:
                # The last figures are better than none, and the jobs' own counters say what is wrong.
                with suppress(DatabaseUnavailable):
                    self._known = self._figures()
                    self._count_at = began + max(FIGURES_LAST_S, (self._time() - began) / COUNTING_SHARE)
            return self._known


def _seconds(name: str, meaning: str, length: timedelta | None) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=0.0 if length is None else length.total_seconds())


class Served:
    """The metrics at http://host:port/metrics, with a desk's figures, until stopped."""

    def __init__(self, figures: Callable[[], DeskFigures], host: str, port: int) -> None:
        self._collector = DeskCollector(figures)
        REGISTRY.register(self._collector)
        self._server, self._thread = start_http_server(port, host, REGISTRY)

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def stop(self) -> None:
        REGISTRY.unregister(self._collector)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
