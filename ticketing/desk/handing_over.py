"""
The end of a shift: what an agent holds goes to others, to the queue, or stays.

The plan is one row a ticket and is committed first; then each ticket is one transaction that also writes what became of its
row. So a process that ends in between leaves a plan that the next run of the step completes and tells of, and nothing is done
twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ticketing.desk.assignment import give_by_hand, takers_agent
from ticketing.desk.base import DeskBase, checked_key, use_case
from ticketing.desk.giving_back import gave_away
from ticketing.desk.people import known_agent
from ticketing.desk.together import Unanswered, batches
from ticketing.errors import DatabaseUnavailable, HelpdeskError
from ticketing.instants import to_us
from ticketing.lifecycle import Because
from ticketing.model import PersonId, TicketRef, TicketStatus
from ticketing.tables import IS_HELD, tickets
from ticketing.tables.handovers import handovers
from ticketing.transaction import Transaction

ABOUT = "handover:"
"""What an agent is told about begins so; the source of the plan follows."""
LONGEST_SOURCE = 64 - len(ABOUT)  # the column of the outbox has 64

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
    """It could not be handed over, mostly since who was to get it cannot have it: it stays where it was."""


@dataclass(frozen=True)
class Handover:
    """One ticket of a plan: `to` None is the queue, `outcome` None is still to be done."""

    ref: TicketRef
    agent_id: PersonId
    to: PersonId | None
    outcome: HandedOver | None


class HandingOver(DeskBase):
    """See `ticketing.desk.Desk`."""

    def plan_handover(
        self, agent_id: PersonId, plan: Mapping[TicketRef, PersonId | None], *, source: str
    ) -> list[Handover]:
        """
        Write down to whom each ticket is to go, None for the queue; `carry_out_handover` does it.

        What the agent does not hold is left out. The same source again changes nothing. Raises NotAnAgent, InvalidInput.
        """
        checked_key("source", source, longest=LONGEST_SOURCE)
        with self._database.read() as connection:
            known_agent(connection, agent_id)
            rows = connection.execute(HELD_BY, {"agent_id": agent_id})
            held = {TicketRef(PersonId(row.customer_id), row.id) for row in rows}
        # A row refers to its ticket, and so keeps it from others until the commit: one customer's at a time.
        for several in batches(held & plan.keys(), is_sqlite=self._database.is_sqlite):
            self._plan_some(agent_id, {ref: plan[ref] for ref in several}, source)
        return self.handover(source)

    @use_case
    def _plan_some(self, agent_id: PersonId, plan: Mapping[TicketRef, PersonId | None], source: str) -> None:
        dialect = sqlite if self._database.is_sqlite else postgresql
        with self._transaction() as tx:
            rows = [
                {"customer_id": ref.customer_id, "ticket_id": ref.number, "source": source}
                | {"agent_id": agent_id, "to_id": to, "planned_at": to_us(tx.now), "outcome": None}
                for ref, to in plan.items()
            ]
            tx.connection.execute(dialect.insert(handovers).on_conflict_do_nothing(), rows)

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
        """
        Do what is planned, one transaction a ticket; what became of it. What fails is refused, and keeps nothing else.
        """
        planned = [(each.ref, source) for each in self.handover(source) if each.outcome is None]
        self._hand_over_all(planned, tell=False)
        return self.handover(source)

    def handover_step(self, now: datetime, *, limit: int = 200) -> int:
        """
        Complete plans that whoever made them has not; how many tickets were looked at.

        The agent is told by a notice "handover_card" in their conversation, since nobody has answered them. What fails is
        refused, and keeps nothing else.
        """
        before = to_us(now - LEFT_ALONE)
        with self._database.read() as connection:
            planned = connection.execute(PLANNED.limit(limit), {"before": before}).all()
        rows = [(TicketRef(PersonId(row.customer_id), row.ticket_id), row.source) for row in planned]
        self._hand_over_all(rows, tell=True)
        return len(planned)

    def _hand_over_all(self, planned: Sequence[tuple[TicketRef, str]], *, tell: bool) -> None:
        """A ticket that others keep locked stays planned; after a few of those the database is down."""
        unanswered = Unanswered()
        for ref, source in planned:
            try:
                self._hand_over(ref, source, tell=tell)
            except DatabaseUnavailable as error:
                unanswered.once_more(error)
            except Exception as error:  # noqa: BLE001 - told of in the plan, and to whoever listens
                self._hand_over(ref, source, tell=tell, is_refused=True)
                if not isinstance(error, HelpdeskError):
                    self._has_failed("handovers", error)

    @use_case
    def _hand_over(self, ref: TicketRef, source: str, *, tell: bool, is_refused: bool = False) -> None:
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
                outcome = HandedOver.REFUSED if is_refused else _given(tx, ref, agent_id, to)
            tx.connection.execute(END, key | {"new_outcome": outcome.value})
            if tell:
                tx.tell(f"p:{agent_id}", f"{ABOUT}{source}", "handover_card", ticket=None, data={"source": source})


def _given(tx: Transaction, ref: TicketRef, agent_id: PersonId, to: PersonId | None) -> HandedOver:
    ticket = tx.locked(ref)
    if to is None:
        gave_away(tx, ref, agent_id)
        tx.move(ticket, TicketStatus.OPEN, by=agent_id, because=Because.RELEASED)
        return HandedOver.QUEUED
    try:
        taker = takers_agent(tx, ticket, to)
    except HelpdeskError:
        return HandedOver.REFUSED  # decided before anything was changed
    if to != agent_id:
        give_by_hand(tx, ticket, taker, by=agent_id)
    return HandedOver.GIVEN
