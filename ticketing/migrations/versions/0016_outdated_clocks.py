"""Clocks of an earlier configuration are found customer by customer, without reading the clocks themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

RUNNING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    _index("config_version", "customer_id", "ticket_id")


def downgrade() -> None:
    _index("config_version")


def _index(*columns: str) -> None:
    op.drop_index("ix_sla_clocks_version", "sla_clocks")
    op.create_index(
        "ix_sla_clocks_version", "sla_clocks", list(columns), postgresql_where=RUNNING, sqlite_where=RUNNING
    )
