"""The workspace's sequence number, and who is told when it moves."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any

JSON = dict[str, Any]
Watcher = Callable[[JSON], None]


class Changes:
    """Counts what happens and hands each change to the watchers whom it concerns."""

    def __init__(self) -> None:
        self.seq = 0
        self._watchers: dict[int, tuple[str | None, Watcher]] = {}
        self._next_watcher = 0
        self._moved = asyncio.Event()

    @property
    def watched(self) -> bool:
        """Whether anybody watches; without, a frame need not be made."""
        return bool(self._watchers)

    def tell(self, kind: str, *, only: Collection[str] | None = None, **frame: Any) -> None:
        """
        Record one change.

        `only` names the people who can see it; without it everyone can. A watcher for nobody in particular sees all.
        """
        self.seq += 1
        self._moved.set()
        if not self._watchers:
            return
        message = {"seq": self.seq, "kind": kind, **frame}
        for user, watcher in list(self._watchers.values()):
            if only is None or user is None or user in only:
                watcher(message)

    def watch(self, user: str | None, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` with each frame that `user` can see; the answer ends it."""
        self._next_watcher += 1
        key = self._next_watcher
        self._watchers[key] = (user, watcher)
        return lambda: self._watchers.pop(key, None) and None

    async def wait_past(self, seq: int, timeout: float) -> int:
        """The sequence number, once it is past `seq` or after `timeout` machine seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while self.seq <= seq:
            self._moved.clear()
            left = deadline - loop.time()
            if left <= 0:
                break
            try:
                await asyncio.wait_for(self._moved.wait(), left)
            except TimeoutError:
                break
        return self.seq
