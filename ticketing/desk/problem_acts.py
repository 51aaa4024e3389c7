"""
What is done for all tickets of a problem at once: answer them, resolve them.

The plan is one row and is committed first; then each ticket is one transaction of its own, which also writes what became of it.
So a process that ends in between leaves what the next run of the step completes, nothing is done twice, and no two customers'
tickets are ever held together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, insert, select, update

from ticketing.desk.assignment import REFERENCE, category_of, give_by_hand, takers_agent
from ticketing.desk.base import checked_key, checked_text, use_case
from ticketing.desk.comments import LONGEST_COMMENT, NO_WORDS, answered, keep, known_comment
from ticketing.desk.problems import CHANGE, ProblemActKind, Problems, ProblemState, check_agent, locked_problem
from ticketing.desk.progress import begun
from ticketing.desk.roles import as_team
from ticketing.errors import HelpdeskError, ProblemIsResolved
from ticketing.instants import from_us, is_id, to_us
from ticketing.model import Agent, CloseReason, PersonId, Ticket, TicketRef, TicketStatus
from ticketing.tables import problem_acts, problem_steps, problem_tickets, problems, tickets
from ticketing.transaction import Transaction

PROGRESS_EVERY = 5
"""After how many tickets those who look on are shown how far it is."""

TRIES = 3
"""After so many tries a ticket is left as it is: whoever pressed learns which, and the rest is not kept from its end."""

AT_ONCE = 50
"""How many tickets a run of the step does before it lets go."""


class StepOutcome(StrEnum):
    """What became of one ticket."""

    DONE = "done"
    RESOLVED_BEFORE = "resolved_before"
    CLOSED_BEFORE = "closed_before"
    MERGED_BEFORE = "merged_before"
    REFUSED = "refused"
    """Not for whoever pressed: their own ticket, a private one, or a waiting one that nobody involved can take."""
    FAILED = "failed"
    """Something went wrong each time that it was tried."""


@dataclass(frozen=True)
class ProblemAct:
    """An act for all tickets of a problem, and how far it is. `text` is there while it lasts."""

    id: int
    problem_id: int
    kind: ProblemActKind
    by: PersonId
    planned_at: datetime
    ended_at: datetime | None
    text: str | None
    outcomes: Mapping[StepOutcome, int]
    remaining: int

    @property
    def done(self) -> int:
        return self.outcomes.get(StepOutcome.DONE, 0)

    @property
    def left(self) -> int:
        """How many were left as they were."""
        return sum(self.outcomes.values()) - self.done

    @property
    def total(self) -> int:
        """Of how many tickets, those included that could not be done."""
        return sum(self.outcomes.values()) + self.remaining


_a, _s, _l = problem_acts.c, problem_steps.c, problem_tickets.c
_FOR_ALL = _a.kind.in_([ProblemActKind.ANSWER.value, ProblemActKind.RESOLVE.value])
BY_SOURCE = select(_a.id).where(_a.problem_id == bindparam("problem"), _a.source == bindparam("source"))
PLAN = insert(problem_acts).returning(_a.id)
ACT = select(problem_acts).where(_a.id == bindparam("act"))
LATEST = select(_a.id).where(_a.problem_id == bindparam("problem"), _FOR_ALL).order_by(_a.id.desc()).limit(1)
PLANNED = select(_a.id).where(_a.ended_at.is_(None), _a.planned_at <= bindparam("now")).order_by(_a.planned_at, _a.id)
_TO_DO = problem_tickets.join(problem_acts, and_(_a.id == bindparam("act"), _a.problem_id == _l.problem_id)).outerjoin(
    problem_steps,
    and_(_s.customer_id == _l.customer_id, _s.ticket_id == _l.ticket_id, _s.act_id == _a.id),
)
_IS_TO_DO = (_l.linked_at <= _a.planned_at, _s.act_id.is_(None), _a.ended_at.is_(None))
REMAINING = (
    select(_l.customer_id, _l.ticket_id)
    .select_from(_TO_DO)
    .where(*_IS_TO_DO)
    .order_by(_l.ticket_id)
    .limit(bindparam("rows"))
)
COUNT_REMAINING = select(func.count()).select_from(_TO_DO).where(*_IS_TO_DO)
OUTCOMES = select(_s.outcome, func.count().label("count")).where(_s.act_id == bindparam("act")).group_by(_s.outcome)
_UNDONE = (
    select(_s.customer_id, _s.ticket_id, _s.outcome)
    .join_from(problem_steps, tickets, and_(tickets.c.customer_id == _s.customer_id, tickets.c.id == _s.ticket_id))
    .where(
        _s.act_id == bindparam("act"),
        _s.outcome != StepOutcome.DONE.value,
        tickets.c.category.not_in(bindparam("hidden", expanding=True)),
    )
)
UNDONE = _UNDONE.order_by(_s.ticket_id).limit(bindparam("rows")).offset(bindparam("skipped"))
COUNT_UNDONE = select(func.count()).select_from(_UNDONE.subquery())
STEP = select(_s.outcome).where(
    _s.customer_id == bindparam("customer"), _s.ticket_id == bindparam("ticket"), _s.act_id == bindparam("act")
)
LINKED_TO = select(_l.problem_id).where(_l.customer_id == bindparam("customer"), _l.ticket_id == bindparam("ticket"))
WRITE_STEP = insert(problem_steps)
END = (
    update(problem_acts)
    .where(_a.id == bindparam("act"), _a.ended_at.is_(None))
    .values(ended_at=bindparam("now"), text=None)
)
OWNER = select(problems.c.owner_id).where(problems.c.id == bindparam("problem"))


class ProblemActs(Problems):
    """See `ticketing.desk.Desk`."""

    @use_case
    def plan_answer_to_all(self, problem_id: int, text: str, *, by: PersonId, source: str) -> int:
        """
        Send one reply to the customer of every ticket linked by now, save those that are over; the number of the act.

        The same source again is the same act. Raises InvalidInput, NotAnAgent, ProblemIsResolved, ProblemNotFound.
        """
        text = checked_text("text", text, longest=LONGEST_COMMENT, empty=NO_WORDS)
        return self._plan(problem_id, ProblemActKind.ANSWER, text, by=by, source=source)

    @use_case
    def plan_resolve_all(self, problem_id: int, text: str, *, by: PersonId, source: str) -> int:
        """
        Resolve every ticket linked by now, and the problem with them; the number of the act.

        Every customer reads `text`, unless it is empty. The same source again is the same act. Raises as
        `plan_answer_to_all`.
        """
        text = checked_text("text", text, longest=LONGEST_COMMENT)
        return self._plan(problem_id, ProblemActKind.RESOLVE, text, by=by, source=source)

    def _plan(self, problem_id: int, kind: ProblemActKind, text: str, *, by: PersonId, source: str) -> int:
        checked_key("source", source)
        with self._transaction() as tx:
            check_agent(tx.connection, by, "answer problems" if kind is ProblemActKind.ANSWER else "resolve problems")
            problem = locked_problem(tx, problem_id)
            known = tx.connection.execute(BY_SOURCE, {"problem": problem_id, "source": source}).scalar()
            if known is not None:
                return int(known)
            if problem.is_resolved:
                raise ProblemIsResolved(problem_id)
            if kind is ProblemActKind.RESOLVE:
                changes = {"state": ProblemState.RESOLVED.value, "resolved_at": to_us(tx.now)}
                tx.connection.execute(CHANGE.values(**changes), {"problem": problem_id})
            row = {"problem_id": problem_id, "source": source, "kind": kind.value, "by_id": by, "text": text}
            row |= {"planned_at": to_us(tx.now), "ended_at": None, "data": {}}
            act_id = int(tx.connection.execute(PLAN, row).scalar_one())
            self._problem_changed(tx, problem_id)
            return act_id

    def carry_out(self, act_id: int, *, at_most: int = AT_ONCE) -> ProblemAct | None:
        """
        Do a part of an act, one transaction a ticket; how far it is then. None: there is no such act.

        A ticket that fails keeps no other from it: it is tried again later, and left as it is after some tries.
        """
        self._carry_on(act_id, at_most, self._clock())
        return self.problem_act(act_id)

    def _carry_on(self, act_id: int, at_most: int, now: datetime) -> bool:
        """Whether there was anything to do just now."""
        setbacks = self.setbacks("problems")
        look, limit = setbacks.look(now), at_most + len(setbacks)
        with self._database.read() as connection:
            rows = connection.execute(REMAINING, {"act": act_id, "rows": limit}).all()
        todo = look.free((act_id, TicketRef(PersonId(row.customer_id), row.ticket_id)) for row in rows)[:at_most]
        for count, (_, ref) in enumerate(todo, start=1):
            is_hopeless = setbacks.tries((act_id, ref)) >= TRIES - 1
            tell = count % PROGRESS_EVERY == 0
            if not look.attempt((act_id, ref), partial(self._step, act_id, ref, tell=tell)) and is_hopeless:
                look.attempt((act_id, ref), partial(self._step, act_id, ref, tell=tell, failed=True))
        if len(rows) < limit:
            self._end(act_id)
        return bool(todo)

    def problem_step(self, now: datetime) -> bool:
        """Carry on with what was planned first and does not wait; whether there is more to do."""
        with self._database.read() as connection:
            planned = [row.id for row in connection.execute(PLANNED, {"now": to_us(now)})]
        for at, act_id in enumerate(planned):
            if self._carry_on(act_id, AT_ONCE, now):
                act = self.problem_act(act_id)
                return at + 1 < len(planned) or (act is not None and act.ended_at is None)
        return False

    @use_case
    def _step(self, act_id: int, ref: TicketRef, *, tell: bool, failed: bool = False) -> None:
        key = {"customer": ref.customer_id, "ticket": ref.number}
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            act = tx.connection.execute(ACT, {"act": act_id}).one()
            is_linked = tx.connection.execute(LINKED_TO, key).scalar() == act.problem_id
            is_done = tx.connection.execute(STEP, key | {"act": act_id}).scalar() is not None
            if act.ended_at is not None or is_done or not is_linked:
                return  # another process was faster, or it was unlinked in time
            outcome = StepOutcome.FAILED if failed else _outcome(tx, ticket, act)
            step = {"customer_id": ref.customer_id, "ticket_id": ref.number, "act_id": act_id}
            tx.connection.execute(WRITE_STEP, step | {"outcome": outcome.value})
            if tell:
                self._problem_changed(tx, act.problem_id)

    @use_case
    def _end(self, act_id: int) -> None:
        with self._transaction() as tx:
            act = tx.connection.execute(ACT, {"act": act_id}).one_or_none()
            if act is None or tx.connection.execute(COUNT_REMAINING, {"act": act_id}).scalar_one() > 0:
                return
            if tx.connection.execute(END, {"act": act_id, "now": to_us(tx.now)}).rowcount:
                self._problem_changed(tx, act.problem_id, ended=act_id)

    # --- looking ------------------------------------------------------------------------------------------------------

    def problem_act(self, act_id: int) -> ProblemAct | None:
        """An act and how far it is."""
        with self._database.read() as connection:
            row = connection.execute(ACT, {"act": act_id}).one_or_none()
            if row is None:
                return None
            outcomes = {StepOutcome(each[0]): int(each[1]) for each in connection.execute(OUTCOMES, {"act": act_id})}
            remaining = int(connection.execute(COUNT_REMAINING, {"act": act_id}).scalar_one())
        return ProblemAct(
            id=row.id,
            problem_id=row.problem_id,
            kind=ProblemActKind(row.kind),
            by=PersonId(row.by_id),
            planned_at=from_us(row.planned_at),
            ended_at=from_us(row.ended_at),
            text=row.text,
            outcomes=outcomes,
            remaining=remaining,
        )

    def last_act_for_all(self, problem_id: int) -> ProblemAct | None:
        """The answer or the resolution that was last sent to all tickets of a problem."""
        with self._database.read() as connection:
            found = connection.execute(LATEST, {"problem": problem_id}).scalar()
        return None if found is None else self.problem_act(int(found))

    def undone_tickets(
        self, act_id: int, *, limit: int = 10, offset: int = 0, hidden: Collection[str] = ()
    ) -> list[tuple[TicketRef, StepOutcome]]:
        """The tickets that an act left as they were, and why; nothing of the categories `hidden`."""
        asked = {"act": act_id, "rows": max(0, limit), "skipped": max(0, offset), "hidden": list(hidden)}
        with self._database.read() as connection:
            rows = connection.execute(UNDONE, asked).all() if is_id(act_id) else []
        return [(TicketRef(PersonId(row.customer_id), row.ticket_id), StepOutcome(row.outcome)) for row in rows]

    def count_undone_tickets(self, act_id: int, *, hidden: Collection[str] = ()) -> int:
        """How many tickets `undone_tickets` would show in all."""
        asked = {"act": act_id, "hidden": list(hidden)}
        with self._database.read() as connection:
            return int(connection.execute(COUNT_UNDONE, asked).scalar_one()) if is_id(act_id) else 0


def _outcome(tx: Transaction, ticket: Ticket, act: Row[Any]) -> StepOutcome:
    """Answer or resolve one ticket. What cannot be done is found before anything is changed."""
    by, kind = PersonId(act.by_id), ProblemActKind(act.kind)
    if (over := _over(ticket)) is not None:
        return over
    taker = None
    try:
        as_team(tx, ticket, by, "answer problems")
        if ticket.status is TicketStatus.OPEN and kind is ProblemActKind.RESOLVE:
            taker = _taker(tx, ticket, by, act.problem_id)
    except HelpdeskError:
        return StepOutcome.REFUSED
    if not _sees(tx, ticket, by):
        return StepOutcome.REFUSED
    if taker is not None:
        ticket = give_by_hand(tx, ticket, taker, by=by)
    ticket = _said(tx, ticket, act, by)
    if kind is ProblemActKind.RESOLVE:
        tx.move(begun(tx, ticket, by=by), TicketStatus.RESOLVED, by=by)
    return StepOutcome.DONE


def _over(ticket: Ticket) -> StepOutcome | None:
    if ticket.status is TicketStatus.RESOLVED:
        return StepOutcome.RESOLVED_BEFORE
    if ticket.status is not TicketStatus.CLOSED:
        return None
    return StepOutcome.MERGED_BEFORE if ticket.close_reason is CloseReason.MERGED else StepOutcome.CLOSED_BEFORE


def _taker(tx: Transaction, ticket: Ticket, by: PersonId, problem_id: int) -> Agent:
    """Who holds a waiting ticket for the moment in which it is resolved. Raises NotAnAgent, OwnTicket, NotAMember."""
    try:
        return takers_agent(tx, ticket, by)
    except HelpdeskError:
        owner = tx.connection.execute(OWNER, {"problem": problem_id}).scalar_one()
        return takers_agent(tx, ticket, PersonId(owner))


def _sees(tx: Transaction, ticket: Ticket, by: PersonId) -> bool:
    """Whether a private category's ticket is for this person."""
    holders = tx.holders(category_of(tx, ticket))
    return holders is None or tx.connection.execute(REFERENCE, {"person": by}).scalar() in holders


def _said(tx: Transaction, ticket: Ticket, act: Row[Any], by: PersonId) -> Ticket:
    """The one text as a public comment of this ticket; an answer to many claims none of them."""
    source = f"p:{act.id}:{ticket.number}"
    if not act.text or known_comment(tx, ticket, source) is not None:
        return ticket
    ticket, comment = keep(tx, ticket, by, act.text, internal=False, source=source)
    return answered(tx, ticket, comment, claims=False)
