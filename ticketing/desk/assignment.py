"""Who has a ticket: by the automatic, by hand, and back to the queue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from ticketing import queue, routing
from ticketing.configuration import Category
from ticketing.desk.base import DeskBase, use_case
from ticketing.desk.people import agent_of
from ticketing.errors import AgentFull, AlreadyHeld, HelpdeskError, NotAnAgent, NotTheHolder, OwnTicket, StaleTicket
from ticketing.lifecycle import Because
from ticketing.model import Agent, ClockKind, EventKind, PersonId, Priority, Ticket, TicketRef, TicketStatus
from ticketing.picking import pick, waits_before
from ticketing.routing import Candidate, RoutingReason
from ticketing.tables import tickets
from ticketing.transaction import Transaction

TRIES = 5
"""How often the automatic chooses again when somebody else took the room it had found."""

HEAD = (
    select(tickets.c.customer_id, tickets.c.id, tickets.c.queue_rank)
    .where(tickets.c.category == bindparam("category"), tickets.c.queue_rank.is_not(None))
    .order_by(tickets.c.queue_rank)
    .limit(1)
)
"""The first in line of one category; the first of all is the least of these."""


class Assignment(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def claim(
        self, ref: TicketRef, *, by: PersonId, version: int | None = None, beyond_capacity: bool = False
    ) -> Ticket:
        """
        Take a waiting ticket; claiming one's own again changes nothing.

        Of two who claim at once exactly one wins. Raises AlreadyHeld (with who and since when), StaleTicket, OwnTicket,
        NotAnAgent, AgentFull (unless `beyond_capacity`), TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            agent = takers_agent(tx, ticket, by)
            if ticket.assigned_agent_id == by and ticket.is_held:
                return ticket
            if ticket.is_held:
                raise AlreadyHeld(ticket, ticket.assigned_at)
            if ticket.status is not TicketStatus.OPEN:
                raise StaleTicket(ticket)
            if agent.current_load >= agent.max_load and not beyond_capacity:
                raise AgentFull(by, agent.current_load, agent.max_load)
            return give_by_hand(tx, ticket, agent, by=by)

    @use_case
    def assign(self, ref: TicketRef, *, to: PersonId, by: PersonId) -> Ticket:
        """
        Give a ticket to an agent by hand, whoever has it; beyond skill and capacity too, which is recorded.

        Raises NotAnAgent, OwnTicket, StaleTicket (nobody holds a resolved ticket), TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            agent = takers_agent(tx, ticket, to)
            if ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
                raise StaleTicket(ticket)
            if ticket.assigned_agent_id == to:
                return ticket
            return give_by_hand(tx, ticket, agent, by=by)

    @use_case
    def release(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """Give a ticket back to the queue, where it keeps its place. Raises NotTheHolder, TicketNotFound."""
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if ticket.assigned_agent_id != by or not ticket.is_held:
                raise NotTheHolder(ticket)
            return tx.move(ticket, TicketStatus.OPEN, by=by, because=Because.RELEASED)

    def drain_queue(self, now: datetime, *, limit: int = 50) -> int:
        """
        Assign what waits, first in line first, one transaction a ticket; how many were assigned.

        A category for which nobody is free is left alone for the rest of the run.
        """
        assigned = 0
        tired: set[str] = set()
        for _ in range(limit):
            ref = self._next_waiting(tired)
            if ref is None:
                break
            category = self._drain_one(ref)
            if category is None:
                assigned += 1
            else:
                tired.add(category)
        return assigned

    def _next_waiting(self, tired: set[str]) -> TicketRef | None:
        """The first in line of the categories in which somebody may be free."""
        with self._database.read() as connection:
            categories = [each.key for each in self._configuration_in_force(connection).categories]
            asked = [{"category": key} for key in categories if key not in tired]
            heads = [row for values in asked if (row := connection.execute(HEAD, values).one_or_none()) is not None]
        first = min(heads, key=lambda row: row.queue_rank, default=None)
        return None if first is None else TicketRef(PersonId(first.customer_id), first.id)

    @use_case
    def _drain_one(self, ref: TicketRef) -> str | None:
        """Assign one waiting ticket; its category if nobody could take it, None if it waits no longer."""
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if ticket.status is not TicketStatus.OPEN:
                return None
            reason = assign_automatically(tx, ticket)
            return None if reason.chosen is not None else ticket.category


def category_of(tx: Transaction, ticket: Ticket) -> Category:
    """How the ticket's category is handled; a key that the configuration no longer has is handled by the defaults."""
    return tx.configuration.category(ticket.category) or Category(key=ticket.category, name=ticket.category)


def takers_agent(tx: Transaction, ticket: Ticket, agent_id: PersonId) -> Agent:
    """The agent who is to hold the ticket. Raises NotAnAgent or OwnTicket."""
    agent = agent_of(tx.connection, agent_id)
    if agent is None:
        raise NotAnAgent(agent_id, "claim tickets")
    if agent_id == ticket.customer_id:
        raise OwnTicket(ticket)
    return agent


def give_by_hand(tx: Transaction, ticket: Ticket, agent: Agent, *, by: PersonId) -> Ticket:
    """A person's decision: beyond skill and capacity if they will."""
    category = category_of(tx, ticket)
    taker = Candidate(
        agent_id=agent.id,
        level=agent.skills.get(category.skill, 0),
        load=agent.current_load,
        max_load=agent.max_load,
        last_assigned_at=agent.last_assigned_at,
        is_senior=agent.is_senior,
    )
    return hand_over(tx, ticket, routing.by_hand(ticket.category, category.strategy, taker), by=by)


def assign_automatically(
    tx: Transaction, ticket: Ticket, *, last_agent: PersonId | None = None, wait_in_line: bool = False
) -> RoutingReason:
    """
    Give an OPEN ticket to whom the rules choose; the reason says to whom, or that nobody could take it.

    With `wait_in_line` it is given to nobody while a ticket that this agent could take waits before it.
    """
    category = category_of(tx, ticket)
    is_urgent = ticket.priority is Priority.URGENT
    reason = RoutingReason(routing.Rule.NOBODY, category.strategy, ticket.category)
    for _ in range(TRIES):
        reason = pick(tx.connection, ticket, category, last_agent=last_agent)
        if reason.chosen is None:
            return reason
        if wait_in_line and not is_urgent and _somebody_waits_before(tx, ticket, reason.chosen):
            break
        if tx.take_load(reason.chosen, urgent=is_urgent):
            hand_over(tx, ticket, reason, by=None, already_counted=True)
            return reason
    return RoutingReason(routing.Rule.NOBODY, category.strategy, ticket.category)


def _somebody_waits_before(tx: Transaction, ticket: Ticket, agent_id: PersonId) -> bool:
    rank = queue.rank(ticket.priority, ticket.tier, ticket.sla_start_at, tx.configuration.queue)
    return waits_before(tx.connection, tx.configuration, agent_id, rank)


def hand_over(
    tx: Transaction, ticket: Ticket, reason: RoutingReason, *, by: PersonId | None, already_counted: bool = False
) -> Ticket:
    """Put the ticket into the chosen agent's hands, with the reason in the log; it was OPEN or somebody's."""
    if reason.chosen is None:
        raise HelpdeskError("Nobody was chosen.")
    before = ticket.assigned_agent_id
    ticket = tx.hold(ticket, reason.chosen, already_counted=already_counted)
    if ticket.status is TicketStatus.OPEN:
        ticket = tx.move(ticket, TicketStatus.ASSIGNED, by=by)
    ticket = tx.stop_clocks(ticket, met=[ClockKind.TIME_TO_CLAIM])
    return tx.log(
        ticket,
        EventKind.ASSIGNED,
        by=by,
        from_value=before,
        to_value=reason.chosen,
        reason=reason.rule.value,
        data=reason.to_data(),
    )
