"""What the escalation channel is told of a ticket: asked for within the transaction that did it (`bot.notices`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, or_, select

from bot import places
from ticketing.events import EventKind, TicketEvent
from ticketing.lanes import AHEAD_FROM
from ticketing.model import ClockKind, Ticket
from ticketing.prepared import run
from ticketing.shown import (
    ALERT_CARD,
    ALERT_LINE,
    ALERT_LISTED,
    ALERT_SAID,
    ALERT_SETTLED,
    BREACH,
    FELL_DUE_AT,
    WARNING,
)
from ticketing.tables import alerts, shown
from ticketing.transaction import Transaction

ALERT_PRIORITY = AHEAD_FROM
"""Alerts overtake cards."""

_ALERTS = select(shown.c.place, shown.c.about).where(
    shown.c.customer_id == bindparam("customer_id"),
    or_(shown.c.about == bindparam("about"), shown.c.about.like(bindparam("listed"))),
)
_ALERTED = (
    select(alerts.c.stage)
    .where(alerts.c.customer_id == bindparam("customer_id"), alerts.c.ticket_id == bindparam("ticket_id"))
    .limit(1)
)


def alerted(tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
    """A warning, a breach or a step of the ladder; and of a first answer that is late its customer reads, too."""
    if "event" in event.data:
        _seen_to(tx, ticket, int(event.data["event"]), {"lapsed": True})  # quiet hours held it back
        return
    stage = str(event.data.get("stage") or (BREACH if event.kind is EventKind.BREACHED else WARNING))
    # What a change takes back may come about again: each time has a line of its own.
    data = {"clock": event.data["clock"], "run": event.data["run"], "stage": stage, "seq": event.seq}
    if FELL_DUE_AT in event.data:
        data[FELL_DUE_AT] = event.data[FELL_DUE_AT]
    place, about = places.of_alerts(ticket, tx.configuration), places.about_alert(ticket.number)
    if place is not None:
        tx.tell(place, about, ALERT_CARD, ticket=ticket.ref, priority=ALERT_PRIORITY)
        tx.tell(place, about, ALERT_LINE, ticket=ticket.ref, priority=ALERT_PRIORITY, data=data)
    if event.kind is EventKind.BREACHED and event.data["clock"] == ClockKind.FIRST_RESPONSE:
        tx.tell(
            places.of_customer(ticket, tx.configuration),
            places.about_ticket(ticket.number),
            "apology",
            ticket=ticket.ref,
            data={"run": event.data["run"]},
        )


def somebody_sees_to(tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
    """Until when somebody does, that they no longer do, or that their time is over."""
    if event.kind is EventKind.ALERT_LAPSED:
        more: dict[str, Any] = {"lapsed": True, FELL_DUE_AT: event.data["until"]}
    else:
        person = event.data.get("person")
        # Whoever counts on their promise hears that it is no more.
        more = {"calls": person} if person is not None and person != event.actor_id else {}
    _seen_to(tx, ticket, event.seq, more)


def _seen_to(tx: Transaction, ticket: Ticket, seq: int, more: dict[str, Any]) -> None:
    """Somebody has an alert in hand, or has no longer; the cards say the rest."""
    place, about = places.of_alerts(ticket, tx.configuration), places.about_alert(ticket.number)
    if place is not None:
        data = {"event": seq} | more
        tx.tell(place, about, ALERT_CARD, ticket=ticket.ref, priority=ALERT_PRIORITY)
        tx.tell(place, about, ALERT_SAID, ticket=ticket.ref, priority=ALERT_PRIORITY, data=data)


def redraw_alert(tx: Transaction, ticket: Ticket) -> None:
    """Each message that tells of its alerts is drawn anew, and what has ended is said."""
    place, about = places.of_alerts(ticket, tx.configuration), places.about_alert(ticket.number)
    listed = places.every_down(ticket.number)
    for row in run(tx.connection, _ALERTS, {"customer_id": ticket.customer_id, "about": about, "listed": listed}):
        if places.is_down(row.about):
            tx.tell(row.place, row.about, ALERT_LISTED, ticket=ticket.ref, priority=ALERT_PRIORITY)
        elif row.place != place:  # where its alerts were read before
            tx.tell(row.place, about, ALERT_CARD, ticket=ticket.ref, priority=ALERT_PRIORITY)
    if place is None:
        return
    tx.tell(place, about, ALERT_CARD, ticket=ticket.ref, priority=ALERT_PRIORITY)
    for clock in ticket.clocks:
        if clock.ended_at is not None and (clock.warned_at or clock.breached_at):
            data = {"clock": clock.kind.value, "run": clock.run}
            tx.tell(place, about, ALERT_SETTLED, ticket=ticket.ref, priority=ALERT_PRIORITY, data=data)


def is_alerted(tx: Transaction, ticket: Ticket) -> bool:
    """Whether leads read of it: about a deadline, or, which only its alerts know, that nobody took or touched it."""
    if any(clock.warned_at or clock.breached_at for clock in ticket.clocks):
        return True
    if ticket.version == 1:
        return False  # opened just now
    key = {"customer_id": ticket.customer_id, "ticket_id": ticket.number}
    return tx.connection.execute(_ALERTED, key).first() is not None
