"""All open tickets, a page at a time, and under which version of the configuration they were last looked through for what."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, select, tuple_
from sqlalchemy.dialects import postgresql

from ticketing.tables import IS_NOT_OVER, sequences, tickets

Spot = tuple[int, int, int]
"""A spot in the order of the index of open tickets: the version that promised, the customer, the number."""

FIRST: Final[Spot] = (-1, -1, -1)
_LAST: Final[Spot] = (2**31 - 1, 2**63 - 1, 2**63 - 1)

LOOKED = select(sequences.c.value).where(sequences.c.name == bindparam("named"))
_new = postgresql.insert(sequences)  # SQLite writes the clause in the same words
_NOTE = _new.on_conflict_do_update(
    index_elements=["name"],
    set_={"value": _new.excluded.value},
    where=sequences.c.value < _new.excluded.value,
)

_ticket = tickets.c
_SPOT = (_ticket.promised_version, _ticket.customer_id, _ticket.id)
_AFTER = tuple_(*_SPOT) > tuple_(bindparam("after_version"), bindparam("after_customer"), bindparam("after_ticket"))
_UP_TO = tuple_(*_SPOT) <= tuple_(bindparam("last_version"), bindparam("last_customer"), bindparam("last_ticket"))
# A ticket that follows another configuration meanwhile moves on in this order, and is met once more: none is missed.
LAST_OF_PAGE = select(*_SPOT).where(IS_NOT_OVER, _AFTER).order_by(*_SPOT).limit(1).offset(bindparam("besides_it"))
ON_PAGE = (
    select(_ticket.customer_id, _ticket.id)
    .where(IS_NOT_OVER, _AFTER, _UP_TO)
    .order_by(*_SPOT)
    .limit(bindparam("rows"))
    .cte("page")
    .prefix_with("MATERIALIZED")
)
"""The tickets of a page, by the values of `page_after`."""


def page_after(connection: Connection, after: Spot, rows: int) -> tuple[dict[str, int], Spot | None]:
    """The values that make `ON_PAGE` the next so many after there, and after where it goes on; None: these were the last."""
    start = dict(zip(("after_version", "after_customer", "after_ticket"), after, strict=True))
    last = connection.execute(LAST_OF_PAGE, {**start, "besides_it": rows - 1}).one_or_none()
    goes_on = None if last is None else (last.promised_version, last.customer_id, last.id)
    until = dict(zip(("last_version", "last_customer", "last_ticket"), goes_on or _LAST, strict=True))
    return {**start, **until, "rows": rows}, goes_on


def looked_at(connection: Connection, name: str) -> int | None:
    """The version under which all were last looked through; None where nobody has looked yet."""
    looked: int | None = connection.execute(LOOKED, {"named": name}).scalar()
    return looked


def note_looked_at(connection: Connection, name: str, version: int) -> None:
    """All were looked through under that version. Never goes back."""
    connection.execute(_NOTE, [{"name": name, "value": version}])
