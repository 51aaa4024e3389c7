"""
The full-text index over tickets: what stands in it, how it is kept, how it is asked (docs/search.md).

One row a ticket: its subject, its description and public comments, its customer's name and, apart from these, the notes of
the team. On SQLite an FTS5 table, whose rowid is the ticket's number; on PostgreSQL a tsvector in which the four parts are
the weights A to D. Words are folded here, before either sees them, so that both find the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, select, text

from ticketing import family
from ticketing.model import PersonId, Ticket, TicketRef
from ticketing.prepared import Write
from ticketing.tables import comments, people, tickets

LONGEST_WORD = 64
LONGEST_TEXT = 40_000
ROOM = 600_000
"""How many characters of a ticket are searchable: a tsvector holds a megabyte and no more, and refuses what is longer."""

MOST_WORDS = 8
SHORTEST_PREFIX = 3
"""The last word of a search may still be unfinished; shorter beginnings than this match half the index."""

COMMON_ON_SQLITE = 2_000
COMMON_ON_POSTGRESQL = 5_000
"""What more tickets than this have is soon met on the way back from the newest; what fewer have the index gives faster."""

PROBED = 3_000
"""So many of the newest tickets are read on PostgreSQL to tell how many there may be that match."""

RANKED, RANKED_OF_COMMON = 500, 100
"""How many matches are weighed on PostgreSQL, the newest of them; fewer where so many match that they are met one by one."""

RARE = 500
"""A word in more tickets than this says little about which of them are alike."""

COMMON_WORDS = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "do", "for", "from", "had", "has", "have"}
    | {
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "so",
        "that",
        "the",
    }
    | {"their", "them", "there", "they", "this", "to", "was", "we", "were", "what", "when", "which", "will", "with"}
    | {"you", "your"}
)
"""Not worth keeping: they stand in nearly every ticket."""

_NO_WORD = re.compile(r"[\W_]+")
_STROKED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})
_BATCH = 500

# The statements below are put together from constants of this module alone; what comes from outside is bound.


def fold(written: str) -> list[str]:
    """The words of a text without case, accents and punctuation, in their order; compatible forms become plain ones."""
    written = written[:LONGEST_TEXT].casefold()
    if not written.isascii():
        decomposed = unicodedata.normalize("NFKD", written).casefold()
        written = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_STROKED)
    return [word[:LONGEST_WORD] for word in _NO_WORD.split(written[:LONGEST_TEXT]) if word]


def searchable(written: str) -> str:
    """A text as the index holds it: a space before each word worth keeping."""
    return "".join(f" {word}" for word in fold(written) if word not in COMMON_WORDS)


def asked_words(written: str, *, at_most: int = MOST_WORDS) -> list[str]:
    """The words of a search that can find anything, each once."""
    return list(dict.fromkeys(word for word in fold(written) if word not in COMMON_WORDS))[:at_most]


# --- keeping it -------------------------------------------------------------------------------------------------------

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
_APPEND_POSTGRESQL = text(
    f"UPDATE ticket_search SET words = words || {_SAID}, size = size + :size WHERE {_ONE} AND size < {ROOM}"  # noqa: S608
)
_REWRITE_POSTGRESQL = text(
    f"UPDATE ticket_search SET words = {_part('subject', 'A')} || ts_filter(words, '{{b}}') || {_SAID}, size = :size"  # noqa: S608
    f" WHERE {_ONE}"
)
_RENAME_POSTGRESQL = text(
    f"UPDATE ticket_search SET words = ts_filter(words, '{{a,c,d}}') || {_part('name', 'B')}"  # noqa: S608
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
    inserted = [Write(_INSERT_SQLITE if is_sqlite else _INSERT_POSTGRESQL, [_sized(row) for row in new.values()])]
    appended = [Write(_APPEND_SQLITE if is_sqlite else _APPEND_POSTGRESQL, [_sized(row) for row in more.values()])]
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
    statement = _REWRITE_SQLITE if connection.dialect.name == "sqlite" else _REWRITE_POSTGRESQL
    connection.execute(statement, _sized(row))


def rename(connection: Connection, customer_id: PersonId, name: str) -> None:
    """A customer is called something else: so are they in all their tickets."""
    statement = _RENAME_SQLITE if connection.dialect.name == "sqlite" else _RENAME_POSTGRESQL
    connection.execute(statement, {"customer_id": customer_id, "name": searchable(name)})


def rebuild(connection: Connection) -> None:
    """Index every ticket anew, in batches. The only thing that is lost with the index is time."""
    connection.execute(text("DELETE FROM ticket_search"))
    insert = _INSERT_SQLITE if connection.dialect.name == "sqlite" else _INSERT_POSTGRESQL
    last = -(2**63)
    while found := connection.execute(_NAMED, {"last": last}).all():
        rows = {
            each.id: _key(TicketRef(each.customer_id, each.id))
            | _texts(each.subject, each.description)
            | {"name": searchable(each.name)}
            for each in found
        }
        said = select(comments).where(comments.c.ticket_id.in_(rows), comments.c.deleted_at.is_(None))
        for comment in map(dict, connection.execute(said.order_by(comments.c.id)).mappings()):
            if not comment["is_automatic"] and _size(rows[comment["ticket_id"]]) < ROOM:
                _add(rows[comment["ticket_id"]], comment)
        connection.execute(insert, [_sized(row) for row in rows.values()])
        last = found[-1].id
    for each in connection.execute(_MERGED_INTO).all():
        ref = TicketRef(each.customer_id, each.id)
        rewrite(connection, ref, subject=each.subject, description=each.description)


_NAMED = (
    select(tickets.c.customer_id, tickets.c.id, tickets.c.subject, tickets.c.description, people.c.name)
    .join_from(tickets, people, people.c.id == tickets.c.customer_id)
    .where(tickets.c.id > bindparam("last"))
    .order_by(tickets.c.id)
    .limit(_BATCH)
)
_merged = tickets.alias("merged")
_MERGED_INTO = (
    select(tickets.c.customer_id, tickets.c.id, tickets.c.subject, tickets.c.description)
    .join_from(
        tickets, _merged, (_merged.c.customer_id == tickets.c.customer_id) & (_merged.c.merged_into == tickets.c.id)
    )
    .where(_merged.c.merged_into.is_not(None))
    .distinct()
)
"""Tickets into which others were merged: few, and indexed once more with the words of these."""


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


def _sized(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"size": _size(row)}


# --- asking it --------------------------------------------------------------------------------------------------------

_PUBLIC_SQLITE = "{subject body name}"
_ALL_SQLITE = "{subject body name notes}"
_PROBE_SQLITE = text(
    "SELECT count(*) FROM (SELECT 1 FROM ticket_search WHERE ticket_search MATCH :query LIMIT :enough)"
)
# The weights are those of the columns, in their order.
_BEST_SQLITE = text(
    "SELECT rowid FROM ticket_search WHERE ticket_search MATCH :query"
    " ORDER BY bm25(ticket_search, 0.0, 4.0, 1.0, 2.0, 1.0), rowid DESC LIMIT :limit"
)
_NEWEST_SQLITE = text(
    "SELECT rowid FROM ticket_search WHERE ticket_search MATCH :query ORDER BY rowid DESC LIMIT :limit"
)
_QUERY = "to_tsquery('ticket_search', CAST(:query AS text))"
_HAS = f"words @@ {_QUERY}"
_PROBE_POSTGRESQL = text(
    f"SELECT count(*) FROM (SELECT 1 FROM ticket_search WHERE {_HAS} LIMIT :enough) AS found"  # noqa: S608
)
# "IS TRUE" is in no index: such a condition is put to the tickets that something else has found.
_IS_FOUND = f"({_HAS}) IS TRUE"
_PROBE_NEWEST_POSTGRESQL = text(
    f"""
    SELECT count(*) AS read, max(ticket_id) AS last,
        count(*) FILTER (WHERE {_HAS}) AS matching,
        count(*) FILTER (WHERE {_HAS.replace(":query", ":finished")}) AS finished,
        count(*) FILTER (WHERE {_HAS.replace(":query", ":unfinished")}) AS unfinished
    FROM (SELECT ticket_id, words FROM ticket_search ORDER BY ticket_id DESC LIMIT {PROBED}) AS newest
    """  # noqa: S608
)


def _ranked_postgresql(which: str) -> TextClause:
    return text(
        f"""
        WITH found AS MATERIALIZED (SELECT customer_id, ticket_id FROM ticket_search WHERE {_IS_FOUND} {which})
        SELECT ticket_id FROM found JOIN ticket_search USING (customer_id, ticket_id)
        ORDER BY ts_rank(CAST(:weights AS real[]), words, {_QUERY}) DESC, ticket_id DESC LIMIT :limit
        """  # noqa: S608
    )


# A sum is in no index: all matches are taken from the index of words, or of customers, and the newest of them.
_NEWEST_OF_ALL = f"ORDER BY ticket_id + 0 DESC LIMIT {RANKED}"
_BEST_POSTGRESQL = _ranked_postgresql(f"AND {_HAS.replace(':query', ':narrow')} {_NEWEST_OF_ALL}")
_OF_CUSTOMER_POSTGRESQL = _ranked_postgresql(f"AND customer_id = :customer_id {_NEWEST_OF_ALL}")
_COMMON_POSTGRESQL = _ranked_postgresql(f"ORDER BY ticket_id DESC LIMIT {RANKED_OF_COMMON}")
"""From the newest ticket back, until enough of them match."""
_CUSTOM_PLANS = text("SET LOCAL plan_cache_mode = force_custom_plan")
_WEIGHTS_WITH_NOTES, _WEIGHTS = [0.2, 0.4, 0.6, 1.0], [0.0, 0.4, 0.6, 1.0]

_RESOLVED = "tickets.status IN ('resolved', 'closed') AND tickets.resolved_at IS NOT NULL"
_IN_CATEGORY = "AND (CAST(:category AS text) IS NULL OR tickets.category = :category)"
_SIMILAR_SQLITE = text(
    "SELECT ticket_search.rowid FROM ticket_search JOIN tickets ON tickets.id = ticket_search.rowid"  # noqa: S608
    f" WHERE ticket_search MATCH :query AND {_RESOLVED} {_IN_CATEGORY}"
    " ORDER BY bm25(ticket_search, 0.0, 4.0, 1.0, 0.0, 0.0), tickets.id DESC LIMIT :limit"
)
_SIMILAR_POSTGRESQL = text(
    "SELECT tickets.id FROM ticket_search JOIN tickets"  # noqa: S608
    " ON tickets.customer_id = ticket_search.customer_id AND tickets.id = ticket_search.ticket_id"
    f" WHERE words @@ {_QUERY} AND {_RESOLVED} {_IN_CATEGORY}"
    f" ORDER BY ts_rank(words, {_QUERY}) DESC, tickets.id DESC LIMIT :limit"
)


def matching(
    connection: Connection, words: Sequence[str], *, limit: int, customer_id: PersonId | None, include_internal: bool
) -> list[int]:
    """
    The numbers of tickets that have all of the words, the last of which may be the beginning of one.

    Best first; of too many the newest are looked at, since weighing all of them takes longer than anybody waits.
    """
    if not words:
        return []
    if connection.dialect.name == "sqlite":
        return _matching_sqlite(
            connection, words, limit=limit, customer_id=customer_id, include_internal=include_internal
        )
    connection.execute(_CUSTOM_PLANS)
    asked: dict[str, Any] = {
        "query": _query_postgresql(words, "" if include_internal else "ABC"),
        "weights": _WEIGHTS_WITH_NOTES if include_internal else _WEIGHTS,
        "limit": limit,
    }
    if customer_id is not None:
        statement = _OF_CUSTOMER_POSTGRESQL
        asked["customer_id"] = customer_id
    elif (narrow := _narrow_postgresql(connection, words, asked["query"])) is not None:
        statement = _BEST_POSTGRESQL
        asked["narrow"] = narrow
    else:
        statement = _COMMON_POSTGRESQL
    return list(connection.execute(statement, asked).scalars())


def _query_postgresql(words: Sequence[str], weights: str = "") -> str:
    """All of the words, the last of which may be unfinished, in the parts of a ticket that have these weights."""
    return " & ".join(f"{word}:{star}{weights}".rstrip(":") for word, star in _starred(words))


def _narrow_postgresql(connection: Connection, words: Sequence[str], query: str) -> str | None:
    """
    What to look up in the index of words: few tickets, among them all that match; None if so many match that they are common.

    The index has no count, and for the beginning of a word it collects every ticket of every word that begins so, before it
    looks at the other words. So it is asked for the finished words alone where few tickets have these, and for the unfinished
    one alone where few have that. How many have them the newest tickets tell.
    """
    *finished, unfinished = words
    parts = {
        "finished": " & ".join(finished) or query,
        "unfinished": _query_postgresql([unfinished]),
    }
    seen = connection.execute(_PROBE_NEWEST_POSTGRESQL, {"query": query, **parts}).one()

    def is_common(count: int) -> bool:
        return bool(count * (seen.last or 0) > COMMON_ON_POSTGRESQL * max(seen.read, 1))

    if is_common(seen.matching):
        return None
    if finished and not is_common(seen.finished):
        return parts["finished"]
    return parts["unfinished"] if not is_common(seen.unfinished) else _query_postgresql(words)


def _matching_sqlite(
    connection: Connection, words: Sequence[str], *, limit: int, customer_id: PersonId | None, include_internal: bool
) -> list[int]:
    columns = _ALL_SQLITE if include_internal else _PUBLIC_SQLITE

    def is_common(term: str) -> bool:
        probe = {"query": f"{columns} : {term}", "enough": COMMON_ON_SQLITE + 1}
        return int(connection.execute(_PROBE_SQLITE, probe).scalar_one()) > COMMON_ON_SQLITE

    terms = [f'"{word}"' for word in words]
    common = [is_common(term) for term in terms]
    if len(words[-1]) >= SHORTEST_PREFIX and not common[-1]:
        # What is in many tickets as it stands needs no further endings; what is not may be the beginning of much.
        terms[-1] += "*"
        common[-1] = is_common(terms[-1])

    def query(columns: str) -> str:
        of_one = "" if customer_id is None else f'customer_id : "{int(customer_id)}" AND '
        return f"{of_one}{columns} : ({' AND '.join(terms)})"

    if not any(common):
        return list(connection.execute(_BEST_SQLITE, {"query": query(columns), "limit": limit}).scalars())
    found: dict[int, None] = {}
    for where in ("subject", columns):
        newest = connection.execute(_NEWEST_SQLITE, {"query": query(where), "limit": limit}).scalars()
        found |= dict.fromkeys(newest)
    return list(found)[:limit]


def _starred(words: Sequence[str]) -> list[tuple[str, str]]:
    last = "*" if len(words[-1]) >= SHORTEST_PREFIX else ""
    return [*((word, "") for word in words[:-1]), (words[-1], last)]


def resolved_like(connection: Connection, words: Sequence[str], *, category: str | None, limit: int) -> list[int]:
    """The numbers of resolved tickets that share most of the rarer words, in what their customers could read."""
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.execute(_CUSTOM_PLANS)
    probe, term, joint, similar = (
        (_PROBE_SQLITE, '{{subject body}} : "{}"', " OR ", _SIMILAR_SQLITE)
        if is_sqlite
        else (_PROBE_POSTGRESQL, "{}:AC", " | ", _SIMILAR_POSTGRESQL)
    )
    telling = []
    for word in words:
        query = term.format(word)
        count = connection.execute(probe, {"query": query, "enough": RARE + 1}).scalar_one()
        if 0 < count <= RARE:
            telling.append(query)
    if not telling:
        return []
    asked = {"query": joint.join(telling), "category": category, "limit": limit}
    return list(connection.execute(similar, asked).scalars())
