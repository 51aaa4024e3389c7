"""What the escalation channel reads of the ladder: reminders, who is called, where each alert goes, and when it keeps quiet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from sqlalchemy import event

from bot import places
from bot.delivery import Delivery
from bot.delivery.moved import AlertPlaces
from bot.notices import Notices
from tests.bot.outbound import (
    DOCUMENT,
    ESCALATIONS,
    PEOPLE,
    SUPPORT,
    TRIAGE,
    Message,
    World,
    hours_from_now,
    shown_text,
)
from ticketing.desk import Desk
from ticketing.desk.alerting import LONGEST_WAIT
from ticketing.events import TicketEvent
from ticketing.model import Priority, Role, Ticket
from ticketing.shown import BREACH
from ticketing.transaction import Transaction

STEPS = [
    {"after": "30m"},
    {"after": "1h", "escalate": True},
    {"after": "1h", "person": PEOPLE["lena"][0]},
]


def _configured(world: World, *categories: dict[str, Any], **ladder: Any) -> None:
    more = {"categories": list(categories)} if categories else {}
    world.desk.configure({**DOCUMENT, "ladder": {"steps": STEPS} | ladder, **more}, by=None)


def _climb(world: World, **by: float) -> None:
    """Time passes, and what falls due in it is marked and told."""
    world.clock.advance(**by)
    world.desk.watch_step(world.clock())
    world.desk.ladder_step(world.clock())
    world.deliver_all()


def _lapse(world: World, **by: float) -> None:
    world.clock.advance(**by)
    world.desk.lapse_step(world.clock())
    world.desk.ladder_step(world.clock())
    world.deliver_all()


def _roots(world: World, channel: str = ESCALATIONS) -> list[Message]:
    return [one for one in world.seen("lena", channel) if one.get("thread_ts") in (None, one["ts"])]


def _lines(world: World, root: Message, channel: str = ESCALATIONS) -> list[Message]:
    return world.seen("lena", channel, thread=str(root["ts"]))


def _late(world: World) -> tuple[Ticket, Message]:
    """An urgent ticket that Amir has, whose first answer is overdue, and its alert."""
    world.agent("amir")
    ticket = world.ticket(priority=Priority.URGENT)
    world.deliver_all()
    _climb(world, minutes=61)
    (home,) = _roots(world)
    return ticket, home


def _in_channel(world: World) -> set[str]:
    return {str(one["ts"]) for one in world.seen("lena", ESCALATIONS)}


def test_a_breach_to_which_nobody_sees_is_reminded_of_goes_to_the_seniors_and_then_to_a_named_person(
    world: World,
) -> None:
    """Each is a line of its own that the channel sees as well, once, and the home is still one message."""
    _configured(world)
    world.agent("jo", is_senior=True, max_load=1)
    ticket, home = _late(world)
    number, said = ticket.number, len(_lines(world, home))
    _climb(world, minutes=29)
    assert len(_lines(world, home)) == said

    _climb(world, minutes=2)
    _climb(world, minutes=1)
    reminded = _lines(world, home)[said:]
    assert [f"#{number} is still overdue: nobody has seen to it <" in one["text"] for one in reminded] == [True]
    assert "<@" not in shown_text(reminded[0])

    _climb(world, hours=1)
    (senior,) = _lines(world, home)[said + 1 :]
    assert f"#{number} is still overdue and nobody has seen to it: it goes to the senior agents." in senior["text"]
    assert f"<@{PEOPLE['jo'][0]}>" in shown_text(senior)
    assert world.desk.ticket(ticket.ref).is_escalated

    _climb(world, hours=1)
    (named,) = _lines(world, home)[said + 2 :]
    assert f"<@{PEOPLE['lena'][0]}>" in shown_text(named)
    assert {str(one["ts"]) for one in (*reminded, senior, named)} <= _in_channel(world), "an edit notifies nobody"
    assert [one["ts"] for one in _roots(world)] == [home["ts"]]
    _climb(world, minutes=30)
    assert sum("is still overdue" in shown_text(one) for one in _lines(world, home)) == 3


def test_what_goes_to_the_seniors_says_so_where_none_is_there_and_nobody_is_mentioned_who_is_not_slacks(
    world: World,
) -> None:
    _configured(world, steps=[{"after": "30m", "escalate": True}, {"after": "30m", "person": "the office"[4:]}])
    _, home = _late(world)
    for _ in range(2):
        _climb(world, minutes=31)
    senior, named = _lines(world, home)[-2:]
    assert "it goes to the senior agents, and none of them is there." in shown_text(senior)
    assert "office" in shown_text(named)
    assert "<@" not in shown_text(named)


def test_a_reminder_says_since_when_nobody_sees_to_it(world: World) -> None:
    """Whoever just got it has had no longer."""
    _configured(world, steps=[{"after": "30m"}])
    jo = world.agent("jo")
    ticket, home = _late(world)
    _climb(world, minutes=20)
    amir, at = world.person("amir"), world.clock()
    world.desk.assign(ticket.ref, to=amir if world.desk.ticket(ticket.ref).assigned_agent_id == jo else jo, by=jo)
    at = world.clock()
    _climb(world, minutes=31)
    (line,) = [one for one in _lines(world, home) if "nobody has seen to it" in shown_text(one)]
    assert f"nobody has seen to it <!date^{int(at.timestamp())}^" in shown_text(line)


def test_what_is_warned_breached_and_climbed_anew_after_it_was_taken_back_is_told_anew(world: World) -> None:
    """With lower priority it is due later: each alert of the second time has a line of its own, and calls once more."""
    _configured(world, steps=STEPS[:2])
    world.agent("jo", is_senior=True, max_load=1)
    ticket, home = _late(world)
    _climb(world, minutes=31)
    _climb(world, minutes=61)
    world.desk.set_priority(ticket.ref, Priority.HIGH, by=world.person("amir"))
    world.deliver_all()
    first = {str(one["ts"]) for one in _lines(world, home)}
    _climb(world, minutes=61)
    for minutes in (30, 31, 61):
        _climb(world, minutes=minutes)
    second = [one for one in _lines(world, home) if str(one["ts"]) not in first]
    told = ("is due soon", "is overdue", "nobody has seen to it <", "goes to the senior agents")
    assert [[words in one["text"] for words in told].index(True) for one in second] == [0, 1, 2, 3]
    assert f"<@{PEOPLE['jo'][0]}>" in shown_text(second[-1])
    assert {str(one["ts"]) for one in second[1:]} <= _in_channel(world), "an edit notifies nobody"
    assert all(row.home is not None for row in world.desk.outbox.alerts(ticket.ref))


def test_whom_a_step_calls_is_called_also_where_its_message_comes_with_it(world: World) -> None:
    """Somebody deletes the message, or everything was held back and comes at once, for one ticket or for several."""
    _configured(world, steps=[{"after": "30m", "person": PEOPLE["lena"][0]}])
    ticket, home = _late(world)
    known = world.sandbox.credentials()
    client = WebClient(token=known.bot_token, base_url=known.api_url)
    client.chat_delete(channel=ESCALATIONS, ts=str(home["ts"]))
    _climb(world, minutes=31)
    mention = f"<@{PEOPLE['lena'][0]}>"
    (again,) = [one for one in _roots(world) if f"#{ticket.number} " in shown_text(one)]
    assert [mention in shown_text(one) for one in _lines(world, again)] == [True]
    assert {str(one["ts"]) for one in _lines(world, again)} <= _in_channel(world), "an edit notifies nobody"

    others = [world.ticket(priority=Priority.URGENT, subject=f"Invoice {each}") for each in range(2)]
    world.clock.advance(minutes=61)
    world.desk.watch_step(world.clock())
    _climb(world, minutes=31)
    (group,) = [one for one in _roots(world) if f"#{others[0].number}" in shown_text(one)]
    (line,) = _lines(world, group)
    assert [shown_text(line).count(f"#{each.number} is still overdue") >= 1 for each in others] == [True, True]
    assert mention in shown_text(line)


def test_while_it_is_the_customers_turn_the_alert_stands_and_nothing_follows_it(world: World) -> None:
    _configured(world)
    amir = world.agent("amir")
    ticket = world.ticket(priority=Priority.URGENT)
    world.says(ticket.ref, world.person("amir"), "We are looking.")
    _climb(world, hours=4, minutes=1)
    (home,) = _roots(world)
    assert "overdue" in shown_text(home)
    world.desk.wait_for_customer(ticket.ref, by=amir, question="Which one?", source="v:q")
    world.deliver_all()
    said = len(_lines(world, home))
    _climb(world, minutes=31)
    _climb(world, hours=5)
    assert len(_lines(world, home)) == said
    assert "overdue" in shown_text(_roots(world)[0])

    world.says(ticket.ref, world.person("mara"), "The red one.")
    _climb(world, minutes=29)
    assert not any("still overdue" in one["text"] for one in _lines(world, home)[said:])
    _climb(world, minutes=2)
    assert any("still overdue" in one["text"] for one in _lines(world, home)[said:])


def test_what_is_not_told_yet_when_it_becomes_the_customers_turn_is_told_when_it_is_ours_again(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket(priority=Priority.URGENT)
    world.says(ticket.ref, world.person("amir"), "We are looking.")
    world.deliver_all()
    world.clock.advance(hours=4, minutes=1)
    world.desk.watch_step(world.clock())
    world.desk.wait_for_customer(ticket.ref, by=amir, question="Which one?", source="v:q")
    world.deliver_all()
    assert _roots(world) == []

    world.says(ticket.ref, world.person("mara"), "The red one.")
    world.deliver_all()
    assert len(_roots(world)) == 1


def test_what_was_seen_to_climbs_no_further(world: World) -> None:
    _configured(world)
    ticket, home = _late(world)
    world.says(ticket.ref, world.person("amir"), "We are on it.")
    _climb(world, hours=2)
    assert not any("still overdue" in one["text"] for one in _lines(world, home))
    assert "Answered" in shown_text(_roots(world)[0])


def test_what_somebody_saw_to_is_nobodys_since_they_no_longer_do_and_they_hear_who_released_it(world: World) -> None:
    """Who counts on a promise reads that it is no more; and what stands open counts from there."""
    _configured(world)
    world.agent("jo", skills={})
    ticket, home = _late(world)
    lena = world.agent("lena", skills={})
    world.desk.take_alert(ticket.ref, by=lena, until=world.clock() + timedelta(minutes=50))
    world.clock.advance(minutes=5)
    world.desk.release_alert(ticket.ref, by=world.person("jo"))
    released_at = world.clock()
    world.deliver_all()

    line = _lines(world, home)[-1]
    assert f"#{ticket.number}: Lena no longer sees to it; Jo released it. <@" in str(line["blocks"])
    _climb(world, minutes=40)
    reminded = next(one for one in _lines(world, home) if "nobody has seen to it" in one["text"])
    assert f"<!date^{int(released_at.timestamp())}^since" in str(reminded["blocks"])


def test_whoever_sees_to_an_alert_hears_who_does_instead(world: World) -> None:
    _configured(world)
    world.agent("jo", skills={})
    ticket, home = _late(world)
    world.agent("lena", skills={})
    for who in ("lena", "jo", "jo"):
        world.clock.advance(minutes=1)
        until = world.clock() + timedelta(minutes=30)
        world.desk.take_alert(ticket.ref, by=world.person(who), until=until)
        world.deliver_all()
    lines = [shown_text(one) for one in _lines(world, home) if " has it" in shown_text(one)]
    assert ["Lena has it" in line for line in lines] == [True, False, False]
    assert [f"<@{PEOPLE['lena'][0]}>" in line for line in lines] == [False, True, False]


def test_that_nobody_can_take_a_ticket_is_read_before_a_clock_warns_and_is_struck_through_when_somebody_does(
    world: World,
) -> None:
    ticket = world.ticket(priority=Priority.URGENT)  # the warning comes after half an hour
    world.deliver_all()
    _climb(world, minutes=14)
    assert _roots(world) == []
    _climb(world, minutes=2)
    (home,) = _roots(world)
    assert f"Nobody can take #{ticket.number}" in shown_text(home)
    assert "due" not in home["text"].lower()

    world.desk.claim(ticket.ref, by=world.agent("amir"))
    world.deliver_all()
    (home,) = _roots(world)
    assert f"~#{ticket.number} Cannot open the invoice~ *Amir has it.*" in shown_text(home)


def test_what_lies_too_long_is_told_of_and_by_whether_somebody_has_it(world: World) -> None:
    _configured(world, unassigned_after="2h", untouched_after="3h", steps=[])
    waiting = world.ticket(priority=Priority.LOW, subject="Nobody has this")
    held = world.ticket(priority=Priority.LOW, subject="Amir has this", category="technical")
    world.desk.claim(held.ref, by=world.agent("amir", skills={"technical": 3}))
    world.deliver_all()
    _climb(world, hours=2, minutes=1)
    (first,) = _roots(world)
    assert f"#{waiting.number} Nobody has this has no agent" in shown_text(first)

    _climb(world, hours=1)
    second = _roots(world)[1]
    assert f"Nobody has touched #{held.number} Amir has this" in shown_text(second)
    world.says(held.ref, world.person("amir"), "I look into it", internal=True)
    world.deliver_all()
    assert f"~#{held.number} Amir has this~" in shown_text(_roots(world)[1])


def test_work_without_words_strikes_through_that_a_ticket_lies_and_the_next_time_counts_from_it(world: World) -> None:
    _configured(world, untouched_after="3h", steps=[])
    world.agent("amir", skills={"technical": 3})
    held = world.ticket(priority=Priority.LOW, subject="Amir has this", category="technical")
    world.deliver_all()
    _climb(world, hours=3, minutes=1)
    assert f"Nobody has touched #{held.number} Amir has this" in shown_text(_roots(world)[0])

    world.clock.advance(minutes=20)
    world.desk.start(held.ref, by=world.person("amir"))
    started = int(world.clock().timestamp())
    world.deliver_all()
    assert f"~#{held.number} Amir has this~" in shown_text(_roots(world)[0])
    _climb(world, hours=3, minutes=1)
    assert f"#{held.number}: nobody has touched it <!date^{started}^since" in shown_text(_roots(world)[0])


@pytest.mark.parametrize("seen", [True, False])
def test_what_nobody_takes_is_taken_or_seen_until_a_time_and_comes_back_with_a_line_that_all_see(
    world: World, seen: bool
) -> None:
    """Whoever takes it has it; that nobody takes it is over, and it comes back as one that lies."""
    number = world.ticket(priority=Priority.LOW).number
    ref = world.desk.find(number)
    assert ref is not None
    world.deliver_all()
    _climb(world, hours=11, minutes=45)
    jo = world.agent("jo", skills={})
    world.desk.take_alert(ref, by=jo, until=world.clock() + timedelta(hours=1), seen=seen)
    world.deliver_all()
    (home,) = _roots(world)
    head, said = ("*Nobody can take #", "Jo has seen it, <") if seen else (f"~#{number} ", "Jo has it <")
    assert head in shown_text(home)
    assert said in shown_text(home)
    (line,) = _lines(world, home)
    assert f"#{number}: {said}" in str(line["blocks"])
    assert str(line["ts"]) not in _in_channel(world)

    _lapse(world, hours=1)
    (home,) = _roots(world)
    assert ("*Nobody can take #" if seen else f"*Nobody has touched #{number} ") in shown_text(home)
    line = _lines(world, home)[-1]
    assert f"#{number}: Jo's time ended" in line["text"]
    assert line["text"].endswith(", and nobody has taken it." if seen else ", and nobody has touched it.")
    assert str(line["ts"]) in _in_channel(world), "an edit notifies nobody"
    _climb(world, minutes=1)
    assert len(_lines(world, home)) == 2
    assert all(row.home for row in world.desk.outbox.alerts(ref)), "told, and not told again"

    world.desk.take_alert(ref, by=jo, until=world.clock() + timedelta(hours=1), seen=True)
    world.desk.release_alert(ref, by=jo)
    _climb(world)
    assert "Jo no longer sees to it" in str(_lines(world, home)[-1]["blocks"])
    assert "until" not in shown_text(_roots(world)[0])


# --- where ----------------------------------------------------------------------------------------------------------------


def test_the_alerts_of_a_category_go_to_its_own_channel_and_a_private_ones_to_nowhere_but_its_own(world: World) -> None:
    _configured(
        world,
        {"key": "billing", "name": "Billing", "escalations": SUPPORT},
        {"key": "technical", "name": "Technical"},
        {"key": "personnel", "name": "Personnel", "private": True, "channel": TRIAGE, "escalations": SUPPORT},
    )
    skills = {"billing": 3, "technical": 3, "personnel": 3}
    world.agent("amir", skills=skills)
    billing, technical, private = (
        world.ticket(category=key, subject=f"About {key}", priority=Priority.URGENT) for key in skills
    )
    world.deliver_all()
    before = {str(one["ts"]) for one in _roots(world, TRIAGE)}
    _climb(world, minutes=31)
    _climb(world, minutes=31)
    _climb(world, minutes=31)

    (home,) = _roots(world, SUPPORT)
    assert f"#{billing.number} About billing" in shown_text(home)
    (home,) = _roots(world, ESCALATIONS)
    assert f"#{technical.number} About technical" in shown_text(home)
    (home,) = [one for one in _roots(world, TRIAGE) if str(one["ts"]) not in before]
    assert "*Overdue <" in shown_text(home)
    assert f"#{private.number} About personnel" in shown_text(home)
    lines = [one["text"] for one in _lines(world, home, TRIAGE)]
    assert [f"#{private.number} is" in line for line in lines] == [True, True], "the breach, and the reminder"
    for channel in (SUPPORT, ESCALATIONS):
        assert "personnel" not in str(world.seen("lena", channel))
        assert f"#{private.number} " not in str(world.seen("lena", channel))


# --- when -----------------------------------------------------------------------------------------------------------------


def test_quiet_hours_hold_everything_back_but_what_is_urgent(world: World) -> None:
    """High is due after four hours, and warned about before; both in the quiet hours."""
    _configured(world, quiet=hours_from_now(world, 1, 6))
    world.agent("amir")
    high = world.ticket(priority=Priority.HIGH, subject="It can wait")
    world.deliver_all()
    world.clock.advance(hours=3)
    urgent = world.ticket(priority=Priority.URGENT, subject="It burns")
    world.deliver_all()
    _climb(world, minutes=31)
    (home,) = _roots(world)
    assert f"#{urgent.number} It burns" in shown_text(home)
    _climb(world, minutes=31)
    _climb(world, minutes=31)
    assert any(f"#{urgent.number} is still overdue" in one["text"] for one in _lines(world, home))
    assert any(clock.breached_at for clock in world.desk.ticket(high.ref).clocks)
    assert f"#{high.number} " not in str(world.seen("lena", ESCALATIONS))

    _climb(world, minutes=85)
    assert f"#{high.number} " not in str(world.seen("lena", ESCALATIONS))
    _climb(world, minutes=5)
    told = [one for one in _roots(world) if f"#{high.number} It can wait" in shown_text(one)]
    assert ["*Overdue <" in shown_text(one) for one in told] == [True]


@pytest.mark.parametrize(
    ("how", "tickets", "steps"), [("new hours", 1, []), ("new hours", 3, STEPS), ("less urgent", 3, [])]
)
def test_what_came_about_before_it_was_quiet_for_it_is_told_though_slack_has_it_only_then(
    world_anywhere: World, tickets: int, steps: list[dict[str, Any]], how: str
) -> None:
    """Nothing had held it back, so that nothing would tell of it at the end of the quiet hours."""
    world, ladder = world_anywhere, {"steps": steps}
    begins_as = Priority.HIGH if how == "new hours" else Priority.URGENT
    alike = {"first_response": {"high": "1h", "urgent": "1h"}, "resolution": {"high": "none", "urgent": "none"}}
    quiet = {"quiet": hours_from_now(world, 0.75, 6)}
    document = {**DOCUMENT, "policies": [alike]}
    world.desk.configure({**document, "ladder": ladder if how == "new hours" else ladder | quiet}, by=None)
    amir = world.agent("amir", max_load=9)
    late = [world.ticket(priority=begins_as, subject=f"Late {number}") for number in range(tickets)]
    world.deliver_all()
    world.fault(method="chat.postMessage", error="internal_error", times=100)
    world.clock.advance(hours=1, seconds=2)
    world.desk.watch_step(world.clock())
    world.deliver()
    assert not _roots(world)
    if how == "new hours":
        world.desk.configure({**document, "ladder": ladder | quiet | {"quiet": hours_from_now(world, -1, 5)}}, by=None)
    else:
        for ticket in late:
            world.desk.set_priority(ticket.ref, Priority.HIGH, by=amir)
    world.fault()
    _climb(world, seconds=30)
    told = "\n".join(shown_text(one) for one in _roots(world))
    assert [told.count(f"Late {number}") > 0 for number in range(tickets)] == [True] * tickets
    for ticket in late:
        assert all(row.home for row in world.desk.outbox.alerts(ticket.ref) if row.key.stage == BREACH)
    before = len(_in_channel(world))
    _climb(world, hours=3)
    assert len(_in_channel(world)) == before, "the steps wait"


def test_that_a_promise_has_lapsed_is_told_when_the_quiet_hours_are_over(world: World) -> None:
    """What is urgent is told at night."""
    _configured(world, quiet=hours_from_now(world, 4.5, 10), steps=[])
    amir = world.agent("amir")
    tickets = {
        priority: world.ticket(priority=priority, subject=f"It is {priority.name}")
        for priority in (Priority.HIGH, Priority.URGENT)
    }
    world.deliver_all()
    _climb(world, hours=4, minutes=1)
    world.clock.advance(minutes=1)
    for ticket in tickets.values():
        world.desk.take_alert(ticket.ref, by=amir, until=world.clock() + timedelta(hours=1))
    world.deliver_all()

    def told(priority: Priority) -> int:
        sentence = f"#{tickets[priority].number}: Amir's time ended"
        return sum(one["text"].count(sentence) for one in world.seen("lena", ESCALATIONS))

    _lapse(world, hours=1, minutes=1)
    assert (told(Priority.URGENT), told(Priority.HIGH)) == (1, 0)
    _lapse(world, hours=4, minutes=50)
    assert told(Priority.HIGH) == 0
    _lapse(world, minutes=10)
    _lapse(world, minutes=1)
    assert (told(Priority.URGENT), told(Priority.HIGH)) == (1, 1)


@pytest.mark.parametrize("how", ["answered", "taken"])
def test_that_a_promise_lapsed_at_night_is_not_told_once_somebody_has_seen_to_it(world: World, how: str) -> None:
    _configured(world, quiet=hours_from_now(world, 4.5, 10), steps=[])
    amir = world.agent("amir")
    ticket = world.ticket(priority=Priority.HIGH)
    world.deliver_all()
    _climb(world, hours=4, minutes=1)
    world.desk.take_alert(ticket.ref, by=amir, until=world.clock() + timedelta(hours=1))
    _lapse(world, hours=2)
    if how == "answered":
        world.says(ticket.ref, amir, "We are on it.")
        world.desk.resolve(ticket.ref, by=amir)
    else:
        world.desk.take_alert(ticket.ref, by=amir, until=world.clock() + timedelta(hours=9))
    _lapse(world, hours=5)
    assert "time ended" not in str(world.seen("lena", ESCALATIONS))


def test_what_quiet_hours_hold_back_is_not_counted_among_more_lines_than_are_drawn_at_night(world: World) -> None:
    """It would be told already then, and be left out in the morning."""
    answers_only = {"resolution": dict.fromkeys(("high", "urgent"), "none")}
    quiet = {"steps": [], "quiet": hours_from_now(world, 3.75, 12)}
    world.desk.configure({**DOCUMENT, "ladder": quiet, "policies": [answers_only]}, by=None)
    world.agent("amir", max_load=50)
    world.person("mara")  # of two who write, what the first wrote is marked first
    words: dict[str, Any] = {"subject": "It can wait", "description": "", "category": "billing"}
    high = [
        world.desk.open_ticket(world.person("tomas"), **words, priority=Priority.HIGH, source=f"v:t:{each}")
        for each in range(2)
    ]
    world.clock.advance(hours=2, minutes=55)
    urgent = [world.ticket(priority=Priority.URGENT) for _ in range(12)]
    world.deliver_all()
    _climb(world, minutes=36)
    (home,) = _roots(world)
    assert "14 tickets" in shown_text(home)
    said = len(_lines(world, home))

    _climb(world, minutes=34)
    (line,) = _lines(world, home)[said:]
    assert f"{len(urgent)} alerts" in shown_text(line)
    _climb(world, hours=7)
    assert len(_lines(world, home)) == said + 1
    _climb(world, hours=1)
    (morning,) = _lines(world, home)[said + 1 :]
    assert all(f"#{ticket.number} is overdue" in shown_text(morning) for ticket in high)


class Unmarkable:
    """An observer in one process, with which nothing can be marked on a ticket while its observer stands."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket

    def __call__(self, _tx: Transaction, ticket: Ticket, _event: TicketEvent) -> None:
        if ticket.ref == self.ticket.ref:
            raise LookupError


def _opened_apart(world: World, count: int, seconds: float) -> list[Ticket]:
    """Urgent tickets whose answers fall due so many seconds after each other, the first just now."""
    world.agent("amir", max_load=50)
    tickets = []
    for _ in range(count):
        tickets.append(world.ticket(priority=Priority.URGENT))
        world.clock.advance(seconds=seconds)
    world.deliver_all()
    assert tickets[0].response_due_at is not None
    world.clock.now = tickets[0].response_due_at + timedelta(seconds=1)
    return tickets


def test_what_cannot_be_marked_in_another_process_holds_a_message_back_for_two_minutes_at_most(world: World) -> None:
    """Though more comes about all the time, so that it never waits for long without anything new."""
    stuck, *others = _opened_apart(world, 9, seconds=20)
    watch = Desk(world.database, world.clock)
    watch.subscribe(Notices())
    watch.subscribe(Unmarkable(stuck))
    watch.after_failure(lambda _job, _error: None)
    world.clock.advance(seconds=20)
    first_at, told_after = world.clock(), timedelta(0)
    while not _roots(world):
        watch.watch_step(world.clock())
        world.deliver()
        told_after = world.clock() - first_at
        world.clock.advance(seconds=20)
        world.machine.advance(seconds=20)
        assert told_after <= timedelta(minutes=3)

    assert LONGEST_WAIT < told_after <= LONGEST_WAIT + timedelta(seconds=20)
    (home,) = _roots(world)
    assert "8 tickets" in shown_text(home)
    assert all(any(clock.breached_at for clock in world.desk.ticket(one.ref).clocks) for one in others)


def test_what_this_process_knows_that_it_cannot_mark_holds_no_message_back(world: World) -> None:
    stuck, other = _opened_apart(world, 2, seconds=0)
    world.desk.subscribe(Unmarkable(stuck))
    failures = list[str]()
    world.desk.after_failure(lambda job, _error: failures.append(job))
    world.desk.watch_step(world.clock())
    world.deliver()

    assert failures == ["watch"]
    (home,) = _roots(world)
    assert f"#{other.number} " in shown_text(home)


@pytest.mark.parametrize("is_archived", [True, False])
def test_alerts_wait_for_a_channel_that_is_archived_or_has_lost_the_app(world: World, is_archived: bool) -> None:
    """Nothing is given up: once the channel is open again, it reads within a minute what it is still owed."""
    _configured(world)
    world.agent("amir")
    ticket = world.ticket(priority=Priority.URGENT)
    world.deliver_all()
    _close(world, is_archived, True)
    try:
        world.clock.advance(minutes=61)
        world.desk.watch_step(world.clock())
        due = world.deliver()
        assert due is not None
        world.machine.now = due
        due = world.deliver()
        assert due is not None
        assert due - world.machine() <= timedelta(minutes=1)
    finally:
        _close(world, is_archived, False)
    world.machine.now = due
    world.deliver_all()

    assert world.desk.outbox.parked() == []
    (home,) = [one for one in _roots(world) if "Overdue" in shown_text(one)]
    assert f"#{ticket.number} " in shown_text(home)


def _close(world: World, is_archived: bool, now: bool) -> None:
    """The escalation channel is archived, or its app removed; or the contrary."""
    if is_archived:
        world.sandbox.patch(f"/control/channels/{ESCALATIONS}", {"is_archived": now})
    else:
        app = world.sandbox.get("/control/workspace")["app"]["bot_user_id"]
        world.sandbox.post(f"/control/channels/{ESCALATIONS}/members", {"user": app, "present": not now})


@pytest.mark.parametrize(
    ("is_archived", "says"),
    [
        (True, "the channel is archived.\nUnarchive it, or choose another channel under Set-up, Channels.\nUntil then"),
        (False, "the app is not in it, or it is gone.\nThere, type /invite @Helpdesk, or choose another channel"),
    ],
)
def test_each_admin_hears_once_an_outage_that_alerts_wait_and_that_it_is_over(
    world: World, is_archived: bool, says: str
) -> None:
    _configured(world)
    world.agent("amir")
    for name in ("jo", "lena"):
        world.desk.set_role(world.person(name), Role.ADMIN, by=None)

    def told(name: str) -> list[str]:
        return [one for one in map(shown_text, world.seen(name)) if f"<#{ESCALATIONS}>" in one]

    for outage in (1, 2):
        for _ in range(2):
            world.ticket(priority=Priority.URGENT)
        world.deliver_all()
        _close(world, is_archived, True)
        try:
            _wait_in_vain(world, world.worker(), world.worker())
            assert [len(told(name)) for name in ("jo", "lena")] == [outage, outage]
            assert f"Alerts cannot be told in <#{ESCALATIONS}>:" in told("jo")[-1]
            assert says.replace("\n", "\\n") in told("jo")[-1]
            assert all("told in" not in shown_text(one) for one in world.seen("amir"))
        finally:
            _close(world, is_archived, False)
        world.deliver_all()
        assert [f"Alerts are told in <#{ESCALATIONS}> again." in one for one in told("lena")] == [True] * outage
    assert world.desk.outbox.parked() == []


def _wait_in_vain(world: World, *workers: Delivery) -> None:
    """What falls due now is tried twice by each of several processes, a minute apart."""
    world.clock.advance(minutes=61)
    world.desk.watch_step(world.clock())
    world.desk.ladder_step(world.clock())
    for worker in (*workers, *workers):
        while (due := worker.step(world.machine())) is not None and due <= world.machine():
            pass
        world.machine.advance(seconds=61)


def test_an_outage_of_one_categorys_channel_names_it_and_ends_with_the_choice_of_another(world: World) -> None:
    own = {"key": "billing", "name": "Billing", "escalations": ESCALATIONS}
    channels = {"triage": TRIAGE, "escalations": SUPPORT}
    world.desk.configure({**DOCUMENT, "channels": channels, "categories": [own]}, by=None)
    world.agent("amir")
    world.desk.set_role(world.person("lena"), Role.LEAD, by=None)
    look = AlertPlaces(world.desk)
    _look(world, look)
    world.ticket(priority=Priority.URGENT)
    world.deliver_all()
    _close(world, True, True)
    try:
        _wait_in_vain(world, world.delivery)
        (held,) = [shown_text(one) for one in world.seen("lena")]
        assert f"Alerts of Billing cannot be told in <#{ESCALATIONS}>:" in held
        assert "under Set-up, Categories." in held
        del own["escalations"]
        world.desk.configure({**DOCUMENT, "channels": channels, "categories": [own]}, by=None)
        _look(world, look)
        world.deliver_all()
    finally:
        _close(world, True, False)
    (over,) = [shown_text(one) for one in world.seen("lena")]
    assert f"Alerts are no longer told in <#{ESCALATIONS}>." in over
    assert "Set-up" not in over
    assert any("verdue" in shown_text(one) for one in _roots(world, SUPPORT))


def test_what_is_owed_moves_with_the_channel_of_alerts_and_the_old_message_says_where(world: World) -> None:
    """Also what still waits, here because the channel of before was archived."""
    _configured(world)
    ticket, home = _late(world)
    waiting = world.ticket(priority=Priority.URGENT)
    world.deliver_all()
    world.clock.advance(minutes=61)
    _close(world, True, True)
    try:
        world.desk.watch_step(world.clock())
        due = world.deliver()
        channels = {"triage": TRIAGE, "escalations": SUPPORT}
        world.desk.configure({**DOCUMENT, "channels": channels, "ladder": {"steps": STEPS}}, by=None)
        alert_places = AlertPlaces(world.desk)
        alert_places.step(world.clock())
    finally:
        _close(world, True, False)
    assert due is not None
    world.machine.now = due
    _climb(world)

    now = shown_text(next(one for one in _roots(world) if one["ts"] == home["ts"]))
    assert f"#{ticket.number}: its alert is in <#{SUPPORT}> now." in now
    assert "Take it" not in now
    there = " ".join(shown_text(one) for one in _roots(world, SUPPORT))
    assert "2 tickets: 2 overdue" in there
    assert f"#{waiting.number}" in there
    assert len([one for one in _roots(world, SUPPORT) if "verdue" in shown_text(one)]) == 1
    said = len(world.calls("chat.postMessage"))
    alert_places.step(world.clock())
    world.deliver_all()
    assert len(world.calls("chat.postMessage")) == said

    world.says(ticket.ref, world.person("amir"), "Done.")
    world.deliver_all()
    assert "its alert is in" not in shown_text(next(one for one in _roots(world) if one["ts"] == home["ts"]))


def test_a_message_of_several_says_where_those_are_told_that_moved_and_shows_the_others(world: World) -> None:
    """One by its category, and then all by the settings."""
    categories = [
        {"key": "billing", "name": "Billing"},
        {"key": "technical", "name": "Technical", "escalations": SUPPORT},
    ]
    _configured(world, *categories)
    amir = world.agent("amir")
    tickets = [world.ticket(priority=Priority.URGENT, subject=f"Invoice {each}") for each in range(3)]
    world.deliver_all()
    _climb(world, minutes=61)
    (home,) = _roots(world)
    world.desk.set_category(tickets[0].ref, "technical", by=amir)
    _climb(world)
    now = shown_text(_roots(world)[0])
    assert f"#{tickets[0].number}: its alert is in <#{SUPPORT}> now." in now
    assert "2 tickets: 2 overdue" in now
    assert f"#{tickets[0].number}*" not in now

    world.desk.configure({**DOCUMENT, "channels": {"triage": TRIAGE, "escalations": SUPPORT}}, by=None)
    while AlertPlaces(world.desk).step(world.clock()) is not None:
        pass
    _climb(world)
    (old,) = _roots(world)
    assert old["ts"] == home["ts"]
    numbers = ", ".join(f"#{ticket.number}" for ticket in tickets)
    assert f"{numbers}: their alerts are in <#{SUPPORT}> now." in shown_text(old)
    assert "Take several" not in shown_text(old)

    for ticket in tickets:
        world.says(ticket.ref, amir, "Done.")
        world.desk.resolve(ticket.ref, by=amir)
    world.deliver_all()
    assert "3 tickets: nothing is owed any more" in shown_text(_roots(world)[0])


def test_what_came_about_without_a_channel_is_told_once_one_is_chosen(world: World) -> None:
    world.desk.configure({**DOCUMENT, "channels": {"triage": TRIAGE}}, by=None)
    world.agent("amir")
    ticket = world.ticket(priority=Priority.URGENT)
    _climb(world, minutes=61)
    _configured(world)
    AlertPlaces(world.desk).step(world.clock())
    world.deliver_all()
    (home,) = _roots(world)
    assert f"#{ticket.number} " in shown_text(home)


def _alerts_in(world: World, channel: str, **more: Any) -> None:
    channels = {"triage": TRIAGE, "escalations": channel}
    world.desk.configure({**DOCUMENT, "channels": channels, "ladder": {"steps": STEPS}} | more, by=None)


def _look(world: World, *looks: AlertPlaces) -> None:
    """Each in turn until none has more to look through."""
    left = list(looks)
    while left:
        left = [each for each in left if each.step(world.clock()) is not None]


def test_many_that_are_owed_move_page_by_page_whoever_dies_over_it_and_however_many_look(world: World) -> None:
    _configured(world)
    world.agent("amir")
    _look(world, AlertPlaces(world.desk))
    owed = [world.ticket(priority=Priority.URGENT) for _ in range(4)]
    world.ticket(priority=Priority.LOW)
    _climb(world, minutes=61)
    (home,) = _roots(world)
    _alerts_in(world, SUPPORT)

    assert AlertPlaces(world.desk, page=2).step(world.clock()) is not None
    asked = world.desk.outbox.depth_of(places.of_channel(SUPPORT))
    _look(world, AlertPlaces(world.desk, page=2), AlertPlaces(world.desk, page=1))
    world.deliver_all()

    assert 0 < asked < len(owed)
    (there,) = [one for one in _roots(world, SUPPORT) if "verdue" in shown_text(one)]
    assert "4 tickets: 4 overdue" in shown_text(there)
    (before,) = [one for one in _roots(world) if one["ts"] == home["ts"]]
    assert all(f"#{each.number}" in shown_text(before) for each in owed)


def test_what_comes_back_to_the_channel_of_before_is_taken_from_there_again(world: World) -> None:
    _configured(world)
    look = AlertPlaces(world.desk)
    ticket, home = _late(world)
    for channel in (SUPPORT, ESCALATIONS):
        _alerts_in(world, channel)
        _look(world, look)
        world.deliver_all()

    (back,) = [one for one in _roots(world) if one["ts"] == home["ts"]]
    assert "Take it" in shown_text(back)
    assert "its alert is in" not in shown_text(back)
    (there,) = [one for one in _roots(world, SUPPORT) if f"#{ticket.number}" in shown_text(one)]
    assert f"#{ticket.number}: its alert is in <#{ESCALATIONS}> now." in shown_text(there)


def test_neither_a_start_nor_other_settings_look_through_what_is_owed(world: World) -> None:
    """Also a change that was made and taken back while nobody looked is one."""
    _configured(world)
    look = AlertPlaces(world.desk)
    _look(world, look)
    _late(world)
    _alerts_in(world, ESCALATIONS, reopen_limit=7)
    read: list[str] = []

    def note(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        read.append(sql)

    event.listen(world.database.engine, "before_cursor_execute", note)
    _look(world, look)
    _look(world, AlertPlaces(world.desk))
    event.remove(world.database.engine, "before_cursor_execute", note)
    assert [sql for sql in read if "alerts" in sql or "tickets" in sql] == []
    assert world.desk.outbox.depth() == 0

    _alerts_in(world, SUPPORT)
    _alerts_in(world, ESCALATIONS)
    event.listen(world.database.engine, "before_cursor_execute", note)
    _look(world, AlertPlaces(world.desk))
    event.remove(world.database.engine, "before_cursor_execute", note)
    assert any("alerts" in sql for sql in read)


def test_the_alert_of_a_ticket_of_another_category_is_in_that_ones_channel_and_nowhere_else(world: World) -> None:
    categories = [
        {"key": "billing", "name": "Billing"},
        {"key": "technical", "name": "Technical", "escalations": SUPPORT},
    ]
    _configured(world, *categories)
    ticket, home = _late(world)
    world.desk.set_category(ticket.ref, "technical", by=world.person("amir"))
    _climb(world)

    (old,) = [one for one in _roots(world) if one["ts"] == home["ts"]]
    assert f"#{ticket.number}: its alert is in <#{SUPPORT}> now." in shown_text(old)
    (new,) = [one for one in _roots(world, SUPPORT) if f"#{ticket.number} " in shown_text(one)]
    assert "verdue" in shown_text(new)
