"""
One transaction of the desk: the dozen verbs in which its use cases are written.

A use case locks a ticket, moves frozen values from one state to the next, and says what happened; the verbs keep clocks,
log, queue and load right, whatever the use case. What was said is written at the end, table by table, so that one
transaction is a handful of statements however many verbs it used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ticketing import lifecycle
from ticketing.categories import Category
from ticketing.configuration import Configuration
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import to_us
from ticketing.model import HELD, ClockKind, PersonId, Ticket, TicketRef, TicketStatus
from ticketing.transaction.clocks import Clocks
from ticketing.transaction.room import Room
from ticketing.writing import write

Observer = Callable[["Transaction", Ticket, TicketEvent], None]

Holders = Callable[[Category], frozenset[str] | None]
"""Who can hold a category's tickets, by outside reference; None where it may be anybody."""


def anybody(_category: Category) -> frozenset[str] | None:
    """Every category's tickets may be held by any agent."""
    return None


class Transaction(Clocks, Room):
    """What a use case may do. Made by the Desk, which calls `finish` before it commits."""

    def __init__(
        self,
        connection: Connection,
        *,
        now: datetime,
        configured: Callable[[int | None], Configuration],
        observers: Iterable[Observer],
        is_sqlite: bool,
        holders: Holders = anybody,
    ) -> None:
        super().__init__(connection, now=now, configured=configured, is_sqlite=is_sqlite)
        self.holders = holders
        self.is_told = True
        """Whether others may have work from what this transaction has done."""
        self._observers = tuple(observers)

    def changes_nothing(self) -> None:
        """It was only looked: nobody has work from that, and who looks because of changes does not wake themselves."""
        self.is_told = False

    def move(
        self,
        ticket: Ticket,
        to: TicketStatus,
        *,
        by: PersonId | None,
        because: lifecycle.Because | None = None,
        reason: str | None = None,
        said_at: datetime | None = None,
        **changes: Any,
    ) -> Ticket:
        """
        Take one step of the lifecycle, with what follows from it: clocks paused, resumed or ended; the log.

        A pause ends at `said_at` if it is words that came late which end it. Load and queue follow by themselves at the end.
        Raises TransitionNotAllowed.
        """
        ticket = self._work.now[ticket.ref]
        lifecycle.check(ticket.number, ticket.status, to, because)
        before = ticket.status
        if to is TicketStatus.OPEN:
            changes.setdefault("assigned_agent_id", None)
            changes.setdefault("assigned_at", None)
        if to not in HELD:
            changes.setdefault("snoozed_until", None)  # whose list it was hidden from holds it no longer
        if to is TicketStatus.RESOLVED:
            changes.setdefault("resolved_at", self.now)
        if to is TicketStatus.CLOSED:
            changes.setdefault("closed_at", self.now)
        ticket = self.change(ticket, status=to, **changes)
        if before is TicketStatus.PENDING_CUSTOMER:
            ticket = self._resume_clock(ticket, said_at or self.now)
        if to is TicketStatus.PENDING_CUSTOMER:
            ticket = self._pause_clock(ticket)
        data: dict[str, Any] | None = None if said_at in (None, self.now) else {"said_at": to_us(said_at)}
        if to in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
            met = (ClockKind.RESOLUTION,) if to is TicketStatus.RESOLVED else ()
            data = {"ended": [[clock.kind.value, clock.run] for clock in ticket.clocks if clock.is_running]}
            ticket = self.stop_clocks(ticket, met=met, void=tuple(ClockKind))
        why = reason or because
        return self.log(ticket, EventKind.STATUS, by=by, from_value=before, to_value=to, reason=why, data=data)

    def finish(self) -> None:
        """Tell the observers and write everything."""
        for event in self._events:
            ticket = self._work.now[TicketRef(event.customer_id, event.ticket_number)]
            for observer in self._observers:
                observer(self, ticket, event)
        write(self.connection, self._work, at=self.now, is_sqlite=self._is_sqlite)
