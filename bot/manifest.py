"""The app's manifest: as it stands for Socket Mode, or turned into the one for HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent.parent / "app_manifest.yml"


def for_socket_mode() -> str:
    """The file `app_manifest.yml` as it is."""
    return FILE.read_text(encoding="utf-8")


def for_http(url: str) -> str:
    """
    The manifest with every request sent to `url`, which is the public address of this process with /slack/events.

    https://docs.slack.dev/reference/app-manifest
    """
    manifest: dict[str, Any] = yaml.safe_load(for_socket_mode())
    for command in manifest["features"]["slash_commands"]:
        command["url"] = url
    settings = manifest["settings"]
    settings["event_subscriptions"] = {"request_url": url, **settings["event_subscriptions"]}
    settings["interactivity"]["request_url"] = url
    settings["socket_mode_enabled"] = False
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True)
