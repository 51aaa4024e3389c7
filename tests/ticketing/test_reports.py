"""The figures of a period: small ones by hand, and a busy fortnight against its audit log, on both databases."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.fortnight import DOCUMENT, Fortnight
from tests.ticketing.replay import Promise, Replay, ReplayedClock
from ticketing.calendars import ALWAYS, Calendar, Pause, counted_periods
from ticketing.configuration import parse
from ticketing.desk import Desk
from ticketing.errors import InvalidInput
from ticketing.model import (
    ClockKind,
    EventKind,
    Outcome,
    PersonId,
    Priority,
    Ticket,
    TicketEvent,
    TicketStatus,
)
from ticketing.reports import Attainment, Day, Ratings, Report, Spread, Times, local_day

VIENNA = ZoneInfo("Europe/Vienna")
FIRST, NEXT, SOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION
HOUR = timedelta(hours=1)
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


@dataclass
class Logged:
    """A ticket as its log tells it."""

    events: list[TicketEvent]
    clocks: list[ReplayedClock]
    opened_at: datetime
    priority: Priority
    category: str
    agent: PersonId | None

    def is_unsolved(self, at: datetime) -> bool:
        if self.opened_at >= at:
            return False
        moves = [event for event in self.events if event.kind is EventKind.STATUS and event.at < at]
        return not moves or moves[-1].to_value not in ("resolved", "closed")

    def holder(self, at: datetime) -> PersonId | None:
        """Who held it just before an instant, by walking the log."""
        holder, is_held = None, False
        for event in self.events:
            if event.at < at and event.kind is EventKind.ASSIGNED:
                holder = PersonId(int(event.to_value or 0))
            if event.at < at and event.kind is EventKind.STATUS:
                is_held = event.to_value in ("assigned", "in_progress", "pending_customer")
        return holder if is_held else None

    def resolutions(self) -> Iterator[tuple[TicketEvent, bool]]:
        """Each that was not undone, and whether the ticket was reopened after it."""
        undone = {event.to_value for event in self.events if event.kind is EventKind.UNDONE}
        for event in self.events:
            is_step = event.kind is EventKind.STATUS and event.to_value == "resolved" and event.reason != "undone"
            if is_step and str(event.seq) not in undone:
                yield event, any(e.kind is EventKind.REOPENED and e.seq > event.seq for e in self.events)


def logged(desk: Desk, ticket: Ticket, agents: set[PersonId]) -> Logged:
    events = desk.events(ticket.ref)
    opened = events[0]
    priority, category, agent = Priority(opened.data["priority"]), str(opened.data["category"]), None
    for event in events:
        if event.kind is EventKind.PRIORITY:
            priority = Priority(int(event.to_value or 0))
        elif event.kind is EventKind.CATEGORY:
            category = str(event.to_value)
        elif event.kind is EventKind.ASSIGNED:
            agent = PersonId(int(event.to_value or 0))
    replay = Replay(events, promises=promised, agents_at=lambda _: frozenset(agents), version_at=lambda _: 1)
    at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=opened.data["at"])
    return Logged(events, list(replay.clocks.values()), at, priority, category, agent)


def recomputed(tickets: list[Logged], start: datetime, end: datetime, now: datetime) -> dict[str, Any]:
    """The report, from the log alone and in other ways."""
    resolutions = [found for ticket in tickets for found in ticket.resolutions() if start <= found[0].at < end]
    opened = Counter(t.opened_at.astimezone(VIENNA).date() for t in tickets if start <= t.opened_at < end)
    resolved = Counter(event.at.astimezone(VIENNA).date() for event, _ in resolutions)
    days, day = [], start.astimezone(VIENNA).date()
    while local_day(day, VIENNA.key)[0] < end:
        until = min(end, local_day(day, VIENNA.key)[1])
        days.append(Day(day, opened[day], resolved[day], sum(ticket.is_unsolved(until) for ticket in tickets)))
        day += timedelta(days=1)
    verdicts: dict[tuple[str, Any], dict[ClockKind, Attainment]] = defaultdict(dict)
    for ticket in tickets:
        for clock in ticket.clocks:
            found = verdict(clock, start, end, now)
            for key in (
                ("all", None),
                ("priority", ticket.priority),
                ("agent", ticket.agent),
                ("cat", ticket.category),
                ("day", found and day_of_verdict(clock)),
            ):
                if found is not None:
                    verdicts[key][clock.kind] = verdicts[key].get(clock.kind, Attainment()) + found
    return {
        "backlog_before": sum(ticket.is_unsolved(start) for ticket in tickets),
        "days": tuple(days),
        "first_response": times(tickets, FIRST, start, end),
        "resolution": times(tickets, SOLUTION, start, end),
        "attainment": verdicts["all", None],
        "by_priority": {key: each for (group, key), each in verdicts.items() if group == "priority"},
        "by_agent": {key: each for (group, key), each in verdicts.items() if group == "agent"},
        "by_category": {key: each for (group, key), each in verdicts.items() if group == "cat"},
        "by_day": {key: each for (group, key), each in verdicts.items() if group == "day"},
        "load_by_agent": dict(Counter(agent for each in tickets if (agent := each.holder(end)) is not None)),
        "resolved_by_agent": dict(Counter(event.actor_id for event, _ in resolutions)),
        "reopened": sum(was_reopened for _, was_reopened in resolutions),
        "ratings_by_agent": rated(tickets, start, end),
    }


def verdict(clock: ReplayedClock, start: datetime, end: datetime, now: datetime) -> Attainment | None:
    if clock.outcome is Outcome.MET and clock.ended_at is not None:
        return Attainment(1, 0) if start <= clock.ended_at < end else None
    due_at = clock.due_at
    is_broken = clock.outcome is Outcome.BREACHED or (clock.outcome is None and due_at is not None and due_at <= now)
    return Attainment(0, 1) if is_broken and due_at is not None and start <= due_at < end else None


def rated(tickets: list[Logged], start: datetime, end: datetime) -> dict[PersonId | None, Ratings]:
    """The last word on each resolution, by who had solved it."""
    found: dict[PersonId | None, Ratings] = {}
    for ticket in tickets:
        actors = {event.seq: event.actor_id for event in ticket.events}
        last = {event.data["resolution"]: event for event in ticket.events if event.kind is EventKind.RATED}
        for resolution, event in last.items():
            if start <= event.at < end:
                given = Ratings(1, 0) if event.to_value == "helpful" else Ratings(0, 1)
                found[actors[resolution]] = found.get(actors[resolution], Ratings()) + given
    return found


def day_of_verdict(clock: ReplayedClock) -> date:
    at = clock.ended_at if clock.outcome is Outcome.MET else clock.due_at
    assert at is not None
    return at.astimezone(VIENNA).date()


def times(tickets: list[Logged], kind: ClockKind, start: datetime, end: datetime) -> Times:
    wall, working = [], []
    for ticket in tickets:
        for clock in ticket.clocks:
            if clock.kind is not kind or clock.outcome not in (Outcome.MET, Outcome.BREACHED):
                continue
            if clock.ended_at is not None and start <= clock.ended_at < end:
                wall.append(clock.ended_at - clock.started_at)
                working.append(counted(clock, clock.ended_at))
    return Times(len(wall), spread(wall), spread(working))


def counted(clock: ReplayedClock, ended_at: datetime) -> timedelta:
    calendar: Calendar = clock.promise.calendar or ALWAYS
    pauses = [Pause(begin, end) for begin, end in clock.pauses if begin is not None]
    return sum((period.length for period in counted_periods(calendar, clock.started_at, pauses, ended_at)), timedelta())


def spread(lengths: list[timedelta]) -> Spread:
    def at_most(percent: int) -> timedelta:
        enough = math.ceil(len(lengths) * percent / 100)
        return min(length for length in lengths if sum(other <= length for other in lengths) >= enough)

    return Spread(at_most(50), at_most(90)) if lengths else Spread()


def test_the_log_gives_the_same_figures(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    fortnight = Fortnight(desk, cast, clock)
    begin = clock.now
    fortnight.pass_by()
    customers = {ticket.customer_id for ticket in fortnight.tickets}
    everything = [ticket for who in customers for ticket in desk.tickets_of_customer(who, limit=999)]
    tickets = [logged(desk, ticket, set(fortnight.agents)) for ticket in everything]

    third = (clock.now - begin) / 3
    whole = desk.report(begin, clock.now)
    assert min(whole.opened, whole.resolved, whole.reopened, whole.first_response.count, whole.resolution.count) > 5
    assert min(whole.ratings.helpful, whole.ratings.not_helpful) > 0
    assert whole.ratings == sum(whole.ratings_by_agent.values(), Ratings())
    assert whole.first_response.wall != whole.first_response.working
    assert all(figures.met and figures.breached for figures in whole.attainment.values())
    for start, end in ((begin, clock.now), (begin + third, begin + 2 * third), (begin - third, begin + 4 * third)):
        expected = recomputed(tickets, start, end, clock.now)
        report: Report = desk.report(start, end)
        assert {name: getattr(report, name) for name in expected} == expected
