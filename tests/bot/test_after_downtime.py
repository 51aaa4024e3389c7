"""What the escalation channel reads after hours in which nothing ran: what was found late says so."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.bot.outbound import DOCUMENT, ESCALATIONS, PEOPLE, Message, World, hours_from_now, shown_text
from ticketing.lanes import Lane
from ticketing.model import Priority, Role, Ticket
from ticketing.shown import BREACH

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

    world.says(ticket.ref, world.person("amir"), "We are on it.")
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


@pytest.mark.parametrize(("up_after_h", "is_late"), [(6.0, False), (8.1, False), (9.0, True)])
def test_what_quiet_hours_hold_back_is_late_only_if_found_long_after_their_end(
    world: World, up_after_h: float, is_late: bool
) -> None:
    """Nothing ran from before its instant; in the quiet hours, or soon after them, it is told when it would have been."""
    opened = world.clock()
    _configured(world, ladder={"steps": [], "quiet": hours_from_now(world, 3.75, 8)})
    world.agent("amir", max_load=9)
    known = world.ticket(priority=Priority.HIGH, subject="Known")
    world.deliver_all()
    world.clock.advance(minutes=20)
    new = [world.ticket(priority=Priority.HIGH, subject=f"New {number}") for number in range(2)]
    world.deliver_all()
    _seen_at(world, _due(known) - timedelta(minutes=30) + timedelta(seconds=2))
    assert len(_roots(world)) == 1
    _seen_at(world, opened + timedelta(hours=up_after_h))
    if up_after_h < 8:
        assert len(_in_channel(world)) == 1, "an edit notifies nobody"
        assert DOWN not in shown_text(_in_channel(world)[0])
        _seen_at(world, opened + timedelta(hours=8, seconds=2))
    told = "\n".join(shown_text(one) for one in _in_channel(world))
    assert len(_in_channel(world)) > 1
    assert (DOWN in told) == is_late, told
    for one in (known, *new):
        rows = world.desk.outbox.alerts(one.ref)
        assert all(row.home for row in rows if row.key.stage == BREACH), one


def test_a_step_says_that_nobody_has_seen_to_it_since_a_promise_ended_and_not_since_that_was_found(
    world: World,
) -> None:
    _configured(world, ladder={"steps": [{"after": "30m"}]})
    amir = world.agent("amir")
    ticket = _urgent(world)
    _seen_at(world, _due(ticket) + timedelta(seconds=2))
    (home,) = _roots(world)
    until = world.clock() + timedelta(minutes=15)
    world.desk.take_alert(ticket.ref, by=amir, until=until)
    world.deliver_all()
    _seen_at(world, until + timedelta(hours=2))
    (reminded,) = [line for line in _lines(world, home) if "is still overdue" in line]
    assert f"nobody has seen to it <!date^{int(until.timestamp())}^since" in reminded


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


# --- one message ----------------------------------------------------------------------------------------------------------


def _each_warned_of(world: World, count: int) -> list[Ticket]:
    """Urgent tickets that were warned of one after the other in time, so that each has a message of its own."""
    tickets = []
    for number in range(count):
        tickets.append(world.ticket(priority=Priority.URGENT, subject=f"Known {number}"))
        world.clock.advance(minutes=2)
    world.deliver_all()
    for ticket in tickets:
        _seen_at(world, _due(ticket) - timedelta(minutes=30) + timedelta(seconds=2))
    assert len(_roots(world)) == count
    return tickets


def _in_channel(world: World) -> list[Message]:
    """All that the channel shows, which is what notifies."""
    return world.seen("lena", ESCALATIONS)


def _mixed(world: World, known: int, new: int) -> tuple[list[Ticket], list[Ticket]]:
    """So many that had messages of their own when the process went down, and so many that it has told nothing of."""
    world.agent("amir", max_load=100)
    told = _each_warned_of(world, known)
    fresh = [world.ticket(priority=Priority.URGENT, subject=f"New {number}") for number in range(new)]
    world.deliver_all()
    return told, fresh


def test_what_fell_due_meanwhile_is_one_message_be_it_new_or_told_of_before(world: World) -> None:
    known, new = _mixed(world, 3, 9)
    answered = known.pop()
    world.says(answered.ref, world.person("amir"), "We are on it.")
    world.deliver_all()
    before = [one["ts"] for one in _in_channel(world)]
    _seen_at(world, world.clock() + timedelta(hours=2))

    (told,) = [one for one in _in_channel(world) if one["ts"] not in before]
    text = shown_text(told)
    assert "11 tickets: 11 overdue" in text
    assert re.search(r"and 1 more\. Due <!date\^[^>]*>, told <!date\^[^>]*>: we were down\.", text)
    assert f"<!date^{int(_due(known[0]).timestamp())}^since" in text, "since when"
    assert [int(number) for number in re.findall(r": #(\d+)\*", str(told["blocks"]))] == [
        ticket.number for ticket in [*known, *new][:10]
    ]
    assert f"#{answered.number}*" not in text, "it holds no longer"
    listed = world.desk.alerts_in_message(ESCALATIONS, str(told["ts"]))
    assert {each.ref for each in listed} == {ticket.ref for ticket in (*known, *new)}, "each can be opened"
    homes = [one for one in _roots(world) if one["ts"] in before]
    for ticket in known:
        (home,) = [one for one in homes if f"#{ticket.number} " in shown_text(one)]
        assert "*Overdue " in shown_text(home)
        lines = _lines(world, home)
        assert [f"#{ticket.number} is overdue" in line and DOWN in line for line in lines] == [True]
    for ticket in (*known, *new):
        rows = [row for row in world.desk.outbox.alerts(ticket.ref) if row.key.stage == BREACH]
        assert {row.home for row in rows} == {f"{ESCALATIONS}:{told['ts']}"}


def test_the_message_of_a_downtime_is_told_though_quiet_hours_are_set_while_it_waits_for_slack(
    world_anywhere: World,
) -> None:
    world = world_anywhere
    world.agent("amir", max_load=9)
    known = world.ticket(priority=Priority.HIGH, subject="Known")
    world.deliver_all()
    _seen_at(world, _due(known) - timedelta(minutes=30) + timedelta(seconds=2))
    new = [world.ticket(priority=Priority.HIGH, subject=f"New {number}") for number in range(2)]
    world.deliver_all()
    before = len(_in_channel(world))
    world.fault(method="chat.postMessage", error="internal_error", times=100)
    world.clock.advance(hours=5)
    world.desk.watch_step(world.clock())
    world.deliver()
    _configured(world, ladder={"steps": [], "quiet": hours_from_now(world, -2, 3)})
    world.fault()
    _seen_at(world, world.clock() + timedelta(seconds=30))
    (told,) = _in_channel(world)[before:]
    assert "3 tickets: 3 overdue" in shown_text(told)
    for ticket in (known, *new):
        assert all(row.home for row in world.desk.outbox.alerts(ticket.ref) if row.key.stage == BREACH)


def test_the_message_of_a_downtime_follows_what_becomes_of_its_tickets(world: World) -> None:
    (known, other), (new, *_) = _mixed(world, 2, 2)
    _seen_at(world, world.clock() + timedelta(hours=2))
    *_, told = _roots(world)
    assert "4 tickets: 4 overdue" in shown_text(told)
    for ticket in (known, new):
        world.says(ticket.ref, world.person("amir"), "We are on it.")
        world.deliver_all()
        assert f"~#{ticket.number} " in shown_text(_roots(world)[-1])
    assert [one["ts"] for one in _roots(world)][-1] == told["ts"]
    (home,) = [one for one in _roots(world) if f"~#{known.number} " in shown_text(one) and one["ts"] != told["ts"]]
    assert "Answered" in shown_text(home), "its own message goes on"
    assert f"#{other.number}*" in shown_text(_roots(world)[-1])


def test_the_messages_of_two_downtimes_follow_their_tickets_and_each_says_when_that_was(world: World) -> None:
    _configured(world, ladder={"steps": [{"after": "30m"}, {"after": "3h"}]})
    known, (new,) = _mixed(world, 2, 1)
    since: list[datetime] = []
    for hours in (1.5, 6):
        last = world.clock()
        _seen_at(world, last + timedelta(hours=hours))
        since.append(_late_in(_roots(world)[-1]))
        assert last < since[-1] < world.clock(), "it fell due in that downtime"
    first, second = _roots(world)[-2:]
    assert "3 tickets: 3 overdue" in shown_text(first)
    assert "3 tickets: 3 overdue" in shown_text(second)
    for ticket in (*known, new):
        world.desk.resolve(ticket.ref, by=world.person("amir"), answer="It was a typo.")
        world.deliver_all()
    for message, fell_due in zip(_roots(world)[-2:], since, strict=True):
        assert "3 tickets: nothing is owed any more" in shown_text(message)
        assert shown_text(message).count("~#") == 3
        assert _late_in(message) == fell_due, "as it was posted"


def _late_in(message: Message) -> datetime:
    found = re.search(r"Due <!date\^(\d+)\^[^>]*>, told <!date\^\d+\^[^>]*>: we were down\.", shown_text(message))
    assert found is not None
    return datetime.fromtimestamp(int(found[1]), UTC)


def test_of_many_messages_no_thread_is_written_in_and_whom_steps_call_is_mentioned_once(world: World) -> None:
    """However many messages stand: the channel reads one more."""
    _configured(world, ladder={"steps": [{"after": "30m", "person": PEOPLE["lena"][0]}]})
    known, new = _mixed(world, 7, 2)
    _seen_at(world, _due(known[-1]) + timedelta(seconds=2))
    before = {one["ts"] for one in _in_channel(world)}
    lines = {str(one["ts"]): len(_lines(world, one)) for one in _roots(world)}
    _seen_at(world, world.clock() + timedelta(hours=2))
    (told,) = [one for one in _in_channel(world) if one["ts"] not in before]
    assert "9 tickets: 9 overdue" in shown_text(told)
    assert DOWN in shown_text(told)
    assert str(told["blocks"]).count(f"<@{PEOPLE['lena'][0]}>") == 1
    assert {str(one["ts"]): len(_lines(world, one)) for one in _roots(world) if one["ts"] in before} == lines
    world.says(new[0].ref, world.person("amir"), "We are on it.")
    world.deliver_all()
    assert f"<@{PEOPLE['lena'][0]}>" in shown_text(_roots(world)[-1])


def test_only_steps_that_were_missed_are_one_message_as_well(world: World) -> None:
    _configured(world, ladder={"steps": [{"after": "90m"}]})
    world.agent("amir")
    known = _each_warned_of(world, 2)
    for ticket in known:
        _seen_at(world, _due(ticket) + timedelta(seconds=2))
    before = {one["ts"] for one in _in_channel(world)}
    _seen_at(world, world.clock() + timedelta(hours=2))
    (told,) = [one for one in _in_channel(world) if one["ts"] not in before]
    assert "2 tickets: 2 overdue" in shown_text(told)
    assert DOWN in shown_text(told)
    for home in _roots(world):
        if home["ts"] in before:
            assert "This step fell due" in _lines(world, home)[-1]


def test_one_message_that_stands_alone_gets_its_line_and_no_other_message(world: World) -> None:
    (known,), _ = _mixed(world, 1, 0)
    (home,) = _roots(world)
    _seen_at(world, world.clock() + timedelta(hours=2))
    assert [one["ts"] for one in _roots(world)] == [home["ts"]]
    assert [f"#{known.number} is overdue" in line and DOWN in line for line in _lines(world, home)] == [True]
    assert len(_in_channel(world)) == 2, "the channel sees the line as well"


def test_what_fell_due_and_a_time_that_ended_meanwhile_are_one_message_though_the_ticket_has_its_own(
    world: World,
) -> None:
    _configured(world, ladder={"steps": [{"after": "30m"}]})
    (known,), _ = _mixed(world, 1, 0)
    late_at = _due(known) + timedelta(seconds=2)
    _seen_at(world, late_at)
    world.desk.take_alert(known.ref, by=world.person("amir"), until=late_at + timedelta(minutes=20), seen=True)
    world.deliver_all()
    before = {one["ts"] for one in _in_channel(world)}
    (home,) = _roots(world)
    _seen_at(world, late_at + timedelta(hours=5))
    (told,) = [one for one in _in_channel(world) if one["ts"] not in before]
    assert f"#{known.number}*" in shown_text(told)
    assert DOWN in shown_text(told)
    said = " ".join(_lines(world, home))
    assert "This step fell due" in said
    assert "time ended" in said


def test_the_message_of_only_promises_that_ended_says_whose_time_that_was_and_that_we_were_down(world: World) -> None:
    _configured(world, ladder={"steps": []})
    known, _ = _mixed(world, 2, 0)
    _seen_at(world, _due(known[-1]) + timedelta(seconds=2))
    until = world.clock() + timedelta(minutes=20)
    for ticket in known:
        world.desk.take_alert(ticket.ref, by=world.person("amir"), until=until, seen=True)
    world.deliver_all()
    before = {one["ts"] for one in _in_channel(world)}
    _seen_at(world, until + timedelta(minutes=40))
    (told,) = [one for one in _in_channel(world) if one["ts"] not in before]
    ended = rf"Amir's time ended <!date\^{int(until.timestamp())}\^"
    assert len(re.findall(ended, str([one for one in told["blocks"] if one["type"] == "section"]))) == 2
    assert re.search(r"Told <!date\^[^>]*>: we were down\.", shown_text(told))

    world.desk.take_alert(known[0].ref, by=world.person("amir"), until=world.clock() + timedelta(hours=1), seen=True)
    world.deliver_all()
    (told,) = [one for one in _in_channel(world) if one["ts"] == told["ts"]]
    assert len(re.findall(ended, str([one for one in told["blocks"] if one["type"] == "section"]))) == 1
    assert DOWN in shown_text(told)


def test_what_falls_due_in_time_beside_what_stands_is_told_as_ever(world: World) -> None:
    known, new = _mixed(world, 2, 2)
    _seen_at(world, _due(known[-1]) + timedelta(seconds=2))
    assert len(_roots(world)) == 2
    assert sum("is overdue" in line for home in _roots(world) for line in _lines(world, home)) == 2
    _seen_at(world, _due(new[-1]) + timedelta(seconds=2))
    assert all(DOWN not in shown_text(one) for one in _in_channel(world))


def test_the_message_of_a_downtime_whose_answer_was_lost_is_there_once_and_strikes_through_what_ended(
    world: World,
) -> None:
    known, new = _mixed(world, 2, 2)
    roots = len(_roots(world))
    world.sandbox.put("/control/clock", {"advance": (world.clock.advance(hours=2) - world.machine()).total_seconds()})
    world.desk.watch_step(world.clock())
    world.delivery = world.worker(lane=Lane.AHEAD)
    world.fault(method="chat.postMessage", lose_answer=True, times=1)
    world.deliver()
    world.delivery = world.worker()
    world.says(new[0].ref, world.person("amir"), "We are on it.")
    world.deliver_all()
    assert len(_roots(world)) == roots + 1
    told = shown_text(_roots(world)[-1])
    assert f"~#{new[0].number} " in told
    for ticket in (*known, new[1]):
        assert f"#{ticket.number}*" in told
    for home in _roots(world)[:roots]:
        assert sum("is overdue" in line for line in _lines(world, home)) == 1, "also the lines that come after it"
