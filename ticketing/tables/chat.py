"""What is to be shown in the chat and where it stands there, and what comes in from it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    text,
)

from ticketing.tables.schema import metadata

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
# Few of many: what is being sent just now, and what waits for its next try.
Index(
    "ix_outbox_leased",
    _errand.lease_until,
    postgresql_where=text("state = 'waiting' AND lease_until IS NOT NULL"),
    sqlite_where=text("state = 'waiting' AND lease_until IS NOT NULL"),
)
Index(
    "ix_outbox_retry",
    _errand.retry_after,
    postgresql_where=text("state = 'waiting' AND retry_after IS NOT NULL"),
    sqlite_where=text("state = 'waiting' AND retry_after IS NOT NULL"),
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
Index("ix_shown_about", shown.c.customer_id, shown.c.about)
IS_CARD_OF_AGENT = text("side = 'agent' AND about LIKE 't:%'")
"""The card of an assignment, of who has the ticket or once had it."""
Index("ix_shown_cards_of_agents", shown.c.place, postgresql_where=IS_CARD_OF_AGENT, sqlite_where=IS_CARD_OF_AGENT)

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

# What somebody of the team said in a ticket's thread and was not sent: heard again, it goes nowhere either.
held_back = Table(
    "held_back",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("source", String(300), nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "source"),
    ForeignKeyConstraint(["customer_id", "ticket_id"], ["tickets.customer_id", "tickets.id"]),
)
