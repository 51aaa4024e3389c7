"""Telling why: how a deadline came about, and where the promised time went."""

from __future__ import annotations

from ticketing import sla, timeline
from ticketing.calendars import Calendar, Pause
from ticketing.desk.reading import Reading
from ticketing.events import TicketEvent
from ticketing.instants import from_us
from ticketing.model import ClockKind, SlaClock, Ticket, TicketRef
from ticketing.statements import PAUSES
from ticketing.timeline import Timeline


class Explaining(Reading):
    """See `ticketing.desk.Desk`."""

    def explain(self, ref: TicketRef, kind: ClockKind, run: int | None = None) -> sla.Explanation | None:
        """
        How a deadline comes about, as a sum: of that run (see `SlaClock.run`), or the latest of its kind.

        None where none was promised. Raises TicketNotFound.
        """
        ticket = self.ticket(ref)
        clock = ticket.clock(kind) if run is None else timeline.most_telling(ticket, kind, run)
        if clock is None:
            return None
        calendar, pauses = self._counted_by(ticket, self.events(ref), clock)
        return sla.explain(clock, calendar, pauses, self._clock())

    def timeline(self, ref: TicketRef, kind: ClockKind | None = None, run: int | None = None) -> Timeline | None:
        """
        Where the promised time went: in the queue and why, with whom, with the customer; how late, and who ended it.

        Of the clocks of that kind and run (None: of all) it is about the one that is late, else was late last, else is due
        next; None where nothing was promised. Raises TicketNotFound.
        """
        ticket = self.ticket(ref)
        clock = timeline.most_telling(ticket, kind, run)
        if clock is None:
            return None
        events = self.events(ref)
        calendar, pauses = self._counted_by(ticket, events, clock)
        return timeline.tell(events, clock, calendar, pauses, self._clock())

    def _counted_by(self, ticket: Ticket, events: list[TicketEvent], clock: SlaClock) -> tuple[Calendar, list[Pause]]:
        """A clock's own calendar, of the version that set it, and its pauses."""
        key = {"customer_id": ticket.customer_id, "number": ticket.number, "kind": clock.kind.value, "run": clock.run}
        with self._database.read() as connection:
            rows = connection.execute(PAUSES, key).all()
            configuration = self._configuration_of(connection, clock.config_version)
        judged = timeline.as_judged(ticket, events, clock)
        terms = sla.terms(configuration, priority=judged.priority, tier=judged.tier, category=judged.category)
        return terms[clock.kind].calendar, [Pause(from_us(row.paused_at), from_us(row.resumed_at)) for row in rows]
