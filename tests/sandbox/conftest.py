"""A sandbox in a process of its own, spoken to by the official SDK."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from tests.sandbox.doors import Door, Person, sandbox_process
from tests.sandbox.other_app import build

HERE = Path(__file__).parent
FAST_RETRIES = [0.05, 0.05, 0.05]


@contextlib.contextmanager
def _sandbox(folder: Path) -> Iterator[Door]:
    ready = folder / "ready.json"
    arguments = [sys.executable, "-m", "sandbox", "--manifest", str(HERE / "manifest.yml"), "--workspace",
                 str(HERE / "workspace.toml"), "--port", "0", "--ready-file", str(ready)]  # fmt: skip
    with sandbox_process(arguments, ready) as door:
        yield door


def _afresh(door: Door) -> Door:
    door.call("POST", "/control/reset")
    door.call("PUT", "/control/app", {"delivery": "socket"})
    door.faults(rate_limits=False, retry_schedule_s=FAST_RETRIES)
    return door


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One sandbox for the whole run, to which no app is connected."""
    with _sandbox(tmp_path_factory.mktemp("sandbox")) as door:
        yield door


@pytest.fixture(scope="session")
def process_with_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, App]]:
    """Another, to which the lunch app is connected by Slack's own Socket Mode client."""
    with _sandbox(tmp_path_factory.mktemp("lively")) as door:
        app = build(door.client(), door.credentials["signing_secret"])
        handler = SocketModeHandler(app, door.credentials["app_token"], ping_interval=1)
        handler.connect()  # type: ignore[no-untyped-call]
        door.wait_for(lambda: door.connections() == 1, "a connection")
        yield door, app
        door.disconnect(handler)


@pytest.fixture
def door(process: Door) -> Door:
    """The sandbox without an app, as configured again."""
    return _afresh(process)


@pytest.fixture
def lively(process_with_app: tuple[Door, App]) -> Door:
    """The sandbox with the lunch app, as configured again."""
    found = _afresh(process_with_app[0])
    found.faults(ack_limit_s=15)  # on a busy machine the app may take longer than Slack's three seconds
    return found


@pytest.fixture
def app(process_with_app: tuple[Door, App]) -> App:
    """The lunch app."""
    return process_with_app[1]


@pytest.fixture
def client(door: Door) -> WebClient:
    """The official client with the bot's token; it repeats nothing by itself."""
    return door.client()


@pytest.fixture
def alice(door: Door) -> Person:
    """An admin, in #general and the private channels."""
    return Person(door, "U0ALICE001")


@pytest.fixture
def bob(door: Door) -> Person:
    """In #general."""
    return Person(door, "U0BOB00001")
