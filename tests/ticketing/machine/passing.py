"""Rules about time that passes and settings that change."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.ticketing.machine.documents import DOCUMENTS, KEYS, NUMBERS
from tests.ticketing.machine.working import Working
from ticketing.model import (
    Priority,
)


class Passing(Working):
    """Time and settings."""

    @rule(by=st.sampled_from([1, 9 * 60, 29 * 60, 3 * 3600, 20 * 3600, 2 * 86_400, 5 * 86_400]))
    def wait(self, by: int) -> None:
        self.clock.advance(seconds=by)
        self.model.now = self.clock.now

    @rule()
    def watch(self) -> None:
        following = self.does(lambda: self.desk.watch_step(self.clock.now))
        assert following is None or following > self.clock.now

    @rule(which=NUMBERS, hours=st.sampled_from([1, 4, 8]), category=KEYS)
    def slip_and_ask_less(self, which: int, hours: int, category: str) -> None:
        """Late by the hurried promise and in time by the slow one: the mark goes, and comes again when it is true again."""
        self.triage(which, Priority.URGENT, category)
        self.clock.advance(hours=hours)
        self.watch()
        self.triage(which, Priority.LOW, category)
        self.watch()

    @rule()
    def time_passes_on_what_rests(self) -> None:
        closed = self.does(lambda: self.desk.close_step(self.clock.now))
        assert closed == self.model.close_by_time()
        self.does(lambda: self.desk.wake_step(self.clock.now))
        for ticket in self.model.tickets.values():
            if ticket.snoozed_until is not None and ticket.snoozed_until <= self.clock.now:
                ticket.snoozed_until = None

    @rule(recompute=st.booleans())
    def configure(self, recompute: bool) -> None:
        self.version = self.desk.configure(DOCUMENTS[self.version % 2], by=None)
        if recompute:
            self.does(self.desk.recompute_step)
            assert self.desk.outdated_clocks() == 0
            for ref, log in self.logs.items():
                if self.desk.ticket(ref).last_event == len(log):
                    # Nothing moved, which is no entry of the log: the clocks only name the version that promises the same.
                    self.stamps[ref.number, len(log)] = self.version
