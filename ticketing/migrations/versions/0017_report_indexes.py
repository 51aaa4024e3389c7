"""Indexes for what reports look back on: how promises ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

VERDICT = sa.text("outcome IN ('met', 'breached')")
BROKEN = sa.text("outcome = 'breached'")


def upgrade() -> None:
    for name, column, which in (
        ("ix_sla_clocks_ended_at", "ended_at", VERDICT),
        ("ix_sla_clocks_broken", "due_at", BROKEN),
    ):
        op.create_index(name, "sla_clocks", [column], postgresql_where=which, sqlite_where=which)
