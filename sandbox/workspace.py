"""The workspace's state: people, channels, who sees what. One event loop owns it, so nothing is locked."""

from collections.abc import Collection

from sandbox.changes import Changes
from sandbox.clock import BusinessClock
from sandbox.config import PersonEntry, WorkspaceConfig
from sandbox.ids import Ids
from sandbox.manifest import Manifest
from sandbox.model import JSON, Channel, Message, Person, StoredFile, UserGroup, View

MESSAGE_STATES_KEPT = 2_000
"""In how many messages, counted for each person, choices are remembered."""


class Workspace:
    """Everything that `reset` brings back to what was configured."""

    def __init__(self, config: WorkspaceConfig, manifest: Manifest, clock: BusinessClock) -> None:
        self.config = config
        self.manifest = manifest
        self.clock = clock
        self.changes = Changes()
        self.bot_token, self.app_token, self.signing_secret = config.tokens()
        self._last_us = 0
        self.reset()

    def reset(self) -> None:
        """
        Forget what happened. Stamps and the sequence number go on, so nothing is given out twice; stamps go back only with a
        clock that begins again.
        """
        config = self.config
        self._last_us = min(self._last_us, int(self.clock.now() * 1_000_000))
        self.ids = Ids()
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.direct: dict[str, str] = {}
        """Person -> their conversation with the app."""
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        """Person -> ids of their open modals, topmost last."""
        self.homes: dict[str, View] = {}
        self.files: dict[str, StoredFile] = {}
        self.ephemerals: dict[tuple[str, str], dict[str, Message]] = {}
        """(person, channel) -> what only they see there."""
        self.message_state: dict[tuple[str, str, str], dict[str, dict[str, JSON]]] = {}
        """(person, channel, ts) -> what they chose in a message's inputs."""
        self.reads: dict[tuple[str, str], str] = {}
        self.usergroups = {
            entry.id: UserGroup(entry.id, entry.handle, entry.name or entry.handle, list(entry.users))
            for entry in config.usergroups
        }
        for entry in config.people:
            self.add_person(entry)
        bot_name = self.manifest.bot_name
        self.people[self.bot_user_id] = Person(
            self.bot_user_id, bot_name.lower().replace(" ", "-"), bot_name, "", "UTC", config.team_id, is_bot=True
        )
        created = int(self.clock.now())
        creator = next((one.id for one in config.people if one.is_admin), self.bot_user_id)
        for channel in config.channels:
            members = self.humans_of_team() if channel.members == "everyone" else channel.members
            self.channels[channel.id] = Channel(
                channel.id, channel.name, "private" if channel.is_private else "channel", created, creator,
                set(members) | ({self.bot_user_id} if channel.app_is_member else set()), channel.topic,
            )  # fmt: skip

    def keep_message_state(self, key: tuple[str, str, str], state: dict[str, dict[str, JSON]]) -> None:
        """Remember what a person chose in a message's inputs; of too many, the oldest are forgotten."""
        self.message_state.pop(key, None)
        self.message_state[key] = state
        while len(self.message_state) > MESSAGE_STATES_KEPT:
            del self.message_state[next(iter(self.message_state))]

    def add_person(self, entry: PersonEntry) -> Person:
        """Put somebody among the people."""
        person = self.people[entry.id] = Person(
            entry.id, entry.name, entry.real_name or entry.name, entry.email, entry.tz,
            entry.team_id or self.config.team_id, entry.is_admin, entry.deleted,
            updated=int(self.clock.now()),
        )  # fmt: skip
        return person

    @property
    def team_id(self) -> str:
        """The workspace's own id."""
        return self.config.team_id

    @property
    def bot_user_id(self) -> str:
        """The user that the app writes as."""
        return self.config.bot_user_id

    def new_ts(self) -> str:
        """The present instant in Slack's form, later than every one given before: the key of a message in its channel."""
        now_us = max(int(self.clock.now() * 1_000_000), self._last_us + 1)
        self._last_us = now_us
        seconds, rest = divmod(now_us, 1_000_000)
        return f"{seconds}.{rest:06d}"

    def humans_of_team(self) -> list[str]:
        """Ids of the people of this workspace, without the app and without people of other organisations."""
        return [one.id for one in self.people.values() if not one.is_bot and one.team_id == self.team_id]

    def person(self, user: str) -> Person | None:
        """A person, not the app."""
        person = self.people.get(user)
        return None if person is None or person.is_bot else person

    def app_conversation(self, user: str) -> Channel:
        """The conversation of a person with the app; it is there from their first look on."""
        channel_id = self.direct.get(user)
        if channel_id is None:
            channel_id = self.ids.new("D")
            self.direct[user] = channel_id
            members = {user, self.bot_user_id}
            self.channels[channel_id] = Channel(channel_id, "", "im", int(self.clock.now()), user, members)
        return self.channels[channel_id]

    def can_read(self, user: str, channel: Channel) -> bool:
        """Whether a person may look at a channel: a public one as anyone of the workspace, else as its member."""
        if user in channel.members:
            return True
        person = self.people.get(user)
        return channel.kind == "channel" and person is not None and person.team_id == self.team_id

    def readers(self, channel: Channel) -> Collection[str]:
        """Ids of those who may look at a channel."""
        if channel.kind == "channel":
            return {*channel.members, *self.humans_of_team()}
        return channel.members

    def app_sees(self, channel: Channel) -> bool:
        """Whether the app may know of a channel: public, or one it is in."""
        return channel.kind == "channel" or self.bot_user_id in channel.members

    def channel_named(self, name: str) -> Channel | None:
        """A channel by its name."""
        return next((one for one in self.channels.values() if one.name == name and one.kind != "im"), None)

    def permalink(self, channel_id: str, ts: str, thread_ts: str | None = None) -> str:
        """Slack's address of a message."""
        link = f"https://{self.config.team_domain}.slack.com/archives/{channel_id}/p{ts.replace('.', '')}"
        if thread_ts and thread_ts != ts:
            link += f"?thread_ts={thread_ts}&cid={channel_id}"
        return link
