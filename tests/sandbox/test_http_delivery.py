"""Signed HTTP delivery, received by hand and verified by the SDK."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import SignatureVerifier

from tests.sandbox.doors import Door, Person

GENERAL = "C0GENERAL1"


class App:
    """An app that keeps what it got and answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.answers: list[tuple[int, dict[str, str], str]] = []
        self.arrived = threading.Condition()

    def take(self, number: int) -> tuple[dict[str, str], str]:
        """The request of this number, once it is there."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) > number, 20)
            return self.requests[number]


@pytest.fixture
def receiver(door: Door) -> Iterator[App]:
    """It listens, and the sandbox delivers to it."""
    app = App()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            with app.arrived:
                app.requests.append((dict(self.headers), body))
                status, headers, text = app.answers.pop(0) if app.answers else (200, {}, "")
                app.arrived.notify_all()
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        door.call("PUT", "/control/app", {"delivery": "http", "request_url": f"http://127.0.0.1:{server.server_port}/"})
        yield app
        door.call("POST", "/control/reset")
        door.call("PUT", "/control/app", {"delivery": "socket"})
        server.shutdown()
        thread.join()


def test_requests_are_signed_as_slack_signs_them(receiver: App, door: Door, alice: Person) -> None:
    alice.write(GENERAL, "hello")
    headers, body = receiver.take(0)
    verifier = SignatureVerifier(door.credentials["signing_secret"])
    assert verifier.is_valid(body, headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"])
    assert not verifier.is_valid(body + " ", headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"])
    assert "X-Slack-Retry-Num" not in headers
    assert json.loads(body)["event"]["text"] == "hello"


def test_commands_are_forms_and_interactions_a_payload(receiver: App, alice: Person) -> None:
    receiver.answers = [(200, {"Content-Type": "text/plain"}, "plain answer"), (200, {}, "")]
    answer = alice.do("commands", channel=GENERAL, command="/lunch", text="a & b")
    assert answer["response"]["text"] == "plain answer"
    assert parse_qs(receiver.take(0)[1])["text"] == ["a & b"]
    alice.do("shortcuts", callback_id="order")
    payload = json.loads(parse_qs(receiver.take(1)[1])["payload"][0])
    assert (payload["type"], payload["callback_id"]) == ("shortcut", "order")


def test_a_failed_event_comes_again_with_slacks_headers(receiver: App, alice: Person) -> None:
    receiver.answers = [(500, {}, ""), (404, {}, ""), (200, {}, "")]
    alice.write(GENERAL, "hello")
    seen: list[tuple[Any, Any]] = []
    for number in range(3):
        headers, _ = receiver.take(number)
        seen.append((headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason")))
    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error")]


def test_an_app_may_ask_for_no_retry(receiver: App, door: Door, alice: Person) -> None:
    receiver.answers = [(500, {"X-Slack-No-Retry": "1"}, "")]
    alice.write(GENERAL, "first")
    door.wait_for(lambda: door.log("message"), "the first")
    alice.write(GENERAL, "second")
    texts = [json.loads(receiver.take(number)[1])["event"]["text"] for number in range(2)]
    assert texts == ["first", "second"]


def test_a_failed_command_is_told_to_the_person(receiver: App, alice: Person) -> None:
    receiver.answers = [(500, {}, "")]
    answer = alice.do("commands", channel=GENERAL, command="/lunch", text="")
    assert (answer["error"], answer["message"]) == (
        "dispatch_failed",
        '/lunch failed with the error "dispatch_failed".',
    )


def test_nobody_there_is_a_failed_dispatch(door: Door, alice: Person) -> None:
    door.call("PUT", "/control/app", {"delivery": "http", "request_url": "http://127.0.0.1:9/"})
    assert alice.do("commands", channel=GENERAL, command="/lunch", text="")["error"] == "dispatch_failed"
