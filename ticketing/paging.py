"""
Where a page of a long list begins: by the key of the row beside it, so that a far page costs no more than the first.

A row that comes or goes between two looks moves none of the others to a page that was read already.
"""

from __future__ import annotations

from dataclasses import dataclass

from ticketing.model import Ticket

Key = tuple[int, ...]
"""What a list is ordered by."""


@dataclass(frozen=True)
class Spot:
    """Behind the row of that key, or, going back, before it. The row itself need not be there any more."""

    key: Key
    is_back: bool = False


@dataclass(frozen=True)
class Listed:
    """A page in the list's order, and the keys of its first and its last row; no keys where it is empty."""

    tickets: tuple[Ticket, ...] = ()
    first: Key = ()
    last: Key = ()
