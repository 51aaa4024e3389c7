"""When the shift of an agent begins and ends, and who is on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ticketing.calendars import Period, open_periods
from ticketing.desk import roster
from ticketing.desk.base import DeskBase
from ticketing.model import PersonId
from ticketing.tables import agent_loads, agents, people

AROUND = timedelta(days=2)
"""A shift is looked for this far around an instant: longer ones are cut off there."""

PRESENT = (
    select(agents.c.id, agents.c.shifts, people.c.tz)
    .select_from(
        agents.join(people, people.c.id == agents.c.id).join(agent_loads, agent_loads.c.agent_id == agents.c.id)
    )
    .where(agents.c.is_active, agent_loads.c.is_available, agents.c.shifts.is_not(None))
    .order_by(agents.c.id)
)


@dataclass(frozen=True)
class OnShift:
    """An agent at work: on which local date their shift began, and when it ends."""

    agent_id: PersonId
    began_on: date
    ends_at: datetime


class Shifts(DeskBase):
    """See `ticketing.desk.Desk`."""

    def shift(self, agent_id: PersonId, at: datetime | None = None) -> Period | None:
        """
        The agent's shift in which an instant (now) lies; None outside of any, and for agents without shifts.
        """
        with self._database.read() as connection:
            row = connection.execute(roster.ROSTER, {"agent": agent_id}).one_or_none()
        return _shift(row.shifts, row.tz, at or self._clock()) if row is not None else None

    def on_shift(self, now: datetime, *, known: Mapping[PersonId, datetime]) -> list[OnShift]:
        """
        Who is there and on a shift at `now`, save those `known` to be on one until later than that.

        So a look that remembers what it found reckons with an agent's hours once a shift, however often it looks.
        """
        with self._database.read() as connection:
            rows = connection.execute(PRESENT).all()
        found = []
        for row in rows:
            agent_id = PersonId(row.id)
            if agent_id in known and now < known[agent_id]:
                continue
            period = _shift(row.shifts, row.tz, now)
            if period is not None:
                found.append(OnShift(agent_id, period.start.astimezone(ZoneInfo(row.tz)).date(), period.end))
        return found


def _shift(shifts: Mapping[str, Sequence[str]] | None, tz: str, at: datetime) -> Period | None:
    calendar = roster.shift_calendar(shifts, tz)
    if calendar is None:
        return None
    around = open_periods(calendar, at - AROUND, at + AROUND)
    return next((period for period in around if period.start <= at < period.end), None)
