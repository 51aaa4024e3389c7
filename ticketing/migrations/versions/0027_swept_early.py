"""PostgreSQL clears away early what is no longer due or waiting to be sent: the watch and delivery look from the front each time."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = ("sla_clocks", "outbox")
EARLY = {"autovacuum_vacuum_scale_factor": "0.01", "autovacuum_vacuum_threshold": "1000"}
"""After a thousand changed rows and a hundredth of the table; by default it is a fifth."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        settings = ", ".join(f"{name} = {value}" for name, value in EARLY.items())
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} SET ({settings})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} RESET ({', '.join(EARLY)})")
