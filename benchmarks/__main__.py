"""`python -m benchmarks [--quick] [group ...]`: measure, print a table, write JSON lines."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Iterable
from time import perf_counter

from benchmarks import (
    alert_lag,
    alert_storm,
    growth,
    opening,
    sandbox_calls,
    sandbox_page,
    searching,
    simulated_month,
)
from benchmarks.databases import Run, running
from benchmarks.measuring import Figure, table, write

Group = Callable[[Run], Iterable[Figure]]
"""Figures that are measured together."""

# alert_lag follows growth: it hands out half of the tickets that both measure on.
GROUPS: dict[str, Group] = {
    "opening": opening.figures,
    "growth": growth.figures,
    "alert_lag": alert_lag.figures,
    "search": searching.figures,
    "sandbox_calls": lambda run: sandbox_calls.figures(quick=run.is_quick),
    "sandbox_page": lambda run: sandbox_page.figures(quick=run.is_quick),
    "alert_storm": alert_storm.figures,
    "simulated_month": simulated_month.figures,
}
BY_NAME_ONLY = {"alert_storm", "simulated_month"}
"""What takes minutes, and is measured when it is asked for."""


def measure(groups: Collection[str], *, quick: bool, say: Callable[[str], object]) -> list[Figure]:
    """All figures of the groups, one group after the other in the order of `GROUPS`."""
    found: list[Figure] = []
    with running(is_quick=quick) as run:
        for name, group in GROUPS.items():
            if name in groups:
                say(f"{name} ...")
                began = perf_counter()
                found.extend(group(run))
                say(f"{name}: {perf_counter() - began:.0f} s")
    return found


def main() -> int:
    """Exit status 1 when a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute, with a tenth of the tickets")
    parser.add_argument("groups", nargs="*", choices=[[], *GROUPS], help="only these")
    given = parser.parse_args()
    figures = measure(
        given.groups or GROUPS.keys() - BY_NAME_ONLY,
        quick=given.quick,
        say=lambda line: print(line, file=sys.stderr, flush=True),
    )
    write(figures)
    print(table(figures))
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
