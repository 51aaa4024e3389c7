"""The page around the messages: people, conversations, the composer, time, and the tools."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Client
from tests.browser.show_app import AMIR, GENERAL, LENA, MARA, SUPPORT, TRIAGE


def test_one_becomes_somebody_else_and_sees_their_channels(client: Client) -> None:
    page = client.open()
    sidebar = page.get_by_role("navigation", name="Conversations")
    expect(sidebar.get_by_role("button", name="triage")).to_have_count(0)
    page.get_by_role("button", name="You are Mara Lindt. Switch person").click()
    page.get_by_role("menuitemradio", name="Amir Haddad").click()
    expect(page.get_by_role("button", name="You are Amir Haddad. Switch person")).to_be_visible()
    expect(sidebar.get_by_role("button", name="triage")).to_be_visible()
    expect(page).to_have_url(re.compile(f"left={AMIR}/{SUPPORT}"))


def test_two_people_talk_side_by_side(client: Client) -> None:
    page = client.open()
    page.get_by_role("button", name="Two people side by side").click()
    right = client.side("right")
    right.get_by_role("textbox", name="Message #support").fill("Hello, @Mara Lindt")
    right.get_by_role("textbox", name="Message #support").press("Enter")
    mention = client.side("left").get_by_role("article").last.locator(".mention-me")
    expect(mention).to_have_text("@Mara Lindt")
    page.get_by_role("button", name="Two people side by side").click()
    expect(page.locator("workspace-session")).to_have_count(1)


def test_unread_messages_are_counted_until_they_are_seen(client: Client) -> None:
    page = client.open()
    general = page.get_by_role("navigation").get_by_role("button", name=re.compile("^general"))
    client.write(AMIR, GENERAL, "seen by nobody")
    client.write(AMIR, GENERAL, "nor this")
    expect(general).to_have_accessible_name(re.compile("2 unread"))
    client.write(LENA, SUPPORT, "read at once")
    expect(page.get_by_text("read at once").first).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("button", name="support")).not_to_have_accessible_name(
        re.compile("unread")
    )
    general.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("navigation").get_by_role("button", name="support")).to_be_focused()
    general.click()
    expect(general).not_to_have_accessible_name(re.compile("unread"))


def test_commands_are_offered_with_their_hints(client: Client) -> None:
    page = client.open()
    field = page.get_by_role("textbox", name="Message #support")
    field.press_sequentially("/")
    offers = page.get_by_role("listbox", name="Suggestions")
    expect(offers.get_by_role("option")).to_have_count(3)
    expect(offers.get_by_role("option", name="/show")).to_contain_text("[card | blocks | form")
    field.press_sequentially("he")
    page.keyboard.press("Enter")
    expect(field).to_have_value("/helpdesk ")
    expect(page.get_by_text("[queue | mine]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is nothing in the queue.").first).to_be_visible()
    expect(field).to_have_value("")


def test_what_could_not_be_sent_stays_in_the_composer(client: Client) -> None:
    page = client.open()
    field = page.get_by_role("textbox", name="Message #support")
    field.fill("/nothing at all")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("/nothing is not a command here")
    refusal = {"ok": False, "error": "operation_timeout", "message": "operation_timeout"}
    page.route("**/commands", lambda route: route.fulfill(json=refusal))
    field.fill("/show card")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("/show failed: operation_timeout")
    expect(field).to_have_value("/show card")
    page.route("**/messages", lambda route: route.abort())
    field.fill("one")
    field.press("Shift+Enter")
    field.press_sequentially("two")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not sent")
    expect(field).to_have_value("one\ntwo")


def test_a_global_shortcut_is_run_from_the_composer(client: Client) -> None:
    page = client.open()
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("menuitem", name="New ticket").click()
    expect(page.get_by_role("dialog", name="New ticket")).to_be_visible()


def test_time_is_moved_from_the_bar(client: Client) -> None:
    page = client.open()
    before = client.control("GET", "clock")["now"]
    with page.expect_response("**/control/clock"):
        page.get_by_role("button", name="Forward 8 hours").click()
    assert client.control("GET", "clock")["now"] - before >= 28_800
    with page.expect_response("**/control/clock"):
        page.get_by_role("button", name="Forward to the next morning").click()
    expect(page.get_by_role("group", name="Workspace time").get_by_role("time")).to_have_text(re.compile("09:00$"))
    with page.expect_response("**/control/clock"):
        page.get_by_role("combobox", name="Speed of time").select_option("60")
    assert client.control("GET", "clock")["rate"] == 60


def test_the_inspector_shows_payloads_and_calls(client: Client) -> None:
    page = client.open()
    page.get_by_role("button", name="Inspector", exact=True).click()
    client.command(MARA, SUPPORT, "card")
    drawer = page.get_by_role("complementary", name="Inspector")
    expect(drawer.get_by_text("chat.postMessage")).to_be_visible()
    drawer.get_by_text("/show", exact=True).click()
    expect(drawer.get_by_text('"command": "/show"')).to_be_visible()
    drawer.get_by_role("searchbox", name="Filter by name").fill("chat.")
    expect(drawer.get_by_text("/show", exact=True)).to_be_hidden()


def test_faults_are_set_in_the_browser(client: Client) -> None:
    page = client.open()
    page.get_by_role("button", name="Faults", exact=True).click()
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_role("textbox", name="Method").fill("chat.update")
    page.get_by_role("combobox", name="Error").select_option("internal_error")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Applied.")).to_be_visible()
    [rule] = client.control("GET", "faults")["api"]
    assert (rule["method"], rule["error"]) == ("chat.update", "internal_error")
    page.get_by_role("button", name="No faults").click()
    expect(page.get_by_text("Applied.")).to_be_visible()
    assert client.control("GET", "faults")["api"] == []


def test_a_lost_connection_is_told_and_made_up_for(client: Client) -> None:
    page = client.page
    page.route_web_socket("**/control/live**", lambda socket: socket.close())
    client.open()
    expect(page.get_by_text("The sandbox is away")).to_be_visible()


def test_a_person_joins_and_leaves_a_channel(client: Client) -> None:
    client.control("POST", f"channels/{GENERAL}/members", {"user": MARA, "present": False})
    page = client.open(f"left={MARA}/general")
    page.get_by_role("button", name="Join the channel").click()
    expect(page.get_by_role("textbox", name="Message #general")).to_be_visible()
    page.get_by_role("textbox", name="Message #general").fill("/invite @Show")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").last).to_contain_text("joined the channel")
    channels = {each["name"]: each for each in client.control("GET", "workspace")["channels"]}
    assert channels["general"]["app_is_member"]


def test_the_address_opens_a_thread(client: Client) -> None:
    root = client.write(AMIR, TRIAGE, "A root")
    client.write(LENA, TRIAGE, "A reply", thread_ts=root)
    page = client.open(f"left={LENA}/triage&thread={root}")
    expect(page.get_by_role("complementary", name="Thread").get_by_text("A reply")).to_be_visible()


def test_dark_is_chosen_and_remembered(client: Client) -> None:
    page = client.open()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Light or dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.reload()
    page.locator("body[data-ready]").wait_for()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
