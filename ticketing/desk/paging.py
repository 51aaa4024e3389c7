"""Long lists, a page at a time: what waits, and what a customer has ever asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, RowMapping, Select, bindparam, func, or_, select, union_all

from ticketing.desk.reading import NOBODY, Reading, queued_categories
from ticketing.instants import is_id
from ticketing.model import PersonId, TicketStatus
from ticketing.paging import Key, Listed, Spot
from ticketing.tables import tickets

GROUPS: tuple[tuple[TicketStatus, ...], ...] = (
    (TicketStatus.PENDING_CUSTOMER,),
    (TicketStatus.OPEN, TicketStatus.ASSIGNED, TicketStatus.IN_PROGRESS),
    (TicketStatus.RESOLVED,),
    (TicketStatus.CLOSED,),
)
"""A customer's tickets: their turn first, then with the desk, then done, and within each the last active first."""

EVER = 2**62
"""Later than any instant, and more than any number."""

_t = tickets.c
_at, _number = bindparam("at", type_=BigInteger), bindparam("number", type_=BigInteger)
_many = bindparam("rows", type_=Integer)
_waiting = select(tickets).where(
    _t.category == bindparam("category"), _t.queue_rank.is_not(None), _t.customer_id != bindparam("besides")
)
# What bounds the walk in the index stands by itself, and then which of the equals.
WAITING_BEHIND = (
    _waiting.where(_t.queue_rank >= _at, or_(_t.queue_rank > _at, _t.id > _number))
    .order_by(_t.queue_rank, _t.id)
    .limit(_many)
)
WAITING_BEFORE = (
    _waiting.where(_t.queue_rank <= _at, or_(_t.queue_rank < _at, _t.id < _number))
    .order_by(_t.queue_rank.desc(), _t.id.desc())
    .limit(_many)
)
_of_customer = select(tickets).where(
    _t.customer_id == bindparam("customer_id"), _t.status.in_(bindparam("statuses", expanding=True))
)
OF_CUSTOMER_BEHIND = (
    _of_customer.where(_t.last_activity_at <= _at, or_(_t.last_activity_at < _at, _t.id < _number))
    .order_by(_t.last_activity_at.desc(), _t.id.desc())
    .limit(_many)
)
OF_CUSTOMER_BEFORE = (
    _of_customer.where(_t.last_activity_at >= _at, or_(_t.last_activity_at > _at, _t.id > _number))
    .order_by(_t.last_activity_at, _t.id)
    .limit(_many)
)
OWN_RANKS = select(_t.category, _t.queue_rank).where(
    _t.customer_id == bindparam("customer_id"), _t.queue_rank.is_not(None)
)
COUNT_OF_CUSTOMER = select(func.count()).where(_t.customer_id == bindparam("customer_id"))


@cache
def rank_at(categories: int) -> Select[Any]:
    """
    The rank of the row at a place in the queue of so many categories, from the index alone: for a page that somebody names
    by its number.
    """
    ranks = (
        select(_t.queue_rank.label("rank")).where(_t.category == bindparam(f"category{at}"), _t.queue_rank.is_not(None))
        for at in range(categories)
    )
    line = union_all(*ranks).subquery()
    return select(line.c.rank).order_by(line.c.rank).offset(bindparam("skip", type_=BigInteger)).limit(1)


@cache
def count_before(categories: int) -> Select[Any]:
    """How many wait under a lower rank, in so many categories, from the index alone."""
    counts = (
        select(func.count().label("rows")).where(
            _t.category == bindparam(f"category{at}"), _t.queue_rank.is_not(None), _t.queue_rank < _at
        )
        for at in range(categories)
    )
    return select(func.sum(union_all(*counts).subquery().c.rows))


class Paging(Reading):
    """See `ticketing.desk.Desk`."""

    def queue_page(
        self, spot: Spot | None = None, *, limit: int = 10, hidden: Collection[str] = (), besides: PersonId = NOBODY
    ) -> Listed:
        """As `queue`, from a spot on; the keys are rank and number."""
        at, number = spot.key if spot is not None and len(spot.key) == 2 else (-EVER, 0)
        is_back = spot is not None and spot.is_back
        values = {"at": at, "number": number, "besides": besides, "rows": limit}
        statement = WAITING_BEFORE if is_back else WAITING_BEHIND
        with self._database.read() as connection:
            keys = queued_categories(connection, hidden)
            found = [row for key in keys for row in _rows(connection, statement, values | {"category": key})]
            found.sort(key=_rank, reverse=is_back)
            return self._listed(connection, found[:limit], _rank, is_back=is_back)

    def queue_spot(self, skip: int, *, hidden: Collection[str] = (), besides: PersonId = NOBODY) -> Spot | None:
        """The spot behind the first `skip` rows of the queue, for a page that somebody names by its number."""
        with self._database.read() as connection:
            keys = queued_categories(connection, hidden)
            if skip <= 0 or not keys:
                return None
            asked = {f"category{at}": key for at, key in enumerate(keys)}
            own = connection.execute(OWN_RANKS, {"customer_id": besides}).all()
            own_ranks = sorted(rank for category, rank in own if category in keys)
            left_out = 0
            while True:
                rank = connection.execute(rank_at(len(keys)), asked | {"skip": min(skip + left_out, EVER)}).scalar()
                if rank is None:
                    return Spot((EVER, EVER))
                passed = sum(each <= rank for each in own_ranks)
                if passed == left_out:
                    break
                left_out = passed
            before = int(connection.execute(count_before(len(keys)), asked | {"at": rank}).scalar() or 0)
        equals = skip - (before - sum(each < rank for each in own_ranks))
        behind = self.queue_page(Spot((rank, 0)), limit=equals, hidden=hidden, besides=besides) if equals else Listed()
        return Spot(behind.last or (rank, 0))

    def customer_page(self, customer_id: PersonId, spot: Spot | None = None, *, limit: int = 10) -> Listed:
        """A customer's tickets from a spot on, in the order of `GROUPS`; the keys are group, last activity and number."""
        if not is_id(customer_id):
            return Listed()
        is_back = spot is not None and spot.is_back
        key = spot.key if spot is not None and len(spot.key) == 3 else (0, EVER, EVER)
        with self._database.read() as connection:
            found: list[RowMapping] = []
            for group, at, number in _groups_from(key, is_back=is_back):
                values = {"customer_id": customer_id, "statuses": list(GROUPS[group]), "at": at, "number": number}
                statement = OF_CUSTOMER_BEFORE if is_back else OF_CUSTOMER_BEHIND
                found += _rows(connection, statement, values | {"rows": limit - len(found)})
                if len(found) == limit:
                    break
            return self._listed(connection, found, _place_of_customers, is_back=is_back)

    def count_of_customer(self, customer_id: PersonId) -> int:
        """How many tickets a customer has ever opened, or been given."""
        if not is_id(customer_id):
            return 0
        with self._database.read() as connection:
            return int(connection.execute(COUNT_OF_CUSTOMER, {"customer_id": customer_id}).scalar_one())

    def _listed(self, connection: Connection, found: Sequence[RowMapping], key: Any, *, is_back: bool) -> Listed:
        rows = list(reversed(found)) if is_back else list(found)
        if not rows:
            return Listed()
        return Listed(tuple(self._with_clocks(connection, rows)), key(rows[0]), key(rows[-1]))


def _rows(connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> Iterable[RowMapping]:
    return connection.execute(statement, values).mappings().all()


def _groups_from(key: Key, *, is_back: bool) -> Iterator[Key]:
    """That spot in its group, and then the whole of each group that follows, or comes before it."""
    group = min(max(0, key[0]), len(GROUPS) - 1)
    yield (group, *key[1:])
    if is_back:
        yield from ((before, -EVER, 0) for before in range(group - 1, -1, -1))
    else:
        yield from ((after, EVER, EVER) for after in range(group + 1, len(GROUPS)))


def _rank(row: RowMapping) -> Key:
    return row["queue_rank"], row["id"]


def _place_of_customers(row: RowMapping) -> Key:
    group = next(at for at, statuses in enumerate(GROUPS) if row["status"] in statuses)
    return group, row["last_activity_at"], row["id"]
