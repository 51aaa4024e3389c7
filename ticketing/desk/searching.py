"""Finding tickets by their words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from ticketing import indexing, reindexing, search
from ticketing.desk.base import is_key, use_case
from ticketing.desk.reading import Reading
from ticketing.errors import DatabaseUnavailable
from ticketing.instants import is_id
from ticketing.model import PersonId, Ticket
from ticketing.rows import clock_from, ticket_from
from ticketing.words import Stemming, asked_words

MOST = 100
MOST_WORDS_COMPARED = 12

GIVES_WAY = 20
"""How often in a row whoever makes the index anew waits in vain for who writes to it, before giving up."""


class Searching(Reading):
    """See `ticketing.desk.Desk`."""

    def search(
        self,
        text: str,
        *,
        limit: int = 20,
        customer_id: PersonId | None = None,
        include_internal: bool,
        hidden: Collection[str] = (),
    ) -> list[Ticket]:
        """
        Tickets in whose subject, description, comments or customer's name all words of `text` stand, best first.

        Words are stemmed, accents do not matter, and the last word may be unfinished. `customer_id` looks among that
        customer's only; `include_internal` looks into the team's notes too, and is never for customers. Any text may be
        asked for: what holds no word finds nothing. Of the categories `hidden` nothing is shown, nor counted.
        """
        if customer_id is not None and not is_id(customer_id):
            return []
        with self._database.look() as connection:
            found = search.matching(
                connection,
                asked_words(text),
                limit=MOST if hidden else max(0, min(limit, MOST)),
                customer_id=customer_id,
                include_internal=include_internal,
            )
        return _seen(self._tickets_of(found), hidden, limit)

    def similar_resolved(
        self, text: str, *, category: str | None = None, limit: int = 3, hidden: Collection[str] = ()
    ) -> list[Ticket]:
        """
        Resolved tickets, of any customer, that are about the same: for the team, save of the categories `hidden`.

        `text` is a subject and description; the tickets share its rarer words, those that share most first.
        """
        if category is not None and not is_key(category):
            return []
        words = asked_words(text, at_most=MOST_WORDS_COMPARED)
        with self._database.look() as connection:
            most = MOST if hidden else max(0, min(limit, MOST))
            found = search.resolved_like(connection, words, category=category, limit=most)
        return _seen(self._tickets_of(found), hidden, limit)

    def stemming_of_index(self) -> Stemming:
        """By which endings of words the index does not care; the settings may have another in mind, until `reindex`."""
        with self._database.read() as connection:
            return indexing.stemming_of(connection)

    def reindex(self, told: Callable[[int, int], None] = lambda _done, _total: None) -> Stemming:
        """
        Make the index of words anew, stemmed as the settings say; which that is.

        Tickets are opened and answered meanwhile; `told` learns how many are done, of how many. Whoever is interrupted calls it
        again. Raises DatabaseUnavailable.
        """
        with self._database.write() as connection:
            stemming = self._configuration_in_force(connection).stemming
            reindexing.begin(connection, stemming)
        with self._database.read() as connection:
            done, total = reindexing.progress(connection)
        in_vain = 0
        while in_vain < GIVES_WAY:
            try:
                count = self._reindex_some()
            except DatabaseUnavailable:
                in_vain += 1
                continue
            if count == 0:
                return stemming
            done, in_vain = done + count, 0
            told(done, max(done, total))
        raise DatabaseUnavailable

    def reindex_progress(self) -> tuple[int, int] | None:
        """How many tickets are indexed anew, of how many, where `reindex` has not come to its end; else None."""
        with self._database.read() as connection:
            return reindexing.progress(connection) if reindexing.is_under_way(connection) else None

    @use_case
    def _reindex_some(self) -> int:
        with self._database.write() as connection:
            return reindexing.go_on(connection)

    def _tickets_of(self, found: Iterable[Any]) -> list[Ticket]:
        now = self._clock()
        rows = (row._asdict() for row in found)
        return [ticket_from(row, map(clock_from, row["clocks"] or ()), now) for row in rows]


def _seen(found: list[Ticket], hidden: Collection[str], limit: int) -> list[Ticket]:
    return [ticket for ticket in found if ticket.category not in hidden][: max(0, limit)]
