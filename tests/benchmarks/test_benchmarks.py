"""The machinery of `make bench` at a tiny size: it measures, says so, and writes lines that tools can read."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from benchmarks import corpus, filling, growth, opening, searching
from benchmarks.__main__ import GROUPS
from benchmarks.databases import running, sqlite_file
from benchmarks.measuring import Figure, at_least, at_most, below, percentile, table, told, write
from ticketing.model import PersonId


def test_figures_are_lines_of_json(tmp_path: Path) -> None:
    figures = [
        at_least("open_ticket", 60, "tickets/s", 100, 0.5),
        at_most("claim_growth", 3, "ms", 1, 1.5),
        below("search_p99_ms", 7, "ms", 10),
        told("claim_p99_ms", 4, "ms"),
    ]

    write(figures, tmp_path / "results" / "latest.jsonl")

    lines = [json.loads(line) for line in (tmp_path / "results" / "latest.jsonl").read_text().splitlines()]
    assert lines[0] == {"name": "open_ticket", "value": 60, "unit": "tickets/s", "reference": 100, "ratio": 0.6}
    assert [line["ratio"] for line in lines] == [0.6, 3.0, 0.7, None]
    assert [figure.is_met for figure in figures] == [True, False, True, True]
    assert table(figures).count("MISSED") == 1


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 5), (90, 9), (99, 10), (100, 10)])
def test_percentiles_are_values_that_were_measured(percent: float, value: float) -> None:
    assert percentile(range(1, 11), percent) == value


def test_the_desk_and_the_bare_driver_write_the_same_number_of_rows() -> None:
    with sqlite_file() as url:
        filling.team(url, agents=10, customers=100)
        contest = opening.Contest(url, 0)
        try:
            before = filling.rows(contest.database)
            contest.by_desk(3)
            by_desk = filling.rows(contest.database)
            contest.by_driver(3)
            by_driver = filling.rows(contest.database)
        finally:
            contest.close()
    written = {name: by_desk[name] - before[name] for name in by_desk}
    assert written["tickets"] == 3 * opening.THREADS
    assert written == {name: by_driver[name] - by_desk[name] for name in by_driver}


def test_the_groups_of_a_run_share_one_crowded_desk() -> None:
    with running(is_quick=True) as run:
        run.tickets = 200
        url = run.crowded("sqlite")
        with growth.opened(url, run.tickets) as first:
            first.desk.claim(first.waiting(0), by=PersonId(first.agents[0]))

        assert run.crowded("sqlite") == url
        with growth.opened(url, run.tickets) as again:
            assert filling.rows(again.database)["tickets"] == 200
            assert filling.rows(again.database)["ticket_events"] > 0
    assert not Path(url.removeprefix("sqlite:///")).exists()


def test_growth_is_measured_on_a_small_desk() -> None:
    with (
        sqlite_file() as few_url,
        sqlite_file() as many_url,
        growth.filled(few_url, 200) as few,
        growth.filled(many_url, 1000) as many,
    ):
        figures: list[Figure] = list(growth.growth("sqlite", few, many, rounds=4))
        with many.database.read() as connection:
            marked = connection.execute(
                text("SELECT count(*) FROM sla_clocks WHERE warned_at IS NOT NULL")
            ).scalar_one()
        assert marked == (1 + growth.WARMING_UP // 4) * growth.DUE_AT_ONCE

    assert {figure.name for figure in figures} >= {
        "claim_sqlite_growth",
        "sla_look_sqlite_growth",
        "sla_look_due_sqlite_growth",
    }


def test_of_all_choices_among_agents_the_one_that_grows_most_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        sqlite_file() as few_url,
        sqlite_file() as many_url,
        growth.staffed(few_url, 5) as few,
        growth.staffed(many_url, 40) as many,
    ):
        seniors = text("SELECT count(*) FROM agent_skills WHERE is_senior AND category = 'rare'")
        with many.database.read() as connection:
            assert connection.execute(seniors).scalar_one() == 5
        figure = growth.picks("sqlite", few, many, rounds=2)
    assert (figure.name, figure.unit) == ("pick_sqlite_growth", "ms")

    p50s = {growth.Choice("rare"): (1.0, 9.0), growth.Choice("billing"): (5.0, 10.0)}
    monkeypatch.setattr(growth, "CHOICES", tuple(p50s))
    monkeypatch.setattr(growth, "_pick_ms", lambda on, choice: p50s[choice][on is many])
    worst = growth.picks("sqlite", few, many)
    assert (worst.ratio, worst.is_met) == (9.0, False)


def test_search_is_measured_on_bodies_and_comments() -> None:
    with sqlite_file() as url, growth.filled(url, 300) as on:
        corpus.index(on.database, 300, 1, 300, on.customers)
        figures = list(searching.searches("sqlite", on, rounds=3))
        found = {
            words: len(on.desk.search(words, include_internal=True, limit=100))
            for words in ("gamma123", "delta7", "relic", "printer alpha2")
        }

    assert found == {"gamma123": 1, "delta7": 10, "relic": 100, "printer alpha2": 100}
    assert {figure.name for figure in figures} == {
        "search_sqlite_p99_ms",
        "search_of_old_sqlite_p99_ms",
        "search_of_customer_sqlite_p99_ms",
    }


TINY: dict[str, dict[str, object]] = {
    "alert_lag": {"QUICK_ALERTS": 2, "ENGINES": ("sqlite",)},
    "simulated_month": {"QUICK_DAYS": 2, "TICKETS_A_DAY": 6},
}
"""Groups of which no part is measured above, and how little of each is enough here."""


@pytest.mark.parametrize("group", TINY)
def test_a_group_gives_its_figures(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they come to is no matter here."""
    for name, value in TINY[group].items():
        monkeypatch.setattr(importlib.import_module(f"benchmarks.{group}"), name, value)
    with running(is_quick=True) as run:
        run.tickets = 200
        figures = list(GROUPS[group](run))

    assert figures
    assert len({figure.name for figure in figures}) == len(figures)
