"""The conversation on a ticket: comments by customers and agents, notes among the team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from ticketing.desk.base import DeskBase, checked_key, use_case
from ticketing.desk.comments import answered, asked, instant_said, keep, known_comment
from ticketing.desk.opening import new_ticket, settle_new_ticket
from ticketing.desk.people import customer_of
from ticketing.desk.places import at_its_place, check_place
from ticketing.desk.progress import reopened
from ticketing.desk.roles import as_team, known_role
from ticketing.errors import StaleTicket
from ticketing.events import EventKind
from ticketing.model import Attachment, Comment, PersonId, Role, Ticket, TicketRef, TicketStatus
from ticketing.permissions import check_reaches_customer
from ticketing.statements import TICKET_BY_SOURCE
from ticketing.tables import ticket_events
from ticketing.transaction import Transaction

IN_NEW_TICKET = 0
"""The number of a comment whose words became the description of a follow-up ticket."""


FOLLOWED_BY = (
    select(ticket_events.c.to_value)
    .where(
        ticket_events.c.customer_id == bindparam("customer_id"),
        ticket_events.c.ticket_id == bindparam("ticket_id"),
        ticket_events.c.kind == EventKind.FOLLOWED_UP.value,
    )
    .order_by(ticket_events.c.seq.desc())
    .limit(1)
)


class Conversation(DeskBase):
    """See `ticketing.desk.Desk`."""

    def add_comment(
        self,
        ref: TicketRef,
        *,
        author_id: PersonId,
        text: str,
        internal: bool = False,
        source: str,
        said_at: datetime | None = None,
        automatic: bool = False,
        files: Sequence[Attachment] = (),
        as_holder: bool = False,
        as_reply: bool = False,
    ) -> Comment:
        """
        Keep what somebody said, and what follows from it.

        `source` is its natural key: the same again returns the same comment. A public comment by the team answers; an
        internal one does nothing but stand there. A customer's comment brings a waiting ticket back to work and reopens a
        resolved one, save a bare thanks; after the grace time or on a closed ticket it opens a follow-up, whose number is
        then the comment's `ticket_number` (and its own number 0: the words are that ticket's description, the files its own).
        While there is a follow-up that is not over, what is said on the ticket is said on that one.
        What is said on a ticket that was merged into another is said on that one. `as_holder` is for words that go out only
        because their author has the ticket, or resolved it: from anybody else they are refused with NotTheHolder. `as_reply`
        is for words that are to reach the customer: on a closed ticket they are refused with StaleTicket.
        Raises InvalidInput, PersonNotFound, TicketNotFound; for a note also NotAnAgent and OwnTicket.
        """
        said: dict[str, Any] = {
            "author_id": author_id,
            "text": text,
            "internal": internal,
            "source": source,
            "said_at": said_at,
            "automatic": automatic,
            "files": files,
            "as_holder": as_holder,
            "as_reply": as_reply,
        }
        return at_its_place(ref, lambda place: self._add(place, ref, **said))

    @use_case
    def _add(
        self,
        ref: TicketRef,
        came_to: TicketRef,
        *,
        author_id: PersonId,
        text: str,
        internal: bool,
        source: str,
        said_at: datetime | None,
        automatic: bool,
        files: Sequence[Attachment],
        as_holder: bool,
        as_reply: bool,
    ) -> Comment:
        """Say on one ticket what was said on it, or on one that was merged into it."""
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            check_place(tx, ticket, came_to)
            if (known := _known(tx, ticket, author_id, source)) is not None:
                return known
            if as_holder:
                check_reaches_customer(ticket, author_id)
            if as_reply and ticket.status is TicketStatus.CLOSED:
                raise StaleTicket(ticket)
            if internal and not automatic:
                as_team(tx, ticket, author_id, "write notes")
            is_of_team = author_id != ticket.customer_id and known_role(tx.connection, author_id) >= Role.AGENT
            if not (internal or automatic or is_of_team) and _is_over(tx, ticket, instant_said(tx, said_at)):
                ticket = _continued(tx, ticket)
                if _is_over(tx, ticket, instant_said(tx, said_at)):
                    return _followed_up(tx, ticket, author_id, text, source=source, said_at=said_at, files=files)
            ticket, comment = keep(
                tx,
                ticket,
                author_id,
                text,
                internal=internal,
                source=source,
                said_at=said_at,
                automatic=automatic,
                files=files,
                via=came_to.number if came_to != ref else None,
                for_desk=is_of_team,
            )
            if internal or automatic:
                return comment
            if is_of_team:
                answered(tx, ticket, comment)
            elif ticket.status is not TicketStatus.RESOLVED:
                asked(tx, ticket, comment)
            elif tx.configuration.is_bare_thanks(comment.text):
                tx.log(ticket, EventKind.THANKED, by=author_id, to_value=comment.number)
            else:
                reopened(tx, ticket, by=author_id, said_at=comment.said_at)
            return comment


def _known(tx: Transaction, ticket: Ticket, author_id: PersonId, source: str) -> Comment | None:
    """What the same source has made before: a comment, or a follow-up ticket."""
    if not source:
        return None
    checked_key("source", source)
    known = known_comment(tx, ticket, source)
    if known is not None:
        return known
    number = tx.connection.execute(TICKET_BY_SOURCE, {"customer_id": ticket.customer_id, "source": source}).scalar()
    if number is None or number == ticket.number:
        return None
    return _words_of(tx.locked(TicketRef(ticket.customer_id, number)), author_id)


def _is_over(tx: Transaction, ticket: Ticket, said_at: datetime) -> bool:
    """Closed, or resolved longer before `said_at` than the grace time: what was said then is a new matter."""
    if ticket.status is TicketStatus.CLOSED:
        return True
    grace = timedelta(days=tx.configuration.grace_days)
    return (
        ticket.status is TicketStatus.RESOLVED
        and ticket.resolved_at is not None
        and said_at > ticket.resolved_at + grace
    )


def _continued(tx: Transaction, ticket: Ticket) -> Ticket:
    """Where what a ticket is about goes on: the last of its follow-ups, or itself."""
    ref = ticket.ref
    while True:
        key = {"customer_id": ref.customer_id, "ticket_id": ref.number}
        number = tx.connection.execute(FOLLOWED_BY, key).scalar()
        if number is None:
            return ticket if ref == ticket.ref else tx.locked(ref)
        ref = TicketRef(ref.customer_id, int(number))


def _followed_up(
    tx: Transaction,
    ticket: Ticket,
    author_id: PersonId,
    text: str,
    *,
    source: str,
    said_at: datetime | None,
    files: Sequence[Attachment],
) -> Comment:
    known = tx.configuration.category(ticket.category) or tx.configuration.private_category(ticket.category)
    follow_up = new_ticket(
        tx,
        customer_of(tx.connection, ticket.customer_id),
        subject=ticket.subject,
        description=text,
        category=ticket.category if known else tx.configuration.categories[0].key,
        priority=ticket.priority,
        source=source,
        opened_by=author_id,
        at=said_at,
        follows_number=ticket.number,
        files=files,
    )
    if known is not None:  # the same matter: what its category had asked is answered already
        follow_up = tx.change(follow_up, fields=ticket.fields)
    tx.log(ticket, EventKind.FOLLOWED_UP, by=author_id, to_value=follow_up.number)
    return _words_of(settle_new_ticket(tx, follow_up), author_id)


def _words_of(follow_up: Ticket, author_id: PersonId) -> Comment:
    return Comment(
        customer_id=follow_up.customer_id,
        ticket_number=follow_up.number,
        number=IN_NEW_TICKET,
        author_id=author_id,
        text=follow_up.description,
        is_internal=False,
        said_at=follow_up.opened_at,
        source=follow_up.source,
    )
