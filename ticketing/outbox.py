"""
What is still to be shown to people.

A row of the outbox says *what to show whom* and commits with the change that made it necessary; whoever delivers renders
current state. Rows are taken under a fenced lease: each taking has a number, and every write after it checks that number,
so that a slow worker can never overwrite its successor. Several processes may take at once.

Order. Within a place (a person's conversation, a channel) rows go by priority, then by age, one at a time: while the first
of a place is being sent or waits for its next try, those behind it wait too, and only one of higher priority may overtake
it. Between places the same order decides who is served first; what has the highest priority has a lane of its own
(`ticketing.lanes`).

Candidates are found by plain reads and taken one by one with a conditional update that names its customer, as everything
that locks rows here does (docs/database.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from ticketing import lanes
from ticketing.errors import LeaseLost
from ticketing.instants import from_us, to_us
from ticketing.lanes import Lane
from ticketing.model import PersonId, TicketRef
from ticketing.rows import errand_row
from ticketing.shown import FORGET_MESSAGE, AlertKey, Shown, ShownMessages, remember, tell_at_home
from ticketing.tables import dated_jobs, leases, outbox
from ticketing.writing import write_errands

LOST_ANSWER = "lost_answer"
"""The reason of a row whose last try may have reached its reader, because the answer never came."""

COLLAPSED = "collapsed"
"""The reason of a row that is done because another row showed the same card."""

CARD = "_card"
"""The kinds that end so are one message edited for life: only these are collapsed, for current state is all they show."""


@dataclass(frozen=True)
class Errand:
    """
    One thing to show, as it stood when it was found or taken.

    `attempts` counts the tries including the present one. `is_doubtful`: an earlier try may have succeeded without anyone
    having written that down. `created_at` is business time. `lease_until` (machine time) is when it is taken from whoever
    took it; None for one that was only found.
    """

    customer_id: int
    id: int
    place: str
    about: str
    kind: str
    ticket: TicketRef | None
    priority: int
    data: Mapping[str, Any]
    attempts: int
    fence: int
    created_at: datetime
    is_doubtful: bool = False
    reason: str | None = None
    lease_until: datetime | None = None

    @property
    def is_card(self) -> bool:
        return self.kind.endswith(CARD)


@dataclass(frozen=True)
class Notice:
    """A row to be added to the outbox: the arguments of `Transaction.tell`, as a value."""

    place: str
    about: str
    kind: str
    ticket: TicketRef | None = None
    priority: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)


# --- statements, built once ---------------------------------------------------------------------------------------------

_row = outbox.c
# Literals, so that the planner sees that the partial indexes over what waits, and what is parked, apply.
_WAITING: ColumnElement[bool] = _row.state == literal_column("'waiting'")
_PARKED: ColumnElement[bool] = _row.state == literal_column("'parked'")
_KEY = and_(_row.customer_id == bindparam("key_customer_id"), _row.id == bindparam("key_id"))
_MINE = and_(_KEY, _WAITING, _row.fence == bindparam("key_fence"))

_TAKE = (
    update(outbox)
    .where(_MINE, lanes.IS_NOT_LEASED, lanes.IS_NOT_BACKING_OFF)
    .values(lease_until=bindparam("new_lease"), fence=_row.fence + 1, attempts=_row.attempts + 1)
)
_COLLAPSE = (
    update(outbox)
    .where(
        _row.customer_id == bindparam("key_customer_id"),
        _row.place == bindparam("key_place"),
        _row.about == bindparam("key_about"),
        _row.kind == bindparam("key_kind"),
        _row.id != bindparam("key_id"),
        _WAITING,
        lanes.IS_NOT_LEASED,
    )
    .values(state="done", reason=COLLAPSED, lease_until=None)
)
_RENEW = update(outbox).where(_MINE).values(lease_until=bindparam("new_lease"))
_KEEP = update(outbox).where(_MINE).values(data=bindparam("new_data"))
_DONE = update(outbox).where(_MINE).values(state="done", lease_until=None, retry_after=None, reason=None)
_DONE_WITH = (
    update(outbox)
    .where(_KEY, _WAITING, _row.lease_until.is_(None))
    .values(state="done", retry_after=None, reason=COLLAPSED)
)
_RETRY = (
    update(outbox)
    .where(_MINE)
    .values(
        lease_until=None,
        retry_after=bindparam("new_retry"),
        reason=bindparam("new_reason"),
        attempts=bindparam("new_attempts"),
    )
)
_PARK = (
    update(outbox)
    .where(_MINE)
    .values(state="parked", lease_until=None, retry_after=None, reason=bindparam("new_reason"))
)
_DEPTH = select(func.count()).select_from(outbox).where(_WAITING)
_HELD_UP = _DEPTH.where(_row.place == bindparam("place"), _row.attempts > 1, _row.lease_until.is_(None))
_PARKED_ROWS = select(outbox).where(_PARKED).order_by(_row.id.desc()).limit(bindparam("rows"))
# SQLite writes the clause in the same words.
_ON_DATE = postgresql.insert(dated_jobs).on_conflict_do_nothing().returning(dated_jobs.c.job)
_LAST_DATE = select(func.max(dated_jobs.c.local_date)).where(dated_jobs.c.job == bindparam("job"))
_FIRST_TURN = postgresql.insert(leases).on_conflict_do_nothing()
_TURN = (
    update(leases)
    .where(
        leases.c.name == bindparam("key_name"),
        # One that lies further ahead than a turn is long was taken before the machine's clock was set back.
        or_(leases.c.lease_until <= bindparam("now"), leases.c.lease_until > bindparam("new_until")),
    )
    .values(lease_until=bindparam("new_until"), fence=leases.c.fence + 1)
)


class Outbox(ShownMessages):
    """The outbox of one desk, and what was shown out of it. Instants given to it are machine time."""

    # --- taking and giving back ---

    def claim(self, now: datetime, limit: int, lease_s: float, *, lane: Lane = Lane.ALL) -> list[Errand]:
        """Take what may be sent now, at most `limit` rows and one of each place, until `now` + `lease_s` seconds."""
        taken = (self.take(errand, now, lease_s) for errand in self.ready(now, limit, lane=lane))
        return [errand for errand in taken if errand is not None]

    def ready(self, now: datetime, limit: int, *, lane: Lane = Lane.ALL) -> list[Errand]:
        """What `take` would get just now, best first: the first row of each place that nothing holds back."""
        with self._database.read() as connection:
            return [errand_from(row) for row in lanes.ready(connection, now, limit, lane)]

    def take(self, errand: Errand, now: datetime, lease_s: float) -> Errand | None:
        """
        Take one row that `ready` found, or None where somebody else was faster.

        The try is counted here, before it is made. Other waiting rows that show the same card are done with this one,
        which renders what is current.
        """
        at, until = to_us(now), now + timedelta(seconds=lease_s)
        key = _key(errand)
        with self._database.write() as connection:
            taken = connection.execute(_TAKE, {**key, "now": at, "new_lease": to_us(until)}).rowcount
            if not taken:
                return None
            if errand.is_card:
                same = {"key_place": errand.place, "key_about": errand.about, "key_kind": errand.kind}
                connection.execute(
                    _COLLAPSE, {"key_customer_id": errand.customer_id, "key_id": errand.id, "now": at, **same}
                )
        return replace(errand, fence=errand.fence + 1, attempts=errand.attempts + 1, lease_until=until)

    def done(
        self,
        errand: Errand,
        message: Shown | None = None,
        *,
        told: Iterable[AlertKey] = (),
        also: Iterable[tuple[int, int]] = (),
        members: Iterable[Shown] = (),
        then: Iterable[Notice] = (),
    ) -> None:
        """
        Record that it is shown, and where; `told` are the alerts that `message` has told of, if nothing told of them before.

        `also` are further rows (customer and id) that the same message has done with, `members` what else it shows, and
        `then` what is to be shown now that it is.
        Raises LeaseLost when another worker has taken it over.
        """
        further = [{"key_customer_id": customer_id, "key_id": id_} for customer_id, id_ in also]
        with self._database.write() as connection:
            _fenced(connection.execute(_DONE, _key(errand)).rowcount)
            if further:
                connection.execute(_DONE_WITH, further)
            self._add(connection, then, errand.created_at)
            if message is not None:
                remember(connection, *members, message)
                tell_at_home(connection, message, told)

    def retry(self, errand: Errand, at: datetime, *, reason: str, attempts: int | None = None) -> None:
        """
        Give it back, to be tried again at `at` (machine time).

        `reason` is LOST_ANSWER when the try may have reached its reader. `attempts` replaces the count of tries, for
        waits that are nobody's failure. Raises LeaseLost.
        """
        count = errand.attempts if attempts is None else attempts
        values = {"new_retry": to_us(at), "new_reason": reason[:200], "new_attempts": count}
        with self._database.write() as connection:
            _fenced(connection.execute(_RETRY, {**_key(errand), **values}).rowcount)

    def renew(self, errand: Errand, now: datetime, lease_s: float) -> Errand:
        """Hold it for `lease_s` more seconds from `now` on. Raises LeaseLost when another worker has taken it over."""
        until = now + timedelta(seconds=lease_s)
        with self._database.write() as connection:
            _fenced(connection.execute(_RENEW, {**_key(errand), "new_lease": to_us(until)}).rowcount)
        return replace(errand, lease_until=until)

    def keep(self, errand: Errand, data: Mapping[str, Any]) -> Errand:
        """Write down how far a try has come, so that the next goes on from there. Raises LeaseLost."""
        with self._database.write() as connection:
            _fenced(connection.execute(_KEEP, {**_key(errand), "new_data": dict(data)}).rowcount)
        return replace(errand, data=data)

    def park(self, errand: Errand, reason: str, *, instead: Iterable[Notice] = (), at: datetime | None = None) -> None:
        """
        Set it aside where people look, with the reason; what is told `instead` is in the same transaction.

        `at` is the business instant that `instead` is stamped with (the errand's own by default). Raises LeaseLost.
        """
        with self._database.write() as connection:
            _fenced(connection.execute(_PARK, {**_key(errand), "new_reason": reason[:200]}).rowcount)
            self._add(connection, instead, at or errand.created_at)

    def add(self, *notices: Notice, at: datetime) -> None:
        """Put something into the outbox that no ticket's change tells of. `at` is business time."""
        with self._database.write() as connection:
            self._add(connection, notices, at)

    def forget_together(self, message: Shown, instead: Iterable[Notice], *, at: datetime) -> None:
        """
        Record that a message is gone with everything that it showed, and put `instead` into the outbox. `at` is business time.
        """
        key = {"key_place": message.place, "key_channel": message.channel, "key_ts": message.ts}
        with self._database.write() as connection:
            connection.execute(FORGET_MESSAGE, key)
            self._add(connection, instead, at)

    def add_on_date(self, notices: Iterable[Notice], *, job: str, local_date: date, at: datetime) -> bool:
        """
        Put the notices of a job with a date into the outbox, once for each local date whoever asks; whether it was now.

        Never for a date before one for which that was done: where it ran, a later hour that was set since makes yesterday the
        last. `at` is business time.
        """
        row = {"job": job, "local_date": local_date.isoformat(), "ran_at": to_us(at)}
        with self._database.write() as connection:
            last = connection.execute(_LAST_DATE, {"job": job}).scalar()
            if last is not None and last > row["local_date"]:
                return False
            if connection.execute(_ON_DATE, row).first() is None:
                return False
            self._add(connection, notices, at)
            return True

    def take_turn(self, name: str, now: datetime, every_s: float) -> bool:
        """Whether it is this process's turn at something that all together do once in so many seconds of machine time."""
        until = to_us(now + timedelta(seconds=every_s))
        with self._database.write() as connection:
            connection.execute(_FIRST_TURN, [{"name": name, "fence": 0, "lease_until": 0}])
            turn = {"key_name": name, "now": to_us(now), "new_until": until}
            return connection.execute(_TURN, turn).rowcount == 1

    def _add(self, connection: Connection, notices: Iterable[Notice], at: datetime) -> None:
        write_errands(connection, errand_rows(notices, at), is_sqlite=self._database.is_sqlite)

    # --- looking ---

    def next_due(self, now: datetime, *, lane: Lane = Lane.ALL) -> datetime | None:
        """When there may be something to take: `now` if there is, else the next end of a wait or of a lease."""
        if self.ready(now, 1, lane=lane):
            return now
        with self._database.read() as connection:
            return lanes.next_wait(connection, now, lane)

    def depth(self) -> int:
        """How many rows wait."""
        with self._database.read() as connection:
            return int(connection.execute(_DEPTH).scalar_one())

    def depth_of(self, place: str) -> int:
        """How many rows wait in a place."""
        with self._database.read() as connection:
            return int(
                connection.execute(_DEPTH.where(_row.place == bindparam("place")), {"place": place}).scalar_one()
            )

    def is_held_up(self, place: str) -> bool:
        """
        Whether something that is to be shown in a place was not taken more than once and waits for its next try.

        Once is no delay that anybody sees: the next try follows within a second or two.
        """
        with self._database.read() as connection:
            return bool(connection.execute(_HELD_UP, {"place": place}).scalar_one())

    def parked(self, limit: int = 100) -> list[Errand]:
        """What could not be shown, newest first, with the reason."""
        with self._database.read() as connection:
            return [errand_from(row) for row in connection.execute(_PARKED_ROWS, {"rows": limit})]


def errand_rows(notices: Iterable[Notice], at: datetime) -> list[dict[str, Any]]:
    """The rows of the outbox that notices are, as `write_errands` takes them. `at` is business time."""
    return [
        errand_row(each.place, each.about, each.kind, ticket=each.ticket, priority=each.priority, data=each.data, at=at)
        for each in notices
    ]


def _key(errand: Errand) -> dict[str, int]:
    return {"key_customer_id": errand.customer_id, "key_id": errand.id, "key_fence": errand.fence}


def _fenced(rows: int) -> None:
    if rows != 1:
        raise LeaseLost("Another worker has taken this over.")


def errand_from(row: Row[Any]) -> Errand:
    """The errand of a row of the outbox."""
    return Errand(
        customer_id=row.customer_id,
        id=row.id,
        place=row.place,
        about=row.about,
        kind=row.kind,
        ticket=None if row.ticket_id is None else TicketRef(PersonId(row.customer_id), row.ticket_id),
        priority=row.priority,
        data=row.data,
        attempts=row.attempts,
        fence=row.fence,
        created_at=from_us(row.created_at),
        # A lease that ended without a word, or a try whose answer was lost: it may have been sent.
        is_doubtful=row.lease_until is not None or row.reason == LOST_ANSWER,
        reason=row.reason,
    )
