"""
Steps that are added to the ladder reach what has climbed all others: the open tickets are looked through, a page at a time.

How far that has come is a row: the version of the configuration that added what has reached all. Whoever dies over it begins
again, and what has a step to come is left as it is; so do two processes that look at once. When a step is due does not depend on
when it was reached: it counts from when the settings had it (`Configuration.step_counts_from`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import and_, bindparam, literal_column, or_, select

from ticketing import ladder as rules
from ticketing.configuration import Configuration
from ticketing.desk.base import DeskBase, use_case
from ticketing.desk.climbs import Climb, put_climb, resting_climbs
from ticketing.desk.foreseeing import calendar_of
from ticketing.desk.open_tickets import FIRST, ON_PAGE, Spot, looked_at, note_looked_at, page_after
from ticketing.desk.together import NOT_AT_ONCE, on_all
from ticketing.errors import TicketNotFound
from ticketing.ladder import HELD, HELD_LAPSE, IDLE, NOBODY, Added
from ticketing.model import OVER, PersonId, Ticket, TicketRef
from ticketing.tables import ladder, sla_clocks
from ticketing.transaction import Transaction

PAGE = 500
"""How many open tickets are looked through at once."""

SETTLES = timedelta(seconds=30)
"""
How long after the settings the look begins (no step takes less than a minute): whoever took a last step by those before has
committed by then.
"""

_REACHED = "steps_added"

_row, _clock = ladder.c, sla_clocks.c
_IS_LATE = (
    select(literal_column("1"))
    .where(
        _clock.customer_id == _row.customer_id,
        _clock.ticket_id == _row.ticket_id,
        _clock.kind == _row.kind,
        _clock.run == _row.run,
        _clock.ended_at.is_(None),
        _clock.paused_at.is_(None),
        _clock.breached_at.is_not(None),
    )
    .exists()
)
_WITHOUT_DEADLINE = _row.kind.in_([NOBODY, IDLE])
_TO_BE_CLIMBED = _row.step.between(bindparam("first"), bindparam("last"))
RESTING = (
    select(ON_PAGE.c.customer_id, ON_PAGE.c.id)
    .join(ladder, and_(_row.customer_id == ON_PAGE.c.customer_id, _row.ticket_id == ON_PAGE.c.id))
    .where(
        _row.next_at.is_(None),
        _row.kind.not_in([HELD, HELD_LAPSE]),
        # Before the first step of these there is one that says what is the matter.
        or_(
            and_(_WITHOUT_DEADLINE, _row.step.between(bindparam("first") + 1, bindparam("last") + 1)),
            and_(_TO_BE_CLIMBED, _IS_LATE),
        ),
    )
)


@dataclass(frozen=True)
class _Walk:
    """A look through all open tickets because of the last step that was added: when it begins, and after which it goes on."""

    last: Added
    begins_at: datetime
    after: Spot = FIRST
    is_whole: bool = True
    """Whether every ticket so far could be reached."""


class AddedSteps(DeskBase):
    """See `ticketing.desk.Desk`."""

    _settled: int | None = None
    """The version of the configuration of which this process knows that what it adds has reached all."""
    _walk: _Walk | None = None

    def _follow_added_steps(self, now: datetime) -> datetime | None:
        """
        Look through a page of open tickets if steps were added; when to go on, None once they have reached all.

        A ticket on which that fails keeps no other from it; for its sake all are looked through once more.
        """
        with self._database.read() as connection:
            configuration = self._configuration_in_force(connection)
            if configuration.version == self._settled:
                return None
            first = _first_added(configuration, looked_at(connection, _REACHED) or 0)
        if first is None:
            self._settled, self._walk = configuration.version, None
            return None
        last, walk = configuration.added[-1], self._walk
        if walk is None or walk.last != last:
            walk = _Walk(last, (last.at or now) + SETTLES)
        if walk.begins_at <= now:
            walk = self._look_through(walk, first, len(configuration.added) - 1, now)
        self._walk = walk
        return None if walk is None else max(walk.begins_at, now)

    def _look_through(self, walk: _Walk, first: int, last: int, now: datetime) -> _Walk | None:
        with self._database.read() as connection:
            page, after = page_after(connection, walk.after, PAGE)
            rows = connection.execute(RESTING, page | {"first": first, "last": last}).all()
        setbacks = self.setbacks("added_steps")
        look, found = setbacks.look(now), {TicketRef(PersonId(row.customer_id), row.id) for row in rows}
        refs = look.free(found)
        failed = on_all(refs, partial(self._reach, first=first), is_sqlite=self._database.is_sqlite)
        look.all_of(refs, failed)
        walk = replace(walk, is_whole=walk.is_whole and len(refs) == len(found) and not failed)
        if after is not None:
            return replace(walk, after=after)
        if not walk.is_whole:
            return _Walk(walk.last, setbacks.next(now) or now)
        with self._database.write() as connection:
            note_looked_at(connection, _REACHED, walk.last.version)
        return None

    @use_case
    def _reach(self, refs: list[TicketRef], first: int) -> None:
        with self._transaction() as tx:
            if not self._database.is_sqlite:
                tx.connection.execute(NOT_AT_ONCE)
            for ref in refs:
                _reach_one(tx, ref, first)


def _first_added(configuration: Configuration, looked: int) -> int | None:
    """The first step that was added since that version; what is added stands behind all that was there."""
    return next((number for number, added in enumerate(configuration.added) if added.version > looked), None)


def _reach_one(tx: Transaction, ref: TicketRef, first: int) -> None:
    try:
        ticket = tx.locked(ref)
    except TicketNotFound:
        return
    if ticket.status in OVER:
        return
    for climb in resting_climbs(tx, ref):
        if climb.kind not in (HELD, HELD_LAPSE) and first <= climb.coming < len(tx.configuration.ladder.steps):
            _climb_on(tx, ticket, climb)


def _climb_on(tx: Transaction, ticket: Ticket, climb: Climb) -> None:
    """It climbs the step that was added; whether there is still a reason to is looked at when that is due."""
    is_of_clock = climb.kind not in (NOBODY, IDLE)
    clocks = {(each.kind.value, each.run): each for each in ticket.clocks if each.is_counting and each.breached_at}
    clock = clocks.get((climb.kind, climb.run)) if is_of_clock else rules.first_due(ticket)
    if clock is None or (is_of_clock and rules.is_behind(ticket, clock)):
        return  # it is answered, or comes to its turn by what ends that
    step = tx.configuration.ladder.steps[climb.coming]
    since = tx.configuration.step_counts_from(climb.coming, climb.since or tx.now)
    next_at = rules.next_instant(step, since, calendar=calendar_of(tx, ticket, clock.kind))
    put_climb(tx, replace(climb, next_at=next_at))
