"""Pagination by cursor (https://docs.slack.dev/apis/web-api/pagination)."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from sandbox.api.call import Call
from sandbox.errors import SlackError

T = TypeVar("T")


def cursor(kind: str, position: str | int) -> str:
    """An opaque cursor."""
    return base64.b64encode(f"{kind}:{position}".encode()).decode()


def read_cursor(call: Call, kind: str) -> str | None:
    """The position in the call's cursor, if it has one. Raises SlackError `invalid_cursor`."""
    given = call.text("cursor")
    if given is None:
        return None
    try:
        found, _, position = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise SlackError("invalid_cursor") from error
    if found != kind or not position:
        raise SlackError("invalid_cursor")
    return position


def cut(call: Call, items: Sequence[T], *, default: int, most: int) -> tuple[Sequence[T], dict[str, str]]:
    """One page of `items` and the metadata that leads to the next."""
    limit = call.number("limit", default, most=most)
    try:
        start = int(read_cursor(call, "offset") or 0)
    except ValueError as error:
        raise SlackError("invalid_cursor") from error
    more = start + limit < len(items)
    return items[start : start + limit], {"next_cursor": cursor("offset", start + limit) if more else ""}
