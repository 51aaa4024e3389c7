"""Taking back a resolve, a reassignment or a withdrawal: within the window, and only while nothing else has happened."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from ticketing.desk.assignment import give_by_hand, takers_agent
from ticketing.desk.base import DeskBase, use_case
from ticketing.desk.people import agent_of
from ticketing.desk.promising import lapse_again
from ticketing.desk.roles import as_team
from ticketing.errors import TooLateToUndo
from ticketing.events import EventKind, TicketEvent
from ticketing.lifecycle import Because
from ticketing.model import HELD, ClockKind, CloseReason, PersonId, SlaClock, Ticket, TicketRef, TicketStatus
from ticketing.rows import event_from
from ticketing.tables import ticket_events
from ticketing.transaction import Transaction

NOTHING_TO_UNDO = "there is nothing of yours to undo"
SOMETHING_SINCE = "something else has happened since"
TIME_IS_UP = "the time for it is over"
HOLDER_HAS_LEFT = "who had it is an agent no more"


class Undo(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def undo(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """
        Take back what one has just done: a resolve, a withdrawal, or giving a ticket to another agent.

        Status, holder and clocks are as before. What was said stays said. Raises TooLateToUndo, NotAnAgent, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if by != ticket.customer_id:
                as_team(tx, ticket, by, "undo this")
            act = _last_event(tx, ticket)
            if act.actor_id != by or act.kind not in (EventKind.STATUS, EventKind.ASSIGNED):
                raise TooLateToUndo(ticket, SOMETHING_SINCE if act.actor_id != by else NOTHING_TO_UNDO)
            if tx.now > act.at + tx.configuration.undo_window:
                raise TooLateToUndo(ticket, TIME_IS_UP)
            if act.kind is EventKind.ASSIGNED:
                return _give_back(tx, ticket, act, by=by)
            if ticket.status is TicketStatus.RESOLVED or ticket.close_reason is CloseReason.WITHDRAWN:
                return as_before(tx, ticket, act, by=by)
            raise TooLateToUndo(ticket, NOTHING_TO_UNDO)


def _last_event(tx: Transaction, ticket: Ticket) -> TicketEvent:
    row = tx.connection.execute(
        select(ticket_events).where(
            ticket_events.c.customer_id == ticket.customer_id,
            ticket_events.c.ticket_id == ticket.number,
            ticket_events.c.seq == ticket.last_event,
        )
    )
    return event_from(row.mappings().one())


def _give_back(tx: Transaction, ticket: Ticket, act: TicketEvent, *, by: PersonId) -> Ticket:
    if act.from_value is None or act.from_value == act.to_value:
        raise TooLateToUndo(ticket, NOTHING_TO_UNDO)
    if agent_of(tx.connection, PersonId(int(act.from_value))) is None:
        raise TooLateToUndo(ticket, HOLDER_HAS_LEFT)
    agent = takers_agent(tx, ticket, PersonId(int(act.from_value)))
    ticket = give_by_hand(tx, ticket, agent, by=by)
    return tx.log(ticket, EventKind.UNDONE, by=by, to_value=act.seq)


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
