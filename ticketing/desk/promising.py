"""
Seeing to an alert: somebody takes it, or has seen it, until an instant at which it comes back.

A promise is about what had been alerted when it was given. It is one row a ticket; what became of it is in the audit log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from ticketing.desk.assignment import give_by_hand, who_can_hold
from ticketing.desk.base import DeskBase, checked_instant, use_case
from ticketing.desk.people import agent_of
from ticketing.desk.roles import as_team
from ticketing.errors import InvalidInput, NoAlert
from ticketing.events import EventKind
from ticketing.instants import from_us, is_id, to_us
from ticketing.ladder import IDLE, NOBODY, told_from
from ticketing.model import PersonId, SlaClock, Ticket, TicketRef, TicketStatus
from ticketing.rows import event_from
from ticketing.tables import alert_promises, ladder, ticket_events
from ticketing.transaction import Transaction

TAKE, SEEN = "take", "seen"

LONGEST = timedelta(days=7)
"""Nobody can put an alert off further than this."""

_promise = alert_promises.c
_OF_TICKET = (_promise.customer_id == bindparam("key_customer_id"), _promise.ticket_id == bindparam("key_ticket_id"))
PROMISE = select(alert_promises).where(*_OF_TICKET)
LAPSED = (
    select(_promise.customer_id, _promise.ticket_id)
    .where(_promise.until <= bindparam("now"))
    .order_by(_promise.until)
    .limit(bindparam("rows"))
)
NEXT_LAPSE = select(func.min(_promise.until))
NEXT_LAPSE_AFTER = NEXT_LAPSE.where(_promise.until > bindparam("now"))
_climb = ladder.c
_CLIMBS = (
    _climb.customer_id == bindparam("key_customer_id"),
    _climb.ticket_id == bindparam("key_ticket_id"),
    _climb.since < bindparam("ended"),
)
_of_clock = (_climb.kind == bindparam("of_kind"), _climb.run == bindparam("of_run"))
_was_told_of = (_climb.kind.in_([NOBODY, IDLE]), _climb.step > 0, _climb.since <= bindparam("taken"))
_HELD_UP = update(ladder).where(*_CLIMBS, *_of_clock).values(since=bindparam("ended"))
_HELD_UP_WITHOUT_DEADLINE = update(ladder).where(*_CLIMBS, *_was_told_of).values(since=bindparam("ended"))
"""The steps of a climb that a promise was about count from its end, also once it is forgotten."""

_told = ticket_events.c
LAST_PROMISE = (
    select(ticket_events)
    .where(
        _told.customer_id == bindparam("key_customer_id"),
        _told.ticket_id == bindparam("key_ticket_id"),
        _told.kind.in_([EventKind.ALERT_TAKEN.value, EventKind.ALERT_RELEASED.value, EventKind.ALERT_LAPSED.value]),
    )
    .order_by(_told.seq.desc())
    .limit(1)
)
LET_GO = (
    select(_told.seq)
    .where(
        _told.customer_id == bindparam("key_customer_id"),
        _told.ticket_id == bindparam("key_ticket_id"),
        _told.seq > bindparam("taken"),
        or_(
            and_(_told.kind == EventKind.ASSIGNED.value, _told.to_value != bindparam("taker")),
            and_(_told.kind == EventKind.STATUS.value, _told.to_value == TicketStatus.OPEN.value),
        ),
    )
    .limit(1)
)
_FORGET = delete(alert_promises).where(*_OF_TICKET)
_KEEP = insert(alert_promises)
_END = (
    update(alert_promises)
    .where(_promise.person_id == bindparam("of_person"), _promise.until > bindparam("at"))
    .values(until=bindparam("at"))
)


@dataclass(frozen=True)
class AlertPromise:
    """Who sees to a ticket's alerts until when; `is_seen`: they have only taken note, and the holder stays."""

    person_id: PersonId
    is_seen: bool
    taken_at: datetime
    until: datetime

    def is_about(self, clock: SlaClock) -> bool:
        """Whether this clock had been alerted when the promise was given."""
        return any(at is not None and at <= self.taken_at for at in (clock.warned_at, clock.breached_at))

    def covers(self, clock: SlaClock) -> bool:
        """The same, and it is still owed."""
        return clock.is_running and self.is_about(clock)


class Promising(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def take_alert(self, ref: TicketRef, *, by: PersonId, until: datetime, seen: bool = False) -> Ticket:
        """
        Promise to see to what is due on a ticket by `until`; who takes it and is an agent has the ticket from now on.

        With `seen` the holder stays. A further promise replaces the one before. Raises InvalidInput for an end that is not
        to come or too far off, NoAlert when nothing alerted is owed, NotAnAgent, OwnTicket, TicketNotFound.
        """
        until = checked_instant("until", until)
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if until <= tx.now:
                raise InvalidInput("until", "Choose a time that is still to come.")
            if until > tx.now + LONGEST:
                raise InvalidInput("until", "Choose a time within a week.")
            as_team(tx, ticket, by, "take alerts")
            promise = AlertPromise(by, seen, tx.now, until)
            if not _covered(promise, ticket):
                raise NoAlert(ticket)
            agent = None if seen or ticket.assigned_agent_id == by else who_can_hold(tx, ticket, by)
            if agent is not None:
                ticket = give_by_hand(tx, ticket, agent, by=by)
            _forget(tx, ref)
            tx.connection.execute(_KEEP, [_row(ref, promise)])
            data = {"kind": SEEN if seen else TAKE, "until": to_us(until)}
            return tx.log(ticket, EventKind.ALERT_TAKEN, by=by, data=data)

    @use_case
    def release_alert(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """Take the promise back, whoever gave it: the alert stands open again. Raises NoAlert, NotAnAgent, TicketNotFound."""
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "release alerts")
            promise = promise_of(tx.connection, ref)
            if promise is None or not _covered(promise, ticket):
                raise NoAlert(ticket)
            _forget(tx, ref)
            data = {"person": promise.person_id, "until": to_us(promise.until)}
            return tx.log(ticket, EventKind.ALERT_RELEASED, by=by, data=data)

    def alert_promise(self, ref: TicketRef) -> AlertPromise | None:
        """The promise last given about a ticket's alerts, if it has not come to its end."""
        if not (is_id(ref.customer_id) and is_id(ref.number)):
            return None
        with self._database.read() as connection:
            return promise_of(connection, ref)

    def lapse_step(self, now: datetime, *, limit: int = 200) -> datetime | None:
        """
        End the promises whose time is over by `now`; what is then still owed comes back as an alert.

        What fails keeps no other from it, and waits. Returns the instant at which to look again; None when nobody has
        promised anything.
        """
        setbacks = self.setbacks("promises")
        look, rows = setbacks.look(now), limit + len(setbacks)
        with self._database.read() as connection:
            due = connection.execute(LAPSED, {"now": to_us(now), "rows": rows}).all()
        for ref in look.free(TicketRef(PersonId(row.customer_id), row.ticket_id) for row in due):
            look.attempt(ref, partial(self._lapse, ref, now))
        if len(due) == rows:
            return now
        with self._database.read() as connection:
            statement = NEXT_LAPSE_AFTER if len(setbacks) else NEXT_LAPSE
            return look.next(from_us(connection.execute(statement, {"now": to_us(now)}).scalar()))

    @use_case
    def _lapse(self, ref: TicketRef, now: datetime) -> None:
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            promise = promise_of(tx.connection, ref)
            if promise is None or promise.until > now:
                return
            _forget(tx, ref)
            _hold_up(tx, ticket, promise)
            _tell_of_lapse(tx, ticket, promise)


def _hold_up(tx: Transaction, ticket: Ticket, promise: AlertPromise) -> None:
    """What it was about goes on climbing from its end, or from when that is told."""
    told = told_from(tx.configuration.quiet_hours, ticket.priority, promise.until)
    key = _key(ticket.ref) | {"ended": to_us(told)}
    tx.connection.execute(_HELD_UP_WITHOUT_DEADLINE, key | {"taken": to_us(promise.taken_at)})
    for clock in ticket.clocks:
        if promise.is_about(clock):
            tx.connection.execute(_HELD_UP, key | {"of_kind": clock.kind.value, "of_run": clock.run})


def let_go(tx: Transaction, ticket: Ticket) -> bool:
    """
    End the promise of whoever took the alert, and with it the ticket, once the ticket is in other hands or in the queue; whether
    there was one. Whoever has only seen it, or holds no tickets, goes on seeing to it.
    """
    promise = promise_of(tx.connection, ticket.ref)
    if promise is None or promise.is_seen or (ticket.is_held and ticket.assigned_agent_id == promise.person_id):
        return False
    if agent_of(tx.connection, promise.person_id) is None:
        return False
    _forget(tx, ticket.ref)
    return True


def lapse_again(tx: Transaction, ticket: Ticket, since: datetime) -> Ticket:
    """
    What ended the ticket or answered it at `since` is taken back: a promise that came to its end meanwhile comes back now.

    Nothing was owed then, so that nobody was told.
    """
    row = tx.connection.execute(LAST_PROMISE, _key(ticket.ref)).mappings().one_or_none()
    if row is None or row["kind"] != EventKind.ALERT_TAKEN or promise_of(tx.connection, ticket.ref) is not None:
        return ticket
    taken = event_from(row)
    until, is_seen = from_us(taken.data["until"]), taken.data["kind"] == SEEN
    if taken.actor_id is None or not since <= until <= tx.now:
        return ticket
    was_let_go = _key(ticket.ref) | {"taken": taken.seq, "taker": str(taken.actor_id)}
    if not is_seen and agent_of(tx.connection, taken.actor_id) and tx.connection.execute(LET_GO, was_let_go).first():
        return ticket
    return _tell_of_lapse(tx, ticket, AlertPromise(taken.actor_id, is_seen, taken.at, until))


def _tell_of_lapse(tx: Transaction, ticket: Ticket, promise: AlertPromise) -> Ticket:
    """Unless nothing is owed of us; while it is the customer's turn, the promise was kept."""
    if not any(clock.is_counting for clock in _covered(promise, ticket)):
        return ticket
    kind = SEEN if promise.is_seen else TAKE
    data = {"person": promise.person_id, "kind": kind, "until": to_us(promise.until)}
    return tx.log(ticket, EventKind.ALERT_LAPSED, by=None, data=data)


def _covered(promise: AlertPromise, ticket: Ticket) -> Iterable[SlaClock]:
    return [clock for clock in ticket.clocks if promise.covers(clock)]


def end_promises_of(connection: Connection, person_id: PersonId, now: datetime) -> None:
    """Whoever is of the team no more sees to nothing any longer: what they had promised comes to its end now."""
    connection.execute(_END, {"of_person": person_id, "at": to_us(now)})


def promise_of(connection: Connection, ref: TicketRef) -> AlertPromise | None:
    """The promise about a ticket's alerts, if there is one."""
    row = connection.execute(PROMISE, _key(ref)).one_or_none()
    if row is None:
        return None
    return AlertPromise(PersonId(row.person_id), row.kind == SEEN, from_us(row.taken_at), from_us(row.until))


def _forget(tx: Transaction, ref: TicketRef) -> None:
    tx.connection.execute(_FORGET, _key(ref))


def _key(ref: TicketRef) -> dict[str, int]:
    return {"key_customer_id": ref.customer_id, "key_ticket_id": ref.number}


def _row(ref: TicketRef, promise: AlertPromise) -> dict[str, object]:
    return {
        "customer_id": ref.customer_id,
        "ticket_id": ref.number,
        "person_id": promise.person_id,
        "kind": SEEN if promise.is_seen else TAKE,
        "taken_at": to_us(promise.taken_at),
        "until": to_us(promise.until),
    }
