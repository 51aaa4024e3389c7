"""The ids that Slack gives to blocks and elements that came without."""

from sandbox.blockkit.blocks import elements_of
from sandbox.blockkit.check import JSON
from sandbox.ids import Ids


def with_ids(blocks: list[JSON], ids: Ids) -> list[JSON]:
    """The same blocks, each with a block id and each element with an action id."""
    return [_with_ids(block, ids) for block in blocks]


def _with_ids(block: JSON, ids: Ids) -> JSON:
    if not block.get("block_id"):
        block = {**block, "block_id": ids.block()}
    if all(one.get("action_id") or one.get("type") == "image" for one in elements_of(block)):
        return block
    if block["type"] == "actions":
        return {**block, "elements": [_named(one, ids) for one in block["elements"]]}
    key = "element" if block["type"] == "input" else "accessory"
    return {**block, key: _named(block[key], ids)}


def _named(element: JSON, ids: Ids) -> JSON:
    return element if element.get("action_id") else {**element, "action_id": ids.block()}
