"""The one schema that all tables stand in, and what they share."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    Integer,
    MetaData,
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
Id = BigInteger().with_variant(Integer(), "sqlite")


def ticket_key() -> ForeignKeyConstraint:
    """What belongs to a ticket refers to it by its whole key."""
    return ForeignKeyConstraint(["customer_id", "ticket_id"], ["tickets.customer_id", "tickets.id"])
