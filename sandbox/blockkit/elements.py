"""Interactive and input elements (https://docs.slack.dev/reference/block-kit/block-elements)."""

import re
from collections.abc import Callable
from typing import Any

from sandbox.blockkit import limits, objects
from sandbox.blockkit.check import JSON, Check

SELECTS = {f"{kind}_select" for kind in ("static", "external", "users", "conversations", "channels")}
MULTI_SELECTS = {f"multi_{kind}" for kind in SELECTS}
TEXT_INPUTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
PICKERS = {"datepicker", "timepicker", "datetimepicker"}
CHOICES = {"radio_buttons", "checkboxes"}
INPUT_ELEMENTS = SELECTS | MULTI_SELECTS | TEXT_INPUTS | PICKERS | CHOICES | {"rich_text_input", "file_input"}
ACTION_ELEMENTS = SELECTS | MULTI_SELECTS | PICKERS | CHOICES | {"button", "overflow", "workflow_button"}
SECTION_ELEMENTS = ACTION_ELEMENTS - {"datetimepicker"} | {"image"}
STATEFUL = INPUT_ELEMENTS
"""Elements whose value is part of `state.values`."""

_COMMON = {"type", "action_id", "confirm", "focus_on_load"}


def element(check: Check, value: Any, allowed: set[str]) -> None:
    """An element of one of the allowed types."""
    if not check.mapping(value):
        return
    kind = value.get("type")
    if kind is None:
        check.fault("missing required field: type")
        return
    if kind not in allowed:
        check.inside("type").fault(f"unsupported type: {kind}")
        return
    check.string(value, "action_id", limits.ID, least=1)
    objects.confirm(check, value)
    objects.text_at(check, value, "placeholder", limits.PLACEHOLDER, plain=True)
    check.boolean(value, "focus_on_load")
    _CHECKS.get(kind, _nothing_more)(check, value)


def _nothing_more(check: Check, value: JSON) -> None:
    """For elements about which only the common fields are checked."""


def _button(check: Check, value: JSON) -> None:
    check.keys(value, {"type", "text"}, {*_COMMON, "url", "value", "style", "accessibility_label", "workflow"})
    objects.text_at(check, value, "text", limits.BUTTON_TEXT, plain=True)
    check.string(value, "value", limits.BUTTON_VALUE)
    check.string(value, "url", limits.BUTTON_URL)
    check.string(value, "accessibility_label", limits.ACCESSIBILITY_LABEL)
    check.one_of(value, "style", {"primary", "danger"})


def _overflow(check: Check, value: JSON) -> None:
    check.keys(value, {"type", "options"}, _COMMON - {"focus_on_load"})
    if "options" in value:
        here = check.inside("options")
        objects.options(here, value["options"], most=limits.OVERFLOW_OPTIONS, least=limits.OVERFLOW_OPTIONS_MIN)


def _static_select(check: Check, value: JSON) -> None:
    multi = value["type"].startswith("multi_")
    initial = "initial_options" if multi else "initial_option"
    extra = {"placeholder", "options", "option_groups", initial} | ({"max_selected_items"} if multi else set())
    check.keys(value, {"type"}, _COMMON | extra)
    if ("options" in value) == ("option_groups" in value):
        check.fault("must define either options or option_groups")
        return
    if "options" in value:
        objects.options(check.inside("options"), value["options"])
    else:
        objects.groups(check.inside("option_groups"), value["option_groups"])
    _initial(check, value)


def _external_select(check: Check, value: JSON) -> None:
    multi = value["type"].startswith("multi_")
    initial = "initial_options" if multi else "initial_option"
    extra = {"placeholder", "min_query_length", initial} | ({"max_selected_items"} if multi else set())
    check.keys(value, {"type"}, _COMMON | extra)


def _choices(check: Check, value: JSON) -> None:
    boxes = value["type"] == "checkboxes"
    check.keys(value, {"type", "options"}, _COMMON | {"initial_options" if boxes else "initial_option"})
    if "options" in value:
        objects.options(check.inside("options"), value["options"], most=limits.CHECKBOXES, mrkdwn=True)
    _initial(check, value)


def offered(value: JSON) -> list[JSON]:
    """Every option of an element, those of its groups too."""
    groups = value.get("option_groups")
    if isinstance(groups, list):
        return [one for group in groups if isinstance(group, dict) for one in group.get("options", [])]
    options = value.get("options")
    return options if isinstance(options, list) else []


def _initial(check: Check, value: JSON) -> None:
    known = [(one.get("value"), _label(one)) for one in offered(value) if isinstance(one, dict)]
    given = value.get("initial_options") or ([value["initial_option"]] if value.get("initial_option") else [])
    if not isinstance(given, list):
        check.inside("initial_options").fault("must provide an array")
        return
    for one in given:
        if not isinstance(one, dict) or (one.get("value"), _label(one)) not in known:
            key = "initial_options" if "initial_options" in value else "initial_option"
            check.inside(key).fault("must be one of the provided options")


def _label(option: JSON) -> Any:
    label = option.get("text")
    return label.get("text") if isinstance(label, dict) else None


def _plain_text_input(check: Check, value: JSON) -> None:
    extra = {"placeholder", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config"}
    check.keys(value, {"type"}, _COMMON - {"confirm"} | extra)
    check.string(value, "initial_value", limits.PLAIN_TEXT_INPUT)
    for key in ("min_length", "max_length"):
        length = value.get(key)
        least = 0 if key == "min_length" else 1
        if length is not None and (not isinstance(length, int) or not least <= length <= limits.PLAIN_TEXT_INPUT):
            check.inside(key).fault(f"must be a number from {least} to {limits.PLAIN_TEXT_INPUT}")
    check.boolean(value, "multiline")


def _number_input(check: Check, value: JSON) -> None:
    extra = {"placeholder", "initial_value", "min_value", "max_value", "dispatch_action_config"}
    check.keys(value, {"type", "is_decimal_allowed"}, _COMMON - {"confirm"} | extra)


def _datepicker(check: Check, value: JSON) -> None:
    check.keys(value, {"type"}, _COMMON | {"placeholder", "initial_date"})
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value.get("initial_date", "2000-01-01"))):
        check.inside("initial_date").fault("must be a date in the form YYYY-MM-DD")


def _timepicker(check: Check, value: JSON) -> None:
    check.keys(value, {"type"}, _COMMON | {"placeholder", "initial_time", "timezone"})
    if not re.fullmatch(r"\d{2}:\d{2}", str(value.get("initial_time", "00:00"))):
        check.inside("initial_time").fault("must be a time in the form HH:mm")


def _image(check: Check, value: JSON) -> None:
    check.keys(value, {"type", "alt_text"}, {"image_url", "slack_file"})
    image_source(check, value)


def image_source(check: Check, value: JSON) -> None:
    """Where an image comes from: a url or a file, and one of them only."""
    if ("image_url" in value) == ("slack_file" in value):
        check.fault("must define either image_url or slack_file")
    file = value.get("slack_file")
    if file is not None and (not isinstance(file, dict) or ("id" in file) == ("url" in file)):
        check.inside("slack_file").fault("must define either id or url")
    check.string(value, "image_url", limits.IMAGE_URL, least=1)
    check.string(value, "alt_text", limits.ALT_TEXT, least=1)


_CHECKS: dict[str, Callable[[Check, JSON], None]] = {
    "button": _button,
    "overflow": _overflow,
    "static_select": _static_select,
    "multi_static_select": _static_select,
    "external_select": _external_select,
    "multi_external_select": _external_select,
    "radio_buttons": _choices,
    "checkboxes": _choices,
    "plain_text_input": _plain_text_input,
    "number_input": _number_input,
    "datepicker": _datepicker,
    "timepicker": _timepicker,
    "image": _image,
}
