"""What every way of taking back has in common: the log of what was done, and a ticket as it was before (docs/lifecycle.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select

from ticketing.desk.people import agent_of
from ticketing.desk.promising import lapse_again
from ticketing.errors import TooLateToUndo
from ticketing.events import EventKind, TicketEvent
from ticketing.lifecycle import Because
from ticketing.model import HELD, ClockKind, PersonId, SlaClock, Ticket, TicketStatus
from ticketing.rows import event_from
from ticketing.tables import ticket_events
from ticketing.transaction import Transaction

NOTHING_TO_UNDO = "there is nothing of yours to undo"
SOMETHING_SINCE = "something else has happened since"
TAKEN_BACK = "it was taken back already"
TIME_IS_UP = "the time for it is over"
HOLDER_HAS_LEFT = "who had it is an agent no more"

_event = ticket_events.c
_of_ticket = (_event.customer_id == bindparam("customer_id"), _event.ticket_id == bindparam("number"))
EVENTS_OF_KIND = select(ticket_events).where(*_of_ticket, _event.kind == bindparam("kind")).order_by(_event.seq.desc())
EVENTS_SINCE = select(ticket_events).where(*_of_ticket, _event.seq > bindparam("seq")).order_by(_event.seq)


def check_window(tx: Transaction, ticket: Ticket, act: TicketEvent) -> None:
    """Raise TooLateToUndo where what was done is too long ago."""
    if tx.now > act.at + tx.configuration.undo_window:
        raise TooLateToUndo(ticket, TIME_IS_UP)


def events_of(tx: Transaction, ticket: Ticket, kind: EventKind) -> list[TicketEvent]:
    """What the log says of a kind, the latest first."""
    rows = tx.connection.execute(EVENTS_OF_KIND, _key(ticket) | {"kind": kind.value})
    return [event_from(row) for row in rows.mappings()]


def events_since(tx: Transaction, ticket: Ticket, seq: int) -> list[TicketEvent]:
    """What the log says after an entry, the earliest first."""
    rows = tx.connection.execute(EVENTS_SINCE, _key(ticket) | {"seq": seq})
    return [event_from(row) for row in rows.mappings()]


def _key(ticket: Ticket) -> dict[str, Any]:
    return {"customer_id": ticket.customer_id, "number": ticket.number}


def as_before(tx: Transaction, ticket: Ticket, act: TicketEvent, *, by: PersonId) -> Ticket:
    """A ticket that is over as it was before `act`, the step that ended it. Raises TooLateToUndo."""
    before = TicketStatus(str(act.from_value))
    holder = ticket.assigned_agent_id
    if before in HELD and (holder is None or agent_of(tx.connection, holder) is None):
        raise TooLateToUndo(ticket, HOLDER_HAS_LEFT)
    # What an answer in the same step has met stays met; what the step itself ended runs again.
    ended = {(ClockKind(kind), run) for kind, run in act.data["ended"]}
    for clock in ticket.clocks:
        if (clock.kind, clock.run) in ended:
            ticket = tx.put_clock(ticket, running_again(clock))
    if before is TicketStatus.PENDING_CUSTOMER:
        tx.reopen_pauses(ticket, act.at)
    ticket = tx.recompute_clocks(ticket)
    was_resolved = {"resolved_at": ticket.resolved_at}
    changes = {"resolved_at": None, "nudged_at": None} if ticket.status is TicketStatus.RESOLVED else was_resolved
    ticket = tx.move(
        ticket,
        before,
        by=by,
        because=Because.UNDONE,
        assigned_agent_id=None if before is TicketStatus.OPEN else ticket.assigned_agent_id,
        closed_at=None,
        close_reason=None,
        **changes,
    )
    ticket = tx.recompute_clocks(ticket)  # once more, for what is owed only now that it is not over
    ticket = tx.log(ticket, EventKind.UNDONE, by=by, to_value=act.seq)
    return lapse_again(tx, ticket, act.at)


def running_again(clock: SlaClock) -> SlaClock:
    """The clock as if it had not ended; its deadline is to be counted anew."""
    return replace(clock, ended_at=None, outcome=None)
