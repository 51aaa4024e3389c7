"""Steps of the ladder that were logged before name nobody either: whom one calls stands in the settings alone."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SQLITE = """
UPDATE ticket_events SET data = json_remove(data, '$.person')
WHERE kind = 'alert_step' AND json_extract(data, '$.person') IS NOT NULL
"""
POSTGRESQL = """
UPDATE ticket_events SET data = CAST(CAST(data AS jsonb) - 'person' AS json)
WHERE kind = 'alert_step' AND CAST(data AS jsonb) ->> 'person' IS NOT NULL
"""


def upgrade() -> None:
    op.execute(SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL)


def downgrade() -> None:
    """What is gone is gone."""
