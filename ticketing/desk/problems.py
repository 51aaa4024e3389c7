"""
Problems: one cause behind the tickets of many customers (docs/problems.md).

A problem has a title, an owner and a state; a ticket belongs to one at most. What is done for all of its tickets at once is
in `ticketing.desk.problem_acts`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql

from ticketing.database import Database
from ticketing.desk.base import Clock, checked_key, checked_text, use_case
from ticketing.desk.people import known_person
from ticketing.desk.reading import Reading
from ticketing.desk.roles import as_team, role_of
from ticketing.errors import InvalidInput, NotAnAgent, ProblemIsResolved, ProblemNotFound
from ticketing.events import EventKind
from ticketing.instants import from_us, is_id, to_us
from ticketing.model import PersonId, Role, Ticket, TicketRef
from ticketing.statements import put
from ticketing.tables import problem_acts, problem_steps, problem_tickets, problems, tickets
from ticketing.transaction import Transaction

LONGEST_TITLE = 150
MOST_TICKETS = 5000


class ProblemState(StrEnum):
    """Whether a cause is still being looked for."""

    OPEN = "open"
    RESOLVED = "resolved"


class ProblemActKind(StrEnum):
    """What the log of a problem says."""

    OPENED = "opened"
    TITLE = "title"
    OWNER = "owner"
    REOPENED = "reopened"
    ANSWER = "answer"
    RESOLVE = "resolve"


@dataclass(frozen=True)
class Problem:
    """A problem, and how many tickets are linked to it."""

    id: int
    title: str
    owner_id: PersonId
    state: ProblemState
    opened_by: PersonId
    opened_at: datetime
    resolved_at: datetime | None
    tickets: int

    @property
    def is_resolved(self) -> bool:
        return self.state is ProblemState.RESOLVED


ProblemObserver = Callable[[Transaction, int, int | None], None]
"""Called with the transaction in which something about a problem changed, its number, and that of an act that is done."""

_link = problem_tickets.c
_COUNT = select(func.count()).where(_link.problem_id == problems.c.id).scalar_subquery().label("tickets")
_PROBLEMS = select(problems, _COUNT)
PROBLEM = _PROBLEMS.where(problems.c.id == bindparam("problem"))
BY_SOURCE = _PROBLEMS.where(problems.c.source == bindparam("source"))
IN_STATE = (
    _PROBLEMS.where(problems.c.state == bindparam("state"))
    .order_by(problems.c.opened_at.desc(), problems.c.id.desc())
    .limit(bindparam("rows"))
    .offset(bindparam("skipped"))
)
# Whoever links a ticket reads the state while nobody may change it; several may link at once.
STATE = select(problems.c.state).where(problems.c.id == bindparam("problem"))
STATE_SHARED = STATE.with_for_update(read=True)
STATE_LOCKED = STATE.with_for_update()
LINKED = select(_link.problem_id).where(
    _link.customer_id == bindparam("customer"), _link.ticket_id == bindparam("ticket")
)
LINK_OF = select(_link.problem_id, _link.linked_at).where(
    _link.customer_id == bindparam("customer"), _link.ticket_id == bindparam("ticket")
)
STEP_OF_RUNNING = (
    select(problem_steps.c.act_id)
    .join_from(problem_steps, problem_acts, problem_acts.c.id == problem_steps.c.act_id)
    .where(
        problem_steps.c.customer_id == bindparam("customer"),
        problem_steps.c.ticket_id == bindparam("ticket"),
        problem_acts.c.problem_id == bindparam("problem"),
        problem_acts.c.ended_at.is_(None),
    )
)
LINK = put(problem_tickets, "problem_id", "linked_at")
UNLINK = delete(problem_tickets).where(
    _link.customer_id == bindparam("customer"), _link.ticket_id == bindparam("ticket")
)
OF_PROBLEM = (
    select(tickets)
    .join_from(
        problem_tickets, tickets, (tickets.c.customer_id == _link.customer_id) & (tickets.c.id == _link.ticket_id)
    )
    .where(_link.problem_id == bindparam("problem"))
    .order_by(_link.ticket_id)
)
COUNT = select(func.count()).where(_link.problem_id == bindparam("problem"))
# SQLite writes the clause in the same words.
OPEN = postgresql.insert(problems).on_conflict_do_nothing(index_elements=["source"])
CHANGE = update(problems).where(problems.c.id == bindparam("problem"))
WRITE_DOWN = insert(problem_acts)


class Problems(Reading):
    """See `ticketing.desk.Desk`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        self._problem_observers: list[ProblemObserver] = []

    def subscribe_to_problems(self, observer: ProblemObserver) -> None:
        """
        Call `observer(tx, problem, ended)` whenever something about a problem changes, inside that transaction.

        `ended` is the act for all its tickets that has come to its end by it, or None.

        What it writes through `tx` commits or vanishes with the change.
        """
        self._problem_observers.append(observer)

    @use_case
    def open_problem(self, title: str, *, by: PersonId, source: str) -> Problem:
        """
        Give a cause a name; its owner is who does so. The same source again returns the same problem.

        Raises InvalidInput, NotAnAgent.
        """
        checked_key("source", source)
        title = checked_title(title)
        with self._transaction() as tx:
            check_agent(tx.connection, by, "open problems")
            known = tx.connection.execute(BY_SOURCE, {"source": source}).one_or_none()
            if known is not None:
                return _problem_from(known)
            row = {"source": source, "title": title, "owner_id": by, "opened_by": by, "state": ProblemState.OPEN.value}
            tx.connection.execute(OPEN, row | {"opened_at": to_us(tx.now), "resolved_at": None})
            opened = _problem_from(tx.connection.execute(BY_SOURCE, {"source": source}).one())
            self._write_down(tx, opened.id, ProblemActKind.OPENED, by=by)
            return opened

    @use_case
    def rename_problem(self, problem_id: int, title: str, *, by: PersonId) -> Problem:
        """Raises InvalidInput, NotAnAgent, ProblemNotFound."""
        title = checked_title(title)
        return self._change_problem(problem_id, ProblemActKind.TITLE, {"title": title}, by=by)

    @use_case
    def set_problem_owner(self, problem_id: int, owner_id: PersonId, *, by: PersonId) -> Problem:
        """Whoever looks for the cause, one of the team. Raises InvalidInput, NotAnAgent, ProblemNotFound."""
        with self._database.read() as connection:
            if role_of(connection, owner_id) < Role.AGENT:
                raise InvalidInput("owner", "Choose somebody of the team.")
        return self._change_problem(problem_id, ProblemActKind.OWNER, {"owner_id": owner_id}, by=by)

    @use_case
    def reopen_problem(self, problem_id: int, *, by: PersonId) -> Problem:
        """It was not the end of it; its tickets stay as they are. Raises NotAnAgent, ProblemNotFound."""
        changes = {"state": ProblemState.OPEN.value, "resolved_at": None}
        return self._change_problem(problem_id, ProblemActKind.REOPENED, changes, by=by)

    def _change_problem(
        self, problem_id: int, kind: ProblemActKind, changes: dict[str, Any], *, by: PersonId
    ) -> Problem:
        with self._transaction() as tx:
            check_agent(tx.connection, by, "change problems")
            before = locked_problem(tx, problem_id)
            tx.connection.execute(CHANGE.values(**changes), {"problem": problem_id})
            after = problem_in(tx.connection, problem_id)
            if after != before:
                data = {"from": before.owner_id, "to": after.owner_id} if kind is ProblemActKind.OWNER else None
                self._write_down(tx, problem_id, kind, by=by, data=data)
            return after

    # --- its tickets --------------------------------------------------------------------------------------------------

    @use_case
    def link_to_problem(self, ref: TicketRef, problem_id: int, *, by: PersonId) -> bool:
        """
        This ticket is of that cause, and of no other; whether that is new.

        Raises ProblemNotFound, ProblemIsResolved, InvalidInput (too many tickets), NotAnAgent, OwnTicket, TicketNotFound.
        """
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "link tickets to problems")
            before = _problem_of(tx.connection, ref)
            if before == problem_id:
                return False
            state = tx.connection.execute(STATE_SHARED, {"problem": problem_id}).scalar() if is_id(problem_id) else None
            if state is None:
                raise ProblemNotFound(problem_id)
            if state == ProblemState.RESOLVED:
                raise ProblemIsResolved(problem_id)
            if tx.connection.execute(COUNT, {"problem": problem_id}).scalar_one() >= MOST_TICKETS:
                raise InvalidInput("problem", f"A problem has {MOST_TICKETS:,} tickets at most.")
            row = {"customer_id": ref.customer_id, "ticket_id": ref.number, "problem_id": problem_id}
            tx.connection.execute(LINK, row | {"linked_at": to_us(tx.now)})
            tx.log(ticket, EventKind.PROBLEM_LINKED, by=by, from_value=before, to_value=problem_id)
            for changed in filter(None, (before, problem_id)):
                self._problem_changed(tx, changed)
            return True

    @use_case
    def unlink_from_problem(self, ref: TicketRef, *, by: PersonId) -> bool:
        """This ticket has another cause; whether it was linked. Raises NotAnAgent, OwnTicket, TicketNotFound."""
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "link tickets to problems")
            before = _problem_of(tx.connection, ref)
            if before is None:
                return False
            tx.connection.execute(UNLINK, _key(ref))
            tx.log(ticket, EventKind.PROBLEM_UNLINKED, by=by, from_value=before)
            self._problem_changed(tx, before)
            return True

    def _carry_problem(self, tx: Transaction, ticket: Ticket, to: Ticket, *, by: PersonId) -> int | None:
        """
        Let another ticket be of a ticket's cause in its place, unless that one has a cause; which it was.

        What is being done for all tickets of the problem reaches the other one, unless it has reached the first.
        """
        link = tx.connection.execute(LINK_OF, _key(ticket.ref)).one_or_none()
        if link is None or _problem_of(tx.connection, to.ref) is not None:
            return None
        problem_id = int(link.problem_id)
        is_done = tx.connection.execute(STEP_OF_RUNNING, _key(ticket.ref) | {"problem": problem_id}).first() is not None
        self._relink(tx, ticket, to, problem_id, tx.now if is_done else from_us(link.linked_at), by=by)
        return problem_id

    def _bring_problem_back(
        self, tx: Transaction, ticket: Ticket, to: Ticket, problem_id: int | None, *, by: PersonId
    ) -> None:
        """Take back what `_carry_problem` did, unless either ticket has another cause by now."""
        link = tx.connection.execute(LINK_OF, _key(ticket.ref)).one_or_none()
        if link is None or link.problem_id != problem_id or _problem_of(tx.connection, to.ref) is not None:
            return
        self._relink(tx, ticket, to, int(link.problem_id), from_us(link.linked_at), by=by)

    def _relink(
        self, tx: Transaction, ticket: Ticket, to: Ticket, problem_id: int, linked_at: datetime, *, by: PersonId
    ) -> None:
        tx.connection.execute(UNLINK, _key(ticket.ref))
        tx.keep_problem(to, problem_id, linked_at)
        tx.log(ticket, EventKind.PROBLEM_UNLINKED, by=by, from_value=problem_id)
        tx.log(to, EventKind.PROBLEM_LINKED, by=by, to_value=problem_id)
        self._problem_changed(tx, problem_id)

    # --- looking ------------------------------------------------------------------------------------------------------

    def problem(self, problem_id: int) -> Problem:
        """Raises ProblemNotFound."""
        with self._database.read() as connection:
            return problem_in(connection, problem_id)

    def problems(self, *, resolved: bool = False, limit: int = 10, offset: int = 0) -> list[Problem]:
        """Those still open, or those resolved; the last opened first."""
        state = ProblemState.RESOLVED if resolved else ProblemState.OPEN
        asked = {"state": state.value, "rows": max(0, limit), "skipped": max(0, offset)}
        with self._database.read() as connection:
            return [_problem_from(row) for row in connection.execute(IN_STATE, asked)]

    def problem_of(self, ref: TicketRef) -> Problem | None:
        """The problem that a ticket belongs to."""
        with self._database.read() as connection:
            found = _problem_of(connection, ref)
            return None if found is None else problem_in(connection, found)

    def tickets_of_problem(
        self, problem_id: int, *, limit: int = 10, offset: int = 0, hidden: Collection[str] = ()
    ) -> list[Ticket]:
        """Its tickets, the oldest first; nothing of the categories `hidden`."""
        shown = OF_PROBLEM.where(tickets.c.category.not_in(list(hidden))) if hidden else OF_PROBLEM
        return self._tickets(shown.limit(max(0, limit)).offset(max(0, offset)), {"problem": problem_id})

    def count_tickets_of_problem(self, problem_id: int, *, hidden: Collection[str] = ()) -> int:
        """How many tickets `tickets_of_problem` would show in all."""
        found = OF_PROBLEM.where(tickets.c.category.not_in(list(hidden))) if hidden else OF_PROBLEM
        counted = select(func.count()).select_from(found.order_by(None).with_only_columns(tickets.c.id).subquery())
        with self._database.read() as connection:
            return int(connection.execute(counted, {"problem": problem_id}).scalar_one()) if is_id(problem_id) else 0

    # --- within -------------------------------------------------------------------------------------------------------

    def _problem_changed(self, tx: Transaction, problem_id: int, *, ended: int | None = None) -> None:
        for observer in self._problem_observers:
            observer(tx, problem_id, ended)

    def _write_down(
        self,
        tx: Transaction,
        problem_id: int,
        kind: ProblemActKind,
        *,
        by: PersonId,
        data: dict[str, Any] | None = None,
    ) -> None:
        """What is done with it at once. Ids and codes only, as in the log of a ticket."""
        at = to_us(tx.now)
        count = tx.connection.execute(ACTS, {"problem": problem_id}).scalar_one()
        row = {"problem_id": problem_id, "source": f"n:{count + 1}", "kind": kind.value, "by_id": by, "text": None}
        tx.connection.execute(WRITE_DOWN, row | {"planned_at": at, "ended_at": at, "data": data or {}})
        self._problem_changed(tx, problem_id)


ACTS = select(func.count()).where(problem_acts.c.problem_id == bindparam("problem"))


def checked_title(title: str) -> str:
    """Raises InvalidInput."""
    cleaned = checked_text("title", title, longest=LONGEST_TITLE, empty="Write one line that names the cause.")
    return " ".join(cleaned.split())


def check_agent(connection: Connection, by: PersonId, act: str) -> None:
    """Raises PersonNotFound, NotAnAgent."""
    known_person(connection, by)
    if role_of(connection, by) < Role.AGENT:
        raise NotAnAgent(by, act)


def locked_problem(tx: Transaction, problem_id: int) -> Problem:
    """The problem, held against everybody else until the commit. Raises ProblemNotFound."""
    if not is_id(problem_id) or tx.connection.execute(STATE_LOCKED, {"problem": problem_id}).scalar() is None:
        raise ProblemNotFound(problem_id)
    return problem_in(tx.connection, problem_id)


def problem_in(connection: Connection, problem_id: int) -> Problem:
    """Raises ProblemNotFound."""
    row = connection.execute(PROBLEM, {"problem": problem_id}).one_or_none() if is_id(problem_id) else None
    if row is None:
        raise ProblemNotFound(problem_id)
    return _problem_from(row)


def _problem_of(connection: Connection, ref: TicketRef) -> int | None:
    found = connection.execute(LINKED, _key(ref)).scalar()
    return None if found is None else int(found)


def _problem_from(row: Row[Any]) -> Problem:
    return Problem(
        id=row.id,
        title=row.title,
        owner_id=PersonId(row.owner_id),
        state=ProblemState(row.state),
        opened_by=PersonId(row.opened_by),
        opened_at=from_us(row.opened_at),
        resolved_at=from_us(row.resolved_at),
        tickets=row.tickets,
    )


def _key(ref: TicketRef) -> dict[str, Any]:
    return {"customer": ref.customer_id, "ticket": ref.number}
