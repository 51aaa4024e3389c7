"""Who hears that a ticket was escalated: asked for within the transaction that did it (`bot.notices`)."""

from __future__ import annotations

from sqlalchemy import select

from bot import places
from ticketing.events import TicketEvent
from ticketing.ladder import BY_LADDER
from ticketing.lanes import AHEAD_FROM
from ticketing.model import PersonId, Role, Ticket
from ticketing.tables import people
from ticketing.transaction import Transaction

ESCALATED = "escalated"
"""What tells the leads that a ticket was escalated."""

_LEADS = select(people.c.id).where(people.c.role >= int(Role.LEAD)).order_by(people.c.id)


def tell_leads(tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
    """
    By hand, or since it was reopened too often: the leads hear of it once, where its alerts go; each of them, where there is no
    such channel. What the ladder escalates, the ladder's own line tells.
    """
    if event.reason == BY_LADDER:
        return
    about, data = places.about_escalated(ticket.number, event.seq), {"event": event.seq}
    channel = places.of_alerts(ticket, tx.configuration)
    for place in [channel] if channel else _leads_but(tx, event.actor_id):
        tx.tell(place, about, ESCALATED, ticket=ticket.ref, priority=AHEAD_FROM, data=data)


def _leads_but(tx: Transaction, person_id: PersonId | None) -> list[str]:
    leads = (PersonId(each) for each in tx.connection.execute(_LEADS).scalars())
    return [places.of_person(each) for each in leads if each != person_id]
