"""
Tags, macros, ratings and problems among everything else that people and timers do, against the model of the desk.

What holds after each step of the desk's machine holds here too: statuses, holders, loads, the queue, what customers can read, and
clocks that follow from the log alone. Customers are erased at any moment, and no word of theirs is found after that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from tests.ticketing.desk_model import ModelTicket
from tests.ticketing.machine.documents import KEYS, NUMBERS, PRIORITIES
from tests.ticketing.machine.erasing import Words
from tests.ticketing.machine.examples import with_examples
from tests.ticketing.machine.keeping import KEPT, Keeping
from tests.ticketing.machine.passing import Passing
from tests.ticketing.machine.shifts import DAYS, Shifts
from ticketing.database import Database
from ticketing.errors import HelpdeskError, NotAnAgent, NotRatable, NotTheHolder, ProblemIsResolved, StaleTicket
from ticketing.model import CloseReason, CommentKey, PersonId, Priority, TicketRef

FIX: dict[str, Any] = {
    "key": "fix",
    "title": "Fix",
    "text": "It is fixed.",
    "status": "resolved",
    "priority": "high",
    "tags": ["fixed"],
}
FIXED = "It is fixed."
WINDOW = timedelta(days=7)
OVER = ("resolved", "closed")
TAGS = st.lists(st.sampled_from(["vpn", "#VPN", "Printer", "fixed"]), max_size=3)


@dataclass
class Plan:
    """An act for all tickets of a problem, as far as it is."""

    act_id: int
    problem: int
    resolves: bool
    by: PersonId
    planned_at: datetime
    done: set[TicketRef] = field(default_factory=set)
    left: int = 0
    is_over: bool = False


class ProblemMachine(Shifts, Keeping, Passing):
    """What people and timers do, with what is done to many tickets at once."""

    @initialize(
        loads=st.lists(st.integers(1, 2), min_size=4, max_size=4),
        opened=st.lists(st.tuples(NUMBERS, KEYS, PRIORITIES), min_size=3, max_size=7),
        day=DAYS,
        kept=KEPT,
    )
    def begin(
        self,
        *,
        loads: list[int],
        opened: list[tuple[int, str, Priority]],
        day: list[tuple[int, str, int]],
        kept: list[tuple[str, int, int, int]],
    ) -> None:
        self.make_people(loads, opened)
        self.problems: dict[int, bool] = {}
        """Each problem, and whether it is resolved."""
        self.linked: dict[TicketRef, tuple[int, datetime]] = {}
        self.plans: list[Plan] = []
        self.tagged: dict[TicketRef, set[str]] = {}
        self.said: dict[TicketRef, bool] = {}
        """What a customer thinks of the present resolution."""
        self.has_macros = False
        self.keep_several(0, kept)
        self.live_a_day(day)

    # --- one ticket ---------------------------------------------------------------------------------------------------

    @rule(which=NUMBERS, who=NUMBERS, wanted=TAGS)
    def tag(self, which: int, who: int, wanted: list[str]) -> None:
        ticket, by = self.pick(which), self.agent(who)
        refused = self.no_team(ticket, by)
        self.does(lambda: self.desk.set_tags(ticket.ref, wanted, by=by), refused)
        if refused is None:
            self.tagged[ticket.ref] = {name.lower().lstrip("#") for name in wanted}

    @rule(which=NUMBERS, who=NUMBERS)
    def use_macro(self, which: int, who: int) -> None:
        if not self.has_macros:
            for agent in self.model.agents.values():
                if agent.is_active:
                    self.desk.save_macro(FIX, by=agent.id)
            self.has_macros = all(agent.is_active for agent in self.model.agents.values())
        ticket = self.pick(which)
        by = self.holder_or(ticket, who)
        if self.model.agents[by].is_active and not any(one.macro.key == "fix" for one in self.desk.macros(by)):
            return
        refused = self.no_team(ticket, by)
        if refused is None and ticket.status in OVER:
            refused = StaleTicket
        elif refused is None and ticket.status != "open" and ticket.holder != by:
            refused = NotTheHolder
        self.does(lambda: self.desk.apply_macro(ticket.ref, "fix", by=by, source=self.source()), refused)
        if refused is None:
            ticket.public.append(FIXED)
            ticket.priority = Priority.HIGH
            self.tagged[ticket.ref] = self.tagged.get(ticket.ref, set()) | {"fixed"}
            self.solve(ticket, by)

    @rule(which=NUMBERS, is_helpful=st.booleans())
    def rate(self, which: int, is_helpful: bool) -> None:
        ticket = self.pick(which)
        now = self.desk.ticket(ticket.ref)
        may = ticket.resolved_at is not None and self.clock.now - ticket.resolved_at < WINDOW
        may = may and (ticket.status == "resolved" or now.close_reason is CloseReason.TIME)
        act: Callable[[], Any] = lambda: self.desk.rate(  # noqa: E731
            ticket.ref, by=ticket.ref.customer_id, is_helpful=is_helpful
        )
        self.does(act, None if may else NotRatable)
        if may:
            self.said[ticket.ref] = is_helpful

    def solve(self, ticket: ModelTicket, by: PersonId) -> None:
        """Resolved by somebody in one step, whoever holds it; a waiting one passes through their hands and counts nowhere."""
        if ticket.status == "open":
            ticket.holder = ticket.last_agent = by
        self.said.pop(ticket.ref, None)
        self.model.resolve(ticket)

    # --- problems -----------------------------------------------------------------------------------------------------

    @rule(who=NUMBERS)
    def open_problem(self, who: int) -> None:
        by = self.agent(who)
        refused = None if self.model.agents[by].is_active else NotAnAgent
        problem = self.does(lambda: self.desk.open_problem("A cause", by=by, source=self.source()), refused)
        if problem is not None:
            self.problems[problem.id] = False

    def problem(self, number: int) -> int | None:
        latest = list(self.problems)[-2:]
        return latest[number % len(latest)] if latest else None

    @rule(which=NUMBERS, who=NUMBERS, number=NUMBERS)
    def link_several(self, which: int, who: int, number: int) -> None:
        for step in range(4):
            self.link(which + step, who, number)

    @rule(which=NUMBERS, who=NUMBERS, number=NUMBERS)
    def link(self, which: int, who: int, number: int) -> None:
        ticket, by, problem = self.pick(which), self.agent(who), self.problem(number)
        if problem is None:
            return
        is_new = self.linked.get(ticket.ref, (None,))[0] != problem
        refused = self.no_team(ticket, by) or (ProblemIsResolved if is_new and self.problems[problem] else None)
        self.does(lambda: self.desk.link_to_problem(ticket.ref, problem, by=by), refused)
        if refused is None and is_new:
            self.linked[ticket.ref] = problem, self.clock.now

    @rule(which=NUMBERS, who=NUMBERS)
    def unlink(self, which: int, who: int) -> None:
        ticket, by = self.pick(which), self.agent(who)
        refused = self.no_team(ticket, by)
        self.does(lambda: self.desk.unlink_from_problem(ticket.ref, by=by), refused)
        if refused is None:
            self.linked.pop(ticket.ref, None)

    @rule(who=NUMBERS, number=NUMBERS, resolves=st.booleans())
    def press_for_all(self, who: int, number: int, resolves: bool) -> None:
        by, problem = self.agent(who), self.problem(number)
        if problem is None:
            return
        refused: type[HelpdeskError] | None = None if self.model.agents[by].is_active else NotAnAgent
        if refused is None and self.problems[problem]:
            refused = ProblemIsResolved
        plan = self.desk.plan_resolve_all if resolves else self.desk.plan_answer_to_all
        act_id = self.does(lambda: plan(problem, self.text_for(resolves), by=by, source=self.source()), refused)
        if act_id is not None:
            self.problems[problem] = self.problems[problem] or resolves
            self.plans.append(Plan(act_id, problem, resolves, by, self.clock.now))

    @rule(number=NUMBERS)
    def reopen_problem(self, number: int) -> None:
        problem = self.problem(number)
        by = next((agent.id for agent in self.model.agents.values() if agent.is_active), None)
        if problem is not None and by is not None:
            self.does(lambda: self.desk.reopen_problem(problem, by=by))
            self.problems[problem] = False

    @rule(at_most=st.sampled_from([1, 2, 50]), number=NUMBERS)
    def carry_on(self, at_most: int, number: int) -> None:
        """A part of an act; between two parts anything may happen to its tickets."""
        running = [plan for plan in self.plans if not plan.is_over]
        if not running:
            return
        plan = running[number % len(running)]
        self.does(lambda: self.desk.carry_out(plan.act_id, at_most=at_most))
        meant = self.meant(plan)[:at_most]
        for ref in meant:
            plan.done.add(ref)
            plan.left += not self.treated(plan, self.model.tickets[ref])
        plan.is_over = len(meant) < at_most
        act = self.desk.problem_act(plan.act_id)
        assert act is not None
        assert (act.done, act.total) == (len(plan.done) - plan.left, len(plan.done) + len(self.meant(plan)))
        assert (act.ended_at is not None, act.text is None) == (plan.is_over, plan.is_over)

    def meant(self, plan: Plan) -> list[TicketRef]:
        """What is still to be done: linked by the press, linked still, and not done."""
        if plan.is_over:
            return []
        linked = [
            ref
            for ref, (problem, since) in self.linked.items()
            if problem == plan.problem and since <= plan.planned_at and ref not in plan.done
        ]
        return sorted(linked, key=lambda ref: ref.number)

    def treated(self, plan: Plan, ticket: ModelTicket) -> bool:
        if ticket.status in OVER or self.no_team(ticket, plan.by) is not None:
            return False
        ticket.public.append(self.text_for(plan.resolves))
        if plan.resolves:
            self.solve(ticket, plan.by)
        elif ticket.status == "assigned" and ticket.holder == plan.by:
            ticket.status = "in_progress"
        return True

    def blank(self, theirs: set[CommentKey], before: Mapping[CommentKey, Words]) -> None:
        super().blank(theirs, before)
        for key in theirs:
            if key.number == 0:
                self.tagged[key.ticket] = set()

    @staticmethod
    def text_for(resolves: bool) -> str:
        return "It works again." if resolves else "We know."

    # --- what holds after each step -----------------------------------------------------------------------------------

    @invariant()
    def labels_are_as_in_the_model(self) -> None:
        if not hasattr(self, "problems"):
            return
        for ref, names in self.tagged.items():
            assert set(self.desk.tags(ref)) == names
        for problem, is_resolved in self.problems.items():
            found = self.desk.problem(problem)
            assert found.tickets == sum(number == problem for number, _ in self.linked.values())
            assert found.is_resolved == is_resolved
        for ref, ticket in self.model.tickets.items():
            rating = self.desk.rating(ref)
            if ticket.resolved_at is None:
                self.said.pop(ref, None)
            assert (None if rating is None else rating.is_helpful) == self.said.get(ref)


def test_many_tickets_at_once_are_as_in_the_model(database: Database) -> None:
    machine = type("Machine", (ProblemMachine,), {"database": database})
    run_state_machine_as_test(machine, settings=with_examples(5, steps=25, on=database))
