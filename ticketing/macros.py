"""
Macros: answers that are written once, with what is done besides when one is sent.

The team's stand in the configuration, everybody's own in rows. A text has placeholders in braces, filled from the ticket when
it is used; what they hold is never read for placeholders again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from ticketing.errors import InvalidInput
from ticketing.model import TicketStatus
from ticketing.tagging import MOST_TAGS, normalised
from ticketing.written import Key, Line, Part, PriorityName

MOST_SHARED = 200
MOST_OWN = 100
LONGEST_TEXT = 3000


class Placeholder(StrEnum):
    """What stands in braces in a macro's text."""

    CUSTOMER = "customer"
    CUSTOMER_NAME = "customer_name"
    AGENT = "agent"
    AGENT_NAME = "agent_name"
    NUMBER = "number"
    SUBJECT = "subject"
    CATEGORY = "category"
    PRIORITY = "priority"


def _fillable(text: str) -> str:
    for name in _names(text):
        if name not in set(Placeholder):
            known = ", ".join(f"{{{one}}}" for one in Placeholder)
            raise ValueError(f"There is no placeholder {{{name}}}. There are {known}; write {{{{ for a brace.")
    return text


def _names(text: str) -> Iterator[str]:
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        raise ValueError("A brace stands alone. Write {{ or }} for a brace that is no placeholder.") from None
    for _, name, spec, conversion in parsed:
        if name is not None:
            yield name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")


def _stored(text: str) -> str:
    if any(letter < " " and letter not in "\n\t" for letter in text) or any(
        "\ud800" <= one <= "\udfff" for one in text
    ):
        raise ValueError("It holds characters that cannot be stored.")
    return text


def _tag(written: str) -> str:
    try:
        return normalised(written)
    except InvalidInput as error:
        raise ValueError(str(error)) from None


MacroText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT),
    AfterValidator(_stored),
    AfterValidator(_fillable),
]
Tag = Annotated[str, AfterValidator(_tag)]


class Macro(Part):
    """An answer with placeholders, and what becomes of the ticket with it: its status, its priority, further tags."""

    key: Key
    title: Line
    text: MacroText
    status: Literal["pending_customer", "resolved"] | None = None
    priority: PriorityName | None = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=MOST_TAGS)] = ()

    @property
    def moves_to(self) -> TicketStatus | None:
        return None if self.status is None else TicketStatus(self.status)

    def filled(self, values: Mapping[Placeholder, str]) -> str:
        """The text with each placeholder's value in its place."""
        return self.text.format_map({name.value: values[name] for name in Placeholder})

    def to_document(self) -> dict[str, Any]:
        """The macro as JSON; `read_macro` reads it back to an equal value."""
        return self.model_dump(mode="json", exclude_none=True)


def read_macro(document: Mapping[str, Any]) -> Macro:
    """Raises InvalidInput, naming the part that is wrong."""
    try:
        return Macro.model_validate(dict(document))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        said = _SHORT.get(fault["type"]) or fault["msg"].removeprefix("Value error, ").rstrip(".") + "."
        field = str(fault["loc"][0]) if fault["loc"] else "macro"
        raise InvalidInput(field, said) from None


_SHORT = {"string_too_short": "Write something here.", "missing": "Write something here."}
