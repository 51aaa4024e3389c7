"""The rows that belong to several tickets, found by the tickets' keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, RowMapping, Table, select, text, tuple_

from ticketing.model import TicketRef


def children(connection: Connection, table: Table, refs: Collection[TicketRef]) -> Sequence[RowMapping]:
    """Every row of `table` that belongs to one of the tickets, in the order of its key."""
    if not refs:
        return []
    if connection.dialect.name != "sqlite":
        keys = [(ref.customer_id, ref.number) for ref in refs]
        in_keys = tuple_(table.c.customer_id, table.c.ticket_id).in_(keys)
        return connection.execute(select(table).where(in_keys).order_by(*table.primary_key.columns)).mappings().all()
    asked: dict[str, int] = {}
    for index, ref in enumerate(refs):
        asked |= {f"c{index}": ref.customer_id, f"n{index}": ref.number}
    return connection.execute(on_sqlite(table, len(refs)), asked).mappings().all()


@cache
def on_sqlite(table: Table, count: int) -> Executable:
    """The same for so many tickets, as a join: for pairs in a list SQLite walks the whole table."""
    pairs = ", ".join(f"(:c{index}, :n{index})" for index in range(count))
    key = ", ".join(f"{table.name}.{column.name}" for column in table.primary_key.columns)
    sql = (
        f"WITH wanted (customer, number) AS (VALUES {pairs}) SELECT {table.name}.* FROM wanted JOIN {table.name}"  # noqa: S608
        f" ON {table.name}.customer_id = wanted.customer AND {table.name}.ticket_id = wanted.number ORDER BY {key}"
    )
    columns: Any = table.columns
    return text(sql).columns(*columns)
