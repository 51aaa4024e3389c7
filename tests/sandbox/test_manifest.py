"""The manifest is checked as Slack checks it, and rules what the app may do."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk import WebClient

from sandbox import manifest, server
from sandbox.config import ConfigError, from_dict
from sandbox.manifest import ManifestError
from tests.sandbox.test_chat import GENERAL, error, refusal

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def raw() -> dict[str, Any]:
    """The lunch app's manifest."""
    found: dict[str, Any] = yaml.safe_load((HERE / "manifest.yml").read_text(encoding="utf-8"))
    return copy.deepcopy(found)


def problems(path: str, value: Any) -> list[str]:
    """What is wrong after `value` was put at `path`."""
    changed = raw()
    *parents, last = path.split(".")
    table = changed
    for key in parents:
        table = table.setdefault(key, {})
    table[last] = value
    with pytest.raises(ManifestError) as caught:
        manifest.parse(changed)
    return caught.value.problems


COMMAND = {"command": "/ok", "description": "Fine"}


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("display_information.name", "x" * 36, "/display_information/name: no more than 35 characters"),
        ("display_information.description", "x" * 141, "/display_information/description: no more than 140 characters"),
        ("display_information.long_description", "x", "/display_information/long_description: must have 175 to 4000 characters"),
        ("display_information.background_color", "blue", "/display_information/background_color: must be a hex colour"),
        ("features.bot_user.display_name", "x" * 81, "/features/bot_user/display_name: no more than 80 characters"),
        ("features.slash_commands", [COMMAND] * 51, "/features/slash_commands: no more than 50"),
        ("features.slash_commands", [COMMAND, COMMAND], "/features/slash_commands/1/command: /ok is declared twice"),
        ("features.slash_commands", [{**COMMAND, "command": "ok"}],
         "/features/slash_commands/0/command: must begin with / and hold no space or capital"),
        ("features.slash_commands", [{"command": "/ok"}], "/features/slash_commands/0/description: is required"),
        ("features.slash_commands", [{**COMMAND, "usage_hint": "x" * 1001}],
         "/features/slash_commands/0/usage_hint: no more than 1000 characters"),
        ("features.shortcuts", [{"name": "x" * 25, "type": "global", "callback_id": "a", "description": "d"}],
         "/features/shortcuts/0/name: no more than 24 characters"),
        ("features.shortcuts", [{"name": "x", "type": "local", "callback_id": "a", "description": "d"}],
         "/features/shortcuts/0/type: must be global or message"),
        ("oauth_config.scopes.bot", ["commands", "chat:shout"], "/oauth_config/scopes/bot/1: chat:shout is not a bot scope"),
        ("settings.event_subscriptions.bot_events", ["weather"],
         "/settings/event_subscriptions/bot_events/0: weather is not a bot event"),
        ("settings.event_subscriptions.bot_events", ["message.mpim"],
         "/settings/event_subscriptions/bot_events/0: message.mpim needs mpim:history"),
        ("settings.colour", "red", "/settings/colour: is not a key of the manifest"),
        ("settings.socket_mode_enabled", False, "/settings/interactivity/request_url: is required without Socket Mode"),
        ("features.slash_commands", "/ok", "/features/slash_commands: must be a list"),
        ("features.slash_commands", ["/ok"], "/features/slash_commands/0: must be a mapping"),
        ("features.slash_commands", [{**COMMAND, "command": "/" + "x" * 32}],
         "/features/slash_commands/0/command: no more than 32 characters"),
        ("features.slash_commands", [{**COMMAND, "description": "x" * 2001}],
         "/features/slash_commands/0/description: no more than 2000 characters"),
        ("features.slash_commands", [{**COMMAND, "colour": "red"}],
         "/features/slash_commands/0/colour: is not a key of the manifest"),
        ("features.shortcuts", [{"name": "x", "type": "global", "callback_id": "a", "description": "d"}] * 11,
         "/features/shortcuts: no more than 10"),
        ("features.shortcuts", [{"name": "x", "type": "global", "callback_id": "a" * 256, "description": "d"}],
         "/features/shortcuts/0/callback_id: no more than 255 characters"),
        ("features.shortcuts", [{"name": "x", "type": "global", "callback_id": "a", "description": "d" * 151}],
         "/features/shortcuts/0/description: no more than 150 characters"),
        ("features.unfurl_domains", ["a.example"] * 6, "/features/unfurl_domains: no more than 5"),
        ("features.app_home.home_tab_enabled", "yes", "/features/app_home/home_tab_enabled: must be true or false"),
        ("oauth_config.scopes.bot", ["chat:write"] * 256, "/oauth_config/scopes/bot: no more than 255"),
        ("oauth_config.scopes.bot", [1], "/oauth_config/scopes/bot/0: must be text"),
        ("settings.event_subscriptions.bot_events", ["team_join"] * 101,
         "/settings/event_subscriptions/bot_events: no more than 100"),
        ("settings.event_subscriptions.request_url", "ftp://x",
         "/settings/event_subscriptions/request_url: must be an address of 3000 characters at most"),
        ("settings.allowed_ip_address_ranges", ["10.0.0.0/8"] * 11, "/settings/allowed_ip_address_ranges: no more than 10"),
        ("display_information", "Lunch", "/display_information: must be a mapping"),
        ("features.bot_user", None, "/features/bot_user: is required with bot scopes"),
    ],
)  # fmt: skip
def test_what_slack_would_not_take_is_refused(path: str, value: Any, problem: str) -> None:
    assert problem in problems(path, value)


def test_our_own_manifest_is_one_that_slack_takes() -> None:
    assert manifest.load(ROOT / "app_manifest.yml").commands


def test_a_workspace_file_with_a_wrong_key_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"\[team\] does not know 'nmae'"):
        from_dict({"team": {"nmae": "x"}})
    with pytest.raises(ConfigError, match="is given twice"):
        from_dict({"people": [{"id": "U1", "name": "a"}, {"id": "U1", "name": "b"}], "channels": []})
    with pytest.raises(ConfigError, match="not among the people"):
        from_dict({"people": [], "channels": [{"id": "C1", "name": "a", "members": ["U9"]}]})


def test_a_scope_that_is_not_granted_is_missing_by_name() -> None:
    bare = raw()
    bare["oauth_config"]["scopes"]["bot"] = ["chat:write", "commands", "channels:history"]
    bare["settings"]["event_subscriptions"]["bot_events"] = ["message.channels"]
    bare["features"]["app_home"] = {"home_tab_enabled": False, "messages_tab_enabled": False}
    sandbox = server.start(server.ServerConfig(manifest=manifest.parse(bare)))
    try:
        client = WebClient(sandbox.credentials["bot_token"], base_url=sandbox.credentials["api_url"])
        response = refusal(client.users_info, user="U0ALICE001")
        assert (response["error"], response["needed"]) == ("missing_scope", "users:read")
        assert response["provided"] == "channels:history,chat:write,commands"
        assert refusal(client.conversations_info, channel=GENERAL)["error"] == "missing_scope"
        assert client.conversations_history(channel=GENERAL)["ok"]
        assert error(client.conversations_history, channel="U0ALICE001") == "channel_not_found"
        home = {"type": "home", "blocks": [{"type": "divider"}]}
        assert error(client.views_publish, user_id="U0ALICE001", view=home) == "not_enabled"
        assert error(client.chat_postMessage, channel="U0ALICE001", text="x") == "messages_tab_disabled"
    finally:
        sandbox.stop()
