"""
Two tickets of one customer about the same matter become one, and within the window two again (docs/merging.md).

Comments stay where they were said and are read along (`ticketing.family`); what is said later is said on the other ticket.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, insert, select, update

from ticketing import family, indexing
from ticketing.desk.amending import without_what_was_pulled_back
from ticketing.desk.base import use_case
from ticketing.desk.comments import our_turn
from ticketing.desk.problems import Problems
from ticketing.desk.roles import as_team, speaks_for_desk
from ticketing.desk.tags import carry_tags, take_tags
from ticketing.desk.taking_back import NOTHING_TO_UNDO, as_before, check_window, events_of, events_since
from ticketing.errors import OtherCustomersTicket, SameTicket, TicketClosed, TooLateToUndo
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import from_us, is_id, to_us
from ticketing.lifecycle import Because
from ticketing.model import ClockKind, CloseReason, PersonId, Ticket, TicketRef, TicketStatus
from ticketing.rows import comment_from
from ticketing.tables import ticket_watchers, tickets
from ticketing.transaction import Transaction

JOIN = "join tickets"
SAID_SINCE = "something was said since that the customer has written or can read"
OVER_SINCE = "the other ticket is over by now"

_watcher = ticket_watchers.c
_watchers_of = (_watcher.customer_id == bindparam("customer_id"), _watcher.ticket_id == bindparam("number"))
WATCHERS = select(_watcher.person_id).where(*_watchers_of).order_by(_watcher.person_id)
FORGET_WATCHERS = delete(ticket_watchers).where(
    *_watchers_of, _watcher.person_id.in_(bindparam("them", expanding=True))
)
GOES_TO = (
    update(tickets)
    .where(tickets.c.customer_id == bindparam("key_customer_id"), tickets.c.id == bindparam("key_id"))
    .values(merged_into=bindparam("target", type_=BigInteger))
)
"""Written before all the rest, for the index of words to be read by it."""


class Merging(Problems):
    """See `ticketing.desk.Desk`."""

    @use_case
    def merge(self, ref: TicketRef, into: TicketRef, *, by: PersonId) -> Ticket:
        """
        Join a ticket with another of the same customer: it is closed and says where it went; again changes nothing.

        What was said on it is read on the other, what is said on it later is said there, who watched it watches that one, its
        tags are put on that one as well, and its problem goes over to that one if it has none.
        Its clocks end; if its customer waited for an answer, they now do on the other, save a resolved one. Raises SameTicket,
        OtherCustomersTicket, TicketClosed for either of them, NotAnAgent, OwnTicket, TicketNotFound.
        """
        if ref == into:
            raise SameTicket(ref.number)
        with self._transaction() as tx:
            if ref.customer_id != into.customer_id:
                as_team(tx, tx.locked(ref), by, JOIN)
                as_team(tx, tx.locked(into), by, JOIN)
                raise OtherCustomersTicket(ref.number, into.number)
            ticket, target = both_locked(tx, ref, into)
            as_team(tx, ticket, by, JOIN)
            if into in family.went_to(tx.connection, ref):
                return ticket
            for each in (target, ticket):
                if each.status is TicketStatus.CLOSED:
                    raise TicketClosed(each)
            return self._merged(tx, ticket, target, by=by)

    @use_case
    def unmerge(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """
        Take back a merge, within the window for undoing: the ticket is as it was, and so is the other one.

        Anybody of the team may. Too late once anything was said on the other ticket that the customer has written or can
        read, and once that is over. Raises TooLateToUndo, NotAnAgent, OwnTicket, TicketNotFound.
        """
        with self._transaction() as tx:
            way = family.went_to(tx.connection, ref) if is_id(ref.customer_id) and is_id(ref.number) else []
            ticket, target = both_locked(tx, ref, way[0]) if way else (tx.locked(ref), None)
            for each in filter(None, (ticket, target)):
                as_team(tx, each, by, "take tickets apart")
            if target is None or ticket.merged_into != target.number:
                raise TooLateToUndo(ticket, NOTHING_TO_UNDO)
            act = events_of(tx, ticket, EventKind.STATUS)[0]
            check_window(tx, ticket, act)
            received = next(
                event
                for event in events_of(tx, target, EventKind.RECEIVED_MERGE)
                if event.from_value == str(ticket.number)
            )
            self._returned(tx, ticket, target, received, by=by)
            _goes_to(tx, ticket, None)
            ticket = as_before(tx, tx.change(ticket, merged_into=None), act, by=by)
            ticket = _out_of_sight_again(tx, ticket)
            ticket = without_what_was_pulled_back(tx, ticket, events_since(tx, ticket, act.seq), by=by)
            ticket = tx.log(ticket, EventKind.UNMERGED, by=by, from_value=target.number)
            indexing.rewrite(tx.connection, target.ref, subject=target.subject, description=target.description)
            return ticket

    def _merged(self, tx: Transaction, ticket: Ticket, target: Ticket, *, by: PersonId) -> Ticket:
        waits_for_answer = target.status is not TicketStatus.RESOLVED and _awaits_answer(tx, ticket)
        asleep = {"snoozed_until": to_us(ticket.snoozed_until)} if ticket.snoozed_until else None
        ticket = tx.log(ticket, EventKind.MERGED, by=by, to_value=target.number, data=asleep)
        ticket = tx.move(
            ticket,
            TicketStatus.CLOSED,
            by=by,
            because=Because.ENDED,
            reason=CloseReason.MERGED.value,
            close_reason=CloseReason.MERGED,
            merged_into=target.number,
        )
        data: dict[str, Any] = {"watchers": _watch_along(tx, ticket, target), "asked_at": None, "next_run": None}
        data |= {
            "tags": carry_tags(tx, ticket, target, by=by),
            "problem": self._carry_problem(tx, ticket, target, by=by),
        }
        target = tx.final(target.ref)
        data["waited"] = target.status is TicketStatus.PENDING_CUSTOMER
        target = tx.change(target, last_activity_at=tx.now)
        if waits_for_answer:
            runs = _next_runs(target)
            target = our_turn(tx, target, by=by, at=tx.now)
            data["asked_at"] = to_us(tx.now)
            data["next_run"] = next(iter(_next_runs(target) - runs), None)
        tx.log(target, EventKind.RECEIVED_MERGE, by=by, from_value=ticket.number, data=data)
        _goes_to(tx, ticket, target.number)
        indexing.rewrite(tx.connection, target.ref, subject=target.subject, description=target.description)
        return tx.final(ticket.ref)

    def _returned(
        self, tx: Transaction, ticket: Ticket, target: Ticket, received: TicketEvent, *, by: PersonId
    ) -> None:
        """The other ticket as it was before the merge. Raises TooLateToUndo where it cannot be any more."""
        since = events_since(tx, target, received.seq)
        if any(_is_public(event) for event in since):
            raise TooLateToUndo(ticket, SAID_SINCE)
        steps = [event for event in since if event.kind is EventKind.STATUS]
        is_over = target.status is TicketStatus.CLOSED or (
            target.status is TicketStatus.RESOLVED and any(step.to_value == TicketStatus.RESOLVED for step in steps)
        )
        if is_over:
            raise TooLateToUndo(ticket, OVER_SINCE)
        run = received.data["next_run"]
        started = next((c for c in target.clocks if c.kind is ClockKind.NEXT_RESPONSE and c.run == run), None)
        voided = run if started is not None and started.is_running else None
        if voided is not None:
            target = tx.stop_clocks(target, void=[ClockKind.NEXT_RESPONSE])
        if received.data["asked_at"] and received.data["waited"] and not steps:
            target = tx.move(target, TicketStatus.PENDING_CUSTOMER, by=by)
        if received.data["watchers"]:
            tx.connection.execute(FORGET_WATCHERS, _key(target) | {"them": received.data["watchers"]})
        take_tags(tx, target, received.data.get("tags", ()), by=by)
        self._bring_problem_back(tx, target, ticket, received.data.get("problem"), by=by)
        tx.log(target, EventKind.RETURNED_MERGE, by=by, to_value=ticket.number, data={"next_run": voided})


def both_locked(tx: Transaction, one: TicketRef, other: TicketRef) -> tuple[Ticket, Ticket]:
    """Both tickets, locked by ascending number: two who want the same two never wait for each other."""
    for ref in sorted((one, other), key=lambda each: each.number):
        tx.locked(ref)
    return tx.locked(one), tx.locked(other)


def _awaits_answer(tx: Transaction, ticket: Ticket) -> bool:
    """Whether it is our turn: the last word that both sides can read is the customer's, and nothing solved it."""
    if ticket.status in (TicketStatus.RESOLVED, TicketStatus.PENDING_CUSTOMER):
        return False
    rows = family.said(tx.connection, ticket.ref, include_internal=False)
    said = [each for each in map(comment_from, rows) if not each.is_automatic and each.deleted_at is None]
    return not said or not speaks_for_desk(tx.connection, ticket, said[-1].author_id)


def _next_runs(ticket: Ticket) -> set[int]:
    return {clock.run for clock in ticket.clocks if clock.kind is ClockKind.NEXT_RESPONSE}


def _watch_along(tx: Transaction, ticket: Ticket, target: Ticket) -> list[int]:
    """Let who watched a ticket watch the other; who did not before. However many: they were asked in one by one."""
    watched = set(tx.connection.execute(WATCHERS, _key(target)).scalars())
    new = [each for each in tx.connection.execute(WATCHERS, _key(ticket)).scalars() if each not in watched]
    rows = [
        {
            "customer_id": target.customer_id,
            "ticket_id": target.number,
            "person_id": person_id,
            "since_at": to_us(tx.now),
        }
        for person_id in new
    ]
    if rows:
        tx.connection.execute(insert(ticket_watchers), rows)
    return new


def _is_public(event: TicketEvent) -> bool:
    return event.kind is EventKind.COMMENTED and not (event.data["internal"] or event.data["automatic"])


def _out_of_sight_again(tx: Transaction, ticket: Ticket) -> Ticket:
    """Put off as it was before the merge, unless it was to come back meanwhile."""
    until = from_us(events_of(tx, ticket, EventKind.MERGED)[0].data.get("snoozed_until"))
    return tx.change(ticket, snoozed_until=until) if ticket.is_held and until and until > tx.now else ticket


def _goes_to(tx: Transaction, ticket: Ticket, number: int | None) -> None:
    row = {"key_customer_id": ticket.customer_id, "key_id": ticket.number, "target": number}
    tx.connection.execute(GOES_TO, row)


def _key(ticket: Ticket) -> dict[str, Any]:
    return {"customer_id": ticket.customer_id, "number": ticket.number}
