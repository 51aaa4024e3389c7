"""The command line: what goes wrong is a sentence and an exit status, never a traceback."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from bot.cli import helpdesk
from bot.settings import FROM_ENVIRONMENT
from tests.end_to_end.sandbox import Sandbox
from tests.processes import ROOT, Process
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.outbox import Notice


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in (*FROM_ENVIRONMENT, "HELPDESK_CONFIG"):
        monkeypatch.delenv(variable, raising=False)


def command(*arguments: str, **environment: str) -> Result:
    result = CliRunner().invoke(helpdesk, list(arguments), env=environment)
    assert "Traceback" not in result.output
    return result


def test_every_command_of_the_documents_can_be_typed() -> None:
    """As it stands in a block of its own, with each of its options."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    lines = re.findall(r"^ *(?:[\w./]+/)?helpdesk (.+)$", text, re.M)
    assert len(lines) > 5
    wrong = {line: said.output for line in lines if (said := command(*line.split(), "--help")).exit_code}
    assert wrong == {}


class TestRun:
    def test_without_a_token_names_the_variable(self) -> None:
        result = command("run")
        assert result.exit_code == 2
        assert result.output.startswith("SLACK_BOT_TOKEN is missing")
        assert len(result.output.splitlines()) == 1

    def test_with_a_token_of_the_wrong_kind_names_the_variable(self) -> None:
        result = command("run", SLACK_BOT_TOKEN="xapp-1")
        assert (result.exit_code, result.output) == (2, "SLACK_BOT_TOKEN: a bot token begins with xoxb-.\n")

    def test_with_a_token_that_slack_refuses_names_the_variable(self, sandbox_process: Sandbox) -> None:
        known = sandbox_process.credentials()
        result = command(
            "run", SLACK_API_URL=known.api_url, SLACK_BOT_TOKEN="xoxb-wrong", SLACK_APP_TOKEN=known.app_token
        )
        assert result.exit_code == 2
        assert result.output.startswith("SLACK_BOT_TOKEN is refused by Slack (invalid_auth)")
        assert "xoxb-wrong" not in result.output

    def test_with_an_app_token_that_slack_refuses_names_the_variable(self, sandbox_process: Sandbox) -> None:
        known = sandbox_process.credentials()
        result = command(
            "run", SLACK_API_URL=known.api_url, SLACK_BOT_TOKEN=known.bot_token, SLACK_APP_TOKEN="xapp-wrong"
        )
        assert result.exit_code == 2
        assert result.output.startswith("SLACK_APP_TOKEN is refused by Slack (invalid_auth)")

    def test_when_slack_does_not_answer_says_so_and_asks_again_until_told_to_stop(self, tmp_path: Path) -> None:
        away = {
            "SLACK_API_URL": "http://127.0.0.1:9/",
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_APP_TOKEN": "xapp-1",
            "HELPDESK_DATABASE_URL": f"sqlite:///{tmp_path}/desk.db",
        }
        process = Process([sys.executable, "-m", "bot", "run"], away)
        try:
            process.line(r"Slack at http://127\.0\.0\.1:9/ does not answer: .*\. It is asked again in 1 s\.")
        finally:
            code = process.stop()
        assert code == 0
        assert "Traceback" not in process.tail()

    def test_where_no_slack_is_says_so_at_once(self, sandbox_process: Sandbox) -> None:
        url = f"{sandbox_process.url}/nothing/"
        result = command("run", SLACK_API_URL=url, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
        assert (result.exit_code, result.output) == (1, f"Slack at {url} does not answer: http_405.\n")

    def test_with_an_address_that_is_no_database_says_so(self, sandbox_process: Sandbox) -> None:
        known = sandbox_process.credentials()
        result = command(
            "run",
            SLACK_API_URL=known.api_url,
            SLACK_BOT_TOKEN=known.bot_token,
            SLACK_APP_TOKEN=known.app_token,
            HELPDESK_DATABASE_URL="nonsense",
        )
        assert result.exit_code == 2
        assert result.output.startswith("HELPDESK_DATABASE_URL is not a database's address")


def test_a_misspelt_command_names_the_right_one() -> None:
    result = command("rn")
    assert result.exit_code == 2
    assert "Did you mean 'run'?" in result.output


class TestManifest:
    def test_is_the_file_for_socket_mode(self) -> None:
        assert command("manifest").output.rstrip() == (ROOT / "app_manifest.yml").read_text().rstrip()

    def test_for_http_sends_everything_to_the_url(self) -> None:
        url = "https://helpdesk.example/slack/events"
        manifest: dict[str, Any] = yaml.safe_load(command("manifest", "--url", url).output)
        assert manifest["settings"]["socket_mode_enabled"] is False
        assert manifest["settings"]["event_subscriptions"]["request_url"] == url
        assert manifest["settings"]["interactivity"]["request_url"] == url
        assert manifest["settings"]["interactivity"]["message_menu_options_url"] == url
        assert {each["url"] for each in manifest["features"]["slash_commands"]} == {url}

    def test_wants_an_address_that_slack_would_call(self) -> None:
        assert command("manifest", "--url", "http://helpdesk.example").exit_code == 2


class TestConfiguration:
    def test_check_names_each_fault_and_its_place(self, tmp_path: Path) -> None:
        (tmp_path / "helpdesk.toml").write_text('[desk]\nzone = "Mars/X"\n')
        result = command("config", "check")
        assert result.exit_code == 2
        assert result.output.startswith("zone: ")

    def test_apply_puts_a_new_version_in_force(self, tmp_path: Path) -> None:
        (tmp_path / "helpdesk.toml").write_text('[desk]\nzone = "Europe/Vienna"\n')
        assert command("config", "check").exit_code == 0
        said = "This touches no open ticket.\nVersion 1 of the configuration is in force.\n"
        assert command("config", "apply").output == said
        assert command("config", "apply").exit_code == 0


def test_migrate_makes_the_tables(tmp_path: Path) -> None:
    assert command("migrate").output == "The database is up to date.\n"
    connection = sqlite3.connect(tmp_path / "helpdesk.db")
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert {"tickets", "people", "outbox"} <= tables


def test_doctor_finds_the_demo_in_order(sandbox_process: Sandbox) -> None:
    known = sandbox_process.credentials()
    result = command(
        "--config",
        str(ROOT / "demo" / "helpdesk.toml"),
        "doctor",
        SLACK_API_URL=known.api_url,
        SLACK_BOT_TOKEN=known.bot_token,
        SLACK_APP_TOKEN=known.app_token,
    )
    assert result.exit_code == 0, result.output
    assert [line.split()[0] for line in result.output.splitlines()] == ["ok"] * 5


def test_doctor_says_when_a_private_category_is_not_private_and_the_index_is_old(
    sandbox_process: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "helpdesk.toml").write_text(
        '[desk]\nstemming = "off"\n[desk.channels]\ntriage = "C0TRIAGE01"\nescalations = "C0ESCALATE"\n'
        '[[desk.categories]]\nkey = "pay"\nname = "Pay"\nprivate = true\nchannel = "C0SUPPORT1"\n'
        '[[desk.categories]]\nkey = "grief"\nname = "Grief"\nprivate = true\nchannel = "C0GENERAL1"\n'
    )
    command("config", "apply")
    known = sandbox_process.credentials()
    result = command(
        "doctor",
        SLACK_API_URL=known.api_url,
        SLACK_BOT_TOKEN=known.bot_token,
        SLACK_APP_TOKEN=known.app_token,
    )
    assert result.exit_code == 1
    assert "public   the category pay is private, but anybody can read" in result.output
    assert "missing  the app is not in #general." in result.output
    assert "old      search index: stemming is english there and off in the settings." in result.output


def test_doctor_looks_into_the_channels_of_categories_and_says_what_could_not_be_shown(
    sandbox_process: Sandbox, tmp_path: Path
) -> None:
    """Of an archived channel too; what is set aside is told with its reason, place by place."""
    (tmp_path / "helpdesk.toml").write_text(
        '[desk.channels]\ntriage = "C0TRIAGE01"\nescalations = "C0ESCALATE"\n'
        '[[desk.categories]]\nkey = "pay"\nname = "Pay"\nescalations = "C0NOWHERE1"\nchannel = "C0SUPPORT1"\n'
    )
    command("config", "apply")
    database = Database.open(f"sqlite:///{tmp_path / 'helpdesk.db'}")
    outbox = Desk(database, lambda: datetime.now(UTC)).outbox
    for number in (1, 2):
        outbox.add(Notice("c:C0GONE0001", f"t:{number}", "board_card"), at=datetime.now(UTC))
        (errand,) = outbox.claim(datetime.now(UTC), 1, 30)
        outbox.park(errand, "channel_not_found")
    database.close()
    known = sandbox_process.credentials()
    sandbox_process.patch("/control/channels/C0TRIAGE01", {"is_archived": True})
    try:
        result = command(
            "doctor", SLACK_API_URL=known.api_url, SLACK_BOT_TOKEN=known.bot_token, SLACK_APP_TOKEN=known.app_token
        )
    finally:
        sandbox_process.patch("/control/channels/C0TRIAGE01", {"is_archived": False})
    assert result.exit_code == 1
    assert "missing  channel for triage: #triage is archived." in result.output
    assert (
        "missing  channel for alerts of the category pay, C0NOWHERE1: The app is not in that channel." in result.output
    )
    assert "parked   2, not shown in the channel C0GONE0001: channel_not_found" in result.output
    assert "C0SUPPORT1" not in result.output


@pytest.mark.parametrize(
    ("late_by_s", "said"),
    [
        ({"watch": -600, "delivery": -600}, "ok       jobs: 2 run"),
        ({"watch": 5, "delivery": -600}, "dead     jobs that no longer run: watch."),
        ({"watch": 600, "delivery": 500}, "down     no helpdesk has been running since"),
    ],
)
def test_doctor_says_which_jobs_are_dead(
    sandbox_process: Sandbox, tmp_path: Path, late_by_s: dict[str, int], said: str
) -> None:
    command("migrate")
    database = Database.open(f"sqlite:///{tmp_path / 'helpdesk.db'}")
    now = datetime.now(UTC)
    Desk(database, lambda: now).note_job_runs({name: now - timedelta(seconds=late) for name, late in late_by_s.items()})
    database.close()
    known = sandbox_process.credentials()
    result = command(
        "doctor", SLACK_API_URL=known.api_url, SLACK_BOT_TOKEN=known.bot_token, SLACK_APP_TOKEN=known.app_token
    )
    assert said in result.output
    assert result.exit_code == 1  # nobody has chosen channels yet


class TestPersonalData:
    """`export-customer`, `erase-customer`, `compact`."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        """A desk with one customer, Mara, and one ticket of hers."""
        address = f"sqlite:///{tmp_path / 'desk.db'}"
        migrate(address)
        database = Database.open(address)
        desk = Desk(database, lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))
        mara = desk.ensure_person("T1:U0MARA0001", "Mara Lindt").id
        desk.open_ticket(mara, subject="Peculiar pelican", description="It is so.", category="billing", source="v:1")
        database.close()
        (tmp_path / "helpdesk.toml").write_text("[desk]\n", encoding="utf-8")
        return address

    def test_a_document_is_written_for_its_owner_only(self, url: str, tmp_path: Path) -> None:
        path = tmp_path / "mara.json"
        result = command("export-customer", "U0MARA0001", "--to", str(path), HELPDESK_DATABASE_URL=url)
        assert (result.exit_code, result.output) == (0, f"{path}: everything about Mara Lindt, 1 tickets.\n")
        assert json.loads(path.read_text())["tickets"][0]["subject"] == "Peculiar pelican"
        assert path.stat().st_mode & 0o077 == 0

    def test_erasing_asks_for_the_name_again(self, url: str, tmp_path: Path) -> None:
        result = CliRunner().invoke(
            helpdesk, ["erase-customer", "U0MARA0001"], env={"HELPDESK_DATABASE_URL": url}, input="yes\n"
        )
        assert result.exit_code == 1
        assert "Mara Lindt (T1:U0MARA0001)" in result.output
        assert "Nothing was erased." in result.output
        assert b"pelican" in (tmp_path / "desk.db").read_bytes()

        result = CliRunner().invoke(
            helpdesk,
            ["erase-customer", "U0MARA0001", "--compact"],
            env={"HELPDESK_DATABASE_URL": url},
            input="U0MARA0001\n",
        )
        assert result.exit_code == 0, result.output
        assert "Erased: 1 tickets, 0 comments on tickets of others." in result.output
        for name in ("desk.db", "desk.db-wal"):
            assert not (tmp_path / name).exists() or b"pelican" not in (tmp_path / name).read_bytes()
        gone = command("erase-customer", "U0MARA0001", "--yes", HELPDESK_DATABASE_URL=url)
        assert (gone.exit_code, gone.output) == (1, "Nobody is known as U0MARA0001.\n")

    def test_the_search_index_is_made_anew_as_the_settings_say(self, url: str, tmp_path: Path) -> None:
        (tmp_path / "helpdesk.toml").write_text('[desk]\nstemming = "off"\n')
        assert "run `helpdesk reindex`" in command("config", "apply", HELPDESK_DATABASE_URL=url).output
        made = command("reindex", HELPDESK_DATABASE_URL=url).output
        counted, said = made.splitlines()
        assert re.fullmatch(r"(\d+) of \1 tickets are indexed anew\.", counted)
        assert said == "The search index is made anew; stemming: off."
        assert "reindex" not in command("config", "apply", HELPDESK_DATABASE_URL=url).output

    def test_without_compacting_it_says_what_is_left_to_do(self, url: str) -> None:
        result = command("erase-customer", "1", "--yes", HELPDESK_DATABASE_URL=url)
        assert "until `helpdesk compact` writes them anew" in result.output
        assert command("compact", HELPDESK_DATABASE_URL=url).output == "The database is written anew.\n"


def test_init_looks_channels_up_by_name_and_doctor_is_content(sandbox_process: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "helpdesk.toml").write_text('[[desk.categories]]\nkey = "pay"\nname = "Pay"\n')
    known = sandbox_process.credentials()
    tokens = {
        "SLACK_API_URL": known.api_url,
        "SLACK_BOT_TOKEN": known.bot_token,
        "SLACK_APP_TOKEN": known.app_token,
    }
    before = command("doctor", **tokens)
    assert before.exit_code == 1
    assert "presses Set-up, Channels; or run helpdesk init" in before.output

    unknown = command("init", "--triage", "nowhere", "--escalations", "#general", **tokens)
    assert unknown.exit_code == 1
    assert "There is no channel nowhere" in unknown.output
    assert "The app is not in #general. There, type /invite @Helpdesk." in unknown.output

    done = command("init", "--triage", "#triage", "--escalations", "C0ESCALATE", **tokens)
    assert done.exit_code == 0, done.output
    assert "channel for triage: C0TRIAGE01" in done.output
    after = command("doctor", **tokens)
    assert after.exit_code == 0, after.output
    assert "#triage" in after.output


def test_init_wants_a_channel() -> None:
    assert "--triage" in command("init").output


def test_doctor_says_what_to_press_where_membership_cannot_be_followed(
    sandbox_process: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "helpdesk.toml").write_text(
        '[desk.channels]\ntriage = "C0TRIAGE01"\nescalations = "C0ESCALATE"\n'
        '[desk.follow]\nchannel = "C0SUPPORT1"\nusergroup = "S0123ABCD"\n'
    )
    known = sandbox_process.credentials()
    result = command(
        "doctor",
        SLACK_API_URL=known.api_url,
        SLACK_BOT_TOKEN=known.bot_token,
        SLACK_APP_TOKEN=known.app_token,
    )
    assert result.exit_code == 1
    assert "Anybody can join #support. Choose a private channel. An admin presses Set-up" in result.output
    assert "Add the scope usergroups:read" in result.output


def test_the_manifest_asks_for_user_groups_only_when_told_to() -> None:
    assert "usergroups:read" not in command("manifest").output
    assert "usergroups:read" in command("manifest", "--user-groups").output
    assert (
        "usergroups:read" in command("manifest", "--user-groups", "--url", "https://desk.example/slack/events").output
    )
