"""
Who could take a ticket, from the database: each strategy walks one index in the order that `ticketing.routing` defines.

Ten candidates are enough to choose from and to say why; the index hands them over in order, however many agents there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    FromClause,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
)

from ticketing import routing
from ticketing.categories import Category
from ticketing.configuration import Configuration
from ticketing.instants import from_us, to_us
from ticketing.model import PersonId, Priority, Strategy, Ticket
from ticketing.prepared import run
from ticketing.routing import Candidate, RoutingReason
from ticketing.tables import agent_skills, agents, given_back, people, tickets

Row = Any
"""A row of one of the statements below."""

ENOUGH = routing.SHOWN + 1

_given = given_back.c
_BEGAN_ANEW = func.coalesce(agents.c.back_at, literal_column("0"))


def _gave_it_back(agent: ColumnElement[Any], *from_tables: FromClause) -> Exists:
    """
    Whether an agent gave the ticket of the query around it away, in this run of it and since they were last there again.

    Then only they themselves take it again: who hands over at the end of a shift wants it back no more than who releases it.
    """
    return exists(
        select(_given.agent_id)
        .join_from(given_back, agents, agents.c.id == _given.agent_id)
        .where(
            _given.customer_id == tickets.c.customer_id,
            _given.ticket_id == tickets.c.id,
            _given.agent_id == agent,
            _given.given_back_at > tickets.c.sla_start_at,
            _given.given_back_at > _BEGAN_ANEW,
        )
        .correlate(tickets, *from_tables)
    )


_GIVEN_SINCE = (
    select(_given.agent_id)
    .join_from(given_back, agents, agents.c.id == _given.agent_id)
    .where(
        _given.customer_id == bindparam("customer"),
        _given.ticket_id == bindparam("ticket"),
        _given.given_back_at > _BEGAN_ANEW,
    )
)
GAVE_IT_BACK = _GIVEN_SINCE.where(_given.given_back_at > bindparam("since"))
GAVE_IT_BACK_BY_NOW = _GIVEN_SINCE.join(
    tickets, and_(tickets.c.customer_id == _given.customer_id, tickets.c.id == _given.ticket_id)
).where(_given.given_back_at > tickets.c.sla_start_at)

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
_IS_OTHER = _skill.agent_id.not_in(bindparam("others", expanding=True))
ONE_OF_SKILL = _THERE.where(_skill.agent_id == bindparam("agent"))


def is_for_somebody_there(*, is_urgent: bool, is_named: bool) -> Exists:
    """
    Whether somebody is there who can take the ticket of the query around it: not their own, and not given away by them.

    To be asked only where somebody is there for it at all: else every ticket of the queue would be looked at.
    """
    clauses: list[ColumnElement[bool]] = [
        _skill.category == bindparam("skill"),
        _skill.agent_id != tickets.c.customer_id,
        ~_gave_it_back(_skill.agent_id, agent_skills),
        _skill.is_available,
    ]
    if not is_urgent:
        clauses.append(_skill.load < _skill.max_load)
    if is_named:
        clauses.append(_IS_NAMED)
    return exists(select(_skill.agent_id).where(*clauses).correlate(tickets))


WAITS_BEFORE_IN = (
    select(tickets.c.id)
    .where(
        tickets.c.category.in_(bindparam("categories", expanding=True)),
        tickets.c.queue_rank <= bindparam("rank"),
        tickets.c.queue_rank.is_not(None),
        tickets.c.customer_id != bindparam("agent"),
        ~_gave_it_back(bindparam("agent")),
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
        ~_gave_it_back(bindparam("agent")),
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
) -> bool:
    """Whether somebody would be given a ticket of that category, whoever's ticket it was."""
    nobody = {"category": category.skill, "customer_id": 0}
    statement = PICK_URGENT if is_urgent else PICK[category.strategy]
    return bool(_read(connection, statement, nobody, holders))


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
    others = _who_gave_it_back(connection, ticket)
    is_urgent = ticket.priority is Priority.URGENT
    found: list[Row] = []
    if ticket.is_escalated:
        statement = PICK_URGENT_SENIOR if is_urgent else PICK_SENIOR[category.strategy]
        found = _read(connection, statement, values, holders, others)
    if not found:
        statement = PICK_URGENT if is_urgent else PICK[category.strategy]
        found = _read(connection, statement, values, holders, others)
    if last_agent is not None and all(row.agent_id != last_agent for row in found):
        found += _read(connection, ONE_OF_SKILL, values | {"agent": last_agent}, holders, others)
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


def _who_gave_it_back(connection: Connection, ticket: Ticket) -> list[int]:
    """Who is not to be given the ticket, since they had it and gave it away; of one that nobody ever had, nobody."""
    if ticket.last_agent_id is None:
        return []
    values = {"customer": ticket.customer_id, "ticket": ticket.number, "since": to_us(ticket.sla_start_at)}
    return [row.agent_id for row in run(connection, GAVE_IT_BACK, values)]


def _read(
    connection: Connection,
    statement: Select[Any],
    values: dict[str, Any],
    holders: frozenset[str] | None = None,
    others: Sequence[int] = (),
) -> list[Row]:
    """`holders`: only those may, by outside reference; `others`: not these."""
    if holders is None and not others:
        return run(connection, statement, values)
    # Chosen and not further clauses of the prepared statements: those are for every ticket, these for the few.
    if holders is not None:
        statement, values = statement.where(_IS_NAMED), values | {"holders": sorted(holders)}
    if others:
        statement, values = statement.where(_IS_OTHER), values | {"others": list(others)}
    return list(connection.execute(statement, values).all())


def _candidate(row: Row) -> Candidate:
    return Candidate(
        agent_id=PersonId(row.agent_id),
        level=row.level,
        load=row.load,
        max_load=row.max_load,
        last_assigned_at=from_us(row.last_assigned_at) if row.last_assigned_at else None,
        is_senior=row.is_senior,
    )
