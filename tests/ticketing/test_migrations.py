"""Each step of the schema on a database in use: every table has rows, all are kept, and at the end the desk works on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Column, Connection, Integer, MetaData, Table, text
from sqlalchemy.exc import IntegrityError

import ticketing
from tests.ticketing.desks import Cast
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.model import OVER, ClockKind, PersonId, Role, TicketRef, TicketStatus

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOT_OURS = ("alembic_version", "ticket_search")
"""What Alembic keeps, and the index of words, which is made anew from the rest."""
NULLS = {"outcome", "ended_at", "close_reason", "merged_into", "follows_number", "paused_at", "deleted_at"}
VALID: Mapping[tuple[str, str], Any] = {
    ("agents", "is_active"): True,
    ("people", "role"): int(Role.AGENT),
    ("people", "tz"): "UTC",
    ("customers", "tier"): "premium",
    ("organizations", "tier"): "premium",
    ("tickets", "tier"): "premium",
    ("tickets", "category"): "billing",
    ("sla_clocks", "kind"): ClockKind.RESOLUTION.value,
    ("sla_pauses", "kind"): ClockKind.RESOLUTION.value,
    ("ticket_events", "kind"): "opened",
    ("ticket_events", "data"): {"at": 1, "priority": 1, "tier": "premium", "category": "billing", "config_version": 0},
    ("outbox", "state"): "waiting",
}
"""What is read back as one of a few; all else may be anything of its type."""


def revisions() -> list[str]:
    script = ScriptDirectory(str(Path(ticketing.__file__).parent / "migrations"))
    return [each.revision for each in reversed(list(script.walk_revisions()))]


def tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith(NOT_OURS))
    return found.sorted_tables


def row_of(table: Table, number: int) -> dict[str, Any]:
    """A row that refers to the rows of the same number."""
    row = {column.name: value_of(table, column, number) for column in table.columns}
    return row | state_of(number) if table.name == "tickets" else row


def value_of(table: Table, column: Column[Any], number: int) -> Any:
    if (table.name, column.name) in VALID:
        return VALID[table.name, column.name]
    if column.name in NULLS and column.nullable:
        return None
    if column.name == "priority":
        return 1 + number % 4
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, Integer):
        return number
    if isinstance(column.type, JSON):
        return {}
    return f"{number}{column.name}"[: getattr(column.type, "length", None)]


def status_of(number: int) -> TicketStatus:
    """One after the other."""
    return list(TicketStatus)[number % len(TicketStatus)]


def state_of(number: int) -> dict[str, Any]:
    status = status_of(number)
    is_open = status is TicketStatus.OPEN
    return {
        "status": status.value,
        "queue_rank": number if is_open else None,
        "assigned_agent_id": None if is_open else number,
    }


def kept(connection: Connection, columns: Mapping[str, tuple[str, ...]]) -> dict[str, Counter[str]]:
    """The rows of those tables as far as those columns go."""
    return {
        name: Counter(
            repr(tuple(row))
            for row in connection.execute(text(f"SELECT {', '.join(wanted)} FROM {name}"))  # noqa: S608
        )
        for name, wanted in columns.items()
    }


def test_each_step_keeps_what_is_there(empty_database_url: str) -> None:
    with closing(Database.open(empty_database_url)) as database:
        steps = take_each_step(database, empty_database_url)
        works_on(database, steps)


def take_each_step(database: Database, empty_database_url: str) -> int:
    """From the first revision to the last, with rows in every table before each; how many steps."""
    every = revisions()
    migrate(empty_database_url, every[0])
    for number, revision in enumerate(every[1:], start=1):
        with database.write() as connection:
            there = tables(connection)
            for table in there:
                connection.execute(table.insert(), row_of(table, number))
            columns = {table.name: tuple(f'"{column.name}"' for column in table.columns) for table in there}
            before = kept(connection, columns)
        database.engine.dispose()  # as a process that is started anew with the new code

        migrate(empty_database_url, revision)

        with database.read() as connection:
            after = kept(connection, columns)
        lost = {name: rows - after[name] for name, rows in before.items() if rows - after[name]}
        assert lost == {}, f"{revision} has lost rows, or what stood in them"
    return len(every) - 1


def works_on(database: Database, tickets: int) -> None:
    """What older versions have written is read, shown, counted, worked and ended by this one."""
    with database.write() as connection:
        for statement in count_on(database):
            connection.execute(text(statement))
    desk = Desk(database, lambda: NOW)
    amir = Cast(desk).agent("amir", {}, max_load=99)
    desk.configure({"policies": [{"resolution": {"low": "2h"}}]}, by=None)
    assert desk.recompute_step() == sum(status_of(number) not in OVER for number in range(1, tickets + 1))
    desk.watch_step(NOW)
    for number in range(1, tickets + 1):
        ref = TicketRef(PersonId(number), number)
        ticket = desk.ticket(ref)
        assert desk.timeline(ref, ClockKind.RESOLUTION)
        assert desk.comments(ref, include_internal=True)
        assert desk.events(ref)[0].at.year == 1970
        if ticket.status in OVER:
            continue
        assert ticket.clocks
        desk.assign(ref, to=amir, by=amir)
        assert desk.resolve(ref, by=amir, answer="Done").status is TicketStatus.RESOLVED
    assert desk.queue() == []
    assert desk.outdated_clocks() == 0


def count_on(database: Database) -> Iterator[str]:
    """Rows were numbered by hand; the database goes on behind them."""
    if database.is_sqlite:
        yield "UPDATE sequences SET value = 1000"
        return
    for sequence in ("ticket_number", "outbox_id"):
        yield f"SELECT setval('{sequence}', 1000)"
    yield "SELECT setval(pg_get_serial_sequence('people', 'id'), 1000)"
    yield "SELECT setval(pg_get_serial_sequence('team_changes', 'id'), 1000)"


def test_a_load_that_was_below_nothing_is_counted_anew_and_none_is_again(empty_database_url: str) -> None:
    """Before the database refused one, a wrong load could have been stored; it must not stop the step."""
    migrate(empty_database_url, "0021")
    with closing(Database.open(empty_database_url)) as database:
        with database.write() as connection:
            there = {table.name: table for table in tables(connection)}
            for number, load in ((1, -1), (2, 5), (3, -2)):
                status = {"status": "in_progress", "assigned_agent_id": 1, "queue_rank": None}
                connection.execute(there["tickets"].insert(), row_of(there["tickets"], number) | status)
                connection.execute(there["agent_loads"].insert(), row_of(there["agent_loads"], number) | {"load": load})
                skill = row_of(there["agent_skills"], number) | {"agent_id": number, "load": load}
                connection.execute(there["agent_skills"].insert(), skill)
        database.engine.dispose()

        migrate(empty_database_url)

        with database.write() as connection:
            for name in ("agent_loads", "agent_skills"):
                loads = connection.execute(text(f"SELECT load FROM {name} ORDER BY agent_id")).scalars()  # noqa: S608
                assert list(loads) == [3, 5, 0]
        with pytest.raises(IntegrityError), database.write() as connection:
            connection.execute(text("UPDATE agent_loads SET load = -1 WHERE agent_id = 1"))


def test_steps_of_the_ladder_that_were_logged_before_name_nobody_either(empty_database_url: str) -> None:
    """Both what was written with a name and what was not; entries of other kinds may say `person`."""
    migrate(empty_database_url, "0027")
    before = [
        ("alert_step", {"person": "U0LENA0001", "step": 2}),
        ("alert_step", {"step": 1, "reason": None}),
        ("shared", {"person": 7}),
    ]
    with closing(Database.open(empty_database_url)) as database:
        with database.write() as connection:
            there = {table.name: table for table in tables(connection)}
            connection.execute(there["tickets"].insert(), row_of(there["tickets"], 1))
            for seq, (kind, data) in enumerate(before):
                entry = {"customer_id": 1, "ticket_id": 1, "seq": seq, "at": seq, "kind": kind, "data": data}
                connection.execute(there["ticket_events"].insert(), entry)
        database.engine.dispose()

        migrate(empty_database_url)

        with database.read() as connection:
            log = there["ticket_events"]
            after = connection.execute(log.select().order_by(log.c.seq)).all()
        assert [(row.kind, row.data) for row in after] == [("alert_step", {"step": 2}), *before[1:]]
