"""
Which events the app gets: those it subscribed to, holds a scope for and, in channels, is a member to hear.

Shapes: https://docs.slack.dev/apis/events-api and https://docs.slack.dev/reference/events.
"""

from collections.abc import Callable

from sandbox.model import JSON, Channel, Person, UserGroup, View
from sandbox.present import group_json, user_json
from sandbox.workspace import Workspace

_MESSAGE_EVENTS = {"channel": "message.channels", "private": "message.groups", "im": "message.im"}


class Events:
    """Builds `event_callback` payloads and hands those the app may have to `send`."""

    def __init__(self, workspace: Workspace, send: Callable[[JSON], None]) -> None:
        self._workspace = workspace
        self._send = send

    def message(self, channel: Channel, event: JSON, metadata: JSON | None = None) -> None:
        """A message was written: `message`, and `app_mention` if it names the app."""
        workspace = self._workspace
        if workspace.bot_user_id not in channel.members:
            return
        if metadata:
            event = {**event, "metadata": metadata}
        full = {**event, "channel": channel.id, "channel_type": channel.event_type}
        own = event.get("bot_id") == workspace.config.bot_id
        mentioned = f"<@{workspace.bot_user_id}>" in event.get("text", "") and not own and channel.kind != "im"
        if mentioned:
            mention = {**event, "type": "app_mention", "channel": channel.id}
            mention.pop("subtype", None)
            self._give("app_mention", mention)
        self._give(_MESSAGE_EVENTS[channel.kind], full)

    def message_changed(self, channel: Channel, before: JSON, after: JSON) -> None:
        """A message was edited, or lost its text as a deleted root with replies."""
        self._hidden(channel, {"subtype": "message_changed", "message": after, "previous_message": before})

    def message_deleted(self, channel: Channel, before: JSON) -> None:
        """A message is gone."""
        self._hidden(channel, {"subtype": "message_deleted", "previous_message": before, "deleted_ts": before["ts"]})

    def _hidden(self, channel: Channel, fields: JSON) -> None:
        if self._workspace.bot_user_id not in channel.members:
            return
        ts = self._workspace.new_ts()
        event = {
            "type": "message", **fields, "hidden": True, "channel": channel.id, "channel_type": channel.event_type,
            "ts": ts, "event_ts": ts,
        }  # fmt: skip
        self._give(_MESSAGE_EVENTS[channel.kind], event)

    def reaction(self, channel: Channel, kind: str, user: str, name: str, item: JSON) -> None:
        """`reaction_added` or `reaction_removed` on a message whose body is `item`."""
        if self._workspace.bot_user_id not in channel.members:
            return
        event = {
            "type": kind, "user": user, "reaction": name, "item_user": item.get("user"),
            "item": {"type": "message", "channel": channel.id, "ts": item["ts"]},
            "event_ts": self._workspace.new_ts(),
        }  # fmt: skip
        self._give(kind, event)

    def membership(self, channel: Channel, kind: str, user: str) -> None:
        """`member_joined_channel` or `member_left_channel`, where the app is (or was just put) in the channel."""
        if self._workspace.bot_user_id not in channel.members and user != self._workspace.bot_user_id:
            return
        letter = "G" if channel.kind == "private" else "C"
        event = {
            "type": kind, "user": user, "channel": channel.id, "channel_type": letter,
            "team": self._workspace.team_id, "event_ts": self._workspace.new_ts(),
        }  # fmt: skip
        self._give(kind, event)

    def channel_created(self, channel: Channel) -> None:
        """A public channel is new."""
        if channel.kind == "channel":
            about = {"id": channel.id, "name": channel.name, "created": channel.created, "creator": channel.creator}
            self._give(
                "channel_created", {"type": "channel_created", "channel": about, "event_ts": self._workspace.new_ts()}
            )

    def user_change(self, person: Person) -> None:
        """A person's account or profile changed."""
        user = user_json(self._workspace, person)
        event = {"type": "user_change", "user": user, "cache_ts": person.updated, "event_ts": self._workspace.new_ts()}
        self._give("user_change", event)

    def team_join(self, person: Person) -> None:
        """Somebody is new in the team."""
        event = {"type": "team_join", "user": user_json(self._workspace, person), "event_ts": self._workspace.new_ts()}
        self._give("team_join", event)

    def channel_renamed(self, channel: Channel) -> None:
        """`channel_rename`, or `group_rename` of a private channel that the app is in."""
        about = {"id": channel.id, "name": channel.name, "created": channel.created}
        self._of_channel(channel, "rename", {"channel": about})

    def channel_archived(self, channel: Channel, user: str) -> None:
        """`channel_archive` or `channel_unarchive`, of a private channel `group_...`."""
        self._of_channel(
            channel, "archive" if channel.is_archived else "unarchive", {"channel": channel.id, "user": user}
        )

    def _of_channel(self, channel: Channel, verb: str, fields: JSON) -> None:
        if channel.kind == "private" and self._workspace.bot_user_id not in channel.members:
            return
        kind = f"{'channel' if channel.kind == 'channel' else 'group'}_{verb}"
        self._give(kind, {"type": kind, **fields, "event_ts": self._workspace.new_ts()})

    def group_changed(self, group: UserGroup, before: list[str]) -> None:
        """A user group has other members: `subteam_members_changed`, and `subteam_updated` with the whole group."""
        workspace = self._workspace
        now, previous = int(workspace.clock.now()), group.updated
        group.updated = now
        added, removed = sorted(set(group.users) - set(before)), sorted(set(before) - set(group.users))
        self._give("subteam_members_changed", {
            "type": "subteam_members_changed", "subteam_id": group.id, "team_id": workspace.team_id,
            "date_previous_update": previous, "date_update": now, "added_users": added, "added_users_count": len(added),
            "removed_users": removed, "removed_users_count": len(removed), "event_ts": workspace.new_ts(),
        })  # fmt: skip
        about = {**group_json(workspace, group), "users": group.users}
        self._give("subteam_updated", {"type": "subteam_updated", "subteam": about, "event_ts": workspace.new_ts()})

    def home_opened(self, channel: Channel, user: str, tab: str, view: View | None, view_json: JSON | None) -> None:
        """A person opened the app's home or its messages."""
        event: JSON = {
            "type": "app_home_opened", "user": user, "channel": channel.id, "tab": tab,
            "event_ts": self._workspace.new_ts(),
        }  # fmt: skip
        if tab == "home" and view is not None:
            event["view"] = view_json
        self._give("app_home_opened", event)

    def file_shared(self, channel: Channel, file_id: str, user: str) -> None:
        """A file was shared where the app is."""
        if self._workspace.bot_user_id in channel.members:
            event = {
                "type": "file_shared", "file_id": file_id, "user_id": user, "file": {"id": file_id},
                "channel_id": channel.id, "event_ts": self._workspace.new_ts(),
            }  # fmt: skip
            self._give("file_shared", event)

    def _give(self, subscription: str, event: JSON) -> None:
        workspace = self._workspace
        if not workspace.manifest.subscribed(subscription):
            return
        config = workspace.config
        self._send(
            {
                "token": "sandbox",
                "team_id": config.team_id,
                "context_team_id": config.team_id,
                "context_enterprise_id": None,
                "api_app_id": config.app_id,
                "event": event,
                "type": "event_callback",
                "event_id": workspace.ids.new("Ev"),
                "event_time": int(workspace.clock.now()),
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": config.team_id,
                        "user_id": config.bot_user_id,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": False,
                "event_context": f"4-{workspace.ids.secret(12)}",
            }
        )
