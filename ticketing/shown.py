"""
What is shown to people: which message stands where, for what; and which alerts have been told, in which message.

A row of `shown` finds the message to edit, tells on which side of the conversation a thread is, and finds the copy of a
comment that was edited or deleted. A row of `alerts` is one stage of one clock run; its `home` is the message that told it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Connection,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from ticketing.database import Database
from ticketing.instants import from_us
from ticketing.ladder import HELD, HELD_LAPSE, IDLE
from ticketing.model import ClockKind, PersonId, TicketRef
from ticketing.tables import alerts, ladder, shown, tickets
from ticketing.tables.chat import IS_CARD_OF_AGENT

WARNING = "warning"
BREACH = "breach"

FELL_DUE_AT = "fell_due_at"
"""In the log's entry of an alert, and in the row that asks for its line: when it could be found first (business time, us)."""

ALERT_CARD, ALERT_COUNTDOWN = "alert_card", "countdown_card"
"""The rows of the outbox that ask for the message of an alert to be as things stand, or to say how near a deadline is."""

ALERT_LISTED = "listed_card"
"""The same of the message of what fell due while nothing ran, for a ticket that has another of its own."""

ALERT_LINE, ALERT_SAID, ALERT_SETTLED = "alert_line", "alert_said", "alert_settled"
"""The rows that ask for a line in its thread: a step, what somebody did about it, how it ended."""


@dataclass(frozen=True)
class Shown:
    """
    A message that stands somewhere: where, in which thread, and on whose side of the conversation.

    `side` is "customer", "agent", "team" or "alert", and belongs to the thread's root. `digest` is of what was last
    rendered; None where nothing is known of it.
    """

    customer_id: int
    place: str
    about: str
    channel: str
    ts: str
    thread_ts: str | None
    side: str
    digest: str | None = None


@dataclass(frozen=True)
class AlertKey:
    """One stage of one clock run of a ticket: what an alert is exactly one of. `stage` is WARNING or BREACH."""

    ref: TicketRef
    kind: ClockKind
    run: int
    stage: str


@dataclass(frozen=True)
class AlertRow:
    """An alert as it was raised: when its clock was due, when it was found, and the message that told it, if one has."""

    key: AlertKey
    due_at: datetime
    created_at: datetime
    home: str | None
    is_held_back: bool = False
    """Whether it came about in quiet hours and is to wait for their end, or was when it last was looked at."""


_msg = shown.c
_SHOWN_KEY = and_(
    _msg.customer_id == bindparam("key_customer_id"),
    _msg.place == bindparam("key_place"),
    _msg.about == bindparam("key_about"),
)
_SHOWN = select(shown).where(_SHOWN_KEY)
_STANDING = select(_msg.about).where(
    _msg.customer_id == bindparam("key_customer_id"),
    _msg.place == bindparam("key_place"),
    _msg.about.in_(bindparam("names", expanding=True)),
)
_EVERY_SHOWN_BY_MESSAGE = (
    select(shown)
    .where(_msg.channel == bindparam("channel"), _msg.ts == bindparam("ts"))
    .order_by(_msg.customer_id, _msg.place, _msg.about)
)
_SHOWN_BY_MESSAGE = _EVERY_SHOWN_BY_MESSAGE.limit(1)
_SHOWN_EVERYWHERE = select(shown).where(
    _msg.customer_id == bindparam("key_customer_id"), _msg.about == bindparam("key_about")
)
CARDS_OF_AGENT = (
    select(_msg.customer_id, tickets.c.id)
    .join(
        tickets,
        and_(tickets.c.customer_id == _msg.customer_id, tickets.c.id == cast(func.substr(_msg.about, 3), BigInteger)),
    )
    .where(_msg.place == bindparam("key_place"), IS_CARD_OF_AGENT, tickets.c.category == bindparam("category"))
    .order_by(_msg.customer_id, tickets.c.id)
)
_new = postgresql.insert(shown)  # SQLite writes the clause in the same words
_REMEMBER = _new.on_conflict_do_update(
    index_elements=["customer_id", "place", "about"],
    set_={name: _new.excluded[name] for name in ("channel", "ts", "thread_ts", "side", "digest")},
)
_FORGET = shown.delete().where(_SHOWN_KEY, _msg.ts == bindparam("key_ts"))
FORGET_MESSAGE = shown.delete().where(
    _msg.place == bindparam("key_place"), _msg.channel == bindparam("key_channel"), _msg.ts == bindparam("key_ts")
)
"""A message is gone, with all the matters that it showed together."""

_alert, _climb = alerts.c, ladder.c
_OF_TICKET = (_climb.customer_id == _alert.customer_id, _climb.ticket_id == _alert.ticket_id)
IS_HELD_BACK = case(
    (
        _alert.stage.in_([literal_column(f"'{stage}'") for stage in (WARNING, BREACH)]),
        exists().where(
            *_OF_TICKET,
            _climb.kind == literal_column(f"'{HELD}'"),
            _climb.run == 0,
            _climb.since >= _alert.created_at,  # what came about later was told at once
        ),
    ),
    (
        _alert.stage == literal_column(f"'{IDLE}'"),  # a promise came to its end
        exists().where(
            *_OF_TICKET, _climb.kind == literal_column(f"'{HELD_LAPSE}'"), _climb.since == _alert.created_at
        ),
    ),
    else_=false(),
).label("is_held_back")
"""Of an alert, whether it waits on the ladder for the end of quiet hours. The steps have waited themselves."""
_IS_LAPSE_HELD = select(
    exists().where(
        _climb.customer_id == bindparam("key_customer_id"),
        _climb.ticket_id == bindparam("key_ticket_id"),
        _climb.kind == literal_column(f"'{HELD_LAPSE}'"),
        _climb.run == bindparam("key_run"),
    )
)
_ALERTS = (
    select(alerts, IS_HELD_BACK)
    .where(_alert.customer_id == bindparam("key_customer_id"), _alert.ticket_id == bindparam("key_ticket_id"))
    .order_by(_alert.created_at, _alert.stage)
)
_TOLD = (
    update(alerts)
    .where(
        _alert.customer_id == bindparam("key_customer_id"),
        _alert.ticket_id == bindparam("key_ticket_id"),
        _alert.kind == bindparam("key_kind"),
        _alert.run == bindparam("key_run"),
        _alert.stage == bindparam("key_stage"),
        _alert.home.is_(None),
    )
    .values(home=bindparam("new_home"))
)


class ShownMessages:
    """What stands where, in the database of one desk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def shown(self, customer_id: int, place: str, about: str) -> Shown | None:
        """The message that shows `about` in `place`, if it stands there."""
        key = {"key_customer_id": customer_id, "key_place": place, "key_about": about}
        with self._database.read() as connection:
            row = connection.execute(_SHOWN, key).one_or_none()
        return None if row is None else Shown(**row._mapping)

    def standing(self, place: str, matters: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
        """Of matters (customer and name) those that some message in `place` shows."""
        names: dict[int, list[str]] = {}
        for customer_id, about in matters:
            names.setdefault(customer_id, []).append(about)
        with self._database.read() as connection:
            return {
                (customer_id, row.about)
                for customer_id, wanted in names.items()
                for row in connection.execute(
                    _STANDING, {"key_customer_id": customer_id, "key_place": place, "names": wanted}
                )
            }

    def shown_by_message(self, channel: str, ts: str) -> Shown | None:
        """What a message of ours shows; for a reply, ask with its thread's ts."""
        with self._database.read() as connection:
            row = connection.execute(_SHOWN_BY_MESSAGE, {"channel": channel, "ts": ts}).one_or_none()
        return None if row is None else Shown(**row._mapping)

    def every_shown_by_message(self, channel: str, ts: str) -> list[Shown]:
        """All that a message shows: several tickets began with one that several people opened theirs from."""
        with self._database.read() as connection:
            rows = connection.execute(_EVERY_SHOWN_BY_MESSAGE, {"channel": channel, "ts": ts})
            return [Shown(**row._mapping) for row in rows]

    def shown_everywhere(self, customer_id: int, about: str) -> list[Shown]:
        """Every message that shows `about`, in whatever place."""
        key = {"key_customer_id": customer_id, "key_about": about}
        with self._database.read() as connection:
            return [Shown(**row._mapping) for row in connection.execute(_SHOWN_EVERYWHERE, key)]

    def cards_of_agent(self, place: str, category: str) -> list[TicketRef]:
        """The tickets of a category of which an assignment's card stands in somebody's conversation, theirs or once theirs."""
        asked = {"key_place": place, "category": category}
        with self._database.read() as connection:
            return [TicketRef(PersonId(row.customer_id), row.id) for row in connection.execute(CARDS_OF_AGENT, asked)]

    def remember(self, message: Shown, *, told: Iterable[AlertKey] = ()) -> None:
        """
        Record a message that stands somewhere, replacing what was known of the same place and matter.

        `told` are the alerts that it has told of, if nothing told of them before.
        """
        with self._database.write() as connection:
            remember(connection, message)
            tell_at_home(connection, message, told)

    def forget(self, message: Shown) -> None:
        """Record that a message is gone, unless another already stands for it."""
        key = {"key_customer_id": message.customer_id, "key_place": message.place, "key_about": message.about}
        with self._database.write() as connection:
            connection.execute(_FORGET, {**key, "key_ts": message.ts})

    def alerts(self, ref: TicketRef) -> list[AlertRow]:
        """The alerts of a ticket, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(_ALERTS, {"key_customer_id": ref.customer_id, "key_ticket_id": ref.number})
            return [
                AlertRow(
                    AlertKey(ref, ClockKind(row.kind), row.run, row.stage),
                    from_us(row.due_at),
                    from_us(row.created_at),
                    row.home,
                    bool(row.is_held_back),
                )
                for row in rows
            ]

    def is_lapse_held_back(self, ref: TicketRef, event: int) -> bool:
        """Whether it waits for the end of quiet hours that a promise came to its end, as the log's event of that number says."""
        key = {"key_customer_id": ref.customer_id, "key_ticket_id": ref.number, "key_run": event}
        with self._database.read() as connection:
            return bool(connection.execute(_IS_LAPSE_HELD, key).scalar_one())


def remember(connection: Connection, *messages: Shown) -> None:
    """Record messages that stand somewhere, within a transaction that is open already."""
    connection.execute(_REMEMBER, [dict(message.__dict__) for message in messages])


def tell_at_home(connection: Connection, message: Shown, told: Iterable[AlertKey]) -> None:
    """Record that `message` was the first to tell of these alerts."""
    home = f"{message.channel}:{message.ts}"
    keys = [
        {
            "key_customer_id": key.ref.customer_id,
            "key_ticket_id": key.ref.number,
            "key_kind": key.kind.value,
            "key_run": key.run,
            "key_stage": key.stage,
            "new_home": home,
        }
        for key in told
    ]
    if keys:
        connection.execute(_TOLD, keys)
