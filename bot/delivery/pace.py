"""
Going as fast as Slack allows and no faster (https://docs.slack.dev/apis/web-api/rate-limits).

Each method has a bucket, and each channel one for the messages posted into it; what Slack itself says in a 429 stands above
both. Instants are machine time and passed in; several threads may ask.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limit:
    """`size` at once, refilled at `per_second`."""

    size: float
    per_second: float


CHANNEL = Limit(5, 1)
"""About one message a second in a channel; short bursts pass."""

METHODS = {
    "chat.postMessage": Limit(60, 5),  # "several hundred a minute" in a workspace
    "chat.update": Limit(50, 50 / 60),  # tier 3
    "chat.delete": Limit(50, 50 / 60),  # tier 3
    "reactions.add": Limit(50, 50 / 60),  # tier 3
    "reactions.remove": Limit(20, 20 / 60),  # tier 2
    "conversations.history": Limit(30, 40 / 60),  # tier 3, some of which is left to those who look a message up
    "conversations.replies": Limit(30, 40 / 60),
}

POSTING = "chat.postMessage"
OUT_OF_TURN = timedelta(seconds=1)
"""Threads that read the clock one after another may ask in the other order."""

KEPT = 10_000
"""Buckets of channels that are remembered; a full one that is forgotten is full again."""


@dataclass
class Pace:
    """What may be called when. `is_on` False lets everything pass but what Slack has told us to wait for."""

    is_on: bool = True
    _buckets: dict[tuple[str, str], tuple[float, datetime]] = field(default_factory=dict)
    _held: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _latest: datetime | None = None
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def wait_for(self, method: str, place: str, now: datetime, *, spare: float = 0.0) -> float:
        """
        0 if the call may be made now, which counts it; else the seconds until it may.

        It leaves the share `spare` (0 to 1) of each bucket to others, who are in more of a hurry.
        """
        with self._guard:
            self._go_back_with(now)
            return self._wait_for(method, place, now, spare)

    def _wait_for(self, method: str, place: str, now: datetime, spare: float) -> float:
        held = max(self._held_for(method, place, now), self._held_for(method, "", now))
        if held > 0:
            return held
        if not self.is_on:
            return 0.0
        limits = [((method, ""), METHODS[method])] if method in METHODS else []
        if method == POSTING:
            limits.append(((method, place), CHANNEL))
        waits = [self._wait(key, limit, now, spare) for key, limit in limits]
        if any(waits):
            return max(waits)
        for key, limit in limits:
            self._buckets[key] = (self._level(key, limit, now) - 1, now)
        while len(self._buckets) > KEPT:
            del self._buckets[next(iter(self._buckets))]
        return 0.0

    def hold(self, method: str, place: str, seconds: float, now: datetime) -> None:
        """Slack said so: no such call for the place before `seconds` have passed."""
        with self._guard:
            self._go_back_with(now)
            self._held = {key: until for key, until in self._held.items() if until > now}
            self._held[(method, place)] = now + timedelta(seconds=seconds)

    def _go_back_with(self, now: datetime) -> None:
        """The machine's clock was set back: what is remembered by it goes back as far, or all would wait until it is made up."""
        back = (self._latest or now) - now
        if back <= OUT_OF_TURN:
            self._latest = max(self._latest or now, now)
            return
        self._buckets = {key: (level, seen - back) for key, (level, seen) in self._buckets.items()}
        self._held = {key: until - back for key, until in self._held.items()}
        self._latest = now

    def _held_for(self, method: str, place: str, now: datetime) -> float:
        until = self._held.get((method, place))
        return 0.0 if until is None else max(0.0, (until - now).total_seconds())

    def _level(self, key: tuple[str, str], limit: Limit, now: datetime) -> float:
        level, seen = self._buckets.get(key, (limit.size, now))
        return min(limit.size, level + max(0.0, (now - seen).total_seconds()) * limit.per_second)

    def _wait(self, key: tuple[str, str], limit: Limit, now: datetime, spare: float) -> float:
        missing = 1 + spare * (limit.size - 1) - self._level(key, limit, now)
        return max(0.0, missing / limit.per_second)
