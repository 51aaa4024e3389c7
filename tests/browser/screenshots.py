"""
`make screenshots`: the pictures in the documents, taken anew from the running demo.

A customer's first minutes, an agent's work and a lead's channel, by the buttons of the page and nothing else.
"""

from __future__ import annotations

import socket
import sys
from itertools import cycle
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from demo.story import TOMAS, URGENT, Wish, open_ticket
from demo.workspace import Member, Workspace
from tests.browser.chromium import launch_args
from tests.processes import ROOT, Process

IMAGES = ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 1440, "height": 900}
MARA, AMIR, JO, LENA = "U0MARA0001", "U0AMIR0001", "U0JO000001", "U0LENA0001"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_a_ticket(page: Page, address: str) -> None:
    """Mara writes what is wrong; the receipt says when she will have an answer."""
    page.goto(f"{address}/#left={MARA}/C0SUPPORT1&right={AMIR}/app")
    composer = page.get_by_role("textbox", name="Message #support")
    composer.fill("/ticket ")
    composer.press("Enter")
    form = page.get_by_role("dialog")
    form.get_by_label("Subject").fill("The invoice for October has no VAT number")
    form.get_by_label("Description").fill("Our accountant cannot book it. Can you send it again with the number on it?")
    form.get_by_label("Category").click()
    page.get_by_role("option", name="Billing").click()
    expect(form.get_by_text("You will have an answer")).to_be_visible()
    page.screenshot(path=IMAGES / "new-ticket.png", animations="disabled")
    form.get_by_role("button", name="Send").click()
    expect(page.get_by_text("We have it: ticket")).to_be_visible()
    page.get_by_role("button", name="Close").last.click()


def shoot(page: Page, address: str, name: str, state: str, waits_for: str) -> None:
    page.goto("about:blank")
    page.goto(f"{address}/#{state}")
    expect(page.get_by_text(waits_for).last).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def ask_in_passing(page: Page, address: str) -> None:
    """Mara writes outside any thread, and is asked where it belongs."""
    page.goto("about:blank")
    page.goto(f"{address}/#left={MARA}/app&right={AMIR}/C0TRIAGE01")
    composer = page.get_by_role("textbox", name="Message Helpdesk").first
    composer.fill("And since this morning the export hangs again")
    composer.press("Enter")
    expect(page.get_by_text("This has not reached anyone yet.").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "offer.png", animations="disabled")


def look_back(page: Page, address: str) -> None:
    """Lena's report in App Home, and in the morning the digest."""
    page.goto("about:blank")
    page.goto(f"{address}/#left={LENA}/home&right={LENA}/C0ESCALATE")
    page.get_by_role("button", name="Report", exact=True).first.click()
    expect(page.get_by_text("resolved,").first).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Forward to the next morning, 9:00").click()
    expect(page.get_by_text("Longest open:").last).to_be_visible(timeout=30_000)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "report.png", animations="disabled")


SLIPPED = (
    "The backup of last night failed",
    "Users of the warehouse cannot log in",
    "The web shop shows an error",
    "Orders are not confirmed",
    "The payroll stops half-way",
    "No e-mail arrives",
)
"""What everybody reports in the same hour, each some times."""


def an_agents_day(page: Page, address: str) -> None:
    """What Amir begins with: his tickets in App Home, and beside it his day in a message only he sees."""
    page.goto("about:blank")
    page.goto(f"{address}/#left={AMIR}/home&right={AMIR}/C0TRIAGE01")
    expect(page.get_by_text("as of").first).to_be_visible()
    composer = page.get_by_role("textbox", name="Message #triage")
    composer.fill("/helpdesk day ")
    composer.press("Enter")
    expect(page.get_by_text("waiting for you").last).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "agent.png", animations="disabled")


def among_the_team(page: Page, address: str) -> None:
    """A ticket's thread in the triage channel: what was said to and by the customer, and what the team says of it."""
    page.goto("about:blank")
    page.goto(f"{address}/#left={JO}/C0TRIAGE01&right={JO}/home")
    card = page.get_by_role("article").filter(has_text="Cannot open the invoice").first
    card.get_by_role("button", name="last reply").click()
    expect(page.get_by_role("complementary", name="Thread").get_by_text("we are looking at the file")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "triage-thread.png", animations="disabled")


def many_at_once(page: Page, address: str) -> None:
    """Everything slips in the same hour: one message for all, and behind its button each of them in pages."""
    workspace, openers = Workspace(address), cycle((MARA, TOMAS, AMIR, JO, LENA))  # one opens twenty an hour at most
    for subject in SLIPPED * 7:
        who = next(openers)
        open_ticket(Member(workspace, who), Wish(who, subject, "Since a few minutes.", "account", URGENT))
    page.goto("about:blank")
    page.goto(f"{address}/#left={LENA}/C0ESCALATE&right={JO}/C0ESCALATE")
    page.get_by_role("button", name="Forward 1 hour").click()
    all_of_them = page.get_by_role("article").filter(has_text=f"{len(SLIPPED) * 7} tickets")
    left, right = (page.locator("workspace-session").nth(side).locator(all_of_them).last for side in (0, 1))
    right.get_by_role("button", name="Show all").click(timeout=60_000)
    page.get_by_role("dialog").get_by_role("button", name="Next").scroll_into_view_if_needed()
    left.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "alert-group.png", animations="disabled")


def hand_over(page: Page, address: str) -> None:
    """Amir's shift ends: what he holds is listed, each with where it may go."""
    page.goto("about:blank")
    page.goto(f"{address}/#left={AMIR}/home&right={JO}/home")
    expect(page.get_by_text("as of").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Hand over").first.click()
    form = page.get_by_role("dialog")
    expect(form.get_by_text("Each goes to an agent")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "hand-over.png", animations="disabled")
    form.get_by_role("button", name="Cancel").click()


def shoot_modal(page: Page, button: str, name: str, waits_for: str) -> None:
    """What a button of the App Home on the left opens, and nothing around it."""
    page.get_by_role("button", name=button, exact=True).first.click()
    form = page.get_by_role("dialog")
    expect(form.get_by_text(waits_for)).to_be_visible()
    form.screenshot(path=IMAGES / f"{name}.png")
    form.get_by_role("button", name="Close").last.click()
    expect(form).to_have_count(0)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    port = free_port()
    demo = Process([sys.executable, "-m", "demo"], {"PORT": str(port)})
    try:
        demo.line("The helpdesk is open")
        address = f"http://127.0.0.1:{port}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_args())
            page = browser.new_page(viewport=SIZE)
            an_agents_day(page, address)
            among_the_team(page, address)
            hand_over(page, address)
            open_a_ticket(page, address)
            shoot(page, address, "demo", f"left={MARA}/app&right={AMIR}/app", "has no VAT number")
            page.get_by_role("button", name="Forward 1 hour").click()
            shoot(page, address, "escalations", f"left={LENA}/C0ESCALATE&right={AMIR}/C0TRIAGE01", "Overdue since")
            shoot(page, address, "home", f"left={LENA}/home&right={MARA}/home", "New ticket")
            shoot_modal(page, "Team", "team", "Somebody else, or a customer's tier")
            shoot_modal(page, "Set-up", "set-up", "Agents by membership")
            ask_in_passing(page, address)
            look_back(page, address)
            many_at_once(page, address)
            browser.close()
    finally:
        demo.stop()
    for picture in sorted(IMAGES.glob("*.png")):
        sys.stdout.write(f"{Path(picture).relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
