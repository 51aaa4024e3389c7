"""Images in blocks that are files of the workspace (https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object)."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.model import JSON, StoredFile
from sandbox.workspace import Workspace

SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/gif"})
_ID_IN_URL = re.compile(r"/(?:files-pri/[A-Z0-9]+-|files/[A-Z0-9]+/)(F[A-Z0-9]+)(?:/|$)")


def image_problems(workspace: Workspace, blocks: list[JSON], root: str) -> list[str]:
    """What is wrong with `slack_file`s: each has to be a picture that the app may see and whose type is known by now."""
    return [
        f"[ERROR] invalid slack file [json-pointer:{pointer}]"
        for pointer, found in _files_in(blocks, f"/{root}")
        if not _is_shown(workspace, workspace.files.get(_id_of(found)))
    ]


def _files_in(value: Any, pointer: str) -> Iterator[tuple[str, JSON]]:
    """Each `slack_file` of an image, and where it stands."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _files_in(one, f"{pointer}/{index}")
    elif isinstance(value, dict):
        if value.get("type") == "image" and isinstance(value.get("slack_file"), dict):
            yield f"{pointer}/slack_file", value["slack_file"]
        for key in ("accessory", "elements"):
            if key in value:
                yield from _files_in(value[key], f"{pointer}/{key}")


def _id_of(found: JSON) -> str:
    in_url = _ID_IN_URL.search(str(found.get("url", "")))
    return str(found.get("id") or (in_url[1] if in_url else ""))


def _is_shown(workspace: Workspace, file: StoredFile | None) -> bool:
    if file is None or not file.completed or file.known_type not in SHOWN_TYPES:
        return False
    shared = [workspace.channels[one] for one in file.channels if one in workspace.channels]
    return file.user == workspace.bot_user_id or any(workspace.bot_user_id in one.members for one in shared)
