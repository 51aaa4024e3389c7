"""
Statements of the hot path, run on the driver's own cursor.

SQLAlchemy compiles a Core statement once and caches that, but still builds an execution context and a result for each call: on
the path of a ticket that was more than half of all the time (docs/benchmarks.md). Here a statement is compiled once for each
dialect, with the conversions its types ask for, and then run as the driver would be by hand. Everything else is SQLAlchemy's: the
statement, the connection and its transaction, and the errors, which are raised as it raises them.

Where somebody listens to the connection's statements, as tests do, they go SQLAlchemy's own way, so that nothing is hidden.
"""

from __future__ import annotations

import json
import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from threading import Lock
from typing import Any, TypeVar

import psycopg
from sqlalchemy import JSON, Connection, Table, func
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]
Values = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class _Ready:
    """A statement as the driver takes it, its parameters in order, and what becomes of both ends."""

    sql: str
    order: tuple[str, ...]
    defaults: Values
    binds: tuple[tuple[str, Convert], ...]
    row: Callable[[Sequence[Any]], Any] | None
    results: tuple[tuple[int, Convert], ...]

    @property
    def size(self) -> int:
        return len(self.order)

    def bound(self, values: Values) -> list[Any]:
        bound = {**self.defaults, **values}
        for name, convert in self.binds:
            bound[name] = convert(bound[name])
        return [bound[name] for name in self.order]


@dataclass(frozen=True, eq=False)
class _Rows:
    """An INSERT of so many rows: their columns in order, and by place among all values what becomes of it."""

    sql: str
    columns: Callable[[Values], tuple[Any, ...]]
    size: int
    binds: tuple[tuple[int, Convert], ...]

    def bound(self, rows: Sequence[Values]) -> list[Any]:
        bound = [value for row in rows for value in self.columns(row)]
        for place, convert in self.binds:
            bound[place] = convert(bound[place])
        return bound


MOST_KEPT = 1000
"""Statements of a kind that are kept ready: several times what the hot path has, however many rows are written at once."""

K = TypeVar("K")
V = TypeVar("V")


class _Kept(dict[K, V]):
    """Forgets what came first when there would be more than `MOST_KEPT`; it is made anew when it is needed again."""

    def __init__(self) -> None:
        super().__init__()
        self._guard = Lock()

    def __setitem__(self, key: K, value: V) -> None:
        with self._guard:
            while len(self) >= MOST_KEPT:
                del self[next(iter(self))]
            super().__setitem__(key, value)


_ready: _Kept[tuple[Any, str], _Ready] = _Kept()
_inserts: _Kept[tuple[Table, str, int], _Rows] = _Kept()
_together: _Kept[tuple[_Ready | _Rows, ...], str] = _Kept()
_NAMED = re.compile(r"%\((\w+)\)s")
_NUMBERED = re.compile(r"\$(\d+)")


def run(connection: Connection, statement: Any, values: Values) -> list[Any]:
    """The rows a prebuilt SELECT, or a statement with RETURNING, finds. Raises SQLAlchemy's DBAPIError."""
    if _is_watched(connection):
        return list(connection.execute(statement, dict(values)).all())
    ready = _prepared(statement, connection.dialect)
    assert ready.row is not None  # noqa: S101 - it is one that returns rows
    cursor = _execute(connection, ready.sql, ready.bound(values))
    found = cursor.fetchall()
    cursor.close()
    if ready.results:
        found = [_converted(row, ready.results) for row in found]
    return [ready.row(row) for row in found]


def change(connection: Connection, statement: Any, values: Values) -> int:
    """How many rows a prebuilt UPDATE or DELETE, or an INSERT with its values, has touched. Raises DBAPIError."""
    if _is_watched(connection):
        return int(connection.execute(statement, dict(values)).rowcount)
    ready = _prepared(statement, connection.dialect)
    cursor = _execute(connection, ready.sql, ready.bound(values))
    touched = int(cursor.rowcount)
    cursor.close()
    return touched


@dataclass(frozen=True)
class Write:
    """A change that returns nothing: a prebuilt statement with its values, or rows for a table, each naming every column."""

    statement: Any
    values: Sequence[Values]
    numbered_by: str = ""
    """The sequence that gives rows of a table their `id`, which the values then do without; on PostgreSQL only."""


def write_all(connection: Connection, writes: Sequence[Write]) -> None:
    """
    Make changes that do not depend on each other. Raises DBAPIError.

    On PostgreSQL they are one statement and one way to the server: each a `WITH` of its own, which the server runs in an order of
    its choosing, with foreign keys checked at the end. So no two may touch the same row.
    """
    if not writes:
        return
    if _is_watched(connection):
        for one in writes:
            statement = one.statement.insert() if isinstance(one.statement, Table) else one.statement
            if one.numbered_by:
                statement = statement.values(id=func.nextval(one.numbered_by))
            connection.execute(statement, [dict(values) for values in one.values])
        return
    parts = [part for one in writes for part in _parts(one, connection.dialect)]
    if connection.dialect.name != "postgresql" or len(parts) == 1:
        for ready, values in parts:
            _execute(connection, ready.sql, ready.bound(values)).close()
        return
    shape = tuple(ready for ready, _ in parts)
    sql = _together.get(shape)
    if sql is None:
        sql = _together[shape] = _joined(shape)
    _execute(connection, sql, [value for ready, values in parts for value in ready.bound(values)]).close()


def _is_watched(connection: Connection) -> bool:
    # The first asks no further where nobody listens to anything, which is how it is but for tests.
    listens = connection._has_events or connection.engine._has_events
    return listens and bool(connection.dispatch.before_cursor_execute)


def _parts(write: Write, dialect: Dialect) -> list[tuple[_Ready | _Rows, Any]]:
    if not isinstance(write.statement, Table):
        ready = _prepared(write.statement, dialect)
        return [(ready, values) for values in write.values]
    key = write.statement, dialect.name, len(write.values)
    insert = _inserts.get(key)
    if insert is None:
        insert = _inserts[key] = _insert(write.statement, dialect, len(write.values), write.numbered_by)
    return [(insert, write.values)]


def _joined(shape: Sequence[_Ready | _Rows]) -> str:
    parts, before = [], 0
    for ready in shape:
        parts.append(_NUMBERED.sub(lambda found, offset=before: f"${int(found[1]) + offset}", ready.sql))  # type: ignore[misc]
        before += ready.size
    first = ", ".join(f"w{index} AS ({sql})" for index, sql in enumerate(parts[:-1]))
    return f"WITH {first} {parts[-1]}"


def _prepared(statement: Any, dialect: Dialect) -> _Ready:
    key = statement, dialect.name
    ready = _ready.get(key)
    if ready is None:
        ready = _ready[key] = _compiled(statement, dialect)
    return ready


def _compiled(statement: Any, dialect: Dialect) -> _Ready:
    compiled = statement.compile(dialect=dialect)
    columns = [(str(name), type_) for name, _, _, type_ in compiled._result_columns]
    row: Any = namedtuple("Row", [name for name, _ in columns], rename=True) if columns else None
    results = [
        (index, convert)
        for index, (_, type_) in enumerate(columns)
        if (convert := type_.dialect_impl(dialect).result_processor(dialect, None)) is not None
    ]
    sql, order = str(compiled), tuple(compiled.positiontup or ())
    if not compiled.positional:
        order = tuple(dict.fromkeys(_NAMED.findall(sql)))
        numbers = {name: number for number, name in enumerate(order, 1)}
        sql = _NAMED.sub(lambda found: f"${numbers[found[1]]}", sql).replace("%%", "%")
    return _Ready(
        sql=sql,
        order=order,
        defaults={name: value for name, value in compiled.params.items() if value is not None},
        binds=tuple(compiled._bind_processors.items()),
        row=row._make if row else None,
        results=tuple(results),
    )


def _insert(table: Table, dialect: Dialect, count: int, numbered_by: str) -> _Rows:
    columns = [column for column in table.columns if not (numbered_by and column.name == "id")]
    converts = [_as_json if isinstance(column.type, JSON) else _bind(column.type, dialect) for column in columns]
    size = len(columns) * count
    marks = iter("?" if dialect.positional else f"${number}" for number in range(1, size + 1))
    own = f"nextval('{numbered_by}'), " if numbered_by else ""
    rows = ", ".join(f"({own}{', '.join(next(marks) for _ in columns)})" for _ in range(count))
    quote = dialect.identifier_preparer.quote
    names = ("id, " if numbered_by else "") + ", ".join(quote(column.name) for column in columns)
    return _Rows(
        sql=f"INSERT INTO {quote(table.name)} ({names}) VALUES {rows}",  # noqa: S608 - names of our own tables
        columns=itemgetter(*(column.name for column in columns)),
        size=size,
        binds=tuple((place, convert) for place, convert in enumerate(converts * count) if convert is not None),
    )


def _bind(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


_encode = json.JSONEncoder().encode


def _as_json(value: Any) -> str:
    """What both databases take for a JSON column; most are empty, and an encoder is made for each that is not."""
    return "{}" if value == {} else _encode(value)


def _converted(row: Sequence[Any], converts: Sequence[tuple[int, Convert]]) -> list[Any]:
    found = list(row)
    for index, convert in converts:
        found[index] = convert(found[index])
    return found


def execute(connection: Connection, sql: str) -> None:
    """A statement without parameters or rows, such as the beginning of a transaction. Raises DBAPIError."""
    _execute(connection, sql, []).close()


def _execute(connection: Connection, sql: str, bound: Any) -> Any:
    raw: Any = connection.connection.dbapi_connection
    # PostgreSQL's own marks ($1): psycopg would read a long statement through for its marks at each call.
    cursor = psycopg.RawCursor(raw) if isinstance(raw, psycopg.Connection) else raw.cursor()
    try:
        cursor.execute(sql, bound)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _translated(connection, sql, error, cursor) from error
    return cursor


def _translated(connection: Connection, sql: str, error: Any, cursor: Any) -> DBAPIError:
    dialect = connection.dialect
    is_disconnect = dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)
    if is_disconnect:
        connection.invalidate(error)
    raised = DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_disconnect,
        dialect=dialect,
    )
    assert isinstance(raised, DBAPIError)  # noqa: S101 - as it is for every error of a driver
    return raised
