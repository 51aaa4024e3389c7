"""Socket Mode, frame by frame and with Slack's own client."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin.connection import Connection

from bot.transport import closed
from sandbox.delivery.socket import CONNECTIONS_MAX
from tests.sandbox.doors import PATIENCE_S, Door, Person
from tests.sandbox.other_app import build

GENERAL = "C0GENERAL1"


class Line:
    """One connection, read by hand."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def read(self) -> dict[str, Any]:
        """The next frame."""
        frame: dict[str, Any] = await self.socket.receive_json(timeout=PATIENCE_S)
        return frame

    async def ack(self, frame: dict[str, Any], payload: Any = None) -> None:
        """Ack an envelope."""
        answer = {"envelope_id": frame["envelope_id"]}
        await self.socket.send_json(answer if payload is None else {**answer, "payload": payload})


@asynccontextmanager
async def line(session: aiohttp.ClientSession, door: Door) -> AsyncIterator[Line]:
    """A connection past its `hello`."""
    opened = await asyncio.to_thread(_open, door)
    async with session.ws_connect(opened) as socket:
        one = Line(socket)
        assert (await one.read())["type"] == "hello"
        yield one


def _open(door: Door) -> str:
    client = WebClient(base_url=door.credentials["api_url"])
    url: str = client.apps_connections_open(app_token=door.credentials["app_token"])["url"]
    return url


def by_hand(steps: Callable[[aiohttp.ClientSession], Awaitable[None]]) -> None:
    """Run steps that read connections by hand."""

    async def run() -> None:
        async with aiohttp.ClientSession() as session:
            await steps(session)

    asyncio.run(run())


def test_a_connection_says_hello_and_a_ticket_is_good_once(door: Door) -> None:
    async def steps(session: aiohttp.ClientSession) -> None:
        url = await asyncio.to_thread(_open, door)
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json(timeout=PATIENCE_S)
            assert hello["connection_info"] == {"app_id": "A0TESTAPP1"}
            assert hello["num_connections"] == 1
        with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
            await session.ws_connect(url)

    by_hand(steps)


def test_a_command_has_slacks_fields_and_its_ack_carries_the_answer(door: Door, alice: Person) -> None:
    async def steps(session: aiohttp.ClientSession) -> None:
        async with line(session, door) as one:
            act = asyncio.to_thread(alice.do, "commands", channel=GENERAL, command="/lunch", text="a <b> & c")
            task = asyncio.ensure_future(act)
            frame = await one.read()
            assert (frame["type"], frame["accepts_response_payload"]) == ("slash_commands", True)
            payload = frame["payload"]
            assert payload["text"] == "a <b> & c"
            assert (payload["channel_name"], payload["user_name"], payload["team_domain"]) == (
                "general",
                "alice",
                "test-team",
            )
            await one.ack(frame, {"text": "thanks"})
            assert (await task)["response"]["text"] == "thanks"

    by_hand(steps)


def test_a_command_that_is_not_acked_times_out_and_is_not_sent_again(door: Door, alice: Person) -> None:
    async def steps(session: aiohttp.ClientSession) -> None:
        async with line(session, door):
            act = await asyncio.to_thread(alice.do, "commands", channel=GENERAL, command="/silent", text="")
            assert act["error"] == "operation_timeout"
            assert act["message"] == '/silent failed with the error "operation_timeout".'

    by_hand(steps)
    assert len(door.log("/silent")) == 1


def test_an_ack_that_comes_late_counts_for_nothing(door: Door, alice: Person) -> None:
    door.faults(ack_limit_s=0.2)

    async def steps(session: aiohttp.ClientSession) -> None:
        async with line(session, door) as one:
            act = await asyncio.to_thread(alice.do, "commands", channel=GENERAL, command="/lunch", text="")
            assert act["error"] == "operation_timeout"
            await one.ack(await one.read(), {"text": "too late"})
            await asyncio.to_thread(door.faults, ack_limit_s=PATIENCE_S)
            again = asyncio.ensure_future(
                asyncio.to_thread(alice.do, "commands", channel=GENERAL, command="/lunch", text="")
            )
            await one.ack(await one.read(), {"text": "in time"})
            assert (await again)["response"]["text"] == "in time"

    by_hand(steps)
    assert [one["text"] for one in alice.messages(GENERAL)] == ["in time"]


def test_without_a_connection_nothing_is_dispatched(door: Door, alice: Person) -> None:
    answer = alice.do("commands", channel=GENERAL, command="/lunch", text="")
    assert (answer["ok"], answer["error"]) == (False, "app_not_connected")


def test_an_event_that_is_not_acked_comes_again_with_its_number(door: Door, alice: Person) -> None:
    door.faults(retry_schedule_s=[0, 0], ack_limit_s=0.2)

    async def steps(session: aiohttp.ClientSession) -> None:
        async with line(session, door) as one:
            await asyncio.to_thread(alice.write, GENERAL, "hello")
            first = await one.read()
            again = await one.read()
            assert (first["retry_attempt"], again["retry_attempt"], again["retry_reason"]) == (0, 1, "timeout")
            assert first["payload"]["event_id"] == again["payload"]["event_id"]
            await asyncio.to_thread(door.faults, ack_limit_s=PATIENCE_S)
            await one.ack(again)
            await asyncio.to_thread(door.wait_for, lambda: len(_statuses(door)) > 1, "what became of both")
            if _statuses(door)[-1] != "acked":  # on a busy machine even this ack is late; the last attempt has time
                await one.ack(await one.read())
                await asyncio.to_thread(door.wait_for, lambda: len(_statuses(door)) > 2, "what became of the third")

    by_hand(steps)
    assert (_statuses(door)[0], _statuses(door)[-1]) == ("operation_timeout", "acked")


def _statuses(door: Door) -> list[str]:
    return [entry["status"] for entry in door.log("message")]


def test_events_wait_for_an_app_that_comes_back(door: Door, alice: Person) -> None:
    door.faults(retry_schedule_s=[0.2] * 500)
    alice.write(GENERAL, "hello")

    async def steps(session: aiohttp.ClientSession) -> None:
        async with line(session, door) as one:
            frame = await one.read()
            assert frame["retry_attempt"] > 0
            await one.ack(frame)

    by_hand(steps)


def test_each_payload_goes_to_one_of_the_connections(door: Door, alice: Person) -> None:
    async def steps(session: aiohttp.ClientSession) -> None:
        async with line(session, door) as one, line(session, door) as two:
            for number in range(4):
                await asyncio.to_thread(alice.write, GENERAL, str(number))
            texts = []
            for each in (one, two):
                for _ in range(2):
                    frame = await each.read()
                    await each.ack(frame)
                    texts.append(frame["payload"]["event"]["text"])
            assert sorted(texts) == ["0", "1", "2", "3"]

    by_hand(steps)


def test_an_eleventh_connection_is_sent_away(door: Door) -> None:
    async def steps(session: aiohttp.ClientSession) -> None:
        urls = [await asyncio.to_thread(_open, door) for _ in range(CONNECTIONS_MAX + 1)]
        sockets = [await session.ws_connect(url) for url in urls]
        frames = [await socket.receive_json(timeout=PATIENCE_S) for socket in sockets]
        assert [frame["type"] for frame in frames] == ["hello"] * CONNECTIONS_MAX + ["disconnect"]
        for socket in sockets:
            await socket.close()

    by_hand(steps)
    door.wait_for(lambda: door.connections() == 0, "end of the connections")


@pytest.mark.parametrize("reason", ["refresh_requested", None])
def test_slacks_client_comes_back_after_a_disconnect(lively: Door, app: App, reason: str | None) -> None:
    alice = Person(lively, "U0ALICE001")
    opened = len(lively.log("apps.connections.open"))
    lively.call("POST", "/control/disconnect", {"reason": reason})
    lively.wait_for(
        lambda: len(lively.log("apps.connections.open")) > opened and lively.connections() == 1, "a new one"
    )
    assert alice.do("commands", channel=GENERAL, command="/lunch", text="soup")["response"]["text"] == "Ordering soup."


@pytest.mark.parametrize("final", ["refresh_requested", "link_disabled"])
def test_a_connection_that_must_go_is_told_why(door: Door, final: str) -> None:
    async def steps(session: aiohttp.ClientSession) -> None:
        async with line(session, door) as one:
            for reason in ("warning", final):
                await asyncio.to_thread(door.call, "POST", "/control/disconnect", {"reason": reason})
                frame = await one.read()
                assert (frame["type"], frame["reason"]) == ("disconnect", reason)

    by_hand(steps)


def test_what_is_no_ack_is_passed_over(door: Door, alice: Person) -> None:
    async def steps(session: aiohttp.ClientSession) -> None:
        async with line(session, door) as one:
            for odd in ("no json", "[]", json.dumps({"envelope_id": "unknown"})):
                await one.socket.send_str(odd)
            await asyncio.to_thread(alice.write, GENERAL, "still here")
            frame = await one.read()
            await one.ack(frame)
            assert frame["payload"]["event"]["text"] == "still here"

    by_hand(steps)


class LostWhileWaitedFor:
    """The lock of a connection's line: whoever had it before the one who waits has let go of the line."""

    def __init__(self, session: Connection) -> None:
        self.session = session

    def __enter__(self) -> None:
        if self.session.sock is not None:
            self.session.sock.close()
            self.session.sock = None

    def __exit__(self, *_: object) -> None: ...


def test_a_client_whose_line_is_cut_while_it_closes_is_closed(door: Door) -> None:
    handler = SocketModeHandler(build(door.client(), ""), door.credentials["app_token"])
    handler.connect()  # type: ignore[no-untyped-call]
    door.wait_for(lambda: door.connections() == 1, "a connection")
    session = handler.client.current_session
    assert session is not None
    session.sock_send_lock = LostWhileWaitedFor(session)  # type: ignore[assignment]
    closed(handler)
    assert not handler.client.current_app_monitor.is_alive()
    assert not handler.client.message_processor.is_alive()
    door.wait_for(lambda: door.connections() == 0, "end of the connection")
