"""Tickets that hang together: each names the other. For the team alone, since the other may be of another customer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, select

from ticketing.desk.base import DeskBase, use_case
from ticketing.desk.merging import both_locked
from ticketing.desk.roles import as_team
from ticketing.errors import SameTicket
from ticketing.events import EventKind
from ticketing.instants import is_id
from ticketing.model import Link, LinkKind, PersonId, Ticket, TicketRef
from ticketing.rows import link_from
from ticketing.tables import ticket_links
from ticketing.transaction import Transaction

_link = ticket_links.c
LINKS = (
    select(ticket_links)
    .where(_link.customer_id == bindparam("customer_id"), _link.ticket_id == bindparam("number"))
    .order_by(_link.linked_at, _link.other_ticket_id)
)
_ONE = (
    _link.customer_id == bindparam("customer_id"),
    _link.ticket_id == bindparam("number"),
    _link.other_customer_id == bindparam("other_customer_id"),
    _link.other_ticket_id == bindparam("other_number"),
)
KIND = select(_link.kind).where(*_ONE)
FORGET = delete(ticket_links).where(*_ONE)


class Linking(DeskBase):
    """See `ticketing.desk.Desk`."""

    def links(self, ref: TicketRef) -> list[Link]:
        """What a ticket hangs together with, the first to be linked first: for the team, whoever the customers are."""
        if not (is_id(ref.customer_id) and is_id(ref.number)):
            return []
        with self._database.read() as connection:
            key = {"customer_id": ref.customer_id, "number": ref.number}
            return [link_from(row) for row in connection.execute(LINKS, key).mappings()]

    @use_case
    def link(self, ref: TicketRef, other: TicketRef, *, by: PersonId) -> bool:
        """
        Let two tickets name each other, also of two customers; whether they did not before.

        Raises SameTicket, NotAnAgent, OwnTicket, TicketNotFound.
        """
        if ref == other:
            raise SameTicket(ref.number)
        with self._transaction() as tx:
            one, two = _as_team(tx, ref, other, by, "link tickets")
            if _kind(tx, one, two) is not None:
                return False
            linked(tx, one, two, LinkKind.RELATED, LinkKind.RELATED, by=by)
            for this, that in ((one, two), (two, one)):
                tx.log(this, EventKind.LINKED, by=by, to_value=that.number, data={"customer": that.customer_id})
            return True

    @use_case
    def unlink(self, ref: TicketRef, other: TicketRef, *, by: PersonId) -> bool:
        """
        Let two tickets name each other no more; whether they did. What was split or moved stays linked.

        Raises NotAnAgent, OwnTicket, TicketNotFound.
        """
        with self._transaction() as tx:
            one, two = _as_team(tx, ref, other, by, "unlink tickets")
            if _kind(tx, one, two) != LinkKind.RELATED:
                return False
            for this, that in ((one, two), (two, one)):
                tx.connection.execute(FORGET, _key(this, that))
                tx.log(this, EventKind.UNLINKED, by=by, from_value=that.number, data={"customer": that.customer_id})
            return True


def linked(tx: Transaction, one: Ticket, two: Ticket, kind: LinkKind, other_kind: LinkKind, *, by: PersonId) -> None:
    """`two` stands on `one` as `kind`, and `one` on `two` as `other_kind`."""
    tx.keep_link(one, two.ref, kind, by=by)
    tx.keep_link(two, one.ref, other_kind, by=by)


def _as_team(tx: Transaction, ref: TicketRef, other: TicketRef, by: PersonId, act: str) -> tuple[Ticket, Ticket]:
    one, two = both_locked(tx, ref, other)
    as_team(tx, one, by, act)
    as_team(tx, two, by, act)
    return one, two


def _kind(tx: Transaction, one: Ticket, two: Ticket) -> str | None:
    kind: str | None = tx.connection.execute(KIND, _key(one, two)).scalar()
    return kind


def _key(one: Ticket, two: Ticket) -> dict[str, Any]:
    return {
        "customer_id": one.customer_id,
        "number": one.number,
        "other_customer_id": two.customer_id,
        "other_number": two.number,
    }
