"""Simulated time: the same each run, every alert as the audit log says it must be, and more hands help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SqliteTemplates
from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.replay import Promise, Replay
from ticketing.configuration import parse
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.model import ClockKind, EventKind, PersonId, Priority, TicketRef
from ticketing.simulation import Habits, Played, Scenario, made_up, play, recorded

DOCUMENT: dict[str, Any] = {
    "zone": "Europe/Vienna",
    "calendars": [{"name": "office", "windows": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}}],
    "policies": [{"calendar": "office"}],
}
MONDAY = datetime(2026, 10, 19, tzinfo=UTC)
"""The week after begins with the end of summer time."""
LOOKS_BEHIND = timedelta(seconds=1)
RESPONSE = {Priority.URGENT: 1, Priority.HIGH: 4, Priority.MEDIUM: 8, Priority.LOW: 24}
RESOLUTION = {Priority.URGENT: 4, Priority.HIGH: 24, Priority.MEDIUM: 72, Priority.LOW: 168}


def scenario(**changes: Any) -> Scenario:
    values: dict[str, Any] = {"days": 9, "tickets_a_day": 16, "agents": 2, "habits": Habits(work=timedelta(minutes=50))}
    return made_up(DOCUMENT, MONDAY, **(values | changes))


@pytest.fixture
def stage(sqlite_templates: SqliteTemplates, tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(sqlite_templates.new_database(tmp_path / "played.db", migrate))
    yield opened
    opened.close()


def promised(_version: int, priority: Priority, _category: str, kind: ClockKind) -> Promise:
    """What DOCUMENT promises, in a table of its own."""
    if kind is ClockKind.TIME_TO_CLAIM:
        return Promise(None)
    hours = (RESOLUTION if kind is ClockKind.RESOLUTION else RESPONSE)[priority]
    return Promise(timedelta(hours=hours), calendar=parse(DOCUMENT).calendar("office"))


def owed_alerts(
    desk: Desk, refs: set[TicketRef], agents: set[PersonId], end: datetime
) -> dict[tuple[Any, ...], datetime]:
    """Each warning and breach that there must have been, and its instant, from nothing but the audit log."""
    owed = {}
    for ref in refs:
        replayed = Replay(
            desk.events(ref), promises=promised, agents_at=lambda _: frozenset(agents), version_at=lambda _event: 1
        )
        for clock in replayed.result():
            for stage, at in (("warning", clock.warn_at), ("breach", clock.due_at)):
                if at is not None and at + LOOKS_BEHIND < (clock.ended_at or end):
                    owed[ref, clock.kind, clock.run, stage] = at + LOOKS_BEHIND
    return owed


def test_every_alert_of_a_simulated_time_is_what_the_log_says(stage: Database) -> None:
    played = play(scenario(), stage)
    desk = Desk(stage, lambda: played.scenario.end)
    agents = {agent.id for agent in desk.agents()}
    everything = desk.export_rows(played.scenario.start, played.scenario.end)
    refs = {ref for row in everything if (ref := desk.find(row.number)) is not None}

    given = {(alert.ref, alert.kind, alert.run, alert.stage): alert.at for alert in played.alerts}

    assert len(given) == len(played.alerts), "each once"
    assert given == owed_alerts(desk, refs, agents, played.scenario.end)
    stages = Counter(alert.stage for alert in played.alerts)
    assert min(stages["warning"], stages["breach"]) > 5
    assert {alert.kind for alert in played.alerts} >= {ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE}


def test_nobody_works_outside_their_shift_and_capacity_holds(stage: Database) -> None:
    played = play(scenario(days=3), stage)
    desk = Desk(stage, lambda: played.scenario.end)

    for row in desk.export_rows(played.scenario.start, played.scenario.end):
        ref = desk.find(row.number)
        assert ref is not None
        for event in desk.events(ref):
            if event.kind is EventKind.ASSIGNED and event.actor_id is None:
                local = event.at + timedelta(hours=2)
                assert local.weekday() < 5
                assert 9 <= local.hour < 17
    assert all(agent.current_load <= agent.max_load for agent in desk.agents())


def played_on(templates: SqliteTemplates, path: Path, what: Scenario) -> Played:
    database = Database.open(templates.new_database(path, migrate))
    try:
        return play(what, database)
    finally:
        database.close()


def test_the_same_seed_is_the_same_time_and_more_hands_help(sqlite_templates: SqliteTemplates, tmp_path: Path) -> None:
    few = scenario(days=4)
    once = played_on(sqlite_templates, tmp_path / "1.db", few)
    again = played_on(sqlite_templates, tmp_path / "2.db", few)
    more = played_on(sqlite_templates, tmp_path / "3.db", few.with_agents(5))

    assert (once.report, once.alerts) == (again.report, again.alerts)
    assert more.report.opened == once.report.opened
    assert more.report.resolved > once.report.resolved
    assert more.report.days[-1].backlog < once.report.days[-1].backlog


def test_a_recorded_time_arrives_as_it_was(
    desk: Desk, cast: Cast, clock: MovableClock, sqlite_templates: SqliteTemplates, tmp_path: Path
) -> None:
    desk.seed(DOCUMENT)
    clock.now = MONDAY + timedelta(hours=8)
    amir = cast.agent("amir", {"general": 3}, max_load=4)
    desk.set_shifts(amir, {"mon-fri": ["09:00-17:00"]}, by=None)
    opened = []
    for minutes in (5, 30, 300):
        clock.advance(minutes=minutes)
        opened.append(cast.ticket(category="general", priority=Priority.HIGH).opened_at)

    what = recorded(desk, MONDAY, MONDAY + timedelta(days=2), document=DOCUMENT)
    played = played_on(sqlite_templates, tmp_path / "played.db", what)

    assert [arrival.at for arrival in what.arrivals] == opened
    (agent,) = what.agents
    assert (agent.name, agent.skills, agent.max_load) == ("Amir", {"general": 3}, 4)
    assert (agent.shifts, agent.tz) == ({"mon-fri": ["09:00-17:00"]}, "Europe/Vienna")
    assert (played.report.opened, played.report.resolved) == (3, 3)


def test_somebody_has_to_answer() -> None:
    with pytest.raises(ValueError, match="Somebody"):
        scenario().with_agents(0)
