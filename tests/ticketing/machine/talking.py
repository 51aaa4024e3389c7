"""Rules about what is said on a ticket."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.ticketing.desk_model import ModelTicket
from tests.ticketing.machine.documents import DELAYS, NUMBERS
from tests.ticketing.machine.world import World
from ticketing.errors import (
    CommentNotFound,
    HelpdeskError,
    TooLateToUndo,
)
from ticketing.model import Comment, TicketRef


class Talking(World):
    """Talking."""

    @rule(which=NUMBERS, late=DELAYS, thanks=st.booleans())
    def customer_says(self, which: int, late: timedelta, thanks: bool) -> None:
        written_on = self.pick(which)
        words = "Thank you!" if thanks else f"It still fails{self.mark(written_on.ref.customer_id)}"
        ticket = written_on.end
        self.clock.advance(microseconds=1)
        said: dict[str, Any] = {"text": words, "source": self.source(), "said_at": self.clock.now - late}
        comment = self.does(lambda: self.desk.add_comment(written_on.ref, author_id=ticket.ref.customer_id, **said))
        if self.is_over(ticket, said["said_at"]):
            while ticket.followed_by is not None:
                ticket = ticket.followed_by
        if self.is_over(ticket, said["said_at"]):
            assert comment.ticket_number != ticket.ref.number
            self.does(lambda: self.desk.ticket(TicketRef(ticket.ref.customer_id, comment.ticket_number)))
            assert self.returned is not None
            ticket.followed_by = self.model.add(self.returned, ticket.tier)
            self.followed_up(ticket, self.returned.ref)
        else:
            ticket.public.append(words)
            ticket.snoozed_until = None
            if ticket.status == "pending_customer":
                ticket.status = "in_progress"
            elif ticket.status == "resolved" and not thanks:
                self.model.reopen(ticket, said["said_at"])
        self.does(lambda: self.desk.add_comment(written_on.ref, author_id=ticket.ref.customer_id, **said))

    def is_over(self, ticket: ModelTicket, said_at: datetime) -> bool:
        """Closed, or resolved longer before than the grace time: what is said then is a new matter."""
        is_late = ticket.resolved_at is not None and said_at > ticket.resolved_at + timedelta(days=7)
        return ticket.status == "closed" or (ticket.status == "resolved" and is_late)

    @rule(which=NUMBERS, who=NUMBERS, late=DELAYS, kind=st.sampled_from(["public", "public", "internal", "automatic"]))
    def agent_says(self, which: int, who: int, late: timedelta, kind: str) -> None:
        written_on = self.pick(which)
        ticket = written_on.end
        by = self.holder_or(ticket, who)
        if by == ticket.ref.customer_id or not self.model.agents[by].is_active:
            return
        said: dict[str, Any] = {"text": f"An answer, {kind}", "source": self.source(), "said_at": self.clock.now - late}
        how: dict[str, Any] = {"internal": kind == "internal", "automatic": kind == "automatic"}
        self.does(lambda: self.desk.add_comment(written_on.ref, author_id=by, **said, **how))
        (ticket.internal if kind == "internal" else ticket.public).append(f"An answer, {kind}")
        if kind == "public" and ticket.status == "open":
            self.model.give_by_hand(ticket, by, by)
        if kind == "public" and ticket.status == "assigned" and ticket.holder == by:
            ticket.status = "in_progress"

    @rule(which=NUMBERS, who=NUMBERS)
    def pull_back(self, which: int, who: int) -> None:
        ticket = self.pick(which)
        said = [each for each in self.desk.comments(ticket.ref, include_internal=True) if each.key.ticket == ticket.ref]
        if not said:
            return
        last = max(said, key=lambda comment: comment.number)
        by = last.author_id if who % 4 else self.agent(who)
        refused: type[HelpdeskError] | None = None
        is_theirs = last.author_id == by != ticket.ref.customer_id
        if not is_theirs or not self.model.agents[by].is_active:
            refused = CommentNotFound
        elif last.deleted_at is not None:
            pass
        elif (
            last.is_internal
            or last.is_automatic
            or self.clock.now > last.said_at + timedelta(minutes=10)
            or last.origin is not None
            or self.is_read(ticket, last)
        ):
            refused = TooLateToUndo
        self.does(lambda: self.desk.pull_back(ticket.ref, last.number, by=by), refused)
        if refused is None and last.deleted_at is None:
            ticket.public.remove(last.text)
            ticket.public.append("")
            self.taken_back(last)
            self.runs_on(ticket, last.said_at)

    def is_read(self, ticket: ModelTicket, answer: Comment) -> bool:
        """Whether the customer has written since where the ticket was merged into, or on one that was merged into it."""
        said = self.desk.comments(ticket.end.ref, include_internal=False)
        others = [each for each in said if each.key.ticket != ticket.ref and each.number]
        return any(each.author_id == ticket.ref.customer_id and each.said_at > answer.said_at for each in others)

    def taken_back(self, answer: Comment) -> None:
        """For rules by which words are copied or have files: those follow."""

    def followed_up(self, ticket: ModelTicket, follow_up: TicketRef) -> None:
        """For rules by which something is kept with a ticket: it goes along."""
