"""What was said and is put differently or taken back: edits, deletions, the pull-back of an answer (docs/comments.md)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from ticketing import family, indexing
from ticketing.desk.attachments import drop_files
from ticketing.desk.base import DeskBase, checked_key, checked_text, use_case
from ticketing.desk.comments import LONGEST_COMMENT
from ticketing.desk.copies import DESCRIPTION, copies_of
from ticketing.desk.promising import lapse_again
from ticketing.desk.roles import role_of, speaks_for_desk
from ticketing.desk.taking_back import TIME_IS_UP, running_again
from ticketing.errors import CommentNotFound, TooLateToUndo
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import is_id, to_us
from ticketing.model import ClockKind, Comment, CommentKey, PersonId, Role, Ticket, TicketRef, TicketStatus
from ticketing.rows import comment_from
from ticketing.tables import comments, ticket_events, tickets
from ticketing.transaction import Transaction

CUSTOMER_WROTE_SINCE = "the customer has written since"
NOT_AN_ANSWER = "it is not an answer of yours to the customer"
PULLED_BACK = "pulled_back"
LONGEST_VERSION = 64

_ANSWERS = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
_of_ticket = (comments.c.customer_id == bindparam("customer"), comments.c.ticket_id == bindparam("ticket"))
ALL = family.WITH_ORIGIN.where(*_of_ticket).order_by(comments.c.said_at, comments.c.id)
CHANGE = (
    update(comments)
    .where(*_of_ticket, comments.c.id == bindparam("number"))
    .values(text=bindparam("words"), edited_at=bindparam("edited"), deleted_at=bindparam("deleted"))
)
DESCRIBE = (
    update(tickets)
    .where(tickets.c.customer_id == bindparam("customer"), tickets.c.id == bindparam("ticket"))
    .values(description=bindparam("words"))
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
            ticket = _locked(tx, ref, number)
            comment = _find(ticket, _said(tx, ticket), number)
            if comment.author_id != by:
                raise CommentNotFound(ref.number, number)
            if comment.deleted_at is not None or version <= _last_version(tx, ticket, number):
                return comment
            for key in (comment.key, *copies_of(tx.connection, comment.key)):
                changed = _change(tx, key, text, edited_at=tx.now, deleted_at=None)
                data = {"comment": key.number, "version": version}
                tx.log(changed, EventKind.COMMENT_EDITED, by=by, to_value=key.number, data=data)
                index_anew(tx, changed.ref)
            return _find(ticket, _said(tx, ticket), number)

    @use_case
    def delete_comment(self, ref: TicketRef, number: int, *, by: PersonId) -> Comment:
        """
        Take away the words of a comment; that there was one stays. Again changes nothing.

        Its author may, and a lead. What it answered stays answered. Raises CommentNotFound, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = _locked(tx, ref, number)
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

        Its author may, and a lead. It is then no answer: the clocks that it stopped run on from their start, unless another
        answer came meanwhile or the ticket is over. Raises TooLateToUndo, also once the customer has written;
        CommentNotFound, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = _locked(tx, ref, number)
            said = _said(tx, ticket)
            comment = _find(ticket, said, number)
            is_theirs = comment.author_id == by and speaks_for_desk(tx.connection, ticket, by)
            is_customers = ticket.customer_id in (by, comment.author_id)
            if not is_theirs and (is_customers or role_of(tx.connection, by) < Role.LEAD):
                raise CommentNotFound(ref.number, number)
            if comment.deleted_at is not None:
                return comment
            if comment.is_internal or comment.is_automatic or comment.origin is not None:
                raise TooLateToUndo(ticket, NOT_AN_ANSWER)
            if tx.now > comment.said_at + tx.configuration.undo_window:
                raise TooLateToUndo(ticket, TIME_IS_UP)
            if _customer_wrote_since(tx, ticket, comment):
                raise TooLateToUndo(ticket, CUSTOMER_WROTE_SINCE)
            run_on = _clocks_run_on(tx, ticket, comment, said)
            pulled_back = _without_words(tx, ticket, comment, by=by, reason=PULLED_BACK, data={"run_on": run_on})
            lapse_again(tx, tx.final(ref), comment.said_at)
            return pulled_back


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


def without_what_was_pulled_back(
    tx: Transaction, ticket: Ticket, events: Iterable[TicketEvent], *, by: PersonId
) -> Ticket:
    """
    A ticket that is no longer over owes what was answered by words that were pulled back while it was: by these `events`.

    Each is in the log once more, with the clocks that run on.
    """
    for event in events:
        if event.kind is EventKind.COMMENT_DELETED and event.reason == PULLED_BACK:
            said = _said(tx, ticket)
            comment = _find(ticket, said, int(event.data["comment"]))
            if run_on := _clocks_run_on(tx, ticket, comment, said):
                data = {"comment": comment.number, "run_on": run_on}
                ticket = tx.log(
                    tx.final(ticket.ref),
                    EventKind.COMMENT_DELETED,
                    by=by,
                    to_value=comment.number,
                    reason=PULLED_BACK,
                    data=data,
                )
    return ticket


def _answers_as_well(tx: Transaction, ticket: Ticket, other: Comment, answer_at: datetime) -> bool:
    """Whether another comment is an answer of the desk, said no earlier than the one that is pulled back."""
    if other.is_internal or other.is_automatic or other.deleted_at is not None or other.said_at < answer_at:
        return False
    if other.origin is not None:
        return False  # it answered where it was said
    return speaks_for_desk(tx.connection, ticket, other.author_id)


def _without_words(
    tx: Transaction, ticket: Ticket, comment: Comment, *, by: PersonId, reason: str | None, data: dict[str, Any]
) -> Comment:
    for key in (comment.key, *copies_of(tx.connection, comment.key)):
        changed = _change(tx, key, "", edited_at=comment.edited_at, deleted_at=tx.now)
        drop_files(tx.connection, key.ticket, key.number)
        known = {"comment": key.number} | (data if key == comment.key else {})
        why = reason if key == comment.key else None
        tx.log(changed, EventKind.COMMENT_DELETED, by=by, to_value=key.number, reason=why, data=known)
        index_anew(tx, key.ticket)
    return _find(ticket, _said(tx, ticket), comment.number)


def _locked(tx: Transaction, ref: TicketRef, number: int) -> Ticket:
    """
    The ticket of a comment, locked with the others that show the same words.

    They are those into which it was merged, and those with copies, which are opened later than what they are copies of.
    """
    shown = [ref]
    if is_id(ref.customer_id) and is_id(ref.number) and is_id(number):
        shown += [each.ticket for each in copies_of(tx.connection, CommentKey(ref.customer_id, ref.number, number))]
    return locked_with_places(tx, *shown)


def locked_with_places(tx: Transaction, ref: TicketRef, *others: TicketRef) -> Ticket:
    """
    The ticket, locked with others and with all those into which they were merged: by ascending number, as everybody does.

    So two who take the words away from one chain of merged tickets never wait for each other.
    """
    places = {ref, *others}
    for each in (ref, *others):
        if is_id(each.customer_id) and is_id(each.number):
            places |= set(family.went_to(tx.connection, each))
    for place in sorted(places, key=lambda each: each.number):
        tx.locked(place)
    return tx.locked(ref)


def _change(
    tx: Transaction, key: CommentKey, words: str, *, edited_at: datetime | None, deleted_at: datetime | None
) -> Ticket:
    """Put other words in the place of a comment's, or of the description that is a copy of one; the ticket it is on."""
    ticket = tx.locked(key.ticket)
    if key.number == DESCRIPTION:
        # Written before all the rest, for the index of words to be read by it.
        tx.connection.execute(DESCRIBE, {"customer": key.customer_id, "ticket": key.ticket_number, "words": words})
        return tx.change(ticket, description=words)
    row = {"customer": key.customer_id, "ticket": key.ticket_number, "number": key.number}
    tx.connection.execute(CHANGE, row | {"words": words, "edited": to_us(edited_at), "deleted": to_us(deleted_at)})
    return ticket


def index_anew(tx: Transaction, ref: TicketRef) -> None:
    """What is said on a ticket now is in the search index and nothing else, also where it was merged into another."""
    for place in (ref, *family.went_to(tx.connection, ref)):
        ticket = tx.locked(place)
        indexing.rewrite(tx.connection, place, subject=ticket.subject, description=ticket.description)


def without_words_here(tx: Transaction, key: CommentKey, *, by: PersonId | None, reason: str) -> None:
    """A comment as deleted where it stands, and nowhere else: copies of it are left as they are."""
    ticket = tx.locked(key.ticket)
    comment = _find(ticket, _said(tx, ticket), key.number)
    if comment.deleted_at is not None:
        return
    ticket = _change(tx, key, "", edited_at=comment.edited_at, deleted_at=tx.now)
    drop_files(tx.connection, key.ticket, key.number)
    data = {"comment": key.number}
    tx.log(ticket, EventKind.COMMENT_DELETED, by=by, to_value=key.number, reason=reason, data=data)
    index_anew(tx, key.ticket)


def _customer_wrote_since(tx: Transaction, ticket: Ticket, comment: Comment) -> bool:
    """Whether the customer has written after a comment, there or where the ticket was merged into."""
    last = (family.went_to(tx.connection, ticket.ref) or [ticket.ref])[-1]
    for each in map(comment_from, family.said(tx.connection, last, include_internal=False)):
        is_later = each.number > comment.number if each.key.ticket == ticket.ref else each.said_at > comment.said_at
        if is_later and each.number != DESCRIPTION and each.author_id == ticket.customer_id:
            return True
    return False


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
