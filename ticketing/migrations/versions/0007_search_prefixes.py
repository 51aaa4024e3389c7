"""On SQLite the beginnings of words are indexed: a common word's otherwise costs a walk over all it is the beginning of."""

from __future__ import annotations

from alembic import op

from ticketing import reindexing

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _recreate(options: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    op.execute("DROP TABLE ticket_search")
    op.execute(
        "CREATE VIRTUAL TABLE ticket_search USING fts5("
        f"customer_id, subject, body, name, notes, tokenize = 'porter unicode61 remove_diacritics 2'{options})"
    )
    reindexing.rebuild(connection)


def upgrade() -> None:
    _recreate(", prefix = '3 4 5 6 7'")


def downgrade() -> None:
    _recreate("")
