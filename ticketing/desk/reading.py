"""Looking: tickets, lists, the log. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, func, select

from ticketing import family
from ticketing.categories import TRIAL_CATEGORY, Category
from ticketing.children import children
from ticketing.desk.base import DeskBase, is_key
from ticketing.errors import TicketNotFound
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import is_id
from ticketing.model import Comment, PersonId, SlaClock, Ticket, TicketRef
from ticketing.picking import waiting_categories
from ticketing.routing import RoutingReason
from ticketing.rows import clock_from, comment_from, event_from, ticket_from
from ticketing.statements import COMMENT_BY_SOURCE, TICKET, TICKET_BY_SOURCE
from ticketing.tables import IS_HELD, sla_clocks, ticket_events, tickets

NUMBER = select(tickets.c.customer_id, tickets.c.id).where(tickets.c.id == bindparam("number"))
OF_CUSTOMER = (
    select(tickets)
    .where(tickets.c.customer_id == bindparam("customer_id"))
    .order_by(tickets.c.last_activity_at.desc(), tickets.c.id.desc())
)
# The statuses stand as in the index, so that a prepared plan may use it.
OF_AGENT = select(tickets).where(
    tickets.c.assigned_agent_id == bindparam("agent_id"),
    IS_HELD,
)
ANY_TICKET = select(tickets.c.id).limit(1)
WAITING = (
    select(tickets)
    .where(
        tickets.c.category == bindparam("category"),
        tickets.c.queue_rank.is_not(None),
        tickets.c.customer_id != bindparam("besides"),
    )
    .order_by(tickets.c.queue_rank, tickets.c.id)
)
WAITING_COUNT = select(func.count()).where(
    tickets.c.category == bindparam("category"), tickets.c.queue_rank.is_not(None)
)
"""From the index alone, which holds nothing but what waits."""
WAITING_OF_CUSTOMER = select(tickets.c.category).where(
    tickets.c.customer_id == bindparam("customer_id"), tickets.c.queue_rank.is_not(None)
)
NOBODY = PersonId(0)
EVENTS = (
    select(ticket_events)
    .where(ticket_events.c.customer_id == bindparam("customer_id"), ticket_events.c.ticket_id == bindparam("number"))
    .order_by(ticket_events.c.seq)
)


def queued_categories(
    connection: Connection, hidden: Collection[str], categories: Iterable[str] | None = None
) -> list[str]:
    """Of these categories, or of all in which something waits, those that the queue shows: none `hidden`, no test tickets."""
    keys = waiting_categories(connection) if categories is None else categories
    return [key for key in keys if key not in hidden and key != TRIAL_CATEGORY]


class Reading(DeskBase):
    """See `ticketing.desk.Desk`."""

    def ticket(self, ref: TicketRef) -> Ticket:
        """The ticket as it stands. Raises TicketNotFound, also for a pair that does not belong together."""
        with self._database.read() as connection:
            row = connection.execute(TICKET, _key(ref)).mappings().one_or_none()
            if row is None:
                raise TicketNotFound(ref.number)
            return self._with_clocks(connection, [row])[0]

    def has_tickets(self) -> bool:
        """Whether any ticket was ever opened."""
        with self._database.read() as connection:
            return connection.execute(ANY_TICKET).first() is not None

    def find(self, number: int) -> TicketRef | None:
        """The key of a number that somebody typed."""
        if not is_id(number):
            return None
        with self._database.read() as connection:
            row = connection.execute(NUMBER, {"number": number}).one_or_none()
        return None if row is None else TicketRef(PersonId(row.customer_id), row.id)

    def comments(self, ref: TicketRef, *, include_internal: bool) -> list[Comment]:
        """
        What was said, in the order in which it was said; internal notes only for the team.

        What was said on tickets that were merged into this one stands among it, each under its own ticket's number, and
        what such a ticket was opened with as that ticket's comment 0.
        """
        _key(ref)
        with self._database.read() as connection:
            rows = family.said(connection, ref, include_internal=include_internal)
        return [comment_from(row) for row in rows]

    def joined_with(self, ref: TicketRef) -> TicketRef:
        """Where what concerns a ticket goes on: the one that it was merged into, at the end of all merges, or itself."""
        _key(ref)
        with self._database.read() as connection:
            return (family.went_to(connection, ref) or [ref])[-1]

    def comment_by_source(self, customer_id: PersonId, source: str) -> Comment | None:
        """The comment on a ticket of that customer that was made from this natural key, deleted or not."""
        if not (is_id(customer_id) and is_key(source)):
            return None
        with self._database.read() as connection:
            return comment_of(connection, customer_id, source)

    def ticket_by_source(self, customer_id: PersonId, source: str) -> TicketRef | None:
        """The ticket of that customer that was opened from this natural key."""
        if not (is_id(customer_id) and is_key(source)):
            return None
        with self._database.read() as connection:
            number = connection.execute(TICKET_BY_SOURCE, {"customer_id": customer_id, "source": source}).scalar()
        return None if number is None else TicketRef(customer_id, number)

    def events(self, ref: TicketRef) -> list[TicketEvent]:
        """The audit log of a ticket, oldest first."""
        with self._database.read() as connection:
            return [event_from(row) for row in connection.execute(EVENTS, _key(ref)).mappings()]

    def tickets_of_customer(self, customer_id: PersonId, *, limit: int = 10, offset: int = 0) -> list[Ticket]:
        """A customer's tickets, the last active first."""
        if not is_id(customer_id):
            return []
        statement = OF_CUSTOMER.limit(limit).offset(offset)
        return self._tickets(statement, {"customer_id": customer_id})

    def tickets_of_agent(
        self,
        agent_id: PersonId,
        *,
        limit: int | None = None,
        hidden: Collection[str] = (),
        with_snoozed: bool = False,
    ) -> list[Ticket]:
        """
        All that an agent holds, by the deadline that comes first; of more than `limit` the first.

        Nothing of the categories `hidden`, and what is snoozed until later only `with_snoozed`.
        """
        held = self._tickets(OF_AGENT, {"agent_id": agent_id}) if is_id(agent_id) else []
        held = [ticket for ticket in held if ticket.category not in hidden and (with_snoozed or not ticket.is_snoozed)]
        return sorted(held, key=lambda ticket: (next_due(ticket) is None, next_due(ticket) or ticket.opened_at))[:limit]

    def queue(
        self,
        *,
        limit: int = 10,
        categories: Iterable[str] | None = None,
        hidden: Collection[str] = (),
        besides: PersonId = NOBODY,
    ) -> list[Ticket]:
        """
        What waits, first in line first; nothing of the categories `hidden` or of the customer `besides`, no test tickets.
        Further pages are `queue_page`'s.
        """
        with self._database.read() as connection:
            statement = WAITING.limit(limit)
            waiting = [
                row
                for key in queued_categories(connection, hidden, categories)
                for row in connection.execute(statement, {"category": key, "besides": besides}).mappings()
            ]
            waiting.sort(key=lambda row: (row["queue_rank"], row["id"]))
            return self._with_clocks(connection, waiting[:limit])

    def queue_length(
        self,
        *,
        categories: Collection[str] | None = None,
        hidden: Collection[str] = (),
        besides: PersonId = NOBODY,
    ) -> int:
        """How many tickets `queue` would find were there no limit."""
        with self._database.read() as connection:
            seen = set(queued_categories(connection, hidden, categories))
            count = sum(int(connection.execute(WAITING_COUNT, {"category": key}).scalar_one()) for key in seen)
            own = connection.execute(WAITING_OF_CUSTOMER, {"customer_id": besides}).scalars()
            return max(0, count - sum(1 for category in own if category in seen))

    def last_decision(self, ref: TicketRef) -> RoutingReason | None:
        """Why it is with whom it is with."""
        assigned = [event for event in self.events(ref) if event.kind is EventKind.ASSIGNED and event.data]
        return RoutingReason.from_data(assigned[-1].data) if assigned else None

    def categories(self) -> tuple[Category, ...]:
        """What a ticket can be about."""
        return self.configuration().categories

    def _tickets(self, statement: Select[Any], values: Mapping[str, Any]) -> list[Ticket]:
        with self._database.read() as connection:
            return self._with_clocks(connection, connection.execute(statement, values).mappings().all())

    def _with_clocks(self, connection: Connection, rows: Iterable[RowMapping]) -> list[Ticket]:
        rows = list(rows)
        refs = [TicketRef(PersonId(row["customer_id"]), row["id"]) for row in rows]
        clocks: dict[tuple[int, int], list[SlaClock]] = {(ref.customer_id, ref.number): [] for ref in refs}
        for row in children(connection, sla_clocks, refs):
            clocks[row["customer_id"], row["ticket_id"]].append(clock_from(row))
        now = self._clock()
        return [ticket_from(row, clocks[row["customer_id"], row["id"]], now) for row in rows]


def next_due(ticket: Ticket) -> Any:
    """The earliest instant at which something is owed on the ticket, or None."""
    return min((clock.due_at for clock in ticket.clocks if clock.is_running and clock.due_at is not None), default=None)


def _key(ref: TicketRef) -> dict[str, Any]:
    if not (is_id(ref.customer_id) and is_id(ref.number)):
        raise TicketNotFound(ref.number)
    return {"customer_id": ref.customer_id, "number": ref.number}


def comment_of(connection: Connection, customer_id: PersonId, source: str) -> Comment | None:
    """What was made of this natural key before."""
    key = {"customer_id": customer_id, "source": source}
    row = connection.execute(COMMENT_BY_SOURCE, key).mappings().one_or_none()
    return None if row is None else comment_from(row)
