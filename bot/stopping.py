"""
Being told to stop: SIGTERM or SIGINT.

They are held back and waited for, and have no handler. Python runs a handler between two steps of the main thread; one whose
signal comes just as that thread falls asleep never runs, and the process would go on as if nobody had said anything.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


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
