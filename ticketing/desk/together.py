"""Work of the same kind on many tickets, several in one transaction: what it costs to make one durable is shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from sqlalchemy import text

from ticketing.errors import DatabaseUnavailable
from ticketing.model import TicketRef

TOGETHER = 20
"""So many at most: others wait for that long."""

MOST_UNANSWERED = 3

NOT_AT_ONCE = text("SET LOCAL synchronous_commit = off")
"""PostgreSQL: the commit does not wait for the disk."""


class Unanswered:
    """
    How often the database has not answered in one look.

    One ticket that somebody holds locked answers like a database that is down; `MOST_UNANSWERED` in one look are the database.
    """

    def __init__(self) -> None:
        self._times = 0

    def once_more(self, error: DatabaseUnavailable) -> None:
        """Raises `error` when it is the database."""
        self._times += 1
        if self._times == MOST_UNANSWERED:
            raise error


def batches(refs: Iterable[TicketRef], *, is_sqlite: bool) -> Iterator[list[TicketRef]]:
    """
    The tickets, each once, in the order in which they are to be locked.

    SQLite has one writer anyway; elsewhere a transaction stays with one customer.
    """
    ordered = sorted(set(refs))
    groups = [ordered] if is_sqlite else [list(group) for _, group in groupby(ordered, key=attrgetter("customer_id"))]
    for group in groups:
        for start in range(0, len(group), TOGETHER):
            yield group[start : start + TOGETHER]


def by_customer(refs: Iterable[TicketRef]) -> list[TicketRef]:
    """
    In their order, but each followed by others of its customer, as many as go together.

    So what stands first waits for no customer's whole pile.
    """
    groups: dict[tuple[int, int], list[TicketRef]] = {}
    of_customer: Counter[int] = Counter()
    for ref in dict.fromkeys(refs):
        groups.setdefault((ref.customer_id, of_customer[ref.customer_id] // TOGETHER), []).append(ref)
        of_customer[ref.customer_id] += 1
    return [ref for group in groups.values() for ref in group]


def on_all(
    refs: Iterable[TicketRef], act: Callable[[list[TicketRef]], None], *, is_sqlite: bool
) -> dict[TicketRef, Exception]:
    """
    Act on all of them in batches, each a transaction; what went wrong, by ticket.

    A ticket on which it fails keeps no other from it: those of its batch are tried again one by one. Raises
    DatabaseUnavailable only when the database keeps not answering; before that it is among what went wrong.
    """
    failed: dict[TicketRef, Exception] = {}
    unanswered = Unanswered()
    for several in batches(refs, is_sqlite=is_sqlite):
        try:
            failed |= _on_each(several, act)
        except DatabaseUnavailable as error:
            unanswered.once_more(error)
            failed |= dict.fromkeys(several, error)
    return failed


def _on_each(refs: list[TicketRef], act: Callable[[list[TicketRef]], None]) -> dict[TicketRef, Exception]:
    try:
        act(refs)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whichever it is, its ticket is found below, and it is told of
        if len(refs) == 1:
            return {refs[0]: error}
    else:
        return {}
    failed: dict[TicketRef, Exception] = {}
    for ref in refs:
        failed |= _on_each([ref], act)
    return failed
