"""
One transaction of the desk: the dozen verbs in which its use cases are written.

A use case locks a ticket, moves frozen values from one state to the next, and says what happened; the verbs keep clocks,
log, queue and load right, whatever the use case. What was said is written at the end, table by table, so that one
transaction is a handful of statements however many verbs it used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ticketing import lifecycle, queue, sla
from ticketing.calendars import Pause
from ticketing.configuration import Category, Configuration
from ticketing.errors import TicketNotFound
from ticketing.instants import from_us, is_id, to_us
from ticketing.model import (
    HELD,
    Attachment,
    ClockKind,
    Comment,
    EventKind,
    PersonId,
    SlaClock,
    Ticket,
    TicketEvent,
    TicketRef,
    TicketStatus,
)
from ticketing.prepared import change, run
from ticketing.rows import alert_row, attachment_row, clock_from, comment_row, errand_row, event_row, ticket_from
from ticketing.statements import (
    CLOCKS,
    LOCKED_TICKET,
    NEXT_TICKET_NUMBER,
    PAUSES,
    REOPEN_PAUSES,
    TAKE_LOAD,
    TAKE_LOAD_BY_HAND,
    TAKE_LOAD_URGENT,
    TAKE_UNHELD,
)
from ticketing.tables import alerts, attachments, comments, outbox, sla_pauses, ticket_events
from ticketing.writing import Unwritten, next_on_sqlite, write

Observer = Callable[["Transaction", Ticket, TicketEvent], None]

Holders = Callable[[Category], frozenset[str] | None]
"""Who can hold a category's tickets, by outside reference; None where it may be anybody."""

_RANKED_BY = {"status", "priority", "tier", "sla_start_at"}


def anybody(_category: Category) -> frozenset[str] | None:
    """Every category's tickets may be held by any agent."""
    return None


class Transaction:
    """What a use case may do. Made by the Desk, which calls `finish` before it commits."""

    def __init__(
        self,
        connection: Connection,
        *,
        now: datetime,
        configured: Callable[[int | None], Configuration],
        observers: Iterable[Observer],
        is_sqlite: bool,
        holders: Holders = anybody,
    ) -> None:
        self.connection = connection
        self.holders = holders
        self.now = now
        self._configured = configured
        self._configuration: Configuration | None = None
        self._observers = tuple(observers)
        self._is_sqlite = is_sqlite
        self._work = Unwritten()
        self._events: list[TicketEvent] = []

    # --- reading ------------------------------------------------------------------------------------------------------

    @property
    def configuration(self) -> Configuration:
        """The configuration in force, the same throughout the transaction."""
        if self._configuration is None:
            self._configuration = self._configured(None)
        return self._configuration

    def configured(self, version: int | None) -> None:
        """What version is in force, said by who has read it along with something else; None where none is stored."""
        if self._configuration is None:
            self._configuration = self._configured(version or 0)

    def locked(self, ref: TicketRef) -> Ticket:
        """The ticket, held against everybody else until the commit. Raises TicketNotFound."""
        if ref in self._work.now:
            return self._work.now[ref]
        if not (is_id(ref.customer_id) and is_id(ref.number)):
            raise TicketNotFound(ref.number)
        ticket = self._load(LOCKED_TICKET, ref)
        self._work.before[ref] = self._work.now[ref] = ticket
        self._work.clocks_before[ref] = {(clock.kind, clock.run): clock for clock in ticket.clocks}
        return ticket

    def _load(self, statement: Any, ref: TicketRef) -> Ticket:
        key = {"customer_id": ref.customer_id, "number": ref.number}
        rows = run(self.connection, statement, key)
        if not rows:
            raise TicketNotFound(ref.number)
        self.configured(rows[0].config_version)
        clocks = [clock_from(each._asdict()) for each in run(self.connection, CLOCKS, key)]
        return ticket_from(rows[0]._asdict(), clocks, self.now)

    def pauses(self, ref: TicketRef, clock: SlaClock) -> list[Pause]:
        """The pauses of a clock as they are stored, oldest first."""
        key = {"customer_id": ref.customer_id, "number": ref.number, "kind": clock.kind.value, "run": clock.run}
        return [Pause(from_us(row.paused_at), from_us(row.resumed_at)) for row in self.connection.execute(PAUSES, key)]

    def next_ticket_number(self) -> int:
        """A number that was never used and never will be again."""
        if self._is_sqlite:
            return next_on_sqlite(self.connection, "ticket_number", 1)
        return int(run(self.connection, NEXT_TICKET_NUMBER, {})[0].number)

    # --- changing a ticket --------------------------------------------------------------------------------------------

    def create(self, ticket: Ticket, *, customer_name: str) -> Ticket:
        """A new ticket, written at the end, and found by its customer's name too."""
        self._work.opened[ticket.ref] = customer_name
        self._work.before[ticket.ref] = None
        self._work.now[ticket.ref] = ticket = _with(ticket, {"queue_rank": self._rank(ticket)})
        return ticket

    def change(self, ticket: Ticket, **changes: Any) -> Ticket:
        """The ticket with some fields changed; its version and its place in the queue follow."""
        current, before = self._work.now[ticket.ref], self._work.before[ticket.ref]
        if all(getattr(current, name) == value for name, value in changes.items()):
            return current
        changes["version"] = 1 if before is None else before.version + 1
        changed = _with(current, changes)
        if changes.keys() & _RANKED_BY:
            changed = _with(changed, {"queue_rank": self._rank(changed)})
        self._work.now[ticket.ref] = changed
        return changed

    def _rank(self, ticket: Ticket) -> int | None:
        """Only what is OPEN waits in the queue."""
        if ticket.status is not TicketStatus.OPEN:
            return None
        return queue.rank(ticket.priority, ticket.tier, ticket.sla_start_at, self.configuration.queue)

    def move(
        self,
        ticket: Ticket,
        to: TicketStatus,
        *,
        by: PersonId | None,
        because: lifecycle.Because | None = None,
        reason: str | None = None,
        **changes: Any,
    ) -> Ticket:
        """
        Take one step of the lifecycle, with what follows from it: clocks paused, resumed or ended; the log.

        Load and queue follow by themselves at the end. Raises TransitionNotAllowed.
        """
        ticket = self._work.now[ticket.ref]
        lifecycle.check(ticket.number, ticket.status, to, because)
        before = ticket.status
        if to is TicketStatus.OPEN:
            changes.setdefault("assigned_agent_id", None)
            changes.setdefault("assigned_at", None)
        if to not in HELD:
            changes.setdefault("snoozed_until", None)  # whose list it was hidden from holds it no longer
        if to is TicketStatus.RESOLVED:
            changes.setdefault("resolved_at", self.now)
        if to is TicketStatus.CLOSED:
            changes.setdefault("closed_at", self.now)
        ticket = self.change(ticket, status=to, **changes)
        if before is TicketStatus.PENDING_CUSTOMER:
            ticket = self._resume_clock(ticket)
        if to is TicketStatus.PENDING_CUSTOMER:
            ticket = self._pause_clock(ticket)
        data = None
        if to in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
            met = (ClockKind.RESOLUTION,) if to is TicketStatus.RESOLVED else ()
            data = {"ended": [[clock.kind.value, clock.run] for clock in ticket.clocks if clock.is_running]}
            ticket = self.stop_clocks(ticket, met=met, void=tuple(ClockKind))
        why = reason or because
        return self.log(ticket, EventKind.STATUS, by=by, from_value=before, to_value=to, reason=why, data=data)

    def hold(self, ticket: Ticket, agent_id: PersonId, *, already_counted: bool = False) -> Ticket:
        """Put the ticket into an agent's hands; `already_counted` when `take_load` has made room for it."""
        if already_counted:
            self._work.taken.add(ticket.ref)
        return self.change(
            ticket, assigned_agent_id=agent_id, last_agent_id=agent_id, assigned_at=self.now, snoozed_until=None
        )

    def log(
        self,
        ticket: Ticket,
        kind: EventKind,
        *,
        by: PersonId | None,
        from_value: object = None,
        to_value: object = None,
        reason: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Ticket:
        """Append to the audit log. Ids, codes and numbers only: never a person's words."""
        ticket = self.change(ticket, last_event=self._work.now[ticket.ref].last_event + 1)
        event = TicketEvent(
            customer_id=ticket.customer_id,
            ticket_number=ticket.number,
            seq=ticket.last_event,
            at=self.now,
            actor_id=by,
            kind=kind,
            from_value=None if from_value is None else str(from_value),
            to_value=None if to_value is None else str(to_value),
            reason=reason,
            data=data or {},
        )
        self._events.append(event)
        self._work.inserts[ticket_events].append(event_row(event))
        return ticket

    def say(self, ticket: Ticket, comment: Comment) -> Ticket:
        """Keep a comment."""
        self._work.inserts[comments].append(comment_row(comment))
        return self.change(ticket, last_comment=comment.number, last_activity_at=self.now)

    def keep_files(self, ticket: Ticket, comment: int, files: Iterable[Attachment], *, after: int = 0) -> None:
        """Refer to the files of a comment, in their order; a file that is referred to already is only named anew."""
        rows = (attachment_row(ticket.ref, comment, file, place) for place, file in enumerate(files, start=after + 1))
        self._work.inserts[attachments].extend(rows)

    # --- clocks -------------------------------------------------------------------------------------------------------

    def terms(self, ticket: Ticket) -> Mapping[ClockKind, sla.Terms]:
        """What is promised for a ticket as it now stands."""
        return sla.terms(self.configuration, priority=ticket.priority, tier=ticket.tier, category=ticket.category)

    def start_clocks(self, ticket: Ticket, kinds: Iterable[ClockKind], *, run: int, at: datetime) -> Ticket:
        """Start what is promised; a kind without a target starts nothing."""
        terms = self.terms(ticket)
        version = self.configuration.version
        started = [sla.started(terms[kind], run, at, version) for kind in kinds]
        return self._with_clocks(ticket, [clock for clock in started if clock is not None])

    def stop_clocks(
        self,
        ticket: Ticket,
        *,
        met: Iterable[ClockKind] = (),
        void: Iterable[ClockKind] = (),
        at: datetime | None = None,
    ) -> Ticket:
        """End running clocks: `met` were answered at `at` (in time or not), `void` are no longer owed."""
        at = at or self.now
        answered, obsolete = set(met), set(void)
        ticket = self._work.now[ticket.ref]
        ended = []
        for clock in ticket.clocks:
            if not clock.is_running or clock.kind not in answered | obsolete:
                continue
            pauses: list[Pause] = []
            if clock.paused_at is not None:
                pauses = self._stored_pauses(ticket, clock)
                self._end_pause(ticket, clock, at)
            calendar = self.terms(ticket)[clock.kind].calendar
            ended.append(sla.stopped(clock, at, calendar, pauses, void=clock.kind not in answered))
        return self._with_clocks(ticket, ended)

    def recompute_clocks(self, ticket: Ticket) -> Ticket:
        """After a new priority, category, tier or policy: new deadlines from the old starts, pauses kept."""
        ticket = self._work.now[ticket.ref]
        terms = self.terms(ticket)
        version = self.configuration.version
        running = [clock for clock in ticket.clocks if clock.is_running]
        changed = []
        for clock in running:
            pauses = self._stored_pauses(ticket, clock)
            changed.append(sla.recomputed(clock, self.now, terms[clock.kind], pauses, version))
            if clock.paused_at is not None and not changed[-1].is_running:
                self._end_pause(ticket, clock, self.now)
        ticket = self._with_clocks(ticket, changed)
        # An outcome is frozen: what was met or breached in this run is not promised anew.
        settled = {clock.kind for clock in ticket.clocks if clock.run == ticket.reopened_count and clock.is_judged}
        settled |= {clock.kind for clock in running}
        newly_promised = [kind for kind in _owed(ticket) if kind not in settled]
        for kind in newly_promised:
            new = sla.started(terms[kind], ticket.reopened_count, ticket.sla_start_at, version)
            if new is not None:
                pauses = self._stored_pauses(ticket, new)
                ticket = self.put_clock(ticket, sla.recomputed(new, self.now, terms[kind], pauses, version))
        return self._pause_clock(ticket) if ticket.status is TicketStatus.PENDING_CUSTOMER else ticket

    def put_clock(self, ticket: Ticket, clock: SlaClock) -> Ticket:
        """Replace one clock by a later state of it."""
        return self._with_clocks(ticket, [clock])

    def _with_clocks(self, ticket: Ticket, clocks: Iterable[SlaClock]) -> Ticket:
        by_key = {(clock.kind, clock.run): clock for clock in self._work.now[ticket.ref].clocks}
        by_key.update(((clock.kind, clock.run), clock) for clock in clocks)
        return self.change(ticket, clocks=tuple(by_key[key] for key in sorted(by_key)))

    def _pause_clock(self, ticket: Ticket) -> Ticket:
        clock = ticket.current_clock(ClockKind.RESOLUTION)
        if clock is None or not clock.is_running or clock.paused_at is not None:
            return ticket
        row = {"customer_id": ticket.customer_id, "ticket_id": ticket.number, "kind": clock.kind.value}
        self._work.inserts[sla_pauses].append(
            row | {"run": clock.run, "paused_at": to_us(self.now), "resumed_at": None}
        )
        return self._with_clocks(ticket, [sla.paused(clock, self.now)])

    def _resume_clock(self, ticket: Ticket) -> Ticket:
        clock = ticket.current_clock(ClockKind.RESOLUTION)
        if clock is None or not clock.is_running or clock.paused_at is None:
            return ticket
        pauses = self._stored_pauses(ticket, clock)
        self._end_pause(ticket, clock, self.now)
        terms = self.terms(ticket)[clock.kind]
        return self._with_clocks(ticket, [sla.resumed(clock, self.now, terms, pauses, self.configuration.version)])

    def reopen_pauses(self, ticket: Ticket, at: datetime) -> None:
        """Pauses that something now undone had ended at `at` go on, as if it had not happened."""
        key = {"key_customer_id": ticket.customer_id, "key_ticket_id": ticket.number, "ended": to_us(at)}
        self.connection.execute(REOPEN_PAUSES, key)

    def _stored_pauses(self, ticket: Ticket, clock: SlaClock) -> list[Pause]:
        unwritten = [
            Pause(from_us(row["paused_at"]), from_us(row["resumed_at"]))
            for row in self._work.inserts[sla_pauses]
            if (row["customer_id"], row["ticket_id"], row["kind"], row["run"])
            == (ticket.customer_id, ticket.number, clock.kind.value, clock.run)
        ]
        return self.pauses(ticket.ref, clock) + unwritten

    def _end_pause(self, ticket: Ticket, clock: SlaClock, at: datetime) -> None:
        self._work.ended_pauses.append(
            {
                "key_customer_id": ticket.customer_id,
                "key_ticket_id": ticket.number,
                "key_kind": clock.kind.value,
                "key_run": clock.run,
                "resumed": to_us(at),
            }
        )

    # --- load, alerts, outbox -----------------------------------------------------------------------------------------

    def take_load(self, agent_id: PersonId, *, urgent: bool = False, by_hand: bool = False) -> bool:
        """
        Make room with an agent if there is any; False: choose again, for somebody else has just taken it.

        URGENT needs no room, only that they are there; an agent who claims needs room, but is there in any case.
        """
        statement = TAKE_LOAD_BY_HAND if by_hand else TAKE_LOAD_URGENT if urgent else TAKE_LOAD
        return change(self.connection, statement, {"agent": agent_id, "now": to_us(self.now)}) == 1

    def take_load_of_first(self, agents: Sequence[PersonId], *, urgent: bool = False) -> PersonId | None:
        """
        Make room with the first of the agents, or with one of the next if the first are just being given something else.

        So writers who have all found the same agent do not wait for each other. None: choose again, the room is gone.
        """
        if not self._is_sqlite and len(agents) > 1:
            values = {"agents": list(agents), "now": to_us(self.now)}
            taken = run(self.connection, TAKE_UNHELD, values)
            if taken:
                return PersonId(taken[0].agent_id)
        return agents[0] if self.take_load(agents[0], urgent=urgent) else None

    def alert(self, ticket: Ticket, clock: SlaClock, stage: str, due_at: datetime) -> None:
        """One row for each clock run and stage: its key is what makes an alert exactly one."""
        self._work.inserts[alerts].append(alert_row(ticket.ref, clock, stage, due_at=due_at, at=self.now))

    def tell(
        self,
        place: str,
        about: str,
        kind: str,
        *,
        ticket: TicketRef | None,
        priority: int = 0,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Ask for something to be shown after the commit.

        `place` is `p:PERSON` (their conversation with the app) or `c:CHANNEL`; `about` names what is shown there,
        `kind` how; it is rendered from the state at the time of sending. Higher `priority` goes first.
        """
        row = errand_row(place, about, kind, ticket=ticket, priority=priority, data=data, at=self.now)
        self._work.inserts[outbox].append(row)

    # --- the end ------------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Tell the observers and write everything."""
        for event in self._events:
            ticket = self._work.now[TicketRef(event.customer_id, event.ticket_number)]
            for observer in self._observers:
                observer(self, ticket, event)
        write(self.connection, self._work, at=self.now, is_sqlite=self._is_sqlite)

    def final(self, ref: TicketRef) -> Ticket:
        """The ticket as it will be committed."""
        return self._work.now[ref]


def _with(ticket: Ticket, changes: Mapping[str, Any]) -> Ticket:
    """`dataclasses.replace` without calling `__init__` with three dozen names, which a ticket's path does ten times."""
    changed = object.__new__(Ticket)
    changed.__dict__.update(ticket.__dict__, **changes)
    return changed


def _owed(ticket: Ticket) -> Iterable[ClockKind]:
    """What is still to be done on the ticket, whether anything is promised about it or not."""
    if ticket.status is TicketStatus.OPEN:
        yield ClockKind.TIME_TO_CLAIM
    if ticket.status not in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        yield ClockKind.RESOLUTION
        if ticket.first_response_at is None:
            yield ClockKind.FIRST_RESPONSE
