"""Tags on tickets, and the custom fields of their category after opening (docs/macros.md has both)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql

from ticketing.children import children
from ticketing.desk.base import use_case
from ticketing.desk.roles import as_team
from ticketing.desk.searching import MOST, Searching
from ticketing.errors import InvalidInput, StaleTicket
from ticketing.events import EventKind
from ticketing.fields import check_fields
from ticketing.instants import to_us
from ticketing.model import PersonId, Ticket, TicketRef, TicketStatus
from ticketing.tables import tags, ticket_tags, tickets
from ticketing.tagging import MOST_TAGS, normalised, normalised_all
from ticketing.transaction import Transaction

MOST_OFFERED = 100

_row = ticket_tags.c
_of_ticket = (_row.customer_id == bindparam("customer"), _row.ticket_id == bindparam("ticket"))
OF_TICKET = (
    select(tags.c.id, tags.c.name).join_from(ticket_tags, tags, tags.c.id == _row.tag_id).where(*_of_ticket)
).order_by(tags.c.name)
KNOWN = select(tags.c.id, tags.c.name).where(tags.c.name.in_(bindparam("names", expanding=True)))
NAMES = select(tags.c.id, tags.c.name).where(tags.c.id.in_(bindparam("ids", expanding=True)))
# SQLite writes the clause in the same words.
NEW = postgresql.insert(tags).on_conflict_do_nothing(index_elements=["name"])
PUT_ON = insert(ticket_tags)
TAKE_OFF = delete(ticket_tags).where(*_of_ticket, _row.tag_id == bindparam("tag"))
BEGINNING = (
    select(tags.c.name)
    .where(tags.c.name >= bindparam("first"), tags.c.name < bindparam("past"))
    .order_by(tags.c.name)
    .limit(bindparam("rows"))
)
CARRIED = (
    select(_row.tag_id)
    .join_from(ticket_tags, tickets, (tickets.c.customer_id == _row.customer_id) & (tickets.c.id == _row.ticket_id))
    .where(_row.tag_id == tags.c.id)
    .correlate(tags)
)
TAG = select(tags.c.id).where(tags.c.name == bindparam("name"))
TAGGED = (
    select(tickets)
    .join_from(ticket_tags, tickets, (tickets.c.customer_id == _row.customer_id) & (tickets.c.id == _row.ticket_id))
    .where(_row.tag_id == bindparam("tag"))
    .order_by(_row.ticket_id.desc())
)


class Tags(Searching):
    """See `ticketing.desk.Desk`."""

    @use_case
    def set_tags(
        self, ref: TicketRef, tags: Iterable[str], *, by: PersonId, seen: Iterable[str] | None = None
    ) -> list[str]:
        """
        The ticket carries these tags and no others; all that it then carries, by name.

        With `seen`, the tags that were shown to whoever changed them, what others have changed since stays. Raises
        InvalidInput (a tag that cannot be one, or too many), NotAnAgent, OwnTicket, TicketNotFound.
        """
        wanted = normalised_all(tags)
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "tag tickets")
            known = set(tags_on(tx.connection, ref) if seen is None else seen)
            change_tags(
                tx, ticket, add=set(wanted) - (set() if seen is None else known), remove=known - set(wanted), by=by
            )
            return list(tags_on(tx.connection, ref))

    @use_case
    def add_tags(self, ref: TicketRef, tags: Iterable[str], *, by: PersonId) -> list[str]:
        """Put further tags on the ticket; all that it then carries. Raises as `set_tags`."""
        wanted = normalised_all(tags)
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "tag tickets")
            change_tags(tx, ticket, add=wanted, by=by)
            return list(tags_on(tx.connection, ref))

    @use_case
    def remove_tags(self, ref: TicketRef, tags: Iterable[str], *, by: PersonId) -> list[str]:
        """Take tags off; all that it then carries. What it does not carry is no fault. Raises as `set_tags`."""
        unwanted = normalised_all(tags)
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "tag tickets")
            change_tags(tx, ticket, remove=unwanted, by=by)
            return list(tags_on(tx.connection, ref))

    def tags(self, ref: TicketRef) -> list[str]:
        """A ticket's tags by name; none for a ticket that there is not."""
        with self._database.read() as connection:
            return list(tags_on(connection, ref))

    def tags_of(self, refs: Collection[TicketRef]) -> Mapping[TicketRef, Sequence[str]]:
        """The tags of several tickets, by name; those without any are left out."""
        with self._database.read() as connection:
            rows = children(connection, ticket_tags, refs)
            ids = sorted({row["tag_id"] for row in rows})
            names = {row.id: row.name for row in connection.execute(NAMES, {"ids": ids})} if ids else {}
        found: dict[TicketRef, list[str]] = {}
        for row in rows:
            found.setdefault(TicketRef(PersonId(row["customer_id"]), row["ticket_id"]), []).append(names[row["tag_id"]])
        return {ref: sorted(carried) for ref, carried in found.items()}

    def tag_names(self, prefix: str = "", *, limit: int = MOST_OFFERED, hidden: Collection[str] = ()) -> list[str]:
        """
        The tags in use that begin so, by name: what a form offers while somebody types.

        None that only tickets of the categories `hidden` carry.
        """
        try:
            first = normalised(prefix) if prefix.strip("# ") else ""
        except InvalidInput:
            return []
        asked = {"first": first, "past": first + "\U0010ffff", "rows": max(0, min(limit, MOST_OFFERED))}
        shown = BEGINNING
        if hidden:
            shown = shown.where(CARRIED.where(tickets.c.category.not_in(list(hidden))).exists())
        with self._database.read() as connection:
            return [str(row.name) for row in connection.execute(shown, asked)]

    def tagged(self, tag: str, *, limit: int = 10, offset: int = 0, hidden: Collection[str] = ()) -> list[Ticket]:
        """Tickets that carry a tag, the newest first; nothing of the categories `hidden`."""
        try:
            name = normalised(tag)
        except InvalidInput:
            return []
        with self._database.read() as connection:
            number = connection.execute(TAG, {"name": name}).scalar()
        if number is None:
            return []
        shown = TAGGED.where(tickets.c.category.not_in(list(hidden))) if hidden else TAGGED
        return self._tickets(shown.limit(max(0, limit)).offset(offset), {"tag": number})

    def search_tagged(
        self, text: str, tags: Sequence[str], *, limit: int = 20, hidden: Collection[str] = ()
    ) -> list[Ticket]:
        """
        Tickets that carry all of `tags`, for the team: the newest, or with words those among the best hundred found by them.

        What no tag could be finds nothing.
        """
        try:
            wanted = set(normalised_all(tags))
        except InvalidInput:
            return []
        if not wanted:
            return self.search(text, limit=limit, include_internal=True, hidden=hidden)
        if text.strip():
            found = self.search(text, limit=MOST, include_internal=True, hidden=hidden)
        else:
            found = self.tagged(min(wanted), limit=limit if len(wanted) == 1 else MOST, hidden=hidden)
        carried = self.tags_of([ticket.ref for ticket in found])
        return [ticket for ticket in found if wanted <= set(carried.get(ticket.ref, ()))][: max(0, limit)]

    @use_case
    def change_fields(self, ref: TicketRef, answers: Mapping[str, object], *, by: PersonId) -> Ticket:
        """
        Change answers to the questions of the ticket's category; an empty one is taken away, the others stay.

        Raises InvalidInput (naming the field), NotAnAgent, OwnTicket, StaleTicket for a closed ticket, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "change the fields of tickets")
            if ticket.status is TicketStatus.CLOSED:
                raise StaleTicket(ticket)
            category = tx.configuration.category(ticket.category)
            asked = category.fields if category is not None else ()
            keys = {one.key for one in asked}
            present = {key: answer for key, answer in ticket.fields.items() if key in keys}
            # What another category had asked is kept: the ticket may come back to it.
            others = {key: answer for key, answer in ticket.fields.items() if key not in keys}
            after = check_fields(asked, present | dict(answers))
            changed = sorted(key for key in keys if present.get(key) != after.get(key))
            if not changed:
                return ticket
            ticket = tx.change(ticket, fields=others | after)
            return tx.log(ticket, EventKind.FIELDS_CHANGED, by=by, data={"fields": changed})


def tags_on(connection: Connection, ref: TicketRef) -> dict[str, int]:
    """A ticket's tags by name, each with its number."""
    rows = connection.execute(OF_TICKET, {"customer": ref.customer_id, "ticket": ref.number})
    return {str(row.name): int(row.id) for row in rows}


def change_tags(
    tx: Transaction, ticket: Ticket, *, add: Iterable[str] = (), remove: Iterable[str] = (), by: PersonId | None
) -> Ticket:
    """Put tags on and take tags off, each an entry of the log. They are given as stored. Raises InvalidInput."""
    key = {"customer": ticket.customer_id, "ticket": ticket.number}
    before = tags_on(tx.connection, ticket.ref)
    gone = sorted(set(remove) & before.keys())
    new = sorted(set(add) - before.keys())
    if len(before) - len(gone) + len(new) > MOST_TAGS:
        raise InvalidInput("tags", f"A ticket carries {MOST_TAGS} tags at most.")
    for name in gone:
        tx.connection.execute(TAKE_OFF, key | {"tag": before[name]})
        ticket = tx.log(ticket, EventKind.UNTAGGED, by=by, from_value=before[name])
    for number in _numbered(tx.connection, new):
        row: dict[str, Any] = {"customer_id": ticket.customer_id, "ticket_id": ticket.number, "tag_id": number}
        tx.connection.execute(PUT_ON, row | {"tagged_at": to_us(tx.now)})
        ticket = tx.log(ticket, EventKind.TAGGED, by=by, to_value=number)
    return ticket


def carry_tags(tx: Transaction, ticket: Ticket, to: Ticket, *, by: PersonId) -> list[int]:
    """Put a ticket's tags on another as well, as many as that can carry; the numbers of those that it did not carry."""
    there, carried = tags_on(tx.connection, to.ref), tags_on(tx.connection, ticket.ref)
    new = [name for name in carried if name not in there][: MOST_TAGS - len(there)]
    change_tags(tx, to, add=new, by=by)
    return [carried[name] for name in new]


def carry_tags_to_new(tx: Transaction, ticket: Ticket, new: Ticket, *, by: PersonId) -> Ticket:
    """Put a ticket's tags on a new one as well; the new one."""
    for number in tags_on(tx.connection, ticket.ref).values():
        tx.keep_tag(new, number)
        new = tx.log(new, EventKind.TAGGED, by=by, to_value=number)
    return new


def take_tags(tx: Transaction, ticket: Ticket, numbers: Collection[int], *, by: PersonId) -> None:
    """Take off those of these tags that a ticket still carries."""
    change_tags(
        tx, ticket, remove=[name for name, at in tags_on(tx.connection, ticket.ref).items() if at in numbers], by=by
    )


def _numbered(connection: Connection, names: Sequence[str]) -> list[int]:
    """The numbers of tags, made where there are none yet; in a fixed order, so that no two wait for each other."""
    if not names:
        return []
    known = {row.name: row.id for row in connection.execute(KNOWN, {"names": list(names)})}
    missing = [{"name": name} for name in names if name not in known]
    if missing:
        connection.execute(NEW, missing)
        known = {row.name: row.id for row in connection.execute(KNOWN, {"names": list(names)})}
    return [known[name] for name in names]
