"""
The desk's tables, as SQLAlchemy Core knows them; `ticketing/migrations` makes them.

Two conventions hold throughout. Instants are whole microseconds since the epoch (`ticketing.instants`): `_at` columns hold
business time, `lease_until` and `retry_after` machine time. And `customer_id` stands in every key of a ticket and its
children, so that the schema can be distributed by customer.
"""

from __future__ import annotations

from ticketing.tables.chat import held_back, inbound_marks, offers, outbox, shown, unread
from ticketing.tables.clocks import (
    HAS_VERDICT,
    IS_BROKEN,
    IS_HELD_BACK,
    alert_promises,
    alerts,
    ladder,
    sla_clocks,
    sla_pauses,
)
from ticketing.tables.handovers import answering, given_back, handovers
from ticketing.tables.people import (
    agent_leaves,
    agent_loads,
    agent_skills,
    agents,
    customers,
    organizations,
    people,
    team_changes,
)
from ticketing.tables.problems import problem_acts, problem_steps, problem_tickets, problems
from ticketing.tables.running import (
    configurations,
    dated_jobs,
    leases,
    personal_data_acts,
    personal_macros,
    sequences,
)
from ticketing.tables.schema import metadata
from ticketing.tables.tags import tags, ticket_tags
from ticketing.tables.tickets import (
    IS_HELD,
    IS_NOT_OVER,
    IS_RESOLUTION,
    IS_RESOLVED,
    IS_STEP,
    attachments,
    comment_origins,
    comments,
    ratings,
    ticket_events,
    ticket_links,
    ticket_watchers,
    tickets,
)

__all__ = [
    "HAS_VERDICT",
    "IS_BROKEN",
    "IS_HELD",
    "IS_HELD_BACK",
    "IS_NOT_OVER",
    "IS_RESOLUTION",
    "IS_RESOLVED",
    "IS_STEP",
    "agent_leaves",
    "agent_loads",
    "agent_skills",
    "agents",
    "alert_promises",
    "alerts",
    "answering",
    "attachments",
    "comment_origins",
    "comments",
    "configurations",
    "customers",
    "dated_jobs",
    "given_back",
    "handovers",
    "held_back",
    "inbound_marks",
    "ladder",
    "leases",
    "metadata",
    "offers",
    "organizations",
    "outbox",
    "people",
    "personal_data_acts",
    "personal_macros",
    "problem_acts",
    "problem_steps",
    "problem_tickets",
    "problems",
    "ratings",
    "sequences",
    "shown",
    "sla_clocks",
    "sla_pauses",
    "tags",
    "team_changes",
    "ticket_events",
    "ticket_links",
    "ticket_tags",
    "ticket_watchers",
    "tickets",
    "unread",
]
