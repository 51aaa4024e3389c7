"""When a ticket last went on otherwise than by words: what an alert that nobody touches it goes by. Known from now on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("stepped_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("tickets", "stepped_at")
