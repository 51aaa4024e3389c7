"""How the small parts of a configuration are written: keys, lines of text, channels, priorities by name."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints

from ticketing.model import Priority

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)


def _key(text: str) -> str:
    if _KEY.fullmatch(text) is None:
        raise ValueError("A key is 1 to 40 small letters, figures, - or _, and begins with a letter.")
    return text


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("This is one line of text, without control characters.")
    return text


def _priority(written: object) -> object:
    """Priorities are written by name; a number would say nothing to who reads it."""
    if isinstance(written, Priority):
        return written
    if isinstance(written, str) and written.upper() in Priority.__members__:
        return Priority[written.upper()]
    raise ValueError("A priority is low, medium, high or urgent.")


Key = Annotated[str, AfterValidator(_key)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(_one_line)]
ChannelId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^\S+$")]
PriorityName = Annotated[
    Priority, BeforeValidator(_priority), PlainSerializer(lambda priority: priority.name.lower(), return_type=str)
]


class Part(BaseModel):
    """A frozen part of the document, in which nothing stands that has no name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
