"""What quiet hours hold back is found by an index: a start looks at what is held back, and not at all that climbs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

HELD = sa.text("kind IN ('held', 'held_lapse')")


def upgrade() -> None:
    op.create_index("ix_ladder_held", "ladder", ["next_at"], postgresql_where=HELD, sqlite_where=HELD)


def downgrade() -> None:
    op.drop_index("ix_ladder_held", "ladder")
