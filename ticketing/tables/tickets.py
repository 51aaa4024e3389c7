"""Tickets, how they hang together, what was said on them, the files, who watches, how they were rated, the audit log."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ticketing.tables.schema import metadata, ticket_key

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
    Column("stepped_at", BigInteger),
    Column("follows_number", BigInteger),
    Column("merged_into", BigInteger),
    Column("queue_rank", BigInteger),
    Column("promised_version", Integer, nullable=False, server_default=text("0")),
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
IS_NOT_OVER = text("tickets.status IN ('open', 'assigned', 'in_progress', 'pending_customer')")
IS_FOR_ANOTHER = text("tickets.opened_by <> tickets.customer_id")
IS_ON_ANOTHERS = text("comments.author_id <> comments.customer_id")

Index("ix_tickets_id", _ticket.id)
Index(
    "ix_tickets_queue",
    _ticket.category,
    _ticket.queue_rank,
    postgresql_where=text("queue_rank IS NOT NULL"),
    sqlite_where=text("queue_rank IS NOT NULL"),
)
# The first urgent one in line, when nobody has room for the first of all: mostly there is none, which must not take a walk.
Index(
    "ix_tickets_queue_urgent",
    _ticket.category,
    _ticket.queue_rank,
    postgresql_where=text("queue_rank IS NOT NULL AND priority = 4"),
    sqlite_where=text("queue_rank IS NOT NULL AND priority = 4"),
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
# What is still promised by an earlier configuration, customer by customer.
Index(
    "ix_tickets_promised",
    _ticket.promised_version,
    _ticket.customer_id,
    _ticket.id,
    postgresql_where=text("status IN ('open', 'assigned', 'in_progress', 'pending_customer')"),
    sqlite_where=text("status IN ('open', 'assigned', 'in_progress', 'pending_customer')"),
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
# Who has opened a ticket for somebody else.
Index(
    "ix_tickets_opened_for_another",
    _ticket.opened_by,
    postgresql_where=text("opened_by <> customer_id"),
    sqlite_where=text("opened_by <> customer_id"),
)
# What was merged into a ticket: its words are read along with the ticket's own.
Index(
    "ix_tickets_merged_into",
    _ticket.customer_id,
    _ticket.merged_into,
    postgresql_where=text("merged_into IS NOT NULL"),
    sqlite_where=text("merged_into IS NOT NULL"),
)

# Which tickets hang together, one row for each of the two; the other may be of another customer.
ticket_links = Table(
    "ticket_links",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("other_customer_id", BigInteger, nullable=False),
    Column("other_ticket_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("linked_at", BigInteger, nullable=False),
    Column("linked_by", BigInteger),
    PrimaryKeyConstraint("customer_id", "ticket_id", "other_customer_id", "other_ticket_id"),
    ticket_key(),
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
    ticket_key(),
)

# What somebody has said on the tickets of others: most of it is the team's.
Index(
    "ix_comments_author_id",
    comments.c.author_id,
    postgresql_where=text("author_id <> customer_id"),
    sqlite_where=text("author_id <> customer_id"),
)

# Of which comment one is a copy, after a split or a move; the origin may be of another customer. Origin 0: a description.
comment_origins = Table(
    "comment_origins",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("comment_id", Integer, nullable=False),
    Column("origin_customer_id", BigInteger, nullable=False),
    Column("origin_ticket_id", BigInteger, nullable=False),
    Column("origin_comment_id", Integer, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id", "comment_id"),
    ticket_key(),
)
Index(
    "ix_comment_origins_origin",
    comment_origins.c.origin_customer_id,
    comment_origins.c.origin_ticket_id,
    comment_origins.c.origin_comment_id,
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
    ticket_key(),
)

ticket_watchers = Table(
    "ticket_watchers",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("since_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id", "person_id"),
    ticket_key(),
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
    ticket_key(),
)

Index("ix_ratings_rated_at", ratings.c.rated_at)

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
    ticket_key(),
)

IS_STEP = text("ticket_events.kind = 'status'")

IS_RESOLUTION = text("ticket_events.kind = 'status' AND ticket_events.to_value = 'resolved'")

# What one agent has solved lately.
Index(
    "ix_ticket_events_resolved_by",
    ticket_events.c.actor_id,
    ticket_events.c.at,
    postgresql_where=text("kind = 'status' AND to_value = 'resolved'"),
    sqlite_where=text("kind = 'status' AND to_value = 'resolved'"),
)
Index(
    "ix_ticket_events_status_at",
    ticket_events.c.at,
    postgresql_where=text("kind = 'status'"),
    sqlite_where=text("kind = 'status'"),
)
