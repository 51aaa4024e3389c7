"""Why was this late: six lines at most, in words, with the minutes of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.explaining import LINES, Explaining
from bot.views import TicketFacts
from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.model import Priority, TicketRef


@pytest.fixture
def clock() -> MovableClock:
    clock = MovableClock()
    clock.now = datetime(2026, 11, 23, 12, 20, tzinfo=UTC)
    return clock


@pytest.fixture
def desk(tmp_path: Path, clock: MovableClock) -> Iterator[Desk]:
    url = f"sqlite:///{tmp_path}/desk.db"
    migrate(url)
    database = Database.open(url)
    yield Desk(database, clock)
    database.close()


def why(desk: Desk, clock: MovableClock, ref: TicketRef) -> list[str]:
    """The lines without their date tokens, as who reads them in Vienna sees the time."""
    ticket = desk.ticket(ref)
    view = Explaining(desk, clock).why(ticket, TicketFacts.of(ticket, zone="Europe/Vienna"))
    assert len(view.lines) <= LINES
    return [re.sub(r"<!date\^\d+\^[^|]*\|([^>]*)>", r"\1", line) for line in view.lines]


def test_a_late_answer_says_why_nobody_had_it(desk: Desk, clock: MovableClock) -> None:
    cast = Cast(desk)
    amir = cast.agent("amir")
    desk.set_shifts(amir, {"mon-fri": ["14:00-22:00"]}, by=None)
    ticket = cast.ticket(priority=Priority.URGENT)
    clock.advance(minutes=40)
    desk.roster_step(clock.now)
    clock.advance(minutes=1)
    desk.drain_queue(clock.now)
    clock.advance(minutes=71)
    cast.says(ticket.ref, amir, "Here it is.")

    late, queued, held, ended = why(desk, clock, ticket.ref)

    assert late == "#1 was late: 41 of 60 min passed before anyone could take it."
    assert queued == "13:20 opened; in the queue until 14:01: nobody with billing was there (Amir from 14:00)."
    assert held.startswith("14:01 assigned to Amir: urgent, so the most skilled who is there (billing level 3).")
    assert held.endswith("It took 1 h 11 min there.")
    assert ended == "14:20 due. 15:12 Amir answered, 52 min late."


def test_another_days_times_have_their_date(desk: Desk, clock: MovableClock) -> None:
    ticket = Cast(desk).ticket(priority=Priority.URGENT)
    clock.advance(days=2)

    late, queued, owed = why(desk, clock, ticket.ref)

    assert late == "#1 is late: it has waited 2 days for somebody who can take it; 1 h was promised."
    assert queued == "23 Nov 13:20 CET opened; in the queue for 2 days so far: nobody can answer billing."
    assert owed.endswith("still owed.")


def test_what_is_owed_or_kept_or_waits_is_told_too(desk: Desk, clock: MovableClock) -> None:
    cast = Cast(desk)
    ticket = cast.ticket(priority=Priority.URGENT)
    clock.advance(minutes=90)
    assert why(desk, clock, ticket.ref)[-1].endswith("30 min ago; still owed.")

    amir = cast.agent("amir")
    kept = cast.ticket(priority=Priority.URGENT)
    clock.advance(minutes=10)
    cast.says(kept.ref, amir, "So.")
    desk.wait_for_customer(kept.ref, by=amir)
    assert why(desk, clock, kept.ref)[0] == "The solution of #2 was promised within 4 h."
    assert why(desk, clock, kept.ref)[-1] == "Not due while it waits for Mara."


def test_a_long_story_is_cut_to_its_longest_parts(desk: Desk, clock: MovableClock) -> None:
    cast = Cast(desk)
    amir, jo = cast.agent("amir"), cast.agent("jo")
    ticket = cast.ticket(priority=Priority.URGENT)
    for turn in range(8):
        clock.advance(minutes=5 + turn)
        desk.assign(ticket.ref, to=jo if turn % 2 == 0 else amir, by=amir)
    clock.now += timedelta(minutes=30)

    lines = why(desk, clock, ticket.ref)

    assert len(lines) == LINES
    assert "30 min" in lines[-2]


@pytest.mark.parametrize("is_promised", [True, False])
def test_who_sees_to_a_ticket_that_lies_is_said_whether_anything_is_promised_about_it_or_not(
    desk: Desk, clock: MovableClock, is_promised: bool
) -> None:
    none = {kind: {"low": "none"} for kind in ("first_response", "next_response", "resolution")}
    policies = [] if is_promised else [none]
    desk.configure({"ladder": {"untouched_after": "2h"}, "policies": policies}, by=None)
    cast = Cast(desk)
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.LOW)
    clock.advance(hours=2)
    desk.ladder_step(clock.now)
    assert why(desk, clock, ticket.ref)[-1 - is_promised] == "Nobody has touched it since 23 Nov 13:20 CET."
    for seen, said in (
        (True, "Amir has seen it, until 23 Nov 16:20 CET."),
        (False, "Amir has it until 23 Nov 16:20 CET."),
    ):
        desk.take_alert(ticket.ref, by=amir, until=clock.now + timedelta(hours=1), seen=seen)
        assert why(desk, clock, ticket.ref)[-1 - is_promised] == said
    clock.advance(minutes=1)
    cast.says(ticket.ref, amir, "I look at it", internal=True)
    assert not [line for line in why(desk, clock, ticket.ref) if "until 23 Nov 16:20" in line or "touched" in line]
