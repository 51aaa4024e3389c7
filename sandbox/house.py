"""Everything of one running sandbox, put together once."""

from sandbox import emoji
from sandbox.clock import BusinessClock
from sandbox.config import WorkspaceConfig
from sandbox.delivery.courier import Courier
from sandbox.delivery.http import HttpDelivery
from sandbox.delivery.socket import SocketMode
from sandbox.errors import SlackError
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.log import Log
from sandbox.manifest import Manifest
from sandbox.messages import Messages
from sandbox.model import Channel, Message, StoredFile
from sandbox.offers import Offers
from sandbox.ratelimits import RateLimits
from sandbox.triggers import TRIGGER_LIFE_S, Triggers
from sandbox.views import Views
from sandbox.workspace import Workspace


class House:
    """One workspace with its doors. Built inside the event loop that serves it."""

    def __init__(
        self,
        config: WorkspaceConfig,
        manifest: Manifest,
        *,
        rate: float | None,
        http_url: str,
        rate_limits: bool,
        begins: float | None = None,
    ) -> None:
        self.config = config
        self.rate = config.clock_rate if rate is None else rate
        self.clock = BusinessClock(rate=self.rate, begins=begins)
        self.workspace = Workspace(config, manifest, self.clock)
        self.faults = Faults(rate_limits=rate_limits)
        self.limits = RateLimits()
        self.log = Log(self.workspace.changes, self.clock.now)
        self.socket = SocketMode(config.app_id, self._connections_changed)
        self.courier = Courier(self.socket, HttpDelivery(self.workspace.signing_secret), self.faults, self.log)
        self.events = Events(self.workspace, self.courier.post)
        self.messages = Messages(self.workspace, self.events)
        self.views = Views(self.workspace)
        self.base_url = ""
        self.started_as_http = http_url
        if http_url:
            self.courier.mode, self.courier.http.url = "http", http_url
        self.emoji = emoji.names()
        self._new_triggers()

    def _new_triggers(self) -> None:
        def life_s() -> float:
            return max(TRIGGER_LIFE_S, self.faults.ack_limit_s)

        self.triggers = Triggers(self.workspace.ids, self.workspace.team_id, life_s=life_s)
        self.offers = Offers()

    def _connections_changed(self) -> None:
        self.workspace.changes.tell("app", connections=self.socket.count)

    def reset(self) -> None:
        """Back to the workspace as configured; open connections stay."""
        self.courier.forget()
        self.courier.switch_on()
        self.clock.restart(self.rate)
        self.workspace.reset()
        self._new_triggers()
        self.faults.clear()
        self.limits.clear()
        self.log.clear()
        self.workspace.changes.tell("conversations")

    def set_member(self, channel: Channel, user: str, *, present: bool) -> None:
        """Join or leave, with Slack's events and the line in the channel. Nothing happens if it is so already."""
        if present == (user in channel.members):
            return
        verb, kind = ("joined", "member_joined_channel") if present else ("left", "member_left_channel")
        if present:
            channel.members.add(user)
        subtype = {"channel": "channel", "private": "group"}[channel.kind] + ("_join" if present else "_leave")
        text = f"<@{user}> has {verb} the {'channel' if channel.kind == 'channel' else 'group'}"
        self.messages.post(channel, {"type": "message", "subtype": subtype, "user": user, "text": text})
        self.events.membership(channel, kind, user)
        if not present:
            channel.members.discard(user)
        self.workspace.changes.tell("conversations", channel=channel.id)

    def share(self, channel: Channel, message: Message, file: StoredFile) -> None:
        """A file stands in a message: remembered with the file, and told to the app."""
        if channel.id not in file.channels:
            file.channels.append(channel.id)
        file.shares.append({"channel": channel.id, "name": channel.name, "public": channel.kind == "channel",
                            "ts": message.ts, "thread_ts": message.thread_ts})  # fmt: skip
        self.events.file_shared(channel, file.id, file.user)

    def react(self, channel: Channel, message: Message, user: str, name: str) -> None:
        """Put an emoji on a message. Raises SlackError `invalid_name`, `already_reacted` or `too_many_emoji`."""
        if name.partition("::")[0] not in self.emoji:
            raise SlackError("invalid_name")
        reactions = [dict(one) for one in message.body.get("reactions", [])]
        mine = next((one for one in reactions if one["name"] == name), None)
        if mine is None:
            if len(reactions) >= REACTIONS_MAX:
                raise SlackError("too_many_emoji")
            reactions.append({"name": name, "users": [user], "count": 1})
        elif user in mine["users"]:
            raise SlackError("already_reacted")
        else:
            mine["users"] = [*mine["users"], user]
            mine["count"] += 1
        self._set_reactions(channel, message, reactions)
        self.events.reaction(channel, "reaction_added", user, name, message.body)

    def unreact(self, channel: Channel, message: Message, user: str, name: str) -> None:
        """Take an emoji off again. Raises SlackError `no_reaction`."""
        reactions = [dict(one) for one in message.body.get("reactions", [])]
        mine = next((one for one in reactions if one["name"] == name and user in one["users"]), None)
        if mine is None:
            raise SlackError("no_reaction")
        mine["users"] = [one for one in mine["users"] if one != user]
        mine["count"] -= 1
        self._set_reactions(channel, message, [one for one in reactions if one["count"]])
        self.events.reaction(channel, "reaction_removed", user, name, message.body)

    def _set_reactions(self, channel: Channel, message: Message, reactions: list[dict[str, object]]) -> None:
        body = {key: value for key, value in message.body.items() if key != "reactions"}
        if reactions:
            body["reactions"] = reactions
        self.messages.change(channel, message, body, silent=True)
        readers = self.workspace.readers(channel)
        self.workspace.changes.tell("reaction", only=readers, channel=channel.id, ts=message.ts, reactions=reactions)


REACTIONS_MAX = 50
"""Different emoji on one message."""
