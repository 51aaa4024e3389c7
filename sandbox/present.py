"""People, channels, files and views in the JSON that Slack shows of them."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.model import JSON, Channel, Person, StoredFile, UserGroup, View
from sandbox.workspace import Workspace


def user_json(workspace: Workspace, person: Person) -> JSON:
    """A user object (https://docs.slack.dev/reference/objects/user-object); the e-mail only with `users:read.email`."""
    try:
        zone = ZoneInfo(person.tz)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    now = datetime.fromtimestamp(workspace.clock.now(), tz=zone)
    first, _, last = person.real_name.partition(" ")
    profile: JSON = {
        "real_name": person.real_name, "real_name_normalized": person.real_name, "display_name": person.name,
        "display_name_normalized": person.name, "first_name": first, "last_name": last, "team": person.team_id,
        "status_text": "", "status_emoji": "", "title": "", "phone": "", "skype": "",
    }  # fmt: skip
    if person.email and "users:read.email" in workspace.manifest.scopes:
        profile["email"] = person.email
    if person.is_bot:
        profile |= {"api_app_id": workspace.config.app_id, "bot_id": workspace.config.bot_id, "always_active": True}
    user: JSON = {
        "id": person.id, "team_id": person.team_id, "name": person.name, "deleted": person.deleted,
        "profile": profile, "is_bot": person.is_bot, "is_app_user": False, "updated": person.updated,
    }  # fmt: skip
    if person.team_id != workspace.team_id:
        user["is_stranger"] = True
    if person.deleted:
        return user
    offset = now.utcoffset()
    return user | {
        "real_name": person.real_name, "color": "3c989f", "tz": person.tz, "tz_label": now.tzname() or person.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0, "is_admin": person.is_admin,
        "is_owner": person.is_admin, "is_primary_owner": False, "is_restricted": False, "is_ultra_restricted": False,
        "is_email_confirmed": True, "who_can_share_contact_card": "EVERYONE",
    }  # fmt: skip


def channel_json(workspace: Workspace, channel: Channel) -> JSON:
    """A conversation object as the app sees it (https://docs.slack.dev/reference/objects/conversation-object)."""
    if channel.kind == "im":
        return {
            "id": channel.id, "created": channel.created, "is_im": True, "is_org_shared": False, "is_archived": False,
            "context_team_id": workspace.team_id, "user": channel.with_person, "is_user_deleted":
            workspace.people[channel.with_person].deleted, "priority": 0, "is_open": True,
        }  # fmt: skip
    private = channel.kind == "private"
    topic = {"value": channel.topic, "creator": channel.creator if channel.topic else "", "last_set": 0}
    return {
        "id": channel.id, "name": channel.name, "is_channel": not private, "is_group": private, "is_im": False,
        "is_mpim": False, "is_private": private, "created": channel.created, "is_archived": channel.is_archived,
        "is_general": channel.name == "general", "unlinked": 0, "name_normalized": channel.name,
        "is_shared": False, "is_org_shared": False, "is_ext_shared": False, "is_pending_ext_shared": False,
        "pending_shared": [], "context_team_id": workspace.team_id, "parent_conversation": None,
        "creator": channel.creator, "shared_team_ids": [workspace.team_id], "previous_names": [],
        "is_member": workspace.bot_user_id in channel.members, "topic": topic,
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }  # fmt: skip


def group_json(workspace: Workspace, group: UserGroup) -> JSON:
    """A user group (https://docs.slack.dev/reference/objects/usergroup-object)."""
    return {
        "id": group.id, "team_id": workspace.team_id, "is_usergroup": True, "is_subteam": True,
        "name": group.name, "handle": group.handle, "description": "", "is_external": False, "date_create": 0,
        "date_update": group.updated, "date_delete": 0, "auto_type": None, "user_count": len(group.users),
    }  # fmt: skip


def _shares(file: StoredFile) -> JSON:
    """In which messages a file stands, as `files.info` tells it."""
    found: JSON = {}
    for share in file.shares:
        one = {key: share[key] for key in ("ts", "thread_ts") if share.get(key)}
        entry = {**one, "channel_name": share["name"], "reply_users": [], "reply_users_count": 0, "reply_count": 0}
        found.setdefault("public" if share["public"] else "private", {}).setdefault(share["channel"], []).append(entry)
    return found


def view_json(workspace: Workspace, view: View) -> JSON:
    """A view object as answers and payloads carry it (https://docs.slack.dev/reference/views)."""
    body = view.body
    return {
        "id": view.id, "team_id": workspace.team_id, "type": body["type"], "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata", ""), "callback_id": body.get("callback_id", ""),
        "state": {"values": view.state}, "hash": view.hash, "title": body.get("title") or
        {"type": "plain_text", "text": "View Title", "emoji": True}, "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False), "close": body.get("close"), "submit": body.get("submit"),
        "previous_view_id": view.previous_view_id, "root_view_id": view.root_view_id, "app_id": workspace.config.app_id,
        "external_id": body.get("external_id", ""), "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.config.bot_id, "submit_disabled": body.get("submit_disabled", False),
    }  # fmt: skip


def bot_profile(workspace: Workspace) -> JSON:
    """Who wrote a message of the app."""
    return {
        "id": workspace.config.bot_id, "app_id": workspace.config.app_id, "name": workspace.manifest.bot_name,
        "icons": {}, "deleted": False, "updated": 0, "team_id": workspace.team_id,
    }  # fmt: skip


def app_author(workspace: Workspace) -> JSON:
    """The fields by which a message is the app's."""
    config = workspace.config
    return {
        "user": config.bot_user_id,
        "bot_id": config.bot_id,
        "app_id": config.app_id,
        "bot_profile": bot_profile(workspace),
    }


def file_json(workspace: Workspace, file: StoredFile, base_url: str) -> JSON:
    """A file object (https://docs.slack.dev/reference/objects/file-object)."""
    kind = file.name.rpartition(".")[2].lower() if "." in file.name else "text"
    kind = kind if file.known_type else ""
    url = f"{base_url}/files-pri/{workspace.team_id}-{file.id}/{file.name}"
    return {
        "id": file.id, "created": file.created, "timestamp": file.created, "name": file.name, "title": file.title,
        "mimetype": file.known_type, "filetype": kind, "pretty_type": kind.upper(), "user": file.user,
        "user_team": workspace.team_id, "editable": False, "size": file.size, "mode": "hosted", "is_external": False,
        "external_type": "", "is_public": False, "public_url_shared": False, "url_private": url,
        "url_private_download": f"{url}?download=1",
        "permalink": f"https://{workspace.config.team_domain}.slack.com/files/{file.user}/{file.id}/{file.name}",
        "channels": [one for one in file.channels if one.startswith("C")],
        "ims": [one for one in file.channels if one.startswith("D")], "groups": [], "has_rich_preview": False,
        "shares": _shares(file),
    }  # fmt: skip
