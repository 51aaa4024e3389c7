"""
What Slack says at the start, and waiting for it: one that is busy or away for a moment ends no process.

A token that Slack refuses, and whatever else passes only when somebody changes something, is said at once.
"""

from __future__ import annotations

import http.client
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import stopping
from bot.delivery.errors import UNKNOWN_TRIES, Verdict, verdict
from bot.delivery.slack import RateLimited, Refused, failure
from bot.settings import Settings, SettingsError

log = logging.getLogger(__name__)

WRONG_TOKEN = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})

NOT_ANSWERED = (SlackClientError, OSError, http.client.HTTPException)
"""What a call raises that Slack refuses or does not answer."""

LONGEST_WAIT_S = 30
"""The first wait is a second, each further one twice as long, up to this; where Slack says how long, it is that."""

T = TypeVar("T")


class SlackUnavailable(Exception):
    """Slack does not answer at the start. Where it `passes` by itself it is worth asking again, if said so in `wait_s`."""

    def __init__(self, url: str, why: str, *, passes: bool = False, wait_s: float | None = None) -> None:
        self.passes, self.wait_s = passes, wait_s
        super().__init__(f"Slack at {url} does not answer: {why}.")


@dataclass(frozen=True)
class Installation:
    """The app in its workspace, as Slack tells at the start."""

    team: str
    bot_user_id: str
    bot_id: str
    enterprise: str | None
    url: str = ""


def installed(settings: Settings) -> Installation:
    """Ask Slack once who we are. Raises SettingsError for a token it refuses, SlackUnavailable when it does not answer."""
    try:
        client = WebClient(token=settings.bot_token(), base_url=settings.slack_api_url, timeout=10, retry_handlers=[])
        said = client.auth_test()
    except NOT_ANSWERED as error:
        raise refusal("SLACK_BOT_TOKEN", error, settings) from None
    return Installation(
        team=str(said["team_id"]),
        bot_user_id=str(said["user_id"]),
        bot_id=str(said.get("bot_id") or ""),
        enterprise=said.get("enterprise_id"),
        url=str(said.get("url") or ""),
    )


def refusal(variable: str, error: Exception, settings: Settings) -> Exception:
    """What to raise for a call that was made with the token in `variable` and failed: SettingsError or SlackUnavailable."""
    url = settings.slack_api_url
    if not isinstance(error, SlackApiError):
        return SlackUnavailable(url, str(getattr(error, "reason", error)), passes=True)
    failed = failure("at the start", error)
    if isinstance(failed, RateLimited):
        return SlackUnavailable(url, str(failed), passes=True, wait_s=failed.seconds)
    if isinstance(failed, Refused):
        if failed.code in WRONG_TOKEN:
            return SettingsError(
                f"{variable} is refused by Slack ({failed.code}): copy it again from your app's settings."
            )
        passes = verdict(failed.code, UNKNOWN_TRIES) in {Verdict.RETRY, Verdict.DOUBTFUL}
        # Where the address is not Slack's the answer is a page; nobody reads that here.
        why = failed.code if failed.code.isidentifier() else f"http_{error.response.status_code}"
        return SlackUnavailable(url, why, passes=passes)
    return SlackUnavailable(url, str(failed), passes=True)


def patiently(ask: Callable[[], T], told_within: Callable[[float], bool] = stopping.is_told_within) -> T:
    """
    What `ask` returns, asked again as long as Slack does not answer for a reason that passes.

    `told_within` waits so many seconds and says whether the process was told to stop. Raises Told then, and whatever else
    `ask` does.
    """
    back_off_s = 1.0
    while True:
        try:
            return ask()
        except SlackUnavailable as error:
            if not error.passes:
                raise
            wait_s = back_off_s if error.wait_s is None else error.wait_s
            back_off_s = min(2 * back_off_s, LONGEST_WAIT_S)
            log.warning("%s It is asked again in %.0f s.", error, wait_s)
        if told_within(wait_s):
            raise stopping.Told
