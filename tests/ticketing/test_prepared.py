"""Statements that are kept ready do not pile up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, literal_column, select

from ticketing import prepared
from ticketing.database import Database


def test_what_was_run_long_ago_is_made_ready_anew_and_what_is_kept_has_a_bound(database: Database) -> None:
    asked: Any = bindparam("asked")
    statements: list[Select[Any]] = [
        select((literal_column(str(number)) + asked).label("sum")) for number in range(prepared.MOST_KEPT + 20)
    ]
    with database.read() as connection:
        for number in (0, len(statements) - 1, *range(1, len(statements)), 0):
            assert prepared.run(connection, statements[number], {"asked": 1})[0].sum == number + 1

    assert len(prepared._ready) == prepared.MOST_KEPT
