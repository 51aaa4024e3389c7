"""At the end of everything: figures that follow from the log, the document of one person, and that person erased."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from tests.ticketing.machine.documents import promised
from tests.ticketing.machine.joining import Joining
from tests.ticketing.replay import Replay
from tests.ticketing.report_oracle import Logged, logged, recomputed
from ticketing.desk.copies import DESCRIPTION
from ticketing.model import CommentKey, PersonId, Ticket
from ticketing.tables import comment_origins, comments, tickets

UTC_ZONE = ZoneInfo("UTC")
Words = dict[CommentKey, tuple[PersonId, str]]


class LookingBack(Joining):
    """Reports while it goes on; at the end a customer is written out and erased, and all is looked at once more."""

    def teardown(self) -> None:
        if self.customers and not self.is_broken():
            self.figures_follow_from_the_log()
            self.erase(self.customers[0])
            self.figures_follow_from_the_log()
        super().teardown()

    def is_broken(self) -> bool:
        """Whether a step has failed: what the model knows is then behind, and the failure is what counts."""
        return len(self.model.tickets) != len(self.all_tickets())

    def all_tickets(self) -> list[Ticket]:
        return [ticket for who in self.customers for ticket in self.desk.tickets_of_customer(who, limit=999)]

    @rule(days=st.integers(0, 1))
    def look_back(self, days: int) -> None:
        self.clock.advance(hours=days)
        self.figures_follow_from_the_log()

    def figures_follow_from_the_log(self) -> None:
        found = [self.told(ticket) for ticket in self.all_tickets()]
        start, end = self.clock.now - timedelta(days=3), self.clock.now + timedelta(days=1)
        expected = recomputed(found, start, end, self.clock.now, UTC_ZONE)
        report = self.desk.report(start, end)
        assert {name: getattr(report, name) for name in expected} == expected

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

    # --- one customer is erased ---------------------------------------------------------------------------------------

    def erase(self, who: PersonId) -> None:
        theirs, before = self.words_of(who), self.words()
        assert theirs <= before.keys()
        document = self.desk.export_customer(who, by=None)
        assert {row["id"] for row in document["tickets"]} == {
            ref.number for ref in self.model.tickets if ref.customer_id == who
        }
        logs = {ticket.ref: self.desk.events(ticket.ref) for ticket in self.all_tickets()}

        self.desk.erase_customer(who, by=None)

        after = self.words()
        assert {key: words for key, (_, words) in after.items() if key in theirs and words} == {}
        kept = {key for key in before if key not in theirs}
        assert {key: after[key][1] for key in kept} == {key: before[key][1] for key in kept}
        for ref, events in logs.items():
            assert self.desk.events(ref)[: len(events)] == events
        assert self.desk.search("help please", customer_id=who, include_internal=True) == []

    def words(self) -> Words:
        """Everything that stands anywhere, by where, with who wrote it."""
        with self.database.read() as connection:
            found = {
                CommentKey(PersonId(row.customer_id), row.id, DESCRIPTION): (PersonId(row.opened_by), row.description)
                for row in connection.execute(select(tickets))
            }
            return found | {
                CommentKey(PersonId(row.customer_id), row.ticket_id, row.id): (PersonId(row.author_id), row.text)
                for row in connection.execute(select(comments))
            }

    def words_of(self, who: PersonId) -> set[CommentKey]:
        """All on their tickets, what they wrote elsewhere, and copies of what they wrote or their tickets began with."""
        written = self.words()
        found = {key for key, (author, _) in written.items() if who in (key.customer_id, author)}
        carried = {key for key in found if key.number == DESCRIPTION or written[key][0] == who}
        with self.database.read() as connection:
            copies = [
                (
                    CommentKey(PersonId(row.origin_customer_id), row.origin_ticket_id, row.origin_comment_id),
                    CommentKey(PersonId(row.customer_id), row.ticket_id, row.comment_id),
                )
                for row in connection.execute(select(comment_origins))
            ]
        while new := {copy for origin, copy in copies if origin in carried} - carried:
            carried |= new
        return found | carried
