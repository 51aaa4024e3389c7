"""
What all tests share: databases.

`database_url` runs a test on SQLite and on PostgreSQL, each time on a database of its own that `prepare_database` has
prepared. A folder of tests that needs tables overrides that fixture (session-scoped, returning a function that migrates the
address it is given). `empty_database_url` is the same without any preparation, for tests of the migrations themselves.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import MEMORY, PostgresServer, PostgresUnavailable, Prepare, memory_has_room, postgres_server

# The same examples on every run, and no verdict on how fast the machine was meanwhile.
slow = [HealthCheck.too_slow]
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=slow)
settings.load_profile("repeatable")

ENGINES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What the end-to-end tests do with it stands in their own conftest; only here pytest asks for options."""
    parser.addoption("--every-combination", action="store_true", help="each end-to-end test in both combinations")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    """The one server of this session. Where none can be had, the run ends with a sentence that says what to install."""
    try:
        with postgres_server() as server:
            yield server
    except PostgresUnavailable as reason:
        pytest.exit(str(reason), returncode=1)


@pytest.fixture
def postgresql_url(postgresql_server: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database of the test's own, dropped afterwards."""
    url = postgresql_server.new_database()
    yield url
    postgresql_server.drop_database(url)


@pytest.fixture(scope="session")
def prepare_database() -> Prepare | None:
    """What makes an empty database ready for the tests of a folder: nothing, unless that folder overrides this."""
    return None


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplates:
    """The prepared files of this session."""
    return SqliteTemplates(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path, prepare_database: Prepare | None) -> Iterator[str]:
    """A prepared database of the test's own: `sqlite:///...` and `postgresql+psycopg://...` in turn."""
    yield from _database(request, tmp_path, prepare_database)


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """As `database_url`, without any preparation."""
    yield from _database(request, tmp_path, None)


def _database(request: pytest.FixtureRequest, tmp_path: Path, prepare: Prepare | None) -> Iterator[str]:
    if request.param == "sqlite":
        # Asked for by name here, so that tests on SQLite start no server.
        templates: SqliteTemplates = request.getfixturevalue("sqlite_templates")
        with directory_for_files(tmp_path) as directory:
            yield templates.new_database(directory / "desk.db", prepare)
        return
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    url = server.new_database(prepare)
    yield url
    server.drop_database(url)


@contextmanager
def directory_for_files(on_disk: Path) -> Iterator[Path]:
    """For a test's files: in memory while it runs, or on the disk where there is no room."""
    if not memory_has_room():
        yield on_disk
        return
    with TemporaryDirectory(prefix="helpdesk-sqlite-", dir=MEMORY, ignore_cleanup_errors=True) as directory:
        yield Path(directory)


class SqliteTemplates:
    """Files that were prepared once and are copied for each test, as the templates of the PostgreSQL server are."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._templates: dict[Prepare, Path] = {}

    def new_database(self, path: Path, prepare: Prepare | None) -> str:
        """The address of a database in the file `path`: a new file, or as `prepare` leaves one."""
        if prepare is None:
            return f"sqlite:///{path}"
        if prepare not in self._templates:
            template = self._directory / f"template_{len(self._templates)}.db"
            prepare(f"sqlite:///{template}")
            with closing(sqlite3.connect(template)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what stands in the log moves into the file
            self._templates[prepare] = template
        shutil.copyfile(self._templates[prepare], path)
        return f"sqlite:///{path}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Tests in the browser come last: from their first page on, Playwright keeps an event loop running in this thread, in which
    nobody else can call `asyncio.run`.
    """
    items.sort(key=lambda item: "playwright" in getattr(item, "fixturenames", ()))
