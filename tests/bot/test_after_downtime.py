"""What the escalation channel reads after hours in which nothing ran: what was found late says so."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from tests.bot.outbound import DOCUMENT, ESCALATIONS, PEOPLE, Message, World, hours_from_now, shown_text
from ticketing.model import Priority, Role, Ticket

DOWN = "we were down"


def _configured(world: World, **more: Any) -> None:
    world.desk.configure({**DOCUMENT, **more}, by=None)


def _seen_at(world: World, at: datetime) -> None:
    """The process comes to that instant: everything that is due is marked and told."""
    world.clock.now = max(world.clock(), at)
    world.desk.lapse_step(world.clock())
    world.desk.watch_step(world.clock())
    world.desk.ladder_step(world.clock())
    world.deliver_all()


def _due(ticket: Ticket) -> datetime:
    assert ticket.response_due_at is not None
    return ticket.response_due_at


def _urgent(world: World, subject: str = "Cannot open the invoice") -> Ticket:
    ticket = world.ticket(priority=Priority.URGENT, subject=subject)
    world.deliver_all()
    return ticket


def _roots(world: World) -> list[Message]:
    return [one for one in world.seen("lena", ESCALATIONS) if one.get("thread_ts") in (None, one["ts"])]


def _lines(world: World, root: Message) -> list[str]:
    return [one["text"] for one in world.seen("lena", ESCALATIONS, thread=str(root["ts"]))]


# --- one ticket -----------------------------------------------------------------------------------------------------------


def test_a_warning_that_was_found_late_says_so_and_one_whose_time_was_set_late_does_not(world: World) -> None:
    world.agent("amir")
    ticket = _urgent(world)
    _seen_at(world, _due(ticket) - timedelta(minutes=15))
    (home,) = _roots(world)
    assert "Due soon" in shown_text(home)
    assert DOWN in shown_text(home)

    raised = world.ticket(priority=Priority.MEDIUM, subject="It became urgent")
    world.clock.advance(minutes=45)
    world.desk.set_priority(raised.ref, Priority.URGENT, by=world.person("amir"))
    _seen_at(world, world.clock() + timedelta(seconds=2))
    (other,) = [one for one in _roots(world) if "It became urgent" in shown_text(one)]
    assert "Due soon" in shown_text(other)
    assert DOWN not in shown_text(other)


def test_a_warning_told_in_time_is_not_late_once_its_ticket_is_more_urgent(world: World) -> None:
    """Its instant is another then, and was over long before it was told."""
    answers = {"medium": "2h", "urgent": "95m"}
    _configured(world, policies=[{"first_response": answers, "resolution": dict.fromkeys(answers, "none")}])
    world.agent("amir")
    ticket = world.ticket(priority=Priority.MEDIUM)
    world.deliver_all()
    _seen_at(world, _due(ticket) - timedelta(minutes=30) + timedelta(seconds=2))
    (home,) = _roots(world)
    assert "Due soon" in shown_text(home)
    world.desk.set_priority(ticket.ref, Priority.URGENT, by=world.person("amir"))
    world.deliver_all()
    assert all(DOWN not in shown_text(one) for one in _roots(world))


def test_a_step_and_a_lapse_that_were_found_late_say_when_they_fell_due(world: World) -> None:
    _configured(world, ladder={"steps": [{"after": "30m"}]})
    world.agent("amir")
    ticket = _urgent(world)
    late_at = _due(ticket) + timedelta(seconds=2)
    _seen_at(world, late_at)
    (home,) = _roots(world)
    said = len(_lines(world, home))
    _seen_at(world, late_at + timedelta(hours=3))
    (reminded,) = _lines(world, home)[said:]
    assert "is still overdue" in reminded
    fell = int((late_at + timedelta(minutes=30)).timestamp())
    assert re.search(rf"This step fell due <!date\^{fell}\^[^>]*>, told <!date\^[^>]*>: we were down\.", reminded)

    until = world.clock() + timedelta(minutes=15)
    world.desk.take_alert(ticket.ref, by=world.person("amir"), until=until)
    world.deliver_all()
    _seen_at(world, until + timedelta(hours=2))
    ended = rf"time ended <!date\^{int(until.timestamp())}\^[^>]*> without an answer, told .*: we were down"
    assert any(re.search(ended, line) for line in _lines(world, home))


def test_a_step_that_other_settings_would_have_had_earlier_was_not_found_late(world: World) -> None:
    _configured(world, ladder={"steps": [{"after": "5h"}]})
    world.agent("amir")
    ticket = _urgent(world)
    late_at = _due(ticket) + timedelta(seconds=2)
    _seen_at(world, late_at)
    (home,) = _roots(world)
    world.clock.now = late_at + timedelta(hours=3)
    _configured(world, ladder={"steps": [{"after": "1h"}]})
    _seen_at(world, late_at + timedelta(hours=5, seconds=1))
    assert "is still overdue" in _lines(world, home)[-1]
    assert DOWN not in _lines(world, home)[-1]


def test_a_step_that_quiet_hours_hold_back_could_be_found_first_at_their_end(world: World) -> None:
    opened = world.clock()
    _configured(world, ladder={"steps": [{"after": "30m"}], "quiet": hours_from_now(world, 4.25, 8)})
    world.agent("amir")
    ticket = world.ticket(priority=Priority.HIGH)
    world.deliver_all()
    _seen_at(world, _due(ticket) + timedelta(seconds=2))
    (home,) = _roots(world)
    _seen_at(world, opened + timedelta(hours=8, minutes=5))
    assert "is still overdue" in _lines(world, home)[-1]
    assert DOWN not in _lines(world, home)[-1]


# --- whom it calls --------------------------------------------------------------------------------------------------------


def _one_calls_jo(world: World, apart_s: float) -> list[Ticket]:
    """Twelve urgent tickets, of which only the last overdue is for somebody whom the step calls."""
    categories = [{"key": "billing", "name": "Billing"}, {"key": "technical", "name": "Technical"}]
    _configured(world, categories=categories, ladder={"steps": [{"after": "30m", "escalate": True}]})
    world.agent("amir", max_load=50)
    world.agent("jo", is_senior=True, skills={"technical": 1}, max_load=1)
    tickets = []
    for number in range(12):
        category = "technical" if number == 11 else "billing"
        tickets.append(world.ticket(priority=Priority.URGENT, subject=f"Invoice {number}", category=category))
        world.clock.advance(seconds=apart_s)
    world.deliver_all()
    return tickets


def test_whom_a_step_calls_that_a_line_only_counts_is_mentioned_in_it(world: World) -> None:
    tickets = _one_calls_jo(world, 0.01)
    late_at = _due(tickets[-1]) + timedelta(seconds=2)
    _seen_at(world, late_at)
    (home,) = [one for one in _roots(world) if "12 tickets" in shown_text(one)]
    _seen_at(world, late_at + timedelta(minutes=30, seconds=1))
    line = world.seen("lena", ESCALATIONS, thread=str(home["ts"]))[-1]
    assert "and 2 more" in shown_text(line)
    assert f"#{tickets[-1].number} " not in shown_text(line)
    assert str(line["blocks"]).count(f"<@{PEOPLE['jo'][0]}>") == 1


def test_whom_a_step_calls_that_a_list_only_counts_is_mentioned_in_it(world: World) -> None:
    tickets = _one_calls_jo(world, 30)
    for ticket in tickets:
        _seen_at(world, _due(ticket) - timedelta(minutes=30) + timedelta(seconds=2))
    _seen_at(world, _due(tickets[-1]) + timedelta(seconds=2))
    _seen_at(world, world.clock() + timedelta(minutes=30, seconds=1))
    told = _roots(world)[-1]
    assert "12 alerts*" in shown_text(told)
    assert "still overdue" in shown_text(told)
    assert "and 2 more" in shown_text(told)
    assert str(told["blocks"]).count(f"<@{PEOPLE['jo'][0]}>") == 1


def test_whose_promise_was_released_is_mentioned_also_where_that_is_only_counted(world: World) -> None:
    amir, lena = world.agent("amir", max_load=50), world.person("lena")
    tickets = [world.ticket(priority=Priority.URGENT, subject=f"Invoice {number}") for number in range(12)]
    world.deliver_all()
    _seen_at(world, _due(tickets[-1]) + timedelta(seconds=2))
    (home,) = _roots(world)
    world.desk.set_role(lena, Role.LEAD, by=None)
    for ticket in tickets:
        by = amir if ticket == tickets[-1] else lena
        world.desk.take_alert(ticket.ref, by=by, until=world.clock() + timedelta(minutes=15), seen=True)
    world.deliver_all()
    for ticket in tickets:
        world.desk.release_alert(ticket.ref, by=lena)
    _seen_at(world, world.clock())
    line = world.seen("lena", ESCALATIONS, thread=str(home["ts"]))[-1]
    assert "and 2 more" in shown_text(line)
    assert str(line["blocks"]).count(f"<@{PEOPLE['amir'][0]}>") == 1
