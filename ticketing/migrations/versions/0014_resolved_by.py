"""An index by who resolved tickets and when, for an agent's own figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

RESOLUTIONS = sa.text("kind = 'status' AND to_value = 'resolved'")


def upgrade() -> None:
    op.create_index(
        "ix_ticket_events_resolved_by",
        "ticket_events",
        ["actor_id", "at"],
        postgresql_where=RESOLUTIONS,
        sqlite_where=RESOLUTIONS,
    )
