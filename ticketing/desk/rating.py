"""What customers think of a resolution: asked once for each, answered by nobody but them (docs/macros.md)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from ticketing.desk.base import DeskBase, checked_text, use_case
from ticketing.errors import NotRatable, TicketNotFound
from ticketing.events import EventKind
from ticketing.instants import from_us, to_us
from ticketing.lifecycle import Because
from ticketing.model import CloseReason, PersonId, Rating, Ticket, TicketRef, TicketStatus
from ticketing.statements import put
from ticketing.tables import IS_STEP, ratings, ticket_events, tickets
from ticketing.transaction import Transaction

LONGEST_RATING = 3000
RATE_FIRST = "say first whether it was helpful"
HELPFUL, NOT_HELPFUL = "helpful", "not_helpful"

_of_ticket = (ratings.c.customer_id == bindparam("customer"), ratings.c.ticket_id == bindparam("ticket"))
LAST_RESOLUTION = (
    select(ticket_events.c.seq)
    .where(
        ticket_events.c.customer_id == bindparam("customer"),
        ticket_events.c.ticket_id == bindparam("ticket"),
        IS_STEP,
        ticket_events.c.to_value == TicketStatus.RESOLVED.value,
        # Resolved again because a merge was taken back is the resolution that it was.
        or_(ticket_events.c.reason.is_(None), ticket_events.c.reason != Because.UNDONE.value),
    )
    .order_by(ticket_events.c.seq.desc())
    .limit(1)
)
RESOLVED_AT = select(tickets.c.resolved_at).where(
    tickets.c.customer_id == bindparam("customer"), tickets.c.id == bindparam("ticket")
)
RATING = select(ratings).where(*_of_ticket, ratings.c.resolution == bindparam("resolution"))
RATINGS = select(ratings).where(*_of_ticket).order_by(ratings.c.resolution)
KEEP = put(ratings, "is_helpful", "comment", "rated_at")


class Satisfaction(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def rate(
        self, ref: TicketRef, *, by: PersonId, is_helpful: bool | None = None, comment: str | None = None
    ) -> Rating:
        """
        Say whether the present resolution was helpful, or add a comment to that; what is None stays as it was said.

        A new resolution is asked about anew. Within the window one may change one's mind. Raises InvalidInput,
        NotRatable (it is not resolved, the time is over, or a comment comes before the answer itself), and TicketNotFound
        for everybody but the ticket's customer.
        """
        said = None if comment is None else checked_text("text", comment, longest=LONGEST_RATING)
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if by != ticket.customer_id:
                raise TicketNotFound(ref.number)
            resolution = _resolution(tx, ticket)
            before = _rating(tx.connection, ref, resolution)
            if is_helpful is None and before is None:
                raise NotRatable(ticket, RATE_FIRST)
            after = Rating(
                resolution=resolution,
                is_helpful=before.is_helpful if is_helpful is None and before is not None else bool(is_helpful),
                comment=said if said is not None else before.comment if before is not None else "",
                rated_at=tx.now,
            )
            if before is not None and (before.is_helpful, before.comment) == (after.is_helpful, after.comment):
                return before
            tx.connection.execute(KEEP, _row(ref, after))
            _log(tx, ticket, before, after)
            return after

    def rating(self, ref: TicketRef) -> Rating | None:
        """What the customer said of the latest resolution; None where they have not, or it was reopened since."""
        with self._database.read() as connection:
            if connection.execute(RESOLVED_AT, _key(ref)).scalar() is None:
                return None
            resolution = connection.execute(LAST_RESOLUTION, _key(ref)).scalar_one()
            return _rating(connection, ref, resolution)

    def ratings(self, ref: TicketRef) -> list[Rating]:
        """What was said of each of its resolutions, the oldest first."""
        with self._database.read() as connection:
            return [_rating_from(row) for row in connection.execute(RATINGS, _key(ref))]


def may_rate(ticket: Ticket, window_s: float) -> bool:
    """Whether its customer can still say what they think of the resolution, at the ticket's `as_of`."""
    if ticket.status not in (TicketStatus.RESOLVED, TicketStatus.CLOSED) or ticket.resolved_at is None:
        return False
    if ticket.status is TicketStatus.CLOSED and ticket.close_reason is not CloseReason.TIME:
        return False
    return (ticket.as_of - ticket.resolved_at).total_seconds() < window_s


def _resolution(tx: Transaction, ticket: Ticket) -> int:
    """The place in the log of the resolution that is to be rated. Raises NotRatable."""
    window_s = tx.configuration.rating_window.total_seconds()
    if not may_rate(ticket, window_s):
        is_over = may_rate(ticket, float("inf"))
        raise NotRatable(ticket, "the time for it is over" if is_over else "it is not resolved")
    return int(tx.connection.execute(LAST_RESOLUTION, _key(ticket.ref)).scalar_one())


def _log(tx: Transaction, ticket: Ticket, before: Rating | None, after: Rating) -> None:
    tx.log(
        ticket,
        EventKind.RATED,
        by=ticket.customer_id,
        from_value=None if before is None else _word(before),
        to_value=_word(after),
        data={"resolution": after.resolution, "commented": bool(after.comment)},
    )


def _word(rating: Rating) -> str:
    return HELPFUL if rating.is_helpful else NOT_HELPFUL


def _rating(connection: Connection, ref: TicketRef, resolution: int) -> Rating | None:
    row = connection.execute(RATING, _key(ref) | {"resolution": resolution}).one_or_none()
    return None if row is None else _rating_from(row)


def _rating_from(row: Any) -> Rating:
    return Rating(row.resolution, bool(row.is_helpful), row.comment, from_us(row.rated_at))


def _row(ref: TicketRef, rating: Rating) -> dict[str, Any]:
    return {
        "customer_id": ref.customer_id,
        "ticket_id": ref.number,
        "resolution": rating.resolution,
        "is_helpful": rating.is_helpful,
        "comment": rating.comment,
        "rated_at": to_us(rating.rated_at),
    }


def _key(ref: TicketRef) -> dict[str, Any]:
    return {"customer": ref.customer_id, "ticket": ref.number}
