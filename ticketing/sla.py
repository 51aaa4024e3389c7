"""
What is promised, until when, and how each deadline came about.

Pure rules over values: a clock (`ticketing.model.SlaClock`) goes in, another comes out. The rules stand in words, with
examples, in docs/sla.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from ticketing.calendars import (
    ALWAYS,
    Calendar,
    NeverOpen,
    Pause,
    counted_periods,
    deadline,
    elapsed,
    is_open,
    next_opening,
)
from ticketing.configuration import Configuration
from ticketing.model import ClockKind, Outcome, Priority, SlaClock, Tier
from ticketing.policies import NO_SLA

SLA_RESPONSE: dict[Priority, timedelta] = {
    Priority.URGENT: timedelta(hours=1),
    Priority.HIGH: timedelta(hours=4),
    Priority.MEDIUM: timedelta(hours=8),
    Priority.LOW: timedelta(hours=24),
}
"""Until the first answer, where no policy says otherwise; until each next answer as well."""

SLA_RESOLUTION: dict[Priority, timedelta] = {
    Priority.URGENT: timedelta(hours=4),
    Priority.HIGH: timedelta(hours=24),
    Priority.MEDIUM: timedelta(days=3),
    Priority.LOW: timedelta(days=7),
}
"""Until the solution, where no policy says otherwise."""

WARN_BEFORE = timedelta(minutes=30)

_NONE = timedelta(0)


@dataclass(frozen=True)
class Terms:
    """
    What is promised for one kind of clock. A target of None is no promise: "no SLA" is legal.

    `target` and `warn_before` are in working time of `calendar`; a `warn_before` of zero warns of nothing. `policy`
    names what set the target: the `Policy.name`, or "default" for the tables above.
    """

    kind: ClockKind
    target: timedelta | None
    calendar: Calendar = ALWAYS
    warn_before: timedelta = WARN_BEFORE
    policy: str = "default"

    @property
    def warn_after(self) -> timedelta | None:
        """The working time after which to warn: never before half the target. None for no warning."""
        if self.target is None or self.warn_before <= _NONE:
            return None
        return self.target - min(self.warn_before, self.target / 2)

    def back_at(self, now: datetime) -> datetime | None:
        """When working time begins again; None while it runs, and where it never does."""
        if is_open(self.calendar, now):
            return None
        try:
            return next_opening(self.calendar, now)
        except NeverOpen:
            return None


def terms(configuration: Configuration, *, priority: Priority, tier: Tier, category: str) -> Mapping[ClockKind, Terms]:
    """
    What is promised to such a ticket, for every kind of clock.

    Of the policies that cover it the most specific one wins: category and tier, then category, then tier, then the one
    for all. Each thing is looked up by itself: where a policy is silent about a kind and priority, or about the calendar
    or the warning, the next less specific one is asked. Where all are silent: the two tables above on 24x7 with
    WARN_BEFORE; a next answer is owed as fast as a first one; no time to claim is promised.
    """
    return _terms(configuration, priority, tier, category)


@lru_cache(maxsize=4096)
def _terms(configuration: Configuration, priority: Priority, tier: Tier, category: str) -> Mapping[ClockKind, Terms]:
    policies = sorted(
        (policy for policy in configuration.policies if policy.covers(category, tier)),
        key=lambda policy: -policy.specificity,
    )
    calendar_name = next((policy.calendar for policy in policies if policy.calendar is not None), ALWAYS.name)
    calendar = configuration.calendar(calendar_name)
    warn_before = next((policy.warn_before for policy in policies if policy.warn_before is not None), WARN_BEFORE)

    def promised(kind: ClockKind, default: timedelta | None, default_policy: str = "default") -> Terms:
        for policy in policies:
            said: timedelta | Literal["none"] | None = policy.targets(kind).of(priority)
            if said is not None:
                return Terms(kind, None if said == NO_SLA else said, calendar, warn_before, policy.name)
        return Terms(kind, default, calendar, warn_before, default_policy)

    first = promised(ClockKind.FIRST_RESPONSE, SLA_RESPONSE[priority])
    every = (
        promised(ClockKind.TIME_TO_CLAIM, None),
        first,
        promised(ClockKind.NEXT_RESPONSE, first.target, first.policy),
        promised(ClockKind.RESOLUTION, SLA_RESOLUTION[priority]),
    )
    return MappingProxyType({one.kind: one for one in every})


def due(terms: Terms, start: datetime, pauses: Sequence[Pause] = ()) -> datetime | None:
    """When the target is reached; None without one, or while a pause holds it up."""
    return None if terms.target is None else _reached(start, terms.target, terms.calendar, pauses)


def warning(terms: Terms, start: datetime, pauses: Sequence[Pause] = ()) -> datetime | None:
    """When to warn, in working time, so that nobody is warned at night for the morning; None as for `due`."""
    return None if terms.warn_after is None else _reached(start, terms.warn_after, terms.calendar, pauses)


def _reached(start: datetime, length: timedelta, calendar: Calendar, pauses: Sequence[Pause]) -> datetime | None:
    if calendar.windows is None and not pauses:
        return start + length  # what most desks open most tickets with, and ten times as fast
    return deadline(start, length, calendar, pauses)


# The life of a clock. One moment has one verdict: from its due instant on a clock that is still owed is late
# (`SlaClock.is_late`), and what comes at that very instant is in time, for then it is no longer owed.


def started(terms: Terms, run: int, at: datetime, version: int, pauses: Sequence[Pause] = ()) -> SlaClock | None:
    """
    A new clock that counts from `at`, set by that version of the configuration; None where nothing is promised.

    `pauses` are those after `at`, for a promise that is first made in the middle of a ticket's life.
    """
    if terms.target is None:
        return None
    clock = SlaClock(
        kind=terms.kind,
        run=run,
        started_at=at,
        target_s=int(terms.target.total_seconds()),
        due_at=due(terms, at, pauses),
        warn_at=warning(terms, at, pauses),
        config_version=version,
    )
    return _standing_still(clock, pauses)


def paused(clock: SlaClock, at: datetime) -> SlaClock:
    """Stop counting: nothing is due until `resumed`. One that has ended or is paused already stays as it is."""
    if not clock.is_running or clock.paused_at is not None:
        return clock
    return replace(clock, paused_at=at, due_at=None, warn_at=None)


def resumed(clock: SlaClock, at: datetime, terms: Terms, pauses: Sequence[Pause], version: int) -> SlaClock:
    """
    Count on after a pause, by the present terms. One that has ended or is not paused stays as it is.

    `pauses` are all since its start; one that is still open ends at `at`.
    """
    if not clock.is_running or clock.paused_at is None:
        return clock
    return recomputed(clock, at, terms, _until(pauses, at), version)


def recomputed(clock: SlaClock, at: datetime, terms: Terms, pauses: Sequence[Pause], version: int) -> SlaClock:
    """
    The clock under other terms (a new priority, tier, category, policy or calendar), from the same start.

    What has elapsed and what was paused still counts, for `pauses` are all since its start; one without an end keeps it
    paused. A warning or breach that the new deadline takes back is unmarked, so that it can be given when it is due
    again. Where nothing is promised any more the clock ends at `at` as void. An outcome is frozen: one that has ended stays
    as it is.
    """
    if not clock.is_running:
        return clock
    if terms.target is None:
        return replace(stopped(clock, at, terms.calendar, pauses, void=True), config_version=version)

    due_at, warn_at = due(terms, clock.started_at, pauses), warning(terms, clock.started_at, pauses)
    changed = replace(
        clock,
        target_s=int(terms.target.total_seconds()),
        due_at=due_at,
        warn_at=warn_at,
        config_version=version,
        paused_at=None,
        breached_at=_still_true(clock.breached_at, due_at),
        warned_at=_still_true(clock.warned_at, warn_at),
    )
    return _standing_still(changed, pauses)


def stopped(
    clock: SlaClock, at: datetime, calendar: Calendar, pauses: Sequence[Pause] = (), *, void: bool = False
) -> SlaClock:
    """
    The clock with its outcome: met if it ended by its due instant, that instant included, breached if later.

    Whether a breach was noticed before makes no difference, and one noticed too early (an answer that arrived late, but
    was given in time) is unmarked. `calendar` and `pauses` are those of the clock; they tell the deadline if it ends
    while paused. `void` is for what is no longer owed. One that has ended stays as it is.
    """
    if not clock.is_running:
        return clock
    at = max(at, clock.started_at)
    if void:
        return replace(clock, ended_at=at, paused_at=None, outcome=Outcome.VOID)

    due_at = clock.due_at
    if due_at is None:
        due_at = _reached(clock.started_at, timedelta(seconds=clock.target_s), calendar, _until(pauses, at))
    is_met = due_at is None or at <= due_at
    return replace(
        clock,
        due_at=due_at,
        ended_at=at,
        paused_at=None,
        outcome=Outcome.MET if is_met else Outcome.BREACHED,
        breached_at=None if is_met else clock.breached_at,
    )


def _standing_still(clock: SlaClock, pauses: Sequence[Pause]) -> SlaClock:
    """The clock as paused, if one of the pauses has no end."""
    open_pause = next((pause for pause in pauses if pause.end is None), None)
    return clock if open_pause is None else paused(clock, max(open_pause.start, clock.started_at))


def _until(pauses: Sequence[Pause], at: datetime) -> list[Pause]:
    """The pauses before `at`, cut there."""
    return [
        Pause(pause.start, at if pause.end is None else min(pause.end, at)) for pause in pauses if pause.start <= at
    ]


def _still_true(marked_at: datetime | None, reached_at: datetime | None) -> datetime | None:
    """A mark stays if the deadline it is about had been reached when it was made."""
    if marked_at is None or reached_at is None or marked_at < reached_at:
        return None
    return marked_at


# Every deadline can be explained as a sum.


class StepKind(StrEnum):
    """What a stretch of time did to a clock. What is in neither was closed time."""

    COUNTED = "counted"
    PAUSED = "paused"


@dataclass(frozen=True)
class Step:
    """A stretch of time. `length` is the working time in it: what it added to the sum, or what a pause kept out of it."""

    kind: StepKind
    start: datetime
    end: datetime
    length: timedelta


@dataclass(frozen=True)
class Explanation:
    """
    How a deadline came about: the steps from the start to `due_at`, which add up to `total`.

    While paused there is no `due_at`: the steps go up to now, and `remaining` of the target is left. `spare` is the real
    time between end (or now) and deadline, negative when late; None where there is no deadline or nothing is owed.
    """

    kind: ClockKind
    target: timedelta
    calendar: str
    config_version: int
    started_at: datetime
    steps: tuple[Step, ...]
    total: timedelta
    remaining: timedelta
    due_at: datetime | None
    outcome: Outcome | None
    ended_at: datetime | None
    spare: timedelta | None


def explain(clock: SlaClock, calendar: Calendar, pauses: Sequence[Pause], now: datetime) -> Explanation:
    """Explain a clock's deadline. `calendar` and `pauses` are the clock's own, of the version that set it."""
    target = timedelta(seconds=clock.target_s)
    pauses = _until(pauses, clock.ended_at) if clock.ended_at is not None else pauses
    until = clock.due_at or clock.ended_at or now
    counted = [
        Step(StepKind.COUNTED, period.start, period.end, period.length)
        for period in counted_periods(calendar, clock.started_at, pauses, until)
    ]
    total = sum((step.length for step in counted), _NONE)
    steps = sorted([*counted, *_paused_steps(clock.started_at, until, calendar, pauses)], key=lambda step: step.start)
    spare = None
    if clock.due_at is not None and clock.outcome is not Outcome.VOID:
        spare = clock.due_at - (clock.ended_at or now)
    return Explanation(
        kind=clock.kind,
        target=target,
        calendar=calendar.name,
        config_version=clock.config_version,
        started_at=clock.started_at,
        steps=tuple(steps),
        total=total,
        remaining=max(target - total, _NONE),
        due_at=clock.due_at,
        outcome=clock.outcome,
        ended_at=clock.ended_at,
        spare=spare,
    )


def _paused_steps(start: datetime, end: datetime, calendar: Calendar, pauses: Sequence[Pause]) -> list[Step]:
    """The union of the pauses within [start, end): what overlaps or touches is one."""
    joined: list[tuple[datetime, datetime]] = []
    for pause in sorted(pauses, key=lambda pause: pause.start):
        opening, closing = max(pause.start, start), min(pause.end or end, end)
        if opening >= closing:
            continue
        if joined and opening <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], closing)
        else:
            joined.append((opening, closing))
    return [Step(StepKind.PAUSED, opening, closing, elapsed(opening, closing, calendar)) for opening, closing in joined]
