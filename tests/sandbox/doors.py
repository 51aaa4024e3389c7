"""The sandbox's doors as tests use them: the control API, and people who act through it."""

import contextlib
import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.transport import closed

PATIENCE_S = 60.0


@dataclass
class Refused(Exception):
    """The control API said no."""

    status: int
    error: str


class Door:
    """One running sandbox."""

    def __init__(self, credentials: dict[str, str]) -> None:
        self.credentials = credentials
        self.url = credentials["browser_url"].rstrip("/")

    def call(self, verb: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """One request; its JSON."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310
            self.url + path, data, {"Content-Type": "application/json", **(headers or {})}, method=verb
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                found = json.loads(error.read())
            raise Refused(error.code, found["error"]) from None

    def client(self) -> WebClient:
        """The official client with the bot's token."""
        return WebClient(self.credentials["bot_token"], base_url=self.credentials["api_url"], retry_handlers=[])

    def wait_for(self, condition: Callable[[], Any], what: str) -> Any:
        """The first true answer of `condition`, asked again whenever something changed in the workspace."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            seq = self.call("GET", "/control/changes")["seq"]
            found = condition()
            if found:
                return found
            left = deadline - time.monotonic()
            assert left > 0, f"no {what} within {PATIENCE_S} s"
            self.call("GET", f"/control/changes?since={seq}&timeout={min(left, 5)}")

    def connections(self) -> int:
        """How many Socket Mode connections are open."""
        found: int = self.call("GET", "/control/workspace")["app"]["connections"]
        return found

    def disconnect(self, handler: SocketModeHandler) -> None:
        """Close a Socket Mode handler: its line is cut first, because it would wait 2 s for something to read."""
        handler.client.auto_reconnect_enabled = False
        self.call("POST", "/control/disconnect", {"reason": None})
        closed(handler)
        self.wait_for(lambda: self.connections() == 0, "end of the connection")

    def log(self, name: str) -> list[dict[str, Any]]:
        """Log entries of this name, oldest first."""
        entries = self.call("GET", "/control/log?limit=2000")["entries"]
        return [one for one in entries if one["name"] == name]

    def faults(self, **given: Any) -> None:
        """Set faults."""
        self.call("PUT", "/control/faults", given)


@dataclass
class Person:
    """Somebody in the workspace."""

    door: Door
    id: str

    def do(self, act: str, verb: str = "POST", **body: Any) -> Any:
        """One act."""
        return self.door.call(verb, f"/control/people/{self.id}/{act}", body)

    def see(self, what: str) -> Any:
        """What this person sees."""
        return self.door.call("GET", f"/control/people/{self.id}/{what}")

    def messages(self, channel: str, query: str = "") -> list[dict[str, Any]]:
        """The messages of a conversation, oldest first."""
        found: list[dict[str, Any]] = self.see(f"conversations/{channel}/messages?limit=1000{query}")["messages"]
        return found

    def write(self, channel: str, text: str, **more: Any) -> str:
        """Write a message; its `ts`."""
        ts: str = self.do("messages", channel=channel, text=text, **more)["ts"]
        return ts

    @property
    def app(self) -> str:
        """The id of this person's conversation with the app."""
        found: str = next(one["id"] for one in self.see("conversations")["conversations"] if one["kind"] == "app")
        return found

    @property
    def view(self) -> dict[str, Any]:
        """The topmost open modal."""
        found: dict[str, Any] = self.see("views")["views"][-1]
        return found

    def submit(self, **values: Any) -> Any:
        """Submit the topmost modal; a value goes to the only element of the block of its name."""
        view = self.view
        actions = {
            block["block_id"]: block["element"]["action_id"] for block in view["blocks"] if block["type"] == "input"
        }
        state = {block_id: {actions[block_id]: value} for block_id, value in values.items()}
        return self.do(f"views/{view['id']}/submit", state=state)


@contextlib.contextmanager
def sandbox_process(arguments: list[str], ready: Path) -> Iterator[Door]:
    """A sandbox process that serves while inside."""
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            # The last line it prints is the signing secret; then it serves.
            lines: list[str] = []
            while not any("SIGNING" in line for line in lines):
                line = process.stdout.readline()
                assert line, "".join(lines)
                lines.append(line)
            yield Door(_credentials(lines))
        finally:
            process.terminate()
            assert process.wait(PATIENCE_S) == 0, "a sandbox that is told to stop stops cleanly"


def _credentials(lines: list[str]) -> dict[str, str]:
    found = dict(line.strip().split("=", 1) for line in lines if "=" in line)
    browser = next(line.split("Browser:")[1].strip() for line in lines if "Browser:" in line)
    return {"api_url": found["SLACK_API_URL"], "bot_token": found["SLACK_BOT_TOKEN"], "browser_url": browser,
            "app_token": found["SLACK_APP_TOKEN"], "signing_secret": found["SLACK_SIGNING_SECRET"]}  # fmt: skip
