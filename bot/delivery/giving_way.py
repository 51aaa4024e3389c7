"""
Everything else gives way to the watch: while more is due than it has come to, other jobs leave the processor to it.

They work in one process, and each change wakes them: drawing cards, looking for what can be handed out or sent would make
marking thousands of tickets take many times as long as it does alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.ticker import Step
from ticketing.desk import Desk

LOOKS_EVERY = timedelta(seconds=0.25)
"""How often it is asked whether the watch has caught up."""

BETWEEN = timedelta(seconds=3)
"""A job gives way for so long; then it takes a step, however much is due. Machine time."""

BETWEEN_ALERTS = timedelta(seconds=1)
"""The same of what sends alerts: meanwhile they gather, until a message is full."""

IN_ALL = timedelta(minutes=2)
"""It does so no longer than this at a time: a watch that has died is told of, and stops nothing else. Machine time."""


@dataclass
class GivingWay:
    """A job's step that lets the watch go first."""

    desk: Desk
    then: Step
    between: timedelta = BETWEEN
    _since: datetime | None = None
    """Since when the watch has been behind."""
    _stepped_at: datetime | None = None
    """When it took a step last, or since when it is being held up."""
    _looks_at: datetime | None = None
    """Every change wakes it; it asks no sooner than this."""

    def step(self, now: datetime) -> datetime | None:
        """Take a step unless it has to wait; returns when to come again (machine time), None for the heartbeat."""
        if self._looks_at is not None and now < self._looks_at <= now + LOOKS_EVERY:
            return self._looks_at
        if self._waits(now):
            self._looks_at = now + LOOKS_EVERY
            return self._looks_at
        self._looks_at, self._stepped_at = None, now
        return self.then(now)

    def _waits(self, now: datetime) -> bool:
        if not self.desk.is_watch_behind():
            self._since = None
            return False
        if self._since is None or now < self._since:  # the machine's clock was set back
            self._since = self._stepped_at = now
        return now - self._since < IN_ALL and now - (self._stepped_at or now) < self.between
