"""
What a change puts on the ladder: the observer of every event, and when a ticket will have lain for too long.

The step itself is `ticketing.desk.climbing`, which looks again whether the matter still is so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ticketing import ladder as rules
from ticketing.calendars import Calendar
from ticketing.desk.climbs import (
    Climb,
    count_anew,
    drop_climb,
    go_on_again,
    let_climb_in_turn,
    put_climb,
    stored_climb,
)
from ticketing.desk.promising import let_go, matters_by
from ticketing.events import EventKind, TicketEvent
from ticketing.ladder import HELD, HELD_LAPSE, IDLE, NOBODY, STEPS, touched
from ticketing.model import OVER, ClockKind, Ticket, TicketStatus
from ticketing.transaction import Transaction

_GOES_ON = (EventKind.STATUS, EventKind.SNOOZED, EventKind.WOKEN)
"""What comes back from its customer, from out of sight or to the queue has not lain since it went there."""

_MOVES_IDLENESS = (
    *STEPS,
    EventKind.OPENED,
    EventKind.COMMENTED,
    EventKind.PRIORITY,
    EventKind.CATEGORY,
    EventKind.CLOCKS_RECOMPUTED,
    EventKind.ALERT_TAKEN,
    EventKind.ALERT_RELEASED,
)
"""After these a ticket may lie for too long earlier than was foreseen, or again."""

_CHANGES_DEADLINES = (EventKind.PRIORITY, EventKind.CATEGORY, EventKind.CLOCKS_RECOMPUTED)

_WAITS_ANEW = (*_CHANGES_DEADLINES, EventKind.OPENED, EventKind.REOPENED, EventKind.STATUS)
"""After these a ticket without an agent waits for one anew, or until another time."""

_MAY_END_A_CLIMB = (*_CHANGES_DEADLINES, EventKind.ASSIGNED, EventKind.COMMENTED, EventKind.STATUS)
"""After these what climbed may be owed no more, or not of us, so that it is the turn of what waited behind it."""

_CHANGES_THE_TIME = (*_CHANGES_DEADLINES, EventKind.ALERT_RELEASED)
"""Another calendar may count from now on, and a promise that was given back holds nothing up."""


def foresee(tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
    """The observer that puts on the ladder what may have to climb it. `ticket` is as it will be committed."""
    settings = tx.configuration.ladder
    told = rules.told_from(tx.configuration.quiet_hours, ticket.priority, tx.now)
    if event.kind in (EventKind.WARNED, EventKind.BREACHED, EventKind.ALERT_LAPSED):
        held = (HELD_LAPSE, event.seq) if event.kind is EventKind.ALERT_LAPSED else (HELD, 0)
        if told > tx.now:
            _hold_back(tx, ticket, Climb(ticket.ref, *held, since=tx.now, next_at=told))
        if event.data.get("stage") == IDLE:
            _lies_again(tx, ticket, told)
    if event.kind is EventKind.BREACHED:
        kind, run = str(event.data["clock"]), int(event.data["run"])
        calendar = tx.terms(ticket)[ClockKind(kind)].calendar
        next_at = rules.next_instant(settings.steps[0], told, calendar=calendar) if settings.steps else None
        put_climb(tx, Climb(ticket.ref, kind, run, since=told, next_at=next_at))
    elif event.kind in _WAITS_ANEW and ticket.status is TicketStatus.OPEN:
        _watch_for_takers(tx, ticket, is_new=event.kind not in _CHANGES_DEADLINES)
    if event.kind in _MOVES_IDLENESS:
        watch_for_idleness(tx, ticket, is_step=event.kind in _GOES_ON)
    if _is_our_turn_again(event):
        _climb_on(tx, ticket, told)
    if event.kind in _MAY_END_A_CLIMB and any(each.is_counting and each.breached_at for each in ticket.clocks):
        let_climb_in_turn(tx, ticket.ref)
    # Due at once: the step itself counts the time, and puts itself off where it is too early.
    if _takes_back(event):
        go_on_again(tx, ticket.ref)
    elif event.kind in _CHANGES_THE_TIME or (_changes_hands(ticket, event) and let_go(tx, ticket)):
        count_anew(tx, ticket.ref)


def _hold_back(tx: Transaction, ticket: Ticket, held: Climb) -> None:
    """
    What was held back before, and is not told yet although its quiet hours are over, is told with it; the first step after that
    counts from then.
    """
    before = stored_climb(tx, held)
    put_climb(tx, held)
    if before is None or before.next_at is None or held.next_at is None or before.next_at >= held.next_at:
        return
    for clock in ticket.clocks:
        if clock.is_counting and clock.breached_at is not None:
            count_from(tx, ticket, Climb(ticket.ref, clock.kind.value, clock.run), before, held.next_at)


def count_from(tx: Transaction, ticket: Ticket, breach: Climb, held: Climb, told: datetime) -> None:
    """The first step of a breach that was held back counts from when that is told, whenever that was to be."""
    stored, steps = stored_climb(tx, breach), tx.configuration.ladder.steps
    if stored is None or stored.step or not steps or stored.since is None or held.since is None:
        return
    if stored.since > held.since:
        calendar = calendar_of(tx, ticket, ClockKind(breach.kind))
        put_climb(tx, replace(stored, since=told, next_at=rules.next_instant(steps[0], told, calendar=calendar)))


def _takes_back(event: TicketEvent) -> bool:
    """Whether an answer or an end, which may have ended a climb, is taken back: the clocks that it ended run on."""
    if event.kind is EventKind.STATUS:
        return event.from_value in OVER and event.to_value not in OVER
    return event.kind is EventKind.COMMENT_DELETED and bool(event.data.get("run_on"))


def _changes_hands(ticket: Ticket, event: TicketEvent) -> bool:
    is_back_in_line = event.kind is EventKind.STATUS and event.to_value == TicketStatus.OPEN
    return ticket.version > 1 and (is_back_in_line or event.kind is EventKind.ASSIGNED)


def _is_our_turn_again(event: TicketEvent) -> bool:
    is_step = event.kind is EventKind.STATUS and event.from_value == TicketStatus.PENDING_CUSTOMER
    return is_step and event.to_value not in OVER


def _climb_on(tx: Transaction, ticket: Ticket, told: datetime) -> None:
    """
    What rested while it was the customer's turn goes on: each step of a breach after its time from now, or from when the
    breach itself is told.
    """
    climb = stored_climb(tx, Climb(ticket.ref, ClockKind.RESOLUTION.value, ticket.reopened_count))
    held = stored_climb(tx, Climb(ticket.ref, HELD, 0))
    coming = tx.configuration.ladder.steps[climb.step :] if climb is not None else ()
    if climb is not None and coming:
        since = tx.now if held is None or climb.step else told
        next_at = rules.next_instant(coming[0], since, calendar=calendar_of(tx, ticket))
        put_climb(tx, replace(climb, since=since, next_at=next_at))
    if held is not None and held.next_at is None:
        put_climb(tx, replace(held, since=tx.now, next_at=told))


def _watch_for_takers(tx: Transaction, ticket: Ticket, *, is_new: bool) -> None:
    """Put on the ladder when it is told that nobody takes the ticket; once it has been, a change tells of it no more."""
    climb = Climb(ticket.ref, NOBODY, ticket.reopened_count, since=tx.now)
    stored = None if is_new else stored_climb(tx, climb)
    if stored is not None and stored.step:
        return
    # Where nothing is warned of, the deadline itself is what there has to be time before.
    told = [clock.warn_at or clock.due_at for clock in ticket.clocks if clock.is_running]
    first = min((at for at in told if at is not None), default=None)
    next_at = rules.nobody_instant(ticket.sla_start_at, first, calendar_of(tx, ticket))
    if next_at is not None:
        put_climb(tx, replace(climb, next_at=next_at))
    elif stored is not None:
        drop_climb(tx, climb)


def watch_for_idleness(tx: Transaction, ticket: Ticket, *, is_step: bool = False) -> None:
    """
    Put on the ladder when the ticket will have lain for too long.

    What was told of already goes on until somebody does something; then, and after each step (`is_step`), it counts anew.
    """
    settings = tx.configuration.ladder
    if settings.unassigned_after is None and settings.untouched_after is None:
        return
    climb = Climb(ticket.ref, IDLE, ticket.reopened_count)
    stored = stored_climb(tx, climb)
    since, acted, counts_anew = ticket.sla_start_at, touched(ticket), is_step
    if stored is not None and stored.since is not None:
        if stored.step and IDLE in matters_by(tx.connection, ticket, tx.now):
            if stored.next_at is None:
                put_climb(tx, replace(stored, next_at=tx.now))  # it may have waited for the end of a breach
            return
        # Without an agent it counts from what was done last before it is told of again, and not from its beginning.
        counts_anew = is_step or bool(stored.step) or stored.next_at is None
        since = max(since, min(stored.since, tx.now))  # steps may count from an instant that is still to come
    since = max(since, acted) if counts_anew else since
    due = idle_at(tx, ticket, since)
    if due is None:
        if stored is not None:
            drop_climb(tx, climb)
    elif stored is None or counts_anew or stored.next_at is None or due < stored.next_at:
        # Where it only moves later, nothing is written: the step looks itself.
        put_climb(tx, replace(climb, since=since, next_at=due))


def _lies_again(tx: Transaction, ticket: Ticket, told: datetime) -> None:
    """Whoever had taken it because it lay has let it lie: it is told of, and climbs on from there where there is such a time."""
    steps, calendar = tx.configuration.ladder.steps, calendar_of(tx, ticket)
    next_at = rules.next_instant(steps[0], told, calendar=calendar) if steps else None
    if idle_at(tx, ticket, told) is not None:
        put_climb(tx, Climb(ticket.ref, IDLE, ticket.reopened_count, step=1, since=told, next_at=next_at))


def idle_at(tx: Transaction, ticket: Ticket, since: datetime | None) -> datetime | None:
    """When the ticket has lain for too long, nothing done since then; None while it is the customer's turn, or over."""
    if ticket.status in (TicketStatus.PENDING_CUSTOMER, TicketStatus.RESOLVED, TicketStatus.CLOSED):
        return None
    active = [at for at in (touched(ticket), ticket.snoozed_until, since) if at is not None]
    return rules.idle_instant(
        tx.configuration.ladder,
        is_held=ticket.is_held,
        since=since or ticket.sla_start_at,
        active_at=max(active),
        calendar=calendar_of(tx, ticket),
    )


def calendar_of(tx: Transaction, ticket: Ticket, kind: ClockKind = ClockKind.RESOLUTION) -> Calendar:
    return tx.terms(ticket)[kind].calendar
