"""Messages of the escalation channel that people delete: what they told together comes back together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from slack_sdk import WebClient

from tests.bot.outbound import ESCALATIONS, World, shown_text
from ticketing.model import Priority, Ticket


def _late(world: World, count: int) -> list[Ticket]:
    tickets = [world.ticket(priority=Priority.URGENT, subject=f"Invoice {number}") for number in range(count)]
    world.deliver_all()
    world.clock.advance(minutes=62)
    world.desk.watch_step(world.clock())
    world.deliver_all()
    return tickets


def _homes(world: World) -> list[dict[str, object]]:
    return [one for one in world.seen("lena", ESCALATIONS) if one.get("thread_ts") in (None, one["ts"])]


def _delete(world: World, ts: object) -> None:
    known = world.sandbox.credentials()
    WebClient(token=known.bot_token, base_url=known.api_url).chat_delete(channel=ESCALATIONS, ts=str(ts))


@pytest.mark.parametrize("act", ["answer", "take"])
def test_a_message_of_several_that_was_deleted_comes_back_as_one(world: World, act: str) -> None:
    """Whether an edit finds out, or a line for its thread."""
    amir = world.agent("amir")
    tickets = _late(world, 5)
    (home,) = _homes(world)
    assert "5 overdue" in shown_text(home)
    _delete(world, home["ts"])

    if act == "answer":
        world.says(tickets[0].ref, amir, "We are on it.")
    else:
        world.desk.take_alert(tickets[0].ref, by=amir, until=world.clock() + timedelta(minutes=15))
    world.deliver_all()
    (again,) = _homes(world)
    assert again["ts"] != home["ts"]
    for ticket in tickets[1:]:
        assert f"#{ticket.number}*" in shown_text(again)

    world.says(tickets[3].ref, amir, "And on this.")
    world.deliver_all()
    assert [one["ts"] for one in _homes(world)] == [again["ts"]]
    assert "Answered" in shown_text(_homes(world)[0])
