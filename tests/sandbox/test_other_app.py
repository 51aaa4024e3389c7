"""Another app runs in the sandbox unchanged, over Socket Mode and over signed HTTP."""

import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler

from tests.sandbox.doors import Door, Person, Refused


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@pytest.fixture(params=["socket", "http"])
def running(request: pytest.FixtureRequest, lively: Door, app: App) -> Iterator[Door]:
    """The app, reached in one of the two ways."""
    if request.param == "socket":
        yield lively
        return
    with make_server("127.0.0.1", 0, SlackRequestHandler(app), handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/slack/events"
        lively.call("PUT", "/control/app", {"delivery": "http", "request_url": url})
        yield lively
        lively.call("PUT", "/control/app", {"delivery": "socket"})
        server.shutdown()
        thread.join()


@pytest.fixture
def alice(lively: Door) -> Person:
    return Person(lively, "U0ALICE001")


@pytest.fixture
def bob(lively: Door) -> Person:
    return Person(lively, "U0BOB00001")


def test_a_command_is_answered_in_its_ack(running: Door, alice: Person, bob: Person) -> None:
    answer = alice.do("commands", channel="C0GENERAL1", command="/lunch", text="soup")
    assert answer["response"]["text"] == "Ordering soup."
    assert alice.messages("C0GENERAL1")[-1]["ephemeral"] is True
    assert bob.messages("C0GENERAL1") == []


def test_an_answer_in_the_channel_is_seen_by_all(running: Door, alice: Person, bob: Person) -> None:
    alice.do("commands", channel="C0GENERAL1", command="/echo", text="hello @bob in #general")
    assert bob.messages("C0GENERAL1")[-1]["text"] == "hello <@U0BOB00001|bob> in <#C0GENERAL1|general>"


def test_a_form_is_filled_corrected_and_sent(running: Door, alice: Person) -> None:
    alice.do("commands", channel="C0GENERAL1", command="/lunch", text="")
    assert alice.submit()["errors"] == {"dish": "Please complete this required field."}
    assert alice.submit(dish="soup", note="raw")["errors"] == {"note": "We cook everything."}
    sent = alice.submit(note="")
    assert (sent["result"], sent["view"]) == ("closed", None)
    assert alice.messages(alice.app)[-1]["text"] == "soup is ordered."


@pytest.mark.parametrize(
    ("note", "result", "open_views"), [("push", "pushed", 2), ("update", "updated", 1), ("clear", "cleared", 0)]
)
def test_a_submission_may_answer_with_a_view(
    running: Door, alice: Person, note: str, result: str, open_views: int
) -> None:
    alice.do("shortcuts", callback_id="order")
    assert alice.submit(dish="soup", note=note)["result"] == result
    assert len(alice.see("views")["views"]) == open_views


def test_a_button_replaces_its_message(running: Door, alice: Person) -> None:
    alice.do("shortcuts", callback_id="order")
    alice.submit(dish="pizza")
    card = alice.messages(alice.app)[-1]
    assert alice.do("actions", channel=alice.app, message_ts=card["ts"], block_id="receipt", action_id="cancel") == {
        "ok": True
    }
    after = alice.messages(alice.app)[-1]
    assert (after["ts"], after["text"], "blocks" in after) == (card["ts"], "pizza is cancelled.", False)


def test_a_view_is_pushed_from_a_button_and_closed_again(running: Door, alice: Person) -> None:
    alice.do("shortcuts", callback_id="order")
    first = alice.view["id"]
    alice.do("actions", view_id=first, block_id="more", action_id="push")
    top = alice.view
    assert (top["previous_view_id"], top["root_view_id"]) == (first, first)
    assert alice.do(f"views/{top['id']}/close")["view"]["id"] == first
    assert alice.do(f"views/{first}/close")["view"] is None
    running.wait_for(lambda: [one["text"] for one in alice.messages(alice.app)] == ["No lunch."], "what the app says")


def test_an_external_select_offers_what_the_app_says(running: Door, alice: Person) -> None:
    alice.do("shortcuts", callback_id="order")
    offered = alice.do("options", view_id=alice.view["id"], block_id="place", action_id="where", query="att")
    assert [one["value"] for one in offered["options"]] == ["attic"]
    assert alice.submit(dish="soup", place="attic")["result"] == "closed"


def test_what_was_offered_before_can_still_be_chosen(running: Door, alice: Person) -> None:
    alice.do("shortcuts", callback_id="order")
    for query in ("att", "cell"):
        alice.do("options", view_id=alice.view["id"], block_id="place", action_id="where", query=query)
    with pytest.raises(Refused, match="no_such_option"):
        alice.submit(dish="soup", place="garden")
    assert alice.submit(dish="soup", place="attic")["result"] == "closed"


def test_a_message_shortcut_answers_privately(running: Door, alice: Person) -> None:
    ts = alice.write("C0GENERAL1", "hello")
    alice.do("shortcuts", callback_id="quote", channel="C0GENERAL1", ts=ts)
    seen = running.wait_for(lambda: [one for one in alice.messages("C0GENERAL1") if one.get("ephemeral")], "an answer")
    assert seen[0]["text"] == "> hello"


def test_messages_mentions_and_home_reach_the_app(running: Door, alice: Person) -> None:
    alice.write(alice.app, "menu")
    running.wait_for(lambda: alice.messages(alice.app)[-1]["text"] == "Pizza, Salad, Soup", "the menu")
    ts = alice.write("C0GENERAL1", "<@U0TESTBOT1> are you there?")
    thread = running.wait_for(lambda: alice.messages("C0GENERAL1", f"&thread_ts={ts}")[1:], "a reply")
    assert [one["text"] for one in thread] == ["Hungry?"]
    alice.do("home", tab="home")
    running.faults(ack_limit_s=0.5)
    home = running.wait_for(lambda: alice.see("home")["view"], "a home")
    answer = alice.do("actions", view_id=home["id"], block_id="receipt", action_id="cancel")
    assert answer["ok"] is False  # `respond` has nowhere to go from App Home, here as in Slack
