"""The one request that goes to the address Slack names for a file's bytes, and to no other host."""

from __future__ import annotations

import urllib.request
from typing import Any
from urllib.parse import urlsplit

FILES_HOST = "files.slack.com"


def takes_files(url: str, api_url: str) -> bool:
    """Whether bytes may be sent there: Slack's host for files, or the host of whatever stands for Slack by the settings."""
    to, api = urlsplit(url), urlsplit(api_url)
    if to.username is not None:
        return False
    if (to.scheme, to.netloc) == ("https", FILES_HOST):
        return True
    return api.hostname != "slack.com" and (to.scheme, to.netloc) == (api.scheme, api.netloc)


class _Nowhere(urllib.request.HTTPRedirectHandler):
    """An answer that sends us elsewhere is a failure."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Nowhere)


def send_bytes(url: str, content: bytes, *, timeout: float) -> None:
    """POST the bytes, without our token: the address itself is the permission. Raises OSError."""
    request = urllib.request.Request(  # noqa: S310 - `takes_files` has seen it
        url, data=content, method="POST", headers={"Content-Type": "application/octet-stream"}
    )
    with _opener.open(request, timeout=timeout) as answer:
        answer.read()
