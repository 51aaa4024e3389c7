"""Composition objects: texts, options, confirmations (https://docs.slack.dev/reference/block-kit/composition-objects)."""

from typing import Any

from sandbox.blockkit import limits
from sandbox.blockkit.check import JSON, Check


def text(check: Check, value: Any, limit: int, *, plain: bool = False, least: int = 1) -> None:
    """A text object of at most `limit` characters."""
    if not check.mapping(value):
        return
    kind = value.get("type")
    allowed = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
    if kind not in allowed:
        check.inside("type").fault(f"unsupported type: {kind}" if kind else "missing required field: type")
        return
    check.keys(value, {"type", "text"}, {"emoji"} if kind == "plain_text" else {"verbatim"})
    check.string(value, "text", limit, least=least)
    check.boolean(value, "emoji")
    check.boolean(value, "verbatim")


def text_at(check: Check, table: JSON, key: str, limit: int, *, plain: bool = False) -> None:
    """A text object under `key`, if there is one."""
    if table.get(key) is not None:
        text(check.inside(key), table[key], limit, plain=plain)


def option(check: Check, value: Any, *, mrkdwn: bool = False) -> None:
    """One option; only those of radio buttons and checkboxes may be mrkdwn."""
    if not check.mapping(value):
        return
    check.keys(value, {"text"}, {"value", "description", "url"})
    text_at(check, value, "text", limits.OPTION_TEXT, plain=not mrkdwn)
    check.string(value, "value", limits.OPTION_VALUE)
    text_at(check, value, "description", limits.OPTION_DESCRIPTION, plain=not mrkdwn)


def options(check: Check, value: Any, *, most: int = limits.OPTIONS, least: int = 1, mrkdwn: bool = False) -> None:
    """A list of options whose values are all different."""
    if not check.items(value, most=most, least=least):
        return
    seen: set[str] = set()
    for index, one in enumerate(value):
        option(check.inside(index), one, mrkdwn=mrkdwn)
        if isinstance(one, dict) and isinstance(one.get("value"), str):
            if one["value"] in seen:
                check.inside(index, "value").fault(f"duplicate option value: {one['value']}")
            seen.add(one["value"])


def groups(check: Check, value: Any) -> None:
    """Groups of options."""
    if not check.items(value, most=limits.OPTION_GROUPS):
        return
    for index, one in enumerate(value):
        here = check.inside(index)
        if here.mapping(one):
            here.keys(one, {"label", "options"}, set())
            text_at(here, one, "label", limits.GROUP_LABEL, plain=True)
            if "options" in one:
                options(here.inside("options"), one["options"])


def confirm(check: Check, table: JSON) -> None:
    """A confirmation dialog under `confirm`, if there is one."""
    value = table.get("confirm")
    if value is None:
        return
    here = check.inside("confirm")
    if here.mapping(value):
        here.keys(value, {"title", "text"}, {"confirm", "deny", "style"})
        text_at(here, value, "title", limits.CONFIRM_TITLE, plain=True)
        text_at(here, value, "text", limits.CONFIRM_TEXT)
        text_at(here, value, "confirm", limits.CONFIRM_BUTTON, plain=True)
        text_at(here, value, "deny", limits.CONFIRM_BUTTON, plain=True)
        here.one_of(value, "style", {"primary", "danger"})
