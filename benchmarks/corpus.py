"""
What tickets say, made up: a body of 60 to 150 words, comments as long, notes, with words as frequent as in a language.

A vocabulary by Zipf's law is put into sentences once, and tickets draw from these; the words that are searched for stand in
subjects, bodies and comments besides, each in as many tickets as its name says. The same every time.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from itertools import accumulate
from typing import Any

from sqlalchemy import text

from ticketing.database import Database
from ticketing.indexing import as_stored

COMMON, MIDDLING, RARE = ("printer", "alpha1"), ("beta7", "gamma123"), ("delta77",)
"""In every ticket and in each third; in 2 % and in 0.05 %; in ten."""
TOGETHER = ("printer alpha2", "alpha1 beta7", "beta7 gamma7", "printer gamma123", "alpha1 delta77")
BEGINNINGS = ("print", "gam", "delta7", "beta7 print")
OF_OLD = ("relic", "relic12", "relics printer", "zurn")
"""Words, and beginnings of them, that every ticket of the older half has and none of the newer; and what none has."""

VOCABULARY, SENTENCES = 30_000, 20_000
CHUNK = 5_000
_SYLLABLES = [
    first + vowel + last for first in "bdfgklmnprstv" for vowel in "aeiou" for last in ("", "n", "r", "s", "l")
]


@cache
def _sentences() -> list[str]:
    draw = random.Random(7)
    words = ["".join(draw.choices(_SYLLABLES, k=draw.choice((1, 2, 2, 3, 3, 4)))) for _ in range(VOCABULARY)]
    weights = list(accumulate(1 / (rank + 10) for rank in range(VOCABULARY)))
    return [" " + " ".join(draw.choices(words, cum_weights=weights, k=draw.randint(8, 16))) for _ in range(SENTENCES)]


def _row(number: int, count: int, customer: int, sentences: list[str]) -> dict[str, Any]:
    draw = random.Random(number)

    def said() -> str:
        return "".join(draw.choices(sentences, k=draw.randint(5, 12)))

    of_old = f" relic{number % 1000} relics" if number <= count // 2 else ""
    body = f"{said()} gamma{number % 2000}{of_old}"
    body += "".join(said() for _ in range(draw.choice((0, 0, 1, 1, 2)))) + f" printers delta{number % (count // 10)}"
    return {
        "customer_id": customer,
        "number": number,
        "subject": f" printer alpha{number % 3} beta{number % 50}",
        "body": body,
        "name": f" person {customer}",
        "notes": said() if number % 4 == 0 else "",
    }


def rows(count: int, first: int, last: int, customers: Sequence[int]) -> Iterator[list[dict[str, Any]]]:
    """The index's rows of the tickets [first, last], in chunks, as `ticketing.indexing` would make them."""
    sentences = _sentences()
    for begin in range(first, last + 1, CHUNK):
        numbers = range(begin, min(begin + CHUNK, last + 1))
        yield [_row(number, count, customers[number % len(customers)], sentences) for number in numbers]


_INSERT_SQLITE = text(
    "INSERT INTO ticket_search (rowid, customer_id, subject, body, name, notes)"
    " VALUES (:number, :customer_id, :subject, :body, :name, :notes)"
)
_PARTS = " || ".join(
    f"setweight(to_tsvector('ticket_search', {name}), '{weight}')"
    for name, weight in (("subject", "A"), ("name", "B"), ("body", "C"), ("notes", "D"))
)
_STAGE = "CREATE TEMPORARY TABLE staged (customer_id bigint, id bigint, size int, subject text, name text, body text, notes text)"
_MOVE = f"INSERT INTO ticket_search (customer_id, ticket_id, size, words) SELECT customer_id, id, size, {_PARTS} FROM staged"


_SETTING_SQLITE = "INSERT INTO ticket_search (ticket_search, rank) VALUES (?, ?)"
_IN_BULK = {"hashsize": 64 << 20, "automerge": 0}
_USUALLY = {"hashsize": 1 << 20, "automerge": 4}
"""How much FTS5 collects in memory, and of how many pieces it makes one as it goes; beyond 16 it always does."""


def index(database: Database, count: int, first: int, last: int, customers: Sequence[int]) -> None:
    """Write the index's rows of the tickets [first, last]. It is best without its own indexes meanwhile."""
    if database.is_sqlite:
        _index_sqlite(database, rows(count, first, last, customers))
        return
    chunks = rows(count, first, last, customers)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(_copy, database, chunk) for chunk in chunks]:
            done.result()


def _index_sqlite(database: Database, chunks: Iterator[list[dict[str, Any]]]) -> None:
    """
    On a connection of its own, in one transaction without a journal, with room in memory: a fifth of the usual time.

    An index of a million tickets is in five pieces then; one that grew ticket by ticket is in some twenty, most of them tiny.
    """
    database.close()  # the pool's connections, of which new ones are made when they are needed
    with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        connection.executemany(_SETTING_SQLITE, _IN_BULK.items())
        for chunk in chunks:
            connection.executemany(_INSERT_SQLITE.text, [as_stored(row, is_sqlite=True) for row in chunk])
        connection.executemany(_SETTING_SQLITE, _USUALLY.items())
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


def _copy(database: Database, chunk: list[dict[str, Any]]) -> None:
    with database.write() as connection:
        driver: Any = connection.connection.dbapi_connection
        with driver.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS staged")
            cursor.execute(_STAGE)
            with cursor.copy("COPY staged FROM STDIN") as into:
                for row in (as_stored(each, is_sqlite=False) for each in chunk):
                    names = ("customer_id", "number", "size", "subject", "name", "body", "notes")
                    into.write_row([row[name] for name in names])
            cursor.execute(_MOVE)
