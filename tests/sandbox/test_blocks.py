"""Block Kit's limits, one row each."""

from typing import Any

import pytest

from sandbox.blockkit.blocks import message_problems
from sandbox.blockkit.views import view_problems


def text(words: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": words}


def section(words: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": text(words, "mrkdwn"), **more}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": text("Go"), **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def options(count: int, words: str = "x", value: str = "") -> list[dict[str, Any]]:
    return [{"text": text(words), "value": value or str(number)} for number in range(count)]


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "s", **more}


FITTING = [
    section("x" * 3000),
    section(fields=[text("x" * 2000)] * 10),
    {"type": "section", "fields": [text("x", "mrkdwn")]},
    {"type": "header", "text": text("x" * 150)},
    {"type": "divider"},
    {
        "type": "context",
        "elements": [text("x", "mrkdwn"), {"type": "image", "image_url": "https://a/b", "alt_text": "b"}],
    },
    {"type": "image", "image_url": "https://a/b", "alt_text": "b", "title": text("t")},
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "b"},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
    actions(*[button(action_id=str(number), value="x" * 2000) for number in range(25)]),
    actions(select(options=options(100, "x" * 75, ""))),
    actions(select(option_groups=[{"label": text("x" * 75), "options": options(2)}])),
    actions({"type": "overflow", "action_id": "o", "options": options(5)}),
    actions(button(confirm={"title": text("t"), "text": text("x" * 300), "confirm": text("y"), "deny": text("n")})),
    section(accessory=select(options=options(2), initial_option={"text": text("x"), "value": "1"})),
]


@pytest.mark.parametrize("block", FITTING, ids=lambda block: str(block["type"]))
def test_what_fits_passes(block: dict[str, Any]) -> None:
    assert message_problems([block]) == []


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        ([section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([section(fields=[text("x")] * 11)], "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
        ([section(fields=[text("x" * 2001)])], "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"),
        ([{"type": "section"}], "missing required field: text or fields [json-pointer:/blocks/0]"),
        ([{"type": "header", "text": text("x" * 151)}], "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
        ([{"type": "header", "text": text("x", "mrkdwn")}], "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
        ([{"type": "context", "elements": [text("x")] * 11}], "no more than 10 items allowed [json-pointer:/blocks/0/elements]"),
        ([actions(*[button(action_id=str(n)) for n in range(26)])],
         "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
        ([actions(button(text=text("x" * 76)))], "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"),
        ([actions(button(value="x" * 2001))], "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"),
        ([actions(button(action_id="x" * 256))],
         "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"),
        ([actions(button(style="pretty"))], "must be one of: danger, primary [json-pointer:/blocks/0/elements/0/style]"),
        ([actions(button(), button())],
         '`action_id` "a" already exists for `block_id` [json-pointer:/blocks/0/elements/1/action_id]'),
        ([actions(select(options=options(101)))], "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        ([actions(select(options=options(1, "x" * 76)))],
         "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]"),
        ([actions(select(options=options(1, value="x" * 151)))],
         "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]"),
        ([actions(select(options=options(2, value="same")))],
         "duplicate option value: same [json-pointer:/blocks/0/elements/0/options/1/value]"),
        ([actions(select())], "must define either options or option_groups [json-pointer:/blocks/0/elements/0]"),
        ([actions(select(options=options(1), initial_option={"text": text("x"), "value": "9"}))],
         "must be one of the provided options [json-pointer:/blocks/0/elements/0/initial_option]"),
        ([actions(select(options=options(1), placeholder=text("x" * 151)))],
         "must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]"),
        ([actions({"type": "overflow", "options": options(1)})],
         "no fewer than 2 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        ([actions({"type": "overflow", "options": options(6)})],
         "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        ([actions({"type": "plain_text_input"})], "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]"),
        ([section(block_id="b"), section(block_id="b")], "`block_id` already exists: b [json-pointer:/blocks/1/block_id]"),
        ([section(block_id="x" * 256)], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
        ([section(colour="red")], "no more than allowed fields: invalid additional property: colour [json-pointer:/blocks/0]"),
        ([{"type": "image", "alt_text": "x"}], "must define either image_url or slack_file [json-pointer:/blocks/0]"),
        (["text"], "must provide an object [json-pointer:/blocks/0]"),
        ([{"type": "party"}], "unsupported type: party [json-pointer:/blocks/0/type]"),
        ([{}], "missing required field: type [json-pointer:/blocks/0]"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_and_found(blocks: list[Any], problem: str) -> None:
    assert message_problems(blocks) == [f"[ERROR] {problem}"]


def test_a_home_may_be_empty_and_needs_no_title() -> None:
    assert view_problems({"type": "home", "blocks": []}, kind="home") == []
    assert view_problems({"type": "home", "blocks": [section()] * 101}, kind="home") == [
        "[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]"
    ]
