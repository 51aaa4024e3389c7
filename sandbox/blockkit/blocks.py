"""Blocks of messages and views (https://docs.slack.dev/reference/block-kit/blocks)."""

from collections.abc import Callable
from typing import Any

from sandbox.blockkit import limits, objects
from sandbox.blockkit.check import JSON, Check
from sandbox.blockkit.elements import ACTION_ELEMENTS, INPUT_ELEMENTS, SECTION_ELEMENTS, element, image_source

_EVERYWHERE = {"section", "divider", "image", "actions", "context", "input", "header", "rich_text", "video"}
_BLOCKS = {
    "message": _EVERYWHERE - {"input"} | {"input", "file", "markdown", "table", "context_actions"},
    "modal": _EVERYWHERE,
    "home": _EVERYWHERE,
}


def message_problems(blocks: Any) -> list[str]:
    """What is wrong with the blocks of a message; nothing if nothing is."""
    return _problems(blocks, "message", "blocks", limits.MESSAGE_BLOCKS)


def check_blocks(check: Check, blocks: Any, surface: str, most: int) -> None:
    """Check a list of blocks, their ids and the number of what may stand only once."""
    if not check.items(blocks, most=most, least=0 if surface == "home" else 1):
        return
    seen: set[str] = set()
    focused = 0
    for index, block in enumerate(blocks):
        here = check.inside(index)
        if not here.mapping(block):
            continue
        _block(here, block, surface)
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in seen:
                here.inside("block_id").fault(f"`block_id` already exists: {block_id}")
            seen.add(block_id)
        focused += any(one.get("focus_on_load") is True for one in elements_of(block))
    if focused > 1:
        check.fault("only one element may set focus_on_load")


def elements_of(block: JSON) -> list[JSON]:
    """The elements with an action that a block holds."""
    found = block.get("elements") if block.get("type") == "actions" else None
    one = block.get("element") if block.get("type") == "input" else block.get("accessory")
    candidates = found if isinstance(found, list) else [one]
    return [item for item in candidates if isinstance(item, dict)]


def _problems(blocks: Any, surface: str, root: str, most: int) -> list[str]:
    check = Check(root)
    check_blocks(check, blocks, surface, most)
    return check.problems


def _block(check: Check, block: JSON, surface: str) -> None:
    kind = block.get("type")
    if kind is None:
        check.fault("missing required field: type")
    elif kind not in _BLOCKS[surface]:
        check.inside("type").fault(f"unsupported type: {kind}")
    else:
        check.string(block, "block_id", limits.ID, least=1)
        _CHECKS.get(kind, _nothing_more)(check, block)


def _nothing_more(check: Check, block: JSON) -> None:
    """For blocks about which only the type and the id are checked."""


def _section(check: Check, block: JSON) -> None:
    check.keys(block, {"type"}, {"block_id", "text", "fields", "accessory", "expand"})
    if block.get("text") is None and block.get("fields") is None:
        check.fault("missing required field: text or fields")
    objects.text_at(check, block, "text", limits.SECTION_TEXT)
    if block.get("fields") is not None:
        here = check.inside("fields")
        if here.items(block["fields"], most=limits.SECTION_FIELDS):
            for index, field in enumerate(block["fields"]):
                objects.text(here.inside(index), field, limits.FIELD_TEXT)
    if block.get("accessory") is not None:
        element(check.inside("accessory"), block["accessory"], SECTION_ELEMENTS)


def _divider(check: Check, block: JSON) -> None:
    check.keys(block, {"type"}, {"block_id"})


def _header(check: Check, block: JSON) -> None:
    check.keys(block, {"type", "text"}, {"block_id", "level"})
    objects.text_at(check, block, "text", limits.HEADER_TEXT, plain=True)


def _image(check: Check, block: JSON) -> None:
    check.keys(block, {"type", "alt_text"}, {"block_id", "image_url", "slack_file", "title"})
    image_source(check, block)
    objects.text_at(check, block, "title", limits.IMAGE_TITLE, plain=True)


def _actions(check: Check, block: JSON) -> None:
    check.keys(block, {"type", "elements"}, {"block_id"})
    if "elements" not in block:
        return
    here = check.inside("elements")
    if not here.items(block["elements"], most=limits.ACTIONS_ELEMENTS):
        return
    seen: set[str] = set()
    for index, one in enumerate(block["elements"]):
        element(here.inside(index), one, ACTION_ELEMENTS)
        action_id = one.get("action_id") if isinstance(one, dict) else None
        if isinstance(action_id, str):
            if action_id in seen:
                here.inside(index, "action_id").fault(f'`action_id` "{action_id}" already exists for `block_id`')
            seen.add(action_id)


def _context(check: Check, block: JSON) -> None:
    check.keys(block, {"type", "elements"}, {"block_id"})
    here = check.inside("elements")
    if "elements" in block and here.items(block["elements"], most=limits.CONTEXT_ELEMENTS):
        for index, one in enumerate(block["elements"]):
            if isinstance(one, dict) and one.get("type") == "image":
                element(here.inside(index), one, {"image"})
            else:
                objects.text(here.inside(index), one, limits.FIELD_TEXT)


def _input(check: Check, block: JSON) -> None:
    check.keys(block, {"type", "label", "element"}, {"block_id", "dispatch_action", "hint", "optional"})
    objects.text_at(check, block, "label", limits.LABEL, plain=True)
    objects.text_at(check, block, "hint", limits.HINT, plain=True)
    check.boolean(block, "optional")
    check.boolean(block, "dispatch_action")
    if "element" in block:
        element(check.inside("element"), block["element"], INPUT_ELEMENTS)


def _rich_text(check: Check, block: JSON) -> None:
    check.keys(block, {"type", "elements"}, {"block_id"})
    here = check.inside("elements")
    if "elements" in block and here.items(block["elements"], most=1_000, least=0):
        kinds = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
        for index, one in enumerate(block["elements"]):
            if here.inside(index).mapping(one) and one.get("type") not in kinds:
                here.inside(index, "type").fault(f"unsupported type: {one.get('type')}")


def _markdown(check: Check, block: JSON) -> None:
    check.keys(block, {"type", "text"}, {"block_id"})
    check.string(block, "text", limits.MARKDOWN_TEXT, least=1)


def _table(check: Check, block: JSON) -> None:
    check.keys(block, {"type", "rows"}, {"block_id", "column_settings"})
    here = check.inside("rows")
    if "rows" in block and here.items(block["rows"], most=limits.TABLE_ROWS):
        for index, row in enumerate(block["rows"]):
            here.inside(index).items(row, most=limits.TABLE_COLUMNS)


_CHECKS: dict[str, Callable[[Check, JSON], None]] = {
    "section": _section,
    "divider": _divider,
    "header": _header,
    "image": _image,
    "actions": _actions,
    "context": _context,
    "input": _input,
    "rich_text": _rich_text,
    "markdown": _markdown,
    "table": _table,
}
