"""
Socket Mode: connections, envelopes, acks (https://docs.slack.dev/apis/events-api/using-socket-mode).
"""

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.delivery.outgoing import Ack, Outgoing

ACK_LIMIT_S = 3.0
CONNECTIONS_MAX = 10
TICKET_LIFE_S = 30.0
PING_EVERY_S = 10.0
CONNECTION_TIME_S = 18_060
"""How long Slack says a connection lives; here only as the figure in `hello`."""


class SocketMode:
    """The app's open connections; each payload goes to one of them, in turn."""

    def __init__(self, app_id: str, on_change: Callable[[], None]) -> None:
        self._app_id = app_id
        self._on_change = on_change
        self._connections: list[web.WebSocketResponse] = []
        self._turn = 0
        self._tickets: dict[str, float] = {}
        self._waiting: dict[str, tuple[web.WebSocketResponse, asyncio.Future[Ack]]] = {}

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def new_ticket(self) -> str:
        """A ticket for one connection, from `apps.connections.open`."""
        now = time.monotonic()
        self._tickets = {one: until for one, until in self._tickets.items() if until > now}
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = now + TICKET_LIFE_S
        return ticket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """A connection, from its upgrade to its end."""
        until = self._tickets.pop(request.query.get("ticket", ""), 0.0)
        if until < time.monotonic():
            raise web.HTTPUnauthorized(text="This ticket is not valid: call apps.connections.open.")
        socket = web.WebSocketResponse(heartbeat=PING_EVERY_S, max_msg_size=0)
        await socket.prepare(request)
        if len(self._connections) >= CONNECTIONS_MAX:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": _debug()})
            await socket.close()
            return socket
        self._connections.append(socket)
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._connections),
                "debug_info": {**_debug(), "build_number": 1, "approximate_connection_time": CONNECTION_TIME_S},
                "connection_info": {"app_id": self._app_id},
            }
        )
        self._on_change()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acked(message.data)
        finally:
            self._gone(socket)
        return socket

    def _acked(self, data: str) -> None:
        try:
            answer: Any = json.loads(data)
        except ValueError:
            return
        if not isinstance(answer, dict):
            return
        waiting = self._waiting.get(str(answer.get("envelope_id")))
        if waiting is not None and not waiting[1].done():
            waiting[1].set_result(Ack(answer.get("payload")))

    def _gone(self, socket: web.WebSocketResponse) -> None:
        if socket not in self._connections:
            return
        self._connections.remove(socket)
        for connection, future in list(self._waiting.values()):
            if connection is socket and not future.done():
                future.set_result(Ack(error="dispatch_failed", reason="connection_failed"))
        self._on_change()

    async def send(self, outgoing: Outgoing, *, attempt: int = 0, reason: str = "", duplicate: bool = False) -> Ack:
        """Send an envelope to one connection and wait for its ack."""
        open_now = [one for one in self._connections if not one.closed]
        if not open_now:
            return Ack(error="app_not_connected", reason="connection_failed")
        self._turn += 1
        socket = open_now[self._turn % len(open_now)]
        envelope_id = str(uuid.uuid4())
        envelope: dict[str, Any] = {
            "envelope_id": envelope_id,
            "payload": outgoing.payload,
            "type": outgoing.kind,
            "accepts_response_payload": outgoing.accepts_response,
        }
        if outgoing.kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        future: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = (socket, future)
        try:
            text = json.dumps(envelope)
            await socket.send_str(text)
            if duplicate:
                await socket.send_str(text)
            return await asyncio.wait_for(future, ACK_LIMIT_S)
        except TimeoutError:
            return Ack(error="operation_timeout", reason="timeout")
        except ConnectionError:
            return Ack(error="dispatch_failed", reason="connection_failed")
        finally:
            del self._waiting[envelope_id]

    async def disconnect(self, reason: str | None) -> None:
        """
        End the connections: with a `disconnect` message of this reason, or cut without a word.

        After `warning` Slack leaves the connection open for a few seconds more; the app reconnects meanwhile.
        """
        for socket in list(self._connections):
            if reason is not None:
                await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": _debug()})
            if reason is None:
                if (transport := _transport(socket)) is not None:
                    transport.abort()
                self._gone(socket)
            elif reason != "warning":
                self._gone_later(socket)

    def _gone_later(self, socket: web.WebSocketResponse) -> None:
        # What was sent may still be acked over it, so it takes nothing new and is left to the client to close.
        if socket in self._connections:
            self._connections.remove(socket)
            self._on_change()

    async def close(self) -> None:
        """End everything, at the server's end."""
        for socket in list(self._connections):
            await socket.close()


def _transport(socket: web.WebSocketResponse) -> asyncio.Transport | None:
    request = socket._req
    transport = request.transport if request is not None else None
    return transport if isinstance(transport, asyncio.Transport) else None


def _debug() -> dict[str, Any]:
    return {"host": "sandbox"}
