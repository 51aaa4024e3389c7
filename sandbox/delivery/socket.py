"""
Socket Mode: connections, envelopes, acks (https://docs.slack.dev/apis/events-api/using-socket-mode).
"""

import asyncio
import contextlib
import json
import secrets
import socket
import struct
import time
import uuid
from collections.abc import Callable
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from sandbox.delivery.outgoing import Ack, Outgoing

CONNECTIONS_MAX = 10
TICKET_LIFE_S = 30.0
PING_EVERY_S = 10.0
RENEWAL_S = 2.0
"""How long a payload waits for the connection that replaces one told to go."""
CONNECTION_TIME_S = 18_060
"""How long Slack says a connection lives; here only as the figure in `hello`."""


class SocketMode:
    """The app's open connections; each payload goes to one of them, in turn."""

    def __init__(self, app_id: str, on_change: Callable[[], None]) -> None:
        self._app_id = app_id
        self._on_change = on_change
        self._connections: list[web.WebSocketResponse] = []
        self._leaving: set[web.WebSocketResponse] = set()
        """Told to go; they get nothing new, as the app may not read them any more."""
        self._opened = asyncio.Event()
        self._closing: set[asyncio.Task[None]] = set()
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
        connection = web.WebSocketResponse(heartbeat=PING_EVERY_S, max_msg_size=0)
        await connection.prepare(request)
        if len(self._connections) >= CONNECTIONS_MAX:
            await connection.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": _debug()})
            await connection.close()
            return connection
        self._connections.append(connection)
        await connection.send_json(
            {
                "type": "hello",
                "num_connections": len(self._connections),
                "debug_info": {**_debug(), "build_number": 1, "approximate_connection_time": CONNECTION_TIME_S},
                "connection_info": {"app_id": self._app_id},
            }
        )
        self._opened.set()
        self._opened = asyncio.Event()
        self._on_change()
        try:
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    self._acked(message.data)
        finally:
            self._gone(connection)
        return connection

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

    def _gone(self, connection: web.WebSocketResponse) -> None:
        if connection not in self._connections:
            return
        self._connections.remove(connection)
        self._leaving.discard(connection)
        for other, future in list(self._waiting.values()):
            if other is connection and not future.done():
                future.set_result(Ack(error="dispatch_failed", reason="connection_failed"))
        self._on_change()

    async def send(self, outgoing: Outgoing, *, attempt: int, reason: str, duplicate: bool, limit: float) -> Ack:
        """Send an envelope to one connection and wait for its ack."""
        open_now = await self._usable()
        if not open_now:
            return Ack(error="app_not_connected", reason="connection_failed")
        self._turn += 1
        connection = open_now[self._turn % len(open_now)]
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
        self._waiting[envelope_id] = (connection, future)
        try:
            text = json.dumps(envelope)
            await connection.send_str(text)
            if duplicate:
                await connection.send_str(text)
            return await asyncio.wait_for(future, limit)
        except TimeoutError:
            return Ack(error="operation_timeout", reason="timeout")
        except ConnectionError:
            return Ack(error="dispatch_failed", reason="connection_failed")
        finally:
            del self._waiting[envelope_id]

    async def _usable(self) -> list[web.WebSocketResponse]:
        """Connections that stay; where all were told to go, a moment is given for the next one to come."""
        if len(self._leaving) == len(self._connections) > 0:
            opened = self._opened
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(opened.wait(), RENEWAL_S)
        return [one for one in self._connections if not one.closed and one not in self._leaving]

    async def disconnect(self, reason: str | None) -> None:
        """
        End the connections: with a `disconnect` message of this reason, or cut without a word.

        A connection that was told to go gets nothing new, and is closed once there is another or after a moment; after a
        mere `warning` it counts as before.
        """
        for connection in list(self._connections):
            if reason is not None:
                await connection.send_json({"type": "disconnect", "reason": reason, "debug_info": _debug()})
            if reason is None:
                if (transport := _transport(connection)) is not None:
                    _reset(transport)
                self._gone(connection)
            elif reason != "warning":
                self._leaving.add(connection)
                task = asyncio.get_running_loop().create_task(self._close_when_renewed(connection))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    async def _close_when_renewed(self, connection: web.WebSocketResponse) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._opened.wait(), RENEWAL_S)
        await connection.close(code=WSCloseCode.GOING_AWAY)

    async def close(self) -> None:
        """End everything, at the server's end."""
        for connection in list(self._connections):
            await connection.close()
        for task in list(self._closing):
            task.cancel()


def _transport(connection: web.WebSocketResponse) -> asyncio.Transport | None:
    request = connection._req
    transport = request.transport if request is not None else None
    return transport if isinstance(transport, asyncio.Transport) else None


def _reset(transport: asyncio.Transport) -> None:
    """Cut a line so that the other end meets an error, not the end of a stream."""
    line: socket.socket = transport.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _debug() -> dict[str, Any]:
    return {"host": "sandbox"}
