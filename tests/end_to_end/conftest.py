"""The fixtures `workspace` and `own_workspace`; workspace.py says when to take which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.bot import COMBINATIONS, BotProcess, Combination
from tests.end_to_end.cast import EMPTY, OWN, SHARED, Cast, Size
from tests.end_to_end.sandbox import Sandbox
from tests.end_to_end.workspace import Workspace
from tests.postgres import PostgresServer

NO_FAULTS = {"api": [], "delivery": {}, "rate_limits": False}


@pytest.fixture(scope="session", params=COMBINATIONS)
def shared_workspace(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One sandbox and one bot for all tests of a combination."""
    with running(request.param, tmp_path_factory.mktemp(request.param), request, SHARED) as workspace:
        yield workspace


@pytest.fixture
def workspace(shared_workspace: Workspace) -> Iterator[Workspace]:
    """The shared workspace. Faults and speed are as they were for the next test."""
    yield shared_workspace
    shared_workspace.rate(1)
    shared_workspace.faults(**NO_FAULTS)
    assert shared_workspace.bot is not None
    said = shared_workspace.bot.tracebacks()
    assert not said, f"The bot said a traceback meanwhile:\n{said}"


@pytest.fixture(params=COMBINATIONS)
def own_workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """A sandbox and a bot of the test's own, on an empty database."""
    with running(request.param, tmp_path, request, OWN) as workspace:
        yield workspace


@pytest.fixture(params=COMBINATIONS)
def empty_workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """As `own_workspace`, with a desk that nobody has set up: one category, no channels, no agents."""
    with running(request.param, tmp_path, request, EMPTY) as workspace:
        yield workspace


@contextmanager
def running(
    combination: Combination, directory: Path, request: pytest.FixtureRequest, size: Size
) -> Iterator[Workspace]:
    """A sandbox with the cast in it and a bot connected to it."""
    cast = Cast.assemble(size)
    people, settings = cast.write(directory)
    with database(combination, directory, request) as database_url:
        sandbox = Sandbox.start(people, "--no-rate-limits")
        try:
            bot = BotProcess.start(sandbox, settings, database_url, combination)
            try:
                yield Workspace(sandbox, cast, bot)
            finally:
                bot.stop()
        finally:
            sandbox.stop()


@contextmanager
def database(combination: Combination, directory: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database; PostgreSQL is asked for only where it is needed."""
    if combination == "sqlite-socket":
        yield f"sqlite:///{directory / 'desk.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    url = server.new_database()
    try:
        yield url
    finally:
        server.drop_database(url)
