"""The ladder: what follows a breach to which nobody sees, step by step, and what holds it up or ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.ladders import VIENNA, breached, climb, configured, steps
from ticketing.calendars import Calendar
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.events import EventKind, TicketEvent
from ticketing.ladder import LadderStep, next_instant
from ticketing.model import Priority, Ticket
from ticketing.opening_hours import parse_windows
from ticketing.transaction import Transaction


def test_a_breach_that_nobody_sees_to_is_reminded_of_and_then_goes_to_the_seniors_each_once(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    ticket = breached(desk, cast, clock)
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=2)
    climb(desk, clock)
    assert steps(desk, ticket.ref) == ["step1"]
    assert not desk.ticket(ticket.ref).is_escalated
    climb(desk, clock, minutes=61)
    climb(desk, clock, hours=9)
    assert steps(desk, ticket.ref)[:2] == ["step1", "step2"]
    assert desk.ticket(ticket.ref).is_escalated
    of_answer = [row.key.stage for row in desk.outbox.alerts(ticket.ref) if row.key.kind == "first_response"]
    assert sorted(of_answer) == ["breach", "step1", "step2"]


@pytest.mark.parametrize("answered", [True, False])
def test_a_ticket_climbs_once_while_more_than_one_deadline_is_overdue(
    desk: Desk, cast: Cast, clock: MovableClock, answered: bool
) -> None:
    """What was due first climbs; the next follows once that is answered, and has the time of each step from then."""
    desk.configure({"policies": [{"first_response": {"urgent": "1h"}, "resolution": {"urgent": "100m"}}]}, by=None)
    ticket = breached(desk, cast, clock)
    climb(desk, clock, minutes=31)
    climb(desk, clock, minutes=10)
    assert [each.data["clock"] for each in desk.events(ticket.ref) if each.kind is EventKind.BREACHED][
        -1
    ] == "resolution"
    climb(desk, clock, minutes=31)
    assert steps(desk, ticket.ref) == ["step1"]
    climb(desk, clock, minutes=30)
    assert steps(desk, ticket.ref) == ["step1", "step2"]
    if answered:
        cast.says(ticket.ref, cast.person("amir").id, "On it")
    told: list[list[str]] = []
    for minutes in (0, 29, 1, 59, 1, 600):
        climb(desk, clock, minutes=minutes)
        told.append(steps(desk, ticket.ref)[2:])
    first, both = ["step1"], ["step1", "step2"]
    assert told == ([[], [], first, first, both, both] if answered else [[]] * 6)


def test_what_waited_to_climb_goes_on_when_the_breach_before_it_is_taken_back(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    policy = {"first_response": {"urgent": "1h"}, "resolution": {"urgent": "90m"}}
    desk.configure({"policies": [policy]}, by=None)
    ticket = breached(desk, cast, clock)
    for _ in range(4):
        climb(desk, clock, minutes=30)
    assert steps(desk, ticket.ref) == ["step1", "step2"]
    desk.configure({"policies": [policy | {"first_response": {"urgent": "9h"}}]}, by=None)
    while desk.recompute_step():
        pass
    climb(desk, clock)
    assert steps(desk, ticket.ref)[2:] == ["step1"]


def test_the_next_instant_of_the_ladder_is_told_so_that_nobody_has_to_scan(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    breached(desk, cast, clock)
    assert desk.ladder_step(clock()) == clock() + timedelta(minutes=30)


def test_an_answer_ends_the_climb(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = breached(desk, cast, clock)
    cast.says(ticket.ref, cast.person("amir").id, "On it")
    climb(desk, clock, minutes=45)
    assert steps(desk, ticket.ref) == []


def test_what_each_step_does_is_a_setting(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Whom it names is not in the log: that holds numbers only, and goes on when somebody is erased."""
    configured(desk, steps=[{"after": "10m", "escalate": True, "person": "U0LENA0001"}])
    ticket = breached(desk, cast, clock)
    climb(desk, clock, minutes=11)
    event = next(each for each in desk.events(ticket.ref) if each.kind is EventKind.ALERT_STEP)
    assert (event.data["stage"], event.data["escalate"], event.data["step"]) == ("step1", True, 0)
    assert "U0LENA0001" not in str(desk.events(ticket.ref))
    assert desk.ticket(ticket.ref).is_escalated


def test_without_steps_nothing_follows_a_breach(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    configured(desk, steps=[])
    ticket = breached(desk, cast, clock)
    climb(desk, clock, hours=2)
    assert steps(desk, ticket.ref) == []


@pytest.mark.parametrize("before", [["30m"], []])
def test_a_step_that_is_added_reaches_what_has_climbed_all_others(
    desk: Desk, cast: Cast, clock: MovableClock, before: list[str]
) -> None:
    """After its time from the change; what was answered meanwhile is told of no more."""
    configured(desk, steps=[{"after": each} for each in before], unassigned_after="20m")
    late, answered = breached(desk, cast, clock), cast.ticket("tomas", priority=Priority.URGENT)
    climb(desk, clock, minutes=61)
    cast.says(answered.ref, cast.person("amir").id, "On it")
    for ref in (late.ref, answered.ref):
        assert "step2" not in steps(desk, ref)
    told = {ref: steps(desk, ref) for ref in (late.ref, answered.ref)}
    configured(desk, steps=[*({"after": each} for each in before), {"after": "40m"}], unassigned_after="20m")
    climb(desk, clock, minutes=39)
    assert steps(desk, late.ref) == told[late.ref]
    climb(desk, clock, minutes=1)
    climb(desk, clock, hours=3)
    assert steps(desk, late.ref) == [*told[late.ref], f"step{len(before) + 1}"]
    assert steps(desk, answered.ref) == told[answered.ref]


def test_a_step_that_is_added_reaches_what_nobody_takes(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    configured(desk, steps=[{"after": "30m"}])
    ticket = cast.ticket(priority=Priority.LOW)
    for _ in range(40):
        climb(desk, clock, minutes=30)
        if steps(desk, ticket.ref)[-1:] == ["nobody1"]:
            break
    climb(desk, clock, minutes=30)
    configured(desk, steps=[{"after": "30m"}, {"after": "10m"}])
    climb(desk, clock, minutes=9)
    assert steps(desk, ticket.ref) == ["nobody", "nobody1"]
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["nobody", "nobody1", "nobody2"]


def solution_breached(desk: Desk, cast: Cast, clock: MovableClock) -> Ticket:
    """An urgent ticket that Amir has answered, at the second in which its solution was marked as late."""
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    cast.says(ticket.ref, amir, "Looking")
    clock.advance(hours=4, seconds=1)
    desk.watch_step(clock())
    return desk.ticket(ticket.ref)


@pytest.mark.parametrize("told", [[], ["step1"]])
def test_while_it_is_the_customers_turn_nothing_follows_and_then_it_goes_on_from_where_it_was(
    desk: Desk, cast: Cast, clock: MovableClock, told: list[str]
) -> None:
    """Each step after its whole time from when it is our turn again; what was told of the breach stays told."""
    ticket = solution_breached(desk, cast, clock)
    climb(desk, clock, minutes=30 * len(told))
    desk.wait_for_customer(ticket.ref, by=cast.person("amir").id, question="Which one?", source="v:q")
    climb(desk, clock, minutes=10)
    climb(desk, clock, hours=5)
    assert steps(desk, ticket.ref) == told
    assert not desk.ticket(ticket.ref).is_escalated
    assert desk.ladder_step(clock()) is None

    cast.says(ticket.ref, ticket.customer_id, "The red one")
    after = timedelta(minutes=60 if told else 30)
    climb(desk, clock, seconds=after.total_seconds() - 1)
    assert steps(desk, ticket.ref) == told
    climb(desk, clock, seconds=1)
    assert [stage for stage in steps(desk, ticket.ref) if stage.startswith("step")] == [*told, f"step{len(told) + 1}"]


def test_a_step_counts_working_time() -> None:
    """Breached at ten to five on a Friday: the reminder comes on Monday at twenty past nine."""
    office = Calendar("Office", VIENNA, parse_windows({"mon-fri": ["09:00-17:00"]}))
    friday = datetime(2026, 11, 27, 15, 50, tzinfo=UTC)
    step = LadderStep(after=timedelta(minutes=30))
    assert next_instant(step, friday, calendar=office) == datetime(2026, 11, 30, 8, 20, tzinfo=UTC)


def test_whoever_has_just_been_given_it_has_the_time_of_a_step(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket, jo = breached(desk, cast, clock), cast.agent("jo")
    clock.advance(minutes=20)
    desk.assign(ticket.ref, to=jo, by=jo)
    climb(desk, clock, minutes=29)
    assert steps(desk, ticket.ref) == []
    climb(desk, clock, minutes=1)
    assert steps(desk, ticket.ref) == ["step1"]


def test_a_climb_goes_by_the_hours_of_the_ticket_as_it_now_is(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """In a category whose hours are over for today the next step would come tomorrow."""
    office = {"name": "office", "windows": {"mon-fri": ["12:00-13:20"]}}
    categories = [{"key": "billing", "name": "Billing"}, {"key": "account", "name": "Account"}]
    policies = [{"category": "billing", "calendar": "office"}]
    desk.configure({"categories": categories, "calendars": [office], "policies": policies}, by=None)
    ticket = breached(desk, cast, clock)
    climb(desk, clock, minutes=31)
    assert steps(desk, ticket.ref) == []

    desk.set_category(ticket.ref, "account", by=cast.person("amir").id)
    climb(desk, clock)

    assert steps(desk, ticket.ref) == ["step1"]


@pytest.mark.parametrize("how", ["undo", "pull_back"])
def test_what_ended_a_climb_and_is_taken_back_lets_it_go_on(
    desk: Desk, cast: Cast, clock: MovableClock, how: str
) -> None:
    """From where it was, each step after its time; looked at in between, when nothing was owed."""
    ticket = breached(desk, cast, clock)
    amir = cast.person("amir").id
    climb(desk, clock, minutes=31)
    clock.advance(minutes=55)
    if how == "undo":
        desk.resolve(ticket.ref, by=amir)
    else:
        said = desk.add_comment(ticket.ref, author_id=amir, text="On it", source="m:C:1")
    climb(desk, clock, minutes=6)
    assert steps(desk, ticket.ref) == ["step1"]
    if how == "undo":
        desk.undo(ticket.ref, by=amir)
    else:
        desk.pull_back(ticket.ref, said.number, by=amir)
    climb(desk, clock, minutes=1)
    climb(desk, clock, hours=5)
    of_answer = [row.key.stage for row in desk.outbox.alerts(ticket.ref) if row.key.kind == "first_response"]
    assert sorted(of_answer) == ["breach", "step1", "step2"]


def test_what_was_late_before_there_was_a_ladder_climbs_it_too(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database, database_url: str
) -> None:
    ticket = breached(desk, cast, clock)
    with database.write() as connection:
        connection.execute(text("DELETE FROM ladder"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0008'"))

    for _ in range(2):
        migrate(database_url, "0009")
        climb(desk, clock, minutes=31)
        assert steps(desk, ticket.ref) == ["step1"]
        with database.write() as connection:
            connection.execute(text("DELETE FROM ladder"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0008'"))


def test_a_step_that_fails_keeps_no_other_from_being_taken(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    first = breached(desk, cast, clock)
    second = breached(desk, cast, clock, customer="tom")
    is_broken, told = True, list[str]()

    def fails(_tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        if is_broken and event.kind is EventKind.ALERT_STEP and ticket.ref == first.ref:
            raise LookupError

    desk.subscribe(fails)
    desk.after_failure(lambda job, _error: told.append(job))
    climb(desk, clock, minutes=31)
    assert (steps(desk, first.ref), steps(desk, second.ref), told) == ([], ["step1"], ["ladder"])
    assert desk.ladder_step(clock()) == clock() + timedelta(minutes=1)
    assert told == ["ladder"]

    is_broken = False
    climb(desk, clock, minutes=1)
    assert steps(desk, first.ref) == ["step1"]


def test_steps_that_are_due_together_share_a_transaction(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """What it costs to make one durable is not paid for each of thousands of reminders."""
    waiting = [cast.ticket(priority=Priority.URGENT) for _ in range(3)]
    clock.advance(hours=1, seconds=1)
    desk.watch_step(clock())
    transactions = list[Transaction]()

    def note(tx: Transaction, _ticket: Ticket, event: TicketEvent) -> None:
        if event.kind is EventKind.ALERT_STEP and not any(tx is known for known in transactions):
            transactions.append(tx)

    desk.subscribe(note)
    climb(desk, clock, minutes=31)
    assert [steps(desk, ticket.ref) for ticket in waiting] == [["step1"]] * 3
    assert len(transactions) == 1
