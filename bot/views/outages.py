"""What is shown of a channel of alerts that is closed to the app."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OutageState(StrEnum):
    """How it stands."""

    CLOSED = "closed"
    OPEN = "open"  # alerts are told there again
    NOT_READ = "not_read"  # they are told elsewhere by now


@dataclass(frozen=True, kw_only=True)
class Outage:
    """A channel: archived, or else without the app or gone; the names of the `categories` whose alerts go there alone."""

    channel: str
    state: OutageState
    is_archived: bool
    categories: tuple[str, ...] = ()
