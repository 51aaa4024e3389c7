"""
What the tables hold about people: which rows are whose, and what becomes of each text when a person is erased.

A test walks the tables and asks for every column here (`tests/ticketing/test_personal_data.py`): a new one has to be decided
on before it can hold anything. docs/privacy.md tells people the same.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table

from ticketing.tables import metadata

OF_PERSON: dict[str, str] = {
    "people": "id",
    "customers": "id",
    "agents": "id",
    "agent_leaves": "agent_id",
    "agent_loads": "agent_id",
    "agent_skills": "agent_id",
    "personal_macros": "owner_id",
    "personal_data_acts": "person_id",
    "team_changes": "person_id",
}
"""The tables whose rows are a person's by another column than `customer_id`."""

ELSEWHERE: dict[str, str] = {
    "comments": "author_id",
    "ticket_watchers": "person_id",
    "tickets": "opened_by",
}
"""What a person has on other customers' tickets; of whole tickets those that one who never was of the team opened."""

_TEAM = "what somebody did for others as one of the team: it belongs to those customers' tickets, and is an id"
NOT_EXPORTED: dict[str, str] = {
    "tickets.assigned_agent_id": _TEAM,
    "tickets.last_agent_id": _TEAM,
    "ticket_events.actor_id": _TEAM,
    "ticket_links.linked_by": _TEAM,
    "alert_promises.person_id": _TEAM,
    "handovers.agent_id": _TEAM,
    "handovers.to_id": _TEAM,
    "answering.person_id": _TEAM,
    "given_back.agent_id": _TEAM,
    "problems.owner_id": _TEAM,
    "problems.opened_by": _TEAM,
    "problem_acts.by_id": _TEAM,
    "team_changes.by_id": _TEAM,
    "personal_data_acts.by_id": _TEAM,
    "configurations.created_by": _TEAM,
    "ticket_links.other_customer_id": "the other end of a row that the other customer has",
    "comment_origins.origin_customer_id": "the other end of a row that another ticket has; what was copied is theirs",
}
"""Columns that name people and by which nothing is exported, with the reason."""

NO_PERSON = frozenset(
    {"ticket_id", "comment_id", "organization_id", "tag_id", "problem_id", "act_id"}
    | {"other_ticket_id", "origin_ticket_id", "origin_comment_id"}
)
"""Names of columns that end like those which name people, and name none."""

REMOVED: dict[str, str] = {
    "attachments": "references to files, by name and address",
    "ticket_watchers": "who read along",
    "ticket_tags": "the team's words about a ticket",
    "answering": "who has a form open",
    "given_back": "who of the team gave it away",
    "offers": "messages that were offered a place",
    "held_back": "which messages of the team were not sent",
    "outbox": "what was or is to be shown",
    "shown": "which messages show it; what is still to be taken away from the chat keeps its row until it is",
    "unread": "their conversation with the app",
    "personal_macros": "an agent's own words",
    "agent_leaves": "when an agent was not there",
    "tags": "a tag that no other ticket carries",
}
"""Tables of which a person's rows are deleted, and what they are."""

BLANKED: dict[str, str] = {
    "people.external_ref": "cut: they are found by it no more, and whoever writes under it again is somebody new",
    "people.name": "Somebody",
    "people.email": "nothing",
    "people.tz": "UTC",
    "customers.tier": "nothing",
    "agents.shifts": "nothing",
    "team_changes.before": "nothing",
    "team_changes.after": "nothing",
    "tickets.subject": "empty",
    "tickets.description": "empty",
    "tickets.fields": "empty",
    "tickets.source": "cut: it named a message; also that of somebody else's ticket which their words opened",
    "comments.text": "empty",
    "comments.source": "cut: it named a message",
    "ratings.comment": "empty; whether it was helpful stays, for the figures",
}
"""Columns that are made empty in a person's rows."""

_CODE = "a code of the program's"
_DESK = "the desk's own, about nobody in particular"
KEPT: dict[str, str] = {
    "agent_skills.category": _CODE,
    "agents.is_active": _CODE,
    "alert_promises.kind": _CODE,
    "alerts.kind": _CODE,
    "alerts.stage": _CODE,
    "alerts.home": "which message told of it, by id",
    "configurations.document": "the desk's settings, in versions; whom a step of the ladder calls is taken out of all of them",
    "dated_jobs.job": _CODE,
    "dated_jobs.local_date": _CODE,
    "handovers.source": "which form an agent sent, by id",
    "handovers.outcome": _CODE,
    "inbound_marks.name": _CODE,
    "ladder.kind": _CODE,
    "leases.name": _CODE,
    "leases.holder": _CODE,
    "organizations.name": "an organization is no person",
    "organizations.tier": _CODE,
    "personal_data_acts.act": _CODE,
    "problems.source": "which form an agent sent, by id",
    "problems.title": _DESK + ": a cause behind many tickets",
    "problems.state": _CODE,
    "problem_acts.source": "which form an agent sent, by id",
    "problem_acts.kind": _CODE,
    "problem_acts.text": _DESK + ": one answer for many customers, gone when all have it",
    "problem_acts.data": "ids and figures",
    "problem_steps.outcome": _CODE,
    "sequences.name": _CODE,
    "sla_clocks.kind": _CODE,
    "sla_clocks.outcome": _CODE,
    "sla_pauses.kind": _CODE,
    "team_changes.what": _CODE,
    "ticket_events.kind": _CODE,
    "ticket_events.from_value": "ids, codes and numbers, never words",
    "ticket_events.to_value": "ids, codes and numbers, never words",
    "ticket_events.reason": _CODE,
    "ticket_events.data": "ids, codes and numbers, never words",
    "ticket_links.kind": _CODE,
    "tickets.category": _CODE,
    "tickets.status": _CODE,
    "tickets.tier": _CODE,
    "tickets.close_reason": _CODE,
}
"""Text columns that stay as they are when a person is erased, with the reason."""


def own_rows(table: Table) -> Column[Any] | None:
    """The column by which rows of a table are one person's; None for a table that holds nobody's."""
    name = OF_PERSON.get(table.name, "customer_id")
    return table.columns.get(name)


def tables_of_people() -> list[Table]:
    """Every table in which something is one person's."""
    return [table for table in metadata.sorted_tables if own_rows(table) is not None]
