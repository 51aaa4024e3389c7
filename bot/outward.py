"""What the process does by itself: show people what the outbox holds, and watch the time."""

from __future__ import annotations

from typing import Any

from bot.clock import Clock
from bot.settings import Settings
from ticketing.desk import Desk


class Outward:
    """The outgoing side."""

    def __init__(self, settings: Settings, desk: Desk, clock: Clock, installation: Any) -> None:
        pass

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass
