"""
What a person does with an element: from a plain value to Slack's state and action, refusing what they could not do.

State shapes: https://docs.slack.dev/reference/views (state.values) and
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.blockkit import limits
from sandbox.blockkit.blocks import elements_of
from sandbox.blockkit.check import JSON
from sandbox.blockkit.elements import STATEFUL, TEXT_INPUTS, offered
from sandbox.errors import ControlError

Known = Callable[[str, str], bool]
"""Whether an id of this kind (`user`, `channel`, `conversation`) exists."""

_KEYS = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
_INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "rich_text_value": "initial_value",
    "value": "initial_value",
}
_LISTS = {"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"}


def find(blocks: Iterable[JSON], block_id: str, action_id: str) -> tuple[JSON, JSON]:
    """The block and the element with these ids. Raises ControlError 404 when they are not there."""
    for block in blocks:
        if block.get("block_id") == block_id:
            for element in elements_of(block):
                if element.get("action_id") == action_id:
                    return block, element
    raise ControlError(404, "no_such_action", f"There is no {action_id!r} in a block {block_id!r} here.")


def first_state(blocks: Iterable[JSON], kept: dict[str, dict[str, JSON]] | None = None) -> dict[str, dict[str, JSON]]:
    """The state of a surface's inputs: what was kept under the same ids, else what they begin with."""
    state: dict[str, dict[str, JSON]] = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] not in STATEFUL:
                continue
            old = (kept or {}).get(block["block_id"], {}).get(element["action_id"])
            value = old if old is not None and old["type"] == element["type"] else _initial(element)
            state.setdefault(block["block_id"], {})[element["action_id"]] = value
    return state


def _initial(element: JSON) -> JSON:
    key = _KEYS.get(element["type"], "value")
    value = element.get(_INITIAL.get(key, ""))
    if value is None and key in _LISTS:
        value = []
    return {"type": element["type"], key: value}


def state_value(element: JSON, value: Any, known: Known, options: list[JSON] | None = None) -> JSON:
    """
    The state of an element after a person chose or typed `value`.

    `options` are those an external select was given. Raises ControlError 400 for what could not be chosen.
    """
    kind = element["type"]
    key = _KEYS.get(kind, "value")
    if value is None or value in ("", []):
        return {"type": kind, key: [] if key in _LISTS else None}
    if key == "selected_option":
        return {"type": kind, key: _option(element, value, options)}
    if key == "selected_options":
        values = value if isinstance(value, list) else [value]
        return {"type": kind, key: [_option(element, one, options) for one in values]}
    if key in {"selected_user", "selected_conversation", "selected_channel"}:
        return {"type": kind, key: _known(key.removeprefix("selected_"), value, known)}
    if key in {"selected_users", "selected_conversations", "selected_channels"}:
        values = value if isinstance(value, list) else [value]
        return {"type": kind, key: [_known(key.removeprefix("selected_").rstrip("s"), one, known) for one in values]}
    if key == "selected_date_time":
        return {"type": kind, key: _number(value)}
    if key in {"rich_text_value", "files"}:
        return {"type": kind, key: value}
    text = str(value)
    pattern = {"selected_date": r"\d{4}-\d{2}-\d{2}", "selected_time": r"\d{2}:\d{2}"}.get(key)
    if pattern and not re.fullmatch(pattern, text):
        raise ControlError(400, "invalid_value", f"{text!r} is not a value of a {kind}.")
    return {"type": kind, key: text}


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise ControlError(400, "invalid_value", f"{value!r} is not a unix time.") from error


def _option(element: JSON, value: Any, options: list[JSON] | None) -> JSON:
    wanted = value.get("value") if isinstance(value, dict) else value
    external = element["type"].endswith("external_select")
    if external:
        choices = options or []
        choices = [
            *choices,
            *(element.get("initial_options") or []),
            *([element["initial_option"]] if element.get("initial_option") else []),
        ]
    else:
        choices = offered(element)
    for option in choices:
        if option.get("value") == wanted:
            return {key: one for key, one in option.items() if key in {"text", "value", "description"}}
    raise ControlError(400, "no_such_option", f"{wanted!r} is not among the options of {element['action_id']!r}.")


def _known(kind: str, value: Any, known: Known) -> str:
    if not isinstance(value, str) or not known(kind, value):
        raise ControlError(400, "no_such_option", f"There is no {kind} {value!r} to choose.")
    return value


def action(block: JSON, element: JSON, value: JSON | None, action_ts: str) -> JSON:
    """The entry in `actions` for a click or a choice; `value` is the new state of an input."""
    entry: JSON = {"type": element["type"], "block_id": block["block_id"], "action_id": element["action_id"]}
    if element["type"] in {"button", "workflow_button"}:
        entry["text"] = element["text"]
        entry |= {key: element[key] for key in ("value", "style", "url") if key in element}
    elif value is not None:
        entry |= value
        key = _KEYS.get(element["type"], "value")
        initial = _INITIAL.get(key, "")
        if initial in element:
            entry[initial] = element[initial]
        if "placeholder" in element:
            entry["placeholder"] = element["placeholder"]
    return {**entry, "action_ts": action_ts}


def is_empty(value: JSON) -> bool:
    """Whether nothing was filled in."""
    return all(item in (None, "", []) for key, item in value.items() if key != "type")


def client_errors(blocks: Iterable[JSON], state: dict[str, dict[str, JSON]]) -> dict[str, str]:
    """What Slack's client says of a form before it asks the app: empty required inputs, lengths, addresses, numbers."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        value = state[block["block_id"]][element["action_id"]]
        if is_empty(value):
            if not block.get("optional"):
                errors[block["block_id"]] = "Please complete this required field."
        elif element["type"] in TEXT_INPUTS:
            complaint = _text_complaint(element, str(value["value"]))
            if complaint:
                errors[block["block_id"]] = complaint
        elif element.get("max_selected_items"):
            chosen = value.get(_KEYS[element["type"]]) or []
            if len(chosen) > element["max_selected_items"]:
                errors[block["block_id"]] = f"Choose no more than {element['max_selected_items']}."
    return errors


def _text_complaint(element: JSON, text: str) -> str | None:
    most = element.get("max_length", limits.PLAIN_TEXT_INPUT)
    if len(text) > most:
        return f"Shorten this to {most} characters or fewer."
    if len(text) < element.get("min_length", 0):
        return f"Write at least {element['min_length']} characters."
    kind = element["type"]
    if kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        return "Enter an email address."
    if kind == "url_text_input" and not re.fullmatch(r"https?://\S+", text):
        return "Enter a full address that begins with https://."
    if kind == "number_input":
        return _number_complaint(element, text)
    return None


def _number_complaint(element: JSON, text: str) -> str | None:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text) or ("." in text and not element.get("is_decimal_allowed")):
        return "Enter a number." if element.get("is_decimal_allowed") else "Enter a whole number."
    number = float(text)
    if "min_value" in element and number < float(element["min_value"]):
        return f"Enter {element['min_value']} or more."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Enter {element['max_value']} or less."
    return None
