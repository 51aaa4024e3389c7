"""Which tickets somebody has, or once had, an assignment's card of: found by whose it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NAME = "ix_shown_cards_of_agents"
CARDS = sa.text("side = 'agent' AND about LIKE 't:%'")


def upgrade() -> None:
    op.create_index(NAME, "shown", ["place"], postgresql_where=CARDS, sqlite_where=CARDS)


def downgrade() -> None:
    op.drop_index(NAME, table_name="shown")
