"""
The rows of `ladder`: the next step of each matter and its instant, so that a look costs what is due.

Matters are a clock run that was breached, NOBODY and IDLE of a ticket, HELD: alerts that came about in quiet hours, and
HELD_LAPSE: that in them a promise came to its end, whose run is the number of the event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql

from ticketing.instants import from_us, to_us
from ticketing.ladder import HELD, HELD_LAPSE, IDLE, NOBODY
from ticketing.model import ClockKind, PersonId, TicketRef
from ticketing.tables import IS_HELD_BACK, ladder
from ticketing.transaction import Transaction

_row = ladder.c
_KEY = (
    _row.customer_id == bindparam("key_customer_id"),
    _row.ticket_id == bindparam("key_ticket_id"),
    _row.kind == bindparam("key_kind"),
    _row.run == bindparam("key_run"),
)
DUE = (
    select(_row.customer_id, _row.ticket_id, _row.kind, _row.run)
    .where(_row.next_at <= bindparam("now"))
    .order_by(_row.next_at, _row.kind.not_in([literal_column(f"'{kind}'") for kind in (HELD, HELD_LAPSE)]))
    .limit(bindparam("rows"))
)
"""At the same instant first what was held back, since the steps after it count from then."""
NEXT = select(func.min(_row.next_at)).where(_row.next_at.is_not(None))
NEXT_AFTER = select(func.min(_row.next_at)).where(_row.next_at > bindparam("now"))
_WAKE = (
    update(ladder)
    .where(
        _row.customer_id == bindparam("key_customer_id"),
        _row.ticket_id == bindparam("key_ticket_id"),
        _row.next_at.is_(None),
    )
    .values(next_at=bindparam("at"))
)
_WAKE_BREACHES = _WAKE.where(_row.kind.in_([kind.value for kind in ClockKind]))
_COUNT_FROM_NOW = (
    update(ladder)
    .where(
        _row.customer_id == bindparam("key_customer_id"),
        _row.ticket_id == bindparam("key_ticket_id"),
        _row.since > bindparam("at"),
    )
    .values(since=bindparam("at"))
)
_RETHINK = (
    update(ladder)
    .where(
        _row.customer_id == bindparam("key_customer_id"),
        _row.ticket_id == bindparam("key_ticket_id"),
        # The first of what no deadline brings about has its instant nowhere else.
        or_(
            _row.kind.in_([HELD, HELD_LAPSE, *(kind.value for kind in ClockKind)]),
            and_(_row.kind.in_([NOBODY, IDLE]), _row.step > 0),
        ),
        _row.next_at > bindparam("at"),
    )
    .values(next_at=bindparam("at"))
)
HELD_BACK = select(_row.customer_id, _row.ticket_id).where(IS_HELD_BACK, _row.next_at > bindparam("now"))
_READ = select(_row.step, _row.since, _row.next_at).where(*_KEY)
_RESTING = select(_row.kind, _row.run, _row.step, _row.since).where(
    _row.customer_id == bindparam("key_customer_id"),
    _row.ticket_id == bindparam("key_ticket_id"),
    _row.next_at.is_(None),
)
_DROP = delete(ladder).where(*_KEY)
_new = postgresql.insert(ladder)  # SQLite writes the clause in the same words
_PUT = _new.on_conflict_do_update(
    index_elements=["customer_id", "ticket_id", "kind", "run"],
    set_={name: _new.excluded[name] for name in ("step", "since", "next_at")},
)


@dataclass(frozen=True)
class Climb:
    """One matter of a ticket on the ladder: which, how far, since when, and when its next step is due."""

    ref: TicketRef
    kind: str
    run: int
    step: int = 0
    since: datetime | None = None
    next_at: datetime | None = None

    @property
    def coming(self) -> int:
        """Which step of the settings it takes next, from 0; -1 while it is still to be said what is the matter."""
        return self.step - 1 if self.kind in (NOBODY, IDLE) else self.step

    @property
    def key(self) -> dict[str, Any]:
        return _of_ticket(self.ref) | {"key_kind": self.kind, "key_run": self.run}


def _of_ticket(ref: TicketRef) -> dict[str, Any]:
    return {"key_customer_id": ref.customer_id, "key_ticket_id": ref.number}


def due_climbs(connection: Connection, by: datetime, limit: int) -> list[Climb]:
    """What has a step to take that was due `by` then, longest due first."""
    rows = connection.execute(DUE, {"now": to_us(by), "rows": limit})
    return [Climb(TicketRef(PersonId(row.customer_id), row.ticket_id), row.kind, row.run) for row in rows]


def held_back(connection: Connection, now: datetime) -> list[TicketRef]:
    """The tickets of which quiet hours hold something back, each once."""
    rows = connection.execute(HELD_BACK, {"now": to_us(now)})
    return list(dict.fromkeys(TicketRef(PersonId(row.customer_id), row.ticket_id) for row in rows))


def stored_climb(tx: Transaction, climb: Climb) -> Climb | None:
    """The matter as its row has it; None where there is none."""
    row = tx.connection.execute(_READ, climb.key).one_or_none()
    if row is None:
        return None
    return replace(climb, step=row.step, since=from_us(row.since), next_at=from_us(row.next_at))


def resting_climbs(tx: Transaction, ref: TicketRef) -> list[Climb]:
    """What rests of a ticket where it is."""
    rows = tx.connection.execute(_RESTING, _of_ticket(ref))
    return [Climb(ref, row.kind, row.run, row.step, from_us(row.since)) for row in rows]


def put_climb(tx: Transaction, climb: Climb) -> None:
    """Write its row, whether it has one or not."""
    row = {
        "customer_id": climb.ref.customer_id,
        "ticket_id": climb.ref.number,
        "kind": climb.kind,
        "run": climb.run,
        "step": climb.step,
        "since": to_us(climb.since or tx.now),
        "next_at": None if climb.next_at is None else to_us(climb.next_at),
    }
    tx.connection.execute(_PUT, [row])


def drop_climb(tx: Transaction, climb: Climb) -> None:
    """It climbs no more."""
    tx.connection.execute(_DROP, climb.key)


def go_on_again(tx: Transaction, ref: TicketRef) -> None:
    """What rests of a ticket is looked at now."""
    tx.connection.execute(_WAKE, _of_ticket(ref) | {"at": to_us(tx.now)})


def let_climb_in_turn(tx: Transaction, ref: TicketRef) -> None:
    """The breaches of a ticket that rest are looked at now: what climbed before them may have ended."""
    tx.connection.execute(_WAKE_BREACHES, _of_ticket(ref) | {"at": to_us(tx.now)})


def count_from_now(tx: Transaction, ref: TicketRef) -> None:
    """What was to count from an instant that is still to come counts from now."""
    tx.connection.execute(_COUNT_FROM_NOW, _of_ticket(ref) | {"at": to_us(tx.now)})
    count_anew(tx, ref)


def count_anew(tx: Transaction, ref: TicketRef) -> None:
    """What climbs of a ticket is looked at now, each step counting its time anew."""
    tx.connection.execute(_RETHINK, _of_ticket(ref) | {"at": to_us(tx.now)})
