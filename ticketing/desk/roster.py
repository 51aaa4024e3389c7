"""
Who is there: shifts, leaves and absences, turned into the one flag that routing looks at.

The rule is applied at its boundaries, which are stored: so somebody who says "back" outside their shift is there until the
next one begins or ends, and a look costs what changes, not how many agents there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from ticketing.calendars import Calendar, is_open, open_periods
from ticketing.instants import from_us, to_us
from ticketing.model import PersonId
from ticketing.opening_hours import parse_windows
from ticketing.tables import agent_leaves, agent_loads, agent_skills, agents, people

ROSTER = (
    select(agents.c.is_active, agents.c.is_away, agents.c.away_until, agents.c.shifts, people.c.tz)
    .select_from(agents.join(people, people.c.id == agents.c.id))
    .where(agents.c.id == bindparam("agent"))
)
LEAVES = (
    select(agent_leaves.c.starts_at, agent_leaves.c.ends_at)
    .where(agent_leaves.c.agent_id == bindparam("agent"), agent_leaves.c.ends_at > bindparam("now"))
    .order_by(agent_leaves.c.starts_at)
)
IS_AVAILABLE = select(agent_loads.c.is_available).where(agent_loads.c.agent_id == bindparam("agent"))
DUE = select(agents.c.id).where(agents.c.next_change_at <= bindparam("now")).order_by(agents.c.id)
NEXT_CHANGE = select(func.min(agents.c.next_change_at)).where(agents.c.next_change_at.is_not(None))


def shift_calendar(shifts: Mapping[str, Sequence[str]] | None, tz: str) -> Calendar | None:
    """The shifts as a calendar in the agent's zone; None for no shifts. Raises ValueError if they cannot be read."""
    return Calendar(name="shifts", zone=tz, windows=parse_windows(shifts)) if shifts else None


def due(connection: Connection, now: datetime) -> list[PersonId]:
    """Whose presence changes at or before `now`."""
    return [PersonId(row.id) for row in connection.execute(DUE, {"now": to_us(now)})]


def next_change(connection: Connection) -> datetime | None:
    """When somebody's presence changes next."""
    instant = connection.execute(NEXT_CHANGE).scalar()
    return None if instant is None else from_us(instant)


def refresh(connection: Connection, agent_id: PersonId, now: datetime) -> None:
    """Apply the rule: there is who is on shift, not on leave and not away."""
    row = connection.execute(ROSTER, {"agent": agent_id}).one()
    if row.away_until is not None and row.away_until <= to_us(now):
        back = {"is_away": False, "away_until": None}
        connection.execute(update(agents).where(agents.c.id == agent_id).values(back))
    apply(connection, agent_id, available=is_there(connection, agent_id, now), now=now)


def is_there(connection: Connection, agent_id: PersonId, at: datetime) -> bool:
    """Whether the rule has an agent there at that instant, as far as is known now."""
    row = connection.execute(ROSTER, {"agent": agent_id}).one()
    shifts = shift_calendar(row.shifts, row.tz)
    on_shift = shifts is None or is_open(shifts, at)
    on_leave = any(leave.starts_at <= to_us(at) for leave in _leaves(connection, agent_id, at))
    is_away = row.is_away and (row.away_until is None or row.away_until > to_us(at))
    return bool(row.is_active) and on_shift and not is_away and not on_leave


def apply(connection: Connection, agent_id: PersonId, *, available: bool, now: datetime) -> None:
    """Set the flag where routing looks, since when they are there again, and when to think of it again."""
    is_back = available and not connection.execute(IS_AVAILABLE, {"agent": agent_id}).scalar()
    for table in (agent_loads, agent_skills):
        connection.execute(update(table).where(table.c.agent_id == agent_id).values(is_available=available))
    row = connection.execute(ROSTER, {"agent": agent_id}).one()
    change = _next_boundary(row, _leaves(connection, agent_id, now), now)
    values = {"next_change_at": change} | ({"back_at": to_us(now)} if is_back else {})
    connection.execute(update(agents).where(agents.c.id == agent_id).values(values))


def _leaves(connection: Connection, agent_id: PersonId, now: datetime) -> Sequence[Row[Any, Any]]:
    return connection.execute(LEAVES, {"agent": agent_id, "now": to_us(now)}).all()


def _next_boundary(row: Row[Any, Any, Any, Any, Any], leaves: Sequence[Row[Any, Any]], now: datetime) -> int | None:
    boundaries = [row.away_until] if row.away_until is not None else []
    for leave in leaves:
        boundaries += [leave.starts_at, leave.ends_at]
    shifts = shift_calendar(row.shifts, row.tz)
    if shifts is not None:
        period = next(open_periods(shifts, now))
        boundaries += [to_us(period.start), to_us(period.end)]
    return min((boundary for boundary in boundaries if boundary > to_us(now)), default=None)
