"""What keeps the desk itself running: settings, personal macros, acts on personal data, leases, dated jobs, sequences."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
)

from ticketing.tables.schema import metadata

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

# SQLite has no sequences: the last number of each is kept here; on PostgreSQL those below serve. On both also how far the
# index of words has been made anew (`ticketing.reindexing`), and under which version of the configuration all open tickets were
# last looked through (`ticketing.desk.rehousing`, `ticketing.desk.added_steps`).
sequences = Table(
    "sequences",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
