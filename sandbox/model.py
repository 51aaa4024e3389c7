"""What a workspace consists of."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

JSON = dict[str, Any]
ChannelKind = Literal["channel", "private", "im"]


@dataclass(slots=True)
class Person:
    """A member of the workspace, or of one it is connected with; the app's bot user is one too."""

    id: str
    name: str
    real_name: str
    email: str
    tz: str
    team_id: str
    is_admin: bool = False
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    updated: int = 0


@dataclass(slots=True)
class Message:
    """
    A message as stored. `body` is Slack's form without what is counted from its thread.

    A body is replaced when it changes, never changed, so that it can be handed out without a copy.
    """

    ts: str
    body: JSON
    thread_ts: str | None = None
    broadcast: bool = False
    metadata: JSON | None = None

    @property
    def user(self) -> str | None:
        """Who wrote it; for the app's messages the bot user."""
        user: str | None = self.body.get("user")
        return user


@dataclass(slots=True)
class Channel:
    """A public or private channel, or the conversation of one person with the app."""

    id: str
    name: str
    kind: ChannelKind
    created: int
    creator: str
    members: set[str] = field(default_factory=set)
    topic: str = ""
    is_archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    timeline: list[str] = field(default_factory=list)
    """`ts` of what the channel itself shows, ascending: roots and broadcasts."""
    threads: dict[str, list[str]] = field(default_factory=dict)
    """`ts` of a root -> `ts` of its replies, ascending."""

    @property
    def with_person(self) -> str:
        """The person on the other side of a conversation with the app."""
        return self.creator

    @property
    def event_type(self) -> str:
        """`channel_type` in message events."""
        return {"channel": "channel", "private": "group", "im": "im"}[self.kind]

    @property
    def scope_family(self) -> str:
        """The first half of the scopes that rule it: `channels`, `groups` or `im`."""
        return {"channel": "channels", "private": "groups", "im": "im"}[self.kind]


@dataclass(slots=True)
class View:
    """A modal or an App Home, with what its person has filled in so far."""

    id: str
    user: str
    body: JSON
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    state: dict[str, dict[str, JSON]] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        return str(self.body["type"])


@dataclass(slots=True)
class StoredFile:
    """An uploaded file, or one whose upload was announced and is awaited."""

    id: str
    name: str
    title: str
    mimetype: str
    user: str
    created: int
    size: int
    content: bytes = b""
    uploaded: bool = False
    completed: bool = False
    channels: list[str] = field(default_factory=list)
    shares: list[JSON] = field(default_factory=list)
    """Where it was shared: `channel`, `name`, `public`, `ts`, `thread_ts`."""
    looked_into_at: float = 0.0
    """From when on its type is known (`time.monotonic`): Slack looks into a file after it was taken."""

    @property
    def known_type(self) -> str:
        """The media type; empty until Slack has looked into the file."""
        return self.mimetype if time.monotonic() >= self.looked_into_at else ""


@dataclass(slots=True)
class UserGroup:
    """A group of people with a handle."""

    id: str
    handle: str
    name: str
    users: list[str]
    updated: int = 0
