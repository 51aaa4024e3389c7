"""What the forms for a ticket's tags and its category's own questions are given, and the line that shows both on cards."""

from __future__ import annotations

from dataclasses import dataclass

from bot.views.common import TicketFacts
from bot.views.customer import FieldSpec


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The answers to a category's own questions (label and answer), the tags, and the number of the problem."""

    answers: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    problem: int | None = None


@dataclass(frozen=True, kw_only=True)
class TagsForm:
    """A ticket's tags, and some that others carry."""

    facts: TicketFacts
    tags: tuple[str, ...] = ()
    in_use: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FieldsForm:
    """A category's questions with what was answered."""

    facts: TicketFacts
    fields: tuple[tuple[FieldSpec, str], ...]
