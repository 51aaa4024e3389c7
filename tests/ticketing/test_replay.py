"""Replaying a period under another configuration: by hand, and two busy weeks against what really happened."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.ticketing.calendar_oracle import reached_at
from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.fortnight import DOCUMENT, Fortnight, JoinedFortnight
from ticketing.calendars import Calendar, Pause
from ticketing.configuration import parse
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.errors import InvalidConfiguration, InvalidInput
from ticketing.events import EventKind, TicketEvent
from ticketing.model import ClockKind, Outcome, Priority, Role, SlaClock
from ticketing.opening_hours import parse_windows
from ticketing.replay import replay
from ticketing.reports import Attainment
from ticketing.tables import ticket_events

FIRST, SOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION
MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def promising(first_response: str) -> dict[str, Any]:
    return {"policies": [{"first_response": {"medium": first_response}, "resolution": {"medium": "none"}}]}


def as_judged(clocks: tuple[SlaClock, ...]) -> list[tuple[object, ...]]:
    return [
        (clock.kind, clock.run, clock.started_at, clock.due_at, clock.paused_at, clock.ended_at, clock.outcome)
        for clock in clocks
    ]


def test_under_what_was_in_force_everything_is_as_it_was(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    fortnight = JoinedFortnight(desk, cast, clock)
    begin = clock.now
    fortnight.pass_by()
    configuration = desk.configuration()

    for ticket in fortnight.tickets:
        clocks = replay(desk.events(ticket.ref), configuration, fortnight.agents)
        assert as_judged(clocks) == as_judged(desk.ticket(ticket.ref).clocks)

    replayed = desk.replay(DOCUMENT, begin - DAY, clock.now + DAY)
    assert replayed.tickets >= len(fortnight.tickets) > 15
    assert replayed.replayed == replayed.actual
    assert sum(figures.breached for figures in replayed.actual.values()) == len(replayed.breaches) > 5
    assert all(breach.was_breached for breach in replayed.breaches)


def test_a_stricter_promise_would_have_been_missed(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    desk.seed(promising("4h"))
    amir = cast.agent("amir", {"general": 3})
    quick = cast.ticket(category="general", priority=Priority.MEDIUM)
    slow = cast.ticket(category="general", priority=Priority.MEDIUM)
    clock.advance(minutes=30)
    cast.says(quick.ref, amir, "Try again.")
    clock.advance(minutes=60)
    cast.says(slow.ref, amir, "Try again.")

    seen: list[tuple[int, int]] = []
    replayed = desk.replay(promising("1h"), MONDAY - DAY, MONDAY + DAY, progress=lambda *of: seen.append(of))

    assert replayed.actual == {FIRST: Attainment(met=2)}
    assert replayed.replayed == {FIRST: Attainment(met=1, breached=1)}
    (breach,) = replayed.breaches
    assert (breach.number, breach.kind, breach.was_breached) == (slow.number, FIRST, False)
    assert (breach.due_at, breach.ended_at) == (MONDAY + timedelta(hours=1), MONDAY + timedelta(minutes=90))
    assert seen == [(2, 2)]
    assert desk.ticket(slow.ref).clocks == slow_clocks(desk, slow.number), "nothing is changed"


def slow_clocks(desk: Desk, number: int) -> tuple[SlaClock, ...]:
    ref = desk.find(number)
    assert ref is not None
    return desk.ticket(ref).clocks


def test_the_wall_clock_agrees_with_what_is_replayed(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """
    Deadlines of a fortnight with pauses and a change of the clocks, under two other calendars, minute by minute.

    Everything else here counts working time with the code that is on trial; this is the slow reference.
    """
    fortnight = Fortnight(desk, cast, clock)
    fortnight.pass_by()
    judged = paused = 0
    for zone, windows in (("Europe/Vienna", {"mon-sat": ["08:30-12:00", "13:00-17:30"]}), ("Asia/Kolkata", NIGHTS)):
        configuration = parse(
            {
                "categories": DOCUMENT["categories"],
                "calendars": [{"name": "other", "zone": zone, "windows": windows}],
                "policies": [
                    {"calendar": "other", "resolution": {"urgent": "5h", "high": "9h", "medium": "11h", "low": "20h"}}
                ],
            }
        )
        calendar = Calendar("other", zone, parse_windows(windows))
        for ticket in fortnight.tickets:
            events = desk.events(ticket.ref)
            for one in replay(events, configuration, fortnight.agents):
                if one.due_at is None or one.outcome is Outcome.VOID:
                    continue
                pauses = waits(events, one) if one.kind is SOLUTION else []
                at = reached_at(calendar, one.started_at, one.target_s // 60, pauses, within=timedelta(days=30))
                assert at == one.due_at
                judged, paused = judged + 1, paused + bool(pauses)
    assert judged > 100
    assert paused > 5


NIGHTS = {"mon-fri": ["21:15-05:45"]}


def waits(events: list[TicketEvent], clock: SlaClock) -> list[Pause]:
    """When it was the customer's turn while the clock ran, from the log alone; an end that was undone was none."""
    steps = [event for event in events if event.kind is EventKind.STATUS and event.at >= clock.started_at]
    found: list[Pause] = []
    for number, event in enumerate(steps):
        if event.to_value == "pending_customer":
            was_undone = event.reason == "undone"
            start = found.pop().start if was_undone else event.at
            after = steps[number + 1].at if number + 1 < len(steps) else None
            found.append(Pause(start, after))
    end = clock.ended_at
    return [Pause(each.start, each.end or end) for each in found if end is None or each.start < end]


def test_a_promise_that_was_not_made_is_judged_too(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Solutions were not promised; under the defaults this one is late, though it is not solved yet."""
    desk.seed(promising("4h"))
    cast.agent("amir", {"general": 3})
    ticket = cast.ticket(category="general", priority=Priority.MEDIUM)
    clock.advance(days=4)

    replayed = desk.replay({}, MONDAY - DAY, MONDAY + DAY)

    assert SOLUTION not in replayed.actual
    late = {breach.kind: breach for breach in replayed.breaches}
    assert late[SOLUTION].due_at == ticket.opened_at + 3 * DAY
    assert late[SOLUTION].ended_at is None


def test_waiting_counts_for_no_other_policy_either(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir", {"general": 3})
    ticket = cast.ticket(category="general", priority=Priority.MEDIUM)
    desk.wait_for_customer(desk.start(ticket.ref, by=amir).ref, by=amir)
    clock.advance(hours=10)
    desk.resume(ticket.ref, by=amir)
    clock.advance(minutes=30)
    desk.resolve(ticket.ref, by=amir)
    strict = {"policies": [{"resolution": {"medium": "1h"}, "first_response": {"medium": "none"}}]}

    replayed = desk.replay(strict, MONDAY - DAY, MONDAY + DAY)

    assert replayed.replayed == {SOLUTION: Attainment(met=1)}


@pytest.mark.parametrize("log", ["as it is written", "as it was written before"])
def test_who_answered_for_the_desk_did_so_whatever_they_hold_and_become(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database, log: str
) -> None:
    """A lead without tickets answers; a colleague who wrote on somebody's ticket and is hired later did not."""
    desk.seed(promising("1h"))
    lena, hired = cast.person("lena").id, cast.customer("priya")
    desk.set_role(lena, Role.LEAD, by=None)
    answered, waiting = (cast.ticket(category="general", priority=Priority.MEDIUM) for _ in range(2))
    clock.advance(minutes=5)
    cast.says(answered.ref, lena, "Try again.")
    cast.says(waiting.ref, hired, "It is the same with me.")
    clock.advance(hours=2)
    desk.watch_step(clock())
    if log == "as it was written before":
        with database.write() as connection:
            for event in desk.events(answered.ref):
                data = {key: value for key, value in event.data.items() if key != "for_desk"}
                row = ticket_events.c.ticket_id == event.ticket_number, ticket_events.c.seq == event.seq
                connection.execute(update(ticket_events).where(*row).values(data=data))
    desk.make_agent(hired, skills={}, by=None)

    replayed = desk.replay(promising("1h"), MONDAY - DAY, MONDAY + DAY)

    assert replayed.actual == replayed.replayed == {FIRST: Attainment(met=1, breached=1)}
    assert [breach.number for breach in replayed.breaches] == [waiting.number]


def test_an_answer_that_was_pulled_back_was_none(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir", {"general": 3})
    ticket = cast.ticket(category="general", priority=Priority.MEDIUM)
    clock.advance(minutes=10)
    comment = desk.add_comment(ticket.ref, author_id=amir, text="Wrong window", source="m:C:1")
    clock.advance(minutes=1)
    desk.pull_back(ticket.ref, comment.number, by=amir)
    clock.advance(hours=2)
    configuration = parse(deepcopy(promising("1h")))

    clocks = {one.kind: one for one in replay(desk.events(ticket.ref), configuration, {amir})}

    assert clocks[FIRST].ended_at is None
    assert desk.replay(promising("1h"), MONDAY - DAY, MONDAY + DAY).replayed == {FIRST: Attainment(breached=1)}


def test_a_question_that_came_with_a_merge_waits_from_the_merge_on(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """As on the desk: what was asked elsewhere hours before was asked of this ticket only then."""
    desk.seed({"policies": [{"next_response": {"medium": "1h"}, "resolution": {"medium": "none"}}]})
    amir = cast.agent("amir", {"general": 3})
    kept = cast.ticket(category="general", priority=Priority.MEDIUM)
    cast.says(kept.ref, amir, "Try again.")
    clock.advance(hours=2)
    asked = cast.ticket(category="general", priority=Priority.MEDIUM)
    clock.advance(hours=3)
    desk.merge(asked.ref, kept.ref, by=amir)
    merged_at = clock.now
    clock.advance(minutes=30)
    cast.says(kept.ref, amir, "Both work again.")

    for ticket in (kept, asked):
        clocks = replay(desk.events(ticket.ref), desk.configuration(), {amir})
        assert as_judged(clocks) == as_judged(desk.ticket(ticket.ref).clocks)
    replayed = desk.replay({"policies": [{"next_response": {"medium": "20m"}}]}, MONDAY - DAY, MONDAY + DAY)
    assert replayed.actual[ClockKind.NEXT_RESPONSE] == Attainment(met=1)
    (breach,) = [each for each in replayed.breaches if each.kind is ClockKind.NEXT_RESPONSE]
    assert (breach.number, breach.due_at) == (kept.number, merged_at + timedelta(minutes=20))


def test_what_cannot_be_replayed_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidConfiguration):
        desk.replay({"policies": [{"first_response": {"medium": "soon"}}]}, MONDAY, MONDAY + DAY)
    with pytest.raises(InvalidInput):
        desk.replay({}, MONDAY, MONDAY)
