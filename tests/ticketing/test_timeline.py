"""Why did this breach: who had it when, why it waited, and how the minutes add up to the promised time and more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.model import ClockKind, Outcome, PersonId, Priority, TicketRef
from ticketing.timeline import Place, Shortage, Timeline

MINUTE = timedelta(minutes=1)


def told(desk: Desk, ref: TicketRef, kind: ClockKind | None = None, run: int | None = None) -> Timeline:
    timeline = desk.timeline(ref, kind, run)
    assert timeline is not None
    return timeline


def ways(timeline: Timeline) -> list[tuple[Place, int, PersonId | None]]:
    return [(spell.place, spell.counted // MINUTE, spell.agent_id) for spell in timeline.spells]


def test_a_late_answer_is_told_from_the_queue_to_the_answer(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Nobody with billing on shift until 14:00 in Vienna, where it is 13:20: the example of the manual."""
    clock.now = datetime(2026, 11, 23, 12, 20, tzinfo=UTC)
    amir = cast.agent("amir")
    desk.set_shifts(amir, {"mon-fri": ["14:00-22:00"]}, by=None)
    ticket = cast.ticket(priority=Priority.URGENT)
    clock.advance(minutes=40)
    desk.roster_step(clock.now)
    clock.advance(minutes=1)
    assert desk.drain_queue(clock.now) == 1
    clock.advance(minutes=71)
    desk.watch_step(clock.now)
    cast.says(ticket.ref, amir, "Here it is.")

    timeline = told(desk, ticket.ref, ClockKind.FIRST_RESPONSE)

    assert ways(timeline) == [(Place.QUEUE, 41, None), (Place.AGENT, 71, amir)]
    waited = timeline.spells[0]
    assert (waited.shortage, waited.skill, waited.back_id) == (Shortage.NOBODY_THERE, "billing", amir)
    assert waited.back_at == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    assert timeline.clock.outcome is Outcome.BREACHED
    assert timeline.late_by == 52 * MINUTE
    assert timeline.ended_by == amir
    assert (
        timeline.counted(Place.QUEUE) + timeline.counted(Place.AGENT)
        == timedelta(seconds=timeline.clock.target_s) + 52 * MINUTE
    )


def test_why_nobody_could_take_it(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    def waited(**more: object) -> Shortage | None:
        ticket = cast.ticket(at=clock.now - MINUTE, **more)  # type: ignore[arg-type]
        return told(desk, ticket.ref).spells[0].shortage

    assert waited() is Shortage.NO_SKILL
    amir = cast.agent("amir", max_load=1)
    desk.drain_queue(clock.now)
    assert waited() is Shortage.ALL_FULL
    desk.set_available(amir, available=False, by=None, until=clock.now + 5 * MINUTE)
    assert waited() is Shortage.NOBODY_THERE
    assert waited(customer="amir") is Shortage.NO_SKILL


def test_a_leave_that_begins_is_not_taken_for_a_return(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    desk.add_leave(amir, clock.now + timedelta(hours=1), clock.now + timedelta(days=3), by=None)
    desk.set_available(amir, available=False, by=None)

    spell = told(desk, cast.ticket(at=clock.now - MINUTE).ref).spells[0]

    assert (spell.shortage, spell.back_id, spell.back_at) == (Shortage.NOBODY_THERE, None, None)


def test_each_hand_and_each_wait_is_a_spell_of_its_own(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    ticket = cast.ticket(priority=Priority.URGENT)
    clock.advance(minutes=10)
    desk.start(ticket.ref, by=amir)
    clock.advance(minutes=5)
    desk.wait_for_customer(ticket.ref, by=amir, question="Which?")
    clock.advance(minutes=600)
    cast.says(ticket.ref, ticket.customer_id, "That one")
    clock.advance(minutes=20)
    desk.assign(ticket.ref, to=jo, by=amir)
    clock.advance(minutes=30)
    desk.release(ticket.ref, by=jo)
    desk.set_available(amir, available=False, by=None)
    clock.advance(minutes=200)

    timeline = told(desk, ticket.ref, ClockKind.RESOLUTION)

    assert ways(timeline) == [
        (Place.AGENT, 15, amir),
        (Place.CUSTOMER, 0, amir),
        (Place.AGENT, 20, amir),
        (Place.AGENT, 30, jo),
        (Place.QUEUE, 200, None),
    ]
    assert timeline.spells[1].end - timeline.spells[1].start == 600 * MINUTE
    assert timeline.late_by == 25 * MINUTE
    assert timeline.ended_by is None
    assert [spell.end for spell in timeline.spells[:-1]] == [spell.start for spell in timeline.spells[1:]]


def test_time_to_claim_and_solution_name_who_ended_them(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    desk.configure({"policies": [{"time_to_claim": {"medium": "10m"}}]}, by=None)
    amir = cast.agent("amir", skills={})
    ticket = cast.ticket()
    clock.advance(minutes=30)
    desk.claim(ticket.ref, by=amir)
    clock.advance(minutes=30)
    desk.resolve(ticket.ref, by=amir)

    assert told(desk, ticket.ref, ClockKind.TIME_TO_CLAIM).late_by == 20 * MINUTE
    assert told(desk, ticket.ref, ClockKind.TIME_TO_CLAIM).ended_by == amir
    assert told(desk, ticket.ref, ClockKind.RESOLUTION).ended_by == amir
    assert told(desk, ticket.ref).clock.kind is ClockKind.TIME_TO_CLAIM


def test_only_working_time_counts_in_a_spell(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Opened at 16:30 on a Monday in Vienna, claimed at 9:30 the next day: an hour of office time."""
    clock.now = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    document = {
        "calendars": [{"name": "office", "zone": "Europe/Vienna", "windows": {"mon-fri": ["09:00-17:00"]}}],
        "policies": [{"calendar": "office"}],
    }
    desk.configure(document, by=None)
    ticket = cast.ticket()
    clock.advance(hours=17)
    desk.claim(ticket.ref, by=cast.agent("amir", skills={}))

    assert ways(told(desk, ticket.ref, ClockKind.FIRST_RESPONSE))[0] == (Place.QUEUE, 60, None)


def test_a_finished_clock_is_told_by_what_judged_it(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Its ticket has gone to a team with office hours since, under another configuration."""
    clock.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # a Saturday
    amir = cast.agent("amir")
    ticket = cast.ticket()
    clock.advance(hours=2)
    cast.says(ticket.ref, amir, "So.")
    before = told(desk, ticket.ref, ClockKind.FIRST_RESPONSE), desk.explain(ticket.ref, ClockKind.FIRST_RESPONSE)
    document = {
        "calendars": [{"name": "office", "zone": "Europe/Vienna", "windows": {"mon-fri": ["09:00-17:00"]}}],
        "policies": [{"category": "account", "calendar": "office"}],
    }
    desk.configure(document, by=None)
    desk.recompute_step()
    clock.advance(minutes=1)
    desk.set_category(ticket.ref, "account", by=amir)

    assert (
        told(desk, ticket.ref, ClockKind.FIRST_RESPONSE),
        desk.explain(ticket.ref, ClockKind.FIRST_RESPONSE),
    ) == before


def test_a_category_of_the_same_configuration_does_not_change_what_was_judged(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    clock.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # a Saturday
    document = {
        "calendars": [{"name": "office", "zone": "Europe/Vienna", "windows": {"mon-fri": ["09:00-17:00"]}}],
        "policies": [{"category": "account", "calendar": "office"}],
    }
    desk.configure(document, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket()
    clock.advance(hours=2)
    cast.says(ticket.ref, amir, "So.")
    before = desk.explain(ticket.ref, ClockKind.FIRST_RESPONSE)
    clock.advance(minutes=1)
    desk.set_category(ticket.ref, "account", by=amir)

    assert desk.explain(ticket.ref, ClockKind.FIRST_RESPONSE) == before
    assert told(desk, ticket.ref, ClockKind.FIRST_RESPONSE).counted(Place.AGENT) == timedelta(hours=2)


def test_nothing_promised_is_nothing_to_tell(desk: Desk, cast: Cast) -> None:
    none = {"low": "none", "medium": "none", "high": "none", "urgent": "none"}
    desk.configure({"policies": [{"first_response": none, "next_response": none, "resolution": none}]}, by=None)
    ticket = cast.ticket()
    assert desk.timeline(ticket.ref) is None


@pytest.mark.parametrize("minutes", [30, 300])
def test_what_is_owed_is_told_up_to_now(desk: Desk, cast: Cast, clock: MovableClock, minutes: int) -> None:
    ticket = cast.ticket(priority=Priority.URGENT)
    clock.advance(minutes=minutes)
    timeline = told(desk, ticket.ref)
    assert timeline.clock.kind is ClockKind.FIRST_RESPONSE
    assert timeline.late_by == (minutes - 60) * MINUTE
    assert ways(timeline) == [(Place.QUEUE, minutes, None)]


def with_office_for_account(desk: Desk) -> None:
    document = {
        "calendars": [{"name": "office", "zone": "Europe/Vienna", "windows": {"mon-fri": ["09:00-17:00"]}}],
        "policies": [{"category": "account", "calendar": "office"}],
    }
    desk.configure(document, by=None)


def test_an_answer_that_came_late_is_explained_by_what_had_set_its_deadline(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Said at ten, in another team by two minutes past, here at five past: the deadline is the new team's."""
    clock.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # a Saturday
    with_office_for_account(desk)
    amir = cast.agent("amir")
    ticket = cast.ticket()
    clock.advance(hours=1)
    said_at = clock.now
    clock.advance(minutes=2)
    desk.set_category(ticket.ref, "account", by=amir)
    clock.advance(minutes=3)
    cast.says(ticket.ref, amir, "So.", said_at=said_at)
    desk.set_category(ticket.ref, "billing", by=amir)

    explained = desk.explain(ticket.ref, ClockKind.FIRST_RESPONSE)

    assert explained is not None
    assert explained.ended_at == said_at
    assert (explained.calendar, explained.total) == ("office", explained.target)
    assert explained.due_at == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # eight hours of office time on Monday
    assert told(desk, ticket.ref, ClockKind.FIRST_RESPONSE).counted(Place.AGENT) == timedelta(0)


def test_an_answer_pulled_back_leaves_the_deadline_that_was_set_after_the_next(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    clock.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # a Saturday
    with_office_for_account(desk)
    amir = cast.agent("amir")
    ticket = cast.ticket()
    for _ in range(2):
        clock.advance(minutes=1)
        cast.says(ticket.ref, amir, "So.")
    answered_at = clock.now
    clock.advance(minutes=1)
    desk.set_category(ticket.ref, "account", by=amir)
    clock.advance(minutes=1)
    desk.pull_back(ticket.ref, 1, by=amir)
    desk.set_category(ticket.ref, "billing", by=amir)

    explained = desk.explain(ticket.ref, ClockKind.FIRST_RESPONSE)

    assert explained is not None
    assert explained.ended_at == answered_at
    assert (explained.calendar, explained.total) == ("office", explained.target)
    assert explained.due_at == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def test_what_was_undone_since_did_not_end_it(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    clock.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # a Saturday
    with_office_for_account(desk)
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir)
    desk.undo(ticket.ref, by=amir)
    desk.set_category(ticket.ref, "account", by=amir)
    desk.resolve(ticket.ref, by=amir)

    explained = desk.explain(ticket.ref, ClockKind.RESOLUTION)

    assert explained is not None
    assert (explained.calendar, explained.total) == ("office", explained.target)


def test_each_run_of_a_reopened_ticket_is_explained_by_itself(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    clock.advance(hours=2)
    cast.says(ticket.ref, amir, "So.")
    clock.advance(hours=3)
    desk.resolve(ticket.ref, by=amir)
    clock.advance(hours=1)
    desk.reopen(ticket.ref, by=amir)

    broken = [desk.explain(ticket.ref, kind, 0) for kind in (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION)]
    assert [(each.outcome, each.spare) for each in broken if each] == [(Outcome.BREACHED, timedelta(hours=-1))] * 2
    assert told(desk, ticket.ref, ClockKind.FIRST_RESPONSE, 0).late_by == timedelta(hours=1)
    assert ways(told(desk, ticket.ref, ClockKind.RESOLUTION, 0)) == [(Place.AGENT, 300, amir)]
    latest = desk.explain(ticket.ref, ClockKind.RESOLUTION)
    assert latest == desk.explain(ticket.ref, ClockKind.RESOLUTION, 1)
    assert latest is not None
    assert (latest.started_at, latest.outcome) == (clock.now, None)
    assert desk.explain(ticket.ref, ClockKind.RESOLUTION, 2) is None
    assert desk.timeline(ticket.ref, ClockKind.RESOLUTION, 2) is None


def test_an_earlier_turn_is_explained_by_itself(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """The next answer was late the first time, in time the second; the third is void, for it was solved without one."""
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    cast.says(ticket.ref, amir, "Which one?")
    for minutes in (90, 20):
        clock.advance(minutes=1)
        cast.says(ticket.ref, ticket.customer_id, "That one.")
        clock.advance(minutes=minutes)
        cast.says(ticket.ref, amir, "And now?")
    clock.advance(minutes=1)
    cast.says(ticket.ref, ticket.customer_id, "Yes, but.")
    desk.resolve(ticket.ref, by=amir)

    explained = [desk.explain(ticket.ref, ClockKind.NEXT_RESPONSE, turn) for turn in range(3)]
    assert [each and (each.outcome, each.spare) for each in explained] == [
        (Outcome.BREACHED, -30 * MINUTE),
        (Outcome.MET, 40 * MINUTE),
        (Outcome.VOID, None),
    ]
    turns = [told(desk, ticket.ref, ClockKind.NEXT_RESPONSE, turn) for turn in range(3)]
    assert [(turn.late_by, turn.ended_by) for turn in turns] == [
        (30 * MINUTE, amir),
        (-40 * MINUTE, amir),
        (None, None),
    ]


def test_a_deadline_is_explained_by_its_figures(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Ten hours of office time from Friday noon in Vienna: five, over the weekend four, a pause of two, and one."""
    clock.now = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    document = {
        "calendars": [{"name": "office", "zone": "Europe/Vienna", "windows": {"mon-fri": ["09:00-17:00"]}}],
        "policies": [{"calendar": "office", "resolution": {"medium": "10h"}}],
    }
    version = desk.configure(document, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket()
    clock.now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    desk.wait_for_customer(ticket.ref, by=amir, question="Which one?")
    paused = desk.explain(ticket.ref, ClockKind.RESOLUTION)
    clock.advance(hours=2)
    cast.says(ticket.ref, ticket.customer_id, "That one.")

    explained = desk.explain(ticket.ref, ClockKind.RESOLUTION)

    assert explained is not None
    day = datetime(2026, 11, 20, tzinfo=UTC)
    hour, monday = timedelta(hours=1), timedelta(days=3)
    assert [(step.kind.value, step.start, step.end, step.length) for step in explained.steps] == [
        ("counted", day + 11 * hour, day + 16 * hour, 5 * hour),
        ("counted", day + monday + 8 * hour, day + monday + 12 * hour, 4 * hour),
        ("paused", day + monday + 12 * hour, day + monday + 14 * hour, 2 * hour),
        ("counted", day + monday + 14 * hour, day + monday + 15 * hour, hour),
    ]
    assert (explained.kind, explained.calendar, explained.config_version) == (ClockKind.RESOLUTION, "office", version)
    assert (explained.started_at, explained.target, explained.total) == (ticket.opened_at, 10 * hour, 10 * hour)
    assert explained.due_at == day + monday + 15 * hour == desk.ticket(ticket.ref).resolution_due_at
    assert (explained.remaining, explained.spare, explained.outcome) == (timedelta(0), hour, None)
    assert paused is not None
    assert (paused.due_at, paused.total, paused.remaining) == (None, 9 * hour, hour)
