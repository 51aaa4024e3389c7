"""
The desk's configuration: one immutable document, stored in versions (docs/configuration.md lists every field).

`parse` is the only way in: what it returns works, and what would not work it refuses, naming each fault and its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from ticketing.calendars import ALWAYS, HORIZON, Calendar, NeverOpen, deadline
from ticketing.categories import DEFAULT_CATEGORIES, TRIAL_CATEGORY, Category
from ticketing.durations import format_duration
from ticketing.errors import InvalidConfiguration
from ticketing.follow import Follow
from ticketing.ladder import Added, Ladder
from ticketing.macros import MOST_SHARED, Macro
from ticketing.model import ClockKind, Priority, Tier
from ticketing.opening_hours import parse_windows
from ticketing.policies import Policy
from ticketing.thanks import BARE_THANKS, GREETINGS, is_bare_thanks
from ticketing.words import Stemming
from ticketing.written import ChannelId, Line, Part

LEAST_WORKING_TIME = timedelta(days=7)
"""Working time that a calendar has to offer within ten years; the longest target that holds by default."""

_TRIED_FROM = datetime(2026, 1, 1, tzinfo=UTC)  # to try calendars on; any day would do


def _time_of_day(text: str) -> str:
    if text != NEVER and _TIME.fullmatch(text) is None:
        raise ValueError("A time of day is written like 09:00, or never.")
    return text


NEVER = "never"
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
Count = Annotated[int, Field(strict=True, ge=0, le=10_000)]
Days = Annotated[int, Field(strict=True, ge=0, le=3650)]


class SetUpStep(StrEnum):
    """A question of the first run that can wait."""

    ALERTS = "alerts"
    HOURS = "hours"
    TEST = "test"


class Holidays(Part):
    """Closed local dates: a country's public holidays, a subdivision's as well, and single dates."""

    country: str | None = None
    subdivision: str | None = None
    dates: Annotated[tuple[date, ...], Field(max_length=1000)] = ()


class CalendarDefinition(Part):
    """Working hours. Without a zone they are in the desk's."""

    name: Line
    zone: str | None = None
    windows: dict[str, tuple[str, ...]]
    holidays: Holidays = Holidays()

    @model_validator(mode="after")
    def _windows_can_be_read(self) -> CalendarDefinition:
        parse_windows(self.windows)
        return self

    def build(self, zone_of_desk: str) -> Calendar:
        """The calendar it defines. Raises ValueError where there is no such zone or country, or it never opens."""
        return Calendar(
            name=self.name,
            zone=self.zone or zone_of_desk,
            windows=parse_windows(self.windows),
            holidays=frozenset(self.holidays.dates),
            country=self.holidays.country,
            subdivision=self.holidays.subdivision,
        )


class Channels(Part):
    """Where the desk speaks to its people, by the channels' ids; None where nobody has chosen yet."""

    triage: ChannelId | None = None
    escalations: ChannelId | None = None
    by_emoji: Annotated[tuple[ChannelId, ...], Field(max_length=100)] = ()
    every_message: Annotated[tuple[ChannelId, ...], Field(max_length=100)] = ()
    emoji: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_+'-]{1,100}$")] = "ticket"
    other_organizations: bool = False
    replies_from_triage: bool = False


class QueueWeights(Part):
    """What counts how much in the queue, in points (docs/sla.md, the queue)."""

    per_priority: Annotated[int, Field(strict=True, ge=0, le=100)] = 10
    standard: Annotated[int, Field(strict=True, ge=0, le=1000)] = 0
    premium: Annotated[int, Field(strict=True, ge=0, le=1000)] = 50
    enterprise: Annotated[int, Field(strict=True, ge=0, le=1000)] = 100
    growth_points_per_hour: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 0

    def tier_bonus(self, tier: Tier) -> int:
        bonuses = {Tier.STANDARD: self.standard, Tier.PREMIUM: self.premium, Tier.ENTERPRISE: self.enterprise}
        return bonuses[tier]


OF_OPEN_TICKETS = ("zone", "calendars", "policies", "queue")
"""The settings that deadlines and places in the queue follow from."""

OF_OPEN_TICKETS_IN_LADDER = ("unassigned_after", "untouched_after")
"""When what lies is told of. Settings other than these and `OF_OPEN_TICKETS` change nothing about tickets that are open."""


class Configuration(Part):
    """
    A version of the configuration; 0 is one that was never stored. Make it with `parse`.

    `former` are the private categories of earlier versions that are gone, `added` says of each step of the ladder which version
    has added it; no document says them (`remembering`).
    """

    version: Annotated[int, Field(strict=True, ge=0)] = 0
    former: tuple[Category, ...] = ()
    added: tuple[Added, ...] = ()
    zone: str = "UTC"
    categories: Annotated[tuple[Category, ...], Field(max_length=100)] = DEFAULT_CATEGORIES
    calendars: Annotated[tuple[CalendarDefinition, ...], Field(max_length=100)] = ()
    policies: Annotated[tuple[Policy, ...], Field(max_length=500)] = ()
    channels: Channels = Channels()
    follow: Follow = Follow()
    queue: QueueWeights = QueueWeights()
    ladder: Ladder = Ladder()
    default_max_load: Annotated[int, Field(strict=True, ge=1, le=1000)] = 10
    open_rate_per_hour: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 20
    grace_days: Days = 7
    reopen_limit: Count = 2
    thanks: Annotated[tuple[Line, ...], Field(max_length=200)] = BARE_THANKS
    greetings: Annotated[tuple[Line, ...], Field(max_length=200)] = GREETINGS
    undo_window_s: Annotated[int, Field(strict=True, ge=0, le=86_400)] = 600
    board_at: TimeOfDay = "09:00"
    digest_at: TimeOfDay = "09:00"
    auto_close_after_days: Days = 3
    nudge_before_days: Days = 2
    colleagues_see_tickets: bool = False
    rating_days: Days = 7
    stemming: Stemming = Stemming.ENGLISH
    macros: Annotated[tuple[Macro, ...], Field(max_length=MOST_SHARED)] = ()
    set_up_later: Annotated[tuple[SetUpStep, ...], Field(max_length=3)] = ()

    def __hash__(self) -> int:
        """Cheap, since deadlines are cached by configuration; equality still compares all."""
        return hash(self.version)

    @cached_property
    def _categories_by_key(self) -> dict[str, Category]:
        return {category.key: category for category in self.categories}

    @cached_property
    def _calendars_by_name(self) -> dict[str, Calendar]:
        return {ALWAYS.name: ALWAYS} | {defined.name: defined.build(self.zone) for defined in self.calendars}

    @cached_property
    def quiet_hours(self) -> Calendar | None:
        """When alerts that are not URGENT wait; None where they never do."""
        return self.ladder.quiet_calendar(self.zone)

    @property
    def board_time(self) -> time | None:
        """When the board is posted anew; None where none is wanted."""
        return None if self.board_at == NEVER else time.fromisoformat(self.board_at)

    def promises_as(self, other: Configuration) -> bool:
        """
        Whether no deadline, no place in the queue and no time after which to tell of what lies is another than under
        `other`, whatever else differs.
        """
        return all(getattr(self, name) == getattr(other, name) for name in OF_OPEN_TICKETS) and all(
            getattr(self.ladder, name) == getattr(other.ladder, name) for name in OF_OPEN_TICKETS_IN_LADDER
        )

    @property
    def rating_window(self) -> timedelta:
        """How long after a resolution its customer may say what they think of it."""
        return timedelta(days=self.rating_days)

    @property
    def digest_time(self) -> time | None:
        """When the digest of a day is posted; None where none is wanted."""
        return None if self.digest_at == NEVER else time.fromisoformat(self.digest_at)

    @property
    def undo_window(self) -> timedelta:
        return timedelta(seconds=self.undo_window_s)

    def category(self, key: str) -> Category | None:
        """The category of that key, or None: a later version may have dropped it while tickets still carry it."""
        return self._categories_by_key.get(key)

    @cached_property
    def private_categories(self) -> tuple[Category, ...]:
        """What only the members of its channel may see, also of what is gone: its tickets stay what they were."""
        return (*(each for each in self.categories if each.private), *self.former)

    @cached_property
    def _private_by_key(self) -> dict[str, Category]:
        return {category.key: category for category in self.private_categories}

    def private_category(self, key: str) -> Category | None:
        """The category of that key, if only the members of its channel may see its tickets."""
        return self._private_by_key.get(key)

    def remembering(self, private_before: Iterable[Category], added: Iterable[Added] = ()) -> Configuration:
        """The same, with those of the earlier private categories that it has no more as its `former` ones, and with `added`."""
        former = (each for each in private_before if each.key not in self._categories_by_key)
        return self.model_copy(update={"former": tuple(former), "added": tuple(added)})

    def step_counts_from(self, number: int, at: datetime) -> datetime:
        """From when the ladder's step of that number (from 0) counts, following one at `at`: not from before it was added."""
        added_at = self.added[number].at if number < len(self.added) else None
        return at if added_at is None else max(at, added_at)

    def calendar(self, name: str) -> Calendar:
        """The calendar of that name; "24x7" is always there. Raises KeyError for another that is not defined."""
        return self._calendars_by_name[name]

    def is_greeting(self, text: str) -> bool:
        """Whether a message only greets, and so opens nothing where every message is a ticket."""
        return is_bare_thanks(text, (*self.greetings, *self.thanks))

    def is_bare_thanks(self, text: str) -> bool:
        """Whether a comment only says thanks, and so reopens nothing."""
        return is_bare_thanks(text, self.thanks)


def parse(document: Mapping[str, Any], version: int = 0) -> Configuration:
    """
    Read a document and check that it works; what it leaves out has its default.

    Raises InvalidConfiguration with a line for each fault: where it is, and a sentence what is wrong.
    """
    if not isinstance(document, Mapping):
        raise InvalidConfiguration("The configuration has to be a table of settings.")
    if "version" in document:
        raise InvalidConfiguration("version: It is counted when the document is stored and cannot be set.")
    for name in ("former", "added"):
        if name in document:
            raise InvalidConfiguration(f"{name}: It is what earlier versions had and cannot be set.")
    try:
        configuration = Configuration.model_validate({**document, "version": version})
    except ValidationError as error:
        raise InvalidConfiguration("\n".join(_faults_of_shape(error))) from None

    faults = list(_faults(configuration))
    if faults:
        raise InvalidConfiguration("\n".join(faults))
    return configuration


def to_document(configuration: Configuration) -> dict[str, Any]:
    """The document as JSON, each setting written out, in a fixed order; `parse` reads it back to an equal value."""
    return configuration.model_dump(mode="json", exclude={"version", "former", "added"}, exclude_none=True)


def default_document() -> dict[str, Any]:
    """The configuration of a desk that has chosen nothing yet."""
    return to_document(Configuration())


# Faults. First the shape, each value by itself (pydantic); then what only shows when it is put together.


def _faults_of_shape(error: ValidationError) -> Iterator[str]:
    sentences = {
        "extra_forbidden": "There is no such setting.",
        "missing": "This is required.",
        "string_pattern_mismatch": "There are characters in it that do not belong there.",
    }
    for fault in error.errors(include_url=False):
        if fault["type"] == "default_factory_not_called":
            continue  # only says that the value it would come from is wrong, which is said already
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]).lstrip(".")
        said = fault["msg"].removeprefix("Value error, ").rstrip(".") + "."
        if fault["type"] == "too_long":
            said = f"There are at most {fault['ctx']['max_length']}."
        yield f"{place}: {sentences.get(fault['type'], said)}"


def _faults(configuration: Configuration) -> Iterator[str]:
    try:
        Calendar("zone", configuration.zone)
    except ValueError as error:
        yield f"zone: {error}"
        return  # calendars without a zone of their own would only repeat it
    if not configuration.categories:
        yield "categories: There has to be one at least, or no ticket could be opened."
    yield from _duplicates("categories", "key", [category.key for category in configuration.categories])
    for at, category in enumerate(configuration.categories):
        if category.key == TRIAL_CATEGORY:
            yield f"categories[{at}].key: {TRIAL_CATEGORY} is kept for test tickets; choose another."
        yield from _duplicates(f"categories[{at}].fields", "key", [field.key for field in category.fields])
    skills = {category.skill for category in configuration.categories}
    for skill in configuration.follow.skills:
        if skill not in skills:
            yield f"follow.skills: No category asks for the skill {skill!r}."
    yield from _faults_of_calendars(configuration)
    yield from _faults_of_policies(configuration)
    yield from _duplicates("macros", "key", [macro.key for macro in configuration.macros])
    if 0 < configuration.auto_close_after_days <= configuration.nudge_before_days:
        yield "nudge_before_days: It has to be less than auto_close_after_days, or nobody is asked before."


def _faults_of_calendars(configuration: Configuration) -> Iterator[str]:
    names = [calendar.name for calendar in configuration.calendars]
    yield from _duplicates("calendars", "name", names)
    for at, definition in enumerate(configuration.calendars):
        if definition.name == ALWAYS.name:
            yield f"calendars[{at}].name: {ALWAYS.name} is the calendar that never closes; choose another name."
        try:
            calendar = definition.build(configuration.zone)
        except ValueError as error:
            yield f"calendars[{at}]: {error}"
        else:
            longest = max(LEAST_WORKING_TIME, _longest_target(configuration.policies))
            if not _offers(calendar, longest):
                yield f"calendars[{at}]: It does not have {format_duration(longest)} of working time in ten years."


def _faults_of_policies(configuration: Configuration) -> Iterator[str]:
    calendars = {ALWAYS.name} | {calendar.name for calendar in configuration.calendars}
    categories = {category.key for category in configuration.categories}
    covered: set[tuple[str | None, Tier | None]] = set()
    for at, policy in enumerate(configuration.policies):
        if policy.calendar is not None and policy.calendar not in calendars:
            yield f"policies[{at}].calendar: There is no calendar {policy.calendar!r}."
        if policy.category is not None and policy.category not in categories:
            yield f"policies[{at}].category: There is no category {policy.category!r}."
        if (policy.category, policy.tier) in covered:
            yield f"policies[{at}]: There is a policy for {policy.name} already."
        covered.add((policy.category, policy.tier))


def _duplicates(place: str, name: str, values: list[str]) -> Iterator[str]:
    for at, value in enumerate(values):
        if value in values[:at]:
            yield f"{place}[{at}].{name}: {value!r} is there already."


def _longest_target(policies: tuple[Policy, ...]) -> timedelta:
    lengths = [policy.targets(kind).of(priority) for policy in policies for kind in ClockKind for priority in Priority]
    return max((length for length in lengths if isinstance(length, timedelta)), default=timedelta(0))


def _offers(calendar: Calendar, working_time: timedelta) -> bool:
    try:
        reached_at = deadline(_TRIED_FROM, working_time, calendar)
    except NeverOpen:
        return False
    return reached_at is not None and reached_at - _TRIED_FROM <= HORIZON
