"""
The full-text index: one row a ticket, on SQLite an FTS5 table, on PostgreSQL a tsvector under GIN.

Both stem by the same rules (Porter) and leave out no word: which words are not worth keeping, and how accents are folded,
`ticketing.words` decides for both.
"""

from __future__ import annotations

from alembic import op

from ticketing import reindexing

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ON_POSTGRESQL = (
    "CREATE TEXT SEARCH DICTIONARY ticket_search_stem (TEMPLATE = snowball, LANGUAGE = porter)",
    "CREATE TEXT SEARCH CONFIGURATION ticket_search (COPY = pg_catalog.simple)",
    "ALTER TEXT SEARCH CONFIGURATION ticket_search ALTER MAPPING FOR asciiword, word, numword WITH ticket_search_stem",
    """
    CREATE TABLE ticket_search (
        customer_id BIGINT NOT NULL,
        ticket_id BIGINT NOT NULL,
        size INTEGER NOT NULL,
        words TSVECTOR NOT NULL,
        CONSTRAINT pk_ticket_search PRIMARY KEY (customer_id, ticket_id),
        CONSTRAINT fk_ticket_search_customer_id_ticket_id
            FOREIGN KEY (customer_id, ticket_id) REFERENCES tickets (customer_id, id)
    )
    """,
    # What is new waits in a list that every search reads: a short one, so that neither reader nor writer waits long.
    "CREATE INDEX ix_ticket_search_words ON ticket_search USING gin (words) WITH (gin_pending_list_limit = 1024)",
    # "The newest that match" of a common word is a walk down this one.
    "CREATE INDEX ix_ticket_search_ticket_id ON ticket_search (ticket_id)",
)
ON_SQLITE = (
    """
    CREATE VIRTUAL TABLE ticket_search USING fts5(
        customer_id, subject, body, name, notes, tokenize = 'porter unicode61 remove_diacritics 2'
    )
    """,
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in ON_POSTGRESQL if connection.dialect.name == "postgresql" else ON_SQLITE:
        op.execute(statement)
    reindexing.rebuild(connection)
