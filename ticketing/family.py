"""
What was merged into a ticket, as SQL: comments stay with the ticket they were said on and are read along with it.

So nothing is moved by a merge, and taking it back restores everything as it was (docs/merging.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    false,
    literal,
    null,
    select,
    union_all,
)

from ticketing.model import PersonId, TicketRef
from ticketing.tables import comment_origins, comments, tickets

_of_customer = tickets.c.customer_id == bindparam("customer_id", type_=BigInteger)
_itself = select(bindparam("number", type_=BigInteger).label("id")).cte("family", recursive=True)
_family = _itself.union(
    select(tickets.c.id).where(_of_customer, tickets.c.merged_into == _itself.c.id, tickets.c.merged_into.is_not(None))
)
"""The ticket and all that was merged into it, directly or by way of others."""

_origin = comment_origins.c
_copied = and_(
    _origin.customer_id == comments.c.customer_id,
    _origin.ticket_id == comments.c.ticket_id,
    _origin.comment_id == comments.c.id,
)
_origins = (_origin.origin_customer_id, _origin.origin_ticket_id, _origin.origin_comment_id)


WITH_ORIGIN = select(comments, *_origins).select_from(comments.outerjoin(comment_origins, _copied))
"""Comments, each with what it is a copy of."""


def _said(*conditions: Any) -> Select[Any]:
    """
    Everything said on the ticket and on what was merged into it, in the order in which it was said.

    What a merged ticket itself said stands among it as the comment 0 of that ticket.
    """
    words = case(
        (tickets.c.description == "", tickets.c.subject), else_=tickets.c.subject + "\n" + tickets.c.description
    )
    opening = select(
        tickets.c.customer_id,
        tickets.c.id.label("ticket_id"),
        literal(0).label("id"),
        tickets.c.opened_by.label("author_id"),
        words.label("text"),
        false().label("is_internal"),
        false().label("is_automatic"),
        tickets.c.opened_at.label("said_at"),
        tickets.c.source,
        *(null().label(name) for name in ("edited_at", "deleted_at")),
        *(null().label(column.name) for column in _origins),
    ).where(_of_customer, tickets.c.id == _family.c.id, tickets.c.id != bindparam("number", type_=BigInteger))
    own = WITH_ORIGIN.where(
        comments.c.customer_id == bindparam("customer_id"), comments.c.ticket_id == _family.c.id, *conditions
    )
    both = union_all(own, opening).subquery("said")
    # Of what was said at the same instant, that with which a ticket was opened comes first.
    return select(both).order_by(both.c.said_at, both.c.id > 0, both.c.ticket_id, both.c.id)


SAID = _said()
SAID_IN_PUBLIC = _said(comments.c.is_internal.is_(False))
MERGED_INTO = select(tickets.c.merged_into).where(_of_customer, tickets.c.id == bindparam("number", type_=BigInteger))
MERGED = select(tickets.c.id).where(_of_customer, tickets.c.id == _family.c.id).order_by(tickets.c.id)


def said(connection: Connection, ref: TicketRef, *, include_internal: bool) -> Sequence[RowMapping]:
    """The rows of everything said on a ticket and on what was merged into it, in the order in which it was said."""
    statement = SAID if include_internal else SAID_IN_PUBLIC
    return connection.execute(statement, _key(ref)).mappings().all()


def went_to(connection: Connection, ref: TicketRef) -> list[TicketRef]:
    """The tickets into which one was merged, one after the other; empty for one that was not. The last stands for all."""
    way: list[TicketRef] = []
    number = connection.execute(MERGED_INTO, _key(ref)).scalar()
    while number is not None:
        way.append(TicketRef(PersonId(ref.customer_id), number))
        number = connection.execute(MERGED_INTO, _key(way[-1])).scalar()
    return way


def _key(ref: TicketRef) -> dict[str, Any]:
    return {"customer_id": ref.customer_id, "number": ref.number}
