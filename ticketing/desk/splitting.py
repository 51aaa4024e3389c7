"""One ticket that holds two matters: what was said about the second is copied to a ticket of its own (docs/merging.md)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ticketing import family
from ticketing.categories import Category
from ticketing.desk.assignment import give_by_hand, who_can_hold
from ticketing.desk.base import DeskBase, checked_key, use_case
from ticketing.desk.copies import copied, opened_with
from ticketing.desk.linking import linked
from ticketing.desk.opening import new_ticket, settle_new_ticket
from ticketing.desk.people import customer_of
from ticketing.desk.roles import as_team
from ticketing.errors import CommentNotFound, InvalidInput
from ticketing.events import EventKind
from ticketing.model import Comment, CommentKey, LinkKind, PersonId, Ticket, TicketRef
from ticketing.rows import comment_from
from ticketing.statements import TICKET_BY_SOURCE
from ticketing.transaction import Transaction

CHOOSE = "Choose what the new ticket is about."
NOT_THERE = "Its category is no longer there. Give this ticket another one first."


class Splitting(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def split(
        self, ref: TicketRef, comments: Collection[CommentKey], *, subject: str, by: PersonId, source: str
    ) -> Ticket:
        """
        Copy chosen comments to a new ticket of the same customer, linked with this one; they stay here as well.

        The first that both sides can read is the new ticket's description. It has the category and the urgency of this
        ticket, its agent, if somebody holds it, and clocks that begin now. The same `source` again returns the same ticket.
        Raises CommentNotFound for one that is not there or was deleted, InvalidInput, NotAnAgent, OwnTicket, TicketNotFound.
        """
        checked_key("source", source)
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "split tickets")
            if (known := opened_from(tx, ticket.customer_id, source)) is not None:
                return known
            chosen = _chosen(tx, ticket, comments)
            public = next((comment for comment in chosen if not comment.is_internal), None)
            new = new_ticket(
                tx,
                customer_of(tx.connection, ticket.customer_id),
                subject=subject,
                description=public.text if public is not None else "",
                category=category_in_force(tx, ticket).key,
                priority=ticket.priority,
                source=source,
                opened_by=by,
            )
            became = [opened_with(tx, new, public)] if public is not None else []
            became += copied(tx, new, [comment for comment in chosen if comment is not public])
            linked(tx, ticket, new, LinkKind.SPLIT_TO, LinkKind.SPLIT_FROM, by=by)
            tx.log(ticket, EventKind.SPLIT_TO, by=by, to_value=new.number, data={"comments": became})
            tx.log(new, EventKind.SPLIT_FROM, by=by, from_value=ticket.number, data={"comments": became})
            return settled_with(tx, new, ticket.assigned_agent_id if ticket.is_held else None, by=by)


def opened_from(tx: Transaction, customer_id: PersonId, source: str) -> Ticket | None:
    """The ticket that the same source has made before."""
    number = tx.connection.execute(TICKET_BY_SOURCE, {"customer_id": customer_id, "source": source}).scalar()
    return None if number is None else tx.locked(TicketRef(customer_id, number))


def category_in_force(tx: Transaction, ticket: Ticket) -> Category:
    """
    The ticket's category, or the first there is if that was taken out of the settings.

    Raises InvalidInput where it was a private one: nothing of it may come before everybody.
    """
    if tx.configuration.category(ticket.category) is None and tx.configuration.private_category(ticket.category):
        raise InvalidInput("category", NOT_THERE)
    return tx.configuration.category(ticket.category) or tx.configuration.categories[0]


def settled_with(tx: Transaction, ticket: Ticket, holder: PersonId | None, *, by: PersonId) -> Ticket:
    """Give a new ticket to who holds the one that it came from, if they can have it, else to whom the rules choose."""
    agent = who_can_hold(tx, ticket, holder) if holder is not None else None
    if agent is None:
        return settle_new_ticket(tx, ticket)
    give_by_hand(tx, ticket, agent, by=by)
    return tx.final(ticket.ref)


def _chosen(tx: Transaction, ticket: Ticket, keys: Collection[CommentKey]) -> Sequence[Comment]:
    """The comments in the order in which they were said. Raises CommentNotFound, InvalidInput."""
    if not keys:
        raise InvalidInput("comments", CHOOSE)
    said = [comment_from(row) for row in family.said(tx.connection, ticket.ref, include_internal=True)]
    there = {comment.key for comment in said if comment.deleted_at is None}
    for key in keys:
        if key not in there:
            raise CommentNotFound(key.ticket_number, key.number)
    return [comment for comment in said if comment.key in keys]
