"""No load below nothing, as the tables say; and indexes for choosing among senior agents, however many others there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

CHECK = "ck_agent_loads_load_not_negative"
# A load that was wrong would stop the schema here: it is counted anew, and its copies beside the skills with it.
COUNTED = (
    "UPDATE agent_loads SET load = (SELECT count(*) FROM tickets WHERE tickets.assigned_agent_id = agent_loads.agent_id"
    " AND tickets.status IN ('assigned', 'in_progress', 'pending_customer')) WHERE load < 0",
    "UPDATE agent_skills SET load = (SELECT agent_loads.load FROM agent_loads"
    " WHERE agent_loads.agent_id = agent_skills.agent_id)"
    " WHERE load < 0 AND agent_id IN (SELECT agent_id FROM agent_loads)",
)
FREE = {
    "postgresql_where": sa.text("is_available AND load < max_load AND is_senior"),
    "sqlite_where": sa.text("is_available = 1 AND load < max_load AND is_senior = 1"),
}
THERE = {
    "postgresql_where": sa.text("is_available AND is_senior"),
    "sqlite_where": sa.text("is_available = 1 AND is_senior = 1"),
}
IDLE = ("last_assigned_at", "agent_id")
LEVEL = sa.text("level DESC")
# SQLite takes the later of two that serve alike: the narrower one comes after.
INDEXES = (
    ("ix_agent_skills_senior_urgent", (LEVEL, "load", *IDLE), THERE),
    ("ix_agent_skills_senior_least_loaded", ("load", *IDLE), FREE),
    ("ix_agent_skills_senior_round_robin", IDLE, FREE),
    ("ix_agent_skills_senior_most_skilled", (LEVEL, "load", *IDLE), FREE),
)


def upgrade() -> None:
    for statement in COUNTED:
        op.execute(statement)
    with op.batch_alter_table("agent_loads") as table:
        table.create_check_constraint(op.f(CHECK), sa.text("load >= 0"))
    for name, columns, where in INDEXES:
        op.create_index(name, "agent_skills", ["category", *columns], **where)  # type: ignore[arg-type]


def downgrade() -> None:
    for name, _, _ in INDEXES:
        op.drop_index(name, table_name="agent_skills")
    with op.batch_alter_table("agent_loads") as table:
        table.drop_constraint(op.f(CHECK), type_="check")
