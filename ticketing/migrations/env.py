"""Run the migrations on the database whose address `ticketing.database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from ticketing.database import Database
from ticketing.tables import metadata


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what is made by hand in migrations: full-text tables and their shadows."""
    return not (kind == "table" and name is not None and name.startswith("ticket_search"))


database = Database.open(context.config.attributes["url"])
with database.write() as connection:
    context.configure(
        connection=connection, target_metadata=metadata, include_name=include_name, render_as_batch=database.is_sqlite
    )
    with context.begin_transaction():
        context.run_migrations()
database.close()
