"""App Home, lists, help, and a deadline as a sum."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.actions import Press
from bot.blocks.explanation import LINES, explanation_lines, explanation_message
from bot.blocks.home import agent_home, customer_home
from bot.blocks.lists import agent_line, agent_list, customer_line, customer_list, helpdesk_help, ticket_help
from bot.values import MalformedValue, read_home_page_value
from bot.views import (
    AgentHome,
    AgentList,
    AgentRow,
    CustomerHome,
    CustomerList,
    CustomerRow,
    CustomerState,
    ExplanationView,
    ListKind,
    Page,
    Segment,
    SegmentKind,
)
from tests.bot.builders import REF, VIENNA, at, buttons, facts, shown, token, until
from ticketing.model import ClockKind, Outcome, Priority, TicketStatus, Tier
from ticketing.paging import Spot

AS_OF = token("as of {time}", at(14, 4), "as of 23 Nov 14:04 CET")


def row(state: CustomerState = CustomerState.BEGUN) -> CustomerRow:
    return CustomerRow(facts=facts(), state=state, agent="Amir Haddad")


def agent_row(status: TicketStatus = TicketStatus.IN_PROGRESS, **changes: Any) -> AgentRow:
    known: dict[str, Any] = {"facts": facts(), "status": status, "customer": "Mara Lindt", "due_at": at(14, 20)}
    return AgentRow(**known | changes)


def test_a_customers_home_says_whose_turn_it_is() -> None:
    rows = (row(CustomerState.THEIR_TURN), row(), row(CustomerState.RESOLVED), row(CustomerState.CLOSED))
    view = customer_home(CustomerHome(rows=rows, now=at(14, 4), zone=VIENNA))

    assert shown(view) == (
        "*Your tickets*\n"
        "*Waiting for you*\n*#42 Cannot open the invoice.* Waiting for you.\n"
        "*With us*\n*#42 Cannot open the invoice.* Amir is working on it.\n"
        "*Resolved*\n*#42 Cannot open the invoice.* Resolved by Amir.\n*#42 Cannot open the invoice.* Closed.\n"
        f"{AS_OF}"
    )
    assert buttons(view) == ["[[New ticket]]", "Refresh", "Open", "Open", "Open", "Open"]


def test_an_empty_home_says_what_to_do() -> None:
    view = customer_home(CustomerHome(rows=(), now=at(14, 4)))

    assert shown(view).startswith("You have no tickets. When something is wrong, open one: we answer in Messages.")


def test_a_long_home_has_pages() -> None:
    view = customer_home(CustomerHome(rows=(row(),), now=at(14, 4), page=Page(number=2, of=3)))

    assert "Page 2 of 3" in shown(view)
    assert buttons(view)[2:4] == ["Previous", "Next"]


def home(**changes: Any) -> AgentHome:
    known: dict[str, Any] = {
        "now": at(14, 4),
        "name": "Amir Haddad",
        "mine": (agent_row(),),
        "queue": (agent_row(TicketStatus.OPEN),),
        "queued": 12,
        "due_today": 3,
        "waiting_for_me": 2,
        "overdue": 1,
        "load": 2,
        "max_load": 5,
        "until": at(17),
        "zone": VIENNA,
    }
    return AgentHome(**known | changes)


def test_an_agents_home_begins_with_what_is_due() -> None:
    view = agent_home(home())

    assert shown(view) == (
        "*3 due today, 2 waiting for you, 1 overdue.*\n"
        f"Available, 2 of 5, shift {until(at(17), '23 Nov 17:00 CET')}.\n"
        "*Mine by deadline*\n"
        "*#42* due in 16 min. Mara waits for your answer. Cannot open the invoice\n"
        "*Queue*: 12\n"
        "*#42* Cannot open the invoice. High, billing, Mara. Due in 16 min.\n"
        "*Your own tickets*: none.\n"
        f"{AS_OF}"
    )
    assert buttons(view) == ["[[Take next]]", "Hand over", "Away", "Refresh", "Open", "Claim", "New ticket"]


def test_an_agents_home_says_how_many_are_snoozed() -> None:
    lines = shown(agent_home(home(mine=(), snoozed=1))).splitlines()

    assert lines[lines.index("No tickets are with you.") + 1] == "Snoozed: 1."
    assert "Snoozed" not in shown(agent_home(home()))


def test_an_agents_home_ends_with_what_they_have_opened_themselves() -> None:
    view = agent_home(home(own_tickets=(row(),)))

    assert "*Your own tickets*\n*#42 Cannot open the invoice.*" in shown(view)
    assert buttons(view)[-2:] == ["New ticket", "Open"]


def test_who_is_away_can_come_back() -> None:
    view = agent_home(home(is_available=False, until=None))

    assert "Away, 2 of 5." in shown(view)
    assert "Back" in buttons(view)


def test_only_what_works_is_offered() -> None:
    view = agent_home(home(presses=frozenset({Press.TAKE_NEXT, Press.AWAY, Press.MY_WORK}), is_lead=True))

    assert buttons(view)[:3] == ["My work", "[[Take next]]", "Away"]


def test_a_lead_finds_the_other_places() -> None:
    assert buttons(agent_home(home(is_lead=True)))[:5] == ["My work", "Board", "Report", "Team", "Set-up"]


def test_the_queue_is_listed_with_a_claim_each() -> None:
    listed = AgentList(
        kind=ListKind.QUEUE, rows=(agent_row(TicketStatus.OPEN),) * 2, now=at(14, 4), more=3, zone=VIENNA
    )
    message = agent_list(listed)

    assert buttons(message) == ["Claim", "Claim"]
    assert shown(message).endswith("and 3 more")
    assert message.text == (
        "5 tickets in the queue. First: #42 Cannot open the invoice. High, billing, Mara. Due in 16 min."
    )


def test_a_subject_that_ends_in_a_mark_of_its_own_gets_no_full_stop() -> None:
    asked = replace(agent_row(TicketStatus.OPEN), facts=facts(subject="How do I add a colleague?"))
    listed = AgentList(kind=ListKind.QUEUE, rows=(asked,), now=at(14))
    assert "How do I add a colleague? High, billing, Mara." in shown(agent_list(listed))


def test_whose_turn_it_is_follows_the_last_answer() -> None:
    answered = replace(agent_row(TicketStatus.IN_PROGRESS), is_answered=True)
    waiting = replace(agent_row(TicketStatus.PENDING_CUSTOMER), is_answered=True)
    assert "Mara has your answer and waits for the solution." in agent_line(answered, now=at(14), zone=VIENNA).text
    assert "Waiting for Mara." in agent_line(waiting, now=at(14), zone=VIENNA).text


def test_a_long_queue_has_pages() -> None:
    """Each list of an agent's home is turned by itself; a command names the next page."""
    line = agent_row(TicketStatus.OPEN)
    view = agent_home(home(queue=(line,), page=Page(number=2, of=4), queue_page=Page(number=3, of=9)))
    listed = AgentList(kind=ListKind.QUEUE, rows=(line,), now=at(14, 4), more=20, page=Page(number=2, of=3))
    last = AgentList(kind=ListKind.QUEUE, rows=(line,), now=at(14, 4), more=20, page=Page(number=3, of=3))

    turns = [block["elements"] for block in view["blocks"] if block["type"] == "actions"][1:]
    assert [[read_home_page_value(each["value"]) for each in turn] for turn in turns] == [
        [(1, 3, None), (3, 3, None)],
        [(2, 2, None), (2, 4, None)],
    ]
    assert shown(agent_list(listed)).endswith("Page 2 of 3. Next: /helpdesk queue 3")
    assert shown(agent_list(last)).endswith("Page 3 of 3")
    assert agent_list(last).text.startswith("21 tickets in the queue.")


def test_pages_of_a_list_read_by_keys_begin_behind_its_last_row_or_before_its_first() -> None:
    """The other list of the same home stays where it is, also over a rank below nothing."""
    line = Page(number=3, of=9, first=(-700, 40), last=(-700, 52))
    view = agent_home(home(queue=(agent_row(TicketStatus.OPEN),), page=Page(number=2, of=4), queue_page=line))

    turns = [block["elements"] for block in view["blocks"] if block["type"] == "actions"][1:]
    assert [[read_home_page_value(each["value"]) for each in turn] for turn in turns] == [
        [(1, 3, Spot((-700, 39))), (3, 3, Spot((-700, 39)))],
        [(2, 2, Spot((-700, 40), is_back=True)), (2, 4, Spot((-700, 52)))],
    ]
    assert read_home_page_value("7") == (1, 1, None), "of a Home that was drawn before"
    for forged in ("", "x", "1:2:c:1:2", "1:2:a:1", "1:2:a:1:2:3:4", "1:2:a:--1:2", "1:2:a:x:2", f"1:2:a:{10**19}:2"):
        with pytest.raises(MalformedValue):
            read_home_page_value(forged)


def test_an_empty_list_says_so() -> None:
    assert agent_list(AgentList(kind=ListKind.QUEUE, rows=(), now=at(14))).text == "The queue is empty."
    assert agent_list(AgentList(kind=ListKind.MINE, rows=(), now=at(14))).text == "You have no tickets now."
    assert "Type /ticket" in customer_list(CustomerList(rows=(), now=at(14))).text


def test_my_tickets_are_listed() -> None:
    message = customer_list(CustomerList(rows=(row(),), now=at(14)))

    assert message.text == "1 ticket of yours. First: #42 Cannot open the invoice. Amir is working on it."
    assert shown(customer_line(row())) == ("*#42 Cannot open the invoice.* Amir is working on it.")


def test_one_ticket_in_a_line_has_its_first_button() -> None:
    waiting = agent_line(agent_row(TicketStatus.OPEN), now=at(14, 4), zone=VIENNA)
    pending = agent_line(agent_row(TicketStatus.PENDING_CUSTOMER, due_at=None), now=at(14, 4), zone=VIENNA)

    assert buttons(waiting) == ["Claim"]
    assert shown(pending) == "*#42* Waiting for Mara. Cannot open the invoice"
    assert buttons(pending) == ["Open"]


def test_help_shows_every_command() -> None:
    for command in ("/ticket list", "/ticket 42"):
        assert f"`{command}`" in shown(ticket_help())
    for command in ("queue", "mine", "42 why", "away", "back"):
        assert f"`/helpdesk {command}`" in shown(helpdesk_help())


# A deadline as a sum


def counted(start: tuple[int, int], end: tuple[int, int], day: int) -> Segment:
    first, last = at(*start, day=day), at(*end, day=day)
    seconds = int((last - first).total_seconds())
    return Segment(kind=SegmentKind.COUNTED, start=first, end=last, seconds=seconds)


def explained(*segments: Segment, **changes: Any) -> ExplanationView:
    known: dict[str, Any] = {
        "ref": REF,
        "clock": ClockKind.RESOLUTION,
        "target_s": 8 * 3600,
        "tier": Tier.PREMIUM,
        "priority": Priority.HIGH,
        "policy_version": 7,
        "policy_date": date(2026, 11, 2),
        "calendar": "Office, Mon-Fri 9-17, holidays Austria",
        "segments": segments,
        "now": at(16, day=24),
        "left_s": 25 * 60,
        "due_at": at(15, 50, day=24),
        "ended_at": at(15, 25, day=24),
        "outcome": Outcome.MET,
        "customer": "Mara Lindt",
        "zone": VIENNA,
    }
    return ExplanationView(**known | changes)


def test_a_deadline_is_explained_as_a_sum() -> None:
    pause = Segment(kind=SegmentKind.PAUSED, start=at(10, 30, day=24), end=at(13, day=24))
    view = explained(
        counted((13, 20), (17, 0), 23), counted((9, 0), (10, 30), 24), pause, counted((13, 0), (15, 50), 24)
    )

    assert explanation_lines(view) == [
        "#42 solution: due Tue 24 Nov 15:50, met with 25 min to spare. Times: Europe/Vienna",
        "Target   8 h  premium, High; policy 7 of 2 Nov",
        "Calendar Office, Mon-Fri 9-17, holidays Austria",
        "Counted  Mon 23 Nov 13:20-17:00  3 h 40",
        "Counted  Tue 24 Nov 09:00-10:30  1 h 30",
        "Paused   Tue 24 Nov 10:30-13:00  waiting for Mara",
        "Counted  Tue 24 Nov 13:00-15:50  2 h 50",
        "Sum                              8 h 00",
    ]
    assert explanation_message(view).text == (
        "#42 solution: due Tue 24 Nov 15:50, met with 25 min to spare. The sum stands below."
    )


def test_a_clock_that_stands_or_is_late_says_so() -> None:
    running = {"ended_at": None, "outcome": None}

    assert explanation_lines(explained(due_at=None, **running))[0].startswith("#42 solution: paused, 25 min left.")
    assert "overdue by 1 h 5 min" in explanation_lines(explained(left_s=-3900, **running))[0]
    assert "52 min late" in explanation_lines(explained(left_s=-52 * 60, outcome=Outcome.BREACHED))[0]


def test_whole_days_are_summed_when_there_are_too_many() -> None:
    days = [counted((9, 0), (17, 0), day) for day in range(2, 28)]

    lines = explanation_lines(explained(*days))
    assert len(lines) <= LINES
    assert "Counted  Tue 3 Nov-Thu 26 Nov, 24 days  192 h 00" in lines
    assert lines[-1].split() == ["Sum", "208", "h", "00"]


def test_many_pauses_are_counted_rather_than_listed() -> None:
    step = timedelta(minutes=30)
    kinds = (SegmentKind.COUNTED, SegmentKind.PAUSED)
    many = [
        Segment(
            kind=kinds[one % 2], start=at(9) + one * step, end=at(9) + (one + 1) * step, seconds=1800 * (1 - one % 2)
        )
        for one in range(60)
    ]

    lines = explanation_lines(explained(*many))
    assert len(lines) <= LINES
    assert any("46 more stretches" in line for line in lines)


def test_a_stretch_over_midnight_names_both_days() -> None:
    night = Segment(kind=SegmentKind.COUNTED, start=at(22), end=at(2, day=24), seconds=4 * 3600)
    until_midnight = Segment(kind=SegmentKind.COUNTED, start=at(22), end=at(0, day=24), seconds=2 * 3600)

    assert "Mon 23 Nov 22:00-Tue 24 Nov 02:00" in explanation_lines(explained(night))[3]
    assert "Mon 23 Nov 22:00-24:00" in explanation_lines(explained(until_midnight))[3]
