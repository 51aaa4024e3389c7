"""Rules about what hangs on tickets and goes along when they are merged, taken apart and moved: tags, and their problem."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.ticketing.desk_model import ModelTicket
from tests.ticketing.machine.documents import NUMBERS
from tests.ticketing.machine.erasing import Erasing
from ticketing.model import PersonId, Priority, TicketRef

TAGS = ("fixed", "printer", "vpn")
WANTED = st.sets(st.sampled_from(TAGS))


class Labelling(Erasing):
    """Tags and problems."""

    def __init__(self) -> None:
        super().__init__()
        self.tagged: dict[TicketRef, set[str]] = {}
        self.linked: dict[TicketRef, int] = {}
        self.problems: list[int] = []

    def make_people(self, loads: list[int], opened: list[tuple[int, str, Priority]]) -> None:
        """Some tickets have tags and a problem from the start, or hardly any of them would meet."""
        super().make_people(loads, opened)
        by = self.agents[0]
        self.problems = [self.desk.open_problem(each, by=by, source=f"v:{each}").id for each in ("One", "Other")]
        for number in range(4):
            self.label(number, 0, {TAGS[number % len(TAGS)]})
            self.group(number, 0, number)

    @rule(which=NUMBERS, who=NUMBERS, wanted=WANTED)
    def label(self, which: int, who: int, wanted: set[str]) -> None:
        ticket, by = self.pick(which), self.agent(who)
        refused = self.no_team(ticket, by)
        self.does(lambda: self.desk.set_tags(ticket.ref, sorted(wanted), by=by), refused)
        if refused is None:
            self.tagged[ticket.ref] = set(wanted)

    @rule(which=NUMBERS, who=NUMBERS, number=NUMBERS)
    def group(self, which: int, who: int, number: int) -> None:
        ticket, by = self.pick(which), self.agent(who)
        problem = self.problems[number % len(self.problems)]
        refused = self.no_team(ticket, by)
        self.does(lambda: self.desk.link_to_problem(ticket.ref, problem, by=by), refused)
        if refused is None:
            self.linked[ticket.ref] = problem

    def tags(self, ticket: ModelTicket) -> set[str]:
        return self.tagged.setdefault(ticket.ref, set())

    def regroup(self, ticket: ModelTicket, to: ModelTicket) -> int | None:
        """The one is of the other's problem in its place, if it is of none; which that was."""
        if ticket.ref not in self.linked or to.ref in self.linked:
            return None
        self.linked[to.ref] = self.linked.pop(ticket.ref)
        return self.linked[to.ref]

    def erase_customer(self, who: PersonId) -> None:
        super().erase_customer(who)
        self.tagged = {ref: set() if ref.customer_id == who else each for ref, each in self.tagged.items()}

    @invariant()
    def labels_are_as_in_the_model(self) -> None:
        for ref in self.model.tickets:
            assert set(self.desk.tags(ref)) == self.tagged.get(ref, set())
            problem = self.desk.problem_of(ref)
            assert (None if problem is None else problem.id) == self.linked.get(ref)
