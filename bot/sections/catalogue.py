"""
Every section of the configuration and each of its settings: in what order they are asked, and how each is written.

A setting that is added to the configuration and not named here is asked for all the same where a plain field can hold it
(`further`), under its own name; its words belong in `bot.words.sections`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.sections import codecs
from bot.sections.codecs import Around, Codec
from bot.views.asking import Kind
from bot.words import sections as words
from ticketing.calendars import ALWAYS
from ticketing.categories import Category
from ticketing.configuration import Configuration

Options = Callable[[Around], tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Setting:
    """
    One setting. `place` is where it stands within its section or entry, with dots; it is also the id of its field.

    `is_fixed` where it is asked only of what is new.
    """

    place: str
    label: str
    hint: str
    kind: Kind = Kind.TEXT
    codec: Codec = codecs.LINE
    options: Options | None = None
    is_needed: bool = False
    is_fixed: bool = False


@dataclass(frozen=True)
class Section:
    """
    A part of the document: `path` is where it stands, () for the document itself; of a list each entry has its own form.

    `usual` is the field at which a fault stands that is about the whole.
    """

    key: str
    path: tuple[str, ...]
    settings: tuple[Setting, ...]
    is_list: bool = False
    usual: str = ""


def _ask(key: str, place: str, kind: Kind = Kind.TEXT, codec: Codec = codecs.LINE, **more: Any) -> Setting:
    label, hint = words.SETTING[f"{key}.{place}"]
    return Setting(place, label, hint, kind, codec, **more)


def _fixed(options: dict[Any, str]) -> Options:
    listed = tuple((str(value), label) for value, label in options.items())
    return lambda _around: listed


def _calendars(around: Around) -> tuple[tuple[str, str], ...]:
    names = [ALWAYS.name, *(calendar["name"] for calendar in around.document.get("calendars", ()))]
    return ((codecs.NOTHING, words.AS_ABOVE), *((name, name) for name in names))


def _categories(around: Around) -> tuple[tuple[str, str], ...]:
    return (
        (codecs.NOTHING, words.ALL),
        *((each["key"], each["name"]) for each in around.document.get("categories", ())),
    )


_PRIORITIES = _fixed({priority.name.lower(): label for priority, label in words.PRIORITY.items()})
_STRATEGIES = _fixed({strategy.value: label for strategy, label in words.STRATEGY.items()})
_TIERS = _fixed({codecs.NOTHING: words.ALL} | {tier.value: label for tier, label in words.TIER.items()})
_YES_NO = _fixed(words.YES_NO)
_C, _L = Kind.CHOICE, Kind.LINES

CATEGORIES = Section(
    "categories",
    ("categories",),
    (
        _ask("categories", "name", is_needed=True),
        _ask("categories", "key", is_fixed=True),
        _ask("categories", "default_priority", _C, codecs.CHOICE, options=_PRIORITIES, is_needed=True),
        _ask("categories", "strategy", _C, codecs.CHOICE, options=_STRATEGIES, is_needed=True),
        _ask("categories", "channel", Kind.CHANNEL),
        _ask("categories", "escalations", Kind.CHANNEL),
        _ask("categories", "private", _C, codecs.YES_NO, options=_YES_NO, is_needed=True),
        _ask("categories", "skill"),
        _ask("categories", "fields", _L, codecs.QUESTIONS),
    ),
    is_list=True,
    usual="channel",
)
CALENDARS = Section(
    "calendars",
    ("calendars",),
    (
        _ask("calendars", "name", is_needed=True),
        _ask("calendars", "windows", _L, codecs.HOURS, is_needed=True),
        _ask("calendars", "zone"),
        _ask("calendars", "holidays.country"),
        _ask("calendars", "holidays.subdivision"),
        _ask("calendars", "holidays.dates", _L, codecs.DATES),
    ),
    is_list=True,
    usual="windows",
)
POLICIES = Section(
    "policies",
    ("policies",),
    (
        _ask("policies", "category", _C, codecs.CHOICE, options=_categories, is_needed=True),
        _ask("policies", "tier", _C, codecs.CHOICE, options=_TIERS, is_needed=True),
        _ask("policies", "first_response", _L, codecs.TARGETS),
        _ask("policies", "next_response", _L, codecs.TARGETS),
        _ask("policies", "resolution", _L, codecs.TARGETS),
        _ask("policies", "time_to_claim", _L, codecs.TARGETS),
        _ask("policies", "calendar", _C, codecs.CHOICE, options=_calendars, is_needed=True),
        _ask("policies", "warn_before"),
    ),
    is_list=True,
    usual="category",
)
CHANNELS = Section(
    "channels",
    ("channels",),
    (
        _ask("channels", "triage", Kind.CHANNEL),
        _ask("channels", "escalations", Kind.CHANNEL),
        _ask("channels", "by_emoji", Kind.CHANNELS, codecs.WORDS),
        _ask("channels", "emoji"),
        _ask("channels", "every_message", Kind.CHANNELS, codecs.WORDS),
        _ask("channels", "other_organizations", _C, codecs.YES_NO, options=_fixed(words.STRANGERS), is_needed=True),
        _ask(
            "channels", "replies_from_triage", _C, codecs.YES_NO, options=_fixed(words.TRIAGE_THREADS), is_needed=True
        ),
    ),
    usual="triage",
)
FOLLOW = Section(
    "follow",
    ("follow",),
    (
        _ask("follow", "channel", Kind.CHANNEL),
        _ask("follow", "usergroup"),
        _ask("follow", "skills", _L, codecs.SKILLS),
    ),
    usual="channel",
)
LADDER = Section(
    "ladder",
    ("ladder",),
    (
        _ask("ladder", "steps", _L, codecs.STEPS),
        _ask("ladder", "quiet", _L, codecs.HOURS),
        _ask("ladder", "unassigned_after"),
        _ask("ladder", "untouched_after"),
    ),
    usual="quiet",
)
QUEUE = Section(
    "queue",
    ("queue",),
    (
        *(_ask("queue", place, codec=codecs.NUMBER) for place in ("per_priority", "standard", "premium", "enterprise")),
        _ask("queue", "growth_points_per_hour", codec=codecs.DECIMAL),
    ),
    usual="per_priority",
)
_COUNTS = (
    "default_max_load",
    "auto_close_after_days",
    "nudge_before_days",
    "grace_days",
    "reopen_limit",
    "undo_window_s",
    "open_rate_per_hour",
)
HABITS = Section(
    "habits",
    (),
    (
        _ask("habits", "zone"),
        _ask("habits", "board_at"),
        _ask("habits", "digest_at"),
        *(_ask("habits", place, codec=codecs.NUMBER) for place in _COUNTS),
        _ask(
            "habits",
            "colleagues_see_tickets",
            _C,
            codecs.YES_NO,
            options=_fixed(words.COLLEAGUES),
            is_needed=True,
        ),
        _ask("habits", "stemming", _C, codecs.CHOICE, options=_fixed(words.STEMMING), is_needed=True),
        _ask("habits", "thanks", _L, codecs.LINES),
        _ask("habits", "greetings", _L, codecs.LINES),
    ),
    usual="zone",
)
TICKETS_CHANNEL = Section(
    "tickets_channel", ("channels",), (_ask("tickets_channel", "triage", Kind.CHANNEL, is_needed=True),), usual="triage"
)
ALERTS_CHANNEL = Section(
    "alerts_channel",
    ("channels",),
    (_ask("alerts_channel", "escalations", Kind.CHANNEL, is_needed=True),),
    usual="escalations",
)
HOURS = Section(
    "hours",
    ("hours",),
    (
        _ask("hours", "open", _C, codecs.CHOICE, options=_fixed(words.OPEN), is_needed=True),
        _ask("hours", "windows", _L, codecs.HOURS),
        _ask("hours", "zone"),
        _ask("hours", "country"),
    ),
    usual="windows",
)
"""Three short forms for the first run. The last is no place of the document: `editing` makes a calendar and a promise of it."""

_WORDED = (CATEGORIES, CALENDARS, POLICIES, CHANNELS, FOLLOW, LADDER, QUEUE, HABITS)


def _plain(key: str, place: str, default: object) -> Setting | None:
    """A setting nobody wrote words for yet, as far as a plain field can hold it."""
    label, hint = words.SETTING.get(f"{key}.{place}", (place.replace("_", " ").capitalize(), ""))
    if isinstance(default, bool):
        return Setting(place, label, hint, Kind.CHOICE, codecs.YES_NO, _YES_NO, is_needed=True)
    if isinstance(default, int):
        return Setting(place, label, hint, codec=codecs.NUMBER)
    if isinstance(default, float):
        return Setting(place, label, hint, codec=codecs.DECIMAL)
    if default is None or isinstance(default, str):
        return Setting(place, label, hint)
    if isinstance(default, list) and default and all(isinstance(one, str) for one in default):
        return Setting(place, label, hint, Kind.LINES, codecs.LINES)
    return None


def _with_further(section: Section) -> Section:
    """The section with what the configuration has besides."""
    defaults: Any = Configuration().model_dump(mode="json")
    for step in section.path if not section.is_list else ():
        defaults = defaults[step]
    if section.is_list:
        defaults = Category(key="a", name="A").model_dump(mode="json") if section is CATEGORIES else {}
    named = {one.place.partition(".")[0] for one in section.settings} | {"version"}
    named |= {each.path[0] for each in _WORDED if each.path} if not section.path else set()
    further = [_plain(section.key, place, default) for place, default in defaults.items() if place not in named]
    return replace(section, settings=(*section.settings, *filter(None, further)))


LISTED = tuple(_with_further(section) for section in _WORDED)
"""What Set-up shows, in order."""

SECTIONS = {section.key: section for section in (*LISTED, TICKETS_CHANNEL, ALERTS_CHANNEL, HOURS)}
