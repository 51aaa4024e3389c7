"""
What comes in, as far as the desk has to remember it: offers of a place, and what is to be read again after a gap.

An offer covers what one person wrote outside any thread, from its first message to its last. Each step of it is a conditional
update, so that of several processes exactly one makes it and one repeats it. What is to be read again is a row a conversation
or thread, taken under a fenced lease like everything else that runs by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, String, and_, bindparam, cast, func, insert, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ticketing.database import Database
from ticketing.errors import LeaseLost
from ticketing.instants import from_us, to_us
from ticketing.model import PersonId
from ticketing.tables import inbound_marks, offers, people, tickets, unread
from ticketing.tables import shown as shown_messages

GROUPED_WITHIN = timedelta(seconds=60)
"""What somebody writes within so long of the first message is offered a place together with it."""

HEARD = "heard"
"""The mark until when everything that was said has been heard."""


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


@dataclass(frozen=True)
class Unread:
    """A conversation (`root_ts` empty) or thread to be read again. `until_ts` is how far back the reading has come."""

    channel: str
    root_ts: str
    since: datetime
    until_ts: str | None
    fence: int


@dataclass(frozen=True)
class LiveThread:
    """A ticket's thread in a conversation, by its root, and when something last happened on the ticket."""

    ts: str
    last_activity_at: datetime


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
_POSTED = update(offers).where(_OFFER_KEY).values(offer_ts=bindparam("new_offer"), lease_until=None)
_MADE = update(offers).where(_OFFER_KEY, _o.state == OfferState.MAKING.value).values(state=OfferState.WAITING.value)
_LEASE = (
    update(offers)
    .where(_OFFER_KEY, _o.state == OfferState.MAKING.value, _o.lease_until <= bindparam("now"))
    .values(lease_until=bindparam("new_lease"))
)
_UNMAKE = offers.delete().where(_OFFER_KEY, _o.state == OfferState.MAKING.value)
_SETTLE = update(offers).where(_OFFER_KEY).values(state=bindparam("new_state"))
_IS_WAITING = _o.state == literal_column("'waiting'")
_UNANSWERED = select(offers).where(_IS_WAITING, _o.made_at <= bindparam("before")).order_by(_o.made_at).limit(50)
_NEXT_UNANSWERED = select(func.min(_o.made_at)).where(_IS_WAITING)
_AGAIN = update(offers).where(_OFFER_KEY, _IS_WAITING).values(state=OfferState.AGAIN.value)
_ABANDONED = select(offers).where(_o.state == OfferState.MAKING.value, _o.lease_until <= bindparam("now")).limit(50)
_UNPLACED = select(func.count()).where(_o.state.in_([OfferState.WAITING.value, OfferState.AGAIN.value]))

_u = unread.c
_UNREAD_KEY = and_(_u.channel == bindparam("key_channel"), _u.root_ts == bindparam("key_root"))
_MINE = and_(_UNREAD_KEY, _u.fence == bindparam("key_fence"))
_FREE = and_(
    or_(_u.lease_until.is_(None), _u.lease_until <= bindparam("now")),
    or_(_u.retry_after.is_(None), _u.retry_after <= bindparam("now")),
)
_EARLIER = update(unread).where(_UNREAD_KEY, _u.since > bindparam("new_since")).values(since=bindparam("new_since"))
# Conversations before their threads; threads by age: what was said first is heard first.
_NEXT = select(unread).where(_FREE).order_by(_u.root_ts, _u.channel).limit(1)
_TAKE = (
    update(unread).where(_MINE, _FREE).values(lease_until=bindparam("new_lease"), fence=_u.fence + 1, retry_after=None)
)
_BACK = (
    update(unread)
    .where(_MINE)
    .values(
        lease_until=None,
        retry_after=bindparam("new_retry"),
        since=bindparam("new_since"),
        until_ts=bindparam("new_until"),
    )
)
_READ = unread.delete().where(_MINE)
_READ_TOO = unread.delete().where(
    _UNREAD_KEY, _u.lease_until.is_(None), _u.until_ts.is_(None), _u.since >= bindparam("new_since")
)
_LEFT = select(func.count()).select_from(unread)
_NEXT_FREE = select(func.min(func.coalesce(_u.retry_after, _u.lease_until)))

_s = shown_messages.c
_CHANNELS = select(_s.channel).where(_s.side.in_(["customer", "agent", "team"])).distinct()
_OFFER_CHANNELS = select(_o.channel).distinct()
_THREADS = (
    select(_s.ts, tickets.c.last_activity_at)
    .select_from(shown_messages)
    .join(
        tickets,
        and_(
            tickets.c.customer_id == _s.customer_id,
            _s.about == literal_column("'t:'", String).concat(cast(tickets.c.id, String)),
        ),
    )
    .where(
        _s.channel == bindparam("key_channel"),
        _s.side.in_(["customer", "agent", "team"]),
        or_(tickets.c.status != "closed", tickets.c.last_activity_at >= bindparam("quiet")),
    )
    .order_by(_s.ts)
)
_MARK = select(inbound_marks.c.at).where(inbound_marks.c.name == bindparam("key_name"))
_SET_MARK = (
    update(inbound_marks)
    .where(inbound_marks.c.name == bindparam("key_name"), inbound_marks.c.at < bindparam("new_at"))
    .values(at=bindparam("new_at"))
)


class Inbound:
    """What is remembered of what comes in. Instants called `now` are machine time, all others business time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect: Any = sqlite if database.is_sqlite else postgresql
        self._add = dialect.insert(unread).on_conflict_do_nothing(index_elements=["channel", "root_ts"])
        self._first_mark = dialect.insert(inbound_marks).on_conflict_do_nothing(index_elements=["name"])

    # --- offers -------------------------------------------------------------------------------------------------------

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

    def settle(self, offered: Offered, state: OfferState) -> None:
        """It was placed, or is gone."""
        with self._database.write() as connection:
            connection.execute(_SETTLE, _key_of(offered) | {"new_state": state.value})

    def abandoned_offers(self, now: datetime, lease_s: float) -> list[Offered]:
        """Offers that somebody began to make and did not: they are the caller's now, who may find them posted."""
        with self._database.read() as connection:
            rows = connection.execute(_ABANDONED, {"now": to_us(now)}).all()
        return [each for each in map(_offered, rows) if self._take_over(each, now, lease_s)]

    def _take_over(self, offered: Offered, now: datetime, lease_s: float) -> bool:
        values = {"now": to_us(now), "new_lease": to_us(now + timedelta(seconds=lease_s))}
        with self._database.write() as connection:
            return connection.execute(_LEASE, _key_of(offered) | values).rowcount == 1

    def to_repeat(self, before: datetime) -> list[Offered]:
        """Offers that have waited since before an instant and are now to be repeated, by the caller alone and once."""
        with self._database.read() as connection:
            rows = connection.execute(_UNANSWERED, {"before": to_us(before)}).all()
        taken = []
        for offered in map(_offered, rows):
            with self._database.write() as connection:
                if connection.execute(_AGAIN, _key_of(offered)).rowcount == 1:
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

    # --- reading again ------------------------------------------------------------------------------------------------

    def heard_until(self) -> datetime | None:
        """Until when all that was said was heard; None before the first start."""
        with self._database.read() as connection:
            return from_us(connection.execute(_MARK, {"key_name": HEARD}).scalar())

    def heard(self, at: datetime) -> None:
        """All that was said until then is heard, or is among what is to be read again."""
        with self._database.write() as connection:
            self._mark(connection, at)

    def read_again(self, since: datetime, *, until: datetime, also: Iterable[str] = ()) -> int:
        """
        Have every conversation of the desk, and those `also`, read again since an instant; the time until `until` is heard.

        One transaction: a gap is either still to be found or written down. Returns how many conversations there are.
        """
        with self._database.write() as connection:
            found = [row.channel for look in (_CHANNELS, _OFFER_CHANNELS) for row in connection.execute(look)]
            channels = list(dict.fromkeys([*found, *also]))
            self._add_unread(connection, [(channel, "") for channel in channels], since)
            self._mark(connection, until)
        return len(channels)

    def also_unread(self, rows: Iterable[tuple[str, str]], since: datetime) -> None:
        """Threads (channel, root) that are to be read as well."""
        with self._database.write() as connection:
            self._add_unread(connection, rows, since)

    def live_threads(self, channel: str, *, closed_since: datetime) -> list[LiveThread]:
        """The threads of tickets in a conversation, save of those that are closed and were quiet since an instant."""
        values = {"key_channel": channel, "quiet": to_us(closed_since)}
        with self._database.read() as connection:
            return [LiveThread(row.ts, from_us(row.last_activity_at)) for row in connection.execute(_THREADS, values)]

    def take_unread(self, now: datetime, lease_s: float) -> Unread | None:
        """Something to read, for the caller alone until the lease ends; None where there is nothing just now."""
        at = {"now": to_us(now)}
        with self._database.write() as connection:
            row = connection.execute(_NEXT, at).one_or_none()
            if row is None:
                return None
            key = {"key_channel": row.channel, "key_root": row.root_ts, "key_fence": row.fence}
            values = key | at | {"new_lease": to_us(now + timedelta(seconds=lease_s))}
            if connection.execute(_TAKE, values).rowcount != 1:
                return None
        return Unread(row.channel, row.root_ts, from_us(row.since), row.until_ts, row.fence + 1)

    def give_back(
        self,
        reading: Unread,
        *,
        since: datetime | None = None,
        until_ts: str | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        """It is read in part, or not at all: go on from there, at once or from `retry_at` (machine time) on. Raises LeaseLost."""
        values = {
            "new_since": to_us(since or reading.since),
            "new_until": until_ts or reading.until_ts,
            "new_retry": to_us(retry_at) if retry_at else None,
        }
        with self._database.write() as connection:
            if connection.execute(_BACK, _unread_key(reading) | values).rowcount != 1:
                raise LeaseLost("Another worker reads this now.")

    def read(self, reading: Unread, *, also: Iterable[tuple[str, str]] = ()) -> None:
        """
        It is read to the end, and so are the threads (channel, root) `also`, if nobody reads them now. Raises LeaseLost.
        """
        with self._database.write() as connection:
            if connection.execute(_READ, _unread_key(reading)).rowcount != 1:
                raise LeaseLost("Another worker reads this now.")
            for channel, root_ts in also:
                key = {"key_channel": channel, "key_root": root_ts, "new_since": to_us(reading.since)}
                connection.execute(_READ_TOO, key)

    def left_unread(self) -> int:
        """How many conversations and threads are still to be read."""
        with self._database.read() as connection:
            return int(connection.execute(_LEFT).scalar_one())

    def next_unread(self) -> datetime | None:
        """When (machine time) one may be free that is held back or being read by somebody now."""
        with self._database.read() as connection:
            return from_us(connection.execute(_NEXT_FREE).scalar())

    def _add_unread(self, connection: Connection, rows: Iterable[tuple[str, str]], since: datetime) -> None:
        for channel, root_ts in rows:
            values = {"channel": channel, "root_ts": root_ts, "since": to_us(since), "fence": 0}
            if connection.execute(self._add, values).rowcount != 1:
                key = {"key_channel": channel, "key_root": root_ts}
                connection.execute(_EARLIER, key | {"new_since": to_us(since)})

    def _mark(self, connection: Connection, at: datetime) -> None:
        if connection.execute(self._first_mark, {"name": HEARD, "at": to_us(at)}).rowcount != 1:
            connection.execute(_SET_MARK, {"key_name": HEARD, "new_at": to_us(at)})


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


def _unread_key(reading: Unread) -> dict[str, Any]:
    return {"key_channel": reading.channel, "key_root": reading.root_ts, "key_fence": reading.fence}


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
