"""
Rate limits per method, by machine time (https://docs.slack.dev/apis/web-api/rate-limits).

A tier's figure is a bucket: that many at once, refilled evenly over a minute.
"""

import math
import time
from collections.abc import Callable
from enum import Enum


class Tier(Enum):
    """Calls a minute."""

    T1 = 1
    T2 = 20
    T3 = 50
    T4 = 100
    POSTING = 300
    """`chat.postMessage`: several hundred a minute in a workspace, and one a second in a channel."""
    CONNECTIONS = 30
    """`apps.connections.open`: named tier 1, but as many as the ten connections and their renewal need pass."""
    GENEROUS = 600
    """`auth.test` and the like: hundreds a minute."""


CHANNEL_RATE_S = 1.0
CHANNEL_BURST = 5
"""One message a second in a channel; short bursts pass."""
BUCKETS_KEPT = 10_000


class RateLimits:
    """Token buckets by key."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def clear(self) -> None:
        """Every bucket is full again."""
        self._buckets.clear()

    def wait_for_method(self, method: str, tier: Tier) -> int:
        """0 if the call may pass, else the seconds to wait."""
        return self._take(method, tier.value, tier.value / 60)

    def wait_for_channel(self, channel: str) -> int:
        """0 if a message may be posted in the channel, else the seconds to wait."""
        return self._take(f"#{channel}", CHANNEL_BURST, CHANNEL_RATE_S)

    def _take(self, key: str, size: float, per_second: float) -> int:
        now = self._monotonic()
        level, seen = self._buckets.get(key, (float(size), now))
        level = min(size, level + (now - seen) * per_second)
        if level < 1:
            self._buckets[key] = (level, now)
            return max(1, math.ceil((1 - level) / per_second))
        self._buckets[key] = (level - 1, now)
        if len(self._buckets) > BUCKETS_KEPT:
            del self._buckets[next(iter(self._buckets))]
        return 0
