"""What a customer is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.values import NewTicketState
from bot.views.common import Possible, Promise, TicketFacts
from ticketing.model import CloseReason, Priority, Ticket, TicketRef, TicketStatus


class FieldKind(StrEnum):
    """How a category's own field is asked."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class FieldSpec:
    """A field of a category. `options` are value and label, for CHOICE (100 at most, Slack's limit)."""

    key: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    is_required: bool = False
    hint: str | None = None
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class CategoryChoice:
    """A category as the form offers it."""

    key: str
    label: str
    default_priority: Priority = Priority.MEDIUM
    fields: tuple[FieldSpec, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SimilarAnswer:
    """A resolved ticket that may help; only the subject and the public solution are ever shown."""

    ref: TicketRef
    version: int
    subject: str
    solution: str


@dataclass(frozen=True, kw_only=True)
class NewTicketForm:
    """
    The new-ticket modal. `subject` and `description` fill the fields when it opens; later Slack keeps what was typed.

    `for_customer` is whose ticket it becomes where that is settled, `asks_for_whom` offers a choice (to the team alone).
    `state` travels in private_metadata; `bot.blocks.new_ticket.choose_category` makes the form after a choice.
    """

    categories: tuple[CategoryChoice, ...]
    category: str | None = None
    priority: Priority = Priority.MEDIUM
    subject: str = ""
    description: str = ""
    similar: tuple[SimilarAnswer, ...] = ()
    promise: Promise | None = None
    zone: str = "UTC"
    for_customer: str | None = None
    asks_for_whom: bool = False
    state: NewTicketState = field(default_factory=NewTicketState)

    @property
    def chosen(self) -> CategoryChoice | None:
        return next((one for one in self.categories if one.key == self.category), None)


@dataclass(frozen=True, kw_only=True)
class NewTicketAnswers:
    """
    What a submitted new-ticket form says; empty where nothing was written.

    `fields` holds the category's own fields, `customer` the Slack id of who was chosen as the customer.
    """

    subject: str
    description: str
    category: str | None
    priority: Priority | None
    fields: dict[str, str]
    state: NewTicketState
    customer: str | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """
    What stands in the form's place after Send. `link` is the thread's permalink, once there is one; `customer` whose ticket it is
    where that is somebody else; `is_in_thread` says that it goes on beneath the channel message that it was opened from.
    """

    number: int
    promise: Promise | None
    zone: str = "UTC"
    link: str | None = None
    customer: str | None = None
    is_in_thread: bool = False


class CustomerState(StrEnum):
    """The rows of the table in the customer's card."""

    WAITING = "waiting"
    HELD = "held"
    BEGUN = "begun"
    THEIR_TURN = "their_turn"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"

    @classmethod
    def of(cls, ticket: Ticket) -> CustomerState:
        """Where the ticket stands, in the customer's eyes."""
        if ticket.status is TicketStatus.CLOSED:
            ended = {CloseReason.WITHDRAWN: cls.WITHDRAWN, CloseReason.MERGED: cls.MERGED}
            return ended.get(ticket.close_reason or CloseReason.TIME, cls.CLOSED)
        return {
            TicketStatus.OPEN: cls.WAITING,
            TicketStatus.ASSIGNED: cls.HELD,
            TicketStatus.IN_PROGRESS: cls.BEGUN,
            TicketStatus.PENDING_CUSTOMER: cls.THEIR_TURN,
            TicketStatus.RESOLVED: cls.RESOLVED,
        }[ticket.status]


@dataclass(frozen=True, kw_only=True)
class CustomerCard:
    """
    The customer's one card. `agent` is the full name of who has it or resolved it; `answer_by` the next answer owed,
    `back_at` when the desk opens before that, if it is closed;
    `comment` the number of the question or solution shown; `joined_with` what a merge led to; `is_rated` replaces the two
    rating buttons by Add a comment, `is_helpful` is what was said; `opened_by` is who of the team opened it for them;
    `close_reason` is why it is closed.
    """

    facts: TicketFacts
    state: CustomerState
    agent: str | None = None
    answer_by: datetime | None = None
    back_at: datetime | None = None
    question: str | None = None
    solution: str | None = None
    comment: int = 0
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    joined_with: int | None = None
    is_rated: bool = False
    is_helpful: bool | None = None
    in_channel: bool = False
    opened_by: str | None = None
    possible: Possible = None


@dataclass(frozen=True, kw_only=True)
class ThreadPost:
    """Something said on the ticket, posted in the customer's thread. `author` None where nobody is to be named."""

    ref: TicketRef
    version: int
    text: str
    author: str | None = None
    comment: int = 0


@dataclass(frozen=True, kw_only=True)
class LateApology:
    """The one apology for a promise that slipped."""

    number: int
    promised_at: datetime
    agent: str | None
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class OpenTicketLine:
    """
    One of the customer's other tickets, by name. What is written to a closed one opens another, linked to it; to a resolved one
    it says that it is not solved.
    """

    ref: TicketRef
    subject: str
    is_closed: bool = False
    is_resolved: bool = False


class OfferState(StrEnum):
    """An offer, and what became of it."""

    ASKING = "asking"
    ADDED = "added"
    REOPENED = "reopened"
    OPENED = "opened"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """
    A message outside any thread, and where it may belong. `source` is the natural key of its first message
    (`m:<channel>:<ts>`); `tickets` are the customer's open ones, last active first, and `has_others` says whether they have any
    besides the first of them, closed ones too; `placed` is the number it got. `in_channel`: others read it, so that it names no
    ticket; and one that goes on elsewhere is not `placed`.
    """

    source: str
    text: str
    tickets: tuple[OpenTicketLine, ...] = ()
    has_others: bool = False
    in_channel: bool = False
    state: OfferState = OfferState.ASKING
    placed: int | None = None
    promise: Promise | None = None
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class OtherTicketForm:
    """To which of all their tickets somebody's message belongs; `source` and `text` are the offer's."""

    source: str
    text: str
    tickets: tuple[OpenTicketLine, ...]
