"""On PostgreSQL less new text waits to be put in the index of words: a search reads what waits once for each span."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def _waits(kilobytes: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX ix_ticket_search_words SET (gin_pending_list_limit = {kilobytes})")


def upgrade() -> None:
    _waits(128)


def downgrade() -> None:
    _waits(256)
