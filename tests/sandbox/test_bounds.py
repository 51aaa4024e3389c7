"""Memory is bounded by what is stored: what a sandbox merely remembers has a limit."""

import asyncio
import urllib.error
import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox import offers
from sandbox.api import files
from sandbox.changes import Changes
from sandbox.config import WorkspaceConfig
from sandbox.delivery import courier
from sandbox.errors import SlackError
from sandbox.house import House
from sandbox.ids import Ids
from sandbox.log import RING, WEIGHT_MAX, Log, weight
from sandbox.manifest import load
from sandbox.offers import Offers
from sandbox.triggers import KEPT, Triggers
from sandbox.workspace import MESSAGE_STATES_KEPT
from tests.sandbox.conftest import HERE
from tests.sandbox.doors import Door, Person
from tests.sandbox.test_chat import GENERAL


def test_the_log_is_bounded_by_number() -> None:
    log = Log(Changes(), lambda: 0.0)
    for number in range(RING + 10):
        log.add("in", str(number), None, None, status=200, ms=0.0)
    entries = log.since(0, RING * 2)
    assert (len(entries), entries[0]["name"]) == (RING, "10")


def test_the_log_is_bounded_by_size_and_keeps_the_newest() -> None:
    log = Log(Changes(), lambda: 0.0)
    large = "x" * 1_000_000
    for number in range(40):
        log.add("in", str(number), {"text": [large]}, None, status=200, ms=0.0)
    kept = log.since(0, RING)
    assert len(kept) < WEIGHT_MAX / len(large)
    assert kept[-1]["name"] == "39"
    log.add("in", "huge", large * 20, None, status=200, ms=0.0)
    assert [one["name"] for one in log.since(0, RING)] == ["huge"]


def test_a_weight_counts_what_is_within() -> None:
    assert weight({"a": ["four", None], "b": 1}) == 8 + 1 + (8 + 12 + 8) + 1 + 8


def test_choices_in_messages_are_remembered_for_the_newest() -> None:
    house = House(WorkspaceConfig(), load(HERE / "manifest.yml"), rate=None, http_url="", rate_limits=True)
    state: dict[str, dict[str, dict[str, Any]]] = {"block": {"action": {}}}
    for number in range(MESSAGE_STATES_KEPT + 5):
        house.workspace.keep_message_state(("U1", "C1", str(number)), state)
    assert len(house.workspace.message_state) == MESSAGE_STATES_KEPT
    assert ("U1", "C1", "4") not in house.workspace.message_state


def test_offers_of_menus_are_bounded_and_the_newest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "MENUS_KEPT", 3)
    monkeypatch.setattr(offers, "OPTIONS_KEPT", 4)
    kept = Offers()
    for menu in range(5):
        for query in range(3):
            kept.add(f"V{menu}", "b", "a", [{"value": f"{query}{each}"} for each in "xy"])
    assert kept.made("V0", "b", "a") == []
    assert [one["value"] for one in kept.made("V4", "b", "a")] == ["1x", "1y", "2x", "2y"]


def test_triggers_and_response_urls_are_bounded() -> None:
    triggers = Triggers(Ids(), "T0", lambda: 0.0)
    first = triggers.new_trigger("U1")
    url = triggers.new_response_url("U1", "C1").rpartition("/")[2]
    for _ in range(KEPT):
        triggers.new_trigger("U1")
        triggers.new_response_url("U1", "C1")
    with pytest.raises(SlackError):
        triggers.exchange(first)
    with pytest.raises(SlackError):
        triggers.use_response_url(url)


def test_events_that_wait_for_another_attempt_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    async def waiting() -> list[int]:
        house = House(WorkspaceConfig(), load(HERE / "manifest.yml"), rate=None, http_url="", rate_limits=True)
        house.faults.retry_schedule_s = (60.0,)
        found = []
        for _ in range(3):
            for _ in range(4):
                house.courier.post({"event": {"type": "message"}})
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            found.append(house.courier.pending)
        await house.courier.close()
        return found

    monkeypatch.setattr(courier, "WAITING_MAX", 5)
    assert asyncio.run(waiting()) == [4, 5, 5]


def test_uploads_that_are_never_completed_are_forgotten(client: WebClient, door: Door, alice: Person) -> None:
    client.files_getUploadURLExternal(filename="first.txt", length=1)
    started = [
        client.files_getUploadURLExternal(filename="a.txt", length=1)["file_id"] for _ in range(files.PENDING_MAX)
    ]
    log = door.log("files.getUploadURLExternal")
    first, last = log[0]["response"]["upload_url"], log[-1]["response"]["upload_url"]
    assert last.endswith(str(started[-1]))
    assert (_status(first), _status(last)) == (404, 200)
    alice.do("messages", channel=GENERAL, files=[{"name": "kept.txt", "content_base64": "aGk="}])
    assert client.files_info(file=alice.messages(GENERAL)[-1]["files"][0]["id"])["ok"]


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, b"x")) as answer:  # noqa: S310
            found: int = answer.status
            return found
    except urllib.error.HTTPError as error:
        with error:
            return error.code
