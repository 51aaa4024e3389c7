"""What the leads are told when a ticket is escalated by hand, or because it was reopened too often."""

from __future__ import annotations

from bot import places
from bot.blocks.escalated import escalated_message
from bot.delivery.letters import Letter
from bot.delivery.reading import POSSIBLE, Dossier
from bot.views import Escalated
from ticketing.model import OVER
from ticketing.outbox import Errand


def escalated(dossier: Dossier, errand: Errand) -> Letter | None:
    """
    In the thread of its alert where that stands, shown in the channel as well; else a message of its own.

    Nothing once the ticket is over.
    """
    ticket = dossier.ticket
    event = next((each for each in dossier.events if each.seq == int(errand.data["event"])), None)
    if event is None or ticket.status in OVER:
        return None
    reader = places.person_in(errand.place)
    post = Escalated(
        facts=dossier.facts(dossier.zone_of(reader)),
        customer=dossier.customer,
        tier=ticket.tier,
        by=dossier.name(event.actor_id),
        reopened=ticket.reopened_count,
        is_held=ticket.is_held,
        possible=POSSIBLE,
    )
    alert = places.about_alert(ticket.number)
    stands = dossier.desk.outbox.shown(ticket.customer_id, errand.place, alert)
    return Letter(
        about=places.about_escalated(ticket.number, event.seq),
        side=places.ALERT if stands is not None else places.REPORTS,
        message=escalated_message(post),
        root=alert if stands is not None else None,
        broadcast=stands is not None,
    )
