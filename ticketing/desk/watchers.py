"""Who reads along: watchers of single tickets, and colleagues of the customer where the setting lets them (docs/watchers.md)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from ticketing import permissions
from ticketing.configuration import Configuration
from ticketing.desk.base import use_case
from ticketing.desk.people import known_person
from ticketing.desk.reading import Reading
from ticketing.errors import InvalidInput, NotAnAgent, TicketNotFound
from ticketing.events import EventKind
from ticketing.instants import is_id, to_us
from ticketing.model import Person, PersonId, Role, Ticket, TicketRef
from ticketing.rows import person_from
from ticketing.tables import customers, people, ticket_watchers, tickets

MOST_WATCHERS = 50

_row = ticket_watchers.c
_of_ticket = (_row.customer_id == bindparam("customer"), _row.ticket_id == bindparam("ticket"))
_one = (*_of_ticket, _row.person_id == bindparam("person"))
WHO = (
    select(people.c.role, customers.c.organization_id)
    .select_from(people.outerjoin(customers, customers.c.id == people.c.id))
    .where(people.c.id == bindparam("person"))
)
WATCHERS = (
    select(people, customers.c.organization_id)
    .join_from(ticket_watchers, people, people.c.id == _row.person_id)
    .outerjoin(customers, customers.c.id == people.c.id)
    .where(*_of_ticket)
    .order_by(_row.since_at, people.c.id)
)
IS_WATCHED = select(func.count()).select_from(ticket_watchers).where(*_one)
COUNT = select(func.count()).select_from(ticket_watchers).where(*_of_ticket)
FORGET = delete(ticket_watchers).where(*_one)
_latest = (tickets.c.last_activity_at.desc(), tickets.c.id.desc())
WATCHED_BY = (
    select(tickets)
    .join_from(ticket_watchers, tickets, (tickets.c.customer_id == _row.customer_id) & (tickets.c.id == _row.ticket_id))
    .where(_row.person_id == bindparam("person"))
    .order_by(*_latest)
)
OF_ORGANIZATION = (
    select(tickets)
    .where(
        tickets.c.organization_id == bindparam("organization"),
        tickets.c.organization_id.is_not(None),
        tickets.c.customer_id != bindparam("person"),
        tickets.c.category.not_in(bindparam("hidden", expanding=True)),
    )
    .order_by(*_latest)
)


class Watchers(Reading):
    """See `ticketing.desk.Desk`."""

    def may_see(self, person_id: PersonId, ticket: Ticket) -> bool:
        """
        Whether somebody may know of the ticket: its customer, the team, and where the setting says so their colleagues.

        Of a private category the team sees only what a front lets it: the core knows no channel's members.
        """
        with self._database.read() as connection:
            return _sees(connection, self._configuration_in_force(connection), person_id, ticket)

    def is_colleague(self, person_id: PersonId, ticket: Ticket) -> bool:
        """Whether somebody may read along because they are of the customer's organization, now and by the setting."""
        with self._database.read() as connection:
            who = _who(connection, person_id)
            return who is not None and _is_colleague(
                self._configuration_in_force(connection), person_id, who[1], ticket
            )

    def watchers(self, ref: TicketRef) -> list[Person]:
        """Who watches a ticket and may still see it, the first to begin first. Raises TicketNotFound."""
        ticket = self.ticket(ref)
        with self._database.read() as connection:
            configuration = self._configuration_in_force(connection)
            rows = connection.execute(WATCHERS, _key(ref)).mappings().all()
        return [
            person_from(row)
            for row in rows
            if _may_see(configuration, PersonId(row["id"]), Role(row["role"]), row["organization_id"], ticket)
        ]

    def watched_by(
        self, person_id: PersonId, *, limit: int = 10, offset: int = 0, hidden: Collection[str] = ()
    ) -> list[Ticket]:
        """What somebody watches and may still see, the last active first; nothing of the categories `hidden`."""
        if not is_id(person_id):
            return []
        found = self._tickets(WATCHED_BY, {"person": person_id})
        with self._database.read() as connection:
            configuration = self._configuration_in_force(connection)
            seen = [each for each in found if _sees(connection, configuration, person_id, each)]
        return [each for each in seen if each.category not in hidden][offset : offset + max(0, limit)]

    def tickets_of_colleagues(self, person_id: PersonId, *, limit: int = 10, offset: int = 0) -> list[Ticket]:
        """The tickets of the others of somebody's organization, the last active first; none where the setting is off."""
        with self._database.read() as connection:
            configuration = self._configuration_in_force(connection)
            who = _who(connection, person_id)
        if who is None or who[1] is None or not configuration.colleagues_see_tickets:
            return []
        private = [category.key for category in configuration.private_categories]
        asked = {"organization": who[1], "person": person_id, "hidden": private}
        return self._tickets(OF_ORGANIZATION.limit(limit).offset(offset), asked)

    @use_case
    def watch(self, ref: TicketRef, person_id: PersonId, *, by: PersonId) -> bool:
        """
        Let somebody who may see the ticket read along; whether they did not before. Its customer does anyway.

        One says so oneself; its customer may say so for colleagues, the team for anybody. Raises TicketNotFound where one
        may not know of it, InvalidInput for somebody who may not, NotAnAgent, PersonNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            _check(tx.connection, tx.configuration, ticket, person_id, by)
            known_person(tx.connection, person_id)
            if not _sees(tx.connection, tx.configuration, person_id, ticket):
                raise InvalidInput("person", "They may not see this ticket.")
            key = _key(ref)
            if (
                person_id == ticket.customer_id
                or tx.connection.execute(IS_WATCHED, key | {"person": person_id}).scalar()
            ):
                return False
            if tx.connection.execute(COUNT, key).scalar_one() >= MOST_WATCHERS:
                raise InvalidInput("person", f"{MOST_WATCHERS} people read along, which is the most.")
            row = {"customer_id": ref.customer_id, "ticket_id": ref.number, "person_id": person_id}
            tx.connection.execute(insert(ticket_watchers), row | {"since_at": to_us(tx.now)})
            tx.log(ticket, EventKind.WATCHED, by=by, to_value=person_id)
            return True

    @use_case
    def unwatch(self, ref: TicketRef, person_id: PersonId, *, by: PersonId) -> bool:
        """
        Let somebody read along no more; whether they did before.

        One says so oneself, also when one may see the ticket no more; else as `watch`. Raises TicketNotFound, NotAnAgent.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            key = _key(ref) | {"person": person_id}
            is_watched = is_id(person_id) and bool(tx.connection.execute(IS_WATCHED, key).scalar())
            if not (by == person_id and is_watched):
                _check(tx.connection, tx.configuration, ticket, person_id, by)
            if is_watched:
                tx.connection.execute(FORGET, key)
                tx.log(ticket, EventKind.UNWATCHED, by=by, from_value=person_id)
            return is_watched


def _check(
    connection: Connection, configuration: Configuration, ticket: Ticket, person_id: PersonId, by: PersonId
) -> None:
    """Whether `by` may say who reads along. Raises TicketNotFound, NotAnAgent."""
    if not _sees(connection, configuration, by, ticket):
        raise TicketNotFound(ticket.number)
    who = _who(connection, by)
    is_team = who is not None and who[0] >= Role.AGENT
    if by not in (person_id, ticket.customer_id) and not is_team:
        raise NotAnAgent(by, "say who reads along")


def _who(connection: Connection, person_id: PersonId) -> tuple[Role, int | None] | None:
    row = connection.execute(WHO, {"person": person_id}).one_or_none() if is_id(person_id) else None
    return None if row is None else (Role(row.role), row.organization_id)


def _sees(connection: Connection, configuration: Configuration, person_id: PersonId, ticket: Ticket) -> bool:
    who = _who(connection, person_id)
    return who is not None and _may_see(configuration, person_id, who[0], who[1], ticket)


def _may_see(
    configuration: Configuration, person_id: PersonId, role: Role, organization_id: int | None, ticket: Ticket
) -> bool:
    is_colleague = _is_colleague(configuration, person_id, organization_id, ticket)
    return permissions.may_see(ticket, person_id, role, is_colleague=is_colleague)


def _is_colleague(
    configuration: Configuration, person_id: PersonId, organization_id: int | None, ticket: Ticket
) -> bool:
    return (
        configuration.colleagues_see_tickets
        and person_id != ticket.customer_id
        and organization_id is not None
        and organization_id == ticket.organization_id
        and configuration.private_category(ticket.category) is None
    )


def _key(ref: TicketRef) -> dict[str, Any]:
    return {"customer": ref.customer_id, "ticket": ref.number}
