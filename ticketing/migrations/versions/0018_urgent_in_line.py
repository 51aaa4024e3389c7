"""An index for the first urgent ticket in line: with many others waiting it is found, or found missing, in one step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

URGENT = sa.text("queue_rank IS NOT NULL AND priority = 4")


def upgrade() -> None:
    op.create_index(
        "ix_tickets_queue_urgent",
        "tickets",
        ["category", "queue_rank"],
        postgresql_where=URGENT,
        sqlite_where=URGENT,
    )


def downgrade() -> None:
    op.drop_index("ix_tickets_queue_urgent", table_name="tickets")
