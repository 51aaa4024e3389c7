"""The settings: the file, the environment, and a sentence for whatever is wrong with either."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import FROM_ENVIRONMENT, Settings, SettingsError, load

ROOT = Path(__file__).parent.parent.parent


def refused(path: Path | None = None, **environment: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(path, environment)
    return str(caught.value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "helpdesk.toml"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no helpdesk.toml lies that would be read by itself."""
    monkeypatch.chdir(tmp_path)


def test_without_anything_there_are_defaults() -> None:
    settings = load(None, {})
    assert settings.database_url == "sqlite:///helpdesk.db"
    assert settings.slack_api_url == "https://slack.com/api/"


def test_the_environment_wins_over_the_file(file: Path) -> None:
    file.write_text('database_url = "sqlite:///of-the-file.db"\nhttp_port = 4000\n')
    settings = load(file, {"HELPDESK_DATABASE_URL": "sqlite:///of-the-environment.db"})
    assert settings.database_url == "sqlite:///of-the-environment.db"
    assert settings.http_port == 4000


def test_the_environment_can_name_the_file(file: Path) -> None:
    file.write_text("http_port = 4001\n")
    assert load(None, {"HELPDESK_CONFIG": str(file)}).http_port == 4001


def test_a_file_that_was_named_must_exist(file: Path) -> None:
    assert refused(file) == f"There is no settings file {file}."


@pytest.mark.parametrize("example", ["helpdesk.toml", "demo/helpdesk.toml"])
def test_the_files_that_come_with_the_project_are_valid(example: str) -> None:
    assert load(ROOT / example, {}).desk


@pytest.mark.parametrize("setting", FROM_ENVIRONMENT.values())
def test_every_variable_sets_a_setting(setting: str) -> None:
    assert setting in Settings.model_fields


class TestFaultsAreSentences:
    def test_a_misspelt_variable_names_the_right_one(self) -> None:
        assert refused(HELPDESK_DATABSE_URL="x") == (
            "HELPDESK_DATABSE_URL is not a setting. Did you mean HELPDESK_DATABASE_URL?"
        )

    def test_a_misspelt_key_of_the_file_names_the_right_one(self, file: Path) -> None:
        file.write_text('databse_url = "x"\n')
        assert refused(file).endswith("databse_url is not a setting. Did you mean database_url?")

    def test_a_misspelt_key_of_a_person_names_the_right_one(self, file: Path) -> None:
        file.write_text('[[people]]\nslack = "U0AMIR0001"\nskils = { billing = 1 }\n')
        assert "Did you mean skills?" in refused(file)

    def test_a_port_that_is_none(self) -> None:
        assert refused(HELPDESK_HTTP_PORT="many").startswith("HELPDESK_HTTP_PORT: ")

    def test_a_skill_level_beyond_the_scale(self, file: Path) -> None:
        file.write_text('[[people]]\nslack = "U0AMIR0001"\nskills = { billing = 9 }\n')
        assert "the level of billing is 9, and levels are 1 to 5" in refused(file)

    def test_a_file_that_is_no_toml(self, file: Path) -> None:
        file.write_text("not toml")
        assert "is not valid TOML" in refused(file)

    def test_each_fault_has_a_line(self) -> None:
        said = refused(HELPDESK_HTTP_PORT="many", SLACK_BOT_TOKEN="xapp-wrong")
        assert len(said.splitlines()) == 2

    def test_a_token_is_never_repeated(self) -> None:
        assert "canary" not in refused(SLACK_BOT_TOKEN="canary-1", SLACK_APP_TOKEN="canary-2")


class TestTheTransport:
    def test_is_socket_mode_with_an_app_token(self) -> None:
        environment = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "s"}
        assert load(None, environment).transport == "socket"

    def test_is_http_with_a_signing_secret_only(self) -> None:
        environment = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "s"}
        assert load(None, environment).transport == "http"

    def test_without_either_says_what_is_missing(self) -> None:
        with pytest.raises(SettingsError, match=r"SLACK_APP_TOKEN .* or SLACK_SIGNING_SECRET .* is missing"):
            _ = load(None, {"SLACK_BOT_TOKEN": "xoxb-1"}).transport

    def test_without_a_bot_token_says_so(self) -> None:
        with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN is missing"):
            _ = load(None, {"SLACK_APP_TOKEN": "xapp-1"}).transport


def test_secrets_are_not_printed() -> None:
    settings = load(None, {"SLACK_BOT_TOKEN": "xoxb-canary", "SLACK_APP_TOKEN": "xapp-canary"})
    assert "canary" not in repr(settings)
    assert "canary" not in str(settings.model_dump())
