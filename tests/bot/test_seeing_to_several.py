"""One message of several tickets that nobody has: who sees to which of them, and that several can be taken at once."""

from __future__ import annotations

from datetime import timedelta

from tests.bot.outbound import DOCUMENT, ESCALATIONS, World, shown_text
from ticketing.model import Priority

HOUR = timedelta(hours=1)


def _home(world: World) -> str:
    (home,) = [one for one in world.seen("lena", ESCALATIONS) if one.get("thread_ts") in (None, one["ts"])]
    assert any(each.get("type") == "actions" for each in home["blocks"])
    return f"{shown_text(home)}\n{home['blocks'][-1]}"


def test_of_several_that_nobody_has_each_row_says_who_sees_to_it(world: World) -> None:
    world.desk.configure({**DOCUMENT, "ladder": {"unassigned_after": "2h", "steps": []}}, by=None)
    first, second, third = (world.ticket(priority=Priority.LOW, subject=f"Nobody {number}") for number in (1, 2, 3))
    world.deliver_all()
    world.clock.advance(hours=3)
    world.desk.ladder_step(world.clock())
    world.deliver_all()
    assert "Take several" in _home(world)
    assert "3 waiting for an agent" in _home(world)

    amir, jo = world.agent("amir", skills={}), world.agent("jo", skills={})
    world.desk.take_alert(first.ref, by=amir, until=world.clock() + HOUR)
    world.desk.take_alert(second.ref, by=jo, until=world.clock() + HOUR, seen=True)
    world.desk.ladder_step(world.clock())
    world.deliver_all()
    home = _home(world)
    assert f"~#{first.number} Nobody 1~ *Amir has it <" in home
    assert f"#{second.number}* Nobody 2. Jo has seen it, <" in home
    assert f"#{third.number}* Nobody 3. Nobody has it." in home
    assert "2 waiting for an agent" in home

    world.clock.advance(hours=1)
    world.desk.lapse_step(world.clock())
    world.desk.ladder_step(world.clock())
    world.deliver_all()
    home = _home(world)
    assert f"#{first.number}* Nobody 1. Amir." in home, "it lies, and Amir has it"
    assert f"#{second.number}* Nobody 2. Nobody has it." in home
    ended = [one for one in world.seen("lena", ESCALATIONS) if "time ended" in str(one["blocks"])]
    assert len(ended) == 1, "both in one line"
    assert "2 alerts" in ended[0]["text"]
