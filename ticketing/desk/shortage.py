"""Why nobody can take a ticket just now: looked up once, when that is found, and kept in the log for whoever asks later."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select

from ticketing.desk import roster
from ticketing.instants import from_us
from ticketing.model import PersonId, Ticket
from ticketing.tables import agent_skills, agents
from ticketing.timeline import Shortage

# Each stops at the first it finds, however many agents there are.
_of_skill = (agent_skills.c.category == bindparam("skill"), agent_skills.c.agent_id != bindparam("customer_id"))
SKILLED = select(agent_skills.c.agent_id).where(*_of_skill).limit(1)
THERE = SKILLED.where(agent_skills.c.is_available)
NEXT_BACK = (
    select(agents.c.id, agents.c.next_change_at)
    .select_from(agents.join(agent_skills, agent_skills.c.agent_id == agents.c.id))
    .where(*_of_skill, agents.c.next_change_at.is_not(None))
    .order_by(agents.c.next_change_at, agents.c.id)
    .limit(1)
)


def why_nobody(connection: Connection, ticket: Ticket, skill: str, holders: frozenset[str] | None) -> dict[str, Any]:
    """What the log keeps of it: codes, ids and instants."""
    known: dict[str, Any] = {"category": skill}
    if holders is not None:
        return known | {"shortage": Shortage.NO_MEMBER.value}
    key = {"skill": skill, "customer_id": ticket.customer_id}
    if connection.execute(SKILLED, key).first() is None:
        return known | {"shortage": Shortage.NO_SKILL.value}
    if connection.execute(THERE, key).first() is not None:
        return known | {"shortage": Shortage.ALL_FULL.value}
    known["shortage"] = Shortage.NOBODY_THERE.value
    back = connection.execute(NEXT_BACK, key).one_or_none()
    if back is not None and roster.is_there(connection, PersonId(back.id), from_us(back.next_change_at)):
        known |= {"back": back.id, "back_at": back.next_change_at}
    return known
