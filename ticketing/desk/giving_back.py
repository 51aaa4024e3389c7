"""Who had a ticket and gave it away: it is theirs again only when they ask for it, or begin anew."""

from __future__ import annotations

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects import postgresql

from ticketing.instants import to_us
from ticketing.model import PersonId, TicketRef
from ticketing.tables import given_back
from ticketing.transaction import Transaction

_row = postgresql.insert(given_back)
# SQLite writes the clause in the same words.
NOTE = _row.on_conflict_do_update(
    index_elements=["customer_id", "ticket_id", "agent_id"], set_={"given_back_at": _row.excluded.given_back_at}
)
FORGET = delete(given_back).where(
    given_back.c.customer_id == bindparam("customer"),
    given_back.c.ticket_id == bindparam("ticket"),
    given_back.c.agent_id == bindparam("agent"),
)


def gave_away(tx: Transaction, ref: TicketRef, agent_id: PersonId) -> None:
    """The automatic does not give the ticket to this agent, unless it is reopened or they come back from being away."""
    row = {"customer_id": ref.customer_id, "ticket_id": ref.number, "agent_id": agent_id}
    tx.connection.execute(NOTE, row | {"given_back_at": to_us(tx.now)})


def takes_again(tx: Transaction, ref: TicketRef, agent_id: PersonId) -> None:
    """They have it by somebody's decision: what they gave away before counts no more."""
    tx.connection.execute(FORGET, {"customer": ref.customer_id, "ticket": ref.number, "agent": agent_id})
