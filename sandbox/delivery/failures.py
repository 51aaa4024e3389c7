"""
When Slack stops delivering events to an app that hardly ever takes them.

An app that answers 5 % or fewer of the deliveries of the past 60 minutes with success has its event subscriptions switched
off, unless it got fewer than 1 000 events in that hour (https://docs.slack.dev/apis/events-api, Failure limits).
"""

import time
from collections import deque
from collections.abc import Callable

WINDOW_S = 3_600.0
SUCCESS_SHARE = 0.05
BUCKET_S = 60.0


class FailureLimit:
    """Counts deliveries over HTTP minute by minute, by machine time."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._minutes: deque[tuple[int, int, int]] = deque()
        """(minute, deliveries, successes)"""

    def clear(self) -> None:
        """Begin to count anew."""
        self._minutes.clear()

    def exceeded(self, *, success: bool, least: int) -> bool:
        """Count one delivery; whether deliveries are to end now. Under `least` in the window they never are."""
        minute = int(self._monotonic() // BUCKET_S)
        if not self._minutes or self._minutes[-1][0] != minute:
            self._minutes.append((minute, 0, 0))
        at, tried, taken = self._minutes[-1]
        self._minutes[-1] = (at, tried + 1, taken + success)
        while self._minutes[0][0] <= minute - WINDOW_S / BUCKET_S:
            self._minutes.popleft()
        tried = sum(one[1] for one in self._minutes)
        taken = sum(one[2] for one in self._minutes)
        return tried >= least and taken <= tried * SUCCESS_SHARE
