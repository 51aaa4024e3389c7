"""
A ticket's clocks worked out again from its audit log, under any configuration: "had this been in force".

Pure: events go in, clocks come out. What people did is taken as it was; only what was promised to whom, and so the
deadlines and outcomes, are those of the configuration. The rules are those of docs/sla.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ticketing import sla
from ticketing.calendars import Pause
from ticketing.configuration import Configuration
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import from_us
from ticketing.model import ClockKind, Outcome, PersonId, Priority, SlaClock, TicketStatus, Tier

_OVER = {TicketStatus.RESOLVED, TicketStatus.CLOSED}
_ANSWERS = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)

Key = tuple[ClockKind, int]


def replay(
    events: Iterable[TicketEvent], configuration: Configuration, agents: Collection[PersonId]
) -> tuple[SlaClock, ...]:
    """
    The clocks of one ticket, from its whole log in order, as if `configuration` had always been in force.

    `agents` are those whose public comments are answers where the log does not say for whom they spoke. Marks are not
    given: whether a clock is late, `is_late_by` says.
    """
    return _Replay(configuration, frozenset(agents)).run(events)


def is_late_by(clock: SlaClock, now: datetime) -> bool:
    """Whether what the clock promised was missed by `now`."""
    if clock.outcome is not None:
        return clock.outcome is Outcome.BREACHED
    return clock.due_at is not None and clock.due_at < now


@dataclass
class _Replay:
    configuration: Configuration
    agents: frozenset[PersonId]
    clocks: dict[Key, SlaClock] = field(default_factory=dict)
    pauses: dict[Key, list[Pause]] = field(default_factory=dict)
    answers: dict[int, tuple[datetime, list[Key]]] = field(default_factory=dict)
    pulled_back: dict[int, tuple[datetime, list[Key]]] = field(default_factory=dict)
    status: TicketStatus = TicketStatus.OPEN
    priority: Priority = Priority.MEDIUM
    tier: Tier = Tier.STANDARD
    category: str = ""
    round: int = 0
    is_answered: bool = False
    ended_by_step: list[Key] = field(default_factory=list)
    asked_by_merge: dict[str, list[Key]] = field(default_factory=dict)
    started_at: datetime | None = None

    def run(self, events: Iterable[TicketEvent]) -> tuple[SlaClock, ...]:
        steps = {
            EventKind.OPENED: self._opened,
            EventKind.REOPENED: self._reopened,
            EventKind.ASSIGNED: self._assigned,
            EventKind.STATUS: self._moved,
            EventKind.COMMENTED: self._commented,
            EventKind.COMMENT_DELETED: self._pulled_back,
            EventKind.PRIORITY: self._prioritized,
            EventKind.CATEGORY: self._categorized,
            EventKind.RECEIVED_MERGE: self._received,
            EventKind.RETURNED_MERGE: self._returned,
        }
        for event in events:
            step = steps.get(event.kind)
            if step is not None:
                step(event)
        return tuple(self.clocks[key] for key in sorted(self.clocks))

    # --- one method for each kind of event that touches a clock -------------------------------------------------------

    def _opened(self, event: TicketEvent) -> None:
        self.priority, self.tier = Priority(event.data["priority"]), Tier(event.data["tier"])
        self.category, self.started_at = event.data["category"], from_us(event.data["at"])
        for kind in (ClockKind.TIME_TO_CLAIM, ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION):
            self._start((kind, 0), self.started_at)

    def _reopened(self, event: TicketEvent) -> None:
        began = from_us(event.data["at"]) if "at" in event.data else event.at
        self.round, self.started_at, self.is_answered = int(event.to_value or 0), began, False
        for kind in (ClockKind.TIME_TO_CLAIM, ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION):
            self._start((kind, self.round), began)

    def _assigned(self, event: TicketEvent) -> None:
        self._stop(self._running(ClockKind.TIME_TO_CLAIM), event.at)

    def _moved(self, event: TicketEvent) -> None:
        before, self.status = self.status, TicketStatus(str(event.to_value))
        if event.reason == "undone":
            self._undo(event)
            return
        solution = (ClockKind.RESOLUTION, self.round)
        if before is TicketStatus.PENDING_CUSTOMER:
            self._resume(solution, from_us(event.data["said_at"]) if "said_at" in event.data else event.at)
        if self.status is TicketStatus.PENDING_CUSTOMER:
            self._pause(solution, event.at)
        if self.status in _OVER:
            self.ended_by_step = self._running()
            if self.status is TicketStatus.RESOLVED:
                self._stop(self._running(ClockKind.RESOLUTION), event.at)
            self._stop(self._running(), event.at, void=True)

    def _undo(self, event: TicketEvent) -> None:
        """What the step ended runs again, paused if it was; what had ended before it stays."""
        for key in self.ended_by_step:
            self.clocks[key] = replace(self.clocks[key], ended_at=None, outcome=None)
            if self.status is TicketStatus.PENDING_CUSTOMER and self.pauses.get(key):
                self.pauses[key][-1] = Pause(self.pauses[key][-1].start, None)
        self._recompute(event.at)

    def _commented(self, event: TicketEvent) -> None:
        if event.data["internal"] or event.data["automatic"]:
            return
        said_at = from_us(event.data["said_at"])
        is_of_team = event.data.get("for_desk", event.actor_id in self.agents)
        if event.actor_id != event.customer_id and is_of_team:
            self.answers[int(event.data["comment"])] = (said_at, self._running(*_ANSWERS))
            self._stop(self._running(*_ANSWERS), said_at)
            self.is_answered = True
        else:
            self._asked(said_at)

    def _asked(self, at: datetime) -> None:
        """It is our turn: the next answer is owed, unless one is owed already."""
        if self.status not in _OVER and self.is_answered and not self._running(*_ANSWERS):
            turns = [turn for kind, turn in self.clocks if kind is ClockKind.NEXT_RESPONSE]
            self._start((ClockKind.NEXT_RESPONSE, max(turns, default=-1) + 1), at)

    def _received(self, event: TicketEvent) -> None:
        """Who waited for an answer on a ticket that was merged into this one waits for it here, from the merge on."""
        if event.data["asked_at"] is not None:
            before = set(self.clocks)
            self._asked(event.at)
            self.asked_by_merge[str(event.from_value)] = [key for key in self.clocks if key not in before]

    def _returned(self, event: TicketEvent) -> None:
        asked = self.asked_by_merge.pop(str(event.to_value), [])
        self._stop([key for key in asked if self.clocks[key].is_running], event.at, void=True)

    def _pulled_back(self, event: TicketEvent) -> None:
        """The answer was none: what it had stopped runs on, up to the next answer that stands."""
        number = int(event.data["comment"])
        answers = self.answers if number in self.answers else self.pulled_back
        _, stopped = answers.pop(number, (event.at, []))
        if self.status in _OVER or not event.data.get("run_on"):
            self.pulled_back[number] = (event.at, stopped)  # once more, should the end be taken back
            return
        for key in stopped:
            self.clocks[key] = replace(self.clocks[key], ended_at=None, outcome=None)
        self.is_answered = bool(self.answers)
        self._recompute(event.at)
        if self.answers:
            self._stop(self._running(*_ANSWERS), min(said_at for said_at, _ in self.answers.values()))

    def _prioritized(self, event: TicketEvent) -> None:
        self.priority = Priority(int(event.to_value or 0))
        self._recompute(event.at)

    def _categorized(self, event: TicketEvent) -> None:
        self.category = str(event.to_value)
        self._recompute(event.at)

    # --- what they are made of ----------------------------------------------------------------------------------------

    def _terms(self) -> Mapping[ClockKind, sla.Terms]:
        return sla.terms(self.configuration, priority=self.priority, tier=self.tier, category=self.category)

    def _running(self, *kinds: ClockKind) -> list[Key]:
        return [key for key, clock in self.clocks.items() if clock.is_running and (not kinds or key[0] in kinds)]

    def _start(self, key: Key, at: datetime) -> None:
        kind, turn = key
        clock = sla.started(self._terms()[kind], turn, at, self.configuration.version, self.pauses.get(key, ()))
        if clock is not None:
            self.clocks[key] = clock

    def _stop(self, keys: Iterable[Key], at: datetime, *, void: bool = False) -> None:
        for key in keys:
            clock, pauses = self.clocks[key], self.pauses.get(key, [])
            self.clocks[key] = sla.stopped(clock, at, self._terms()[key[0]].calendar, pauses, void=void)
            self.pauses[key] = [pause if pause.end is not None else Pause(pause.start, at) for pause in pauses]

    def _pause(self, key: Key, at: datetime) -> None:
        if key in self.clocks and self.clocks[key].is_running:
            self.pauses.setdefault(key, []).append(Pause(at, None))
            self.clocks[key] = sla.paused(self.clocks[key], at)

    def _resume(self, key: Key, at: datetime) -> None:
        if key in self.clocks and self.clocks[key].is_running:
            pauses = self.pauses.get(key, [])
            at = max(at, self.clocks[key].paused_at or at)
            self.clocks[key] = sla.resumed(
                self.clocks[key], at, self._terms()[key[0]], pauses, self.configuration.version
            )
            self.pauses[key] = [pause if pause.end is not None else Pause(pause.start, at) for pause in pauses]

    def _recompute(self, at: datetime) -> None:
        """Other terms: new deadlines from the old starts; what is promised only now counts from the start of the round."""
        terms, version = self._terms(), self.configuration.version
        running = self._running()
        for key in running:
            self.clocks[key] = sla.recomputed(self.clocks[key], at, terms[key[0]], self.pauses.get(key, []), version)
        settled = {kind for kind, _ in running}
        settled |= {kind for (kind, turn), clock in self.clocks.items() if turn == self.round and clock.is_judged}
        for kind in self._owed():
            if kind not in settled and self.started_at is not None:
                self._start((kind, self.round), self.started_at)
        if self.status is TicketStatus.PENDING_CUSTOMER:
            solution = (ClockKind.RESOLUTION, self.round)
            if solution in self.clocks and self.clocks[solution].paused_at is None:
                self._pause(solution, at)

    def _owed(self) -> list[ClockKind]:
        if self.status in _OVER:
            return []
        owed = [ClockKind.RESOLUTION]
        if not self.is_answered:
            owed.append(ClockKind.FIRST_RESPONSE)
        if self.status is TicketStatus.OPEN:
            owed.append(ClockKind.TIME_TO_CLAIM)
        return owed
