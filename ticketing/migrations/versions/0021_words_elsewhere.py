"""Indexes for what somebody has written on the tickets of others: to write it out or erase it is no walk over all comments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_comments_author_id", "comments", "author_id", sa.text("author_id <> customer_id")),
    ("ix_tickets_opened_for_another", "tickets", "opened_by", sa.text("opened_by <> customer_id")),
)


def upgrade() -> None:
    for name, table, column, where in INDEXES:
        op.create_index(name, table, [column], postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table_name=table)
