"""Databases to measure on: SQLite in a file, and a PostgreSQL server that keeps what it has confirmed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from benchmarks import filling
from tests.postgres import DURABLE, PostgresServer, postgres_server
from ticketing.database import migrate

ENGINES = ("postgresql", "sqlite")
TICKETS, QUICK_TICKETS = 1_000_000, 100_000


@contextmanager
def sqlite_file() -> Iterator[str]:
    """The address of a migrated file, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as directory:
        url = f"sqlite:///{Path(directory) / 'desk.db'}"
        migrate(url)
        yield url


@contextmanager
def postgresql_database(server: PostgresServer) -> Iterator[str]:
    """The address of a migrated database of a server, dropped afterwards."""
    url = server.new_database(migrate)
    try:
        yield url
    finally:
        server.drop_database(url)


class Run:
    """What the groups of one run share: each is made when it is first asked for and kept until the run is over."""

    def __init__(self, kept: ExitStack, *, is_quick: bool) -> None:
        self.is_quick = is_quick
        self.tickets = QUICK_TICKETS if is_quick else TICKETS
        self._kept = kept
        self._crowded: dict[str, str] = {}

    @cached_property
    def server(self) -> PostgresServer:
        """A server on a disk, with fsync; the machine's own where HELPDESK_TEST_PG_URL names one. Raises PostgresUnavailable."""
        return self._kept.enter_context(postgres_server(DURABLE))

    @contextmanager
    def database(self, engine: str) -> Iterator[str]:
        """The address of a migrated database of one's own, gone afterwards."""
        with sqlite_file() if engine == "sqlite" else postgresql_database(self.server) as url:
            yield url

    def crowded(self, engine: str) -> str:
        """
        The address of the desk with all the `tickets`, the same one each time.

        Whoever changes more of it than a few hundred tickets comes last among the groups.
        """
        if engine not in self._crowded:
            url = self._kept.enter_context(self.database(engine))
            filling.tickets(url, self.tickets)
            self._crowded[engine] = url
        return self._crowded[engine]


@contextmanager
def running(*, is_quick: bool) -> Iterator[Run]:
    """A run, and nothing of it left behind."""
    with ExitStack() as kept:
        yield Run(kept, is_quick=is_quick)
