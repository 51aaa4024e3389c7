"""What was said and is put differently or taken back: edits, deletions, the pull-back of an answer (docs/comments.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from ticketing import search
from ticketing.desk.attachments import drop_files
from ticketing.desk.base import DeskBase, checked_key, checked_text, use_case
from ticketing.desk.comments import LONGEST_COMMENT
from ticketing.desk.roles import role_of, speaks_for_desk
from ticketing.desk.undo import TIME_IS_UP, running_again
from ticketing.errors import CommentNotFound, TooLateToUndo
from ticketing.instants import to_us
from ticketing.model import ClockKind, Comment, EventKind, PersonId, Role, Ticket, TicketRef, TicketStatus
from ticketing.rows import comment_from
from ticketing.tables import comments, ticket_events
from ticketing.transaction import Transaction

CUSTOMER_WROTE_SINCE = "the customer has written since"
NOT_AN_ANSWER = "it is not an answer of yours to the customer"
PULLED_BACK = "pulled_back"
LONGEST_VERSION = 64

_ANSWERS = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
_of_ticket = (comments.c.customer_id == bindparam("customer"), comments.c.ticket_id == bindparam("ticket"))
ALL = select(comments).where(*_of_ticket).order_by(comments.c.said_at, comments.c.id)
CHANGE = (
    update(comments)
    .where(*_of_ticket, comments.c.id == bindparam("number"))
    .values(text=bindparam("words"), edited_at=bindparam("edited"), deleted_at=bindparam("deleted"))
)
LAST_EDIT = (
    select(ticket_events.c.data)
    .where(
        ticket_events.c.customer_id == bindparam("customer"),
        ticket_events.c.ticket_id == bindparam("ticket"),
        ticket_events.c.kind == EventKind.COMMENT_EDITED.value,
        ticket_events.c.to_value == bindparam("value"),
    )
    .order_by(ticket_events.c.seq.desc())
    .limit(1)
)


class Amending(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def edit_comment(self, ref: TicketRef, number: int, text: str, *, by: PersonId, source_version: str) -> Comment:
        """
        Put a comment of one's own differently; the clocks do not care.

        `source_version` names the edit and grows from edit to edit, compared as text (Slack's `edited.ts` does): one that
        is known, or older than the last, changes nothing. Nor does an edit of what is deleted. Raises CommentNotFound for
        anybody but the author, InvalidInput, TicketNotFound.
        """
        version = checked_key("version", source_version, longest=LONGEST_VERSION)
        text = checked_text("text", text, longest=LONGEST_COMMENT, empty="Write something to send.")
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            comment = _find(ticket, _said(tx, ticket), number)
            if comment.author_id != by:
                raise CommentNotFound(ref.number, number)
            if comment.deleted_at is not None or version <= _last_version(tx, ticket, number):
                return comment
            tx.connection.execute(CHANGE, _key(comment) | {"words": text, "edited": to_us(tx.now), "deleted": None})
            data = {"comment": number, "version": version}
            ticket = tx.log(ticket, EventKind.COMMENT_EDITED, by=by, to_value=number, data=data)
            return _find(ticket, _indexed_anew(tx, ticket), number)

    @use_case
    def delete_comment(self, ref: TicketRef, number: int, *, by: PersonId) -> Comment:
        """
        Take away the words of a comment; that there was one stays. Again changes nothing.

        Its author may, and a lead. What it answered stays answered. Raises CommentNotFound, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            comment = _find(ticket, _said(tx, ticket), number)
            if comment.author_id != by and role_of(tx.connection, by) < Role.LEAD:
                raise CommentNotFound(ref.number, number)
            if comment.deleted_at is not None:
                return comment
            return _without_words(tx, ticket, comment, by=by, reason=None, data={})

    @use_case
    def pull_back(self, ref: TicketRef, number: int, *, by: PersonId) -> Comment:
        """
        Take back an answer that should not have reached the customer, within the window for undoing; again changes nothing.

        It is then no answer: the clocks that it stopped run on from their start, unless another answer came meanwhile or the
        ticket is over. Raises TooLateToUndo, also once the customer has written; CommentNotFound, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            said = _said(tx, ticket)
            comment = _find(ticket, said, number)
            if comment.author_id != by or not speaks_for_desk(tx.connection, ticket, by):
                raise CommentNotFound(ref.number, number)
            if comment.deleted_at is not None:
                return comment
            if comment.is_internal or comment.is_automatic:
                raise TooLateToUndo(ticket, NOT_AN_ANSWER)
            if tx.now > comment.said_at + tx.configuration.undo_window:
                raise TooLateToUndo(ticket, TIME_IS_UP)
            since = [each for each in said if not each.is_internal and each.number > number]
            if any(each.author_id == ticket.customer_id for each in since):
                raise TooLateToUndo(ticket, CUSTOMER_WROTE_SINCE)
            run_on = _clocks_run_on(tx, ticket, comment, said)
            return _without_words(tx, ticket, comment, by=by, reason=PULLED_BACK, data={"run_on": run_on})


def _clocks_run_on(tx: Transaction, ticket: Ticket, comment: Comment, said: list[Comment]) -> list[list[Any]]:
    """Count the answers that were owed before this one as unanswered, or as answered by the next one; which these were."""
    if ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        return []
    stopped = [
        clock
        for clock in ticket.clocks
        if clock.kind in _ANSWERS and clock.is_judged and clock.ended_at == max(comment.said_at, clock.started_at)
    ]
    for clock in stopped:
        ticket = tx.put_clock(ticket, running_again(clock))
    answer_at = max(comment.said_at, ticket.sla_start_at)
    was_first = ticket.first_response_at == answer_at
    if was_first:
        ticket = tx.change(ticket, first_response_at=None)
    ticket = tx.recompute_clocks(ticket)
    other = next((each for each in said if each != comment and _answers_as_well(tx, ticket, each, answer_at)), None)
    if other is not None:
        if was_first:
            ticket = tx.change(ticket, first_response_at=max(other.said_at, ticket.sla_start_at))
        tx.stop_clocks(ticket, met=_ANSWERS, at=other.said_at)
    return [[clock.kind.value, clock.run] for clock in stopped]


def _answers_as_well(tx: Transaction, ticket: Ticket, other: Comment, answer_at: datetime) -> bool:
    """Whether another comment is an answer of the desk, said no earlier than the one that is pulled back."""
    if other.is_internal or other.is_automatic or other.deleted_at is not None or other.said_at < answer_at:
        return False
    return speaks_for_desk(tx.connection, ticket, other.author_id)


def _without_words(
    tx: Transaction, ticket: Ticket, comment: Comment, *, by: PersonId, reason: str | None, data: dict[str, Any]
) -> Comment:
    row = _key(comment) | {"words": "", "edited": to_us(comment.edited_at), "deleted": to_us(tx.now)}
    tx.connection.execute(CHANGE, row)
    drop_files(tx.connection, ticket.ref, comment.number)
    data = {"comment": comment.number} | data
    ticket = tx.log(ticket, EventKind.COMMENT_DELETED, by=by, to_value=comment.number, reason=reason, data=data)
    return _find(ticket, _indexed_anew(tx, ticket), comment.number)


def _indexed_anew(tx: Transaction, ticket: Ticket) -> list[Comment]:
    """What is said on the ticket now, all of it in the search index and nothing else."""
    rows = [dict(row) for row in tx.connection.execute(ALL, _ticket_key(ticket)).mappings()]
    search.rewrite(tx.connection, ticket, rows)
    return _said(tx, ticket)


def _said(tx: Transaction, ticket: Ticket) -> list[Comment]:
    return [comment_from(row) for row in tx.connection.execute(ALL, _ticket_key(ticket)).mappings()]


def _find(ticket: Ticket, said: list[Comment], number: int) -> Comment:
    found = next((comment for comment in said if comment.number == number), None)
    if found is None:
        raise CommentNotFound(ticket.number, number)
    return found


def _last_version(tx: Transaction, ticket: Ticket, number: int) -> str:
    data = tx.connection.execute(LAST_EDIT, _ticket_key(ticket) | {"value": str(number)}).scalar()
    return str(data["version"]) if data else ""


def _ticket_key(ticket: Ticket) -> dict[str, Any]:
    return {"customer": ticket.customer_id, "ticket": ticket.number}


def _key(comment: Comment) -> dict[str, Any]:
    return {"customer": comment.customer_id, "ticket": comment.ticket_number, "number": comment.number}
