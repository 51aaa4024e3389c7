"""Modals and App Home: what one fills in, and what becomes of it."""

import ast
import re

from playwright.sync_api import Page, Route, expect

from tests.browser import show_blocks
from tests.browser.conftest import Client
from tests.browser.show_app import AMIR, MARA, SUPPORT


def _form(client: Client, what: str = "form") -> Page:
    page = client.open()
    field = page.get_by_role("textbox", name="Message #support")
    field.fill(f"/show {what}")
    field.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    return page


def _pick(page: Page, name: str, option: str) -> None:
    page.get_by_role("combobox", name=name).click()
    page.get_by_role("option", name=option).click()


def test_errors_stand_at_their_fields_and_go_when_one_types(client: Client) -> None:
    page = _form(client)
    subject = page.get_by_role("textbox", name="Subject")
    expect(subject).to_be_focused()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="required field")).to_have_count(2)
    expect(subject).to_have_attribute("aria-invalid", "true")
    subject.fill("PDF")
    expect(page.get_by_role("alert").filter(has_text="required field")).to_have_count(1)
    _pick(page, "Category", "Technical")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Write one line, so that we find it again.")).to_be_visible()
    subject.fill("The PDF opens blank")
    subject.press("Enter")
    expect(page.get_by_text("We have it: ticket #42.")).to_be_visible()
    assert client.show.app.submitted[0]["subject"]["subject"]["value"] == "The PDF opens blank"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Message #support")).to_be_focused()


def test_what_was_typed_outlives_an_update_and_a_new_block_begins_anew(client: Client) -> None:
    page = _form(client)
    page.get_by_role("textbox", name="Subject").fill("Typed before")
    page.get_by_role("textbox", name="Description").fill("Two\nlines")
    _pick(page, "Priority", "Low")
    _pick(page, "Category", "Billing")
    expect(page.get_by_role("textbox", name="Invoice number")).to_be_visible()
    expect(page.get_by_text("Add the invoice afterwards.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Subject")).to_have_value("Typed before")
    expect(page.get_by_role("textbox", name="Description")).to_have_value("Two\nlines")
    expect(page.get_by_role("combobox", name="Category")).to_contain_text("Billing")
    expect(page.get_by_role("combobox", name="Priority")).to_contain_text("High")
    page.get_by_role("textbox", name="Invoice number").fill("31")
    _pick(page, "Category", "Account")
    expect(page.get_by_role("textbox", name="Which page?")).to_have_value("")
    page.reload()
    expect(page.get_by_role("textbox", name="Subject")).to_have_value("Typed before")
    (view,) = client.control("GET", f"people/{MARA}/views")["views"]
    with client.pressing(page.get_by_role("button", name="Send", exact=True)):  # the app draws it anew at that moment
        client.show.client.views_update(view_id=view["id"], view=show_blocks.form(chosen="account"))
        client.write(AMIR, SUPPORT, "after the update")
        expect(page.get_by_text("after the update")).to_be_visible()
    expect(page.get_by_text("We have it")).to_be_visible()
    values = client.show.app.submitted[0]
    assert values["subject"]["subject"]["value"] == "Typed before"
    assert values["description"]["description"]["value"] == "Two\nlines"


def test_a_form_that_nobody_answers_keeps_its_text(client: Client) -> None:
    page = _form(client)
    page.get_by_role("textbox", name="Subject").fill("slow")
    _pick(page, "Category", "Account")
    expect(page.get_by_role("textbox", name="Which page?")).to_be_visible()
    client.control("PUT", "faults", {"ack_limit_s": 0.2})
    send = page.get_by_role("button", name="Send", exact=True)

    def on_its_way(route: Route) -> None:
        expect(send).to_have_attribute("aria-busy", "true")
        route.continue_()

    page.route("**/submit", on_its_way)
    send.click()
    expect(page.get_by_role("alert").filter(has_text="Your text is still here")).to_be_visible()
    expect(page.get_by_role("textbox", name="Subject")).to_have_value("slow")


def test_every_input_reaches_the_app_as_slack_would_send_it(client: Client) -> None:
    page = _form(client, "inputs")
    page.get_by_role("textbox", name="Email").fill("mara@northwind")
    page.get_by_role("textbox", name="Address").fill("https://example.com/31")
    expect(page.get_by_text("Enter an email address")).to_be_visible()
    page.get_by_role("textbox", name="Email").fill("mara@northwind.example")
    page.get_by_role("textbox", name="Number").fill("31")
    page.get_by_label("Day", exact=True).fill("2026-11-24")
    page.get_by_label("Time", exact=True).fill("09:30")
    page.get_by_label("Moment", exact=True).fill("2026-11-24T09:30")
    page.get_by_role("checkbox", name="Tell me").check()
    page.get_by_role("radio", name="No").check()
    page.get_by_role("combobox", name="Skills").click()
    page.get_by_role("option", name="Billing").click()
    page.get_by_role("option", name="Account").click()
    page.keyboard.press("Escape")
    _pick(page, "Agent", "Amir Haddad")
    _pick(page, "Channel", "#support")
    page.get_by_role("combobox", name="Ticket").click()
    page.keyboard.type("login")
    page.get_by_role("option", name="#39 Login loops").click()
    with page.expect_response("**/submit"):
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    values = [next(iter(actions.values())) for actions in client.show.app.submitted[0].values()]
    assert [value.get("value") for value in values[:3]] == ["mara@northwind.example", "https://example.com/31", "31"]
    assert values[3]["selected_date"] == "2026-11-24"
    assert values[4]["selected_time"] == "09:30"
    assert values[5]["selected_date_time"] == 1_795_509_000  # 9:30 in Vienna, where Mara is
    assert [each["value"] for each in values[6]["selected_options"]] == ["tell"]
    assert values[7]["selected_option"]["value"] == "no"
    assert [each["value"] for each in values[8]["selected_options"]] == ["billing", "account"]
    assert values[9]["selected_user"] == AMIR
    assert values[10]["selected_channel"] == SUPPORT
    assert values[12]["selected_option"]["value"] == "39"


def test_a_modal_keeps_the_focus_and_leaves_the_other_person_free(client: Client) -> None:
    client.open(f"left={MARA}/support&right={AMIR}/support")
    left, right = client.side("left"), client.side("right")
    left.get_by_role("textbox", name="Message #support").fill("/show form")
    left.get_by_role("textbox", name="Message #support").press("Enter")
    dialog = left.get_by_role("dialog", name="New ticket")
    expect(dialog.get_by_role("textbox", name="Subject")).to_be_focused()
    client.page.keyboard.press("Shift+Tab")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    client.page.keyboard.press("Shift+Tab")
    expect(dialog.get_by_role("button", name="Send", exact=True)).to_be_focused()
    expect(left.get_by_role("textbox", name="Message #support")).to_have_count(0)
    right.get_by_role("textbox", name="Message #support").fill("Still free")
    right.get_by_role("textbox", name="Message #support").press("Enter")
    expect(right.get_by_role("article").last).to_contain_text("Still free")


def test_app_home_shows_what_is_published_and_its_buttons_work(client: Client) -> None:
    page = client.open(f"left={MARA}/app")
    page.get_by_role("tab", name="Home").click()
    home = page.get_by_role("tabpanel", name="Home")
    expect(home.get_by_role("heading", name="Your tickets")).to_be_visible()
    with page.expect_response("**/actions"), client.pressing(home.get_by_role("button", name="Open ticket 39")):
        changed = str(show_blocks.home()).replace("Waiting for you.", "You wait.")
        with page.expect_response("**/home"):
            client.show.client.views_publish(user_id=MARA, view=ast.literal_eval(changed))
        client.write(AMIR, SUPPORT, "after the update")
        others = page.get_by_role("navigation").get_by_role("button", name="support")
        expect(others).to_have_accessible_name(re.compile("1 unread"))
    expect(home.get_by_text("You wait.")).to_be_visible()
    assert client.show.app.pressed[0]["block_id"] == "row-39"
    home.get_by_role("button", name="New ticket").click()
    expect(page.get_by_role("dialog", name="New ticket")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Messages").click()
    expect(page.get_by_role("textbox", name="Message Show")).to_be_visible()
