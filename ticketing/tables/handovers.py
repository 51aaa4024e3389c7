"""What agents hand over and give back, and who is answering: children of a ticket."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, String, Table, text

from ticketing.tables.schema import metadata

# One ticket of one hand-over (`source` names it): `to_id` NULL is the queue, `outcome` NULL is still to be done.
handovers = Table(
    "handovers",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("source", String(120), nullable=False),
    Column("agent_id", BigInteger, nullable=False),
    Column("to_id", BigInteger),
    Column("planned_at", BigInteger, nullable=False),
    Column("outcome", String(16)),
    PrimaryKeyConstraint("customer_id", "ticket_id", "source"),
    ForeignKeyConstraint(["customer_id", "ticket_id"], ["tickets.customer_id", "tickets.id"]),
)
Index("ix_handovers_source", handovers.c.source)
Index(
    "ix_handovers_planned",
    handovers.c.planned_at,
    postgresql_where=text("outcome IS NULL"),
    sqlite_where=text("outcome IS NULL"),
)

# Somebody of the team who has a reply's form open: since when, and the form's own name where it is shown.
answering = Table(
    "answering",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("since_at", BigInteger, nullable=False),
    Column("view", String(64), nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id", "person_id"),
    ForeignKeyConstraint(["customer_id", "ticket_id"], ["tickets.customer_id", "tickets.id"]),
)

# Who had the ticket and gave it away: the automatic does not give it to them again, until they begin anew.
given_back = Table(
    "given_back",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("agent_id", BigInteger, nullable=False),
    Column("given_back_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id", "agent_id"),
    ForeignKeyConstraint(["customer_id", "ticket_id"], ["tickets.customer_id", "tickets.id"]),
)
