"""Customers who are erased at any moment: no word of theirs is found anywhere, and everything else is as it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from hypothesis.stateful import rule
from sqlalchemy import select

from tests.ticketing.machine.assigning import Assigning
from tests.ticketing.machine.documents import NUMBERS
from tests.ticketing.test_personal_data import rows_with
from ticketing.desk.copies import DESCRIPTION
from ticketing.errors import StillOfTheTeam
from ticketing.events import EventKind, TicketEvent
from ticketing.model import CommentKey, PersonId, Priority, Ticket
from ticketing.tables import comment_origins, comments, tickets
from ticketing.transaction import Transaction


class Words(NamedTuple):
    """What stands somewhere, and who wrote it."""

    author: PersonId
    text: str
    is_internal: bool = False


class Erasing(Assigning):
    """Customers who are erased; whoever writes from their account afterwards is somebody new."""

    def __init__(self) -> None:
        super().__init__()
        self.desk.subscribe(self.ask_to_show)

    def ask_to_show(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        """Something waits to be sent that quotes the customer."""
        if event.kind in (EventKind.OPENED, EventKind.COMMENTED) and ticket.customer_id in self.marks:
            place, data = f"p:{ticket.customer_id}", {"quoted": self.mark(ticket.customer_id)}
            tx.tell(place, f"t:{ticket.number}", "note", ticket=ticket.ref, data=data)

    @rule(which=NUMBERS)
    def erase(self, which: int) -> None:
        who = self.customers[which % len(self.customers)]
        agent = self.model.agents.get(who)
        if agent is None:
            self.erase_customer(who)
        elif agent.is_active:
            self.does(lambda: self.desk.erase_customer(who, by=None), StillOfTheTeam)

    def erase_customer(self, who: PersonId) -> None:
        before = self.words()
        theirs = self.words_of(who, before)
        with self.database.read() as connection:
            assert "people" in rows_with(connection, self.marks[who])
        document = self.desk.export_customer(who, by=None)
        own = [ticket for ticket in self.model.tickets.values() if ticket.ref.customer_id == who]
        assert {row["id"] for row in document["tickets"]} == {ticket.ref.number for ticket in own}

        self.does(lambda: self.desk.erase_customer(who, by=None))

        after = self.words()
        assert {key: words.text for key, words in after.items() if key in theirs and words.text} == {}
        kept = before.keys() - theirs
        assert {key: after[key].text for key in kept} == {key: before[key].text for key in kept}
        if self.database.is_sqlite:
            self.desk.compact()  # the index keeps what was deleted until then; elsewhere it takes seconds, and rows show all
        with self.database.read() as connection:
            assert rows_with(connection, self.marks[who]) == set()
        self.blank(theirs, before)
        for ticket in own:
            self.model.close(ticket)
        self.erased.append(who)
        place = self.customers.index(who)
        self.customers[place] = self.new_customer(self.tiers[who])
        self.open(place, "billing", Priority.MEDIUM, timedelta(0))

    def blank(self, theirs: set[CommentKey], before: Mapping[CommentKey, Words]) -> None:
        """The model forgets the words, too; machines that keep more of them forget that as well."""
        for key in theirs:
            ticket, words = self.model.tickets[key.ticket], before[key]
            if key.number == DESCRIPTION:
                ticket.subject = ticket.description = ""
            elif words.text:
                said = ticket.internal if words.is_internal else ticket.public
                said[said.index(words.text)] = ""

    def words(self) -> dict[CommentKey, Words]:
        """Everything that stands anywhere, by where."""
        with self.database.read() as connection:
            found = {
                CommentKey(PersonId(row.customer_id), row.id, DESCRIPTION): Words(
                    PersonId(row.opened_by), f"{row.subject}{row.description}"
                )
                for row in connection.execute(select(tickets))
            }
            return found | {
                CommentKey(PersonId(row.customer_id), row.ticket_id, row.id): Words(
                    PersonId(row.author_id), row.text, row.is_internal
                )
                for row in connection.execute(select(comments))
            }

    def words_of(self, who: PersonId, written: Mapping[CommentKey, Words]) -> set[CommentKey]:
        """All on their tickets, what they wrote elsewhere, and copies of what they wrote or their tickets began with."""
        found = {key for key, words in written.items() if who in (key.customer_id, words.author)}
        carried = {key for key in found if key.number == DESCRIPTION or written[key].author == who}
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
