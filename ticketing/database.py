"""
The desk's database: SQLite in a file or PostgreSQL, opened so that what was confirmed is kept.

SQLite: WAL, synchronous=FULL, every write transaction begins with BEGIN IMMEDIATE, and the writers of one process queue fairly
before it. PostgreSQL: `search_path` comes with the address, plans are generic on these connections. Both are explained in
docs/database.md.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import ConnectionPoolEntry

from ticketing.errors import DatabaseUnavailable, InvalidInput
from ticketing.prepared import execute
from ticketing.silence import bounded, connected, longest_s

PATIENCE_S = 5.0
"""How long a write waits for other writers before the database is said not to answer, in real seconds."""

_SERIALIZATION_FAILURE = "40001"
_DEADLOCK = "40P01"
_UNIQUE_VIOLATION = "23505"


class FairLock:
    """A lock that is granted in the order in which it was asked for, so that no writer starves."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, timeout_s: float) -> bool:
        """Whether it was granted within so many real seconds; `release` it then."""
        with self._guard:
            if not self._held:
                self._held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=timeout_s):
            return True
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        return True  # granted at the very last moment

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class Database:
    """An engine with the right hooks. `write` is the one way to change, `read` the one way to only look."""

    def __init__(self, engine: Engine, *, patience_s: float = PATIENCE_S) -> None:
        self.engine = engine
        self._patience_s = patience_s
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writers = FairLock()

    @classmethod
    def open(cls, url: str, *, pool_size: int = 10, patience_s: float = PATIENCE_S) -> Database:
        """
        Open the database at `url`; nothing is connected before the first use.

        `patience_s`: how long, in real seconds, a write waits while others write to SQLite, and on PostgreSQL for each row
        that another transaction holds, and for a connection while all are in use.
        """
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = create_engine(parsed, pool_size=pool_size, max_overflow=10)
            event.listen(engine, "connect", _prepare_sqlite)
        else:
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            engine = create_engine(parsed, pool_size=pool_size, max_overflow=10, pool_timeout=patience_s)
            event.listen(engine, "do_connect", lambda _dialect, _record, cargs, cparams: connected(cargs, cparams))
            event.listen(engine, "connect", partial(_prepare_postgresql, patience_s))
            event.listen(engine, "checkin", _note_use)
            event.listen(engine, "checkout", _ping_if_idle)
        return cls(engine, patience_s=patience_s)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """
        One short transaction that may change things; commits at the end, rolls back on any error.

        Raises DatabaseUnavailable when the database does not answer or stays locked.
        """
        if not self.is_sqlite:
            with _translated(), self.engine.begin() as connection:
                yield connection
            return
        asked_at = time.monotonic()
        if not self._writers.acquire(self._patience_s):
            raise DatabaseUnavailable
        try:
            with _translated(), self.engine.begin() as connection:
                _begin_immediate(connection, self._patience_s - (time.monotonic() - asked_at))
                yield connection
        finally:
            self._writers.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to look with. Raises DatabaseUnavailable when the database does not answer."""
        with _translated(), self.engine.connect() as connection:
            if self.is_sqlite:
                execute(connection, "BEGIN")  # all that is read is of one moment; closing ends it
            yield connection

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """
        To look with statements that need not see the same moment: on PostgreSQL without a transaction, two ways to the
        server less. Raises DatabaseUnavailable.
        """
        if self.is_sqlite:
            with self.read() as connection:
                yield connection
            return
        with _translated(), self.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.autocommit = True
            try:
                yield connection
            finally:
                if not raw.closed:
                    raw.autocommit = False

    @contextmanager
    def outside_transactions(self) -> Iterator[Callable[[str], Any]]:
        """A way to run what no transaction may be around: writing whole tables anew. Raises DatabaseUnavailable."""
        with _translated(), self.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            if self.is_sqlite:
                yield lambda statement: raw.execute(statement).fetchall()
                return
            autocommit = raw.autocommit
            raw.autocommit = True
            try:
                with bounded(None):
                    yield raw.execute
            finally:
                raw.autocommit = autocommit

    def close(self) -> None:
        self.engine.dispose()


def is_conflict(error: DBAPIError) -> bool:
    """
    Whether the transaction, run again on PostgreSQL, would see what got in its way (by SQLSTATE, never by text).

    A natural key that somebody else has just written is one of those: the second look finds it.
    """
    return getattr(error.orig, "sqlstate", None) in {_SERIALIZATION_FAILURE, _DEADLOCK, _UNIQUE_VIOLATION}


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if is_conflict(error):
            raise
        raise DatabaseUnavailable from error
    except (DataError, OverflowError, UnicodeEncodeError) as error:
        # A number beyond a bigint, text that no database keeps: no row has it, and none can be given it.
        raise InvalidInput("value", "This cannot be stored or looked for.") from error
    except NoneFree as error:
        raise DatabaseUnavailable from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnavailable from error
        raise


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # `Database` begins, not the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(PATIENCE_S * 1000)}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


_PATIENCE_STEP_MS = 250
"""So finely is what is left told to SQLite: a pragma for each transaction would cost more than it is worth."""


def _begin_immediate(connection: Connection, patience_s: float) -> None:
    """`patience_s` is what is left of it after waiting for this process's own writers: so long for those of others."""
    info = connection.connection.info
    timeout_ms = int(max(0.0, patience_s) * 1000 / _PATIENCE_STEP_MS) * _PATIENCE_STEP_MS
    if info.get("busy_timeout_ms") != timeout_ms:
        execute(connection, f"PRAGMA busy_timeout={timeout_ms}")
        info["busy_timeout_ms"] = timeout_ms
    execute(connection, "BEGIN IMMEDIATE")


def _prepare_postgresql(patience_s: float, connection: Any, _record: ConnectionPoolEntry) -> None:
    # One type for all whole numbers: psycopg takes the smallest that fits, and prepares a statement for each mixture.
    connection.adapters.register_dumper(int, Int8Dumper)
    autocommit = connection.autocommit
    connection.autocommit = True
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.execute(f"SET lock_timeout = {max(1, int(patience_s * 1000))}")
    connection.autocommit = autocommit


IDLE_S = 5.0
"""A connection that was not used for so long (seconds of machine time) may have been cut meanwhile, and is tried first."""


PING_S = 1.0
"""Real seconds for that try: whom nothing answers then has time left to say so."""


def _note_use(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["used_at"] = time.monotonic()


def _ping_if_idle(connection: Any, record: ConnectionPoolEntry, _fairy: Any) -> None:
    """Ask before what was idle is handed out: at each turn it would be a further way to the server."""
    if time.monotonic() - record.info.get("used_at", 0.0) < IDLE_S:
        return
    asked_at = time.monotonic()
    try:
        autocommit = connection.autocommit
        connection.autocommit = True
        with bounded(min(longest_s() or PING_S, PING_S)):
            connection.execute("SELECT 1")
        connection.autocommit = autocommit
    except psycopg.Error as gone:
        if time.monotonic() - asked_at >= PING_S:
            raise DatabaseUnavailable from gone  # a new one would be waited for in vain
        raise DisconnectionError from gone  # the pool makes a new one, and tries that


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to a revision of the schema, from empty or from any older one."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    with bounded(None):
        command.upgrade(config, revision)
