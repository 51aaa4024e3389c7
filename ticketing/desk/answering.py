"""
Who of the team is answering a ticket just now, so that two who do see each other.

It is no lock: nobody is kept from answering, and nothing is lost. A row lives while somebody has the form open; what was left
open and forgotten counts no more after a while.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, select
from sqlalchemy.dialects import postgresql

from ticketing.desk.base import DeskBase, checked_key, use_case
from ticketing.desk.roles import role_of
from ticketing.errors import NotAnAgent, TicketNotFound
from ticketing.instants import from_us, is_id, to_us
from ticketing.model import PersonId, Role, TicketRef
from ticketing.statements import TICKET
from ticketing.tables.handovers import answering

FORGOTTEN_AFTER = timedelta(minutes=30)

_a = answering.c
_OF_TICKET = and_(_a.customer_id == bindparam("key_customer"), _a.ticket_id == bindparam("key_ticket"))
OF_TICKET = select(answering).where(_OF_TICKET, _a.since_at > bindparam("after")).order_by(_a.since_at, _a.person_id)
END = delete(answering).where(_OF_TICKET, _a.person_id == bindparam("key_person"))
FORGOTTEN = select(answering).where(_a.since_at <= bindparam("before")).order_by(_a.since_at).limit(bindparam("most"))
_insert = postgresql.insert(answering)  # SQLite writes the clause in the same words
BEGIN = _insert.on_conflict_do_update(
    index_elements=["customer_id", "ticket_id", "person_id"],
    set_={"since_at": _insert.excluded.since_at, "view": _insert.excluded.view},
)


@dataclass(frozen=True)
class Answerer:
    """Somebody who has an answer's form open: since when, and where it is shown, as whoever opened it names it."""

    person_id: PersonId
    since: datetime
    view: str


class Answering(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def begin_answering(self, ref: TicketRef, *, by: PersonId, view: str) -> list[Answerer]:
        """Say that somebody of the team is answering; the others who are. Raises TicketNotFound, NotAnAgent."""
        checked_key("view", view, longest=64)
        with self._database.write() as connection:
            if not (is_id(ref.customer_id) and is_id(ref.number)):
                raise TicketNotFound(ref.number)
            key = {"customer_id": ref.customer_id, "number": ref.number}
            if connection.execute(TICKET, key).first() is None:
                raise TicketNotFound(ref.number)
            if role_of(connection, by) < Role.AGENT:
                raise NotAnAgent(by, "answer customers")
            row = {"customer_id": ref.customer_id, "ticket_id": ref.number, "person_id": by, "view": view}
            connection.execute(BEGIN, row | {"since_at": to_us(self._clock())})
        return [each for each in self.answering(ref) if each.person_id != by]

    @use_case
    def end_answering(self, ref: TicketRef, *, by: PersonId) -> bool:
        """Say that somebody is answering no more; whether they were."""
        with self._database.write() as connection:
            key = {"key_customer": ref.customer_id, "key_ticket": ref.number, "key_person": by}
            return connection.execute(END, key).rowcount == 1

    def answering(self, ref: TicketRef) -> list[Answerer]:
        """Who is answering a ticket, whoever began first before the others."""
        after = to_us(self._clock() - FORGOTTEN_AFTER)
        with self._database.read() as connection:
            key = {"key_customer": ref.customer_id, "key_ticket": ref.number, "after": after}
            rows = connection.execute(OF_TICKET, key).all()
        return [Answerer(PersonId(row.person_id), from_us(row.since_at), row.view) for row in rows]

    def forget_answering(self, now: datetime, *, limit: int = 100) -> list[TicketRef]:
        """Clear away what was left open and forgotten; of which tickets."""
        with self._database.read() as connection:
            before = to_us(now - FORGOTTEN_AFTER)
            rows = connection.execute(FORGOTTEN, {"before": before, "most": limit}).all()
        refs = [TicketRef(PersonId(row.customer_id), row.ticket_id) for row in rows]
        for ref, row in zip(refs, rows, strict=True):
            self.end_answering(ref, by=PersonId(row.person_id))
        return list(dict.fromkeys(refs))
