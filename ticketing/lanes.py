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
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
)

from ticketing.instants import from_us, to_us
from ticketing.tables import outbox
from ticketing.waits import LONGEST_S, is_free, lies_ahead, seconds

AHEAD_FROM = 10
"""From this priority on a row goes in the lane of its own."""

PAGE = 200
"""How many rows one look reads. A further look is needed only when the rows before it stand in few places."""


BEHIND = -1
"""The priority of what takes long to draw, and of nothing else: what merely comes last of the rest ranks lower still."""


LONGEST_AHEAD_S = 90
"""No wait and no lease of what is ahead is longer; of all else `LONGEST_S` is the longest (`ticketing.waits`)."""


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
_LONGEST = case((_AHEAD, seconds(LONGEST_AHEAD_S)), else_=seconds(LONGEST_S))
IS_NOT_LEASED = is_free(_row.lease_until, _LONGEST)
IS_NOT_BACKING_OFF = is_free(_row.retry_after, _LONGEST)

# Not made distinct by the place itself, or SQLite would walk all that waits by its place.
IN_FLIGHT = select(_row.place).where(_WAITING, lies_ahead(_row.lease_until, _LONGEST))
PLACES_AHEAD = select((_row.place + literal_column("''")).label("place")).where(_WAITING, _AHEAD).distinct()


def _look(lane: Lane) -> Select[Any]:
    return (
        select(outbox, IS_NOT_BACKING_OFF.label("is_free"))
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
        rows = connection.execute(LOOKS[lane], {"seen": sorted(seen), "page": PAGE, "now": at}).all()
        for row in rows:
            if row.place in seen:
                continue
            seen.add(row.place)
            if row.is_free:
                found.append(row)
        if len(rows) < PAGE:
            break
    return found[:limit]


def next_wait(connection: Connection, now: datetime, lane: Lane) -> datetime | None:
    """The next end of a wait or of a lease after `now`."""
    ends = [connection.execute(look, {"now": to_us(now)}).scalar() for look in WAITS[lane]]
    return from_us(min((end for end in ends if end is not None), default=None))
