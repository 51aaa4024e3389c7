"""One person as leads see and change them: all at once, and only if nobody else has changed them meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select, update

from ticketing.desk import roster
from ticketing.desk.base import use_case
from ticketing.desk.people import agent_of, customer_of, known_person
from ticketing.desk.roles import as_lead
from ticketing.desk.team import AgentTerms, Team, checked_agent
from ticketing.desk.team_log import Changed, TeamChange, changes, record
from ticketing.errors import InvalidInput, StaleMember
from ticketing.instants import from_us, to_us
from ticketing.model import Agent, Customer, Person, PersonId, Role, Tier
from ticketing.tables import agents, customers, organizations, people

BY_HAND = select(people.c.is_agent_by_hand).where(people.c.id == bindparam("person"))
LOCKED_PERSON = select(people.c.id).where(people.c.id == bindparam("person")).with_for_update()
SHIFTS = select(agents.c.shifts).where(agents.c.id == bindparam("person"))
TIERS = (
    select(customers.c.tier, organizations.c.tier.label("organization_tier"))
    .select_from(customers.outerjoin(organizations))
    .where(customers.c.id == bindparam("person"))
)
FOLLOWED = (
    select(agents.c.id)
    .select_from(agents.join(people, people.c.id == agents.c.id))
    .where(agents.c.is_active, people.c.is_agent_by_hand.is_(False))
)


class Assignable(StrEnum):
    """Whether tickets can be assigned to somebody: said by hand, or as the membership of a channel or user group has it."""

    YES = "yes"
    NO = "no"
    FOLLOWS = "follows"


@dataclass(frozen=True)
class Member:
    """
    All that leads know and change of a person.

    `agent` is None of whom tickets are not assigned to; `own_tier` is None where it is the organization's; `seen` is the
    number of the last change, to be given back with the next.
    """

    person: Person
    customer: Customer
    agent: Agent | None
    assignable: Assignable
    shifts: Mapping[str, Sequence[str]] | None
    leaves: tuple[tuple[datetime, datetime], ...]
    own_tier: Tier | None
    organization_tier: Tier | None
    last_change: TeamChange | None

    @property
    def seen(self) -> int:
        return self.last_change.number if self.last_change else 0


@dataclass(frozen=True, kw_only=True)
class MemberChange:
    """
    What a person is to be. `available`, `leave` and `ended_leaves` (by their beginning) are left as they are by None and by
    nothing; so is the organization, which "" takes away.
    """

    role: Role
    assignable: Assignable
    skills: Mapping[str, int]
    max_load: int | None
    is_senior: bool
    shifts: Mapping[str, Sequence[str]] | None
    tier: Tier | None
    available: bool | None = None
    leave: tuple[datetime, datetime] | None = None
    ended_leaves: tuple[datetime, ...] = ()
    organization: str | None = None
    organization_tier: Tier = Tier.STANDARD


class Membership(Team):
    """See `ticketing.desk.Desk`."""

    def member(self, person_id: PersonId) -> Member:
        """Raises PersonNotFound."""
        with self._database.read() as connection:
            key = {"person": person_id}
            person, agent = known_person(connection, person_id), agent_of(connection, person_id)
            by_hand = connection.execute(BY_HAND, key).scalar_one()
            leaves = connection.execute(roster.LEAVES, {"agent": person_id, "now": to_us(self._clock())})
            tiers = connection.execute(TIERS, key).one_or_none()
            return Member(
                person=person,
                customer=customer_of(connection, person_id),
                agent=agent,
                assignable=(Assignable.YES if agent else Assignable.NO) if by_hand else Assignable.FOLLOWS,
                shifts=connection.execute(SHIFTS, key).scalar() or None,
                leaves=tuple((from_us(row.starts_at), from_us(row.ends_at)) for row in leaves),
                own_tier=Tier(tiers.tier) if tiers and tiers.tier else None,
                organization_tier=Tier(tiers.organization_tier) if tiers and tiers.organization_tier else None,
                last_change=next(iter(changes(connection, person_id, 1)), None),
            )

    def change_member(self, person_id: PersonId, change: MemberChange, *, seen: int, by: PersonId) -> Member:
        """
        Make a person what they are to be, all of it or nothing.

        `seen` is `Member.seen` of what was changed: StaleMember if somebody was faster. What is held by who leaves goes
        back to the queue. Raises NotAllowed, PersonNotFound, InvalidInput.
        """
        terms = checked_agent(change.skills, max_load=change.max_load, is_senior=change.is_senior)
        if change.role is Role.CUSTOMER and change.assignable is Assignable.YES:
            raise InvalidInput("assignable", "A customer takes no tickets. Choose No, or another role.")
        if change.role is Role.CUSTOMER and change.assignable is Assignable.FOLLOWS and self.agent(person_id):
            raise InvalidInput("assignable", "They would be an agent again as a member of the channel. Choose No.")
        has_left = self._change_member(person_id, change, terms, seen, by)
        if has_left:
            self._give_back_all(person_id, by)
        self._changed()  # there may be room for what waits
        return self.member(person_id)

    @use_case
    def _change_member(
        self, person_id: PersonId, change: MemberChange, terms: AgentTerms, seen: int, by: PersonId
    ) -> bool:
        """Whether they were an agent and are none any more."""
        with self._database.write() as connection:
            as_lead(connection, by, "change the team")
            known_person(connection, person_id)
            connection.execute(LOCKED_PERSON, {"person": person_id})
            last = next(iter(changes(connection, person_id, 1)), None)
            if last is not None and last.number != seen:
                raise StaleMember(person_id, last.by, last.at)
            was_agent = agent_of(connection, person_id) is not None
            if known_person(connection, person_id).role is not change.role:
                self._set_role_in(connection, person_id, change.role, by)
            self._set_assignable(connection, person_id, change, terms, by)
            if agent_of(connection, person_id) is not None:
                self._set_presence(connection, person_id, change, by)
            self._set_terms_of_customer(connection, person_id, change, by)
            return was_agent and agent_of(connection, person_id) is None

    def _set_assignable(
        self, connection: Connection, person_id: PersonId, change: MemberChange, terms: AgentTerms, by: PersonId
    ) -> None:
        is_agent = agent_of(connection, person_id) is not None
        by_hand = bool(connection.execute(BY_HAND, {"person": person_id}).scalar_one())
        follows = change.assignable is Assignable.FOLLOWS
        if follows is by_hand:
            connection.execute(update(people).where(people.c.id == person_id).values(is_agent_by_hand=not follows))
            record(connection, person_id, Changed.FOLLOWS, (not by_hand, follows), by=by, now=self._clock())
        if change.assignable is Assignable.YES or (follows and is_agent):
            self._make_agent_in(connection, person_id, terms, by=by, following=follows)
        elif is_agent and not follows:
            self._remove_agent_in(connection, person_id, by)

    def _set_presence(self, connection: Connection, person_id: PersonId, change: MemberChange, by: PersonId) -> None:
        if (connection.execute(SHIFTS, {"person": person_id}).scalar() or None) != _stored(change.shifts):
            self._set_shifts(connection, person_id, change.shifts, by)
        for start in change.ended_leaves:
            self._end_leave(connection, person_id, start, by)
        if change.leave is not None:
            self._add_leave(connection, person_id, *change.leave, by)
        if change.available is not None:
            self._set_available(connection, person_id, available=change.available, by=by)

    def _set_terms_of_customer(
        self, connection: Connection, person_id: PersonId, change: MemberChange, by: PersonId
    ) -> None:
        self._set_tier(connection, person_id, change.tier, by)
        if change.organization:
            self._set_organization(connection, person_id, change.organization, change.organization_tier, by)
        elif change.organization is not None:
            self._leave_organization(connection, person_id, by)

    # --- following a channel or a user group --------------------------------------------------------------------------

    def follow_members(self, members: Collection[PersonId], *, skills: Mapping[str, int]) -> None:
        """
        Make agents of these people, and of nobody else who is one only because of this; whoever was made one or removed
        by hand stays that. New ones begin with `skills`.
        """
        with self._database.read() as connection:
            followed = {PersonId(row.id) for row in connection.execute(FOLLOWED)}
        for person_id in sorted(set(members) - followed):
            self._follow(person_id, skills)
        for person_id in sorted(followed - set(members)):
            if self._unfollow(person_id):
                self._give_back_all(person_id, None)

    @use_case
    def _follow(self, person_id: PersonId, skills: Mapping[str, int]) -> None:
        terms = checked_agent(skills, max_load=None, is_senior=False)
        with self._database.write() as connection:
            connection.execute(LOCKED_PERSON, {"person": person_id})
            by_hand = connection.execute(BY_HAND, {"person": person_id}).scalar()
            if by_hand is False and agent_of(connection, person_id) is None:
                self._make_agent_in(connection, person_id, terms, by=None, following=True)
        self._changed()

    @use_case
    def _unfollow(self, person_id: PersonId) -> bool:
        """Whether they were an agent by this until now."""
        with self._database.write() as connection:
            connection.execute(LOCKED_PERSON, {"person": person_id})
            by_hand = connection.execute(BY_HAND, {"person": person_id}).scalar()
            if by_hand or agent_of(connection, person_id) is None:
                return False
            person = self._remove_agent_in(connection, person_id, None, following=True)
            if person.role is Role.AGENT:
                as_customer = update(people).where(people.c.id == person_id).values(role=int(Role.CUSTOMER))
                connection.execute(as_customer)
            return True


def _stored(shifts: Mapping[str, Sequence[str]] | None) -> dict[str, list[str]] | None:
    return {days: list(hours) for days, hours in shifts.items()} if shifts else None
