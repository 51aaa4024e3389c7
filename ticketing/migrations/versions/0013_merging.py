"""How tickets hang together: what was merged into which, links, and of which comment one is a copy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _of_ticket(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["customer_id", "ticket_id"],
        ["tickets.customer_id", "tickets.id"],
        name=op.f(f"fk_{table}_customer_id_ticket_id"),
    )


def upgrade() -> None:
    op.create_index(
        "ix_tickets_merged_into",
        "tickets",
        ["customer_id", "merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
        sqlite_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_table(
        "ticket_links",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("other_customer_id", sa.BigInteger(), nullable=False),
        sa.Column("other_ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("linked_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "customer_id", "ticket_id", "other_customer_id", "other_ticket_id", name=op.f("pk_ticket_links")
        ),
        _of_ticket("ticket_links"),
    )
    op.create_table(
        "comment_origins",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("origin_customer_id", sa.BigInteger(), nullable=False),
        sa.Column("origin_ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("origin_comment_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "comment_id", name=op.f("pk_comment_origins")),
        _of_ticket("comment_origins"),
    )
    op.create_index(
        "ix_comment_origins_origin",
        "comment_origins",
        ["origin_customer_id", "origin_ticket_id", "origin_comment_id"],
    )
