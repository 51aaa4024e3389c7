"""Putting a ticket out of sight until later: it stays one's load, and no clock stops for it."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import bindparam, select

from ticketing.desk.base import DeskBase, checked_instant, use_case
from ticketing.desk.progress import held_by
from ticketing.errors import InvalidInput
from ticketing.events import EventKind
from ticketing.instants import to_us
from ticketing.model import PersonId, Ticket, TicketRef
from ticketing.tables import tickets

ASLEEP_UNTIL = (
    select(tickets.c.customer_id, tickets.c.id)
    .where(tickets.c.snoozed_until <= bindparam("now"))
    .order_by(tickets.c.snoozed_until)
)


class Snoozing(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def snooze(self, ref: TicketRef, until: datetime, *, by: PersonId) -> Ticket:
        """Hide one's ticket from one's lists until then. Raises InvalidInput, NotTheHolder, TicketNotFound."""
        until = checked_instant("until", until)
        with self._transaction() as tx:
            ticket = held_by(tx, ref, by)
            if until <= tx.now:
                raise InvalidInput("until", "Choose a time that is still to come.")
            ticket = tx.change(ticket, snoozed_until=until)
            return tx.log(ticket, EventKind.SNOOZED, by=by, data={"until": to_us(until)})

    @use_case
    def wake(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """End one's own snooze early; where none is, nothing changes. Raises NotTheHolder, TicketNotFound."""
        with self._transaction() as tx:
            ticket = held_by(tx, ref, by)
            if ticket.snoozed_until is None:
                return ticket
            return tx.log(tx.change(ticket, snoozed_until=None), EventKind.WOKEN, by=by)

    def wake_step(self, now: datetime, *, limit: int = 200) -> int:
        """Bring back what was to be seen again by `now`; how many. What fails keeps no other from it, and waits."""
        setbacks = self.setbacks("snoozed")
        look, rows = setbacks.look(now), limit + len(setbacks)
        with self._database.read() as connection:
            due = connection.execute(ASLEEP_UNTIL.limit(rows), {"now": to_us(now)}).all()
        free = look.free(TicketRef(PersonId(row.customer_id), row.id) for row in due)
        return sum(look.attempt(ref, partial(self._wake, ref, now)) for ref in free)

    @use_case
    def _wake(self, ref: TicketRef, now: datetime) -> None:
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if ticket.snoozed_until is not None and ticket.snoozed_until <= now:
                tx.log(tx.change(ticket, snoozed_until=None), EventKind.WOKEN, by=None)
