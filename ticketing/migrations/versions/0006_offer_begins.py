"""An offer may begin before the message it was made for: events of a burst come in any order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("offers", sa.Column("from_ts", sa.String(32)))
