"""
What a transaction writes when its use case is done: a handful of statements, however many verbs it used.

On PostgreSQL nearly all of it goes to the server as one (`ticketing.prepared`). What others may wait for, the load of agents, is
written last where there are several of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table

from ticketing import indexing
from ticketing.instants import to_us
from ticketing.model import ClockKind, PersonId, SlaClock, Ticket, TicketRef
from ticketing.prepared import Write, run, write_all
from ticketing.rows import clock_row, ticket_row
from ticketing.statements import (
    ADD_LOAD,
    ADD_LOAD_NOW,
    ADD_SKILL_LOAD,
    ADD_SKILL_LOAD_NOW,
    END_PAUSE,
    NEXT_ON_SQLITE,
    PUTS,
    UPDATES,
    keyed,
)
from ticketing.tables import comments, outbox, sla_clocks, ticket_events, tickets

ERRANDS_AT_ONCE = 200
"""Rows of the outbox in one statement, far below what a statement takes."""


@dataclass
class Unwritten:
    """The tickets a use case has touched, as they were and as they are now, and the rows it has added."""

    before: dict[TicketRef, Ticket | None] = field(default_factory=dict)
    now: dict[TicketRef, Ticket] = field(default_factory=dict)
    clocks_before: dict[TicketRef, dict[tuple[ClockKind, int], SlaClock]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    inserts: dict[Table, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    ended_pauses: list[dict[str, Any]] = field(default_factory=list)
    taken: set[TicketRef] = field(default_factory=set)
    """Tickets for which an agent's room was taken already."""
    opened: dict[TicketRef, str] = field(default_factory=dict)
    """New tickets, and the names of their customers."""


def write(connection: Connection, work: Unwritten, *, at: datetime, is_sqlite: bool) -> None:
    """Write everything; what hangs on the order of things, or on rows that are read for it, after the rest."""
    opened = {ref: (work.now[ref], name) for ref, name in work.opened.items()}
    new_texts, more_texts = indexing.writes(opened, work.inserts[comments], is_sqlite=is_sqlite)
    loads = _loads(work, at)
    writes = [*_tickets(work), *_clocks(work)]
    writes += [Write(table, rows) for table in (comments, ticket_events) if (rows := work.inserts[table])]
    writes += [*_errands(connection, work.inserts[outbox], is_sqlite=is_sqlite), *new_texts]
    # The copies of one agent's load may be written with all the rest; several agents follow one after the other, by ascending id.
    copies = loads.pop().locked(connection) if len(loads) == 1 else []
    for together in _by_customer(work, [*writes, *copies]):
        write_all(connection, together)
    for table, put in PUTS.items():
        if rows := work.inserts[table]:
            connection.execute(put, rows)
    write_all(connection, more_texts)
    if work.ended_pauses:
        connection.execute(END_PAUSE, work.ended_pauses)
    for load in loads:
        write_all(connection, load.locked(connection))


def _by_customer(work: Unwritten, writes: Sequence[Write]) -> list[Sequence[Write]]:
    """What is written in one statement: everything, or where a use case has touched two customers, everything of each."""
    if len({ref.customer_id for ref in work.now}) <= 1:
        return [writes]
    apart: dict[int | None, list[Write]] = defaultdict(list)
    for one in writes:
        rows: dict[int | None, list[Any]] = defaultdict(list)
        for row in one.values:
            rows[row.get("customer_id", row.get("key_customer_id"))].append(row)
        for customer_id, of_customer in rows.items():
            apart[customer_id].append(replace(one, values=of_customer))
    return list(apart.values())


def next_on_sqlite(connection: Connection, sequence: str, count: int) -> int:
    """The last of the `count` next numbers of a sequence, of which SQLite has none of its own."""
    return int(run(connection, NEXT_ON_SQLITE, {"sequence": sequence, "count": count})[0].value)


def write_errands(connection: Connection, rows: Sequence[dict[str, Any]], *, is_sqlite: bool) -> None:
    """Put rows into the outbox, so many a statement."""
    for first in range(0, len(rows), ERRANDS_AT_ONCE):
        write_all(connection, _errands(connection, rows[first : first + ERRANDS_AT_ONCE], is_sqlite=is_sqlite))


def _errands(connection: Connection, rows: Sequence[dict[str, Any]], *, is_sqlite: bool) -> list[Write]:
    """What is to be shown, numbered in its order."""
    if not rows:
        return []
    if not is_sqlite:
        return [Write(outbox, rows, numbered_by="outbox_id")]
    last = next_on_sqlite(connection, "outbox_id", len(rows))
    return [Write(outbox, [row | {"id": last - len(rows) + 1 + index} for index, row in enumerate(rows)])]


def _tickets(work: Unwritten) -> list[Write]:
    new = [ticket_row(now) for ref, now in work.now.items() if work.before[ref] is None]
    changed = [
        keyed(tickets, ticket_row(now))
        for ref, now in work.now.items()
        if work.before[ref] is not None and now != work.before[ref]
    ]
    return [Write(what, rows) for what, rows in ((tickets, new), (UPDATES[tickets], changed)) if rows]


def _clocks(work: Unwritten) -> list[Write]:
    new, changed = [], []
    for ref, ticket in work.now.items():
        stored = work.clocks_before[ref]
        for clock in ticket.clocks:
            before = stored.get((clock.kind, clock.run))
            if before is None:
                new.append(clock_row(ref, clock))
            elif before != clock:
                changed.append(keyed(sla_clocks, clock_row(ref, clock)))
    return [Write(what, rows) for what, rows in ((sla_clocks, new), (UPDATES[sla_clocks], changed)) if rows]


@dataclass(frozen=True)
class _Load:
    """What changes for one agent: their own row, unless it was written before, and the copies of it by skill."""

    own: list[Write]
    copies: list[Write]

    def locked(self, connection: Connection) -> list[Write]:
        """
        Write the own row; the copies are then to be written, in a later statement.

        Whoever changes an agent's skills holds that row, and only a statement begun after they are done sees the new copies.
        """
        write_all(connection, self.own)
        return self.copies


def _loads(work: Unwritten, at: datetime) -> list[_Load]:
    """Load moves with the tickets: what to write for each agent, by ascending id, so that no two wait for each other."""
    deltas: dict[PersonId, int] = defaultdict(int)
    taken: dict[PersonId, int] = defaultdict(int)
    received: set[PersonId] = set()
    for ref, now in work.now.items():
        old, new = _holder(work.before[ref]), _holder(now)
        if new is not None and ref in work.taken:
            taken[new] += 1
            received.add(new)
            new = None if old != new else new
        elif new is not None and new != old:
            received.add(new)
        if old == new:
            continue
        if old is not None:
            deltas[old] -= 1
        if new is not None:
            deltas[new] += 1
    touched = sorted(deltas.keys() | taken.keys() | received)
    return [
        _load(agent_id, deltas[agent_id], taken[agent_id], to_us(at) if agent_id in received else None)
        for agent_id in touched
        if deltas[agent_id] or taken[agent_id] or agent_id in received
    ]


def _load(agent_id: PersonId, delta: int, taken: int, received_at: int | None) -> _Load:
    """`taken` stands in the agent's own row already; the copies by skill follow it."""
    values: dict[str, int] = {"agent": agent_id} | ({} if received_at is None else {"now": received_at})
    own, copies = (ADD_LOAD, ADD_SKILL_LOAD) if received_at is None else (ADD_LOAD_NOW, ADD_SKILL_LOAD_NOW)
    return _Load(
        # Who gives one away and is given another in the same moment has as many as before, and was given one all the same.
        own=[Write(own, [values | {"delta": delta}])] if delta or (received_at is not None and not taken) else [],
        copies=[Write(copies, [values | {"delta": delta + taken}])],
    )


def _holder(ticket: Ticket | None) -> PersonId | None:
    return ticket.assigned_agent_id if ticket is not None and ticket.is_held else None
