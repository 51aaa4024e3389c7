"""The door over HTTP: nothing unsigned comes in, and nothing that comes in is a traceback."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import logging
import urllib.parse
import urllib.request
from typing import Any
from urllib.error import HTTPError

import pytest
from slack_bolt import BoltRequest, BoltResponse
from slack_sdk import WebClient

from bot.app import bolt_app
from bot.listeners.catch_all import ANYTHING
from bot.starting import Installation
from bot.transport import PATH, SILENT_DATABASE_S, AtWork, Door, Http, answer
from ticketing import silence

SECRET = "a secret"
NOW = 1_795_440_000


@pytest.fixture
def door() -> Door:
    app = bolt_app(
        WebClient(token="xoxb-1", base_url="http://127.0.0.1:9/"), Installation("T1", "U0BOT", "B0BOT", None)
    )

    def accept(ack: Any) -> None:
        ack()

    for listen in (app.event, app.block_action, app.view_submission, app.view_closed, app.command, app.shortcut):
        listen(ANYTHING)(accept)
    return Door(app, SECRET, lambda: float(NOW))


def signed(body: bytes, stamp: str = str(NOW), secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), b"v0:%s:%s" % (stamp.encode(), body), hashlib.sha256).hexdigest()
    return {"HTTP_X_SLACK_REQUEST_TIMESTAMP": stamp, "HTTP_X_SLACK_SIGNATURE": f"v0={digest}"}


def knock(door: Door, body: bytes, headers: dict[str, str], **environ: str) -> tuple[int, bytes]:
    told: list[str] = []

    def start_response(status: str, _headers: list[tuple[str, str]], _error: object = None) -> Any:
        told.append(status)
        return None

    asked = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "wsgi.input": io.BytesIO(body),
        **headers,
        **environ,
    }
    answered = b"".join(door(asked, start_response))
    return int(told[0].split()[0]), answered


COMMAND = urllib.parse.urlencode(
    {"command": "/ticket", "team_id": "T1", "user_id": "U1", "text": "secret words"}
).encode()


def payload(**content: Any) -> bytes:
    return urllib.parse.urlencode({"payload": json.dumps(content)}).encode()


def test_a_signed_request_is_answered(door: Door) -> None:
    assert knock(door, COMMAND, signed(COMMAND))[0] == 200


GOOD = signed(COMMAND)
REFUSED = {
    "no signature": {"HTTP_X_SLACK_REQUEST_TIMESTAMP": str(NOW)},
    "no timestamp": {"HTTP_X_SLACK_SIGNATURE": GOOD["HTTP_X_SLACK_SIGNATURE"]},
    "another secret": signed(COMMAND, secret="other"),
    "another body": signed(COMMAND + b"x"),
    "upper case": GOOD | {"HTTP_X_SLACK_SIGNATURE": GOOD["HTTP_X_SLACK_SIGNATURE"].upper()},
    "cut short": GOOD | {"HTTP_X_SLACK_SIGNATURE": GOOD["HTTP_X_SLACK_SIGNATURE"][:-1]},
    "no hex": GOOD | {"HTTP_X_SLACK_SIGNATURE": "v0=é"},
    "too old": signed(COMMAND, str(NOW - 301)),
    "too new": signed(COMMAND, str(NOW + 301)),
    # Signed all the same: the check of the figure itself must hold.
    "negative": signed(COMMAND, "-1"),
    "no number": signed(COMMAND, "now"),
    "not a number": signed(COMMAND, "NaN"),
    "endless": signed(COMMAND, "9" * 31),
    "header twice": signed(COMMAND, f"{NOW}, {NOW}"),
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_rightly_signed_is_refused_in_one_line(
    door: Door, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert knock(door, COMMAND, headers) == (401, b"")
    assert len(caplog.records) == 1
    assert "secret words" not in caplog.text


@pytest.mark.parametrize("age", [-300, 300])
def test_five_minutes_are_within_the_limit(door: Door, age: int) -> None:
    assert knock(door, COMMAND, signed(COMMAND, str(NOW + age)))[0] == 200


MALFORMED = {
    "empty": b"",
    "no json": urllib.parse.urlencode({"payload": "{"}).encode(),
    "a list": urllib.parse.urlencode({"payload": "[]"}).encode(),
    "nested too deep": urllib.parse.urlencode({"payload": "[" * 60_000}).encode(),
    "a view without a type": payload(type="view_submission", team={"id": "T1"}, user={"id": "U1"}, view={"id": "V1"}),
    "a view that is none": payload(type="view_submission", team={"id": "T1"}, user={"id": "U1"}, view="V1"),
    "a press of nothing": payload(type="block_actions", team={"id": "T1"}, user={"id": "U1"}, actions=[]),
    "a user that is none": payload(type="block_actions", user="U1", actions=[{"action_id": "x"}]),
    "not utf-8": b"\xff\xfe\xfd",
    "lone surrogate": urllib.parse.urlencode({"payload": '{"type": "\\ud800"}'}).encode(),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_slack_would_not_send_is_no_error_of_ours(door: Door, body: bytes) -> None:
    status, answered = knock(door, body, signed(body))
    assert status in {200, 400, 404}
    assert b"Traceback" not in answered


def test_only_the_one_path_and_method_are_served(door: Door) -> None:
    assert knock(door, COMMAND, GOOD, PATH_INFO="/")[0] == 404
    assert knock(door, COMMAND, GOOD, REQUEST_METHOD="GET")[0] == 405


def test_nothing_new_is_admitted_once_told_to_stop() -> None:
    at_work = AtWork()
    assert at_work.enter()
    assert not at_work.close(timeout=0)
    assert not at_work.enter()
    at_work.leave()
    assert at_work.close(timeout=0)


def test_who_knocks_while_it_stops_is_sent_away_without_a_fault(caplog: pytest.LogCaptureFixture) -> None:
    app = bolt_app(WebClient(token="xoxb-1"), Installation("T1", "U0BOT", "B0BOT", None))
    http = Http(app, SECRET, "127.0.0.1", 0)
    http._at_work.close(timeout=0)
    http.start()
    try:
        with pytest.raises(HTTPError, match="503"):
            urllib.request.urlopen(f"http://127.0.0.1:{http.port}{PATH}", COMMAND)
    finally:
        http.stop()
    assert caplog.messages == []


@pytest.mark.parametrize(
    "body",
    [{"type": "event_callback", "event": {"type": "message"}}, {"command": "/helpdesk"}, {"type": "block_actions"}],
)
def test_no_listener_waits_longer_than_slack_does_for_a_database_that_says_nothing(body: dict[str, Any]) -> None:
    seen: list[float | None] = []

    class Listeners:
        def dispatch(self, _request: BoltRequest) -> BoltResponse:
            seen.append(silence.longest_s())
            return BoltResponse(status=200)

    answer(Listeners(), lambda: BoltRequest(mode="socket_mode", body=body))  # type: ignore[arg-type]
    assert (seen, silence.longest_s()) == ([SILENT_DATABASE_S], silence.SILENT_S)
    assert SILENT_DATABASE_S < 3
