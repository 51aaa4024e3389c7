"""
How long what somebody waits for may itself wait for Slack: in all, however many calls to it that takes.

A command, a press or a form has to be answered within 3 s (docs.slack.dev, handling user interaction), so a chain of calls
that each fit would not. What a call no longer has time for fails as one that Slack did not answer, and the person is told.
An event has nobody waiting, and what is done aside runs in threads of its own (bot/aside.py): neither is bounded.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from slack_sdk import WebClient

ANSWER_WITHIN_S = 2.5
"""What is left of Slack's three seconds is for the way there and back."""

LEAST_S = 0.05
"""Less is no time for a call."""

_here = threading.local()


@contextmanager
def bounded(clock: Callable[[], float] = time.monotonic, within_s: float = ANSWER_WITHIN_S) -> Iterator[None]:
    """What this thread does within may wait for Slack until then. `clock` is machine time in seconds."""
    _here.clock, _here.until = clock, clock() + within_s
    try:
        yield
    finally:
        _here.until = None


def left_s() -> float | None:
    """How long this thread may still wait for Slack; None where nobody waits for it."""
    until: float | None = getattr(_here, "until", None)
    return None if until is None else until - _here.clock()


class PatientClient(WebClient):
    """Slack's methods, each called once, waiting `most_s` at most and no longer than who asked can wait."""

    def __init__(self, token: str, base_url: str, most_s: float) -> None:
        super().__init__(token=token, base_url=base_url, retry_handlers=[])
        self._most_s = most_s

    @property  # type: ignore[override] # the SDK reads it at each call, and hands it to a socket: parts of a second will do
    def timeout(self) -> float:
        left = left_s()
        if left is None:
            return self._most_s
        if left < LEAST_S:
            raise TimeoutError("No time is left to ask Slack.")
        return min(self._most_s, left)

    @timeout.setter
    def timeout(self, _given: float) -> None:
        """The SDK sets one of its own."""
