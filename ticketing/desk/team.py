"""Who is of the team: roles, agents made and removed, and what becomes of the tickets of those who leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ticketing import permissions
from ticketing.desk import roster
from ticketing.desk.base import checked_key, use_case
from ticketing.desk.people import LOCKED_LOAD, NEVER, People, known_agent, known_person
from ticketing.desk.roles import as_lead, role_of
from ticketing.errors import InvalidInput, NotAnAgent
from ticketing.lifecycle import Because
from ticketing.model import Agent, Person, PersonId, Role, TicketRef, TicketStatus
from ticketing.tables import IS_HELD, agent_loads, agent_skills, agents, people, tickets

IS_ACTIVE = select(agents.c.is_active).where(agents.c.id == bindparam("person"))
HELD_BY = select(tickets.c.customer_id, tickets.c.id).where(
    tickets.c.assigned_agent_id == bindparam("agent_id"), IS_HELD
)
LEFT_SOMETHING = (
    select(agents.c.id)
    .select_from(agents.join(agent_loads, agent_loads.c.agent_id == agents.c.id))
    .where(agents.c.is_active.is_(False), agent_loads.c.load > 0)
)
"""Who is no agent any more and holds tickets all the same: what was given to them while they were being removed."""


class Team(People):
    """See `ticketing.desk.Desk`."""

    def set_role(self, person_id: PersonId, role: Role, *, by: PersonId | None) -> Person:
        """
        Say what a person may do; `by` None is the desk's own set-up.

        Who becomes a customer is an agent no more (see `remove_agent`). Raises NotAllowed, PersonNotFound.
        """
        person = self._set_role(person_id, role, by)
        if role is Role.CUSTOMER:
            self._give_back_all(person_id, by)
        return person

    @use_case
    def _set_role(self, person_id: PersonId, role: Role, by: PersonId | None) -> Person:
        with self._database.write() as connection:
            before = known_person(connection, person_id).role
            if by is not None:
                permissions.check_role_change(role_of(connection, by), before, role)
            connection.execute(update(people).where(people.c.id == person_id).values(role=int(role)))
            if role is Role.CUSTOMER:
                _leave(connection, person_id)
            return known_person(connection, person_id)

    @use_case
    def make_agent(
        self,
        person_id: PersonId,
        *,
        skills: Mapping[str, int],
        max_load: int | None = None,
        is_senior: bool = False,
        by: PersonId | None,
    ) -> Agent:
        """
        Let tickets be assigned to a person, or change how; who had left comes back.

        `skills` maps what they can answer to a level from 1 to 5. Raises NotAllowed, PersonNotFound, InvalidInput.
        """
        for category in skills:
            checked_key("skill", category, longest=64)
        if any(not 1 <= level <= 5 for level in skills.values()):
            raise InvalidInput("skills", "A skill's level is a number from 1 to 5.")
        if max_load is not None and not 1 <= max_load <= 1000:
            raise InvalidInput("max_load", "An agent takes from 1 to 1,000 tickets.")
        with self._database.write() as connection:
            as_lead(connection, by, "change who is an agent")
            person = known_person(connection, person_id)
            role = max(person.role, Role.AGENT)
            connection.execute(update(people).where(people.c.id == person_id).values(role=int(role)))
            capacity = max_load or self._configuration_in_force(connection).default_max_load
            load = connection.execute(LOCKED_LOAD, {"person": person_id}).mappings().one_or_none()
            values: dict[str, Any]
            returns = False
            if load is None:
                values = {"load": 0, "max_load": capacity, "is_available": True, "last_assigned_at": NEVER}
                connection.execute(insert(agent_loads).values(agent_id=person_id, **values))
                connection.execute(
                    insert(agents).values(id=person_id, is_active=True, is_senior=is_senior, is_away=False)
                )
            else:
                values = dict(load) | {"max_load": capacity}
                del values["agent_id"]
                connection.execute(update(agent_loads).where(agent_loads.c.agent_id == person_id).values(values))
                returns = not connection.execute(IS_ACTIVE, {"person": person_id}).scalar_one()
                changed = update(agents).where(agents.c.id == person_id)
                connection.execute(changed.values(is_active=True, is_senior=is_senior))
            copies = {"is_senior": is_senior, "agent_id": person_id} | values
            connection.execute(delete(agent_skills).where(agent_skills.c.agent_id == person_id))
            if skills:
                rows = [copies | {"category": category, "level": level} for category, level in skills.items()]
                connection.execute(insert(agent_skills), rows)
            if returns:
                roster.refresh(connection, person_id, self._clock())
            return known_agent(connection, person_id)

    def remove_agent(self, person_id: PersonId, *, by: PersonId | None) -> Person:
        """
        Tickets are assigned to this person no more; what they hold goes back to the queue, where it keeps its place.

        They are a customer from then on, save a lead or an admin, who stays that. Raises NotAllowed, NotAnAgent,
        PersonNotFound.
        """
        person = self._remove_agent(person_id, by)
        self._give_back_all(person_id, by)
        return person

    @use_case
    def _remove_agent(self, person_id: PersonId, by: PersonId | None) -> Person:
        with self._database.write() as connection:
            as_lead(connection, by, "change who is an agent")
            person = known_person(connection, person_id)
            if not _leave(connection, person_id):
                raise NotAnAgent(person_id)
            if person.role is Role.AGENT:
                as_customer = update(people).where(people.c.id == person_id).values(role=int(Role.CUSTOMER))
                connection.execute(as_customer)
            return known_person(connection, person_id)

    def roster_step(self, now: datetime) -> datetime | None:
        """Let shifts, leaves and absences begin and end; returns when the next one does, None for never."""
        with self._database.read() as connection:
            left = [PersonId(row.id) for row in connection.execute(LEFT_SOMETHING)]
        for agent_id in left:
            self._give_back_all(agent_id, None)
        return super().roster_step(now)

    def _give_back_all(self, agent_id: PersonId, by: PersonId | None) -> None:
        with self._database.read() as connection:
            held = connection.execute(HELD_BY, {"agent_id": agent_id}).all()
        for row in held:
            self._give_back(TicketRef(PersonId(row.customer_id), row.id), agent_id, by)

    @use_case
    def _give_back(self, ref: TicketRef, agent_id: PersonId, by: PersonId | None) -> None:
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if ticket.is_held and ticket.assigned_agent_id == agent_id:
                tx.move(ticket, TicketStatus.OPEN, by=by, because=Because.RELEASED)


def _leave(connection: Connection, agent_id: PersonId) -> bool:
    """Routing finds the agent no more. Whether they were one."""
    connection.execute(LOCKED_LOAD, {"person": agent_id})
    gone = {"is_active": False, "is_away": False, "away_until": None, "next_change_at": None}
    left = connection.execute(update(agents).where(agents.c.id == agent_id, agents.c.is_active).values(gone))
    if left.rowcount:
        connection.execute(delete(agent_skills).where(agent_skills.c.agent_id == agent_id))
        connection.execute(update(agent_loads).where(agent_loads.c.agent_id == agent_id).values(is_available=False))
    return left.rowcount == 1
