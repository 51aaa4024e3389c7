"""One cause behind the tickets of many customers: the problem, its tickets, and what is done for all of them at once."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ticketing.tables.schema import Id, metadata, ticket_key

problems = Table(
    "problems",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(300), nullable=False, unique=True),
    Column("title", String(150), nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("opened_by", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("resolved_at", BigInteger),
)
Index("ix_problems_state", problems.c.state, problems.c.opened_at.desc(), problems.c.id.desc())

# A ticket belongs to one problem at most. No key refers to `problems`: that one may live with all customers, this with one.
problem_tickets = Table(
    "problem_tickets",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("problem_id", BigInteger, nullable=False),
    Column("linked_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id"),
    ticket_key(),
)
Index("ix_problem_tickets_problem_id", problem_tickets.c.problem_id, problem_tickets.c.ticket_id)

# The audit log of problems. Answering and resolving all are plans as well: they concern the tickets linked by `planned_at`, and
# `ended_at` NULL is still being done. The words that go to the customers stand in `text` until then, afterwards in their
# tickets alone.
problem_acts = Table(
    "problem_acts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("problem_id", BigInteger, ForeignKey("problems.id"), nullable=False),
    Column("source", String(300), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("by_id", BigInteger, nullable=False),
    Column("planned_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("text", Text),
    Column("data", JSON, nullable=False),
    UniqueConstraint("problem_id", "source"),
)
Index(
    "ix_problem_acts_planned",
    problem_acts.c.planned_at,
    postgresql_where=text("ended_at IS NULL"),
    sqlite_where=text("ended_at IS NULL"),
)

# What became of one ticket of such a plan, written in that ticket's own transaction. A ticket without a row is still to be done:
# rows made beforehand would lock the tickets of all those customers at once, by their foreign keys.
problem_steps = Table(
    "problem_steps",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("act_id", BigInteger, nullable=False),
    Column("outcome", String(16), nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id", "act_id"),
    ticket_key(),
)
Index("ix_problem_steps_act_id", problem_steps.c.act_id, problem_steps.c.ticket_id)
