"""
The few calls of Slack that delivery makes, and what became of each.

Every message carries its key as metadata (https://docs.slack.dev/messaging/message-metadata), so that after a lost answer
it can be looked for before it is sent again: chat.postMessage itself knows no idempotency key.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.delivery.uploading import send_bytes, takes_files
from bot.views import Message, View

EVENT_TYPE = "helpdesk_delivery"
PAGES = 5
PAGE = 200
LOOK_BACK = timedelta(minutes=6)
"""How much earlier than the row a message is looked for: clocks may differ by five minutes (`bot.transport.SIGNATURE_AGE_S`)."""

_FILE = re.compile(r"https://[\w.-]+\.slack\.com/files/[^\s<>|\"'\\]+")

NOT_SENT = (ConnectionRefusedError, http.client.CannotSendRequest)
"""Failures before anything reached Slack."""


class CallFailed(Exception):
    """A call that did not do what it was to do."""


class RateLimited(CallFailed):
    """Slack asks to wait: `seconds`, for calls of `method`."""

    def __init__(self, method: str, seconds: float) -> None:
        self.method, self.seconds = method, seconds
        super().__init__("ratelimited")


class Refused(CallFailed):
    """Slack answered with an error `code`; what was asked for was not done, save where the code says otherwise."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class NoAnswer(CallFailed):
    """No answer came, or none that can be read. `is_lost`: it may have been done all the same."""

    def __init__(self, why: str, *, is_lost: bool) -> None:
        self.is_lost = is_lost
        super().__init__(why)


@dataclass(frozen=True)
class Posted:
    """Where a message stands. `thread_ts` is the thread it landed in, which is not always the one it was meant for."""

    channel: str
    ts: str
    thread_ts: str | None


class Slack:
    """
    Calls Slack for delivery.

    The client must not retry by itself (`retry_handlers=[]`): its default handler posts a message twice when an answer
    is lost.
    """

    def __init__(self, client: WebClient) -> None:
        if client.retry_handlers:
            raise ValueError("The outbox does its own retrying: give a WebClient(retry_handlers=[]).")
        self._client = client
        self._bot_id: str | None = None

    def post(
        self,
        channel: str,
        message: Message,
        key: str,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        shares_files: bool = False,
    ) -> Posted:
        """
        chat.postMessage. A user's id as `channel` opens their conversation with the app. Raises CallFailed.

        Nothing unfurls but the addresses of files where `shares_files`: showing one is what shares the file into that
        conversation, so that those who read there may open it.
        """
        answer = self._call(
            "chat.postMessage",
            lambda: self._client.chat_postMessage(
                channel=channel,
                **_content(message, key),
                thread_ts=thread_ts,
                reply_broadcast=broadcast or None,
                unfurl_links=shares_files,
                unfurl_media=shares_files,
            ),
        )
        return Posted(str(answer["channel"]), str(answer["ts"]), (answer.get("message") or {}).get("thread_ts"))

    def update(self, channel: str, ts: str, message: Message, key: str) -> None:
        """chat.update; doing it twice does no harm. Raises CallFailed."""
        self._call("chat.update", lambda: self._client.chat_update(channel=channel, ts=ts, **_content(message, key)))

    def delete(self, channel: str, ts: str) -> None:
        """chat.delete. Raises CallFailed."""
        self._call("chat.delete", lambda: self._client.chat_delete(channel=channel, ts=ts))

    def react(self, channel: str, ts: str, name: str, *, present: bool) -> None:
        """reactions.add or reactions.remove; doing it twice does no harm. Raises CallFailed."""
        if present:
            self._call("reactions.add", lambda: self._client.reactions_add(channel=channel, timestamp=ts, name=name))
        else:
            self._call(
                "reactions.remove", lambda: self._client.reactions_remove(channel=channel, timestamp=ts, name=name)
            )

    def upload(self, name: str, content: bytes) -> str:
        """
        Give Slack a file that is still to be completed (https://docs.slack.dev/messaging/working-with-files); its id.

        Raises CallFailed.
        """
        answer = self._call(
            "files.getUploadURLExternal",
            lambda: self._client.files_getUploadURLExternal(filename=name, length=len(content)),
        )
        url = str(answer["upload_url"])
        if not takes_files(url, self._client.base_url):
            raise Refused("upload_url_not_slacks")
        self._call("upload", lambda: send_bytes(url, content, timeout=self._client.timeout))
        return str(answer["file_id"])

    def complete(self, file: str, title: str, *, channel: str | None = None, comment: str | None = None) -> None:
        """files.completeUploadExternal: share it in a conversation, or with nobody yet. Raises CallFailed."""
        self._call(
            "files.completeUploadExternal",
            lambda: self._client.files_completeUploadExternal(
                files=[{"id": file, "title": title}], channel_id=channel, initial_comment=comment
            ),
        )

    def file(self, file: str) -> Mapping[str, Any]:
        """files.info: what Slack knows of a file; its `mimetype` is empty for a moment. Raises CallFailed."""
        answer = self._call("files.info", lambda: self._client.files_info(file=file))
        return dict(answer["file"])

    def publish(self, user: str, view: View, hash_: str) -> None:
        """views.publish, in place of the App Home with that hash only. Raises CallFailed."""
        self._call("views.publish", lambda: self._client.views_publish(user_id=user, view=view, hash=hash_))

    def has_ended(self, user: str) -> bool:
        """users.info: whether somebody's account is deactivated. Raises CallFailed."""
        answer = self._call("users.info", lambda: self._client.users_info(user=user))
        return bool((answer.get("user") or {}).get("deleted"))

    def conversation_with(self, user: str) -> str:
        """The id of somebody's conversation with the app. Raises CallFailed."""
        answer = self._call("conversations.open", lambda: self._client.conversations_open(users=user))
        return str(answer["channel"]["id"])

    def find(self, channel: str, key: str, *, thread_ts: str | None, since: datetime) -> Posted | None:
        """
        The message of ours with that key, said since an instant of business time. Raises CallFailed.

        Others can write metadata too, so only the app's own messages count.
        """
        common: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{(since - LOOK_BACK).timestamp():.6f}",
            "limit": PAGE,
            "include_all_metadata": True,
        }
        cursor: str | None = None
        for _ in range(PAGES):
            answer = self._page(thread_ts, common | {"cursor": cursor})
            for message in answer.get("messages") or []:
                if self._is_ours(message) and key_of(message) == key:
                    return Posted(channel, str(message["ts"]), message.get("thread_ts"))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return None

    def _page(self, thread_ts: str | None, asked: dict[str, Any]) -> Any:
        if thread_ts is None:
            return self._call("conversations.history", lambda: self._client.conversations_history(**asked))
        return self._call("conversations.replies", lambda: self._client.conversations_replies(**asked, ts=thread_ts))

    def _is_ours(self, message: Mapping[str, Any]) -> bool:
        if self._bot_id is None:
            self._bot_id = str(self._call("auth.test", self._client.auth_test).get("bot_id"))
        return message.get("bot_id") == self._bot_id

    def _call(self, method: str, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except SlackApiError as error:
            raise failure(method, error) from error
        except NOT_SENT as error:
            raise NoAnswer(type(error).__name__, is_lost=False) from error
        except URLError as error:
            raise NoAnswer(type(error.reason).__name__, is_lost=not isinstance(error.reason, NOT_SENT)) from error
        except (OSError, http.client.HTTPException, SlackClientError, ValueError) as error:
            raise NoAnswer(type(error).__name__, is_lost=True) from error


def _content(message: Message, key: str) -> dict[str, Any]:
    return {
        "text": message.text,
        "blocks": message.blocks,
        "metadata": carrying(key),
        "link_names": False,
    }


def carrying(key: str) -> dict[str, Any]:
    """The metadata of a message of ours with that key; `key_of` reads it back."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def key_of(message: Mapping[str, Any]) -> str | None:
    """The key that a message carries; whether it is one of ours, its author says."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    return (metadata.get("event_payload") or {}).get("key")


def failure(method: str, error: SlackApiError) -> CallFailed:
    """What it means that Slack answered so."""
    response: Any = error.response
    # A body that is no JSON comes as a plain dict of what was received.
    is_plain = isinstance(response, dict)
    status = int((response.get("status") if is_plain else response.status_code) or 0)
    headers: Mapping[str, Any] = (response.get("headers") if is_plain else response.headers) or {}
    code = None if is_plain else response.get("error")
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return RateLimited(method, _retry_after(headers))
    if status >= 500 or not code:
        return NoAnswer(f"http_{status}", is_lost=True)
    return Refused(str(code))


def _retry_after(headers: Mapping[str, Any]) -> float:
    for name, value in headers.items():
        if name.lower() == "retry-after":
            said = value[0] if isinstance(value, list) else value
            try:
                return max(1.0, float(said))
            except (TypeError, ValueError):
                break
    return 30.0


def files_in(message: Message) -> frozenset[str]:
    """The addresses of Slack's files that a message names."""
    return frozenset(_FILE.findall(message.text) + _FILE.findall(json.dumps(message.blocks)))
