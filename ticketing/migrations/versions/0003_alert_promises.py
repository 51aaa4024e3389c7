"""Who has promised to see to an alert, and until when: one row a ticket, gone when the promise is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_promises",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", name=op.f("pk_alert_promises")),
        sa.ForeignKeyConstraint(
            ["customer_id", "ticket_id"],
            ["tickets.customer_id", "tickets.id"],
            name=op.f("fk_alert_promises_customer_id_ticket_id_tickets"),
        ),
    )
    op.create_index("ix_alert_promises_until", "alert_promises", ["until"])
