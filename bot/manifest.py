"""The app's manifest: as it stands for Socket Mode, or turned into the one for HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent.parent / "app_manifest.yml"


USER_GROUPS = "usergroups:read"
"""The scope that only a desk needs whose agents are the members of a user group."""


def for_socket_mode(*, user_groups: bool = False) -> str:
    """The file `app_manifest.yml` as it is, or with the scope to read user groups."""
    text = FILE.read_text(encoding="utf-8")
    return _written(_with_user_groups(yaml.safe_load(text))) if user_groups else text


def for_http(url: str, *, user_groups: bool = False) -> str:
    """
    The manifest with every request sent to `url`, which is the public address of this process with /slack/events.

    https://docs.slack.dev/reference/app-manifest
    """
    manifest: dict[str, Any] = yaml.safe_load(for_socket_mode())
    if user_groups:
        manifest = _with_user_groups(manifest)
    for command in manifest["features"]["slash_commands"]:
        command["url"] = url
    settings = manifest["settings"]
    settings["event_subscriptions"] = {"request_url": url, **settings["event_subscriptions"]}
    settings["interactivity"] |= {"request_url": url, "message_menu_options_url": url}
    settings["socket_mode_enabled"] = False
    return _written(manifest)


def _with_user_groups(manifest: dict[str, Any]) -> dict[str, Any]:
    manifest["oauth_config"]["scopes"]["bot"].append(USER_GROUPS)
    return manifest


def _written(manifest: dict[str, Any]) -> str:
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True)
