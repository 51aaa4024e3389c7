"""The workspace file (TOML): who is there, which channels, which app."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.ids import credential


class ConfigError(ValueError):
    """The workspace file says something that cannot be."""


@dataclass(frozen=True)
class PersonEntry:
    """One of the workspace's people. `team_id` differs for people of a connected organisation."""

    id: str
    name: str
    real_name: str = ""
    email: str = ""
    tz: str = "UTC"
    is_admin: bool = False
    deleted: bool = False
    team_id: str = ""


@dataclass(frozen=True)
class ChannelEntry:
    """A channel; `members` is a list of ids or the word `everyone`."""

    id: str
    name: str
    topic: str = ""
    is_private: bool = False
    members: tuple[str, ...] | str = ()
    app_is_member: bool = False


@dataclass(frozen=True)
class GroupEntry:
    """A user group."""

    id: str
    handle: str
    name: str = ""
    users: tuple[str, ...] = ()


DEFAULT_PEOPLE = (
    PersonEntry("U0ALICE001", "alice", "Alice Ash", "alice@sandbox.example", "Europe/London", is_admin=True),
    PersonEntry("U0BOB00001", "bob", "Bob Birch", "bob@sandbox.example", "America/New_York"),
    PersonEntry("U0CAROL001", "carol", "Carol Cedar", "carol@sandbox.example", "Asia/Tokyo"),
)


DEFAULT_CHANNELS = (
    ChannelEntry("C0GENERAL1", "general", "Everybody", members="everyone", app_is_member=True),
    ChannelEntry("C0RANDOM01", "random", "Anything", members="everyone"),
    ChannelEntry("C0PRIVATE1", "private", is_private=True, members=("U0ALICE001", "U0BOB00001")),
)


@dataclass(frozen=True)
class WorkspaceConfig:
    """A workspace as configured; what `reset` goes back to."""

    team_id: str = "T0SANDBOX1"
    team_name: str = "Sandbox"
    team_domain: str = "sandbox"
    app_id: str = "A0SANDBOX1"
    bot_user_id: str = "U0SANDBOX1"
    bot_id: str = "B0SANDBOX1"
    clock_rate: float = 1.0
    page: str = ""
    """Where the browser client opens when its address says nothing, as its address would say it."""
    people: tuple[PersonEntry, ...] = DEFAULT_PEOPLE
    channels: tuple[ChannelEntry, ...] = DEFAULT_CHANNELS
    usergroups: tuple[GroupEntry, ...] = ()
    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""

    def tokens(self) -> tuple[str, str, str]:
        """Bot token, app-level token and signing secret; made from the ids where the file names none."""
        key = (self.team_id, self.app_id)
        return (
            self.bot_token or credential("xoxb-", "bot", *key),
            self.app_token or credential("xapp-1-", "app", *key),
            self.signing_secret or credential("", "signing", *key),
        )


_TABLES = {"team", "app", "clock", "client", "people", "channels", "usergroups", "tokens"}


def load(path: Path) -> WorkspaceConfig:
    """The workspace that a file describes. Raises ConfigError with a sentence that names the wrong key."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The workspace file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The workspace file {path} is not TOML: {error}.") from error
    return from_dict(raw, name=str(path))


def from_dict(raw: dict[str, Any], *, name: str = "workspace") -> WorkspaceConfig:
    """As `load`, from what was read already."""
    _only(raw, _TABLES, name)
    given: dict[str, Any] = {}
    for table, keys in (
        ("team", {"id": "team_id", "name": "team_name", "domain": "team_domain"}),
        ("app", {"id": "app_id", "bot_user_id": "bot_user_id", "bot_id": "bot_id"}),
        ("clock", {"rate": "clock_rate"}),
        ("client", {"page": "page"}),
        ("tokens", {"bot": "bot_token", "app": "app_token", "signing_secret": "signing_secret"}),
    ):
        values = raw.get(table, {})
        _only(values, set(keys), f"{name}: [{table}]")
        given |= {keys[key]: value for key, value in values.items()}
    if "people" in raw:
        given["people"] = tuple(_entry(PersonEntry, row, f"{name}: [[people]]") for row in raw["people"])
    if "channels" in raw:
        given["channels"] = tuple(_entry(ChannelEntry, row, f"{name}: [[channels]]") for row in raw["channels"])
    if "usergroups" in raw:
        given["usergroups"] = tuple(_entry(GroupEntry, row, f"{name}: [[usergroups]]") for row in raw["usergroups"])
    config = WorkspaceConfig(**given)
    _check(config, name)
    return config


def _entry(kind: Any, row: dict[str, Any], where: str) -> Any:
    known = set(kind.__dataclass_fields__)
    _only(row, known, where)
    for key in ("id", "name" if "name" in known and kind is not GroupEntry else "handle"):
        if not row.get(key):
            raise ConfigError(f"{where} needs {key!r}.")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    wrong = sorted(set(table) - known)
    if wrong:
        raise ConfigError(f"{where} does not know {wrong[0]!r}; it knows {', '.join(sorted(known))}.")


def _check(config: WorkspaceConfig, name: str) -> None:
    ids = [*(one.id for one in config.people), *(one.id for one in config.channels), config.bot_user_id]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ConfigError(f"{name}: the id {twice[0]!r} is given twice.")
    people = {person.id for person in config.people}
    for channel in config.channels:
        if isinstance(channel.members, str):
            if channel.members != "everyone":
                raise ConfigError(f'{name}: #{channel.name} has members {channel.members!r}; say "everyone" or a list.')
            continue
        strangers = sorted(set(channel.members) - people)
        if strangers:
            raise ConfigError(f"{name}: #{channel.name} has a member {strangers[0]!r} who is not among the people.")
