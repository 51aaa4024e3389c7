"""
A place offered to what somebody wrote outside any thread.

An offer covers what one person wrote within a minute, from its first message to its last. Each step of it is a conditional
update, so that of several processes exactly one makes it and one repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, func, insert, literal_column, null, or_, select, update

from ticketing.database import Database
from ticketing.instants import from_us, to_us
from ticketing.model import PersonId
from ticketing.tables import offers, people
from ticketing.waits import is_free

GROUPED_WITHIN = timedelta(seconds=60)
"""What somebody writes within so long of the first message is offered a place together with it."""


class OfferState(StrEnum):
    """Where an offer stands. AGAIN: it waits, and has been posted a second time."""

    MAKING = "making"
    WAITING = "waiting"
    AGAIN = "again"
    PLACED = "placed"
    GONE = "gone"


@dataclass(frozen=True)
class Offered:
    """An offer: what it covers (from `from_ts` to `last_ts`), the thread it stands in, and itself (`offer_ts`) once posted."""

    person_id: PersonId
    channel: str
    first_ts: str
    last_ts: str
    thread_ts: str | None
    offer_ts: str | None
    state: OfferState
    from_ts: str

    @property
    def source(self) -> str:
        """The natural key of the message it was made for, which names it."""
        return f"m:{self.channel}:{self.first_ts}"

    @property
    def is_open(self) -> bool:
        return self.state in (OfferState.WAITING, OfferState.AGAIN)


_o = offers.c
_PERSON = select(people.c.id).where(people.c.id == bindparam("key_person")).with_for_update()
_OFFER_KEY = and_(
    _o.customer_id == bindparam("key_person"),
    _o.channel == bindparam("key_channel"),
    _o.first_ts == bindparam("key_first"),
)
_OFFER = select(offers).where(_OFFER_KEY)
_COVERING = (
    select(offers)
    .where(
        _o.customer_id == bindparam("key_person"),
        _o.channel == bindparam("key_channel"),
        func.coalesce(_o.from_ts, _o.first_ts) <= bindparam("key_ts"),
    )
    .order_by(_o.first_ts.desc())
    .limit(1)
)
_AFTER = (
    select(offers)
    .where(
        _o.customer_id == bindparam("key_person"),
        _o.channel == bindparam("key_channel"),
        _o.first_ts > bindparam("key_ts"),
    )
    .order_by(_o.first_ts)
    .limit(1)
)
_BEGIN_EARLIER = update(offers).where(_OFFER_KEY).values(from_ts=bindparam("new_from"))
_EXTEND = update(offers).where(_OFFER_KEY).values(last_ts=bindparam("new_last"))
_IS_MADE = _o.state.in_([OfferState.MAKING.value, OfferState.AGAIN.value])
_POSTED = (
    update(offers)
    .where(_OFFER_KEY)
    # Whoever has chosen on it already, in the moment in which it was posted, goes on with that.
    .values(offer_ts=bindparam("new_offer"), lease_until=case((_IS_MADE, null()), else_=_o.lease_until))
)
_IS_FREE = is_free(_o.lease_until)
_MADE = update(offers).where(_OFFER_KEY, _o.state == OfferState.MAKING.value).values(state=OfferState.WAITING.value)
_IS_BEING_POSTED = and_(_IS_MADE, _o.lease_until.is_not(None), _IS_FREE)
_LEASE = update(offers).where(_OFFER_KEY, _IS_BEING_POSTED).values(lease_until=bindparam("new_lease"))
_CHOOSE = (
    update(offers)
    .where(
        _OFFER_KEY,
        or_(
            _o.state == OfferState.MAKING.value,
            and_(_o.state.in_([OfferState.WAITING.value, OfferState.AGAIN.value]), _IS_FREE),
        ),
    )
    .values(
        lease_until=bindparam("new_lease"),
        state=case((_o.state == OfferState.MAKING.value, OfferState.WAITING.value), else_=_o.state),
    )
)
_CHOOSE_AGAIN = (
    update(offers)
    .where(_OFFER_KEY, _o.state.in_([OfferState.WAITING.value, OfferState.AGAIN.value]))
    .values(lease_until=None)
)
_UNMAKE = offers.delete().where(_OFFER_KEY, _o.state == OfferState.MAKING.value)
_SETTLE = update(offers).where(_OFFER_KEY).values(state=bindparam("new_state"))
_IS_WAITING = _o.state == literal_column("'waiting'")
_UNANSWERED = select(offers).where(_IS_WAITING, _o.made_at <= bindparam("before")).order_by(_o.made_at).limit(50)
_NEXT_UNANSWERED = select(func.min(_o.made_at)).where(_IS_WAITING)
_AGAIN = (
    update(offers)
    .where(_OFFER_KEY, _IS_WAITING)
    .values(state=OfferState.AGAIN.value, lease_until=bindparam("new_lease"))
)
_ABANDONED = select(offers).where(_IS_BEING_POSTED).limit(50)
_UNPLACED = select(func.count()).where(_o.state.in_([OfferState.WAITING.value, OfferState.AGAIN.value]))


class Offering:
    """The offers of one desk. Instants called `now` are machine time, all others business time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def offer(
        self,
        person_id: PersonId,
        channel: str,
        ts: str,
        thread_ts: str | None,
        *,
        at: datetime,
        now: datetime,
        lease_s: float,
    ) -> tuple[Offered, bool, bool]:
        """
        The offer that covers a message, made or widened if need be; whether the caller is to post it; whether it was widened.

        A message that comes again is covered already. `thread_ts` is the thread in which the offer is to stand.
        """
        key = {"key_person": person_id, "key_channel": channel}
        with self._database.write() as connection:
            connection.execute(_PERSON, {"key_person": person_id})  # one message of theirs at a time
            row = connection.execute(_COVERING, key | {"key_ts": ts}).one_or_none()
            if row is not None and ts <= row.last_ts:
                return _offered(row), False, False
            if row is not None and _joins(row, ts, thread_ts):
                connection.execute(_EXTEND, key | {"key_first": row.first_ts, "new_last": ts})
                return _offered(self._row(connection, key | {"key_first": row.first_ts})), False, True
            row = connection.execute(_AFTER, key | {"key_ts": ts}).one_or_none()
            if row is not None and _joins(row, ts, thread_ts):
                # Events come in any order: one said before it, and heard after it.
                connection.execute(_BEGIN_EARLIER, key | {"key_first": row.first_ts, "new_from": ts})
                return _offered(self._row(connection, key | {"key_first": row.first_ts})), False, True
            values = {
                "customer_id": person_id,
                "channel": channel,
                "first_ts": ts,
                "last_ts": ts,
                "thread_ts": thread_ts,
                "made_at": to_us(at),
                "state": OfferState.MAKING.value,
                "lease_until": to_us(now + timedelta(seconds=lease_s)),
            }
            connection.execute(insert(offers), [values])
            return _offered(self._row(connection, key | {"key_first": ts})), True, False

    def find_offer(self, person_id: PersonId, channel: str, first_ts: str) -> Offered | None:
        with self._database.read() as connection:
            row = connection.execute(_OFFER, _offer_key(person_id, channel, first_ts)).one_or_none()
        return None if row is None else _offered(row)

    def offer_covering(self, person_id: PersonId, channel: str, ts: str) -> Offered | None:
        """The offer that a message is part of."""
        key = {"key_person": person_id, "key_channel": channel, "key_ts": ts}
        with self._database.read() as connection:
            row = connection.execute(_COVERING, key).one_or_none()
        return _offered(row) if row is not None and ts <= row.last_ts else None

    def posted(self, offered: Offered, offer_ts: str) -> None:
        """The offer stands, as that message."""
        with self._database.write() as connection:
            key = _key_of(offered)
            connection.execute(_POSTED, key | {"new_offer": offer_ts})
            connection.execute(_MADE, key)

    def not_posted(self, offered: Offered) -> None:
        """Posting it failed for certain: whoever hears the message again makes it anew."""
        with self._database.write() as connection:
            connection.execute(_UNMAKE, _key_of(offered))

    def choose(self, offered: Offered, now: datetime, lease_s: float) -> bool:
        """
        Whether what somebody chose on it is the caller's to carry out, and nobody else's until the lease ends: of two choices
        at once one is. An offer that is settled is nobody's any more.
        """
        values = {"now": to_us(now), "new_lease": to_us(now + timedelta(seconds=lease_s))}
        with self._database.write() as connection:
            return connection.execute(_CHOOSE, _key_of(offered) | values).rowcount == 1

    def choose_again(self, offered: Offered) -> None:
        """What was chosen could not be carried out: the offer waits as before."""
        with self._database.write() as connection:
            connection.execute(_CHOOSE_AGAIN, _key_of(offered))

    def settle(self, offered: Offered, state: OfferState) -> None:
        """It was placed, or is gone."""
        with self._database.write() as connection:
            connection.execute(_SETTLE, _key_of(offered) | {"new_state": state.value})

    def abandoned_offers(self, now: datetime, lease_s: float) -> list[Offered]:
        """Offers that somebody began to make, or to repeat, and did not: they are the caller's now, who may find them posted."""
        with self._database.read() as connection:
            rows = connection.execute(_ABANDONED, {"now": to_us(now)}).all()
        return [each for each in map(_offered, rows) if self._take_over(each, now, lease_s)]

    def _take_over(self, offered: Offered, now: datetime, lease_s: float) -> bool:
        values = {"now": to_us(now), "new_lease": to_us(now + timedelta(seconds=lease_s))}
        with self._database.write() as connection:
            return connection.execute(_LEASE, _key_of(offered) | values).rowcount == 1

    def to_repeat(self, before: datetime, now: datetime, lease_s: float) -> list[Offered]:
        """
        Offers that have waited since before an instant and are now to be repeated, by the caller alone and once.

        Whatever comes of none within the lease is among the `abandoned_offers`.
        """
        with self._database.read() as connection:
            rows = connection.execute(_UNANSWERED, {"before": to_us(before)}).all()
        until = {"new_lease": to_us(now + timedelta(seconds=lease_s))}
        taken = []
        for offered in map(_offered, rows):
            with self._database.write() as connection:
                if connection.execute(_AGAIN, _key_of(offered) | until).rowcount == 1:
                    taken.append(offered)
        return taken

    def longest_unanswered(self) -> datetime | None:
        """When the first of the offers was made that still wait unrepeated."""
        with self._database.read() as connection:
            return from_us(connection.execute(_NEXT_UNANSWERED).scalar())

    def unplaced(self) -> int:
        """How many offers nobody has answered."""
        with self._database.read() as connection:
            return int(connection.execute(_UNPLACED).scalar_one())

    @staticmethod
    def _row(connection: Connection, key: dict[str, Any]) -> Row[Any]:
        return connection.execute(_OFFER, key).one()


def _joins(row: Row[Any], ts: str, thread_ts: str | None) -> bool:
    """Whether a message belongs to an offer that still waits: of the same place, and said soon before or after its first."""
    state = OfferState(row.state)
    is_same_place = row.thread_ts == thread_ts
    soon = abs(float(ts) - float(row.first_ts)) < GROUPED_WITHIN.total_seconds()
    return state in (OfferState.MAKING, OfferState.WAITING) and is_same_place and soon


def _offer_key(person_id: PersonId, channel: str, first_ts: str) -> dict[str, Any]:
    return {"key_person": person_id, "key_channel": channel, "key_first": first_ts}


def _key_of(offered: Offered) -> dict[str, Any]:
    return _offer_key(offered.person_id, offered.channel, offered.first_ts)


def _offered(row: Row[Any]) -> Offered:
    return Offered(
        PersonId(row.customer_id),
        row.channel,
        row.first_ts,
        row.last_ts,
        row.thread_ts,
        row.offer_ts,
        OfferState(row.state),
        row.from_ts or row.first_ts,
    )
