"""A ring of what went in (API calls) and out (payloads), tokens masked."""

import re
from collections import deque
from typing import Any

from sandbox.changes import Changes

RING = 2_000
SHOWN_CHARACTERS = 20_000
"""Texts longer than this are cut in the log, so that the ring cannot grow past what is reasonable."""
_TOKEN = re.compile(r"\b(xox[a-z]|xapp)-[A-Za-z0-9-]+")


class Log:
    """The last 2 000 exchanges. What is logged is kept as it is and masked when looked at."""

    def __init__(self, changes: Changes, now: Any) -> None:
        self._changes = changes
        self._now = now
        self._entries: deque[dict[str, Any]] = deque(maxlen=RING)
        self._seq = 0

    def add(self, direction: str, name: str, request: Any, response: Any, *, status: int | str, ms: float) -> None:
        """Record one exchange."""
        self._seq += 1
        entry = {"seq": self._seq, "at": self._now(), "direction": direction, "name": name,
                 "request": request, "response": response, "status": status, "ms": round(ms, 2)}  # fmt: skip
        self._entries.append(entry)
        self._changes.tell("log", log_seq=self._seq, direction=direction, name=name, status=status)

    def clear(self) -> None:
        """Forget what was logged; the numbers go on."""
        self._entries.clear()

    def since(self, seq: int, limit: int) -> list[dict[str, Any]]:
        """The newest `limit` entries after `seq`, newest last."""
        found = [entry for entry in self._entries if entry["seq"] > seq][-limit:]
        return [masked(entry) for entry in found]


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
