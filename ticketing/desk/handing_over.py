"""
The end of a shift: what an agent holds goes to others, to the queue, or stays.

The plan is one row a ticket and is committed first; then each ticket is one transaction that also writes what became of its
row. So a process that ends in between leaves a plan that the next run of the step completes and tells of, and nothing is done
twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ticketing.desk.assignment import give_by_hand, takers_agent
from ticketing.desk.base import DeskBase, checked_key, use_case
from ticketing.desk.people import known_agent
from ticketing.errors import HelpdeskError
from ticketing.instants import to_us
from ticketing.lifecycle import Because
from ticketing.model import PersonId, TicketRef, TicketStatus
from ticketing.tables import IS_HELD, tickets
from ticketing.tables.handovers import handovers
from ticketing.transaction import Transaction

LEFT_ALONE = timedelta(seconds=10)
"""How long a plan is left to whoever made it, before the step takes it up."""

_h = handovers.c
_KEY = and_(
    _h.customer_id == bindparam("key_customer"),
    _h.ticket_id == bindparam("key_ticket"),
    _h.source == bindparam("key_source"),
)
HELD_BY = select(tickets.c.customer_id, tickets.c.id).where(
    tickets.c.assigned_agent_id == bindparam("agent_id"), IS_HELD
)
PLANNED = (
    select(_h.customer_id, _h.ticket_id, _h.source)
    .where(_h.outcome.is_(None), _h.planned_at <= bindparam("before"))
    .order_by(_h.planned_at, _h.ticket_id)
)
ONE = select(handovers).where(_KEY)
ALL_OF = select(handovers).where(_h.source == bindparam("source")).order_by(_h.ticket_id)
END = update(handovers).where(_KEY).values(outcome=bindparam("new_outcome"))


class HandedOver(StrEnum):
    """What became of one ticket of a plan."""

    GIVEN = "given"
    QUEUED = "queued"
    NOT_HELD = "not_held"
    """Somebody else has it by now, or it is done: it was left alone."""
    REFUSED = "refused"
    """Who was to get it cannot have it: it stays where it was."""


@dataclass(frozen=True)
class Handover:
    """One ticket of a plan: `to` None is the queue, `outcome` None is still to be done."""

    ref: TicketRef
    agent_id: PersonId
    to: PersonId | None
    outcome: HandedOver | None


class HandingOver(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def plan_handover(
        self, agent_id: PersonId, plan: Mapping[TicketRef, PersonId | None], *, source: str
    ) -> list[Handover]:
        """
        Write down to whom each ticket is to go, None for the queue; `carry_out_handover` does it.

        What the agent does not hold is left out. The same source again changes nothing. Raises NotAnAgent, InvalidInput.
        """
        checked_key("source", source, longest=120)
        dialect = sqlite if self._database.is_sqlite else postgresql
        insert = dialect.insert(handovers).on_conflict_do_nothing()
        with self._transaction() as tx:
            known_agent(tx.connection, agent_id)
            held = {
                TicketRef(PersonId(row.customer_id), row.id)
                for row in tx.connection.execute(HELD_BY, {"agent_id": agent_id})
            }
            for ref in sorted(held & plan.keys(), key=lambda one: one.number):
                row = {"customer_id": ref.customer_id, "ticket_id": ref.number, "source": source}
                row |= {"agent_id": agent_id, "to_id": plan[ref], "planned_at": to_us(tx.now), "outcome": None}
                tx.connection.execute(insert, row)
        return self.handover(source)

    def handover(self, source: str) -> list[Handover]:
        """A plan and what has become of it, by ticket; empty for one that there is not."""
        with self._database.read() as connection:
            rows = connection.execute(ALL_OF, {"source": source}).all()
        return [
            Handover(
                ref=TicketRef(PersonId(row.customer_id), row.ticket_id),
                agent_id=PersonId(row.agent_id),
                to=None if row.to_id is None else PersonId(row.to_id),
                outcome=None if row.outcome is None else HandedOver(row.outcome),
            )
            for row in rows
        ]

    def carry_out_handover(self, source: str) -> list[Handover]:
        """Do what is planned, one transaction a ticket; what became of it."""
        for each in self.handover(source):
            if each.outcome is None:
                self._hand_over(each.ref, source, tell=False)
        return self.handover(source)

    def handover_step(self, now: datetime, *, limit: int = 200) -> int:
        """
        Complete plans that whoever made them has not; how many tickets were looked at.

        The agent is told by a notice "handover_card" in their conversation, since nobody has answered them.
        """
        before = to_us(now - LEFT_ALONE)
        with self._database.read() as connection:
            planned = connection.execute(PLANNED.limit(limit), {"before": before}).all()
        for row in planned:
            self._hand_over(TicketRef(PersonId(row.customer_id), row.ticket_id), row.source, tell=True)
        return len(planned)

    @use_case
    def _hand_over(self, ref: TicketRef, source: str, *, tell: bool) -> None:
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            key = {"key_customer": ref.customer_id, "key_ticket": ref.number, "key_source": source}
            row = tx.connection.execute(ONE, key).one()
            if row.outcome is not None:
                return  # another process was faster
            agent_id = PersonId(row.agent_id)
            to = None if row.to_id is None else PersonId(row.to_id)
            outcome = HandedOver.NOT_HELD
            if ticket.is_held and ticket.assigned_agent_id == agent_id:
                outcome = _given(tx, ref, agent_id, to)
            tx.connection.execute(END, key | {"new_outcome": outcome.value})
            if tell:
                tx.tell(f"p:{agent_id}", f"handover:{source}", "handover_card", ticket=None, data={"source": source})


def _given(tx: Transaction, ref: TicketRef, agent_id: PersonId, to: PersonId | None) -> HandedOver:
    ticket = tx.locked(ref)
    if to is None:
        tx.move(ticket, TicketStatus.OPEN, by=agent_id, because=Because.RELEASED)
        return HandedOver.QUEUED
    try:
        taker = takers_agent(tx, ticket, to)
    except HelpdeskError:
        return HandedOver.REFUSED  # decided before anything was changed
    if to != agent_id:
        give_by_hand(tx, ticket, taker, by=agent_id)
    return HandedOver.GIVEN
