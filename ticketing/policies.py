"""
SLA policies as they are written in the configuration.

Which of several policies applies is `ticketing.sla.terms`' business; here is only what one may say.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints

from ticketing.durations import format_duration, read_duration
from ticketing.model import ClockKind, Priority, Tier

NO_SLA: Literal["none"] = "none"

LONGEST_TARGET = timedelta(days=1000)


def _target(written: object) -> object:
    if written == NO_SLA:
        return written
    length = read_duration(written)
    if not timedelta(seconds=1) <= length <= LONGEST_TARGET:
        raise ValueError(f"A target is between 1s and {format_duration(LONGEST_TARGET)}, or none.")
    return length


def _warning_time(written: object) -> object:
    length = read_duration(written)
    if not timedelta(0) <= length <= LONGEST_TARGET:
        raise ValueError(f"A warning comes at most {format_duration(LONGEST_TARGET)} before, and 0s is none.")
    return length


def _write(value: timedelta | str) -> str:
    return value if isinstance(value, str) else format_duration(value)


_Written = PlainSerializer(_write, return_type=str)
Target = Annotated[timedelta | Literal["none"], BeforeValidator(_target), _Written]
WarningTime = Annotated[timedelta, BeforeValidator(_warning_time), _Written]


class Targets(BaseModel):
    """What is promised for each priority: a length of time, "none" for no promise, or nothing said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    urgent: Target | None = None
    high: Target | None = None
    medium: Target | None = None
    low: Target | None = None

    def of(self, priority: Priority) -> timedelta | Literal["none"] | None:
        """The target of a priority; None where nothing is said."""
        by_priority = {
            Priority.URGENT: self.urgent,
            Priority.HIGH: self.high,
            Priority.MEDIUM: self.medium,
            Priority.LOW: self.low,
        }
        return by_priority[priority]


NOTHING_SAID = Targets()


class Policy(BaseModel):
    """
    What one policy says, and of which tickets: those of a tier, of a category, of both, or (neither named) all.

    Whatever it leaves out a less specific policy says, and at last the tables of `ticketing.sla`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tier: Tier | None = None
    category: Annotated[str, StringConstraints(min_length=1)] | None = None
    calendar: str | None = None
    warn_before: WarningTime | None = None
    time_to_claim: Targets = NOTHING_SAID
    first_response: Targets = NOTHING_SAID
    next_response: Targets = NOTHING_SAID
    resolution: Targets = NOTHING_SAID

    @property
    def name(self) -> str:
        """What it covers, in the words of the configuration: "billing, premium", or "all"."""
        return ", ".join(part for part in (self.category, self.tier) if part) or "all"

    @property
    def specificity(self) -> int:
        """The higher is the more specific: category and tier 3, category 2, tier 1, neither 0."""
        return 2 * (self.category is not None) + (self.tier is not None)

    def covers(self, category: str, tier: Tier) -> bool:
        return self.category in (None, category) and self.tier in (None, tier)

    def targets(self, kind: ClockKind) -> Targets:
        """What it promises for one kind of clock."""
        by_kind = {
            ClockKind.TIME_TO_CLAIM: self.time_to_claim,
            ClockKind.FIRST_RESPONSE: self.first_response,
            ClockKind.NEXT_RESPONSE: self.next_response,
            ClockKind.RESOLUTION: self.resolution,
        }
        return by_kind[kind]
