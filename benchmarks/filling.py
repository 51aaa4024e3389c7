"""Desks full of tickets, written in bulk as the desk would have written them one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, text

from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.instants import to_us
from ticketing.model import PersonId, Role
from ticketing.tables import agents, customers

SKILLS = ("billing", "technical", "account", "general")
MAX_LOAD = 1000

CONFIGURATION = {"open_rate_per_hour": 10_000, "channels": {"triage": "C0TRIAGE", "escalations": "C0ESCALATE"}}

_SERIES = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < :count)"


def person_id(number: int) -> PersonId:
    return PersonId(number)


def team(url: str, *, agents: int, customers: int) -> None:
    """People for a desk: agents who know everything and are there, and customers."""
    database = Database.open(url)
    try:
        desk = Desk(database, lambda: datetime.now(UTC))
        desk.seed(CONFIGURATION)
        with database.write() as connection:
            _people(connection, "C", customers)
            _people(connection, "A", agents)
            for statement in _STAFF:
                connection.execute(text(statement))
    finally:
        database.close()


def people_of(connection: Connection) -> tuple[list[int], list[int]]:
    """The ids of customers who are no agents, and of agents."""
    staff = [int(row.id) for row in connection.execute(select(agents.c.id).order_by(agents.c.id))]
    everybody = [int(row.id) for row in connection.execute(select(customers.c.id).order_by(customers.c.id))]
    is_staff = set(staff)
    return [one for one in everybody if one not in is_staff], staff


_PEOPLE = f"""
INSERT INTO people (external_ref, name, tz, role, created_at)
{_SERIES} SELECT 'T1:' || CAST(:kind AS text) || n, 'Person ' || n, 'UTC', :role, :at FROM series ORDER BY n
"""
_CUSTOMERS = "INSERT INTO customers (id) SELECT id FROM people WHERE external_ref LIKE :kind ORDER BY id"
_LOAD = f"0 AS load, {MAX_LOAD} AS max_load, true AS is_available, 0 AS last_assigned_at"
_SKILLS = " UNION ALL ".join(f"SELECT '{skill}' AS category, {index} AS place" for index, skill in enumerate(SKILLS))
_STAFF = (
    "INSERT INTO agents (id, is_active, is_senior, is_away)"
    " SELECT id, true, false, false FROM people WHERE external_ref LIKE 'T1:A%' ORDER BY id",
    "INSERT INTO agent_loads (agent_id, load, max_load, is_available, last_assigned_at)"
    f" SELECT id, {_LOAD} FROM agents ORDER BY id",
    "INSERT INTO agent_skills (agent_id, category, level, is_senior, load, max_load, is_available, last_assigned_at)"
    f" SELECT id, category, 1 + (place + id) % 5, false, {_LOAD} FROM agents CROSS JOIN ({_SKILLS}) AS skills",
)


def _people(connection: Connection, kind: str, number: int) -> None:
    role = int(Role.CUSTOMER if kind == "C" else Role.AGENT)
    values = {"count": number, "kind": kind, "role": role, "at": to_us(datetime.now(UTC))}
    connection.execute(text(_PEOPLE), values)
    connection.execute(text(_CUSTOMERS), {"kind": f"T1:{kind}%"})


# --- many tickets -----------------------------------------------------------------------------------------------------

APART = timedelta(milliseconds=1)
"""The deadlines of a kind lie so far apart."""

TICKETS_OF_ONE = 10
"""Each customer has so many tickets and each agent holds so many, however many there are in all."""

_CATEGORY = "CASE n % 4 WHEN 0 THEN 'billing' WHEN 1 THEN 'technical' WHEN 2 THEN 'account' ELSE 'general' END"
_CUSTOMER = ":first_customer + n % :customers"
# The even ones wait, the others are held.
_TICKETS = f"""
INSERT INTO tickets (customer_id, id, source, subject, description, category, priority, status, tier, opened_by,
    assigned_agent_id, last_agent_id, version, opened_at, sla_start_at, reopened_count, is_escalated, last_activity_at,
    queue_rank, promised_version, last_event, last_comment, fields)
{_SERIES}
SELECT {_CUSTOMER}, n, 'f:' || n, {{words}}, 'Since this morning', {_CATEGORY}, 1 + n % 3,
    CASE n % 2 WHEN 0 THEN 'open' ELSE 'in_progress' END, 'standard', {_CUSTOMER},
    CASE n % 2 WHEN 0 THEN NULL ELSE :first_agent + n / 2 % :agents END, NULL, 1, :now - n * 1000, :now - n * 1000, 0, false,
    :now - n * 1000, CASE n % 2 WHEN 0 THEN :now - n * 1000 ELSE NULL END, 1, 0, 0, {{json}}
FROM series
"""
_CLOCKS = f"""
INSERT INTO sla_clocks (customer_id, ticket_id, kind, run, started_at, target_s, due_at, warn_at, config_version)
{_SERIES}
SELECT {_CUSTOMER}, n, :kind, 0, :now - n * 1000, 86400, :due + n * 1000, :due + n * 1000 - 1800000000, 1 FROM series
"""
WORDS = "'printer alpha' || (n % 3) || ' beta' || (n % 50) || ' gamma' || (n % 2000) || ' delta' || (n % (:count / 10))"
"""One word of every ticket, one of each third, of 2 %, of 0.05 %, and one that ten tickets share."""


# What is kept row by row costs several times what it takes to make it once for all rows.
_KEPT = {
    "postgresql": (
        """
        SELECT 'ALTER TABLE ' || CAST(conrelid AS regclass) || ' DROP CONSTRAINT ' || conname AS dropped,
            'ALTER TABLE ' || CAST(conrelid AS regclass) || ' ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid)
                AS made
        FROM pg_constraint WHERE contype = 'f' AND CAST(CAST(conrelid AS regclass) AS text) = :bulky
        """,
        """
        SELECT 'DROP INDEX ' || indexname AS dropped, indexdef AS made
        FROM pg_indexes WHERE schemaname = current_schema() AND tablename = :bulky AND indexname LIKE 'ix_%'
        """,
    ),
    "sqlite": (
        """
        SELECT 'DROP INDEX ' || name AS dropped, sql AS made
        FROM sqlite_master WHERE type = 'index' AND tbl_name = :bulky AND name LIKE 'ix_%'
        """,
    ),
}


@contextmanager
def without_indexes(database: Database, *tables: str) -> Iterator[None]:
    """Indexes and references of large tables are gone meanwhile, and made anew at the end."""
    looks = _KEPT["sqlite" if database.is_sqlite else "postgresql"]
    with database.write() as connection:
        kept = [row for bulky in tables for look in looks for row in connection.execute(text(look), {"bulky": bulky})]
        for row in kept:
            connection.exec_driver_sql(row.dropped)
    yield
    with database.write() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")
        for row in reversed(kept):
            connection.exec_driver_sql(row.made)


def tickets(url: str, count: int) -> None:
    """
    A desk with so many open tickets, half of them waiting and half held, none of them due for a day.

    Written in bulk; what a ticket's log and outbox would hold is left out, since nothing here reads it. What can be searched
    for is `benchmarks.corpus`.
    """
    agents_count = max(10, count // 2 // TICKETS_OF_ONE)
    team(url, agents=agents_count, customers=max(10, count // TICKETS_OF_ONE))
    database = Database.open(url)
    try:
        with database.read() as connection:
            of_customers, staff = people_of(connection)
            now = datetime.now(UTC)
            values = {
                "count": count,
                "customers": len(of_customers),
                "first_customer": of_customers[0],
                "agents": len(staff),
                "first_agent": staff[0],
                "now": to_us(now - timedelta(hours=2)),
            }
        json = "'{}'" if database.is_sqlite else "CAST('{}' AS json)"
        with without_indexes(database, "tickets", "sla_clocks"), database.write() as connection:
            connection.execute(text(_TICKETS.format(words=WORDS, json=json)), values)
            for kind in ("first_response", "resolution"):
                due = to_us(now + timedelta(days=1 if kind == "first_response" else 3))
                connection.execute(text(_CLOCKS), values | {"kind": kind, "due": due})
        with database.write() as connection:
            held = {"load": count // 2 // len(staff), "max": MAX_LOAD}
            for table in ("agent_loads", "agent_skills"):
                connection.execute(text(f"UPDATE {table} SET load = :load, max_load = :max"), held)
            if database.is_sqlite:
                connection.execute(text("UPDATE sequences SET value = :count WHERE name = 'ticket_number'"), values)
            else:
                connection.execute(text("SELECT setval('ticket_number', :count)"), {"count": count})
        settle(database)
    finally:
        database.close()


def rows(database: Database) -> dict[str, int]:
    """How many rows stand in each table that opening a ticket writes to."""
    written = ("tickets", "sla_clocks", "ticket_events", "outbox", "ticket_search")
    with database.read() as connection:
        return {name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in written}


def settle(database: Database) -> None:
    """What a database does in quiet hours: statistics, and what was written goes where it belongs."""
    statements = (
        ("PRAGMA wal_checkpoint(TRUNCATE)", "ANALYZE") if database.is_sqlite else ("VACUUM ANALYZE", "CHECKPOINT")
    )
    connection = database.engine.raw_connection()
    try:
        driver: Any = connection.dbapi_connection
        if not database.is_sqlite:
            driver.autocommit = True
        for statement in statements:
            driver.execute(statement)
        if not database.is_sqlite:
            driver.autocommit = False
    finally:
        connection.close()
