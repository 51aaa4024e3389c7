"""
How many API calls the sandbox takes beside the app that it serves, and whether its memory follows what it stores.

A sandbox on one core, rate limits off, an app connected over Socket Mode that is sent every message, and two threads
that post, change and read over connections they keep. The reference is 500 calls a second. `python -m benchmarks.sandbox_calls`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from benchmarks.measuring import Figure, at_least, at_most, table

REFERENCE = 500.0
"""Calls a second (issue 8, point 8)."""
GROWTH = 1.10
"""Resident memory after many more calls that store nothing, over before."""
THREADS = 2
CHANNEL = "C0GENERAL1"
MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Load"},
    "features": {"bot_user": {"display_name": "Load"}},
    "oauth_config": {"scopes": {"bot": ["chat:write", "channels:history"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.channels"]}, "socket_mode_enabled": True},
}
BLOCKS = [
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "*#42 The invoice for October has no VAT number*\n" + "Words. " * 40},
    },
    {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Take it"}}],
    },
]


@dataclass(frozen=True)
class Sandbox:
    """A sandbox process and what a bot needs of it."""

    process: subprocess.Popen[bytes]
    known: dict[str, str]

    def client(self) -> WebClient:
        """The official client."""
        return WebClient(self.known["bot_token"], base_url=self.known["api_url"], retry_handlers=[])

    def cpu_s(self) -> float:
        """Processor time spent so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """Memory in use."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def serving() -> Iterator[Sandbox]:
    """A sandbox on one core."""
    with tempfile.TemporaryDirectory() as folder:
        manifest, ready = Path(folder) / "manifest.json", Path(folder) / "ready.json"
        manifest.write_text(json.dumps(MANIFEST), encoding="utf-8")
        command = [sys.executable, "-m", "sandbox", "--manifest", str(manifest), "--port", "0", "--no-rate-limits",
                   "--ready-file", str(ready)]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603
            try:
                os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(process.pid))})
                while not ready.exists():
                    if process.poll() is not None:
                        raise RuntimeError("the sandbox did not start")
                    time.sleep(0.02)
                yield Sandbox(process, json.loads(ready.read_text(encoding="utf-8")))
            finally:
                process.terminate()


@contextmanager
def listening(sandbox: Sandbox) -> Iterator[None]:
    """An app that is sent every message and acks it."""
    app = App(client=sandbox.client(), process_before_response=True)
    app.event("message")(_take)
    handler = SocketModeHandler(app, sandbox.known["app_token"])
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        handler.close()  # type: ignore[no-untyped-call]


def _take(ack: Ack) -> None:
    ack()


class Caller:
    """Calls methods over one connection, as a bot with a session does."""

    def __init__(self, sandbox: Sandbox) -> None:
        address = urlsplit(sandbox.known["api_url"])
        self._connection = HTTPConnection(str(address.hostname), address.port)
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {sandbox.known['bot_token']}"}

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """One call. Raises RuntimeError when it is refused."""
        self._connection.request("POST", f"/api/{method}", json.dumps(arguments), self._headers)
        answer: dict[str, Any] = json.loads(self._connection.getresponse().read())
        if not answer["ok"]:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer


def in_threads(work: Callable[[Caller, int], object], sandbox: Sandbox, calls: int) -> float:
    """Seconds that so many calls take."""

    def some(share: int) -> None:
        caller = Caller(sandbox)
        for number in range(share, calls, THREADS):
            work(caller, number)

    start = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(some, range(THREADS)))
    return time.perf_counter() - start


def figures(*, quick: bool) -> Iterator[Figure]:
    """All that is measured, one after the other."""
    calls = 1_000 if quick else 10_000
    with serving() as sandbox, listening(sandbox):
        root = Caller(sandbox).call("chat.postMessage", channel=CHANNEL, text="root")["ts"]

        def mixed(caller: Caller, number: int) -> object:
            if number % 8 in {2, 5}:
                return caller.call("chat.update", channel=CHANNEL, ts=root, text=f"changed {number}", blocks=BLOCKS)
            if number % 8 in {3, 6}:
                return caller.call("conversations.replies", channel=CHANNEL, ts=root, limit=20)
            return caller.call("chat.postMessage", channel=CHANNEL, text=f"message {number}", blocks=BLOCKS)

        in_threads(mixed, sandbox, calls // 10)
        before = sandbox.cpu_s()
        seconds = in_threads(mixed, sandbox, calls)
        yield at_least("sandbox_calls", calls / seconds, "calls/s", REFERENCE, 1.0)
        yield at_least("sandbox_calls_per_core", calls / (sandbox.cpu_s() - before), "calls/cpu s", REFERENCE, 1.0)

        def changing(caller: Caller, number: int) -> object:
            return caller.call("chat.update", channel=CHANNEL, ts=root, text=f"changed {number}", blocks=BLOCKS)

        in_threads(changing, sandbox, 2_500)  # fills the log, which is a ring
        full = sandbox.resident_mb()
        in_threads(changing, sandbox, calls)
        yield at_most("sandbox_memory", sandbox.resident_mb(), "MB", full, GROWTH)


def main() -> None:
    """Print them as a table."""
    sys.stdout.write(table(list(figures(quick=bool(os.environ.get("QUICK"))))) + "\n")


if __name__ == "__main__":
    main()
