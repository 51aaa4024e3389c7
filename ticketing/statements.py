"""
The SQL of a transaction, built once when the program starts.

A statement that is built anew for each call is compiled anew as well, which costs more than what it does.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Table, any_, bindparam, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql

from ticketing.tables import (
    agent_loads,
    agent_skills,
    alerts,
    attachments,
    comment_origins,
    comments,
    configurations,
    problem_tickets,
    sequences,
    sla_clocks,
    sla_pauses,
    ticket_links,
    ticket_tags,
    tickets,
)

_key = (tickets.c.customer_id == bindparam("customer_id"), tickets.c.id == bindparam("number"))
TICKET = select(tickets).where(*_key)
COMMENT_BY_SOURCE = select(comments).where(
    comments.c.customer_id == bindparam("customer_id"), comments.c.source == bindparam("source")
)
TICKET_BY_SOURCE = select(tickets.c.id).where(
    tickets.c.customer_id == bindparam("customer_id"), tickets.c.source == bindparam("source")
)
CONFIG_VERSION = select(func.max(configurations.c.version)).scalar_subquery().label("config_version")
"""The configuration in force, for a statement that can read it along."""
LOCKED_TICKET = TICKET.add_columns(CONFIG_VERSION).with_for_update(of=tickets)
CLOCKS = (
    select(sla_clocks)
    .where(sla_clocks.c.customer_id == bindparam("customer_id"), sla_clocks.c.ticket_id == bindparam("number"))
    .order_by(sla_clocks.c.kind, sla_clocks.c.run)
)
PAUSES = (
    select(sla_pauses.c.paused_at, sla_pauses.c.resumed_at)
    .where(
        sla_pauses.c.customer_id == bindparam("customer_id"),
        sla_pauses.c.ticket_id == bindparam("number"),
        sla_pauses.c.kind == bindparam("kind"),
        sla_pauses.c.run == bindparam("run"),
    )
    .order_by(sla_pauses.c.paused_at)
)


def _update_of(table: Table) -> Any:
    keys = {column.name for column in table.primary_key}
    return (
        update(table)
        .where(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))
        .values({column.name: bindparam(column.name) for column in table.columns if column.name not in keys})
    )


def keyed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The row as `UPDATES` takes it: its key under other names, since a column cannot be both set and compared."""
    keys = {column.name for column in table.primary_key}
    return {(f"key_{name}" if name in keys else name): value for name, value in row.items()}


def put(table: Table, *changing: str) -> Any:
    """Insert, or where that key is there already set the columns that may change."""
    keys = [column.name for column in table.primary_key]
    new = postgresql.insert(table)  # SQLite writes the clause in the same words
    return new.on_conflict_do_update(index_elements=keys, set_={name: new.excluded[name] for name in changing})


PUTS = {
    # Paused again at the instant at which a pause of no length began: that one goes on.
    sla_pauses: put(sla_pauses, "resumed_at"),
    # A deadline was put off after an alert and has come near again: the alert is due anew, and has no message yet.
    alerts: put(alerts, "due_at", "created_at", "home"),
    attachments: put(attachments, "name", "size", "mimetype", "url"),
    comment_origins: insert(comment_origins),
    ticket_links: insert(ticket_links),
    ticket_tags: insert(ticket_tags),
    problem_tickets: put(problem_tickets, "problem_id", "linked_at"),
}
"""What is written after the tickets that it belongs to."""

UPDATES = {table: _update_of(table) for table in (tickets, sla_clocks)}
END_PAUSE = (
    update(sla_pauses)
    .where(
        sla_pauses.c.customer_id == bindparam("key_customer_id"),
        sla_pauses.c.ticket_id == bindparam("key_ticket_id"),
        sla_pauses.c.kind == bindparam("key_kind"),
        sla_pauses.c.run == bindparam("key_run"),
        sla_pauses.c.resumed_at.is_(None),
    )
    .values(resumed_at=bindparam("resumed"))
)
_other = sla_pauses.alias("other")
_LAST_PAUSE = (
    select(func.max(_other.c.paused_at))
    .where(
        _other.c.customer_id == sla_pauses.c.customer_id,
        _other.c.ticket_id == sla_pauses.c.ticket_id,
        _other.c.kind == sla_pauses.c.kind,
        _other.c.run == sla_pauses.c.run,
    )
    .correlate(sla_pauses)
    .scalar_subquery()
)
REOPEN_PAUSES = (
    update(sla_pauses)
    .where(
        sla_pauses.c.customer_id == bindparam("key_customer_id"),
        sla_pauses.c.ticket_id == bindparam("key_ticket_id"),
        sla_pauses.c.resumed_at == bindparam("ended"),
        sla_pauses.c.paused_at == _LAST_PAUSE,
    )
    .values(resumed_at=None)
)
"""Only the last of a clock: one before it may have ended at the same instant, but not by what is undone."""
TAKE_LOAD = (
    update(agent_loads)
    .where(
        agent_loads.c.agent_id == bindparam("agent"),
        agent_loads.c.is_available,
        agent_loads.c.load < agent_loads.c.max_load,
    )
    .values(load=agent_loads.c.load + 1, last_assigned_at=bindparam("now"))
)
_agents: Any = bindparam("agents", type_=postgresql.ARRAY(BigInteger))
TAKE_UNHELD = (
    update(agent_loads)
    .where(
        agent_loads.c.agent_id
        == select(agent_loads.c.agent_id)
        .where(
            agent_loads.c.agent_id == any_(_agents),
            agent_loads.c.is_available,
            agent_loads.c.load < agent_loads.c.max_load,
        )
        .order_by(func.array_position(_agents, agent_loads.c.agent_id))
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .values(load=agent_loads.c.load + 1, last_assigned_at=bindparam("now"))
    .returning(agent_loads.c.agent_id)
)
"""The first of those agents to whom nobody else is giving a ticket just now; on PostgreSQL only."""
TAKE_LOAD_BY_HAND = (
    update(agent_loads)
    .where(agent_loads.c.agent_id == bindparam("agent"), agent_loads.c.load < agent_loads.c.max_load)
    .values(load=agent_loads.c.load + 1, last_assigned_at=bindparam("now"))
)
TAKE_LOAD_URGENT = (
    update(agent_loads)
    .where(agent_loads.c.agent_id == bindparam("agent"), agent_loads.c.is_available)
    .values(load=agent_loads.c.load + 1, last_assigned_at=bindparam("now"))
)
ADD_LOAD = (
    update(agent_loads)
    .where(agent_loads.c.agent_id == bindparam("agent"))
    .values(load=agent_loads.c.load + bindparam("delta"))
)
ADD_SKILL_LOAD = (
    update(agent_skills)
    .where(agent_skills.c.agent_id == bindparam("agent"))
    .values(load=agent_skills.c.load + bindparam("delta"))
)
ADD_LOAD_NOW = ADD_LOAD.values(last_assigned_at=bindparam("now"))
ADD_SKILL_LOAD_NOW = ADD_SKILL_LOAD.values(last_assigned_at=bindparam("now"))
NEXT_ON_SQLITE = (
    update(sequences)
    .where(sequences.c.name == bindparam("sequence"))
    .values(value=sequences.c.value + bindparam("count"))
    .returning(sequences.c.value)
)
NEXT_NUMBER = func.nextval(literal_column("'ticket_number'")).label("number")
"""On PostgreSQL only; for a statement that can draw it along."""
NEXT_TICKET_NUMBER = select(NEXT_NUMBER)
