"""
Which alerts there must have been, and when, from nothing but the audit log: warnings, breaches, the steps of the ladder, promises
that lapse, tickets that come back and tickets that lie; and what quiet hours held back, told when they were over.

Written from docs/sla.md and sharing no code with `ticketing.desk` and `ticketing.ladder`. What was noticed is taken from the log
where it is the reason of something else, so that one alert that is missing, early or late is one difference and no avalanche.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from tests.ticketing.replay import Promises, Replay
from ticketing.calendars import Calendar, deadline, elapsed
from ticketing.events import EventKind, TicketEvent
from ticketing.model import PersonId, Priority, SlaClock

LOOKS_BEHIND = timedelta(seconds=1)
NOBODY, IDLE = "nobody", "idle"
HELD = "held back "
"""Before the stage of what came about in quiet hours, and was told at their end."""
LIES_AGAIN = "lapsed and lies"
"""The end of a promise of whoever took a ticket because it lay, and let it lie."""
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
    calendar_of: Callable[[str], Calendar]
    """By category."""
    steps: Sequence[timedelta]
    unassigned_after: timedelta | None
    untouched_after: timedelta | None
    is_quiet: Callable[[datetime], bool]
    """Whether what is not URGENT waits then; it changes at quarters of an hour only."""

    def later(self, start: datetime, after: timedelta, state: _State) -> datetime:
        calendar = self.calendar_of(state.category)
        return deadline(start, after, calendar) or start + after

    def told(self, at: datetime, priority: Priority) -> datetime:
        """When what comes about at `at` is told: then, or as soon as it is no more quiet."""
        while priority is not Priority.URGENT and self.is_quiet(at):
            at = _EPOCH + ((at - _EPOCH) // _QUARTER + 1) * _QUARTER
        return at


_QUARTER = timedelta(minutes=15)


@dataclass
class _Matter:
    """Something on the ladder: so many of its steps are taken, the last then, and the next is looked at then."""

    since: datetime
    next_at: datetime | None
    step: int = 0
    is_told: bool = True
    """Of a breach: whether quiet hours hold it back no more."""
    is_behind: bool = False
    """Whether its turn came while something else was overdue that was due before."""


class _Promise(NamedTuple):
    """Somebody sees to what had been told of by `taken_at`."""

    person: PersonId | None
    is_seen: bool
    taken_at: datetime
    until: datetime

    def is_about(self, clock: SlaClock) -> bool:
        return any(mark is not None and mark <= self.taken_at for mark in (clock.warned_at, clock.breached_at))


@dataclass(frozen=True)
class _State:
    """A ticket after what has happened so far."""

    clocks: Sequence[SlaClock]
    status: str
    category: str
    priority: Priority
    run: int
    started_at: datetime
    assigned_at: datetime | None
    promise: _Promise | None
    """The last, unless it was given back, or its ticket was taken from whom had taken it."""
    stands: bool = False
    """Whether it was told of without a deadline's being near, and that is still so."""
    picked_up: _Promise | None = None
    """Of whoever took it because of that, while nothing has been done about it since."""
    lapse_told: datetime = _EPOCH
    """When the last end of a promise is told."""

    def running(self) -> list[SlaClock]:
        return [clock for clock in self.clocks if clock.ended_at is None]

    def owed(self) -> list[SlaClock]:
        """The clocks that ask something of us, and not of the customer."""
        return [clock for clock in self.running() if clock.paused_at is None]

    def before(self, name: str) -> list[SlaClock]:
        """The clocks that were due before this one."""
        due = {f"{each.kind.value}:{each.run}": (each.due_at, each.kind.value) for each in self.clocks if each.due_at}
        own = due.get(name)
        names = {other for other, at in due.items() if own is not None and at < own}
        return [each for each in self.clocks if f"{each.kind.value}:{each.run}" in names]

    def is_behind(self, name: str) -> bool:
        """Whether something that was due before is overdue, and climbs."""
        return any(each in self.owed() and each.breached_at for each in self.before(name))

    def is_late(self, at: datetime) -> bool:
        return any(clock.breached_at or (clock.due_at and clock.due_at <= at) for clock in self.running())


class _Moment(NamedTuple):
    """What happened at once, how things then stood, and until when."""

    events: list[TicketEvent]
    state: _State
    at: datetime
    until: datetime


_Alert = tuple[str, str, datetime]


def owed(events: Sequence[TicketEvent], rules: Rules, end: datetime) -> Counter[Owed]:
    """Every alert of a ticket until `end`, each once."""
    number, moments = events[0].ticket_number, list(_moments(events, rules, end))
    alerts = (*_of_clocks(moments, rules), *_of_idleness(moments, rules), *_held_back(moments, rules))
    return Counter((number, *one) for one in (*alerts, *_of_people(events, rules, end)))


def given(events: Iterable[TicketEvent]) -> Counter[Owed]:
    """The alerts that the log tells of, and how often."""
    found = Counter[Owed]()
    for event in events:
        about, number = f"{event.data.get('clock')}:{event.data.get('run')}", event.ticket_number
        if event.kind is EventKind.WARNED:
            found[number, about, "warning", event.at] += 1
        elif event.kind is EventKind.BREACHED:
            found[number, about, "breach", event.at] += 1
        elif event.kind is EventKind.ALERT_STEP:
            stage = str(event.data["stage"])
            stage = HELD + stage if stage in ("warning", "breach", "lapse") else stage
            is_of_ticket = stage.startswith((NOBODY, IDLE)) or stage.endswith("lapse")
            found[number, "" if is_of_ticket else about, stage, event.at] += 1
        elif event.kind is EventKind.ALERT_LAPSED:
            found[number, "", LIES_AGAIN if event.data.get("stage") == IDLE else "lapsed", event.at] += 1
        elif event.kind is EventKind.WOKEN and event.actor_id is None:
            found[number, "", "woken", event.at] += 1
    return found


# --- what clocks and the ladder bring about -------------------------------------------------------------------------------


def _moments(events: Sequence[TicketEvent], rules: Rules, end: datetime) -> Iterator[_Moment]:
    groups = [list(group) for _, group in groupby(events, key=lambda event: (event.at, event.kind in _NOTICED))]
    happened: list[TicketEvent] = []
    lapse_told = _EPOCH
    for index, together in enumerate(groups):
        happened += together
        at, until = together[0].at, groups[index + 1][0].at if index + 1 < len(groups) else end
        state = _state(happened, rules)
        if any(event.kind is EventKind.ALERT_LAPSED for event in together) or lapse_told > at:
            lapse_told = rules.told(at, state.priority)  # earlier than it was to be, where it has become urgent
        yield _Moment(together, replace(state, lapse_told=lapse_told), at, until)


def _of_clocks(moments: Iterable[_Moment], rules: Rules) -> Iterable[_Alert]:
    matters: dict[str, _Matter] = {}
    marked: set[_Alert] = set()
    for together, state, at, until in moments:
        _begin(matters, together, state, at, rules)
        is_promised = any(event.kind in (EventKind.ALERT_TAKEN, EventKind.ALERT_RELEASED) for event in together)
        for name, matter in matters.items():
            if is_promised and matter.next_at is not None and (name != NOBODY or matter.step):
                matter.next_at = min(matter.next_at, at)  # this promise may hold up less than one before it
            if matter.is_behind and not state.is_behind(name):
                matter.next_at, matter.is_behind = at, False
        # What falls due at the very instant of something else may be marked before it or after it, and is owed once.
        marks = {mark for clock in state.running() for mark in _marks(clock, at, until)} - marked
        marked |= marks
        yield from marks
        for name, matter in matters.items():
            matter.is_told = matter.is_told or (matter.since <= until and _is_so(name, state, until))
        while (found := _next(matters, until)) is not None:
            name, matter = found
            assert matter.next_at is not None
            stage = _look(name, matter, state, max(matter.next_at, at), rules)
            if stage is not None:
                yield ("" if name == NOBODY else name), stage, matter.since


def _marks(clock: SlaClock, at: datetime, until: datetime) -> Iterable[_Alert]:
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
    told = rules.told(at, state.priority)
    for name, matter in matters.items():
        if name != NOBODY and not matter.is_told and matter.since > at and told == at:
            matter.since, matter.next_at = at, rules.later(at, rules.steps[0], state)
    for event in together:
        if event.kind is EventKind.BREACHED and rules.steps:
            name = f"{event.data['clock']}:{event.data['run']}"
            matters[name] = _Matter(told, rules.later(told, rules.steps[0], state), is_told=told == at)
        elif event.kind in _WAITS_ANEW and state.status == "open":
            known = matters.get(NOBODY)
            if event.kind in _OTHER_DEADLINES and known is not None and known.step:
                continue  # told of, and climbing
            matters.pop(NOBODY, None)
            told_of = [one for clock in state.running() if (one := clock.warn_at or clock.due_at) is not None]
            if told_of and min(told_of) > state.started_at:
                half = elapsed(state.started_at, min(told_of), rules.calendar_of(state.category)) / 2
                matters[NOBODY] = _Matter(at, rules.later(state.started_at, half, state))
        elif _is_our_turn_again(event):
            solution = matters.get(f"resolution:{state.run}")
            if solution is not None and solution.step < len(rules.steps):
                since = at if solution.is_told else told
                solution.since, solution.next_at = since, since


_OTHER_DEADLINES = {EventKind.PRIORITY, EventKind.CATEGORY, EventKind.CLOCKS_RECOMPUTED}
_WAITS_ANEW = {EventKind.OPENED, EventKind.REOPENED, EventKind.STATUS} | _OTHER_DEADLINES


def _is_our_turn_again(event: TicketEvent) -> bool:
    is_step = event.kind is EventKind.STATUS and event.from_value == "pending_customer"
    return is_step and event.to_value not in _OVER


def _next(matters: dict[str, _Matter], until: datetime) -> tuple[str, _Matter] | None:
    due = [(matter.next_at, name) for name, matter in matters.items() if matter.next_at and matter.next_at <= until]
    return (min(due)[1], matters[min(due)[1]]) if due else None


def _look(name: str, matter: _Matter, state: _State, at: datetime, rules: Rules) -> str | None:
    """The stage whose turn it is at that moment; the matter goes on to its next, waits longer, or rests."""
    matter.next_at, taken = None, matter.step - (name == NOBODY)
    if not _is_so(name, state, at) or taken >= len(rules.steps):
        return None
    matter.is_behind = state.is_behind(name)
    if matter.is_behind:
        return None
    due = at
    if taken >= 0:
        acted = [state.assigned_at] if state.assigned_at else []
        if state.promise is not None and _is_about(state.promise, name, matter, state):
            acted.append(max(rules.told(state.promise.until, state.priority), state.lapse_told))
        acted += [each.ended_at for each in state.before(name) if each.ended_at]
        due = max(at, rules.later(max([matter.since, *acted]), rules.steps[taken], state))
    due = rules.told(due, state.priority)
    if due > at:
        matter.next_at = due
        return None
    matter.since, matter.step = at, matter.step + 1
    if taken + 1 < len(rules.steps):
        matter.next_at = rules.later(at, rules.steps[taken + 1], state)
    prefix = NOBODY if name == NOBODY else "step"
    return NOBODY if taken < 0 else f"{prefix}{taken + 1}"


def _is_about(promise: _Promise, name: str, matter: _Matter, state: _State) -> bool:
    if name == NOBODY:
        return matter.since <= promise.taken_at
    return any(f"{clock.kind.value}:{clock.run}" == name and promise.is_about(clock) for clock in state.clocks)


def _is_so(name: str, state: _State, at: datetime) -> bool:
    if name == NOBODY:
        return state.status == "open" and not state.is_late(at)
    return any(f"{clock.kind.value}:{clock.run}" == name and clock.breached_at for clock in state.owed())


# --- what lies ------------------------------------------------------------------------------------------------------------

_WORK = {EventKind.OPENED, EventKind.REOPENED, EventKind.STATUS, EventKind.SNOOZED, EventKind.WOKEN}
_WORDS = {EventKind.ASSIGNED, EventKind.COMMENTED, EventKind.RECEIVED_MERGE}


@dataclass
class _Lying:
    """A ticket on which nobody does anything: since when, and when that has been told so far."""

    waits_since: datetime = _EPOCH
    """Without an agent; from what was done last where that has ended an alert."""
    touched_at: datetime = _EPOCH
    told: list[datetime] = field(default_factory=list)
    is_late: bool = False
    """It was overdue when its turn came: what was told of goes on after that, and what was not waits for something done."""
    is_asleep: bool = False
    is_told_by_lapse: bool = False
    """The last that was told is that whoever had taken it let it lie."""

    def hear(self, event: TicketEvent) -> None:
        if event.kind in _WORK or (event.kind in _WORDS and (self.told or self.is_late)):
            self.waits_since, self.told, self.is_late = event.at, [], False
        if event.kind is EventKind.OPENED:
            self.waits_since = _instant(event.data["at"])
        if event.kind in _WORK or event.kind in _WORDS:
            self.touched_at = event.at
            self.is_asleep = event.kind is EventKind.SNOOZED or (self.is_asleep and event.kind is EventKind.COMMENTED)
        if event.kind is EventKind.ALERT_LAPSED and event.data.get("stage") == IDLE:
            self.told, self.is_late, self.is_told_by_lapse = [event.at], False, True

    def turn(self, state: _State, rules: Rules) -> datetime | None:
        """When it is to be told of next, whatever the hour and the state of its clocks; None: while it stays so, never."""
        if self.told:
            if len(self.told) > len(rules.steps):
                return None
            since = [self.told[-1], *filter(None, [state.assigned_at])]
            since += [state.lapse_told] if self.is_told_by_lapse else []
            if state.promise is not None and self.told[-1] <= state.promise.taken_at:
                since.append(max(rules.told(state.promise.until, state.priority), state.lapse_told))
            return rules.later(max(since), rules.steps[len(self.told) - 1], state)
        waits = state.status == "open"
        after = rules.unassigned_after if waits else rules.untouched_after
        due = None if after is None else rules.later(self.waits_since if waits else self.touched_at, after, state)
        if due is None or state.picked_up is None:
            return due
        return max(due, state.picked_up.until + timedelta(minutes=1))  # its end says so itself


def _of_idleness(moments: Iterable[_Moment], rules: Rules) -> Iterable[_Alert]:
    lying = _Lying()
    for together, state, at, until in moments:
        for event in together:
            lying.hear(event)
        if lying.is_asleep or state.status not in ("open", "assigned", "in_progress"):
            continue
        while (due := lying.turn(state, rules)) is not None and (lying.told or not lying.is_late):
            told = rules.told(max(due, at), state.priority)
            if told > until:
                break
            if state.is_late(told):
                lying.is_late = True
                break
            yield "", f"{IDLE}{len(lying.told) or ''}", told
            lying.told.append(told)
            lying.is_told_by_lapse = False


# --- what quiet hours held back ----------------------------------------------------------------------------------------------


def _held_back(moments: Sequence[_Moment], rules: Rules) -> Iterable[_Alert]:
    for index, (together, state, at, _) in enumerate(moments):
        told = rules.told(at, state.priority)
        if told == at:
            continue
        urgent = (each.at for each in moments[index:] if each.state.priority is Priority.URGENT)
        told = min(told, next(urgent, told))
        then = next((each.state for each in moments[index:] if each.at <= told <= each.until), None)
        if then is None:
            continue  # after the end
        for event in together:
            if event.kind in (EventKind.WARNED, EventKind.BREACHED):
                name = f"{event.data['clock']}:{event.data['run']}"
                is_warning = event.kind is EventKind.WARNED
                at_last = _told_when_owed(moments[index:], name, told, rules, is_warning=is_warning)
                if at_last is not None:
                    yield name, HELD + ("warning" if event.kind is EventKind.WARNED else "breach"), at_last
            elif event.kind is EventKind.ALERT_LAPSED:
                is_promised = then.promise is not None and then.promise.until > told
                is_owed = then.stands or any(clock.warned_at or clock.breached_at for clock in then.owed())
                if not is_promised and is_owed:
                    yield "", HELD + "lapse", told


def _told_when_owed(
    moments: Sequence[_Moment], name: str, told: datetime, rules: Rules, *, is_warning: bool
) -> datetime | None:
    """
    When the quiet hours are over, or as soon as it is our turn again after them; None where it ends before, or, of a warning,
    where its breach says more.
    """
    for each in moments:
        if each.until < told:
            continue
        at = max(each.at, told)
        if any(_is_our_turn_again(event) for event in each.events) and each.at > told:
            at = rules.told(each.at, each.state.priority)
        if at > each.until:
            told = at
            continue
        clock = next((one for one in each.state.running() if f"{one.kind.value}:{one.run}" == name), None)
        if clock is None or (is_warning and clock.breached_at is not None):
            return None
        if clock.paused_at is None:
            return at
    return None


# --- what people had promised or put off ----------------------------------------------------------------------------------


def _of_people(events: Sequence[TicketEvent], rules: Rules, end: datetime) -> Iterable[_Alert]:
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
        elif not _has_ended(events[:index], event, between):
            before = [each for each in events if each.at < until]
            state = _state(before, rules)
            told = [(clock.warned_at, clock.breached_at) for clock in state.owed()]
            is_owed = any(mark is not None and mark <= event.at for marks in told for mark in marks)
            lies = state.picked_up is not None and not state.stands and not state.is_late(until)
            if is_owed or state.picked_up is not None or stands_told(before, event.at):
                yield "", LIES_AGAIN if lies else "lapsed", until


def _has_ended(before: Sequence[TicketEvent], taken: TicketEvent, since: Iterable[TicketEvent]) -> bool:
    """Whether a promise was replaced or given back, or its ticket taken from whoever had taken it."""
    if any(each.kind in (EventKind.ALERT_TAKEN, EventKind.ALERT_RELEASED) for each in since):
        return True
    return (
        taken.data["kind"] == "take"
        and _had(before, taken.actor_id)
        and any(_takes_away(taken, each) for each in since)
    )


def _had(events: Sequence[TicketEvent], person: PersonId | None) -> bool:
    """Whether it was in their hands last."""
    given = next((each for each in reversed(events) if each.kind is EventKind.ASSIGNED), None)
    return given is not None and str(given.to_value) == str(person)


def _takes_away(taken: TicketEvent, event: TicketEvent) -> bool:
    if event.kind is EventKind.STATUS:
        return event.to_value == "open"
    return event.kind is EventKind.ASSIGNED and str(event.to_value) != str(taken.actor_id)


def _shows_again(event: TicketEvent) -> bool:
    if event.kind is EventKind.STATUS:
        return event.to_value not in _HELD
    return event.kind in (EventKind.ASSIGNED, EventKind.SNOOZED, EventKind.WOKEN)


# --- a ticket by its log --------------------------------------------------------------------------------------------------


def _state(events: Sequence[TicketEvent], rules: Rules) -> _State:
    replayed = Replay(
        events, promises=rules.promises, agents_at=lambda _event: rules.agents, version_at=rules.version_at
    )
    run, started_at, category, priority = 0, _EPOCH, "", Priority.LOW
    assigned_at: datetime | None = None
    promise: _Promise | None = None
    taken: TicketEvent | None = None
    for index, event in enumerate(events):
        if promise is not None and taken is not None and not promise.is_seen and _takes_away(taken, event):
            promise = promise if not _had(events[:index], promise.person) else None
        if event.kind is EventKind.OPENED:
            started_at = _instant(event.data["at"])
            category, priority = event.data["category"], Priority(event.data["priority"])
        elif event.kind is EventKind.CATEGORY:
            category = str(event.to_value)
        elif event.kind is EventKind.PRIORITY:
            priority = Priority(int(event.to_value or 0))
        elif event.kind is EventKind.REOPENED:
            run, started_at = int(event.to_value or 0), _instant(event.data["at"])
        elif event.kind is EventKind.ASSIGNED:
            assigned_at = event.at
        elif event.kind is EventKind.STATUS and event.to_value == "open":
            assigned_at = None
        elif event.kind is EventKind.ALERT_TAKEN:
            taken = event
            until, is_seen = _instant(event.data["until"]), event.data["kind"] == "seen"
            promise = _Promise(event.actor_id, is_seen, event.at, until)
        elif event.kind is EventKind.ALERT_RELEASED:
            promise = None
    clocks, status = replayed.result(), replayed.status
    stands, picked_up = stands_told(events, events[-1].at), _picked_up(events)
    return _State(clocks, status, category, priority, run, started_at, assigned_at, promise, stands, picked_up)


def stands_told(events: Sequence[TicketEvent], by: datetime) -> bool:
    """Whether it was told of by then, without a deadline's being near, that nobody takes it or that it lies, and still so."""
    status, began, touched_at, untaken, lies = "open", _EPOCH, _EPOCH, _EPOCH, _EPOCH
    for event in events:
        stage = str(event.data.get("stage", ""))
        if stage.startswith(NOBODY) and event.at <= by:
            untaken = event.at
        if event.kind in (EventKind.OPENED, EventKind.REOPENED):
            began = _instant(event.data["at"])
        if event.kind is EventKind.STATUS:
            status = str(event.to_value)
        if event.kind in _WORK or event.kind in _WORDS:
            touched_at = event.at
        elif stage.startswith(IDLE) and event.at <= by:
            lies = event.at
    return status not in _OVER and ((status == "open" and began <= untaken) or touched_at < lies)


def _picked_up(events: Sequence[TicketEvent]) -> _Promise | None:
    """The promise of whoever took it because of that, if nothing has been done about it since, nor by them."""
    kinds = (EventKind.ALERT_TAKEN, EventKind.ALERT_RELEASED, EventKind.ALERT_LAPSED)
    last = max((index for index, event in enumerate(events) if event.kind in kinds), default=None)
    if last is None or events[last].data.get("kind") != "take" or events[last].kind is not EventKind.ALERT_TAKEN:
        return None
    taken, before = events[last], list(events[:last])
    if any(event.at > taken.at and event.kind in _WORK | _WORDS for event in events[last:]):
        return None
    while before[-1].kind in (EventKind.ASSIGNED, EventKind.STATUS) and before[-1].at == taken.at:
        before.pop()  # what came of the taking itself
    is_picked_up = stands_told(before, taken.at) or _picked_up(before) is not None
    return _Promise(taken.actor_id, False, taken.at, _instant(taken.data["until"])) if is_picked_up else None


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
