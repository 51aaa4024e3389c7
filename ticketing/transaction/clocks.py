"""What a transaction does to the clocks of a ticket: start, stop, pause, resume, recompute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from ticketing import sla
from ticketing.calendars import Pause
from ticketing.instants import from_us, to_us
from ticketing.model import ClockKind, SlaClock, Ticket, TicketStatus
from ticketing.statements import REOPEN_PAUSES
from ticketing.tables import sla_pauses
from ticketing.transaction.changing import Changing


class Clocks(Changing):
    """The rules of `ticketing.sla`, applied to a ticket's clocks and the pauses that are stored of them."""

    def terms(self, ticket: Ticket) -> Mapping[ClockKind, sla.Terms]:
        """What is promised for a ticket as it now stands."""
        return sla.terms(self.configuration, priority=ticket.priority, tier=ticket.tier, category=ticket.category)

    def start_clocks(self, ticket: Ticket, kinds: Iterable[ClockKind], *, run: int, at: datetime) -> Ticket:
        """Start what is promised; a kind without a target starts nothing."""
        terms = self.terms(ticket)
        version = self.configuration.version
        started = [sla.started(terms[kind], run, at, version) for kind in kinds]
        return self._with_clocks(ticket, [clock for clock in started if clock is not None])

    def stop_clocks(
        self,
        ticket: Ticket,
        *,
        met: Iterable[ClockKind] = (),
        void: Iterable[ClockKind] = (),
        at: datetime | None = None,
    ) -> Ticket:
        """End running clocks: `met` were answered at `at` (in time or not), `void` are no longer owed."""
        at = at or self.now
        answered, obsolete = set(met), set(void)
        ticket = self._work.now[ticket.ref]
        ended = []
        for clock in ticket.clocks:
            if not clock.is_running or clock.kind not in answered | obsolete:
                continue
            pauses: list[Pause] = []
            if clock.paused_at is not None:
                pauses = self._stored_pauses(ticket, clock)
                self._end_pause(ticket, clock, at)
            calendar = self.terms(ticket)[clock.kind].calendar
            ended.append(sla.stopped(clock, at, calendar, pauses, void=clock.kind not in answered))
        return self._with_clocks(ticket, ended)

    def recompute_clocks(self, ticket: Ticket) -> Ticket:
        """
        After a new priority, category, tier or policy: new deadlines from the old starts, pauses kept; and the place in the
        queue by the weights in force.
        """
        version = self.configuration.version
        ticket = self._work.now[ticket.ref]
        ticket = self.change(ticket, promised_version=version, queue_rank=self._rank(ticket))
        terms = self.terms(ticket)
        running = [clock for clock in ticket.clocks if clock.is_running]
        changed = []
        for clock in running:
            pauses = self._stored_pauses(ticket, clock)
            changed.append(sla.recomputed(clock, self.now, terms[clock.kind], pauses, version))
            if clock.paused_at is not None and not changed[-1].is_running:
                self._end_pause(ticket, clock, self.now)
        ticket = self._with_clocks(ticket, changed)
        # An outcome is frozen: what was met or breached in this run is not promised anew.
        settled = {clock.kind for clock in ticket.clocks if clock.run == ticket.reopened_count and clock.is_judged}
        settled |= {clock.kind for clock in running}
        newly_promised = [kind for kind in _owed(ticket) if kind not in settled]
        for kind in newly_promised:
            new = sla.started(terms[kind], ticket.reopened_count, ticket.sla_start_at, version)
            if new is not None:
                pauses = self._stored_pauses(ticket, new)
                ticket = self.put_clock(ticket, sla.recomputed(new, self.now, terms[kind], pauses, version))
        return self._pause_clock(ticket) if ticket.status is TicketStatus.PENDING_CUSTOMER else ticket

    def restamp_clocks(self, before: Ticket, after: Ticket) -> bool:
        """
        Whether counting anew has moved no deadline; then only the version is new that the clocks name, or its place in line.

        The ticket is then as it was `before`, its own version included: nobody sees a difference on it.
        """
        if [replace(clock, config_version=0) for clock in before.clocks] != [
            replace(clock, config_version=0) for clock in after.clocks
        ]:
            return False
        self._work.now[before.ref] = replace(after, version=before.version)
        return True

    def put_clock(self, ticket: Ticket, clock: SlaClock) -> Ticket:
        """Replace one clock by a later state of it."""
        return self._with_clocks(ticket, [clock])

    def _with_clocks(self, ticket: Ticket, clocks: Iterable[SlaClock]) -> Ticket:
        by_key = {(clock.kind, clock.run): clock for clock in self._work.now[ticket.ref].clocks}
        by_key.update(((clock.kind, clock.run), clock) for clock in clocks)
        return self.change(ticket, clocks=tuple(by_key[key] for key in sorted(by_key)))

    def _pause_clock(self, ticket: Ticket) -> Ticket:
        clock = ticket.current_clock(ClockKind.RESOLUTION)
        if clock is None or not clock.is_running or clock.paused_at is not None:
            return ticket
        row = {"customer_id": ticket.customer_id, "ticket_id": ticket.number, "kind": clock.kind.value}
        self._work.inserts[sla_pauses].append(
            row | {"run": clock.run, "paused_at": to_us(self.now), "resumed_at": None}
        )
        return self._with_clocks(ticket, [sla.paused(clock, self.now)])

    def _resume_clock(self, ticket: Ticket, at: datetime) -> Ticket:
        """Count on from `at`; what was said before the pause began ends it where it began."""
        clock = ticket.current_clock(ClockKind.RESOLUTION)
        if clock is None or not clock.is_running or clock.paused_at is None:
            return ticket
        pauses = self._stored_pauses(ticket, clock)
        at = max(at, clock.paused_at)
        self._end_pause(ticket, clock, at)
        terms = self.terms(ticket)[clock.kind]
        return self._with_clocks(ticket, [sla.resumed(clock, at, terms, pauses, self.configuration.version)])

    def reopen_pauses(self, ticket: Ticket, at: datetime) -> None:
        """Pauses that something now undone had ended at `at` go on, as if it had not happened."""
        key = {"key_customer_id": ticket.customer_id, "key_ticket_id": ticket.number, "ended": to_us(at)}
        self.connection.execute(REOPEN_PAUSES, key)

    def _stored_pauses(self, ticket: Ticket, clock: SlaClock) -> list[Pause]:
        if clock.kind is not ClockKind.RESOLUTION:
            return []  # no other kind pauses
        unwritten = [
            Pause(from_us(row["paused_at"]), from_us(row["resumed_at"]))
            for row in self._work.inserts[sla_pauses]
            if (row["customer_id"], row["ticket_id"], row["kind"], row["run"])
            == (ticket.customer_id, ticket.number, clock.kind.value, clock.run)
        ]
        return self.pauses(ticket.ref, clock) + unwritten

    def _end_pause(self, ticket: Ticket, clock: SlaClock, at: datetime) -> None:
        self._work.ended_pauses.append(
            {
                "key_customer_id": ticket.customer_id,
                "key_ticket_id": ticket.number,
                "key_kind": clock.kind.value,
                "key_run": clock.run,
                "resumed": to_us(at),
            }
        )


def _owed(ticket: Ticket) -> Iterable[ClockKind]:
    """What is still to be done on the ticket, whether anything is promised about it or not."""
    if ticket.status is TicketStatus.OPEN:
        yield ClockKind.TIME_TO_CLAIM
    if ticket.status not in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        yield ClockKind.RESOLUTION
        if ticket.first_response_at is None:
            yield ClockKind.FIRST_RESPONSE
