"""
What is to be read again after a gap, and until when all was heard.

A conversation or thread that is to be read is a row, taken under a fenced lease like everything else that runs by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, String, and_, bindparam, cast, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ticketing.database import Database
from ticketing.errors import LeaseLost
from ticketing.instants import from_us, to_us
from ticketing.model import PersonId, TicketRef
from ticketing.offering import Offering
from ticketing.tables import held_back, inbound_marks, offers, tickets, unread
from ticketing.tables import shown as shown_messages
from ticketing.waits import is_free

HEARD = "heard"
"""The mark until when everything that was said has been heard."""


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


_u = unread.c
_UNREAD_KEY = and_(_u.channel == bindparam("key_channel"), _u.root_ts == bindparam("key_root"))
_MINE = and_(_UNREAD_KEY, _u.fence == bindparam("key_fence"))
_FREE = and_(is_free(_u.lease_until), is_free(_u.retry_after))
_EARLIER = update(unread).where(_UNREAD_KEY, _u.since > bindparam("new_since")).values(since=bindparam("new_since"))
# Conversations before their threads; threads by age: what was said first is heard first.
_NEXT = select(unread).where(_FREE).order_by(_u.root_ts, _u.channel).limit(1)
_TAKE = (
    update(unread).where(_MINE, _FREE).values(lease_until=bindparam("new_lease"), fence=_u.fence + 1, retry_after=None)
)
_KEEP = update(unread).where(_MINE).values(lease_until=bindparam("new_lease"))
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

_s = shown_messages.c
_SIDES = ["customer", "agent", "team", "team_out"]
"""Whose cards have a thread in which a ticket is spoken of."""
_CHANNELS = select(_s.channel).where(_s.side.in_(_SIDES)).distinct()
_OFFER_CHANNELS = select(offers.c.channel).distinct()
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
        _s.side.in_(_SIDES),
        or_(tickets.c.status != "closed", tickets.c.last_activity_at >= bindparam("quiet")),
    )
    .order_by(_s.ts)
)
_h = held_back.c
_HELD_BACK = select(_h.ticket_id).where(
    _h.customer_id == bindparam("key_customer"), _h.source == bindparam("key_source")
)
_MARK = select(inbound_marks.c.at).where(inbound_marks.c.name == bindparam("key_name"))
_SET_MARK = (
    update(inbound_marks)
    .where(inbound_marks.c.name == bindparam("key_name"), inbound_marks.c.at < bindparam("new_at"))
    .values(at=bindparam("new_at"))
)


class Inbound(Offering):
    """What is remembered of what comes in. Instants called `now` are machine time, all others business time."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        dialect: Any = sqlite if database.is_sqlite else postgresql
        self._add = dialect.insert(unread).on_conflict_do_nothing(index_elements=["channel", "root_ts"])
        self._first_mark = dialect.insert(inbound_marks).on_conflict_do_nothing(index_elements=["name"])

        self._hold_back = dialect.insert(held_back).on_conflict_do_nothing(index_elements=["customer_id", "source"])

    # --- not sent -----------------------------------------------------------------------------------------------------

    def hold_back(self, ref: TicketRef, source: str) -> None:
        """A message in a ticket's thread, by its natural key, was refused: it is never sent, however often it is heard."""
        row = {"customer_id": ref.customer_id, "source": source, "ticket_id": ref.number}
        with self._database.write() as connection:
            connection.execute(self._hold_back, row)

    def held_back(self, customer_id: PersonId, source: str) -> TicketRef | None:
        """On which of a customer's tickets a message was refused; None where it was not."""
        with self._database.read() as connection:
            number = connection.execute(_HELD_BACK, {"key_customer": customer_id, "key_source": source}).scalar()
        return None if number is None else TicketRef(customer_id, number)

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

    def keep(self, reading: Unread, until: datetime) -> None:
        """It is the caller's alone until then (machine time). Raises LeaseLost."""
        with self._database.write() as connection:
            if connection.execute(_KEEP, _unread_key(reading) | {"new_lease": to_us(until)}).rowcount != 1:
                raise LeaseLost("Another worker reads this now.")

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

    def _add_unread(self, connection: Connection, rows: Iterable[tuple[str, str]], since: datetime) -> None:
        for channel, root_ts in rows:
            values = {"channel": channel, "root_ts": root_ts, "since": to_us(since), "fence": 0}
            if connection.execute(self._add, values).rowcount != 1:
                key = {"key_channel": channel, "key_root": root_ts}
                connection.execute(_EARLIER, key | {"new_since": to_us(since)})

    def _mark(self, connection: Connection, at: datetime) -> None:
        if connection.execute(self._first_mark, {"name": HEARD, "at": to_us(at)}).rowcount != 1:
            connection.execute(_SET_MARK, {"key_name": HEARD, "new_at": to_us(at)})


def _unread_key(reading: Unread) -> dict[str, Any]:
    return {"key_channel": reading.channel, "key_root": reading.root_ts, "key_fence": reading.fence}
