"""The workspace's two times: the business clock that people read, and machine time."""

import asyncio
import time
from collections.abc import Callable


class StepBack(ValueError):
    """Somebody asked the workspace's clock to go back."""


class BusinessClock:
    """
    Stamps what happens in the workspace. It may run fast and jump ahead, never back.

    Instants are seconds since 1970 (UTC); `rate` is workspace seconds per machine second. With `begins` it begins there
    instead of now, and again there at each restart, so that what depends on the hour can be played again.
    `machine` and `monotonic` are passed in so that a test can hold them still.
    """

    def __init__(
        self,
        *,
        rate: float = 1.0,
        begins: float | None = None,
        machine: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._machine = machine
        self._changed = asyncio.Event()
        self.version = 0
        self.rate = rate
        self._begins = begins
        self._base = machine() if begins is None else begins
        self._mark = monotonic()

    def now(self) -> float:
        """The workspace's present instant, unix seconds."""
        return self._base + (self._monotonic() - self._mark) * self.rate

    def change(self, *, advance: float | None = None, rate: float | None = None) -> None:
        """Jump ahead by `advance` seconds, run at `rate`, or both. Raises StepBack for a negative figure."""
        if (advance is not None and advance < 0) or (rate is not None and rate < 0):
            raise StepBack("The workspace's clock never goes back.")
        self._base = self.now() + (advance or 0.0)
        self._mark = self._monotonic()
        if rate is not None:
            self.rate = rate
        self._tell()

    def restart(self, rate: float) -> None:
        """As configured again; without an instant to begin at, no earlier than now: a stamp once given stays in the past."""
        self._base = max(self.now(), self._machine()) if self._begins is None else self._begins
        self._mark = self._monotonic()
        self.rate = rate
        self._tell()

    def _tell(self) -> None:
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_past(self, version: int, timeout: float) -> None:
        """Return once `version` is past, or after `timeout` machine seconds."""
        deadline = self._monotonic() + timeout
        while self.version <= version:
            left = deadline - self._monotonic()
            if left <= 0:
                return
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                return

    def as_json(self) -> dict[str, float]:
        """What the control API says of the clock."""
        return {"now": self.now(), "rate": self.rate, "version": self.version}
