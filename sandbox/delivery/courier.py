"""Brings payloads to the app over the transport in force, with the faults in force, and events again until acked."""

import asyncio
import time
from typing import Any

from sandbox.delivery.failures import FailureLimit
from sandbox.delivery.http import HttpDelivery
from sandbox.delivery.outgoing import Ack, Outgoing, Transport
from sandbox.delivery.socket import SocketMode
from sandbox.faults import Faults
from sandbox.log import Log

REORDERED_BY_S = 0.3
"""How long a reordered event is held, so that those after it overtake it."""
WAITING_MAX = 10_000
"""How many events may wait for another attempt, so that memory stays bounded; beyond, a failed one is given up."""


class Courier:
    """`ask` for what a person waits on, `post` for events."""

    def __init__(self, socket: SocketMode, http: HttpDelivery, faults: Faults, log: Log) -> None:
        self.socket = socket
        self.http = http
        self._faults = faults
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self.mode = "socket"
        self.events_on = True
        """False once too few deliveries over HTTP succeeded; `switch_on` ends that."""
        self._failures = FailureLimit()

    @property
    def pending(self) -> int:
        """How many events are on their way or wait for another attempt."""
        return len(self._tasks)

    def switch_on(self) -> None:
        """Deliver events (again), and count failures from here."""
        self.events_on = True
        self._failures.clear()

    @property
    def _transport(self) -> Transport:
        return self.http if self.mode == "http" else self.socket

    async def ask(self, outgoing: Outgoing) -> Ack:
        """Send something that a person waits on: once, never again."""
        return await self._attempt(outgoing, attempt=0, reason="")

    def post(self, event: dict[str, Any]) -> None:
        """Send an event, and again on the schedule until it is acked."""
        if not self.events_on:
            return
        outgoing = Outgoing("events_api", _event_name(event), event)
        task = asyncio.get_running_loop().create_task(self._until_acked(outgoing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def tell(self, outgoing: Outgoing) -> None:
        """Send something once that nobody waits on."""
        task = asyncio.get_running_loop().create_task(self._once(outgoing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _once(self, outgoing: Outgoing) -> None:
        await self._attempt(outgoing, attempt=0, reason="")

    async def _until_acked(self, outgoing: Outgoing) -> None:
        if self._faults.chance(self._faults.delivery.reorder):
            await asyncio.sleep(REORDERED_BY_S)
        ack = await self._attempt(outgoing, attempt=0, reason="")
        number = 0
        while self._tries_again(ack, number):
            self._waiting += 1
            try:
                await asyncio.sleep(self._faults.retry_schedule_s[number])
            finally:
                self._waiting -= 1
            number += 1
            ack = await self._attempt(outgoing, attempt=number, reason=ack.reason)

    def _tries_again(self, ack: Ack, number: int) -> bool:
        if self.mode == "http" and self._failures.exceeded(success=ack.ok, least=self._faults.switch_off_after):
            self.events_on = False
        schedule = self._faults.retry_schedule_s
        wanted = not ack.ok and not ack.no_retry and self.events_on
        return wanted and number < len(schedule) and self._waiting < WAITING_MAX

    async def _attempt(self, outgoing: Outgoing, *, attempt: int, reason: str) -> Ack:
        faults = self._faults.delivery
        start = time.monotonic()
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 1000)
        if self._faults.chance(faults.drop):
            ack = Ack(error="operation_timeout", reason="timeout" if self.mode == "socket" else "http_timeout")
        else:
            duplicate, limit = self._faults.chance(faults.duplicate), self._faults.ack_limit_s
            ack = await self._transport.send(outgoing, attempt=attempt, reason=reason, duplicate=duplicate, limit=limit)
        status = "acked" if ack.ok else str(ack.error)
        ms = (time.monotonic() - start) * 1000
        self._log.add("out", outgoing.name, outgoing.payload, ack.payload, status=status, ms=ms)
        return ack

    def forget(self) -> None:
        """Send nothing again that belongs to the workspace before its reset."""
        for task in list(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """Stop sending."""
        self.forget()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.http.close()
        await self.socket.close()


def _event_name(event: dict[str, Any]) -> str:
    inner = event["event"]
    subtype = inner.get("subtype")
    return f"{inner['type']}.{subtype}" if subtype else str(inner["type"])
