"""Where a ticket's cards stand is found by what they are about, and no longer among all that its customer is shown."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NAME = "ix_shown_about"


def upgrade() -> None:
    op.create_index(NAME, "shown", ["customer_id", "about"])


def downgrade() -> None:
    op.drop_index(NAME, table_name="shown")
