"""What modals are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.actions import Act, Form
from bot.views.common import OtherAnswer, TicketFacts
from ticketing.model import PersonId, TicketRef


@dataclass(frozen=True, kw_only=True)
class TextForm:
    """
    Reply, Note, Resolve, Wait, Answer: one text. `form` says which.

    `can_share` asks whether other customers may read it; `others` are writing an answer too, `answer` has just gone out.
    """

    form: Form
    facts: TicketFacts
    customer: str
    text: str = ""
    can_share: bool = False
    others: tuple[OtherAnswer, ...] = ()
    answer: OtherAnswer | None = None


@dataclass(frozen=True, kw_only=True)
class RatingForm:
    """What a customer said of a resolution, to be changed or said more of."""

    facts: TicketFacts
    is_helpful: bool
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class AgentChoice:
    """An agent to whom a ticket can be given; `fits` when the automatic could have chosen them."""

    id: PersonId
    name: str
    load: int
    max_load: int
    fits: bool = True
    is_available: bool = True


@dataclass(frozen=True, kw_only=True)
class AssignForm:
    """
    Assign, or Reassign away from `holder` (by name) with `holder_id`; both None when nobody has it.

    Agents in the order to be shown. Of more than Slack shows, 100 of those who can take it or of the others, one types a name.
    """

    facts: TicketFacts
    agents: tuple[AgentChoice, ...]
    holder: str | None = None
    holder_id: PersonId | None = None


@dataclass(frozen=True, kw_only=True)
class TakeForm:
    """Take it, or Seen (`is_seen`): until when? `promised_by` is who else sees to it by now, and until when."""

    facts: TicketFacts
    is_seen: bool = False
    holder: str | None = None
    promised_by: str | None = None
    promised_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ChoiceForm:
    """Priority, category, or until when to snooze: one of a few, as value and label. `form` says which."""

    form: Form
    facts: TicketFacts
    options: tuple[tuple[str, str], ...]
    chosen: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReadAll:
    """
    A whole text; `author` and `said_at` head it. `comment` 0 is the description.

    For a colleague of the customer's, `is_watching` says whether they watch the ticket; None for all others.
    """

    ref: TicketRef
    text: str
    author: str
    said_at: datetime | None = None
    comment: int = 0
    page: int = 1
    zone: str = "UTC"
    version: int = 0
    is_watching: bool | None = None


@dataclass(frozen=True, kw_only=True)
class MoreActions:
    """Each other thing possible now, in the order to be shown."""

    facts: TicketFacts
    acts: tuple[Act, ...]
    customer: str


@dataclass(frozen=True, kw_only=True)
class WhyView:
    """Six lines at most, each a sentence already."""

    facts: TicketFacts
    lines: tuple[str, ...]
