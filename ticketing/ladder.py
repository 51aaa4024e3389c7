"""
The ladder: what an alert climbs while nobody sees to it, and the hours in which it keeps quiet.

Pure rules over values, and the settings they come from (docs/sla.md, the ladder). A warning and a breach come from the
clock; the steps here follow a breach one after the other, each a set time after the one before or after the last that
somebody did about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from ticketing.calendars import ALWAYS, Calendar, deadline, elapsed, open_periods
from ticketing.durations import format_duration, read_duration
from ticketing.events import EventKind
from ticketing.model import ClockKind, Outcome, Priority, SlaClock, Ticket
from ticketing.opening_hours import parse_windows

BY_LADDER = "ladder"
"""The reason in the log where a step of the ladder has escalated a ticket."""

LONGEST = timedelta(days=30)
_WEEK = timedelta(days=7)

NOBODY, IDLE = "nobody", "idle"
"""The stages that no clock brings about: nobody can take the ticket; it has lain untouched, or without agent, for too long."""

HELD, HELD_LAPSE = "held", "held_lapse"
"""What quiet hours hold back: alerts, and that a promise came to its end (of that one, by the number of its event)."""

STEPS = frozenset({EventKind.STATUS, EventKind.ASSIGNED, EventKind.SNOOZED, EventKind.WOKEN, EventKind.RECEIVED_MERGE})
"""What touches a ticket beside words: each step of its life, its agents, being put off and coming back."""


def _positive(length: timedelta) -> timedelta:
    if not timedelta(minutes=1) <= length <= LONGEST:
        raise ValueError(f"It has to be from 1m to {format_duration(LONGEST)}.")
    return length


After = Annotated[
    timedelta,
    BeforeValidator(read_duration),
    AfterValidator(_positive),
    PlainSerializer(format_duration, return_type=str),
]
PersonRef = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^\S+$")]


class LadderStep(BaseModel):
    """
    A step: `after` that time without action, once more in the channel; with `escalate` to the senior agents as well, and
    `person` (an outside reference, or its last part) is named in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: After
    escalate: bool = False
    person: PersonRef | None = None


class Added(NamedTuple):
    """Which version of the settings has added a step, and when that was stored; 0 and None: it was there from the beginning."""

    version: int
    at: datetime | None


REMINDER = LadderStep(after=timedelta(minutes=30))
SENIOR = LadderStep(after=timedelta(hours=1), escalate=True)


class Ladder(BaseModel):
    """The steps after a breach, the hours that stay quiet, and when a ticket that nobody looks at is told of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Annotated[tuple[LadderStep, ...], Field(max_length=9)] = (REMINDER, SENIOR)
    quiet: dict[str, tuple[str, ...]] = {}
    unassigned_after: After | None = None
    untouched_after: After | None = None

    @model_validator(mode="after")
    def _quiet_hours_end(self) -> Ladder:
        windows = parse_windows(self.quiet)
        covered = {
            minute % 10_080 for w in windows for minute in range(w.weekday * 1440 + w.start, w.weekday * 1440 + w.end)
        }
        if len(covered) == 10_080:
            raise ValueError("Quiet hours have to leave some time in which alerts are told.")
        return self

    def quiet_calendar(self, zone: str) -> Calendar | None:
        """When alerts wait; None where they never do."""
        return Calendar("quiet hours", zone, parse_windows(self.quiet)) if self.quiet else None


def added_by(before: Sequence[Added], count: int, version: Added) -> tuple[Added, ...]:
    """
    What has added each of the `count` steps that a version has, where `before` holds the same of the one before it.

    A step is known by its place: another time or another person makes no other step of it; one that is taken away and comes
    back is added anew.
    """
    return (*before[:count], *[version] * (count - len(before)))


def stage(step: int, since: str = "step") -> str:
    """The name of the alert that a step raises; steps count from 0. `since` is NOBODY or IDLE where it began with that."""
    return f"{since}{step + 1}"


def step_of(ladder: Ladder, stage: str) -> LadderStep | None:
    """The step that raised an alert, by the settings in force; None for what no step raises."""
    number = number_of(stage)
    return next(iter(ladder.steps[number - 1 : number]), None) if number is not None else None


def number_of(stage: str) -> int | None:
    """Which step raised an alert, the first being 1; None for what no step raises."""
    number = stage.lstrip("abcdefghijklmnopqrstuvwxyz")
    return int(number) if number else None


def calls_somebody(ladder: Ladder, stage: str) -> bool:
    """Whether an alert is a step that goes to the senior agents or names a person, by the settings in force."""
    step = step_of(ladder, stage)
    return step is not None and (step.escalate or step.person is not None)


def is_nobody(stage: str) -> bool:
    """Whether an alert is about a ticket that nobody can take."""
    return stage.startswith(NOBODY)


def is_idle(stage: str) -> bool:
    """Whether an alert is about a ticket that has waited or lain for too long."""
    return stage.startswith(IDLE)


def has_no_deadline(stage: str) -> bool:
    """Whether an alert came about without any deadline's being near."""
    return is_nobody(stage) or is_idle(stage)


def touched_at(
    assigned_at: datetime | None, last_activity_at: datetime | None, stepped_at: datetime | None
) -> datetime | None:
    """When somebody last did or said something about a ticket that has these instants; None: never."""
    return max((at for at in (assigned_at, last_activity_at, stepped_at) if at is not None), default=None)


def touched(ticket: Ticket) -> datetime:
    """The same of a ticket; where nobody has yet, when it came."""
    return touched_at(ticket.assigned_at, ticket.last_activity_at, ticket.stepped_at) or ticket.sla_start_at


def without_promise(ticket: Ticket, run: int | None = None) -> SlaClock:
    """What the alerts of a ticket hang on for which nothing is promised: a clock that is never due and ends with the ticket."""
    ended_at = ticket.closed_at or ticket.resolved_at
    return SlaClock(
        kind=ClockKind.RESOLUTION,
        run=ticket.reopened_count if run is None else run,
        started_at=ticket.sla_start_at,
        target_s=0,
        due_at=None,
        warn_at=None,
        config_version=0,
        ended_at=ended_at,
        outcome=None if ended_at is None else Outcome.VOID,
    )


def is_behind(ticket: Ticket, clock: SlaClock) -> bool:
    """Whether something else of the ticket is overdue that was due before: that climbs, and this waits until it is answered."""
    return any(
        _comes_before(each, clock) for each in ticket.clocks if each.is_counting and each.breached_at is not None
    )


def answered_before(ticket: Ticket, clock: SlaClock) -> list[datetime]:
    """When that ended which was due before; a climb that waited for it counts from then."""
    return [each.ended_at for each in ticket.clocks if each.ended_at is not None and _comes_before(each, clock)]


def _comes_before(one: SlaClock, other: SlaClock) -> bool:
    first, second = ((each.due_at or each.started_at, each.kind.value, each.run) for each in (one, other))
    return first < second


def first_due(ticket: Ticket) -> SlaClock:
    """The clock on which an alert hangs that no deadline brings about: the one that is due first."""
    running = [clock for clock in ticket.clocks if clock.is_running]
    first = min(running, key=lambda each: (each.due_at is None, each.due_at or each.started_at), default=None)
    return first or without_promise(ticket)


def is_any_late(ticket: Ticket, now: datetime) -> bool:
    """Whether some deadline that is still owed has passed: marked as breached, or just about to be by the watch."""
    return any(
        clock.breached_at is not None or (clock.due_at is not None and clock.due_at <= now)
        for clock in ticket.clocks
        if clock.is_running
    )


def told_from(quiet: Calendar | None, priority: Priority, at: datetime) -> datetime:
    """When an alert that came about at `at` is told: at once, or where it is quiet, and not URGENT, at the end of that."""
    if quiet is None or priority is Priority.URGENT:
        return at
    period = next(iter(open_periods(quiet, at, at + _WEEK)), None)
    return period.end if period is not None and period.start <= at else at


def next_instant(
    step: LadderStep, since: datetime, acted_at: datetime | None = None, calendar: Calendar = ALWAYS
) -> datetime:
    """
    When a step is due that follows one at `since`, if the last that was done about the alert was at `acted_at`.

    It counts in the working time of the clock's calendar, so that nobody is reminded at night.
    """
    return _later(since if acted_at is None else max(since, acted_at), step.after, calendar)


def idle_instant(
    ladder: Ladder, *, is_held: bool, since: datetime, active_at: datetime, calendar: Calendar = ALWAYS
) -> datetime | None:
    """When a ticket has waited for too long: without an agent since `since`, or with one since `active_at`; None: never."""
    after, start = (ladder.untouched_after, active_at) if is_held else (ladder.unassigned_after, since)
    return None if after is None else _later(start, after, calendar)


def nobody_instant(since: datetime, first_at: datetime | None, calendar: Calendar = ALWAYS) -> datetime | None:
    """
    When to say that nobody takes a ticket of whose deadlines the first is told of at `first_at`: half-way there, so that there is
    time left; None: never.
    """
    if first_at is None or first_at <= since:
        return None
    return _later(since, elapsed(since, first_at, calendar) / 2, calendar)


def _later(start: datetime, after: timedelta, calendar: Calendar) -> datetime:
    return deadline(start, after, calendar) or start + after
