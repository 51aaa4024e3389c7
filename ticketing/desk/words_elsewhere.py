"""What one person wrote and others have on their tickets: said there, carried there by a split or a move, or opened there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select

from ticketing.desk.copies import DESCRIPTION, copies_of
from ticketing.model import CommentKey, PersonId
from ticketing.tables import comment_origins, comments, tickets
from ticketing.tables.tickets import IS_FOR_ANOTHER, IS_ON_ANOTHERS

BATCH = 200

_person: Any = bindparam("person")
_origin, _comment = comment_origins.c, comments.c
_original = and_(
    _comment.customer_id == _origin.origin_customer_id,
    _comment.ticket_id == _origin.origin_ticket_id,
    _comment.id == _origin.origin_comment_id,
)
_copy = (_origin.customer_id, _origin.ticket_id, _origin.comment_id)

SAID_ELSEWHERE = (
    select(_comment.customer_id, _comment.ticket_id, _comment.id)
    .where(
        _comment.author_id == _person,
        _comment.customer_id != _person,
        IS_ON_ANOTHERS,
        ~_comment.source.like("erased:%"),
    )
    .order_by(_comment.customer_id, _comment.ticket_id, _comment.id)
    .limit(BATCH)
)
# What a ticket of theirs was opened with, and what they said on one.
COPIED_FROM_THEIRS = (
    select(*_copy, _origin.origin_comment_id)
    .select_from(comment_origins.outerjoin(comments, _original))
    .where(
        _origin.origin_customer_id == _person,
        or_(_origin.origin_comment_id == DESCRIPTION, _origin.comment_id == DESCRIPTION, _comment.author_id == _person),
    )
    .order_by(*_copy)
)
# What they had said on somebody else's ticket, and another one was opened with.
SPLIT_OFF_ELSEWHERE = (
    select(*_copy, _origin.origin_comment_id)
    .select_from(comments.join(comment_origins, _original))
    .where(
        _comment.author_id == _person,
        _comment.customer_id != _person,
        IS_ON_ANOTHERS,
        _origin.comment_id == DESCRIPTION,
    )
    .order_by(*_copy)
)
# What they had to say on somebody else's ticket when that was over: a follow-up of it.
OPENED_ELSEWHERE = (
    select(tickets.c.customer_id, tickets.c.id)
    .where(tickets.c.opened_by == _person, tickets.c.customer_id != _person, IS_FOR_ANOTHER)
    .order_by(tickets.c.customer_id, tickets.c.id)
)


@dataclass(frozen=True)
class WordsElsewhere:
    """Words on somebody else's ticket; `is_whole_ticket` where its title was made of them too."""

    key: CommentKey
    is_whole_ticket: bool


def words_elsewhere(connection: Connection, person_id: PersonId, *, was_of_the_team: bool) -> list[WordsElsewhere]:
    """
    What tickets of others were opened with or hold as copies, and copies of these; not what they said there themselves.

    What somebody of the team wrote on the tickets of others belongs to those: of them, only what comes from their own.
    """
    asked = {"person": person_id}
    found: dict[CommentKey, bool] = {}
    for statement in (COPIED_FROM_THEIRS,) if was_of_the_team else (COPIED_FROM_THEIRS, SPLIT_OFF_ELSEWHERE):
        found |= {CommentKey(PersonId(row[0]), row[1], row[2]): True for row in connection.execute(statement, asked)}
    for row in () if was_of_the_team else connection.execute(OPENED_ELSEWHERE, asked):
        # The title is that of the ticket which was over, and so somebody else's.
        found.setdefault(CommentKey(PersonId(row[0]), row[1], DESCRIPTION), False)
    for key, is_whole_ticket in list(found.items()):
        for copy in copies_of(connection, key):
            found.setdefault(copy, is_whole_ticket)
    return [WordsElsewhere(key, whole) for key, whole in found.items() if key.customer_id != person_id]
