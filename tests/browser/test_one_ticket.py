"""One ticket in Chromium, with the real bot: by what stands on the page, as its customer, its agent and a lead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.cast import OWN
from tests.end_to_end.conftest import running
from tests.end_to_end.workspace import Workspace

WAIT_MS = 30_000


@pytest.fixture(scope="module")
def helpdesk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A sandbox and the bot on SQLite over Socket Mode, as in the demo."""
    with running("sqlite-socket", tmp_path_factory.mktemp("helpdesk"), request, OWN) as workspace:
        yield workspace
        assert workspace.bot is not None
        assert not workspace.bot.tracebacks()


def side_by_side(page: Page, workspace: Workspace, left: str, right: str) -> tuple[Locator, Locator]:
    """Two people's views, each at a place."""
    page.goto("about:blank")
    page.goto(f"{workspace.sandbox.url}/#left={left}&right={right}")
    page.locator("body[data-ready]").wait_for()
    sessions = page.locator("workspace-session")
    return sessions.nth(0), sessions.nth(1)


def send_form(page: Page, field: str, text: str) -> None:
    """Fill the one field of the open form and send it."""
    form = page.get_by_role("dialog")
    form.get_by_label(field).fill(text)
    form.get_by_role("button").last.click()
    expect(form).to_have_count(0)


def test_a_ticket_is_opened_worked_and_answered_from_the_page(page: Page, helpdesk: Workspace) -> None:
    expect.set_options(timeout=WAIT_MS)
    team, mara = helpdesk.new_team(agents=1), helpdesk.new_person()
    (amir,) = team.agents
    customer, agent = side_by_side(page, helpdesk, f"{mara.id}/support", f"{amir.id}/app")

    composer = customer.get_by_role("textbox", name="Message #support")
    composer.fill("/ticket ")
    composer.press("Enter")
    form = page.get_by_role("dialog")
    form.get_by_label("Subject").fill("The lamp flickers")
    form.get_by_label("Description").fill("Since the storm.")
    form.get_by_role("combobox", name="Category").click()
    page.get_by_role("option", name=team.name).click()
    expect(form.get_by_text("You will have an answer by")).to_be_visible()
    form.get_by_role("button", name="Send").click()
    expect(page.get_by_text("We have it: ticket #")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()

    card = agent.get_by_role("article").filter(has_text="The lamp flickers")
    expect(card).to_contain_text("Assigned to you.")
    card.get_by_role("button", name="Start").click()
    expect(card).to_contain_text("You are working on it.")
    card.get_by_role("button", name="Reply to the customer").click()
    send_form(page, "Reply", "Which lamp is it?")

    customer, agent = side_by_side(page, helpdesk, f"{mara.id}/app", f"{amir.id}/app")
    card = customer.get_by_role("article").filter(has_text="The lamp flickers")
    expect(card).to_contain_text(f"{amir.first_name} is working on it.")
    card.get_by_role("button", name="1 reply").click()
    expect(customer.get_by_role("complementary", name="Thread")).to_contain_text("Which lamp is it?")


def test_a_lead_sees_the_breach_when_the_page_moves_time(page: Page, helpdesk: Workspace) -> None:
    expect.set_options(timeout=WAIT_MS)
    lead, mara = helpdesk.new_person("lead"), helpdesk.new_person()
    nobody = helpdesk.new_team(agents=0)
    mara.command("/ticket")
    mara.fill(subject="The roof leaks", description="On the server.", category=nobody.name)
    mara.fill(priority="Urgent: many are blocked")
    mara.submit()
    left, _ = side_by_side(page, helpdesk, f"{lead.id}/escalations", f"{mara.id}/app")

    page.get_by_role("button", name="Forward 1 hour").click()
    page.get_by_role("button", name="Forward 10 minutes").click()

    alert = left.get_by_role("article").filter(has_text="The roof leaks")
    expect(alert.first).to_contain_text("Overdue since")
    expect(alert.first.get_by_role("button", name="Take the alert for ticket")).to_be_visible()
