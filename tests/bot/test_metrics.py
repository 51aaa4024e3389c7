"""What operators' tools read: figures of the desk, counted rarely, and what each door took."""

from __future__ import annotations

import logging
import math
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from slack_bolt import App, BoltRequest

from bot import metrics
from bot.delivery import Slack
from bot.outward import told_of_failure
from bot.transport import answer
from tests.bot.outbound import DOCUMENT, TRIAGE, World
from tests.conftest import SqliteTemplates
from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.desk.figures import DeskFigures
from ticketing.errors import DatabaseUnavailable
from ticketing.model import Priority, TicketStatus
from ticketing.outbox import Notice


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def desk(sqlite_templates: SqliteTemplates, tmp_path: Path, clock: MovableClock) -> Iterator[Desk]:
    database = Database.open(sqlite_templates.new_database(tmp_path / "desk.db", migrate))
    yield Desk(database, clock)
    database.close()


def busy(desk: Desk, clock: MovableClock) -> None:
    """One ticket waits and is late, one is held."""
    cast = Cast(desk)
    cast.agent("amir", {"technical": 3})
    cast.ticket(category="general", priority=Priority.URGENT)
    clock.advance(minutes=40)
    cast.ticket(category="technical", priority=Priority.LOW)
    desk.watch_step(clock.now)
    clock.advance(minutes=40)
    desk.watch_step(clock.now)


def test_figures_are_of_what_is_open(desk: Desk, clock: MovableClock) -> None:
    empty = desk.figures()
    assert (empty.open_tickets, empty.queued, empty.oldest_waiting, empty.running_clocks) == ({}, 0, None, 0)

    busy(desk, clock)
    figures = desk.figures()

    assert figures.open_tickets == {
        (TicketStatus.OPEN, Priority.URGENT): 1,
        (TicketStatus.ASSIGNED, Priority.LOW): 1,
    }
    assert (figures.queued, figures.oldest_waiting) == (1, timedelta(minutes=80))
    # Each has two clocks; the urgent one's answer was due after an hour and was warned about before.
    assert (figures.running_clocks, figures.warned, figures.overdue, figures.due_soon) == (4, 1, 1, 0)
    clock.advance(minutes=110)
    assert desk.figures().due_soon == 1


def scraped(registry: CollectorRegistry, port: int) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as response:
        text = response.read().decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_they_are_served_beside_what_the_process_counted(desk: Desk, clock: MovableClock) -> None:
    busy(desk, clock)
    metrics.JOB_RUNS.labels("watch", "done").inc()
    served = metrics.Served(desk.figures, "127.0.0.1", 0)
    try:
        found = scraped(metrics.REGISTRY, served.port)
    finally:
        served.stop()

    urgent = frozenset({("status", "open"), ("priority", "urgent")})
    assert found["helpdesk_open_tickets", urgent] == 1
    assert found["helpdesk_queue_tickets", frozenset()] == 1
    assert found["helpdesk_queue_oldest_seconds", frozenset()] == 4800
    assert found["helpdesk_clocks", frozenset({("state", "overdue")})] == 1
    assert found["helpdesk_outbox_parked", frozenset()] == 0
    assert found["helpdesk_job_runs_total", frozenset({("job", "watch"), ("result", "done")})] >= 1


def test_open_tickets_are_counted_once_a_minute_and_not_at_all_without_a_database(desk: Desk) -> None:
    asked: list[DeskFigures] = []
    now = 0.0
    is_away = False

    def figures() -> DeskFigures:
        if is_away:
            raise DatabaseUnavailable
        asked.append(desk.figures())
        return asked[-1]

    collector = metrics.DeskCollector(figures, machine_time=lambda: now)
    list(collector.collect())
    now = metrics.FIGURES_LAST_S - 1
    list(collector.collect())
    assert len(asked) == 1
    now += 1
    list(collector.collect())
    assert len(asked) == 2

    is_away = True
    now += metrics.FIGURES_LAST_S
    assert next(family.name for family in collector.collect()) == "helpdesk_open_tickets"
    assert list(metrics.DeskCollector(figures).collect()) == []


def test_what_takes_long_to_count_is_counted_less_often(desk: Desk) -> None:
    asked, now = 0, 0.0

    def slow() -> DeskFigures:
        nonlocal asked, now
        asked, now = asked + 1, now + 3
        return desk.figures()

    collector = metrics.DeskCollector(slow, machine_time=lambda: now)
    for _ in range(5):
        list(collector.collect())
        now += metrics.FIGURES_LAST_S
    assert asked == 1
    now += 3 / metrics.COUNTING_SHARE
    list(collector.collect())
    assert asked == 2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"command": "/ticket", "text": ""}, "command"),
        ({"type": "event_callback", "event": {"type": "message"}}, "event"),
        ({"type": "block_actions", "actions": [{}]}, "press"),
        ({"type": "view_submission", "view": {"type": "modal"}}, "form"),
        ({"type": "something_new"}, "other"),
    ],
)
def test_what_each_kind_took_is_counted(body: dict[str, object], kind: str) -> None:
    app = App(token="xoxb-1", signing_secret="s", token_verification_enabled=False, request_verification_enabled=False)

    def count() -> float:
        value = metrics.REGISTRY.get_sample_value("helpdesk_ack_seconds_count", {"kind": kind})
        return value or 0.0

    before = count()
    answer(app, lambda: BoltRequest(body=body, mode="socket_mode"))
    assert count() == before + 1


# --- what goes out --------------------------------------------------------------------------------------------------------


def value(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def lag() -> tuple[float, float]:
    """How many alerts were handed to Slack so far, and after how many seconds in all."""
    return value("helpdesk_alert_lag_seconds_count"), value("helpdesk_alert_lag_seconds_sum")


def test_the_lag_counts_from_the_instant_of_each_warning_and_each_breach_and_each_once(world: World) -> None:
    world.agent("amir")
    ticket = world.ticket(priority=Priority.URGENT)
    world.deliver_all()
    (clock,) = [each for each in ticket.clocks if each.due_at == ticket.response_due_at]
    assert clock.warn_at is not None
    assert clock.due_at is not None
    count, seconds = lag()

    world.clock.now = clock.warn_at + timedelta(seconds=3)
    world.desk.watch_step(world.clock())
    world.clock.advance(seconds=4)
    world.deliver_all()
    assert lag() == pytest.approx((count + 1, seconds + 7))

    world.clock.now = clock.due_at + timedelta(seconds=2)
    world.desk.watch_step(world.clock())
    world.deliver_all()
    assert lag() == pytest.approx((count + 2, seconds + 9))
    world.says(ticket.ref, world.person("amir"), "We look.")
    world.deliver_all()
    assert lag()[0] == count + 2, "an answer is no alert"


def test_the_lag_counts_from_when_an_alert_could_be_told_to_when_slack_has_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither quiet hours nor what was over when it was set are a lag; what Slack takes for the post is."""
    world.clock.now = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)  # 20:00 in Vienna
    quiet = {"mon-sun": ["20:00-24:00", "00:00-07:00"]}
    world.desk.configure({**DOCUMENT, "ladder": {"steps": [], "quiet": quiet}}, by=None)
    amir = world.agent("amir")
    ticket = world.ticket(priority=Priority.HIGH)
    world.deliver_all()
    assert ticket.response_due_at is not None
    world.clock.now = ticket.response_due_at + timedelta(seconds=1)
    world.desk.watch_step(world.clock())
    world.deliver_all()
    count, seconds = lag()
    world.clock.now = datetime(2026, 11, 25, 6, 0, 2, tzinfo=UTC)
    world.desk.ladder_step(world.clock())
    world.deliver_all()
    assert lag() == pytest.approx((count + 1, seconds + 2)), "two seconds after the night"

    count, seconds = lag()
    other = world.ticket(priority=Priority.MEDIUM)
    world.clock.advance(hours=3, minutes=50)
    world.desk.set_priority(other.ref, Priority.HIGH, by=amir)
    world.clock.advance(seconds=1)
    world.desk.watch_step(world.clock())
    post = Slack.post

    def slow(self: Slack, *given: Any, **named: Any) -> Any:
        world.clock.advance(seconds=9)
        return post(self, *given, **named)

    monkeypatch.setattr(Slack, "post", slow)
    world.delivery.step(world.machine())
    assert lag() == pytest.approx((count + 1, seconds + 10))


def test_what_the_ladder_tells_has_no_lag(world: World) -> None:
    """Told when they are found, a step and a ticket that nobody takes would only thin out the lag of what has an instant."""
    world.desk.configure({**DOCUMENT, "ladder": {"steps": [{"after": "30m"}]}}, by=None)
    ticket = world.ticket(priority=Priority.URGENT)
    world.deliver_all()
    count = lag()[0]
    stages, lags = list[set[str]](), list[float]()
    for minutes in (25, 36, 31):  # half-way to the warning; overdue; the reminder
        world.clock.advance(minutes=minutes)
        world.desk.watch_step(world.clock())
        world.desk.ladder_step(world.clock())
        world.deliver_all()
        stages.append({row.key.stage for row in world.desk.outbox.alerts(ticket.ref) if row.home is not None})
        lags.append(lag()[0] - count)
    assert stages == [{"nobody"}, {"nobody", "breach"}, {"nobody", "breach", "step1"}]
    assert lags == [0, 1, 1]


def test_of_several_that_are_told_together_each_has_its_own_lag(world: World) -> None:
    tickets = []
    for _ in range(3):
        tickets.append(world.ticket(priority=Priority.URGENT))
        world.clock.advance(seconds=10)
    world.agent("amir")
    for ticket in tickets:
        world.desk.claim(ticket.ref, by=world.person("amir"))
    world.deliver_all()
    assert tickets[-1].response_due_at is not None
    count, seconds = lag()
    world.clock.now = tickets[-1].response_due_at + timedelta(seconds=2)
    world.desk.watch_step(world.clock())
    world.desk.ladder_step(world.clock())
    world.deliver_all()
    assert lag() == pytest.approx((count + 3, seconds + 2 + 12 + 22))


def test_what_became_of_each_row_is_counted(world: World) -> None:
    def results() -> dict[str, float]:
        counted = {
            result: value("helpdesk_deliveries_total", kind="triage_card", result=result)
            for result in ("posted", "edited", "unchanged", "parked")
        }
        kinds = ("customer_card", "assignment_card", "triage_card")
        retried = sum(value("helpdesk_deliveries_total", kind=kind, result="retried") for kind in kinds)
        return counted | {"retried": retried}

    amir, before = world.agent("amir"), results()
    ticket = world.ticket()
    world.deliver_all()
    world.desk.start(ticket.ref, by=amir)
    world.deliver_all()
    world.desk.outbox.add(Notice(f"c:{TRIAGE}", "t:1", "triage_card", ticket.ref), at=world.clock())
    world.deliver_all()
    world.fault(method="chat.postMessage", error="internal_error", times=1)
    world.ticket()
    world.deliver_all()
    world.desk.outbox.add(Notice("c:C0NOWHERE1", "t:1", "triage_card", ticket.ref), at=world.clock())
    world.deliver_all()

    counted = {result: count - before[result] for result, count in results().items()}
    assert counted == {"posted": 2, "edited": 1, "unchanged": 1, "retried": 1, "parked": 1}


def test_depth_and_age_of_the_outbox_are_of_what_waits(desk: Desk, clock: MovableClock) -> None:
    metrics.watch_outbox(desk.outbox.depth)
    assert (value("helpdesk_outbox_waiting"), desk.figures().oldest_unsent) == (0, None)
    desk.outbox.add(Notice("c:C1", "t:1", "triage_card"), at=clock())
    clock.advance(seconds=40)
    desk.outbox.add(Notice("c:C1", "t:2", "triage_card"), at=clock())
    clock.advance(seconds=50)
    assert value("helpdesk_outbox_waiting") == 2
    assert desk.figures().oldest_unsent == timedelta(seconds=90)
    (first,) = desk.outbox.claim(clock(), 1, 30)
    desk.outbox.done(first)
    assert (value("helpdesk_outbox_waiting"), desk.figures().oldest_unsent) == (1, timedelta(seconds=50))


def test_all_else_is_told_while_the_database_is_away() -> None:
    def away() -> int:
        raise DatabaseUnavailable

    metrics.watch_outbox(away)
    assert math.isnan(value("helpdesk_outbox_waiting"))


def test_work_in_the_background_shows_how_much_is_left(desk: Desk, clock: MovableClock) -> None:
    cast = Cast(desk)
    refs = [cast.ticket(f"customer{number}").ref for number in range(3)]
    amir = cast.agent("amir")
    problem = desk.open_problem("The export hangs", by=amir, source="v:1")
    desk.link_to_problem(refs[0], problem.id, by=amir)
    assert (desk.figures().outdated, desk.figures().acts) == (0, 0)

    hour = dict.fromkeys(("low", "medium", "high", "urgent"), "1h")
    desk.configure({"policies": [{"first_response": hour, "resolution": hour}]}, by=None)
    desk.plan_answer_to_all(problem.id, "We look.", by=amir, source="v:2")
    found = {family.name: family.samples[0].value for family in metrics.DeskCollector(desk.figures).collect()}
    assert found["helpdesk_recompute_waiting_tickets"] == 3
    assert found["helpdesk_problem_acts_running"] == 1
    desk.recompute_step(limit=1)
    assert desk.figures().outdated == 2
    while desk.recompute_step() or desk.problem_step(clock()):
        pass
    assert (desk.figures().outdated, desk.figures().acts) == (0, 0)


def test_one_thing_that_fails_is_counted_for_its_job_and_logged_with_its_reason(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.after_failure(told_of_failure)
    before = value("helpdesk_job_setbacks_total", job="ladder")
    with caplog.at_level(logging.ERROR):
        desk.setbacks("ladder").failed("it", datetime(2026, 11, 23, tzinfo=UTC), LookupError("the reason"))
    assert value("helpdesk_job_setbacks_total", job="ladder") == before + 1
    assert "the reason" in caplog.text
