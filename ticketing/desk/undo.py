"""Taking back what was just done, within the window, and only while nothing else has happened (docs/lifecycle.md)."""

from __future__ import annotations

from ticketing.desk.assignment import give_by_hand, takers_agent
from ticketing.desk.base import use_case
from ticketing.desk.people import agent_of
from ticketing.desk.problems import Problems
from ticketing.desk.roles import as_team
from ticketing.desk.taking_back import (
    HOLDER_HAS_LEFT,
    NOTHING_TO_UNDO,
    SOMETHING_SINCE,
    TAKEN_BACK,
    as_before,
    check_window,
    events_of,
    events_since,
)
from ticketing.errors import TooLateToUndo
from ticketing.events import EventKind, TicketEvent
from ticketing.lifecycle import Because
from ticketing.model import CloseReason, PersonId, Ticket, TicketRef, TicketStatus
from ticketing.transaction import Transaction

UNDO = "undo this"

TEAM_ENDS = frozenset({CloseReason.NOT_A_TICKET, CloseReason.MOVED})
"""Ends that anybody of the team takes back, not only who did it: the card that offers it is everybody's."""

LEAVES_IT_AS_MOVED = frozenset(
    {
        EventKind.PROBLEM_LINKED,
        EventKind.ASSIGNED,
        EventKind.UNASSIGNABLE,
        EventKind.CLOCKS_RECOMPUTED,
        EventKind.WARNED,
        EventKind.BREACHED,
        EventKind.ALERT_STEP,
        EventKind.ALERT_DISPROVED,
    }
)
"""What may have happened to a ticket that came about by a move and is to go again: who has it, and what time alone does."""


class Undo(Problems):
    """See `ticketing.desk.Desk`."""

    @use_case
    def undo(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """
        Take back what one has just done: a resolve, a withdrawal, a snooze, or giving a ticket to another agent; and, whoever of
        the team did it, that a ticket was put aside or moved to another customer.

        Status, holder and clocks are as before. What was said stays said. Raises TooLateToUndo, NotAnAgent, OwnTicket,
        TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if by != ticket.customer_id:
                as_team(tx, ticket, by, UNDO)
            if ticket.close_reason is CloseReason.MOVED and by != ticket.customer_id:
                return self._move_back(tx, ticket, by=by)
            act = events_since(tx, ticket, ticket.last_event - 1)[0]
            is_teams = ticket.close_reason in TEAM_ENDS and act.kind is EventKind.STATUS and by != ticket.customer_id
            if act.actor_id != by and not is_teams:
                raise TooLateToUndo(ticket, TAKEN_BACK if act.kind is EventKind.UNDONE else SOMETHING_SINCE)
            if act.kind not in (EventKind.STATUS, EventKind.ASSIGNED, EventKind.SNOOZED):
                raise TooLateToUndo(ticket, NOTHING_TO_UNDO)
            check_window(tx, ticket, act)
            if act.kind is EventKind.ASSIGNED:
                return _give_back(tx, ticket, act, by=by)
            if act.kind is EventKind.SNOOZED:
                ticket = tx.change(ticket, snoozed_until=None)
                return tx.log(ticket, EventKind.UNDONE, by=by, to_value=act.seq)
            if is_teams or ticket.status is TicketStatus.RESOLVED or ticket.close_reason is CloseReason.WITHDRAWN:
                return as_before(tx, ticket, act, by=by)
            raise TooLateToUndo(ticket, NOTHING_TO_UNDO)

    def _move_back(self, tx: Transaction, ticket: Ticket, *, by: PersonId) -> Ticket:
        """
        A ticket as it was before it was moved; the one that was opened in its place is closed as moved.

        Too late once anything was said or done on that one. It has the higher number, and so is locked last.
        """
        act, moves = events_of(tx, ticket, EventKind.STATUS)[0], events_of(tx, ticket, EventKind.MOVED_TO)
        if not moves:
            raise TooLateToUndo(ticket, NOTHING_TO_UNDO)  # it came about by a move that was taken back
        check_window(tx, ticket, act)
        new = tx.locked(TicketRef(PersonId(int(moves[0].data["customer"])), int(str(moves[0].to_value))))
        as_team(tx, new, by, UNDO)
        began = events_of(tx, new, EventKind.MOVED_FROM)[0]
        since = [each for each in events_since(tx, ticket, act.seq) if each.kind is not EventKind.PROBLEM_UNLINKED]
        if since or any(not _leaves_as_moved(each) for each in events_since(tx, new, began.seq)):
            raise TooLateToUndo(ticket, SOMETHING_SINCE)
        new = tx.move(
            new,
            TicketStatus.CLOSED,
            by=by,
            because=Because.ENDED,
            reason=CloseReason.MOVED.value,
            close_reason=CloseReason.MOVED,
        )
        self._carry_problem(tx, new, ticket, by=by)
        return as_before(tx, tx.final(ticket.ref), act, by=by)


def _leaves_as_moved(event: TicketEvent) -> bool:
    handed_out = event.kind is EventKind.STATUS and event.to_value in (TicketStatus.OPEN, TicketStatus.ASSIGNED)
    return handed_out or event.kind in LEAVES_IT_AS_MOVED


def _give_back(tx: Transaction, ticket: Ticket, act: TicketEvent, *, by: PersonId) -> Ticket:
    if act.from_value is None or act.from_value == act.to_value:
        raise TooLateToUndo(ticket, NOTHING_TO_UNDO)
    if agent_of(tx.connection, PersonId(int(act.from_value))) is None:
        raise TooLateToUndo(ticket, HOLDER_HAS_LEFT)
    agent = takers_agent(tx, ticket, PersonId(int(act.from_value)))
    ticket = give_by_hand(tx, ticket, agent, by=by)
    return tx.log(ticket, EventKind.UNDONE, by=by, to_value=act.seq)
