"""What a customer's colleagues read of a ticket, who have no thread of it."""

from __future__ import annotations

from ticketing.desk import Desk
from ticketing.model import Ticket


def conversation(desk: Desk, ticket: Ticket) -> str:
    """The description and what both sides have said on this very ticket since, each with its author; no notes."""
    said = desk.comments(ticket.ref, include_internal=False)
    own = (each for each in said if each.key.ticket == ticket.ref and each.deleted_at is None)
    return "\n\n".join([ticket.description, *(f"{desk.person(each.author_id).name}: {each.text}" for each in own)])
