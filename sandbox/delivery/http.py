"""
Signed HTTP delivery.

Signature: https://docs.slack.dev/authentication/verifying-requests-from-slack. Retries and their headers:
https://docs.slack.dev/apis/events-api.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, urlencode

import aiohttp

from sandbox.delivery.outgoing import Ack, Outgoing

VERIFY_LIMIT_S = 3.0
ANSWER_LIMIT = 1_000_000
_USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's `v0` signature of a request."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpDelivery:
    """Posts payloads to the app's request url."""

    def __init__(self, signing_secret: str) -> None:
        self._secret = signing_secret
        self._session: aiohttp.ClientSession | None = None
        self.url = ""

    async def send(self, outgoing: Outgoing, *, attempt: int, reason: str, duplicate: bool, limit: float) -> Ack:
        """Post once (twice at the same time for a duplicate) and take the first good answer as the ack."""
        body, content_type = _encoded(outgoing)
        headers = {"Content-Type": content_type, "User-Agent": _USER_AGENT, "Accept": "*/*"}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        if not duplicate:
            return await self._post(body, headers, self.url, limit)
        first, second = await asyncio.gather(
            self._post(body, dict(headers), self.url, limit), self._post(body, dict(headers), self.url, limit)
        )
        return first if first.ok else second

    async def verify(self, url: str) -> bool:
        """
        Whether the app at `url` answers a `url_verification` with the challenge, as text, form or JSON.

        Source: https://docs.slack.dev/reference/events/url_verification.
        """
        challenge = secrets.token_urlsafe(32)
        body = json.dumps({"token": "sandbox", "challenge": challenge, "type": "url_verification"}).encode()
        ack = await self._post(
            body, {"Content-Type": "application/json", "User-Agent": _USER_AGENT}, url, VERIFY_LIMIT_S
        )
        answer = ack.payload if isinstance(ack.payload, dict) else {}
        text = str(answer.get("text", "")).strip()
        said = {answer.get("challenge"), text, *parse_qs(text).get("challenge", ())}
        return ack.ok and challenge in said

    async def _post(self, body: bytes, headers: dict[str, str], url: str, limit: float) -> Ack:
        timestamp = str(int(time.time()))
        headers |= {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=50))
        try:
            async with asyncio.timeout(limit):
                async with self._session.post(
                    url or self.url, data=body, headers=headers, allow_redirects=False
                ) as answer:
                    content = await answer.content.read(ANSWER_LIMIT)
                    no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
                    if not 200 <= answer.status < 300:
                        return Ack(error="dispatch_failed", reason="http_error", no_retry=no_retry)
                    return Ack(_answer(content, answer.content_type), no_retry=no_retry)
        except TimeoutError:
            return Ack(error="operation_timeout", reason="http_timeout")
        except (aiohttp.ClientError, OSError):
            return Ack(error="dispatch_failed", reason="connection_failed")

    async def close(self) -> None:
        """Close what is open."""
        if self._session is not None:
            await self._session.close()


def _encoded(outgoing: Outgoing) -> tuple[bytes, str]:
    if outgoing.kind == "events_api":
        return json.dumps(outgoing.payload).encode(), "application/json"
    if outgoing.kind == "slash_commands":
        return urlencode(outgoing.payload).encode(), "application/x-www-form-urlencoded"
    return urlencode({"payload": json.dumps(outgoing.payload)}).encode(), "application/x-www-form-urlencoded"


def _answer(content: bytes, content_type: str) -> Any:
    if not content.strip():
        return None
    text = content.decode("utf-8", "replace")
    if content_type == "application/json":
        try:
            return json.loads(text)
        except ValueError:
            return None
    return {"text": text}
