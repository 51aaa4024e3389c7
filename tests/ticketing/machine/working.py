"""Rules about the work on a ticket: begin, wait, solve, reopen, end, take back, triage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.ticketing.desk_model import ModelTicket
from tests.ticketing.machine.documents import DELAYS, KEYS, NUMBERS, PRIORITIES
from tests.ticketing.machine.world import World
from ticketing.errors import (
    HelpdeskError,
    InvalidInput,
    NotTheHolder,
    StaleTicket,
    TicketNotFound,
    TooLateToUndo,
    TransitionNotAllowed,
)
from ticketing.events import EventKind, TicketEvent
from ticketing.model import HELD, PersonId, Priority, Ticket, TicketRef


class Working(World):
    """Working."""

    def by_holder(self, which: int, who: int, act: Callable[..., Ticket]) -> tuple[ModelTicket, bool]:
        ticket = self.pick(which)
        by = self.holder_or(ticket, who)
        is_holder = ticket.is_held and ticket.holder == by
        refused = None if is_holder else self.no_team(ticket, by) or NotTheHolder
        self.does(lambda: act(ticket.ref, by=by), refused)
        return ticket, is_holder

    @rule(which=NUMBERS, who=NUMBERS)
    def release(self, which: int, who: int) -> None:
        ticket, done = self.by_holder(which, who, self.desk.release)
        if done and ticket.holder is not None:
            self.model.give_back(ticket, ticket.holder)

    @rule(which=NUMBERS, who=NUMBERS)
    def start(self, which: int, who: int) -> None:
        ticket, done = self.by_holder(which, who, self.desk.start)
        if done:
            ticket.status = "in_progress"

    @rule(which=NUMBERS, who=NUMBERS)
    def resume(self, which: int, who: int) -> None:
        ticket, done = self.by_holder(which, who, self.desk.resume)
        if done:
            ticket.status = "in_progress"

    @rule(which=NUMBERS, who=NUMBERS, asks=st.booleans())
    def wait_for_customer(self, which: int, who: int, asks: bool) -> None:
        question, was = "Which one?" if asks else None, self.pick(which).status

        def act(ref: TicketRef, by: PersonId) -> Ticket:
            return self.desk.wait_for_customer(ref, by=by, question=question, source=self.source())

        ticket, done = self.by_holder(which, who, act)
        if done:
            ticket.status = "pending_customer"
            if asks and was != "pending_customer":
                ticket.public.append("Which one?")

    @rule(which=NUMBERS, who=NUMBERS, answers=st.booleans())
    def resolve(self, which: int, who: int, answers: bool) -> None:
        ticket, answer = self.pick(which), "Solved." if answers else None
        by = self.holder_or(ticket, who)
        refused: type[HelpdeskError] | None = None
        if ticket.holder != by:
            refused = self.no_team(ticket, by) or NotTheHolder
        elif ticket.status == "closed":
            refused = TransitionNotAllowed
        was_resolved = ticket.status == "resolved"
        self.does(lambda: self.desk.resolve(ticket.ref, by=by, answer=answer, source=self.source()), refused)
        if refused is None and not was_resolved:
            self.model.resolve(ticket)
            if answers:
                ticket.public.append("Solved.")

    @rule(which=NUMBERS)
    def reopen(self, which: int) -> None:
        ticket = self.pick(which)
        self.clock.advance(microseconds=1)
        refused = None if ticket.status == "resolved" else StaleTicket
        self.does(lambda: self.desk.reopen(ticket.ref, by=ticket.ref.customer_id), refused)
        if refused is None:
            self.model.reopen(ticket)

    @rule(which=NUMBERS, who=NUMBERS)
    def withdraw(self, which: int, who: int) -> None:
        ticket, by = self.pick(which), self.customers[who % len(self.customers)]
        refused: type[HelpdeskError] | None = None if by == ticket.ref.customer_id else TicketNotFound
        if refused is None and ticket.status == "resolved":
            refused = StaleTicket
        self.does(lambda: self.desk.withdraw(ticket.ref, by=by), refused)
        if refused is None:
            self.model.close(ticket)

    @rule(which=NUMBERS)
    def put_aside(self, which: int) -> None:
        ticket = self.pick(which)
        by = self.somebody(ticket)
        refused = self.no_team(ticket, by)
        if refused is None and ticket.status == "resolved":
            refused = StaleTicket
        self.does(lambda: self.desk.put_aside(ticket.ref, by=by), refused)
        if refused is None:
            self.model.close(ticket)

    @rule(which=NUMBERS, who=NUMBERS)
    def undo(self, which: int, who: int) -> None:
        ticket = self.pick(which)
        act = self.desk.events(ticket.ref)[-1]
        by = act.actor_id if act.actor_id is not None and who % 4 else self.agent(who)
        if self.was_moved(ticket) and by != ticket.ref.customer_id:
            self.move_back(ticket, by)
            return
        is_aside = act.kind is EventKind.STATUS and act.reason == "not_a_ticket" and by != ticket.ref.customer_id
        is_end = (
            act.kind is EventKind.STATUS and (act.to_value == "resolved" or act.reason == "withdrawn")
        ) or is_aside
        is_handing = act.kind is EventKind.ASSIGNED and act.from_value not in (None, act.to_value)
        is_snooze = act.kind is EventKind.SNOOZED
        is_mine = (act.actor_id == by or is_aside) and self.clock.now <= act.at + timedelta(minutes=10)
        can_be = is_end or is_handing or is_snooze
        refused: type[HelpdeskError] | None = None if is_mine and can_be else TooLateToUndo
        holder = PersonId(int(act.from_value or 0)) if is_handing else ticket.holder
        needs_holder = is_handing or (is_end and act.from_value in HELD)
        if needs_holder and (holder is None or not self.model.agents[holder].is_active):
            refused = TooLateToUndo
        if by != ticket.ref.customer_id:
            refused = self.no_team(ticket, by) or refused
        self.does(lambda: self.desk.undo(ticket.ref, by=by), refused)
        if refused is not None:
            return
        if is_handing:
            self.model.give_by_hand(ticket, PersonId(int(act.from_value or 0)), by)
            self.model.agents[PersonId(int(act.from_value or 0))].last_assigned_at = self.clock.now
            return
        if is_snooze:
            ticket.snoozed_until = None
            return
        self.goes_back(ticket, act)

    def was_moved(self, ticket: ModelTicket) -> bool:
        steps = [event for event in self.desk.events(ticket.ref) if event.kind is EventKind.STATUS]
        return bool(steps) and steps[-1].reason == "moved"

    def move_back(self, ticket: ModelTicket, by: PersonId) -> None:
        """For machines in which tickets are moved."""
        raise NotImplementedError

    def goes_back(self, ticket: ModelTicket, act: TicketEvent) -> None:
        """It stands as before a step."""
        if ticket.status == "resolved":
            ticket.resolved_at = ticket.nudged_at = None
        ticket.status = str(act.from_value)
        if ticket.is_held and ticket.holder is not None:
            self.model.agents[ticket.holder].last_assigned_at = self.clock.now
        self.runs_on(ticket, act.at)

    @rule(which=NUMBERS, priority=PRIORITIES, category=KEYS)
    def triage(self, which: int, priority: Priority, category: str) -> None:
        ticket = self.pick(which)
        by = self.somebody(ticket)
        refused = self.no_team(ticket, by)
        self.does(lambda: self.desk.set_priority(ticket.ref, priority, by=by), refused)
        self.does(lambda: self.desk.set_category(ticket.ref, category, by=by), refused)
        if refused is None and ticket.status != "closed":
            ticket.priority, ticket.category = priority, category

    @rule(which=NUMBERS)
    def escalate(self, which: int) -> None:
        ticket = self.pick(which)
        self.does(lambda: self.desk.escalate(ticket.ref, by=None))
        ticket.is_escalated = ticket.is_escalated or ticket.status != "closed"

    @rule(which=NUMBERS, who=NUMBERS, ahead=DELAYS)
    def snooze(self, which: int, who: int, ahead: timedelta) -> None:
        ticket = self.pick(which)
        by, until = self.holder_or(ticket, who), self.clock.now + ahead
        refused: type[HelpdeskError] | None = None
        if not ticket.is_held or ticket.holder != by:
            refused = self.no_team(ticket, by) or NotTheHolder
        elif not ahead:
            refused = InvalidInput
        self.does(lambda: self.desk.snooze(ticket.ref, until, by=by), refused)
        if refused is None:
            ticket.snoozed_until = until
