"""
Being told to stop: SIGTERM or SIGINT.

They are held back and waited for, and have no handler. Python runs a handler between two steps of the main thread; one whose
signal comes just as that thread falls asleep never runs, and the process would go on as if nobody had said anything.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})

LOOK_S = 0.1
"""How often somebody who waits for something else sees whether they were told, in real seconds."""


class Told(Exception):
    """The process was told to stop before it had begun."""


@contextmanager
def held_back() -> Iterator[None]:
    """Meanwhile they end nothing by themselves. Threads and processes that are started inherit it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def wait() -> None:
    """Return when told to stop, be it before this was called. They have to be held back."""
    signal.sigwait(SIGNALS)


def is_told_within(seconds: float) -> bool:
    """Wait so long, or until told to stop; whether that was so. They have to be held back."""
    until = time.monotonic() + seconds
    while not SIGNALS & signal.sigpending():
        left = until - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(left, LOOK_S))
    signal.sigwait(SIGNALS)  # it is heard, and ends nothing later
    return True
