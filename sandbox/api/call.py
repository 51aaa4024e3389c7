"""A call of a Web API method, its arguments and what a method is."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.errors import SlackError
from sandbox.house import House
from sandbox.model import JSON, Channel
from sandbox.ratelimits import Tier

_TRUE = {"1", "true", "True", True}


@dataclass(slots=True)
class Call:
    """One call: who calls is the app, with its bot token or its app-level token."""

    house: House
    method: str
    arguments: JSON

    def text(self, name: str) -> str | None:
        """An optional text argument."""
        value = self.arguments.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise SlackError.arguments(f"must provide a string [json-pointer:/{name}]")
        return str(value)

    def required(self, name: str) -> str:
        """A text argument that must be there. Raises SlackError `invalid_arguments`."""
        value = self.text(name)
        if value is None:
            raise SlackError.arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A yes or no."""
        value = self.arguments.get(name)
        if value is None or value == "":
            return default
        return not isinstance(value, (dict, list)) and value in _TRUE

    def number(self, name: str, default: int, *, most: int) -> int:
        """A whole number from 1 to `most`; more is cut."""
        value = self.arguments.get(name)
        if value is None or value == "":
            return default
        try:
            number = int(value)
        except (TypeError, ValueError) as error:
            raise SlackError.arguments(f"must provide an integer [json-pointer:/{name}]") from error
        if number < 1:
            raise SlackError("invalid_limit")
        return min(number, most)

    def structure(self, name: str) -> Any:
        """An array or object: as such in a JSON body, as a JSON text in a form."""
        value = self.arguments.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                return json.loads(value)
            except ValueError as error:
                code = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}.get(name)
                if code:
                    raise SlackError(code) from error
                raise SlackError.arguments(f"must be valid JSON [json-pointer:/{name}]") from error
        return value

    def ids(self, name: str) -> list[str]:
        """A comma-separated list, or an array."""
        value = self.arguments.get(name)
        if isinstance(value, dict):
            raise SlackError.arguments(f"must provide a string [json-pointer:/{name}]")
        if isinstance(value, list):
            return [str(one) for one in value]
        return [one.strip() for one in str(value or "").split(",") if one.strip()]

    def channel(self, name: str = "channel") -> Channel:
        """The conversation an argument names, if the app may know of it. Raises SlackError `channel_not_found`."""
        workspace = self.house.workspace
        channel = workspace.channels.get(self.required(name))
        if channel is None or not workspace.app_sees(channel):
            raise SlackError("channel_not_found")
        return channel

    def need(self, *any_of: str) -> None:
        """One of these scopes. Raises SlackError `missing_scope`."""
        require(self.house, any_of)


def require(house: House, any_of: tuple[str, ...]) -> None:
    """Raise SlackError `missing_scope` unless the manifest grants one of these."""
    granted = house.workspace.manifest.scopes
    if any_of and not any(scope in granted for scope in any_of):
        raise SlackError("missing_scope", needed=",".join(any_of), provided=",".join(sorted(granted)))


@dataclass(frozen=True)
class Method:
    """A Web API method. `scopes`: one of them is needed; a handler asks for more where it depends on the conversation."""

    name: str
    handler: Callable[[Call], JSON]
    tier: Tier
    scopes: tuple[str, ...] = ()
    caller: str = "bot"
    """Whose token: `bot`, `app` or `any`; `none` for `api.test`."""
