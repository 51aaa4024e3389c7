"""
`make demo`: start the sandbox workspace and the bot, open a few tickets as its people would, and wait for Ctrl-C.

PORT is where the browser client is served (8900), SPEED how fast the workspace's clock runs (60: a minute plays an hour),
KEEP=1 keeps the database of the last time. The two processes know each other only by what a Slack app is given: an
address and tokens.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TextIO

from demo.story import play
from demo.workspace import Workspace, WorkspaceError

ROOT = Path(__file__).parent.parent
STATE = ROOT / ".demo"
STARTING_S = 30.0
STOPPING_S = 15.0
POLL_S = 0.1


class CannotStart(Exception):
    """Why the demo cannot run, in one sentence."""


class Stopped(Exception):
    """Somebody pressed Ctrl-C while it was starting."""


class Demo:
    """The two processes. Each is in a group of its own, so that Ctrl-C reaches only us and they stop in order."""

    def __init__(self, port: int, speed: float) -> None:
        self.port = port
        self.speed = speed
        self.stopping = threading.Event()
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(self) -> Workspace:
        """Start both and play the story. Raises CannotStart, or Stopped when told to stop meanwhile."""
        _check_port(self.port)
        STATE.mkdir(exist_ok=True)
        database = STATE / "helpdesk.db"
        is_new = os.environ.get("KEEP") != "1" or not database.exists()
        if is_new:
            for leftover in STATE.glob("helpdesk.db*"):
                leftover.unlink()
        workspace = Workspace(f"http://127.0.0.1:{self.port}")
        files = ["--manifest", "app_manifest.yml", "--workspace", "demo/workspace.toml"]
        self._launch("sandbox", [*files, "--port", str(self.port), "--rate", str(self.speed)], {})
        self._until(workspace.answers, "sandbox")
        known = workspace.credentials()
        self._launch(
            "bot",
            ["run", "--config", "demo/helpdesk.toml"],
            {
                "SLACK_API_URL": known["api_url"],
                "SLACK_BOT_TOKEN": known["bot_token"],
                "SLACK_APP_TOKEN": known["app_token"],
                "HELPDESK_DATABASE_URL": f"sqlite:///{database}",
                "HELPDESK_CLOCK_URL": workspace.clock_url,
            },
        )
        self._until(lambda: b"Helpdesk is running" in _log("bot").read_bytes(), "bot")
        if is_new:
            play(workspace, self.stopping)
        return workspace

    def wait(self) -> None:
        """Return when told to stop. Raises CannotStart when one of the processes ends by itself."""
        while not self.stopping.wait(POLL_S * 5):
            self._check()

    def stop(self) -> None:
        """Stop the bot, then the workspace it is connected to."""
        for _, process in reversed(self._running):
            process.terminate()
            try:
                process.wait(STOPPING_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _launch(self, name: str, arguments: list[str], environment: dict[str, str]) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "HELPDESK_"))}
        with _log(name).open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own modules, with arguments of ours
                [sys.executable, "-m", name, *arguments],
                cwd=ROOT,
                env=kept | {"PYTHONUNBUFFERED": "1"} | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        self._running.append((name, process))

    def _until(self, is_ready: Callable[[], bool], name: str) -> None:
        for _ in range(int(STARTING_S / POLL_S)):
            if is_ready():
                return
            self._check()
            if self.stopping.wait(POLL_S):
                raise Stopped
        raise CannotStart(f"The {name} did not start within {STARTING_S:.0f} s; its log is {_log(name)}.")

    def _check(self) -> None:
        for name, process in self._running:
            if process.poll() is not None and not self.stopping.is_set():
                said = _log(name).read_text(encoding="utf-8", errors="replace").strip().splitlines()
                raise CannotStart(
                    f"The {name} has ended: {said[-1] if said else 'it said nothing'} (log: {_log(name)})"
                )


def _log(name: str) -> Path:
    return STATE / f"{name}.log"


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CannotStart(f"Port {port} is taken. Choose another one: make demo PORT=8901") from None


def _number(name: str, default: str, kind: type[int] | type[float]) -> float:
    given = os.environ.get(name) or default
    try:
        number = kind(given)
    except ValueError:
        raise CannotStart(f"{name} is {given!r}, which is not a number.") from None
    if number <= 0 or (name == "PORT" and number > 65535):
        raise CannotStart(f"{name} is {given}, which cannot be.")
    return number


def _say(line: str, stream: TextIO = sys.stdout) -> None:
    stream.write(line + "\n")
    stream.flush()


def main() -> int:
    """The exit status: 0 after Ctrl-C, 1 with a sentence when something does not work."""
    try:
        demo = Demo(int(_number("PORT", "8900", int)), _number("SPEED", "1", float))
    except CannotStart as reason:
        _say(str(reason), sys.stderr)
        return 1

    def told_to_stop(_number: int, _frame: FrameType | None) -> None:
        demo.stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, told_to_stop)
    try:
        workspace = demo.start()
        _say(
            f"The helpdesk is open: {workspace.url} (customers Mara and Tomás; agents Amir, Jo and Priya; lead Lena). "
            "Ctrl-C stops it."
        )
        demo.wait()
    except Stopped:
        pass
    except (CannotStart, WorkspaceError) as reason:
        _say(str(reason), sys.stderr)
        return 1
    finally:
        demo.stop()
    _say("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
