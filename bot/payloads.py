"""
What Slack sends, read into frozen values: who did what, on what, with which words.

Nothing here decides anything. A payload that lacks what its kind must have raises PayloadError; ids found in it are
input like any other and prove nothing (`bot.access` does).
Slack's reference: https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

Body = Mapping[str, Any]


class PayloadError(ValueError):
    """Something signed by Slack that Slack would not send: a forged or truncated payload."""

    def __init__(self, missing: str) -> None:
        self.missing = missing
        super().__init__(f"The payload has no valid {missing}.")


@dataclass(frozen=True)
class SlackUser:
    """Somebody in Slack: their own organisation's id and theirs in it."""

    team: str
    id: str

    @property
    def external_ref(self) -> str:
        """How the desk refers to them, opaque to it."""
        return f"{self.team}:{self.id}"

    @classmethod
    def read(cls, body: Body) -> SlackUser:
        """Who pressed, submitted or chose. People of another organisation carry their own `team_id`."""
        user = _mapping(body, "user")
        team = user.get("team_id") or _team(body)
        return cls(_nonempty(team, "user.team_id"), _text(user, "id"))


@dataclass(frozen=True)
class Place:
    """Where something happened: a channel, and there a message, and the thread it is in."""

    channel: str
    ts: str | None = None
    thread_ts: str | None = None


@dataclass(frozen=True)
class ButtonPress:
    """
    A `block_actions` payload: a button, or a choice from a menu under a message, in a modal or in App Home.

    `value` is the button's, or the chosen option's. `place` is None in a view. The trigger opens one view, within 3 s.
    `beside` is what else the message offers under which it was pressed: an action id and a value, or an option's value.
    """

    person: SlackUser
    action_id: str
    block_id: str
    value: str
    trigger_id: str
    place: Place | None
    view: ShownView | None
    beside: frozenset[str] = frozenset()

    @classmethod
    def read(cls, body: Body) -> ButtonPress:
        actions = body.get("actions")
        if not isinstance(actions, list) or not actions or not isinstance(actions[0], Mapping):
            raise PayloadError("actions")
        action = actions[0]
        return cls(
            person=SlackUser.read(body),
            action_id=_text(action, "action_id"),
            block_id=str(action.get("block_id") or ""),
            value=_chosen(action),
            trigger_id=str(body.get("trigger_id") or ""),
            place=_place(body),
            view=ShownView.read(body["view"]) if isinstance(body.get("view"), Mapping) else None,
            beside=frozenset(_beside(body.get("message"))),
        )


def _beside(message: Any) -> Iterator[str]:
    for block in _mappings(message, "blocks"):
        accessory = block.get("accessory")
        for element in (*_mappings(block, "elements"), *([accessory] if isinstance(accessory, Mapping) else ())):
            yield f"{element.get('action_id')}:{element.get('value')}"
            yield from (str(option.get("value") or "") for option in _mappings(element, "options"))


def _mappings(of: Any, key: str) -> list[Mapping[str, Any]]:
    listed = of.get(key) if isinstance(of, Mapping) else None
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []


@dataclass(frozen=True)
class ShownView:
    """
    A modal or App Home as the person had it: what they put into it, and what we put there for ourselves.

    `values` maps each input's block id to what was put in: text, an option's value or an id (several with blanks between
    them), or None. `below_id` is the modal under it, to which the person returns, or nothing. `payload` is the
    view as Slack sent it, for the renderers that read their own forms.
    """

    id: str
    kind: Literal["modal", "home"]
    callback_id: str
    private_metadata: str
    hash: str
    below_id: str
    values: Mapping[str, str | None]
    payload: dict[str, Any]

    @classmethod
    def read(cls, view: Any) -> ShownView:
        if not isinstance(view, Mapping):
            raise PayloadError("view")
        state = view.get("state")
        values = state.get("values") if isinstance(state, Mapping) else None
        values = values if isinstance(values, Mapping) else {}
        kind: Literal["modal", "home"] = "home" if view.get("type") == "home" else "modal"
        return cls(
            id=_text(view, "id"),
            kind=kind,
            callback_id=str(view.get("callback_id") or ""),
            private_metadata=str(view.get("private_metadata") or ""),
            hash=str(view.get("hash") or ""),
            below_id=str(view.get("previous_view_id") or ""),
            values={block: _only_input(inputs) for block, inputs in values.items()},
            payload=dict(view),
        )

    def text(self, block_id: str) -> str:
        """What was typed or chosen in a block, without blanks around it; empty where nothing was."""
        return (self.values.get(block_id) or "").strip()


@dataclass(frozen=True)
class FormSubmission:
    """A `view_submission`. Its view's id is the natural key: the same form sent again has the same one."""

    person: SlackUser
    view: ShownView
    trigger_id: str

    @property
    def source(self) -> str:
        return f"v:{self.view.id}"

    @property
    def has_text(self) -> bool:
        """Whether somebody wrote something into it, which is not to be lost."""
        blocks = self.view.payload.get("blocks") or []
        lines = {str(each.get("block_id")) for each in blocks if _type_of_element(each) == "plain_text_input"}
        return any(self.view.values.get(line) for line in lines)

    @classmethod
    def read(cls, body: Body) -> FormSubmission:
        return cls(SlackUser.read(body), ShownView.read(body.get("view")), str(body.get("trigger_id") or ""))


def _type_of_element(block: Mapping[str, Any]) -> str:
    element = block.get("element")
    return str(element.get("type")) if isinstance(element, Mapping) else ""


@dataclass(frozen=True)
class Suggestion:
    """A `block_suggestion`: somebody types `query` into a list of a form, and what it then offers is asked for."""

    person: SlackUser
    view: ShownView
    block_id: str
    query: str

    @classmethod
    def read(cls, body: Body) -> Suggestion:
        query = body.get("value")
        return cls(
            person=SlackUser.read(body),
            view=ShownView.read(body.get("view")),
            block_id=_text(body, "block_id"),
            query=query if isinstance(query, str) else "",
        )


@dataclass(frozen=True)
class SlashCommand:
    """A slash command as typed. Slack offers commands only to people of the installing workspace."""

    person: SlackUser
    command: str
    text: str
    channel: str
    trigger_id: str

    @classmethod
    def read(cls, body: Body) -> SlashCommand:
        return cls(
            person=SlackUser(_text(body, "team_id"), _text(body, "user_id")),
            command=_text(body, "command"),
            text=str(body.get("text") or "").strip(),
            channel=str(body.get("channel_id") or ""),
            trigger_id=str(body.get("trigger_id") or ""),
        )


@dataclass(frozen=True)
class Shortcut:
    """A global shortcut (`message` is None) or one on a message."""

    person: SlackUser
    callback_id: str
    trigger_id: str
    message: SaidMessage | None

    @classmethod
    def read(cls, body: Body) -> Shortcut:
        message = None
        if body.get("type") == "message_action":
            said = dict(_mapping(body, "message"))
            said["channel"] = _text(_mapping(body, "channel"), "id")
            message = SaidMessage.read(said, team=_team(body))
        return cls(SlackUser.read(body), _text(body, "callback_id"), str(body.get("trigger_id") or ""), message)


@dataclass(frozen=True)
class SaidFile:
    """A file that came with a message: its name in one line, and where Slack shows it to who may see it."""

    id: str
    name: str
    permalink: str


@dataclass(frozen=True)
class SaidMessage:
    """
    A message that somebody wrote: an event, or the one under a shortcut.

    `person` is None for what a bot or Slack itself wrote. `said_at` is its `ts`, which is also its natural key. `root_by` is
    the id of whoever wrote the root of its thread, where Slack tells.
    """

    person: SlackUser | None
    place: Place
    text: str
    said_at: datetime
    kind: str
    files: tuple[SaidFile, ...] = ()
    root_by: str | None = None

    @property
    def is_empty(self) -> bool:
        """Neither a word nor a file."""
        return not self.text.strip() and not self.files

    @property
    def source(self) -> str:
        return f"m:{self.place.channel}:{self.place.ts}"

    @property
    def opening_source(self) -> str:
        """The natural key of a ticket that it becomes: what was said in a thread has another, since no thread begins there."""
        return f"r{self.source[1:]}" if self.is_in_thread else self.source

    @property
    def is_in_thread(self) -> bool:
        return self.place.thread_ts is not None and self.place.thread_ts != self.place.ts

    @classmethod
    def read(cls, event: Body, *, team: str) -> SaidMessage:
        """`team` is the envelope's; an event about somebody of another organisation carries theirs itself."""
        ts = _text(event, "ts")
        wrote = event.get("user")
        by_person = isinstance(wrote, str) and wrote and not event.get("bot_id")
        own_team = event.get("user_team") or event.get("team") or team
        thread_ts = event.get("thread_ts")
        return cls(
            person=SlackUser(_nonempty(own_team, "team"), str(wrote)) if by_person else None,
            place=Place(_text(event, "channel"), ts, str(thread_ts) if thread_ts else None),
            text=str(event.get("text") or ""),
            said_at=instant(ts),
            kind=str(event.get("channel_type") or ""),
            files=_files(event.get("files")),
            root_by=str(event["parent_user_id"]) if event.get("parent_user_id") else None,
        )


@dataclass(frozen=True)
class HomeOpened:
    """Somebody looks at App Home, or at the messages beside it."""

    person: SlackUser
    tab: str

    @classmethod
    def read(cls, body: Body) -> HomeOpened:
        event = _mapping(body, "event")
        return cls(SlackUser(_team(body), _text(event, "user")), str(event.get("tab") or "home"))


def team_of(body: Body) -> str:
    """The workspace whose installation of the app the payload is meant for, or an empty string."""
    if isinstance(body.get("team_id"), str):
        return str(body["team_id"])
    team = body.get("team")
    return str(team.get("id") or "") if isinstance(team, Mapping) else ""


def instant(ts: str) -> datetime:
    """
    A message's `ts` as an instant: seconds since 1970 with six places, kept to the microsecond.

    Raises PayloadError.
    """
    seconds, _, micro = ts.partition(".")
    if not (seconds.isdecimal() and seconds.isascii() and len(seconds) <= 11):
        raise PayloadError("ts")
    if micro and not (micro.isdecimal() and micro.isascii() and len(micro) <= 6):
        raise PayloadError("ts")
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(micro.ljust(6, "0") or 0))


def _files(files: Any) -> tuple[SaidFile, ...]:
    """Files that were deleted since, or that Slack does not show to the app, have no permalink and are left out."""
    found = [each for each in files or () if isinstance(each, Mapping)] if isinstance(files, list) else []
    return tuple(
        SaidFile(str(each["id"]), " ".join(str(each.get("name") or each["id"]).split()), str(each["permalink"]))
        for each in found
        if each.get("id") and each.get("permalink")
    )


def _chosen(action: Mapping[str, Any]) -> str:
    option = action.get("selected_option")
    if isinstance(option, Mapping):
        return str(option.get("value") or "")
    for name in ("value", "selected_user", "selected_conversation", "selected_channel", "selected_date"):
        if action.get(name):
            return str(action[name])
    several = action.get("selected_conversations")
    return " ".join(map(str, several)) if isinstance(several, list) else ""


def _only_input(inputs: Any) -> str | None:
    """A block has one input here, whatever its action id."""
    if not isinstance(inputs, Mapping):
        return None
    for state in inputs.values():
        if isinstance(state, Mapping):
            return _chosen(state) or None
    return None


def _place(body: Body) -> Place | None:
    channel = body.get("channel")
    container = body.get("container")
    container = container if isinstance(container, Mapping) else {}
    channel_id = channel.get("id") if isinstance(channel, Mapping) else container.get("channel_id")
    if not channel_id:
        return None
    message = body.get("message")
    message = message if isinstance(message, Mapping) else {}
    ts = message.get("ts") or container.get("message_ts")
    thread_ts = message.get("thread_ts") or container.get("thread_ts")
    return Place(str(channel_id), str(ts) if ts else None, str(thread_ts) if thread_ts else None)


def _team(body: Body) -> str:
    return _nonempty(team_of(body), "team")


def _mapping(body: Body, key: str) -> Mapping[str, Any]:
    value = body.get(key)
    if not isinstance(value, Mapping):
        raise PayloadError(key)
    return value


def _text(body: Body, key: str) -> str:
    return _nonempty(body.get(key), key)


def _nonempty(value: object, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise PayloadError(name)
    return value
