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

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"x = [", "policy.toml is not TOML"),
            (b"\xff\xfe\x00", "policy.toml is not written in UTF-8"),
            (b"desk = 3", "desk in policy.toml is not a table"),
        ],
    )
    def test_a_policy_that_is_no_table_of_toml_is_a_sentence(self, content: bytes, said: str) -> None:
        Path("policy.toml").write_bytes(content)
        for asked in (("replay", "--from", "2026-11-01", "--to", "2026-11-02"), ("simulate", "--days", "1")):
            result = command(*asked, "--policy", "policy.toml")
            assert (result.exit_code, said in result.output) == (2, True), result.output

    def test_a_policy_that_is_a_directory_is_named(self) -> None:
        for asked in (("replay", "--from", "2026-11-01", "--to", "2026-11-02"), ("simulate", "--days", "1")):
            result = command(*asked, "--policy", ".")
            assert (result.exit_code, result.output) == (2, "--policy: . is a directory.\n")

    @pytest.mark.parametrize("days", [("0001-01-01", "2026-11-23"), ("2026-11-23", "9999-12-31")])
    def test_days_that_no_desk_has_seen_are_a_sentence(self, days: tuple[str, str]) -> None:
        record()
        for asked in ("replay", "simulate"):
            result = command(asked, "--policy", "strict.toml", "--from", days[0], "--to", days[1])
            assert (result.exit_code, "Days are from 1970-01-02 to 2199-12-31." in result.output) == (2, True)

    @pytest.mark.parametrize(
        ("target", "said"),
        [
            ("nowhere/all", "there is no directory"),
            (".", "is a directory"),
        ],
    )
    def test_where_nothing_can_be_written_nothing_is_worked_out(self, target: str, said: str) -> None:
        """Nor is a database made for it."""
        period = ("--from", "2026-11-23", "--to", "2026-11-23")
        plotted = target if target == "." else f"{target}.png"
        for asked in (("replay", *period, "--csv", target), ("simulate", "--days", "1", "--plot", plotted)):
            result = command(*asked, "--policy", "strict.toml")
            assert (result.exit_code, said in result.output) == (2, True), result.output
            assert "Tickets" not in result.output
        assert not Path("desk.db").exists()
        result = command("simulate", "--policy", "strict.toml", "--days", "1", "--plot", "month.gif")
        assert (result.exit_code, "ends in .png" in result.output) == (2, True)


class TestSimulate:
    def test_plays_what_is_in_force_and_says_so(self) -> None:
        """Once a database has a configuration, the settings file no longer says how the desk goes."""
        asked = ("simulate", "--days", "1", "--tickets-a-day", "3", "--agents", "1")
        which, *by_file = command(*asked).output.splitlines()
        assert which == "Played with [desk] of the settings file; no configuration is in force yet."
        assert not Path("desk.db").exists()
        record()
        database = Database.open("sqlite:///desk.db")
        each_second = {"policies": [{"first_response": dict.fromkeys(("urgent", "high", "medium", "low"), "1s")}]}
        version = Desk(database, lambda: MONDAY).configure(each_second, by=None)
        database.close()

        which, *in_force = command(*asked).output.splitlines()
        assert which == f"Played with version {version} of the configuration, which is in force."
        assert " 0.0%" not in by_file[-1]
        assert " 0.0%" in in_force[-1]

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
            if line.startswith(("1 agent ", "3 agents")) and "%" in line and "[" not in line:
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
        judged = {title: [day for day in lines["1 agent"] if day is not None] for title, lines in kept.items()}
        assert all(judged.values())
        assert judged["First answers given in time, %"] != judged["Solutions in time, %"]
        assert all(lines.keys() == {"1 agent", "3 agents"} for lines in kept.values())

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

    @pytest.mark.parametrize("option", ["--tickets-a-day", "--work-minutes"])
    def test_a_figure_that_is_no_number_is_a_sentence(self, option: str) -> None:
        result = command("simulate", "--days", "1", option, "nan")
        assert (result.exit_code, "'nan' is not a number" in result.output) == (2, True), result.output

    def test_half_a_period_is_refused(self) -> None:
        result = command("simulate", "--from", "2026-11-23")
        assert result.exit_code == 2
        assert "both --from and --to" in result.output
