"""
The desk's tables, as SQLAlchemy Core knows them; `ticketing/migrations` makes them.

Two conventions hold throughout. Instants are whole microseconds since the epoch (`ticketing.instants`): `_at` columns hold
business time, `lease_until` and `retry_after` machine time. And `customer_id` stands in every key of a ticket and its
children, so that the schema can be distributed by customer.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives an id only to a column declared exactly INTEGER.
_Id = BigInteger().with_variant(Integer(), "sqlite")


def _ticket_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["customer_id", "ticket_id"], ["tickets.customer_id", "tickets.id"])


# --- people -----------------------------------------------------------------------------------------------------------

organizations = Table(
    "organizations",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("tier", String(16), nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("external_ref", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("email", String(320)),
    Column("tz", String(64), nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("id", BigInteger, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("tier", String(16)),
    Column("organization_id", BigInteger, ForeignKey("organizations.id")),
)

agents = Table(
    "agents",
    metadata,
    Column("id", BigInteger, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("is_active", Boolean, nullable=False),
    Column("is_senior", Boolean, nullable=False),
    Column("is_away", Boolean, nullable=False),
    Column("away_until", BigInteger),
    Column("shifts", JSON),
    Column("next_change_at", BigInteger),
)
Index(
    "ix_agents_next_change_at",
    agents.c.next_change_at,
    postgresql_where=text("next_change_at IS NOT NULL"),
    sqlite_where=text("next_change_at IS NOT NULL"),
)

agent_leaves = Table(
    "agent_leaves",
    metadata,
    Column("agent_id", BigInteger, ForeignKey("agents.id"), nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("agent_id", "starts_at"),
)

# One small row an agent, updated by every assignment: apart from `agents`, which may be a reference table when distributed.
agent_loads = Table(
    "agent_loads",
    metadata,
    Column("agent_id", BigInteger, primary_key=True, autoincrement=False),
    Column("load", Integer, CheckConstraint("load >= 0", name="load_not_negative"), nullable=False),
    Column("max_load", Integer, nullable=False),
    Column("is_available", Boolean, nullable=False),
    Column("last_assigned_at", BigInteger, nullable=False),
)

# What picking needs, copied next to the skill, so that each strategy walks one index.
agent_skills = Table(
    "agent_skills",
    metadata,
    Column("category", String(64), nullable=False),
    Column("agent_id", BigInteger, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("load", Integer, nullable=False),
    Column("max_load", Integer, nullable=False),
    Column("is_available", Boolean, nullable=False),
    Column("is_senior", Boolean, nullable=False),
    Column("last_assigned_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("category", "agent_id"),
)
_FREE_POSTGRESQL = text("is_available AND load < max_load")
_FREE_SQLITE = text("is_available = 1 AND load < max_load")
_skill = agent_skills.c
Index(
    "ix_agent_skills_least_loaded",
    _skill.category,
    _skill.load,
    _skill.last_assigned_at,
    _skill.agent_id,
    postgresql_where=_FREE_POSTGRESQL,
    sqlite_where=_FREE_SQLITE,
)
Index(
    "ix_agent_skills_round_robin",
    _skill.category,
    _skill.last_assigned_at,
    _skill.agent_id,
    postgresql_where=_FREE_POSTGRESQL,
    sqlite_where=_FREE_SQLITE,
)
Index(
    "ix_agent_skills_most_skilled",
    _skill.category,
    _skill.level.desc(),
    _skill.load,
    _skill.last_assigned_at,
    _skill.agent_id,
    postgresql_where=_FREE_POSTGRESQL,
    sqlite_where=_FREE_SQLITE,
)
Index(
    "ix_agent_skills_urgent",
    _skill.category,
    _skill.level.desc(),
    _skill.load,
    _skill.last_assigned_at,
    _skill.agent_id,
    postgresql_where=text("is_available"),
    sqlite_where=text("is_available = 1"),
)
Index("ix_agent_skills_agent_id", _skill.agent_id)

# --- tickets ----------------------------------------------------------------------------------------------------------

tickets = Table(
    "tickets",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("source", String(300), nullable=False),
    Column("subject", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("category", String(64), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("tier", String(16), nullable=False),
    Column("organization_id", BigInteger),
    Column("opened_by", BigInteger, nullable=False),
    Column("assigned_agent_id", BigInteger),
    Column("last_agent_id", BigInteger),
    Column("version", Integer, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("sla_start_at", BigInteger, nullable=False),
    Column("assigned_at", BigInteger),
    Column("first_response_at", BigInteger),
    Column("resolved_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("close_reason", String(16)),
    Column("reopened_count", Integer, nullable=False),
    Column("is_escalated", Boolean, nullable=False),
    Column("snoozed_until", BigInteger),
    Column("last_activity_at", BigInteger, nullable=False),
    Column("nudged_at", BigInteger),
    Column("follows_number", BigInteger),
    Column("merged_into", BigInteger),
    Column("queue_rank", BigInteger),
    Column("last_event", Integer, nullable=False),
    Column("last_comment", Integer, nullable=False),
    Column("fields", JSON, nullable=False),
    PrimaryKeyConstraint("customer_id", "id"),
    UniqueConstraint("customer_id", "source"),
    CheckConstraint("(status = 'open') = (queue_rank IS NOT NULL)", name="open_is_queued"),
    CheckConstraint(
        "status IN ('open', 'resolved', 'closed') OR assigned_agent_id IS NOT NULL", name="held_has_holder"
    ),
    CheckConstraint("status <> 'open' OR assigned_agent_id IS NULL", name="open_has_no_holder"),
)
_ticket = tickets.c

# As the indexes below have them, and not as parameters: a plan that knows no values could not use the index.
IS_HELD = text("tickets.status IN ('assigned', 'in_progress', 'pending_customer')")
IS_RESOLVED = text("tickets.status = 'resolved'")

Index("ix_tickets_id", _ticket.id)
Index(
    "ix_tickets_queue",
    _ticket.category,
    _ticket.queue_rank,
    postgresql_where=text("queue_rank IS NOT NULL"),
    sqlite_where=text("queue_rank IS NOT NULL"),
)
Index(
    "ix_tickets_held",
    _ticket.assigned_agent_id,
    postgresql_where=text("status IN ('assigned', 'in_progress', 'pending_customer')"),
    sqlite_where=text("status IN ('assigned', 'in_progress', 'pending_customer')"),
)
Index(
    "ix_tickets_resolved",
    _ticket.resolved_at,
    postgresql_where=text("status = 'resolved'"),
    sqlite_where=text("status = 'resolved'"),
)
Index(
    "ix_tickets_snoozed",
    _ticket.snoozed_until,
    postgresql_where=text("snoozed_until IS NOT NULL"),
    sqlite_where=text("snoozed_until IS NOT NULL"),
)
Index("ix_tickets_by_customer", _ticket.customer_id, _ticket.last_activity_at.desc())
Index("ix_tickets_opened_at", _ticket.opened_at, _ticket.id)
Index(
    "ix_tickets_by_organization",
    _ticket.organization_id,
    _ticket.last_activity_at.desc(),
    postgresql_where=text("organization_id IS NOT NULL"),
    sqlite_where=text("organization_id IS NOT NULL"),
)

comments = Table(
    "comments",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("id", Integer, nullable=False),
    Column("author_id", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("is_internal", Boolean, nullable=False),
    Column("is_automatic", Boolean, nullable=False),
    Column("said_at", BigInteger, nullable=False),
    Column("source", String(300), nullable=False),
    Column("edited_at", BigInteger),
    Column("deleted_at", BigInteger),
    PrimaryKeyConstraint("customer_id", "ticket_id", "id"),
    UniqueConstraint("customer_id", "source"),
    _ticket_key(),
)

# References to files that the chat keeps: of a comment, or with comment 0 of what the ticket was opened from.
attachments = Table(
    "attachments",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("comment_id", Integer, nullable=False),
    Column("file_ref", String(200), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger),
    Column("mimetype", String(255)),
    Column("url", Text),
    PrimaryKeyConstraint("customer_id", "ticket_id", "comment_id", "file_ref"),
    _ticket_key(),
)

ticket_watchers = Table(
    "ticket_watchers",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("since_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id", "person_id"),
    _ticket_key(),
)
Index("ix_ticket_watchers_person_id", ticket_watchers.c.person_id)

# What the customer thought of a resolution, which is named by its place in the audit log.
ratings = Table(
    "ratings",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("resolution", Integer, nullable=False),
    Column("is_helpful", Boolean, nullable=False),
    Column("comment", Text, nullable=False),
    Column("rated_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id", "resolution"),
    _ticket_key(),
)

ticket_events = Table(
    "ticket_events",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor_id", BigInteger),
    Column("kind", String(24), nullable=False),
    Column("from_value", String(64)),
    Column("to_value", String(64)),
    Column("reason", String(64)),
    Column("data", JSON, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id", "seq"),
    _ticket_key(),
)

IS_STEP = text("ticket_events.kind = 'status'")

Index(
    "ix_ticket_events_status_at",
    ticket_events.c.at,
    postgresql_where=text("kind = 'status'"),
    sqlite_where=text("kind = 'status'"),
)

sla_clocks = Table(
    "sla_clocks",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("run", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("target_s", Integer, nullable=False),
    Column("due_at", BigInteger),
    Column("warn_at", BigInteger),
    Column("paused_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("outcome", String(8)),
    Column("warned_at", BigInteger),
    Column("breached_at", BigInteger),
    Column("config_version", Integer, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run"),
    _ticket_key(),
)
_clock = sla_clocks.c
Index(
    "ix_sla_clocks_due",
    _clock.due_at,
    postgresql_where=text("ended_at IS NULL AND breached_at IS NULL"),
    sqlite_where=text("ended_at IS NULL AND breached_at IS NULL"),
)
Index(
    "ix_sla_clocks_warn",
    _clock.warn_at,
    postgresql_where=text("ended_at IS NULL AND warned_at IS NULL AND breached_at IS NULL"),
    sqlite_where=text("ended_at IS NULL AND warned_at IS NULL AND breached_at IS NULL"),
)

# What is late and still owed: the board.
Index(
    "ix_sla_clocks_late",
    _clock.due_at,
    postgresql_where=text("ended_at IS NULL AND breached_at IS NOT NULL"),
    sqlite_where=text("ended_at IS NULL AND breached_at IS NOT NULL"),
)

Index(
    "ix_sla_clocks_version",
    _clock.config_version,
    postgresql_where=text("ended_at IS NULL"),
    sqlite_where=text("ended_at IS NULL"),
)

sla_pauses = Table(
    "sla_pauses",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("run", Integer, nullable=False),
    Column("paused_at", BigInteger, nullable=False),
    Column("resumed_at", BigInteger),
    PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run", "paused_at"),
    _ticket_key(),
)

alerts = Table(
    "alerts",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("run", Integer, nullable=False),
    Column("stage", String(8), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("home", String(64)),
    PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run", "stage"),
    _ticket_key(),
)

alert_promises = Table(
    "alert_promises",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id"),
    _ticket_key(),
)
Index("ix_alert_promises_until", alert_promises.c.until)

# How far an alert has climbed while nobody saw to it: the next step and its instant (empty once it has climbed all).
# Written before its ticket is, in the transaction that opens it, hence no reference to it.
ladder = Table(
    "ladder",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("run", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("next_at", BigInteger),
    PrimaryKeyConstraint("customer_id", "ticket_id", "kind", "run"),
)
Index(
    "ix_ladder_next_at",
    ladder.c.next_at,
    postgresql_where=text("next_at IS NOT NULL"),
    sqlite_where=text("next_at IS NOT NULL"),
)

# --- what is shown in the chat ----------------------------------------------------------------------------------------

outbox = Table(
    "outbox",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("place", String(64), nullable=False),
    Column("about", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("ticket_id", BigInteger),
    Column("priority", SmallInteger, nullable=False),
    Column("data", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_after", BigInteger),
    Column("lease_until", BigInteger),
    Column("fence", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(200)),
    PrimaryKeyConstraint("customer_id", "id"),
)
_errand = outbox.c
Index(
    "ix_outbox_waiting",
    _errand.priority.desc(),
    _errand.id,
    postgresql_where=text("state = 'waiting'"),
    sqlite_where=text("state = 'waiting'"),
)
Index(
    "ix_outbox_place",
    _errand.place,
    _errand.id,
    postgresql_where=text("state = 'waiting'"),
    sqlite_where=text("state = 'waiting'"),
)
Index(
    "ix_outbox_parked",
    _errand.id,
    postgresql_where=text("state = 'parked'"),
    sqlite_where=text("state = 'parked'"),
)

shown = Table(
    "shown",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("place", String(64), nullable=False),
    Column("about", String(64), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("thread_ts", String(32)),
    Column("side", String(16), nullable=False),
    Column("digest", String(64)),
    PrimaryKeyConstraint("customer_id", "place", "about"),
)
Index("ix_shown_message", shown.c.channel, shown.c.ts)

# --- what comes in from the chat --------------------------------------------------------------------------------------

# Until when everything said was heard, by name; business time.
inbound_marks = Table(
    "inbound_marks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

# Conversations (root_ts empty) and threads that are to be read again after a gap, since an instant of business time.
unread = Table(
    "unread",
    metadata,
    Column("channel", String(32), nullable=False),
    Column("root_ts", String(32), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until_ts", String(32)),
    Column("retry_after", BigInteger),
    Column("lease_until", BigInteger),
    Column("fence", BigInteger, nullable=False),
    PrimaryKeyConstraint("channel", "root_ts"),
)

# One offer of a place for what somebody wrote outside any thread: `first_ts` is the message it was made for, and it covers
# what was written from `from_ts` (if that is earlier) to `last_ts`.
offers = Table(
    "offers",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("first_ts", String(32), nullable=False),
    Column("last_ts", String(32), nullable=False),
    Column("thread_ts", String(32)),
    Column("offer_ts", String(32)),
    Column("made_at", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("lease_until", BigInteger),
    Column("from_ts", String(32)),
    PrimaryKeyConstraint("customer_id", "channel", "first_ts"),
)
Index(
    "ix_offers_waiting",
    offers.c.made_at,
    postgresql_where=text("state = 'waiting'"),
    sqlite_where=text("state = 'waiting'"),
)

# --- the desk itself --------------------------------------------------------------------------------------------------

configurations = Table(
    "configurations",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger),
)

# An agent's own macros; those of the team stand in the configuration.
personal_macros = Table(
    "personal_macros",
    metadata,
    Column("owner_id", BigInteger, nullable=False),
    Column("key", String(40), nullable=False),
    Column("document", JSON, nullable=False),
    PrimaryKeyConstraint("owner_id", "key"),
)

# Who had a person's data written out or erased; ids only.
personal_data_acts = Table(
    "personal_data_acts",
    metadata,
    Column("person_id", BigInteger, nullable=False),
    Column("act", String(16), nullable=False),
    Column("done_at", BigInteger, nullable=False),
    Column("by_id", BigInteger),
    PrimaryKeyConstraint("person_id", "act", "done_at"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(64)),
    Column("fence", BigInteger, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
)

dated_jobs = Table(
    "dated_jobs",
    metadata,
    Column("job", String(64), nullable=False),
    Column("local_date", String(10), nullable=False),
    Column("ran_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("job", "local_date"),
)

# SQLite has no sequences: the next outbox id is kept here. On PostgreSQL the sequences below serve.
sequences = Table(
    "sequences",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

SEQUENCES = ("ticket_number", "outbox_id")
