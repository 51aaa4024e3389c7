"""What follows from something said on a ticket: turns, clocks, and the log. Used by every way in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ticketing.desk.assignment import give_by_hand, who_can_hold
from ticketing.desk.attachments import checked_files
from ticketing.desk.base import checked_instant, checked_key, checked_text
from ticketing.desk.reading import comment_of
from ticketing.events import EventKind
from ticketing.instants import to_us
from ticketing.model import Attachment, ClockKind, Comment, PersonId, Ticket, TicketStatus
from ticketing.transaction import Transaction

LONGEST_COMMENT = 40_000
NO_WORDS = "Write something to send."


def known_comment(tx: Transaction, ticket: Ticket, source: str) -> Comment | None:
    """What the same source has made before. Raises InvalidInput for one that could not be stored."""
    if not source:
        return None
    return comment_of(tx.connection, ticket.customer_id, checked_key("source", source))


def instant_said(tx: Transaction, said_at: datetime | None) -> datetime:
    """When something was said: never later than now, for it cannot come from the future. Raises InvalidInput."""
    return tx.now if said_at is None else min(checked_instant("said_at", said_at), tx.now)


def keep(
    tx: Transaction,
    ticket: Ticket,
    author_id: PersonId,
    text: str,
    *,
    internal: bool,
    source: str,
    said_at: datetime | None = None,
    automatic: bool = False,
    files: Sequence[Attachment] = (),
    via: int | None = None,
    for_desk: bool = True,
) -> tuple[Ticket, Comment]:
    """
    Store and log a comment, without what follows from it; a file may say it all. Raises InvalidInput.

    `for_desk`: whether its author speaks for the team, which a later change of their role does not change.
    `via` is the number of the merged ticket on which it was said.
    """
    number = ticket.last_comment + 1
    files = checked_files(files)
    comment = Comment(
        customer_id=ticket.customer_id,
        ticket_number=ticket.number,
        number=number,
        author_id=author_id,
        text=checked_text("text", text, longest=LONGEST_COMMENT, empty=None if files else NO_WORDS),
        is_internal=internal,
        is_automatic=automatic,
        said_at=instant_said(tx, said_at),
        source=source or f"n:{ticket.number}:{number}",
    )
    ticket = tx.say(ticket, comment)
    tx.keep_files(ticket, number, files)
    data: dict[str, Any] = {
        "comment": number,
        "internal": internal,
        "automatic": automatic,
        "said_at": to_us(comment.said_at),
        "for_desk": for_desk,
    }
    data |= {} if via is None else {"via": via}
    return tx.log(ticket, EventKind.COMMENTED, by=author_id, to_value=number, data=data), comment


def add_public_comment(tx: Transaction, ticket: Ticket, agent_id: PersonId, text: str, *, source: str) -> Ticket:
    """An agent answers the customer as part of another step."""
    ticket, comment = keep(tx, ticket, agent_id, text, internal=False, source=source)
    return answered(tx, ticket, comment)


def answered(tx: Transaction, ticket: Ticket, comment: Comment, *, claims: bool = True) -> Ticket:
    """
    What a public comment of an agent does: the answer that was owed is given.

    On OPEN it claims, save where one answer goes to many (`claims`), on ASSIGNED work begins. An answer counts from when it
    was said, and an automatic one is none.
    """
    if comment.is_automatic:
        return ticket
    ticket = tx.final(ticket.ref)
    if claims and ticket.status is TicketStatus.OPEN:
        agent = who_can_hold(tx, ticket, comment.author_id)
        if agent is not None:
            ticket = give_by_hand(tx, ticket, agent, by=comment.author_id)
    if ticket.status is TicketStatus.ASSIGNED and ticket.assigned_agent_id == comment.author_id:
        ticket = tx.move(ticket, TicketStatus.IN_PROGRESS, by=comment.author_id)
    if ticket.first_response_at is None:
        ticket = tx.change(ticket, first_response_at=max(comment.said_at, ticket.sla_start_at))
    return tx.stop_clocks(ticket, met=[ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE], at=comment.said_at)


def asked(tx: Transaction, ticket: Ticket, comment: Comment) -> Ticket:
    """What a customer's comment does: it is our turn."""
    return our_turn(tx, ticket, by=comment.author_id, at=comment.said_at)


def our_turn(tx: Transaction, ticket: Ticket, *, by: PersonId, at: datetime) -> Ticket:
    """
    The customer has asked something at `at`: it is our turn, also for who had put the ticket out of sight until later.

    The next answer is owed from the first unanswered comment on, once the first answer was given: until then that one is.
    """
    ticket = tx.final(ticket.ref)
    if ticket.snoozed_until is not None:
        ticket = tx.log(tx.change(ticket, snoozed_until=None), EventKind.WOKEN, by=by)
    if ticket.status is TicketStatus.PENDING_CUSTOMER:
        ticket = tx.move(ticket, TicketStatus.IN_PROGRESS, by=by, said_at=at)
    owed = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
    if any(clock.is_running and clock.kind in owed for clock in ticket.clocks) or ticket.first_response_at is None:
        return ticket
    turn = ticket.clock(ClockKind.NEXT_RESPONSE)
    run = 0 if turn is None else turn.run + 1
    return tx.start_clocks(ticket, [ClockKind.NEXT_RESPONSE], run=run, at=at)
