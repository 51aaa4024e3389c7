"""
What really goes to the database while tests run: each statement as the driver sends it, and whose rows it holds afterwards.

PostgreSQL itself says which rows a statement has written or locked: they carry the transaction's number. A listener of the
engine's would not do, since the statements of a ticket's path go to the driver directly (`ticketing/prepared.py`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import event, make_url

from ticketing.database import Database

_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|FOR UPDATE|FOR SHARE|FOR NO KEY UPDATE|FOR KEY SHARE)\b")

_MINE = "pg_current_xact_id_if_assigned()::xid"
_HELD_ROWS = """
SELECT 'TABLE', ctid::text, customer_id, xmin = MINE, CASE WHEN xmin = MINE THEN cmin::text END, MINE::text
FROM TABLE WHERE xmin = MINE OR xmax = MINE
""".replace("MINE", _MINE)


@dataclass(frozen=True)
class Sent:
    """
    A statement that writes or locks, and in which call of the desk it was sent. `customers` are those whose rows it has written,
    by each command in it, or newly holds; on SQLite, which locks the whole file, there are none.
    """

    sql: str
    call: str
    customers: tuple[frozenset[int], ...] = ()


@dataclass
class Wire:
    """What was sent, by transaction. `call` is what is being asked of the desk just now."""

    tables: tuple[str, ...]
    call: str = ""
    transactions: dict[int, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    _held: dict[int, set[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(set))

    @property
    def held_rows(self) -> str:
        """The rows that the present transaction has written, each by which command, and those that it has only locked."""
        return " UNION ALL ".join(_HELD_ROWS.replace("TABLE", table) for table in self.tables)

    def note(self, sql: str, cursor: psycopg.Cursor[Any]) -> None:
        found = {tuple(row) for row in cursor.fetchall()}
        if not found:
            return
        xact = int(next(iter(found))[-1])
        by_command: dict[Any, set[int]] = defaultdict(set)
        for _, _, customer, is_new, command, _ in found - self._held[xact]:
            by_command[command if is_new else "held"].add(customer)
        self._held[xact] = found
        self.transactions[xact].append(Sent(sql, self.call, tuple(map(frozenset, by_command.values()))))


@contextmanager
def listening(database: Database, tables: tuple[str, ...]) -> Iterator[Wire]:
    """Everything that this database is sent while the context lasts; `tables` are those whose rows are looked for."""
    wire = Wire(tables)
    with _on_sqlite(database, wire) if database.is_sqlite else _on_postgresql(database, wire):
        yield wire


@contextmanager
def _on_sqlite(database: Database, wire: Wire) -> Iterator[None]:
    def note(sql: str) -> None:
        if _WRITES.search(sql):
            wire.transactions[0].append(Sent(sql, wire.call))

    def listen(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(note)

    event.listen(database.engine, "checkout", listen)
    yield
    event.remove(database.engine, "checkout", listen)
    with database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.set_trace_callback(None)


@contextmanager
def _on_postgresql(database: Database, wire: Wire) -> Iterator[None]:
    name = make_url(str(database.engine.url)).database
    execute, executemany = psycopg.Cursor.execute, psycopg.Cursor.executemany

    def look(cursor: psycopg.Cursor[Any], query: Any) -> None:
        sql = query.decode() if isinstance(query, bytes) else str(query)
        if cursor.connection.info.dbname == name and _WRITES.search(sql):
            own = psycopg.Cursor(cursor.connection)
            execute(own, wire.held_rows.encode(), prepare=True)
            wire.note(sql, own)

    def spy(self: Any, query: Any, *args: Any, **more: Any) -> Any:
        result = execute(self, query, *args, **more)
        look(self, query)
        return result

    def spy_on_many(self: Any, query: Any, rows: Any, **more: Any) -> None:
        for row in rows:  # one after the other, as the driver sends them, so that each can be looked at
            spy(self, query, row, **more)

    psycopg.Cursor.execute, psycopg.Cursor.executemany = spy, spy_on_many  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        psycopg.Cursor.execute, psycopg.Cursor.executemany = execute, executemany  # type: ignore[method-assign]
