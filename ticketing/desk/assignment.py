"""Who has a ticket: by the automatic, by hand, and back to the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from functools import partial
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, bindparam, delete, literal_column, select

from ticketing import queue, routing
from ticketing.categories import Category
from ticketing.configuration import Configuration
from ticketing.desk.base import DeskBase, use_case
from ticketing.desk.giving_back import gave_away, takes_again
from ticketing.desk.people import agent_of
from ticketing.desk.roles import as_team
from ticketing.desk.setbacks import Look
from ticketing.desk.shortage import why_nobody
from ticketing.errors import (
    AgentFull,
    AlreadyHeld,
    HelpdeskError,
    NotAMember,
    NotAnAgent,
    NotTheHolder,
    OwnTicket,
    StaleTicket,
)
from ticketing.events import EventKind
from ticketing.instants import is_id
from ticketing.lifecycle import Because
from ticketing.model import Agent, ClockKind, PersonId, Priority, Ticket, TicketRef, TicketStatus
from ticketing.picking import (
    GAVE_IT_BACK_BY_NOW,
    is_for_somebody_there,
    pick,
    somebody_free,
    waiting_categories,
    waits_before,
)
from ticketing.routing import Candidate, RoutingReason
from ticketing.tables import people, ticket_watchers, tickets
from ticketing.transaction import Transaction

TRIES = 5
"""How often the automatic chooses again when somebody else took the room it had found."""

REFERENCE = select(people.c.external_ref).where(people.c.id == bindparam("person"))
WATCHERS_REFERENCES = (
    select(people.c.id, people.c.external_ref)
    .join_from(ticket_watchers, people, people.c.id == ticket_watchers.c.person_id)
    .where(
        ticket_watchers.c.customer_id == bindparam("customer"),
        ticket_watchers.c.ticket_id == bindparam("ticket"),
    )
    .order_by(people.c.id)
)
WATCHES_NO_MORE = delete(ticket_watchers).where(
    ticket_watchers.c.customer_id == bindparam("customer"),
    ticket_watchers.c.ticket_id == bindparam("ticket"),
    ticket_watchers.c.person_id == bindparam("person"),
)
HEAD = (
    select(tickets.c.customer_id, tickets.c.id, tickets.c.queue_rank)
    .where(tickets.c.category == bindparam("category"), tickets.c.queue_rank.is_not(None))
    .order_by(tickets.c.queue_rank, tickets.c.id)
    .limit(bindparam("how_many", type_=Integer()))
)
"""The first in line of one category; the first of all is the least of these."""


@dataclass(frozen=True)
class Seen:
    """Who had a ticket when somebody chose another holder; None for nobody."""

    holder: PersonId | None


class Line(Enum):
    """
    The lines in which a category's tickets stand.

    When nobody can take the first of all, somebody may still be able to take another: an urgent one, for which nobody is
    too full, or one that is not the free agent's own and was not given away by them.
    """

    ALL = auto()
    URGENT = auto()
    OF_OTHERS = auto()
    URGENT_OF_OTHERS = auto()


_URGENT = tickets.c.priority == literal_column("4")


def _heads(*, is_named: bool) -> dict[Line, Select[Any]]:
    of_others = is_for_somebody_there(is_urgent=False, is_named=is_named)
    urgent_of_others = is_for_somebody_there(is_urgent=True, is_named=is_named)
    return {
        Line.ALL: HEAD,
        Line.URGENT: HEAD.where(_URGENT),
        Line.OF_OTHERS: HEAD.where(of_others),
        Line.URGENT_OF_OTHERS: HEAD.where(_URGENT, urgent_of_others),
    }


HEADS, HEADS_AMONG = _heads(is_named=False), _heads(is_named=True)
"""The first of each line: for any agent, and where only some may take a category's."""
A_FEW = 50
"""Asked for while something has failed, so that those behind it have their turn."""


class Assignment(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def claim(self, ref: TicketRef, *, by: PersonId, beyond_capacity: bool = False) -> Ticket:
        """
        Take a waiting ticket; claiming what one holds changes nothing.

        A press that comes too late is told by what the ticket is now, not by the version its card was drawn for: whoever
        still can have the ticket gets it, though its customer has written meanwhile. Of two who claim at once exactly one
        wins. Raises AlreadyHeld (with who and since when), StaleTicket, OwnTicket, NotAnAgent, NotAMember, AgentFull
        (unless `beyond_capacity`), TicketNotFound.
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
            # Not by the load that was read: an assignment may have come between.
            has_room = not beyond_capacity and tx.take_load(by, by_hand=True)
            if not has_room and not beyond_capacity:
                raise AgentFull(ticket, by, max(agent.current_load, agent.max_load), agent.max_load)
            return give_by_hand(tx, ticket, agent, by=by, already_counted=has_room)

    @use_case
    def assign(self, ref: TicketRef, *, to: PersonId, by: PersonId, seen: Seen | None = None) -> Ticket:
        """
        Give a ticket to an agent by hand, whoever has it; beyond skill and capacity too, which is recorded.

        Nobody gives away their own, and with `seen` nobody takes it from whom they did not see having it. Raises NotAnAgent,
        NotAMember, OwnTicket, StaleTicket (another holds it than was seen; nobody holds a resolved ticket), TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "assign tickets")
            agent = takers_agent(tx, ticket, to)
            if ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
                raise StaleTicket(ticket)
            if ticket.assigned_agent_id == to:
                return ticket
            if seen is not None and seen.holder != ticket.assigned_agent_id:
                raise StaleTicket(ticket)
            return give_by_hand(tx, ticket, agent, by=by)

    @use_case
    def release(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """
        Give a ticket back to the queue, where it keeps its place and waits for somebody else.

        The automatic does not give it to them again before they have been away or off shift. Raises NotTheHolder,
        NotAnAgent, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if ticket.assigned_agent_id != by or not ticket.is_held:
                as_team(tx, ticket, by, "release tickets")
                raise NotTheHolder(ticket)
            gave_away(tx, ref, by)
            return tx.move(ticket, TicketStatus.OPEN, by=by, because=Because.RELEASED)

    def gave_back(self, ref: TicketRef) -> frozenset[PersonId]:
        """Who gave a waiting ticket away, and so is not given it again by the automatic."""
        if not (is_id(ref.customer_id) and is_id(ref.number)):
            return frozenset()
        values = {"customer": ref.customer_id, "ticket": ref.number}
        with self._database.read() as connection:
            return frozenset(PersonId(row.agent_id) for row in connection.execute(GAVE_IT_BACK_BY_NOW, values))

    def drain_queue(self, now: datetime, *, limit: int = 50) -> int:
        """
        Assign what waits, first in line first, one transaction a ticket; how many were assigned.

        A category for which nobody is free is left alone for the rest of the run. A ticket on which it fails holds up nobody
        behind it, and has its turn again later.
        """
        setbacks = self.setbacks("queue")
        look = setbacks.look(now)
        assigned = 0
        tired: set[tuple[str, Line]] = set()
        for _ in range(limit):
            following = self._next_waiting(tired, look, 1 if len(setbacks) == 0 else A_FEW)
            if following is None:
                break
            ref, category, line = following
            waits_no_longer = look.outcome(ref, partial(self._drain_one, ref))
            if waits_no_longer:
                assigned += 1
            elif waits_no_longer is not None:
                tired.add((category, line))
        return assigned

    def _next_waiting(
        self, tired: set[tuple[str, Line]], look: Look[TicketRef], how_many: int
    ) -> tuple[TicketRef, str, Line] | None:
        """The first in line whose turn it is, of the categories in which somebody may be free."""
        heads = []
        with self._database.read() as connection:
            configuration = self._configuration_in_force(connection)
            for key in waiting_categories(connection):
                for line in Line:
                    if (key, line) in tired:
                        continue
                    found = self._first_of(connection, category_in(configuration, key), line, how_many)
                    rows = {TicketRef(PersonId(row.customer_id), row.id): row for row in found}
                    head = next((rows[ref] for ref in look.free(rows)), None)
                    if head is not None:
                        heads.append((head.queue_rank, head.id, head.customer_id, key, line))
                        break
                    tired.add((key, line))
        if not heads:
            return None
        _, number, customer_id, category, line = min(heads, key=lambda head: head[:2])
        return TicketRef(PersonId(customer_id), number), category, line

    def _first_of(
        self, connection: Connection, category: Category, line: Line, how_many: int
    ) -> Sequence[Row[Any, Any, Any]]:
        values: dict[str, Any] = {"category": category.key, "how_many": how_many}
        if line in (Line.ALL, Line.URGENT):
            return connection.execute(HEADS[line], values).all()
        holders = self._holders(category)
        if not somebody_free(connection, category, is_urgent=line is Line.URGENT_OF_OTHERS, holders=holders):
            return ()
        values["skill"] = category.skill
        if holders is None:
            return connection.execute(HEADS[line], values).all()
        return connection.execute(HEADS_AMONG[line], values | {"holders": sorted(holders)}).all()

    @use_case
    def _drain_one(self, ref: TicketRef) -> bool:
        """Assign one waiting ticket, if anybody can take it; whether it waits no longer."""
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if ticket.status is not TicketStatus.OPEN:
                return True
            reason = assign_automatically(tx, ticket)
            if reason is not None and reason.chosen is None:
                tx.changes_nothing()
            return reason is not None and reason.chosen is not None


def category_of(tx: Transaction, ticket: Ticket) -> Category:
    """How the ticket's category is handled."""
    return category_in(tx.configuration, ticket.category)


def category_in(configuration: Configuration, key: str) -> Category:
    """How a category is handled; one that the configuration no longer has by the defaults, or as the private one it was."""
    return configuration.category(key) or configuration.private_category(key) or Category(key=key, name=key)


def takers_agent(tx: Transaction, ticket: Ticket, agent_id: PersonId) -> Agent:
    """The agent who is to hold the ticket. Raises NotAnAgent, OwnTicket or NotAMember."""
    agent = agent_of(tx.connection, agent_id)
    if agent is None:
        raise NotAnAgent(agent_id, "claim tickets")
    if agent_id == ticket.customer_id:
        raise OwnTicket(ticket)
    holders = tx.holders(category_of(tx, ticket))
    if holders is not None and tx.connection.execute(REFERENCE, {"person": agent_id}).scalar() not in holders:
        raise NotAMember(agent_id, ticket.number)
    return agent


def who_can_hold(tx: Transaction, ticket: Ticket, agent_id: PersonId) -> Agent | None:
    """The agent, where the ticket may be theirs; None for whom `takers_agent` refuses."""
    try:
        return takers_agent(tx, ticket, agent_id)
    except (NotAnAgent, OwnTicket, NotAMember):
        return None


def among_members(tx: Transaction, ticket: Ticket, *, by: PersonId) -> Ticket:
    """A ticket whose category not everybody can hold: without the watchers who are outside, and out of such hands."""
    holders = tx.holders(category_of(tx, ticket))
    if holders is None:
        return ticket
    key = {"customer": ticket.customer_id, "ticket": ticket.number}
    for row in tx.connection.execute(WATCHERS_REFERENCES, key).all():
        if row.external_ref not in holders:
            tx.connection.execute(WATCHES_NO_MORE, key | {"person": row.id})
            ticket = tx.log(ticket, EventKind.UNWATCHED, by=by, from_value=row.id)
    holder = ticket.assigned_agent_id if ticket.is_held else None
    if holder is not None and tx.connection.execute(REFERENCE, {"person": holder}).scalar() not in holders:
        ticket = tx.move(ticket, TicketStatus.OPEN, by=by, because=Because.RELEASED)
        assign_or_say_that_nobody_can(tx, ticket)
    return tx.final(ticket.ref)


def give_by_hand(
    tx: Transaction, ticket: Ticket, agent: Agent, *, by: PersonId, already_counted: bool = False
) -> Ticket:
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
    reason = routing.by_hand(ticket.category, category.strategy, taker)
    if ticket.last_agent_id is not None:
        takes_again(tx, ticket.ref, agent.id)
    if ticket.is_held and ticket.assigned_agent_id == by != agent.id:
        gave_away(tx, ticket.ref, by)
    return hand_over(tx, ticket, reason, by=by, already_counted=already_counted)


def assign_automatically(
    tx: Transaction, ticket: Ticket, *, last_agent: PersonId | None = None, wait_in_line: bool = False
) -> RoutingReason | None:
    """
    Give an OPEN ticket to whom the rules choose; the reason says to whom, or that nobody could take it.

    None: it waits for its turn. With `wait_in_line` that is while a ticket that this agent could take waits before it;
    and always when others were faster each time.
    """
    category = category_of(tx, ticket)
    is_urgent = ticket.priority is Priority.URGENT
    for _ in range(TRIES):
        reason = pick(tx.connection, ticket, category, last_agent=last_agent, holders=tx.holders(category))
        if reason.chosen is None:
            return reason
        if wait_in_line and not is_urgent and reason.some_wait and _somebody_waits_before(tx, ticket, reason.chosen):
            return None
        taken = tx.take_load_of_first(reason.as_good, urgent=is_urgent)
        if taken is not None:
            reason = reason if taken == reason.chosen else replace(reason, chosen=taken)
            hand_over(tx, ticket, reason, by=None, already_counted=True)
            return reason
    return None


def assign_or_say_that_nobody_can(tx: Transaction, ticket: Ticket) -> None:
    """Give an OPEN ticket to somebody, or let it wait; that nobody can take it is an event of its own."""
    reason = assign_automatically(tx, ticket, wait_in_line=True)
    if reason is not None and reason.chosen is None:
        category = category_of(tx, ticket)
        data = why_nobody(tx.connection, ticket, category.skill, tx.holders(category))
        tx.log(ticket, EventKind.UNASSIGNABLE, by=None, reason=reason.rule.value, data=data)


def _somebody_waits_before(tx: Transaction, ticket: Ticket, agent_id: PersonId) -> bool:
    rank = queue.rank(ticket.priority, ticket.tier, ticket.sla_start_at, tx.configuration.queue)
    return waits_before(tx.connection, tx.configuration, agent_id, rank, tx.holders)


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
