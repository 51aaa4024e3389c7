"""What a transaction changes about a ticket: its fields, its log, its comments, and what is to be shown of it afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ticketing import queue
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import to_us
from ticketing.ladder import STEPS
from ticketing.model import (
    Attachment,
    Comment,
    CommentKey,
    Link,
    LinkKind,
    PersonId,
    SlaClock,
    Ticket,
    TicketRef,
    TicketStatus,
)
from ticketing.rows import alert_row, attachment_row, comment_row, errand_row, event_row, link_row, origin_row
from ticketing.tables import (
    alerts,
    attachments,
    comment_origins,
    comments,
    outbox,
    problem_tickets,
    ticket_events,
    ticket_links,
    ticket_tags,
)
from ticketing.transaction.reading import Reading

_RANKED_BY = {"status", "priority", "tier", "sla_start_at"}


class Changing(Reading):
    """Frozen values moved from one state to the next; version and place in the queue follow by themselves."""

    def create(self, ticket: Ticket, *, customer_name: str) -> Ticket:
        """A new ticket, written at the end, and found by its customer's name too."""
        self._work.opened[ticket.ref] = customer_name
        self._work.before[ticket.ref] = None
        worked_out = {"queue_rank": self._rank(ticket), "promised_version": self.configuration.version}
        self._work.now[ticket.ref] = ticket = _with(ticket, worked_out)
        return ticket

    def change(self, ticket: Ticket, **changes: Any) -> Ticket:
        """The ticket with some fields changed; its version and its place in the queue follow."""
        current, before = self._work.now[ticket.ref], self._work.before[ticket.ref]
        if changes.items() <= vars(current).items():
            return current
        changes["version"] = 1 if before is None else before.version + 1
        changed = _with(current, changes)
        if not _RANKED_BY.isdisjoint(changes):
            changed = _with(changed, {"queue_rank": self._rank(changed)})
        self._work.now[ticket.ref] = changed
        return changed

    def _rank(self, ticket: Ticket) -> int | None:
        """Only what is OPEN waits in the queue."""
        if ticket.status is not TicketStatus.OPEN:
            return None
        return queue.rank(ticket.priority, ticket.tier, ticket.sla_start_at, self.configuration.queue)

    def hold(self, ticket: Ticket, agent_id: PersonId, *, already_counted: bool = False) -> Ticket:
        """Put the ticket into an agent's hands; `already_counted` when `take_load` has made room for it."""
        if already_counted:
            self._work.taken.add(ticket.ref)
        return self.change(
            ticket, assigned_agent_id=agent_id, last_agent_id=agent_id, assigned_at=self.now, snoozed_until=None
        )

    def log(
        self,
        ticket: Ticket,
        kind: EventKind,
        *,
        by: PersonId | None,
        from_value: object = None,
        to_value: object = None,
        reason: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Ticket:
        """Append to the audit log. Ids, codes and numbers only: never a person's words."""
        stepped = {"stepped_at": self.now} if kind in STEPS else {}
        ticket = self.change(ticket, last_event=self._work.now[ticket.ref].last_event + 1, **stepped)
        event = TicketEvent(
            customer_id=ticket.customer_id,
            ticket_number=ticket.number,
            seq=ticket.last_event,
            at=self.now,
            actor_id=by,
            kind=kind,
            from_value=None if from_value is None else str(from_value),
            to_value=None if to_value is None else str(to_value),
            reason=reason,
            data=data or {},
        )
        self._events.append(event)
        self._work.inserts[ticket_events].append(event_row(event))
        return ticket

    def say(self, ticket: Ticket, comment: Comment) -> Ticket:
        """Keep a comment."""
        self._work.inserts[comments].append(comment_row(comment))
        return self.change(ticket, last_comment=comment.number, last_activity_at=self.now)

    def keep_files(self, ticket: Ticket, comment: int, files: Iterable[Attachment], *, after: int = 0) -> None:
        """Refer to the files of a comment, in their order; a file that is referred to already is only named anew."""
        rows = (attachment_row(ticket.ref, comment, file, place) for place, file in enumerate(files, start=after + 1))
        self._work.inserts[attachments].extend(rows)

    def keep_origin(self, copy: CommentKey, origin: CommentKey) -> None:
        """Record what a comment, or with number 0 a description, is a copy of."""
        self._work.inserts[comment_origins].append(origin_row(copy, origin))

    def keep_link(self, ticket: Ticket, other: TicketRef, kind: LinkKind, *, by: PersonId | None) -> None:
        """Record that a ticket hangs together with another; the other one's side is a link of its own."""
        link = Link(other, kind, linked_at=self.now, linked_by=by)
        self._work.inserts[ticket_links].append(link_row(ticket.ref, link))

    def keep_tag(self, ticket: Ticket, tag: int) -> None:
        """Put a tag, by its number, on a new ticket."""
        row = {"customer_id": ticket.customer_id, "ticket_id": ticket.number, "tag_id": tag}
        self._work.inserts[ticket_tags].append(row | {"tagged_at": to_us(self.now)})

    def keep_problem(self, ticket: Ticket, problem: int, linked_at: datetime) -> None:
        """Let a ticket, which may be new, be of a problem, as from `linked_at`."""
        row = {"customer_id": ticket.customer_id, "ticket_id": ticket.number, "problem_id": problem}
        self._work.inserts[problem_tickets].append(row | {"linked_at": to_us(linked_at)})

    def alert(self, ticket: Ticket, clock: SlaClock, stage: str, due_at: datetime) -> None:
        """One row for each clock run and stage: its key is what makes an alert exactly one."""
        self._work.inserts[alerts].append(alert_row(ticket.ref, clock, stage, due_at=due_at, at=self.now))

    def tell(
        self,
        place: str,
        about: str,
        kind: str,
        *,
        ticket: TicketRef | None,
        priority: int = 0,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Ask for something to be shown after the commit.

        `place` is `p:PERSON` (their conversation with the app) or `c:CHANNEL`; `about` names what is shown there,
        `kind` how; it is rendered from the state at the time of sending. Higher `priority` goes first.
        """
        row = errand_row(place, about, kind, ticket=ticket, priority=priority, data=data, at=self.now)
        self._work.inserts[outbox].append(row)


def _with(ticket: Ticket, changes: Mapping[str, Any]) -> Ticket:
    """`dataclasses.replace` without calling `__init__` with three dozen names, which a ticket's path does ten times."""
    changed = object.__new__(Ticket)
    changed.__dict__.update(ticket.__dict__, **changes)
    return changed
