"""Test tickets: of a made-up customer, in one private channel, and given to nobody."""

from __future__ import annotations

from ticketing.categories import TRIAL_CATEGORY
from ticketing.desk.base import DeskBase, checked_key, use_case
from ticketing.desk.opening import RATED_OVER, WHO_OPENS, new_ticket, settle_new_ticket
from ticketing.desk.people import customer_from
from ticketing.desk.roles import as_admin
from ticketing.errors import PersonNotFound
from ticketing.instants import is_id, to_us
from ticketing.model import PersonId, Priority, Ticket, TicketRef
from ticketing.prepared import run

SOURCE = "trial"


class Trying(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def open_test_ticket(
        self, customer_id: PersonId, *, subject: str, description: str, channel: str, source: str, by: PersonId
    ) -> Ticket:
        """
        Open a ticket that shows in `channel` alone (a private one, by its id) and waits there for whoever claims it.

        It has no category of the desk's, so the automatic gives it to nobody and no list of waiting tickets shows it.
        `source` as in `open_ticket`. Raises NotAllowed, PersonNotFound, InvalidInput.
        """
        checked_key("channel", channel, longest=80)
        source = f"{SOURCE}:{channel}:{checked_key('source', source)}"
        with self._transaction() as tx:
            as_admin(tx.connection, by, "open a test ticket")
            asked = {"person": customer_id, "source": source, "since": to_us(tx.now - RATED_OVER)}
            found = run(tx.connection, WHO_OPENS, asked) if is_id(customer_id) else []
            if not found:
                raise PersonNotFound(customer_id)
            if found[0].known is not None:
                return tx.locked(TicketRef(customer_id, found[0].known))
            ticket = new_ticket(
                tx,
                customer_from(found[0]),
                subject=subject,
                description=description,
                category=TRIAL_CATEGORY,
                priority=Priority.MEDIUM,
                source=source,
                opened_by=by,
                is_trial=True,
            )
            return settle_new_ticket(tx, ticket)


def trial_channel(ticket: Ticket) -> str | None:
    """The channel in which a test ticket shows; None for every other ticket."""
    kind, _, rest = ticket.source.partition(":")
    return rest.partition(":")[0] if kind == SOURCE and ticket.category == TRIAL_CATEGORY else None
