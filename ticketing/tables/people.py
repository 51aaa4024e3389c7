"""Who is there: organizations, people, customers, agents with their leave, their load and their skills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    false,
    text,
)

from ticketing.tables.schema import Id, metadata

organizations = Table(
    "organizations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("tier", String(16), nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("external_ref", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("email", String(320)),
    Column("tz", String(64), nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # Somebody said that this person is an agent, or is not: following a channel leaves them alone.
    Column("is_agent_by_hand", Boolean, nullable=False, server_default=false()),
)

# The audit log of people: who changed what about whom. Values are ids, keys and figures.
team_changes = Table(
    "team_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("by_id", BigInteger),
    Column("what", String(32), nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    Index("ix_team_changes_person_id", "person_id", "id"),
)

customers = Table(
    "customers",
    metadata,
    Column("id", BigInteger, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("tier", String(16)),
    Column("organization_id", BigInteger, ForeignKey("organizations.id")),
)

agents = Table(
    "agents",
    metadata,
    Column("id", BigInteger, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("is_active", Boolean, nullable=False),
    Column("is_senior", Boolean, nullable=False),
    Column("is_away", Boolean, nullable=False),
    Column("away_until", BigInteger),
    Column("shifts", JSON),
    Column("next_change_at", BigInteger),
    Column("back_at", BigInteger),
)
Index(
    "ix_agents_next_change_at",
    agents.c.next_change_at,
    postgresql_where=text("next_change_at IS NOT NULL"),
    sqlite_where=text("next_change_at IS NOT NULL"),
)

agent_leaves = Table(
    "agent_leaves",
    metadata,
    Column("agent_id", BigInteger, ForeignKey("agents.id"), nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("agent_id", "starts_at"),
)

# One small row an agent, updated by every assignment: apart from `agents`, which may be a reference table when distributed.
agent_loads = Table(
    "agent_loads",
    metadata,
    Column("agent_id", BigInteger, primary_key=True, autoincrement=False),
    Column("load", Integer, CheckConstraint("load >= 0", name="load_not_negative"), nullable=False),
    Column("max_load", Integer, nullable=False),
    Column("is_available", Boolean, nullable=False),
    Column("last_assigned_at", BigInteger, nullable=False),
)

# What picking needs, copied next to the skill, so that each strategy walks one index.
agent_skills = Table(
    "agent_skills",
    metadata,
    Column("category", String(64), nullable=False),
    Column("agent_id", BigInteger, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("load", Integer, nullable=False),
    Column("max_load", Integer, nullable=False),
    Column("is_available", Boolean, nullable=False),
    Column("is_senior", Boolean, nullable=False),
    Column("last_assigned_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("category", "agent_id"),
)
_AVAILABLE = {"postgresql": "is_available", "sqlite": "is_available = 1"}
_HAS_ROOM = dict.fromkeys(_AVAILABLE, "load < max_load")
_SENIOR = {"postgresql": "is_senior", "sqlite": "is_senior = 1"}
_skill = agent_skills.c


def _index(name: str, *order: Any, where: Sequence[Mapping[str, str]]) -> None:
    """An index of one skill's agents in that order, of those alone of whom all of `where` is true."""
    conditions: dict[str, Any] = {
        f"{dialect}_where": text(" AND ".join(each[dialect] for each in where)) for dialect in _AVAILABLE
    }
    Index(f"ix_agent_skills_{name}", _skill.category, *order, **conditions)


_IDLE = (_skill.last_assigned_at, _skill.agent_id)
_LEAST_LOADED = (_skill.load, *_IDLE)
_MOST_SKILLED = (_skill.level.desc(), _skill.load, *_IDLE)
_index("least_loaded", *_LEAST_LOADED, where=(_AVAILABLE, _HAS_ROOM))
_index("round_robin", *_IDLE, where=(_AVAILABLE, _HAS_ROOM))
_index("most_skilled", *_MOST_SKILLED, where=(_AVAILABLE, _HAS_ROOM))
_index("urgent", *_MOST_SKILLED, where=(_AVAILABLE,))
_index("senior_urgent", *_MOST_SKILLED, where=(_AVAILABLE, _SENIOR))
_index("senior_least_loaded", *_LEAST_LOADED, where=(_AVAILABLE, _HAS_ROOM, _SENIOR))
_index("senior_round_robin", *_IDLE, where=(_AVAILABLE, _HAS_ROOM, _SENIOR))
_index("senior_most_skilled", *_MOST_SKILLED, where=(_AVAILABLE, _HAS_ROOM, _SENIOR))
Index("ix_agent_skills_agent_id", _skill.agent_id)
