"""A step that is added to the ladder reaches what has climbed all others: in the background, once, by when it was added."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.ladders import breached, climb, configured, steps
from ticketing.database import Database
from ticketing.desk import Desk, added_steps
from ticketing.desk.climbs import Climb, put_climb
from ticketing.model import Priority, TicketRef
from ticketing.tables import ladder
from ticketing.transaction import Transaction


def with_steps(desk: Desk, *after: str) -> None:
    configured(desk, steps=[{"after": each} for each in after])


def all_climbed(desk: Desk, cast: Cast, clock: MovableClock, count: int) -> list[TicketRef]:
    """So many tickets of as many customers that are late, and have climbed the only step there is."""
    with_steps(desk, "30m")
    cast.agent("amir", max_load=99)
    refs = [cast.ticket(f"customer{number}", priority=Priority.URGENT).ref for number in range(count)]
    climb(desk, clock, hours=1, seconds=1)
    climb(desk, clock, minutes=30)
    assert [steps(desk, ref) for ref in refs] == [["step1"]] * count
    clock.advance(hours=1)
    return refs


def put_off(database: Database) -> list[Any]:
    """The instants at which something on the ladder is looked at."""
    with database.read() as connection:
        return [row.next_at for row in connection.execute(select(ladder.c.next_at)) if row.next_at is not None]


def test_settings_write_on_no_ladder_and_the_step_counts_from_them_however_late_it_is_reached(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database
) -> None:
    (ref,) = all_climbed(desk, cast, clock, 1)
    before = put_off(database)
    with_steps(desk, "30m", "40m")
    added_at = clock()
    assert put_off(database) == before
    climb(desk, clock, minutes=39)
    assert steps(desk, ref) == ["step1"]
    assert desk.ladder_step(clock()) == added_at + timedelta(minutes=40)
    with_steps(desk, "30m", "40m", "10m")
    climb(desk, clock, minutes=1)
    assert steps(desk, ref) == ["step1", "step2"]
    climb(desk, clock, minutes=10)
    assert steps(desk, ref) == ["step1", "step2", "step3"]


def test_a_step_that_is_added_while_nobody_looks_is_due_from_then(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database
) -> None:
    (ref,) = all_climbed(desk, cast, clock, 1)
    with_steps(desk, "30m", "40m")
    clock.advance(minutes=5)
    configured(desk, steps=[{"after": "30m"}, {"after": "40m"}], unassigned_after="2h")
    climb(Desk(database, clock), clock, minutes=35)  # another process, which knows no version of before
    assert steps(desk, ref) == ["step1", "step2"]


def test_whoever_dies_over_it_begins_again_and_two_reach_it_once(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = all_climbed(desk, cast, clock, 4)
    monkeypatch.setattr(added_steps, "PAGE", 1)
    with_steps(desk, "30m", "40m")
    clock.advance(minutes=1)
    desk.ladder_step(clock())
    desk.ladder_step(clock())
    assert len(put_off(database)) == 2  # and then this process is no more

    others = [Desk(database, clock), Desk(database, clock)]
    for _ in range(8):
        for other in others:
            other.ladder_step(clock())
    assert len(put_off(database)) == 4
    clock.advance(minutes=39)
    for _ in range(20):
        for other in others:
            other.ladder_step(clock())
    assert [steps(desk, ref) for ref in refs] == [["step1", "step2"]] * 4
    late = Desk(database, clock)
    assert late.ladder_step(clock()) is None, "nothing is looked through again"


def test_what_is_answered_meanwhile_and_what_is_taken_back_before_it_was_reached_climbs_nothing(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database
) -> None:
    answered, owed = all_climbed(desk, cast, clock, 2)
    with_steps(desk, "30m", "40m")
    with_steps(desk, "30m")
    climb(desk, clock, minutes=41)
    assert [steps(desk, ref) for ref in (answered, owed)] == [["step1"]] * 2
    with_steps(desk, "30m", "40m")
    cast.says(answered, cast.person("amir").id, "On it")
    climb(desk, clock, minutes=1)
    assert len(put_off(database)) == 1
    climb(desk, clock, minutes=38)
    assert steps(desk, owed) == ["step1"], "it counts from when it was added for good"
    climb(desk, clock, minutes=1)
    assert [steps(desk, ref) for ref in (answered, owed)] == [["step1"], ["step1", "step2"]]


def test_steps_that_change_while_they_are_followed_are_followed_as_they_now_are(
    desk: Desk, cast: Cast, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half are reached when the step is given another time and one more is added: the first counts from the first change."""
    refs = all_climbed(desk, cast, clock, 4)
    monkeypatch.setattr(added_steps, "PAGE", 1)
    with_steps(desk, "30m", "40m")
    clock.advance(minutes=1)
    desk.ladder_step(clock())
    desk.ladder_step(clock())
    with_steps(desk, "30m", "50m", "20m")
    for minutes, told in ((48, 1), (1, 2), (19, 2), (1, 3)):
        clock.advance(minutes=minutes)
        for _ in range(8):
            desk.ladder_step(clock())
        assert [len(steps(desk, ref)) for ref in refs] == [told] * 4


def test_a_ticket_that_no_step_can_be_added_to_keeps_no_other_from_it_and_is_reached_later(
    desk: Desk, cast: Cast, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, *others = all_climbed(desk, cast, clock, 3)
    is_broken, told = True, list[str]()

    def put(tx: Transaction, climb: Climb) -> None:
        if is_broken and climb.ref == broken:
            raise LookupError
        put_climb(tx, climb)

    monkeypatch.setattr(added_steps, "put_climb", put)
    desk.after_failure(lambda job, _error: told.append(job))
    with_steps(desk, "30m", "40m")
    climb(desk, clock, minutes=39)
    assert told == ["added_steps"]
    is_broken = False
    climb(desk, clock, minutes=1)
    climb(desk, clock, minutes=1)
    assert [steps(desk, ref) for ref in (broken, *others)] == [["step1", "step2"]] * 3
    assert told == ["added_steps"]


def test_what_is_taken_back_goes_on_no_earlier_than_the_step_that_was_added_meanwhile(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    with_steps(desk, "30m")
    ticket = breached(desk, cast, clock)
    climb(desk, clock, minutes=30)
    desk.resolve(ticket.ref, by=cast.person("amir").id)
    clock.advance(minutes=1)
    with_steps(desk, "30m", "5m")
    clock.advance(minutes=2)
    desk.undo(ticket.ref, by=cast.person("amir").id)
    climb(desk, clock, minutes=2)
    assert steps(desk, ticket.ref) == ["step1"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["step1", "step2"]
