"""What the desk promises, figure by figure and through its door, on both databases; docs/proofs.md names each of these."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.fortnight import Fortnight
from ticketing.configuration import Category, default_document
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.errors import AlreadyHeld, StaleTicket
from ticketing.instants import to_us
from ticketing.model import ClockKind, EventKind, Outcome, Priority, Ticket, TicketStatus, Tier
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


NIGHT = {"name": "night", "zone": "Europe/Vienna", "windows": {"mon-fri": ["22:00-06:00"]}}


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


# --- who gets it ------------------------------------------------------------------------------------------------------


def test_strategies_are_the_categorys(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Alike in all but strategy, three categories choose three people."""
    strategies = {"billing": "least_loaded", "technical": "round_robin", "account": "most_skilled"}
    categories = [{"key": key, "name": key, "strategy": strategy} for key, strategy in strategies.items()]
    desk.configure({"categories": categories}, by=None)
    idle = cast.agent("idle", dict.fromkeys(strategies, 1))
    clock.advance(minutes=1)
    expert = cast.agent("expert", dict.fromkeys(strategies, 5))
    free = cast.agent("free", dict.fromkeys(strategies, 2))
    for agent, tickets in (
        (idle, 2),
        (expert, 2),
        (free, 1),
    ):  # given in this order: `free` was the last to be given one
        for _ in range(tickets):
            clock.advance(minutes=1)
            desk.assign(cast.ticket("tomas").ref, to=agent, by=expert)

    chosen = [cast.ticket(category=category).assigned_agent_id for category in strategies]

    assert chosen[0] == free
    assert chosen[1] == idle
    assert chosen[2] == expert


def test_what_has_escalated_goes_to_a_senior_agent_first(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    waiting = cast.ticket()
    plain = cast.ticket("tomas")
    desk.escalate(waiting.ref, by=None)
    expert = cast.agent("expert", {"billing": 5})
    senior = cast.agent("senior", {"billing": 1}, is_senior=True)
    for _ in range(3):
        desk.assign(cast.ticket("eva").ref, to=senior, by=expert)

    desk.drain_queue(clock.now)

    assert desk.ticket(waiting.ref).assigned_agent_id == senior
    assert desk.ticket(plain.ref).assigned_agent_id == expert


@pytest.mark.parametrize("why", ["away", "full", "unskilled", "gone", "free"])
def test_what_is_reopened_goes_to_its_last_agent_if_they_can_take_it(desk: Desk, cast: Cast, why: str) -> None:
    amir = cast.agent("amir", max_load=1)
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir)
    jo = cast.agent("jo")
    if why == "away":
        desk.set_available(amir, available=False, by=None)
    elif why == "full":
        desk.assign(cast.ticket("tomas").ref, to=amir, by=jo)
    elif why == "unskilled":
        desk.make_agent(amir, skills={"account": 3}, by=None)
    elif why == "gone":
        desk.remove_agent(amir, by=None)

    reopened = desk.reopen(ticket.ref, by=ticket.customer_id)

    if why == "free":
        assert (reopened.status, reopened.assigned_agent_id) == (TicketStatus.IN_PROGRESS, amir)
    else:
        assert (reopened.status, reopened.assigned_agent_id) == (TicketStatus.ASSIGNED, jo)
    decision = desk.last_decision(ticket.ref)
    assert decision is not None
    assert decision.chosen == reopened.assigned_agent_id


def test_reopened_with_nobody_there_it_waits_and_that_is_an_event(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir)
    desk.set_available(amir, available=False, by=None)
    clock.advance(hours=1)

    reopened = desk.reopen(ticket.ref, by=ticket.customer_id)

    assert (reopened.status, reopened.assigned_agent_id) == (TicketStatus.OPEN, None)
    assert [each.number for each in desk.queue()] == [ticket.number]
    assert desk.events(ticket.ref)[-1].kind is EventKind.UNASSIGNABLE
    assert cast.load(amir) == 0


def test_a_private_ticket_is_reopened_into_the_hands_of_members_only(desk: Desk, cast: Cast) -> None:
    """Its last agent has left the category's channel meanwhile, and another has come."""
    category = {"key": "personnel", "name": "Personnel", "channel": "C0PRIVATE", "private": True, "skill": "billing"}
    desk.configure({"categories": [category]}, by=None)
    members = {"T1:AMIR"}
    desk.restrict_holders(lambda each: frozenset(members) if Category.model_validate(each).private else None)
    amir = cast.agent("amir")
    ticket = cast.ticket(category="personnel")
    assert ticket.assigned_agent_id == amir
    for now, holder in (({"T1:JO"}, "jo"), (set(), None)):
        desk.resolve(ticket.ref, by=desk.ticket(ticket.ref).assigned_agent_id or amir)
        jo = cast.agent("jo")
        members.clear()
        members.update(now)

        reopened = desk.reopen(ticket.ref, by=ticket.customer_id)

        assert reopened.assigned_agent_id == (jo if holder else None)
        assert cast.load(amir) == 0


def test_who_comes_second_is_told_who_was_first_and_since_when(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo = cast.agent("amir", skills={}), cast.agent("jo", skills={})
    ticket = cast.ticket()
    since = desk.claim(ticket.ref, by=amir).assigned_at
    clock.advance(minutes=3)

    with pytest.raises(AlreadyHeld) as refused:
        desk.claim(ticket.ref, by=jo)

    assert (refused.value.ticket.assigned_agent_id, refused.value.since) == (amir, since)


def test_a_press_that_comes_late_undoes_nothing_newer(desk: Desk, cast: Cast) -> None:
    """Claim, start, wait and withdraw on what was resolved meanwhile leave it resolved, or say why not."""
    amir = cast.agent("amir")
    jo = cast.agent("jo", skills={})
    ticket = cast.ticket()
    resolved = desk.resolve(ticket.ref, by=amir)

    with pytest.raises(StaleTicket):
        desk.claim(ticket.ref, by=jo)
    with pytest.raises(StaleTicket):
        desk.assign(ticket.ref, to=jo, by=amir)

    assert desk.ticket(ticket.ref) == resolved


# --- reopening and ending ---------------------------------------------------------------------------------------------


def test_reopening_starts_fresh_clocks_and_leaves_the_old_outcomes(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.HIGH)
    clock.advance(hours=30)
    late = desk.resolve(ticket.ref, by=amir, answer="Sorry.")
    clock.advance(hours=5)

    reopened = desk.reopen(ticket.ref, by=ticket.customer_id)

    assert (reopened.sla_start_at, reopened.reopened_count) == (clock.now, 1)
    assert (reopened.first_response_at, reopened.resolved_at) == (None, None)
    assert reopened.response_due_at == clock.now + 4 * HOUR
    assert reopened.resolution_due_at == clock.now + 24 * HOUR
    assert not reopened.is_response_breached
    assert not reopened.is_resolution_breached
    assert tuple(each for each in reopened.clocks if each.run == 0) == late.clocks
    assert desk.get_sla_breached_tickets() == []


def test_a_third_reopening_escalates(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    escalated = []
    for _ in range(3):
        desk.resolve(ticket.ref, by=amir)
        escalated.append(desk.reopen(ticket.ref, by=ticket.customer_id).is_escalated)

    assert escalated == [False, False, True]


def test_a_thanks_on_what_is_resolved_moves_no_clock(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    before = desk.resolve(ticket.ref, by=amir, answer="Done.")
    clock.advance(minutes=1)

    cast.says(ticket.ref, ticket.customer_id, "Thank you!")
    clock.advance(days=30)
    desk.watch_step(clock.now)

    after = desk.ticket(ticket.ref)
    assert (after.status, after.clocks, after.reopened_count) == (TicketStatus.RESOLVED, before.clocks, 0)


@pytest.mark.parametrize(("after", "follows"), [(timedelta(days=7), False), (timedelta(days=7, microseconds=1), True)])
def test_the_grace_time_has_an_end_to_the_instant(
    desk: Desk, cast: Cast, clock: MovableClock, after: timedelta, follows: bool
) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir)
    clock.now += after

    comment = desk.add_comment(ticket.ref, author_id=ticket.customer_id, text="It is back", source="m:C:9")

    assert (comment.ticket_number != ticket.number) is follows
    assert desk.ticket(ticket.ref).status is (TicketStatus.RESOLVED if follows else TicketStatus.IN_PROGRESS)
    if follows:
        new = next(each for each in desk.tickets_of_customer(ticket.customer_id) if each.number != ticket.number)
        assert (new.follows_number, new.priority, new.category) == (ticket.number, ticket.priority, ticket.category)
        assert new.response_due_at == clock.now + 8 * HOUR
        assert EventKind.FOLLOWED_UP in {event.kind for event in desk.events(ticket.ref)}


def test_nobody_is_closed_without_a_word_before(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """The nudge comes once, in time before the end; what is answered meanwhile is not closed."""
    amir = cast.agent("amir")
    silent, answered = cast.ticket(), cast.ticket("tomas")
    for ticket in (silent, answered):
        desk.resolve(ticket.ref, by=amir)
    closed = []
    for hour in range(1, 24 * 4):
        clock.advance(hours=1)
        closed.append(desk.close_step(clock.now))
        if hour == 36:
            cast.says(answered.ref, answered.customer_id, "Not solved")

    kinds = [event.kind for event in desk.events(silent.ref)]
    assert kinds.count(EventKind.NUDGED) == 1
    assert (closed.index(1), sum(closed)) == (71, 1)  # after three days, two after the word
    nudged = next(event.at for event in desk.events(silent.ref) if event.kind is EventKind.NUDGED)
    ended = desk.ticket(silent.ref).closed_at
    assert ended is not None
    assert ended - nudged == timedelta(days=2)
    assert desk.ticket(answered.ref).status is TicketStatus.IN_PROGRESS


# --- settings ---------------------------------------------------------------------------------------------------------


def test_a_policy_that_is_switched_off_alerts_nobody_any_more(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = cast.ticket(priority=Priority.URGENT)
    off = {"policies": [{"first_response": {"urgent": "none"}, "resolution": {"urgent": "none"}}]}
    assert desk.preview(default_document() | off) == 1
    desk.configure(default_document() | off, by=None)
    assert desk.outdated_clocks() == 1
    desk.recompute_step()
    clock.advance(days=1)
    desk.watch_step(clock.now)

    after = desk.ticket(ticket.ref)
    assert {each.outcome for each in after.clocks} == {Outcome.VOID}
    assert not after.is_response_breached
    assert desk.get_sla_breached_tickets() == []
    assert EventKind.BREACHED not in {event.kind for event in desk.events(ticket.ref)}


def test_each_way_in_starts_the_same_clocks(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """A form, a message, an agent on a customer's behalf; and a customer's words owe an answer wherever they came from."""
    amir = cast.agent("amir")
    opened = [
        cast.ticket(source="v:V1"),
        cast.ticket(source="m:D1:1.1"),
        cast.ticket(source="m:C1:1.2", opened_by=amir),
    ]
    clocks = [[(each.kind, each.due_at) for each in ticket.clocks] for ticket in opened]
    assert clocks[0] == clocks[1] == clocks[2]

    for number, ticket in enumerate(opened):
        cast.says(ticket.ref, amir, "Looking")
        cast.says(ticket.ref, ticket.customer_id, "Any news?", source=f"{'mvx'[number]}:C:{number}")
        owed = desk.ticket(ticket.ref).clock(NEXT)
        assert owed is not None
        assert (owed.is_running, owed.due_at) == (True, clock.now + 8 * HOUR)
