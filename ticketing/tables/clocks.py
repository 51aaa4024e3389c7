"""Promises with their pauses, and the alerts about them with the ladder they climb."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from ticketing.tables.schema import metadata, ticket_key

sla_clocks = Table(
    "sla_clocks",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("run", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("target_s", Integer, nullable=False),
    Column("due_at", BigInteger),
    Column("warn_at", BigInteger),
    Column("paused_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("outcome", String(8)),
    Column("warned_at", BigInteger),
    Column("breached_at", BigInteger),
    Column("config_version", Integer, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run"),
    ticket_key(),
)
_clock = sla_clocks.c
Index(
    "ix_sla_clocks_due",
    _clock.due_at,
    postgresql_where=text("ended_at IS NULL AND breached_at IS NULL"),
    sqlite_where=text("ended_at IS NULL AND breached_at IS NULL"),
)
Index(
    "ix_sla_clocks_warn",
    _clock.warn_at,
    postgresql_where=text("ended_at IS NULL AND warned_at IS NULL AND breached_at IS NULL"),
    sqlite_where=text("ended_at IS NULL AND warned_at IS NULL AND breached_at IS NULL"),
)

# What is late and still owed: the board.
Index(
    "ix_sla_clocks_late",
    _clock.due_at,
    postgresql_where=text("ended_at IS NULL AND breached_at IS NOT NULL"),
    sqlite_where=text("ended_at IS NULL AND breached_at IS NOT NULL"),
)

# As the indexes below have them, and not as parameters.
HAS_VERDICT = text("sla_clocks.outcome IN ('met', 'breached')")
IS_BROKEN = text("sla_clocks.outcome = 'breached'")

# What reports look back on: promises by when their verdict fell.
Index(
    "ix_sla_clocks_ended_at",
    _clock.ended_at,
    postgresql_where=text("outcome IN ('met', 'breached')"),
    sqlite_where=text("outcome IN ('met', 'breached')"),
)
Index(
    "ix_sla_clocks_broken",
    _clock.due_at,
    postgresql_where=text("outcome = 'breached'"),
    sqlite_where=text("outcome = 'breached'"),
)

sla_pauses = Table(
    "sla_pauses",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("run", Integer, nullable=False),
    Column("paused_at", BigInteger, nullable=False),
    Column("resumed_at", BigInteger),
    PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run", "paused_at"),
    ticket_key(),
)

alerts = Table(
    "alerts",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("run", Integer, nullable=False),
    Column("stage", String(8), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("home", String(64)),
    PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run", "stage"),
    ticket_key(),
)

alert_promises = Table(
    "alert_promises",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id"),
    ticket_key(),
)
Index("ix_alert_promises_until", alert_promises.c.until)

# How far an alert has climbed while nobody saw to it: the next step and its instant (empty once it has climbed all).
# Written before its ticket is, in the transaction that opens it, hence no reference to it.
ladder = Table(
    "ladder",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("run", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("next_at", BigInteger),
    PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run"),
)
Index(
    "ix_ladder_next_at",
    ladder.c.next_at,
    postgresql_where=text("next_at IS NOT NULL"),
    sqlite_where=text("next_at IS NOT NULL"),
)

# As the index below has it, and not as parameters.
IS_HELD_BACK = text("ladder.kind IN ('held', 'held_lapse')")

# What quiet hours hold back.
Index(
    "ix_ladder_held",
    ladder.c.next_at,
    postgresql_where=text("kind IN ('held', 'held_lapse')"),
    sqlite_where=text("kind IN ('held', 'held_lapse')"),
)
