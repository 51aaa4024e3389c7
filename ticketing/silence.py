"""
How long a PostgreSQL server may say nothing before whoever asked is told that the database does not answer.

A server that hangs, or a network that swallows every packet, ends no connection: only who waits can tell. What people wait
for is `bounded`, all else is given up after `SILENT_S`, save what changes whole tables. A connection on which nothing came is
closed, so that no late answer is taken for that of another question.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg

SILENT_S = 120.0
"""Real seconds for one statement where nobody waits: longer than any of ours takes, but for what changes whole tables."""

CONNECT_S = 2
"""Real seconds to reach the server; libpq takes no less."""

OVER_TCP = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""The kernel's own look at a line on which nothing moves. An address of the database may say otherwise."""

Result = TypeVar("Result")
_here = threading.local()


@contextmanager
def bounded(within_s: float | None) -> Iterator[None]:
    """Each statement that this thread sends within is waited for so many real seconds; None for as long as it takes."""
    before = longest_s()
    _here.within_s = within_s
    try:
        yield
    finally:
        _here.within_s = before


def longest_s() -> float | None:
    """How long this thread waits for one statement, in real seconds; None for as long as it takes."""
    within_s: float | None = getattr(_here, "within_s", SILENT_S)
    return within_s


class Connection(psycopg.Connection[Any]):
    """A connection that waits so long and no longer, and is closed after it."""

    def wait(self, gen: psycopg.abc.PQGen[Result], interval: float = 0.1, timeout: float | None = None) -> Result:
        """Raises psycopg.OperationalError."""
        try:
            return super().wait(gen, interval, longest_s() if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:  # not the server's word
                self.close()
            raise


def connected(cargs: tuple[Any, ...], cparams: dict[str, Any]) -> Connection:
    """Connect as `psycopg.connect` does. Raises psycopg.OperationalError, after `CONNECT_S` at the latest."""
    return Connection.connect(*cargs, **({"connect_timeout": CONNECT_S} | OVER_TCP | cparams))
