"""Files by the external upload flow (https://docs.slack.dev/messaging/working-with-files)."""

import mimetypes
import time

from sandbox.api.call import Call, Method
from sandbox.api.chat import checked_blocks
from sandbox.errors import SlackError
from sandbox.model import JSON, Channel, StoredFile
from sandbox.present import app_author, file_json
from sandbox.ratelimits import Tier
from sandbox.workspace import Workspace

FILE_MAX_BYTES = 50_000_000
"""The sandbox keeps files in memory, so it takes less than Slack's gigabyte."""
PENDING_MAX = 100
"""How many announced uploads may wait for their completion, so that memory stays bounded by what is shared."""

TYPE_TAKES_S = 0.3
"""How long it takes, in real seconds, until the type of an uploaded file is known; in Slack a moment, of no fixed length."""


def get_upload_url(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal"""
    house = call.house
    name = call.required("filename")
    try:
        length = int(call.required("length"))
    except ValueError as error:
        raise SlackError.arguments("must provide an integer [json-pointer:/length]") from error
    if not 0 < length <= FILE_MAX_BYTES:
        raise SlackError("file_uploads_disabled" if length > FILE_MAX_BYTES else "invalid_arguments")
    workspace = house.workspace
    _forget_abandoned(workspace)
    file_id = workspace.ids.new("F")
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    workspace.files[file_id] = StoredFile(
        file_id, name, name, mimetype, workspace.bot_user_id, int(workspace.clock.now()), length
    )
    return {"upload_url": f"{house.base_url}/upload/v1/{file_id}", "file_id": file_id}


def _forget_abandoned(workspace: Workspace) -> None:
    """Uploads that were announced and not completed are forgotten when many newer ones were."""
    pending = [file.id for file in workspace.files.values() if not file.completed]
    for file_id in pending[: max(0, len(pending) - PENDING_MAX + 1)]:
        del workspace.files[file_id]


def complete_upload(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/files.completeUploadExternal"""
    house = call.house
    entries = call.structure("files")
    if not entries:
        raise SlackError.arguments("missing required field: files")
    if not isinstance(entries, list):
        raise SlackError.arguments("must provide an array [json-pointer:/files]")
    files = []
    for entry in entries:
        file = house.workspace.files.get(str(entry.get("id")) if isinstance(entry, dict) else "")
        if file is None or not file.uploaded:
            raise SlackError("file_not_found")
        if file.completed:
            raise SlackError("file_update_failed")
        files.append((file, entry))
    channel_ids = call.ids("channel_id") or call.ids("channels")
    targets = [_share_target(call, channel_id) for channel_id in channel_ids]
    body = _body(call, targets)
    for file, entry in files:
        file.title = str(entry.get("title") or file.name)
        file.completed = True
        file.looked_into_at = time.monotonic() + TYPE_TAKES_S
    for channel in targets:
        _share(call, channel, [file for file, _ in files], body)
    return {"files": [file_json(house.workspace, file, house.base_url) for file, _ in files]}


def _share_target(call: Call, channel_id: str) -> Channel:
    workspace = call.house.workspace
    channel = workspace.channels.get(channel_id)
    if channel is None and workspace.person(channel_id):
        channel = workspace.app_conversation(channel_id)
    if channel is None or not workspace.app_sees(channel):
        raise SlackError("channel_not_found")
    if workspace.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


def _body(call: Call, targets: list[Channel]) -> JSON:
    """The message that is to hold the files. Raises SlackError `invalid_thread_ts` or `invalid_blocks`."""
    body: JSON = {"type": "message", "subtype": "file_share", "text": call.text("initial_comment") or ""}
    blocks = call.structure("blocks")
    if blocks:
        body["blocks"] = checked_blocks(call, blocks)
    thread_ts = call.text("thread_ts")
    if thread_ts is not None and any(thread_ts not in channel.messages for channel in targets):
        raise SlackError("invalid_thread_ts")
    return {**body, "upload": False, **app_author(call.house.workspace)}


def _share(call: Call, channel: Channel, files: list[StoredFile], body: JSON) -> None:
    house = call.house
    shown = [file_json(house.workspace, file, house.base_url) for file in files]
    message = house.messages.post(channel, {**body, "files": shown}, thread_ts=call.text("thread_ts"))
    for file in files:
        house.share(channel, message, file)


def info(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/files.info"""
    house = call.house
    workspace = house.workspace
    file = workspace.files.get(call.required("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    shared = [workspace.channels[one] for one in file.channels if one in workspace.channels]
    if file.user != workspace.bot_user_id and not any(workspace.bot_user_id in one.members for one in shared):
        raise SlackError("file_not_found")
    return {
        "file": file_json(workspace, file, house.base_url),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


METHODS = (
    Method("files.getUploadURLExternal", get_upload_url, Tier.T4, ("files:write",)),
    Method("files.completeUploadExternal", complete_upload, Tier.T4, ("files:write",)),
    Method("files.info", info, Tier.T4, ("files:read",)),
)
