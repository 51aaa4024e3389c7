"""References to files: the chat keeps the files themselves, the desk knows which belong to what was said (docs/comments.md)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, delete, or_, select

from ticketing.desk.base import DeskBase, checked_key, checked_text, is_key, use_case
from ticketing.desk.roles import role_of
from ticketing.errors import CommentNotFound, InvalidInput, TicketNotFound
from ticketing.events import EventKind
from ticketing.instants import is_id
from ticketing.model import Attachment, PersonId, Role, Ticket, TicketRef
from ticketing.rows import attachment_from
from ticketing.tables import attachments, comments
from ticketing.transaction import Transaction

OF_TICKET = 0
"""The number of the comment to which those files belong that came with what the ticket was opened from."""

MOST_FILES = 50
LONGEST_NAME = 255
LONGEST_URL = 2_000

_file = attachments.c
_ticket = (_file.customer_id == bindparam("customer"), _file.ticket_id == bindparam("ticket"))
_comment = (*_ticket, _file.comment_id == bindparam("number"))
OF_COMMENT = select(attachments).where(*_comment).order_by(_file.position, _file.file_ref)
OF_ALL = (
    select(attachments, comments.c.is_internal)
    .outerjoin_from(
        attachments,
        comments,
        and_(
            comments.c.customer_id == _file.customer_id,
            comments.c.ticket_id == _file.ticket_id,
            comments.c.id == _file.comment_id,
        ),
    )
    .where(*_ticket)
    .order_by(_file.comment_id, _file.position, _file.file_ref)
)
OF_ALL_PUBLIC = OF_ALL.where(or_(comments.c.is_internal.is_(False), _file.comment_id == OF_TICKET))
DROP_ALL = delete(attachments).where(*_comment)
DROP_ONE = DROP_ALL.where(_file.file_ref == bindparam("file"))
AUTHOR = select(comments.c.author_id, comments.c.deleted_at).where(
    comments.c.customer_id == bindparam("customer"),
    comments.c.ticket_id == bindparam("ticket"),
    comments.c.id == bindparam("number"),
)


class Attachments(DeskBase):
    """See `ticketing.desk.Desk`."""

    def attachments(self, ref: TicketRef, *, include_internal: bool) -> dict[int, tuple[Attachment, ...]]:
        """
        The files of a ticket by the number of the comment they belong to, in their order.

        Under 0 stand those of what it was opened from. Those of the team's notes are only for the team.
        """
        if not (is_id(ref.customer_id) and is_id(ref.number)):
            return {}
        found: dict[int, tuple[Attachment, ...]] = {}
        key = {"customer": ref.customer_id, "ticket": ref.number}
        with self._database.read() as connection:
            for row in connection.execute(OF_ALL if include_internal else OF_ALL_PUBLIC, key).mappings():
                found[row["comment_id"]] = (*found.get(row["comment_id"], ()), attachment_from(row))
        return found

    @use_case
    def attach(
        self, ref: TicketRef, number: int, files: Sequence[Attachment], *, by: PersonId
    ) -> tuple[Attachment, ...]:
        """
        Add files to a comment of one's own (0: to one's ticket), behind those it has; all that it has then.

        A file that it has already stays where it is and is only named anew. Raises CommentNotFound for anybody but the
        author and for what is deleted, InvalidInput, TicketNotFound.
        """
        files = checked_files(files)
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            _check_author(tx, ticket, number, by, or_lead=False)
            rows = tx.connection.execute(OF_COMMENT, _key(ticket.ref, number)).mappings().all()
            known = {row["file_ref"]: attachment_from(row) for row in rows}
            after = known | {file.file_ref: file for file in files}
            if len(after) > MOST_FILES:
                raise InvalidInput("files", f"{MOST_FILES} files are the most.")
            if after == known:
                return tuple(known.values())
            tx.keep_files(ticket, number, [file for file in files if file.file_ref in known])
            new = [file for file in files if file.file_ref not in known]
            tx.keep_files(ticket, number, new, after=rows[-1]["position"] if rows else 0)
            tx.log(ticket, EventKind.FILES_CHANGED, by=by, to_value=number, data={"comment": number})
            return tuple(after.values())

    @use_case
    def detach(self, ref: TicketRef, number: int, file_ref: str, *, by: PersonId) -> tuple[Attachment, ...]:
        """
        Refer to a file of a comment no more (0: of the ticket); the files that are left. Again changes nothing.

        The author may, and a lead. Raises CommentNotFound, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            _check_author(tx, ticket, number, by, or_lead=True)
            key = _key(ticket.ref, number) | {"file": file_ref}
            if is_key(file_ref) and tx.connection.execute(DROP_ONE, key).rowcount:
                tx.log(ticket, EventKind.FILES_CHANGED, by=by, to_value=number, data={"comment": number})
            return files_of(tx.connection, ticket.ref, number)


def checked_files(files: Sequence[Attachment]) -> list[Attachment]:
    """
    The files as they are stored, each once. Raises InvalidInput.

    A name that is too long is cut, as file names are; a reference that could not be found again is refused.
    """
    if len(files) > MOST_FILES:
        raise InvalidInput("files", f"{MOST_FILES} files are the most.")
    return list({file.file_ref: _checked(file) for file in files}.values())


def _checked(file: Attachment) -> Attachment:
    if file.size is not None and not 0 <= file.size < 2**63:
        raise InvalidInput("files", "A file's size is a number of bytes.")
    name = " ".join(checked_text("files", file.name[:LONGEST_NAME], longest=LONGEST_NAME).split())
    mimetype = checked_text("files", (file.mimetype or "")[:LONGEST_NAME], longest=LONGEST_NAME)
    url = file.url or None
    if url is not None and not checked_key("file", url, longest=LONGEST_URL).startswith("https://"):
        raise InvalidInput("files", "A file's address begins with https://.")
    return Attachment(checked_key("file", file.file_ref, longest=200), name or "file", file.size, mimetype or None, url)


def drop_files(connection: Connection, ref: TicketRef, number: int) -> None:
    """A comment's files go with its words."""
    connection.execute(DROP_ALL, _key(ref, number))


def files_of(connection: Connection, ref: TicketRef, number: int) -> tuple[Attachment, ...]:
    """The files of a comment (0: of what the ticket was opened from), in their order."""
    rows = connection.execute(OF_COMMENT, _key(ref, number)).mappings()
    return tuple(attachment_from(row) for row in rows)


def _check_author(tx: Transaction, ticket: Ticket, number: int, by: PersonId, *, or_lead: bool) -> None:
    if number == OF_TICKET:
        may = by in (ticket.customer_id, ticket.opened_by)
        missing: Exception = TicketNotFound(ticket.number)
    else:
        missing = CommentNotFound(ticket.number, number)
        row = tx.connection.execute(AUTHOR, _key(ticket.ref, number)).one_or_none() if is_id(number) else None
        if row is None or row.deleted_at is not None:
            raise missing
        may = row.author_id == by
    if not may and not (or_lead and role_of(tx.connection, by) >= Role.LEAD):
        raise missing


def _key(ref: TicketRef, number: int) -> dict[str, int]:
    return {"customer": ref.customer_id, "ticket": ref.number, "number": number}
