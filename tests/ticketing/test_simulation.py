"""Simulated time: the same each run, every alert as the audit log says it must be, and more hands help."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SqliteTemplates
from tests.ticketing.alert_oracle import LIES_AGAIN, Rules, given, owed
from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.eventful import DOCUMENT, MONDAY, differences, eventful
from tests.ticketing.replay import Promise
from ticketing.calendars import ALWAYS
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.events import EventKind
from ticketing.model import ClockKind, Priority, Role
from ticketing.simulation import Habits, Played, Scenario, made_up, play, recorded


def scenario(**changes: Any) -> Scenario:
    values: dict[str, Any] = {"days": 9, "tickets_a_day": 16, "agents": 2, "habits": Habits(work=timedelta(minutes=50))}
    return made_up(DOCUMENT, MONDAY, **(values | changes))


@pytest.fixture
def stage(sqlite_templates: SqliteTemplates, tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(sqlite_templates.new_database(tmp_path / "played.db", migrate))
    yield opened
    opened.close()


def test_every_alert_step_lapse_and_return_is_what_the_log_says_across_a_change_of_policy(
    stage: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where more falls due together, as when quiet hours end, than the ladder takes in one step."""
    monkeypatch.setattr(Desk, "ladder_step", partialmethod(Desk.ladder_step, limit=3))
    played = play(eventful(days=9, tickets_a_day=16, agents=2), stage)
    stages, wrong = differences(played, stage)

    assert wrong == []
    asked = {"warning", "breach", "step1", "step2", "nobody", "idle", "idle1", "idle2", "lapsed", "woken"}
    asked |= {LIES_AGAIN, "nobody1", "held back warning", "held back breach", "held back lapse"}
    assert {name for name in asked if stages[name] < 3} == set()
    alerts = [(alert.ref, alert.kind, alert.run, alert.stage, alert.at) for alert in played.alerts]
    assert len(set(alerts)) == len(alerts) == stages["warning"] + stages["breach"], "each once"
    assert {alert.kind for alert in played.alerts} >= {ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE}


def test_a_breach_at_the_very_instant_of_another_ones_step_is_owed_once(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Also where the step, by which it goes to the seniors, is taken first."""
    steps = timedelta(hours=1), timedelta(hours=2)
    desk.configure({"ladder": {"steps": [{"after": "1h"}, {"after": "2h", "escalate": True}]}}, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    assert ticket.assigned_agent_id == amir
    promised = {ClockKind.FIRST_RESPONSE: timedelta(hours=1), ClockKind.RESOLUTION: timedelta(hours=4)}
    rules = Rules(
        promises=lambda _version, _priority, _category, kind: Promise(promised.get(kind)),
        version_at=lambda _event: 1,
        agents=frozenset({amir}),
        calendar_of=lambda _category: ALWAYS,
        steps=steps,
        unassigned_after=None,
        untouched_after=None,
        is_quiet=lambda _at: False,
    )
    clock.advance(seconds=1)
    for hours in (0.5, 0.5, 1):
        clock.advance(hours=hours)
        desk.watch_step(clock())
        desk.ladder_step(clock())
    clock.advance(hours=1.5)
    desk.watch_step(clock())
    clock.advance(hours=0.5)
    desk.ladder_step(clock())
    desk.watch_step(clock())

    events = desk.events(ticket.ref)
    assert [event.kind for event in events[-3:]] == [EventKind.ESCALATED, EventKind.ALERT_STEP, EventKind.BREACHED]
    assert owed(events, rules, clock()) == given(events)


def test_nobody_works_outside_their_shift_and_capacity_holds(stage: Database) -> None:
    shares: list[float] = []
    played = play(scenario(days=3), stage, progress=shares.append)
    assert shares == sorted(shares), "how far it has come is told on the way"
    assert len(shares) > 10
    assert shares[-1] == 1.0
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
        opened.append(cast.ticket(category="general", priority=Priority.HIGH))
    desk.set_priority(opened[1].ref, Priority.URGENT, by=amir)

    what = recorded(desk, MONDAY, MONDAY + timedelta(days=2), document=DOCUMENT)
    played = played_on(sqlite_templates, tmp_path / "played.db", what)

    assert [arrival.at for arrival in what.arrivals] == [ticket.opened_at for ticket in opened]
    assert {arrival.priority for arrival in what.arrivals} == {Priority.HIGH}, "as opened, whatever it was raised to"
    (agent,) = what.agents
    assert (agent.name, agent.skills, agent.max_load) == ("Amir", {"general": 3}, 4)
    assert (agent.shifts, agent.tz) == ({"mon-fri": ["09:00-17:00"]}, "Europe/Vienna")
    assert (played.report.opened, played.report.resolved) == (3, 3)


def test_whatever_was_recorded_can_be_played(
    desk: Desk, cast: Cast, clock: MovableClock, sqlite_templates: SqliteTemplates, tmp_path: Path
) -> None:
    """More in an hour than a customer may open, opened by the team; people of one name; a category that is no more."""
    document = {"zone": "Europe/Vienna", "open_rate_per_hour": 1, "categories": [GENERAL]}
    desk.configure(document | {"categories": [GENERAL, {"key": "old", "name": "Old"}]}, by=None)
    clock.now = MONDAY + timedelta(hours=8)
    amir = cast.agent("amir", {"general": 3})
    twins = [desk.ensure_person(f"T1:TWIN{number}", "Somebody").id for number in range(2)]
    for number, customer in enumerate([*twins, twins[0]]):
        desk.open_ticket(
            customer,
            subject="Blank",
            description="",
            category="old" if number else "general",
            source=f"v:{number}",
            opened_by=amir,
        )

    what = recorded(desk, MONDAY, MONDAY + DAY, document=document)
    played = played_on(sqlite_templates, tmp_path / "played.db", what)

    first, second, third = (arrival.customer for arrival in what.arrivals)
    assert first == third != second
    assert {arrival.category for arrival in what.arrivals} == {"general"}
    assert what.recategorized == 2
    assert played.report.opened == 3


def test_a_matter_arrives_once_though_it_was_moved_and_whatever_was_undone(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    desk.seed(DOCUMENT)
    clock.now = MONDAY + timedelta(hours=8)
    amir, mara, tomas = cast.agent("amir", {"general": 3}), cast.person("mara").id, cast.person("tomas").id
    desk.set_role(amir, Role.ADMIN, by=None)
    moved, moved_back, resolved, aside = (cast.ticket(category="general", priority=Priority.HIGH) for _ in range(4))
    there = desk.move_to_customer(moved.ref, tomas, by=amir, source="v:moved")
    desk.move_to_customer(moved_back.ref, tomas, by=amir, source="v:back")
    desk.undo(moved_back.ref, by=amir)
    desk.set_priority(aside.ref, Priority.URGENT, by=amir)
    desk.set_priority(aside.ref, Priority.HIGH, by=amir)
    desk.put_aside(aside.ref, by=amir)
    desk.undo(aside.ref, by=amir)
    desk.open_test_ticket(mara, subject="Try", description="", channel="G0PRIVATE", source="v:try", by=amir)

    what = recorded(desk, MONDAY, MONDAY + DAY, document=DOCUMENT)

    customers = [f"Customer {each.customer_id}" for each in (there, moved_back, resolved, aside)]
    assert sorted(each.customer for each in what.arrivals) == sorted(customers)
    assert {each.priority for each in what.arrivals} == {Priority.HIGH}
    assert what.recategorized == 0


GENERAL = {"key": "general", "name": "General"}
DAY = timedelta(days=1)


def test_somebody_has_to_answer() -> None:
    with pytest.raises(ValueError, match="Somebody"):
        scenario().with_agents(0)
