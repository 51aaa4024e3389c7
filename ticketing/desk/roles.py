"""The role of whoever acts, read where a use case needs it; `by` None is the desk itself, which may do anything."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from ticketing import permissions
from ticketing.errors import PersonNotFound
from ticketing.instants import is_id
from ticketing.model import PersonId, Role, Ticket
from ticketing.tables import people
from ticketing.transaction import Transaction

ROLE = select(people.c.role).where(people.c.id == bindparam("person"))


def role_of(connection: Connection, person_id: PersonId) -> Role:
    """What a person may do; somebody unknown is a customer."""
    role = connection.execute(ROLE, {"person": person_id}).scalar() if is_id(person_id) else None
    return Role.CUSTOMER if role is None else Role(role)


def known_role(connection: Connection, person_id: PersonId) -> Role:
    """What a person may do. Raises PersonNotFound."""
    role = connection.execute(ROLE, {"person": person_id}).scalar() if is_id(person_id) else None
    if role is None:
        raise PersonNotFound(person_id)
    return Role(role)


def speaks_for_desk(connection: Connection, ticket: Ticket, person_id: PersonId) -> bool:
    """Whether what a person says is said by the team: their role counts, not whether tickets can be assigned to them."""
    return person_id != ticket.customer_id and role_of(connection, person_id) >= Role.AGENT


def as_team(tx: Transaction, ticket: Ticket, by: PersonId | None, act: str) -> None:
    """An agent's act on somebody else's ticket. Raises NotAnAgent, OwnTicket."""
    if by is not None:
        permissions.check_team(ticket, by, role_of(tx.connection, by), act)


def as_lead(connection: Connection, by: PersonId | None, act: str) -> None:
    """A lead's act. Raises NotAllowed."""
    if by is not None:
        permissions.check_lead(role_of(connection, by), act)


def as_admin(connection: Connection, by: PersonId | None, act: str) -> None:
    """An admin's act. Raises NotAllowed."""
    if by is not None:
        permissions.check_admin(role_of(connection, by), act)


def as_oneself_or_lead(connection: Connection, by: PersonId | None, person_id: PersonId, act: str) -> None:
    """What one may change about oneself, and a lead about anybody. Raises NotAllowed."""
    if by != person_id:
        as_lead(connection, by, act)
