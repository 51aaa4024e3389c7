"""
Being told to stop: SIGTERM or SIGINT.

They are held back and waited for, and have no handler. Python runs a handler between two steps of the main thread; one whose
signal comes just as that thread falls asleep never runs, and the process would go on as if nobody had said anything.
"""

from __future__ import annotations

import signal

SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


def hold_back() -> None:
    """From now on they end nothing by themselves. Before any thread is started: those inherit it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def wait() -> None:
    """Return when told to stop, be it before this was called."""
    signal.sigwait(SIGNALS)
