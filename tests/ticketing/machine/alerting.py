"""
Rules about alerts: taken until some time, given back, lapsed, the ladder that they climb while nobody sees to them, what lies for
too long, and the quiet hours that hold all of it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import select

from tests.ticketing.alert_oracle import stands_told
from tests.ticketing.desk_model import ModelTicket
from tests.ticketing.machine.documents import DELAYS, NUMBERS, QUIET, UNASSIGNED_AFTER, UNTOUCHED_AFTER, promised
from tests.ticketing.machine.world import HELD_BACK, World
from ticketing.calendars import ALWAYS, Calendar, deadline
from ticketing.errors import HelpdeskError, InvalidInput, NoAlert, NoPromise
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import from_us
from ticketing.model import ClockKind, PersonId, Priority, SlaClock, Ticket, TicketRef
from ticketing.tables import ladder

LADDER = (timedelta(minutes=30), timedelta(hours=1))
"""By default: a reminder, and then the senior agents."""
OPEN_ONLY = ("nobody", "nobody1", "nobody2")

WORK = {EventKind.OPENED, EventKind.STATUS, EventKind.SNOOZED, EventKind.WOKEN}
WORDS = {EventKind.ASSIGNED, EventKind.COMMENTED, EventKind.RECEIVED_MERGE}

Matter = tuple[TicketRef, str, int]
Told = tuple[str, int, str]
"""A clock's kind and run, and the stage."""


def is_quiet(at: datetime) -> bool:
    return not QUIET[1] <= at.hour < QUIET[0]


def end_of_quiet(at: datetime) -> datetime:
    """The next instant at which it is quiet no more."""
    morning = at.astimezone(UTC).replace(hour=QUIET[1], minute=0, second=0, microsecond=0)
    return morning if morning > at else morning + timedelta(days=1)


@dataclass
class Lying:
    """A ticket on which nobody does anything: since when, and when the channel was told."""

    waits_since: datetime
    """Without an agent, or since whatever ended that this was told of."""
    touched_at: datetime
    asleep_until: datetime | None = None
    told: list[datetime] = field(default_factory=list)
    was_late: bool = False
    """Some deadline had passed since the last word: what was foreseen may wait for the next."""
    version: int = 0
    """Of the settings when it was told of last."""
    priority: Priority = Priority.LOW

    def hear(self, event: TicketEvent) -> None:
        if event.kind in WORK or (event.kind in WORDS and (self.told or self.was_late)):
            self.waits_since, self.told, self.was_late = event.at, [], False
        if event.kind is EventKind.OPENED:
            self.waits_since, self.priority = from_us(event.data["at"]), Priority(event.data["priority"])
        if event.kind is EventKind.PRIORITY:
            self.priority = Priority(int(event.to_value or 0))
        if event.kind in WORK | WORDS:
            self.touched_at = event.at
        if event.kind is EventKind.ALERT_LAPSED and event.data.get("stage") == "idle":
            self.told, self.was_late = [event.at], False
        if event.kind is EventKind.SNOOZED:
            self.asleep_until = from_us(event.data["until"])
        elif event.kind in (EventKind.WOKEN, EventKind.ASSIGNED, EventKind.STATUS):
            self.asleep_until = None


class Alerting(World):
    """Alerts."""

    def __init__(self) -> None:
        super().__init__()
        self.promised: dict[TicketRef, tuple[PersonId, datetime, datetime]] = {}
        """Who sees to a ticket's alerts: since when and until when."""
        self.taken: set[TicketRef] = set()
        """Of these, where they have taken the ticket with it."""
        self.picked_up: dict[TicketRef, datetime] = {}
        """When it was taken because nobody took it or it lay."""
        self.kept: dict[TicketRef, tuple[datetime, datetime]] = {}
        """The last promise where it came to its end and nothing was owed: since when and until when."""
        self.lapsed_at: dict[Matter, datetime] = {}
        """The end of the last promise about it that came to one, or when that is told."""
        self.returned_at: dict[TicketRef, datetime] = {}
        """When it was last our turn again after the customer's."""
        self.climbed: dict[Matter, list[datetime]] = {}
        """When a breach was marked, and when each step after it was taken."""
        self.heard: dict[TicketRef, int] = {}
        """How much of each log is in `climbed`."""
        self.lying: dict[TicketRef, Lying] = {}
        self.held_since: dict[TicketRef, datetime] = {}
        """When something was warned of or breached last in quiet hours."""
        self.untold: set[Matter] = set()
        """The breaches among these."""
        self.resting: dict[TicketRef, datetime] = {}
        """Where what quiet hours held back waits on for its customer."""
        self.held_lapses: dict[tuple[TicketRef, int], datetime] = {}
        """When there was a lapse in quiet hours, by the number of its event."""

    # --- promises -----------------------------------------------------------------------------------------------------

    def is_covered(self, ticket: ModelTicket, taken_at: datetime) -> bool:
        """Whether something that was alerted of by then is still owed."""
        running = [clock for clock in self.desk.ticket(ticket.ref).clocks if clock.is_running]
        told = [at for clock in running for at in (clock.warned_at, clock.breached_at) if at is not None]
        return any(at <= taken_at for at in told) or stands_told(self.desk.events(ticket.ref), taken_at)

    def is_owed(self, ticket: ModelTicket, taken_at: datetime) -> bool:
        """The same, while it is not the customer's turn."""
        counting = [clock for clock in self.desk.ticket(ticket.ref).clocks if clock.is_running and not clock.paused_at]
        told = [at for clock in counting for at in (clock.warned_at, clock.breached_at) if at is not None]
        return any(at <= taken_at for at in told) or stands_told(self.desk.events(ticket.ref), taken_at)

    def lies_taken(self, ref: TicketRef) -> bool:
        """Whether somebody has taken it because nobody did or it lay, and nothing was done about it since."""
        self.hear(ref)
        status = self.desk.ticket(ref).status.value
        is_ours = ref in self.promised and status in ("open", "assigned", "in_progress")
        return is_ours and ref in self.picked_up and self.lying[ref].touched_at <= self.picked_up[ref]

    def has_left(self, person: PersonId) -> None:
        """What they had promised comes to its end."""
        for ref, (by, taken_at, until) in self.promised.items():
            if by == person:
                self.promised[ref] = by, taken_at, min(until, self.clock.now)
                self.taken.discard(ref)

    @rule(which=NUMBERS, who=NUMBERS, seen=st.booleans(), ahead=DELAYS)
    def take_alert(self, which: int, who: int, seen: bool, ahead: timedelta) -> None:
        ticket, by = self.pick(which), self.agent(who)
        until = self.clock.now + ahead
        refused: type[HelpdeskError] | None = InvalidInput if not ahead else self.no_team(ticket, by)
        is_taken_over = not seen and self.lies_taken(ticket.ref)
        if refused is None and not is_taken_over and not self.is_covered(ticket, self.clock.now):
            refused = NoAlert
        is_picked_up = not seen and (is_taken_over or stands_told(self.desk.events(ticket.ref), self.clock.now))
        self.does(lambda: self.desk.take_alert(ticket.ref, by=by, until=until, seen=seen), refused)
        if refused is not None:
            return
        self.promised[ticket.ref] = by, self.clock.now, until
        self.picked_up.pop(ticket.ref, None)
        self.picked_up |= {ticket.ref: self.clock.now} if is_picked_up else {}
        self.kept.pop(ticket.ref, None)
        self.taken.discard(ticket.ref)
        self.taken |= set() if seen else {ticket.ref}
        if not seen and (ticket.holder != by or ticket.status == "open"):
            self.model.give_by_hand(ticket, by, by)
            self.model.agents[by].last_assigned_at = self.clock.now

    @rule(which=NUMBERS, who=NUMBERS)
    def give_alert_back(self, which: int, who: int) -> None:
        ticket, by = self.pick(which), self.agent(who)
        promise = self.promised.get(ticket.ref)
        refused = self.no_team(ticket, by)
        is_about_it = promise is not None and (self.is_covered(ticket, promise[1]) or self.lies_taken(ticket.ref))
        if refused is None and not is_about_it:
            refused = NoPromise
        self.does(lambda: self.desk.release_alert(ticket.ref, by=by), refused)
        if refused is None:
            del self.promised[ticket.ref]

    @rule()
    def lapse(self) -> None:
        over = {ref: promise for ref, promise in self.promised.items() if promise[2] <= self.clock.now}
        lies = {ref for ref in over if self.lies_taken(ref)}
        owed = {ref for ref, (_, taken_at, _) in over.items() if self.is_owed(self.model.tickets[ref], taken_at)} | lies
        lies = {
            ref
            for ref in lies
            if not self.is_late_at_all(ref) and not stands_told(self.desk.events(ref), self.clock.now)
        }
        following = self.does(lambda: self.desk.lapse_step(self.clock.now))
        self.lapsed_at |= {
            matter: self.told(ref, until)
            for ref, (_, at, until) in over.items()
            for matter in self.about(ref, at) | self.lies_by(ref, at)
        }
        self.promised = {ref: promise for ref, promise in self.promised.items() if ref not in over}
        assert following == min((until for _, _, until in self.promised.values()), default=None)
        lapsed = {
            ref for ref in self.model.tickets for event in self.new_in(ref) if event.kind is EventKind.ALERT_LAPSED
        }
        assert lapsed == owed
        assert {ref for ref in lapsed if self.desk.events(ref)[-1].data.get("stage") == "idle"} == lies
        for ref in lies:
            self.lapsed_at[ref, "idle", 0] = self.told(ref, self.clock.now)
            self.hear(ref)
            self.lying[ref].version = self.version
        self.kept |= {ref: over[ref][1:] for ref in over.keys() - owed}

    def runs_on(self, ticket: ModelTicket, since: datetime) -> None:
        """A promise that has come to its end since, and was kept only by what is taken back, comes back; once."""
        back = [event for event in self.new_in(ticket.ref) if event.kind is EventKind.ALERT_LAPSED]
        if ticket.ref not in self.kept or ticket.ref in self.promised:
            assert back == []
            return
        taken_at, until = self.kept[ticket.ref]
        is_broken = since <= until <= self.clock.now and self.is_owed(ticket, taken_at)
        assert [from_us(event.data["until"]) for event in back] == [until] * is_broken
        if is_broken:
            del self.kept[ticket.ref]

    def new_in(self, ref: TicketRef) -> list[TicketEvent]:
        """What the log has that no step has looked at so far."""
        return self.desk.events(ref)[len(self.logs.get(ref, [])) :]

    def about(self, ref: TicketRef, taken_at: datetime) -> set[Matter]:
        """The clocks that had been alerted by then."""
        return {
            (ref, clock.kind.value, clock.run)
            for clock in self.desk.ticket(ref).clocks
            if any(at is not None and at <= taken_at for at in (clock.warned_at, clock.breached_at))
        }

    def lies_by(self, ref: TicketRef, at: datetime) -> set[Matter]:
        """That it lies, if that had been told of by then."""
        self.hear(ref)
        told = self.lying[ref].told
        return {(ref, "idle", 0)} if told and told[-1] <= at else set()

    def holds_up(self, matter: Matter) -> list[datetime]:
        """The ends of the promises, kept or not, after which it climbs on."""
        ref = matter[0]
        found = [self.lapsed_at[matter]] if matter in self.lapsed_at else []
        if ref in self.promised:
            _, at, until = self.promised[ref]
            found += [self.told(ref, until)] if matter in self.about(ref, at) | self.lies_by(ref, at) else []
        return found

    @invariant()
    def promises_are_as_in_the_model(self) -> None:
        for ref, ticket in self.model.tickets.items():
            taken = (
                self.promised.get(ref) if ref in self.taken and ticket.status not in ("resolved", "closed") else None
            )
            if taken is not None and (ticket.status == "open" or ticket.holder != taken[0]):
                del self.promised[ref]  # whoever took it has the ticket no more
            promise = self.desk.alert_promise(ref)
            stored = None if promise is None else (promise.person_id, promise.taken_at, promise.until)
            assert stored == self.promised.get(ref)

    # --- the ladder ---------------------------------------------------------------------------------------------------

    @rule()
    def climb(self) -> None:
        """Each step once, in its order, when it is due and no earlier; and none that is due is left out."""
        for ref in self.model.tickets:
            self.hear(ref)
        held = {ref: self.held_back(ref) for ref in self.model.tickets}
        due = {matter: at for matter in self.climbed if (at := self.next_of(*matter)) is not None}
        put_off = self.put_off()
        assert due.keys() <= put_off.keys()
        due |= {matter: max(due[matter], put_off[matter]) for matter in due if self.may_be_put_off(matter[0])}
        waiting = {ref for ref, ticket in self.model.tickets.items() if ticket.status == "open"}
        lies = {ref: at for ref in self.model.tickets if (at := self.lies_until(ref)) is not None}
        following = self.does(lambda: self.desk.ladder_step(self.clock.now))
        if following == self.clock.now:
            # A lapse that was held back has been told: the steps that count from then are looked at anew, once.
            following = self.does(lambda: self.desk.ladder_step(self.clock.now))
        assert following is None or following > self.clock.now

        wanted = {matter for matter, at in due.items() if at <= self.clock.now and self.is_heard(matter[0])}
        taken = set()
        for ref, ticket in self.model.tickets.items():
            told: list[Told] = []
            idle: list[str] = []
            for event in self.hear(ref):
                stage = str(event.data["stage"])
                ticket.is_escalated = ticket.is_escalated or stage in ("step2", "nobody2", "idle2")
                assert stage in HELD_BACK or self.is_heard(ref)
                if stage in HELD_BACK:
                    told.append((str(event.data["clock"]), int(event.data["run"]), stage))
                elif stage in OPEN_ONLY:
                    assert ref in waiting
                elif stage.startswith("idle"):
                    idle.append(stage)
                else:
                    matter = ref, str(event.data["clock"]), int(event.data["run"])
                    taken.add(matter)
                    assert stage == f"step{len(self.climbed[matter]) - 1}"
            assert sorted(told) == sorted(held[ref])
            self.lie(ref, lies.get(ref), idle)
        assert taken == wanted

    def is_heard(self, ref: TicketRef) -> bool:
        """Whether quiet hours hold nothing back of it."""
        return self.model.tickets[ref].priority is Priority.URGENT or not is_quiet(self.clock.now)

    # --- what lies, and what was held back ----------------------------------------------------------------------------

    def lies_until(self, ref: TicketRef) -> datetime | None:
        """When a ticket is to be told of next because nobody does anything; None while it is not."""
        ticket, lying = self.desk.ticket(ref), self.lying[ref]
        late = [clock for clock in ticket.clocks if clock.is_running and self.is_late(clock)]
        lying.was_late = lying.was_late or bool(late)
        if late or ticket.status.value not in ("open", "assigned", "in_progress"):
            return None
        calendar = self.calendar_of(ticket, ClockKind.RESOLUTION)
        if lying.told:
            if len(lying.told) > len(LADDER):
                return None
            since = [lying.told[-1]]
            since += [ticket.assigned_at] if ticket.assigned_at is not None else []
            since += self.holds_up((ref, "idle", 0))
            return deadline(max(since), LADDER[len(lying.told) - 1], calendar)
        due = deadline(max(lying.touched_at, lying.asleep_until or lying.touched_at), UNTOUCHED_AFTER, calendar)
        if ticket.status.value == "open":
            due = deadline(lying.waits_since, UNASSIGNED_AFTER, calendar)
        if due is None or not self.lies_taken(ref):
            return due
        return max(due, self.promised[ref][2] + timedelta(minutes=1))  # whose end says so itself

    def is_late_at_all(self, ref: TicketRef) -> bool:
        return any(clock.is_running and self.is_late(clock) for clock in self.desk.ticket(ref).clocks)

    def is_late(self, clock: SlaClock) -> bool:
        return clock.breached_at is not None or (clock.due_at is not None and clock.due_at <= self.clock.now)

    def lie(self, ref: TicketRef, due: datetime | None, told: list[str]) -> None:
        """What was told of a ticket that lies is what had to be, and once."""
        lying = self.lying[ref]
        is_due = due is not None and due <= self.clock.now
        # What changed the settings, or was late meanwhile, may have put it off.
        is_sure = not lying.was_late and self.desk.ticket(ref).promised_version == self.version
        is_sure = is_sure and (not lying.told or lying.version == self.version)
        stage = f"idle{len(lying.told) or ''}"
        assert told in ([stage], []) if is_due and not is_sure else told == [stage] * (is_due and self.is_heard(ref))
        if told:
            lying.told.append(self.clock.now)
            lying.version = self.version

    def held_back(self, ref: TicketRef) -> list[Told]:
        """What came about in quiet hours that are over by now, and is still owed."""
        clocks = [clock for clock in self.desk.ticket(ref).clocks if clock.is_running]
        found: list[Told] = []
        if ref in self.held_since and self.told(ref, self.held_since[ref]) <= self.clock.now:
            since = self.held_since.pop(ref)
            running = {(clock.kind.value, clock.run) for clock in clocks}
            keys = [row.key for row in self.desk.outbox.alerts(ref) if row.created_at <= since]
            stages = [(key.kind.value, key.run, key.stage) for key in keys]
            late = {(clock.kind.value, clock.run) for clock in clocks if clock.breached_at is not None}
            untold = [each for each in stages if each[2] in HELD_BACK and each[:2] in running]
            untold = [each for each in untold if each[2] != "warning" or each[:2] not in late]
            paused = {(clock.kind.value, clock.run) for clock in clocks if clock.paused_at is not None}
            found = [each for each in untold if each[:2] not in paused]
            if len(found) < len(untold):
                self.resting[ref] = since
        over = [key for key, at in self.held_lapses.items() if key[0] == ref and self.told(ref, at) <= self.clock.now]
        owed = [clock for clock in clocks if (clock.warned_at or clock.breached_at) and clock.paused_at is None]
        lapse: Told | None = (owed[0].kind.value, owed[0].run, "lapse") if owed else None
        if lapse is None and stands_told(self.desk.events(ref), self.clock.now):
            first = min(clocks, key=lambda each: (each.due_at is None, each.due_at or each.started_at), default=None)
            run = self.desk.ticket(ref).reopened_count
            lapse = (first.kind.value, first.run, "lapse") if first else (ClockKind.RESOLUTION.value, run, "lapse")
        for key in over:
            del self.held_lapses[key]
            if lapse is not None and ref not in self.promised:
                found.append(lapse)
                own = {matter: at for matter, at in self.lapsed_at.items() if matter[0] == ref}
                self.lapsed_at |= {matter: min(at, self.clock.now) for matter, at in own.items()}
        return found

    def told(self, ref: TicketRef, at: datetime) -> datetime:
        """When what came about at `at` is told, by the ticket's priority as it now is."""
        is_held = is_quiet(at) and self.model.tickets[ref].priority is not Priority.URGENT
        return end_of_quiet(at) if is_held else at

    def may_be_put_off(self, ref: TicketRef) -> bool:
        """Of what has been given back since, or does not go by the settings in force yet, a step may come later."""
        ticket = self.desk.ticket(ref)
        return ticket.assigned_at is None or ticket.promised_version < self.version

    def put_off(self) -> dict[Matter, datetime]:
        """When the desk means to look at each matter again."""
        with self.database.read() as connection:
            rows = connection.execute(select(ladder).where(ladder.c.next_at.is_not(None)))
            tickets = {ref.number: ref for ref in self.model.tickets}
            return {(tickets[row.ticket_id], row.kind, row.run): from_us(row.next_at) for row in rows}

    def hear(self, ref: TicketRef) -> list[TicketEvent]:
        """What a ticket's log tells of breaches and of steps of the ladder since it was last heard; the steps."""
        log, steps = self.desk.events(ref), []
        lying = self.lying.setdefault(ref, Lying(log[0].at, log[0].at))
        for event in log[self.heard.get(ref, 0) :]:
            lying.hear(event)
            is_held = is_quiet(event.at) and lying.priority is not Priority.URGENT
            if is_held and event.kind in (EventKind.WARNED, EventKind.BREACHED):
                self.held_since[ref] = event.at
                self.resting.pop(ref, None)
            elif is_held and event.kind is EventKind.ALERT_LAPSED:
                self.held_lapses[ref, event.seq] = event.at
            is_step = event.kind is EventKind.STATUS and event.to_value not in ("resolved", "closed")
            if is_step and event.from_value == "pending_customer":
                self.returned_at[ref] = event.at
            if is_step and event.from_value in ("pending_customer", "resolved", "closed") and ref in self.resting:
                is_back, since = event.from_value == "pending_customer", self.resting.pop(ref)
                self.held_since[ref] = event.at if is_back else since
            matter = ref, str(event.data.get("clock")), int(event.data.get("run", 0))
            if event.kind is EventKind.BREACHED:
                self.climbed[matter] = [event.at]
                self.untold = self.untold | {matter} if is_held else self.untold - {matter}
            elif event.kind is EventKind.ALERT_STEP:
                steps.append(event)
                if event.data["stage"].startswith("step"):
                    self.climbed[matter].append(event.at)
                elif event.data["stage"] == "breach" and matter in self.untold:
                    self.untold.remove(matter)
                    self.climbed[matter] = [event.at]
        self.heard[ref] = len(log)
        return steps

    def next_of(self, ref: TicketRef, kind: str, run: int) -> datetime | None:
        """When the next step of a breach is due: after the last one, the last assignment and the last promise."""
        ticket, times = self.desk.ticket(ref), self.climbed[ref, kind, run]
        clock = next(each for each in ticket.clocks if (each.kind.value, each.run) == (kind, run))
        if not clock.is_running or clock.paused_at or clock.breached_at is None or len(times) > len(LADDER):
            return None
        if (ref, kind, run) in self.untold:
            return None  # what it reminds of is told first
        since = [times[-1]]
        since += [ticket.assigned_at] if ticket.assigned_at is not None else []
        since += self.holds_up((ref, kind, run))
        before = [each for each in ticket.clocks if self.is_before(each, clock)]
        if any(each.is_running and not each.paused_at and each.breached_at for each in before):
            return None  # that climbs
        since += [each.ended_at for each in before if each.ended_at is not None]
        since += [self.returned_at[ref]] if kind == "resolution" and ref in self.returned_at else []
        return deadline(max(since), LADDER[len(times) - 1], self.calendar_of(ticket, clock.kind))

    def is_before(self, one: SlaClock, other: SlaClock) -> bool:
        """Whether it was due before the other."""
        if one.due_at is None or other.due_at is None:
            return False
        return (one.due_at, one.kind.value) < (other.due_at, other.kind.value)

    def calendar_of(self, ticket: Ticket, kind: ClockKind) -> Calendar:
        return promised(self.version, ticket.priority, ticket.category, kind).calendar or ALWAYS
