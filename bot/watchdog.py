"""
Seeing that the jobs are alive: one that hangs or no longer runs is logged, counted and made up for.

A thread of its own, so that it sees the scheduler's end too. What hangs is given up, and another run takes its place: every job
is safe beside itself, as it is in several processes.
"""

from __future__ import annotations

import logging
import threading
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


@dataclass(frozen=True)
class Pulse:
    """
    A job as it stands: since when its present step runs, if one does, when it last ran well, and how long a step may take.
    """

    heartbeat: timedelta
    began_at: datetime | None
    ran_at: datetime
    hangs_after: timedelta = STALLED

    def is_stalled(self, now: datetime) -> bool:
        """Whether it hangs, or should have run long ago."""
        if self.began_at is not None:
            return now - self.began_at > self.hangs_after
        return now - self.ran_at > self.heartbeat + STALLED

    @property
    def expected_by(self) -> datetime:
        """When it is to have run well once more."""
        return self.ran_at + self.heartbeat + STALLED + self.hangs_after


Report = Callable[[Mapping[str, datetime]], None]
"""Told when each job is expected to have run well again."""


class Watchdog:
    """Looks after jobs. `replace` is called with the name of each that hangs, once for each time it does."""

    def __init__(
        self,
        pulses: Callable[[], Mapping[str, Pulse]],
        replace: Callable[[str], None],
        clock: Callable[[], datetime],
        report: Report = lambda _expected: None,
    ) -> None:
        self._pulses = pulses
        self._replace = replace
        self._clock = clock
        self._report = report
        self._stalled: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def look(self) -> None:
        """Look once."""
        now, pulses = self._clock(), self._pulses()
        for name, pulse in pulses.items():
            is_stalled = pulse.is_stalled(now)
            metrics.JOB_STALLED.labels(name).set(is_stalled)
            if is_stalled and name not in self._stalled:
                hangs = pulse.began_at is not None
                since = pulse.began_at or pulse.ran_at
                log.error("The job %s %s since %s.", name, "hangs" if hangs else "has not run", since.isoformat())
                if hangs:
                    self._replace(name)
            elif not is_stalled and name in self._stalled:
                log.warning("The job %s runs again.", name)
        self._stalled = {name for name, pulse in pulses.items() if pulse.is_stalled(now)}
        try:
            self._report({name: pulse.expected_by for name, pulse in pulses.items()})
        except DatabaseUnavailable:
            log.debug("The database does not answer; how the jobs are is told again.")

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                self.look()
            except Exception:
                log.exception("Looking after the jobs failed; it is tried again.")
