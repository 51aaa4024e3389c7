"""Everything that the desk holds about one person, as a document (docs/privacy.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Table, bindparam, exists, select

from ticketing.desk.copies import DESCRIPTION
from ticketing.instants import from_us
from ticketing.model import PersonId
from ticketing.personal_data import ELSEWHERE, own_rows, tables_of_people
from ticketing.tables import agents, attachments, comments, metadata, organizations, tags, tickets
from ticketing.tables.tickets import IS_FOR_ANOTHER, IS_ON_ANOTHERS


def own(table: Table) -> Select[Any]:
    """The rows of a table that are a person's."""
    column: Any = own_rows(table)
    return select(table).where(column == bindparam("person")).order_by(*table.primary_key)


def elsewhere(table: Table) -> Select[Any]:
    """The rows of a table that a person has on the tickets of others, and of such a ticket what they began it with."""
    theirs = (table.c[ELSEWHERE[table.name]] == bindparam("person"), table.c.customer_id != bindparam("person"))
    if table is tickets:
        # Title and answers are those of the ticket which it follows, and so somebody else's.
        found = select(*(table.c[name] for name in _OPENED)).where(*theirs, IS_FOR_ANOTHER, _NEVER_OF_THE_TEAM)
        return found.order_by(*table.primary_key)
    found = select(table).where(*theirs).order_by(*table.primary_key)
    return found.where(IS_ON_ANOTHERS) if table is comments else found


_OPENED = ("customer_id", "id", "description", "source", "category", "follows_number", "opened_at")
_NEVER_OF_THE_TEAM = ~exists().where(agents.c.id == bindparam("person"))
OPENED_FOR_OTHERS = "tickets_opened_for_others"
FILES = (
    select(attachments)
    .where(
        attachments.c.customer_id == bindparam("customer"),
        attachments.c.ticket_id == bindparam("ticket"),
        attachments.c.comment_id == DESCRIPTION,
    )
    .order_by(*attachments.primary_key)
)
OWN = {table: own(table) for table in tables_of_people()}
ON_OTHERS = {name: elsewhere(metadata.tables[name]) for name in ELSEWHERE}


def document(connection: Connection, person_id: PersonId) -> dict[str, Any]:
    """Their rows by table: what belongs to a ticket stands under it."""
    asked = {"person": person_id}
    whole: dict[str, Any] = {}
    by_ticket: dict[int, dict[str, Any]] = {}
    for table, statement in OWN.items():
        found = [readable(row) for row in connection.execute(statement, asked).mappings()]
        if table is tickets:
            by_ticket = {row["id"]: row for row in found}
            whole["tickets"] = found
        elif "ticket_id" in table.columns:
            for row in found:
                _place(row, table.name, by_ticket, whole)
        elif found:
            whole[table.name] = found
    for name, statement in ON_OTHERS.items():
        if found := [readable(row) for row in connection.execute(statement, asked).mappings()]:
            whole[OPENED_FOR_OTHERS if name == tickets.name else f"{name}_on_others_tickets"] = found
    for ticket in whole.get(OPENED_FOR_OTHERS, ()):
        of_ticket = {"customer": ticket["customer_id"], "ticket": ticket["id"]}
        ticket[attachments.name] = [readable(row) for row in connection.execute(FILES, of_ticket).mappings()]
    _name_things(connection, whole)
    return whole


def _place(row: dict[str, Any], name: str, by_ticket: Mapping[int, dict[str, Any]], whole: dict[str, Any]) -> None:
    ticket = by_ticket.get(row["ticket_id"])
    (whole if ticket is None else ticket).setdefault(name, []).append(row)


def _name_things(connection: Connection, whole: dict[str, Any]) -> None:
    """Organizations and tags by name, which the rows hold as ids."""
    for row in whole.get("customers", ()):
        named = select(organizations.c.name).where(organizations.c.id == row["organization_id"])
        row["organization"] = connection.execute(named).scalar()
    for ticket in whole.get("tickets", ()):
        for row in ticket.get("ticket_tags", ()):
            row["tag"] = connection.execute(select(tags.c.name).where(tags.c.id == row["tag_id"])).scalar()


_INSTANTS = frozenset({"at", "until", "since"})


def readable(row: RowMapping) -> dict[str, Any]:
    """A row as JSON: instants in ISO 8601, the rest as it is stored."""
    return {
        name: instant(value) if name.endswith(("_at", "_until", "_after")) or name in _INSTANTS else value
        for name, value in row.items()
    }


def instant(value: Any) -> Any:
    return from_us(value).isoformat() if isinstance(value, int) else value
