"""The configuration: what it says by default, what it refuses and where, and what is written with it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from ticketing.calendars import ALWAYS, Window
from ticketing.categories import FieldType
from ticketing.configuration import LEAST_WORKING_TIME, Configuration, default_document, parse, to_document
from ticketing.durations import format_duration, parse_duration
from ticketing.errors import InvalidConfiguration
from ticketing.model import Priority, Strategy, Tier
from ticketing.opening_hours import parse_windows
from ticketing.sla import SLA_RESOLUTION, SLA_RESPONSE
from ticketing.thanks import is_bare_thanks

OFFICE = {"name": "Office", "windows": {"mon-fri": ["09:00-17:00"]}}
PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def category(key: str = "billing", **more: Any) -> dict[str, Any]:
    return {"key": key, "name": key.title(), **more}


def calendar(**more: Any) -> dict[str, Any]:
    return {**OFFICE, **more}


def refusal(document: Any) -> str:
    with pytest.raises(InvalidConfiguration) as refused:
        parse(document)
    return str(refused.value)


def test_a_desk_that_has_chosen_nothing_works() -> None:
    configuration = parse({})

    assert [one.key for one in configuration.categories] == ["billing", "technical", "account", "general"]
    assert {one.default_priority for one in configuration.categories} == {Priority.MEDIUM}
    assert {one.strategy for one in configuration.categories} == {Strategy.LEAST_LOADED}
    assert all(one.skill == one.key and not one.private for one in configuration.categories)
    assert (configuration.version, configuration.zone, configuration.default_max_load) == (0, "UTC", 10)
    assert (configuration.grace_days, configuration.reopen_limit, configuration.undo_window_s) == (7, 2, 600)
    assert (configuration.auto_close_after_days, configuration.nudge_before_days) == (3, 2)
    assert (configuration.open_rate_per_hour, configuration.colleagues_see_tickets) == (20, False)
    assert configuration.channels.triage is None
    assert configuration.calendar("24x7") is ALWAYS


def test_the_document_says_everything_and_reads_back() -> None:
    assert parse(default_document()) == Configuration()
    assert to_document(parse(default_document(), version=4)) == default_document()
    assert "version" not in default_document()


def test_a_document_is_the_same_however_it_was_written() -> None:
    """Versions are compared as text, so one meaning has one text, and it is JSON."""
    terse = {
        "categories": [category(default_priority="HIGH", fields=[{"key": "invoice", "label": " Invoice number "}])],
        "calendars": [calendar(holidays={"dates": [date(2026, 12, 24)]})],
        "policies": [{"tier": "premium", "first_response": {"high": "60m", "low": "none"}, "warn_before": "3600s"}],
    }
    long = to_document(parse(terse))

    assert json.dumps(to_document(parse(json.loads(json.dumps(long))))) == json.dumps(long)
    assert long["categories"][0]["default_priority"] == "high"
    assert long["categories"][0]["fields"][0]["label"] == "Invoice number"
    assert long["calendars"][0]["holidays"]["dates"] == ["2026-12-24"]
    assert long["policies"][0]["first_response"] == {"high": "1h", "low": "none"}
    assert long["policies"][0]["warn_before"] == "1h"


def test_a_configuration_cannot_be_changed_only_replaced() -> None:
    configuration = parse({}, version=3)

    with pytest.raises(ValidationError):
        configuration.grace_days = 1
    assert configuration == parse({}, version=3)
    assert hash(configuration) == hash(parse({}, version=3))
    assert configuration != parse({}, version=4)
    assert configuration != parse({"grace_days": 1}, version=3)


def test_a_category_says_who_answers_and_what_is_asked() -> None:
    invoice = {"key": "invoice", "label": "Invoice number", "required": True, "max_length": 20}
    product = {"key": "product", "label": "Product", "type": "select", "options": ["Cloud", "Desktop"]}
    written = category(
        "refunds", skill="billing", strategy="most_skilled", channel="C1", private=True, fields=[invoice, product]
    )

    refunds = parse({"categories": [written]}).category("refunds")

    assert refunds is not None
    assert (refunds.skill, refunds.strategy, refunds.channel, refunds.private) == (
        "billing",
        Strategy.MOST_SKILLED,
        "C1",
        True,
    )
    assert [(field.type, field.required) for field in refunds.fields] == [
        (FieldType.TEXT, True),
        (FieldType.SELECT, False),
    ]
    assert refunds.fields[1].options == ("Cloud", "Desktop")


def test_a_category_that_a_later_version_dropped_is_just_not_there() -> None:
    assert parse({"categories": [category("billing")]}).category("technical") is None


def test_a_calendar_without_a_zone_is_in_the_desks() -> None:
    document = {"zone": "Europe/Vienna", "calendars": [OFFICE, calendar(name="Boston", zone="America/New_York")]}
    configuration = parse(document)

    assert configuration.calendar("Office").zone == "Europe/Vienna"
    assert configuration.calendar("Boston").zone == "America/New_York"


def field(**more: Any) -> dict[str, Any]:
    return {"categories": [category(fields=[{"key": "a", "label": "A", **more}])]}


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        # what is not there, or not of the right kind
        ([], "The configuration has to be a table of settings."),
        ({"grace_day": 3}, "grace_day: There is no such setting."),
        ({"version": 3}, "version: It is counted when the document is stored and cannot be set."),
        ({"categories": [{"key": "a"}]}, "categories[0].name: This is required."),
        ({"grace_days": True}, "grace_days: Input should be a valid integer."),
        ({"grace_days": "7"}, "grace_days: Input should be a valid integer."),
        ({"grace_days": -1}, "grace_days: Input should be greater than or equal to 0."),
        ({"default_max_load": 0}, "default_max_load: Input should be greater than or equal to 1."),
        ({"zone": "Vienna"}, "zone: There is no time zone 'Vienna'. It is written like Europe/Vienna."),
        ({"ladder": {"steps": [{"after": "1h"}] * 10}}, "ladder.steps: There are at most 9."),
        ({"ladder": {"unassigned_after": "1s"}}, "ladder.unassigned_after: It has to be from 1m to 30d."),
        # categories
        ({"categories": []}, "categories: There has to be one at least, or no ticket could be opened."),
        ({"categories": [category("a"), category("a")]}, "categories[1].key: 'a' is there already."),
        (
            {"categories": [category("Billing")]},
            "categories[0].key: A key is 1 to 40 small letters, figures, - or _, and begins with a letter.",
        ),
        (
            {"categories": [category(name="a\x00b")]},
            "categories[0].name: This is one line of text, without control characters.",
        ),
        (
            {"categories": [category(default_priority=3)]},
            "categories[0].default_priority: A priority is low, medium, high or urgent.",
        ),
        (
            {"categories": [category(private=True)]},
            "categories[0]: A private category needs a channel: its members are who may see it.",
        ),
        # fields
        (field(type="select"), "categories[0].fields[0]: A select needs options to choose from."),
        (field(options=["x"]), "categories[0].fields[0]: Only a select has options; this is a text field."),
        (field(type="select", options=["x", "x"]), "categories[0].fields[0]: An option is listed twice."),
        (
            field(type="number", max_length=3),
            "categories[0].fields[0]: Only text has a max_length; this is a number field.",
        ),
        (
            {"categories": [category(fields=[{"key": "a", "label": "A"}] * 2)]},
            "categories[0].fields[1].key: 'a' is there already.",
        ),
        # calendars
        (
            {"calendars": [calendar(windows={})]},
            "calendars[0]: The calendar 'Office' is never open: it has no working time in ten years.",
        ),
        (
            {"calendars": [calendar(windows={"sun": ["09:00-09:01"]})]},
            "calendars[0]: It does not have 7d of working time in ten years.",
        ),
        (
            {"calendars": [OFFICE], "policies": [{"resolution": {"low": "1000d"}, "calendar": "Office"}]},
            "calendars[0]: It does not have 1000d of working time in ten years.",
        ),
        ({"calendars": [OFFICE, OFFICE]}, "calendars[1].name: 'Office' is there already."),
        (
            {"calendars": [calendar(name="24x7")]},
            "calendars[0].name: 24x7 is the calendar that never closes; choose another name.",
        ),
        (
            {"calendars": [calendar(zone="Mars/Olympus")]},
            "calendars[0]: There is no time zone 'Mars/Olympus'. It is written like Europe/Vienna.",
        ),
        (
            {"calendars": [calendar(windows={"mon-fri": ["9-5"]})]},
            "calendars[0]: Hours are written like 09:00-17:00, not '9-5'.",
        ),
        # policies
        (
            {"policies": [{"calendar": "Ofice"}], "calendars": [OFFICE]},
            "policies[0].calendar: There is no calendar 'Ofice'.",
        ),
        ({"policies": [{"category": "refunds"}]}, "policies[0].category: There is no category 'refunds'."),
        ({"policies": [{"tier": "premium"}] * 2}, "policies[1]: There is a policy for premium already."),
        ({"policies": [{}, {}]}, "policies[1]: There is a policy for all already."),
        (
            {"policies": [{"first_response": {"high": 4}}]},
            "policies[0].first_response.high: A length of time is written like 30m, 8h or 3d, not 4.",
        ),
        (
            {"policies": [{"resolution": {"high": "0s"}}]},
            "policies[0].resolution.high: A target is between 1s and 1000d, or none.",
        ),
        # what contradicts itself
        (
            {"nudge_before_days": 3},
            "nudge_before_days: It has to be less than auto_close_after_days, or nobody is asked before.",
        ),
        (
            {"queue": {"growth_points_per_hour": float("nan")}},
            "queue.growth_points_per_hour: Input should be a finite number.",
        ),
    ],
)
def test_what_would_not_work_is_refused_with_its_place(document: Any, fault: str) -> None:
    assert refusal(document).splitlines() == [fault]


def test_every_fault_is_named_at_once() -> None:
    """Who edits a file by hand should not have to find them one by one."""
    document = {
        "calendars": [calendar(name="Shop", zone="Mars/Olympus")],
        "policies": [{"calendar": "Office"}, {"category": "refunds"}],
        "nudge_before_days": 9,
    }

    places = [line.partition(":")[0] for line in refusal(document).splitlines()]

    assert places == ["calendars[0]", "policies[0].calendar", "policies[1].category", "nudge_before_days"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*Configuration.model_fields, "key", "name", "windows"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_given_is_read_or_refused_in_words(document: Any) -> None:
    try:
        configuration = parse(document)
    except InvalidConfiguration as refused:
        said = str(refused)
    else:
        said = "read"
        assert parse(to_document(configuration)) == configuration
    assert said


def test_the_least_working_time_of_a_calendar_covers_the_default_targets() -> None:
    assert max(*SLA_RESOLUTION.values(), *SLA_RESPONSE.values()) <= LEAST_WORKING_TIME


# Opening hours


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"mon": ["09:00-17:00"]}, [(0, 540, 1020)]),
        ({"Fri": ["9:00 - 17:30"]}, [(4, 540, 1050)]),
        ({"mon-wed": ["09:00-10:00"]}, [(0, 540, 600), (1, 540, 600), (2, 540, 600)]),
        # a lunch break (row 10)
        ({"mon": ["13:00-17:00", "09:00-12:30"]}, [(0, 540, 750), (0, 780, 1020)]),
        # over the weekend
        ({"sat-mon": ["09:00-10:00"]}, [(0, 540, 600), (5, 540, 600), (6, 540, 600)]),
        ({"mon,wed-thu": ["09:00-10:00"]}, [(0, 540, 600), (2, 540, 600), (3, 540, 600)]),
        # over midnight: it belongs to the day it begins on
        ({"fri": ["22:00-06:00"]}, [(4, 1320, 1800)]),
        ({"sun": ["22:00-00:00"]}, [(6, 1320, 1440)]),
        ({"sun": ["00:00-24:00"]}, [(6, 0, 1440)]),
        # a day named twice has both
        ({"mon-tue": ["09:00-10:00"], "mon": ["11:00-12:00"]}, [(0, 540, 600), (0, 660, 720), (1, 540, 600)]),
        ({"mon": []}, []),
    ],
)
def test_opening_hours(written: dict[str, list[str]], expected: list[tuple[int, int, int]]) -> None:
    assert parse_windows(written) == tuple(Window(*window) for window in expected)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ({"monday": ["09:00-17:00"]}, "Days are written like"),
        ({"mon-": ["09:00-17:00"]}, "Days are written like"),
        ({"": ["09:00-17:00"]}, "Days are written like"),
        ({"mon": ["09:00"]}, "Hours are written like"),
        ({"mon": ["9am-5pm"]}, "Hours are written like"),
        ({"mon": ["09:00-09:00"]}, "is empty"),
        ({"mon": ["09:00-24:01"]}, "not a time of day"),
        ({"mon": ["24:00-06:00"]}, "not a time of day"),
        ({"mon": ["09:60-17:00"]}, "not a time of day"),
    ],
)
def test_opening_hours_that_cannot_be_read(written: dict[str, list[str]], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse_windows(written)


# Lengths of time


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("30m", 1800), ("8h", 28_800), ("3d", 259_200), ("1h30m", 5400), ("90s", 90), (" 1D ", 86_400), ("0s", 0)],
)
def test_lengths_of_time(written: str, seconds: int) -> None:
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "8", "h", "1.5h", "30m1h", "1 h", "-1h", "PT8H", "8 hours", "٣h"])
def test_lengths_of_time_that_cannot_be_read(written: str) -> None:
    with pytest.raises(ValueError, match="written like"):
        parse_duration(written)


@given(st.integers(0, 10**9))
def test_a_length_of_time_reads_back(seconds: int) -> None:
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


# Thanks


@pytest.mark.parametrize(
    "text",
    [
        "thanks",
        "Thanks!",
        "THANK YOU SO MUCH!!",
        "Ok, great. Thanks a lot :)",
        "thanks 👍🏽",
        "👍",
        ":+1::skin-tone-3:",
        "perfect :pray: :pray:",
        "thank\nyou",
    ],
)
def test_a_bare_thanks(text: str) -> None:
    assert parse({}).is_bare_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "!!",
        "thanks, but it hangs again",
        "great, now it is worse",
        "ok?",  # asks something
        "thank",
        "no thanks",
        "so much",
        "😡",
        ":rage:",
        "thanks " * 40,  # nobody says that
    ],
)
def test_no_bare_thanks(text: str) -> None:
    assert not parse({}).is_bare_thanks(text)


def test_the_thanks_are_a_setting() -> None:
    configuration = parse({"thanks": ["Danke schön", "merci"]})

    assert configuration.is_bare_thanks("danke SCHÖN, Merci!")
    assert not configuration.is_bare_thanks("thanks")
    assert not is_bare_thanks("anything", [])


# The reference page


def parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The models that a model is made of, itself first."""
    yield model
    for info in model.model_fields.values():
        for inner in (info.annotation, *get_args(info.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from parts(inner)


SETTINGS = sorted(
    {(part.__name__, name) for part in parts(Configuration) for name in part.model_fields}
    - {("Configuration", each) for each in ("version", "former", "added")}
)


@pytest.mark.parametrize(("part", "setting"), SETTINGS)
def test_every_setting_is_on_the_reference_page(part: str, setting: str) -> None:
    assert f"`{setting}`" in PAGE.read_text(encoding="utf-8"), f"{part}.{setting} is not described"


def test_the_examples_on_the_reference_page_work() -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert examples
    for example in examples:
        parse(tomllib.loads(example))


def test_tiers_of_the_queue_are_the_tiers_there_are() -> None:
    weights = parse({"queue": {"standard": 1, "premium": 2, "enterprise": 3}}).queue

    assert [weights.tier_bonus(tier) for tier in Tier] == [1, 2, 3]
