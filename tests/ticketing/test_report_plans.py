"""What a report and an erasure cost: their looks walk indexes, however many tickets and comments there are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from ticketing import report_statements as sql
from ticketing.database import Database
from ticketing.desk import paging, personal_document, privacy, words_elsewhere
from ticketing.desk.reporting import COUNT_OPEN, CUSTOM_PLANS, LONGEST_OPEN, OPENED_IN_PERIOD
from ticketing.shown import CARDS_OF_AGENT
from ticketing.tables import metadata

ROWS = 6000
PERIOD = {"start": ROWS - 60, "end": ROWS - 30, "now": ROWS, "kind": "resolution"}
PAGE = {"hidden": [], "rows": 5, "skip": 0, "before": 2**62}
STEPS = "ix_ticket_events_status_at"
LOOKS: dict[str, tuple[Any, dict[str, Any], set[str]]] = {
    "opened": (sql.OPENED, PERIOD, {"ix_tickets_opened_at"}),
    "backlog by day": (sql.BACKLOG, PERIOD, {STEPS}),
    "resolutions": (sql.RESOLUTIONS, PERIOD, {STEPS}),
    "came back": (sql.CAME_BACK, PERIOD, {STEPS}),
    "open now": (sql.OPEN_NOW, {}, {"ix_tickets_queue", "ix_tickets_held"}),
    "opened since": (sql.OPENED_SINCE, PERIOD, {"ix_tickets_opened_at"}),
    "changed since": (sql.CHANGED_SINCE, PERIOD, {STEPS}),
    "held at the end": (sql.HELD_AT_END, PERIOD, {STEPS, "ix_tickets_held"}),
    "ratings": (sql.RATINGS, PERIOD, {"ix_ratings_rated_at"}),
    "attainment": (
        sql.ATTAINMENT,
        PERIOD,
        {"ix_sla_clocks_ended_at", "ix_sla_clocks_broken", "ix_sla_clocks_late", "ix_sla_clocks_due"},
    ),
    "ended": (sql.ENDED, PERIOD, {"ix_sla_clocks_ended_at"}),
    "pauses": (sql.PAUSES, PERIOD, {"ix_sla_clocks_ended_at"}),
    "export": (OPENED_IN_PERIOD, PERIOD | {"hidden": []}, {"ix_tickets_opened_at"}),
    "longest open": (LONGEST_OPEN, PAGE, {"ix_tickets_queue", "ix_tickets_held"}),
    "how many are open": (COUNT_OPEN, {"hidden": [], "before": 2**62}, {"ix_tickets_queue", "ix_tickets_held"}),
}


def _row(table: str, **given: Any) -> dict[str, Any]:
    blank = {"BIGINT": 0, "INTEGER": 0, "SMALLINT": 1, "BOOLEAN": False, "JSON": {}}
    columns = metadata.tables[table].columns
    return {one.name: None if one.nullable else blank.get(str(one.type), "x") for one in columns} | given


def _ticket(at: int) -> dict[str, Any]:
    status: dict[str, Any] = {"status": "closed"}
    if at % 50 == 0:
        status = {"status": "open", "queue_rank": at}
    elif at % 50 == 1:
        status = {"status": "assigned", "assigned_agent_id": 1}
    return _row("tickets", customer_id=at % 100, id=at, source=str(at), opened_at=at, last_activity_at=at, **status)


def _clock(at: int) -> dict[str, Any]:
    ends: dict[str, Any] = {"ended_at": at, "outcome": "breached" if at % 20 == 0 else "met", "due_at": at}
    if at % 50 == 0:
        ends = {"due_at": at, "breached_at": at if at % 100 == 0 else None}
    return _row("sla_clocks", customer_id=at % 100, ticket_id=at, kind="resolution", **ends)


@pytest.fixture
def looked_back_on(database: Database) -> Database:
    """Much that happened long ago, and little in the period."""
    step = {"kind": "status", "from_value": "in_progress", "to_value": "resolved"}
    keys = [{"customer_id": at % 100, "ticket_id": at} for at in range(ROWS)]
    rows = {
        "tickets": [_ticket(at) for at in range(ROWS)],
        "sla_clocks": [_clock(at) for at in range(ROWS)],
        "ticket_events": [_row("ticket_events", **key, at=key["ticket_id"], seq=1, **step) for key in keys],
        "sla_pauses": [_row("sla_pauses", **key, kind="resolution", resumed_at=1) for key in keys],
        "ratings": [_row("ratings", **key, resolution=1, rated_at=key["ticket_id"]) for key in keys],
    }
    with database.write() as connection:
        for table, made in rows.items():
            connection.execute(metadata.tables[table].insert(), made)
        connection.execute(text("ANALYZE"))
    return database


def test_a_report_walks_indexes_only(looked_back_on: Database) -> None:
    wrong = {}
    with looked_back_on.read() as connection:
        if not looked_back_on.is_sqlite:
            connection.execute(CUSTOM_PLANS)
            # These tables are small enough to be read whole for a join; where it counts they are not.
            connection.execute(text("SET LOCAL enable_hashjoin = off"))
            connection.execute(text("SET LOCAL enable_mergejoin = off"))
        for name, (statement, values, indexes) in LOOKS.items():
            plan = _plan(connection, statement, values)
            if not all(index in plan for index in indexes) or _reads_all(plan):
                wrong[name] = plan
    assert wrong == {}


def test_a_page_of_a_long_list_walks_one_index_from_where_it_begins(looked_back_on: Database) -> None:
    at = {"at": 5000, "number": 5000, "rows": 10}
    waiting = {"category": "x", "besides": 0, **at}
    own = {"customer_id": 7, "statuses": ["closed"], **at}
    two = {"category0": "x", "category1": "y"}
    looks: dict[str, tuple[Any, dict[str, Any], str]] = {
        "queue": (paging.WAITING_BEHIND, waiting, "ix_tickets_queue"),
        "queue back": (paging.WAITING_BEFORE, waiting, "ix_tickets_queue"),
        "a place in the queue": (paging.rank_at(2), two | {"skip": 50}, "ix_tickets_queue"),
        "how many before": (paging.count_before(2), two | {"at": 500}, "ix_tickets_queue"),
        "a customer's": (paging.OF_CUSTOMER_BEHIND, own, "ix_tickets_by_customer"),
        "a customer's back": (paging.OF_CUSTOMER_BEFORE, own, "ix_tickets_by_customer"),
        "how many a customer has": (paging.COUNT_OF_CUSTOMER, {"customer_id": 7}, "tickets"),
        "an agent's cards": (CARDS_OF_AGENT, {"key_place": "p:7", "category": "x"}, "ix_shown_cards_of_agents"),
    }
    cards = [
        _row("shown", customer_id=at % 100, place=f"p:{at % 300}", about=f"t:{at}", ts=str(at), side="agent")
        for at in range(ROWS)
    ]
    wrong = {}
    with looked_back_on.write() as connection:
        connection.execute(metadata.tables["shown"].insert(), cards)
        connection.execute(text("ANALYZE"))
        for name, (statement, values, index) in looks.items():
            plan = _plan(connection, statement, values)
            if index not in plan or _reads_all(plan, ("tickets", "shown")):
                wrong[name] = plan
    assert wrong == {}


def test_erasing_and_writing_out_one_person_walks_indexes_only(looked_back_on: Database) -> None:
    looks = {
        name: getattr(words_elsewhere, name)
        for name in ("SAID_ELSEWHERE", "COPIED_FROM_THEIRS", "SPLIT_OFF_ELSEWHERE", "OPENED_ELSEWHERE")
    }
    looks |= {"NEXT_TICKETS": privacy.NEXT_TICKETS, "WATCHED_ELSEWHERE": privacy.WATCHED_ELSEWHERE}
    looks |= personal_document.ON_OTHERS | {f"own {table}": look for table, look in personal_document.OWN.items()}
    keys = [{"customer_id": at % 100, "ticket_id": at} for at in range(ROWS)]
    rows = {
        "comments": [_row("comments", **key, id=1, author_id=300 + at, source=str(at)) for at, key in enumerate(keys)],
        "comment_origins": [_row("comment_origins", **key, origin_customer_id=at) for at, key in enumerate(keys)],
        "ticket_watchers": [_row("ticket_watchers", **key, person_id=300 + at) for at, key in enumerate(keys)],
    }
    wrong = {}
    with looked_back_on.write() as connection:
        for table, made in rows.items():
            connection.execute(metadata.tables[table].insert(), made)
        connection.execute(text("ANALYZE"))
        for name, statement in looks.items():
            plan = _plan(connection, statement, {"person": 307})
            if _reads_all(plan, ("tickets", "ticket_events", "sla_clocks", *rows)):
                wrong[name] = plan
    assert wrong == {}


_GROWING = ("tickets", "ticket_events", "sla_clocks", "sla_pauses", "ratings", "later", "before")


def _reads_all(plan: str, big: tuple[str, ...] = _GROWING) -> bool:
    """Whether a whole table is read of those that grow with every ticket."""
    if plan.startswith("["):
        return any(node["Node Type"] == "Seq Scan" and node["Alias"] in big for node in _nodes(json.loads(plan)))
    scans = [line for line in plan.split("\n") if line.startswith("SCAN") and "INDEX" not in line]
    return any(line.split()[1] in big for line in scans)


def _nodes(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [node for one in value for node in _nodes(one)]
    if not isinstance(value, dict):
        return []
    return [value] * ("Node Type" in value) + [node for one in value.values() for node in _nodes(one)]


def _plan(connection: Connection, statement: Any, values: dict[str, Any]) -> str:
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, written: str, parameters: Any, *_: Any) -> None:
        sent.append((written, parameters))

    event.listen(connection, "before_cursor_execute", note)
    connection.execute(statement, values)
    event.remove(connection, "before_cursor_execute", note)
    written, parameters = sent[-1]
    if connection.dialect.name == "sqlite":
        return "\n".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}", parameters))
    return json.dumps(connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {written}", parameters).scalar_one())
