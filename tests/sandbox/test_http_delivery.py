"""Signed HTTP delivery, received by hand and verified by the SDK."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import SignatureVerifier

from tests.sandbox.doors import Door, Person, Refused

GENERAL = "C0GENERAL1"


class App:
    """An app that keeps what it got and answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.answers: list[tuple[int, dict[str, str], str]] = []
        self.arrived = threading.Condition()
        self.hold = 0
        """How many requests are not answered before `released`."""
        self.released = threading.Event()

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
                held, app.hold = app.hold > 0, app.hold - 1
            if held:
                app.released.wait(20)
            with contextlib.suppress(ConnectionError):
                self.answer(status, headers, text)

        def answer(self, status: int, headers: dict[str, str], text: str) -> None:
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        door.call("PUT", "/control/app", {"delivery": "http", "request_url": f"http://127.0.0.1:{server.server_port}/"})
        yield app
        app.released.set()
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


def test_an_app_that_answers_after_three_seconds_is_too_late(receiver: App, door: Door, alice: Person) -> None:
    assert door.call("GET", "/control/faults")["ack_limit_s"] == 3.0
    receiver.hold, receiver.answers = 1, [(200, {"Content-Type": "text/plain"}, "too late"), (200, {}, "")]
    answer = alice.do("commands", channel=GENERAL, command="/lunch", text="")
    assert (answer["ok"], answer["error"]) == (False, "operation_timeout")
    assert answer["message"] == '/lunch failed with the error "operation_timeout".'
    receiver.released.set()
    door.faults(ack_limit_s=60)
    assert alice.do("commands", channel=GENERAL, command="/lunch", text="again")["response"] is None
    assert alice.messages(GENERAL) == [], "the late answer is shown to nobody"
    assert len(receiver.requests) == 2, "a command is never sent again"


def test_an_event_that_is_not_answered_in_time_comes_again(receiver: App, door: Door, alice: Person) -> None:
    door.faults(ack_limit_s=0.2)
    receiver.hold = 1
    alice.write(GENERAL, "hello")
    headers, body = receiver.take(1)
    assert (headers["X-Slack-Retry-Num"], headers["X-Slack-Retry-Reason"]) == ("1", "http_timeout")
    assert body == receiver.take(0)[1]


def test_a_duplicate_arrives_beside_the_first_and_not_after_it(receiver: App, door: Door, alice: Person) -> None:
    door.faults(delivery={"duplicate": 1.0})
    receiver.hold = 2
    alice.write(GENERAL, "twice")
    first, second = receiver.take(0), receiver.take(1)  # while neither is answered yet
    assert first[1] == second[1]
    assert "X-Slack-Retry-Num" not in second[0]
    receiver.released.set()
    door.wait_for(lambda: [one["status"] for one in door.log("message")] == ["acked"], "an ack")


@pytest.mark.parametrize("form", ["text/plain", "application/json", "application/x-www-form-urlencoded"])
def test_an_address_is_verified_by_a_challenge(door: Door, form: str) -> None:
    with _verifier(door, form) as url:
        answer = door.call("PUT", "/control/app", {"delivery": "http", "request_url": url, "verify": True})
    assert answer == {"ok": True, "delivery": "http"}


def test_an_address_that_does_not_know_the_challenge_is_refused(door: Door, receiver: App) -> None:
    url = "http://127.0.0.1:9/"
    for wrong in (url, door.url + "/"):
        with pytest.raises(Refused, match="url_not_verified"):
            door.call("PUT", "/control/app", {"delivery": "http", "request_url": wrong, "verify": True})
    with pytest.raises(Refused, match="url_not_verified"), _verifier(door, "application/pdf") as deaf:
        door.call("PUT", "/control/app", {"delivery": "http", "request_url": deaf, "verify": True})


@contextlib.contextmanager
def _verifier(door: Door, form: str) -> Iterator[str]:
    """An app that answers a signed `url_verification` in one of the three forms."""
    verifier = SignatureVerifier(door.credentials["signing_secret"])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = json.loads(body)
            stamp, signature = self.headers["X-Slack-Request-Timestamp"], self.headers["X-Slack-Signature"]
            assert (asked["type"], verifier.is_valid(body, stamp, signature)) == ("url_verification", True)
            challenge = asked["challenge"]
            said = {"text/plain": challenge, "application/json": json.dumps({"challenge": challenge}),
                    "application/x-www-form-urlencoded": f"challenge={challenge}"}.get(form, "hello")  # fmt: skip
            self.send_response(200)
            self.send_header("Content-Type", form)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_events_end_when_hardly_any_was_taken(receiver: App, door: Door, alice: Person) -> None:
    door.faults(switch_off_after=20, retry_schedule_s=[])
    receiver.answers.extend((500, {}, "") for _ in range(19))
    receiver.answers.append((200, {}, ""))
    for number in range(20):
        alice.write(GENERAL, str(number))
        receiver.take(number)
    door.wait_for(lambda: len(door.log("message")) == 20, "twenty deliveries")
    assert _events_on(door) is False, "19 of 20 failed"
    alice.write(GENERAL, "not sent")
    door.call("PUT", "/control/app", {"delivery": "http", "request_url": _url(door)})
    assert _events_on(door) is True
    alice.write(GENERAL, "sent again")
    assert json.loads(receiver.take(20)[1])["event"]["text"] == "sent again"


def test_an_app_with_few_events_is_not_switched_off(receiver: App, door: Door, alice: Person) -> None:
    door.faults(switch_off_after=20, retry_schedule_s=[])
    receiver.answers = [(500, {}, "") for _ in range(19)]
    for number in range(19):
        alice.write(GENERAL, str(number))
        receiver.take(number)
    door.wait_for(lambda: len(door.log("message")) == 19, "nineteen deliveries")
    assert _events_on(door) is True


def _events_on(door: Door) -> bool:
    found: bool = door.call("GET", "/control/workspace")["app"]["events_on"]
    return found


def _url(door: Door) -> str:
    found: str = door.call("GET", "/control/workspace")["app"]["request_url"]
    return found
