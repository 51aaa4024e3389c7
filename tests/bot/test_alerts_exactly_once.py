"""Each stage of each clock is told exactly once, wherever a process dies and whoever carries on."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from sqlalchemy import Connection

from bot.delivery import Delivery, Slack
from bot.delivery.slack import Posted
from bot.notices import Notices
from tests.bot.outbound import ESCALATIONS, Message, World, shown_text
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.lanes import Lane
from ticketing.model import Priority, Ticket

ROUNDS = 70
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
    posts: Points | None = None
    """Where it can die over messages alone: the first is reached before the first of them, the second after it, and so on."""

    def __post_init__(self) -> None:
        database = MortalDatabase((self.database or self.world.database).engine)
        database.points = self.points
        self.desk = Desk(database, self.world.clock)
        self.desk.subscribe(Notices())
        known = self.world.sandbox.credentials()
        client = WebClient(token=known.bot_token, base_url=known.api_url, retry_handlers=[])
        slack = MortalSlack(client, self.posts or self.points)
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


@pytest.mark.parametrize(("database_url", "first"), [("sqlite", 1), ("postgresql", 2)], indirect=["database_url"])
def test_whoever_dies_over_what_fell_due_meanwhile_it_is_one_message_told_once(
    world_anywhere: World, first: int
) -> None:
    """Of two that had messages of their own when everything stopped, and of two that had none. Each takes every third point."""
    world = world_anywhere
    amir = world.agent("amir", max_load=500)
    died = 0
    for at in range(first, ROUNDS, 3):
        known = []
        for _ in range(2):
            known += _open(world, 1)
            _advance(world, 1)
        for minutes in (29, 1):
            _advance(world, minutes)
            assert Replica(world).run()
        tickets = [*known, *_open(world, 2)]
        before = {str(one["ts"]) for one in world.seen("lena", ESCALATIONS)}
        _advance(world, 120)
        survived = Replica(world, Points(at=at)).run()
        _lease_ends(world)
        assert Replica(world).run()
        world.deliver_all()
        told = [one for one in world.seen("lena", ESCALATIONS) if str(one["ts"]) not in before]
        assert len(told) == 1, (at, [one["text"] for one in told])
        home = f"{ESCALATIONS}:{told[0]['ts']}"
        for ticket in tickets:
            rows = [row for row in world.desk.outbox.alerts(ticket.ref) if row.key.stage == "breach"]
            assert {row.home for row in rows} == {home}, at
            assert f"#{ticket.number}*" in str(told[0]["blocks"]), at
        for ticket in known:
            stands = world.desk.outbox.shown(ticket.customer_id, f"c:{ESCALATIONS}", f"a:{ticket.number}")
            assert stands is not None
            lines = [str(one["blocks"]) for one in world.seen("lena", ESCALATIONS, thread=stands.ts)]
            assert sum(line.count(f"#{ticket.number} is overdue") for line in lines) == 1, (at, lines)
        for ticket in tickets:
            world.desk.resolve(ticket.ref, by=amir)
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


# --- what comes about before it is known that a message stands --------------------------------------------------------------


def _dies_after_posting(world: World, message: int = 1) -> None:
    """A process that is gone once Slack has its first message, or another, and before that is written down."""
    assert not Replica(world, posts=Points(at=2 * message)).run()
    _lease_ends(world)


def _loses_the_answer(world: World) -> None:
    """Slack has the next message, and nobody hears so before the lease of its row would be over."""
    world.fault(method="chat.postMessage", lose_answer=True, times=1)
    assert Replica(world).run()
    world.fault()
    _lease_ends(world)


LOST = pytest.mark.parametrize("loses", [_loses_the_answer, _dies_after_posting])


def _one_after_the_other(world: World, count: int) -> list[Ticket]:
    """Urgent tickets twelve minutes apart, an hour after the first: it is overdue, and the next two are warned of."""
    tickets = []
    for number in range(count):
        tickets.append(world.ticket(priority=Priority.URGENT, subject=f"Invoice {number}"))
        if number + 1 < count:
            _advance(world, 12)
    world.deliver_all()
    _advance(world, 61 - 12 * (count - 1))
    return tickets


def _go_on(world: World) -> None:
    assert Replica(world).run()
    world.deliver_all()


def _roots(world: World) -> list[Message]:
    return [one for one in world.seen("lena", ESCALATIONS) if one.get("thread_ts") in (None, one["ts"])]


def _lines(world: World, root: Message) -> list[Message]:
    return world.seen("lena", ESCALATIONS, thread=str(root["ts"]))


def _overdue(world: World, lines: list[Message]) -> list[list[int]]:
    """Which tickets each line says to be overdue."""
    return [[int(number) for number in re.findall(r"#(\d+) is overdue", str(line["blocks"]))] for line in lines]


def _check_that_each_was_told_of_after_it_came_about(world: World, tickets: list[Ticket]) -> None:
    for ticket in tickets:
        for row in world.desk.outbox.alerts(ticket.ref):
            assert row.home is not None, row
            assert float(row.home.rpartition(":")[2]) >= row.created_at.timestamp(), row


@LOST
def test_a_breach_after_a_message_was_posted_that_nobody_knows_of_has_its_line(
    world: World, loses: Callable[[World], None]
) -> None:
    world.agent("amir")
    _, soon = tickets = _one_after_the_other(world, 2)
    loses(world)
    (root,) = _roots(world)
    assert "1 overdue, 1 due soon" in shown_text(root)

    _advance(world, 12)
    _go_on(world)
    (root,) = _roots(world)
    assert "2 overdue" in shown_text(root)
    (line,) = _lines(world, root)
    assert _overdue(world, [line]) == [[soon.number]]
    assert line["subtype"] == "thread_broadcast"
    _check_that_each_was_told_of_after_it_came_about(world, tickets)


def test_ten_minutes_of_alerts_after_a_process_died_over_a_message_are_told_in_messages_of_their_own(
    world: World,
) -> None:
    amir = world.agent("amir")
    first, second, _, fourth = tickets = _one_after_the_other(world, 4)
    _dies_after_posting(world)
    (root,) = _roots(world)
    assert f"#{fourth.number}*" not in shown_text(root)

    for minutes in (5, 7):
        _advance(world, minutes)
        Replica(world).desk.watch_step(world.clock())
    world.desk.resolve(first.ref, by=amir)
    _go_on(world)
    _go_on(world)
    root, new = _roots(world)
    assert "1 overdue, 1 due soon" in shown_text(root)
    assert f"~#{first.number} Invoice 0~" in shown_text(root)
    assert sorted(_overdue(world, _lines(world, root))) == [[], [second.number]]
    assert new["text"].startswith(f"#{fourth.number} is due soon")
    _check_that_each_was_told_of_after_it_came_about(world, tickets)


def test_who_dies_over_a_message_and_then_over_its_line_leaves_both_once(world: World) -> None:
    world.agent("amir")
    _, second, third = tickets = _one_after_the_other(world, 3)
    _dies_after_posting(world)
    _advance(world, 12)
    _dies_after_posting(world)
    (root,) = _roots(world)
    assert _overdue(world, _lines(world, root)) == [[second.number]]

    _advance(world, 12)
    _go_on(world)
    (root,) = _roots(world)
    assert "3 overdue" in shown_text(root)
    assert _overdue(world, _lines(world, root)) == [[second.number], [third.number]]
    _check_that_each_was_told_of_after_it_came_about(world, tickets)


@LOST
def test_a_line_of_several_that_nobody_knows_of_says_what_it_said_and_what_came_about_since_has_another(
    world: World, loses: Callable[[World], None]
) -> None:
    amir = world.agent("amir")
    tickets = _open(world, 3)
    _advance(world, 31)
    _go_on(world)
    _advance(world, 30)
    loses(world)
    (root,) = _roots(world)
    (line,) = _lines(world, root)
    assert _overdue(world, [line]) == [[each.number for each in tickets]]

    world.desk.take_alert(tickets[0].ref, by=amir, until=world.clock() + timedelta(minutes=90))
    world.desk.take_alert(tickets[1].ref, by=amir, until=world.clock() + timedelta(minutes=90))
    loses(world)
    deed = _lines(world, root)[1]
    assert str(deed["blocks"]).count("Amir has it") == 2
    _advance(world, 31)
    _go_on(world)
    again, deed_again, step = _lines(world, root)
    assert (again["blocks"], deed_again["blocks"]) == (line["blocks"], deed["blocks"])
    assert re.findall(r"#(\d+)", str(step["text"])) == [str(tickets[2].number)]
    _check_that_each_was_told_of_after_it_came_about(world, tickets)


@LOST
def test_a_list_that_nobody_knows_of_tells_what_it_told(world: World, loses: Callable[[World], None]) -> None:
    world.agent("amir")
    tickets = []
    for number in range(7):
        tickets.append(world.ticket(priority=Priority.URGENT, subject=f"Invoice {number}"))
        _advance(world, 1.5)
    world.deliver_all()
    for minutes in (20, *[1.5] * 6):
        _advance(world, minutes)
        _go_on(world)
    assert len(_roots(world)) == 7
    _advance(world, 29)
    Replica(world).desk.watch_step(world.clock())
    assert sum(row.key.stage == "breach" for each in tickets for row in world.desk.outbox.alerts(each.ref)) == 6
    loses(world)
    *_, told = _roots(world)
    assert len(_overdue(world, [told])[0]) == 6

    _advance(world, 1.5)
    _go_on(world)
    assert len(_roots(world)) == 8
    assert _roots(world)[-1]["blocks"] == told["blocks"]
    broadcasts = [one for one in world.seen("lena", ESCALATIONS) if one.get("thread_ts") not in (None, one["ts"])]
    assert _overdue(world, broadcasts) == [[tickets[6].number]]
    _check_that_each_was_told_of_after_it_came_about(world, tickets)


@LOST
def test_what_fell_due_meanwhile_in_a_message_that_nobody_knows_of_is_not_told_again(
    world: World, loses: Callable[[World], None]
) -> None:
    """Of two that had messages of their own when everything stopped, of two that had none, and of one that is next."""
    amir = world.agent("amir")
    known = []
    for _ in range(2):
        known += _open(world, 1)
        _advance(world, 1)
    for minutes in (29, 1):
        _advance(world, minutes)
        _go_on(world)
    new, homes = _open(world, 2), _roots(world)
    assert len(homes) == 2
    _advance(world, 80)
    (soon,) = _open(world, 1)
    _advance(world, 29)
    loses(world)
    *_, told = _roots(world)
    assert "4 tickets: 4 overdue" in shown_text(told)

    world.says(known[0].ref, amir, "We are on it.")
    _advance(world, 2)
    _go_on(world)
    *_, told, warned = _roots(world)
    assert len(_roots(world)) == 4
    assert "3 tickets: 3 overdue" in shown_text(told)
    assert f"~#{known[0].number} " in shown_text(told), "what has ended is struck through there too"
    assert warned["text"].startswith(f"#{soon.number} is due soon")
    for ticket, home in zip(known, homes, strict=True):
        assert sum(f"#{ticket.number} is overdue" in str(line["blocks"]) for line in _lines(world, home)) <= 1
    assert all(one.get("subtype") != "thread_broadcast" for one in world.seen("lena", ESCALATIONS))
    _check_that_each_was_told_of_after_it_came_about(world, [*known, *new, soon])
