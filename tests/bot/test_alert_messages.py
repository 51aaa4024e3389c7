"""Messages of the escalation channel that people delete: what they told together comes back together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from slack_sdk import WebClient

from tests.bot.outbound import ESCALATIONS, World, shown_text
from ticketing.model import Priority, Ticket
from ticketing.outbox import Errand


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


def _due_together(world: World, count: int) -> list[Ticket]:
    """Urgent tickets whose breach falls due at the same instant, none of it marked yet."""
    tickets = [world.ticket(priority=Priority.URGENT, subject=f"Invoice {number}") for number in range(count)]
    world.deliver_all()
    world.clock.advance(minutes=62)
    return tickets


def test_a_message_waits_for_what_fell_due_at_the_same_time_and_is_not_marked_yet(world: World) -> None:
    world.agent("amir")
    _due_together(world, 5)
    world.desk.watch_step(world.clock(), limit=1)
    world.deliver()
    assert _homes(world) == []

    world.desk.watch_step(world.clock())
    world.deliver_all()
    (home,) = _homes(world)
    assert "5 overdue" in shown_text(home)


def test_what_is_marked_while_a_message_is_drawn_is_in_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch of another process may be done at any moment: even between two looks of whoever draws."""
    world.agent("amir")
    _due_together(world, 3)
    world.desk.watch_step(world.clock(), limit=1)
    look = world.desk.is_gathering

    def just_marked(errand: Errand) -> bool:
        world.desk.watch_step(world.clock())
        return look(errand)

    monkeypatch.setattr(world.desk, "is_gathering", just_marked)
    world.deliver_all()
    (home,) = _homes(world)
    assert "3 overdue" in shown_text(home)


def test_a_message_does_not_wait_for_ever_for_a_watch_that_has_died(world: World) -> None:
    world.agent("amir")
    _due_together(world, 3)
    world.desk.watch_step(world.clock(), limit=1)
    world.deliver()
    assert _homes(world) == []
    world.clock.advance(seconds=31)
    world.machine.advance(seconds=1)
    world.deliver()
    (home,) = _homes(world)
    assert "overdue" in shown_text(home).lower()


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
