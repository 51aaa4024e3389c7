"""A sandbox for the tests of the outgoing side, shared and emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.outbound import World
from tests.conftest import SqliteTemplates, directory_for_files
from tests.end_to_end.sandbox import Sandbox
from tests.postgres import Prepare
from tests.processes import ROOT
from ticketing.database import Database, migrate


@pytest.fixture(scope="session")
def prepare_database() -> Prepare:
    return migrate


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    sandbox = Sandbox.start(ROOT / "demo" / "workspace.toml", "--no-rate-limits")
    yield sandbox
    sandbox.stop()


@pytest.fixture
def world(sandbox_process: Sandbox, sqlite_templates: SqliteTemplates, tmp_path: Path) -> Iterator[World]:
    sandbox_process.post("/control/reset")
    with directory_for_files(tmp_path) as directory:
        database = Database.open(sqlite_templates.new_database(directory / "desk.db", migrate))
        yield World(sandbox_process, database)
        database.close()


@pytest.fixture
def world_anywhere(sandbox_process: Sandbox, database_url: str) -> Iterator[World]:
    """As `world`, on SQLite and on PostgreSQL in turn."""
    sandbox_process.post("/control/reset")
    database = Database.open(database_url)
    yield World(sandbox_process, database)
    database.close()
