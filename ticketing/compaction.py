"""
Giving back what was deleted: afterwards nothing of it is left in the database's files.

A database keeps deleted rows until it writes something else there. SQLite: the full-text index is merged into one piece,
which drops the words of rows that are gone, the file is written anew without free pages, and its log is emptied. PostgreSQL:
every table is written anew with its indexes, and its statistics, which quote frequent values, are taken anew. Both hold other
writers up, for seconds to minutes by size: it is for a quiet hour. Backups, replicas and PostgreSQL's archived log are others'
to see to.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Dialect, Table, text

from ticketing.database import Database
from ticketing.tables import metadata

SEARCH = "ticket_search"


def compact(database: Database) -> None:
    """Write the whole database anew. Raises DatabaseUnavailable where somebody holds it meanwhile."""
    if database.is_sqlite:
        _compact_sqlite(database)
    else:
        _compact_postgresql(database)


def _compact_sqlite(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text(f"INSERT INTO {SEARCH} ({SEARCH}) VALUES ('optimize')"))  # noqa: S608 - a constant
        if connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")).scalar():
            connection.execute(text("ANALYZE"))
    with database.outside_transactions() as run:
        run("PRAGMA wal_checkpoint(TRUNCATE)")
        run("VACUUM")
        run("PRAGMA wal_checkpoint(TRUNCATE)")


def _compact_postgresql(database: Database) -> None:
    with database.outside_transactions() as run:
        for name in (*(table.name for table in metadata.sorted_tables), SEARCH):
            run(f'VACUUM (FULL, ANALYZE) "{name}"')
        for table in metadata.sorted_tables:
            if not run(f'SELECT 1 FROM "{table.name}" LIMIT 1').fetchall():  # noqa: S608 - a constant
                for statement in _forget_statistics(table, database.engine.dialect):
                    run(statement)
        # Statistics are rows too, and the old ones are as deleted as the rest.
        run("VACUUM (FULL) pg_catalog.pg_statistic")


def _forget_statistics(table: Table, dialect: Dialect) -> Iterator[str]:
    """An empty table keeps the statistics that it had when it was not, unless its columns are said to be what they are."""
    for column in table.columns:
        kind = column.type.compile(dialect=dialect)
        yield f'ALTER TABLE "{table.name}" ALTER COLUMN "{column.name}" TYPE {kind}'
