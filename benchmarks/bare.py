"""
The reference for opening tickets: the rows that the desk writes for one, by the bare driver.

One statement a table, prepared by the driver, values ready to bind; no rules, no routing, no reading. What is left is what the
database itself takes, with the same indexes and the same durability.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
from sqlalchemy import Connection, Table, make_url, select

from ticketing.model import TicketRef
from ticketing.tables import outbox, sla_clocks, ticket_events, tickets

CHILDREN = (sla_clocks, ticket_events, outbox)
SEARCH_SQLITE = (
    "INSERT INTO ticket_search (rowid, customer_id, subject, body, name, notes)"
    " VALUES (:number, :customer_id, :subject, :body, :name, '')"
)
_PART = "setweight(to_tsvector('ticket_search', %({})s), '{}')"
SEARCH_POSTGRESQL = (
    "INSERT INTO ticket_search (customer_id, ticket_id, size, words) VALUES (%(customer_id)s, %(number)s, %(size)s, "
    + " || ".join(_PART.format(name, weight) for name, weight in (("subject", "A"), ("name", "B"), ("body", "C")))
    + ")"
)
LOADS = "UPDATE agent_loads SET load = load + 1, last_assigned_at = {at} WHERE agent_id = {agent}"
SKILLS = "UPDATE agent_skills SET load = load + 1, last_assigned_at = {at} WHERE agent_id = {agent}"

Open = Callable[[int, int], None]
"""Writes a ticket for a customer, given to an agent."""


@dataclass(frozen=True)
class Sample:
    """The rows of one ticket that the desk has opened and given to somebody."""

    ticket: Mapping[str, Any]
    children: Mapping[Table, list[dict[str, Any]]]
    searched: Mapping[str, Any]

    @classmethod
    def of(cls, connection: Connection, ref: TicketRef, *, name: str) -> Sample:
        """Read what the desk wrote."""
        own = select(tickets).where(tickets.c.customer_id == ref.customer_id, tickets.c.id == ref.number)
        ticket = dict(connection.execute(own).mappings().one())
        children = {}
        for child in CHILDREN:
            rows = select(child).where(child.c.customer_id == ref.customer_id, child.c.ticket_id == ref.number)
            children[child] = [_bindable(dict(row)) for row in connection.execute(rows).mappings()]
        searched = {"subject": ticket["subject"], "body": ticket["description"], "name": name}
        return cls(_bindable(ticket), children, searched | {"size": len(str(ticket))})


def _bindable(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: json.dumps(value) if isinstance(value, dict | list) else value for key, value in row.items()}


def _insert(table: Table, rows: list[dict[str, Any]], bound: str, *, own_id: str = "") -> tuple[str, dict[str, Any]]:
    """One statement for all rows, and their values; `own_id` is the SQL that numbers them, if they number themselves."""
    columns = list(rows[0])
    values, lines = {}, []
    for index, row in enumerate(rows):
        line = []
        for column in columns:
            if column == "id" and own_id:
                line.append(own_id)
                continue
            values[f"{column}_{index}"] = row[column]
            line.append(bound.format(f"{column}_{index}"))
        lines.append(f"({', '.join(line)})")
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table.name} ({names}) VALUES {', '.join(lines)}", values


def _of_ticket(values: dict[str, Any], customer: int, number: int) -> dict[str, Any]:
    """The same values for another ticket."""
    return {
        key: customer if key.startswith("customer_id_") else number if key.startswith("ticket_id_") else value
        for key, value in values.items()
    }


_sources = count(1)


class BareSqlite:
    """The writer of one process: its threads take turns, as SQLite would make them anyway."""

    def __init__(self, url: str, sample: Sample, at: int) -> None:
        self._path = str(make_url(url).database)
        self._turn = threading.Lock()
        self._sample, self._at = sample, at
        self._ticket = _insert(tickets, [dict(sample.ticket)], ":{}")
        self._children = [_insert(table, rows, ":{}") for table, rows in sample.children.items()]

    def connected(self) -> tuple[Open, Callable[[], None]]:
        """A connection of a thread's own: what opens a ticket, and what closes it."""
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, cached_statements=64)
        for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            with closing(connection.execute(f"PRAGMA {pragma}")):
                pass

        def open_one(customer: int, agent: int) -> None:
            with self._turn:
                connection.execute("BEGIN IMMEDIATE")
                self._write(connection, customer, agent)
                connection.execute("COMMIT")

        return open_one, connection.close

    def _write(self, connection: sqlite3.Connection, customer: int, agent: int) -> None:
        numbered = "UPDATE sequences SET value = value + ? WHERE name = ? RETURNING value"
        ((number,),) = connection.execute(numbered, (1, "ticket_number"))
        outbox_rows = len(self._sample.children[outbox])
        ((last,),) = connection.execute(numbered, (outbox_rows, "outbox_id"))
        statement, values = self._ticket
        own = {
            "customer_id_0": customer,
            "id_0": number,
            "source_0": f"b:{next(_sources)}",
            "assigned_agent_id_0": agent,
        }
        connection.execute(statement, values | own)
        for table, (statement, values) in zip(self._sample.children, self._children, strict=True):
            own = _of_ticket(values, customer, number)
            if table is outbox:
                own |= {f"id_{index}": last - index for index in range(outbox_rows)}
            connection.execute(statement, own)
        connection.execute(SEARCH_SQLITE, {**self._sample.searched, "customer_id": customer, "number": number})
        for statement in (LOADS, SKILLS):
            connection.execute(statement.format(at=":at", agent=":agent"), {"at": self._at, "agent": agent})


class BarePostgresql:
    """The writer of one process; every thread has a connection of its own."""

    def __init__(self, url: str, sample: Sample, at: int) -> None:
        self._address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._sample, self._at = sample, at
        ticket, values = _insert(tickets, [dict(sample.ticket)], "%({})s", own_id="nextval('ticket_number')")
        self._ticket = f"{ticket} RETURNING id", values
        self._children = [
            _insert(table, rows, "%({})s", own_id="nextval('outbox_id')" if table is outbox else "")
            for table, rows in sample.children.items()
        ]
        self._unique = f"{id(self)}"

    def connected(self) -> tuple[Open, Callable[[], None]]:
        """A connection of a thread's own: what opens a ticket, and what closes it."""
        connection = psycopg.connect(self._address, autocommit=False)
        connection.prepare_threshold = 0
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.commit()

        def open_one(customer: int, agent: int) -> None:
            self._write(connection, customer, agent)
            connection.commit()

        return open_one, connection.close

    def _write(self, connection: psycopg.Connection, customer: int, agent: int) -> None:
        statement, values = self._ticket
        source = f"b:{self._unique}:{next(_sources)}:{threading.get_ident()}"
        own: dict[str, Any] = {"customer_id_0": customer, "source_0": source, "assigned_agent_id_0": agent}
        found = connection.execute(statement.encode(), values | own).fetchone()
        assert found is not None
        number = int(found[0])
        for statement, values in self._children:
            connection.execute(statement.encode(), _of_ticket(values, customer, number))
        searched = {**self._sample.searched, "customer_id": customer, "number": number}
        connection.execute(SEARCH_POSTGRESQL.encode(), searched)
        for statement in (LOADS, SKILLS):
            load = statement.format(at="%(at)s", agent="%(agent)s")
            connection.execute(load.encode(), {"at": self._at, "agent": agent})
