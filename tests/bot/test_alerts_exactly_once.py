"""Each stage of each clock is told exactly once, wherever a process dies and whoever carries on."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_sdk import WebClient
from sqlalchemy import Connection

from bot.delivery import Delivery, Slack
from bot.delivery.slack import Posted
from bot.notices import Notices
from tests.bot.outbound import ESCALATIONS, World
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.lanes import Lane
from ticketing.model import Priority, Ticket

ROUNDS = 40
"""More than there are points at which a process can die; a round in which nobody died ends the test."""


class Died(BaseException):
    """The process is gone: nothing of it runs on, no handler either."""


@dataclass
class Points:
    """Where a process can die: before and after each commit, before and after each message. It dies at the `at`-th."""

    at: int | None = None
    reached: int = 0

    def reach(self) -> None:
        self.reached += 1
        if self.reached == self.at:
            raise Died


class MortalDatabase(Database):
    """A database that a process can die over."""

    points: Points

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            self.points.reach()
        self.points.reach()


class MortalSlack(Slack):
    """A Slack that a process can die over."""

    def __init__(self, client: WebClient, points: Points) -> None:
        super().__init__(client)
        self.points = points

    def post(self, *args: Any, **kwargs: Any) -> Posted:
        self.points.reach()
        posted = super().post(*args, **kwargs)
        self.points.reach()
        return posted


@dataclass
class Replica:
    """One process: its desk, its watch, and its way out for alerts."""

    world: World
    points: Points = field(default_factory=Points)
    database: Database | None = None

    def __post_init__(self) -> None:
        database = MortalDatabase((self.database or self.world.database).engine)
        database.points = self.points
        self.desk = Desk(database, self.world.clock)
        self.desk.subscribe(Notices())
        known = self.world.sandbox.credentials()
        slack = MortalSlack(WebClient(token=known.bot_token, base_url=known.api_url, retry_handlers=[]), self.points)
        self.delivery = Delivery(
            self.desk,
            slack,
            clock=self.world.machine,
            pace=self.world.pace,
            jitter=random.Random(1),
            lane=Lane.AHEAD,
        )

    @property
    def steps(self) -> list[Callable[[], object]]:
        return [
            lambda: self.desk.watch_step(self.world.clock()),
            lambda: self.desk.ladder_step(self.world.clock()),
            lambda: self.delivery.step(self.world.machine()),
        ]

    def run(self) -> bool:
        """Do what is to be done until the end; False when it died over it."""
        try:
            for _ in range(12):
                for step in self.steps:
                    step()
        except Died:
            return False
        return True


def _open(world: World, count: int) -> list[Ticket]:
    """Urgent tickets that somebody has: a warning in half an hour, a breach in an hour."""
    tickets = [world.ticket(priority=Priority.URGENT) for _ in range(count)]
    world.deliver_all()
    return tickets


def _advance(world: World, minutes: float) -> None:
    """Time passes for the desk and for the workspace, whose clock stamps what is posted."""
    world.clock.advance(minutes=minutes)
    world.sandbox.put("/control/clock", {"advance": minutes * 60})


def _lease_ends(world: World) -> None:
    world.machine.advance(seconds=31)


def _check(world: World, tickets: list[Ticket], why: object, *, further: Set[tuple[str, bool]] = frozenset()) -> None:
    """Warning and breach have their message; it stands once, and once more a line says that it is late."""
    roots = [one for one in world.seen("lena", ESCALATIONS) if one.get("thread_ts") in (None, one["ts"])]
    for ticket in tickets:
        told = {(row.key.stage, row.home is not None) for row in world.desk.outbox.alerts(ticket.ref)}
        assert told == {("warning", True), ("breach", True)} | further, why
        homes = [
            one for one in roots if f"#{ticket.number}*" in str(one["blocks"]) or f"#{ticket.number} " in one["text"]
        ]
        assert len(homes) == 1, (why, [one["text"] for one in homes])
        lines = [str(one["blocks"]) for one in world.seen("lena", ESCALATIONS, thread=str(homes[0]["ts"]))]
        assert sum(line.count(f"#{ticket.number} is overdue") for line in lines) == 1, (why, lines)


@pytest.mark.parametrize(("database_url", "first"), [("sqlite", 1), ("postgresql", 2)], indirect=["database_url"])
def test_whoever_dies_at_whatever_point_each_stage_is_told_once(world_anywhere: World, first: int) -> None:
    """Each database takes every second point."""
    world = world_anywhere
    world.agent("amir", max_load=500)
    died = 0
    for at in range(first, ROUNDS, 2):
        tickets = _open(world, 2)
        survived = True
        for minutes in (31, 30):
            _advance(world, minutes)
            survived &= Replica(world, Points(at=at)).run()
            _lease_ends(world)
            assert Replica(world).run()
        world.deliver_all()
        _check(world, tickets, f"died at point {at}")
        for ticket in tickets:
            world.desk.resolve(ticket.ref, by=world.person("amir"))
        world.deliver_all()
        died += not survived
        if survived:
            break
    assert died > 4
    assert survived, "there are more points than rounds"


@pytest.mark.parametrize(
    ("database_url", "seed"), [("sqlite", 1), ("postgresql", 2), ("postgresql", 3)], indirect=["database_url"]
)
def test_two_processes_that_take_turns_and_die_now_and_then_tell_each_stage_once(
    world_anywhere: World, seed: int
) -> None:
    world = world_anywhere
    world.agent("amir", max_load=500)
    dice = random.Random(seed)
    tickets = _open(world, 6)
    for minutes in (31, 30):
        _advance(world, minutes)
        replicas = [Replica(world, Points(at=dice.randrange(1, 15))) for _ in range(2)]
        for _ in range(40):
            number = dice.randrange(2)
            try:
                dice.choice(replicas[number].steps)()
            except Died:
                replicas[number] = Replica(world, Points(at=dice.randrange(1, 60)))
                world.machine.advance(seconds=dice.choice((1, 31)))
        _lease_ends(world)
        assert Replica(world).run()
    world.deliver_all()
    _check(world, tickets, f"seed {seed}")


def test_two_processes_at_the_same_time_tell_each_stage_once(world_anywhere: World) -> None:
    """
    Each in a thread and with connections of its own, step by step at the same moment: whoever is faster takes it, and the other
    finds nothing to do.
    """
    world = world_anywhere
    world.agent("amir", max_load=500)
    tickets = _open(world, 8)
    url = world.database.engine.url.render_as_string(hide_password=False)
    databases = [Database.open(url) for _ in range(2)]
    replicas = [Replica(world, database=database) for database in databases]
    start = threading.Barrier(len(replicas))

    def run(replica: Replica) -> None:
        for _ in range(8):
            for step in replica.steps:
                start.wait(60)
                step()

    try:
        with ThreadPoolExecutor(len(replicas)) as pool:
            for minutes in (31, 30, 31):
                _advance(world, minutes)
                list(pool.map(run, replicas))
    finally:
        for database in databases:
            database.close()
    world.deliver_all()
    _check(world, tickets, "both at once", further={("step1", True)})
