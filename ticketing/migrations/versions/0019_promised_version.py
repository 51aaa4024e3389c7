"""
A ticket knows by which configuration it was last promised something, whether or not it was promised anything.

What is open already counts as promised by none: it is looked at once, and gets what it should have had.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NOT_OVER = sa.text("status IN ('open', 'assigned', 'in_progress', 'pending_customer')")
RUNNING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.add_column("tickets", sa.Column("promised_version", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_index(
        "ix_tickets_promised",
        "tickets",
        ["promised_version", "customer_id", "id"],
        postgresql_where=NOT_OVER,
        sqlite_where=NOT_OVER,
    )
    op.drop_index("ix_sla_clocks_version", table_name="sla_clocks")


def downgrade() -> None:
    op.create_index(
        "ix_sla_clocks_version",
        "sla_clocks",
        ["config_version", "customer_id", "ticket_id"],
        postgresql_where=RUNNING,
        sqlite_where=RUNNING,
    )
    op.drop_index("ix_tickets_promised", table_name="tickets")
    op.drop_column("tickets", "promised_version")
