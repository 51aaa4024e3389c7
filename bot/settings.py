"""
How the process is set up: `helpdesk.toml` and the environment, the environment winning.

The desk's own configuration (`[desk]`) and the people to begin with (`[[people]]`) are in the same file, but only seed
the database: from then on they are changed in Slack or by `helpdesk config apply`.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ticketing.model import Role, Tier

DEFAULT_FILE = Path("helpdesk.toml")

FROM_ENVIRONMENT = {
    "SLACK_BOT_TOKEN": "slack_bot_token",
    "SLACK_APP_TOKEN": "slack_app_token",
    "SLACK_SIGNING_SECRET": "slack_signing_secret",
    "SLACK_API_URL": "slack_api_url",
    "HELPDESK_DATABASE_URL": "database_url",
    "HELPDESK_HTTP_HOST": "http_host",
    "HELPDESK_HTTP_PORT": "http_port",
    "HELPDESK_METRICS_HOST": "metrics_host",
    "HELPDESK_METRICS_PORT": "metrics_port",
    "HELPDESK_LOG_LEVEL": "log_level",
    "HELPDESK_LOG_FORMAT": "log_format",
    "HELPDESK_CLOCK_URL": "clock_url",
}
"""Each environment variable and the setting it sets, which is also its name in the file."""

OTHER_VARIABLES = frozenset({"HELPDESK_CONFIG", "HELPDESK_TEST_PG_URL"})
"""Variables with our prefix that are no settings: where the file is, and where the tests find PostgreSQL."""


class SettingsError(Exception):
    """The settings do not work; the message is one sentence for each fault, fit to be printed."""


class PersonSeed(BaseModel):
    """One `[[people]]` entry: who somebody is when the database is still empty of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slack: str = Field(pattern=r"^[UW][A-Z0-9]{2,}$")
    name: str | None = None
    role: Literal["customer", "agent", "lead", "admin"] = "customer"
    skills: dict[str, int] = Field(default_factory=dict)
    max_load: int = Field(default=10, ge=0, le=1000)
    senior: bool = False
    tier: Tier = Tier.STANDARD
    organization: str | None = None

    @field_validator("skills")
    @classmethod
    def _levels(cls, skills: dict[str, int]) -> dict[str, int]:
        for category, level in skills.items():
            if not 1 <= level <= 5:
                raise ValueError(f"the level of {category} is {level}, and levels are 1 to 5")
        return skills

    @property
    def as_role(self) -> Role:
        return Role[self.role.upper()]


class Settings(BaseSettings):
    """Everything the process needs to know before it can start."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    database_url: str = "sqlite:///helpdesk.db"
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=3000, ge=0, le=65535)
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    clock_url: str | None = None
    desk: dict[str, Any] = Field(default_factory=dict)
    people: tuple[PersonSeed, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` read: it alone knows each variable's documented name and can name a wrong one."""
        return (init_settings,)

    @field_validator(
        "slack_bot_token", "slack_app_token", "slack_signing_secret", "clock_url", "metrics_port", mode="before"
    )
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith("xoxb-"):
            raise ValueError("a bot token begins with xoxb-")
        return value

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith("xapp-"):
            raise ValueError("an app-level token begins with xapp-")
        return value

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _in_lower_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("an address begins with https://")
        return value if value.endswith("/") else value + "/"

    @property
    def transport(self) -> Literal["socket", "http"]:
        """Socket Mode where there is an app token, else HTTP. Raises SettingsError where neither can work."""
        self.bot_token()
        if self.slack_app_token is not None:
            return "socket"
        if self.slack_signing_secret is not None:
            return "http"
        raise SettingsError(
            "SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing: one of the two is needed."
        )

    def bot_token(self) -> str:
        """Raises SettingsError if there is none."""
        if self.slack_bot_token is None:
            raise SettingsError(
                "SLACK_BOT_TOKEN is missing: copy the Bot User OAuth Token from your app's OAuth & Permissions page."
            )
        return self.slack_bot_token.get_secret_value()

    def app_token(self) -> str:
        """Raises SettingsError if there is none."""
        if self.slack_app_token is None:
            raise SettingsError("SLACK_APP_TOKEN is missing.")
        return self.slack_app_token.get_secret_value()

    def signing_secret(self) -> str:
        """Raises SettingsError if there is none."""
        if self.slack_signing_secret is None:
            raise SettingsError("SLACK_SIGNING_SECRET is missing.")
        return self.slack_signing_secret.get_secret_value()


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """
    Read the settings from a file and the environment.

    The file is `path`, or the one HELPDESK_CONFIG names, or `helpdesk.toml` if that is there.

    Raises SettingsError, with one line for each fault.
    """
    environment = os.environ if environment is None else environment
    _refuse_unknown_variables(environment)
    file = path or (Path(environment["HELPDESK_CONFIG"]) if environment.get("HELPDESK_CONFIG") else None)
    values = _from_file(file or DEFAULT_FILE, must_exist=file is not None)
    origin = {setting: f"{setting} in {file or DEFAULT_FILE}" for setting in values}
    for variable, setting in FROM_ENVIRONMENT.items():
        if variable in environment:
            values[setting] = environment[variable]
            origin[setting] = variable
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(fault, origin) for fault in error.errors())) from None


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    known = [*FROM_ENVIRONMENT, *OTHER_VARIABLES]
    unknown = sorted(name for name in environment if name.startswith("HELPDESK_") and name not in known)
    if unknown:
        raise SettingsError(
            "\n".join(f"{name} is not a setting.{_did_you_mean(name, FROM_ENVIRONMENT)}" for name in unknown)
        )


def _from_file(path: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if must_exist:
            raise SettingsError(f"There is no settings file {path}.") from None
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from None


def _sentence(fault: Any, origin: Mapping[str, str]) -> str:
    setting = str(fault["loc"][0])
    within = ".".join(str(part) for part in fault["loc"][1:])
    where = origin.get(setting, setting) + (f" ({within})" if within else "")
    if fault["type"] == "extra_forbidden":
        name = str(fault["loc"][-1])
        known = Settings.model_fields if not within else PersonSeed.model_fields
        return f"{where}: {name} is not a setting.{_did_you_mean(name, known)}"
    message = str(fault["msg"]).removeprefix("Value error, ")
    return f"{where}: {message[:1].lower()}{message[1:]}."


def _did_you_mean(name: str, known: Any) -> str:
    nearest = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {nearest[0]}?" if nearest else ""
