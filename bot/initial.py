"""`helpdesk init`: the first channels by name, looked up once and stored as ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.channel_checks import ChannelChecks
from bot.private import reason_of
from ticketing.configuration import to_document
from ticketing.desk import Desk

PAGE, PAGES = 1000, 50


class NotInitialized(Exception):
    """The channels could not be set; the message says why, a line for each."""


def channel_ids(slack: WebClient, names: Mapping[str, str]) -> dict[str, str]:
    """
    For each purpose the id of the channel that its name, with or without #, or its id means.

    A private channel is found only if the app is in it. Raises NotInitialized.
    """
    known = _channels(slack)
    ids: dict[str, str] = {}
    faults: list[str] = []
    for purpose, name in names.items():
        found = known.get(name.removeprefix("#").lower()) or (name if name in known.values() else None)
        if found is None:
            faults.append(f"There is no channel {name}, or it is private and the app is not in it.")
            continue
        fault = ChannelChecks(slack).fault(found)
        if fault is not None:
            faults.append(fault)
        ids[purpose] = found
    if faults:
        raise NotInitialized("\n".join(faults))
    return ids


def store_channels(desk: Desk, ids: Mapping[str, str]) -> int:
    """Put them into the configuration and return its version."""
    document = to_document(desk.configuration())
    return desk.configure(document | {"channels": document["channels"] | dict(ids)}, by=None)


def _channels(slack: WebClient) -> dict[str, str]:
    """https://docs.slack.dev/reference/methods/conversations.list; name to id."""
    found: dict[str, str] = {}
    cursor = ""
    try:
        for _ in range(PAGES):
            said: Any = slack.conversations_list(
                types="public_channel,private_channel", exclude_archived=True, limit=PAGE, cursor=cursor or None
            )
            found |= {str(one["name"]).lower(): str(one["id"]) for one in said["channels"]}
            cursor = str((said.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
    except (SlackApiError, SlackClientError, OSError) as error:
        raise NotInitialized(f"Slack does not list the channels: {reason_of(error)}.") from error
    return found
