"""The sandbox as a process, and a plain client of its control API (sandbox/control-api.md)."""

from __future__ import annotations

import http.client
import json
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.processes import ROOT, Process

JSON = dict[str, Any]
BEGINS = datetime.fromisoformat(os.environ.get("WORKSPACE_BEGINS", "2027-01-12T09:00Z"))
"""The workspace's time when it starts: a Tuesday morning without a change of clocks near, whenever the tests are run."""
ANSWER_S = 60.0
"""How long an answer may take, in real seconds: longer than any wait that a request asks for."""


class Refused(Exception):
    """The control API refused: the person could not do that in Slack either. `code` and `status` are its own."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        super().__init__(f"{code}: {message}")


@dataclass(frozen=True)
class Credentials:
    """What a bot needs to connect."""

    api_url: str
    bot_token: str
    app_token: str
    signing_secret: str


class Sandbox:
    """A client of the control API at `url`. It may be used by several threads: each request has its own connection."""

    def __init__(self, url: str, process: Process | None = None) -> None:
        self.url = url.rstrip("/")
        self._process = process

    @classmethod
    def start(
        cls,
        workspace: Path,
        *options: str,
        manifest: Path = ROOT / "app_manifest.yml",
        begins: datetime | None = BEGINS,
    ) -> Sandbox:
        """
        Start a sandbox of one's own on a free port, its clock at `begins` or at the present instant.

        Raises AssertionError, with its output, when it does not start.
        """
        command = [
            sys.executable,
            "-m",
            "sandbox",
            "--manifest",
            str(manifest),
            "--workspace",
            str(workspace),
            "--port",
            "0",
        ]
        if begins is not None:
            command += ["--begins", begins.isoformat()]
        process = Process([*command, *options])
        try:
            return cls(process.line(r"Browser: (http://\S+)")[1], process)
        except AssertionError:
            process.stop()
            raise

    def stop(self) -> None:
        """End it, if it was started here."""
        if self._process is not None:
            code = self._process.stop()
            assert code == 0, f"The sandbox ended with {code}:\n{self._process.tail()}"

    def credentials(self) -> Credentials:
        """The tokens and addresses of this workspace."""
        return Credentials(**self.get("/control/credentials"))

    def deliver_by_http(self, request_url: str) -> None:
        """Have payloads signed and sent to `request_url`."""
        self.put("/control/app", {"delivery": "http", "request_url": request_url})

    def deliver_by_socket(self) -> None:
        """Have payloads sent over Socket Mode."""
        self.put("/control/app", {"delivery": "socket"})

    def get(self, path: str, **query: object) -> JSON:
        given = {name: value for name, value in query.items() if value is not None}
        return self.request("GET", f"{path}?{urlencode(given)}" if given else path)

    def post(self, path: str, body: JSON | None = None) -> JSON:
        return self.request("POST", path, body or {})

    def put(self, path: str, body: JSON) -> JSON:
        return self.request("PUT", path, body)

    def patch(self, path: str, body: JSON) -> JSON:
        return self.request("PATCH", path, body)

    def delete(self, path: str, body: JSON) -> JSON:
        return self.request("DELETE", path, body)

    def request(self, verb: str, path: str, body: JSON | None = None) -> JSON:
        """One request. Raises Refused for an error that the API explains."""
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=ANSWER_S)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(verb, path, sent, {"Content-Type": "application/json"})
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        if response.status >= 500 or not raw.startswith(b"{"):
            raise AssertionError(f"{verb} {path}: {response.status} {raw[:500]!r}")
        answer: JSON = json.loads(raw)
        if response.status >= 400:
            raise Refused(response.status, str(answer.get("error")), str(answer.get("message")))
        return answer
