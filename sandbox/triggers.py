"""
What an interaction hands out and what wears off by machine time: trigger ids and response urls.

Sources: https://docs.slack.dev/interactivity/handling-user-interaction and https://docs.slack.dev/reference/methods/views.open.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.errors import SlackError
from sandbox.ids import Ids

TRIGGER_LIFE_S = 3.0
RESPONSE_URL_LIFE_S = 30 * 60
RESPONSE_URL_USES = 5
KEPT = 10_000
"""How many of each are remembered, so that memory stays bounded; older ones answer as expired."""


@dataclass(slots=True)
class Trigger:
    """A trigger id: whose click it was, and in which view."""

    user: str
    expires: float
    view_id: str | None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """A response url: to whom and about which message it speaks."""

    user: str
    channel: str
    expires: float
    message_ts: str | None
    ephemeral: bool
    thread_ts: str | None
    uses: int = 0


class Triggers:
    """Gives out trigger ids and response urls and takes them back."""

    def __init__(
        self,
        ids: Ids,
        team_id: str,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        life_s: Callable[[], float] = lambda: TRIGGER_LIFE_S,
    ) -> None:
        self._ids = ids
        self._team_id = team_id
        self._life_s = life_s
        self._monotonic = monotonic
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}
        self._count = 0

    def new_trigger(self, user: str, view_id: str | None = None) -> str:
        """A trigger id, good for one view within 3 seconds, or as long as the app has to ack where that is longer."""
        self._count += 1
        trigger_id = f"{1000 + self._count}.{int(self._monotonic() * 1000)}.{self._ids.secret(32).lower()}"
        self._triggers[trigger_id] = Trigger(user, self._monotonic() + self._life_s(), view_id)
        if len(self._triggers) > KEPT:
            del self._triggers[next(iter(self._triggers))]
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger id up. Raises SlackError when it is unknown, used or too old."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._monotonic() > trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response_url(
        self,
        user: str,
        channel: str,
        *,
        message_ts: str | None = None,
        ephemeral: bool = False,
        thread_ts: str | None = None,
    ) -> str:
        """The path of a response url, good five times within 30 minutes."""
        key = self._ids.secret()
        expires = self._monotonic() + RESPONSE_URL_LIFE_S
        self._urls[key] = ResponseUrl(user, channel, expires, message_ts, ephemeral, thread_ts)
        if len(self._urls) > KEPT:
            del self._urls[next(iter(self._urls))]
        kind = "actions" if message_ts else "commands"
        return f"/hooks/{kind}/{self._team_id}/{len(self._urls)}/{key}"

    def use_response_url(self, key: str) -> ResponseUrl:
        """Count one use. Raises SlackError with 404 when it is unknown, expired or used up."""
        url = self._urls.get(key)
        if url is None:
            raise SlackError("no_such_url", status=404)
        if self._monotonic() > url.expires:
            raise SlackError("expired_url", status=404)
        if url.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url", status=404)
        url.uses += 1
        return url
