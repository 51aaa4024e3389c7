"""
Where a promised time went: who had the ticket when, how long it waited for somebody, and why.

Pure rules over the audit log: events, a clock and its calendar go in, spells come out. `ticketing.sla.explain` tells how a
deadline came about; this tells what was done until it, and after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ticketing.calendars import Calendar, Pause, elapsed
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import from_us
from ticketing.model import ClockKind, Outcome, PersonId, Priority, SlaClock, Ticket, TicketStatus, Tier

_ANSWERS = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)


class Shortage(StrEnum):
    """Why nobody could take a ticket when it came, as the UNASSIGNABLE event keeps it."""

    NO_SKILL = "no_skill"  # nobody can answer this
    NOBODY_THERE = "nobody_there"  # whoever can is off shift, on leave or away
    ALL_FULL = "all_full"  # whoever is there holds as many as they take
    NO_MEMBER = "no_member"  # nobody of those who may see it could


class Place(StrEnum):
    """With whom the ticket was."""

    QUEUE = "queue"
    AGENT = "agent"
    CUSTOMER = "customer"  # waiting for them
    OVER = "over"  # resolved or closed, before it was undone or reopened


@dataclass(frozen=True)
class Spell:
    """
    A stretch in which the ticket was in one place. `counted` is what it took of the promised time.

    `agent_id` is who held it. In the queue `shortage` says why, if that is known (without it: others waited before, or
    somebody had given it back), and `back_id` was to be there again first, at `back_at`.
    """

    place: Place
    start: datetime
    end: datetime
    counted: timedelta = timedelta(0)
    agent_id: PersonId | None = None
    shortage: Shortage | None = None
    skill: str | None = None
    back_id: PersonId | None = None
    back_at: datetime | None = None


@dataclass(frozen=True)
class Timeline:
    """
    What became of one promise. The spells go from its start to its end, or to now while it is still owed.

    `late_by` is real time from the due instant on, negative when it was kept with that much to spare; None while paused and
    for what is no longer owed. `ended_by` is whose act kept or ended it.
    """

    clock: SlaClock
    spells: tuple[Spell, ...]
    late_by: timedelta | None
    ended_by: PersonId | None = None

    def counted(self, place: Place) -> timedelta:
        """How much of the promised time passed in a place."""
        return sum((spell.counted for spell in self.spells if spell.place is place), timedelta(0))


def most_telling(ticket: Ticket, kind: ClockKind | None = None, run: int | None = None) -> SlaClock | None:
    """
    The clock that somebody who asks why means: what is late, else what was late last, else what is due next.

    `kind` and `run` leave only the clocks that have them, or what is no longer owed where both name it.
    """
    asked = [clock for clock in ticket.clocks if kind in (None, clock.kind) and run in (None, clock.run)]
    if kind is not None and run is not None:
        return next(iter(asked), None)
    clocks = [clock for clock in asked if clock.outcome is not Outcome.VOID]
    late = [clock for clock in clocks if clock.is_late(ticket.as_of)]
    broken = [clock for clock in clocks if clock.outcome is Outcome.BREACHED]
    running = [clock for clock in clocks if clock.is_running]
    if late:
        return min(late, key=_due)
    if broken:
        return max(broken, key=_due)
    if running:
        return min(running, key=lambda clock: (clock.due_at is None, _due(clock)))
    return max(clocks, key=_due, default=None)


def _due(clock: SlaClock) -> datetime:
    return clock.due_at or clock.started_at


def tell(
    events: Sequence[TicketEvent], clock: SlaClock, calendar: Calendar, pauses: Sequence[Pause], now: datetime
) -> Timeline:
    """The story of a clock. `calendar` and `pauses` are its own, of the version of the configuration that set it."""
    until = clock.ended_at or max(now, clock.started_at)
    spells = [
        replace(spell, counted=elapsed(spell.start, spell.end, calendar, pauses))
        for spell in _cut(_spells(events, until), clock.started_at, until)
    ]
    late_by = None
    if clock.due_at is not None and clock.outcome is not Outcome.VOID:
        late_by = until - clock.due_at
    return Timeline(clock, tuple(spells), late_by, ended_by(events, clock))


OTHER_TERMS = frozenset({EventKind.PRIORITY, EventKind.CATEGORY, EventKind.TIER, EventKind.CLOCKS_RECOMPUTED})
"""What gives a clock another due time, which may be over already when it is set."""

OWED_AGAIN = frozenset({EventKind.UNDONE, EventKind.UNMERGED, EventKind.COMMENT_DELETED})
"""What makes something owed again whose due time may be over."""


def last_of(events: Iterable[TicketEvent], kinds: Collection[EventKind], until: datetime) -> datetime | None:
    """When something of these kinds last happened, `until` included; None where nothing did."""
    return max((event.at for event in events if event.kind in kinds and event.at <= until), default=None)


_PLACES = {
    TicketStatus.OPEN: Place.QUEUE,
    TicketStatus.ASSIGNED: Place.AGENT,
    TicketStatus.IN_PROGRESS: Place.AGENT,
    TicketStatus.PENDING_CUSTOMER: Place.CUSTOMER,
    TicketStatus.RESOLVED: Place.OVER,
    TicketStatus.CLOSED: Place.OVER,
}


def _spells(events: Iterable[TicketEvent], until: datetime) -> list[Spell]:
    """The whole life up to `until`; what lasted no time at all is left out, and what goes on the same is one."""
    spells: list[Spell] = []
    current: Spell | None = None
    for event in events:
        if event.kind is EventKind.UNASSIGNABLE and current is not None:
            current = _explained(current, event)  # the same wait, of which the reason is known now
        following = _after(event, current)
        if following is None or following == current:
            continue
        at = from_us(event.data["said_at"]) if "said_at" in event.data else event.at  # of words that came late
        if current is not None and at > current.start:
            spells.append(replace(current, end=at))
            following = replace(following, start=at)
        current = following
    if current is not None and until > current.start:
        spells.append(replace(current, end=until))
    return spells


def _after(event: TicketEvent, current: Spell | None) -> Spell | None:
    """Where the ticket is from an event on; None for one that moves nothing."""
    if event.kind is EventKind.OPENED:
        began = from_us(event.data["at"])
        return Spell(Place.QUEUE, began, began)
    if current is None:
        return None
    if event.kind is EventKind.ASSIGNED and event.to_value is not None:
        place = Place.CUSTOMER if current.place is Place.CUSTOMER else Place.AGENT
        return Spell(place, current.start, current.end, agent_id=PersonId(int(event.to_value)))
    if event.kind is EventKind.STATUS:
        place = _PLACES[TicketStatus(str(event.to_value))]
        if place is Place.QUEUE:
            return Spell(place, current.start, current.end)
        return replace(current, place=place, shortage=None, skill=None, back_id=None, back_at=None)
    return None


def _explained(spell: Spell, event: TicketEvent) -> Spell:
    data = event.data
    return replace(
        spell,
        skill=data.get("category"),
        shortage=Shortage(data["shortage"]) if "shortage" in data else None,
        back_id=data.get("back"),
        back_at=from_us(data["back_at"]) if "back_at" in data else None,
    )


def _cut(spells: Iterable[Spell], start: datetime, end: datetime) -> Iterable[Spell]:
    for spell in spells:
        if spell.end > start and spell.start < end:
            yield replace(spell, start=max(spell.start, start), end=min(spell.end, end))


def ended_by(events: Iterable[TicketEvent], clock: SlaClock) -> PersonId | None:
    """Whose answer, solution or hand it was."""
    if clock.ended_at is None:
        return None
    since = _since_its_start(events, clock)
    pulled_back = {event.data["comment"] for event in since if _runs_on(event, clock)}
    for event in since:
        if _is_answer_at_its_end(event, clock) and event.data["comment"] not in pulled_back:
            return event.actor_id
        if event.at != clock.ended_at or clock.kind in _ANSWERS:
            continue
        if clock.kind is ClockKind.TIME_TO_CLAIM and event.kind is EventKind.ASSIGNED and event.to_value:
            return PersonId(int(event.to_value))
        if event.kind is EventKind.STATUS and event.to_value == TicketStatus.RESOLVED:
            return event.actor_id
    return None


def as_judged(ticket: Ticket, events: Sequence[TicketEvent], clock: SlaClock) -> Ticket:
    """The ticket with the priority, category and tier that a clock was last set by: later changes leave it as it was."""
    if clock.ended_at is None:
        return ticket
    ended_with = _ended_with(events, clock)
    for event in reversed(events):
        if event.seq <= ended_with:
            break
        if event.from_value is None:
            continue
        if event.kind is EventKind.PRIORITY:
            ticket = replace(ticket, priority=Priority(int(event.from_value)))
        if event.kind is EventKind.CATEGORY:
            ticket = replace(ticket, category=event.from_value)
        if event.kind is EventKind.TIER:
            ticket = replace(ticket, tier=Tier(event.from_value))
    return ticket


def _ended_with(events: Sequence[TicketEvent], clock: SlaClock) -> int:
    """
    The number of the event that ended a clock.

    Not its time: an answer counts from when it was said, and what was changed before it came had already set the deadline.
    """
    ending, is_owed = 0, True
    answers: set[object] = set()
    for event in _since_its_start(events, clock):
        if _is_answer_at_its_end(event, clock):
            answers.add(event.data["comment"])
        if event.kind is EventKind.COMMENT_DELETED:
            answers.discard(event.data["comment"])
        if _runs_on(event, clock):
            ending, is_owed = event.seq, not answers  # with another answer it ends anew here
        elif event.kind is EventKind.UNDONE and event.to_value == str(ending):
            is_owed = True
        elif is_owed and _ends(event, clock):
            ending, is_owed = event.seq, False
    if is_owed and clock.ended_at is not None:  # no step ended it: it was no longer promised
        return max((event.seq for event in events if event.at <= clock.ended_at), default=0)
    return ending


def _since_its_start(events: Iterable[TicketEvent], clock: SlaClock) -> list[TicketEvent]:
    """What came after a clock began: an answer that was there before did not end it."""
    every = list(events)
    if clock.kind is not ClockKind.NEXT_RESPONSE and clock.run == 0:
        return every
    begun = next((place for place, event in enumerate(every) if _begins(event, clock)), len(every))
    return every[begun + 1 :]


def _begins(event: TicketEvent, clock: SlaClock) -> bool:
    if clock.kind is not ClockKind.NEXT_RESPONSE:
        return event.kind is EventKind.REOPENED and event.to_value == str(clock.run)
    if event.kind is EventKind.RECEIVED_MERGE:
        return event.at == clock.started_at
    if event.kind is not EventKind.COMMENTED or event.data["internal"] or event.data["automatic"]:
        return False
    said_at: datetime = from_us(event.data["said_at"])
    return said_at == clock.started_at


def _runs_on(event: TicketEvent, clock: SlaClock) -> bool:
    """Whether an answer was pulled back that had ended the clock."""
    return event.kind is EventKind.COMMENT_DELETED and [clock.kind, clock.run] in event.data.get("run_on", [])


def _ends(event: TicketEvent, clock: SlaClock) -> bool:
    if event.kind is EventKind.STATUS:
        return [clock.kind, clock.run] in event.data.get("ended", [])
    if event.kind is EventKind.ASSIGNED:
        is_taken = clock.kind is ClockKind.TIME_TO_CLAIM and event.to_value is not None
        return is_taken and event.at == clock.ended_at
    return _is_answer_at_its_end(event, clock)


def _is_answer_at_its_end(event: TicketEvent, clock: SlaClock) -> bool:
    if event.kind is not EventKind.COMMENTED or clock.kind not in _ANSWERS or not clock.is_judged:
        return False
    if event.data["internal"] or event.data["automatic"] or event.actor_id == event.customer_id:
        return False
    said_at: datetime = from_us(event.data["said_at"])
    return max(said_at, clock.started_at) == clock.ended_at
