"""What tests of the ladder share: settings for it, a breach that nobody sees to, and the steps that were taken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.events import EventKind
from ticketing.model import Priority, Ticket, TicketRef

NIGHTS = {"mon-sun": ["18:00-08:00"]}


VIENNA = "Europe/Vienna"


NO_SLA = {kind: dict.fromkeys(("low", "medium", "high", "urgent"), "none") for kind in ("first_response", "resolution")}


def configured(desk: Desk, **ladder: Any) -> None:
    desk.configure({"zone": VIENNA, "ladder": ladder}, by=None)


def breached(desk: Desk, cast: Cast, clock: MovableClock, **more: Any) -> Ticket:
    """An urgent ticket that Amir has, at the second in which its breach was marked."""
    cast.agent("amir")
    ticket = cast.ticket(more.pop("customer", "mara"), **{"priority": Priority.URGENT} | more)
    due = ticket.response_due_at
    assert due is not None
    clock.now = due + timedelta(seconds=1)
    desk.watch_step(clock())
    return desk.ticket(ticket.ref)


def steps(desk: Desk, ref: TicketRef) -> list[str]:
    return [str(event.data["stage"]) for event in desk.events(ref) if event.kind is EventKind.ALERT_STEP]


def climb(desk: Desk, clock: MovableClock, **by: float) -> None:
    clock.advance(**by)
    desk.watch_step(clock())
    desk.lapse_step(clock())
    desk.ladder_step(clock())


def is_owed(desk: Desk, ticket: Ticket) -> bool:
    (alerted,) = desk.alerts_of([ticket.ref])
    return alerted.is_owed
