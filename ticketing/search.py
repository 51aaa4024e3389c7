"""
Asking the full-text index over tickets (docs/search.md); `ticketing.indexing` keeps it.

What many tickets have is not weighed whole: the newest of them are. SQLite walks its index from the newest end; PostgreSQL's
knows no order, so it is asked span by span of ticket numbers, the newest first, until enough was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, TextClause, text

from ticketing.indexing import SPAN_CODE, span_code, span_of
from ticketing.model import PersonId

SHORTEST_PREFIX = 3
"""The last word of a search may still be unfinished; shorter beginnings than this match half the index."""

COMMON_ON_SQLITE = 2_000
"""What more tickets than this have is not weighed: the newest are shown."""

RANKED = 200
"""How many matches are weighed on PostgreSQL, the newest of them."""

RARE = 500
"""On SQLite a word in more tickets than this says little about which of them are alike."""

RARE_LATELY = 40
"""The same on PostgreSQL, of the tickets of the newest two spans."""

COMPARED_SPANS, COMPARED = 32, 300
"""In how many of the newest spans, and among how many tickets, PostgreSQL looks for what is alike."""


def matching(
    connection: Connection, words: Sequence[str], *, limit: int, customer_id: PersonId | None, include_internal: bool
) -> list[int]:
    """
    The numbers of tickets that have all of the words, the last of which may be the beginning of one.

    Best first; of too many the newest are looked at, since weighing all of them takes longer than anybody waits.
    """
    if not words:
        return []
    look = _matching_sqlite if connection.dialect.name == "sqlite" else _matching_postgresql
    return look(connection, words, limit=limit, customer_id=customer_id, include_internal=include_internal)


def resolved_like(connection: Connection, words: Sequence[str], *, category: str | None, limit: int) -> list[int]:
    """The numbers of resolved tickets that share most of the rarer words, in what their customers could read."""
    look = _like_sqlite if connection.dialect.name == "sqlite" else _like_postgresql
    return look(connection, words, {"category": category, "limit": limit})


_RESOLVED = "tickets.status IN ('resolved', 'closed') AND tickets.resolved_at IS NOT NULL"
_IN_CATEGORY = "AND (CAST(:category AS text) IS NULL OR tickets.category = :category)"


def _may_be_unfinished(word: str) -> bool:
    return len(word) >= SHORTEST_PREFIX


# --- SQLite -----------------------------------------------------------------------------------------------------------

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
_SIMILAR_SQLITE = text(
    "SELECT ticket_search.rowid FROM ticket_search JOIN tickets ON tickets.id = ticket_search.rowid"  # noqa: S608
    f" WHERE ticket_search MATCH :query AND {_RESOLVED} {_IN_CATEGORY}"
    " ORDER BY bm25(ticket_search, 0.0, 4.0, 1.0, 0.0, 0.0), tickets.id DESC LIMIT :limit"
)


def _matching_sqlite(
    connection: Connection, words: Sequence[str], *, limit: int, customer_id: PersonId | None, include_internal: bool
) -> list[int]:
    columns = _ALL_SQLITE if include_internal else _PUBLIC_SQLITE

    def is_common(term: str) -> bool:
        probe = {"query": f"{columns} : {term}", "enough": COMMON_ON_SQLITE + 1}
        return int(connection.execute(_PROBE_SQLITE, probe).scalar_one()) > COMMON_ON_SQLITE

    terms = [f'"{word}"' for word in words]
    common = [is_common(term) for term in terms]
    if _may_be_unfinished(words[-1]) and not common[-1]:
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


def _like_sqlite(connection: Connection, words: Sequence[str], asked: dict[str, Any]) -> list[int]:
    telling = []
    for word in words:
        query = f'{{subject body}} : "{word}"'
        count = connection.execute(_PROBE_SQLITE, {"query": query, "enough": RARE + 1}).scalar_one()
        if 0 < count <= RARE:
            telling.append(query)
    if not telling:
        return []
    return list(connection.execute(_SIMILAR_SQLITE, asked | {"query": " OR ".join(telling)}).scalars())


# --- PostgreSQL -------------------------------------------------------------------------------------------------------

# The newest ticket; and plans for this transaction that know what is asked.
_LAST = text(
    "SELECT (SELECT max(ticket_id) FROM ticket_search), set_config('plan_cache_mode', 'force_custom_plan', true)"
)
_MARK = "~"
"""Where the span of a ticket goes in a query."""

_QUERY = f"to_tsquery('ticket_search', replace(CAST(:query AS text), '{_MARK}', {SPAN_CODE}))"
"""What is asked, of the ticket that is looked at."""

_SPANS = "unnest(CAST(:queries AS text[])) AS span (query)"
_HAS = "words @@ to_tsquery('ticket_search', span.query)"
# A sum is in no index: all matches of a span are taken from the index of words, and the newest of them.
_NEWEST = "ORDER BY ticket_id + 0 DESC LIMIT"
_IN_SPANS = f"SELECT customer_id, ticket_id FROM ticket_search WHERE {_HAS} {_NEWEST} {RANKED}"  # noqa: S608
_COUNT_POSTGRESQL = text(
    f"SELECT (SELECT count(*) FROM (SELECT 1 FROM ticket_search WHERE {_HAS} LIMIT :enough) AS found)"  # noqa: S608
    f" FROM {_SPANS}"
)


def _ranked_postgresql(found: str) -> TextClause:
    return text(
        f"""
        WITH found AS MATERIALIZED ({found})
        SELECT ticket_id FROM found JOIN ticket_search USING (customer_id, ticket_id)
        ORDER BY ts_rank(CAST(:weights AS real[]), words, {_QUERY}) DESC, ticket_id DESC LIMIT :limit
        """  # noqa: S608
    )


# One span after the other, and none of them any more once there is enough.
_BEST_POSTGRESQL = _ranked_postgresql(
    f"SELECT hit.* FROM {_SPANS} CROSS JOIN LATERAL ({_IN_SPANS}) AS hit LIMIT {RANKED}"  # noqa: S608
)
# "IS TRUE" is in no index: the words are put to the customer's own tickets.
_OF_CUSTOMER_POSTGRESQL = _ranked_postgresql(
    "SELECT customer_id, ticket_id FROM ticket_search"  # noqa: S608
    f" WHERE customer_id = :customer_id AND (words @@ {_QUERY}) IS TRUE {_NEWEST} {RANKED}"
)
_WEIGHTS_WITH_NOTES, _WEIGHTS = [0.2, 0.4, 0.6, 1.0], [0.0, 0.4, 0.6, 1.0]
_SIMILAR_POSTGRESQL = _ranked_postgresql(
    f"""
    SELECT hit.* FROM {_SPANS} CROSS JOIN LATERAL (
        SELECT customer_id, ticket_id FROM ticket_search
        JOIN tickets USING (customer_id) WHERE tickets.id = ticket_id AND {_HAS} AND {_RESOLVED} {_IN_CATEGORY}
        {_NEWEST} {COMPARED}
    ) AS hit LIMIT {COMPARED}
    """  # noqa: S608
)


def _matching_postgresql(
    connection: Connection, words: Sequence[str], *, limit: int, customer_id: PersonId | None, include_internal: bool
) -> list[int]:
    last = connection.execute(_LAST).scalar()
    parts = "" if include_internal else "ABC"
    asked: dict[str, Any] = {
        "query": _all_of(words, [_MARK], parts),
        "weights": _WEIGHTS_WITH_NOTES if include_internal else _WEIGHTS,
        "limit": limit,
    }
    if customer_id is not None:
        return list(connection.execute(_OF_CUSTOMER_POSTGRESQL, asked | {"customer_id": customer_id}).scalars())
    asked["queries"] = [_all_of(words, codes, parts) for codes in _groups_of_spans(last or 0)]
    return list(connection.execute(_BEST_POSTGRESQL, asked).scalars())


def _groups_of_spans(last: int) -> Iterator[list[str]]:
    """
    The spans up to that of the last ticket, newest first: one, one, then twice as many each time, to a sixty-fourth of all.

    What is common is found in the first; what is rare takes some seventy looks at most; and none collects more than that share.
    """
    spans = [span_code(span) for span in range(span_of(last), -1, -1)]
    most = max(4, len(spans) // 64)
    done, size = 0, 1
    while done < len(spans):
        yield spans[done : done + size]
        done, size = done + size, min(done + size, most)


def _all_of(words: Sequence[str], codes: Sequence[str], parts: str) -> str:
    """All of the words, the last of which may be unfinished, in these spans and these parts of a ticket."""
    *finished, last = words
    star = "*" if _may_be_unfinished(last) else ""
    each = [*((word, parts) for word in finished), (last, star + parts)]
    return " & ".join(_one_of([word], codes, label) for word, label in each)


def _one_of(words: Sequence[str], codes: Sequence[str], label: str) -> str:
    colon = ":" if label else ""
    return "(" + " | ".join(f"{code}{word}{colon}{label}" for code in codes for word in words) + ")"


def _like_postgresql(connection: Connection, words: Sequence[str], asked: dict[str, Any]) -> list[int]:
    groups = list(_groups_of_spans(connection.execute(_LAST).scalar() or 0))
    lately = [code for group in groups[:2] for code in group]
    probes = {"queries": [_one_of([word], lately, "") for word in words], "enough": RARE_LATELY + 1}
    counts = connection.execute(_COUNT_POSTGRESQL, probes).scalars().all() if words else []
    telling = [word for word, count in zip(words, counts, strict=True) if count <= RARE_LATELY]
    if not telling:
        return []
    spans = [code for group in groups for code in group][:COMPARED_SPANS]
    asked |= {
        "query": _one_of(telling, [_MARK], "AC"),
        "queries": [_one_of(telling, [code], "AC") for code in spans],
        "weights": _WEIGHTS,
    }
    return list(connection.execute(_SIMILAR_POSTGRESQL, asked).scalars())
