"""The figures of a period: small ones by hand, and a busy fortnight against its audit log, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.fortnight import DOCUMENT, Fortnight, JoinedFortnight
from tests.ticketing.replay import Promise, Replay
from tests.ticketing.report_oracle import Logged, logged, recomputed
from ticketing.configuration import parse
from ticketing.desk import Desk
from ticketing.errors import InvalidInput
from ticketing.events import EventKind
from ticketing.model import ClockKind, Outcome, Priority, SlaClock, TicketStatus
from ticketing.replay import replay
from ticketing.reports import Attainment, Day, Ratings, Report, Spread, Times, local_day

VIENNA = ZoneInfo("Europe/Vienna")
FIRST, NEXT, SOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RESPONSE = {Priority.URGENT: 1, Priority.HIGH: 4, Priority.MEDIUM: 8, Priority.LOW: 24}
RESOLUTION = {Priority.URGENT: 4, Priority.HIGH: 24, Priority.MEDIUM: 72, Priority.LOW: 168}


def promised(_version: int, priority: Priority, category: str, kind: ClockKind) -> Promise:
    """What DOCUMENT promises, in a table of its own."""
    if kind is ClockKind.TIME_TO_CLAIM:
        return Promise(None)
    calendar = parse(DOCUMENT).calendar("office") if category == "billing" else None
    if category == "billing" and kind is SOLUTION and priority is Priority.LOW:
        return Promise(None, calendar=calendar)
    hours = RESOLUTION[priority] if kind is SOLUTION else RESPONSE[priority]
    if category == "billing" and kind is not SOLUTION and priority is Priority.HIGH:
        hours = 2
    return Promise(hours * HOUR, calendar=calendar)


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_a_quiet_week_by_hand(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    desk.seed(DOCUMENT)
    clock.now = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # Friday, 23:30 in Vienna
    amir = cast.agent("amir", {"billing": 3, "technical": 3})
    before = cast.ticket(category="technical", priority=Priority.LOW)
    start = clock.advance(minutes=15)
    one = cast.ticket(priority=Priority.HIGH)
    clock.advance(minutes=30)  # Saturday, 00:15
    two = cast.ticket(category="technical", priority=Priority.URGENT)
    clock.advance(hours=2)
    desk.resolve(two.ref, by=amir, answer="Done.")
    clock.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday, 10:00: an hour of office time
    desk.resolve(one.ref, by=amir, answer="Done.")
    desk.withdraw(before.ref, by=before.customer_id)
    end = clock.advance(hours=1)

    report = desk.report(start, end)

    assert report.backlog_before == 1
    assert report.days == (
        Day(date(2026, 11, 20), 1, 0, 2),
        Day(date(2026, 11, 21), 1, 1, 2),
        Day(date(2026, 11, 22), 0, 0, 2),
        Day(date(2026, 11, 23), 0, 1, 0),
    )
    slow = timedelta(days=2, hours=10, minutes=15)
    expected = Times(2, Spread(2 * HOUR, slow), Spread(HOUR, 2 * HOUR))
    assert (report.first_response, report.resolution) == (expected, expected)
    assert report.attainment == {FIRST: Attainment(1, 1), SOLUTION: Attainment(2, 0)}
    assert report.by_priority == {
        Priority.HIGH: {FIRST: Attainment(1, 0), SOLUTION: Attainment(1, 0)},
        Priority.URGENT: {FIRST: Attainment(0, 1), SOLUTION: Attainment(1, 0)},
    }
    assert report.by_agent == {amir: report.attainment}
    assert set(report.by_category) == {"billing", "technical"}
    assert report.attainment[FIRST].share == 0.5
    assert report.by_day == {
        date(2026, 11, 21): {FIRST: Attainment(0, 1), SOLUTION: Attainment(1, 0)},
        date(2026, 11, 23): {FIRST: Attainment(1, 0), SOLUTION: Attainment(1, 0)},
    }
    assert (report.opened, report.resolved, report.reopen_rate) == (2, 2, 0)
    assert report.resolved_by_agent == {amir: 2}
    assert report.load_by_agent == {}
    assert desk.report(start, start + timedelta(minutes=31)).load_by_agent == {amir: 3}


def test_waiting_for_the_customer_is_no_working_time(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, start = cast.agent("amir"), clock.now
    ticket = cast.ticket()
    clock.advance(hours=1)
    desk.wait_for_customer(ticket.ref, by=amir, question="Which browser?")
    clock.advance(hours=10)
    cast.says(ticket.ref, ticket.customer_id, "Firefox")
    clock.advance(hours=2)
    desk.resolve(ticket.ref, by=amir)

    resolution = desk.report(start, clock.now + HOUR).resolution

    assert resolution == Times(1, Spread(13 * HOUR, 13 * HOUR), Spread(3 * HOUR, 3 * HOUR))


def test_what_is_late_and_still_owed_is_a_broken_promise_once(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, start = cast.agent("amir"), clock.now
    ticket = cast.ticket(priority=Priority.URGENT)
    due = start + HOUR
    nothing: dict[ClockKind, Attainment] = {}

    clock.advance(minutes=59)
    assert desk.report(start, due + HOUR).attainment == nothing
    clock.advance(hours=2)
    assert desk.report(start, due).attainment == nothing
    late = desk.report(due, due + HOUR)
    assert (late.attainment, late.by_agent[amir]) == ({FIRST: Attainment(0, 1)}, {FIRST: Attainment(0, 1)})
    cast.says(ticket.ref, amir, "Hello")
    assert desk.report(due, due + HOUR).attainment == late.attainment
    assert desk.report(due + HOUR, due + 3 * HOUR).attainment == nothing


def test_what_came_back_is_counted_on_the_day_on_which_it_did(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    undone, reopened = cast.ticket(), cast.ticket()
    for ticket in (undone, reopened):
        desk.resolve(ticket.ref, by=amir)
    desk.undo(undone.ref, by=amir)
    resolved_on = clock.now
    clock.advance(days=1)
    desk.reopen(reopened.ref, by=amir)
    desk.resolve(reopened.ref, by=amir)
    day = timedelta(days=1)

    assert desk.count_came_back(resolved_on - day, resolved_on + day / 2) == 0
    assert desk.count_came_back(resolved_on + day / 2, resolved_on + 2 * day) == 1


def test_what_was_undone_did_not_happen_and_what_was_reopened_did_not_last(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    amir, start = cast.agent("amir"), clock.now
    undone, lasting, reopened = (cast.ticket() for _ in range(3))
    clock.advance(hours=1)
    for ticket in (undone, lasting, reopened):
        desk.resolve(ticket.ref, by=amir)
    desk.undo(undone.ref, by=amir)
    end = clock.advance(days=1)
    assert desk.report(start, end).reopen_rate == 0

    desk.reopen(reopened.ref, by=reopened.customer_id)
    report = desk.report(start, end)

    assert (report.resolved, report.reopened, report.reopen_rate) == (2, 1, 0.5)
    assert [day.backlog for day in report.days] == [1, 1]
    assert desk.report(start, clock.now + HOUR).days[-1].backlog == 2


def test_merged_moved_and_split_tickets_count_each_for_itself(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, start = cast.agent("amir"), clock.now
    one, other, wrong = (cast.ticket() for _ in range(3))
    said = desk.add_comment(one.ref, author_id=one.customer_id, text="And the printer", source="m:C:1")
    clock.advance(minutes=10)
    desk.split(one.ref, [said.key], subject="The printer", by=amir, source="v:split")
    desk.merge(one.ref, other.ref, by=amir)
    desk.move_to_customer(wrong.ref, cast.customer("tomas"), by=amir, source="v:move")
    clock.advance(days=4)

    report = desk.report(start, clock.now)

    assert (report.opened, report.resolved, report.days[-1].backlog) == (5, 0, 3)
    # Of the merged and the moved one nothing is owed any more.
    assert report.attainment == {FIRST: Attainment(0, 3), SOLUTION: Attainment(0, 3)}


def test_days_are_local_when_the_clocks_change(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    desk.seed(DOCUMENT)
    begin, end = local_day(date(2026, 10, 25), "Europe/Vienna")
    assert end - begin == timedelta(hours=25)
    for at in (begin - timedelta(seconds=1), begin, end - timedelta(seconds=1), end):
        clock.now = at
        cast.ticket()

    report = desk.report(begin - HOUR, end + HOUR)

    assert [(day.date.day, day.opened) for day in report.days] == [(24, 1), (25, 2), (26, 1)]
    assert desk.report(begin, end).days == (Day(date(2026, 10, 25), 2, 0, 3),)


def test_a_period_has_to_be_one(desk: Desk, clock: MovableClock) -> None:
    naive = clock.now.replace(tzinfo=None)
    for start, end in (
        (clock.now, clock.now),
        (clock.now, clock.now - HOUR),
        (naive, clock.now),
        (clock.now, clock.now + timedelta(days=4000)),
    ):
        with pytest.raises(InvalidInput):
            desk.report(start, end)
        with pytest.raises(InvalidInput):
            desk.export_rows(start, end)
    empty = desk.report(clock.now, clock.now + HOUR)
    assert (empty.opened, empty.reopen_rate, empty.first_response) == (0, None, Times())
    assert desk.export_rows(clock.now, clock.now + HOUR) == []


def test_the_export_has_a_row_for_each_ticket_opened(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, start = cast.agent("amir"), clock.now
    solved, waiting = cast.ticket("tomas", subject="=1+1"), cast.ticket(category="technical")
    clock.advance(hours=1)
    solved = desk.resolve(solved.ref, by=amir, answer="Done.")
    cast.ticket()

    first, second = desk.export_rows(start, clock.now)

    assert (first.number, first.subject, first.customer, first.agent) == (solved.number, "=1+1", "Tomas", "Amir")
    assert (first.resolved_at, first.resolution_due_at) == (clock.now, solved.resolution_due_at)
    assert (first.response_outcome, first.resolution_outcome) == (Outcome.MET, Outcome.MET)
    assert (second.number, second.agent, second.status) == (waiting.number, None, TicketStatus.OPEN)
    assert (second.response_outcome, second.response_due_at) == (None, waiting.response_due_at)


# --- against the log --------------------------------------------------------------------------------------------------


def from_the_log(desk: Desk, fortnight: Fortnight) -> list[Logged]:
    """All tickets by their logs, with clocks that are the stored ones."""
    agents = frozenset(fortnight.agents)
    found = []
    for who in fortnight.customers():
        for ticket in desk.tickets_of_customer(who, limit=999):
            events = desk.events(ticket.ref)
            replayed = Replay(events, promises=promised, agents_at=lambda _: agents, version_at=lambda _: 1)
            assert list(ticket.clocks) == replayed.result()
            found.append(logged(events, replayed.clocks.values()))
    return found


def check_figures(desk: Desk, tickets: list[Logged], begin: datetime, now: datetime) -> None:
    third = (now - begin) / 3
    for start, end in ((begin, now), (begin + third, begin + 2 * third), (begin - third, begin + 4 * third)):
        expected = recomputed(tickets, start, end, now, VIENNA)
        report: Report = desk.report(start, end)
        assert {name: getattr(report, name) for name in expected} == expected


def test_the_log_gives_the_same_figures(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    fortnight = Fortnight(desk, cast, clock)
    begin = clock.now
    fortnight.pass_by()
    whole = desk.report(begin, clock.now)
    assert min(whole.opened, whole.resolved, whole.reopened, whole.first_response.count, whole.resolution.count) > 5
    assert min(whole.ratings.helpful, whole.ratings.not_helpful) > 0
    assert whole.ratings == sum(whole.ratings_by_agent.values(), Ratings())
    assert whole.first_response.wall != whole.first_response.working
    assert all(figures.met and figures.breached for figures in whole.attainment.values())
    check_figures(desk, from_the_log(desk, fortnight), begin, clock.now)


def test_what_was_joined_moved_and_erased_is_in_the_log_as_in_the_figures(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Merges, some taken back, splits, moves and problems; then one customer is erased, and the log still tells it all."""
    fortnight = JoinedFortnight(desk, cast, clock)
    begin = clock.now
    fortnight.pass_by()
    tickets = from_the_log(desk, fortnight)
    kinds = Counter(event.kind for ticket in tickets for event in ticket.events)
    joined = (EventKind.MERGED, EventKind.UNMERGED, EventKind.SPLIT_TO, EventKind.MOVED_TO, EventKind.PROBLEM_LINKED)
    assert min(kinds[kind] for kind in joined) > 1
    check_figures(desk, tickets, begin, clock.now)
    before = desk.report(begin, clock.now - timedelta(seconds=1))
    logs = {ticket.events[0].ticket_number: ticket.events for ticket in tickets}

    desk.erase_customer(fortnight.customers()[0], by=None)

    erased = from_the_log(desk, fortnight)
    check_figures(desk, erased, begin, clock.now)
    after = desk.report(begin, clock.now - timedelta(seconds=1))
    assert (after.days, after.resolution, after.ratings) == (before.days, before.resolution, before.ratings)
    for ticket in erased:
        known = logs[ticket.events[0].ticket_number]
        assert ticket.events[: len(known)] == known
    configuration, replayed = desk.configuration(), desk.replay(DOCUMENT, begin - DAY, clock.now + DAY)
    assert (replayed.tickets, replayed.replayed) == (len(erased), replayed.actual)
    for who in fortnight.customers():
        for stored in desk.tickets_of_customer(who, limit=999):
            made = replay(desk.events(stored.ref), configuration, fortnight.agents)
            assert [judged(clock) for clock in made] == [judged(clock) for clock in stored.clocks]


def judged(clock: SlaClock) -> tuple[object, ...]:
    """Without what the watch has marked: that is no part of a replay under other policies."""
    return clock.kind, clock.run, clock.started_at, clock.due_at, clock.paused_at, clock.ended_at, clock.outcome
