"""
The two ways in: Socket Mode, and signed HTTP requests.

Both stop in the same order: take nothing new, let what runs finish and its answer leave, then disconnect. What was not
taken Slack sends again (events) or tells its person about (commands, presses, forms).
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.adapter.socket_mode.internals import build_headers, send_response
from slack_sdk.errors import SlackClientNotConnectedError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from waitress import wasyncore
from waitress.server import create_server

from bot import metrics, patience
from bot.starting import NOT_ANSWERED
from ticketing import silence

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

PATH = "/slack/events"
CONCURRENCY = 10
"""Listeners at work at once over Socket Mode. Each is one short transaction, so few are enough."""

RECEIVE_BUFFER_BYTES = 65_536
"""
Of Socket Mode: most payloads arrive in one piece. The client calls itself for each piece of a message, and hands on what it
has of one whose connection ends in the middle (slack_sdk 3.47).
"""

SILENT_DATABASE_S = 2.2
"""
For each statement of a listener, in real seconds, an event's as well: a database that says nothing must not hold up those few.
A little longer than for a row that another holds (`bot.app.DATABASE_PATIENCE_S`), which the database itself tells.
"""

THREADS = 8
MAX_BODY = 1_000_000
"""Bytes of a request's body; Slack's largest, a view of 250 KB, fits with room for its encoding."""

DRAIN_S = 5.0
"""Real seconds that listeners at work are given to finish once the process has been told to stop."""

SIGNATURE_AGE_S = 300
"""Slack: a request's timestamp must be within five minutes of now (docs.slack.dev, verifying requests)."""


KINDS = {
    "block_actions": "press",
    "block_suggestion": "options",
    "event_callback": "event",
    "message_action": "shortcut",
    "shortcut": "shortcut",
    "view_closed": "form",
    "view_submission": "form",
}


class Transport(Protocol):
    """A way in."""

    def start(self) -> None:
        """Begin to take requests; returns once they can arrive."""
        ...

    def stop(self) -> None:
        """Take nothing new, let what runs finish, then disconnect."""
        ...

    @property
    def ready_line(self) -> str | None:
        """What to print about it once it has started."""
        ...

    @property
    def connection(self) -> str | None:
        """The name of the connection on which requests arrive now; None while there is none. Another one, another name."""
        ...


class AtWork:
    """Counts the requests being answered, and admits no more once told to stop."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._admitting = True

    def enter(self) -> bool:
        """False if nothing new is taken any more; otherwise `leave` must follow."""
        with self._changed:
            if self._admitting:
                self._count += 1
            return self._admitting

    def leave(self) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def close(self, timeout: float) -> bool:
        """Admit no more and wait for the rest, at most `timeout` real seconds. Whether all have left."""
        with self._changed:
            self._admitting = False
            return self._changed.wait_for(lambda: self._count == 0, timeout)


def closed(handler: SocketModeHandler) -> None:
    """
    Close a Socket Mode handler, also one whose line is cut at this moment.

    The client's reader then lets go of the socket while `close` waits for it, over which the client falls (it asks whether
    there is one before it waits); the second time there is none to let go of, and the rest of it is closed.
    """
    try:
        handler.close()  # type: ignore[no-untyped-call]
    except AttributeError:
        handler.close()  # type: ignore[no-untyped-call]


class SocketMode(SocketModeHandler):
    """
    Bolt's own Socket Mode, which drains before it disconnects.

    https://docs.slack.dev/apis/events-api/using-socket-mode
    """

    def __init__(self, app: App, app_token: str, refused: Callable[[Exception], Exception]) -> None:
        """`refused` makes the error to raise when Slack does not let us connect, out of what the call raised."""
        self._refused = refused
        # A ping every 5 s: a connection cut without a word is replaced within seconds.
        super().__init__(
            app, app_token, ping_interval=5, concurrency=CONCURRENCY, receive_buffer_size=RECEIVE_BUFFER_BYTES
        )
        self._at_work = AtWork()

    @property
    def ready_line(self) -> None:
        return None

    @property
    def connection(self) -> str | None:
        session = self.client.current_session
        return str(session.session_id) if session is not None and session.is_active() else None

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        if not self._at_work.enter():
            return
        try:
            started = time.time()
            response = answer(
                self.app,
                lambda: BoltRequest(mode="socket_mode", body=req.payload, headers=build_headers(req)),
            )
            send_response(client, req, response, started)
        except (SlackClientNotConnectedError, OSError):
            # It is done and Slack will not hear of it: it sends an event again, which changes nothing then.
            log.warning("The connection was lost before Slack could be answered.")
        finally:
            self._at_work.leave()

    def start(self) -> None:
        try:
            opened = self.client.web_client.apps_connections_open(app_token=self.app_token)
        except NOT_ANSWERED as error:
            raise self._refused(error) from None
        self.client.wss_uri = str(opened["url"])
        self.connect()  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        if not self._at_work.close(DRAIN_S):
            log.warning("Some requests were still running after %.0f s; Slack sends their events again.", DRAIN_S)
        closed(self)


class Http:
    """Slack's signed requests, served by waitress at /slack/events."""

    def __init__(self, app: App, signing_secret: str, host: str, port: int) -> None:
        self._at_work = AtWork()
        self._sockets: dict[int, Any] = {}
        self._stopping = threading.Event()
        self._host = host
        door = Door(app, signing_secret)
        self._server = create_server(
            self._admitted(door),
            map=self._sockets,
            host=host,
            port=port,
            threads=THREADS,
            max_request_body_size=MAX_BODY,
            max_request_header_size=16_384,
            channel_timeout=10,
            cleanup_interval=2,
            connection_limit=1000,
            ident=None,
        )
        self._thread = threading.Thread(target=self._serve, name="http", daemon=True)

    @property
    def ready_line(self) -> str:
        return f"Listening on http://{self._host}:{self.port}{PATH}"

    @property
    def connection(self) -> str | None:
        return "http" if self._thread.is_alive() and not self._stopping.is_set() else None

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if not self._at_work.close(DRAIN_S):
            log.warning("Some requests were still running after %.0f s; Slack sends their events again.", DRAIN_S)
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        self._stopping.set()
        self._thread.join(DRAIN_S)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            wasyncore.loop(timeout=0.2, map=self._sockets, count=1)
        # The last answers are written by now, but may not have left.
        for _ in range(10):
            if not any(channel.writable() for channel in list(self._sockets.values())):
                break
            wasyncore.loop(timeout=0.1, map=self._sockets, count=1)
        wasyncore.close_all(self._sockets, ignore_all=True)

    def _admitted(self, door: Door) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
        def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if not self._at_work.enter():
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return [b""]
            try:
                return door(environ, start_response)
            finally:
                self._at_work.leave()

        return serve


class Door:
    """
    The WSGI application: nothing is parsed before its signature has been checked, and nothing is a traceback.

    Over the raw bytes, in constant time; what is unsigned or stale gets an empty 401 and one line in the log.
    """

    def __init__(self, app: App, signing_secret: str, machine_time: Callable[[], float] = time.time) -> None:
        self._app = app
        self._secret = signing_secret.encode()
        self._machine_time = machine_time

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = self._answer(environ)
        body = response.body.encode()
        headers = [(name, value) for name, values in response.headers.items() for value in values]
        headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(f"{response.status} {_REASONS.get(response.status, 'Status')}", [*headers, _length(body)])
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> BoltResponse:
        if environ.get("PATH_INFO") != PATH:
            return BoltResponse(status=404, body="")
        if environ.get("REQUEST_METHOD") != "POST":
            return BoltResponse(status=405, body="")
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if not self._is_signed(environ, body):
            log.warning("A request with a wrong signature was refused (from %s).", environ.get("REMOTE_ADDR"))
            return BoltResponse(status=401, body="")
        return answer(self._app, lambda: BoltRequest(body=body.decode(), headers=_headers(environ)))

    def _is_signed(self, environ: Mapping[str, Any], body: bytes) -> bool:
        stamp = str(environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", ""))
        signature = str(environ.get("HTTP_X_SLACK_SIGNATURE", ""))
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 11):
            return False
        if abs(self._machine_time() - int(stamp)) > SIGNATURE_AGE_S:
            return False
        expected = "v0=" + hmac.new(self._secret, b"v0:%s:%s" % (stamp.encode(), body), hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogateescape"))


def answer(app: App, request: Callable[[], BoltRequest]) -> BoltResponse:
    """
    What Bolt answers, or 400 for what it cannot read.

    Bolt reads the payload while it matches listeners, outside its own error handling: a view without a type, JSON that
    is none or nested too deep raise out of it (slack_bolt 1.30).
    """
    began = time.perf_counter()
    try:
        read = request()
        if _is_readable(read.body):
            kind = _kind(read.body)
            waited_for = nullcontext() if kind == "event" else patience.bounded()
            with waited_for, silence.bounded(SILENT_DATABASE_S):
                answered = app.dispatch(read)
            metrics.ACK_SECONDS.labels(kind).observe(time.perf_counter() - began)
            return answered
        log.warning("A payload that cannot be read was refused.")
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        log.warning("A payload that cannot be read was refused (%s).", type(error).__name__)
    return BoltResponse(status=400, body="")


def _kind(body: Mapping[str, Any]) -> str:
    """What came in, in the few words that metrics tell apart."""
    return "command" if "command" in body else KINDS.get(str(body.get("type")), "other")


def _is_readable(body: Any) -> bool:
    """Whether the parts that Bolt takes for granted are there."""
    if not isinstance(body, Mapping):
        return False
    if any(not isinstance(body.get(part, {}), Mapping | None) for part in ("view", "event", "message", "container")):
        return False
    if body.get("type") in {"view_submission", "view_closed"}:
        view = body.get("view") or {}
        return isinstance(view.get("type"), str)
    actions = body.get("actions", [{}])
    return isinstance(actions, list) and bool(actions) and all(isinstance(action, Mapping) for action in actions)


def _headers(environ: Mapping[str, Any]) -> dict[str, str | Sequence[str]]:
    headers: dict[str, str | Sequence[str]] = {
        name[len("HTTP_") :].lower().replace("_", "-"): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["content-type"] = str(environ.get("CONTENT_TYPE") or "")
    return headers


def _length(body: bytes) -> tuple[str, str]:
    return "Content-Length", str(len(body))


_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Error",
}
