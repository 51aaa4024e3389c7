"""
What a transaction writes when its use case is done, table by table: a handful of statements, however many verbs it used.

Parents are written before children, and what others may wait for (the load of agents) last.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table

from ticketing import search
from ticketing.instants import to_us
from ticketing.model import ClockKind, PersonId, SlaClock, Ticket, TicketRef
from ticketing.rows import clock_row, ticket_row
from ticketing.statements import (
    ADD_LOAD,
    ADD_SKILL_LOAD,
    END_PAUSE,
    INSERTS,
    NEXT_ON_SQLITE,
    NEXT_OUTBOX_ID,
    TOUCH_LOAD,
    TOUCH_SKILL_LOAD,
    UPDATES,
    keyed,
)
from ticketing.tables import alerts, comments, outbox, sla_clocks, sla_pauses, ticket_events, tickets


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
    """Write everything, parents before children."""
    _number_outbox(connection, work, is_sqlite=is_sqlite)
    _write_tickets(connection, work)
    _write_clocks(connection, work)
    for table in (comments, ticket_events, sla_pauses, alerts, outbox):
        if rows := work.inserts[table]:
            connection.execute(INSERTS[table], rows)
    opened = {ref: (work.now[ref], name) for ref, name in work.opened.items()}
    search.keep(connection, opened, work.inserts[comments])
    if work.ended_pauses:
        connection.execute(END_PAUSE, work.ended_pauses)
    _write_loads(connection, work, at)


def next_on_sqlite(connection: Connection, sequence: str, count: int) -> int:
    """The last of the `count` next numbers of a sequence, of which SQLite has none of its own."""
    return int(connection.execute(NEXT_ON_SQLITE, {"sequence": sequence, "count": count}).scalar_one())


def _number_outbox(connection: Connection, work: Unwritten, *, is_sqlite: bool) -> None:
    rows = work.inserts[outbox]
    if not rows:
        return
    if is_sqlite:
        last = next_on_sqlite(connection, "outbox_id", len(rows))
        for offset, row in enumerate(rows):
            row["id"] = last - len(rows) + 1 + offset
        return
    for row in rows:
        row["id"] = int(connection.execute(NEXT_OUTBOX_ID).scalar_one())


def _write_tickets(connection: Connection, work: Unwritten) -> None:
    for ref, now in work.now.items():
        before = work.before[ref]
        if before is None:
            connection.execute(INSERTS[tickets], ticket_row(now))
        elif now != before:
            connection.execute(UPDATES[tickets], keyed(tickets, ticket_row(now)))


def _write_clocks(connection: Connection, work: Unwritten) -> None:
    new, changed = [], []
    for ref, ticket in work.now.items():
        stored = work.clocks_before[ref]
        for clock in ticket.clocks:
            before = stored.get((clock.kind, clock.run))
            if before is None:
                new.append(clock_row(ref, clock))
            elif before != clock:
                changed.append(keyed(sla_clocks, clock_row(ref, clock)))
    if new:
        connection.execute(INSERTS[sla_clocks], new)
    if changed:
        connection.execute(UPDATES[sla_clocks], changed)


def _write_loads(connection: Connection, work: Unwritten, at: datetime) -> None:
    """Move load with the tickets: late, and by ascending agent, so that no two transactions wait for each other."""
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
    for agent_id in sorted(deltas.keys() | taken.keys()):
        by_hand = deltas[agent_id]
        if by_hand:
            connection.execute(ADD_LOAD, {"agent": agent_id, "delta": by_hand})
        if by_hand + taken[agent_id]:
            connection.execute(ADD_SKILL_LOAD, {"agent": agent_id, "delta": by_hand + taken[agent_id]})
    for agent_id in sorted(received):
        touched = {"agent": agent_id, "now": to_us(at)}
        connection.execute(TOUCH_SKILL_LOAD, touched)
        if deltas[agent_id]:
            connection.execute(TOUCH_LOAD, touched)


def _holder(ticket: Ticket | None) -> PersonId | None:
    return ticket.assigned_agent_id if ticket is not None and ticket.is_held else None
