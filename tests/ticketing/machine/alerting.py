"""Rules about alerts: taken until some time, given back, lapsed, and the ladder that they climb while nobody sees to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import select

from tests.ticketing.desk_model import ModelTicket
from tests.ticketing.machine.documents import DELAYS, NUMBERS, promised
from tests.ticketing.machine.world import World
from ticketing.calendars import ALWAYS, Calendar, deadline
from ticketing.errors import HelpdeskError, InvalidInput, NoAlert
from ticketing.instants import from_us
from ticketing.model import ClockKind, EventKind, PersonId, SlaClock, Ticket, TicketEvent, TicketRef
from ticketing.tables import ladder

LADDER = (timedelta(minutes=30), timedelta(hours=1))
"""By default: a reminder, and then the senior agents."""
OPEN_ONLY = ("nobody", "nobody1", "nobody2")

Matter = tuple[TicketRef, str, int]


class Alerting(World):
    """Alerts."""

    def __init__(self) -> None:
        super().__init__()
        self.promised: dict[TicketRef, tuple[PersonId, datetime, datetime]] = {}
        """Who sees to a ticket's alerts: since when and until when."""
        self.lapsed_at: dict[TicketRef, datetime] = {}
        """The end of the last promise that came to one."""
        self.climbed: dict[Matter, list[datetime]] = {}
        """When a breach was marked, and when each step after it was taken."""
        self.heard: dict[TicketRef, int] = {}
        """How much of each log is in `climbed`."""

    # --- promises -----------------------------------------------------------------------------------------------------

    def is_covered(self, ticket: ModelTicket, taken_at: datetime) -> bool:
        """Whether something that was alerted of by then is still owed."""
        running = [clock for clock in self.desk.ticket(ticket.ref).clocks if clock.is_running]
        told = [at for clock in running for at in (clock.warned_at, clock.breached_at) if at is not None]
        return any(at <= taken_at for at in told)

    @rule(which=NUMBERS, who=NUMBERS, seen=st.booleans(), ahead=DELAYS)
    def take_alert(self, which: int, who: int, seen: bool, ahead: timedelta) -> None:
        ticket, by = self.pick(which), self.agent(who)
        until = self.clock.now + ahead
        refused: type[HelpdeskError] | None = InvalidInput if not ahead else self.no_team(ticket, by)
        if refused is None and not self.is_covered(ticket, self.clock.now):
            refused = NoAlert
        self.does(lambda: self.desk.take_alert(ticket.ref, by=by, until=until, seen=seen), refused)
        if refused is not None:
            return
        self.promised[ticket.ref] = by, self.clock.now, until
        if not seen and (ticket.holder != by or ticket.status == "open"):
            self.model.give(ticket, by)
            self.model.agents[by].last_assigned_at = self.clock.now

    @rule(which=NUMBERS, who=NUMBERS)
    def give_alert_back(self, which: int, who: int) -> None:
        ticket, by = self.pick(which), self.agent(who)
        promise = self.promised.get(ticket.ref)
        refused = self.no_team(ticket, by)
        if refused is None and (promise is None or not self.is_covered(ticket, promise[1])):
            refused = NoAlert
        self.does(lambda: self.desk.release_alert(ticket.ref, by=by), refused)
        if refused is None:
            del self.promised[ticket.ref]

    @rule()
    def lapse(self) -> None:
        over = {ref: promise for ref, promise in self.promised.items() if promise[2] <= self.clock.now}
        owed = {ref for ref, promise in over.items() if self.is_covered(self.model.tickets[ref], promise[1])}
        following = self.does(lambda: self.desk.lapse_step(self.clock.now))
        self.lapsed_at |= {ref: until for ref, (_, _, until) in over.items()}
        self.promised = {ref: promise for ref, promise in self.promised.items() if ref not in over}
        assert following == min((until for _, _, until in self.promised.values()), default=None)
        lapsed = {
            ref for ref in self.model.tickets for event in self.new_in(ref) if event.kind is EventKind.ALERT_LAPSED
        }
        assert lapsed == owed

    def new_in(self, ref: TicketRef) -> list[TicketEvent]:
        """What the log has that no step has looked at so far."""
        return self.desk.events(ref)[len(self.logs.get(ref, [])) :]

    @invariant()
    def promises_are_as_in_the_model(self) -> None:
        for ref in self.model.tickets:
            promise = self.desk.alert_promise(ref)
            stored = None if promise is None else (promise.person_id, promise.taken_at, promise.until)
            assert stored == self.promised.get(ref)

    # --- the ladder ---------------------------------------------------------------------------------------------------

    @rule()
    def climb(self) -> None:
        """Each step once, in its order, when it is due and no earlier; and none that is due is left out."""
        for ref in self.model.tickets:
            self.hear(ref)
        due = {matter: at for matter in self.climbed if (at := self.next_of(*matter)) is not None}
        put_off = self.put_off()
        assert due.keys() <= put_off.keys()
        due |= {matter: max(due[matter], put_off[matter]) for matter in due if self.may_be_put_off(matter[0])}
        waiting = {ref for ref, ticket in self.model.tickets.items() if ticket.status == "open"}
        following = self.does(lambda: self.desk.ladder_step(self.clock.now))
        assert following is None or following > self.clock.now

        wanted = {matter for matter, at in due.items() if at <= self.clock.now}
        taken = set()
        for ref, ticket in self.model.tickets.items():
            for event in self.hear(ref):
                stage = str(event.data["stage"])
                if stage in OPEN_ONLY:
                    assert ref in waiting
                    ticket.is_escalated = ticket.is_escalated or stage == "nobody2"
                    continue
                matter = ref, str(event.data["clock"]), int(event.data["run"])
                taken.add(matter)
                assert stage == f"step{len(self.climbed[matter]) - 1}"
                ticket.is_escalated = ticket.is_escalated or stage == "step2"
        assert taken == wanted

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
        for event in log[self.heard.get(ref, 0) :]:
            if event.kind is EventKind.BREACHED:
                self.climbed[ref, str(event.data["clock"]), int(event.data["run"])] = [event.at]
            elif event.kind is EventKind.ALERT_STEP:
                steps.append(event)
                if event.data["stage"] not in OPEN_ONLY:
                    self.climbed[ref, str(event.data["clock"]), int(event.data["run"])].append(event.at)
        self.heard[ref] = len(log)
        return steps

    def next_of(self, ref: TicketRef, kind: str, run: int) -> datetime | None:
        """When the next step of a breach is due: after the last one, the last assignment and the last promise."""
        ticket, times = self.desk.ticket(ref), self.climbed[ref, kind, run]
        clock = next(each for each in ticket.clocks if (each.kind.value, each.run) == (kind, run))
        if not clock.is_running or clock.breached_at is None or len(times) > len(LADDER):
            return None
        since = [times[-1]]
        since += [ticket.assigned_at] if ticket.assigned_at is not None else []
        since += [self.promised[ref][2]] if ref in self.promised else []
        since += [self.lapsed_at[ref]] if ref in self.lapsed_at else []
        return deadline(max(since), LADDER[len(times) - 1], self.calendar_of(ticket, clock))

    def calendar_of(self, ticket: Ticket, clock: SlaClock) -> Calendar:
        return promised(self.version, ticket.priority, ticket.category, ClockKind(clock.kind)).calendar or ALWAYS
