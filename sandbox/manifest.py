"""
The app manifest, checked as Slack checks it.

Limits and keys: https://docs.slack.dev/reference/app-manifest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.grants import BOT_SCOPES, EVENT_SCOPES

NAME_MAX = 35
DESCRIPTION_MAX = 140
LONG_DESCRIPTION_MIN, LONG_DESCRIPTION_MAX = 175, 4000
COMMANDS_MAX = 50
COMMAND_MAX = 32
COMMAND_DESCRIPTION_MAX = 2000
USAGE_HINT_MAX = 1000
SHORTCUTS_MAX = 10
SHORTCUT_NAME_MAX = 24
SHORTCUT_DESCRIPTION_MAX = 150
CALLBACK_ID_MAX = 255
BOT_NAME_MAX = 80
EVENTS_MAX = 100
SCOPES_MAX = 255
URL_MAX = 3000

_KEYS: dict[str, set[str]] = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings", "functions", "workflows",
         "outgoing_domains", "types", "metadata_events", "datastores", "compliance"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "assistant_view", "bot_user", "rich_previews", "search", "shortcuts", "slash_commands",
                 "unfurl_domains", "workflow_steps"},
    "features.app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "features.bot_user": {"display_name", "always_online"},
    "oauth_config": {"redirect_urls", "scopes", "token_management_enabled", "pkce_enabled"},
    "oauth_config.scopes": {"bot", "user", "bot_optional", "user_optional"},
    "settings": {"allowed_ip_address_ranges", "event_subscriptions", "incoming_webhooks", "interactivity",
                 "org_deploy_enabled", "socket_mode_enabled", "token_rotation_enabled", "is_hosted",
                 "is_mcp_enabled", "siws_links", "function_runtime"},
    "settings.event_subscriptions": {"request_url", "bot_events", "user_events", "metadata_subscriptions"},
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}  # fmt: skip
_BOOLEANS = (
    "features.app_home.home_tab_enabled", "features.app_home.messages_tab_enabled",
    "features.app_home.messages_tab_read_only_enabled", "features.bot_user.always_online",
    "settings.interactivity.is_enabled", "settings.org_deploy_enabled", "settings.socket_mode_enabled",
    "settings.token_rotation_enabled", "oauth_config.token_management_enabled",
)  # fmt: skip
_LISTS = {
    "features.slash_commands": COMMANDS_MAX, "features.shortcuts": SHORTCUTS_MAX, "features.unfurl_domains": 5,
    "features.workflow_steps": 10, "oauth_config.redirect_urls": 1_000, "oauth_config.scopes.bot": SCOPES_MAX,
    "oauth_config.scopes.user": SCOPES_MAX, "settings.event_subscriptions.bot_events": EVENTS_MAX,
    "settings.event_subscriptions.user_events": EVENTS_MAX, "settings.allowed_ip_address_ranges": 10,
}  # fmt: skip
"""List -> how many entries it may have."""
_URLS = ("settings.event_subscriptions.request_url", "settings.interactivity.request_url",
         "settings.interactivity.message_menu_options_url")  # fmt: skip
_COMMAND_KEYS = {"command", "description", "usage_hint", "should_escape", "url"}
_SHORTCUT_KEYS = {"name", "type", "callback_id", "description"}


class ManifestError(ValueError):
    """The manifest is not one that Slack would accept; `problems` says where and why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Command:
    """A slash command that the app declares."""

    command: str
    description: str
    usage_hint: str = ""
    should_escape: bool = False
    url: str = ""


@dataclass(frozen=True)
class Shortcut:
    """A global or message shortcut that the app declares."""

    name: str
    type: str
    callback_id: str
    description: str = ""


@dataclass(frozen=True)
class Manifest:
    """What the app may do, as its manifest grants it."""

    name: str
    bot_name: str
    scopes: frozenset[str]
    events: frozenset[str]
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    home_tab: bool = False
    messages_tab: bool = True
    messages_tab_writable: bool = True
    interactivity: bool = False
    options_url: str = ""
    event_url: str = ""
    interactivity_url: str = ""
    socket_mode: bool = False

    def command(self, name: str) -> Command | None:
        """The declared command of this name."""
        return next((one for one in self.commands if one.command == name), None)

    def subscribed(self, event: str) -> bool:
        """Whether the app asked for this event and holds a scope that permits it."""
        needs = EVENT_SCOPES[event]
        return event in self.events and (not needs or any(scope in self.scopes for scope in needs))


def load(path: Path) -> Manifest:
    """The manifest in a YAML or JSON file. Raises ManifestError."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError([f"the manifest {path} cannot be read: {error.strerror}"]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ManifestError([f"the manifest {path} is not YAML: {error}"]) from error
    return parse(raw)


def parse(raw: Any) -> Manifest:
    """The manifest that was read. Raises ManifestError naming every problem found."""
    if not isinstance(raw, dict):
        raise ManifestError(["/: a manifest is a mapping"])
    problems = list(_problems(raw))
    if problems:
        raise ManifestError(problems)
    home = _at(raw, "features.app_home")
    bot = _at(raw, "features.bot_user")
    events = _at(raw, "settings.event_subscriptions")
    interactivity = _at(raw, "settings.interactivity")
    features = raw.get("features") or {}
    name = raw["display_information"]["name"]
    return Manifest(
        name=name,
        bot_name=bot.get("display_name", name),
        scopes=frozenset(_at(raw, "oauth_config.scopes").get("bot") or ()),
        events=frozenset(events.get("bot_events") or ()),
        commands=tuple(Command(**one) for one in features.get("slash_commands") or ()),
        shortcuts=tuple(Shortcut(**one) for one in features.get("shortcuts") or ()),
        home_tab=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", True)),
        messages_tab_writable=not home.get("messages_tab_read_only_enabled", False),
        interactivity=bool(interactivity.get("is_enabled", False)),
        options_url=interactivity.get("message_menu_options_url", ""),
        event_url=events.get("request_url", ""),
        interactivity_url=interactivity.get("request_url", ""),
        socket_mode=bool(_at(raw, "settings").get("socket_mode_enabled", False)),
    )


def _at(raw: dict[str, Any], path: str) -> dict[str, Any]:
    for key in path.split("."):
        inner = raw.get(key)
        raw = inner if isinstance(inner, dict) else {}
    return raw


def _problems(raw: dict[str, Any]) -> Iterator[str]:
    for path, known in _KEYS.items():
        table: Any = _at(raw, path) if path else raw
        where = "/" + path.replace(".", "/")
        for key in table:
            if key not in known:
                yield f"{where.rstrip('/')}/{key}: is not a key of the manifest"
    shapes = list(_shape_problems(raw))
    yield from shapes
    if shapes:
        return
    yield from _display_problems(raw.get("display_information") or {})
    features = raw.get("features") or {}
    yield from _text(_at(raw, "features.bot_user"), "/features/bot_user", "display_name", BOT_NAME_MAX, required=False)
    yield from _command_problems(features.get("slash_commands") or [], _at(raw, "settings"))
    yield from _shortcut_problems(features.get("shortcuts") or [])
    yield from _grant_problems(raw)


def _shape_problems(raw: dict[str, Any]) -> Iterator[str]:
    """Whether tables, lists, yes and no, and addresses are such, and no list is too long."""
    for path in filter(None, _KEYS):
        if _value(raw, path) is not None and not isinstance(_value(raw, path), dict):
            yield f"/{path.replace('.', '/')}: must be a mapping"
    for path, most in _LISTS.items():
        value, where = _value(raw, path), "/" + path.replace(".", "/")
        if value is None:
            continue
        if not isinstance(value, list):
            yield f"{where}: must be a list"
        elif len(value) > most:
            yield f"{where}: no more than {most}"
        elif path in {"features.slash_commands", "features.shortcuts"}:
            yield from (
                f"{where}/{index}: must be a mapping" for index, one in enumerate(value) if not isinstance(one, dict)
            )
        else:
            yield from (f"{where}/{index}: must be text" for index, one in enumerate(value) if not isinstance(one, str))
    for path in _BOOLEANS:
        value = _value(raw, path)
        if value is not None and not isinstance(value, bool):
            yield f"/{path.replace('.', '/')}: must be true or false"
    for path in _URLS:
        value = _value(raw, path)
        if value is not None and (
            not isinstance(value, str) or len(value) > URL_MAX or not re.match(r"https?://", value)
        ):
            yield f"/{path.replace('.', '/')}: must be an address of {URL_MAX} characters at most"


def _value(raw: dict[str, Any], path: str) -> Any:
    parent, _, key = path.rpartition(".")
    return (_at(raw, parent) if parent else raw).get(key)


def _display_problems(display: dict[str, Any]) -> Iterator[str]:
    where = "/display_information"
    yield from _text(display, where, "name", NAME_MAX)
    yield from _text(display, where, "description", DESCRIPTION_MAX, required=False)
    long = display.get("long_description")
    if long is not None and not LONG_DESCRIPTION_MIN <= len(str(long)) <= LONG_DESCRIPTION_MAX:
        yield f"{where}/long_description: must have {LONG_DESCRIPTION_MIN} to {LONG_DESCRIPTION_MAX} characters"
    colour = display.get("background_color")
    if colour is not None and not re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", str(colour)):
        yield f"{where}/background_color: must be a hex colour"


def _command_problems(commands: list[dict[str, Any]], settings: dict[str, Any]) -> Iterator[str]:
    seen: set[str] = set()
    for index, command in enumerate(commands):
        where = f"/features/slash_commands/{index}"
        yield from (f"{where}/{key}: is not a key of the manifest" for key in command if key not in _COMMAND_KEYS)
        yield from _text(command, where, "command", COMMAND_MAX)
        yield from _text(command, where, "description", COMMAND_DESCRIPTION_MAX)
        yield from _text(command, where, "usage_hint", USAGE_HINT_MAX, required=False)
        name = str(command.get("command", ""))
        if not re.fullmatch(r"/[^\s/A-Z]+", name):
            yield f"{where}/command: must begin with / and hold no space or capital"
        if name in seen:
            yield f"{where}/command: {name} is declared twice"
        seen.add(name)
        if not settings.get("socket_mode_enabled") and not command.get("url"):
            yield f"{where}/url: is required without Socket Mode"


def _shortcut_problems(shortcuts: list[dict[str, Any]]) -> Iterator[str]:
    for index, shortcut in enumerate(shortcuts):
        where = f"/features/shortcuts/{index}"
        yield from (f"{where}/{key}: is not a key of the manifest" for key in shortcut if key not in _SHORTCUT_KEYS)
        yield from _text(shortcut, where, "name", SHORTCUT_NAME_MAX)
        yield from _text(shortcut, where, "callback_id", CALLBACK_ID_MAX)
        yield from _text(shortcut, where, "description", SHORTCUT_DESCRIPTION_MAX)
        if shortcut.get("type") not in {"global", "message"}:
            yield f"{where}/type: must be global or message"


def _grant_problems(raw: dict[str, Any]) -> Iterator[str]:
    scopes = _at(raw, "oauth_config.scopes").get("bot") or []
    for index, scope in enumerate(scopes):
        if scope not in BOT_SCOPES:
            yield f"/oauth_config/scopes/bot/{index}: {scope} is not a bot scope"
    subscriptions = _at(raw, "settings.event_subscriptions")
    events = subscriptions.get("bot_events") or []
    for index, event in enumerate(events):
        if event not in EVENT_SCOPES:
            yield f"/settings/event_subscriptions/bot_events/{index}: {event} is not a bot event"
        elif EVENT_SCOPES[event] and not set(EVENT_SCOPES[event]) & set(scopes):
            yield f"/settings/event_subscriptions/bot_events/{index}: {event} needs {' or '.join(EVENT_SCOPES[event])}"
    yield from _needed_together(raw, scopes, events)


def _needed_together(raw: dict[str, Any], scopes: list[str], events: list[str]) -> Iterator[str]:
    settings = _at(raw, "settings")
    subscriptions = _at(raw, "settings.event_subscriptions")
    features = raw.get("features") or {}
    if features.get("slash_commands") and "commands" not in scopes:
        yield "/oauth_config/scopes/bot: slash commands need the scope commands"
    if features.get("shortcuts") and "commands" not in scopes:
        yield "/oauth_config/scopes/bot: shortcuts need the scope commands"
    if scopes and not features.get("bot_user"):
        yield "/features/bot_user: is required with bot scopes"
    if not settings.get("socket_mode_enabled"):
        if events and not subscriptions.get("request_url"):
            yield "/settings/event_subscriptions/request_url: is required without Socket Mode"
        interactivity = _at(raw, "settings.interactivity")
        if interactivity.get("is_enabled") and not interactivity.get("request_url"):
            yield "/settings/interactivity/request_url: is required without Socket Mode"


def _text(table: dict[str, Any], where: str, key: str, limit: int, *, required: bool = True) -> Iterator[str]:
    value = table.get(key)
    if value is None or value == "":
        if required:
            yield f"{where}/{key}: is required"
    elif not isinstance(value, str):
        yield f"{where}/{key}: must be text"
    elif len(value) > limit:
        yield f"{where}/{key}: no more than {limit} characters"
