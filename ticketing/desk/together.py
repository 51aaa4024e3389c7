"""Work of the same kind on many tickets, several in one transaction: what it costs to make one durable is shared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from ticketing.model import TicketRef

TOGETHER = 20
"""So many at most: others wait for that long."""


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
