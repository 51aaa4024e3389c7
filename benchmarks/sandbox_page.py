"""
How soon the sandbox's page is there, and how smooth a channel of 50 000 messages scrolls, in Chromium.

`python -m benchmarks.sandbox_page`. References: a page within a second (issue 8, point 7), and a frame gap of 50 ms at the 95th
percentile while the reader scrolls back through a thousand messages.
"""

import json
import os
import sys
import urllib.request
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright

from benchmarks.measuring import Figure, below, median, percentile, table
from benchmarks.sandbox_calls import MANIFEST
from sandbox.manifest import parse
from sandbox.server import ServerConfig, start
from tests.browser.chromium import launch_args

LOAD_REFERENCE_MS = 1_000.0
GAP_REFERENCE_MS = 50.0
NODES_REFERENCE = 5_000
MESSAGES = 50_000
ALICE, BOB, GENERAL = "U0ALICE001", "U0BOB00001", "C0GENERAL1"
SCROLL = """async seconds => {
    const node = document.querySelector("[role=log]");
    const gaps = [];
    let last = performance.now();
    const end = last + seconds * 1000;
    while (last < end) {
        node.scrollTop -= 60;
        const now = await new Promise(requestAnimationFrame);
        gaps.push(now - last);
        last = now;
    }
    return { gaps, nodes: node.querySelectorAll("*").length };
}"""


def fill(url: str) -> None:
    """A channel with a past."""
    past = [
        {"user": ALICE if number % 3 else BOB, "text": f"message {number} " + "word " * (number % 40)}
        for number in range(MESSAGES)
    ]
    body = json.dumps({"messages": past, "every_s": 600}).encode()
    request = urllib.request.Request(f"{url}/control/channels/{GENERAL}/past", body, method="POST")  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        answer.read()


def loaded(page: Page, url: str) -> float:
    """Milliseconds from the call of the page until its messages are shown."""
    page.goto("about:blank")
    page.goto(f"{url}/#left={ALICE}/general")
    page.locator("body[data-ready]").wait_for()
    return float(page.evaluate("performance.now()"))


def figures(*, quick: bool) -> Iterator[Figure]:
    """All that is measured; the sandbox has no app here."""
    sandbox = start(ServerConfig(manifest=parse(MANIFEST)))
    try:
        fill(sandbox.url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_args())
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            loads = [loaded(page, sandbox.url) for _ in range(3 if quick else 7)]
            yield below("sandbox_page_load", median(loads), "ms", LOAD_REFERENCE_MS)
            found = page.evaluate(SCROLL, 2 if quick else 12)
            yield below("sandbox_scroll_gap_p95", percentile(found["gaps"], 95), "ms", GAP_REFERENCE_MS)
            yield below("sandbox_scroll_nodes", found["nodes"], "nodes", NODES_REFERENCE)
            browser.close()
    finally:
        sandbox.stop()


def main() -> None:
    """Print them as a table."""
    sys.stdout.write(table(list(figures(quick=bool(os.environ.get("QUICK"))))) + "\n")


if __name__ == "__main__":
    main()
