"""What the desk refuses, as sentences people read: the one place that maps errors to words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import text
from bot.actions import COMMAND_HELPDESK, Act
from bot.blocks.parts import act_button, actions, message, section
from bot.values import offer_value
from bot.views import Message, TicketFacts
from bot.views.common import Block
from bot.words import common
from bot.words import customer as customer_words
from bot.words import refusals as words
from ticketing.errors import (
    AgentFull,
    AlreadyHeld,
    DatabaseUnavailable,
    HelpdeskError,
    LeaseLost,
    NotAllowed,
    NotAnAgent,
    NotTheHolder,
    OwnTicket,
    PersonNotFound,
    StaleTicket,
    TicketNotFound,
    TooLateToUndo,
    TransitionNotAllowed,
)
from ticketing.model import CloseReason, PersonId, Priority, Ticket, TicketRef, TicketStatus

_JUST = timedelta(seconds=60)
_WORD = 40


@dataclass(frozen=True, kw_only=True)
class LastChange:
    """Who changed the ticket last and how; `did` is a key of `words.DID`, `to` who was given it."""

    by: PersonId | None
    did: str
    at: datetime
    to: PersonId | None = None


@dataclass(frozen=True, kw_only=True)
class RefusalContext:
    """
    What is known where the refusal is said: `names` of the people who may be named, the reader's `zone`, `now`.

    `from_form` when the text stands in a form that stays open, `from_command` when nothing was pressed; `is_message` when
    it was a message of an agent's that could not go out, whose natural key is `source`;
    `next_in_queue` what may be claimed instead; `lead` who can help, `written_by` the customer who has written since.
    """

    names: Mapping[PersonId, str] = field(default_factory=dict)
    zone: str = "UTC"
    now: datetime | None = None
    reader: PersonId | None = None
    lead: str | None = None
    written_by: str | None = None
    source: str = ""
    next_in_queue: tuple[TicketRef, int] | None = None
    last_change: LastChange | None = None
    from_form: bool = False
    from_command: bool = False
    is_message: bool = False


@dataclass(frozen=True)
class Refusal:
    """A sentence or two (mrkdwn, escaped), and a button where there is a way on."""

    text: str
    button: Block | None = None

    def message(self) -> Message:
        """The refusal as a private answer."""
        return message(self.text, [section(self.text), actions(self.button)])


def refusal(error: HelpdeskError, context: RefusalContext | None = None) -> Refusal:
    """What to say for an error of the desk."""
    known = context or RefusalContext()
    match error:
        case AlreadyHeld():
            return _already_held(error, known)
        case NotTheHolder():
            return _not_the_holder(error, known)
        case AgentFull():
            return _full(error, known)
        case TooLateToUndo():
            why = text.inline(error.why, text.LIST_SUBJECT).rstrip(".")
            if known.written_by:
                why = words.HAS_WRITTEN.format(customer=text.first(known.written_by))
            return _too_late(error.ticket, words.TOO_LATE.format(why=why), known)
        case _:
            return Refusal(_sentence(error, known))


def _too_late(ticket: Ticket, sentence: str, known: RefusalContext) -> Refusal:
    """What is resolved can be reopened, by either side; what was withdrawn goes on in a new ticket; else there is no way on."""
    is_theirs = known.reader == ticket.customer_id
    if ticket.status is TicketStatus.RESOLVED:
        again = Act.NOT_SOLVED if is_theirs else Act.REOPEN
        return Refusal(sentence, act_button(again, _facts(ticket.ref, ticket.version)))
    if is_theirs and ticket.close_reason is CloseReason.WITHDRAWN:
        return Refusal(f"{sentence} {words.WRITE_HERE}")
    return Refusal(sentence)


def failure(reference: str, lead: str | None = None) -> Refusal:
    """What is said when something failed on our side; `reference` finds it in the log."""
    known = text.escape(reference)
    if lead is None:
        return Refusal(words.FAILED_NO_LEAD.format(reference=known))
    return Refusal(words.FAILED.format(reference=known, lead=text.first(lead)))


def unknown_command(word: str, known: Iterable[str], command: str = COMMAND_HELPDESK) -> Refusal:
    """A word that is no command, and the nearest one that is."""
    sentence = words.UNKNOWN_COMMAND.format(word=text.inline(word, _WORD))
    near = difflib.get_close_matches(word.lower(), list(known), n=1)
    if near:
        return Refusal(f"{sentence} {words.DID_YOU_MEAN.format(command=f'{command} {near[0]}')}")
    return Refusal(f"{sentence} {words.TRY_HELP.format(command=command)}")


def followed_up(number: int, follow_up: int) -> str:
    """A message on a closed ticket opened another."""
    return customer_words.CLOSED_FOLLOW_UP.format(number=number, follow_up=follow_up)


def not_delivered(number: int, customer: str) -> str:
    """A reply whose reader is gone."""
    return words.NOT_DELIVERED.format(customer=text.first(customer), number=number)


def slow() -> str:
    """A reply that waits for Slack."""
    return words.SLOW


def _sentence(error: HelpdeskError, known: RefusalContext) -> str:
    """The refusals with no way on; what has no words of its own says what the desk says."""
    match error:
        case DatabaseUnavailable():
            return _not_saved(known)
        case TicketNotFound():
            return words.NO_TICKET.format(number=error.number)
        case NotAnAgent():
            return _with_lead(words.ONLY_AGENTS.format(act=text.escape(error.act)), known)
        case NotAllowed():
            return words.ONLY_ROLE.format(act=text.escape(error.act), needed=text.escape(error.needed))
        case OwnTicket():
            return words.OWN_TICKET
        case StaleTicket():
            return _stale(error.ticket, known)
        case TransitionNotAllowed():
            return words.STALE_STATUS.format(number=error.number, status=common.STATUS[error.from_status])
        case PersonNotFound():
            return words.UNKNOWN_PERSON
        case LeaseLost():
            return words.SAVED_ELSEWHERE
        case _:
            return text.cut_escaped(str(error), text.PIECE)


def _not_saved(known: RefusalContext) -> str:
    if known.from_form:
        return words.NOT_SAVED_FORM
    return words.NOT_SAVED_COMMAND if known.from_command else words.NOT_SAVED


def _with_lead(sentence: str, known: RefusalContext) -> str:
    return f"{sentence} {words.LEAD_CAN.format(lead=text.first(known.lead))}" if known.lead else sentence


def _already_held(error: AlreadyHeld, known: RefusalContext) -> Refusal:
    number, holder = error.ticket.number, _holder(error.ticket, known) or words.SOMEBODY
    if error.since is None:
        sentence = words.HELD.format(holder=holder, number=number)
    elif (known.now or error.ticket.as_of) - error.since <= _JUST:
        at = text.at_second(error.since, known.zone)
        sentence = words.JUST_BEFORE.format(holder=holder, number=number, at=at)
    else:
        sentence = words.HELD_SINCE.format(holder=holder, number=number, since=text.since(error.since, known.zone))
    if known.next_in_queue is None:
        return Refusal(sentence)
    ref, version = known.next_in_queue
    following = words.NEXT_IN_QUEUE.format(number=ref.number)
    return Refusal(f"{sentence} {following}", act_button(Act.CLAIM, _facts(ref, version)))


def _not_the_holder(error: NotTheHolder, known: RefusalContext) -> Refusal:
    number, holder = error.ticket.number, _holder(error.ticket, known)
    if not known.is_message:
        template = words.HOLDS_NOW if holder else words.NOBODY_HOLDS
        return Refusal(template.format(holder=holder, number=number))
    template = words.NOT_SENT if holder else words.NOT_SENT_NOBODY
    sentence = template.format(holder=holder, number=number)
    if not known.source:
        return Refusal(sentence)
    ref = error.ticket.ref
    kept = offer_value(known.source, ref)
    return Refusal(sentence, act_button(Act.KEEP_AS_NOTE, _facts(ref, error.ticket.version), value=kept))


def _full(error: AgentFull, known: RefusalContext) -> Refusal:
    if known.reader is not None and known.reader != error.agent_id:
        agent = text.first(known.names[error.agent_id]) if error.agent_id in known.names else words.SOMEBODY
        return Refusal(words.FULL_OTHER.format(agent=agent, load=error.load, max_load=error.max_load))
    sentence = words.FULL.format(load=error.load, max_load=error.max_load)
    return Refusal(sentence, act_button(Act.CLAIM_ANYWAY, _facts(error.ticket.ref, error.ticket.version)))


def _stale(ticket: Ticket, known: RefusalContext) -> str:
    change = known.last_change
    if change is None or change.by is None or change.by not in known.names:
        return words.STALE_STATUS.format(number=ticket.number, status=common.STATUS[ticket.status])
    if change.to is not None and change.to != change.by:
        return words.STALE_GIVEN.format(
            who=text.first(known.names[change.by]),
            number=ticket.number,
            agent=text.first(known.names[change.to]) if change.to in known.names else common.SOMEBODY,
            at=text.at(change.at, known.zone),
        )
    return words.STALE.format(
        who=text.first(known.names[change.by]),
        did=words.DID.get(change.did, words.DID["changed"]),
        number=ticket.number,
        at=text.at(change.at, known.zone),
    )


def _holder(ticket: Ticket, known: RefusalContext) -> str:
    """The first name of who holds the ticket; empty when nobody does."""
    if ticket.assigned_agent_id is None or not ticket.is_held:
        return ""
    name = known.names.get(ticket.assigned_agent_id)
    return text.first(name) if name else words.SOMEBODY


def _facts(ref: TicketRef, version: int) -> TicketFacts:
    return TicketFacts(ref=ref, version=version, subject="", category="", priority=Priority.MEDIUM)
