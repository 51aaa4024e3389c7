"""Who gave a ticket away, and when an agent was last there again: the automatic does not give it back to them before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agents", sa.Column("back_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "given_back",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("given_back_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "agent_id", name=op.f("pk_given_back")),
        sa.ForeignKeyConstraint(
            ["customer_id", "ticket_id"],
            ["tickets.customer_id", "tickets.id"],
            name=op.f("fk_given_back_customer_id_ticket_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("given_back")
    op.drop_column("agents", "back_at")
