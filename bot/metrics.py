"""
What the process counts, in Prometheus' form.

Counters live in this module's registry, one port a process; what is a state of the database is read when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry(auto_describe=True)

JOB_RUNS = Counter("helpdesk_job_runs_total", "Runs of a job, by job and result.", ["job", "result"], registry=REGISTRY)
JOB_SECONDS = Histogram("helpdesk_job_seconds", "How long a run of a job takes.", ["job"], registry=REGISTRY)
JOB_LAST_SUCCESS = Gauge(
    "helpdesk_job_last_success_seconds", "When a job last ran well, in unix seconds of machine time.", ["job"],
    registry=REGISTRY,
)  # fmt: skip
DELIVERIES = Counter(
    "helpdesk_deliveries_total", "What became of what was to be shown, by kind and result.", ["kind", "result"],
    registry=REGISTRY,
)  # fmt: skip
ALERT_LAG = Histogram(
    "helpdesk_alert_lag_seconds",
    "From the instant of a warning or breach to its being handed to Slack, in business time.",
    buckets=(0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 3600),
    registry=REGISTRY,
)
OUTBOX_DEPTH = Gauge("helpdesk_outbox_waiting", "What waits to be shown.", registry=REGISTRY)


def watch_outbox(depth: Callable[[], int]) -> None:
    """Read the outbox's depth whenever the metrics are asked for."""
    OUTBOX_DEPTH.set_function(depth)
