"""
What the escalation channel reads: which alerts wait to be told, and which a message has told.

One read each, whatever the number of tickets, so that a thousand breaches can be one message.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from ticketing import standing
from ticketing.desk.base import DeskBase
from ticketing.desk.climbs import NEXT as NEXT_STEP
from ticketing.desk.climbs import due_climbs
from ticketing.desk.watching import GRACE, due_tickets, next_due
from ticketing.instants import from_us
from ticketing.ladder import touched_at
from ticketing.model import HELD, ClockKind, PersonId, Priority, TicketRef, TicketStatus
from ticketing.outbox import LOST_ANSWER, Errand, errand_from
from ticketing.shown import ALERT_CARD, ALERT_LINE, ALERT_LISTED, ALERT_SAID, BREACH, IS_HELD_BACK, WARNING, AlertKey
from ticketing.tables import alerts, outbox, shown, sla_clocks, tickets

MOST = 2500
"""How many tickets one message tells of."""

SHRINKS_TO = 4
"""Of a message whose worker has vanished the next tells of so many times fewer: it may be what took too long to draw."""

PATIENCE = timedelta(seconds=30)
"""How long a message waits for more that is due when nothing comes (business time)."""

LONGEST_WAIT = timedelta(minutes=2)
"""How long it waits in all: what cannot be marked holds nothing else back for longer (business time)."""

BEHIND = timedelta(seconds=1)
"""What fell due so long ago (business time) and is not marked shows that there is more of it than one moment's work."""


@dataclass(frozen=True)
class AlertedStage:
    """One alert of a ticket, with the clock it is about."""

    key: AlertKey
    priority: Priority
    created_at: datetime
    instant: datetime
    """When it fell due: the breach's or the warning's own moment."""
    home: str | None
    """The message that told it (its channel and ts), if one has."""
    is_owed: bool
    """Whether what it says still holds: the clock runs and is still so far, nobody has taken the ticket, ..."""
    due_at: datetime
    is_late: bool
    has_ended: bool
    """Whether its clock runs no more."""
    is_held_back: bool = False
    """Whether it came about in quiet hours and waits for their end."""

    @property
    def is_told(self) -> bool:
        return self.home is not None


@dataclass(frozen=True)
class AlertedTicket:
    """
    A ticket with all its alerts; `rows` are the ids of the outbox rows that ask for its card, and `about` is the name under
    which a message shows it; `is_held` tells whether an agent has it.
    """

    ref: TicketRef
    priority: Priority
    category: str
    stages: tuple[AlertedStage, ...]
    rows: tuple[int, ...] = ()
    about: str = ""
    is_held: bool = False

    @property
    def owed(self) -> list[AlertedStage]:
        return [stage for stage in self.stages if stage.is_owed]

    @property
    def is_owed(self) -> bool:
        return bool(self.owed)

    @property
    def is_late(self) -> bool:
        return any(stage.is_late for stage in self.owed)

    @property
    def rank(self) -> tuple[bool, bool, datetime, int]:
        """The worst first: what is late, the longest; then what falls due next; what is settled last."""
        due = min((stage.due_at for stage in self.owed), default=max(stage.due_at for stage in self.stages))
        return not self.is_owed, not self.is_late, due, self.ref.number


_row, _msg, _alert, _clock = outbox.c, shown.c, alerts.c, sla_clocks.c
ALERT_COLUMNS = (
    _alert.customer_id,
    _alert.ticket_id,
    _alert.kind,
    _alert.run,
    _alert.stage,
    _alert.due_at.label("alert_due_at"),
    _alert.created_at,
    _alert.home,
    IS_HELD_BACK,
    _clock.due_at,
    _clock.warn_at,
    _clock.warned_at,
    _clock.breached_at,
    _clock.ended_at,
    _clock.paused_at,
    tickets.c.priority,
    tickets.c.category,
    tickets.c.status,
    tickets.c.sla_start_at,
    tickets.c.assigned_at,
    tickets.c.last_activity_at,
    tickets.c.stepped_at,
)
_IN_PLACE = and_(_row.state == literal_column("'waiting'"), _row.place == bindparam("at_place"))
# What may have been sent already is not taken along by others: it has to be looked up first.
_FREE = and_(_row.lease_until.is_(None), or_(_row.reason.is_(None), _row.reason != LOST_ANSWER))
_WAITS = and_(_IN_PLACE, _FREE)
_OWN = and_(_row.customer_id == bindparam("own_customer"), _row.id == bindparam("own_row"))
IS_ALERT_CARD = _row.kind == literal_column(f"'{ALERT_CARD}'")
_HOME_OF_ROW = and_(
    _msg.customer_id == _row.customer_id,
    _msg.place == _row.place,
    _msg.about == literal("a:") + cast(_row.ticket_id, String),
)
CLOCK_OF_ALERT = and_(
    _clock.customer_id == _alert.customer_id,
    _clock.ticket_id == _alert.ticket_id,
    _clock.kind == _alert.kind,
    _clock.run == _alert.run,
)
TICKET_OF_ALERT = and_(tickets.c.customer_id == _alert.customer_id, tickets.c.id == _alert.ticket_id)
_ALERT_OF_ROW = and_(_alert.customer_id == _row.customer_id, _alert.ticket_id == _row.ticket_id)

_UNTOLD = (
    select(_row.id.label("row"), *ALERT_COLUMNS)
    .select_from(
        outbox.outerjoin(shown, _HOME_OF_ROW)
        .join(alerts, _ALERT_OF_ROW)
        .outerjoin(sla_clocks, CLOCK_OF_ALERT)
        .join(tickets, TICKET_OF_ALERT)
    )
    .where(_IN_PLACE, IS_ALERT_CARD, _msg.ts.is_(None))
    .order_by(_row.id)
    .limit(bindparam("rows"))
)
UNTOLD = _UNTOLD.where(or_(_FREE, _OWN))
# Behind the last colon of its name, as in "a:12" and "d:345:12".
_number = func.substr(_msg.about, func.length(func.rtrim(_msg.about, "0123456789")) + 1)
_IS_ALERT = or_(*(_msg.about.like(f"{kind}:%") for kind in "aid"))  # its own message, or one of many
MEMBERS = (
    select(_msg.about, *ALERT_COLUMNS)
    .select_from(
        shown.join(
            alerts,
            and_(
                _alert.customer_id == _msg.customer_id,
                _alert.ticket_id == cast(_number, BigInteger),
            ),
        )
        .outerjoin(sla_clocks, CLOCK_OF_ALERT)
        .join(tickets, TICKET_OF_ALERT)
    )
    .where(_msg.channel == bindparam("at_channel"), _msg.ts == bindparam("at_ts"), _IS_ALERT)
)
_SAME_HOME = and_(_msg.channel == bindparam("at_channel"), _msg.ts == bindparam("at_ts"))
# What waits in the place is found first, and then whether it is of that message: the other way round, each of thousands of
# tickets that a message tells of would be looked for among thousands of rows that wait.
_cards = (
    select(_row.customer_id, _row.id, _row.about)
    .where(_WAITS, or_(IS_ALERT_CARD, _row.kind == literal_column(f"'{ALERT_LISTED}'")))
    .cte("cards")
    .prefix_with("MATERIALIZED")
)
_lines = select(outbox).where(_WAITS, _row.kind == bindparam("of_kind")).cte("lines").prefix_with("MATERIALIZED")


def _home_of(waiting: CTE) -> ColumnElement[bool]:
    return and_(
        _msg.customer_id == waiting.c.customer_id,
        _msg.place == bindparam("at_place"),
        _msg.about == literal("a:") + cast(waiting.c.ticket_id, String),
        _SAME_HOME,
    )


_SHOWS_CARD = and_(
    _msg.customer_id == _cards.c.customer_id,
    _msg.place == bindparam("at_place"),
    _msg.about == _cards.c.about,
    _SAME_HOME,
)
CARDS_OF = select(_cards.c.customer_id, _cards.c.id).select_from(_cards.join(shown, _SHOWS_CARD))
CARDS_IN = select(func.count(_row.about.distinct()).label("cards"), func.max(_row.created_at).label("newest")).where(
    _IN_PLACE, IS_ALERT_CARD
)
LINES_OF = (
    select(_lines).select_from(_lines.join(shown, _home_of(_lines))).order_by(_lines.c.id).limit(bindparam("rows"))
)


LINES_ABROAD = (
    select(outbox, _msg.ts.label("home_ts"))
    .select_from(outbox.join(shown, _HOME_OF_ROW))
    .where(_WAITS, _row.kind.in_([literal_column(f"'{ALERT_LINE}'"), literal_column(f"'{ALERT_SAID}'")]))
    .order_by(_row.id)
    .limit(bindparam("rows"))
)
OF_TICKETS = (
    select(*ALERT_COLUMNS)
    .select_from(alerts.outerjoin(sla_clocks, CLOCK_OF_ALERT).join(tickets, TICKET_OF_ALERT))
    .where(_alert.customer_id == bindparam("customer_id"), _alert.ticket_id.in_(bindparam("numbers", expanding=True)))
)
LINES_IN = select(_row.customer_id, _row.id, _row.ticket_id, _row.data).where(
    _WAITS, _row.kind == literal_column(f"'{ALERT_LINE}'")
)


class Alerting(DeskBase):
    """See `ticketing.desk.Desk`."""

    def is_gathering(self, errand: Errand) -> bool:
        """
        Whether more is just coming about for the message of an alert: what fell due by the time `errand` did, and is not
        marked yet. Ask before reading what waits, for then all that fell due together is found.

        No longer once a message is full, or once nothing has come for a while: the watch may have died.
        """
        with self._database.read() as connection:
            if not self._is_more_due(connection, errand.created_at):
                return False
            waiting = connection.execute(CARDS_IN, {"at_place": errand.place}).one()
        newest = from_us(waiting.newest) or errand.created_at
        now = self._clock()
        # What came about long after now did so before the clock was set back.
        is_patient = abs(now - newest) <= PATIENCE and now - errand.created_at <= LONGEST_WAIT
        return int(waiting.cards) < MOST and is_patient

    def is_watch_behind(self) -> bool:
        """Whether more is due than the watch and the ladder have come to: they have work for longer than a moment."""
        with self._database.read() as connection:
            return self._is_more_due(connection, self._clock() - BEHIND)

    def _is_more_due(self, connection: Connection, by: datetime) -> bool:
        """Whether something is not marked yet that fell due `by` then; what cannot be marked keeps nobody waiting."""
        due = (next_due(connection), from_us(connection.execute(NEXT_STEP).scalar()))
        if not any(at is not None and at <= by for at in due):
            return False
        watch, ladder = self.setbacks("watch"), self.setbacks("ladder")
        if len(watch) + len(ladder) == 0:
            return True
        marked = due_tickets(connection, by - GRACE, 1 + len(watch))
        climbs = due_climbs(connection, by, 1 + len(ladder))
        now = self._clock()
        return any(not watch.waits(ref, now) for ref in marked) or any(not ladder.waits(each, now) for each in climbs)

    def untold_alerts(self, errand: Errand) -> list[AlertedTicket]:
        """The tickets whose alerts wait in the place of `errand`, its own included, and stand in no message yet."""
        most = _most(errand)
        key = {"at_place": errand.place, "own_customer": errand.customer_id, "own_row": errand.id, "rows": most * 4}
        with self._database.read() as connection:
            return alerted_tickets(connection.execute(UNTOLD, key).all())[:most]

    def lines_telling(self, place: str, told: Collection[AlertKey]) -> list[tuple[int, int]]:
        """The outbox rows (customer and id) of lines that would tell of these alerts once more."""
        wanted = {(key.ref.customer_id, key.ref.number, key.kind.value, key.run, key.stage) for key in told}
        with self._database.read() as connection:
            return [
                (row.customer_id, row.id)
                for row in connection.execute(LINES_IN, {"at_place": place})
                if (row.customer_id, row.ticket_id, row.data["clock"], row.data["run"], row.data["stage"]) in wanted
            ]

    def alerts_being_told(self, place: str) -> list[AlertedTicket]:
        """The tickets whose alerts stand in no message yet, or in one that has just been posted and not written down."""
        with self._database.read() as connection:
            return alerted_tickets(connection.execute(_UNTOLD, {"at_place": place, "rows": MOST * 4}).all())[:MOST]

    def alerts_in_message(self, channel: str, ts: str) -> list[AlertedTicket]:
        """The tickets that a message of the escalation channel tells of."""
        with self._database.read() as connection:
            return alerted_tickets(connection.execute(MEMBERS, {"at_channel": channel, "at_ts": ts}).all())

    def alerts_of(self, refs: Iterable[TicketRef]) -> list[AlertedTicket]:
        """Those of the tickets that have alerts."""
        numbers: dict[int, set[int]] = {}
        for ref in refs:
            numbers.setdefault(ref.customer_id, set()).add(ref.number)
        with self._database.read() as connection:
            keys = ({"customer_id": customer, "numbers": sorted(wanted)} for customer, wanted in numbers.items())
            return alerted_tickets([row for key in keys for row in connection.execute(OF_TICKETS, key)])

    def lines_in_threads(self, place: str) -> list[tuple[Errand, str]]:
        """The lines of steps and deeds that wait in a place, each with the message (its ts) in whose thread it belongs."""
        with self._database.read() as connection:
            rows = connection.execute(LINES_ABROAD, {"at_place": place, "rows": MOST})
            return [(errand_from(row), row.home_ts) for row in rows]

    def cards_waiting_for(self, place: str, channel: str, ts: str) -> list[tuple[int, int]]:
        """The outbox rows (customer and id) that ask for an edit of that message."""
        with self._database.read() as connection:
            rows = connection.execute(CARDS_OF, {"at_place": place, "at_channel": channel, "at_ts": ts})
            return [(row.customer_id, row.id) for row in rows]

    def lines_waiting_for(self, place: str, channel: str, ts: str, kind: str) -> list[Errand]:
        """The lines of a kind that wait for the thread of that message, oldest first."""
        key = {"at_place": place, "at_channel": channel, "at_ts": ts, "of_kind": kind, "rows": MOST}
        with self._database.read() as connection:
            return [errand_from(row) for row in connection.execute(LINES_OF, key)]


def _most(errand: Errand) -> int:
    """Fewer each time that a worker has vanished over it, or was given up: else nobody might ever come to its end."""
    most = MOST
    if errand.is_doubtful and errand.reason != LOST_ANSWER:
        for _ in range(errand.attempts - 1):
            most //= SHRINKS_TO
    return max(1, most)


def alerted_tickets(rows: Iterable[Any]) -> list[AlertedTicket]:
    """Tickets with their alerts, from rows of `ALERT_COLUMNS`."""
    found: dict[TicketRef, AlertedTicket] = {}
    for row in rows:
        ref = TicketRef(PersonId(row.customer_id), row.ticket_id)
        about = row.about if "about" in row._fields else ""
        is_held = TicketStatus(row.status) in HELD
        new = AlertedTicket(ref, Priority(row.priority), row.category, (), about=about, is_held=is_held)
        ticket = found.get(ref, new)
        stage = _stage(ref, row)
        known = {each.key for each in ticket.stages}
        ids = ticket.rows if "row" not in row._fields or row.row in ticket.rows else (*ticket.rows, row.row)
        stages = ticket.stages if stage.key in known else (*ticket.stages, stage)
        found[ref] = replace(ticket, stages=stages, rows=ids)
    return list(found.values())


def _stage(ref: TicketRef, row: Any) -> AlertedStage:
    due_at, warn_at = from_us(row.alert_due_at), from_us(row.warn_at)
    created_at = from_us(row.created_at)
    instant = {WARNING: warn_at, BREACH: due_at}.get(row.stage)
    return AlertedStage(
        key=AlertKey(ref, ClockKind(row.kind), row.run, row.stage),
        priority=Priority(row.priority),
        created_at=created_at,
        instant=instant or created_at,
        home=row.home,
        is_owed=standing.holds(
            row.stage,
            row,
            TicketStatus(row.status),
            began=from_us(row.sla_start_at),
            touched=touched_at(from_us(row.assigned_at), from_us(row.last_activity_at), from_us(row.stepped_at)),
            raised_at=created_at,
            is_told=row.home is not None,
        ),
        due_at=from_us(row.due_at) or due_at,
        is_late=row.breached_at is not None,
        has_ended=row.ended_at is not None,
        is_held_back=bool(row.is_held_back),
    )
