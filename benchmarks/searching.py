"""How long a search takes among tickets that have bodies and comments (`benchmarks.corpus`)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sqlalchemy import text

from benchmarks import corpus, filling
from benchmarks.databases import ENGINES, Run
from benchmarks.growth import Filled, filled
from benchmarks.measuring import Figure, below, percentile, timed
from ticketing.model import PersonId

QUICK, MANY = 2_000, 1_000_000
"""SQLite takes half a millisecond of the processor to write all words of a ticket, PostgreSQL a whole one."""

ROUNDS, QUICK_ROUNDS = 400, 100
WARMING_UP = 40
LIMIT_MS = {"postgresql": 20.0, "sqlite": 10.0}

ASKED = (*corpus.COMMON, *corpus.MIDDLING, *corpus.RARE, *corpus.TOGETHER, *corpus.BEGINNINGS)


def searches(engine: str, on: Filled, *, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Rare, middling and common words, one or two, whole or begun; those of old tickets alone; then among one customer's."""
    for suffix, asked, of_customer in (
        ("", ASKED, False),
        ("_of_old", corpus.OF_OLD, False),
        ("_of_customer", (*ASKED, *corpus.OF_OLD), True),
    ):
        times = []
        for turn in range(rounds + WARMING_UP):
            customer = PersonId(on.customers[turn * 7 % len(on.customers)]) if of_customer else None
            words = asked[turn % len(asked)]
            look = partial(on.desk.search, words, customer_id=customer, include_internal=not of_customer)
            took = timed(look) * 1000
            if turn >= WARMING_UP:
                times.append(took)
        yield below(f"search{suffix}_{engine}_p99_ms", percentile(times, 99), "ms", LIMIT_MS[engine])


def fill(on: Filled) -> None:
    """Write what all the tickets say."""
    with on.database.write() as connection:
        connection.execute(text("DELETE FROM ticket_search"))
    with filling.without_indexes(on.database, "ticket_search"):
        corpus.index(on.database, on.count, 1, on.count, on.customers)
    filling.settle(on.database)


def figures(run: Run) -> Iterator[Figure]:
    """Among `MANY` tickets, or `QUICK`: most of the time goes into writing what they say."""
    for engine in ENGINES:
        count = QUICK if run.is_quick else MANY
        with run.database(engine) as url, filled(url, count) as on:
            fill(on)
            yield from searches(engine, on, rounds=QUICK_ROUNDS if run.is_quick else ROUNDS)
