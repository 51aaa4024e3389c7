"""
Seeing to an alert: somebody takes it, or has seen it, until an instant at which it comes back.

A promise is about what had been alerted when it was given. It is one row a ticket; what became of it is in the audit log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from ticketing import standing
from ticketing.desk.assignment import give_by_hand, who_can_hold
from ticketing.desk.base import checked_instant, use_case
from ticketing.desk.climbs import count_anew
from ticketing.desk.people import agent_of
from ticketing.desk.reading import Reading
from ticketing.desk.roles import as_team
from ticketing.errors import InvalidInput, NoAlert, NoPromise
from ticketing.events import EventKind
from ticketing.instants import from_us, is_id, to_us
from ticketing.ladder import (
    IDLE,
    NOBODY,
    first_due,
    has_no_deadline,
    is_any_late,
    is_idle,
    told_from,
    touched,
    without_promise,
)
from ticketing.model import OVER, PersonId, SlaClock, Ticket, TicketRef, TicketStatus
from ticketing.rows import event_from
from ticketing.tables import alert_promises, alerts, ladder, ticket_events
from ticketing.transaction import Transaction

TAKE, SEEN, PICK_UP = "take", "seen", "pick_up"
"""PICK_UP: taken because nobody took it or it lay. The audit log says "take" of that too."""

GRACE = timedelta(minutes=1)
"""How long the end of a promise may take to be told before the ladder tells what it held up."""

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
_HELD_UP = update(ladder).where(*_CLIMBS, *_of_clock).values(since=bindparam("ended"))
_HELD_UP_UNTAKEN = (
    update(ladder)
    .where(*_CLIMBS, _climb.kind == NOBODY, _climb.step > 0, _climb.since <= bindparam("taken"))
    .values(since=bindparam("ended"))
)
_HELD_UP_IDLE = update(ladder).where(*_CLIMBS, _climb.kind == IDLE, _climb.step > 0).values(since=bindparam("ended"))
"""The steps of a climb that a promise was about count from its end, also once it is forgotten."""

_alert = alerts.c
_RAISED = select(_alert.kind, _alert.run, _alert.stage, _alert.created_at, _alert.home).where(
    _alert.customer_id == bindparam("key_customer_id"),
    _alert.ticket_id == bindparam("key_ticket_id"),
    _alert.created_at <= bindparam("by"),
)

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
_PROMISED_BY = (
    select(_promise.customer_id, _promise.ticket_id)
    .where(_promise.person_id == bindparam("of_person"), _promise.until > bindparam("at"))
    .order_by(_promise.customer_id, _promise.ticket_id)
)
_END = (
    update(alert_promises)
    .where(*_OF_TICKET, _promise.person_id == bindparam("of_person"), _promise.until > bindparam("at"))
    .values(until=bindparam("at"))
)


@dataclass(frozen=True)
class AlertPromise:
    """
    Who sees to a ticket's alerts until when; `is_seen`: they have only taken note, and the holder stays; `is_pick_up`: they have
    taken it because nobody took it or it lay.
    """

    person_id: PersonId
    is_seen: bool
    taken_at: datetime
    until: datetime
    is_pick_up: bool = False

    def is_about(self, clock: SlaClock) -> bool:
        """Whether this clock had been alerted when the promise was given."""
        return any(at is not None and at <= self.taken_at for at in (clock.warned_at, clock.breached_at))

    def covers(self, clock: SlaClock) -> bool:
        """The same, and it is still owed."""
        return clock.is_running and self.is_about(clock)

    def picks_up(self, ticket: Ticket) -> bool:
        """Whether they took it because nobody did, and nobody has said or done anything about it since."""
        waits = ticket.status not in (TicketStatus.PENDING_CUSTOMER, *OVER)
        return self.is_pick_up and waits and touched(ticket) <= self.taken_at


class Promising(Reading):
    """See `ticketing.desk.Desk`."""

    @use_case
    def take_alert(self, ref: TicketRef, *, by: PersonId, until: datetime, seen: bool = False) -> Ticket:
        """
        Promise to see to what is due on a ticket by `until`; who takes it and is an agent has the ticket from now on.

        With `seen` the holder stays. A further promise replaces the one before. Raises InvalidInput for an end that is not
        to come or too far off, NoAlert when no alert stands, NotAnAgent, OwnTicket, TicketNotFound.
        """
        until = checked_instant("until", until)
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            if until <= tx.now:
                raise InvalidInput("until", "Choose a time that is still to come.")
            if until > tx.now + LONGEST:
                raise InvalidInput("until", "Choose a time within a week.")
            as_team(tx, ticket, by, "take alerts")
            before = promise_of(tx.connection, ref)
            promise = _promised(tx.connection, ticket, AlertPromise(by, seen, tx.now, until), before)
            agent = None if seen or ticket.assigned_agent_id == by else who_can_hold(tx, ticket, by)
            if agent is not None:
                ticket = give_by_hand(tx, ticket, agent, by=by)
            if before is not None and before.until > until:
                count_anew(tx, ref)  # it holds up less
            _forget(tx, ref)
            tx.connection.execute(_KEEP, [_row(ref, promise)])
            data = {"kind": SEEN if seen else TAKE, "until": to_us(until)}
            return tx.log(ticket, EventKind.ALERT_TAKEN, by=by, data=data)

    @use_case
    def release_alert(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """Take the promise back, whoever gave it: the alert stands open again. Raises NoPromise, NotAnAgent, TicketNotFound."""
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "release alerts")
            promise = promise_of(tx.connection, ref)
            if promise is None or not _is_owed(tx.connection, ticket, promise):
                raise NoPromise(ticket)
            _forget(tx, ref)
            data = {"person": promise.person_id, "until": to_us(promise.until)}
            return tx.log(ticket, EventKind.ALERT_RELEASED, by=by, data=data)

    def check_alert(self, ref: TicketRef, *, seen: bool = False) -> None:
        """Raises NoAlert where no alert stands that could be taken or seen now; TicketNotFound."""
        ticket, now = self.ticket(ref), self._clock()
        with self._database.read() as connection:
            promise = AlertPromise(ticket.customer_id, seen, now, now)
            _promised(connection, ticket, promise, promise_of(connection, ref))

    def alert_promise(self, ref: TicketRef) -> AlertPromise | None:
        """The promise last given about a ticket's alerts, if it has not come to its end."""
        if not (is_id(ref.customer_id) and is_id(ref.number)):
            return None
        with self._database.read() as connection:
            return promise_of(connection, ref)

    def standing_promise(self, ref: TicketRef) -> AlertPromise | None:
        """The same, while something that it is about still is so. Raises TicketNotFound."""
        ticket = self.ticket(ref)
        with self._database.read() as connection:
            promise = promise_of(connection, ref)
            return promise if promise is not None and _is_owed(connection, ticket, promise) else None

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


def _promised(
    connection: Connection, ticket: Ticket, promise: AlertPromise, before: AlertPromise | None
) -> AlertPromise:
    """The promise, with what it is about; whoever takes over what was taken because it lay goes on with that. Raises NoAlert."""
    is_handed_on = before is not None and before.picks_up(ticket) and not promise.is_seen
    if is_handed_on or matters_by(connection, ticket, promise.taken_at):
        return promise if promise.is_seen else replace(promise, is_pick_up=True)
    if not _covered(promise, ticket):
        raise NoAlert(ticket)
    return promise


def _hold_up(tx: Transaction, ticket: Ticket, promise: AlertPromise) -> None:
    """What it was about goes on climbing from its end, or from when that is told."""
    told = told_from(tx.configuration.quiet_hours, ticket.priority, promise.until)
    key = _key(ticket.ref) | {"ended": to_us(told)}
    tx.connection.execute(_HELD_UP_UNTAKEN, key | {"taken": to_us(promise.taken_at)})
    if IDLE in matters_by(tx.connection, ticket, promise.taken_at):
        tx.connection.execute(_HELD_UP_IDLE, key)
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
    """
    Unless nothing is owed of us; while it is the customer's turn, the promise was kept.

    Of what was picked up and not touched, no alert stands any more: it is one of a ticket that lies from now on, unless it is
    overdue, which says more.
    """
    is_counting = any(clock.is_counting for clock in _covered(promise, ticket))
    matters = matters_by(tx.connection, ticket, promise.taken_at)
    if not is_counting and not matters and not promise.picks_up(ticket):
        return ticket
    kind = SEEN if promise.is_seen else TAKE
    data: dict[str, Any] = {"person": promise.person_id, "kind": kind, "until": to_us(promise.until)}
    if promise.picks_up(ticket) and not matters_by(tx.connection, ticket, tx.now) and not is_any_late(ticket, tx.now):
        clock = first_due(ticket)
        tx.alert(ticket, clock, IDLE, clock.due_at or tx.now)
        data |= {"clock": clock.kind.value, "run": clock.run, "stage": IDLE}
    return tx.log(ticket, EventKind.ALERT_LAPSED, by=None, data=data)


def _is_owed(connection: Connection, ticket: Ticket, promise: AlertPromise) -> bool:
    """Whether something that it is about still is so."""
    if _covered(promise, ticket) or promise.picks_up(ticket):
        return True
    return bool(matters_by(connection, ticket, promise.taken_at))


def matters_by(connection: Connection, ticket: Ticket, at: datetime) -> set[str]:
    """NOBODY and IDLE, where the ticket was told of by then because nobody takes it or it lies, and that is still so."""
    clocks = {(clock.kind.value, clock.run): clock for clock in ticket.clocks}
    found = set[str]()
    for row in connection.execute(_RAISED, _key(ticket.ref) | {"by": to_us(at)}):
        clock = clocks.get((row.kind, row.run)) or without_promise(ticket, row.run)
        if has_no_deadline(row.stage) and standing.holds(
            row.stage,
            clock,
            ticket.status,
            began=ticket.sla_start_at,
            touched=touched(ticket),
            raised_at=from_us(row.created_at),
            is_told=row.home is not None,
        ):
            found.add(IDLE if is_idle(row.stage) else NOBODY)
    return found


def _covered(promise: AlertPromise, ticket: Ticket) -> Iterable[SlaClock]:
    return [clock for clock in ticket.clocks if promise.covers(clock)]


def end_promises_of(connection: Connection, person_id: PersonId, now: datetime) -> None:
    """Whoever is of the team no more sees to nothing any longer: what they had promised comes to its end now."""
    whose = {"of_person": person_id, "at": to_us(now)}
    for row in connection.execute(_PROMISED_BY, whose).all():
        connection.execute(_END, whose | _key(TicketRef(row.customer_id, row.ticket_id)))


def promise_of(connection: Connection, ref: TicketRef) -> AlertPromise | None:
    """The promise about a ticket's alerts, if there is one."""
    row = connection.execute(PROMISE, _key(ref)).one_or_none()
    if row is None:
        return None
    taken_at, until = from_us(row.taken_at), from_us(row.until)
    return AlertPromise(PersonId(row.person_id), row.kind == SEEN, taken_at, until, row.kind == PICK_UP)


def _forget(tx: Transaction, ref: TicketRef) -> None:
    tx.connection.execute(_FORGET, _key(ref))


def _key(ref: TicketRef) -> dict[str, int]:
    return {"key_customer_id": ref.customer_id, "key_ticket_id": ref.number}


def _row(ref: TicketRef, promise: AlertPromise) -> dict[str, object]:
    return {
        "customer_id": ref.customer_id,
        "ticket_id": ref.number,
        "person_id": promise.person_id,
        "kind": SEEN if promise.is_seen else PICK_UP if promise.is_pick_up else TAKE,
        "taken_at": to_us(promise.taken_at),
        "until": to_us(promise.until),
    }
