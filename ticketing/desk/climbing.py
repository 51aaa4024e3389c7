"""
The ladder: what follows while nobody sees to an alert, while nobody can take a ticket, or while it lies untouched.

A row of `ladder` holds the next step of one matter and its instant, so that a look costs what is due. Matters are a clock
run that was breached, NOBODY and IDLE of a ticket, HELD: alerts that came about in quiet hours, and HELD_LAPSE: that in them a
promise came to its end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql

from ticketing import ladder as rules
from ticketing.calendars import Calendar
from ticketing.desk.base import DeskBase, use_case
from ticketing.desk.promising import promise_of
from ticketing.errors import TicketNotFound
from ticketing.instants import from_us, to_us
from ticketing.ladder import IDLE, NOBODY, LadderStep
from ticketing.model import OVER, ClockKind, EventKind, PersonId, SlaClock, Ticket, TicketEvent, TicketRef, TicketStatus
from ticketing.shown import BREACH, WARNING
from ticketing.tables import alerts, ladder
from ticketing.transaction import Transaction

HELD, HELD_LAPSE = "held", "held_lapse"
"""The run of the second is the number of the event."""

_row = ladder.c
_KEY = (
    _row.customer_id == bindparam("key_customer_id"),
    _row.ticket_id == bindparam("key_ticket_id"),
    _row.kind == bindparam("key_kind"),
    _row.run == bindparam("key_run"),
)
DUE = (
    select(_row.customer_id, _row.ticket_id, _row.kind, _row.run)
    .where(_row.next_at <= bindparam("now"))
    .order_by(_row.next_at)
    .limit(bindparam("rows"))
)
NEXT = select(func.min(_row.next_at)).where(_row.next_at.is_not(None))
NEXT_AFTER = select(func.min(_row.next_at)).where(_row.next_at > bindparam("now"))
_WAKE = (
    update(ladder)
    .where(
        _row.customer_id == bindparam("key_customer_id"),
        _row.ticket_id == bindparam("key_ticket_id"),
        _row.next_at.is_(None),
    )
    .values(next_at=bindparam("at"))
)
_RETHINK = (
    update(ladder)
    .where(
        _row.customer_id == bindparam("key_customer_id"),
        _row.ticket_id == bindparam("key_ticket_id"),
        # The first of what no deadline brings about has its instant nowhere else.
        or_(_row.kind.in_([kind.value for kind in ClockKind]), and_(_row.kind.in_([NOBODY, IDLE]), _row.step > 0)),
        _row.next_at > bindparam("at"),
    )
    .values(next_at=bindparam("at"))
)
_READ = select(_row.step, _row.since, _row.next_at).where(*_KEY)
_DROP = delete(ladder).where(*_KEY)
_new = postgresql.insert(ladder)  # SQLite writes the clause in the same words
_PUT = _new.on_conflict_do_update(
    index_elements=["customer_id", "ticket_id", "kind", "run"],
    set_={name: _new.excluded[name] for name in ("step", "since", "next_at")},
)
_UNTOLD = select(alerts.c.kind, alerts.c.run, alerts.c.stage).where(
    alerts.c.customer_id == bindparam("key_customer_id"),
    alerts.c.ticket_id == bindparam("key_ticket_id"),
    alerts.c.home.is_(None),
    alerts.c.stage.in_([WARNING, BREACH]),  # the steps have waited themselves
)


@dataclass(frozen=True)
class Climb:
    """One matter of a ticket on the ladder: which, how far, since when, and when its next step is due."""

    ref: TicketRef
    kind: str
    run: int
    step: int = 0
    since: datetime | None = None
    next_at: datetime | None = None

    @property
    def key(self) -> dict[str, Any]:
        return _of_ticket(self.ref) | {"key_kind": self.kind, "key_run": self.run}


def _of_ticket(ref: TicketRef) -> dict[str, Any]:
    return {"key_customer_id": ref.customer_id, "key_ticket_id": ref.number}


class Climbing(DeskBase):
    """See `ticketing.desk.Desk`."""

    def ladder_step(self, now: datetime, *, limit: int = 200) -> datetime | None:
        """
        Take the steps of the ladder that are due by `now`, one transaction each, and log them.

        What fails keeps no other from its step, and waits. Returns the instant at which to look again; None when nothing
        climbs.
        """
        setbacks = self.setbacks("ladder")
        look, rows = setbacks.look(now), limit + len(setbacks)
        with self._database.read() as connection:
            due = due_climbs(connection, now, rows)
        for climb in look.free(due):
            look.attempt(climb, partial(self._climb, climb, now))
        if len(due) == rows:
            return now
        with self._database.read() as connection:
            statement = NEXT_AFTER if len(setbacks) else NEXT
            return look.next(from_us(connection.execute(statement, {"now": to_us(now)}).scalar()))

    @use_case
    def _climb(self, climb: Climb, now: datetime) -> None:
        with self._transaction() as tx:
            try:
                ticket = tx.locked(climb.ref)
            except TicketNotFound:
                tx.connection.execute(_DROP, climb.key)
                return
            stored = tx.connection.execute(_READ, climb.key).one_or_none()
            if stored is None or stored.next_at is None or stored.next_at > to_us(now):
                return  # another process was faster, or it was put off
            climb = replace(climb, step=stored.step, since=from_us(stored.since), next_at=from_us(stored.next_at))
            if climb.kind == HELD:
                _tell_what_was_held(tx, ticket, climb)
            elif climb.kind == HELD_LAPSE:
                _tell_of_held_lapse(tx, ticket, climb)
            elif climb.kind in (NOBODY, IDLE):
                _climb_without_deadline(tx, ticket, climb)
            else:
                _climb_after_breach(tx, ticket, climb)


def due_climbs(connection: Connection, by: datetime, limit: int) -> list[Climb]:
    """What has a step to take that was due `by` then, longest due first."""
    rows = connection.execute(DUE, {"now": to_us(by), "rows": limit})
    return [Climb(TicketRef(PersonId(row.customer_id), row.ticket_id), row.kind, row.run) for row in rows]


def foresee(tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
    """The observer that puts on the ladder what may have to climb it. `ticket` is as it will be committed."""
    settings = tx.configuration.ladder
    if event.kind in (EventKind.WARNED, EventKind.BREACHED, EventKind.ALERT_LAPSED):
        told = rules.told_from(tx.configuration.quiet_hours, ticket.priority, tx.now)
        held = (HELD_LAPSE, event.seq) if event.kind is EventKind.ALERT_LAPSED else (HELD, 0)
        if told > tx.now:
            _put(tx, Climb(ticket.ref, *held, since=tx.now, next_at=told))
    if event.kind is EventKind.BREACHED and settings.steps:
        kind, run = str(event.data["clock"]), int(event.data["run"])
        calendar = tx.terms(ticket)[ClockKind(kind)].calendar
        next_at = rules.next_instant(settings.steps[0], tx.now, calendar=calendar)
        _put(tx, Climb(ticket.ref, kind, run, since=tx.now, next_at=next_at))
    elif event.kind in (EventKind.OPENED, EventKind.REOPENED, EventKind.STATUS) and ticket.status is TicketStatus.OPEN:
        warnings = [clock.warn_at for clock in ticket.clocks if clock.is_running and clock.warn_at is not None]
        next_at_ = rules.nobody_instant(ticket.sla_start_at, min(warnings, default=None), _calendar(tx, ticket))
        if next_at_ is not None:
            _put(tx, Climb(ticket.ref, NOBODY, ticket.reopened_count, since=tx.now, next_at=next_at_))
    if event.kind in _MOVES_IDLENESS:
        done_at = None if event.kind in _CHANGES_THE_TIME else tx.now
        watch_for_idleness(tx, ticket, done_at, is_step=event.kind in _STEPS)
    # Due at once: the step itself counts the time, and puts itself off where it is too early.
    if _takes_back(event):
        tx.connection.execute(_WAKE, _of_ticket(ticket.ref) | {"at": to_us(tx.now)})
    elif event.kind in _CHANGES_THE_TIME:
        tx.connection.execute(_RETHINK, _of_ticket(ticket.ref) | {"at": to_us(tx.now)})


_STEPS = (EventKind.STATUS, EventKind.SNOOZED, EventKind.WOKEN)
"""What comes back from its customer, from out of sight or to the queue has not lain since it went there."""

_MOVES_IDLENESS = (
    *_STEPS,
    EventKind.OPENED,
    EventKind.ASSIGNED,
    EventKind.COMMENTED,
    EventKind.RECEIVED_MERGE,
    EventKind.PRIORITY,
    EventKind.CATEGORY,
    EventKind.CLOCKS_RECOMPUTED,
)
"""After these a ticket may lie for too long earlier than was foreseen, or again."""

_CHANGES_THE_TIME = (
    EventKind.PRIORITY,
    EventKind.CATEGORY,
    EventKind.CLOCKS_RECOMPUTED,
    EventKind.ALERT_RELEASED,
)
"""Another calendar may count from now on, and a promise that was given back holds nothing up."""


def _takes_back(event: TicketEvent) -> bool:
    """Whether an answer or an end, which may have ended a climb, is taken back: the clocks that it ended run on."""
    if event.kind is EventKind.STATUS:
        return event.from_value in OVER and event.to_value not in OVER
    return event.kind is EventKind.COMMENT_DELETED and bool(event.data.get("run_on"))


def watch_for_idleness(
    tx: Transaction, ticket: Ticket, done_at: datetime | None = None, *, is_step: bool = False
) -> None:
    """
    Put on the ladder when the ticket will have lain for too long; `done_at` where somebody has just done something.

    What was told of already goes on until somebody does something; then, and after each step (`is_step`), it counts anew.
    """
    settings = tx.configuration.ladder
    if settings.unassigned_after is None and settings.untouched_after is None:
        return
    climb = Climb(ticket.ref, IDLE, ticket.reopened_count)
    stored = tx.connection.execute(_READ, climb.key).one_or_none()
    since, acted, counts_anew = ticket.sla_start_at, done_at or _acted_at(ticket), is_step
    if stored is not None:
        was = from_us(stored.since)
        if stored.step and acted < was:
            return
        # Without an agent it counts from what was done last before it is told of again, and not from its beginning.
        counts_anew = is_step or stored.step or stored.next_at is None
        since = max(since, was)
    since = max(since, acted) if counts_anew else since
    due = _idle_at(tx, ticket, since)
    if due is None:
        if stored is not None:
            tx.connection.execute(_DROP, climb.key)
    elif stored is None or counts_anew or due < from_us(stored.next_at):
        # Where it only moves later, nothing is written: the step looks itself.
        _put(tx, replace(climb, since=since, next_at=due))


def _acted_at(ticket: Ticket) -> datetime:
    acted = [at for at in (ticket.assigned_at, ticket.last_activity_at) if at is not None]
    return max(acted, default=ticket.sla_start_at)


def _idle_at(tx: Transaction, ticket: Ticket, since: datetime | None) -> datetime | None:
    """When the ticket has lain for too long, nothing done since then; None while it is the customer's turn, or over."""
    if ticket.status in (TicketStatus.PENDING_CUSTOMER, TicketStatus.RESOLVED, TicketStatus.CLOSED):
        return None
    active = [at for at in (_acted_at(ticket), ticket.snoozed_until, since) if at is not None]
    return rules.idle_instant(
        tx.configuration.ladder,
        is_held=ticket.is_held,
        since=since or ticket.sla_start_at,
        active_at=max(active),
        calendar=_calendar(tx, ticket),
    )


def _climb_after_breach(tx: Transaction, ticket: Ticket, climb: Climb) -> None:
    clock = next((c for c in ticket.clocks if (c.kind.value, c.run) == (climb.kind, climb.run)), None)
    steps = tx.configuration.ladder.steps
    if climb.step >= len(steps):
        tx.connection.execute(_DROP, climb.key)
        return
    if clock is None or not clock.is_running or clock.breached_at is None:
        _put(tx, replace(climb, next_at=None))  # it rests where it is: what ended the climb may be taken back
        return
    _take_step(tx, ticket, climb, clock, steps[climb.step])


def _climb_without_deadline(tx: Transaction, ticket: Ticket, climb: Climb) -> None:
    """Its first step says what is the matter; then it climbs as a breach does."""
    steps = tx.configuration.ladder.steps
    clock = _first_due(ticket)
    if not _is_so(tx, ticket, climb) or climb.step > len(steps):
        _lay_aside(tx, ticket, climb)
        return
    if climb.step:
        _take_step(tx, ticket, climb, clock, steps[climb.step - 1])
        return
    due = _idle_at(tx, ticket, climb.since) if climb.kind == IDLE else climb.next_at
    due = rules.told_from(tx.configuration.quiet_hours, ticket.priority, max(due or tx.now, tx.now))
    if due > tx.now:
        _put(tx, replace(climb, next_at=due))
        return
    _alert(tx, ticket, clock, climb.kind, None)
    _go_on(tx, ticket, climb, clock)


def _lay_aside(tx: Transaction, ticket: Ticket, climb: Climb) -> None:
    """Nothing is to be told. What may lie for too long again is not forgotten: touched meanwhile, it counts from that."""
    if climb.kind == NOBODY or climb.run != ticket.reopened_count or _idle_at(tx, ticket, climb.since) is None:
        tx.connection.execute(_DROP, climb.key)
    elif _is_any_late(tx, ticket):
        _put(tx, replace(climb, step=0, next_at=None))  # until the end of the breach
    elif climb.step and climb.since is not None and _acted_at(ticket) >= climb.since:
        since = _acted_at(ticket)
        _put(tx, replace(climb, step=0, since=since, next_at=_idle_at(tx, ticket, since)))
    else:
        _put(tx, replace(climb, next_at=None))  # until somebody does something


def _is_so(tx: Transaction, ticket: Ticket, climb: Climb) -> bool:
    """Whether what began the climb is still the case; a breach climbs by itself, and says more."""
    if _is_any_late(tx, ticket):
        return False
    if climb.kind == NOBODY:
        return ticket.status is TicketStatus.OPEN and climb.run == ticket.reopened_count
    if climb.run != ticket.reopened_count or climb.since is None or _idle_at(tx, ticket, climb.since) is None:
        return False
    return climb.step == 0 or _acted_at(ticket) < climb.since


def _is_any_late(tx: Transaction, ticket: Ticket) -> bool:
    return any(clock.is_running and _is_late(clock, tx.now) for clock in ticket.clocks)


def _is_late(clock: SlaClock, now: datetime) -> bool:
    """Breached, or just about to be marked so by the watch."""
    return clock.breached_at is not None or (clock.due_at is not None and clock.due_at <= now)


def _take_step(tx: Transaction, ticket: Ticket, climb: Climb, clock: SlaClock, step: LadderStep) -> None:
    """Once nobody has done anything for long enough; otherwise it waits on from what was done."""
    since = climb.since or tx.now
    promise = promise_of(tx.connection, ticket.ref)
    acted = [at for at in (ticket.assigned_at, promise.until if promise else None) if at is not None]
    due = rules.next_instant(step, since, max(acted, default=None), _calendar(tx, ticket, clock.kind))
    due = rules.told_from(tx.configuration.quiet_hours, ticket.priority, max(due, tx.now))
    if due > tx.now:
        _put(tx, replace(climb, next_at=due))
        return
    if step.escalate and not ticket.is_escalated:
        ticket = tx.change(ticket, is_escalated=True)
        ticket = tx.log(ticket, EventKind.ESCALATED, by=None, reason="ladder")
    stage = rules.stage(climb.step - 1, climb.kind) if climb.kind in (NOBODY, IDLE) else rules.stage(climb.step)
    _alert(tx, ticket, clock, stage, step)
    _go_on(tx, ticket, climb, clock)


def _go_on(tx: Transaction, ticket: Ticket, climb: Climb, clock: SlaClock) -> None:
    steps = tx.configuration.ladder.steps
    taken = climb.step + 1
    coming = taken - 1 if climb.kind in (NOBODY, IDLE) else taken
    calendar = _calendar(tx, ticket, clock.kind)
    next_at = rules.next_instant(steps[coming], tx.now, calendar=calendar) if coming < len(steps) else None
    _put(tx, replace(climb, step=taken, since=tx.now, next_at=next_at))


def _alert(tx: Transaction, ticket: Ticket, clock: SlaClock, stage: str, step: LadderStep | None) -> None:
    tx.alert(ticket, clock, stage, clock.due_at or tx.now)
    data: dict[str, Any] = {"clock": clock.kind.value, "run": clock.run, "stage": stage}
    if step is not None:
        data |= {"escalate": step.escalate} | ({"person": step.person} if step.person else {})
    tx.log(tx.final(ticket.ref), EventKind.ALERT_STEP, by=None, data=data)


def _tell_what_was_held(tx: Transaction, ticket: Ticket, climb: Climb) -> None:
    """The quiet hours are over: what came about in them and is still owed is told."""
    tx.connection.execute(_DROP, climb.key)
    running = {(clock.kind.value, clock.run) for clock in ticket.clocks if clock.is_running}
    for row in tx.connection.execute(_UNTOLD, {key: climb.key[key] for key in ("key_customer_id", "key_ticket_id")}):
        if (row.kind, row.run) in running:
            data = {"clock": row.kind, "run": row.run, "stage": row.stage}
            tx.log(tx.final(ticket.ref), EventKind.ALERT_STEP, by=None, data=data)


def _tell_of_held_lapse(tx: Transaction, ticket: Ticket, climb: Climb) -> None:
    """The quiet hours are over, and still something is owed to which nobody sees."""
    tx.connection.execute(_DROP, climb.key)
    owed = [clock for clock in ticket.clocks if clock.is_running and (clock.warned_at or clock.breached_at)]
    if owed and promise_of(tx.connection, ticket.ref) is None:
        data = {"clock": owed[0].kind.value, "run": owed[0].run, "stage": "lapse", "event": climb.run}
        tx.log(tx.final(ticket.ref), EventKind.ALERT_STEP, by=None, data=data)


def _first_due(ticket: Ticket) -> SlaClock:
    """The clock whose alert it is: the one that is due first."""
    running = [clock for clock in ticket.clocks if clock.is_running]
    first = min(running, key=lambda each: (each.due_at is None, each.due_at or each.started_at), default=None)
    return first or rules.without_promise(ticket)


def _calendar(tx: Transaction, ticket: Ticket, kind: ClockKind = ClockKind.RESOLUTION) -> Calendar:
    return tx.terms(ticket)[kind].calendar


def _put(tx: Transaction, climb: Climb) -> None:
    row = {
        "customer_id": climb.ref.customer_id,
        "ticket_id": climb.ref.number,
        "kind": climb.kind,
        "run": climb.run,
        "step": climb.step,
        "since": to_us(climb.since or tx.now),
        "next_at": None if climb.next_at is None else to_us(climb.next_at),
    }
    tx.connection.execute(_PUT, [row])
