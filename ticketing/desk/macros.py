"""Macros: the team's and one's own, kept and used (docs/macros.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from ticketing import permissions
from ticketing.configuration import Configuration, to_document
from ticketing.desk.base import use_case
from ticketing.desk.comments import answered, keep, known_comment
from ticketing.desk.people import known_person
from ticketing.desk.places import at_its_place, check_place
from ticketing.desk.progress import begun, prioritized
from ticketing.desk.reading import Reading
from ticketing.desk.roles import as_lead, as_team, role_of
from ticketing.desk.tags import change_tags
from ticketing.errors import InvalidInput, MacroNotFound, NotAnAgent, NotTheHolder, StaleTicket
from ticketing.events import EventKind
from ticketing.macros import MOST_OWN, MOST_SHARED, Macro, Placeholder, read_macro
from ticketing.model import OVER, PersonId, Role, Ticket, TicketRef, TicketStatus
from ticketing.statements import put
from ticketing.tables import personal_macros
from ticketing.transaction import Transaction

_own = personal_macros.c.owner_id == bindparam("owner")
OWN = select(personal_macros.c.document).where(_own).order_by(personal_macros.c.key)
COUNT_OTHERS = select(func.count()).where(_own, personal_macros.c.key != bindparam("macro"))
KEEP = put(personal_macros, "document")
FORGET = delete(personal_macros).where(_own, personal_macros.c.key == bindparam("macro"))


class Whose(StrEnum):
    """Who has written a macro."""

    OWN = "own"
    SHARED = "shared"


@dataclass(frozen=True)
class KnownMacro:
    """A macro that somebody can use."""

    macro: Macro
    whose: Whose


class Macros(Reading):
    """See `ticketing.desk.Desk`."""

    def macros(self, person_id: PersonId) -> list[KnownMacro]:
        """What somebody can use, by title; their own stands for one of the team's with the same key."""
        with self._database.read() as connection:
            found = _macros(connection, self._configuration_in_force(connection), person_id)
        return sorted(found.values(), key=lambda one: (one.macro.title.casefold(), one.macro.key))

    def macro(self, key: str, person_id: PersonId) -> KnownMacro:
        """Raises MacroNotFound."""
        with self._database.read() as connection:
            return _macro(connection, self._configuration_in_force(connection), key, person_id)

    def filled_macro(self, ref: TicketRef, key: str, *, by: PersonId) -> str:
        """
        What a macro says on a ticket, or on the one with which that was joined, before it is sent.

        Raises MacroNotFound, NotAnAgent, OwnTicket, TicketNotFound.
        """
        ticket = self.ticket(self.joined_with(ref))
        with self._database.read() as connection:
            permissions.check_team(ticket, by, role_of(connection, by), "use macros")
            configuration = self._configuration_in_force(connection)
            known = _macro(connection, configuration, key, by)
            return known.macro.filled(_values(connection, configuration, ticket, by))

    def apply_macro(self, ref: TicketRef, key: str, *, by: PersonId, source: str, text: str | None = None) -> Ticket:
        """
        Answer with a macro, and do what else it says: all of it, or nothing.

        On a ticket that was merged into another it is done on that one, which is returned and asked for permission. `text`
        is what was made of its words before sending. The same source again changes nothing. Raises MacroNotFound, StaleTicket
        on a closed ticket, NotTheHolder and StaleTicket where it sets a status that its user cannot set now, InvalidInput,
        NotAnAgent, OwnTicket, TicketNotFound.
        """
        return at_its_place(ref, lambda place: self._apply(place, ref, key, by=by, source=source, text=text))

    @use_case
    def _apply(
        self, ref: TicketRef, came_to: TicketRef, key: str, *, by: PersonId, source: str, text: str | None
    ) -> Ticket:
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            check_place(tx, ticket, came_to)
            as_team(tx, ticket, by, "use macros")
            if known_comment(tx, ticket, source) is not None:
                return ticket
            known = _macro(tx.connection, tx.configuration, key, by)
            macro = known.macro
            words = macro.filled(_values(tx.connection, tx.configuration, ticket, by)) if text is None else text
            if ticket.status is TicketStatus.CLOSED or (macro.status is not None and ticket.status in OVER):
                raise StaleTicket(ticket)
            ticket, comment = keep(
                tx,
                ticket,
                by,
                words,
                internal=False,
                source=source,
                via=came_to.number if came_to != ref else None,
            )
            ticket = answered(tx, ticket, comment)
            data = {"comment": comment.number}
            ticket = tx.log(ticket, EventKind.MACRO_APPLIED, by=by, to_value=key, reason=known.whose, data=data)
            if macro.priority is not None:
                ticket = prioritized(tx, ticket, macro.priority, by=by)
            ticket = change_tags(tx, ticket, add=macro.tags, by=by)
            return _moved(tx, ticket, macro.moves_to, by=by)

    @use_case
    def save_macro(self, document: Mapping[str, Any], *, by: PersonId) -> Macro:
        """Keep a macro of one's own, in the place of the one with its key. Raises InvalidInput, NotAnAgent."""
        macro = read_macro(document)
        with self._database.write() as connection:
            known_person(connection, by)
            if role_of(connection, by) < Role.AGENT:
                raise NotAnAgent(by, "keep macros")
            if connection.execute(COUNT_OTHERS, {"owner": by, "macro": macro.key}).scalar_one() >= MOST_OWN:
                raise InvalidInput("key", f"You have {MOST_OWN} macros, which is the most. Delete one first.")
            connection.execute(KEEP, {"owner_id": by, "key": macro.key, "document": macro.to_document()})
        return macro

    @use_case
    def delete_macro(self, key: str, *, by: PersonId) -> bool:
        """Delete a macro of one's own; whether there was one."""
        with self._database.write() as connection:
            return connection.execute(FORGET, {"owner": by, "macro": key}).rowcount > 0

    @use_case
    def save_shared_macro(self, document: Mapping[str, Any], *, by: PersonId | None) -> Macro:
        """
        Keep a macro of the team's, in the place of the one with its key: a new version of the configuration.

        Raises InvalidInput, NotAllowed.
        """
        macro = read_macro(document)
        with self._database.write() as connection:
            as_lead(connection, by, "change the team's macros")
            self._configuring_alone(connection)
            configuration = self._configuration_in_force(connection)
            kept = [one for one in configuration.macros if one.key != macro.key]
            if len(kept) >= MOST_SHARED:
                raise InvalidInput("key", f"The team has {MOST_SHARED} macros, which is the most. Delete one first.")
            self._store_macros(connection, configuration, [*kept, macro], by=by)
        return macro

    @use_case
    def delete_shared_macro(self, key: str, *, by: PersonId | None) -> bool:
        """Delete a macro of the team's; whether there was one. Raises NotAllowed."""
        with self._database.write() as connection:
            as_lead(connection, by, "change the team's macros")
            self._configuring_alone(connection)
            configuration = self._configuration_in_force(connection)
            kept = [one for one in configuration.macros if one.key != key]
            if len(kept) == len(configuration.macros):
                return False
            self._store_macros(connection, configuration, kept, by=by)
            return True

    def _store_macros(
        self, connection: Connection, configuration: Configuration, macros: list[Macro], *, by: PersonId | None
    ) -> None:
        in_order = sorted((macro.to_document() for macro in macros), key=lambda one: str(one["key"]))
        self._store(connection, to_document(configuration) | {"macros": in_order}, by=by)


def _macros(connection: Connection, configuration: Configuration, person_id: PersonId) -> dict[str, KnownMacro]:
    found = {macro.key: KnownMacro(macro, Whose.SHARED) for macro in configuration.macros}
    for row in connection.execute(OWN, {"owner": person_id}):
        macro = read_macro(row.document)
        found[macro.key] = KnownMacro(macro, Whose.OWN)
    return found


def _macro(connection: Connection, configuration: Configuration, key: str, person_id: PersonId) -> KnownMacro:
    known = _macros(connection, configuration, person_id).get(key)
    if known is None:
        raise MacroNotFound(key)
    return known


def _values(
    connection: Connection, configuration: Configuration, ticket: Ticket, by: PersonId
) -> dict[Placeholder, str]:
    customer, agent = known_person(connection, ticket.customer_id).name, known_person(connection, by).name
    category = configuration.category(ticket.category)
    return {
        Placeholder.CUSTOMER: _first(customer),
        Placeholder.CUSTOMER_NAME: customer,
        Placeholder.AGENT: _first(agent),
        Placeholder.AGENT_NAME: agent,
        Placeholder.NUMBER: f"#{ticket.number}",
        Placeholder.SUBJECT: ticket.subject,
        Placeholder.CATEGORY: category.name if category else ticket.category,
        Placeholder.PRIORITY: ticket.priority.name.lower(),
    }


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.strip() else name


def _moved(tx: Transaction, ticket: Ticket, to: TicketStatus | None, *, by: PersonId) -> Ticket:
    """One step further, as its holder. Raises NotTheHolder."""
    ticket = tx.final(ticket.ref)
    if to is None or ticket.status is to:
        return ticket
    if ticket.assigned_agent_id != by or not ticket.is_held:
        raise NotTheHolder(ticket)
    ticket = begun(tx, ticket, by=by)
    return tx.move(ticket, to, by=by)
