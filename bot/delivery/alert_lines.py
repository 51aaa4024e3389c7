"""The lines in an alert's thread: a step, what somebody did about it, how it ended; several of a kind at once are one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot import places
from bot.blocks.alerts import alert_lines, is_broadcast
from bot.delivery.alert_facts import (
    alert_at,
    clock_of,
    due_at_of,
    ended_state,
    holds,
    is_alerted,
    is_time,
    is_told_by_now,
    lag_s,
    of_clock,
    state_of,
)
from bot.delivery.alerts import let_gather
from bot.delivery.letters import Letter
from bot.delivery.posts import slack_id
from bot.delivery.reading import Dossier
from bot.views import Alert, AlertState
from ticketing.desk.alerting import AlertedStage
from ticketing.desk.promising import SEEN
from ticketing.instants import from_us
from ticketing.model import EventKind, TicketEvent
from ticketing.outbox import Errand
from ticketing.shown import BREACH, WARNING, AlertRow, Shown

LINES_DRAWN = 10
"""Of several lines told at once; the rest are counted."""

SENIORS = 3
"""How many of the senior agents a line calls."""

Drawn = tuple[Alert, AlertRow | None, str]
"""What a line is about, the alert that it tells, and its name."""

DrawLine = Callable[[Dossier, Errand], Drawn | None]


def line(dossier: Dossier, errand: Errand) -> Letter | None:
    """The line of a step that its home, posted before, could not tell because an edit notifies nobody."""
    let_gather(dossier.desk, errand)
    return _lines(dossier, errand, _step)


def said(dossier: Dossier, errand: Errand) -> Letter | None:
    """The line of what somebody did about the alert, or no longer does."""
    return _lines(dossier, errand, _deed)


def settled(dossier: Dossier, errand: Errand) -> Letter | None:
    """The line that says how what was alerted has ended."""
    return _lines(dossier, errand, _end)


def _lines(dossier: Dossier, errand: Errand, draw: DrawLine) -> Letter | None:
    """One line for everything of the kind that waits for the same thread; None where nothing of it holds any more."""
    own = draw(dossier, errand)
    stands = dossier.desk.outbox.shown(dossier.ref.customer_id, errand.place, places.about_alert(dossier.ref.number))
    others: list[Errand] = []
    if stands is not None and not errand.is_doubtful:
        others = dossier.desk.lines_waiting_for(errand.place, stands.channel, stands.ts, errand.kind)
    drawn = [] if own is None else [own]
    taken = []
    for other in others:
        if other.ticket is None or len(drawn) >= LINES_DRAWN:
            break
        taken.append((other.customer_id, other.id))
        one = draw(Dossier(dossier.desk, other.ticket), other)
        drawn += [one] if one is not None else []
    rest = others[len(taken) :]
    counted = _still_true(dossier, stands, rest) if stands is not None and rest else []
    if not drawn:
        return None
    alerts = [alert for alert, _, _ in drawn]
    rows = [row for _, row, _ in drawn if row is not None]
    return Letter(
        about=drawn[0][2],
        side=places.ALERT,
        message=alert_lines(alerts, len(counted)),
        root=places.about_alert(dossier.ref.number),
        broadcast=any(is_broadcast(alert) for alert in alerts),
        told=(*(row.key for row in rows), *(stage.key for stage in counted)),
        lags_s=(
            *(lag_s(dossier, row) for row in rows),
            *((dossier.ticket.as_of - stage.instant).total_seconds() for stage in counted),
        ),
        also=(*taken, *((each.customer_id, each.id) for each in rest)),
    )


def _still_true(dossier: Dossier, stands: Shown, errands: list[Errand]) -> list[AlertedStage]:
    """Of lines that are only counted, those that hold and are not held back; asked for once for all of them."""
    if errands[0].kind != "alert_line":
        return []
    members = dossier.desk.alerts_in_message(stands.channel, stands.ts)
    by_key = {
        (stage.key.ref, _stage(stage)): stage
        for each in members
        for stage in each.stages
        if is_told_by_now(dossier, each.priority, stage.created_at)
    }
    found = [by_key.get((each.ticket, _wanted(each))) for each in errands if each.ticket is not None]
    return list(dict.fromkeys(stage for stage in found if stage is not None and stage.is_owed and not stage.is_told))


def _stage(stage: AlertedStage) -> tuple[str, str, str]:
    return stage.key.kind.value, str(stage.key.run), stage.key.stage


def _wanted(errand: Errand) -> tuple[str, str, str]:
    return str(errand.data["clock"]), str(errand.data["run"]), str(errand.data["stage"])


def _step(dossier: Dossier, errand: Errand) -> Drawn | None:
    rows = dossier.desk.outbox.alerts(dossier.ref)
    wanted = _wanted(errand)
    row = next((r for r in rows if (r.key.kind.value, str(r.key.run), r.key.stage) == wanted), None)
    if row is None or row.home is not None or not is_time(dossier, row) or not holds(dossier, row):
        return None
    clock = clock_of(dossier, row)
    if clock is None:
        return None
    alert = alert_at(dossier, clock, rows, state_of(row.key.stage))
    number = dossier.ref.number
    about = f"l:{number}:{row.key.kind.value}:{row.key.run}:{row.key.stage}"
    if row.key.stage not in (WARNING, BREACH):
        alert = _with_step(dossier, alert, row)
    return alert, row, about


def _with_step(dossier: Dossier, alert: Alert, row: AlertRow) -> Alert:
    """What the step of the ladder adds: that seniors come first from now on, and whom it calls."""
    event = next((e for e in reversed(dossier.events) if _is_of(e, row)), None)
    is_escalated = bool(event and event.data.get("escalate"))
    person = event.data.get("person") if event else None
    called = [str(person)] if person else _seniors(dossier) if is_escalated else []
    mention = " ".join(f"<@{slack_id(ref)}>" for ref in called)
    return replace(alert, is_escalated=is_escalated, mention=mention or None)


def _seniors(dossier: Dossier) -> list[str]:
    """A few senior agents who are there and could take it."""
    category = dossier.configuration.category(dossier.ticket.category)
    skill = category.skill if category else dossier.ticket.category
    agents = [each for each in dossier.desk.agents() if each.is_senior and each.is_available and each.skills.get(skill)]
    return [dossier.desk.person(each.id).external_ref for each in agents[:SENIORS]]


def _is_of(event: TicketEvent, row: AlertRow) -> bool:
    data = event.data
    found = (data.get("clock"), data.get("run"), data.get("stage"))
    return event.kind is EventKind.ALERT_STEP and found == (row.key.kind.value, row.key.run, row.key.stage)


def _deed(dossier: Dossier, errand: Errand) -> Drawn | None:
    seq = int(errand.data["event"])
    event = next((each for each in dossier.events if each.seq == seq), None)
    rows = dossier.desk.outbox.alerts(dossier.ref)
    owed = [clock for clock in dossier.ticket.clocks if is_alerted(clock) and of_clock(rows, clock)]
    if event is None or not owed:
        return None
    if event.kind is EventKind.ALERT_LAPSED and not is_told_by_now(dossier, dossier.ticket.priority, event.at):
        return None  # told when the quiet hours are over
    state = {
        EventKind.ALERT_TAKEN: AlertState.SEEN if event.data.get("kind") == SEEN else AlertState.TAKEN,
        EventKind.ALERT_RELEASED: AlertState.RELEASED,
        EventKind.ALERT_LAPSED: AlertState.LAPSED,
    }[event.kind]
    clock = min(owed, key=lambda each: (each.breached_at is None, due_at_of(each, rows)))
    until = event.data.get("until")
    person = event.data.get("person") if event.kind is EventKind.ALERT_LAPSED else event.actor_id
    alert = replace(
        alert_at(dossier, clock, rows, state),
        by=dossier.name(person),
        until=from_us(int(until)) if until is not None else None,
    )
    return alert, None, f"l:{dossier.ref.number}:e:{seq}"


def _end(dossier: Dossier, errand: Errand) -> Drawn | None:
    rows = dossier.desk.outbox.alerts(dossier.ref)
    kind, run = str(errand.data["clock"]), int(errand.data["run"])
    clock = next((c for c in dossier.ticket.clocks if (c.kind.value, c.run) == (kind, run)), None)
    if clock is None or clock.is_running or not any(row.home for row in of_clock(rows, clock)):
        return None
    about = f"l:{dossier.ref.number}:{kind}:{run}:end"
    return alert_at(dossier, clock, rows, ended_state(clock)), None, about
