"""Working a ticket: begin, wait, solve, reopen, end."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import bindparam, select

from ticketing.desk.assignment import among_members, assign_or_say_that_nobody_can, category_of, hand_over
from ticketing.desk.base import DeskBase, use_case
from ticketing.desk.comments import add_public_comment, known_comment
from ticketing.desk.roles import as_team
from ticketing.errors import InvalidInput, NotTheHolder, StaleTicket, TicketNotFound
from ticketing.events import EventKind
from ticketing.instants import to_us
from ticketing.lifecycle import Because
from ticketing.model import ClockKind, CloseReason, PersonId, Priority, Ticket, TicketRef, TicketStatus
from ticketing.picking import pick
from ticketing.tables import IS_RESOLVED, tickets
from ticketing.transaction import Transaction

AT_REOPENING = (ClockKind.TIME_TO_CLAIM, ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION)

RESOLVED_BEFORE = (
    select(tickets.c.customer_id, tickets.c.id)
    .where(IS_RESOLVED, tickets.c.resolved_at <= bindparam("before"))
    .order_by(tickets.c.resolved_at)
)
NOT_NUDGED = RESOLVED_BEFORE.where(tickets.c.nudged_at.is_(None))

BEGUN = frozenset({TicketStatus.IN_PROGRESS, TicketStatus.PENDING_CUSTOMER})
"""Somebody works on it."""


class Progress(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def start(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """Begin to work on one's ticket; again changes nothing. Raises NotTheHolder, TransitionNotAllowed."""
        return self._work_on(ref, by)

    @use_case
    def wait_for_customer(
        self, ref: TicketRef, *, by: PersonId, question: str | None = None, source: str = ""
    ) -> Ticket:
        """
        It is the customer's turn: the solution clock stands still until they write.

        With a question, that is a public comment of the same transaction; the same source again changes nothing. Raises
        NotTheHolder, TransitionNotAllowed.
        """
        with self._transaction() as tx:
            ticket = held_by(tx, ref, by)
            if ticket.status is TicketStatus.PENDING_CUSTOMER or known_comment(tx, ticket, source) is not None:
                return ticket
            if question:
                ticket = add_public_comment(tx, ticket, by, question, source=source)
            ticket = begun(tx, ticket, by=by)
            return tx.move(ticket, TicketStatus.PENDING_CUSTOMER, by=by)

    @use_case
    def resume(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """Work on without waiting for the customer. Raises NotTheHolder, TransitionNotAllowed."""
        return self._work_on(ref, by)

    def _work_on(self, ref: TicketRef, by: PersonId) -> Ticket:
        with self._transaction() as tx:
            ticket = held_by(tx, ref, by)
            if ticket.status is TicketStatus.IN_PROGRESS:
                return ticket
            return tx.move(ticket, TicketStatus.IN_PROGRESS, by=by)

    @use_case
    def resolve(
        self, ref: TicketRef, *, by: PersonId, answer: str | None = None, source: str = "", share: bool = False
    ) -> Ticket:
        """
        Mark a ticket as resolved by the agent who holds it; again, or the same source again, changes nothing.

        With an answer, that is a public comment of the same transaction; with `share` other customers may be offered it
        (see `offered_answers`), save in a private category. Raises NotTheHolder, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if ticket.assigned_agent_id != by:
                as_team(tx, ticket, by, "resolve tickets")
                raise NotTheHolder(ticket)
            if ticket.status is TicketStatus.RESOLVED or known_comment(tx, ticket, source) is not None:
                return ticket
            if answer:
                ticket = add_public_comment(tx, ticket, by, answer, source=source)
                if share and not category_of(tx, ticket).private:
                    ticket = tx.log(ticket, EventKind.SHARED, by=by, to_value=ticket.last_comment)
            # One click, two steps: the log must show that work began.
            ticket = begun(tx, ticket, by=by)
            return tx.move(ticket, TicketStatus.RESOLVED, by=by)

    @use_case
    def reopen(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """
        It was not solved: fresh clocks, and back to its last agent if they can take it.

        Its customer says so, or an agent. Raises StaleTicket, NotAnAgent, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if by != ticket.customer_id:
                as_team(tx, ticket, by, "reopen tickets")
            if ticket.status is not TicketStatus.RESOLVED:
                raise StaleTicket(ticket)
            return reopened(tx, ticket, by=by)

    @use_case
    def withdraw(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """
        The customer needs no answer any more; again changes nothing.

        Raises TicketNotFound for anybody else, StaleTicket once it is resolved: then there is nothing to withdraw.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if by != ticket.customer_id:
                raise TicketNotFound(ref.number)
            if ticket.status is TicketStatus.RESOLVED:
                raise StaleTicket(ticket)
            return closed(tx, ticket, CloseReason.WITHDRAWN, by=by)

    @use_case
    def put_aside(self, ref: TicketRef, *, by: PersonId, unless_begun: bool = False) -> Ticket:
        """
        Not a ticket: closed with that reason; again changes nothing.

        Raises NotAnAgent, OwnTicket, TicketNotFound, and StaleTicket once it is resolved: then it was a ticket. So it was,
        with `unless_begun`, as soon as somebody works on it.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "put tickets aside")
            if ticket.status is TicketStatus.RESOLVED or (unless_begun and ticket.status in BEGUN):
                raise StaleTicket(ticket)
            return closed(tx, ticket, CloseReason.NOT_A_TICKET, by=by)

    @use_case
    def set_priority(self, ref: TicketRef, priority: Priority, *, by: PersonId) -> Ticket:
        """
        Change how urgent it is: the deadlines are counted anew from their start, pauses kept.

        Raises NotAnAgent, OwnTicket, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "change priorities")
            return prioritized(tx, ticket, priority, by=by)

    @use_case
    def set_category(self, ref: TicketRef, category: str, *, by: PersonId) -> Ticket:
        """
        Hand it to another team: the deadlines are counted anew from their start.

        Of a private category only its members can have or watch it: whoever else did is released from it, and it is given to
        somebody else. Raises InvalidInput, NotAnAgent, OwnTicket, TicketNotFound.
        """
        with self._transaction() as tx:
            if tx.configuration.category(category) is None:
                raise InvalidInput("category", "Choose one of the categories.")
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "move tickets to another team")
            if ticket.category == category or ticket.status is TicketStatus.CLOSED:
                return ticket
            before = ticket.category
            ticket = tx.recompute_clocks(tx.change(ticket, category=category))
            ticket = tx.log(ticket, EventKind.CATEGORY, by=by, from_value=before, to_value=category)
            return among_members(tx, ticket, by=by)

    @use_case
    def escalate(self, ref: TicketRef, *, by: PersonId | None) -> Ticket:
        """From now on senior agents come first; again changes nothing. Raises NotAnAgent, OwnTicket, TicketNotFound."""
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "escalate tickets")
            if ticket.is_escalated or ticket.status is TicketStatus.CLOSED:
                return ticket
            ticket = tx.change(ticket, is_escalated=True)
            return tx.log(ticket, EventKind.ESCALATED, by=by)

    def close_step(self, now: datetime, *, limit: int = 200) -> int:
        """Close what was resolved long enough ago, and say so in time before; how many were closed. 0 days: never."""
        configuration = self.configuration()
        if not configuration.auto_close_after_days:
            return 0
        close_after = timedelta(days=configuration.auto_close_after_days)
        nudge_before = timedelta(days=configuration.nudge_before_days)
        setbacks = self.setbacks("close")
        look, rows = setbacks.look(now), limit + len(setbacks)
        with self._database.read() as connection:
            over = connection.execute(RESOLVED_BEFORE.limit(rows), {"before": to_us(now - close_after)}).all()
            nearly = {"before": to_us(now - close_after + nudge_before)}
            silent = connection.execute(NOT_NUDGED.limit(rows), nearly).all() if nudge_before else []
        closing = 0
        for ref in look.free(TicketRef(*row) for row in over):
            closing += look.attempt(ref, partial(self._close_by_time, ref, now - close_after))
        for ref in look.free(TicketRef(*row) for row in silent):
            look.attempt(ref, partial(self._nudge, ref))
        return closing

    @use_case
    def _close_by_time(self, ref: TicketRef, before: datetime) -> None:
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if ticket.status is not TicketStatus.RESOLVED or ticket.resolved_at is None or ticket.resolved_at > before:
                return
            closed(tx, ticket, CloseReason.TIME, by=None)

    @use_case
    def _nudge(self, ref: TicketRef) -> None:
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if ticket.status is TicketStatus.RESOLVED and ticket.nudged_at is None:
                ticket = tx.change(ticket, nudged_at=tx.now)
                tx.log(ticket, EventKind.NUDGED, by=None)


def held_by(tx: Transaction, ref: TicketRef, by: PersonId) -> Ticket:
    """The ticket, if that agent holds it now. Raises NotTheHolder, NotAnAgent, OwnTicket, TicketNotFound."""
    ticket = tx.locked(ref)
    if ticket.assigned_agent_id != by or not ticket.is_held:
        as_team(tx, ticket, by, "work on tickets")
        raise NotTheHolder(ticket)
    return ticket


def begun(tx: Transaction, ticket: Ticket, *, by: PersonId) -> Ticket:
    """The ticket with work begun, if it had not."""
    ticket = tx.final(ticket.ref)
    return tx.move(ticket, TicketStatus.IN_PROGRESS, by=by) if ticket.status is TicketStatus.ASSIGNED else ticket


def prioritized(tx: Transaction, ticket: Ticket, priority: Priority, *, by: PersonId) -> Ticket:
    """The ticket with another priority, its deadlines counted anew; a closed one stays as it is."""
    if ticket.priority is priority or ticket.status is TicketStatus.CLOSED:
        return ticket
    before = ticket.priority
    ticket = tx.recompute_clocks(tx.change(ticket, priority=priority))
    return tx.log(ticket, EventKind.PRIORITY, by=by, from_value=int(before), to_value=int(priority))


def reopened(tx: Transaction, ticket: Ticket, *, by: PersonId, said_at: datetime | None = None) -> Ticket:
    """
    A RESOLVED ticket in its next run: with its last agent if they can take it, else in the queue.

    What came late counts from when it was said, but not from before the solution that it says is none.
    """
    at = tx.now if said_at is None else max(said_at, ticket.resolved_at or said_at)
    count = ticket.reopened_count + 1
    last_agent = ticket.last_agent_id
    escalates = count > tx.configuration.reopen_limit and not ticket.is_escalated
    ticket = tx.change(
        ticket,
        reopened_count=count,
        sla_start_at=at,
        first_response_at=None,
        resolved_at=None,
        nudged_at=None,
        is_escalated=ticket.is_escalated or escalates,
    )
    ticket = tx.log(ticket, EventKind.REOPENED, by=by, to_value=count, data={"at": to_us(at)})
    if escalates:
        ticket = tx.log(ticket, EventKind.ESCALATED, by=None, reason=Because.REOPENED)
    ticket = tx.start_clocks(ticket, AT_REOPENING, run=count, at=at)
    category = category_of(tx, ticket)
    reason = pick(tx.connection, ticket, category, last_agent=last_agent, holders=tx.holders(category))
    is_urgent = ticket.priority is Priority.URGENT
    if last_agent is not None and reason.chosen == last_agent and tx.take_load(last_agent, urgent=is_urgent):
        ticket = tx.hold(ticket, last_agent, already_counted=True)
        ticket = tx.move(ticket, TicketStatus.IN_PROGRESS, by=by, said_at=at)
        hand_over(tx, ticket, reason, by=None, already_counted=True)
    else:
        ticket = tx.move(ticket, TicketStatus.OPEN, by=by, because=Because.REOPENED, said_at=at)
        assign_or_say_that_nobody_can(tx, ticket)
    return tx.final(ticket.ref)


def closed(tx: Transaction, ticket: Ticket, reason: CloseReason, *, by: PersonId | None) -> Ticket:
    """A CLOSED ticket, whatever it was before; one that is closed already stays as it is."""
    if ticket.status is TicketStatus.CLOSED:
        return ticket
    because = None if reason is CloseReason.TIME else Because.ENDED
    return tx.move(ticket, TicketStatus.CLOSED, by=by, because=because, reason=reason.value, close_reason=reason)
