"""People: who they are, what they may do, what they can answer, whether they are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ticketing import indexing
from ticketing.desk import roster
from ticketing.desk.base import DeskBase, checked_instant, checked_key, checked_text, is_key, use_case
from ticketing.desk.roles import as_lead, as_oneself_or_lead
from ticketing.desk.team_log import Changed, record
from ticketing.errors import InvalidInput, NotAnAgent, PersonNotFound
from ticketing.instants import from_us, is_id, to_us
from ticketing.model import Agent, Customer, Person, PersonId, Role, Tier
from ticketing.prepared import run
from ticketing.rows import person_from
from ticketing.tables import agent_leaves, agent_loads, agent_skills, agents, customers, organizations, people

LONGEST_NAME, LONGEST_EMAIL, LONGEST_ZONE = 200, 320, 64

NEVER = 0
"""`last_assigned_at` of an agent who was never given a ticket: idle for longest."""

PERSON = select(people).where(people.c.id == bindparam("person"))
PERSON_BY_REF = select(people).where(people.c.external_ref == bindparam("ref"))
CUSTOMER = (
    select(
        people.c.id,
        people.c.name,
        customers.c.tier,
        customers.c.organization_id,
        organizations.c.name.label("organization"),
        organizations.c.tier.label("organization_tier"),
    )
    .select_from(people.outerjoin(customers, customers.c.id == people.c.id).outerjoin(organizations))
    .where(people.c.id == bindparam("person"))
)
_AGENTS = (
    select(
        people.c.id,
        people.c.name,
        agents.c.is_senior,
        agents.c.away_until,
        agent_loads.c.load,
        agent_loads.c.max_load,
        agent_loads.c.is_available,
        agent_loads.c.last_assigned_at,
    )
    .select_from(
        agents.join(people, people.c.id == agents.c.id).join(agent_loads, agent_loads.c.agent_id == agents.c.id)
    )
    .where(agents.c.is_active)
)
AGENT = _AGENTS.where(agents.c.id == bindparam("person"))
ALL_AGENTS = _AGENTS.order_by(people.c.name, people.c.id)
SKILLS = select(agent_skills.c.agent_id, agent_skills.c.category, agent_skills.c.level)
SKILLS_OF_ONE = SKILLS.where(agent_skills.c.agent_id == bindparam("person"))
_ONE_LEAVE = and_(agent_leaves.c.agent_id == bindparam("agent_id"), agent_leaves.c.starts_at == bindparam("starts_at"))
LEAVE = select(agent_leaves.c.starts_at, agent_leaves.c.ends_at).where(_ONE_LEAVE)
END_LEAVE = delete(agent_leaves).where(_ONE_LEAVE)
LOCKED_LOAD = select(agent_loads).where(agent_loads.c.agent_id == bindparam("person")).with_for_update()


class People(DeskBase):
    """See `ticketing.desk.Desk`."""

    def ensure_person(self, external_ref: str, name: str, *, email: str | None = None, tz: str = "UTC") -> Person:
        """The person of that outside reference, made if new, renamed if their name or zone has changed."""
        checked_key("reference", external_ref, longest=200)
        checked_key("time zone", tz, longest=LONGEST_ZONE)
        email = checked_key("email", email, longest=LONGEST_EMAIL) if email else None
        name = checked_text("name", name, longest=LONGEST_NAME) or "Somebody"
        with self._database.read() as connection:
            known = _person_by_ref(connection, external_ref)
        if known is not None and (known.name, known.tz, known.email or email) == (name, tz, email or known.email):
            return known
        with self._database.write() as connection:
            dialect = sqlite if self._database.is_sqlite else postgresql
            row = {"external_ref": external_ref, "name": name, "email": email, "tz": tz, "role": int(Role.CUSTOMER)}
            new = dialect.insert(people).values(row | {"created_at": to_us(self._clock())})
            connection.execute(new.on_conflict_do_nothing(index_elements=["external_ref"]))
            changes = {"name": name, "tz": tz} | ({"email": email} if email else {})
            connection.execute(update(people).where(people.c.external_ref == external_ref).values(changes))
            found = connection.execute(PERSON_BY_REF, {"ref": external_ref}).mappings().one()
            if known is not None and known.name != name:
                indexing.rename(connection, known.id, name)
            connection.execute(
                dialect.insert(customers).values(id=found["id"]).on_conflict_do_nothing(index_elements=["id"])
            )
            return person_from(found)

    def person(self, person_id: PersonId) -> Person:
        """Raises PersonNotFound."""
        with self._database.read() as connection:
            return known_person(connection, person_id)

    def person_by_ref(self, external_ref: str) -> Person | None:
        """The person of an outside reference, if known."""
        with self._database.read() as connection:
            return _person_by_ref(connection, external_ref)

    def customer(self, person_id: PersonId) -> Customer:
        """The person as a customer. Raises PersonNotFound."""
        with self._database.read() as connection:
            return customer_of(connection, person_id)

    @use_case
    def set_tier(self, customer_id: PersonId, tier: Tier | None, *, by: PersonId | None) -> Customer:
        """Give a customer a tier of their own (None: their organization's); tickets opened from now on carry it."""
        with self._database.write() as connection:
            return self._set_tier(connection, customer_id, tier, by)

    def _set_tier(
        self, connection: Connection, customer_id: PersonId, tier: Tier | None, by: PersonId | None
    ) -> Customer:
        as_lead(connection, by, "change what customers have bought")
        customer_of(connection, customer_id)
        value = tier.value if tier else None
        before = connection.execute(select(customers.c.tier).where(customers.c.id == customer_id)).scalar()
        connection.execute(update(customers).where(customers.c.id == customer_id).values(tier=value))
        record(connection, customer_id, Changed.TIER, (before, value), by=by, now=self._clock())
        return customer_of(connection, customer_id)

    def own_tier(self, customer_id: PersonId) -> Tier | None:
        """The tier that a customer has of their own; None where it is their organization's, or the standard."""
        if not is_id(customer_id):
            return None
        with self._database.read() as connection:
            stored = connection.execute(select(customers.c.tier).where(customers.c.id == customer_id)).scalar()
        return Tier(stored) if stored else None

    @use_case
    def set_organization(self, customer_id: PersonId, name: str, tier: Tier, *, by: PersonId | None) -> Customer:
        """Put a customer into an organization, made if new; its tier is the customer's unless they have their own."""
        with self._database.write() as connection:
            return self._set_organization(connection, customer_id, name, tier, by)

    def _set_organization(
        self, connection: Connection, customer_id: PersonId, name: str, tier: Tier, by: PersonId | None
    ) -> Customer:
        name = checked_text("organization", name, longest=200, empty="Write the organization's name.")
        as_lead(connection, by, "change what customers have bought")
        before = _organization_of(customer_of(connection, customer_id))
        found = connection.execute(select(organizations.c.id).where(organizations.c.name == name)).scalar()
        if found is None:
            made = insert(organizations).values(name=name, tier=tier.value).returning(organizations.c.id)
            found = connection.execute(made).scalar_one()
        connection.execute(update(organizations).where(organizations.c.id == found).values(tier=tier.value))
        connection.execute(update(customers).where(customers.c.id == customer_id).values(organization_id=found))
        change = (before, [name, tier.value])
        record(connection, customer_id, Changed.ORGANIZATION, change, by=by, now=self._clock())
        return customer_of(connection, customer_id)

    def _leave_organization(self, connection: Connection, customer_id: PersonId, by: PersonId | None) -> None:
        as_lead(connection, by, "change what customers have bought")
        before = _organization_of(customer_of(connection, customer_id))
        connection.execute(update(customers).where(customers.c.id == customer_id).values(organization_id=None))
        record(connection, customer_id, Changed.ORGANIZATION, (before, None), by=by, now=self._clock())

    # --- agents -------------------------------------------------------------------------------------------------------

    def agent(self, person_id: PersonId) -> Agent | None:
        """The person as an agent, or None if tickets cannot be assigned to them."""
        with self._database.read() as connection:
            return agent_of(connection, person_id)

    def agents(self) -> list[Agent]:
        """All to whom tickets can be assigned, by name."""
        with self._database.read() as connection:
            skills: dict[int, dict[str, int]] = {}
            for row in connection.execute(SKILLS):
                skills.setdefault(row.agent_id, {})[row.category] = row.level
            return [_agent_from(row, skills.get(row.id, {})) for row in connection.execute(ALL_AGENTS)]

    @use_case
    def set_available(
        self, agent_id: PersonId, *, available: bool, by: PersonId | None, until: datetime | None = None
    ) -> Agent:
        """Away (until an instant, or until back) or back: the automatic gives nothing to who is away."""
        until = checked_instant("until", until) if until is not None else None
        with self._database.write() as connection:
            agent = self._set_available(connection, agent_id, available=available, by=by, until=until)
        self._changed()  # who is back may take what waits
        return agent

    def _set_available(
        self,
        connection: Connection,
        agent_id: PersonId,
        *,
        available: bool,
        by: PersonId | None,
        until: datetime | None = None,
    ) -> Agent:
        _lock_load(connection, agent_id)
        as_oneself_or_lead(connection, by, agent_id, "change when others are there")
        away = to_us(until) if until is not None and not available else None
        values = {"is_away": not available, "away_until": away}
        before = known_agent(connection, agent_id).is_available
        connection.execute(update(agents).where(agents.c.id == agent_id).values(values))
        roster.apply(connection, agent_id, available=available, now=self._clock())
        if by != agent_id:  # of oneself it is no change of the team's
            record(connection, agent_id, Changed.AVAILABLE, (before, available), by=by, now=self._clock())
        return known_agent(connection, agent_id)

    @use_case
    def set_shifts(
        self, agent_id: PersonId, shifts: Mapping[str, Sequence[str]] | None, *, by: PersonId | None
    ) -> Agent:
        """
        When an agent works, as {"mon-fri": ["09:00-17:00"]} in their own zone; None for no shifts.

        Raises InvalidInput for hours that cannot be read, NotAnAgent.
        """
        with self._database.write() as connection:
            agent = self._set_shifts(connection, agent_id, shifts, by)
        self._changed()
        return agent

    def _set_shifts(
        self,
        connection: Connection,
        agent_id: PersonId,
        shifts: Mapping[str, Sequence[str]] | None,
        by: PersonId | None,
    ) -> Agent:
        _lock_load(connection, agent_id)
        as_oneself_or_lead(connection, by, agent_id, "change when others are there")
        try:
            roster.shift_calendar(shifts, known_person(connection, agent_id).tz)
        except ValueError as fault:
            raise InvalidInput("shifts", str(fault)) from fault
        stored = {days: list(hours) for days, hours in shifts.items()} if shifts else None
        before = connection.execute(select(agents.c.shifts).where(agents.c.id == agent_id)).scalar() or None
        record(connection, agent_id, Changed.SHIFTS, (before, stored), by=by, now=self._clock())
        connection.execute(update(agents).where(agents.c.id == agent_id).values(shifts=stored))
        roster.refresh(connection, agent_id, self._clock())
        return known_agent(connection, agent_id)

    def shifts(self, agent_id: PersonId) -> Mapping[str, Sequence[str]] | None:
        """When an agent works, as `set_shifts` takes it; None for no shifts."""
        if not is_id(agent_id):
            return None
        with self._database.read() as connection:
            stored = connection.execute(select(agents.c.shifts).where(agents.c.id == agent_id)).scalar()
        return stored or None

    @use_case
    def add_leave(self, agent_id: PersonId, start: datetime, end: datetime, *, by: PersonId | None) -> Agent:
        """An agent is not there from `start` to `end`. Raises InvalidInput, NotAnAgent."""
        with self._database.write() as connection:
            return self._add_leave(connection, agent_id, start, end, by)

    def _add_leave(
        self, connection: Connection, agent_id: PersonId, start: datetime, end: datetime, by: PersonId | None
    ) -> Agent:
        start, end = checked_instant("start", start), checked_instant("end", end)
        if end <= start:
            raise InvalidInput("end", "A leave ends after it begins.")
        _lock_load(connection, agent_id)
        as_oneself_or_lead(connection, by, agent_id, "change when others are there")
        row = {"agent_id": agent_id, "starts_at": to_us(start), "ends_at": to_us(end)}
        if connection.execute(LEAVE, row).first() is not None:
            raise InvalidInput("start", "A leave begins then already.")
        connection.execute(insert(agent_leaves), row)
        change = (None, [row["starts_at"], row["ends_at"]])
        record(connection, agent_id, Changed.LEAVE, change, by=by, now=self._clock())
        roster.refresh(connection, agent_id, self._clock())
        return known_agent(connection, agent_id)

    def leaves(self, agent_id: PersonId) -> list[tuple[datetime, datetime]]:
        """When an agent is on leave, now or later: from and until, the first first."""
        with self._database.read() as connection:
            found = connection.execute(roster.LEAVES, {"agent": agent_id, "now": to_us(self._clock())})
            return [(from_us(row.starts_at), from_us(row.ends_at)) for row in found]

    def _end_leave(self, connection: Connection, agent_id: PersonId, start: datetime, by: PersonId | None) -> None:
        """A leave is taken back; one that is there no more is none."""
        _lock_load(connection, agent_id)
        as_oneself_or_lead(connection, by, agent_id, "change when others are there")
        key = {"agent_id": agent_id, "starts_at": to_us(start)}
        row = connection.execute(LEAVE, key).first()
        if row is None:
            return
        connection.execute(END_LEAVE, key)
        record(connection, agent_id, Changed.LEAVE, ([row.starts_at, row.ends_at], None), by=by, now=self._clock())
        roster.refresh(connection, agent_id, self._clock())

    def roster_step(self, now: datetime) -> datetime | None:
        """Let shifts, leaves and absences begin and end; returns when the next one does, None for never."""
        with self._database.read() as connection:
            due = roster.due(connection, now)
        for agent_id in due:
            self._refresh_roster(agent_id, now)
        if due:
            self._changed()  # whose shift begins may take what waits
        with self._database.read() as connection:
            return roster.next_change(connection)

    @use_case
    def _refresh_roster(self, agent_id: PersonId, now: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(LOCKED_LOAD, {"person": agent_id})
            roster.refresh(connection, agent_id, now)


def _lock_load(connection: Connection, agent_id: PersonId) -> None:
    """Whoever changes an agent does so alone. Raises NotAnAgent."""
    if not is_id(agent_id) or connection.execute(LOCKED_LOAD, {"person": agent_id}).one_or_none() is None:
        raise NotAnAgent(agent_id)


def known_person(connection: Connection, person_id: PersonId) -> Person:
    """Raises PersonNotFound."""
    row = connection.execute(PERSON, {"person": person_id}).mappings().one_or_none() if is_id(person_id) else None
    if row is None:
        raise PersonNotFound(person_id)
    return person_from(row)


def _person_by_ref(connection: Connection, external_ref: str) -> Person | None:
    found = connection.execute(PERSON_BY_REF, {"ref": external_ref}) if is_key(external_ref) else None
    row = None if found is None else found.mappings().one_or_none()
    return None if row is None else person_from(row)


def customer_of(connection: Connection, person_id: PersonId) -> Customer:
    """Raises PersonNotFound."""
    rows = run(connection, CUSTOMER, {"person": person_id}) if is_id(person_id) else []
    if not rows:
        raise PersonNotFound(person_id)
    return customer_from(rows[0])


def customer_from(row: Any) -> Customer:
    """The customer of a row with the columns of `CUSTOMER`."""
    tier = Tier(row.tier or row.organization_tier or Tier.STANDARD)
    return Customer(PersonId(row.id), row.name, tier, row.organization_id, row.organization)


def _organization_of(customer: Customer) -> list[str] | None:
    """What the audit log keeps of a customer's organization."""
    return None if customer.organization_name is None else [customer.organization_name, customer.tier.value]


def agent_of(connection: Connection, person_id: PersonId) -> Agent | None:
    """The agent with skills and load, or None."""
    row = connection.execute(AGENT, {"person": person_id}).one_or_none() if is_id(person_id) else None
    if row is None:
        return None
    skills = {each.category: each.level for each in connection.execute(SKILLS_OF_ONE, {"person": person_id})}
    return _agent_from(row, skills)


def known_agent(connection: Connection, person_id: PersonId) -> Agent:
    """Raises NotAnAgent."""
    agent = agent_of(connection, person_id)
    if agent is None:
        raise NotAnAgent(person_id)
    return agent


def _agent_from(row: Any, skills: Mapping[str, int]) -> Agent:
    return Agent(
        id=PersonId(row.id),
        name=row.name,
        skills=skills,
        current_load=row.load,
        max_load=row.max_load,
        is_available=row.is_available,
        is_senior=row.is_senior,
        away_until=from_us(row.away_until),
        last_assigned_at=from_us(row.last_assigned_at) if row.last_assigned_at != NEVER else None,
    )
