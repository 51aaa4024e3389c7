"""What a job could not do: it keeps nothing else from its turn, and is tried again later each time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from ticketing.desk.together import Unanswered
from ticketing.errors import DatabaseUnavailable

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
"""How long (business time) something that failed is left alone: twice as long each time."""

DOUBLINGS = 6
"""After so many the longest wait is reached; twice as long each time would be no length of time any more some day."""

LOCKED_WAIT = timedelta(seconds=1)
"""The same for what somebody else only holds."""

FORGOTTEN = timedelta(days=1)
"""What was not tried for so long after its wait is no longer due."""

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


@dataclass(frozen=True)
class _Setback:
    """How often it failed, and until when it waits."""

    tries: int
    until: datetime


class Setbacks(Generic[K]):
    """
    What failed of one job's work, in this process: another tries for itself. `tell` is called with each failure, except where
    somebody only holds what was to be changed.
    """

    def __init__(self, tell: Callable[[Exception], None]) -> None:
        self._tell = tell
        self._known: dict[K, _Setback] = {}

    def look(self, now: datetime) -> Look[K]:
        """Begin a look at what is due by `now`."""
        self._known = {item: known for item, known in self._known.items() if known.until > now - FORGOTTEN}
        return Look(self, now)

    def waits(self, item: K, now: datetime) -> bool:
        known = self._known.get(item)
        return known is not None and known.until > now

    def tries(self, item: K) -> int:
        """How often it has failed without going well since."""
        known = self._known.get(item)
        return known.tries if known is not None else 0

    def failed(self, item: K, now: datetime, error: Exception) -> None:
        tries = self.tries(item)
        if isinstance(error, DatabaseUnavailable):
            self._known[item] = _Setback(tries, now + LOCKED_WAIT)
            return
        self._known[item] = _Setback(tries + 1, now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries, DOUBLINGS)))
        self._tell(error)

    def went_well(self, item: K) -> None:
        self._known.pop(item, None)

    def next(self, now: datetime) -> datetime | None:
        """When the first of what waits has its turn again."""
        return min((known.until for known in list(self._known.values()) if known.until > now), default=None)

    def __len__(self) -> int:
        return len(self._known)


class Look(Generic[K]):
    """One look at what is due."""

    def __init__(self, setbacks: Setbacks[K], now: datetime) -> None:
        self._setbacks = setbacks
        self._now = now
        self._unanswered = Unanswered()

    def free(self, items: Iterable[K]) -> list[K]:
        """Those whose turn it is."""
        return [item for item in items if not self._setbacks.waits(item, self._now)]

    def attempt(self, item: K, do: Callable[[], object]) -> bool:
        """
        Do it; whether it went well. Raises DatabaseUnavailable once that is what too much of a look ends in.
        """
        return self.outcome(item, lambda: (do(),)) is not None

    def outcome(self, item: K, do: Callable[[], R]) -> R | None:
        """The same, and what came of it; None where it did not go well."""
        try:
            done = do()
        except Exception as error:  # noqa: BLE001 - whichever it is, its item is tried again later
            if isinstance(error, DatabaseUnavailable):
                self._unanswered.once_more(error)
            self._setbacks.failed(item, self._now, error)
            return None
        self._setbacks.went_well(item)
        return done

    def all_of(self, items: Iterable[K], failed: Mapping[K, Exception]) -> None:
        """The same of what was done together, all but what `failed` went well."""
        for item in items:
            if item not in failed:
                self._setbacks.went_well(item)
        for item, error in failed.items():
            self._setbacks.failed(item, self._now, error)

    def next(self, regular: datetime | None) -> datetime | None:
        """When to look again: at the `regular` instant, or when something that failed has its turn again."""
        instants = [at for at in (regular, self._setbacks.next(self._now)) if at is not None]
        return min(instants, default=None)
