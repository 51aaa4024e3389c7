"""Deadlines as they are promised: every figure, policies, nights, lunch, pauses; through the desk, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.fortnight import Fortnight
from ticketing.configuration import default_document
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.events import EventKind
from ticketing.instants import to_us
from ticketing.model import ClockKind, Outcome, Priority, Ticket, TicketStatus, Tier
from ticketing.tables import sla_clocks

FIRST, NEXT, SOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION
HOUR = timedelta(hours=1)
OFFICE = {"name": "office", "zone": "Europe/Vienna", "windows": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}}
VIENNA_SUMMER, VIENNA_WINTER = timedelta(hours=2), timedelta(hours=1)


def at(day: str, clock: str, offset: timedelta = VIENNA_WINTER) -> datetime:
    """An instant by the wall clock of Vienna."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC) - offset


# --- deadlines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("priority", "response", "solution"),
    [
        (Priority.URGENT, timedelta(hours=1), timedelta(hours=4)),
        (Priority.HIGH, timedelta(hours=4), timedelta(hours=24)),
        (Priority.MEDIUM, timedelta(hours=8), timedelta(days=3)),
        (Priority.LOW, timedelta(hours=24), timedelta(days=7)),
    ],
)
@pytest.mark.parametrize("tier", Tier)
def test_every_figure_of_the_two_target_tables(
    desk: Desk,
    cast: Cast,
    clock: MovableClock,
    *,
    priority: Priority,
    response: timedelta,
    solution: timedelta,
    tier: Tier,
) -> None:
    """A tier has no other figures unless a policy gives it some; each is warned of half an hour before."""
    desk.set_tier(cast.customer(), tier, by=None)

    ticket = cast.ticket(priority=priority)

    assert (ticket.response_due_at, ticket.resolution_due_at) == (clock.now + response, clock.now + solution)
    warned = {each.kind: each.warn_at for each in ticket.clocks}
    assert warned == {
        FIRST: clock.now + response - timedelta(minutes=30),
        SOLUTION: clock.now + solution - timedelta(minutes=30),
    }
    clock.now += response - timedelta(microseconds=1)
    assert not desk.ticket(ticket.ref).is_response_breached
    clock.advance(microseconds=1)
    assert desk.ticket(ticket.ref).is_response_breached


@pytest.mark.parametrize(
    ("tier", "category", "hours"),
    [
        (Tier.STANDARD, "account", 6),  # the policy for all
        (Tier.STANDARD, "billing", 5),  # a category before all
        (Tier.PREMIUM, "account", 3),  # a tier before all
        (Tier.PREMIUM, "billing", 2),  # both before either
        (Tier.ENTERPRISE, "technical", None),  # nothing is promised
    ],
)
def test_policies_by_tier_and_category(
    desk: Desk, cast: Cast, clock: MovableClock, *, tier: Tier, category: str, hours: int | None
) -> None:
    policies: list[dict[str, Any]] = [
        {"first_response": {"high": "6h"}},
        {"category": "billing", "first_response": {"high": "5h"}},
        {"tier": "premium", "first_response": {"high": "3h"}},
        {"tier": "premium", "category": "billing", "first_response": {"high": "2h"}},
        {"tier": "enterprise", "category": "technical", "first_response": {"high": "none"}},
    ]
    desk.configure(default_document() | {"policies": policies}, by=None)
    desk.set_tier(cast.customer(), tier, by=None)

    ticket = cast.ticket(category=category, priority=Priority.HIGH)

    assert ticket.response_due_at == (None if hours is None else clock.now + hours * HOUR)
    assert ticket.resolution_due_at == clock.now + 24 * HOUR


def test_a_new_tier_of_a_customer_holds_for_the_tickets_opened_from_then_on(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """A ticket keeps what it was opened under, also when a new policy has it worked out anew."""
    hours = {Tier.STANDARD: 6, Tier.PREMIUM: 2}

    def policies(factor: int) -> dict[str, Any]:
        each = [{"tier": tier.value, "first_response": {"high": f"{factor * hours[tier]}h"}} for tier in hours]
        return default_document() | {"policies": each}

    desk.configure(policies(1), by=None)
    before = cast.ticket(priority=Priority.HIGH)
    desk.set_tier(cast.customer(), Tier.PREMIUM, by=None)
    after = cast.ticket(priority=Priority.HIGH)
    assert [desk.ticket(each.ref).tier for each in (before, after)] == [Tier.STANDARD, Tier.PREMIUM]
    assert [desk.ticket(each.ref).response_due_at for each in (before, after)] == [
        clock.now + 6 * HOUR,
        clock.now + 2 * HOUR,
    ]

    desk.configure(policies(2), by=None)
    desk.recompute_step()

    assert [desk.ticket(each.ref).response_due_at for each in (before, after)] == [
        clock.now + 12 * HOUR,
        clock.now + 4 * HOUR,
    ]


NIGHT = {"name": "night", "zone": "Europe/Vienna", "windows": {"mon-fri": ["22:00-06:00"]}}


@pytest.mark.parametrize(
    ("holidays", "opened", "due"),
    [
        ({"country": "AT"}, at("2026-12-07", "16:00"), at("2026-12-09", "16:00")),  # the 8th of December
        ({"country": "DE"}, at("2026-12-07", "16:00"), at("2026-12-08", "16:00")),
        ({"country": "DE"}, at("2027-01-05", "16:00"), at("2027-01-06", "16:00")),
        (
            {"country": "DE", "subdivision": "BY"},
            at("2027-01-05", "16:00"),
            at("2027-01-07", "16:00"),
        ),  # the 6th of January
        ({"country": "DE", "dates": ["2026-12-08"]}, at("2026-12-07", "16:00"), at("2026-12-09", "16:00")),
    ],
)
def test_public_holidays_are_a_countrys_or_a_part_of_its(
    desk: Desk, cast: Cast, clock: MovableClock, *, holidays: dict[str, Any], opened: datetime, due: datetime
) -> None:
    """Eight hours: one on the evening before, seven on the next day that is worked."""
    hours = {"name": "hours", "zone": "Europe/Vienna", "windows": {"mon-fri": ["09:00-17:00"]}, "holidays": holidays}
    desk.configure({"calendars": [hours], "policies": [{"calendar": "hours"}]}, by=None)
    clock.now = opened

    ticket = cast.ticket(priority=Priority.MEDIUM)

    assert ticket.response_due_at == due


@pytest.mark.parametrize(
    ("opened", "hours", "due"),
    [
        # Monday noon: nobody is there before ten in the evening.
        (at("2026-11-23", "12:00"), 2, at("2026-11-24", "00:00")),
        # Within a night, over midnight.
        (at("2026-11-23", "23:30"), 4, at("2026-11-24", "03:30")),
        # The night of Friday belongs to Friday and ends on Saturday at six; the next begins on Monday.
        (at("2026-11-28", "05:00"), 2, at("2026-11-30", "23:00")),
        # The 26th is closed: its night is not worked, but the one before still ends on its morning.
        (at("2026-11-26", "04:00"), 3, at("2026-11-27", "23:00")),
        # The clocks go back in this night, which is Saturday's and not worked; Friday's ends as always.
        (at("2026-10-24", "05:00", VIENNA_SUMMER), 2, at("2026-10-26", "23:00")),
    ],
)
def test_a_shift_over_midnight_counts_where_it_begins(
    desk: Desk, cast: Cast, clock: MovableClock, *, opened: datetime, hours: int, due: datetime
) -> None:
    night = NIGHT | {"holidays": {"dates": ["2026-11-26"]}}
    policies = [{"calendar": "night", "first_response": {"medium": f"{hours}h"}}]
    desk.configure(default_document() | {"calendars": [night], "policies": policies}, by=None)
    clock.now = opened

    assert cast.ticket().response_due_at == due


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 9), ("2026-03-29", 7)])
def test_a_night_in_which_the_clocks_change_has_its_real_hours(
    desk: Desk, cast: Cast, clock: MovableClock, day: str, hours: int
) -> None:
    """From 22:00 to 06:00 are nine hours when the clocks go back, and seven when they go forward."""
    nights = NIGHT | {"windows": {"mon-sun": ["22:00-06:00"]}}
    policies = [{"calendar": "night", "first_response": {"medium": f"{hours}h"}}]
    desk.configure(default_document() | {"calendars": [nights], "policies": policies}, by=None)
    before = VIENNA_SUMMER if hours == 9 else VIENNA_WINTER
    clock.now = at(day, "22:00", before) - timedelta(days=1)

    ticket = cast.ticket()

    after = VIENNA_WINTER if hours == 9 else VIENNA_SUMMER
    assert ticket.response_due_at == at(day, "06:00", after)


def test_a_lunch_break_is_nobodys_time(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    policies = [{"calendar": "office", "first_response": {"medium": "2h"}}]
    desk.configure(default_document() | {"calendars": [OFFICE], "policies": policies}, by=None)
    clock.now = at("2026-11-23", "11:00")

    ticket = cast.ticket()

    assert ticket.response_due_at == at("2026-11-23", "14:00")
    clock.now = at("2026-11-23", "12:30")
    assert desk.get_sla_breached_tickets() == []
    clock.now = at("2026-11-23", "14:00")
    assert [each.number for each in desk.get_sla_breached_tickets()] == [ticket.number]


def test_a_ticket_that_is_opened_in_the_repeated_hour_is_not_late_at_birth(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """At half past two of the night when the clocks go back, either of the two."""
    policies = [{"calendar": "office", "first_response": {"medium": "1h"}}]
    desk.configure(default_document() | {"calendars": [OFFICE], "policies": policies}, by=None)
    for offset in (VIENNA_SUMMER, VIENNA_WINTER):
        clock.now = at("2026-10-25", "02:30", offset)
        ticket = cast.ticket()
        assert not ticket.is_response_breached
        assert ticket.response_due_at == at("2026-10-26", "10:00")


# --- pauses -----------------------------------------------------------------------------------------------------------


def waiting(desk: Desk, cast: Cast, clock: MovableClock, worked: timedelta, waited: timedelta) -> Ticket:
    """A HIGH ticket (24 h) that was worked on, and has waited for its customer since."""
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.HIGH)
    cast.says(ticket.ref, amir, "Let me see.")
    clock.now += worked
    desk.wait_for_customer(ticket.ref, by=amir)
    clock.now += waited
    return desk.ticket(ticket.ref)


@pytest.mark.parametrize(
    ("worked", "outcome"),
    [
        (24 * HOUR - timedelta(microseconds=1), Outcome.MET),
        (24 * HOUR, Outcome.BREACHED),
        (25 * HOUR, Outcome.BREACHED),
    ],
)
def test_a_clock_that_ends_while_paused_is_judged_by_what_had_elapsed(
    desk: Desk, cast: Cast, clock: MovableClock, worked: timedelta, outcome: Outcome
) -> None:
    """However long the customer was silent, and it stays so when resolving is taken back and done again."""
    ticket = waiting(desk, cast, clock, worked, timedelta(days=30))
    amir = ticket.assigned_agent_id
    assert amir is not None
    assert (ticket.resolution_due_at, desk.get_sla_breached_tickets()) == (None, [])

    for _ in range(2):
        resolved = desk.resolve(ticket.ref, by=amir)
        clock_ended = resolved.current_clock(SOLUTION)
        assert clock_ended is not None
        assert (clock_ended.outcome, clock_ended.ended_at) == (outcome, clock.now)
        back = desk.undo(ticket.ref, by=amir)
        assert (back.status, back.resolution_due_at) == (TicketStatus.PENDING_CUSTOMER, None)


def test_undoing_a_resolve_again_and_again_forgets_no_pause(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = waiting(desk, cast, clock, 2 * HOUR, 10 * HOUR)
    amir = ticket.assigned_agent_id
    assert amir is not None
    for _ in range(3):
        desk.resolve(ticket.ref, by=amir)
        clock.advance(minutes=5)
        desk.undo(ticket.ref, by=amir)
        clock.advance(minutes=5)

    assert desk.resume(ticket.ref, by=amir).resolution_due_at == ticket.opened_at + 34 * HOUR + timedelta(minutes=30)


def test_a_pause_over_the_weekend_adds_no_working_time(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    policies = [{"calendar": "office", "resolution": {"high": "8h"}}]
    desk.configure(default_document() | {"calendars": [OFFICE], "policies": policies}, by=None)
    clock.now = at("2026-11-27", "15:00")  # a Friday
    ticket = waiting(desk, cast, clock, HOUR, timedelta(0))  # from four o'clock on
    amir = ticket.assigned_agent_id
    assert amir is not None
    clock.now = at("2026-11-30", "10:00")  # Monday; the pause was one hour on Friday and one on Monday

    # One hour is used; of seven, six are left on Monday (10-12, 13-17) and the last is on Tuesday.
    assert desk.resume(ticket.ref, by=amir).resolution_due_at == at("2026-12-01", "10:00")


def test_while_the_customer_is_silent_nothing_of_ours_falls_due(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = waiting(desk, cast, clock, HOUR, timedelta(days=60))

    desk.watch_step(clock.now)

    kinds = {event.kind for event in desk.events(ticket.ref)}
    assert kinds.isdisjoint({EventKind.WARNED, EventKind.BREACHED})
    assert not ticket.is_resolution_breached
    assert desk.next_due_instant() is None


# --- looks ------------------------------------------------------------------------------------------------------------


def test_what_a_ticket_says_of_itself_is_what_the_rows_and_the_index_say(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database
) -> None:
    """Over two busy weeks, also at instants at which no watch has looked yet."""
    fortnight = Fortnight(desk, cast, clock)
    fortnight.pass_by()
    late_ones = 0
    for _ in range(40):
        clock.advance(hours=7)
        with database.read() as connection:
            rows = connection.execute(select(sla_clocks)).all()
        every = [desk.ticket(ticket.ref) for ticket in fortnight.tickets]
        for ticket in every:
            of_run = {
                row.kind: row for row in rows if row.ticket_id == ticket.number and row.run == ticket.reopened_count
            }
            for kind, due_at, is_late in (
                ("first_response", ticket.response_due_at, ticket.is_response_breached),
                ("resolution", ticket.resolution_due_at, ticket.is_resolution_breached),
            ):
                row = of_run.get(kind)
                assert (None if due_at is None else to_us(due_at)) == (row.due_at if row else None)
                is_owed = row is not None and row.ended_at is None and row.due_at is not None
                assert is_late == (row is not None and is_owed and row.due_at <= to_us(clock.now))
        late = {each.number for each in every if any(one.is_late(clock.now) for one in each.clocks)}
        found = {each.number: each for each in desk.get_sla_breached_tickets(limit=1000)}
        assert late <= found.keys()  # a follow-up is no ticket of the list above
        assert all(any(one.is_late(clock.now) for one in each.clocks) for each in found.values())
        late_ones += len(late)
    assert late_ones > 40


def test_the_longest_overdue_comes_first(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    slow, fast = cast.ticket(priority=Priority.MEDIUM), cast.ticket(priority=Priority.URGENT)
    clock.advance(hours=9)

    assert [each.number for each in desk.get_sla_breached_tickets()] == [fast.number, slow.number]
