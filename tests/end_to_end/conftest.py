"""The fixtures `workspace` and `own_workspace`; workspace.py says when to take which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.bot import COMBINATIONS, BotProcess, Combination
from tests.end_to_end.cast import EMPTY, OWN, SHARED, Cast, Size
from tests.end_to_end.sandbox import Sandbox
from tests.end_to_end.workspace import Workspace
from tests.postgres import PostgresServer

HERE = Path(__file__).parent
IN_BOTH = (
    "test_faults",
    "test_locked_database",
    "test_one_ticket",
    "test_queue_and_claim",
    "test_recovery",
    "test_running_bot",
)
"""The files whose tests run in both combinations: what they show hangs on the database or on the way to Slack."""

ABOUT_TIME = ("test_locked_database", "test_slow_slack", "test_two_agents")
"""The files whose tests show that people are answered within Slack's three seconds."""
BUSY_ACK_LIMIT_S = 15.0
"""For all others: on a machine busy with other tests an answer may take longer, which is not what they are about."""

NO_FAULTS = {"api": [], "delivery": {}, "rate_limits": False}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """
    Every second test runs over Socket Mode on SQLite, the others over HTTP on PostgreSQL: what people see is the same in both.

    Those of IN_BOTH run in both, and so do all with `--every-combination`.
    """
    if config.getoption("every_combination"):
        return
    turns: dict[str, Combination] = {}
    left_out: set[pytest.Item] = set()
    for item in items:
        found = next((each for each in COMBINATIONS if f"[{each}" in item.name), None)
        if found is None or item.path.parent != HERE or item.path.stem in IN_BOTH:
            continue
        test = item.nodeid.replace(f"[{found}", "[")
        if turns.setdefault(test, COMBINATIONS[len(turns) % len(COMBINATIONS)]) != found:
            left_out.add(item)
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def shared_workspaces(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgresServer
) -> Iterator[Callable[[Combination], Workspace]]:
    """
    One sandbox and one bot for the tests of a combination: started when the first asks for it, and anew when its people are
    used up. The database server outlives them.
    """
    running_now: dict[Combination, Workspace] = {}
    with ExitStack() as every:
        stops = {combination: every.enter_context(ExitStack()) for combination in COMBINATIONS}

        def of(combination: Combination) -> Workspace:
            if combination not in running_now or running_now[combination].runs_short:
                stops[combination].close()
                directory = tmp_path_factory.mktemp(combination)
                started = running(combination, directory, request, SHARED)
                running_now[combination] = stops[combination].enter_context(started)
            return running_now[combination]

        yield of


@pytest.fixture(params=COMBINATIONS)
def workspace(
    request: pytest.FixtureRequest, shared_workspaces: Callable[[Combination], Workspace]
) -> Iterator[Workspace]:
    """The shared workspace. Faults and speed are as they were for the next test."""
    shared = shared_workspaces(request.param)
    patience(shared, request)
    yield shared
    shared.rate(1)
    shared.faults(**NO_FAULTS)
    assert shared.bot is not None
    said = shared.bot.tracebacks()
    assert not said, f"The bot said a traceback meanwhile:\n{said}"


@pytest.fixture(params=COMBINATIONS)
def own_workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """A sandbox and a bot of the test's own, on an empty database."""
    with running(request.param, tmp_path, request, OWN) as workspace:
        patience(workspace, request)
        yield workspace


@pytest.fixture(params=COMBINATIONS)
def empty_workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """As `own_workspace`, with a desk that nobody has set up: one category, no channels, no agents."""
    with running(request.param, tmp_path, request, EMPTY) as workspace:
        patience(workspace, request)
        yield workspace


def patience(workspace: Workspace, request: pytest.FixtureRequest) -> None:
    """How long Slack waits for the app to ack in this test."""
    is_about_time = request.path.stem in ABOUT_TIME
    workspace.faults(ack_limit_s=3.0 if is_about_time else BUSY_ACK_LIMIT_S)


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
                workspace = Workspace(sandbox, cast, bot)
                workspace.faults(ack_limit_s=BUSY_ACK_LIMIT_S)
                yield workspace
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
