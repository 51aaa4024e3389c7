"""
A simulated month, every alert of which is checked by an oracle that knows nothing but the audit log.

Warnings, breaches, the steps of the ladder, promises that lapse and tickets that come back, across a change of policy. `python -m
benchmarks simulated_month`; not part of `make bench`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import perf_counter

from benchmarks.databases import Run
from benchmarks.measuring import Figure, below, told
from tests.ticketing.eventful import differences, eventful
from ticketing.database import Database
from ticketing.simulation import play

DAYS, QUICK_DAYS = 30, 10
TICKETS_A_DAY, AGENTS = 60, 7


def figures(run: Run) -> Iterator[Figure]:
    """How long it takes, how many alerts of which kind were given, and how many of them were wrong."""
    with run.database("sqlite") as url:
        database = Database.open(url)
        try:
            what = eventful(days=QUICK_DAYS if run.is_quick else DAYS, tickets_a_day=TICKETS_A_DAY, agents=AGENTS)
            began = perf_counter()
            played = play(what, database)
            played_s = perf_counter() - began
            stages, wrong = differences(played, database)
        finally:
            database.close()
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    yield told("simulated_month_played_seconds", played_s, "s")
    yield told("simulated_month_tickets", len(what.arrivals), "tickets")
    for stage, count in sorted(stages.items()):
        yield told(f"simulated_month_{stage}", count, "alerts")
    yield below("simulated_month_wrong", len(wrong), "alerts", 0.5)
