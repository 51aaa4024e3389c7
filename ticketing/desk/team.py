"""Who is of the team: roles, agents made and removed, and what becomes of the tickets of those who leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ticketing import permissions
from ticketing.desk import roster
from ticketing.desk.base import checked_key, use_case
from ticketing.desk.people import LOCKED_LOAD, NEVER, People, agent_of, known_agent, known_person
from ticketing.desk.promising import end_promises_of
from ticketing.desk.roles import as_lead, role_of
from ticketing.desk.team_log import Changed, TeamChange, changes, record
from ticketing.errors import InvalidInput, NotAnAgent
from ticketing.instants import is_id
from ticketing.lifecycle import Because
from ticketing.model import Agent, Person, PersonId, Role, TicketRef, TicketStatus
from ticketing.rows import person_from
from ticketing.tables import IS_HELD, agent_loads, agent_skills, agents, people, tickets

HELD_BY = select(tickets.c.customer_id, tickets.c.id).where(
    tickets.c.assigned_agent_id == bindparam("agent_id"), IS_HELD
)
MEMBERS = (
    select(people).where(people.c.role >= int(Role.AGENT)).order_by(people.c.role.desc(), people.c.name, people.c.id)
)
LEFT_SOMETHING = (
    select(agents.c.id)
    .select_from(agents.join(agent_loads, agent_loads.c.agent_id == agents.c.id))
    .where(agents.c.is_active.is_(False), agent_loads.c.load > 0)
)
"""Who is no agent any more and holds tickets all the same: what was given to them while they were being removed."""


@dataclass(frozen=True)
class AgentTerms:
    """Skills with their levels, how many tickets at once (None: the desk's default), senior or not. See `checked_agent`."""

    skills: Mapping[str, int]
    max_load: int | None
    is_senior: bool


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
            return self._set_role_in(connection, person_id, role, by)

    def _set_role_in(self, connection: Connection, person_id: PersonId, role: Role, by: PersonId | None) -> Person:
        before, agent = known_person(connection, person_id).role, agent_of(connection, person_id)
        if by is not None:
            permissions.check_role_change(role_of(connection, by), before, role)
        if before is Role.ADMIN and role is not Role.ADMIN and by is not None:
            _another_admin(connection, person_id)
        connection.execute(update(people).where(people.c.id == person_id).values(role=int(role)))
        record(connection, person_id, Changed.ROLE, (before.name, role.name), by=by, now=self._clock())
        if role is Role.CUSTOMER or (role < before and agent is None):
            end_promises_of(connection, person_id, self._clock())
        if role is Role.CUSTOMER and _leave(connection, person_id):
            _said_by_hand(connection, person_id)
            record(connection, person_id, Changed.AGENT, (_as_data(agent), None), by=by, now=self._clock())
        return known_person(connection, person_id)

    def make_agent(
        self,
        person_id: PersonId,
        *,
        skills: Mapping[str, int],
        max_load: int | None = None,
        is_senior: bool = False,
        by: PersonId | None,
        following: bool = False,
    ) -> Agent:
        """
        Let tickets be assigned to a person, or change how; who had left comes back.

        `skills` maps what they can answer to a level from 1 to 5. `following` where a channel's membership says so and
        nobody by hand. Raises NotAllowed, PersonNotFound, InvalidInput.
        """
        wanted = checked_agent(skills, max_load=max_load, is_senior=is_senior)
        agent = self._make_agent(person_id, wanted, by=by, following=following)
        self._changed()  # there may be room for what waits
        return agent

    @use_case
    def _make_agent(
        self, person_id: PersonId, wanted: AgentTerms, *, by: PersonId | None, following: bool = False
    ) -> Agent:
        with self._database.write() as connection:
            return self._make_agent_in(connection, person_id, wanted, by=by, following=following)

    def _make_agent_in(
        self,
        connection: Connection,
        person_id: PersonId,
        wanted: AgentTerms,
        *,
        by: PersonId | None,
        following: bool = False,
    ) -> Agent:
        as_lead(connection, by, "change who is an agent")
        person = known_person(connection, person_id)
        before = agent_of(connection, person_id)
        role = max(person.role, Role.AGENT)
        connection.execute(update(people).where(people.c.id == person_id).values(role=int(role)))
        capacity = wanted.max_load or self._configuration_in_force(connection).default_max_load
        copies = {"is_senior": wanted.is_senior, "agent_id": person_id} | _load(
            connection, person_id, capacity, is_senior=wanted.is_senior
        )
        connection.execute(delete(agent_skills).where(agent_skills.c.agent_id == person_id))
        if wanted.skills:
            rows = [copies | {"category": category, "level": level} for category, level in wanted.skills.items()]
            connection.execute(insert(agent_skills), rows)
        if before is None:
            roster.refresh(connection, person_id, self._clock())
            if not following:
                _said_by_hand(connection, person_id)
        agent = known_agent(connection, person_id)
        record(connection, person_id, Changed.AGENT, (_as_data(before), _as_data(agent)), by=by, now=self._clock())
        return agent

    def members(self) -> list[Person]:
        """Who is of the team: admins first, then leads and agents, each by name."""
        with self._database.read() as connection:
            return [person_from(row) for row in connection.execute(MEMBERS).mappings()]

    def changes_of(self, person_id: PersonId, *, limit: int = 10) -> list[TeamChange]:
        """What was changed about a person, and by whom: the newest first."""
        if not is_id(person_id):
            return []
        with self._database.read() as connection:
            return changes(connection, person_id, limit)

    def remove_agent(self, person_id: PersonId, *, by: PersonId | None, following: bool = False) -> Person:
        """
        Tickets are assigned to this person no more; what they hold goes back to the queue, where it keeps its place.

        They are a customer from then on, save a lead or an admin, who stays that. `following` as in `make_agent`. Raises
        NotAllowed, NotAnAgent, PersonNotFound.
        """
        person = self._remove_agent(person_id, by, following=following)
        self._give_back_all(person_id, by)
        return person

    @use_case
    def _remove_agent(self, person_id: PersonId, by: PersonId | None, *, following: bool) -> Person:
        with self._database.write() as connection:
            person = self._remove_agent_in(connection, person_id, by, following=following)
            if person.role is Role.AGENT:
                as_customer = update(people).where(people.c.id == person_id).values(role=int(Role.CUSTOMER))
                connection.execute(as_customer)
            return known_person(connection, person_id)

    def _remove_agent_in(
        self, connection: Connection, person_id: PersonId, by: PersonId | None, *, following: bool = False
    ) -> Person:
        """They keep their role."""
        as_lead(connection, by, "change who is an agent")
        person = known_person(connection, person_id)
        before = agent_of(connection, person_id)
        if not _leave(connection, person_id):
            raise NotAnAgent(person_id)
        if not following:
            _said_by_hand(connection, person_id)
        record(connection, person_id, Changed.AGENT, (_as_data(before), None), by=by, now=self._clock())
        end_promises_of(connection, person_id, self._clock())
        return person

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


def checked_agent(skills: Mapping[str, int], *, max_load: int | None, is_senior: bool) -> AgentTerms:
    """What an agent is to be. Raises InvalidInput."""
    for category in skills:
        checked_key("skill", category, longest=64)
    if any(not 1 <= level <= 5 for level in skills.values()):
        raise InvalidInput("skills", "A skill's level is a number from 1 to 5.")
    if max_load is not None and not 1 <= max_load <= 1000:
        raise InvalidInput("max_load", "An agent takes from 1 to 1,000 tickets.")
    return AgentTerms(skills, max_load, is_senior)


def _load(connection: Connection, person_id: PersonId, capacity: int, *, is_senior: bool) -> dict[str, Any]:
    """Write the agent's row, made if new, and their capacity; the load as it is copied next to each skill."""
    load = connection.execute(LOCKED_LOAD, {"person": person_id}).mappings().one_or_none()
    if load is None:
        values: dict[str, Any] = {"load": 0, "max_load": capacity, "is_available": True, "last_assigned_at": NEVER}
        connection.execute(insert(agent_loads).values(agent_id=person_id, **values))
        connection.execute(insert(agents).values(id=person_id, is_active=True, is_senior=is_senior, is_away=False))
        return values
    values = dict(load) | {"max_load": capacity}
    del values["agent_id"]
    connection.execute(update(agent_loads).where(agent_loads.c.agent_id == person_id).values(values))
    changed = update(agents).where(agents.c.id == person_id)
    connection.execute(changed.values(is_active=True, is_senior=is_senior))
    return values


def _said_by_hand(connection: Connection, person_id: PersonId) -> None:
    """Following a channel leaves this person alone from now on."""
    connection.execute(update(people).where(people.c.id == person_id).values(is_agent_by_hand=True))


def _as_data(agent: Agent | None) -> dict[str, Any] | None:
    """What the audit log keeps of an agent; None of whom tickets are not assigned to."""
    if agent is None:
        return None
    return {"skills": dict(sorted(agent.skills.items())), "max_load": agent.max_load, "is_senior": agent.is_senior}


def _another_admin(connection: Connection, person_id: PersonId) -> None:
    """Somebody has to be able to change the settings. Raises InvalidInput."""
    others = select(people.c.id).where(people.c.role == int(Role.ADMIN), people.c.id != person_id).limit(1)
    if connection.execute(others).first() is None:
        raise InvalidInput("role", "There has to be one admin at least. Make somebody else an admin first.")


def _leave(connection: Connection, agent_id: PersonId) -> bool:
    """Routing finds the agent no more. Whether they were one."""
    connection.execute(LOCKED_LOAD, {"person": agent_id})
    gone = {"is_active": False, "is_away": False, "away_until": None, "next_change_at": None}
    left = connection.execute(update(agents).where(agents.c.id == agent_id, agents.c.is_active).values(gone))
    if left.rowcount:
        connection.execute(delete(agent_skills).where(agent_skills.c.agent_id == agent_id))
        connection.execute(update(agent_loads).where(agent_loads.c.agent_id == agent_id).values(is_available=False))
    return left.rowcount == 1
