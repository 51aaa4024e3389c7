"""
Answers that a customer may be offered before they ask: what solved a ticket of their own, and what the team has shared.

Nothing is shared by itself. Whoever resolves a ticket may say that others are to read its subject and the answer; of a private
category nobody can. The log holds who said so; deleting the answer, or pulling it back, takes the offer away with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from ticketing import search
from ticketing.children import children
from ticketing.desk.searching import MOST, MOST_WORDS_COMPARED, Searching
from ticketing.errors import TicketNotFound
from ticketing.events import EventKind
from ticketing.model import CloseReason, Comment, PersonId, Ticket, TicketRef, TicketStatus
from ticketing.rows import comment_from
from ticketing.tables import comments, ticket_events
from ticketing.words import asked_words

NOT_ANSWERED = frozenset(CloseReason) - {CloseReason.TIME}


@dataclass(frozen=True)
class OfferedAnswer:
    """A ticket that is solved, and what solved it."""

    ticket: Ticket
    answer: Comment


class Sharing(Searching):
    """See `ticketing.desk.Desk`."""

    def offered_answers(
        self, customer_id: PersonId, text: str, *, category: str | None = None, limit: int = 3
    ) -> list[OfferedAnswer]:
        """
        What may help a customer with a subject and description like `text`: their own solved tickets and shared answers.

        Those that share most of its rarer words first.
        """
        words = asked_words(text, at_most=MOST_WORDS_COMPARED)
        with self._database.read() as connection:
            alike = self._tickets_of(search.resolved_like(connection, words, category=category, limit=MOST))
            found = self._offered(connection, customer_id, alike)
        return found[: max(0, limit)]

    def offered_answer(self, customer_id: PersonId, ref: TicketRef) -> OfferedAnswer:
        """One of them. Raises TicketNotFound for a ticket that this customer is not offered."""
        ticket = self.ticket(ref)
        with self._database.read() as connection:
            found = self._offered(connection, customer_id, [ticket])
        if not found:
            raise TicketNotFound(ref.number)
        return found[0]

    def _offered(self, connection: Connection, customer_id: PersonId, tickets: Iterable[Ticket]) -> list[OfferedAnswer]:
        solved = [ticket for ticket in tickets if _is_solved(ticket)]
        refs = [ticket.ref for ticket in solved]
        shared = {
            (row["customer_id"], row["ticket_id"], int(row["to_value"]))
            for row in children(connection, ticket_events, refs)
            if row["kind"] == EventKind.SHARED.value
        }
        private = {each.key for each in self._configuration_in_force(connection).private_categories}
        said: dict[TicketRef, list[Comment]] = {}
        for row in children(connection, comments, refs):
            comment = comment_from(row)
            said.setdefault(TicketRef(comment.customer_id, comment.ticket_number), []).append(comment)
        found = []
        for ticket in solved:
            answers = [each for each in said.get(ticket.ref, ()) if _is_answer(each)]
            if ticket.customer_id != customer_id:
                if ticket.category in private:
                    continue
                answers = [each for each in answers if (each.customer_id, each.ticket_number, each.number) in shared]
            if answers:
                found.append(OfferedAnswer(ticket, answers[-1]))
        return found


def _is_solved(ticket: Ticket) -> bool:
    is_over = ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED)
    return is_over and ticket.close_reason not in NOT_ANSWERED


def _is_answer(comment: Comment) -> bool:
    """What the team said to the customer, and stands."""
    is_public = not (comment.is_internal or comment.is_automatic)
    return is_public and comment.deleted_at is None and comment.author_id != comment.customer_id
