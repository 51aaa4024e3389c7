"""Messages as Slack has them now: read again where a button only names them, since its value proves nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from bot.payloads import Place, SaidMessage, SlackUser
from bot.words import inbound as words
from ticketing.errors import HelpdeskError

PAGE = 100


class MessageGone(HelpdeskError):
    """The message was deleted, or was never theirs."""

    def __init__(self) -> None:
        super().__init__(words.MESSAGE_GONE)


@dataclass(frozen=True)
class Rereading:
    """Reads single messages, in a conversation or in a thread of it."""

    slack: WebClient
    team: str

    def own_message(self, person: SlackUser, source: str, place: Place) -> SaidMessage:
        """The message of that natural key, said by `person` where `place` is. Raises MessageGone, SlackApiError."""
        _, channel, ts = source.split(":")
        if channel != place.channel:
            raise MessageGone
        found = next(iter(self.between(channel, ts, ts, place.thread_ts)), None)
        if found is None or found.person != person:
            raise MessageGone
        return found

    def between(self, channel: str, first: str, last: str, thread_ts: str | None = None) -> list[SaidMessage]:
        """
        What was said from one `ts` to another, both included, oldest first: in a thread, or else outside of any.

        Raises SlackApiError.
        """
        window: dict[str, Any] = {"channel": channel, "oldest": first, "latest": last, "inclusive": True}
        if thread_ts is None or thread_ts == first == last:
            said = self.slack.conversations_history(**window, limit=PAGE)
        else:
            said = self.slack.conversations_replies(**window, ts=thread_ts, limit=PAGE)
        found = [SaidMessage.read({**each, "channel": channel}, team=self.team) for each in _of(said, first, last)]
        return sorted(found, key=lambda each: each.said_at)


def _of(answer: Any, first: str, last: str) -> Iterator[Mapping[str, Any]]:
    """A thread's root comes along whenever the thread is asked for."""
    for message in answer.get("messages") or []:
        if first <= str(message.get("ts")) <= last:
            yield message
