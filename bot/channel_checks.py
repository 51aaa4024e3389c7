"""Whether the desk can speak in a channel and follow whom it is to follow: asked of Slack, answered in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.private import reason_of
from bot.words import sections as words

AT_ONCE = 4
UNSEEN = frozenset({"channel_not_found", "not_in_channel", "missing_scope"})


@dataclass(frozen=True)
class ChannelChecks:
    """Each answers None where all is well, else with what to do. Nothing is remembered."""

    slack: WebClient

    def faults(self, channels: Sequence[tuple[str, bool]], usergroup: str = "") -> list[str | None]:
        """
        As `fault` of each channel with whether it is to be private, then as `group_fault` of the user group, if one is given.

        Asked at the same time: somebody waits for the answer, and one after another may take longer than they can.
        """
        asks = [partial(self.fault, channel, private=private) for channel, private in channels]
        if not usergroup and len(asks) == 1:
            return [asks[0]()]
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="checks") as pool:
            asked = [pool.submit(ask) for ask in asks]
            asked += [pool.submit(self.group_fault, usergroup)] if usergroup else []
            return [each.result() for each in asked]

    def fault(self, channel: str, *, private: bool = False) -> str | None:
        """
        Of a channel in which the desk is to speak; `private` where its members are to be known.

        A private channel without the app looks like none at all.
        """
        try:
            told: dict[str, Any] = self.slack.conversations_info(channel=channel)["channel"]
        except SlackApiError as error:
            return words.NOT_SEEN if reason_of(error) in UNSEEN else words.SLACK_SILENT
        except (SlackClientError, OSError):
            return words.SLACK_SILENT
        name = str(told.get("name") or channel)
        if told.get("is_archived"):
            return words.ARCHIVED.format(name=name)
        if not told.get("is_member"):
            return words.NOT_A_MEMBER.format(name=name)
        if private and not told.get("is_private"):
            return words.ANYBODY_JOINS.format(name=name)
        return None

    def group_fault(self, usergroup: str) -> str | None:
        """Of a user group whose members are to be known; that takes the further scope `usergroups:read`."""
        try:
            self.slack.usergroups_users_list(usergroup=usergroup)
        except SlackApiError as error:
            reason = reason_of(error)
            if reason == "missing_scope":
                return words.NO_GROUP_SCOPE
            return words.NO_SUCH_GROUP if reason in {"no_such_subteam", "invalid_arguments"} else words.SLACK_SILENT
        except (SlackClientError, OSError):
            return words.SLACK_SILENT
        return None
