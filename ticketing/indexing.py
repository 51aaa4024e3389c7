"""
The full-text index over tickets: what stands in it, and how it is kept (docs/search.md). `ticketing.search` asks it.

One row a ticket: its subject, its description and public comments, its customer's name and, apart from these, the notes of
the team. On SQLite an FTS5 table, whose rowid is the ticket's number; on PostgreSQL a tsvector in which the four parts are
the weights A to D, and in which each word begins with the span of numbers that the ticket is in, so that "the newest" can be
asked of the index itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, text, tuple_

from ticketing import family
from ticketing.model import PersonId, Ticket, TicketRef
from ticketing.prepared import Write
from ticketing.tables import comments, tickets
from ticketing.words import Stemming, searchable

ROOM = 350_000
"""How many characters of a ticket are searchable: a tsvector holds a megabyte, spans included, and refuses what is longer."""

SPAN_BITS = 12
"""Of so many bits of a ticket's number its span does not care: 4,096 tickets share one."""

# No vowel: so the stem of a word is the same with and without them.
_LETTERS = "bcdfghjklmnpqrstvwxz"

# The statements below are put together from constants of this module alone; what comes from outside is bound.


def span_of(number: int) -> int:
    return number >> SPAN_BITS


def span_code(span: int) -> str:
    """Three letters; beyond 32 million tickets they come again, and a search looks at some tickets too many."""
    base = len(_LETTERS)
    return _LETTERS[span // base // base % base] + _LETTERS[span // base % base] + _LETTERS[span % base]


def _letter(span: str, place: int) -> str:
    return f"substr('{_LETTERS}', CAST(({span}) / {place} % {len(_LETTERS)} AS integer) + 1, 1)"


def code_in_sql(span: str) -> str:
    """`span_code` as PostgreSQL works it out, of an SQL expression for a span."""
    return f"{_letter(span, len(_LETTERS) ** 2)} || {_letter(span, len(_LETTERS))} || {_letter(span, 1)}"


SPAN_CODE = code_in_sql(f"ticket_id >> {SPAN_BITS}")
"""Of a row of `ticket_search` on PostgreSQL."""

_INSERT_SQLITE = text(
    "INSERT INTO ticket_search (rowid, customer_id, subject, body, name, notes)"
    " VALUES (:number, :customer_id, :subject, :body, :name, :notes)"
)
_APPEND_SQLITE = text(
    "UPDATE ticket_search SET body = body || :body, notes = notes || :notes"  # noqa: S608
    f" WHERE rowid = :number AND length(body) + length(notes) < {ROOM}"
)
_REWRITE_SQLITE = text(
    "UPDATE ticket_search SET subject = :subject, body = :body, notes = :notes WHERE rowid = :number"
)
_DELETE_SQLITE = text("DELETE FROM ticket_search WHERE rowid = :number")
_RENAME_SQLITE = text(
    "UPDATE ticket_search SET name = :name WHERE rowid IN (SELECT id FROM tickets WHERE customer_id = :customer_id)"
)


def _part(name: str, weight: str) -> str:
    return f"setweight(to_tsvector('ticket_search', CAST(:{name} AS text)), '{weight}')"


_SAID = f"{_part('body', 'C')} || {_part('notes', 'D')}"
_ONE = "customer_id = :customer_id AND ticket_id = :number"
_INSERT_POSTGRESQL = text(
    "INSERT INTO ticket_search (customer_id, ticket_id, size, words)"  # noqa: S608
    f" VALUES (:customer_id, :number, :size, {_part('subject', 'A')} || {_part('name', 'B')} || {_SAID})"
)
_PUT_POSTGRESQL = text(
    f"{_INSERT_POSTGRESQL.text} ON CONFLICT (customer_id, ticket_id)"
    " DO UPDATE SET size = excluded.size, words = excluded.words"
)
"""In place, so that whoever waits to add something to the row finds it."""
_APPEND_POSTGRESQL = text(
    f"UPDATE ticket_search SET words = words || {_SAID}, size = size + :size WHERE {_ONE} AND size < {ROOM}"  # noqa: S608
)
_REWRITE_POSTGRESQL = text(
    f"UPDATE ticket_search SET words = {_part('subject', 'A')} || ts_filter(words, '{{b}}') || {_SAID}, size = :size"  # noqa: S608
    f" WHERE {_ONE}"
)
_NAME = f"to_tsvector('ticket_search', replace(CAST(:name AS text), ' ', ' ' || {SPAN_CODE}))"
_RENAME_POSTGRESQL = text(
    f"UPDATE ticket_search SET words = ts_filter(words, '{{a,c,d}}') || setweight({_NAME}, 'B')"  # noqa: S608
    " WHERE customer_id = :customer_id"
)


def writes(
    opened: Mapping[TicketRef, tuple[Ticket, str]], said: Sequence[Mapping[str, Any]], *, is_sqlite: bool
) -> tuple[list[Write], list[Write]]:
    """
    What one transaction adds: new tickets with their customers' names, and apart from these, comments on older ones.

    None of either where nothing can be searched for.
    """
    new = {ref: _row(ticket, name) for ref, (ticket, name) in opened.items()}
    more: dict[TicketRef, dict[str, Any]] = {}
    for comment in said:
        if comment["is_automatic"]:
            continue
        ref = TicketRef(comment["customer_id"], comment["ticket_id"])
        row = new.get(ref) or more.setdefault(ref, _key(ref) | {"body": "", "notes": ""})
        _add(row, comment)
    insert, append = (_INSERT_SQLITE, _APPEND_SQLITE) if is_sqlite else (_INSERT_POSTGRESQL, _APPEND_POSTGRESQL)
    inserted = [Write(insert, [as_stored(row, is_sqlite=is_sqlite) for row in new.values()])]
    appended = [Write(append, [as_stored(row, is_sqlite=is_sqlite) for row in more.values()])]
    return inserted if new else [], appended if more else []


def rewrite(connection: Connection, ref: TicketRef, *, subject: str, description: str) -> None:
    """
    Index a ticket anew from all that is said now on it and on what was merged into it.

    For when something was taken back, put differently, or merged. Whoever calls holds the ticket.
    """
    row = _key(ref) | _texts(subject, description) | {"name": ""}
    for comment in family.said(connection, ref, include_internal=True):
        if not comment["is_automatic"] and comment["deleted_at"] is None and _size(row) < ROOM:
            _add(row, dict(comment))
    is_sqlite = connection.dialect.name == "sqlite"
    statement = _REWRITE_SQLITE if is_sqlite else _REWRITE_POSTGRESQL
    connection.execute(statement, as_stored(row, is_sqlite=is_sqlite))


def rename(connection: Connection, customer_id: PersonId, name: str) -> None:
    """A customer is called something else: so are they in all their tickets."""
    statement = _RENAME_SQLITE if connection.dialect.name == "sqlite" else _RENAME_POSTGRESQL
    connection.execute(statement, {"customer_id": customer_id, "name": searchable(name)})


def as_stored(row: dict[str, Any], *, is_sqlite: bool) -> dict[str, Any]:
    """A row as its database takes it: with its size and, on PostgreSQL, the span before each word."""
    stored = row | {"size": _size(row)}
    if not is_sqlite:
        mark = f" {span_code(span_of(row['number']))}"
        stored |= {part: row[part].replace(" ", mark) for part in _PARTS if part in row}
    return stored


_PARTS = ("subject", "body", "name", "notes")


# --- what it cares for ------------------------------------------------------------------------------------------------

DICTIONARIES = {Stemming.ENGLISH: "ticket_search_stem", Stemming.OFF: "simple"}
TOKENIZERS = {Stemming.ENGLISH: "porter unicode61", Stemming.OFF: "unicode61"}
_STEMMING_POSTGRESQL = text(
    "SELECT dictname FROM pg_ts_config_map JOIN pg_ts_dict ON pg_ts_dict.oid = mapdict"
    " WHERE mapcfg = CAST('ticket_search' AS regconfig) AND maptokentype = 1"
)
TABLE_SQLITE = text("SELECT sql FROM sqlite_master WHERE name = 'ticket_search'")


def stemming_of(connection: Connection) -> Stemming:
    """By which endings the index does not care; it is a part of the index, so what is asked is treated alike."""
    if connection.dialect.name == "sqlite":
        made = connection.execute(TABLE_SQLITE).scalar_one()
        return Stemming.ENGLISH if TOKENIZERS[Stemming.ENGLISH] in made else Stemming.OFF
    dictionary = connection.execute(_STEMMING_POSTGRESQL).scalar_one()
    return next(each for each, name in DICTIONARIES.items() if name == dictionary)


def put(connection: Connection, found: Iterable[Any]) -> None:
    """
    Index tickets anew from all that is said on them, whether they are in the index or not.

    Their rows have keys, subjects, descriptions, and the customers' names. Whoever calls holds what of them is in the index.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    rows = {
        TicketRef(each.customer_id, each.id): _key(TicketRef(each.customer_id, each.id))
        | _texts(each.subject, each.description)
        | {"name": searchable(each.name)}
        for each in found
    }
    if not rows:
        return
    _in = tuple_(comments.c.customer_id, comments.c.ticket_id).in_(list(rows))
    words = select(*(comments.c[name] for name in _OF_COMMENT)).where(_in, comments.c.deleted_at.is_(None))
    for comment in map(dict, connection.execute(words.order_by(comments.c.ticket_id, comments.c.id)).mappings()):
        row = rows[TicketRef(comment["customer_id"], comment["ticket_id"])]
        if not comment["is_automatic"] and _size(row) < ROOM:
            _add(row, comment)
    stored = [as_stored(row, is_sqlite=is_sqlite) for row in rows.values()]
    if is_sqlite:
        connection.execute(_DELETE_SQLITE, [{"number": row["number"]} for row in stored])
    connection.execute(_INSERT_SQLITE if is_sqlite else _PUT_POSTGRESQL, stored)
    for each in connection.execute(_INTO.where(tuple_(_joined.customer_id, _joined.id).in_(list(rows)))).all():
        # Few: they are indexed once more, with the words of what was merged into them.
        rewrite(connection, TicketRef(each.customer_id, each.id), subject=each.subject, description=each.description)


_OF_COMMENT = ("customer_id", "ticket_id", "id", "text", "is_internal", "is_automatic")
_merged, _joined = tickets.alias("merged").c, tickets.c
_INTO = (
    select(_joined.customer_id, _joined.id, _joined.subject, _joined.description)
    .where(_merged.customer_id == _joined.customer_id, _merged.merged_into == _joined.id)
    .where(_merged.merged_into.is_not(None))
    .distinct()
)


def _key(ref: TicketRef) -> dict[str, Any]:
    return {"customer_id": ref.customer_id, "number": ref.number}


def _texts(subject: str, description: str) -> dict[str, Any]:
    return {"subject": searchable(subject), "body": searchable(description), "notes": ""}


def _row(ticket: Ticket, name: str) -> dict[str, Any]:
    return _key(ticket.ref) | _texts(ticket.subject, ticket.description) | {"name": searchable(name)}


def _add(row: dict[str, Any], comment: Mapping[str, Any]) -> None:
    part = "notes" if comment["is_internal"] else "body"
    row[part] += searchable(comment["text"])


def _size(row: Mapping[str, Any]) -> int:
    return len(row["body"]) + len(row["notes"])
