"""The manifest asks for no scope without a use, and the code calls nothing that the manifest does not grant."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from bot.manifest import USER_GROUPS
from sandbox.api import auth, chat, conversations, files, people, reactions, views
from sandbox.grants import EVENT_SCOPES

ROOT = Path(__file__).parents[2]
NEEDS = {
    method.name: set(method.scopes)
    for family in (auth, chat, conversations, files, people, reactions, views)
    for method in family.METHODS
}
"""Each method of the Web API -> the scopes of which one must be granted."""

_CALL = re.compile(r"\.((?:chat|views|conversations|users|reactions|files|auth|usergroups|team|bots)_\w+)\(")


def manifest() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "app_manifest.yml").read_text(encoding="utf-8"))
    return document


def called() -> set[str]:
    """The methods that the bot calls, by name."""
    by_attribute = {name.replace(".", "_"): name for name in NEEDS}
    found: set[str] = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for attribute in _CALL.findall(path.read_text(encoding="utf-8")):
            if attribute == "files_upload_v2":
                found |= {"files.getUploadURLExternal", "files.completeUploadExternal"}
            elif attribute in by_attribute:
                found.add(by_attribute[attribute])
    return found


def uses() -> list[set[str]]:
    """Each use that the app makes of a grant: the scopes that would do."""
    shown = manifest()
    events = shown["settings"]["event_subscriptions"]["bot_events"]
    found = [NEEDS[name] for name in called() if NEEDS[name]]
    found += [set(EVENT_SCOPES[name]) for name in events if EVENT_SCOPES[name]]
    if shown["features"]["slash_commands"] or shown["features"]["shortcuts"]:
        found.append({"commands"})
    return found


def test_every_scope_has_a_use() -> None:
    granted = set(manifest()["oauth_config"]["scopes"]["bot"])
    assert granted - set().union(*uses()) == set()


def test_every_use_is_granted() -> None:
    """Save for following user groups, whose scope `helpdesk manifest` adds where somebody wants it."""
    granted = set(manifest()["oauth_config"]["scopes"]["bot"]) | {USER_GROUPS}
    assert [use for use in uses() if not use & granted] == []


def test_the_document_names_the_scopes_of_the_manifest() -> None:
    table = (ROOT / "docs" / "scopes.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([a-z_.:]+)` \|", table, re.MULTILINE)
    assert sorted(named) == sorted([*manifest()["oauth_config"]["scopes"]["bot"], USER_GROUPS])
