"""What a transaction reads: the configuration in force, the ticket it locks, the numbers it gives out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ticketing.calendars import Pause
from ticketing.configuration import Configuration
from ticketing.errors import TicketNotFound
from ticketing.events import TicketEvent
from ticketing.instants import from_us, is_id
from ticketing.model import SlaClock, Ticket, TicketRef
from ticketing.prepared import run
from ticketing.rows import clock_from, ticket_from
from ticketing.statements import CLOCKS, LOCKED_TICKET, NEXT_TICKET_NUMBER, PAUSES
from ticketing.writing import Unwritten, next_on_sqlite


class Reading:
    """The beginning of every use case, and what it is to write in the end."""

    def __init__(
        self,
        connection: Connection,
        *,
        now: datetime,
        configured: Callable[[int | None], Configuration],
        is_sqlite: bool,
    ) -> None:
        self.connection = connection
        self.now = now
        self._configured = configured
        self._configuration: Configuration | None = None
        self._is_sqlite = is_sqlite
        self._work = Unwritten()
        self._events: list[TicketEvent] = []

    @property
    def configuration(self) -> Configuration:
        """The configuration in force, the same throughout the transaction."""
        if self._configuration is None:
            self._configuration = self._configured(None)
        return self._configuration

    def configured(self, version: int | None) -> None:
        """What version is in force, said by who has read it along with something else; None where none is stored."""
        if self._configuration is None:
            self._configuration = self._configured(version or 0)

    def locked(self, ref: TicketRef) -> Ticket:
        """The ticket, held against everybody else until the commit. Raises TicketNotFound."""
        if ref in self._work.now:
            return self._work.now[ref]
        if not (is_id(ref.customer_id) and is_id(ref.number)):
            raise TicketNotFound(ref.number)
        ticket = self._load(LOCKED_TICKET, ref)
        self._work.before[ref] = self._work.now[ref] = ticket
        self._work.clocks_before[ref] = {(clock.kind, clock.run): clock for clock in ticket.clocks}
        return ticket

    def _load(self, statement: Any, ref: TicketRef) -> Ticket:
        key = {"customer_id": ref.customer_id, "number": ref.number}
        rows = run(self.connection, statement, key)
        if not rows:
            raise TicketNotFound(ref.number)
        self.configured(rows[0].config_version)
        clocks = [clock_from(each._asdict()) for each in run(self.connection, CLOCKS, key)]
        return ticket_from(rows[0]._asdict(), clocks, self.now)

    def pauses(self, ref: TicketRef, clock: SlaClock) -> list[Pause]:
        """The pauses of a clock as they are stored, oldest first."""
        key = {"customer_id": ref.customer_id, "number": ref.number, "kind": clock.kind.value, "run": clock.run}
        return [Pause(from_us(row.paused_at), from_us(row.resumed_at)) for row in self.connection.execute(PAUSES, key)]

    def next_ticket_number(self) -> int:
        """A number that was never used and never will be again."""
        if self._is_sqlite:
            return next_on_sqlite(self.connection, "ticket_number", 1)
        return int(run(self.connection, NEXT_TICKET_NUMBER, {})[0].number)

    def final(self, ref: TicketRef) -> Ticket:
        """The ticket as it will be committed."""
        return self._work.now[ref]
