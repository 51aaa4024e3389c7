"""What the forms of tickets that hang together are given, and what is posted about them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.views.common import TicketFacts
from ticketing.model import TicketRef, TicketStatus


@dataclass(frozen=True, kw_only=True)
class SaidLine:
    """Something said on ticket `ticket`, to be chosen; `comment` is its number there, `author` a full name."""

    ticket: int
    comment: int
    author: str
    text: str
    is_note: bool = False


@dataclass(frozen=True, kw_only=True)
class OtherTicket:
    """Another ticket, to be chosen."""

    number: int
    subject: str


@dataclass(frozen=True, kw_only=True)
class MergeForm:
    """With which of its customer's other tickets to join it."""

    facts: TicketFacts
    customer: str
    tickets: tuple[OtherTicket, ...]


@dataclass(frozen=True, kw_only=True)
class SplitForm:
    """What of all that was said the new ticket is about."""

    facts: TicketFacts
    said: tuple[SaidLine, ...]


@dataclass(frozen=True, kw_only=True)
class LinkForm:
    """Which ticket to link it with; `linked` are those it is linked with by hand, which can be taken out."""

    facts: TicketFacts
    linked: tuple[OtherTicket, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MoveForm:
    """Whose ticket it really is."""

    facts: TicketFacts
    customer: str


@dataclass(frozen=True, kw_only=True)
class WatchForm:
    """Who of the team reads along; `watchers` are Slack's user ids."""

    facts: TicketFacts
    watchers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Together:
    """The numbers of the tickets that one hangs together with, by how."""

    joined: tuple[int, ...] = ()
    linked: tuple[int, ...] = ()
    split_to: tuple[int, ...] = ()
    split_from: int | None = None
    moved_to: int | None = None
    moved_from: int | None = None


@dataclass(frozen=True, kw_only=True)
class JoinedPost:
    """That a ticket was joined with the one in whose thread this stands; `text` is what it was opened with."""

    ref: TicketRef
    version: int
    number: int
    customer: str
    by: str
    subject: str
    text: str
    is_joined: bool = True
    can_undo: bool = False


@dataclass(frozen=True, kw_only=True)
class WatchCard:
    """The card of somebody who reads along: of the team, or of the customer's colleagues."""

    facts: TicketFacts
    customer: str
    status: TicketStatus
    agent: str | None = None
    is_watching: bool = True
    is_for_colleague: bool = False
