"""The desk's first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_loads",
        sa.Column("agent_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("load", sa.Integer(), nullable=False),
        sa.Column("max_load", sa.Integer(), nullable=False),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.Column("last_assigned_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agent_loads")),
    )
    op.create_table(
        "agent_skills",
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("load", sa.Integer(), nullable=False),
        sa.Column("max_load", sa.Integer(), nullable=False),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.Column("is_senior", sa.Boolean(), nullable=False),
        sa.Column("last_assigned_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("category", "agent_id", name=op.f("pk_agent_skills")),
    )
    op.create_index("ix_agent_skills_agent_id", "agent_skills", ["agent_id"], unique=False)
    op.create_index(
        "ix_agent_skills_least_loaded",
        "agent_skills",
        ["category", "load", "last_assigned_at", "agent_id"],
        unique=False,
        postgresql_where=sa.text("is_available AND load < max_load"),
        sqlite_where=sa.text("is_available = 1 AND load < max_load"),
    )
    # Before the next one: of two indexes in the same order SQLite takes the later made.
    op.create_index(
        "ix_agent_skills_urgent",
        "agent_skills",
        ["category", sa.literal_column("level DESC"), "load", "last_assigned_at", "agent_id"],
        unique=False,
        postgresql_where=sa.text("is_available"),
        sqlite_where=sa.text("is_available = 1"),
    )
    op.create_index(
        "ix_agent_skills_most_skilled",
        "agent_skills",
        ["category", sa.literal_column("level DESC"), "load", "last_assigned_at", "agent_id"],
        unique=False,
        postgresql_where=sa.text("is_available AND load < max_load"),
        sqlite_where=sa.text("is_available = 1 AND load < max_load"),
    )
    op.create_index(
        "ix_agent_skills_round_robin",
        "agent_skills",
        ["category", "last_assigned_at", "agent_id"],
        unique=False,
        postgresql_where=sa.text("is_available AND load < max_load"),
        sqlite_where=sa.text("is_available = 1 AND load < max_load"),
    )
    op.create_table(
        "configurations",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_configurations")),
    )
    op.create_table(
        "dated_jobs",
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("local_date", sa.String(length=10), nullable=False),
        sa.Column("ran_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job", "local_date", name=op.f("pk_dated_jobs")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "organizations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("name", name=op.f("uq_organizations_name")),
    )
    op.create_table(
        "outbox",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_after", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_parked",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'parked'"),
        sqlite_where=sa.text("state = 'parked'"),
    )
    op.create_index(
        "ix_outbox_place",
        "outbox",
        ["place", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        [sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("external_ref", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("tz", sa.String(length=64), nullable=False),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_people_external_ref")),
    )
    op.create_table(
        "sequences",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sequences")),
    )
    op.create_table(
        "shown",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("thread_ts", sa.String(length=32), nullable=True),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "place", "about", name=op.f("pk_shown")),
    )
    op.create_index("ix_shown_message", "shown", ["channel", "ts"], unique=False)
    op.create_table(
        "tickets",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("assigned_agent_id", sa.BigInteger(), nullable=True),
        sa.Column("last_agent_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("sla_start_at", sa.BigInteger(), nullable=False),
        sa.Column("assigned_at", sa.BigInteger(), nullable=True),
        sa.Column("first_response_at", sa.BigInteger(), nullable=True),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("close_reason", sa.String(length=16), nullable=True),
        sa.Column("reopened_count", sa.Integer(), nullable=False),
        sa.Column("is_escalated", sa.Boolean(), nullable=False),
        sa.Column("snoozed_until", sa.BigInteger(), nullable=True),
        sa.Column("last_activity_at", sa.BigInteger(), nullable=False),
        sa.Column("nudged_at", sa.BigInteger(), nullable=True),
        sa.Column("follows_number", sa.BigInteger(), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("queue_rank", sa.BigInteger(), nullable=True),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("last_comment", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.CheckConstraint("(status = 'open') = (queue_rank IS NOT NULL)", name=op.f("ck_tickets_open_is_queued")),
        sa.CheckConstraint("status <> 'open' OR assigned_agent_id IS NULL", name=op.f("ck_tickets_open_has_no_holder")),
        sa.CheckConstraint(
            "status IN ('open', 'resolved', 'closed') OR assigned_agent_id IS NOT NULL",
            name=op.f("ck_tickets_held_has_holder"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("customer_id", "source", name=op.f("uq_tickets_customer_id_source")),
    )
    op.create_index(
        "ix_tickets_by_customer", "tickets", ["customer_id", sa.literal_column("last_activity_at DESC")], unique=False
    )
    op.create_index(
        "ix_tickets_held",
        "tickets",
        ["assigned_agent_id"],
        unique=False,
        postgresql_where=sa.text("status IN ('assigned', 'in_progress', 'pending_customer')"),
        sqlite_where=sa.text("status IN ('assigned', 'in_progress', 'pending_customer')"),
    )
    op.create_index("ix_tickets_id", "tickets", ["id"], unique=False)
    op.create_index(
        "ix_tickets_queue",
        "tickets",
        ["category", "queue_rank"],
        unique=False,
        postgresql_where=sa.text("queue_rank IS NOT NULL"),
        sqlite_where=sa.text("queue_rank IS NOT NULL"),
    )
    op.create_index(
        "ix_tickets_resolved",
        "tickets",
        ["resolved_at"],
        unique=False,
        postgresql_where=sa.text("status = 'resolved'"),
        sqlite_where=sa.text("status = 'resolved'"),
    )
    op.create_index(
        "ix_tickets_snoozed",
        "tickets",
        ["snoozed_until"],
        unique=False,
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
        sqlite_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.create_table(
        "agents",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_senior", sa.Boolean(), nullable=False),
        sa.Column("is_away", sa.Boolean(), nullable=False),
        sa.Column("away_until", sa.BigInteger(), nullable=True),
        sa.Column("shifts", sa.JSON(), nullable=True),
        sa.Column("next_change_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["people.id"], name=op.f("fk_agents_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
    )
    op.create_index(
        "ix_agents_next_change_at",
        "agents",
        ["next_change_at"],
        unique=False,
        postgresql_where=sa.text("next_change_at IS NOT NULL"),
        sqlite_where=sa.text("next_change_at IS NOT NULL"),
    )
    op.create_table(
        "alerts",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=8), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("home", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id", "ticket_id"],
            ["tickets.customer_id", "tickets.id"],
            name=op.f("fk_alerts_customer_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run", "stage", name=op.f("pk_alerts")),
    )
    op.create_table(
        "comments",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id", "ticket_id"],
            ["tickets.customer_id", "tickets.id"],
            name=op.f("fk_comments_customer_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "id", name=op.f("pk_comments")),
        sa.UniqueConstraint("customer_id", "source", name=op.f("uq_comments_customer_id_source")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=True),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["people.id"], name=op.f("fk_customers_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_customers_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_table(
        "sla_clocks",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("target_s", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("warn_at", sa.BigInteger(), nullable=True),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("warned_at", sa.BigInteger(), nullable=True),
        sa.Column("breached_at", sa.BigInteger(), nullable=True),
        sa.Column("config_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "ticket_id"],
            ["tickets.customer_id", "tickets.id"],
            name=op.f("fk_sla_clocks_customer_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run", name=op.f("pk_sla_clocks")),
    )
    op.create_index(
        "ix_sla_clocks_due",
        "sla_clocks",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL AND breached_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL AND breached_at IS NULL"),
    )
    op.create_index(
        "ix_sla_clocks_version",
        "sla_clocks",
        ["config_version"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_sla_clocks_warn",
        "sla_clocks",
        ["warn_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL AND warned_at IS NULL AND breached_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL AND warned_at IS NULL AND breached_at IS NULL"),
    )
    op.create_table(
        "sla_pauses",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.BigInteger(), nullable=False),
        sa.Column("resumed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id", "ticket_id"],
            ["tickets.customer_id", "tickets.id"],
            name=op.f("fk_sla_pauses_customer_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run", "paused_at", name=op.f("pk_sla_pauses")),
    )
    op.create_table(
        "ticket_events",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("from_value", sa.String(length=64), nullable=True),
        sa.Column("to_value", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "ticket_id"],
            ["tickets.customer_id", "tickets.id"],
            name=op.f("fk_ticket_events_customer_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "ticket_id", "seq", name=op.f("pk_ticket_events")),
    )
    op.create_table(
        "agent_leaves",
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_agent_leaves_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", "starts_at", name=op.f("pk_agent_leaves")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE ticket_number")
        op.execute("CREATE SEQUENCE outbox_id")
    else:
        op.execute("INSERT INTO sequences (name, value) VALUES ('ticket_number', 0), ('outbox_id', 0)")
