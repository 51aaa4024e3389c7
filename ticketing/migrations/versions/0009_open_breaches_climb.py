"""Promises that were broken before there was a ladder climb it too; those that were on it already stay where they are."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Due at once: the step itself counts the working time since the breach, and puts itself off where it is too early.
    op.execute(
        """
        INSERT INTO ladder (customer_id, ticket_id, kind, run, step, since, next_at)
        SELECT c.customer_id, c.ticket_id, c.kind, c.run, 0, c.breached_at, c.breached_at
        FROM sla_clocks AS c
        WHERE c.ended_at IS NULL AND c.breached_at IS NOT NULL
          AND NOT EXISTS (
            SELECT 1 FROM ladder AS l
            WHERE l.customer_id = c.customer_id AND l.ticket_id = c.ticket_id AND l.kind = c.kind AND l.run = c.run
          )
          AND NOT EXISTS (
            SELECT 1 FROM alerts AS a
            WHERE a.customer_id = c.customer_id AND a.ticket_id = c.ticket_id AND a.kind = c.kind AND a.run = c.run
              AND a.stage LIKE 'step%'
          )
        """
    )
