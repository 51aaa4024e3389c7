"""
What was said on one ticket and stands on another as well: copies that refer to their origin and follow it (docs/merging.md).

Words that are put differently or taken away at their origin are so in every copy, whoever the copy's customer is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, select

from ticketing.desk.attachments import files_of
from ticketing.model import Comment, CommentKey, PersonId, Ticket
from ticketing.tables import comment_origins
from ticketing.transaction import Transaction

DESCRIPTION = 0
"""The number of the comment that a ticket was opened with."""

_origin = comment_origins.c
COPIES = select(_origin.customer_id, _origin.ticket_id, _origin.comment_id).where(
    _origin.origin_customer_id == bindparam("customer_id"),
    _origin.origin_ticket_id == bindparam("ticket"),
    _origin.origin_comment_id == bindparam("number"),
)


def copies_of(connection: Connection, key: CommentKey) -> list[CommentKey]:
    """Every copy of a comment, and every copy of a copy."""
    found: list[CommentKey] = []
    asked = [key]
    while asked:
        one = asked.pop()
        values = {"customer_id": one.customer_id, "ticket": one.ticket_number, "number": one.number}
        rows = connection.execute(COPIES, values).all()
        new = [CommentKey(PersonId(row.customer_id), row.ticket_id, row.comment_id) for row in rows]
        found += new
        asked += new
    return found


def copied(tx: Transaction, to: Ticket, said: Iterable[Comment]) -> list[list[Any]]:
    """
    Copy comments to a new ticket, in their order, each with its author, its moment, its files, and whose eyes it is for.

    They answer nothing there and ask nothing: no clock cares. Which became which, for the log: ticket, number, new number.
    """
    became = []
    for comment in said:
        number = tx.final(to.ref).last_comment + 1
        copy = replace(
            comment,
            customer_id=to.customer_id,
            ticket_number=to.number,
            number=number,
            source=f"copy:{to.number}:{comment.ticket_number}:{comment.number}",
            origin=None,
        )
        tx.say(to, copy)
        _keep_origin(tx, copy.key, comment)
        became.append([comment.ticket_number, comment.number, number])
    return became


def opened_with(tx: Transaction, to: Ticket, comment: Comment) -> list[Any]:
    """Record that a new ticket's description is the copy of a comment, with its files; for the log as in `copied`."""
    _keep_origin(tx, CommentKey(to.customer_id, to.number, DESCRIPTION), comment)
    return [comment.ticket_number, comment.number, DESCRIPTION]


def _keep_origin(tx: Transaction, copy: CommentKey, comment: Comment) -> None:
    tx.keep_origin(copy, comment.key)
    tx.keep_files(tx.final(copy.ticket), copy.number, files_of(tx.connection, comment.key.ticket, comment.number))
