"""
The figures of a period from the audit log alone, and in other ways than `ticketing.report_statements` has.

Clocks come from `tests.ticketing.replay`. Each definition is one of docs/reports.md.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.ticketing.replay import ReplayedClock
from ticketing.calendars import ALWAYS, Calendar, Pause, counted_periods
from ticketing.events import EventKind, TicketEvent
from ticketing.model import ClockKind, Outcome, PersonId, Priority
from ticketing.reports import Attainment, Day, Ratings, Spread, Times, local_day


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


def logged(events: list[TicketEvent], clocks: Iterable[ReplayedClock]) -> Logged:
    """A ticket by its log and the clocks that were made of that."""
    opened = events[0]
    priority, category, agent = Priority(opened.data["priority"]), str(opened.data["category"]), None
    for event in events:
        if event.kind is EventKind.PRIORITY:
            priority = Priority(int(event.to_value or 0))
        elif event.kind is EventKind.CATEGORY:
            category = str(event.to_value)
        elif event.kind is EventKind.ASSIGNED:
            agent = PersonId(int(event.to_value or 0))
    at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=opened.data["at"])
    return Logged(events, list(clocks), at, priority, category, agent)


def recomputed(tickets: list[Logged], start: datetime, end: datetime, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The report, from the log alone and in other ways."""
    resolutions = [found for ticket in tickets for found in ticket.resolutions() if start <= found[0].at < end]
    opened = Counter(t.opened_at.astimezone(zone).date() for t in tickets if start <= t.opened_at < end)
    resolved = Counter(event.at.astimezone(zone).date() for event, _ in resolutions)
    days, day = [], start.astimezone(zone).date()
    while local_day(day, zone.key)[0] < end:
        until = min(end, local_day(day, zone.key)[1])
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
                ("day", found and day_of_verdict(clock, zone)),
            ):
                if found is not None:
                    verdicts[key][clock.kind] = verdicts[key].get(clock.kind, Attainment()) + found
    return {
        "backlog_before": sum(ticket.is_unsolved(start) for ticket in tickets),
        "days": tuple(days),
        "first_response": times(tickets, ClockKind.FIRST_RESPONSE, start, end),
        "resolution": times(tickets, ClockKind.RESOLUTION, start, end),
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
    if clock.kind is ClockKind.TIME_TO_CLAIM:
        return None  # of those that take a ticket, not of what its customer was promised
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


def day_of_verdict(clock: ReplayedClock, zone: ZoneInfo) -> date:
    at = clock.ended_at if clock.outcome is Outcome.MET else clock.due_at
    assert at is not None
    return at.astimezone(zone).date()


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
