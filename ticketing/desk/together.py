"""Work of the same kind on many tickets, several in one transaction: what it costs to make one durable is shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import groupby
from typing import TypeVar

from sqlalchemy import text

from ticketing.errors import DatabaseUnavailable
from ticketing.model import TicketRef

TOGETHER = 20
"""So many at most: others wait for that long."""

LOOKS_AT = 5000
"""So much of what is due a look reads where a transaction is one customer's, to find what goes together."""

MOST_UNANSWERED = 3

T = TypeVar("T", bound=Hashable)
"""What is to be done to a ticket, of which there may be several: a step of each of its climbs."""

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
    return _batches(refs, itself, is_sqlite=is_sqlite)


def by_customer(items: Iterable[T], ref_of: Callable[[T], TicketRef]) -> list[T]:
    """
    In their order, but each followed by others of its customer, as many as go together.

    So what stands first waits for no customer's whole pile.
    """
    groups: dict[tuple[int, int], list[T]] = {}
    of_customer: Counter[int] = Counter()
    for item in dict.fromkeys(items):
        customer_id = ref_of(item).customer_id
        groups.setdefault((customer_id, of_customer[customer_id] // TOGETHER), []).append(item)
        of_customer[customer_id] += 1
    return [item for group in groups.values() for item in group]


def on_all(
    refs: Iterable[TicketRef], act: Callable[[list[TicketRef]], None], *, is_sqlite: bool
) -> dict[TicketRef, Exception]:
    """
    Act on all of them in batches, each a transaction; what went wrong, by ticket.

    A ticket on which it fails keeps no other from it: those of its batch are tried again one by one. Raises
    DatabaseUnavailable only when the database keeps not answering; before that it is among what went wrong.
    """
    return on_each_of(refs, act, ref_of=itself, is_sqlite=is_sqlite)


def on_each_of(
    items: Iterable[T], act: Callable[[list[T]], None], *, ref_of: Callable[[T], TicketRef], is_sqlite: bool
) -> dict[T, Exception]:
    """As `on_all`, where it is not the tickets themselves that have their turn, but something of each."""
    failed: dict[T, Exception] = {}
    unanswered = Unanswered()
    for several in _batches(items, ref_of, is_sqlite=is_sqlite):
        try:
            failed |= _on_each(several, act)
        except DatabaseUnavailable as error:
            unanswered.once_more(error)
            failed |= dict.fromkeys(several, error)
    return failed


def _batches(items: Iterable[T], ref_of: Callable[[T], TicketRef], *, is_sqlite: bool) -> Iterator[list[T]]:
    ordered = sorted(dict.fromkeys(items), key=ref_of)
    by_owner = groupby(ordered, key=lambda item: ref_of(item).customer_id)
    groups = [ordered] if is_sqlite else [list(group) for _, group in by_owner]
    for group in groups:
        for start in range(0, len(group), TOGETHER):
            yield group[start : start + TOGETHER]


def itself(ref: TicketRef) -> TicketRef:
    """Where it is the ticket that has its turn."""
    return ref


def _on_each(items: list[T], act: Callable[[list[T]], None]) -> dict[T, Exception]:
    try:
        act(items)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whichever it is, its ticket is found below, and it is told of
        if len(items) == 1:
            return {items[0]: error}
    else:
        return {}
    failed: dict[T, Exception] = {}
    for item in items:
        failed |= _on_each([item], act)
    return failed
