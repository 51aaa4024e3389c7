"""
The business clock: the only place of the process that reads the time of which people are told.

Machine time (leases, back-off, signatures) is read elsewhere, from the machine, and is never this one.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

log = logging.getLogger(__name__)

LONG_POLL_S = 20.0
"""How long one question "has the clock jumped?" stays open, in real seconds."""

RETRY_S = 1.0
"""How long to wait, in real seconds, before asking again a clock that did not answer."""


class Clock(Protocol):
    """
    Business time. Calling it gives the present instant, aware UTC, never earlier than one it gave before; save where it is the
    machine's, and that is set back.
    """

    def __call__(self) -> datetime: ...

    def real_seconds_until(self, instant: datetime) -> float:
        """How many real seconds pass until `instant`; 0 if it has passed, `inf` while time stands still."""
        ...

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Have `callback` called, from another thread, whenever the clock has jumped or changed its speed."""
        ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class SystemClock:
    """The machine's own time: business time in production."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)

    def real_seconds_until(self, instant: datetime) -> float:
        return max(0.0, (instant - self()).total_seconds())

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Never called from here: the machine's time is compared with what passes by `bot.watchdog`, which wakes all jobs."""

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""


class ClockError(Exception):
    """The clock that HELPDESK_CLOCK_URL names does not answer as a clock does."""

    def __init__(self, url: str, why: object) -> None:
        self.url = url
        super().__init__(f"HELPDESK_CLOCK_URL: the clock at {url} does not answer ({why}).")


@dataclass(frozen=True)
class Reading:
    """What a followed clock said: `now` and `rate` held at the monotonic instant `mark`."""

    now: float
    rate: float
    version: int
    mark: float


class FollowedClock:
    """
    Follows a clock that another process owns, as the demo's workspace does (`GET` gives `{now, rate, version}`).

    Between readings it runs by itself at the rate it was told; a thread keeps a question open for jumps. It never goes
    back: should a reading lie in the past, it stands until that time has caught up.
    """

    def __init__(self, url: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ClockError(url, "not an http address")
        self._url = url
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._latest = float("-inf")
        self._callbacks: list[Callable[[], None]] = []
        self._stopped = threading.Event()
        try:
            self._reading = self._read({}, timeout=5.0)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ClockError(url, _reason(error)) from error

    def __call__(self) -> datetime:
        with self._lock:
            reading = self._reading
            now = reading.now + (self._monotonic() - reading.mark) * reading.rate
            self._latest = max(self._latest, now)
            return datetime.fromtimestamp(0, UTC) + timedelta(seconds=self._latest)

    def real_seconds_until(self, instant: datetime) -> float:
        left = (instant - self()).total_seconds()
        if left <= 0:
            return 0.0
        rate = self._reading.rate
        return left / rate if rate > 0 else float("inf")

    def on_jump(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def start(self) -> None:
        """Follow jumps from now on."""
        threading.Thread(target=self._follow, name="clock", daemon=True).start()

    def stop(self) -> None:
        """Stop following. The question that is open just now ends by itself, in a thread nobody waits for."""
        self._stopped.set()

    def _follow(self) -> None:
        while not self._stopped.is_set():
            try:
                reading = self._read(
                    {"after": self._reading.version, "timeout": LONG_POLL_S}, timeout=LONG_POLL_S + 10.0
                )
            except (OSError, ValueError, KeyError, TypeError) as error:
                if not self._stopped.is_set():
                    log.debug("The clock at %s does not answer: %s", self._url, _reason(error))
                self._stopped.wait(RETRY_S)
                continue
            jumped = reading.version != self._reading.version
            with self._lock:
                self._reading = reading
            if jumped and not self._stopped.is_set():
                for callback in self._callbacks:
                    callback()

    def _read(self, query: dict[str, float], *, timeout: float) -> Reading:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        address = f"{self._url}?{asked}" if asked else self._url
        with urlopen(address, timeout=timeout) as answer:  # noqa: S310 - the scheme was checked when the clock was made
            said = json.load(answer)
        return Reading(float(said["now"]), float(said["rate"]), int(said["version"]), self._monotonic())


def _reason(error: Exception) -> str:
    if isinstance(error, URLError):
        return str(error.reason)
    return str(error) or type(error).__name__
