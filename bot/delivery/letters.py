"""What an errand of the outbox comes to, once it is drawn: a message, and where it is to stand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.views import Message, View
from ticketing.outbox import Notice
from ticketing.shown import AlertKey


class NotYet(Exception):
    """It is not the moment to show this: `seconds` until it may be. Nobody's failure."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__("not yet")


@dataclass(frozen=True)
class Picture:
    """An image that goes into a message, or a view, before its block number `before`. `draw` gives the PNG."""

    name: str
    alt: str
    before: int
    draw: Callable[[], bytes]


@dataclass(frozen=True)
class SentFile:
    """A file that is sent with the letter's message as its comment."""

    name: str
    content: bytes


@dataclass(frozen=True)
class HomePage:
    """An App Home in place of the one with `hash`; if something else is shown there by now, it is too late for it."""

    view: View
    hash: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """
    A message as it should stand now.

    `about` is the name under which it is remembered in its place; `message` None means that it should stand no longer.
    `root` names the card in whose thread it belongs, posted first if it does not stand yet; `thread_ts` is a thread under
    somebody else's message. With `only_edit` it is changed where it stands and never posted: it tells nobody anything
    new. `told` are the alerts that it tells of when it is posted, and `owed_since` when each warning or breach of them could
    be told first. `also` are further rows (customer and id) that are done with it, and `members` all the matters (customer
    and name) that one message shows together. `then` is put into the outbox once it is posted. What `is_optional` is dropped
    where it cannot be shown at once with room to spare. `picture` comes with it; `file` and `home` are what it is instead of
    a message.
    """

    about: str
    side: str
    message: Message | None
    root: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    only_edit: bool = False
    is_optional: bool = False
    told: tuple[AlertKey, ...] = ()
    owed_since: tuple[datetime, ...] = ()
    also: tuple[tuple[int, int], ...] = ()
    members: tuple[tuple[int, str], ...] = ()
    then: tuple[Notice, ...] = ()
    picture: Picture | None = None
    file: SentFile | None = None
    home: HomePage | None = None


@dataclass(frozen=True)
class Reactions:
    """The emoji that are to stand on a message, and those that are not: no message of its own, and nobody is notified."""

    channel: str
    ts: str
    wanted: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Instead:
    """Not shown itself: what is `by` it is put into the outbox in its place, and the rows `also` are done with it."""

    by: tuple[Notice, ...]
    also: tuple[tuple[int, int], ...] = ()


def digest(message: Message) -> str:
    """Equal for messages that look and act the same."""
    drawn = json.dumps([message.text, message.blocks], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(drawn.encode()).hexdigest()[:32]
