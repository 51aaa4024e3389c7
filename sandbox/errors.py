"""How a refusal travels: Slack's error codes on its door, a code and a sentence on the control door."""

from typing import Any


class SlackError(Exception):
    """The Web API says no: `{"ok": false, "error": code, ...}`."""

    def __init__(self, code: str, *, status: int = 200, headers: dict[str, str] | None = None, **fields: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.headers = headers or {}
        self.fields = fields

    @classmethod
    def arguments(cls, *messages: str) -> "SlackError":
        """`invalid_arguments`, saying which."""
        lines = [f"[ERROR] {message}" for message in messages]
        return cls("invalid_arguments", response_metadata={"messages": lines})


class ControlError(Exception):
    """The control API says no: `{"error": code, "message": sentence}` with a status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
