"""Databases to measure on: SQLite in a file, and a PostgreSQL server that keeps what it has confirmed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import DURABLE, PostgresServer, postgres_server
from ticketing.database import migrate

ENGINES = ("postgresql", "sqlite")


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


_shared: list[PostgresServer] = []


@contextmanager
def durable_server() -> Iterator[PostgresServer]:
    """A server on a disk, with fsync; the machine's own where HELPDESK_TEST_PG_URL names one. Raises PostgresUnavailable."""
    if _shared:
        yield _shared[0]
        return
    with postgres_server(DURABLE) as server:
        yield server


@contextmanager
def shared_server() -> Iterator[None]:
    """Meanwhile every `durable_server` is the same. Raises PostgresUnavailable."""
    with durable_server() as server:
        _shared.append(server)
        try:
            yield
        finally:
            _shared.clear()
