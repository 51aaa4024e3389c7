"""What was changed about the desk's people and by whom; and whether it was said by hand that one is an agent, or is not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("is_agent_by_hand", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Whoever has been an agent so far was made one by somebody.
    op.execute("UPDATE people SET is_agent_by_hand = true WHERE id IN (SELECT id FROM agents)")
    op.create_table(
        "team_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger()),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_changes")),
    )
    op.create_index("ix_team_changes_person_id", "team_changes", ["person_id", "id"])
