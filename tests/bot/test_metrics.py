"""What operators' tools read: figures of the desk, counted rarely, and what each door took."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from slack_bolt import App, BoltRequest

from bot import metrics
from bot.transport import answer
from tests.conftest import SqliteTemplates
from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.desk.figures import DeskFigures
from ticketing.errors import DatabaseUnavailable
from ticketing.model import Priority, TicketStatus


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
