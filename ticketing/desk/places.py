"""Where what comes to a ticket is to be done: on it, or on the last of those into which it was merged, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ticketing import family
from ticketing.model import Ticket, TicketRef
from ticketing.transaction import Transaction

R = TypeVar("R")


class _GoesOn(Exception):
    """The ticket was merged: what came to it belongs to `place`. Another transaction locks that one."""

    def __init__(self, place: TicketRef) -> None:
        self.place = place
        super().__init__()


def at_its_place(came_to: TicketRef, act: Callable[[TicketRef], R]) -> R:
    """Do something on the ticket to which it belongs by now. `act` asks `check_place` under the lock of that one."""
    place = came_to
    while True:
        try:
            return act(place)
        except _GoesOn as goes_on:
            place = goes_on.place


def check_place(tx: Transaction, ticket: Ticket, came_to: TicketRef) -> None:
    """Let `at_its_place` go on to another ticket, unless it is this locked one on which what came is to be done."""
    if ticket.merged_into is not None:
        raise _GoesOn(TicketRef(ticket.customer_id, ticket.merged_into))
    if ticket.ref != came_to and ticket.ref not in family.went_to(tx.connection, came_to):
        raise _GoesOn(came_to)
