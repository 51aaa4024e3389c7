"""The kinds of tickets that a desk has, each with the questions that it asks besides."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from ticketing.model import Priority, Strategy
from ticketing.written import ChannelId, Key, Line, Part, PriorityName


class FieldType(StrEnum):
    """What a custom field holds."""

    TEXT = "text"
    NUMBER = "number"
    SELECT = "select"


class FieldDefinition(Part):
    """A further question that a category asks when a ticket is opened."""

    key: Key
    label: Line
    type: FieldType = FieldType.TEXT
    options: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    required: bool = False
    max_length: Annotated[int, Field(strict=True, ge=1, le=3000)] | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> FieldDefinition:
        if self.type is FieldType.SELECT and not self.options:
            raise ValueError("A select needs options to choose from.")
        if self.type is not FieldType.SELECT and self.options:
            raise ValueError(f"Only a select has options; this is a {self.type} field.")
        if len(set(self.options)) < len(self.options):
            raise ValueError("An option is listed twice.")
        if self.type is not FieldType.TEXT and self.max_length is not None:
            raise ValueError(f"Only text has a max_length; this is a {self.type} field.")
        return self


class Category(Part):
    """A kind of ticket: who answers it (`skill`, by default its key), how they are chosen, where it shows."""

    key: Key
    name: Line
    default_priority: PriorityName = Priority.MEDIUM
    strategy: Strategy = Strategy.LEAST_LOADED
    channel: ChannelId | None = None
    escalations: ChannelId | None = None
    private: bool = False
    skill: Key = Field(default_factory=lambda read: read.get("key", ""))
    fields: Annotated[tuple[FieldDefinition, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _private_needs_a_channel(self) -> Category:
        if self.private and self.channel is None:
            raise ValueError("A private category needs a channel: its members are who may see it.")
        return self


TRIAL_CATEGORY = "test-ticket"
"""What a test ticket carries: no category of any configuration, so that nobody is given it and no list shows it."""

DEFAULT_CATEGORIES = (
    Category(key="billing", name="Billing"),
    Category(key="technical", name="Technical"),
    Category(key="account", name="Account"),
    Category(key="general", name="General"),
)
