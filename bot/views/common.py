"""What every renderer is given: frozen values, already read, already allowed to be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.actions import Act
from ticketing.model import Priority, Ticket, TicketRef

Block = dict[str, Any]
View = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """What chat.postMessage and chat.update take: `text` tells it all in two sentences, `blocks` show it."""

    text: str
    blocks: list[Block]


@dataclass(frozen=True, kw_only=True)
class TicketFacts:
    """
    What every card of a ticket shows. `category` is its label, `zone` the IANA zone in which fallbacks of date tokens are
    written: the reader's, in channels the desk's.
    """

    ref: TicketRef
    version: int
    subject: str
    category: str
    priority: Priority
    zone: str = "UTC"

    @property
    def number(self) -> int:
        return self.ref.number

    @classmethod
    def of(cls, ticket: Ticket, *, category: str | None = None, zone: str = "UTC") -> TicketFacts:
        """The facts of a ticket; `category` is the label people read, by default the key."""
        return cls(
            ref=ticket.ref,
            version=ticket.version,
            subject=ticket.subject,
            category=category or ticket.category,
            priority=ticket.priority,
            zone=zone,
        )


@dataclass(frozen=True, kw_only=True)
class Promise:
    """When an answer is due, seen at `now`. `back_at` is when the desk opens next, and None while it is open."""

    due_at: datetime
    now: datetime
    back_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OtherAnswer:
    """Somebody else of the team who is answering since `at`; with a `text`, who has answered then, and what."""

    name: str
    at: datetime
    text: str = ""


Possible = frozenset[Act] | None
"""The acts that can be offered now; None offers all that the screen has."""

FieldErrors = Mapping[str, str]
"""`errors` of a form's answer: block_id to sentence."""
