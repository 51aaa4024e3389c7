"""`python -m benchmarks [--quick] [group ...]`: measure, print a table, write JSON lines."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from time import perf_counter
from typing import Protocol

from benchmarks import alert_lag, growth, opening, sandbox_calls, sandbox_page
from benchmarks.databases import shared_server
from benchmarks.measuring import Figure, table, write


class Group(Protocol):
    """Figures that are measured together."""

    def __call__(self, *, quick: bool) -> Iterable[Figure]: ...


GROUPS: dict[str, Group] = {
    "opening": opening.figures,
    "growth": growth.figures,
    "alert_lag": alert_lag.figures,
    "sandbox_calls": sandbox_calls.figures,
    "sandbox_page": sandbox_page.figures,
}

ON_SERVER = {"opening", "growth", "alert_lag"}


def measure(groups: Iterable[str], *, quick: bool, say: Callable[[str], object]) -> list[Figure]:
    """All figures of the groups, one after the other."""
    found: list[Figure] = []
    with nullcontext() if ON_SERVER.isdisjoint(groups) else shared_server():
        for name in groups:
            say(f"{name} ...")
            began = perf_counter()
            found.extend(GROUPS[name](quick=quick))
            say(f"{name}: {perf_counter() - began:.0f} s")
    return found


def main() -> int:
    """Exit status 1 when a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute, with a tenth of the tickets")
    parser.add_argument("groups", nargs="*", choices=[[], *GROUPS], help="only these")
    given = parser.parse_args()
    figures = measure(
        given.groups or GROUPS, quick=given.quick, say=lambda line: print(line, file=sys.stderr, flush=True)
    )
    write(figures)
    print(table(figures))
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
