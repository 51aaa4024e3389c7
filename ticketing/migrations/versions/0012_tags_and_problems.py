"""Tags, problems with what is done for all their tickets at once, and ratings by the moment at which they were given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of_ticket(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["customer_id", "ticket_id"],
        ["tickets.customer_id", "tickets.id"],
        name=op.f(f"fk_{table}_customer_id_ticket_id"),
    )


def upgrade() -> None:
    _tags()
    _problems()
    op.create_index("ix_ratings_rated_at", "ratings", ["rated_at"])


def _tags() -> None:
    op.create_table(
        "tags",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("name", name=op.f("uq_tags_name")),
    )
    op.create_table(
        "ticket_tags",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("tagged_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "tag_id", name=op.f("pk_ticket_tags")),
        _of_ticket("ticket_tags"),
    )
    op.create_index("ix_ticket_tags_tag_id", "ticket_tags", ["tag_id", "ticket_id"])


def _problems() -> None:
    op.create_table(
        "problems",
        sa.Column("id", _ID, nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("title", sa.String(150), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problems")),
        sa.UniqueConstraint("source", name=op.f("uq_problems_source")),
    )
    op.create_index("ix_problems_state", "problems", ["state", sa.text("opened_at DESC"), sa.text("id DESC")])
    op.create_table(
        "problem_tickets",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("problem_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", name=op.f("pk_problem_tickets")),
        _of_ticket("problem_tickets"),
    )
    op.create_index("ix_problem_tickets_problem_id", "problem_tickets", ["problem_id", "ticket_id"])
    op.create_table(
        "problem_acts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("problem_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_acts")),
        sa.UniqueConstraint("problem_id", "source", name=op.f("uq_problem_acts_problem_id_source")),
        sa.ForeignKeyConstraint(["problem_id"], ["problems.id"], name=op.f("fk_problem_acts_problem_id")),
    )
    unended = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_problem_acts_planned", "problem_acts", ["planned_at"], postgresql_where=unended, sqlite_where=unended
    )
    op.create_table(
        "problem_steps",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "act_id", name=op.f("pk_problem_steps")),
        _of_ticket("problem_steps"),
    )
    op.create_index("ix_problem_steps_act_id", "problem_steps", ["act_id", "ticket_id"])
