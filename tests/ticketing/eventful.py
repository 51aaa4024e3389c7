"""A time in which everything happens to alerts that can, and what was told in it beside what its audit log says was owed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from tests.ticketing.alert_oracle import Rules, given, owed
from tests.ticketing.replay import Promise
from ticketing.calendars import ALWAYS, Calendar
from ticketing.configuration import parse
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.model import ClockKind, Priority
from ticketing.simulation import Habits, Played, Scenario, made_up

MONDAY = datetime(2026, 10, 19, tzinfo=UTC)
"""The week after begins with the end of summer time."""

RESPONSE = {Priority.URGENT: 1, Priority.HIGH: 4, Priority.MEDIUM: 8, Priority.LOW: 24}
RESOLUTION = {Priority.URGENT: 4, Priority.HIGH: 24, Priority.MEDIUM: 72, Priority.LOW: 168}
_ROUND_THE_CLOCK = {"category": "technical", "calendar": "24x7"}
"""So that something falls due at night."""
DOCUMENT: dict[str, Any] = {
    "zone": "Europe/Vienna",
    "calendars": [{"name": "office", "windows": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}}],
    "policies": [{"calendar": "office"}, _ROUND_THE_CLOCK],
    "ladder": {
        "quiet": {"mon-fri": ["00:00-08:15", "11:45-13:45", "18:00-24:00"], "sat-sun": ["00:00-24:00"]},
        "unassigned_after": "3h",
        "untouched_after": "4h",
    },
}
_HALVED_POLICY = {
    "calendar": "office",
    "first_response": {each.name.lower(): f"{hours * 30}m" for each, hours in RESPONSE.items()},
    "resolution": {each.name.lower(): f"{hours * 30}m" for each, hours in RESOLUTION.items()},
}
HALVED: dict[str, Any] = {**DOCUMENT, "policies": [_HALVED_POLICY, _ROUND_THE_CLOCK]}
VIENNA = ZoneInfo("Europe/Vienna")
STEPS = (timedelta(minutes=30), timedelta(hours=1))


def eventful(*, days: int, tickets_a_day: float, agents: int, seed: int = 1) -> Scenario:
    """
    Some have to wait, are promised to be seen to and forgotten, or are put off; past the middle, on a working day, a new policy
    halves every promise.
    """
    habits = Habits(work=timedelta(minutes=40), sees_to=0.4, puts_off=0.2)
    size = {"days": days, "agents": agents, "seed": seed}
    played = made_up(DOCUMENT, MONDAY, tickets_a_day=tickets_a_day, habits=habits, **size)
    few = tuple(replace(agent, max_load=3) for agent in played.agents)
    return replace(played, agents=few, changes=((_changed_at(played), HALVED),))


def _changed_at(played: Scenario) -> datetime:
    at = MONDAY + timedelta(days=(played.end - MONDAY).days * 2 // 3, hours=11)
    return at + timedelta(days=8 - at.isoweekday() if at.isoweekday() > 5 else 0)


def is_quiet(at: datetime) -> bool:
    """What DOCUMENT keeps quiet, by the wall clock; not to the hour, at which others come and take what waits."""
    local = at.astimezone(VIENNA)
    minute = local.hour * 60 + local.minute
    is_awake = 8 * 60 + 15 <= minute < 11 * 60 + 45 or 13 * 60 + 45 <= minute < 18 * 60
    return local.weekday() >= 5 or not is_awake


@cache
def calendar_of(category: str) -> Calendar:
    return ALWAYS if category == "technical" else parse(DOCUMENT).calendar("office")


def promised(_version: int, priority: Priority, category: str, kind: ClockKind) -> Promise:
    """What DOCUMENT promises, in a table of its own."""
    if kind is ClockKind.TIME_TO_CLAIM:
        return Promise(None)
    hours = (RESOLUTION if kind is ClockKind.RESOLUTION else RESPONSE)[priority]
    return Promise(timedelta(hours=hours), calendar=calendar_of(category))


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
        calendar_of=calendar_of,
        steps=STEPS,
        unassigned_after=timedelta(hours=3),
        untouched_after=timedelta(hours=4),
        is_quiet=is_quiet,
    )
    stages, wrong = Counter[str](), list[str]()
    for row in desk.export_rows(played.scenario.start, end):
        ref = desk.find(row.number)
        assert ref is not None
        events = desk.events(ref)
        was_given, was_owed = given(events), owed(events, rules, end)
        stages.update(stage for _, _, stage, _ in was_given.elements())
        wrong += [f"not owed: {one}" for one in sorted((was_given - was_owed).elements())]
        wrong += [f"not given: {one}" for one in sorted((was_owed - was_given).elements())]
    return stages, wrong
