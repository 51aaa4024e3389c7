"""Chromium, and a workspace with a small app in it to look at."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import chromium
from tests.browser.show_app import MARA, Show, running

WAIT_MS = 30_000
"""A busy machine takes its time."""


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The machine's Chromium. Where none can be had, a sentence says what to install, and the test fails."""
    try:
        return chromium.launch_args()
    except chromium.ChromiumUnavailable as reason:
        pytest.fail(str(reason), pytrace=False)


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """A laptop's screen."""
    return {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "timezone_id": "UTC"}


@pytest.fixture(scope="session")
def show_session() -> Iterator[Show]:
    """One sandbox and one app for all tests of the client."""
    expect.set_options(timeout=WAIT_MS)
    with running() as show:
        yield show


@dataclass
class Client:
    """The browser client in a page, and the workspace behind it."""

    page: Page
    show: Show

    def open(self, address: str = f"left={MARA}/support") -> Page:
        """Open the client at an address, and wait until it shows what is there."""
        self.page.goto(f"{self.show.url}/#{address}")
        self.page.locator("body[data-ready]").wait_for()
        return self.page

    def alone(self) -> Page:
        """Another page for the rest of the test, for what cannot be undone in a page."""
        self.page = self.page.context.new_page()
        return self.page

    def side(self, name: str) -> Locator:
        """One person's view: "left" or "right"."""
        return self.page.locator("workspace-session").nth(0 if name == "left" else 1)

    @contextmanager
    def pressing(self, what: Locator) -> Iterator[None]:
        """The mouse is down on it meanwhile."""
        what.hover()
        self.page.mouse.down()
        yield
        self.page.mouse.up()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API beside the browser."""
        request = urllib.request.Request(  # noqa: S310
            f"{self.show.url}/control/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.load(answer)

    def write(self, user: str, channel: str, text: str, **more: Any) -> str:
        """A person writes; the time stamp of the message."""
        sent = self.control("POST", f"people/{user}/messages", {"channel": channel, "text": text, **more})
        return str(sent["ts"])

    def command(self, user: str, channel: str, text: str) -> None:
        """A person runs `/show`."""
        answer = self.control("POST", f"people/{user}/commands", {"channel": channel, "command": "/show", "text": text})
        assert answer["ok"], answer

    def messages(self, user: str, channel: str) -> list[dict[str, Any]]:
        """What a person sees in a channel."""
        found = self.control("GET", f"people/{user}/conversations/{channel}/messages")
        return list(found["messages"])


@pytest.fixture(scope="session")
def warm_page(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """One page for all tests of the client, so that its modules are fetched and compiled once."""
    context = browser.new_context(**browser_context_args)
    yield context.new_page()
    context.close()


@pytest.fixture
def client(warm_page: Page, show_session: Show) -> Iterator[Client]:
    """The client in an empty page, in a workspace as new. A test fails if the page threw an error."""
    troubles: list[str] = []

    def note(error: object) -> None:
        troubles.append(str(error))

    warm_page.on("pageerror", note)
    show_session.app.pressed.clear()
    show_session.app.submitted.clear()
    found = Client(warm_page, show_session)
    found.control("POST", "reset", {})
    found.control(
        "PUT", "faults", {"ack_limit_s": 15}
    )  # on a busy machine the app may take longer than Slack's three seconds
    yield found
    for page in warm_page.context.pages[1:]:
        page.close()
    warm_page.unroute_all(behavior="ignoreErrors")
    if warm_page.url.startswith(show_session.url):
        warm_page.evaluate("localStorage.clear()")
    warm_page.goto("about:blank")
    warm_page.remove_listener("pageerror", note)
    assert troubles == []
