"""What of the outbox is being sent or waits for its next try, found without reading all that waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, column in (("ix_outbox_leased", "lease_until"), ("ix_outbox_retry", "retry_after")):
        few = sa.text(f"state = 'waiting' AND {column} IS NOT NULL")
        op.create_index(name, "outbox", [column], postgresql_where=few, sqlite_where=few)


def downgrade() -> None:
    op.drop_index("ix_outbox_retry", "outbox")
    op.drop_index("ix_outbox_leased", "outbox")
