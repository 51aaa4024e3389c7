"""The configuration as forms: each field reads back what it wrote, and a fault stands at the field it comes from."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sections import editing
from bot.sections.catalogue import CALENDARS, CATEGORIES, CHANNELS, HOURS, LADDER, LISTED, POLICIES, SECTIONS, Section
from bot.sections.codecs import Around
from bot.sections.editing import NEW, FieldFaults
from bot.setup import recomputed_line, touches_line
from ticketing.configuration import Configuration, parse, to_document
from ticketing.desk.recomputing import Recomputed
from ticketing.desk.settings import Preview
from ticketing.errors import InvalidConfiguration

DOCUMENT = to_document(
    parse(
        {
            "zone": "Europe/Vienna",
            "categories": [
                {
                    "key": "billing",
                    "name": "Billing",
                    "default_priority": "high",
                    "strategy": "round_robin",
                    "channel": "C0BILLING1",
                    "escalations": "C0LATE0001",
                    "private": True,
                    "skill": "money",
                    "fields": [
                        {"key": "no", "label": "Invoice number", "max_length": 20, "required": True},
                        {"key": "seats", "label": "Seats", "type": "number"},
                        {"key": "plan", "label": "Plan", "type": "select", "options": ["Free", "Pro"]},
                        {"key": "more", "label": "Anything else"},
                    ],
                },
                {"key": "general", "name": "General"},
            ],
            "calendars": [
                {
                    "name": "Office",
                    "windows": {"mon-thu": ["09:00-12:30", "13:00-17:00"], "fri": ["09:00-15:00"]},
                    "holidays": {"country": "DE", "subdivision": "BY", "dates": ["2026-12-24"]},
                }
            ],
            "policies": [
                {"calendar": "Office", "first_response": {"low": "none", "urgent": "30m"}, "warn_before": "15m"},
                {"category": "billing", "tier": "premium", "resolution": {"high": "1d12h"}},
            ],
            "channels": {"triage": "C0TRIAGE01", "by_emoji": ["C0A0000001", "C0B0000001"]},
            "follow": {"channel": "C0AGENTS01", "usergroup": "S0AGENTS01", "skills": {"money": 2}},
            "ladder": {
                "steps": [{"after": "30m"}, {"after": "1h", "escalate": True, "person": "T1:U0LENA0001"}],
                "quiet": {"mon-fri": ["18:00-08:00"]},
                "unassigned_after": "2h",
            },
            "queue": {"per_priority": 50, "growth_points_per_hour": 2.5},
            "board_at": "never",
            "thanks": ["ta", "cheers"],
            "colleagues_see_tickets": True,
        }
    )
)
AROUND = Around(DOCUMENT, {"money": "Money", "general": "General"}, {"T1:U0LENA0001": "Lena Fischer"})
FORMS = [
    (section, index)
    for section in LISTED
    for index in (range(len(editing.entries(section, DOCUMENT))) if section.is_list else [NEW])
]


def given(section: Section, index: int = NEW, **changed: str) -> dict[str, str]:
    return editing.values(section, DOCUMENT, index, AROUND) | changed


@pytest.mark.parametrize(("section", "index"), FORMS, ids=lambda one: getattr(one, "key", str(one)))
def test_what_a_form_shows_is_what_it_stores(section: Section, index: int) -> None:
    kept = editing.apply(section, DOCUMENT, index, given(section, index), AROUND)
    assert to_document(parse(kept)) == DOCUMENT


def test_every_single_value_of_the_configuration_has_a_field() -> None:
    """Lists of tables but the three that have forms of their own (the macros) are changed elsewhere."""
    asked = {".".join((*section.path, one.place)) for section in LISTED for one in section.settings}
    of_lists = {"categories", "calendars", "policies"}
    missing = []
    for name, value in Configuration().model_dump(mode="json").items():
        if name in of_lists or name == "version":
            continue
        inner = [f"{name}.{key}" for key in value] if isinstance(value, dict) else [name]
        missing += [place for place in inner if place not in asked and value != []]
    assert missing == []


@pytest.mark.parametrize("section", SECTIONS.values(), ids=lambda section: section.key)
def test_no_two_fields_of_a_form_are_called_alike(section: Section) -> None:
    labels = [one.label for one in section.settings]
    assert len(labels) == len(set(labels))
    assert section.usual in {one.place for one in section.settings}


def test_an_emptied_field_has_its_default_again() -> None:
    changed = editing.apply(CHANNELS, DOCUMENT, NEW, given(CHANNELS, emoji="", triage=""), AROUND)
    channels = parse(changed).channels
    assert (channels.triage, channels.emoji) == (None, "ticket")


def test_a_question_keeps_its_key_while_it_is_called_the_same() -> None:
    written = "Seats; number; required\nInvoice number\nA new one: with signs!\nA new one, with signs"
    changed = editing.apply(CATEGORIES, DOCUMENT, 0, given(CATEGORIES, 0, fields=written), AROUND)
    fields = parse(changed).categories[0].fields
    assert [(one.key, one.required) for one in fields] == [
        ("seats", True),
        ("no", False),
        ("a-new-one-with-signs", False),
        ("a-new-one-with-signs-2", False),
    ]


def test_a_new_category_gets_a_key_of_its_name() -> None:
    fresh = given(CATEGORIES, NEW, name="Ünder 18s", key="", default_priority="low", strategy="most_skilled")
    assert parse(editing.apply(CATEGORIES, DOCUMENT, NEW, fresh, AROUND)).categories[-1].key == "nder-18s"
    fresh = given(CATEGORIES, NEW, name="18", key="", default_priority="low", strategy="most_skilled")
    assert parse(editing.apply(CATEGORIES, DOCUMENT, NEW, fresh, AROUND)).categories[-1].key == "k-18"


def test_a_renamed_calendar_takes_its_promises_along() -> None:
    changed = parse(editing.apply(CALENDARS, DOCUMENT, 0, given(CALENDARS, 0, name="Shop"), AROUND))
    assert changed.policies[0].calendar == "Shop"


def test_a_removed_entry_is_gone_and_what_needs_it_is_named() -> None:
    answers = given(CALENDARS, 0)
    removed = editing.apply(CALENDARS, DOCUMENT, 0, answers, AROUND, remove=True)
    with pytest.raises(InvalidConfiguration) as error:
        parse(removed)
    assert editing.at_fields(CALENDARS, DOCUMENT, 0, answers, error.value.faults) == {
        "windows": "policies[0].calendar: There is no calendar 'Office'."
    }


@pytest.mark.parametrize(
    ("section", "index", "field", "written", "said"),
    [
        (CATEGORIES, 0, "name", "", "This is needed."),
        (CATEGORIES, 0, "name", "x" * 61, "60"),
        (CATEGORIES, 0, "channel", "", "needs a channel"),
        (CATEGORIES, 0, "fields", "Plan; one of", "A select needs options"),
        (CATEGORIES, 0, "fields", "Plan; sometimes", "sometimes is none of"),
        (CATEGORIES, 0, "fields", "; required", "Begin each line with what is asked."),
        (CATEGORIES, NEW, "key", "billing", "is there already"),
        (CATEGORIES, NEW, "key", "No Key", "small letters"),
        (CALENDARS, 0, "windows", "mon nine to five", "Write a line each"),
        (CALENDARS, 0, "windows", "mon 25:00-26:00", "hours go from"),
        (CALENDARS, 0, "windows", "", "This is needed."),
        (CALENDARS, 0, "zone", "Mars/Base", "Mars/Base"),
        (CALENDARS, 0, "holidays.country", "XX", "XX"),
        (CALENDARS, 0, "holidays.dates", "Christmas", "Write a day a line"),
        (CALENDARS, 0, "name", "24x7", "never closes"),
        (POLICIES, 0, "first_response", "high four hours", "Write a line each"),
        (POLICIES, 0, "first_response", "high 4h\nhigh 5h", "High stands there twice."),
        (POLICIES, 0, "resolution", "high 4000d", "between 1s and"),
        (POLICIES, 0, "warn_before", "soon", "written like"),
        (CHANNELS, NEW, "emoji", "Not one", "do not belong"),
        (LADDER, NEW, "steps", "1h; tell Nobody Here", "Nobody of the team is called Nobody Here."),
        (LADDER, NEW, "steps", "1h; loudly", "Write a line each"),
        (LADDER, NEW, "steps", "1s", "It has to be from 1m to 30d."),
        (LADDER, NEW, "quiet", "mon-sun 00:00-24:00", "leave some time"),
        (HOURS, NEW, "windows", "", "This is needed."),
        (HOURS, NEW, "zone", "Mars/Base", "Mars/Base"),
    ],
)
def test_a_fault_stands_at_its_field(section: Section, index: int, field: str, written: str, said: str) -> None:
    answers = given(section, index)
    if section is CATEGORIES and index == NEW:
        answers |= {"name": "Other", "default_priority": "low", "strategy": "most_skilled", "private": "no"}
    answers |= {field: written}

    faults: dict[str, str] = {}
    try:
        parse(editing.apply(section, DOCUMENT, index, answers, AROUND))
    except FieldFaults as error:
        faults = error.faults
    except InvalidConfiguration as error:
        faults = editing.at_fields(section, DOCUMENT, index, answers, error.faults)

    assert list(faults) == [field]
    assert said in faults[field]


def test_hours_become_a_calendar_and_the_promise_for_all() -> None:
    empty: dict[str, Any] = to_document(Configuration())
    around = Around(empty, {}, {})
    answers = editing.values(HOURS, empty, NEW, around)
    assert answers["open"] == "always"

    answers |= {"open": "hours", "windows": "mon-fri 9:00-17:00", "zone": "Europe/Berlin", "country": "DE"}
    opened = editing.apply(HOURS, empty, NEW, answers, around)

    configuration = parse(opened)
    assert configuration.zone == "Europe/Berlin"
    assert configuration.policies[0].calendar == "Office"
    assert configuration.calendar("Office").country == "DE"
    assert editing.values(HOURS, to_document(configuration), NEW, around) == answers
    always = editing.apply(HOURS, opened, NEW, answers | {"open": "always"}, around)
    assert parse(always).policies[0].calendar == "24x7"


def test_a_preview_tells_what_colleagues_could_read() -> None:
    assert touches_line(Preview(0, 0)) == "This touches no open ticket."
    assert touches_line(Preview(0, 0, opened=9)) == "Colleagues of their customers can then read 9 open tickets."
    assert touches_line(Preview(2, 1, hidden=1)) == (
        "This touches 2 open tickets. The deadlines of 1 are counted anew."
        " Colleagues of its customer can then no longer read 1 open ticket."
    )


def test_how_far_deadlines_have_followed_a_change_is_told_however_many_there_are() -> None:
    line = "Deadlines follow: recomputed 400,000 of 1,000,000 tickets."
    assert recomputed_line(Recomputed(400_000, 1_000_000)) == line
    assert recomputed_line(None) == ""
