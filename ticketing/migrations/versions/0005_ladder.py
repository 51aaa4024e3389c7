"""The ladder an alert climbs while nobody sees to it: one row a clock run, with the next step and its instant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ladder",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run", name=op.f("pk_ladder")),
    )
    op.create_index(
        "ix_ladder_next_at",
        "ladder",
        ["next_at"],
        postgresql_where=sa.text("next_at IS NOT NULL"),
        sqlite_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_sla_clocks_late",
        "sla_clocks",
        ["due_at"],
        postgresql_where=sa.text("ended_at IS NULL AND breached_at IS NOT NULL"),
        sqlite_where=sa.text("ended_at IS NULL AND breached_at IS NOT NULL"),
    )
