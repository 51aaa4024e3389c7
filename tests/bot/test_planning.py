"""`helpdesk replay` and `helpdesk simulate`, from the command line to the file they write."""

from __future__ import annotations

import csv
import struct
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.charts import Panel, by_day
from bot.cli import helpdesk
from bot.settings import FROM_ENVIRONMENT
from ticketing.database import Database, migrate
from ticketing.desk import Desk

STRICT = """
[desk]
zone = "Europe/Vienna"

[[desk.policies]]
first_response = { medium = "30m" }
"""
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in (*FROM_ENVIRONMENT, "HELPDESK_CONFIG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    monkeypatch.setenv("HELPDESK_DATABASE_URL", "sqlite:///desk.db")
    Path("strict.toml").write_text(STRICT, encoding="utf-8")


def command(*arguments: str) -> Result:
    result = CliRunner().invoke(helpdesk, list(arguments))
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def record() -> None:
    """One ticket, answered after an hour."""
    migrate("sqlite:///desk.db")
    now = MONDAY
    database = Database.open("sqlite:///desk.db")
    desk = Desk(database, lambda: now)
    amir = desk.ensure_person("T1:AMIR", "Amir").id
    desk.make_agent(amir, skills={"general": 3}, by=None)
    mara = desk.ensure_person("T1:MARA", "Mara").id
    ticket = desk.open_ticket(mara, subject="Blank", description="", category="general", source="v:1")
    now += timedelta(hours=1)
    desk.resolve(ticket.ref, by=amir, answer="Try again.")
    database.close()


class TestReplay:
    def test_tells_what_a_stricter_policy_would_have_broken(self) -> None:
        record()

        result = command(
            *("replay", "--policy", "strict.toml", "--from", "2026-11-23", "--to", "2026-11-23", "--csv", "all.csv")
        )

        assert result.exit_code == 0, result.output
        (answers,) = [line for line in result.output.splitlines() if "first answers" in line and "met" in line]
        assert "1 met, 0 not (100%)" in answers
        assert "0 met, 1 not (0%)" in answers
        assert "Broken promises: 1, of them new: 1." in result.output
        assert "due 23 Nov 2026 09:30  30 min late" in result.output
        (row,) = csv.DictReader(Path("all.csv").read_text(encoding="utf-8").splitlines())
        assert (row["ticket"], row["promise"], row["was_breached"]) == ("1", "first_response", "False")

    def test_a_period_without_end_is_a_sentence(self) -> None:
        result = command("replay", "--policy", "strict.toml", "--from", "2026-11-23", "--to", "2026-11-01")
        assert result.exit_code == 2
        assert "A period ends after it begins" in result.output

    def test_a_policy_that_cannot_be_read_is_a_sentence(self) -> None:
        Path("wrong.toml").write_text('[desk]\nzone = "Mars/Base"\n', encoding="utf-8")
        result = command("replay", "--policy", "wrong.toml", "--from", "2026-11-01", "--to", "2026-11-02")
        assert result.exit_code == 2
        assert "zone" in result.output


class TestSimulate:
    def test_compares_teams_and_draws_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        drawn: list[Panel] = []

        def noted(days: Sequence[date], panels: Sequence[Panel]) -> bytes:
            drawn.extend(panels)
            return by_day(days, panels)

        monkeypatch.setattr("bot.planning.by_day", noted)
        result = command(
            *("simulate", "--policy", "strict.toml", "--days", "4", "--tickets-a-day", "8", "--work-minutes", "90"),
            *("--agents", "1", "--agents", "3", "--plot", "month.png"),
        )

        assert result.exit_code == 0, result.output
        left = {}
        for line in result.output.splitlines():
            if line.startswith(("1 agents", "3 agents")) and "%" in line and "[" not in line:
                name, _, solved, unsolved, *_ = line.split()
                left[name] = (int(solved), int(unsolved))
        assert left["3"][0] > left["1"][0]
        assert left["3"][1] < left["1"][1]
        picture = Path("month.png").read_bytes()
        assert picture.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", picture[16:24])
        assert width > 1000
        assert height > width
        kept = {panel.title: panel.lines for panel in drawn if "in time" in panel.title}
        assert kept.keys() == {"First answers given in time, %", "Solutions in time, %"}
        judged = {title: [day for day in lines["1 agents"] if day is not None] for title, lines in kept.items()}
        assert all(judged.values())
        assert judged["First answers given in time, %"] != judged["Solutions in time, %"]
        assert all(lines.keys() == {"1 agents", "3 agents"} for lines in kept.values())

    def test_plays_what_was_recorded(self) -> None:
        record()
        result = command(
            *("simulate", "--policy", "strict.toml", "--from", "2026-11-23", "--to", "2026-11-24", "--agents", "1")
        )
        assert result.exit_code == 0, result.output
        assert "Tickets: 1, from 23 Nov 2026" in result.output

    def test_what_was_recorded_is_played_under_what_is_in_force(self) -> None:
        """And not under what the file has only seeded: a category that was added since is known."""
        record()
        database = Database.open("sqlite:///desk.db")
        desk = Desk(database, lambda: MONDAY + timedelta(hours=2))
        categories = [{"key": "general", "name": "General"}, {"key": "printing", "name": "Printing"}]
        desk.configure({"categories": categories}, by=None)
        mara = desk.ensure_person("T1:MARA", "Mara").id
        desk.open_ticket(mara, subject="Twice", description="", category="printing", source="v:2")
        database.close()

        result = command("simulate", "--from", "2026-11-23", "--to", "2026-11-24", "--agents", "1")

        assert result.exit_code == 0, result.output
        assert "Tickets: 2, from 23 Nov 2026" in result.output

    def test_what_is_of_a_category_that_the_file_does_not_have_is_played_in_its_first(self) -> None:
        record()
        policy = '[[desk.categories]]\nkey = "technical"\nname = "Technical"\n'
        Path("other.toml").write_text(policy, encoding="utf-8")
        result = command("simulate", "--policy", "other.toml", "--from", "2026-11-23", "--to", "2026-11-24")
        assert result.exit_code == 0, result.output
        assert "In a category that this configuration does not have: 1, played in Technical." in result.output

    def test_an_empty_time_is_a_sentence(self) -> None:
        result = command("simulate", "--from", "2026-11-23", "--to", "2026-11-24")
        assert (result.exit_code, result.output) == (2, "No ticket was opened in that time.\n")

    def test_half_a_period_is_refused(self) -> None:
        result = command("simulate", "--from", "2026-11-23")
        assert result.exit_code == 2
        assert "both --from and --to" in result.output
