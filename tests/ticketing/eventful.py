"""A time in which everything happens to alerts that can, and what was told in it beside what its audit log says was owed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.ticketing.alert_oracle import Rules, given, owed
from tests.ticketing.replay import Promise
from ticketing.configuration import parse
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.model import ClockKind, Priority
from ticketing.simulation import Habits, Played, Scenario, made_up

MONDAY = datetime(2026, 10, 19, tzinfo=UTC)
"""The week after begins with the end of summer time."""

RESPONSE = {Priority.URGENT: 1, Priority.HIGH: 4, Priority.MEDIUM: 8, Priority.LOW: 24}
RESOLUTION = {Priority.URGENT: 4, Priority.HIGH: 24, Priority.MEDIUM: 72, Priority.LOW: 168}
DOCUMENT: dict[str, Any] = {
    "zone": "Europe/Vienna",
    "calendars": [{"name": "office", "windows": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}}],
    "policies": [{"calendar": "office"}],
}
_HALVED_POLICY = {
    "calendar": "office",
    "first_response": {each.name.lower(): f"{hours * 30}m" for each, hours in RESPONSE.items()},
    "resolution": {each.name.lower(): f"{hours * 30}m" for each, hours in RESOLUTION.items()},
}
HALVED: dict[str, Any] = {**DOCUMENT, "policies": [_HALVED_POLICY]}
STEPS = (timedelta(minutes=30), timedelta(hours=1))


def eventful(*, days: int, tickets_a_day: float, agents: int) -> Scenario:
    """
    Some have to wait, are promised to be seen to and forgotten, or are put off; past the middle, on a working day, a new policy
    halves every promise.
    """
    habits = Habits(work=timedelta(minutes=40), sees_to=0.4, puts_off=0.2)
    played = made_up(DOCUMENT, MONDAY, days=days, tickets_a_day=tickets_a_day, agents=agents, habits=habits)
    few = tuple(replace(agent, max_load=3) for agent in played.agents)
    return replace(played, agents=few, changes=((_changed_at(played), HALVED),))


def _changed_at(played: Scenario) -> datetime:
    at = MONDAY + timedelta(days=(played.end - MONDAY).days * 2 // 3, hours=11)
    return at + timedelta(days=8 - at.isoweekday() if at.isoweekday() > 5 else 0)


def promised(_version: int, priority: Priority, _category: str, kind: ClockKind) -> Promise:
    """What DOCUMENT promises, in a table of its own."""
    if kind is ClockKind.TIME_TO_CLAIM:
        return Promise(None)
    hours = (RESOLUTION if kind is ClockKind.RESOLUTION else RESPONSE)[priority]
    return Promise(timedelta(hours=hours), calendar=parse(DOCUMENT).calendar("office"))


def differences(played: Played, stage: Database) -> tuple[Counter[str], list[str]]:
    """How often each kind of alert was given, and every one that was not owed then, or owed and not given."""
    desk, end = Desk(stage, lambda: played.scenario.end), played.scenario.end
    ((changed_at, _),) = played.scenario.changes

    def halved(version: int, priority: Priority, category: str, kind: ClockKind) -> Promise:
        before = promised(version, priority, category, kind)
        return before if before.target is None or version == 1 else replace(before, target=before.target / 2)

    rules = Rules(
        promises=halved,
        version_at=lambda event: 1 if event.at < changed_at else 2,
        agents=frozenset(agent.id for agent in desk.agents()),
        calendar=parse(DOCUMENT).calendar("office"),
        steps=STEPS,
    )
    stages, wrong = Counter[str](), list[str]()
    for row in desk.export_rows(played.scenario.start, end):
        ref = desk.find(row.number)
        assert ref is not None
        events = desk.events(ref)
        was_given, was_owed = given(events), owed(events, rules, end)
        stages.update(stage for _, _, stage, _ in was_given)
        wrong += [f"not owed: {one}" for one in sorted(was_given - was_owed)]
        wrong += [f"not given: {one}" for one in sorted(was_owed - was_given)]
    return stages, wrong
