"""Which deadlines that were warned about have come as near as a message counts down to; found by the index of what is due."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from ticketing.desk.base import DeskBase
from ticketing.instants import from_us, to_us
from ticketing.model import PersonId, TicketRef
from ticketing.tables import sla_clocks

MINUTES = (30, 15, 5)
"""How near a deadline is when that is said."""

MOST = 500
"""So many at one look: where more fall due together they stand in one message, which counts no minutes."""

_clock = sla_clocks.c
_RUNS = (_clock.ended_at.is_(None), _clock.breached_at.is_(None))
COMING = (
    select(_clock.customer_id, _clock.ticket_id)
    .where(
        *_RUNS,
        _clock.due_at > bindparam("after"),
        _clock.due_at <= bindparam("until"),
        _clock.warned_at.is_not(None),
    )
    .order_by(_clock.due_at)
    .limit(MOST)
)
FOLLOWING = select(func.min(_clock.due_at)).where(*_RUNS, _clock.due_at > bindparam("after"))


class Countdown(DeskBase):
    """See `ticketing.desk.Desk`."""

    def counted_down(self, since: datetime, now: datetime) -> list[TicketRef]:
        """Tickets with a warned deadline that has come as near as one of MINUTES after `since` and by `now`."""
        found: dict[TicketRef, None] = {}
        with self._database.read() as connection:
            for minutes in MINUTES:
                ahead = timedelta(minutes=minutes)
                between = {"after": to_us(since + ahead), "until": to_us(now + ahead)}
                rows = connection.execute(COMING, between)
                found |= dict.fromkeys(TicketRef(PersonId(row.customer_id), row.ticket_id) for row in rows)
        return list(found)

    def next_countdown(self, now: datetime) -> datetime | None:
        """When the next deadline comes so near."""
        instants = []
        with self._database.read() as connection:
            for minutes in MINUTES:
                ahead = timedelta(minutes=minutes)
                due_at = from_us(connection.execute(FOLLOWING, {"after": to_us(now + ahead)}).scalar())
                instants += [] if due_at is None else [due_at - ahead]
        return min(instants, default=None)
