"""The rows that belong to several tickets, found by the tickets' keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import BigInteger, Connection, RowMapping, Select, Table, and_, column, select, tuple_, values

from ticketing.model import TicketRef


def children(connection: Connection, table: Table, refs: Collection[TicketRef]) -> Sequence[RowMapping]:
    """Every row of `table` that belongs to one of the tickets, in the order of its key."""
    if not refs:
        return []
    statement = of_tickets(table, refs, is_sqlite=connection.dialect.name == "sqlite")
    return connection.execute(statement.order_by(*table.primary_key.columns)).mappings().all()


def of_tickets(table: Table, refs: Collection[TicketRef], *, is_sqlite: bool) -> Select[tuple[object, ...]]:
    """The statement behind `children`: for SQLite a join, since it walks the whole table for pairs in a list."""
    keys = [(int(ref.customer_id), ref.number) for ref in refs]
    if not is_sqlite:
        return select(table).where(tuple_(table.c.customer_id, table.c.ticket_id).in_(keys))
    wanted = values(column("customer", BigInteger), column("number", BigInteger), name="pairs").data(keys).cte("wanted")
    own = and_(table.c.customer_id == wanted.c.customer, table.c.ticket_id == wanted.c.number)
    return select(table).select_from(wanted.join(table, own))
