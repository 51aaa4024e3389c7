"""
Reading what Slack shows: messages and views as plain text, and the things in them that can be pressed and filled.

The text follows the notation of our screens: `[B]` a button, `[[B]]` the primary one, `(.. A, B)` an overflow menu,
`[Label v]` a menu. Date tokens read as their fallback.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

JSON = dict[str, Any]

_TOKEN = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")

_TEXT_INPUTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}


def plain(mrkdwn: str) -> str:
    """What a person reads of mrkdwn: no bold marks, no tokens, no escapes. Struck through stays `~marked~`."""
    return html.unescape(_BOLD.sub(r"\1", _TOKEN.sub(_token, mrkdwn)))


def _token(match: re.Match[str]) -> str:
    sign, target, label = match.groups()
    if sign in {"@", "#"}:
        return sign + (label or target)
    return label if label is not None else ("@" + target if sign == "!" else target)


def read(shown: JSON) -> str:
    """A message or view as lines of plain text."""
    blocks = shown.get("blocks")
    title = [_words(shown["title"])] if shown.get("type") == "modal" else []
    if not blocks:
        return "\n".join([*title, plain(shown.get("text") or "")])
    ends = " ".join(f"[{_words(shown[key])}]" for key in ("close", "submit") if isinstance(shown.get(key), dict))
    return "\n".join(line for line in [*title, *(read_block(block) for block in blocks), ends] if line)


def read_block(block: JSON) -> str:
    """One block as plain text."""
    kind = block["type"]
    if kind == "divider":
        return "---"
    if kind == "rich_text":
        return _rich(block)
    if kind == "image":
        return f"(image: {block.get('alt_text', '')})"
    if kind == "input":
        optional = " (optional)" if block.get("optional") else ""
        hint = f"  {_words(block['hint'])}" if block.get("hint") else ""
        return f"{_words(block['label'])}{optional} {_element(block['element'])}{hint}"
    parts = [_words(block["text"])] if block.get("text") else []
    parts += [_words(field) for field in block.get("fields") or []]
    parts += [_element(element) for element in block.get("elements") or []]
    if block.get("accessory"):
        parts.append(_element(block["accessory"]))
    return " ".join(part for part in parts if part)


def _words(text: JSON | None) -> str:
    if not text:
        return ""
    return plain(text["text"]) if text.get("type") == "mrkdwn" else str(text["text"])


def _element(element: JSON) -> str:
    kind = element["type"]
    if kind in {"mrkdwn", "plain_text"}:
        return _words(element)
    if kind == "button":
        return f"[[{_words(element['text'])}]]" if element.get("style") == "primary" else f"[{_words(element['text'])}]"
    if kind == "overflow":
        return f"(.. {', '.join(text for text, _ in _options(element))})"
    if kind == "image":
        return f"(image: {element.get('alt_text', '')})"
    shown = _words(element.get("placeholder")) or kind
    return f"[{shown}]" if kind in _TEXT_INPUTS else f"[{shown} v]"


def _rich(part: JSON) -> str:
    kind = part.get("type")
    if kind == "text":
        return str(part["text"])
    if kind == "link":
        return str(part.get("text") or part["url"])
    if kind in {"user", "channel", "usergroup", "broadcast", "emoji", "date"}:
        sign = {"user": "@", "channel": "#", "usergroup": "@", "broadcast": "@", "emoji": ":"}.get(kind, "")
        named = (part.get(key) for key in ("user_id", "channel_id", "usergroup_id", "range", "name", "fallback"))
        return sign + str(next((name for name in named if name), ""))
    between = "\n" if kind in {"rich_text", "rich_text_list"} else ""
    return between.join(_rich(one) for one in part.get("elements") or [])


@dataclass(frozen=True)
class Control:
    """Something to press or to fill: where it is, and under which words a person finds it."""

    element: JSON
    block_id: str
    labels: tuple[str, ...]
    is_input: bool
    dispatches: bool
    """Whether choosing tells the app at once."""

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])

    @property
    def kind(self) -> str:
        return str(self.element["type"])

    @property
    def options(self) -> dict[str, str]:
        """What a menu offers: visible text -> value."""
        return dict(_options(self.element))

    @property
    def is_text(self) -> bool:
        return self.kind in _TEXT_INPUTS


def controls(blocks: Iterable[JSON]) -> Iterator[Control]:
    """Everything in `blocks` that can be pressed or filled, in order."""
    for block in blocks:
        block_id = str(block.get("block_id", ""))
        if block["type"] == "input":
            dispatches = bool(block.get("dispatch_action"))
            yield Control(block["element"], block_id, (_words(block["label"]),), is_input=True, dispatches=dispatches)
            continue
        around = [_words(block["text"])] if block["type"] == "section" and block.get("text") else []
        for element in [*(block.get("elements") or []), *([block["accessory"]] if block.get("accessory") else [])]:
            if "action_id" in element:
                labels = [_words(element.get("text")), _words(element.get("placeholder")), *around]
                yield Control(element, block_id, tuple(filter(None, labels)), is_input=False, dispatches=True)


def find_press(blocks: Iterable[JSON], label: str) -> tuple[Control, str | None] | None:
    """The button that says `label`, or the overflow menu with such an option and that option's value."""
    found = list(controls(blocks))
    for control in found:
        if control.kind == "button" and _words(control.element["text"]) == label:
            return control, None
    for control in found:
        if control.kind == "overflow" and label in control.options:
            return control, control.options[label]
    return None


def find_field(blocks: Iterable[JSON], label: str) -> Control | None:
    """The input or menu under `label`; `invoice_number` finds "Invoice number"."""
    fields = [control for control in controls(blocks) if control.kind not in {"button", "overflow"}]
    exact = (control for control in fields if label in control.labels)
    spelled = (control for control in fields if label in map(spelling, control.labels))
    return next(exact, None) or next(spelled, None)


def spelling(label: str) -> str:
    """A label as a keyword: small letters, everything else an underscore."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def _options(element: JSON) -> Iterator[tuple[str, str]]:
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    filled_in = [element["initial_option"]] if element.get("initial_option") else []
    for option in [*(element.get("options") or []), *grouped, *filled_in]:
        yield _words(option["text"]), str(option["value"])
