"""On PostgreSQL each word is indexed with the span of ticket numbers it stands in: the newest can be asked of the index."""

from __future__ import annotations

from alembic import op

from ticketing import reindexing

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    # A short list: a search reads what waits in it once for each group of spans.
    op.execute("ALTER INDEX ix_ticket_search_words SET (gin_pending_list_limit = 256)")
    reindexing.rebuild(connection)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_ticket_search_words SET (gin_pending_list_limit = 1024)")
