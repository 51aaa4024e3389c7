"""The control API: what a person can do and see, faults, time, the log."""

import asyncio
import urllib.error
import urllib.request
from typing import Any

import aiohttp
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.doors import PATIENCE_S, Door, Person, Refused
from tests.sandbox.other_app import text
from tests.sandbox.test_views import modal, trigger, words

GENERAL, PRIVATE = "C0GENERAL1", "C0PRIVATE1"


def test_the_workspace_is_described(door: Door) -> None:
    workspace = door.call("GET", "/control/workspace")
    assert workspace["app"]["commands"][0] == {
        "command": "/lunch",
        "description": "Order lunch",
        "usage_hint": "[what]",
    }
    assert [one["name"] for one in workspace["people"]] == ["alice", "bob", "sam"]
    assert {one["name"]: one["app_is_member"] for one in workspace["channels"]}["secret"] is True
    assert door.call("GET", "/control/credentials")["bot_token"] == door.credentials["bot_token"]


@pytest.mark.parametrize(
    ("who", "act", "body", "status", "code"),
    [
        ("U0NOBODY01", "messages", {"channel": GENERAL, "text": "x"}, 404, "no_such_person"),
        ("U0BOB00001", "messages", {"channel": PRIVATE, "text": "x"}, 404, "no_such_channel"),
        ("U0STRANGER", "messages", {"channel": GENERAL, "text": "x"}, 404, "no_such_channel"),
        ("U0BOB00001", "messages", {"channel": GENERAL, "text": " "}, 400, "no_text"),
        ("U0BOB00001", "messages", {"channel": GENERAL}, 400, "no_text"),
        ("U0BOB00001", "messages", {"text": "x"}, 400, "missing_field"),
        ("U0BOB00001", "commands", {"channel": GENERAL, "command": "/nothing"}, 404, "no_such_command"),
        ("U0STRANGER", "commands", {"channel": "app", "command": "/lunch"}, 404, "no_such_command"),
        ("U0BOB00001", "shortcuts", {"callback_id": "quote"}, 404, "no_such_shortcut"),
        ("U0BOB00001", "reactions", {"channel": GENERAL, "ts": "1.1", "name": "eyes"}, 404, "no_such_message"),
        ("U0BOB00001", "views/V0/close", {}, 409, "view_gone"),
    ],
)
def test_what_a_person_cannot_do(  # noqa: PLR0917
    door: Door, who: str, act: str, body: dict[str, Any], status: int, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        Person(door, who).do(act, **body)
    assert (refused.value.status, refused.value.error) == (status, code)


def test_a_deactivated_person_does_nothing_any_more(door: Door, bob: Person) -> None:
    door.call("PATCH", f"/control/people/{bob.id}", {"deleted": True})
    with pytest.raises(Refused, match="account_inactive"):
        bob.write(GENERAL, "x")


def test_somebody_elses_message_is_not_ones_own(alice: Person, bob: Person) -> None:
    ts = alice.write(GENERAL, "mine")
    with pytest.raises(Refused, match="not_yours"):
        bob.do("messages", "DELETE", channel=GENERAL, ts=ts)


def test_messages_are_read_backwards_and_forwards(alice: Person) -> None:
    sent = [alice.write(GENERAL, str(number)) for number in range(5)]
    back = alice.see(f"conversations/{GENERAL}/messages?limit=2&before={sent[3]}")
    assert ([one["ts"] for one in back["messages"]], back["has_more"]) == (sent[1:3], True)
    forth = alice.see(f"conversations/{GENERAL}/messages?limit=10&after={sent[2]}")
    assert ([one["ts"] for one in forth["messages"]], forth["has_more"]) == (sent[3:], False)


def test_a_person_finds_only_what_they_can_read(alice: Person, bob: Person) -> None:
    alice.write(PRIVATE, "a secret word")
    assert [one["channel"] for one in alice.see("search?q=secret")["messages"]] == [PRIVATE]
    assert bob.see("search?q=secret")["messages"] == []


def test_an_empty_channel_gets_a_past(client: WebClient, door: Door, alice: Person) -> None:
    past = [{"user": alice.id, "text": f"line {number}"} for number in range(5)]
    door.call("POST", f"/control/channels/{GENERAL}/past", {"messages": past, "every_s": 3600})
    after = alice.write(GENERAL, "now")
    found = client.conversations_history(channel=GENERAL)["messages"]
    assert [one["text"] for one in found] == ["now", *(f"line {number}" for number in range(4, -1, -1))]
    assert float(after) - float(found[-1]["ts"]) >= 5 * 3600
    assert door.log("message") == [] or all(one["request"]["event"]["text"] == "now" for one in door.log("message"))
    with pytest.raises(Refused, match="not_empty"):
        door.call("POST", f"/control/channels/{GENERAL}/past", {"messages": past})
    for body in (
        {"messages": "x"},
        {"messages": past, "every_s": 0},
        {"messages": [{"user": "U0NOBODY01", "text": "x"}]},
    ):
        with pytest.raises(Refused, match="invalid_field"):
            door.call("POST", f"/control/channels/{PRIVATE}/past", body)


def test_what_is_found_is_the_newest_first(door: Door, alice: Person) -> None:
    past = [{"user": alice.id, "text": f"Line {number}"} for number in range(150)]
    door.call("POST", f"/control/channels/{GENERAL}/past", {"messages": past})
    found = alice.see("search?q=LINE")["messages"]
    assert (len(found), found[0]["text"]) == (100, "Line 149")
    assert alice.see("search?q=line%2012")["messages"][-1]["text"] == "Line 12"
    assert alice.see("search?q=")["messages"] == []


def test_buttons_and_options_that_are_not_there(client: WebClient, alice: Person) -> None:
    select = {"type": "static_select", "action_id": "pick", "options": [{"text": text("A"), "value": "a"}]}
    ts = client.chat_postMessage(channel=GENERAL, text="x", blocks=[
        {"type": "actions", "block_id": "row", "elements": [select]}])["ts"]  # fmt: skip
    act = {"channel": GENERAL, "message_ts": ts, "block_id": "row"}
    with pytest.raises(Refused, match="no_such_action"):
        alice.do("actions", **act, action_id="other")
    with pytest.raises(Refused, match="no_such_option"):
        alice.do("actions", **act, action_id="pick", value="b")
    assert alice.do("actions", **act, action_id="pick", value="a")["error"] == "app_not_connected"


def test_a_click_carries_what_slack_sends(client: WebClient, door: Door, alice: Person) -> None:
    select = {"type": "static_select", "action_id": "pick", "options": [{"text": text("A"), "value": "a"}]}
    button = {"type": "button", "action_id": "go", "text": text("Go"), "value": "7"}
    ts = client.chat_postMessage(channel=GENERAL, text="x", blocks=[
        {"type": "actions", "block_id": "row", "elements": [select, button]}])["ts"]  # fmt: skip
    act = {"channel": GENERAL, "message_ts": ts, "block_id": "row"}
    alice.do("actions", **act, action_id="pick", value="a")
    alice.do("actions", **act, action_id="go")
    payload = door.log("block_actions go")[0]["request"]
    assert payload["container"] == {"type": "message", "message_ts": ts, "channel_id": GENERAL, "is_ephemeral": False}
    assert payload["channel"] == {"id": GENERAL, "name": "general"}
    assert (payload["message"]["ts"], payload["user"]["id"]) == (ts, alice.id)
    assert payload["state"]["values"]["row"]["pick"]["selected_option"]["value"] == "a"
    (action,) = payload["actions"]
    assert (action["type"], action["value"], action["block_id"]) == ("button", "7", "row")
    assert payload["response_url"].startswith(door.url + "/hooks/actions/")


def test_an_ephemeral_is_changed_and_taken_away_by_its_response_url(
    client: WebClient, door: Door, alice: Person
) -> None:
    button = {"type": "button", "action_id": "go", "text": text("Go")}
    ts = client.chat_postEphemeral(channel=GENERAL, user=alice.id, text="x", blocks=[
        {"type": "actions", "block_id": "row", "elements": [button]}])["message_ts"]  # fmt: skip
    alice.do("actions", channel=GENERAL, message_ts=ts, block_id="row", action_id="go")
    payload = door.log("block_actions go")[0]["request"]
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    assert _post(payload["response_url"], b'{"replace_original": true, "text": "y"}') == (200, "ok")
    assert [(one["ts"], one["text"]) for one in alice.messages(GENERAL)] == [(ts, "y")]
    assert _post(payload["response_url"], b'{"delete_original": true}') == (200, "ok")
    assert alice.messages(GENERAL) == []
    outcomes = [_post(payload["response_url"], b'{"response_type": "in_channel", "text": "z"}')[0] for _ in range(4)]
    assert outcomes == [200, 200, 200, 404]
    assert _post(payload["response_url"], b"no json")[0] == 404


def _post(url: str, body: bytes) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body)) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("element", "value", "complaint"),
    [
        ({"max_length": 3}, "four", "Shorten this to 3 characters or fewer."),
        ({"min_length": 3}, "x", "Write at least 3 characters."),
        ({"type": "email_text_input"}, "nobody", "Enter an email address."),
        ({"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}, "10", "Enter 9 or less."),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Enter a whole number."),
    ],
)
def test_slacks_client_checks_a_form_before_the_app(  # noqa: PLR0917
    client: WebClient, door: Door, alice: Person, element: dict[str, Any], value: str, complaint: str
) -> None:
    client.views_open(trigger_id=trigger(door, alice), view=modal(words(**element)))
    assert alice.submit(words=value)["errors"] == {"words": complaint}
    assert door.log("view_submission ") == []


def test_a_submission_carries_the_state_of_every_input(client: WebClient, door: Door, alice: Person) -> None:
    def labelled(block_id: str, kind: str, **more: Any) -> dict[str, Any]:
        inner = {"type": kind, "action_id": "a", **more}
        return {"type": "input", "block_id": block_id, "label": text("L"), "optional": True, "element": inner}

    options = [{"text": text(one.upper()), "value": one} for one in "ab"]
    blocks = [
        labelled("boxes", "checkboxes", options=options), labelled("radio", "radio_buttons", options=options),
        labelled("user", "users_select"), labelled("channels", "multi_channels_select"),
        labelled("date", "datepicker"), labelled("time", "timepicker"), labelled("when", "datetimepicker"),
        labelled("empty", "plain_text_input"),
    ]  # fmt: skip
    client.views_open(trigger_id=trigger(door, alice), view=modal(*blocks))
    alice.submit(
        boxes=["a", "b"], radio="b", user="U0BOB00001", channels=[GENERAL], date="2026-01-02", time="10:30", when=1
    )
    view = door.log("view_submission ")[0]["request"]["view"]
    values = {block: one["a"] for block, one in view["state"]["values"].items()}
    assert [one["value"] for one in values["boxes"]["selected_options"]] == ["a", "b"]
    assert values["radio"]["selected_option"]["value"] == "b"
    assert values["user"] == {"type": "users_select", "selected_user": "U0BOB00001"}
    assert values["channels"]["selected_channels"] == [GENERAL]
    assert (values["date"]["selected_date"], values["time"]["selected_time"]) == ("2026-01-02", "10:30")
    assert values["when"]["selected_date_time"] == 1
    assert values["empty"] == {"type": "plain_text_input", "value": None}
    assert (view["bot_id"], view["root_view_id"], view["app_id"]) == ("B0TESTBOT1", view["id"], "A0TESTAPP1")


def test_the_clock_jumps_ahead_and_never_back(client: WebClient, door: Door) -> None:
    before = client.chat_postMessage(channel=GENERAL, text="x")["ts"]
    jumped = door.call("PUT", "/control/clock", {"advance": 3600})
    after = client.chat_postMessage(channel=GENERAL, text="x")["ts"]
    assert float(str(after)) - float(str(before)) >= 3600
    with pytest.raises(Refused, match="step_back"):
        door.call("PUT", "/control/clock", {"advance": -1})
    told = door.call("GET", f"/control/clock?after={jumped['version'] - 1}&timeout=20")
    assert told["version"] == jumped["version"]
    fast = door.call("PUT", "/control/clock", {"rate": 60})
    assert (fast["rate"], fast["version"]) == (60, jumped["version"] + 1)


def test_faults_hit_methods_by_rate_and_number(client: WebClient, door: Door) -> None:
    door.faults(api=[{"method": "auth.test", "error": "internal_error", "times": 1}])
    with pytest.raises(SlackApiError, match="internal_error"):
        client.auth_test()
    assert client.auth_test()["ok"]
    door.faults(api=[{"method": "*", "error": "http_503"}])
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response.status_code == 503
    door.faults(api=[{"method": "auth.test", "error": "ratelimited", "retry_after": 7}])
    with pytest.raises(SlackApiError) as limited:
        client.auth_test()
    assert limited.value.response.headers["Retry-After"] == "7"
    for odd in ({"mood": "bad"}, {"error": "http_soon"}, {"rate": "often"}):
        with pytest.raises(Refused, match="invalid_faults"):
            door.faults(api=[odd])


def test_calls_are_delayed_on_demand(client: WebClient, door: Door) -> None:
    door.faults(api=[{"method": "api.test", "latency_ms": 150, "times": 1}])
    client.api_test()
    assert door.log("api.test")[0]["ms"] >= 150
    assert door.call("GET", "/control/faults")["api"][0]["times"] == 0


def test_the_same_seed_gives_the_same_faults(client: WebClient, door: Door) -> None:
    def outcomes() -> list[bool]:
        door.faults(api=[{"method": "api.test", "error": "fatal_error", "rate": 0.5}], seed=7)
        found = []
        for _ in range(12):
            try:
                found.append(bool(client.api_test()["ok"]))
            except SlackApiError:
                found.append(False)
        return found

    first = outcomes()
    assert outcomes() == first
    assert len(set(first)) == 2


def test_an_answer_may_be_lost_after_the_deed(client: WebClient, door: Door, alice: Person) -> None:
    door.faults(api=[{"method": "chat.postMessage", "lose_answer": True, "times": 1}])
    with pytest.raises(OSError):
        client.chat_postMessage(channel=GENERAL, text="done all the same")
    assert [one["text"] for one in alice.messages(GENERAL)] == ["done all the same"]
    assert door.log("chat.postMessage")[0]["status"] == "answer lost"


def test_the_log_masks_tokens(client: WebClient, door: Door) -> None:
    client.api_call("api.test", data={"token": client.token, "note": f"it is {client.token}"})
    (entry,) = door.log("api.test")
    assert entry["request"] == {"token": "***", "note": "it is xoxb-***"}
    assert (entry["direction"], entry["status"]) == ("in", 200)


def test_reset_forgets_what_happened_and_counts_on(client: WebClient, door: Door, alice: Person) -> None:
    ts = alice.write(GENERAL, "x")
    client.views_publish(user_id=alice.id, view={"type": "home", "blocks": []})
    seq = door.call("POST", "/control/reset")["seq"]
    assert (alice.messages(GENERAL), alice.see("home")["view"]) == ([], None)
    assert seq > 0
    assert alice.write(GENERAL, "y") > ts


def test_live_frames_reach_those_who_may_see(client: WebClient, door: Door, alice: Person) -> None:
    async def frames() -> list[dict[str, Any]]:
        address = door.url.replace("http", "ws") + "/control/live?user=U0BOB00001"
        found: list[dict[str, Any]] = []
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
            await asyncio.to_thread(alice.write, PRIVATE, "unseen")
            await asyncio.to_thread(alice.write, GENERAL, "seen")
            while not any(one["kind"] == "message" for one in found):
                found.append(await socket.receive_json(timeout=PATIENCE_S))
        return found

    (seen,) = [one for one in asyncio.run(frames()) if one["kind"] == "message"]
    assert (seen["channel"], seen["message"]["text"]) == (GENERAL, "seen")


def test_nobody_reaches_in_from_elsewhere(door: Door) -> None:
    with pytest.raises(Refused, match="wrong_host"):
        door.call("GET", "/control/workspace", headers={"Host": "evil.example"})
    with pytest.raises(Refused, match="wrong_origin"):
        door.call("POST", "/control/reset", headers={"Origin": "https://evil.example"})


def test_the_browser_client_is_served_under_a_policy(door: Door) -> None:
    with urllib.request.urlopen(door.url + "/") as answer:  # noqa: S310
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert "default-src 'self'" in policy
        assert "img-src 'self' data: blob: https:" in policy, "pictures in blocks are anywhere"
    for path in ("/../server.py", "/%2e%2e/server.py", "/nothing.js"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(door.url + path)  # noqa: S310
