"""A form as a list of questions: what admins and leads change things with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.actions import Form, Press
from bot.views.lists import Page
from ticketing.model import PersonId

FIRST = Page()


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LINES = "lines"
    CHOICE = "choice"
    CHANNEL = "channel"
    CHANNELS = "channels"
    PRIVATE_CHANNEL = "private_channel"
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Question:
    """
    A field of a form, under the block id at which its errors stand.

    `value` is what stands in it: text, the value of one of the `options` (value and label), a channel's id or several with
    blanks between them, a day as 2026-11-23.
    """

    block: str
    label: str
    kind: Kind = Kind.TEXT
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    hint: str | None = None
    is_optional: bool = True


@dataclass(frozen=True, kw_only=True)
class QuestionForm:
    """
    A form of questions. `lines` stand above them, `below` under them, mrkdwn that is escaped already; `remembered` is what
    the form keeps for itself.
    """

    form: Form
    title: str
    questions: tuple[Question, ...]
    lines: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    submit: str
    remembered: str = ""
    is_read_only: bool = False
    """Shown to whoever may read but not change: answers as text, and nothing to send."""


@dataclass(frozen=True, kw_only=True)
class TeamMember:
    """Somebody of the team in one line (mrkdwn, escaped already), and their name for a screen reader."""

    id: PersonId
    line: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class TeamList:
    """The team, a page of it. `lines` are mrkdwn, escaped already."""

    members: tuple[TeamMember, ...]
    page: Page = FIRST
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """
    A row of the settings: what it says (mrkdwn, escaped already), and what its button opens, if it has one; `spoken` names
    the row to a screen reader.
    """

    line: str
    press: Press | None = None
    value: str = "-"
    spoken: str = ""


@dataclass(frozen=True, kw_only=True)
class EntryList:
    """Settings to choose from."""

    title: str
    entries: tuple[Entry, ...]
    lines: tuple[str, ...] = ()
    page: Page = FIRST
    remembered: str = ""
