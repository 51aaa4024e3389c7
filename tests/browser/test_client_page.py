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
    general.hover()
    page.mouse.down()
    client.write(AMIR, GENERAL, "while it is pressed")
    expect(general).to_have_accessible_name(re.compile("3 unread"))
    page.mouse.up()
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


def test_every_fault_is_set_in_the_browser(client: Client) -> None:
    page = client.open()
    page.get_by_role("button", name="Faults", exact=True).click()
    panel = page.get_by_role("complementary", name="Faults")
    for name, value in (("Sent twice, share 0 to 1", "0.5"), ("Out of order, share 0 to 1", "0.25"), ("Lost, share 0 to 1", "1"),
                        ("Ack within, s", "0.5"), ("Sent again after, s", "0, 1.5"), ("Seed of the dice", "7")):  # fmt: skip
        panel.get_by_label(name).fill(value)
    panel.get_by_label("Delay in ms").fill("250")
    panel.get_by_role("checkbox", name="Slack's rate limits apply").check()
    panel.get_by_role("button", name="Add a rule").click()
    rule = panel.get_by_role("group", name="Rule")
    rule.get_by_role("textbox", name="Method").fill("chat.update")
    rule.get_by_role("combobox", name="Error").select_option("ratelimited")
    for name, value in (("Delay in ms", "40"), ("Share 0 to 1", "0.5"), ("Times", "3"), ("Retry after, s", "9")):
        rule.get_by_label(name).fill(value)
    rule.get_by_role("checkbox", name="Do it, but lose the answer").check()
    panel.get_by_role("button", name="Apply").click()
    expect(panel.get_by_text("Applied.")).to_be_visible()
    found = client.control("GET", "faults")
    assert found["delivery"] == {"latency_ms": 250, "duplicate": 0.5, "reorder": 0.25, "drop": 1}
    assert (found["retry_schedule_s"], found["ack_limit_s"], found["seed"]) == ([0, 1.5], 0.5, 7)
    assert found["rate_limits"] is True
    assert found["api"] == [{"method": "chat.update", "error": "ratelimited", "latency_ms": 40, "rate": 0.5, "times": 3,
                             "retry_after": 9, "lose_answer": True}]  # fmt: skip
    expect(page.get_by_role("button", name="Faults, in force")).to_be_visible()
    panel.get_by_label("Sent again after, s").fill("soon")
    panel.get_by_role("button", name="Apply").click()
    expect(panel.get_by_text("is a list of seconds")).to_be_visible()
    panel.get_by_role("button", name="No faults").click()
    expect(panel.get_by_text("Applied.")).to_be_visible()
    expect(page.get_by_role("button", name="Faults", exact=True)).to_be_visible()
    after = client.control("GET", "faults")
    assert (after["api"], after["retry_schedule_s"], after["ack_limit_s"]) == ([], [0, 60, 300], 3)
    with page.expect_response("**/disconnect"):
        panel.get_by_role("button", name="Warn only").click()
    expect(panel.get_by_text("Done.")).to_be_visible()


def test_an_act_that_nobody_answers_is_told_to_the_person(client: Client) -> None:
    client.control("PUT", "faults", {"delivery": {"drop": 1.0}})
    page = client.open()
    field = page.get_by_role("textbox", name="Message #support")
    field.fill("/show card")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_have_text('/show failed with the error "operation_timeout".')


def test_messages_are_found_and_gone_to(client: Client) -> None:
    root = client.write(AMIR, SUPPORT, "Where is the *invoice*?")
    client.write(LENA, SUPPORT, "The invoice is in the cupboard", thread_ts=root)
    client.write(AMIR, TRIAGE, "an invoice that Mara does not see")
    client.write(LENA, GENERAL, "Lunch")
    page = client.open(f"left={MARA}/general")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search messages")
    expect(field).to_be_focused()
    field.press_sequentially("invoice")
    found = page.get_by_role("listbox", name="Messages found").get_by_role("option")
    expect(found).to_have_count(2)
    expect(page.get_by_text("2 messages")).to_be_visible()
    expect(found.first).to_contain_text("#support, in a thread")
    field.press("ArrowDown")
    expect(found.first).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(found.nth(1)).to_have_attribute("aria-selected", "true")
    field.press("ArrowUp")
    field.press("Enter")
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread.get_by_text("The invoice is in the cupboard")).to_be_visible()
    expect(page).to_have_url(re.compile(f"left={MARA}/{SUPPORT}/{root}"))
    field.fill("no such word")
    expect(page.get_by_text("Nothing was found.")).to_be_visible()
    field.press("Escape")
    expect(page.get_by_text("Nothing was found.")).to_have_count(0)
    field.press("Escape")
    expect(field).to_have_value("")


UNNAMED = """() => [...document.querySelectorAll("button, input, select, textarea, [role=button], [role=combobox], "
    + "[role=listbox], [role=dialog], [role=alertdialog], [role=menu], [role=log], [role=tablist], [role=tabpanel], "
    + "nav, aside, main, img")]
    .filter(node => node.checkVisibility() && !node.closest("[aria-hidden=true], [inert]"))
    .filter(node => {
        if (node.tagName === "IMG") return node.getAttribute("alt") === null;
        const ids = (node.getAttribute("aria-labelledby") ?? "").split(" ");
        const by = ids.map(id => document.getElementById(id)?.textContent ?? "").join("");
        const words = node.getAttribute("aria-label") || by || [...(node.labels ?? [])].map(label => label.textContent).join("")
            || (node.tagName === "BUTTON" || node.getAttribute("role") === "button" ? node.textContent : "");
        return !words.trim();
    }).map(node => node.outerHTML.slice(0, 160))"""


def test_whatever_can_be_worked_has_a_name(client: Client) -> None:
    """For a screen reader: in a channel, a thread, both drawers, App Home, a form with every input, and a menu."""
    root = client.write(AMIR, SUPPORT, "root")
    client.write(LENA, SUPPORT, "reply", thread_ts=root)
    client.command(MARA, SUPPORT, "blocks")
    for address in (f"left={MARA}/support/{root}", f"left={MARA}/support&drawer=inspector",
                    f"left={MARA}/support&drawer=faults", f"left={MARA}/home"):  # fmt: skip
        page = client.open(address)
        if "faults" in address:
            page.get_by_role("button", name="Add a rule").click()
        assert page.evaluate(UNNAMED) == [], address
    page = client.open()
    field = page.get_by_role("textbox", name="Message #support")
    field.fill("/show inputs")
    field.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate(UNNAMED) == []


def test_tab_walks_the_page_in_its_order(client: Client) -> None:
    client.write(AMIR, SUPPORT, "hello")
    page = client.open()
    page.get_by_role("button", name="Light or dark").focus()
    places: list[str] = []
    for _ in range(14):
        page.keyboard.press("Tab")
        places.append(
            str(
                page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")
            )
        )
    order = [
        "You are Mara Lindt. Switch person",
        "Search messages",
        "general",
        "Messages in #support",
        "Message #support",
    ]
    at = [next((index for index, each in enumerate(places) if each == name), -1) for name in order]
    assert -1 not in at, places
    assert at == sorted(at), places


def test_a_lost_connection_is_told_and_made_up_for(client: Client) -> None:
    page = client.alone()
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
