"""Messages of the escalation channel that people delete: what they told together comes back together."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

import pytest
from slack_sdk import WebClient

from bot import places
from bot.clock import Clock
from bot.delivery import alert_lines
from bot.delivery.countdown import Countdown
from bot.delivery.reading import Dossier
from bot.delivery.sending import LEASE_S
from bot.outward import jobs
from bot.ticker import Step
from tests.bot.outbound import DOCUMENT, ESCALATIONS, TRIAGE, World, shown_text
from ticketing.desk import alerting
from ticketing.desk.alerting import AlertedTicket
from ticketing.lanes import Lane
from ticketing.model import Priority, Ticket
from ticketing.outbox import Errand
from ticketing.shown import ALERT_LINE, BREACH


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


def test_of_more_breaches_than_a_line_holds_none_is_lost_that_came_about_while_it_was_drawn(world: World) -> None:
    world.agent("amir")
    tickets = [world.ticket(priority=Priority.URGENT, subject=f"Invoice {number}") for number in range(12)]
    world.clock.now = _answer_due(tickets[-1]) - timedelta(minutes=5)
    world.desk.watch_step(world.clock())
    world.deliver_all()
    (home,) = _homes(world)
    world.clock.advance(minutes=7)
    world.desk.watch_step(world.clock(), limit=1)
    place = places.of_channel(ESCALATIONS)
    (first,) = world.desk.lines_waiting_for(place, ESCALATIONS, str(home["ts"]), ALERT_LINE)
    assert first.ticket is not None
    read_before = Dossier(world.desk, first.ticket)
    assert read_before.ticket.as_of == world.clock()

    world.clock.advance(seconds=0.001)
    world.desk.watch_step(world.clock())
    letter = alert_lines.line(read_before, first)
    assert letter is not None
    assert {key.ref for key in letter.told} == {ticket.ref for ticket in tickets}


def _steps(world: World) -> dict[str, Step]:
    """What the process runs by itself, each step by its job's name."""
    lanes = {lane: world.worker(lane=lane).step for lane in (Lane.AHEAD, Lane.REST)}
    return {job.name: job.step for job in jobs(world.desk, cast(Clock, world.clock), lanes)}


def test_cards_give_way_to_alerts_while_the_watch_is_behind(world: World) -> None:
    world.agent("amir")
    _due_together(world, 5)
    late = world.ticket(subject="Opened meanwhile")
    world.desk.watch_step(world.clock(), limit=1)
    steps = _steps(world)
    again = steps["delivery"](world.machine())
    assert again is not None
    assert again > world.machine()
    assert _card_of(world, late) is None

    world.desk.watch_step(world.clock())
    world.machine.now = again
    steps["alerts"](world.machine())
    (home,) = _homes(world)
    assert _card_of(world, late) is None
    steps["delivery"](world.machine())
    card = _card_of(world, late)
    assert card is not None
    assert float(str(home["ts"])) < float(str(card["ts"]))


def test_cards_give_way_for_seconds_and_not_for_ever(world: World) -> None:
    """However much is due: every few seconds a batch of them is shown, and all of them once that has lasted for minutes."""
    world.agent("amir")
    _due_together(world, 2)
    deliver = _steps(world)["delivery"]
    shown = []
    for _ in range(3):
        late = world.ticket(subject="Opened meanwhile")
        deliver(world.machine())
        assert _card_of(world, late) is None
        waited = world.machine()
        while _card_of(world, late) is None:
            assert world.machine() - waited < timedelta(seconds=5)
            deliver(world.machine.advance(seconds=0.5))
        shown.append(late)
    world.machine.advance(minutes=2)
    deliver(world.machine())
    late = world.ticket(subject="Opened meanwhile")
    deliver(world.machine())
    assert _card_of(world, late) is not None


def _card_of(world: World, ticket: Ticket) -> dict[str, object] | None:
    return next((one for one in world.seen("lena", TRIAGE) if f"#{ticket.number}" in shown_text(one)), None)


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


def test_a_message_that_takes_long_to_draw_is_posted_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than a row is held: on a machine that is slow for thousands every further try would be as slow."""
    world.agent("amir")
    _due_together(world, 3)
    world.desk.watch_step(world.clock())
    _draws_for(world, monkeypatch, lambda: world.machine.advance(seconds=35))
    world.deliver_all()
    (home,) = _homes(world)
    assert "3 overdue" in shown_text(home)


def test_what_another_worker_has_taken_over_meanwhile_is_left_to_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.agent("amir")
    _due_together(world, 3)
    world.desk.watch_step(world.clock())

    def taken_over() -> None:
        monkeypatch.undo()
        assert world.desk.outbox.claim(world.machine.advance(seconds=31), 10, LEASE_S, lane=Lane.AHEAD)

    _draws_for(world, monkeypatch, taken_over)
    world.deliver()
    assert _homes(world) == []
    world.machine.advance(seconds=LEASE_S)
    world.deliver_all()
    (home,) = _homes(world)
    assert "3 overdue" in shown_text(home)


def test_a_message_over_which_a_worker_vanished_tells_of_fewer_and_the_rest_follow(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be more than this machine can draw while it has the row."""
    monkeypatch.setattr(alerting, "MOST", 8)
    world.agent("amir")
    _due_together(world, 8)
    world.desk.watch_step(world.clock())
    assert len(world.desk.outbox.claim(world.machine(), 10, LEASE_S, lane=Lane.AHEAD)) == 1
    world.machine.advance(seconds=LEASE_S + 1)
    world.deliver_all()
    assert ["2 overdue" in shown_text(home) for home in _homes(world)] == [True, False]
    assert "6 overdue" in shown_text(_homes(world)[1])


def _draws_for(world: World, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    look = world.desk.untold_alerts

    def slowly(errand: Errand) -> list[AlertedTicket]:
        waiting = look(errand)
        meanwhile()
        return waiting

    monkeypatch.setattr(world.desk, "untold_alerts", slowly)


def test_alerts_wait_for_half_a_minute_at_most_once_slack_answers_again(world: World) -> None:
    """However long it did not: the longest waits of the rest are four minutes."""
    world.agent("amir")
    _due_together(world, 3)
    world.desk.watch_step(world.clock())
    world.delivery = world.worker(lane=Lane.AHEAD)
    world.fault(method="*", error="http_500")
    for _ in range(10):
        due = world.deliver()
        assert due is not None
        assert due - world.machine() <= timedelta(seconds=30)
        world.machine.now = due
    world.fault()
    world.delivery = world.worker()
    world.deliver_all()
    assert len(_homes(world)) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_a_message_whose_answer_was_lost_is_struck_through_if_it_was_answered_meanwhile(
    world: World, count: int
) -> None:
    """Alone or with others, which are not told a second time."""
    amir = world.agent("amir")
    first, *_ = [world.ticket(priority=Priority.URGENT, subject=f"Invoice {number}") for number in range(count)]
    world.deliver_all()
    world.clock.advance(minutes=62)
    world.sandbox.put("/control/clock", {"advance": 62 * 60})
    world.desk.watch_step(world.clock())
    world.delivery = world.worker(lane=Lane.AHEAD)
    world.fault(method="chat.postMessage", lose_answer=True, times=1)
    world.deliver()
    world.says(first.ref, amir, "The invoice is on its way")
    world.delivery = world.worker()
    world.deliver_all()
    (home,) = _homes(world)
    assert f"~#{first.number} Invoice 0~" in shown_text(home)
    assert all(row.home is not None for row in world.desk.outbox.alerts(first.ref) if row.key.stage == BREACH)


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


def test_several_stand_in_one_message_the_longest_overdue_first_and_what_is_settled_last(world: World) -> None:
    """In whatever order they were opened, also once one is answered."""
    none = dict.fromkeys(("low", "medium", "high", "urgent"), "none")
    answers = {"urgent": "1h", "high": "2h", "low": "150m"}
    world.desk.configure({**DOCUMENT, "policies": [{"first_response": answers, "resolution": none}]}, by=None)
    amir = world.agent("amir")
    letters = {"A": Priority.URGENT, "B": Priority.LOW, "C": Priority.HIGH, "D": Priority.URGENT}
    tickets = {each: world.ticket(subject=f"Case {each}.", priority=priority) for each, priority in letters.items()}
    world.deliver_all()

    def order() -> str:
        (home,) = _homes(world)
        return "".join(dict.fromkeys(re.findall(r"Case (\w)\.", shown_text(home))))

    world.clock.advance(hours=2, minutes=5)
    world.desk.watch_step(world.clock())
    world.deliver_all()
    assert order() == "ADCB"
    world.says(tickets["A"].ref, amir, "We are on it.")
    world.deliver_all()
    assert order() == "DCBA"


def test_a_ticket_without_any_promise_is_told_of_when_it_has_waited_too_long(world: World) -> None:
    none = dict.fromkeys(("low", "medium", "high", "urgent"), "none")
    policy = {"first_response": none, "resolution": none}
    world.desk.configure({**DOCUMENT, "ladder": {"unassigned_after": "2h"}, "policies": [policy]}, by=None)
    first, second = (world.ticket(priority=Priority.LOW, subject=f"Nobody {number}") for number in (1, 2))
    world.deliver_all()
    world.clock.advance(hours=3)
    world.desk.ladder_step(world.clock())
    world.deliver_all()
    (home,) = _homes(world)
    assert f"#{first.number}" in shown_text(home)
    assert f"#{second.number}" in shown_text(home)

    amir = world.agent("amir")
    world.desk.claim(first.ref, by=amir)
    world.deliver_all()
    assert f"~#{first.number}" in shown_text(_homes(world)[0])
    world.desk.claim(second.ref, by=amir)
    world.desk.resolve(second.ref, by=amir)
    world.deliver_all()
    assert f"~#{second.number}" in shown_text(_homes(world)[0])


def _each_warned_of(world: World, count: int) -> list[Ticket]:
    """Urgent tickets that were warned of one after the other, so that each has a message of its own."""
    tickets = []
    for number in range(count):
        tickets.append(world.ticket(priority=Priority.URGENT, subject=f"Invoice {number}"))
        world.clock.advance(seconds=40)
    world.deliver_all()
    for ticket in tickets:
        world.clock.now = max(world.clock(), _answer_due(ticket) - timedelta(minutes=30) + timedelta(seconds=2))
        world.desk.watch_step(world.clock())
        world.deliver_all()
    assert len(_homes(world)) == count
    return tickets


def _broadcasts(world: World) -> list[dict[str, object]]:
    return [one for one in world.seen("lena", ESCALATIONS) if one.get("thread_ts") not in (None, one["ts"])]


def _breached(world: World, tickets: list[Ticket]) -> None:
    """All of them fall due while the watch is busy for some minutes, which is no downtime."""
    world.clock.now = _answer_due(tickets[-1]) + timedelta(seconds=2)
    world.desk.watch_step(world.clock())


def test_many_that_have_messages_of_their_own_are_told_in_one_list(world: World) -> None:
    amir = world.agent("amir")
    tickets = _each_warned_of(world, 12)
    homes = _homes(world)
    _breached(world, tickets)
    world.deliver_all()
    assert _broadcasts(world) == []
    *_, told = _homes(world)
    assert len(_homes(world)) == len(homes) + 1
    text = shown_text(told)
    assert "12 alerts*, worst first" in text
    assert "we were down" not in text
    assert "and 2 more" in text
    assert [int(number) for number in re.findall(r"#(\d+) is overdue", str(told["blocks"]))] == [
        ticket.number for ticket in tickets[:10]
    ]
    for home in homes:
        (now,) = (one for one in _homes(world) if one["ts"] == home["ts"])
        assert "*Overdue " in shown_text(now)
    listed = world.desk.alerts_in_message(ESCALATIONS, str(told["ts"]))
    assert {each.ref for each in listed} == {ticket.ref for ticket in tickets}, "each can be opened"
    for ticket in tickets:
        (row,) = (row for row in world.desk.outbox.alerts(ticket.ref) if row.key.stage == "breach")
        assert row.home == f"{ESCALATIONS}:{told['ts']}"

    world.says(tickets[0].ref, amir, "We are on it.")
    world.deliver_all()
    assert len(_homes(world)) == len(homes) + 1
    assert "Answered" in shown_text(_homes(world)[0]), "its own message goes on"


def test_a_few_get_a_line_each(world: World) -> None:
    world.agent("amir")
    _breached(world, _each_warned_of(world, 5))
    world.deliver_all()
    assert len(_homes(world)) == 5
    assert len(_broadcasts(world)) == 5


def test_a_list_whose_answer_was_lost_is_there_once(world: World) -> None:
    world.agent("amir")
    _breached(world, _each_warned_of(world, 7))
    world.sandbox.put("/control/clock", {"advance": (world.clock() - world.machine()).total_seconds()})
    world.delivery = world.worker(lane=Lane.AHEAD)
    world.fault(method="chat.postMessage", lose_answer=True, times=1)
    world.deliver()
    world.delivery = world.worker()
    world.deliver_all()
    assert len(_homes(world)) == 8
    assert _broadcasts(world) == []


def test_of_more_deeds_and_ends_than_a_line_holds_the_rest_are_counted_and_none_is_told_again(world: World) -> None:
    amir = world.agent("amir")
    tickets = _late(world, 13)
    (home,) = _homes(world)

    def lines() -> list[str]:
        return [shown_text(one) for one in world.seen("lena", ESCALATIONS, thread=str(home["ts"]))]

    for ticket in tickets:
        world.desk.take_alert(ticket.ref, by=amir, until=world.clock() + timedelta(minutes=15))
    world.deliver_all()
    (taken,) = lines()
    assert "13 alerts*, worst first" in taken
    assert taken.count("Amir has it") == 11, "ten lines, and the first once more for who hears it"
    assert "and 3 more" in taken

    for ticket in tickets:
        world.says(ticket.ref, amir, "We are on it.")
    world.deliver_all()
    _, ended = lines()
    assert "13 alerts*, worst first" in ended
    assert "and 3 more" in ended

    for ticket in (tickets[0], tickets[5], tickets[12]):
        world.says(ticket.ref, amir, "And one thing more.")
    world.deliver_all()
    assert lines() == [taken, ended]


# --- the countdown --------------------------------------------------------------------------------------------------------


def _warned(world: World) -> tuple[Ticket, Countdown]:
    """An urgent ticket whose first answer is due in half an hour, and who counts down."""
    countdown = Countdown(world.desk)
    world.agent("amir")
    ticket = world.ticket(priority=Priority.URGENT)
    world.deliver_all()
    countdown.step(world.clock.advance(minutes=30, seconds=1))
    world.desk.watch_step(world.clock())
    world.deliver_all()
    return ticket, countdown


def _answer_due(ticket: Ticket) -> datetime:
    assert ticket.response_due_at is not None
    return ticket.response_due_at


def _text(world: World) -> str:
    (home,) = _homes(world)
    return shown_text(home)


def test_a_home_counts_down_and_is_edited_five_times_at_most(world: World) -> None:
    ticket, countdown = _warned(world)
    assert "in under 30 min" in _text(world)
    edits = [len(world.calls("chat.update"))]
    due = countdown.step(world.clock())
    assert due == _answer_due(ticket) - timedelta(minutes=15)
    for _ in range(20):
        world.clock.advance(minutes=1)
        countdown.step(world.clock())
        world.deliver_all()
    assert "in under 15 min" in _text(world)
    for _ in range(9):
        world.clock.advance(minutes=1)
        countdown.step(world.clock())
        world.deliver_all()
    assert "in under 5 min" in _text(world)
    assert "due <!date" in _text(world)
    before = len(world.calls("chat.update"))
    world.clock.advance(minutes=2)
    countdown.step(world.clock())
    world.desk.watch_step(world.clock())
    world.deliver_all()
    assert "in under" not in _text(world)
    assert "Overdue" in _text(world)
    assert before - edits[0] == 2, "15 and 5; that at the warning is part of it"


def test_the_countdown_is_dropped_while_slack_has_little_room_for_edits_but_the_breach_arrives(world: World) -> None:
    ticket, countdown = _warned(world)
    world.pace.is_on = True
    while world.pace.wait_for("chat.update", "c:other", world.machine(), spare=0.5) == 0:
        pass
    world.clock.advance(minutes=16)
    countdown.step(world.clock())
    assert world.deliver() is None
    assert world.desk.outbox.depth() == 0
    assert "in under 30 min" in _text(world), "still true"

    world.clock.now = _answer_due(ticket) + timedelta(seconds=1)
    world.desk.watch_step(world.clock())
    world.deliver_all()
    assert "Overdue" in _text(world)


def test_a_list_counts_no_minutes(world: World) -> None:
    world.agent("amir")
    tickets = [world.ticket(priority=Priority.URGENT) for _ in range(3)]
    world.deliver_all()
    world.clock.now = _answer_due(tickets[0]) - timedelta(minutes=29)
    countdown = Countdown(world.desk)
    world.desk.watch_step(world.clock())
    world.deliver_all()
    calls = len(world.calls("chat.update"))
    countdown.step(world.clock())
    world.clock.advance(minutes=15)
    countdown.step(world.clock())
    world.deliver_all()
    assert "in under" not in _text(world)
    assert len(world.calls("chat.update")) == calls
