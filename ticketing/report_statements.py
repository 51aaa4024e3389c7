"""
The SQL of reports: what happened in a period, and how promises ended in it (docs/reports.md has each definition).

Every statement walks an index by the instants of its period, so that a report costs what happened in it, and what has
happened since where it says how things stood. Values that partial indexes are made for stand as literals.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
    union,
    union_all,
)

from ticketing.events import EventKind
from ticketing.model import ClockKind
from ticketing.tables import (
    HAS_VERDICT,
    IS_BROKEN,
    IS_HELD,
    IS_STEP,
    ratings,
    sla_clocks,
    sla_pauses,
    ticket_events,
    tickets,
)

BUCKET = timedelta(minutes=15)
"""Every zone's midnight falls on a quarter of an hour, so quarters counted by the database add up to local days."""

JUDGED_KINDS = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION)

_event, _clock, _ticket, _rating = ticket_events.c, sla_clocks.c, tickets.c, ratings.c
_start: Any = bindparam("start")
_end: Any = bindparam("end")
BUCKET_US = BUCKET // timedelta(microseconds=1)
_one_bucket: Any = literal_column(str(BUCKET_US), BigInteger)  # written out, so that it is the same in GROUP BY


def _in_period(column: Any) -> Any:
    return and_(column >= _start, column < _end)


def _bucket(column: Any) -> Any:
    return (column // _one_bucket).label("bucket")


# --- what happened ----------------------------------------------------------------------------------------------------

_later = ticket_events.alias("later")
_same_ticket = and_(_later.c.customer_id == _event.customer_id, _later.c.ticket_id == _event.ticket_id)


def _last(kind: EventKind, *conditions: Any) -> Any:
    """
    The `seq` of the last such entry of the same ticket, or 0.

    Asked whether there is one, PostgreSQL might read all there ever were of that kind.
    """
    found = select(func.max(_later.c.seq)).where(_same_ticket, _later.c.kind == kind.value, *conditions)
    return func.coalesce(found.scalar_subquery(), 0)


_is_undone = _last(EventKind.UNDONE, _later.c.to_value == cast(_event.seq, String)) > 0
_is_reopened = _last(EventKind.REOPENED) > _event.seq
_is_resolution = and_(
    IS_STEP,
    _event.to_value == "resolved",
    or_(_event.reason.is_(None), _event.reason != "undone"),
    ~_is_undone,
)
_over = ("resolved", "closed")
_backlog_change = case(
    (and_(_event.from_value.not_in(_over), _event.to_value.in_(_over)), -1),
    (and_(_event.from_value.in_(_over), _event.to_value.not_in(_over)), 1),
    else_=0,
)

OPENED = select(_bucket(_ticket.opened_at), func.count()).where(_in_period(_ticket.opened_at)).group_by(text("bucket"))
BACKLOG = select(_bucket(_event.at), func.sum(_backlog_change)).where(IS_STEP, _in_period(_event.at))
BACKLOG = BACKLOG.group_by(text("bucket"))
CAME_BACK = select(func.count()).where(
    IS_STEP,
    _in_period(_event.at),
    _event.from_value == "resolved",
    _event.to_value.not_in(_over),
    or_(_event.reason.is_(None), _event.reason != "undone"),
)
RESOLUTIONS = (
    select(_bucket(_event.at), _event.actor_id, func.count(), func.sum(case((_is_reopened, 1), else_=0)))
    .where(_is_resolution, _in_period(_event.at))
    .group_by(text("bucket"), _event.actor_id)
)

# What was unsolved at the start is what is unsolved now, less what was added since.
OPEN_NOW = union_all(
    select(func.count()).select_from(tickets).where(_ticket.queue_rank.is_not(None)),
    select(func.count()).select_from(tickets).where(IS_HELD),
)
OPENED_SINCE = select(func.count()).select_from(tickets).where(_ticket.opened_at >= _start)
CHANGED_SINCE = select(func.coalesce(func.sum(_backlog_change), 0)).where(IS_STEP, _event.at >= _start)

# Who held what at the end: of what is held now and what has taken a step since, by the log until then.
_moved = select(_event.customer_id, _event.ticket_id).where(IS_STEP, _event.at >= _end)
_candidate = union(select(_ticket.customer_id, _ticket.id.label("ticket_id")).where(IS_HELD), _moved).subquery()
_before = ticket_events.alias("before")


def _last_before_the_end(kind: EventKind) -> Any:
    return (
        select(_before.c.to_value)
        .where(
            _before.c.customer_id == _candidate.c.customer_id,
            _before.c.ticket_id == _candidate.c.ticket_id,
            _before.c.kind == kind.value,
            _before.c.at < _end,
        )
        .order_by(_before.c.seq.desc())
        .limit(1)
        .correlate(_candidate)
        .scalar_subquery()
    )


_held = (
    select(
        _last_before_the_end(EventKind.STATUS).label("status"),
        _last_before_the_end(EventKind.ASSIGNED).label("agent"),
    )
    .select_from(_candidate)
    .subquery()
)
HELD_AT_END = (
    select(_held.c.agent, func.count())
    .where(_held.c.status.in_(["assigned", "in_progress", "pending_customer"]), _held.c.agent.is_not(None))
    .group_by(_held.c.agent)
)

_resolution = and_(
    _event.customer_id == _rating.customer_id, _event.ticket_id == _rating.ticket_id, _event.seq == _rating.resolution
)
RATINGS = (
    select(_event.actor_id, _rating.is_helpful, func.count())
    .select_from(ratings.outerjoin(ticket_events, _resolution))
    .where(_in_period(_rating.rated_at))
    .group_by(_event.actor_id, _rating.is_helpful)
)

# --- clocks -----------------------------------------------------------------------------------------------------------

_of_ticket = and_(_ticket.customer_id == _clock.customer_id, _ticket.id == _clock.ticket_id)


def _verdicts(at: Any, is_met: int, *conditions: Any) -> Any:
    """Clocks by what they are counted by, whose verdict fell in the period: at `at`."""
    return (
        select(
            _bucket(at),
            _clock.kind,
            _ticket.priority,
            _ticket.last_agent_id,
            _ticket.category,
            literal_column(str(is_met)).label("is_met"),
            func.count(),
        )
        .join_from(sla_clocks, tickets, _of_ticket)
        .where(_clock.kind.in_([kind.value for kind in JUDGED_KINDS]), _in_period(at), *conditions)
        .group_by(text("bucket"), _clock.kind, _ticket.priority, _ticket.last_agent_id, _ticket.category)
    )


_owed = and_(_clock.ended_at.is_(None), _clock.due_at <= bindparam("now"))
ATTAINMENT = union_all(
    _verdicts(_clock.ended_at, 1, HAS_VERDICT, _clock.outcome == literal_column("'met'")),
    _verdicts(_clock.due_at, 0, IS_BROKEN),
    # Late and still owed, whether or not the watch has come by yet: each has its index.
    _verdicts(_clock.due_at, 0, _owed, _clock.breached_at.is_not(None)),
    _verdicts(_clock.due_at, 0, _owed, _clock.breached_at.is_(None)),
)
_ended = and_(_clock.kind == bindparam("kind"), HAS_VERDICT, _in_period(_clock.ended_at))
_changed = ticket_events.alias("changed")
# What a clock has counted follows from the category of then, whatever the ticket has become since.
_category_then = (
    select(_changed.c.from_value)
    .where(
        _changed.c.customer_id == _clock.customer_id,
        _changed.c.ticket_id == _clock.ticket_id,
        _changed.c.kind == EventKind.CATEGORY.value,
        _changed.c.at > _clock.ended_at,
    )
    .order_by(_changed.c.seq)
    .limit(1)
    .correlate(sla_clocks)
    .scalar_subquery()
)
ENDED = (
    select(
        sla_clocks, _ticket.priority, _ticket.tier, func.coalesce(_category_then, _ticket.category).label("category")
    )
    .join_from(sla_clocks, tickets, _of_ticket)
    .where(_ended)
)
PAUSES = (
    select(sla_pauses)
    .join_from(
        sla_clocks,
        sla_pauses,
        and_(*(sla_pauses.c[name] == _clock[name] for name in ("customer_id", "ticket_id", "kind", "run"))),
    )
    .where(_ended)
)
