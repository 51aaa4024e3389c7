"""Watching the clocks: each warning and each breach found when it is due, once, by an index."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, bindparam, func, select

from ticketing.desk.base import use_case
from ticketing.desk.reading import Reading
from ticketing.desk.together import LOOKS_AT, NOT_AT_ONCE, TOGETHER, by_customer, itself, on_all
from ticketing.events import EventKind
from ticketing.instants import from_us, to_us
from ticketing.ladder import told_from
from ticketing.model import PersonId, SlaClock, Ticket, TicketRef
from ticketing.shown import FELL_DUE_AT
from ticketing.tables import sla_clocks
from ticketing.transaction import Transaction

GRACE = timedelta(seconds=1)
"""The watch looks one second behind: an answer said in time may still be on its way."""

WARNING, BREACH = "warning", "breach"

_clock = sla_clocks.c
# The predicates stand as in the indexes, so that a look costs what is due and not what is open.
_UNWARNED = (_clock.ended_at.is_(None), _clock.warned_at.is_(None), _clock.breached_at.is_(None))
_UNBREACHED = (_clock.ended_at.is_(None), _clock.breached_at.is_(None))
DUE_WARNINGS = (
    select(_clock.customer_id, _clock.ticket_id)
    .where(*_UNWARNED, _clock.warn_at <= bindparam("now"))
    .order_by(_clock.warn_at)
    .limit(bindparam("rows"))
)
DUE_BREACHES = (
    select(_clock.customer_id, _clock.ticket_id)
    .where(*_UNBREACHED, _clock.due_at <= bindparam("now"))
    .order_by(_clock.due_at)
    .limit(bindparam("rows"))
)
NEXT_WARNING = select(func.min(_clock.warn_at)).where(*_UNWARNED)
NEXT_BREACH = select(func.min(_clock.due_at)).where(*_UNBREACHED)
NEXT_AFTER = (
    NEXT_WARNING.where(_clock.warn_at > bindparam("now")),
    NEXT_BREACH.where(_clock.due_at > bindparam("now")),
)
LATE = tuple(
    select(_clock.customer_id, _clock.ticket_id, _clock.due_at)
    .where(_clock.ended_at.is_(None), is_marked, _clock.due_at <= bindparam("now"))
    .order_by(_clock.due_at)
    for is_marked in (_clock.breached_at.is_not(None), _clock.breached_at.is_(None))
)
"""What the watch has marked, and what it has not come to yet: each has an index of its own, both together none."""


class Watching(Reading):
    """See `ticketing.desk.Desk`."""

    def watch_step(self, now: datetime, *, limit: int = 400) -> datetime | None:
        """
        Mark what has fallen due by `now`, in short transactions, and log it: observers turn that into alerts.

        At most `limit` tickets, the longest due first, each with what else is due of its customer. A ticket that cannot be
        marked keeps no other from it, and waits. Returns the instant at which to look again; None when nothing is promised
        to anybody.
        """
        seen = now - GRACE
        setbacks = self.setbacks("watch")
        look, rows = setbacks.look(now), LOOKS_AT + len(setbacks)
        with self._database.read() as connection:
            due = due_tickets(connection, seen, rows)
        free = look.free(due)
        chosen = free[:limit] if self._database.is_sqlite else by_customer(free, itself)[:limit]
        mark = partial(self._mark, seen=seen, at_once=self._database.is_sqlite or len(chosen) <= TOGETHER)
        look.all_of(chosen, on_all(chosen, mark, is_sqlite=self._database.is_sqlite))
        if len(setbacks) == 0:
            return self.next_due_instant()
        if len(chosen) < len(free) or (free and len(due) >= rows):
            return now
        with self._database.read() as connection:
            return look.next(next_due(connection, seen))

    def next_due_instant(self) -> datetime | None:
        """When the watch has something to do next: the due instant and the second it looks behind."""
        with self._database.read() as connection:
            return next_due(connection)

    def get_sla_breached_tickets(self, *, limit: int = 100) -> list[Ticket]:
        """Tickets on which something is late and still owed, the longest overdue first."""
        with self._database.read() as connection:
            now = {"now": to_us(self._clock())}
            late = [row for statement in LATE for row in connection.execute(statement.limit(limit), now)]
        late.sort(key=lambda row: int(row.due_at))
        refs = dict.fromkeys(TicketRef(PersonId(row.customer_id), row.ticket_id) for row in late[: max(0, limit)])
        return [self.ticket(ref) for ref in refs]

    @use_case
    def _mark(self, refs: list[TicketRef], seen: datetime, *, at_once: bool = True) -> None:
        with self._transaction() as tx:
            if not at_once:
                # Nothing is sent before its row was taken, whose commit waits for all that was committed before.
                tx.connection.execute(NOT_AT_ONCE)
            for ref in refs:
                for clock in tx.locked(ref).clocks:
                    if clock.is_running and clock.breached_at is None:
                        _mark_clock(tx, ref, clock, seen)


def due_tickets(connection: Connection, by: datetime, limit: int) -> list[TicketRef]:
    """Tickets with a deadline or a warning that came `by` then and is not marked; so many of each."""
    due = (
        TicketRef(PersonId(row.customer_id), row.ticket_id)
        for statement in (DUE_BREACHES, DUE_WARNINGS)
        for row in connection.execute(statement, {"now": to_us(by), "rows": limit})
    )
    return list(dict.fromkeys(due))


def next_due(connection: Connection, after: datetime | None = None) -> datetime | None:
    """As `Watching.next_due_instant`; of what falls due `after` an instant only."""
    statements, values = (NEXT_WARNING, NEXT_BREACH), {}
    if after is not None:
        statements, values = NEXT_AFTER, {"now": to_us(after)}
    instants = [connection.execute(statement, values).scalar() for statement in statements]
    first = min((instant for instant in instants if instant is not None), default=None)
    return None if first is None else from_us(first) + GRACE


def _mark_clock(tx: Transaction, ref: TicketRef, clock: SlaClock, seen: datetime) -> None:
    """A clock that has passed both its instants since the last look is only breached: no warning comes too late."""
    ticket = tx.final(ref)
    data = {"clock": clock.kind.value, "run": clock.run}
    if clock.due_at is not None and clock.due_at <= seen:
        ticket = tx.put_clock(ticket, replace(clock, breached_at=tx.now))
        tx.alert(ticket, clock, BREACH, clock.due_at)
        data |= {"due_at": to_us(clock.due_at)} | _fell_due(tx, ticket, clock.due_at)
        tx.log(ticket, EventKind.BREACHED, by=None, data=data)
    elif clock.warn_at is not None and clock.warned_at is None and clock.warn_at <= seen and clock.due_at is not None:
        ticket = tx.put_clock(ticket, replace(clock, warned_at=tx.now))
        tx.alert(ticket, clock, WARNING, clock.due_at)
        data |= {"due_at": to_us(clock.due_at)} | _fell_due(tx, ticket, clock.warn_at)
        tx.log(ticket, EventKind.WARNED, by=None, data=data)


def _fell_due(tx: Transaction, ticket: Ticket, at: datetime) -> dict[str, int]:
    """When it could be told first: at its instant, or at the end of the quiet hours that cover it."""
    told = told_from(tx.configuration.quiet_hours, ticket.priority, at)
    return {FELL_DUE_AT: to_us(min(told, tx.now))}
