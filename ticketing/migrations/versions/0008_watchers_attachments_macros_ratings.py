"""
Watchers, references to files, personal macros, ratings, and who looked after personal data.

Besides, the audit log by the instant of a step and tickets by that of their opening, so that a report by day walks its days alone.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _of_ticket(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["customer_id", "ticket_id"],
        ["tickets.customer_id", "tickets.id"],
        name=op.f(f"fk_{table}_customer_id_ticket_id"),
    )


def _only(condition: str) -> dict[str, Any]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("file_ref", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("mimetype", sa.String(255), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "comment_id", "file_ref", name=op.f("pk_attachments")),
        _of_ticket("attachments"),
    )
    op.create_table(
        "ticket_watchers",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "person_id", name=op.f("pk_ticket_watchers")),
        _of_ticket("ticket_watchers"),
    )
    op.create_index("ix_ticket_watchers_person_id", "ticket_watchers", ["person_id"])
    op.create_table(
        "ratings",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("resolution", sa.Integer(), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("rated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "resolution", name=op.f("pk_ratings")),
        _of_ticket("ratings"),
    )
    op.create_table(
        "personal_macros",
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "key", name=op.f("pk_personal_macros")),
    )
    op.create_table(
        "personal_data_acts",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "act", "done_at", name=op.f("pk_personal_data_acts")),
    )
    op.create_index("ix_ticket_events_status_at", "ticket_events", ["at"], **_only("kind = 'status'"))
    op.create_index("ix_tickets_opened_at", "tickets", ["opened_at", "id"])
    op.create_index(
        "ix_tickets_by_organization",
        "tickets",
        ["organization_id", sa.text("last_activity_at DESC")],
        **_only("organization_id IS NOT NULL"),
    )
