"""Alerts: one home message a ticket, edited with each step, and a line in its thread for each step after the first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot import places
from bot.blocks.alerts import alert_line, alert_message
from bot.delivery.letters import Letter
from bot.delivery.reading import POSSIBLE, Dossier
from bot.views import Alert, AlertState
from ticketing.model import ClockKind, Outcome, SlaClock
from ticketing.outbox import Errand
from ticketing.shown import BREACH, AlertRow

FOUND_LATE = timedelta(minutes=10)
"""How long after its instant an alert is said to be found late. In business time, which the demo plays fast."""


def home(dossier: Dossier) -> Letter | None:
    """
    The ticket's one message in the escalation channel.

    It is about what is worst and still owed, else about what was settled last. Once nothing is owed it is edited only.
    """
    rows = dossier.desk.outbox.alerts(dossier.ref)
    alerted = [clock for clock in dossier.ticket.clocks if _of(rows, clock)]
    if not alerted:
        return None
    owed = [clock for clock in alerted if clock.is_running]
    chosen = (
        min(owed, key=lambda clock: (clock.breached_at is None, _due_at(clock, rows)))
        if owed
        else max(alerted, key=lambda clock: clock.ended_at or clock.started_at)
    )
    return Letter(
        about=places.about_alert(dossier.ref.number),
        side=places.ALERT,
        message=alert_message(_alert(dossier, chosen, rows)),
        only_edit=not owed,
        told=tuple(row.key for row in rows if row.home is None),
        lags_s=tuple(_lag_s(dossier, row) for row in rows if row.home is None),
    )


def line(dossier: Dossier, errand: Errand) -> Letter | None:
    """
    A step after the first, in the home's thread. None where the home's own posting told it, or where it no longer holds.

    It is broadcast: an edit of the home notifies nobody, and a further clock that is due soon would go unseen.
    """
    rows = dossier.desk.outbox.alerts(dossier.ref)
    kind, run, stage = ClockKind(errand.data["clock"]), int(errand.data["run"]), str(errand.data["stage"])
    row = next((row for row in rows if (row.key.kind, row.key.run, row.key.stage) == (kind, run, stage)), None)
    clock = _clock(dossier, kind, run)
    if row is None or row.home is not None or clock is None or not clock.is_running:
        return None
    state = AlertState.OVERDUE if stage == BREACH else AlertState.DUE_SOON
    alert = replace(_alert(dossier, clock, rows), state=state, is_late=stage == BREACH)
    about = f"l:{dossier.ref.number}:{kind.value}:{run}:{stage}"
    return _line(dossier, about, alert, broadcast=True, told=row)


def settled(dossier: Dossier, errand: Errand) -> Letter | None:
    """The line that says how what was alerted has ended."""
    rows = dossier.desk.outbox.alerts(dossier.ref)
    kind, run = ClockKind(errand.data["clock"]), int(errand.data["run"])
    clock = _clock(dossier, kind, run)
    if clock is None or clock.is_running or not any(row.home for row in _of(rows, clock)):
        return None
    about = f"l:{dossier.ref.number}:{kind.value}:{run}:end"
    return _line(dossier, about, _alert(dossier, clock, rows), broadcast=False, told=None)


def _line(dossier: Dossier, about: str, alert: Alert, *, broadcast: bool, told: AlertRow | None) -> Letter:
    return Letter(
        about=about,
        side=places.ALERT,
        message=alert_line(alert),
        root=places.about_alert(dossier.ref.number),
        broadcast=broadcast,
        told=(told.key,) if told else (),
        lags_s=(_lag_s(dossier, told),) if told else (),
    )


def _alert(dossier: Dossier, clock: SlaClock, rows: list[AlertRow]) -> Alert:
    ticket = dossier.ticket
    state = _state(clock)
    due_at = _due_at(clock, rows)
    found_at = min((row.created_at for row in _of(rows, clock) if row.key.stage == BREACH), default=None)
    is_late = clock.breached_at is not None
    return Alert(
        facts=dossier.facts(dossier.configuration.zone),
        clock=clock.kind,
        state=state,
        due_at=due_at,
        customer=dossier.customer,
        tier=ticket.tier,
        is_late=is_late,
        agent=dossier.holder,
        agent_since=ticket.assigned_at if ticket.is_held else None,
        is_answered=ticket.first_response_at is not None,
        told_at=found_at if is_late and found_at is not None and found_at - due_at > FOUND_LATE else None,
        by=dossier.last_agent if state is AlertState.ANSWERED else None,
        at=clock.ended_at,
        possible=POSSIBLE,
    )


def _lag_s(dossier: Dossier, row: AlertRow) -> float:
    """How long ago the alert's instant was, in business seconds."""
    clock = _clock(dossier, row.key.kind, row.key.run)
    instant = row.due_at if row.key.stage == BREACH or clock is None else clock.warn_at or row.created_at
    return (dossier.ticket.as_of - instant).total_seconds()


def _state(clock: SlaClock) -> AlertState:
    if not clock.is_running:
        return AlertState.VOID if clock.outcome is Outcome.VOID else AlertState.ANSWERED
    return AlertState.OVERDUE if clock.breached_at is not None else AlertState.DUE_SOON


def _of(rows: list[AlertRow], clock: SlaClock) -> list[AlertRow]:
    return [row for row in rows if (row.key.kind, row.key.run) == (clock.kind, clock.run)]


def _due_at(clock: SlaClock, rows: list[AlertRow]) -> datetime:
    """A paused clock has no due instant of its own: then the one that was alerted."""
    return clock.due_at or max(row.due_at for row in _of(rows, clock))


def _clock(dossier: Dossier, kind: ClockKind, run: int) -> SlaClock | None:
    return next((one for one in dossier.ticket.clocks if (one.kind, one.run) == (kind, run)), None)
