"""Rules that follow one ticket for many steps, with its clocks looked at after each."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.ticketing.desk_model import ModelTicket
from tests.ticketing.machine.alerting import Alerting, end_of_quiet, is_quiet
from tests.ticketing.machine.assigning import Assigning
from tests.ticketing.machine.documents import KEYS, MINUTES, NUMBERS, PRIORITIES, STRATEGIES, UNTOUCHED_AFTER
from tests.ticketing.machine.passing import Passing
from tests.ticketing.machine.talking import Talking
from ticketing.model import ClockKind, Priority, SlaClock

ACTS = (
    *("begin", "answer", "answer_as_of_an_instant", "ask", "wait", "resume", "resolve", "undo"),
    *("reopen", "release", "pull_back", "triage", "prioritize", "settings", "later", "at_an_instant", "look"),
)
"""What may become of the ticket: each is a method `then_...`, as are the further ones of the plots."""
PAUSES = "begin wait later ask later wait later resume prioritize wait later resolve undo resume later prioritize"
PROMISES = "office begin promise wait later office no_promise later promise resume later office no_promise promise wait"
OUTCOMES = "office promise release look begin release prioritize begin answer prioritize resolve undo prioritize"
MARKS = "begin at_an_instant later look answer_as_of_an_instant ask at_an_instant second look later look prioritize look resolve"
WARNINGS = (
    "hurry begin resolve reopen begin answer_now near_the_end ask_now minutes look minutes minutes look minutes look "
    "see_briefly resolve nine_minutes lapse undo"
)
CLIMBS = (
    "hurry begin overdue look half_hour release begin climb half_hour climb see hour climb lapse "
    "hour resolve climb undo climb answer"
)
LIES = "calm begin lie climb half_hour climb hour climb answer_now lie climb wait resume lie climb release lie climb"
AGAIN = "begin answer resolve reopen begin answer resolve reopen begin wait resolve reopen begin resolve reopen"
PLOTS = (PAUSES, PROMISES, OUTCOMES, MARKS, WARNINGS, AGAIN, CLIMBS, LIES)
DICE = st.lists(st.integers(0, 59), min_size=20, max_size=20)
MORE = st.lists(st.tuples(st.integers(0, 15), st.sampled_from(ACTS)), max_size=2)
SPANS = [
    timedelta(0),
    timedelta(seconds=1),
    9 * MINUTES,
    10 * MINUTES,
    11 * MINUTES,
    55 * MINUTES,
    timedelta(hours=7),
    timedelta(days=2),
]
LATE = [timedelta(0), timedelta(seconds=1), 7 * MINUTES, 45 * MINUTES, timedelta(hours=5)]
HOLDER = 5
"""A number by which rules take whoever holds the ticket."""


class Lives(Assigning, Talking, Passing, Alerting):
    """One ticket for a while: what goes wrong only after several things in a row is hardly met among eight tickets."""

    @rule(which=NUMBERS, life=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 59)), min_size=10, max_size=20))
    def live(self, which: int, life: list[tuple[str, int]]) -> None:
        self.live_through(which, life)

    def live_through(self, which: int, life: list[tuple[str, int]]) -> None:
        self.focus = self.pick(which)
        try:
            for act, dice in life:
                if self.focus.status != "closed":
                    self.one(act, dice, self.focus)
        finally:
            self.focus = None

    def follow(self, plot: str, which: int, dice: list[int], more: list[tuple[int, str]]) -> None:
        """A life in which one thing is sure to follow another, with something else now and then between."""
        acts = plot.split()
        for place, act in more:
            acts.insert(place, act)
        self.live_through(which, list(zip(acts, dice, strict=False)))

    @initialize(
        loads=st.lists(st.integers(1, 2), min_size=4, max_size=4),
        opened=st.lists(st.tuples(NUMBERS, KEYS, PRIORITIES), min_size=len(PLOTS), max_size=9),
        lives=st.lists(st.tuples(DICE, MORE), min_size=len(PLOTS), max_size=len(PLOTS)),
    )
    def begin(
        self,
        loads: list[int],
        opened: list[tuple[int, str, Priority]],
        lives: list[tuple[list[int], list[tuple[int, str]]]],
    ) -> None:
        """Every example has seen each plot, on a ticket of its own."""
        self.make_people(loads, opened)
        for which, (plot, (dice, more)) in enumerate(zip(PLOTS, lives, strict=True)):
            self.follow(plot, which, dice, more)

    @rule(plot=st.sampled_from(PLOTS), which=NUMBERS, dice=DICE, more=MORE)
    def follow_again(self, plot: str, which: int, dice: list[int], more: list[tuple[int, str]]) -> None:
        self.follow(plot, which, dice, more)

    def one(self, act: str, dice: int, ticket: ModelTicket) -> None:
        """One act of a life, and the look at what became of it."""
        if act in ("settings", "office"):
            self.all_is_as_in_the_model()  # what has happened so far did so under the settings before
        getattr(self, f"then_{act}")(dice)
        if act in ("settings", "office"):
            self.all_is_as_in_the_model()  # and every ticket has its clocks counted anew
        else:
            self.check_ticket(self.desk.ticket(ticket.ref), self.stored_pauses(ticket.ref).get(ticket.ref.number, {}))

    def then_begin(self, _dice: int) -> None:
        """Somebody has it, whatever it was before."""
        assert self.focus is not None
        if self.focus.status == "resolved":
            self.reopen(0)
        if self.focus.status == "open":
            self.claim(0, self.agents.index(self.somebody(self.focus)), beyond=True)

    def then_answer(self, dice: int) -> None:
        self.agent_says(0, HOLDER, LATE[dice % len(LATE)], kind=["public", "public", "internal", "automatic"][dice % 4])

    def then_answer_as_of_an_instant(self, dice: int) -> None:
        """Said exactly when it was due, however late it arrives."""
        passed = [at for at in self.instants() if at <= self.clock.now]
        if passed:
            self.agent_says(0, HOLDER, self.clock.now - passed[dice % len(passed)], kind="public")

    def then_ask(self, dice: int) -> None:
        assert self.focus is not None
        if self.focus.status != "resolved" or dice % 3 == 0:
            self.customer_says(0, LATE[dice % len(LATE)], thanks=dice % 3 == 0)

    def then_wait(self, dice: int) -> None:
        self.wait_for_customer(0, HOLDER, asks=dice % 2 == 0)

    def then_resume(self, _dice: int) -> None:
        self.resume(0, HOLDER)

    def then_resolve(self, dice: int) -> None:
        self.resolve(0, HOLDER, answers=dice % 2 == 0)

    def then_undo(self, _dice: int) -> None:
        self.undo(0, HOLDER)

    def then_reopen(self, _dice: int) -> None:
        self.reopen(0)

    def then_release(self, _dice: int) -> None:
        self.release(0, HOLDER)

    def then_pull_back(self, _dice: int) -> None:
        self.pull_back(0, HOLDER)

    def then_triage(self, dice: int) -> None:
        self.triage(0, Priority(1 + dice % 4), sorted(STRATEGIES)[dice % 3])

    def then_prioritize(self, dice: int) -> None:
        assert self.focus is not None
        self.triage(0, Priority(1 + dice % 4), self.focus.category)

    def then_hurry(self, _dice: int) -> None:
        self.triage(0, Priority.URGENT, "account")

    def then_calm(self, _dice: int) -> None:
        """Nothing is due for long."""
        self.triage(0, Priority.LOW, "account")

    def then_lie(self, _dice: int) -> None:
        """So long that it has to be told of, and by day."""
        self.clock.now += UNTOUCHED_AFTER + MINUTES
        if is_quiet(self.clock.now):
            self.climb()
            self.clock.now = end_of_quiet(self.clock.now)
        self.model.now = self.clock.now

    def then_no_promise(self, _dice: int) -> None:
        """Under the second document no solution is promised for these."""
        self.triage(0, Priority.LOW, "technical")

    def then_promise(self, _dice: int) -> None:
        self.triage(0, Priority.MEDIUM, "technical")

    def then_office(self, _dice: int) -> None:
        if self.version % 2 == 1:
            self.configure(recompute=True)

    def then_answer_now(self, _dice: int) -> None:
        self.agent_says(0, HOLDER, LATE[0], kind="public")

    def then_ask_now(self, _dice: int) -> None:
        self.customer_says(0, LATE[0], thanks=False)

    def then_settings(self, _dice: int) -> None:
        self.configure(recompute=True)

    def then_later(self, dice: int) -> None:
        self.clock.now += SPANS[dice % len(SPANS)]
        self.model.now = self.clock.now

    def then_at_an_instant(self, dice: int) -> None:
        """Exactly when something is due, or to be warned of."""
        to_come = [at for at in self.instants() if at > self.clock.now]
        if to_come:
            self.clock.now = self.model.now = to_come[dice % len(to_come)]

    def then_second(self, _dice: int) -> None:
        """So far behind the watch looks."""
        self.then_later(1)

    def then_minutes(self, _dice: int) -> None:
        self.then_later(SPANS.index(11 * MINUTES))

    def then_nine_minutes(self, _dice: int) -> None:
        """Just so long that what was done can be undone."""
        self.then_later(SPANS.index(9 * MINUTES))

    def then_near_the_end(self, _dice: int) -> None:
        """Just before the warning of the solution."""
        assert self.focus is not None
        solution = self.desk.ticket(self.focus.ref).current_clock(ClockKind.RESOLUTION)
        if solution is not None and solution.warn_at is not None:
            self.clock.now = self.model.now = max(self.clock.now, solution.warn_at - 10 * MINUTES)

    def then_overdue(self, _dice: int) -> None:
        """A second after all that is owed was due: so far behind the watch looks."""
        ends = [clock.due_at for clock in self.running() if clock.due_at is not None]
        if ends:
            self.clock.now = self.model.now = max(self.clock.now, *ends) + timedelta(seconds=1)

    def then_half_hour(self, _dice: int) -> None:
        self.clock.now = self.model.now = self.clock.now + 31 * MINUTES

    def then_hour(self, _dice: int) -> None:
        self.clock.now = self.model.now = self.clock.now + 61 * MINUTES

    def then_climb(self, _dice: int) -> None:
        self.climb()

    def then_lapse(self, _dice: int) -> None:
        self.lapse()

    def then_take(self, dice: int) -> None:
        self.take_alert(0, dice, seen=False, ahead=45 * MINUTES)

    def then_see(self, dice: int) -> None:
        self.take_alert(0, dice, seen=True, ahead=45 * MINUTES)

    def then_see_briefly(self, dice: int) -> None:
        self.take_alert(0, dice, seen=True, ahead=7 * MINUTES)

    def then_look(self, _dice: int) -> None:
        self.watch()

    def instants(self) -> list[datetime]:
        return sorted({at for clock in self.running() for at in (clock.warn_at, clock.due_at) if at is not None})

    def running(self) -> list[SlaClock]:
        assert self.focus is not None
        return [clock for clock in self.desk.ticket(self.focus.ref).clocks if clock.is_running]
