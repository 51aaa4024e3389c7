"""Desks full of tickets, written in bulk as the desk would have written them one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.instants import to_us
from ticketing.model import PersonId, Role
from ticketing.tables import agent_loads, agent_skills, agents, customers, people

SKILLS = ("billing", "technical", "account", "general")
MAX_LOAD = 1000


def person_id(number: int) -> PersonId:
    return PersonId(number)


def team(url: str, *, agents: int, customers: int) -> None:
    """People for a desk: agents who know everything and are there, and customers."""
    database = Database.open(url)
    try:
        desk = Desk(database, lambda: datetime.now(UTC))
        desk.seed({"open_rate_per_hour": 10_000})
        with database.write() as connection:
            _people(connection, "C", customers)
            staff = _people(connection, "A", agents)
            _agents(connection, staff)
    finally:
        database.close()


def people_of(connection: Connection) -> tuple[list[int], list[int]]:
    """The ids of customers who are no agents, and of agents."""
    staff = [int(row.id) for row in connection.execute(select(agents.c.id).order_by(agents.c.id))]
    everybody = [int(row.id) for row in connection.execute(select(customers.c.id).order_by(customers.c.id))]
    return [one for one in everybody if one not in set(staff)], staff


def _people(connection: Connection, kind: str, number: int) -> list[int]:
    at = to_us(datetime.now(UTC))
    role = int(Role.CUSTOMER if kind == "C" else Role.AGENT)
    rows = [
        {"external_ref": f"T1:{kind}{index}", "name": f"Person {index}", "tz": "UTC", "role": role, "created_at": at}
        for index in range(number)
    ]
    connection.execute(insert(people), rows)
    of_kind = select(people.c.id).where(people.c.external_ref.like(f"T1:{kind}%")).order_by(people.c.id)
    ids = [int(row.id) for row in connection.execute(of_kind)]
    connection.execute(insert(customers), [{"id": one} for one in ids])
    return ids


def _agents(connection: Connection, staff: Sequence[int]) -> None:
    connection.execute(
        insert(agents), [{"id": one, "is_active": True, "is_senior": False, "is_away": False} for one in staff]
    )
    load: dict[str, Any] = {"load": 0, "max_load": MAX_LOAD, "is_available": True, "last_assigned_at": 0}
    connection.execute(insert(agent_loads), [load | {"agent_id": one} for one in staff])
    skills = [
        load | {"agent_id": one, "category": skill, "level": 1 + (index + one) % 5, "is_senior": False}
        for one in staff
        for index, skill in enumerate(SKILLS)
    ]
    connection.execute(insert(agent_skills), skills)
