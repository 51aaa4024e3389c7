"""
Which alerts there must have been, and when, from nothing but the audit log: warnings, breaches, the steps of the ladder, promises
that lapse and tickets that come back.

Written from docs/sla.md and sharing no code with `ticketing.desk` and `ticketing.ladder`. What was noticed is taken from the log
where it is the reason of something else, so that one alert that is missing, early or late is one difference and no avalanche. It
knows no quiet hours and no tickets that lie untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from tests.ticketing.replay import Promises, Replay
from ticketing.calendars import Calendar, deadline, elapsed
from ticketing.model import EventKind, PersonId, SlaClock, TicketEvent

LOOKS_BEHIND = timedelta(seconds=1)
NOBODY = "nobody"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HELD = {"assigned", "in_progress", "pending_customer"}
_OVER = {"resolved", "closed"}

_NOTICED = {EventKind.WARNED, EventKind.BREACHED, EventKind.ALERT_STEP, EventKind.ALERT_LAPSED}
"""What follows at once from something else at the same instant, such as a breach from a new policy."""

Owed = tuple[int, str, str, datetime]
"""The ticket's number, which clock and run it is about or nothing, the stage, and the instant."""


@dataclass(frozen=True)
class Rules:
    """What is promised, in which working time, and after how long each step of the ladder follows."""

    promises: Promises
    version_at: Callable[[TicketEvent], int]
    agents: frozenset[PersonId]
    calendar: Calendar
    steps: Sequence[timedelta]


@dataclass
class _Matter:
    """Something on the ladder: so many of its steps are taken, the last then, and the next is looked at then."""

    since: datetime
    next_at: datetime | None
    step: int = 0


@dataclass(frozen=True)
class _State:
    """A ticket after what has happened so far."""

    clocks: Sequence[SlaClock]
    status: str
    run: int
    started_at: datetime
    assigned_at: datetime | None
    promised_until: datetime | None
    """The end of the last promise that was not given back."""

    def running(self) -> list[SlaClock]:
        return [clock for clock in self.clocks if clock.ended_at is None]


def owed(events: Sequence[TicketEvent], rules: Rules, end: datetime) -> set[Owed]:
    """Every alert of a ticket until `end`."""
    number = events[0].ticket_number
    return {(number, *one) for one in (*_of_clocks(events, rules, end), *_of_people(events, rules, end))}


def given(events: Iterable[TicketEvent]) -> set[Owed]:
    """The alerts that the log tells of."""
    found: set[Owed] = set()
    for event in events:
        about, number = f"{event.data.get('clock')}:{event.data.get('run')}", event.ticket_number
        if event.kind is EventKind.WARNED:
            found.add((number, about, "warning", event.at))
        elif event.kind is EventKind.BREACHED:
            found.add((number, about, "breach", event.at))
        elif event.kind is EventKind.ALERT_STEP:
            stage = str(event.data["stage"])
            found.add((number, "" if stage.startswith(NOBODY) else about, stage, event.at))
        elif event.kind is EventKind.ALERT_LAPSED:
            found.add((number, "", "lapsed", event.at))
        elif event.kind is EventKind.WOKEN and event.actor_id is None:
            found.add((number, "", "woken", event.at))
    return found


# --- what clocks and the ladder bring about -------------------------------------------------------------------------------


def _of_clocks(events: Sequence[TicketEvent], rules: Rules, end: datetime) -> Iterable[tuple[str, str, datetime]]:
    matters: dict[str, _Matter] = {}
    moments = [list(group) for _, group in groupby(events, key=lambda event: (event.at, event.kind in _NOTICED))]
    happened: list[TicketEvent] = []
    for index, together in enumerate(moments):
        happened += together
        state = _state(happened, rules)
        at = together[0].at
        until = moments[index + 1][0].at if index + 1 < len(moments) else end
        _begin(matters, together, state, at, rules)
        for clock in state.running():
            yield from _marks(clock, at, until)
        while (found := _next(matters, until)) is not None:
            name, matter = found
            assert matter.next_at is not None
            stage = _look(name, matter, state, max(matter.next_at, at), rules)
            if stage is not None:
                yield ("" if name == NOBODY else name), stage, matter.since


def _marks(clock: SlaClock, at: datetime, until: datetime) -> Iterable[tuple[str, str, datetime]]:
    """What the watch has to notice of a clock before anything else happens."""
    if clock.breached_at is not None or clock.due_at is None:
        return
    name = f"{clock.kind.value}:{clock.run}"
    late_at = max(clock.due_at + LOOKS_BEHIND, at)
    if clock.warned_at is None and clock.warn_at is not None:
        warned_at = max(clock.warn_at + LOOKS_BEHIND, at)
        if warned_at <= until and warned_at < clock.due_at + LOOKS_BEHIND:
            yield name, "warning", warned_at
            return
    if late_at <= until:
        yield name, "breach", late_at


def _begin(matters: dict[str, _Matter], together: list[TicketEvent], state: _State, at: datetime, rules: Rules) -> None:
    for event in together:
        if event.kind is EventKind.BREACHED and rules.steps:
            name = f"{event.data['clock']}:{event.data['run']}"
            matters[name] = _Matter(at, _later(at, rules.steps[0], rules.calendar))
        elif event.kind in (EventKind.OPENED, EventKind.REOPENED, EventKind.STATUS) and state.status == "open":
            warnings = [clock.warn_at for clock in state.running() if clock.warn_at is not None]
            if warnings and min(warnings) > state.started_at:
                half = elapsed(state.started_at, min(warnings), rules.calendar) / 2
                matters[NOBODY] = _Matter(at, _later(state.started_at, half, rules.calendar))


def _next(matters: dict[str, _Matter], until: datetime) -> tuple[str, _Matter] | None:
    due = [(matter.next_at, name) for name, matter in matters.items() if matter.next_at and matter.next_at <= until]
    return (min(due)[1], matters[min(due)[1]]) if due else None


def _look(name: str, matter: _Matter, state: _State, at: datetime, rules: Rules) -> str | None:
    """The stage whose turn it is at that moment; the matter goes on to its next, waits longer, or rests."""
    matter.next_at, taken = None, matter.step - (name == NOBODY)
    if not _is_so(name, state, at) or taken >= len(rules.steps):
        return None
    if taken >= 0:
        acted = [state.assigned_at] if state.assigned_at else []
        if state.promised_until is not None:
            acted.append(state.promised_until)
        due = _later(max([matter.since, *acted]), rules.steps[taken], rules.calendar)
        if due > at:
            matter.next_at = due
            return None
    matter.since, matter.step = at, matter.step + 1
    if taken + 1 < len(rules.steps):
        matter.next_at = _later(at, rules.steps[taken + 1], rules.calendar)
    prefix = NOBODY if name == NOBODY else "step"
    return NOBODY if taken < 0 else f"{prefix}{taken + 1}"


def _is_so(name: str, state: _State, at: datetime) -> bool:
    if name == NOBODY:
        late = [clock for clock in state.running() if clock.breached_at or (clock.due_at and clock.due_at <= at)]
        return state.status == "open" and not late
    return any(f"{clock.kind.value}:{clock.run}" == name and clock.breached_at for clock in state.running())


def _later(start: datetime, after: timedelta, calendar: Calendar) -> datetime:
    return deadline(start, after, calendar) or start + after


# --- what people had promised or put off ----------------------------------------------------------------------------------


def _of_people(events: Sequence[TicketEvent], rules: Rules, end: datetime) -> Iterable[tuple[str, str, datetime]]:
    for index, event in enumerate(events):
        if event.kind not in (EventKind.ALERT_TAKEN, EventKind.SNOOZED):
            continue
        until = _instant(event.data["until"])
        between = [each for each in events[index + 1 :] if each.at < until]
        if until > end:
            continue
        if event.kind is EventKind.SNOOZED:
            if not any(_shows_again(each) for each in between):
                yield "", "woken", until
        elif not any(each.kind in (EventKind.ALERT_TAKEN, EventKind.ALERT_RELEASED) for each in between):
            state = _state([each for each in events if each.at < until], rules)
            told = [(clock.warned_at, clock.breached_at) for clock in state.running()]
            if any(mark is not None and mark <= event.at for marks in told for mark in marks):
                yield "", "lapsed", until


def _shows_again(event: TicketEvent) -> bool:
    if event.kind is EventKind.STATUS:
        return event.to_value not in _HELD
    return event.kind in (EventKind.ASSIGNED, EventKind.SNOOZED, EventKind.WOKEN)


# --- a ticket by its log --------------------------------------------------------------------------------------------------


def _state(events: Sequence[TicketEvent], rules: Rules) -> _State:
    replayed = Replay(
        events, promises=rules.promises, agents_at=lambda _event: rules.agents, version_at=rules.version_at
    )
    run, started_at = 0, _EPOCH
    assigned_at: datetime | None = None
    promised_until: datetime | None = None
    for event in events:
        if event.kind is EventKind.OPENED:
            started_at = _instant(event.data["at"])
        elif event.kind is EventKind.REOPENED:
            run, started_at = int(event.to_value or 0), _instant(event.data["at"])
        elif event.kind is EventKind.ASSIGNED:
            assigned_at = event.at
        elif event.kind is EventKind.STATUS and event.to_value == "open":
            assigned_at = None
        elif event.kind is EventKind.ALERT_TAKEN:
            promised_until = _instant(event.data["until"])
        elif event.kind is EventKind.ALERT_RELEASED:
            promised_until = None
    return _State(replayed.result(), replayed.status, run, started_at, assigned_at, promised_until)


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
