"""At any moment, and at the end of everything once a customer is erased: figures that follow from the log."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.ticketing.machine.documents import promised
from tests.ticketing.machine.joining import Joining
from tests.ticketing.replay import Replay
from tests.ticketing.report_oracle import Logged, logged, recomputed
from ticketing.model import Ticket

UTC_ZONE = ZoneInfo("UTC")


class LookingBack(Joining):
    """Reports while it goes on; at the end a customer is erased for sure, and all is looked at once more."""

    def teardown(self) -> None:
        if self.customers and not self.is_broken():
            self.figures_follow_from_the_log()
            self.erase_customer(self.customers[0])
            self.figures_follow_from_the_log()
        super().teardown()

    def is_broken(self) -> bool:
        """Whether a step has failed: what the model knows is then behind, and the failure is what counts."""
        return len(self.model.tickets) != len(self.all_tickets())

    def all_tickets(self) -> list[Ticket]:
        everybody = (*self.customers, *self.erased)
        return [ticket for who in everybody for ticket in self.desk.tickets_of_customer(who, limit=999)]

    @rule(days=st.integers(0, 1))
    def look_back(self, days: int) -> None:
        self.clock.advance(hours=days)
        self.figures_follow_from_the_log()

    def figures_follow_from_the_log(self) -> None:
        found = [self.told(ticket) for ticket in self.all_tickets()]
        start, end = self.clock.now - timedelta(days=3), self.clock.now + timedelta(days=1)
        expected = recomputed(found, start, end, self.clock.now, UTC_ZONE)
        report = self.desk.report(start, end)
        wrong = {
            name: (getattr(report, name), figure)
            for name, figure in expected.items()
            if getattr(report, name) != figure
        }
        assert wrong == {}, wrong

    def told(self, ticket: Ticket) -> Logged:
        events = self.desk.events(ticket.ref)
        replayed = Replay(
            events,
            promises=promised,
            agents_at=lambda event: self.teams.get((event.ticket_number, event.seq), frozenset()),
            version_at=lambda event: self.versions.get((event.ticket_number, event.seq), self.version),
            stamped_after=lambda event: self.stamps.get((event.ticket_number, event.seq)),
        )
        assert list(ticket.clocks) == replayed.result()
        return logged(events, replayed.clocks.values())
