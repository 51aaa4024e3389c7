"""
Who could take a ticket, from the database: each strategy walks one index in the order that `ticketing.routing` defines.

Ten candidates are enough to choose from and to say why; the index hands them over in order, however many agents there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from ticketing import routing
from ticketing.configuration import Category, Configuration
from ticketing.instants import from_us
from ticketing.model import PersonId, Priority, Strategy, Ticket
from ticketing.prepared import run
from ticketing.routing import Candidate, RoutingReason
from ticketing.tables import agent_skills, people, tickets

Row = Any
"""A row of one of the statements below."""

ENOUGH = routing.SHOWN + 1

_skill = agent_skills.c
_SOME_WAIT = (
    select(func.min(tickets.c.category)).where(tickets.c.queue_rank.is_not(None)).scalar_subquery().label("some_wait")
)
"""A category in which a ticket waits: one step in the index, and mostly there is none."""
_COLUMNS = select(
    _skill.agent_id, _skill.level, _skill.load, _skill.max_load, _skill.last_assigned_at, _skill.is_senior, _SOME_WAIT
).where(_skill.category == bindparam("category"), _skill.agent_id != bindparam("customer_id"))
_IS_NAMED = _skill.agent_id.in_(
    select(people.c.id).where(people.c.external_ref.in_(bindparam("holders", expanding=True)))
)
_IDLE = (_skill.last_assigned_at, _skill.agent_id)
_ORDERS: dict[Strategy, tuple[Any, ...]] = {
    Strategy.LEAST_LOADED: (_skill.load, *_IDLE),
    Strategy.ROUND_ROBIN: _IDLE,
    Strategy.MOST_SKILLED: (_skill.level.desc(), _skill.load, *_IDLE),
}
# The predicates stand as the indexes have them, so that a prepared plan may use them.
_FREE = _COLUMNS.where(_skill.is_available, _skill.load < _skill.max_load)
_THERE = _COLUMNS.where(_skill.is_available)


def _few(statement: Select[Any]) -> Select[Any]:
    return statement.limit(ENOUGH)


PICK = {strategy: _few(_FREE.order_by(*order)) for strategy, order in _ORDERS.items()}
PICK_SENIOR = {strategy: _few(_FREE.where(_skill.is_senior).order_by(*order)) for strategy, order in _ORDERS.items()}
PICK_URGENT = _few(_THERE.order_by(*_ORDERS[Strategy.MOST_SKILLED]))
PICK_URGENT_SENIOR = _few(_THERE.where(_skill.is_senior).order_by(*_ORDERS[Strategy.MOST_SKILLED]))
ONE_OF_SKILL = _THERE.where(_skill.agent_id == bindparam("agent"))

WAITS_BEFORE_IN = (
    select(tickets.c.id)
    .where(
        tickets.c.category.in_(bindparam("categories", expanding=True)),
        tickets.c.queue_rank <= bindparam("rank"),
        tickets.c.queue_rank.is_not(None),
        tickets.c.customer_id != bindparam("agent"),
    )
    .limit(1)
)
SKILLS = select(agent_skills.c.category).where(agent_skills.c.agent_id == bindparam("agent"))

_first_of_others = (
    select(tickets.c.queue_rank)
    .where(
        tickets.c.category == agent_skills.c.category,
        tickets.c.queue_rank.is_not(None),
        tickets.c.customer_id != bindparam("agent"),
    )
    .order_by(tickets.c.queue_rank)
    .limit(1)
    .correlate(agent_skills)
    .scalar_subquery()
)
# Not a join: a step in the queue for each skill, whatever a planner makes of how many wait.
WAITS_BEFORE = (
    select(agent_skills.c.category)
    .where(agent_skills.c.agent_id == bindparam("agent"), _first_of_others <= bindparam("rank"))
    .limit(1)
)
"""The same in one statement, where every skill is named as its category: of two alike the older goes first."""

EXTERNAL_REF = select(people.c.external_ref).where(people.c.id == bindparam("agent"))
NEXT_WAITING_CATEGORY = select(func.min(tickets.c.category)).where(
    tickets.c.queue_rank.is_not(None), tickets.c.category > bindparam("category")
)


def waiting_categories(connection: Connection) -> list[str]:
    """The categories in which a ticket waits, also one that the configuration has dropped: a step in the index for each."""
    found: list[str] = []
    after = ""
    while (category := connection.execute(NEXT_WAITING_CATEGORY, {"category": after}).scalar()) is not None:
        found.append(category)
        after = category
    return found


def somebody_free(
    connection: Connection, category: Category, *, is_urgent: bool, holders: frozenset[str] | None = None
) -> PersonId | None:
    """Who would be given a ticket of that category, whoever's ticket it was."""
    nobody = {"category": category.skill, "customer_id": 0}
    statement = PICK_URGENT if is_urgent else PICK[category.strategy]
    first = next(iter(_read(connection, statement, nobody, holders)), None)
    return None if first is None else PersonId(first.agent_id)


def _able(
    connection: Connection,
    ticket: Ticket,
    category: Category,
    *,
    last_agent: PersonId | None,
    holders: frozenset[str] | None = None,
) -> list[Row]:
    """
    Those who could take the ticket by the automatic, best first, with the last agent among them if they can.

    `holders` names the only ones who may, by outside reference.
    """
    values = {"category": category.skill, "customer_id": ticket.customer_id}
    is_urgent = ticket.priority is Priority.URGENT
    found: list[Row] = []
    if ticket.is_escalated:
        found = _read(connection, PICK_URGENT_SENIOR if is_urgent else PICK_SENIOR[category.strategy], values, holders)
    if not found:
        found = _read(connection, PICK_URGENT if is_urgent else PICK[category.strategy], values, holders)
    if last_agent is not None and all(row.agent_id != last_agent for row in found):
        found += _read(connection, ONE_OF_SKILL, values | {"agent": last_agent}, holders)
    return found


def pick(
    connection: Connection,
    ticket: Ticket,
    category: Category,
    *,
    last_agent: PersonId | None = None,
    holders: frozenset[str] | None = None,
) -> RoutingReason:
    """Whom the automatic would choose now, and why; `chosen` is None when nobody can take it."""
    found = _able(connection, ticket, category, last_agent=last_agent, holders=holders)
    return routing.choose(
        ticket.category,
        ticket.priority,
        category.strategy,
        [_candidate(row) for row in found],
        is_escalated=ticket.is_escalated,
        last_agent=last_agent,
        some_wait=any(row.some_wait is not None for row in found),
    )


def waits_before(
    connection: Connection,
    configuration: Configuration,
    agent_id: PersonId,
    rank: int,
    holders: Callable[[Category], frozenset[str] | None],
) -> bool:
    """Whether a ticket that the agent could take waits before a new one of that rank; of `holders`, only those may."""
    values = {"agent": agent_id, "rank": rank}
    shut = _shut_to(connection, configuration, agent_id, holders)
    if not shut and all(category.skill == category.key for category in configuration.categories):
        return bool(run(connection, WAITS_BEFORE, values))
    skills = {row.category for row in connection.execute(SKILLS, {"agent": agent_id})}
    categories = [key for key in routing.categories_of(configuration, skills) if key not in shut]
    return connection.execute(WAITS_BEFORE_IN, values | {"categories": categories}).first() is not None


def _shut_to(
    connection: Connection,
    configuration: Configuration,
    agent_id: PersonId,
    holders: Callable[[Category], frozenset[str] | None],
) -> frozenset[str]:
    """The private categories of which the agent is not to be given a ticket."""
    if not configuration.private_categories:
        return frozenset()
    ref = connection.execute(EXTERNAL_REF, {"agent": agent_id}).scalar()
    named = ((each.key, holders(each)) for each in configuration.private_categories)
    return frozenset(key for key, refs in named if refs is not None and ref not in refs)


def _read(
    connection: Connection, statement: Select[Any], values: dict[str, Any], holders: frozenset[str] | None = None
) -> list[Row]:
    if holders is None:
        return run(connection, statement, values)
    # Chosen and not a further clause of the prepared statements: those are for every ticket, this for the few.
    named = statement.where(_IS_NAMED), values | {"holders": sorted(holders)}
    return list(connection.execute(*named).all())


def _candidate(row: Row) -> Candidate:
    return Candidate(
        agent_id=PersonId(row.agent_id),
        level=row.level,
        load=row.load,
        max_load=row.max_load,
        last_assigned_at=from_us(row.last_assigned_at) if row.last_assigned_at else None,
        is_senior=row.is_senior,
    )
