"""A ring of what went in (API calls) and out (payloads), tokens masked."""

import re
from collections import deque
from typing import Any

from sandbox.changes import Changes

RING = 2_000
WEIGHT_MAX = 16_000_000
"""Characters that the ring holds at most; the oldest entries go first, the newest always stays."""
SHOWN_CHARACTERS = 20_000
"""Texts longer than this are cut in the log, so that the ring cannot grow past what is reasonable."""
_TOKEN = re.compile(r"\b(xox[a-z]|xapp)-[A-Za-z0-9-]+")


class Log:
    """The last exchanges, by number and by size. What is logged is kept as it is and masked when looked at."""

    def __init__(self, changes: Changes, now: Any) -> None:
        self._changes = changes
        self._now = now
        self._entries: deque[tuple[int, dict[str, Any]]] = deque()
        self._weight = 0
        self._seq = 0

    def add(self, direction: str, name: str, request: Any, response: Any, *, status: int | str, ms: float) -> None:
        """Record one exchange."""
        self._seq += 1
        entry = {"seq": self._seq, "at": self._now(), "direction": direction, "name": name,
                 "request": request, "response": response, "status": status, "ms": round(ms, 2)}  # fmt: skip
        size = weight(request) + weight(response)
        self._entries.append((size, entry))
        self._weight += size
        while len(self._entries) > RING or (self._weight > WEIGHT_MAX and len(self._entries) > 1):
            self._weight -= self._entries.popleft()[0]
        self._changes.tell("log", log_seq=self._seq, direction=direction, name=name, status=status)

    def clear(self) -> None:
        """Forget what was logged; the numbers go on."""
        self._entries.clear()
        self._weight = 0

    def since(self, seq: int, limit: int) -> list[dict[str, Any]]:
        """The newest `limit` entries after `seq`, newest last."""
        found = [entry for _, entry in self._entries if entry["seq"] > seq][-limit:]
        return [masked(entry) for entry in found]


def weight(value: Any) -> int:
    """How much a value holds, roughly: its characters, and a few for each of its parts."""
    if isinstance(value, str):
        return len(value) + 8
    if isinstance(value, dict):
        return 8 + sum(len(key) + weight(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return 8 + sum(map(weight, value))
    return 8


def masked(value: Any) -> Any:
    """The same without tokens, and with very long texts cut."""
    if isinstance(value, dict):
        return {key: "***" if key == "token" and isinstance(item, str) else masked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(item) for item in value]
    if isinstance(value, str):
        if len(value) > SHOWN_CHARACTERS:
            value = value[:SHOWN_CHARACTERS] + "..."
        return _TOKEN.sub(lambda found: found.group(1) + "-***", value) if "xox" in value or "xapp" in value else value
    return value
