"""Views: modals and App Homes (https://docs.slack.dev/reference/views)."""

import json
from typing import Any

from sandbox.blockkit import limits, objects
from sandbox.blockkit.blocks import check_blocks
from sandbox.blockkit.check import JSON, Check

_HOME_KEYS = {"private_metadata", "callback_id", "external_id"}
_MODAL_KEYS = _HOME_KEYS | {"close", "submit", "clear_on_close", "notify_on_close", "submit_disabled"}
# What a view that came from the API may be given back with; Slack ignores it.
_ANSWERED = {
    "id",
    "team_id",
    "state",
    "hash",
    "root_view_id",
    "previous_view_id",
    "app_id",
    "bot_id",
    "app_installed_team_id",
}


def view_problems(view: Any, *, kind: str) -> list[str]:
    """What is wrong with a view that should be a `modal` or a `home`."""
    check = Check("view")
    if not check.mapping(view):
        return check.problems
    if view.get("type") != kind:
        check.inside("type").fault(f"must be {kind}" if view.get("type") else "missing required field: type")
        return check.problems
    given = {key: value for key, value in view.items() if key not in _ANSWERED and value is not None}
    if kind == "modal":
        check.keys(given, {"type", "title", "blocks"}, _MODAL_KEYS)
    else:
        check.keys(given, {"type", "blocks"}, _HOME_KEYS | {"title"})
    _texts(check, given, kind)
    if "blocks" in given:
        check_blocks(check.inside("blocks"), given["blocks"], kind, limits.VIEW_BLOCKS)
        blocks = given["blocks"] if isinstance(given["blocks"], list) else []
        has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
        if kind == "modal" and has_input and "submit" not in given:
            check.fault("missing required field: submit")
    return check.problems


def _texts(check: Check, view: JSON, kind: str) -> None:
    check.string(view, "private_metadata", limits.PRIVATE_METADATA)
    check.string(view, "callback_id", limits.CALLBACK_ID)
    check.string(view, "external_id", limits.ID)
    if kind == "modal":
        objects.text_at(check, view, "title", limits.VIEW_TITLE, plain=True)
        objects.text_at(check, view, "submit", limits.VIEW_BUTTON, plain=True)
        objects.text_at(check, view, "close", limits.VIEW_BUTTON, plain=True)
        for key in ("clear_on_close", "notify_on_close", "submit_disabled"):
            check.boolean(view, key)


def too_large(view: JSON) -> bool:
    """Whether a view is over 250 KB."""
    return len(json.dumps(view)) > limits.VIEW_BYTES
