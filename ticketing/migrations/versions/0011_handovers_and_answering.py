"""What an agent hands over at the end of a shift, ticket by ticket, and who has a form of a reply open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _of_ticket(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["customer_id", "ticket_id"],
        ["tickets.customer_id", "tickets.id"],
        name=op.f(f"fk_{table}_customer_id_ticket_id"),
    )


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=True),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "source", name=op.f("pk_handovers")),
        _of_ticket("handovers"),
    )
    op.create_index("ix_handovers_source", "handovers", ["source"])
    op.create_index(
        "ix_handovers_planned",
        "handovers",
        ["planned_at"],
        postgresql_where=sa.text("outcome IS NULL"),
        sqlite_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "answering",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("view", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "person_id", name=op.f("pk_answering")),
        _of_ticket("answering"),
    )
