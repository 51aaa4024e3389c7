"""
What Slack refuses in blocks, as far as it can be told from the blocks alone, and what nobody may ever read unescaped.

Written from https://docs.slack.dev/reference/block-kit and https://docs.slack.dev/reference/views, apart from the renderers
and apart from the sandbox, so that three have to agree. Lengths are counted in UTF-16 units, the strictest reading.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.views import Message

JSON = dict[str, Any]

MOST = {
    "message blocks": 50,
    "view blocks": 100,
    "section": 3000,
    "field": 2000,
    "fields": 10,
    "header": 150,
    "button": 75,
    "value": 2000,
    "accessibility_label": 75,
    "id": 255,
    "option": 75,
    "option value": 150,
    "options": 100,
    "overflow": 5,
    "title": 24,
    "private_metadata": 3000,
    "placeholder": 150,
    "label": 2000,
    "context": 10,
    "actions": 25,
    "confirm title": 100,
    "confirm text": 300,
    "confirm button": 30,
    "initial_value": 3000,
    "view bytes": 250_000,
    "text": 3999,
}
KNOWN_BLOCKS = {"header", "section", "context", "actions", "divider", "image", "rich_text", "input"}

_DATE = re.compile(r"<!date\^-?\d+\^[^<>|^]+\|[^<>|^]+>")
_LINK = re.compile(r"<https?://[^\s<>|]+(\|open it)?>")
_ENTITY = re.compile(r"&(amp|lt|gt);")


def units(text: str) -> int:
    """A text's length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def problems(shown: Message | JSON) -> list[str]:
    """What is wrong with a message, a modal or an App Home; nothing if nothing is."""
    if isinstance(shown, Message):
        found = [*_text("text", shown.text, "text"), *_blocks(shown.blocks, "message blocks")]
        return [*found, *_mrkdwn("text", shown.text), *_everywhere(shown.blocks)]
    found = [*_view(shown), *_blocks(shown["blocks"], "view blocks"), *_everywhere(shown)]
    if units(json.dumps(shown)) > MOST["view bytes"]:
        found.append("the view is over 250 KB")
    return found


def _view(view: JSON) -> Iterator[str]:
    for key in ("title", "submit", "close"):
        if key in view:
            yield from _text(key, view[key]["text"], "title")
    yield from _text("private_metadata", view.get("private_metadata", ""), "private_metadata", least=0)
    yield from _text("callback_id", view.get("callback_id", "-"), "id")
    has_input = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and has_input and "submit" not in view:
        yield "a modal with fields has no submit"
    if not view["blocks"]:
        yield "a view without blocks"


def _blocks(blocks: list[JSON], limit: str) -> Iterator[str]:
    if not 1 <= len(blocks) <= MOST[limit]:
        yield f"{len(blocks)} blocks"
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {one} stands {count} times" for one, count in ids.items() if count > 1)
    for block in blocks:
        if block["type"] not in KNOWN_BLOCKS:
            yield f"a block of type {block['type']}"
        if "block_id" in block:
            yield from _text("block_id", block["block_id"], "id")
        yield from _CHECKS.get(block["type"], lambda _: iter(()))(block)


def _section(block: JSON) -> Iterator[str]:
    if "text" in block:
        yield from _text("section", block["text"]["text"], "section")
    if len(block.get("fields", [])) > MOST["fields"]:
        yield "too many fields"
    for one in block.get("fields", []):
        yield from _text("field", one["text"], "field")
    if "accessory" in block:
        yield from _element(block["accessory"])


def _context(block: JSON) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= MOST["context"]:
        yield "context elements"
    for one in block["elements"]:
        yield from _text("context", one["text"], "field")


def _actions(block: JSON) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= MOST["actions"]:
        yield "actions elements"
    ids = Counter(one["action_id"] for one in block["elements"])
    yield from (f"action_id {one} stands {count} times" for one, count in ids.items() if count > 1)
    if sum(one.get("style") == "primary" for one in block["elements"]) > 1:
        yield "two primary buttons"
    if sum(one["type"] == "button" for one in block["elements"]) > 5:
        yield "more than five buttons"
    for one in block["elements"]:
        yield from _element(one)


def _input(block: JSON) -> Iterator[str]:
    yield from _text("label", block["label"]["text"], "label")
    if "hint" in block:
        yield from _text("hint", block["hint"]["text"], "label")
    yield from _element(block["element"])


def _header(block: JSON) -> Iterator[str]:
    yield from _text("header", block["text"]["text"], "header")


_CHECKS = {"section": _section, "context": _context, "actions": _actions, "input": _input, "header": _header}


def _element(element: JSON) -> Iterator[str]:
    yield from _text("action_id", element["action_id"], "id")
    if "placeholder" in element:
        yield from _text("placeholder", element["placeholder"]["text"], "placeholder")
    if element["type"] == "button":
        yield from _text("button", element["text"]["text"], "button")
        yield from _text("value", element["value"], "value")
        yield from _text("accessibility_label", element["accessibility_label"], "accessibility_label")
    if "confirm" in element:
        yield from _confirm(element["confirm"])
    if "initial_value" in element:
        limit = min(MOST["initial_value"], element.get("max_length", MOST["initial_value"]))
        if units(element["initial_value"]) > limit:
            yield "an initial value longer than its field"
    for group in element.get("option_groups", []):
        yield from _text("group label", group["label"]["text"], "option")
        yield from _options(group["options"], 1, MOST["options"])
    if element["type"] == "overflow":
        yield from _options(element["options"], 2, MOST["overflow"])
    elif "options" in element:
        yield from _options(element["options"], 1, MOST["options"])
    elif element["type"] in {"static_select", "radio_buttons"} and "option_groups" not in element:
        yield "a list without options"
    is_asked_for = element["type"] == "external_select"  # what it offers is not in the view
    if not is_asked_for and "initial_option" in element and element["initial_option"] not in element.get("options", []):
        yield "an initial option that is not offered"


def _options(options: list[JSON], least: int, most: int) -> Iterator[str]:
    if not least <= len(options) <= most:
        yield f"{len(options)} options"
    values = Counter(one["value"] for one in options)
    yield from (f"option value {one!r} stands {count} times" for one, count in values.items() if count > 1)
    for one in options:
        yield from _text("option", one["text"]["text"], "option")
        yield from _text("option value", one["value"], "option value")


def _confirm(confirm: JSON) -> Iterator[str]:
    yield from _text("confirm title", confirm["title"]["text"], "confirm title")
    yield from _text("confirm text", confirm["text"]["text"], "confirm text")
    for key in ("confirm", "deny"):
        yield from _text(f"confirm {key}", confirm[key]["text"], "confirm button")


def _text(what: str, content: str, limit: str, *, least: int = 1) -> Iterator[str]:
    if not least <= units(content) <= MOST[limit]:
        yield f"{what} is {units(content)} long"


def _everywhere(value: Any) -> Iterator[str]:
    """Every text object, wherever it stands: mrkdwn must be escaped and must not be searched for mentions by Slack."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield from _mrkdwn("mrkdwn", value["text"])
            if value.get("verbatim") is not True:
                yield "mrkdwn that Slack searches for mentions"
        for one in value.values():
            yield from _everywhere(one)
    elif isinstance(value, list):
        for one in value:
            yield from _everywhere(one)


NAMED_PERSON = "<@U0LENA0001>"
"""A mention that the settings ask for, and nobody typed."""

NAMED_CHANNEL = "<#C0SUPPORT1>"
"""The same of a channel."""


def _mrkdwn(what: str, content: str) -> Iterator[str]:
    rest = _LINK.sub("", _DATE.sub("", content)).replace(NAMED_PERSON, "").replace(NAMED_CHANNEL, "")
    rest = re.sub(r"(?m)^> ?", "", rest)
    if "<" in rest or ">" in rest:
        yield f"{what} is not escaped: {rest[:80]!r}"
    if "&" in _ENTITY.sub("", rest):
        yield f"{what} holds a bare ampersand"
