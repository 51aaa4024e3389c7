"""
The index of words made anew, beside everything else that goes on: from the newest ticket to the oldest, some at a time.

How far it has come is a row, so whoever is interrupted calls it again and it goes on there, and several share the work. What
is written meanwhile is not lost: what stands of a ticket in the index is held before its words are read, so that a comment
either is among them or is added after the commit.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, func, select, text
from sqlalchemy.dialects import postgresql

from ticketing import indexing
from ticketing.tables import people, sequences, tickets
from ticketing.words import Stemming

AT_ONCE = 100
"""So many tickets a transaction: for so long waits who answers one of them."""

PATIENCE = text("SET LOCAL lock_timeout = '500ms'")
"""PostgreSQL finds after a second that people wait for each other in a ring: who makes the index anew has given up by then."""

_BELOW = "reindex_below"
"""The row that says which tickets are still to be indexed: those with lower numbers."""

_NEWEST = select(func.coalesce(func.max(tickets.c.id), 0) + 1)
_HOW_FAR = select(sequences.c.value).where(sequences.c.name == _BELOW)
_HOW_FAR_ALONE = _HOW_FAR.with_for_update()
_new = postgresql.insert(sequences)  # SQLite writes the clause in the same words
_NOTE = _new.on_conflict_do_update(index_elements=["name"], set_={"value": _new.excluded.value})
_DONE = delete(sequences).where(sequences.c.name == _BELOW)
_COUNT = select(func.count()).select_from(tickets)
_LEFT = _COUNT.where(tickets.c.id < bindparam("below"))
_NAMED = (
    select(tickets.c.customer_id, tickets.c.id, tickets.c.subject, tickets.c.description, people.c.name)
    .join_from(tickets, people, people.c.id == tickets.c.customer_id)
    .where(tickets.c.id < bindparam("below"))
)
_NEXT = _NAMED.order_by(tickets.c.id.desc()).limit(bindparam("rows"))
_THESE = _NAMED.where(tickets.c.id >= bindparam("first"))
_HOLD = text(
    "SELECT ticket_id FROM ticket_search WHERE ticket_id >= :first AND ticket_id < :below ORDER BY ticket_id FOR UPDATE"
)
_ALONE = text("LOCK TABLE ticket_search IN SHARE ROW EXCLUSIVE MODE")
_WORDS = "asciiword, word, numword"


def begin(connection: Connection, stemming: Stemming) -> None:
    """
    Begin, or go on with what was begun with the same stemming.

    From here on what is written and what is asked is stemmed so. Where that is new, SQLite's index is empty until it is filled.
    """
    is_other = indexing.stemming_of(connection) is not stemming
    if is_under_way(connection) and not is_other:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(_ALONE)  # whoever was writing by the old one has committed, and is among those to come
    if is_other:
        _stem_by(connection, stemming)
    connection.execute(_NOTE, {"name": _BELOW, "value": connection.execute(_NEWEST).scalar_one()})


def go_on(connection: Connection, *, rows: int = AT_ONCE) -> int:
    """Index the next few; how many, 0 once there are none left."""
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.execute(PATIENCE)
    below = connection.execute(_HOW_FAR_ALONE).scalar()
    found = [] if below is None else connection.execute(_NEXT, {"below": below, "rows": rows}).all()
    if not found:
        connection.execute(_DONE)
        return 0
    these = {"first": found[-1].id, "below": below}
    if not is_sqlite:
        connection.execute(_HOLD, these)
        found = connection.execute(
            _THESE, these
        ).all()  # as they are now that nobody else can change what is found of them
    indexing.put(connection, found)
    connection.execute(_NOTE, {"name": _BELOW, "value": these["first"]})
    return len(found)


def is_under_way(connection: Connection) -> bool:
    """Whether it was begun and has not come to its end."""
    return connection.execute(_HOW_FAR).scalar() is not None


def progress(connection: Connection) -> tuple[int, int]:
    """How many tickets are indexed anew, of how many."""
    below = connection.execute(_HOW_FAR).scalar()
    total = int(connection.execute(_COUNT).scalar_one())
    left = 0 if below is None else int(connection.execute(_LEFT, {"below": below}).scalar_one())
    return total - left, total


def rebuild(connection: Connection) -> None:
    """All of it in this one transaction, for which nobody else can write to the index: for steps of the schema."""
    if connection.dialect.name != "sqlite":
        connection.execute(_ALONE)
    connection.execute(text("DELETE FROM ticket_search"))
    below = connection.execute(_NEWEST).scalar_one()
    while found := connection.execute(_NEXT, {"below": below, "rows": AT_ONCE}).all():
        indexing.put(connection, found)
        below = found[-1].id


def _stem_by(connection: Connection, stemming: Stemming) -> None:
    if connection.dialect.name == "sqlite":
        made = connection.execute(indexing.TABLE_SQLITE).scalar_one()
        for tokenizer in sorted(indexing.TOKENIZERS.values()):
            made = made.replace(f"'{tokenizer} remove", f"'{indexing.TOKENIZERS[stemming]} remove")
        connection.execute(text("DROP TABLE ticket_search"))
        connection.exec_driver_sql(made)
        return
    mapping = f"ALTER MAPPING FOR {_WORDS} WITH {indexing.DICTIONARIES[stemming]}"
    connection.execute(text(f"ALTER TEXT SEARCH CONFIGURATION ticket_search {mapping}"))
