"""
Which rows of the outbox may be sent now, and in which lane.

What overtakes all else (alerts) has a lane of its own, so that it waits neither for the batch of cards that a worker has
just taken up nor for the calls that this makes. The lanes share the places: of each place one row at a time is sent, and
while something ahead waits there, nothing of the rest is. What takes long to draw (reports) comes behind, in a lane and in
places of its own, so that nothing waits for it.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)

from ticketing.instants import from_us, to_us
from ticketing.tables import outbox

AHEAD_FROM = 10
"""From this priority on a row goes in the lane of its own."""

PAGE = 200
"""How many rows one look reads. A further look is needed only when the rows before it stand in few places."""


BEHIND = -1
"""The priority of what takes long to draw, and of nothing else: what merely comes last of the rest ranks lower still."""


LONGEST_AHEAD_S, LONGEST_S = 90, 600
"""
No wait and no lease (machine time) is longer, of what is ahead and of all else. One whose end lies further off was written
before the clock of the machine was set back, and is over; what Slack asks to wait for longer is known besides (`Pace`).
"""


class Lane(Enum):
    """What a worker takes: all that is drawn at once, or one of the two parts of it; or what takes long."""

    ALL = auto()
    AHEAD = auto()
    REST = auto()
    BEHIND = auto()


_row = outbox.c
# Literals, so that the planner sees that the partial indexes over what waits apply.
_WAITING: ColumnElement[bool] = _row.state == literal_column("'waiting'")
_AHEAD: ColumnElement[bool] = _row.priority >= literal_column(str(AHEAD_FROM))
_BEHIND: ColumnElement[bool] = _row.priority == literal_column(str(BEHIND))
_OF_LANE: dict[Lane, ColumnElement[bool]] = {
    Lane.ALL: ~_BEHIND,
    Lane.AHEAD: _AHEAD,
    Lane.REST: and_(~_BEHIND, _row.priority < literal_column(str(AHEAD_FROM))),
    Lane.BEHIND: _BEHIND,
}
_NOW = bindparam("now", type_=BigInteger)
_LONGEST = case(
    (_AHEAD, literal_column(str(LONGEST_AHEAD_S * 1_000_000))), else_=literal_column(str(LONGEST_S * 1_000_000))
)


def lies_ahead(end: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a wait or a lease of a row, which is to end then, is not over."""
    return and_(end > _NOW, end <= _NOW + _LONGEST)


def is_over(end: ColumnElement[Any]) -> ColumnElement[bool]:
    """Of what is no row of the outbox: whether its wait or lease is over at `now`, or was written before a clock was set back."""
    return or_(end <= _NOW, end > _NOW + literal_column(str(LONGEST_S * 1_000_000)))


def _is_waited_for(row: Row[Any], at: int) -> bool:
    longest = LONGEST_AHEAD_S if row.priority >= AHEAD_FROM else LONGEST_S
    return row.retry_after is not None and at < row.retry_after <= at + longest * 1_000_000


# Not made distinct by the place itself, or SQLite would walk all that waits by its place.
IN_FLIGHT = select(_row.place).where(_WAITING, lies_ahead(_row.lease_until))
PLACES_AHEAD = select((_row.place + literal_column("''")).label("place")).where(_WAITING, _AHEAD).distinct()


def _look(lane: Lane) -> Select[Any]:
    return (
        select(outbox)
        .where(_WAITING, _OF_LANE[lane], _row.place.not_in(bindparam("seen", expanding=True)))
        .order_by(_row.priority.desc(), _row.id)
        .limit(bindparam("page"))
    )


def _next(column: ColumnElement[Any], lane: Lane) -> Select[Any]:
    return select(func.min(column)).where(_WAITING, column > bindparam("now"), _OF_LANE[lane])


LOOKS = {lane: _look(lane) for lane in Lane}
WAITS = {lane: (_next(_row.retry_after, lane), _next(_row.lease_until, lane)) for lane in Lane}


def ready(connection: Connection, now: datetime, limit: int, lane: Lane) -> list[Row[Any]]:
    """The first row of each place that nothing holds back at `now` (machine time), best first."""
    at = to_us(now)
    found: list[Row[Any]] = []
    seen = {row.place for row in connection.execute(IN_FLIGHT, {"now": at})}
    if lane is Lane.REST:
        seen |= {row.place for row in connection.execute(PLACES_AHEAD)}
    while len(found) < limit:
        rows = connection.execute(LOOKS[lane], {"seen": sorted(seen), "page": PAGE}).all()
        for row in rows:
            if row.place in seen:
                continue
            seen.add(row.place)
            if not _is_waited_for(row, at):
                found.append(row)
        if len(rows) < PAGE:
            break
    return found[:limit]


def next_wait(connection: Connection, now: datetime, lane: Lane) -> datetime | None:
    """The next end of a wait or of a lease after `now`."""
    ends = [connection.execute(look, {"now": to_us(now)}).scalar() for look in WAITS[lane]]
    return from_us(min((end for end in ends if end is not None), default=None))
