"""A payload on its way to the app, and what came of it."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

Kind = Literal["events_api", "interactive", "slash_commands"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A payload; `name` is what the log calls it."""

    kind: Kind
    name: str
    payload: dict[str, Any]
    accepts_response: bool = False
    is_options: bool = False


@dataclass(frozen=True, slots=True)
class Ack:
    """
    The app's answer: `payload` is what it carried, if anything.

    `error` is `operation_timeout` (no ack in 3 s), `dispatch_failed` (not reached, or not a 200) or `app_not_connected`.
    `reason` is the same in the words of the retry header; `no_retry` says that the app wants no second attempt.
    """

    payload: Any = None
    error: str | None = None
    reason: str = ""
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        """Whether it was acked in time."""
        return self.error is None


class Transport(Protocol):
    """One way to the app."""

    async def send(self, outgoing: Outgoing, *, attempt: int, reason: str, duplicate: bool, limit: float) -> Ack:
        """Send once and wait `limit` seconds for the ack; one that is later counts for nothing. `attempt` is 0 for the first."""
        ...
