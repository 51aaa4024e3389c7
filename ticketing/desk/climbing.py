"""
The ladder: what follows while nobody sees to an alert, while nobody can take a ticket, or while it lies untouched.

This takes the steps that are due. What a change puts on the ladder is `ticketing.desk.foreseeing`, its rows are
`ticketing.desk.climbs`, and the rules `ticketing.ladder`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, Literal

from sqlalchemy import bindparam, select

from ticketing import ladder as rules
from ticketing.calendars import Calendar
from ticketing.desk.added_steps import AddedSteps
from ticketing.desk.base import use_case
from ticketing.desk.climbs import (
    NEXT,
    NEXT_AFTER,
    Climb,
    count_anew,
    count_from_now,
    drop_climb,
    due_climbs,
    held_back,
    put_climb,
    stored_climb,
)
from ticketing.desk.foreseeing import calendar_of, count_from, idle_at
from ticketing.desk.promising import GRACE, AlertPromise, matters_by, promise_of
from ticketing.desk.together import LOOKS_AT, NOT_AT_ONCE, TOGETHER, by_customer, on_all, on_each_of
from ticketing.errors import TicketNotFound
from ticketing.events import EventKind
from ticketing.instants import from_us, to_us
from ticketing.ladder import HELD, HELD_LAPSE, IDLE, NOBODY, LadderStep, touched
from ticketing.model import SlaClock, Ticket, TicketRef, TicketStatus
from ticketing.shown import BREACH, FELL_DUE_AT, WARNING
from ticketing.tables import alerts
from ticketing.transaction import Transaction

_UNTOLD = select(alerts.c.kind, alerts.c.run, alerts.c.stage).where(
    alerts.c.customer_id == bindparam("key_customer_id"),
    alerts.c.ticket_id == bindparam("key_ticket_id"),
    alerts.c.home.is_(None),
    alerts.c.created_at <= bindparam("held_since"),  # what came about later was told at once
    alerts.c.stage.in_([WARNING, BREACH]),  # the steps have waited themselves
)
_REF_OF: Callable[[Climb], TicketRef] = attrgetter("ref")


class Climbing(AddedSteps):
    """See `ticketing.desk.Desk`."""

    _quiet_seen: Calendar | Literal["never", "not looked"] = "not looked"
    """The quiet hours by which this process looked last."""

    def ladder_step(self, now: datetime, *, limit: int = 200) -> datetime | None:
        """
        Take the steps of the ladder that are due by `now`, several in a transaction, and log them.

        What fails keeps no other from its step, and waits. Returns the instant at which to look again; None when nothing
        climbs.
        """
        setbacks, is_sqlite = self.setbacks("ladder"), self._database.is_sqlite
        look, rows = setbacks.look(now), (limit if is_sqlite else max(limit, LOOKS_AT)) + len(setbacks)
        self._follow_quiet_hours(now)
        goes_on = self._follow_added_steps(now)
        with self._database.read() as connection:
            due = due_climbs(connection, now, rows)
        free = look.free(due)
        climbs = (free if is_sqlite else by_customer(free, _REF_OF))[:limit]
        take = partial(self._climb, now=now, at_once=is_sqlite or len(climbs) <= TOGETHER)
        look.all_of(climbs, on_each_of(climbs, take, ref_of=_REF_OF, is_sqlite=is_sqlite))
        if len(climbs) < len(free) or len(due) == rows or (goes_on is not None and goes_on <= now):
            return now
        with self._database.read() as connection:
            statement = NEXT_AFTER if len(setbacks) else NEXT
            following = look.next(from_us(connection.execute(statement, {"now": to_us(now)}).scalar()))
        return min((at for at in (following, goes_on) if at is not None), default=None)

    def _follow_quiet_hours(self, now: datetime) -> None:
        """What other quiet hours hold back is looked at by those in force: it may have its time earlier."""
        with self._database.read() as connection:
            quiet: Calendar | Literal["never"] = self._configuration_in_force(connection).quiet_hours or "never"
            held = held_back(connection, now) if quiet != self._quiet_seen else []
        on_all(held, self._look_at_now, is_sqlite=self._database.is_sqlite)
        self._quiet_seen = quiet

    @use_case
    def _look_at_now(self, refs: list[TicketRef]) -> None:
        with self._transaction() as tx:
            for ref in refs:
                count_anew(tx, tx.locked(ref).ref)

    @use_case
    def _climb(self, climbs: list[Climb], now: datetime, *, at_once: bool = True) -> None:
        with self._transaction() as tx:
            if not at_once:
                tx.connection.execute(NOT_AT_ONCE)
            for climb in climbs:
                _climb_one(tx, climb, now)


def _climb_one(tx: Transaction, climb: Climb, now: datetime) -> None:
    try:
        ticket = tx.locked(climb.ref)
    except TicketNotFound:
        drop_climb(tx, climb)
        return
    stored = stored_climb(tx, climb)
    if stored is None or stored.next_at is None or stored.next_at > now:
        return  # another process was faster, or it was put off
    climb = stored
    if climb.kind == HELD:
        _tell_what_was_held(tx, ticket, climb)
    elif climb.kind == HELD_LAPSE:
        _tell_of_held_lapse(tx, ticket, climb)
    elif climb.kind in (NOBODY, IDLE):
        _climb_without_deadline(tx, ticket, climb)
    else:
        _climb_after_breach(tx, ticket, climb)


def _climb_after_breach(tx: Transaction, ticket: Ticket, climb: Climb) -> None:
    clock = next((c for c in ticket.clocks if (c.kind.value, c.run) == (climb.kind, climb.run)), None)
    steps = tx.configuration.ladder.steps
    is_late = clock is not None and clock.is_counting and clock.breached_at is not None
    if clock is None or not is_late or rules.is_behind(ticket, clock) or climb.step >= len(steps):
        # It rests where it is: what ended the climb may be taken back, a customer whose turn it is may answer, what climbs
        # before it may be answered, and steps may be added.
        put_climb(tx, replace(climb, next_at=None))
        return
    _take_step(tx, ticket, climb, clock, steps[climb.step])


def _climb_without_deadline(tx: Transaction, ticket: Ticket, climb: Climb) -> None:
    """Its first step says what is the matter; then it climbs as a breach does."""
    steps = tx.configuration.ladder.steps
    clock = rules.first_due(ticket)
    is_touched = climb.kind == IDLE and climb.step > 0 and _is_touched(tx, ticket)
    if not _is_so(tx, ticket, climb, is_touched=is_touched) or climb.coming >= len(steps):
        _lay_aside(tx, ticket, climb, is_touched=is_touched)
        return
    if climb.step:
        _take_step(tx, ticket, climb, clock, steps[climb.coming])
        return
    fell_due = (_lies_at(tx, ticket, climb) if climb.kind == IDLE else climb.next_at) or tx.now
    due = rules.told_from(tx.configuration.quiet_hours, ticket.priority, max(fell_due, tx.now))
    if due > tx.now:
        put_climb(tx, replace(climb, next_at=due))
        return
    _alert(tx, ticket, clock, climb.kind, None, fell_due_at=_could_be_taken(tx, ticket, climb, fell_due))
    _go_on(tx, ticket, climb, clock)


def _lies_at(tx: Transaction, ticket: Ticket, climb: Climb) -> datetime | None:
    """When it will have lain for too long; not while somebody has taken it because it did, whose own end tells of it."""
    due, promise = idle_at(tx, ticket, climb.since), promise_of(tx.connection, ticket.ref)
    return due if due is None or promise is None or not promise.picks_up(ticket) else max(due, promise.until + GRACE)


def _lay_aside(tx: Transaction, ticket: Ticket, climb: Climb, *, is_touched: bool) -> None:
    """Nothing is to be told. What may lie for too long again is not forgotten: touched meanwhile, it counts from that."""
    if climb.kind == NOBODY:
        is_open = ticket.status is TicketStatus.OPEN and climb.run == ticket.reopened_count
        # How far it has been told of is kept: a change may take a breach back.
        put_climb(tx, replace(climb, next_at=None)) if is_open else drop_climb(tx, climb)
    elif climb.run != ticket.reopened_count or idle_at(tx, ticket, climb.since) is None:
        drop_climb(tx, climb)
    elif rules.is_any_late(ticket, tx.now):
        # Until the end of the breach; where nobody has done anything, it then goes on from where it was.
        put_climb(tx, replace(climb, step=0 if is_touched else climb.step, next_at=None))
    elif is_touched:
        since = touched(ticket)
        put_climb(tx, replace(climb, step=0, since=since, next_at=idle_at(tx, ticket, since)))
    else:
        put_climb(tx, replace(climb, next_at=None))  # until somebody does something


def _is_so(tx: Transaction, ticket: Ticket, climb: Climb, *, is_touched: bool) -> bool:
    """Whether what began the climb is still the case; a breach climbs by itself, and says more."""
    if rules.is_any_late(ticket, tx.now):
        return False
    if climb.kind == NOBODY:
        return ticket.status is TicketStatus.OPEN and climb.run == ticket.reopened_count
    if climb.run != ticket.reopened_count or climb.since is None or idle_at(tx, ticket, climb.since) is None:
        return False
    return not is_touched


def _is_touched(tx: Transaction, ticket: Ticket) -> bool:
    """Whether somebody has done something since it was last told of; from when its steps count may be still to come."""
    return IDLE not in matters_by(tx.connection, ticket, tx.now)


def _take_step(tx: Transaction, ticket: Ticket, climb: Climb, clock: SlaClock, step: LadderStep) -> None:
    """Once nobody has done anything for long enough; otherwise it waits on from what was done."""
    since = tx.configuration.step_counts_from(climb.coming, climb.since or tx.now)
    promise = promise_of(tx.connection, ticket.ref)
    quiet = tx.configuration.quiet_hours
    is_about = promise is not None and _is_about(tx, ticket, promise, climb, clock)
    until = rules.told_from(quiet, ticket.priority, promise.until) if promise is not None and is_about else None
    acted = [at for at in (ticket.assigned_at, until, *rules.answered_before(ticket, clock)) if at is not None]
    fell_due = rules.next_instant(step, since, max(acted, default=None), calendar_of(tx, ticket, clock.kind))
    due = rules.told_from(quiet, ticket.priority, max(fell_due, tx.now))
    if due > tx.now:
        put_climb(tx, replace(climb, next_at=due))
        return
    if step.escalate and not ticket.is_escalated:
        ticket = tx.change(ticket, is_escalated=True)
        ticket = tx.log(ticket, EventKind.ESCALATED, by=None, reason=rules.BY_LADDER)
    stage = rules.stage(climb.coming, climb.kind) if climb.kind in (NOBODY, IDLE) else rules.stage(climb.coming)
    _alert(tx, ticket, clock, stage, step, fell_due_at=_could_be_taken(tx, ticket, climb, fell_due))
    _go_on(tx, ticket, climb, clock)


def _could_be_taken(tx: Transaction, ticket: Ticket, climb: Climb, fell_due: datetime) -> datetime:
    """When a step could be taken first: when it fell due, or when that was set if it was over then, and it was not quiet."""
    at = max(fell_due, climb.next_at or fell_due)
    return min(rules.told_from(tx.configuration.quiet_hours, ticket.priority, at), tx.now)


def _is_about(tx: Transaction, ticket: Ticket, promise: AlertPromise, climb: Climb, clock: SlaClock) -> bool:
    """Whether what climbs had been told of when the promise was given; what came after it, it holds up no step of."""
    if climb.kind == IDLE:
        return IDLE in matters_by(tx.connection, ticket, promise.taken_at)
    if climb.kind == NOBODY:
        return climb.since is not None and climb.since <= promise.taken_at
    return promise.is_about(clock)


def _go_on(tx: Transaction, ticket: Ticket, climb: Climb, clock: SlaClock) -> None:
    steps = tx.configuration.ladder.steps
    taken = replace(climb, step=climb.step + 1, since=tx.now, next_at=None)
    if taken.coming < len(steps):
        step, calendar = steps[taken.coming], calendar_of(tx, ticket, clock.kind)
        taken = replace(taken, next_at=rules.next_instant(step, tx.now, calendar=calendar))
    put_climb(tx, taken)


def _alert(
    tx: Transaction, ticket: Ticket, clock: SlaClock, stage: str, step: LadderStep | None, *, fell_due_at: datetime
) -> None:
    tx.alert(ticket, clock, stage, clock.due_at or tx.now)
    data: dict[str, Any] = {"clock": clock.kind.value, "run": clock.run, "stage": stage}
    data |= {FELL_DUE_AT: to_us(fell_due_at)}
    if step is not None:
        # Whom it names stands in the settings alone: the log holds nobody's reference.
        named = {"step": tx.configuration.ladder.steps.index(step)} if step.person else {}
        data |= {"escalate": step.escalate} | named
    tx.log(tx.final(ticket.ref), EventKind.ALERT_STEP, by=None, data=data)


def _tell_what_was_held(tx: Transaction, ticket: Ticket, climb: Climb) -> None:
    """The quiet hours are over: what came about in them and is still owed is told."""
    if _is_held_on(tx, ticket, climb):
        return
    key = {name: climb.key[name] for name in ("key_customer_id", "key_ticket_id")}
    rows = tx.connection.execute(_UNTOLD, key | {"held_since": to_us(climb.since or tx.now)}).all()
    counts = {(clock.kind.value, clock.run): clock.is_counting for clock in ticket.clocks if clock.is_running}
    late = {(clock.kind.value, clock.run) for clock in ticket.clocks if clock.breached_at is not None}
    owed = [row for row in rows if (row.kind, row.run) in counts]
    owed = [row for row in owed if row.stage != WARNING or (row.kind, row.run) not in late]  # the breach says more
    told = [row for row in owed if counts[row.kind, row.run]]
    if len(told) < len(owed):
        put_climb(tx, replace(climb, next_at=None))  # until it is our turn again
    else:
        drop_climb(tx, climb)
    for row in told:
        data = {"clock": row.kind, "run": row.run, "stage": row.stage}
        tx.log(tx.final(ticket.ref), EventKind.ALERT_STEP, by=None, data=data)
        if row.stage == BREACH:
            count_from(tx, ticket, Climb(ticket.ref, row.kind, row.run), climb, tx.now)


def _is_held_on(tx: Transaction, ticket: Ticket, climb: Climb) -> bool:
    """Whether it is still to wait, by the quiet hours and the priority as they now are."""
    told = rules.told_from(tx.configuration.quiet_hours, ticket.priority, climb.since or tx.now)
    if told > tx.now:
        put_climb(tx, replace(climb, next_at=told))
    return told > tx.now


def _tell_of_held_lapse(tx: Transaction, ticket: Ticket, climb: Climb) -> None:
    """The quiet hours are over, and still something is owed to which nobody sees."""
    if _is_held_on(tx, ticket, climb):
        return
    drop_climb(tx, climb)
    owed = [clock for clock in ticket.clocks if clock.is_counting and (clock.warned_at or clock.breached_at)]
    if not owed and matters_by(tx.connection, ticket, tx.now):
        owed = [rules.first_due(ticket)]
    if owed and promise_of(tx.connection, ticket.ref) is None:
        data = {"clock": owed[0].kind.value, "run": owed[0].run, "stage": "lapse", "event": climb.run}
        tx.log(tx.final(ticket.ref), EventKind.ALERT_STEP, by=None, data=data)
        count_from_now(tx, ticket.ref)
