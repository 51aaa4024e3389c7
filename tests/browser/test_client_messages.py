"""Messages: how they are drawn, and what one can do with them."""

import re
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Client
from tests.browser.show_app import AMIR, GENERAL, LENA, MARA, SUPPORT, TRIAGE

HOSTILE = (
    "<img src=x onerror=window.hit=1>",
    "<script>window.hit=1</script>",
    "<javascript:window.hit=1|press me>",
    '<http://x.example" onmouseover="window.hit=1|quote>',
    "<!date^0^{date}^javascript:window.hit=1|when>",
    "<!date^1^<img src=x onerror=window.hit=1>|<svg onload=window.hit=1>>",
    "<@U0<iframe src=javascript:window.hit=1>|<b>x</b>>",
    "```</pre><script>window.hit=1</script>```",
    "`<svg/onload=window.hit=1>` *<b onclick=window.hit=1>bold</b>*",
    "&lt;img src=x onerror=window.hit=1&gt;",
    "> <iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "data:text/html,<script>window.hit=1</script>",
    "<data:text/html,<script>window.hit=1</script>|data>",
    ':"><img src=x onerror=window.hit=1>:',
)


INJECTED = (
    "script:not([src='app.js']), iframe, .message img, .message svg:not(.icon), "
    "[onerror], [onload], [onclick], [onmouseover], a[href^=javascript], a[href^=data]"
)


def test_a_card_is_drawn_and_its_dates_are_in_the_readers_own_zone(client: Client) -> None:
    client.command(LENA, TRIAGE, "card")
    page = client.open(f"left={AMIR}/triage&right={LENA}/triage")
    for side, time in (("left", "08:20"), ("right", "14:20")):
        card = client.side(side).get_by_role("article").last
        expect(card.get_by_text("#42 Cannot open the invoice")).to_be_visible()
        expect(card.get_by_text(f"since {time}")).to_be_visible()
        expect(card.locator("blockquote")).to_have_text(
            "Since this morning the PDF opens blank.\nI use Firefox & Windows."
        )
        expect(card.get_by_text("APP", exact=True)).to_be_visible()
        expect(card.get_by_role("button", name="Claim ticket 42")).to_be_visible()
    assert page.locator(".unknown").count() == 0


def test_a_press_reaches_the_app_and_both_see_what_follows(client: Client) -> None:
    client.command(LENA, TRIAGE, "card")
    ts = client.messages(LENA, TRIAGE)[-1]["ts"]
    client.open(f"left={AMIR}/triage&right={LENA}/triage")
    with client.pressing(client.side("left").get_by_role("button", name="Claim")):  # it is drawn anew at that moment
        client.control("POST", f"people/{LENA}/reactions", {"channel": TRIAGE, "ts": ts, "name": "eyes"})
        expect(client.side("right").get_by_role("button", name=":eyes: 1")).to_be_visible()
        client.write(LENA, SUPPORT, "after the eyes")
        others = client.side("left").get_by_role("navigation").get_by_role("button", name="support")
        expect(others).to_have_accessible_name(re.compile("1 unread"))
    expect(client.side("right").get_by_text("@Amir Haddad has it")).to_be_visible()
    expect(client.side("left").get_by_role("button", name="Claim")).to_have_count(0)
    assert [each["action_id"] for each in client.show.app.pressed] == ["claim"]


def test_a_dangerous_press_is_asked_for_first(client: Client) -> None:
    client.command(MARA, SUPPORT, "card")
    page = client.open()
    page.get_by_role("button", name="Withdraw").click()
    question = page.get_by_role("alertdialog", name="Withdraw ticket 42?")
    expect(question.get_by_role("button", name="Withdraw")).to_be_focused()
    question.get_by_role("button", name="Keep it").click()
    expect(question).to_have_count(0)
    assert client.show.app.pressed == []
    page.get_by_role("button", name="Withdraw").click()
    with page.expect_response("**/actions"):
        question.get_by_role("button", name="Withdraw").click()
    assert [each["action_id"] for each in client.show.app.pressed] == ["withdraw"]


def test_an_overflow_menu_is_used_by_keyboard(client: Client) -> None:
    client.command(MARA, SUPPORT, "card")
    page = client.open()
    page.get_by_role("button", name="More actions").press("Enter")
    expect(page.get_by_role("menuitem", name="Add note")).to_be_focused()
    page.keyboard.press("ArrowDown")
    with page.expect_response("**/actions"):
        page.keyboard.press("Enter")
    assert client.show.app.pressed[0]["selected_option"]["value"] == "merge"
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(page.get_by_role("button", name="More actions")).to_be_focused()


def test_every_kind_of_block_is_drawn(client: Client) -> None:
    client.command(MARA, SUPPORT, "blocks")
    page = client.open()
    drawn = page.locator(".message .block").evaluate_all("nodes => nodes.map(node => node.dataset.type)")
    assert set(drawn) == {"header", "section", "divider", "rich_text", "actions", "context", "image"}
    expect(page.get_by_role("heading", name="All kinds of blocks")).to_be_visible()
    expect(page.locator(".rich-text li")).to_have_count(3)
    expect(page.locator(".rich-text b")).to_have_text("bold")
    expect(page.get_by_role("img", name="The mark of the workspace")).to_be_visible()
    page.get_by_role("combobox", name="Choose a person").click()
    with page.expect_response("**/actions"):
        page.get_by_role("option", name="Amir Haddad").click()
    page.get_by_role("radio", name="Large").check()
    expect(page.get_by_role("combobox", name="Choose a person")).to_contain_text("Amir Haddad")
    assert client.show.app.pressed[0]["selected_user"] == AMIR
    assert page.locator(".unknown").count() == 0


def test_what_is_not_known_is_shown_as_such(client: Client) -> None:
    client.write(AMIR, SUPPORT, "to be replaced")

    def with_strange_blocks(route: Route) -> None:
        answer = route.fetch().json()
        strange = {"type": "hologram", "text": "<b>hm</b>"}
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "accessory": {"type": "lever"}}
        answer["messages"][-1]["blocks"] = [
            strange,
            section,
            {"type": "rich_text", "elements": [{"type": "rich_song"}]},
        ]
        route.fulfill(json=answer)

    client.page.route("**/messages?*", with_strange_blocks)
    page = client.open()
    for name in ("block: hologram", "element: lever", "element: rich_song"):
        expect(page.get_by_text(f"Unsupported {name}")).to_be_visible()


MRKDWN = (
    ("*bold* _it_ ~gone~ `code`", "<b>bold</b> <i>it</i> <s>gone</s> <code>code</code>"),
    ("*_both_*", "<b><i>both</i></b>"),
    ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
    ("* not bold *", "* not bold *"),
    ("*two\nlines*", "*two\nlines*"),
    ("`*raw*`", "<code>*raw*</code>"),
    ("a &lt;b&gt; &amp;amp; c", "a &lt;b&gt; &amp;amp; c"),
    ("<!here> <@U1>", '<span class="mention mention-me">@here</span> <span class="mention mention-me">@Mara</span>'),
    ("<@U9|lou>", '<span class="mention">@lou</span>'),
    ("<!subteam^S1|@crew> <#C9|quiet>", '<span class="mention">@crew</span> <span class="mention">#quiet</span>'),
    (
        "<javascript:alert(1)|x>",
        '<span class="dead-link" title="Only http, https and mailto links can be followed">x</span>',
    ),
    ("<!odd^1|shown>", "shown"),
)


def test_mrkdwn_means_what_slack_means(client: Client) -> None:
    drawn = _mrkdwn(client.open(), [text for text, _ in MRKDWN])
    assert drawn == [f'<span class="lines">{html}</span>' for _, html in MRKDWN]


def test_blocks_of_text_are_kept_apart(client: Client) -> None:
    [html] = _mrkdwn(client.open(), ["before\n&gt; one\n> two\nafter\n```\nx *y*\n```\nend"])
    assert html == (
        '<span class="lines">before</span><blockquote>one\ntwo</blockquote><span class="lines">after</span>'
        '<pre>x *y*</pre><span class="lines">end</span>'
    )


DATES = (
    ("{date_num}", "2026-11-23"),
    ("{date}", "November 23rd, 2026"),
    ("{date_short}", "Nov 23, 2026"),
    ("{date_long}", "Monday, November 23rd, 2026"),
    ("{time} and {time_secs}", "14:20 and 14:20:00"),
    ("{date_short_pretty} at {time}", "Today at 14:20"),
    ("by {date_pretty} at {time}", "by today at 14:20"),
    ("{ago}", "1 hour ago"),
    ("{moon_phase}", "fallback"),
)


def test_dates_are_told_in_slacks_words(client: Client) -> None:
    """The workspace's clock stands an hour and a second after the instant, for somebody in Vienna."""
    drawn = _mrkdwn(client.open(), [f"<!date^1795440000^{pattern}|fallback>" for pattern, _ in DATES])
    assert [html.partition("</time>")[0].rpartition(">")[2] for html in drawn] == [shown for _, shown in DATES]


def _mrkdwn(page: Page, texts: list[str]) -> list[str]:
    draw = """async texts => {
        const { mrkdwn } = await import("/mrkdwn.js");
        const workspace = { person: id => id === "U1" ? { id } : undefined, isApp: () => false, nameOf: () => "Mara",
                            groupName: (id, label) => label,
                            channel: () => undefined, now: () => 1795443601 };
        const reader = { workspace, user: "U1", zone: "Europe/Vienna" };
        return texts.map(text => mrkdwn(text, reader).innerHTML);
    }"""
    return [str(html) for html in page.evaluate(draw, texts)]


def test_hostile_text_stays_text(client: Client) -> None:
    """In messages, names, every text object and a typed message alike."""
    dialogs: list[str] = []
    client.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for text in HOSTILE:
        client.write(AMIR, SUPPORT, text)
        field = {"type": "plain_text", "text": text[:70]}
        blocks: list[dict[str, Any]] = [
            {"type": "header", "text": field},
            {"type": "section", "text": {"type": "mrkdwn", "text": text}, "fields": [field]},
            {"type": "context", "elements": [field, {"type": "mrkdwn", "text": text}]},
            {
                "type": "actions",
                "elements": [{"type": "button", "text": field, "action_id": "claim", "accessibility_label": text[:70]}],
            },
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
            },
        ]
        client.show.client.chat_postMessage(channel=SUPPORT, text=text, blocks=blocks, unfurl_links=False)
    page = client.open(f"left={MARA}/support&drawer=inspector")
    expect(page.get_by_role("article").last).to_be_visible()
    page.locator(".log-entry summary").first.click()
    page.get_by_role("textbox", name="Message #support").fill(HOSTILE[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").last).to_contain_text(HOSTILE[0])
    assert page.locator(INJECTED).count() == 0
    assert page.evaluate("window.hit") is None
    assert dialogs == []


def test_a_reply_goes_to_its_thread_and_on_wish_to_the_channel(client: Client) -> None:
    client.write(AMIR, SUPPORT, "Who has seen this?")
    page = client.open()
    page.get_by_role("article").last.hover()
    page.get_by_role("button", name="Reply in thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    field = thread.get_by_role("textbox", name="Reply to thread")
    expect(field).to_be_focused()
    field.fill("I have.")
    field.press("Enter")
    expect(thread.get_by_role("article").last).to_contain_text("I have.")
    summary = page.get_by_role("main").get_by_role("button", name="1 reply")
    expect(summary).to_contain_text("last reply")
    assert len(client.messages(MARA, SUPPORT)) == 1
    thread.get_by_role("checkbox", name="Also send to #support").check()
    field.fill("And it is solved.")
    field.press("Enter")
    broadcast = page.get_by_role("main").get_by_role("article").last
    expect(broadcast).to_contain_text("replied to a thread: Who has seen this?")
    expect(thread.get_by_text("Also sent to the channel")).to_be_visible()
    field.fill("/show")
    field.press("Enter")
    expect(thread.get_by_role("alert")).to_contain_text("does not work in threads")
    page.keyboard.press("Escape")
    expect(thread).to_have_count(0)


def test_what_is_only_for_one_is_seen_by_one(client: Client) -> None:
    client.open(f"left={MARA}/support&right={AMIR}/support")
    client.command(MARA, SUPPORT, "quiet")
    expect(client.side("left").get_by_text("Only visible to you")).to_be_visible()
    client.write(LENA, SUPPORT, "for everybody")
    expect(client.side("right").get_by_text("for everybody")).to_be_visible()
    expect(client.side("right").get_by_text("There is no ticket")).to_have_count(0)


def test_own_messages_are_edited_and_deleted(client: Client) -> None:
    client.write(AMIR, SUPPORT, "Not mine")
    page = client.open()
    page.get_by_role("textbox", name="Message #support").fill("1 < 2 & @Amir Haddad")
    page.keyboard.press("Enter")
    mine = page.get_by_role("article").last
    expect(mine).to_contain_text("1 < 2 & @Amir Haddad")
    assert client.messages(MARA, SUPPORT)[-1]["text"] == f"1 &lt; 2 &amp; <@{AMIR}>"
    _choose(page, "Edit message")
    editor = page.get_by_role("textbox", name="Edit message")
    expect(editor).to_have_value("1 < 2 & @Amir Haddad")
    editor.fill("Changed")
    editor.press("Enter")
    expect(mine.get_by_text("(edited)")).to_be_visible()
    _choose(page, "Delete message")
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("article").last.hover()
    page.get_by_role("button", name="Message actions").click()
    expect(page.get_by_role("menuitem", name="Copy link")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Edit message")).to_have_count(0)


def _choose(page: Page, item: str) -> None:
    page.get_by_role("article").last.hover()
    page.get_by_role("button", name="Message actions").click()
    page.get_by_role("menuitem", name=item).click()


def test_a_message_shortcut_opens_its_form(client: Client) -> None:
    client.write(AMIR, SUPPORT, "The export hangs.")
    page = client.open()
    _choose(page, "Open a ticket")
    expect(page.get_by_role("dialog", name="New ticket")).to_be_visible()


def test_reactions_are_counted_and_toggled(client: Client) -> None:
    ts = client.write(AMIR, SUPPORT, "Solved.")
    client.control("POST", f"people/{LENA}/reactions", {"channel": SUPPORT, "ts": ts, "name": "tada"})
    page = client.open()
    pill = page.get_by_role("button", name=":tada: 1, Lena Fischer")
    pill.click()
    mine = page.get_by_role("button", name=":tada: 2, Lena Fischer, You")
    expect(mine).to_have_attribute("aria-pressed", "true")
    mine.click()
    expect(pill).to_have_attribute("aria-pressed", "false")


def test_files_are_attached_and_shown(client: Client) -> None:
    page = client.open()
    page.get_by_label("Files to attach").set_input_files(
        {"name": "trace.txt", "mimeType": "text/plain", "buffer": b"line 1\n"}
    )
    expect(page.get_by_text("trace.txt")).to_be_visible()
    page.get_by_role("button", name="Send message").click()
    link = page.get_by_role("article").get_by_role("link", name="trace.txt")
    expect(link).to_be_visible()
    address = link.get_attribute("href")
    answer = page.request.get(f"{client.show.url}{address}")
    assert answer.text() == "line 1\n"


def test_fifty_thousand_messages_leave_a_few_hundred_in_the_page(client: Client) -> None:
    """They are stored in the sandbox and read page by page; scrolling back and forth keeps the page small."""
    past = [{"user": AMIR if each % 3 else LENA, "text": f"message {each}"} for each in range(50_000)]
    client.control("POST", f"channels/{GENERAL}/past", {"messages": past, "every_s": 600})
    reads: list[str] = []
    client.page.on("request", lambda request: reads.append(request.url) if "/messages?" in request.url else None)
    page = client.open(f"left={MARA}/general")
    expect(page.get_by_text("message 49999", exact=True)).to_be_in_viewport()
    assert len(reads) <= 2
    back = """async node => {
        let most = 0;
        while (!node.textContent.includes("message 48700")) {
            node.scrollTop = 0;
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            most = Math.max(most, node.querySelectorAll(".message").length);
        }
        return most;
    }"""
    most = page.get_by_role("log").evaluate(back)
    assert most <= 240
    assert len(reads) <= 18, "1 300 messages are 13 pages of 100"
    assert all("limit=100" in url for url in reads)
    assert page.get_by_text("message 49999", exact=True).count() == 0
    page.get_by_role("button", name="Latest messages").click()
    expect(page.get_by_text("message 49999", exact=True)).to_be_in_viewport()
    page.get_by_role("combobox", name="Search messages").fill("message 12345")
    page.get_by_role("listbox", name="Messages found").get_by_role("option").click()
    expect(page.get_by_text("message 12345", exact=True)).to_be_in_viewport()
    assert page.locator(".message").count() <= 240


def test_a_channel_opens_at_its_end_though_images_load_late(client: Client) -> None:
    for _ in range(3):
        client.command(MARA, SUPPORT, "blocks")
    client.page.route("**/icon.svg", lambda route: route.continue_())
    page = client.open()
    expect(page.get_by_role("img", name="The mark of the workspace").last).to_be_in_viewport()
    expect(page.get_by_role("button", name="Latest messages")).to_be_hidden()


def test_what_one_reads_stays_put_while_messages_arrive(client: Client) -> None:
    for number in range(60):
        client.write(AMIR, SUPPORT, f"line {number}")
    page = client.open()
    middle = page.get_by_text("line 20", exact=True)
    middle.scroll_into_view_if_needed()
    # The page hears of a scroll with the next frame; a message that comes before would find it at the end still.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    before = middle.bounding_box()
    client.write(AMIR, SUPPORT, "the newest")
    jump = page.get_by_role("button", name="1 new message")
    expect(jump).to_be_visible()
    assert middle.bounding_box() == before
    jump.click()
    expect(page.get_by_text("the newest").first).to_be_in_viewport()


def test_messages_are_walked_and_acted_on_by_keyboard(client: Client) -> None:
    client.write(AMIR, SUPPORT, "the first")
    client.write(LENA, SUPPORT, "the last")
    page = client.open()
    page.get_by_role("log").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("article").last).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("article").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Reply in thread")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Thread").get_by_text("the first")).to_be_visible()
