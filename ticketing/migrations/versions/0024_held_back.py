"""What somebody of the team said in a ticket's thread and was not sent, by its key: heard again, it goes nowhere either."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "held_back",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "source", name=op.f("pk_held_back")),
        sa.ForeignKeyConstraint(
            ["customer_id", "ticket_id"],
            ["tickets.customer_id", "tickets.id"],
            name=op.f("fk_held_back_customer_id_ticket_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("held_back")
