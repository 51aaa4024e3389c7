"""What was found late because nothing ran: it says so, with the instant at which it was told."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.delivery.reading import Dossier
from ticketing.desk import Desk
from ticketing.desk.alerting import AlertedStage
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import from_us
from ticketing.model import TicketRef
from ticketing.shown import BREACH, FELL_DUE_AT, WARNING, AlertRow
from ticketing.timeline import OTHER_TERMS, OWED_AGAIN, last_of

LOOKED_AT = 20
"""How many tickets of a message are read through for whether they were found late."""

FOUND_LATE = timedelta(minutes=10)
"""How long after its instant an alert is said to be found late. In business time, which the demo plays fast."""


_INSTANT = {
    EventKind.WARNED: FELL_DUE_AT,
    EventKind.BREACHED: FELL_DUE_AT,
    EventKind.ALERT_STEP: FELL_DUE_AT,
    EventKind.ALERT_LAPSED: "until",
}
"""Where the log's entries of what raises alerts say when it could be found first."""


def seems_late(instant: datetime, found_at: datetime) -> bool:
    """Whether it may have been found late: what was set later than its instant only seems so."""
    return found_at - instant > FOUND_LATE


def was_found_late(dossier: Dossier, instant: datetime, found_at: datetime) -> bool:
    """
    Whether an alert, a step or a lapse was found long after it could be.

    An instant that was over when it was set, by a higher priority, another category or policy, is no sign that we were down.
    """
    return seems_late(instant, found_at) and seems_late(could_be_found_at(dossier, instant, found_at), found_at)


def could_be_found_at(dossier: Dossier, instant: datetime, found_at: datetime) -> datetime:
    """The instant, or when that was set, if it was over then."""
    return max(instant, last_of(dossier.events, OTHER_TERMS | OWED_AGAIN, found_at) or instant)


def fell_due_at(dossier: Dossier, row: AlertRow) -> datetime:
    """
    When an alert fell due, as things stood when it was raised; what quiet hours would have held back, at their end, and
    what somebody had picked up and let lie, at the end of their time.
    """
    event = next((each for each in reversed(dossier.events) if _raised(each, row)), None)
    if event is None:
        return row.due_at if row.key.stage == BREACH else row.created_at
    return from_us(int(event.data[_INSTANT[event.kind]]))


def told_at(dossier: Dossier, row: AlertRow) -> datetime | None:
    """When an alert was found that was found late; None where it was found in time."""
    return row.created_at if was_found_late(dossier, fell_due_at(dossier, row), row.created_at) else None


def _raised(event: TicketEvent, row: AlertRow) -> bool:
    key, data = row.key, event.data
    if _INSTANT.get(event.kind) not in data:
        return False
    stage = {EventKind.WARNED: WARNING, EventKind.BREACHED: BREACH}.get(event.kind, data.get("stage"))
    return (data.get("clock"), data.get("run"), stage) == (key.kind.value, key.run, key.stage)


def down_since(desk: Desk, told: Iterable[AlertedStage]) -> tuple[datetime | None, datetime | None]:
    """
    Since when nothing found what a message tells of itself, as far as that shows, and when it was found; of many, a few are
    looked at.
    """
    known = sorted(told, key=lambda each: (each.created_at, each.instant))
    seem = [each for each in known if seems_late(each.instant, each.created_at)]
    steps = [each for each in known if each.key.stage not in (WARNING, BREACH)]
    looked_at = (*seem[:LOOKED_AT], *steps[:LOOKED_AT])
    found = [one for each in looked_at if (one := _found(desk, each)) is not None]
    if not found:
        return None, None
    told_at = min(at for _, at in found)
    return min(instant for instant, at in found if not seems_late(told_at, at)), told_at


def _found(desk: Desk, stage: AlertedStage) -> tuple[datetime, datetime] | None:
    """When it could be found and when it was, if that was late."""
    dossier = Dossier(desk, stage.key.ref)
    rows = desk.outbox.alerts(stage.key.ref)
    instant = next((fell_due_at(dossier, row) for row in rows if row.key == stage.key), stage.created_at)
    if not was_found_late(dossier, instant, stage.created_at):
        return None
    instant = stage.instant if stage.key.stage == BREACH else instant  # also where quiet hours held it back until later
    return could_be_found_at(dossier, instant, stage.created_at), stage.created_at


def ends_found_at(desk: Desk, ended: Mapping[TicketRef, int]) -> datetime | None:
    """When it was found that promises had come to their end, if that was late; of many, a few are looked at."""
    found = list[datetime]()
    for ref, seq in itertools.islice(ended.items(), LOOKED_AT):
        dossier = Dossier(desk, ref)
        event = next((each for each in dossier.events if each.seq == seq), None)
        if event is not None and was_found_late(dossier, from_us(int(event.data["until"])), event.at):
            found.append(event.at)
    return min(found, default=None)
