"""The questions that a category asks, made into the forms' values, and what a ticket answers to them."""

from __future__ import annotations

from bot.views import CategoryChoice, FieldKind, FieldSpec
from ticketing.categories import Category, FieldDefinition, FieldType
from ticketing.configuration import Configuration
from ticketing.model import Ticket

_KINDS = {
    FieldType.TEXT: FieldKind.TEXT,
    FieldType.NUMBER: FieldKind.TEXT,
    FieldType.SELECT: FieldKind.CHOICE,
}


def category_choice(category: Category) -> CategoryChoice:
    fields = tuple(_spec(asked) for asked in category.fields)
    return CategoryChoice(
        key=category.key, label=category.name, default_priority=category.default_priority, fields=fields
    )


def _spec(asked: FieldDefinition) -> FieldSpec:
    return FieldSpec(
        key=asked.key,
        label=asked.label,
        kind=_KINDS[asked.type],
        is_required=asked.required,
        options=tuple((option, option) for option in asked.options),
    )


def _answered(ticket: Ticket, key: str) -> str:
    """What was answered to a question, as people read it; empty where nothing was."""
    return str(ticket.fields.get(key, ""))


def answers(ticket: Ticket, configuration: Configuration) -> tuple[tuple[FieldSpec, str], ...]:
    """The questions of the ticket's category, each with what was answered."""
    category = configuration.category(ticket.category)
    return tuple((_spec(asked), _answered(ticket, asked.key)) for asked in category.fields) if category else ()
