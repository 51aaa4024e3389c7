"""The tables: what the migrations make is what the code reads, keys carry the customer, and each look walks an index."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, event, inspect, text

from ticketing import picking
from ticketing.database import Database, migrate
from ticketing.desk import (
    added_steps,
    alerting,
    assignment,
    boards,
    climbs,
    open_tickets,
    problem_acts,
    problems,
    progress,
    promising,
    reading,
    recomputing,
    rehousing,
    snoozing,
    tags,
    watching,
)
from ticketing.model import Strategy
from ticketing.tables import metadata

CHILDREN = {table.name for table in metadata.tables.values() if "ticket_id" in table.columns}
"""Whether a foreign key says so or not."""
OF_A_TICKET = {"tickets"} | CHILDREN
MACHINE_TIME = {"lease_until", "retry_after"}


def test_the_migrations_make_the_tables(empty_database_url: str) -> None:
    migrate(empty_database_url)
    migrate(empty_database_url)  # again changes nothing
    database = Database.open(empty_database_url)

    def is_ours(name: str | None, kind: str, _parents: Mapping[Any, Any]) -> bool:
        return not (kind == "table" and name is not None and name.startswith(("ticket_search", "alembic")))

    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": is_ours, "compare_type": True, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []
        made = checks_and_indexes(connection)
    # What Alembic does not compare: the same tables made anew, and read back by the same way, say it in the same words.
    assert made == wanted_checks_and_indexes(empty_database_url)
    assert {"agent_loads.ck_agent_loads_load_not_negative", "tickets.ix_tickets_queue"} <= made.keys()
    database.close()


def wanted_checks_and_indexes(url: str) -> dict[str, Any]:
    """Those of the tables as the code declares them, on a database of the same kind."""
    is_sqlite = url.startswith("sqlite")
    engine = create_engine("sqlite://" if is_sqlite else url)
    with engine.connect() as connection:
        if not is_sqlite:
            connection.execute(text("CREATE SCHEMA wanted"))
            connection.execute(text("SET search_path TO wanted"))
        metadata.create_all(connection)
        wanted = checks_and_indexes(connection)
        connection.rollback()
    engine.dispose()
    return wanted


def checks_and_indexes(connection: Connection) -> dict[str, Any]:
    """By name: a check with its text, an index with its columns, their order and whether it is partial, and how."""
    found = inspect(connection)
    checks, indexes = {}, {}
    for table in metadata.sorted_tables:
        for check in found.get_check_constraints(table.name):
            checks[f"{table.name}.{check['name']}"] = check["sqltext"]
        for index in found.get_indexes(table.name):
            if not index.get("duplicates_constraint"):
                told = {**index, **index.get("dialect_options", {}), "dialect_options": None}
                indexes[f"{table.name}.{index['name']}"] = {key: str(value) for key, value in told.items()}
    return checks | indexes


def test_what_belongs_to_a_ticket_belongs_to_its_customer() -> None:
    for name in OF_A_TICKET:
        table = metadata.tables[name]
        assert "customer_id" in {column.name for column in table.primary_key}, name
        for key in table.foreign_key_constraints:
            assert "customer_id" in key.column_keys, key.name
        for constraint in table.constraints:
            if constraint.__visit_name__ == "unique_constraint":
                assert "customer_id" in {column.name for column in constraint.columns}, constraint.name  # type: ignore[attr-defined]
        for index in table.indexes:
            assert not index.unique or "customer_id" in {column.name for column in index.columns}, index.name
    assert {"ladder", "outbox", "comments", "ticket_events", "sla_clocks", "sla_pauses", "alerts"} <= CHILDREN


def test_columns_say_what_they_hold() -> None:
    for table in metadata.tables.values():
        for column in table.columns:
            kind = str(column.type)
            if column.name.endswith("_at") or column.name in MACHINE_TIME or column.name.endswith(("_until", "_after")):
                assert kind == "BIGINT", f"{table.name}.{column.name}"
            if kind == "BOOLEAN":
                assert column.name.startswith(("is_", "has_")), f"{table.name}.{column.name}"
            if column.name.endswith("_id"):
                assert kind in ("BIGINT", "INTEGER"), f"{table.name}.{column.name}"


def test_all_constraints_have_names(empty_database_url: str) -> None:
    migrate(empty_database_url)
    database = Database.open(empty_database_url)
    with database.read() as connection:
        found = inspect(connection)
        for table in metadata.sorted_tables:
            keys: list[Any] = [found.get_pk_constraint(table.name), *found.get_foreign_keys(table.name)]
            keys += [*found.get_unique_constraints(table.name), *found.get_check_constraints(table.name)]
            assert all(key["name"] for key in keys), table.name
    database.close()


# --- plans ------------------------------------------------------------------------------------------------------------

UNTOLD = {"at_place": "c:C1", "own_customer": 1, "own_row": 1, "rows": 10}
IN_MESSAGE = {"at_place": "c:C1", "at_channel": "C1", "at_ts": "7"}
AN_AGENT = {"category": "billing", "customer_id": 1}
SORTED = {
    "lines in threads of a place",
    "urgent head",
    "agent's list",
    "lines waiting",
    "untold alerts",
    "tickets of an act",
    "outcomes of an act",
}
"""Looks that put in order what they found by the index: of one agent, of one message, of one place, of one act."""
LOOKS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "queue head": (assignment.HEAD, {"category": "billing", "how_many": 1}, "ix_tickets_queue"),
    "urgent head": (
        assignment.HEADS[assignment.Line.URGENT],
        {"category": "billing", "how_many": 1},
        "ix_tickets_queue_urgent",
    ),
    "head for somebody there": (
        assignment.HEADS[assignment.Line.OF_OTHERS],
        {"category": "billing", "skill": "billing", "how_many": 1},
        "ix_tickets_queue",
    ),
    "waits before": (picking.WAITS_BEFORE, {"agent": 1, "rank": 7}, "ix_tickets_queue"),
    "waits before in": (picking.WAITS_BEFORE_IN, {"agent": 1, "rank": 7, "categories": ["c1"]}, "ix_tickets_queue"),
    "waiting categories": (picking.NEXT_WAITING_CATEGORY, {"category": ""}, "ix_tickets_queue"),
    "waiting": (reading.WAITING.limit(10), {"category": "billing", "besides": 1}, "ix_tickets_queue"),
    "how many wait": (reading.WAITING_COUNT, {"category": "billing"}, "ix_tickets_queue"),
    "waiting, of a customer": (reading.WAITING_OF_CUSTOMER, {"customer_id": 1}, "ix_tickets_by_customer"),
    "agent's list": (reading.OF_AGENT, {"agent_id": 1}, "ix_tickets_held"),
    "customer's list": (reading.OF_CUSTOMER.limit(10), {"customer_id": 1}, "ix_tickets_by_customer"),
    "typed number": (reading.NUMBER, {"number": 7}, "ix_tickets_id"),
    "next warning": (watching.NEXT_WARNING, {}, "ix_sla_clocks_warn"),
    "next breach": (watching.NEXT_BREACH, {}, "ix_sla_clocks_due"),
    "due warnings": (watching.DUE_WARNINGS, {"now": 1, "rows": 200}, "ix_sla_clocks_warn"),
    "due breaches": (watching.DUE_BREACHES, {"now": 1, "rows": 200}, "ix_sla_clocks_due"),
    "late, marked": (watching.LATE[0].limit(100), {"now": 1}, "ix_sla_clocks_late"),
    "late, not marked": (watching.LATE[1].limit(100), {"now": 1}, "ix_sla_clocks_due"),
    "due steps": (climbs.DUE, {"now": 1, "rows": 200}, "ix_ladder_next_at"),
    "held back": (climbs.HELD_BACK, {"now": 1}, "ix_ladder_held"),
    "next step": (climbs.NEXT, {}, "ix_ladder_next_at"),
    "next warning, of what does not fail": (watching.NEXT_AFTER[0], {"now": 1}, "ix_sla_clocks_warn"),
    "next breach, of what does not fail": (watching.NEXT_AFTER[1], {"now": 1}, "ix_sla_clocks_due"),
    "next step, of what does not fail": (climbs.NEXT_AFTER, {"now": 1}, "ix_ladder_next_at"),
    "lapsed promises": (promising.LAPSED, {"now": 1, "rows": 200}, "ix_alert_promises_until"),
    "next lapse": (promising.NEXT_LAPSE, {}, "ix_alert_promises_until"),
    "next lapse, of what does not fail": (promising.NEXT_LAPSE_AFTER, {"now": 1}, "ix_alert_promises_until"),
    "board, late": (boards.ROWS[0], {"rows": 40, "hidden": []}, "ix_sla_clocks_late"),
    "board, soon": (boards.ROWS[1], {"rows": 40, "hidden": [], "until": 11}, "ix_sla_clocks_due"),
    "message's tickets": (alerting.MEMBERS, {"at_channel": "C1", "at_ts": "7"}, "ix_shown_message"),
    "untold alerts": (alerting.UNTOLD, UNTOLD, "ix_outbox_place"),
    "cards waiting in a place": (alerting.CARDS_IN, {"at_place": "c:C1"}, "ix_outbox_place"),
    "lines waiting in a place": (alerting.LINES_IN, {"at_place": "c:C1"}, "ix_outbox_place"),
    "lines in threads of a place": (alerting.LINES_ABROAD, {"at_place": "c:C1", "rows": 10}, "ix_outbox_place"),
    "cards waiting": (alerting.CARDS_OF, IN_MESSAGE, "ix_outbox_place"),
    "lines waiting": (alerting.LINES_OF, IN_MESSAGE | {"of_kind": "alert_line", "rows": 10}, "ix_outbox_place"),
    "a page of what is open": (
        open_tickets.LAST_OF_PAGE,
        dict.fromkeys(("after_version", "after_customer", "after_ticket", "besides_it"), 1),
        "ix_tickets_promised",
    ),
    "its alerts": (
        rehousing.PAGE,
        dict.fromkeys(("after_version", "after_customer", "after_ticket"), 1)
        | dict.fromkeys(("last_version", "last_customer", "last_ticket"), 9)
        | {"rows": 10, "places": ["c:C1", "c:C2"]},
        "ix_tickets_promised",
    ),
    "what has climbed all steps": (
        added_steps.RESTING,
        dict.fromkeys(("after_version", "after_customer", "after_ticket"), 1)
        | dict.fromkeys(("last_version", "last_customer", "last_ticket"), 9)
        | {"rows": 10, "first": 2, "last": 3},
        "ix_tickets_promised",
    ),
    "cards asked for in a place": (rehousing.WAITING_CARDS, {"at_place": "c:C1"}, "ix_outbox_place"),
    "promised before": (recomputing.OUTDATED.limit(200), {"version": 3}, "ix_tickets_promised"),
    "resolved long ago": (progress.RESOLVED_BEFORE.limit(200), {"before": 1}, "ix_tickets_resolved"),
    "open problems": (problems.IN_STATE, {"state": "open", "rows": 10, "skipped": 0}, "ix_problems_state"),
    "tickets of a problem": (problems.OF_PROBLEM.limit(10), {"problem": 1}, "ix_problem_tickets_problem_id"),
    "acts to be done": (problem_acts.PLANNED.limit(2), {"now": 1}, "ix_problem_acts_planned"),
    "tickets of an act": (problem_acts.REMAINING, {"act": 1, "rows": 50}, "ix_problem_tickets_problem_id"),
    "outcomes of an act": (problem_acts.OUTCOMES, {"act": 1}, "ix_problem_steps_act_id"),
    "tickets with a tag": (tags.TAGGED.limit(10), {"tag": 1}, "ix_ticket_tags_tag_id"),
    "asleep": (snoozing.ASLEEP_UNTIL.limit(200), {"now": 1}, "ix_tickets_snoozed"),
    "pick least loaded": (picking.PICK[Strategy.LEAST_LOADED], AN_AGENT, "ix_agent_skills_least_loaded"),
    "pick round robin": (picking.PICK[Strategy.ROUND_ROBIN], AN_AGENT, "ix_agent_skills_round_robin"),
    "pick most skilled": (picking.PICK[Strategy.MOST_SKILLED], AN_AGENT, "ix_agent_skills_most_skilled"),
    "pick urgent": (picking.PICK_URGENT, AN_AGENT, "ix_agent_skills_urgent"),
    "pick senior, least loaded": (
        picking.PICK_SENIOR[Strategy.LEAST_LOADED],
        AN_AGENT,
        "ix_agent_skills_senior_least_loaded",
    ),
    "pick senior, round robin": (
        picking.PICK_SENIOR[Strategy.ROUND_ROBIN],
        AN_AGENT,
        "ix_agent_skills_senior_round_robin",
    ),
    "pick senior, most skilled": (
        picking.PICK_SENIOR[Strategy.MOST_SKILLED],
        AN_AGENT,
        "ix_agent_skills_senior_most_skilled",
    ),
    "pick senior, urgent": (picking.PICK_URGENT_SENIOR, AN_AGENT, "ix_agent_skills_senior_urgent"),
}


@pytest.fixture
def filled(database: Database) -> Database:
    """Enough rows that a database would rather walk an index, each as empty as the constraints allow."""
    makers: dict[str, Callable[[int], dict[str, Any]]] = {
        "tickets": _ticket,
        "sla_clocks": _clock,
        "agent_skills": _skill,
        "ladder": _step,
        "alerts": _alert,
        "alert_promises": _promise,
        "outbox": _errand,
        "shown": _message,
        "problems": lambda n: _values(
            "problems", {"id": n, "source": str(n), "state": "open" if n % 9 else "resolved"}
        ),
        "problem_tickets": lambda n: _values("problem_tickets", _of_ticket(n) | {"problem_id": n % 400}),
        "problem_acts": _act,
        "problem_steps": lambda n: _values("problem_steps", _of_ticket(n) | {"act_id": n % 400}),
        "tags": lambda n: _values("tags", {"id": n, "name": str(n)}),
        "ticket_tags": lambda n: _values("ticket_tags", _of_ticket(n) | {"tag_id": n % 400}),
    }
    with database.write() as connection:
        for table, make in makers.items():
            connection.execute(metadata.tables[table].insert(), [make(number) for number in range(4000)])
        connection.execute(text("ANALYZE"))
    return database


def _values(table: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return _plain(table) | dict(given)


@cache
def _plain(table: str) -> dict[str, Any]:
    blank = {"BIGINT": 0, "INTEGER": 0, "SMALLINT": 1, "BOOLEAN": False, "JSON": {}}
    columns = metadata.tables[table].columns
    return {column.name: None if column.nullable else blank.get(str(column.type), "x") for column in columns}


def _ticket(number: int) -> dict[str, Any]:
    queued = {"status": "open", "queue_rank": number}
    held = {"status": "assigned", "assigned_agent_id": number % 500}
    key = {"customer_id": number % 100, "id": number, "source": str(number), "category": f"c{number % 50}"}
    resolved = {"status": "resolved", "resolved_at": number} if number % 10 == 0 else {}
    asleep = {"snoozed_until": number} if number % 10 == 2 else {}
    return _values(
        "tickets",
        key
        | {"last_activity_at": number, "promised_version": 3 + number % 2}
        | (queued if number % 2 else held | resolved | asleep),
    )


def _clock(number: int) -> dict[str, Any]:
    key = {"customer_id": number % 100, "ticket_id": number, "kind": "resolution"}
    return _values("sla_clocks", key | {"due_at": 10 + number, "warn_at": 5 + number})


def _of_ticket(number: int) -> dict[str, Any]:
    return {"customer_id": number % 100, "ticket_id": number}


def _step(number: int) -> dict[str, Any]:
    return _values(
        "ladder", _of_ticket(number) | {"kind": "resolution" if number % 50 else "held", "next_at": 5 + number}
    )


def _alert(number: int) -> dict[str, Any]:
    return _values("alerts", _of_ticket(number) | {"kind": "resolution", "stage": "breach"})


def _promise(number: int) -> dict[str, Any]:
    return _values("alert_promises", _of_ticket(number) | {"until": 5 + number})


def _errand(number: int) -> dict[str, Any]:
    state = {"place": f"c:C{number % 50}", "about": f"a:{number}", "kind": "alert_card", "state": "waiting"}
    return _values("outbox", {"customer_id": number % 100, "id": number, "ticket_id": number} | state)


def _message(number: int) -> dict[str, Any]:
    where = {"place": f"c:C{number % 50}", "channel": f"C{number % 50}", "ts": str(number // 4)}
    return _values("shown", {"customer_id": number % 100, "about": f"a:{number}"} | where)


def _act(number: int) -> dict[str, Any]:
    key = {"id": number, "problem_id": number % 400, "source": str(number)}
    return _values("problem_acts", key | {"ended_at": None if number % 100 == 0 else number, "planned_at": number})


def _skill(number: int) -> dict[str, Any]:
    room = {"max_load": 9, "is_available": True, "is_senior": number % 37 == 0, "last_assigned_at": number}
    return _values("agent_skills", {"category": "billing", "agent_id": number, "load": number % 12} | room)


def test_each_look_walks_its_index(filled: Database) -> None:
    wrong = {}
    with filled.read() as connection:
        for name, (statement, values, index) in LOOKS.items():
            plan = _plan(connection, statement, values)
            sorts = "TEMP B-TREE FOR ORDER BY" in plan or '"Node Type": "Sort"' in plan
            if index not in plan or (sorts and name not in SORTED):
                wrong[name] = plan
    assert wrong == {}


def _plan(connection: Connection, statement: Any, values: Mapping[str, Any]) -> str:
    """The plan of the statement as it is sent; on PostgreSQL the generic one, which knows no values."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        sent.append((sql, parameters))

    event.listen(connection, "before_cursor_execute", note)
    connection.execute(statement, values)
    event.remove(connection, "before_cursor_execute", note)
    sql, parameters = sent[-1]  # a transaction may have begun before
    if connection.dialect.name == "sqlite":
        return "\n".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters))
    names = list(parameters)
    for number, name in enumerate(names, start=1):
        sql = sql.replace(f"%({name})s", f"${number}")
    connection.exec_driver_sql(f"PREPARE looked_at AS {sql}")
    given = ", ".join(f"'{parameters[name]}'" for name in names)
    arguments = f"({given})".replace("%", "%%") if names else ""
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE looked_at{arguments}").scalar_one()
    connection.exec_driver_sql("DEALLOCATE looked_at")
    return json.dumps(plan)
