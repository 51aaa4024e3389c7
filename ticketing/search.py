"""
Asking the full-text index over tickets (docs/search.md); `ticketing.indexing` keeps it.

What many tickets have is not weighed whole: the newest of them are. SQLite walks its index from the newest end; PostgreSQL's
knows no order, so it is asked span by span of ticket numbers, the newest first, until enough was found.

What is found comes as rows of `tickets`, each with its clocks as a list: on PostgreSQL in the one statement that looks for
them, since on a busy machine each way to the server costs more than what is done there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, Connection, Executable, column, text

from ticketing.indexing import SPAN_BITS, SPAN_CODE, code_in_sql
from ticketing.model import PersonId
from ticketing.prepared import run
from ticketing.tables import sla_clocks, tickets

SHORTEST_PREFIX = 3
"""The last word of a search may still be unfinished; shorter beginnings than this match half the index."""

COMMON_ON_SQLITE = 2_000
"""What more tickets than this have is weighed against no other: of the newest those come first whose subject has it."""

RANKED = 200
"""How many matches are looked at where there are many, the newest of them."""

RARE = 500
"""On SQLite a word in more tickets than this says little about which of them are alike."""

RARE_LATELY = 40
"""The same on PostgreSQL, of the tickets of the newest two spans."""

COMPARED_SPANS, COMPARED = 32, 300
"""In how many of the newest spans, and among how many tickets, PostgreSQL looks for what is alike."""

MOST_LOOKS = 512
"""Beyond so many spans, which two million tickets have, PostgreSQL is asked for several at a time."""


def matching(
    connection: Connection, words: Sequence[str], *, limit: int, customer_id: PersonId | None, include_internal: bool
) -> list[Any]:
    """
    The tickets that have all of the words, the last of which may be the beginning of one.

    Best first; of too many the newest are looked at, since weighing all of them takes longer than anybody waits.
    """
    if not words:
        return []
    look = _matching_sqlite if connection.dialect.name == "sqlite" else _matching_postgresql
    return look(connection, words, limit=limit, customer_id=customer_id, include_internal=include_internal)


def resolved_like(connection: Connection, words: Sequence[str], *, category: str | None, limit: int) -> list[Any]:
    """The resolved tickets that share most of the rarer words, in what their customers could read."""
    look = _like_sqlite if connection.dialect.name == "sqlite" else _like_postgresql
    return look(connection, words, {"category": category, "limit": limit})


_RESOLVED = "tickets.status IN ('resolved', 'closed') AND tickets.resolved_at IS NOT NULL"
_IN_CATEGORY = "AND (CAST(:category AS text) IS NULL OR tickets.category = :category)"


_COLUMNS = ", ".join(f"tickets.{each.name}" for each in tickets.columns)
_OF_TICKET = "FROM sla_clocks WHERE sla_clocks.customer_id = tickets.customer_id AND sla_clocks.ticket_id = tickets.id"


def _with_clocks(statement: str) -> Executable:
    """A statement that finds `_COLUMNS` and, as JSON, `clocks`."""
    all_columns: Any = (*tickets.columns, column("clocks", JSON))
    return text(statement).columns(*all_columns)


def _may_be_unfinished(word: str) -> bool:
    return len(word) >= SHORTEST_PREFIX


# --- SQLite -----------------------------------------------------------------------------------------------------------

_PUBLIC_SQLITE = "{subject body name}"
_ALL_SQLITE = "{subject body name notes}"
_PROBE_SQLITE = text(
    "SELECT count(*) FROM (SELECT 1 FROM ticket_search WHERE ticket_search MATCH :query LIMIT :enough)"
).columns(column("count"))
# The weights are those of the columns, in their order.
_BEST_SQLITE = text(
    "SELECT rowid FROM ticket_search WHERE ticket_search MATCH :query"
    " ORDER BY bm25(ticket_search, 0.0, 4.0, 1.0, 2.0, 1.0), rowid DESC LIMIT :limit"
).columns(column("number"))


def _by_subject(found: str) -> Executable:
    """
    Of the rows of the index that are found those first whose subjects have most of the words.

    How many it has shows by the marks put into it. A look into subjects alone would walk over every ticket that has the words
    anywhere.
    """
    return text(
        "SELECT rowid FROM (SELECT rowid, highlight(ticket_search, 1, char(1), '') AS marked FROM ticket_search"  # noqa: S608
        f" WHERE ticket_search MATCH :query {found})"
        " ORDER BY min(:words, length(marked) - length(replace(marked, char(1), ''))) DESC, rowid DESC LIMIT :limit"
    ).columns(column("number"))


_NEWEST_SQLITE = _by_subject(f"ORDER BY rowid DESC LIMIT max({RANKED}, :limit)")
# From the oldest on FTS5 leaps from one of the customer's to the next; from the newest it would walk over everybody's.
_SINCE_SQLITE = _by_subject("AND rowid >= :since")
_OWN_SQLITE = text(
    "SELECT min(id), count(*) FROM"
    " (SELECT id FROM tickets WHERE customer_id = :customer_id ORDER BY id DESC LIMIT :newest)"
).columns(column("since"), column("count"))
_SIMILAR_SQLITE = text(
    "SELECT ticket_search.rowid FROM ticket_search JOIN tickets ON tickets.id = ticket_search.rowid"  # noqa: S608
    f" WHERE ticket_search MATCH :query AND {_RESOLVED} {_IN_CATEGORY}"
    " ORDER BY bm25(ticket_search, 0.0, 4.0, 1.0, 0.0, 0.0), tickets.id DESC LIMIT :limit"
).columns(column("number"))
_CLOCK_SQLITE = ", ".join(f"'{each.name}', {each.name}" for each in sla_clocks.columns)
_TICKETS_SQLITE = _with_clocks(
    f"SELECT {_COLUMNS}, (SELECT json_group_array(json_object({_CLOCK_SQLITE})) {_OF_TICKET}) AS clocks"  # noqa: S608
    " FROM json_each(:numbers) AS wanted JOIN tickets ON tickets.id = wanted.value ORDER BY wanted.key"
)


def _matching_sqlite(
    connection: Connection, words: Sequence[str], *, limit: int, customer_id: PersonId | None, include_internal: bool
) -> list[Any]:
    columns = _ALL_SQLITE if include_internal else _PUBLIC_SQLITE

    def is_common(term: str) -> bool:
        probe = {"query": f"{columns} : {term}", "enough": COMMON_ON_SQLITE + 1}
        return _first(connection, _PROBE_SQLITE, probe)[0] > COMMON_ON_SQLITE

    terms = [f'"{word}"' for word in words]
    common = [is_common(term) for term in terms]
    if _may_be_unfinished(words[-1]) and not common[-1]:
        # What is in many tickets as it stands needs no further endings; what is not may be the beginning of much.
        terms[-1] += "*"
        common[-1] = is_common(terms[-1])

    of_one = "" if customer_id is None else f'customer_id : "{int(customer_id)}" AND '
    query = f"{of_one}{columns} : ({' AND '.join(terms)})"
    if not any(common):
        best = _first(connection, _BEST_SQLITE, {"query": query, "limit": limit})
        return _tickets_sqlite(connection, best)
    asked = {"query": query, "words": len(words), "limit": limit}
    if customer_id is None:
        return _tickets_sqlite(connection, _first(connection, _NEWEST_SQLITE, asked))
    return _tickets_sqlite(connection, _newest_of_customer(connection, customer_id, asked))


def _newest_of_customer(connection: Connection, customer_id: PersonId, asked: dict[str, Any]) -> list[int]:
    """Of their newest tickets first, and of ten times as many until there is enough."""
    newest = RANKED
    while True:
        own = {"customer_id": customer_id, "newest": newest}
        since, count = next(iter(run(connection, _OWN_SQLITE, own)))
        found = _first(connection, _SINCE_SQLITE, asked | {"since": since})
        if len(found) >= asked["limit"] or count < newest:
            return found
        newest *= 10


def _like_sqlite(connection: Connection, words: Sequence[str], asked: dict[str, Any]) -> list[Any]:
    telling = []
    for word in words:
        query = f'{{subject body}} : "{word}"'
        count = _first(connection, _PROBE_SQLITE, {"query": query, "enough": RARE + 1})[0]
        if 0 < count <= RARE:
            telling.append(query)
    if not telling:
        return []
    return _tickets_sqlite(connection, _first(connection, _SIMILAR_SQLITE, asked | {"query": " OR ".join(telling)}))


def _first(connection: Connection, statement: Executable, asked: dict[str, Any]) -> list[int]:
    """The first column of what is found."""
    return [row[0] for row in run(connection, statement, asked)]


def _tickets_sqlite(connection: Connection, numbers: list[int]) -> list[Any]:
    return run(connection, _TICKETS_SQLITE, {"numbers": json.dumps(numbers)}) if numbers else []


# --- PostgreSQL -------------------------------------------------------------------------------------------------------

_MARK = "~"
"""Where the span of a ticket goes in a query."""

_ASKED = "CAST(:query AS text)"
_QUERY = f"to_tsquery('ticket_search', replace({_ASKED}, '{_MARK}', {SPAN_CODE}))"
"""What is asked, of the ticket that is looked at."""

_NEWEST_SPAN = f"(SELECT max(ticket_id) >> {SPAN_BITS} AS last FROM ticket_search) AS newest"  # noqa: S608
# From each span to that of `others` further down: the query for one, or that for the next, and so on.
_IN_THESE = (
    f"(SELECT string_agg(replace({_ASKED}, '{_MARK}', {code_in_sql('each')}), ' | ')"  # noqa: S608
    " FROM generate_series(span, greatest(span - others, 0), -1) AS each)"
)
_HAS = f"words @@ to_tsquery('ticket_search', {_IN_THESE})"
_EVERY_SPAN = (
    f"(SELECT last, last / {MOST_LOOKS} AS others FROM {_NEWEST_SPAN}) AS spans"  # noqa: S608
    " CROSS JOIN LATERAL generate_series(last, 0, -1 - others) AS span"
)
_LATE_SPANS = (
    f"(SELECT last, 0 AS others FROM {_NEWEST_SPAN}) AS spans"  # noqa: S608
    f" CROSS JOIN LATERAL generate_series(last, greatest(last - {COMPARED_SPANS - 1}, 0), -1) AS span"
)
# A sum is in no index: all matches of a span are taken from the index of words, and the newest of them.
_NEWEST = "ORDER BY ticket_id + 0 DESC LIMIT"
_IN_SPANS = f"SELECT customer_id, ticket_id FROM ticket_search WHERE {_HAS} {_NEWEST} {RANKED}"  # noqa: S608
_LATELY = (
    f"words @@ to_tsquery('ticket_search', {code_in_sql('last')} || asked.word || ' | ' ||"
    f" {code_in_sql('greatest(last - 1, 0)')} || asked.word)"
)
_COUNT_POSTGRESQL = text(
    f"SELECT (SELECT count(*) FROM (SELECT 1 FROM ticket_search WHERE {_LATELY} LIMIT :enough) AS found)"  # noqa: S608
    f" FROM {_NEWEST_SPAN}, unnest(CAST(:words AS text[])) WITH ORDINALITY AS asked (word, place) ORDER BY place"
).columns(column("count"))


def _ranked_postgresql(found: str) -> Executable:
    """The best of what is found, as tickets."""
    return _with_clocks(
        f"""
        WITH found AS MATERIALIZED ({found}),
        best AS MATERIALIZED (
            SELECT customer_id, ticket_id, ts_rank(CAST(:weights AS real[]), words, {_QUERY}) AS rank
            FROM found JOIN ticket_search USING (customer_id, ticket_id)
            ORDER BY rank DESC, ticket_id DESC LIMIT :limit
        )
        SELECT {_COLUMNS}, (SELECT json_agg(sla_clocks) {_OF_TICKET}) AS clocks
        FROM best JOIN tickets ON tickets.customer_id = best.customer_id AND tickets.id = best.ticket_id
        ORDER BY rank DESC, tickets.id DESC
        """  # noqa: S608
    )


# One span after the other, and none of them any more once there is enough.
_BEST_POSTGRESQL = _ranked_postgresql(
    f"SELECT hit.* FROM {_EVERY_SPAN} CROSS JOIN LATERAL ({_IN_SPANS}) AS hit LIMIT {RANKED}"  # noqa: S608
)
# "IS TRUE" is in no index: the words are put to the customer's own tickets.
_OF_CUSTOMER_POSTGRESQL = _ranked_postgresql(
    "SELECT customer_id, ticket_id FROM ticket_search"  # noqa: S608
    f" WHERE customer_id = :customer_id AND (words @@ {_QUERY}) IS TRUE {_NEWEST} {RANKED}"
)
_WEIGHTS_WITH_NOTES, _WEIGHTS = [0.2, 0.4, 0.6, 1.0], [0.0, 0.4, 0.6, 1.0]
_SIMILAR_POSTGRESQL = _ranked_postgresql(
    f"""
    SELECT hit.* FROM {_LATE_SPANS} CROSS JOIN LATERAL (
        SELECT customer_id, ticket_id FROM ticket_search
        JOIN tickets USING (customer_id) WHERE tickets.id = ticket_id AND {_HAS} AND {_RESOLVED} {_IN_CATEGORY}
        {_NEWEST} {COMPARED}
    ) AS hit LIMIT {COMPARED}
    """  # noqa: S608
)


def _matching_postgresql(
    connection: Connection, words: Sequence[str], *, limit: int, customer_id: PersonId | None, include_internal: bool
) -> list[Any]:
    parts = "" if include_internal else "ABC"
    *finished, last = words
    star = "*" if _may_be_unfinished(last) else ""
    asked: dict[str, Any] = {
        "query": " & ".join([*(_word(word, parts) for word in finished), _word(last, star + parts)]),
        "weights": _WEIGHTS_WITH_NOTES if include_internal else _WEIGHTS,
        "limit": limit,
    }
    if customer_id is None:
        return run(connection, _BEST_POSTGRESQL, asked)
    return run(connection, _OF_CUSTOMER_POSTGRESQL, asked | {"customer_id": customer_id})


def _word(word: str, label: str) -> str:
    """A word of a query, in these parts of a ticket."""
    return f"{_MARK}{word}:{label}" if label else f"{_MARK}{word}"


def _like_postgresql(connection: Connection, words: Sequence[str], asked: dict[str, Any]) -> list[Any]:
    if not words:
        return []
    counts = [row.count for row in run(connection, _COUNT_POSTGRESQL, {"words": words, "enough": RARE_LATELY + 1})]
    telling = [word for word, count in zip(words, counts, strict=True) if count <= RARE_LATELY]
    if not telling:
        return []
    query = " | ".join(_word(word, "AC") for word in telling)
    return run(connection, _SIMILAR_POSTGRESQL, asked | {"query": query, "weights": _WEIGHTS})
