"""Tags: each word once, and which ticket carries which. The audit log names a tag by its number."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, String, Table

from ticketing.tables.schema import Id, metadata, ticket_key

tags = Table(
    "tags",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
)

ticket_tags = Table(
    "ticket_tags",
    metadata,
    Column("customer_id", BigInteger, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("tag_id", BigInteger, nullable=False),
    Column("tagged_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "ticket_id", "tag_id"),
    ticket_key(),
)
Index("ix_ticket_tags_tag_id", ticket_tags.c.tag_id, ticket_tags.c.ticket_id)
