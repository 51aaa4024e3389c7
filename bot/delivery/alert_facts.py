"""One ticket's alerts as they stand now: which deadline is worst, who sees to it, how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.delivery.lateness import LOOKED_AT, could_be_found_at, seems_late, told_at
from bot.delivery.reading import POSSIBLE, Dossier
from bot.views import Alert, AlertState
from ticketing import standing
from ticketing.desk import Desk
from ticketing.desk.alerting import AlertedStage
from ticketing.desk.countdown import MINUTES
from ticketing.desk.promising import AlertPromise
from ticketing.ladder import has_no_deadline, is_idle, is_nobody, told_from, touched, without_promise
from ticketing.model import Outcome, Priority, SlaClock, TicketRef
from ticketing.shown import BREACH, WARNING, AlertRow
from ticketing.timeline import ended_by

TIMED = (WARNING, BREACH)
"""The stages that a clock brings about at an instant; others are told when they are found."""


def worst(dossier: Dossier, rows: list[AlertRow], zone: str | None = None) -> Alert:
    """The latest deadline that is owed, else what has no deadline, else what was settled last."""
    clocks = clocks_of(dossier, rows)
    owed = [clock for clock in clocks if is_alerted(clock)]
    if owed:
        clock = min(owed, key=lambda each: (each.breached_at is None, due_at_of(each, rows)))
        return _promised(dossier, clock, rows, zone)
    alert = matter_at(dossier, rows, zone) or _picked_up(dossier, rows, zone)
    if alert is not None:
        return alert
    ended = [clock for clock in clocks if clock.ended_at is not None and _was_due(rows, clock)]
    if ended:
        clock = max(ended, key=lambda each: each.ended_at or each.started_at)
        return alert_at(dossier, clock, rows, ended_state(clock), zone)
    clock = max(clocks, key=lambda each: each.started_at)
    was_due = _was_due(rows, clock)
    return alert_at(dossier, clock, rows, AlertState.VOID if was_due else AlertState.PICKED_UP, zone)


def _promised(dossier: Dossier, clock: SlaClock, rows: list[AlertRow], zone: str | None) -> Alert:
    promise = dossier.desk.alert_promise(dossier.ref)
    if promise is None or not promise.covers(clock):
        state = AlertState.OVERDUE if clock.breached_at is not None else AlertState.DUE_SOON
        return alert_at(dossier, clock, rows, state, zone)
    state = AlertState.SEEN if promise.is_seen else AlertState.TAKEN
    return _by(dossier, promise, alert_at(dossier, clock, rows, state, zone))


def matter_at(dossier: Dossier, rows: list[AlertRow], zone: str | None = None) -> Alert | None:
    """What was told of last without a deadline's being near and is still so, and who sees to it."""
    matters = [row for row in rows if has_no_deadline(row.key.stage) and holds(dossier, row)]
    clock = clock_of(dossier, matters[-1]) if matters else None
    if clock is None:
        return None
    alert = alert_at(dossier, clock, rows, state_of(matters[-1].key.stage), zone)
    promise = dossier.desk.alert_promise(dossier.ref)
    if promise is None or all(row.created_at > promise.taken_at for row in matters):
        return alert
    state = AlertState.SEEN if promise.is_seen else AlertState.TAKEN
    return _by(dossier, promise, replace(alert, state=state, about=alert.state))


def _picked_up(dossier: Dossier, rows: list[AlertRow], zone: str | None) -> Alert | None:
    """That is over, for somebody has taken it until a time, and nothing was done about it so far."""
    promise, clocks = dossier.desk.alert_promise(dossier.ref), clocks_of(dossier, rows)
    if promise is None or not promise.picks_up(dossier.ticket):
        return None
    alert = alert_at(dossier, max(clocks, key=lambda each: each.started_at), rows, AlertState.TAKEN, zone)
    return _by(dossier, promise, replace(alert, about=AlertState.PICKED_UP))


def _by(dossier: Dossier, promise: AlertPromise, alert: Alert) -> Alert:
    return replace(alert, by=dossier.name(promise.person_id), until=promise.until)


def alert_at(
    dossier: Dossier, clock: SlaClock, rows: list[AlertRow], state: AlertState, zone: str | None = None
) -> Alert:
    ticket = dossier.ticket
    due_at = due_at_of(clock, rows)
    is_late = clock.breached_at is not None
    if state is AlertState.UNTOUCHED:
        due_at = touched(ticket)
    return Alert(
        facts=dossier.facts(zone or dossier.configuration.zone),
        clock=clock.kind,
        state=state,
        due_at=due_at,
        customer=dossier.customer,
        tier=ticket.tier,
        is_late=is_late,
        agent=dossier.holder,
        agent_since=ticket.assigned_at if ticket.is_held else None,
        is_answered=ticket.first_response_at is not None,
        countdown=None if is_late else nearness(due_at, ticket.as_of),
        told_at=_told_at(dossier, clock, _told_of(of_clock(rows, clock), state, is_late=is_late)),
        by=_answerer(dossier, clock) if state is AlertState.ANSWERED else None,
        at=clock.ended_at,
        possible=POSSIBLE,
    )


def _told_at(dossier: Dossier, clock: SlaClock, row: AlertRow | None) -> datetime | None:
    """When that was found, if it was found late. A warning whose instant shows that it was not needs no further reading."""
    if row is None:
        return None
    is_in_time = (
        row.key.stage == WARNING and clock.warn_at is not None and not seems_late(clock.warn_at, row.created_at)
    )
    return None if is_in_time else told_at(dossier, row)


def _told_of(rows: list[AlertRow], state: AlertState, *, is_late: bool) -> AlertRow | None:
    """The alert that a state is about."""
    if state is AlertState.NOBODY:
        found = [row for row in rows if is_nobody(row.key.stage)]
    elif state is AlertState.UNTOUCHED:
        found = [row for row in rows if is_idle(row.key.stage)]
    else:
        found = [row for row in rows if row.key.stage == (BREACH if is_late else WARNING)]
    return found[0] if found else None


def _answerer(dossier: Dossier, clock: SlaClock) -> str | None:
    """Whose act it was, which need not be the holder's; where no act tells, who has it or had it last."""
    return dossier.name(ended_by(dossier.events, clock)) or dossier.last_agent


def nearness(due_at: datetime, now: datetime) -> int | None:
    """The least of the minutes that are counted down to, under which a deadline is; None while it is further off."""
    return min((minutes for minutes in MINUTES if due_at - now <= timedelta(minutes=minutes)), default=None)


def owed_since(dossier: Dossier, row: AlertRow) -> datetime | None:
    """
    When a warning or breach could be told first: at its instant, when that was set if it was over then, or when quiet hours
    ended. None for other stages, which have no instant of their own.
    """
    if row.key.stage not in TIMED:
        return None
    instant = row.due_at
    if row.key.stage == WARNING:
        clock = clock_of(dossier, row)
        instant = clock.warn_at or row.created_at if clock is not None else row.created_at
    found = could_be_found_at(dossier, instant, row.created_at)
    told = told_from(dossier.configuration.quiet_hours, dossier.ticket.priority, found)
    return told if told <= dossier.ticket.as_of else found  # those hours were set later


def owed_since_each(desk: Desk, stages: Iterable[AlertedStage]) -> tuple[datetime, ...]:
    """The same of the warnings and breaches of many. Where they seem found late, a few are looked at for when that was set."""
    quiet, now, looks, found = desk.configuration().quiet_hours, desk.now(), 0, list[datetime]()
    for stage in stages:
        if stage.key.stage not in TIMED:
            continue
        instant = stage.instant
        if seems_late(instant, stage.created_at) and looks < LOOKED_AT:
            looks += 1
            instant = could_be_found_at(Dossier(desk, stage.key.ref), instant, stage.created_at)
        told = told_from(quiet, stage.priority, instant)
        found.append(told if told <= now else instant)
    return tuple(found)


def is_time(dossier: Dossier, row: AlertRow) -> bool:
    """Whether quiet hours do not hold it back, or not any more."""
    return not row.is_held_back or not _is_quiet(dossier, dossier.ticket.priority, row.created_at)


def is_stage_time(dossier: Dossier, stage: AlertedStage) -> bool:
    """The same of an alert that was read with those of others."""
    return not stage.is_held_back or not _is_quiet(dossier, stage.priority, stage.created_at)


def is_lapse_time(dossier: Dossier, ref: TicketRef, priority: Priority, event: int, at: datetime) -> bool:
    """The same of a promise that came to its end at `at`, as an event of the ticket's log says."""
    return not _is_quiet(dossier, priority, at) or not dossier.desk.outbox.is_lapse_held_back(ref, event)


def _is_quiet(dossier: Dossier, priority: Priority, at: datetime) -> bool:
    """
    Whether the quiet hours in force cover what came about at `at` with a ticket of that priority, and are not over.

    They hold it back only if it waits for them on the ladder: they may have been set since. It has come about, also where the
    dossier was read a moment before.
    """
    return told_from(dossier.configuration.quiet_hours, priority, at) > max(dossier.ticket.as_of, at)


def holds(dossier: Dossier, row: AlertRow) -> bool:
    """Whether what an alert says is still so."""
    clock, ticket = clock_of(dossier, row), dossier.ticket
    return clock is not None and standing.holds(
        row.key.stage,
        clock,
        ticket.status,
        began=ticket.sla_start_at,
        touched=touched(ticket),
        raised_at=row.created_at,
        is_told=row.home is not None,
    )


def is_resting(dossier: Dossier, row: AlertRow) -> bool:
    """Whether it is the customer's turn: what was told of the deadline stays told, and nothing new is."""
    clock = clock_of(dossier, row)
    return clock is not None and clock.is_running and not clock.is_counting and not has_no_deadline(row.key.stage)


def state_of(stage: str) -> AlertState:
    """What a line about a stage is."""
    if is_nobody(stage):
        return AlertState.NOBODY
    if is_idle(stage):
        return AlertState.UNTOUCHED
    return {WARNING: AlertState.DUE_SOON, BREACH: AlertState.OVERDUE}.get(stage, AlertState.REMINDED)


def ended_state(clock: SlaClock) -> AlertState:
    return AlertState.VOID if clock.outcome is Outcome.VOID else AlertState.ANSWERED


def is_alerted(clock: SlaClock) -> bool:
    return clock.is_running and (clock.warned_at is not None or clock.breached_at is not None)


def _was_due(rows: list[AlertRow], clock: SlaClock) -> bool:
    return any(not has_no_deadline(row.key.stage) for row in of_clock(rows, clock))


def of_clock(rows: list[AlertRow], clock: SlaClock) -> list[AlertRow]:
    return [row for row in rows if (row.key.kind, row.key.run) == (clock.kind, clock.run)]


def due_at_of(clock: SlaClock, rows: list[AlertRow]) -> datetime:
    """A paused clock has no due instant of its own: then the one that was alerted."""
    return clock.due_at or max(row.due_at for row in of_clock(rows, clock))


def clocks_of(dossier: Dossier, rows: list[AlertRow]) -> list[SlaClock]:
    """The clocks that have alerts; for a ticket without any promise, one that stands in for them."""
    found = {(clock.kind, clock.run): clock for row in rows if (clock := clock_of(dossier, row)) is not None}
    return list(found.values())


def clock_of(dossier: Dossier, row: AlertRow) -> SlaClock | None:
    key = row.key
    known = next((one for one in dossier.ticket.clocks if (one.kind, one.run) == (key.kind, key.run)), None)
    return without_promise(dossier.ticket, key.run) if known is None and has_no_deadline(key.stage) else known
