"""
Seeing that the jobs are alive: one that hangs or no longer runs is logged, counted and made up for.

A thread of its own, so that it sees the scheduler's end too. What hangs is given up, and another run takes its place: every job
is safe beside itself, as it is in several processes. It counts by a clock that nobody sets, and tells when the machine's jumps.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import metrics
from ticketing.errors import DatabaseUnavailable

log = logging.getLogger(__name__)

STALLED = timedelta(seconds=30)
"""A step that takes longer, or a run that is so late, is told of. Machine time."""

LOOK_S = 10.0
"""How often it looks, in real seconds: what is wrong is told within `STALLED` and this."""


COMPARE_S = 1.0
"""How often the machine's clock is compared with time that passes, in real seconds."""

JUMP = timedelta(seconds=1)
"""A clock that is so far off what it was to show by now has been set, or the machine has slept."""


@dataclass(frozen=True)
class Pulse:
    """
    A job as it stands: since when its present step runs, if one does, when it last ran well, both by `time.monotonic`, and
    how long a step may take.
    """

    heartbeat: timedelta
    began_s: float | None
    ran_s: float
    hangs_after: timedelta = STALLED

    def is_stalled(self, now_s: float) -> bool:
        """Whether it hangs, or should have run long ago."""
        if self.began_s is not None:
            return timedelta(seconds=now_s - self.began_s) > self.hangs_after
        return timedelta(seconds=now_s - self.ran_s) > self.heartbeat + STALLED

    def expected_in(self, now_s: float) -> timedelta:
        """How long from now it is to have run well once more."""
        return timedelta(seconds=self.ran_s - now_s) + self.heartbeat + STALLED + self.hangs_after


Report = Callable[[Mapping[str, datetime]], None]
"""Told when each job is expected to have run well again."""


class Watchdog:
    """
    Looks after jobs. `replace` is called with the name of each that hangs, once for each time it does; `jumped` whenever the
    machine's `clock` is not where it was to be after so many seconds.
    """

    def __init__(
        self,
        pulses: Callable[[], Mapping[str, Pulse]],
        replace: Callable[[str], None],
        clock: Callable[[], datetime],
        report: Report = lambda _expected: None,
        *,
        jumped: Callable[[], None] = lambda: None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pulses = pulses
        self._replace = replace
        self._clock = clock
        self._report = report
        self._jumped = jumped
        self._seconds = seconds
        self._last = clock(), seconds()
        self._stalled: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def look(self) -> None:
        """Look once."""
        pulses, now, now_s = self._pulses(), self._clock(), self._seconds()
        for name, pulse in pulses.items():
            is_stalled = pulse.is_stalled(now_s)
            metrics.JOB_STALLED.labels(name).set(is_stalled)
            if is_stalled and name not in self._stalled:
                hangs = pulse.began_s is not None
                since = now - timedelta(seconds=now_s - (pulse.ran_s if pulse.began_s is None else pulse.began_s))
                log.error("The job %s %s since %s.", name, "hangs" if hangs else "has not run", since.isoformat())
                if hangs:
                    self._replace(name)
            elif not is_stalled and name in self._stalled:
                log.warning("The job %s runs again.", name)
        self._stalled = {name for name, pulse in pulses.items() if pulse.is_stalled(now_s)}
        try:
            self._report({name: now + pulse.expected_in(now_s) for name, pulse in pulses.items()})
        except DatabaseUnavailable:
            log.debug("The database does not answer; how the jobs are is told again.")

    def compare(self) -> None:
        """See whether the machine's clock was set since the last time: when each job is due was counted by it."""
        (last, last_s), (now, now_s) = self._last, (self._clock(), self._seconds())
        self._last = now, now_s
        jump = now - last - timedelta(seconds=now_s - last_s)
        if abs(jump) > JUMP:
            log.warning("The machine's clock has jumped by %.0f s; every job looks anew.", jump.total_seconds())
            self._jumped()

    def _watch(self) -> None:
        looks_s = self._seconds() + LOOK_S
        while not self._stopping.wait(COMPARE_S):
            try:
                self.compare()
                if self._seconds() >= looks_s:
                    looks_s = self._seconds() + LOOK_S
                    self.look()
            except Exception:
                log.exception("Looking after the jobs failed; it is tried again.")
