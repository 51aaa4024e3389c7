"""A ticket that is really another customer's: opened there anew with all that was said, and closed here (docs/merging.md)."""

from __future__ import annotations

from sqlalchemy import bindparam, update

from ticketing import family
from ticketing.desk.attachments import OF_TICKET, files_of
from ticketing.desk.base import checked_key, use_case
from ticketing.desk.copies import DESCRIPTION, copied
from ticketing.desk.linking import linked
from ticketing.desk.opening import new_ticket
from ticketing.desk.people import customer_of
from ticketing.desk.problems import Problems
from ticketing.desk.roles import as_team
from ticketing.desk.splitting import category_in_force, opened_from, settled_with
from ticketing.desk.tags import carry_tags_to_new
from ticketing.errors import InvalidInput, PersonNotFound, TicketClosed
from ticketing.events import EventKind
from ticketing.fields import Answer, check_fields
from ticketing.instants import is_id
from ticketing.lifecycle import Because
from ticketing.model import CloseReason, CommentKey, LinkKind, PersonId, Ticket, TicketRef, TicketStatus
from ticketing.rows import comment_from
from ticketing.tables import tickets
from ticketing.transaction import Transaction

LEAVES_THE_QUEUE = (
    update(tickets)
    .where(tickets.c.customer_id == bindparam("key_customer_id"), tickets.c.id == bindparam("key_id"))
    .values(status=TicketStatus.CLOSED.value, queue_rank=None)
)
"""Written before all the rest, so that the new ticket does not wait for its turn behind the one that it stands for."""


class Moving(Problems):
    """See `ticketing.desk.Desk`."""

    @use_case
    def move_to_customer(self, ref: TicketRef, customer_id: PersonId, *, by: PersonId, source: str) -> Ticket:
        """
        Open the ticket anew for another customer, who can read all of it that is public, and close it here as moved.

        What was said goes along as copies, notes for the team as such, and so do files and tags; its problem goes over. Who
        watched stays behind. The new ticket has the same agent, if somebody holds it, is escalated if this one is, and has
        clocks that begin now. The same `source` again returns the same ticket. Raises InvalidInput, TicketClosed,
        NotAnAgent, OwnTicket, PersonNotFound, TicketNotFound.
        """
        checked_key("source", source)
        if not is_id(customer_id):
            raise PersonNotFound(customer_id)
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "move tickets to another customer")
            if (known := opened_from(tx, customer_id, source)) is not None:
                return known
            if customer_id == ticket.customer_id:
                raise InvalidInput("customer", "It is theirs already.")
            if ticket.status is TicketStatus.CLOSED:
                raise TicketClosed(ticket)
            holder = ticket.assigned_agent_id if ticket.is_held else None
            was_waiting = ticket.status is TicketStatus.OPEN
            new = _opened_anew(tx, ticket, customer_id, by=by, source=source)
            ticket = tx.log(ticket, EventKind.MOVED_TO, by=by, to_value=new.number, data={"customer": new.customer_id})
            tx.move(
                ticket,
                TicketStatus.CLOSED,
                by=by,
                because=Because.ENDED,
                reason=CloseReason.MOVED.value,
                close_reason=CloseReason.MOVED,
            )
            linked(tx, ticket, new, LinkKind.MOVED_TO, LinkKind.MOVED_FROM, by=by)
            self._carry_problem(tx, ticket, new, by=by)
            if was_waiting:
                tx.connection.execute(LEAVES_THE_QUEUE, {"key_customer_id": ref.customer_id, "key_id": ref.number})
            return settled_with(tx, tx.final(new.ref), holder, by=by)


def _opened_anew(tx: Transaction, ticket: Ticket, customer_id: PersonId, *, by: PersonId, source: str) -> Ticket:
    new = new_ticket(
        tx,
        customer_of(tx.connection, customer_id),
        subject=ticket.subject,
        description=ticket.description,
        category=category_in_force(tx, ticket).key,
        priority=ticket.priority,
        source=source,
        opened_by=by,
        fields=_fields(tx, ticket),
        files=files_of(tx.connection, ticket.ref, OF_TICKET),
    )
    tx.keep_origin(
        CommentKey(new.customer_id, new.number, DESCRIPTION),
        CommentKey(ticket.customer_id, ticket.number, DESCRIPTION),
    )
    said = [comment_from(row) for row in family.said(tx.connection, ticket.ref, include_internal=True)]
    became = copied(tx, new, [comment for comment in said if comment.deleted_at is None])
    new = carry_tags_to_new(tx, ticket, new, by=by)
    new = tx.change(new, is_escalated=ticket.is_escalated)
    data = {"customer": ticket.customer_id, "comments": became, "escalated": ticket.is_escalated}
    return tx.log(new, EventKind.MOVED_FROM, by=by, from_value=ticket.number, data=data)


def _fields(tx: Transaction, ticket: Ticket) -> dict[str, Answer] | None:
    """The answers that were given, if the category would still take them."""
    try:
        return check_fields(category_in_force(tx, ticket).fields, ticket.fields)
    except InvalidInput:
        return None
