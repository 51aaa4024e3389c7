"""
What is shown to people beside an answer: Slack hears the answer without waiting for it.

A listener has 3 s (docs.slack.dev, handling user interaction) and a call to Slack may take two of them, so that one call fits
and a second does not. What the answer does not hang on is handed in here, once the act is committed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillAtWork
from typing import Protocol

log = logging.getLogger(__name__)

LANES = 8
WAITED_S = 0.3
"""How long a listener waits for it all the same: with a Slack that answers, what was done is shown before the press is over."""


class Aside(Protocol):
    """Does something that only shows or tells. `about` is whom or what it concerns: the same is done in order."""

    def __call__(self, work: Callable[[], object], *, about: str) -> None: ...


def at_once(work: Callable[[], object], *, about: str) -> None:
    """For who has no three seconds to keep."""
    _done(work)


class Lanes:
    """Threads, each of which does one thing after another."""

    def __init__(self) -> None:
        self._lanes = [ThreadPoolExecutor(1, thread_name_prefix=f"aside-{lane}") for lane in range(LANES)]

    def __call__(self, work: Callable[[], object], *, about: str) -> None:
        try:
            self._lanes[hash(about) % LANES].submit(_done, work).result(WAITED_S)
        except StillAtWork:
            return
        except RuntimeError:
            log.warning("Something was not shown: the process stops.")

    def stop(self) -> None:
        """Finish what runs; what waits is left out, as no fact hangs on it."""
        for lane in self._lanes:
            lane.shutdown(wait=False, cancel_futures=True)
        for lane in self._lanes:
            lane.shutdown(wait=True)


def _done(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        log.exception("What follows an answer failed.")
