"""
Clocks from the audit log: what the events of a ticket say its deadlines must be.

Written from docs/sla.md and sharing no code with `ticketing.sla` and `ticketing.transaction`. Working time is counted by
`ticketing.calendars.deadline`, which has an oracle of its own (`tests.ticketing.calendar_oracle`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ticketing.calendars import Calendar, Pause, deadline
from ticketing.events import EventKind, TicketEvent
from ticketing.model import ClockKind, Outcome, PersonId, Priority, SlaClock

FIRST, NEXT = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE
CLAIM, SOLUTION = ClockKind.TIME_TO_CLAIM, ClockKind.RESOLUTION

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Promise:
    """A target in working time of a calendar, and how long before it to warn; a target of None promises nothing."""

    target: timedelta | None
    warn_before: timedelta = timedelta(minutes=30)
    calendar: Calendar | None = None


Promises = Callable[[int, Priority, str, ClockKind], Promise]
"""What a version of the configuration promises to a priority in a category."""


@dataclass
class ReplayedClock:
    kind: ClockKind
    run: int
    started_at: datetime
    promise: Promise
    version: int
    pauses: list[list[datetime | None]] = field(default_factory=list)
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    ended_while_paused: bool = False

    @property
    def paused_at(self) -> datetime | None:
        if self.ended_at is not None:
            return None
        open_pauses = [start for start, end in self.pauses if end is None and start is not None]
        return min(open_pauses, default=None)

    def reached(self, length: timedelta) -> datetime | None:
        """The instant at which so much time has counted; None while a pause holds it up."""
        return None if self.paused_at is not None else self.passed(length)

    def passed(self, length: timedelta) -> datetime | None:
        """The same, also in a pause if it had been reached before."""
        pauses = [Pause(start, end) for start, end in self.pauses if start is not None and end is not None]
        if self.promise.calendar is not None:
            at = deadline(self.started_at, length, self.promise.calendar, pauses)
        else:
            at = self.started_at + length
            for pause in sorted(pauses, key=lambda each: each.start):
                if pause.start < at and pause.end is not None:
                    at += pause.end - pause.start
        held_since = self.paused_at
        return at if held_since is None or (at is not None and at <= held_since) else None

    @property
    def due_at(self) -> datetime | None:
        assert self.promise.target is not None
        return self.reached(self.promise.target)

    @property
    def warn_at(self) -> datetime | None:
        return None if self.warned_after is None else self.reached(self.warned_after)

    @property
    def warned_after(self) -> timedelta | None:
        target, before = self.promise.target, self.promise.warn_before
        assert target is not None
        return target - min(before, target / 2) if before > timedelta(0) else None

    def stop(self, at: datetime, *, void: bool) -> None:
        at = max(at, self.started_at)
        self.ended_while_paused = self.paused_at is not None
        for pause in self.pauses:
            pause[1] = at if pause[1] is None else pause[1]
        due_at = self.due_at
        self.ended_at = at
        if void:
            self.outcome = Outcome.VOID
        elif due_at is None or at <= due_at:
            self.outcome, self.breached_at = Outcome.MET, None
        else:
            self.outcome = Outcome.BREACHED

    def under(self, promise: Promise, version: int, at: datetime) -> None:
        """Count by another promise from the same start. Marks that the new deadline takes back are gone."""
        self.version = version
        if promise.target is None:
            self.stop(at, void=True)
            return
        self.promise = promise
        self.breached_at = _kept(self.breached_at, self.passed(promise.target))
        self.warned_at = _kept(self.warned_at, None if self.warned_after is None else self.passed(self.warned_after))

    def as_clock(self) -> SlaClock:
        assert self.promise.target is not None
        # In a pause there is no deadline: one is worked out only where it has to be judged.
        is_due = not (self.ended_while_paused and self.outcome is Outcome.VOID)
        return SlaClock(
            kind=self.kind,
            run=self.run,
            started_at=self.started_at,
            target_s=int(self.promise.target.total_seconds()),
            due_at=self.due_at if is_due else None,
            warn_at=None if self.ended_while_paused else self.warn_at,
            config_version=self.version,
            paused_at=self.paused_at,
            ended_at=self.ended_at,
            outcome=self.outcome,
            warned_at=self.warned_at,
            breached_at=self.breached_at,
        )


def _kept(marked_at: datetime | None, reached_at: datetime | None) -> datetime | None:
    return marked_at if marked_at is not None and reached_at is not None and marked_at >= reached_at else None


def _instant(event: TicketEvent, key: str) -> datetime:
    """When what an event tells of was so: words may have come late."""
    return _EPOCH + timedelta(microseconds=event.data[key]) if key in event.data else event.at


class Replay:
    """A ticket's clocks as its log tells them. `version_at` says which configuration was in force at an event."""

    def __init__(
        self,
        events: Iterable[TicketEvent],
        *,
        promises: Promises,
        agents_at: Callable[[TicketEvent], frozenset[PersonId]],
        version_at: Callable[[TicketEvent], int],
        stamped_after: Callable[[TicketEvent], int | None] = lambda _event: None,
    ) -> None:
        self.clocks: dict[tuple[ClockKind, int], ReplayedClock] = {}
        self.status = "open"
        self._promises, self._agents_at = promises, agents_at
        self._priority, self._category = Priority.LOW, ""
        self._run, self._started_at, self._is_answered = 0, _EPOCH, False
        self._before: dict[tuple[ClockKind, int], ReplayedClock] = {}
        self._version, self._at = 0, _EPOCH
        self._first_at = _EPOCH
        self._answers: dict[int, tuple[datetime, PersonId]] = {}
        self._gone: dict[int, tuple[datetime, PersonId]] = {}
        self._asked_by_merge: dict[str, set[tuple[ClockKind, int]]] = {}
        steps = {
            EventKind.OPENED: self._opened,
            EventKind.REOPENED: self._reopened,
            EventKind.ASSIGNED: self._assigned,
            EventKind.STATUS: self._moved,
            EventKind.COMMENTED: self._commented,
            EventKind.COMMENT_DELETED: self._taken_back,
            EventKind.PRIORITY: self._prioritized,
            EventKind.CATEGORY: self._categorized,
            EventKind.CLOCKS_RECOMPUTED: self._recomputed,
            EventKind.WARNED: self._warned,
            EventKind.BREACHED: self._breached,
            EventKind.RECEIVED_MERGE: self._received,
            EventKind.RETURNED_MERGE: self._returned,
        }
        for event in events:
            self._version, self._at = version_at(event), event.at
            if event.kind in steps:
                steps[event.kind](event)
            stamp = stamped_after(event)
            if stamp is not None:
                self._stamp(stamp)

    def _stamp(self, version: int) -> None:
        """Another version moves no deadline, and the clocks that run count by it from now on, those that are paused as well."""
        is_running = {key for key, clock in self.clocks.items() if clock.ended_at is None}
        before = {key: clock.as_clock() for key, clock in self.clocks.items()}
        self._version = version
        self._recompute()
        stamped = {key: replace(clock, config_version=version) for key, clock in before.items() if key in is_running}
        assert {key: clock.as_clock() for key, clock in self.clocks.items()} == before | stamped

    def result(self) -> list[SlaClock]:
        return [self.clocks[key].as_clock() for key in sorted(self.clocks)]

    # --- one method for each kind of event that touches a clock -------------------------------------------------------

    def _opened(self, event: TicketEvent) -> None:
        self._priority, self._category = Priority(event.data["priority"]), event.data["category"]
        self._started_at = _EPOCH + timedelta(microseconds=event.data["at"])
        for kind in (CLAIM, FIRST, SOLUTION):
            self._start(kind, 0, self._started_at)

    def _reopened(self, event: TicketEvent) -> None:
        self._run, self._started_at, self._is_answered = int(event.to_value or 0), _instant(event, "at"), False
        for kind in (CLAIM, FIRST, SOLUTION):
            self._start(kind, self._run, self._started_at)

    def _assigned(self, event: TicketEvent) -> None:
        self._stop([CLAIM], event.at)

    def _moved(self, event: TicketEvent) -> None:
        assert event.from_value == self.status
        assert event.to_value is not None
        self.status = event.to_value
        if event.reason == "undone":
            self._undo()
            return
        before = deepcopy(self.clocks)
        solution = self.clocks.get((SOLUTION, self._run))
        is_running = solution is not None and solution.ended_at is None
        if is_running and solution is not None:
            if event.from_value == "pending_customer" and solution.paused_at is not None:
                at = max(_instant(event, "said_at"), solution.paused_at)
                for pause in solution.pauses:
                    pause[1] = at if pause[1] is None else pause[1]
                solution.under(self._promise(SOLUTION), self._version, at)
            if event.to_value == "pending_customer" and solution.paused_at is None:
                solution.pauses.append([event.at, None])
        if event.to_value in ("resolved", "closed"):
            self._before = before
            if event.to_value == "resolved":
                self._stop([SOLUTION], event.at)
            self._stop(list(ClockKind), event.at, void=True)

    def _undo(self) -> None:
        """What the step ended runs again, paused if it was; what had ended before it stays."""
        for key, clock in self._before.items():
            if clock.ended_at is None:
                marks = self.clocks[key].warned_at, self.clocks[key].breached_at
                self.clocks[key] = clock
                clock.warned_at, clock.breached_at = marks
        self._recompute()

    def _commented(self, event: TicketEvent) -> None:
        said_at = _EPOCH + timedelta(microseconds=event.data["said_at"])
        if event.data["internal"] or event.data["automatic"]:
            return
        if event.actor_id != event.customer_id and event.actor_id in self._agents_at(event):
            self._answers[event.data["comment"]] = said_at, event.actor_id
            self._answered(said_at)
            return
        self._asked(said_at)

    def _received(self, event: TicketEvent) -> None:
        """Whoever waited for an answer on the ticket that came waits for it here, from the moment of the merge."""
        if event.data["asked_at"] is not None:
            before = set(self.clocks)
            self._asked(event.at)
            self._asked_by_merge[str(event.from_value)] = set(self.clocks) - before

    def _returned(self, event: TicketEvent) -> None:
        for key in self._asked_by_merge.pop(str(event.to_value), set()):
            if self.clocks[key].ended_at is None:
                self.clocks[key].stop(event.at, void=True)

    def _asked(self, said_at: datetime) -> None:
        owed = any(clock.ended_at is None and kind in (FIRST, NEXT) for (kind, _), clock in self.clocks.items())
        if self.status not in ("resolved", "closed") and self._is_answered and not owed:
            turns = [run for kind, run in self.clocks if kind is NEXT]
            self._start(NEXT, max(turns, default=-1) + 1, said_at)

    def _answered(self, said_at: datetime) -> None:
        self._stop([FIRST, NEXT], said_at)
        if not self._is_answered:
            self._is_answered, self._first_at = True, max(said_at, self._started_at)

    def _taken_back(self, event: TicketEvent) -> None:
        """An answer that was pulled back was none: what it ended runs on, or was ended by the next answer."""
        number = event.data["comment"]
        answers = self._answers if number in self._answers else self._gone
        self._gone[number] = answers.pop(number, (_EPOCH, PersonId(0)))
        said_at, _ = self._gone[number]
        if event.reason != "pulled_back" or self.status in ("resolved", "closed"):
            return
        for kind, run in event.data["run_on"]:
            clock = self.clocks[ClockKind(kind), run]
            clock.ended_at = clock.outcome = None
            clock.ended_while_paused = False
        answer_at = max(said_at, self._started_at)
        if self._first_at == answer_at:
            self._is_answered = False
        self._recompute()
        team = self._agents_at(event)
        others = [(at, number) for number, (at, who) in self._answers.items() if at >= answer_at and who in team]
        if others:
            self._answered(min(others)[0])

    def _prioritized(self, event: TicketEvent) -> None:
        self._priority = Priority(int(event.to_value or 0))
        self._recompute()

    def _categorized(self, event: TicketEvent) -> None:
        self._category = str(event.to_value)
        self._recompute()

    def _recomputed(self, _event: TicketEvent) -> None:
        self._recompute()

    def _warned(self, event: TicketEvent) -> None:
        clock = self._noticed(event)
        assert clock.warned_at is None, "warned of once already"
        clock.warned_at = event.at

    def _breached(self, event: TicketEvent) -> None:
        self._noticed(event).breached_at = event.at

    def _noticed(self, event: TicketEvent) -> ReplayedClock:
        """The clock that the watch has noticed: it runs, and was not late before."""
        clock = self.clocks[ClockKind(event.data["clock"]), event.data["run"]]
        assert clock.ended_at is None
        assert clock.breached_at is None
        return clock

    # --- what they are made of ----------------------------------------------------------------------------------------

    def _promise(self, kind: ClockKind) -> Promise:
        return self._promises(self._version, self._priority, self._category, kind)

    def _start(self, kind: ClockKind, run: int, at: datetime) -> None:
        promise = self._promise(kind)
        if promise.target is not None:
            self.clocks[kind, run] = ReplayedClock(kind, run, at, promise, self._version)

    def _stop(self, kinds: list[ClockKind], at: datetime, *, void: bool = False) -> None:
        for clock in self.clocks.values():
            if clock.ended_at is None and clock.kind in kinds:
                clock.stop(at, void=void)

    def _recompute(self) -> None:
        running = [clock for clock in self.clocks.values() if clock.ended_at is None]
        for clock in running:
            clock.under(self._promise(clock.kind), self._version, self._at)
        self._promise_anew({clock.kind for clock in running})
        solution = self.clocks.get((SOLUTION, self._run))
        if self.status == "pending_customer" and solution and solution.ended_at is None and solution.paused_at is None:
            solution.pauses.append([self._at, None])

    def _promise_anew(self, running: set[ClockKind]) -> None:
        """What is owed and was not promised so far counts from the start of the run, unless it has an outcome."""
        if self.status in ("resolved", "closed"):
            return
        owed = [SOLUTION] + [FIRST] * (not self._is_answered) + [CLAIM] * (self.status == "open")
        for kind in owed:
            old = self.clocks.get((kind, self._run))
            if kind not in running and (old is None or old.outcome is Outcome.VOID):
                self._start(kind, self._run, self._started_at)
                if old is not None:
                    self.clocks[kind, self._run].pauses = old.pauses
