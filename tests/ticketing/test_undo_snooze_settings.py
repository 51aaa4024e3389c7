"""What can be taken back, put off, and reconfigured while tickets are open; on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.configuration import default_document
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.desk.recomputing import Recomputed
from ticketing.desk.settings import StoredVersion
from ticketing.errors import (
    InvalidConfiguration,
    InvalidInput,
    NotAnAgent,
    NotTheHolder,
    StaleConfiguration,
    TooLateToUndo,
)
from ticketing.events import EventKind, TicketEvent
from ticketing.model import ClockKind, Outcome, Priority, Role, Ticket, TicketStatus, Tier
from ticketing.transaction import Transaction


def deadlines(desk: Desk, ticket: Any) -> dict[ClockKind, Any]:
    return {clock.kind: (clock.due_at, clock.outcome, clock.paused_at) for clock in desk.ticket(ticket.ref).clocks}


@pytest.mark.parametrize("waiting", [False, True])
def test_an_undone_resolve_is_as_if_it_had_not_been(desk: Desk, cast: Cast, clock: MovableClock, waiting: bool) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.start(ticket.ref, by=amir)
    cast.says(ticket.ref, amir, "I am on it")
    clock.advance(hours=1)
    if waiting:
        desk.wait_for_customer(ticket.ref, by=amir)
        clock.advance(hours=1)
    before, status = deadlines(desk, ticket), desk.ticket(ticket.ref).status

    desk.resolve(ticket.ref, by=amir)
    clock.advance(minutes=9)
    undone = desk.undo(ticket.ref, by=amir)

    assert (undone.status, undone.assigned_agent_id, undone.resolved_at) == (status, amir, None)
    assert deadlines(desk, ticket) == before
    assert cast.load(amir) == 1
    if waiting:  # the pause goes on from where it began
        clock.advance(hours=1)
        resumed = desk.resume(ticket.ref, by=amir)
        assert resumed.resolution_due_at == ticket.opened_at + timedelta(days=3, hours=2, minutes=9)


def test_undo_has_a_window_and_ends_when_something_happens(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    just, late, answered, other = cast.ticket(), cast.ticket(), cast.ticket(), cast.ticket()
    desk.resolve(just.ref, by=amir)
    desk.resolve(late.ref, by=amir)
    clock.advance(minutes=10)
    assert desk.undo(just.ref, by=amir).status is TicketStatus.IN_PROGRESS, "at its very end"
    clock.advance(microseconds=1)
    desk.resolve(answered.ref, by=amir)
    cast.says(answered.ref, answered.customer_id, "thanks")
    desk.resolve(other.ref, by=amir)

    for ticket, who in ((late, amir), (answered, amir), (other, other.customer_id)):
        with pytest.raises(TooLateToUndo):
            desk.undo(ticket.ref, by=who)
        assert desk.ticket(ticket.ref).status is TicketStatus.RESOLVED


def test_a_withdrawal_and_a_reassignment_can_be_taken_back(desk: Desk, cast: Cast) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    ticket = cast.ticket()
    before = deadlines(desk, ticket)

    desk.withdraw(ticket.ref, by=ticket.customer_id)
    assert cast.load(amir) == 0
    back = desk.undo(ticket.ref, by=ticket.customer_id)
    assert (back.status, back.assigned_agent_id, back.close_reason) == (TicketStatus.ASSIGNED, amir, None)
    assert deadlines(desk, ticket) == before

    desk.assign(ticket.ref, to=jo, by=amir)
    assert desk.undo(ticket.ref, by=amir).assigned_agent_id == amir
    assert (cast.load(amir), cast.load(jo)) == (1, 0)


@pytest.mark.parametrize("status", ["open", "assigned", "pending_customer"])
def test_what_was_put_aside_comes_back_by_anybody_of_the_team(
    desk: Desk, cast: Cast, clock: MovableClock, status: str
) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    ticket = cast.ticket()
    if status == "open":
        desk.release(ticket.ref, by=amir)
    elif status == "pending_customer":
        cast.says(ticket.ref, amir, "Which one?")
        desk.wait_for_customer(ticket.ref, by=amir)
    clock.advance(hours=1)
    before, was = deadlines(desk, ticket), desk.ticket(ticket.ref)
    desk.put_aside(ticket.ref, by=amir)
    clock.advance(minutes=9)
    with pytest.raises(TooLateToUndo):
        desk.undo(ticket.ref, by=ticket.customer_id)
    with pytest.raises(NotAnAgent):
        desk.undo(ticket.ref, by=cast.customer("tomas"))

    back = desk.undo(ticket.ref, by=jo)

    assert (back.status, back.assigned_agent_id, back.queue_rank) == (was.status, was.assigned_agent_id, was.queue_rank)
    assert (back.close_reason, back.closed_at) == (None, None)
    assert deadlines(desk, ticket) == before
    assert cast.load(amir) == (0 if status == "open" else 1)
    with pytest.raises(TooLateToUndo, match="it was taken back already"):
        desk.undo(ticket.ref, by=amir)


def test_what_was_put_aside_stays_so_after_the_window_and_once_something_happens(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    amir = cast.agent("amir")
    late, written, gone = cast.ticket(), cast.ticket(), cast.ticket()
    for ticket in (late, written, gone):
        desk.put_aside(ticket.ref, by=amir)
    cast.says(written.ref, written.customer_id, "It is one")
    with pytest.raises(TooLateToUndo, match="something else has happened since"):
        desk.undo(written.ref, by=amir)
    desk.remove_agent(amir, by=None)
    desk.set_role(amir, Role.AGENT, by=None)
    with pytest.raises(TooLateToUndo, match="who had it is an agent no more"):
        desk.undo(gone.ref, by=amir)
    clock.advance(minutes=10, microseconds=1)
    with pytest.raises(TooLateToUndo, match="the time for it is over"):
        desk.undo(late.ref, by=amir)
    assert {desk.ticket(each.ref).status for each in (late, written, gone)} == {TicketStatus.CLOSED}


def test_a_snooze_is_taken_back_by_whoever_has_just_done_it(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    ticket = cast.ticket()
    desk.snooze(ticket.ref, clock.now + timedelta(hours=2), by=amir)
    with pytest.raises(TooLateToUndo):
        desk.undo(ticket.ref, by=jo)

    assert desk.undo(ticket.ref, by=amir).snoozed_until is None

    assert [each.ref for each in desk.tickets_of_agent(amir)] == [ticket.ref]
    assert (desk.events(ticket.ref)[-1].kind, cast.load(amir)) == (EventKind.UNDONE, 1)


def test_a_snoozed_ticket_wakes_on_time(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    ticket = cast.ticket()
    until = clock.now + timedelta(hours=2)
    with pytest.raises(NotTheHolder):
        desk.snooze(ticket.ref, until, by=jo)
    with pytest.raises(InvalidInput):
        desk.snooze(ticket.ref, clock.now, by=amir)
    before = deadlines(desk, ticket)

    assert desk.snooze(ticket.ref, until, by=amir).snoozed_until == until
    assert (cast.load(amir), deadlines(desk, ticket)) == (1, before)
    clock.advance(hours=1)
    assert desk.wake_step(clock.now) == 0
    clock.advance(hours=1)
    assert desk.wake_step(clock.now) == 1
    assert desk.ticket(ticket.ref).snoozed_until is None


def test_a_snooze_is_ended_early_by_whoever_has_the_ticket(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    ticket = cast.ticket()
    desk.snooze(ticket.ref, clock.now + timedelta(hours=2), by=amir)
    with pytest.raises(NotTheHolder):
        desk.wake(ticket.ref, by=jo)
    assert desk.tickets_of_agent(amir) == []
    assert [each.ref for each in desk.tickets_of_agent(amir, with_snoozed=True)] == [ticket.ref]

    woken = desk.wake(ticket.ref, by=amir)

    assert woken.snoozed_until is None
    assert [each.ref for each in desk.tickets_of_agent(amir)] == [ticket.ref]
    last = desk.events(ticket.ref)[-1]
    assert (last.kind, last.actor_id) == (EventKind.WOKEN, amir)
    assert desk.wake(ticket.ref, by=amir).version == woken.version, "what is not snoozed stays as it is"
    clock.advance(hours=3)
    assert desk.wake_step(clock.now) == 0


@pytest.mark.parametrize("waiting", [False, True])
def test_a_snoozed_ticket_comes_back_when_its_customer_writes(
    desk: Desk, cast: Cast, clock: MovableClock, waiting: bool
) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.start(ticket.ref, by=amir)
    if waiting:
        desk.wait_for_customer(ticket.ref, by=amir)
    desk.snooze(ticket.ref, clock.now + timedelta(days=1), by=amir)
    desk.add_comment(ticket.ref, author_id=amir, text="Later.", internal=True, source="n:1")
    desk.add_comment(ticket.ref, author_id=amir, text="We look at it tomorrow.", source="n:2")
    assert desk.tickets_of_agent(amir) == []  # what the team says wakes nothing

    cast.says(ticket.ref, ticket.customer_id, "It is worse now")

    assert [each.ref for each in desk.tickets_of_agent(amir)] == [ticket.ref]
    assert desk.ticket(ticket.ref).snoozed_until is None
    woken = [event for event in desk.events(ticket.ref) if event.kind is EventKind.WOKEN]
    assert [event.actor_id for event in woken] == [ticket.customer_id]
    clock.advance(days=2)
    assert desk.wake_step(clock.now) == 0


def test_a_new_policy_moves_open_deadlines_and_leaves_outcomes(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    finished, running = cast.ticket(), cast.ticket()
    desk.resolve(finished.ref, by=amir, answer="Done")
    frozen = deadlines(desk, finished)
    clock.advance(hours=1)

    document = default_document()
    document["policies"] = [{"first_response": {"medium": "2h"}}]
    assert desk.preview(document).recounted == 1
    desk.set_role(amir, Role.ADMIN, by=None)
    version = desk.configure(document, by=amir)
    assert desk.outdated_clocks() == 1
    assert desk.recompute_step() == 1
    assert desk.recompute_step() == 0

    after = desk.ticket(running.ref)
    assert after.response_due_at == running.opened_at + timedelta(hours=2)
    assert {each.config_version for each in after.clocks} == {version}
    assert deadlines(desk, finished) == frozen
    assert {outcome for _, outcome, _ in frozen.values()} == {Outcome.MET}


def test_what_follows_a_policy_goes_on_where_it_was_killed_and_turns_where_the_policy_does(
    desk: Desk, database: Database, cast: Cast, clock: MovableClock
) -> None:
    """Half have followed when a process dies, and half of the rest when the policy is taken back: each ends as promised now."""
    tickets = [cast.ticket(f"customer{number}") for number in range(4)]
    before = [deadlines(desk, ticket) for ticket in tickets]
    desk.configure({"policies": [{"first_response": {"medium": "2h"}}]}, by=None)
    assert desk.recompute_step(limit=2) == 2

    def dies(*_: object) -> None:
        raise SystemExit

    dying = Desk(database, clock)
    dying.subscribe(dies)
    with pytest.raises(SystemExit):
        dying.recompute_step()
    assert desk.recompute_progress() == Recomputed(2, 4)

    another = Desk(database, clock)
    assert another.recompute_step(limit=1) == 1
    another.configure(default_document(), by=None)
    assert another.recompute_progress() == Recomputed(0, 4)
    assert another.recompute_step() == 4
    assert (another.recompute_step(), another.recompute_progress()) == (0, None)
    assert [deadlines(desk, ticket) for ticket in tickets] == before
    recomputed = [
        sum(event.kind is EventKind.CLOCKS_RECOMPUTED for event in desk.events(ticket.ref)) for ticket in tickets
    ]
    assert sorted(recomputed) == [0, 2, 2, 2], "there and back; what never moved says nothing"


def test_which_promises_hold_is_known_without_reading_every_version_again(desk: Desk, database: Database) -> None:
    for count in range(4, 10):
        desk.configure(default_document() | {"default_max_load": count}, by=None)
    read: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        read.append(sql)

    assert desk.outdated_clocks() == 0
    event.listen(database.engine, "before_cursor_execute", note)
    desk.outdated_clocks()
    desk.configure(default_document() | {"default_max_load": 20}, by=None)
    read.clear()
    desk.outdated_clocks()
    event.remove(database.engine, "before_cursor_execute", note)
    assert sum("configurations.document" in sql for sql in read) <= 3


def test_a_configuration_that_would_not_work_is_refused(desk: Desk) -> None:
    before = desk.configuration()
    with pytest.raises(InvalidConfiguration):
        desk.configure({"categories": []}, by=None)
    assert desk.configuration() == before


def test_a_promise_that_is_first_made_later_counts_from_the_opening(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    document = default_document()
    document["policies"] = [{"resolution": {"medium": "none"}}]
    desk.configure(document, by=None)
    amir = cast.agent("amir")
    ticket = cast.ticket()
    assert ticket.resolution_due_at is None
    desk.wait_for_customer(ticket.ref, by=amir)
    clock.advance(hours=1)

    desk.configure(default_document(), by=None)
    desk.recompute_step()

    assert desk.ticket(ticket.ref).resolution_due_at is None  # it is the customer's turn
    clock.advance(hours=1)
    assert desk.resume(ticket.ref, by=amir).resolution_due_at == ticket.opened_at + timedelta(days=3, hours=1)


def test_a_promise_made_where_there_was_none_reaches_the_tickets_that_are_open(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """Neither a ticket that no clock runs on is forgotten, nor one whose only clock was started after the change."""
    nothing = {
        "first_response": {"medium": "none"},
        "next_response": {"medium": "none"},
        "resolution": {"medium": "none"},
    }
    desk.configure({"policies": [nothing]}, by=None)
    amir = cast.agent("amir")
    idle, answered, over = cast.ticket(), cast.ticket(), cast.ticket()
    desk.resolve(over.ref, by=amir)
    cast.says(answered.ref, amir, "Looking")
    assert [desk.ticket(each.ref).clocks for each in (idle, answered, over)] == [(), (), ()]
    clock.advance(hours=1)

    desk.configure({"policies": [{"next_response": {"medium": "2h"}}]}, by=None)
    cast.says(answered.ref, answered.customer_id, "And?")
    assert desk.outdated_clocks() == 2
    assert desk.recompute_step() == 2
    assert desk.outdated_clocks() == desk.recompute_step() == 0

    response, solution = (idle.opened_at + timedelta(hours=hours) for hours in (8, 72))
    after = desk.ticket(idle.ref)
    assert (after.response_due_at, after.resolution_due_at) == (response, solution)
    assert desk.events(idle.ref)[-1].kind is EventKind.CLOCKS_RECOMPUTED
    assert desk.ticket(answered.ref).resolution_due_at == solution
    assert desk.ticket(answered.ref).clock(ClockKind.FIRST_RESPONSE) is None, "it was given already"
    assert desk.ticket(over.ref).clocks == ()


def test_what_no_deadline_depends_on_has_no_clock_counted_anew(desk: Desk, cast: Cast) -> None:
    ticket = cast.ticket()
    settings: dict[str, Any]
    for settings in (
        {"digest_at": "08:30", "channels": {"triage": "C1"}, "thanks": ["ta"]},
        {
            "grace_days": 3,
            "default_max_load": 3,
            "ladder": {"steps": [{"after": "2h"}], "quiet": {"sat": ["00:00-24:00"]}},
        },
        {"categories": [{"key": "billing", "name": "Invoices", "default_priority": "high"}]},
    ):
        desk.configure(settings, by=None)
        assert desk.outdated_clocks() == desk.recompute_step() == 0
        assert desk.recompute_progress() is None
    assert desk.ticket(ticket.ref) == ticket

    # Hours without a zone are in the desk's.
    office: dict[str, Any] = {"calendars": [{"name": "office", "windows": {"mon-fri": ["09:00-17:00"]}}]}
    for settings in (office, office | {"zone": "Europe/Vienna"}, {"queue": {"premium": 60}}):
        desk.configure(settings, by=None)
        assert desk.outdated_clocks() == desk.recompute_step() == 1
    assert [event.kind for event in desk.events(ticket.ref)].count(EventKind.CLOCKS_RECOMPUTED) == 0
    cast.ticket()
    assert desk.outdated_clocks() == 0, "what is new goes by what is in force"


def test_what_waits_follows_new_weights_of_the_queue(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Without growth an URGENT ticket comes first however long the others wait; with it the longer wait may win."""
    low = cast.ticket(priority=Priority.LOW)
    clock.advance(hours=4)
    high = cast.ticket("tomas", priority=Priority.HIGH)
    assert [ticket.number for ticket in desk.queue()] == [high.number, low.number]

    desk.configure({"queue": {"growth_points_per_hour": 6}}, by=None)  # 10 and 24 by waiting before 30 and none
    desk.recompute_step()

    assert [ticket.number for ticket in desk.queue()] == [low.number, high.number]
    assert desk.ticket(low.ref).version == low.version
    amir = cast.agent("amir", max_load=1)
    desk.drain_queue(clock.now)
    assert desk.ticket(low.ref).assigned_agent_id == amir
    assert desk.ticket(high.ref).status is TicketStatus.OPEN


def test_a_ticket_that_cannot_be_counted_anew_keeps_no_others_from_it(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    """What went wrong is told, and tried again later, less and less often."""
    broken = cast.ticket()
    others = [cast.ticket("tomas"), cast.ticket()]
    faults, told = [0], []

    def refuse(_tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        if event.kind is EventKind.CLOCKS_RECOMPUTED and ticket.number == broken.number:
            faults[0] += 1
            raise LookupError(broken.number)

    desk.subscribe(refuse)
    desk.after_failure(lambda job, error: told.append((job, type(error))))
    desk.configure({"policies": [{"first_response": {"medium": "1h"}}]}, by=None)
    desk.recompute_step(limit=2)
    seen = faults[0]
    while desk.recompute_step(limit=1):
        pass

    due = [desk.ticket(each.ref).response_due_at for each in (broken, *others)]
    assert due == [broken.opened_at + timedelta(hours=hours) for hours in (8, 1, 1)]
    assert faults[0] == seen
    assert desk.recompute_progress() == Recomputed(2, 3)
    clock.advance(seconds=61)
    assert desk.recompute_step() == 1
    clock.advance(seconds=61)
    assert desk.recompute_step() == 0, "twice as long after a second time"
    assert told == [("recompute", LookupError)] * 2


def test_a_skill_may_serve_categories_of_other_names(desk: Desk, cast: Cast) -> None:
    document = default_document()
    document["categories"] = [
        {"key": "refunds", "name": "Refunds", "skill": "billing"},
        {"key": "billing", "name": "Billing"},
    ]
    desk.configure(document, by=None)
    waiting = cast.ticket(category="refunds")
    cast.agent("amir")

    late = cast.ticket(category="billing")

    assert [ticket.number for ticket in desk.queue()] == [waiting.number, late.number]


def test_a_preview_counts_what_a_change_touches_and_nothing_else(desk: Desk, cast: Cast) -> None:
    cast.agent("amir", max_load=1)
    billing, _queued, account = cast.ticket(), cast.ticket(), cast.ticket(category="account")
    desk.put_aside(account.ref, by=cast.agent("jo"))
    cast.ticket(category="account", priority=Priority.LOW)

    def touched(**settings: object) -> tuple[int, int]:
        preview = desk.preview(default_document() | settings)
        return preview.touched, preview.recounted

    renamed = [dict(each) for each in default_document()["categories"]]
    renamed[0]["name"] = "Invoices"
    assert billing.category == renamed[0]["key"]
    assert touched() == (0, 0)
    assert touched(grace_days=3, thanks=["ta"]) == (0, 0)
    assert touched(categories=renamed) == (2, 0)
    assert touched(channels={"triage": "C1"}) == (3, 0)
    assert touched(policies=[{"category": "account", "resolution": {"low": "1h"}}]) == (1, 1)
    assert touched(policies=[{"category": "account", "resolution": {"high": "1h"}}]) == (0, 0)
    assert touched(policies=[{"first_response": {"medium": "8h"}}]) == (0, 0), "as it is without a policy"
    waiting = len(desk.queue())
    assert touched(queue={"per_priority": 50}) == (waiting, 0)
    assert touched(ladder={"unassigned_after": "2h"}) == (waiting, 0)
    assert waiting == 2
    assert touched(ladder={"untouched_after": "1d"}) == (1, 0), "one is held, and one waits for its customer"


def test_a_preview_says_how_many_open_tickets_colleagues_could_read(desk: Desk, cast: Cast) -> None:
    """Of customers who have an organization, and not of a private category."""
    mara = cast.customer("mara")
    desk.set_organization(mara, "Acme", Tier.STANDARD, by=None)
    for number, category in enumerate(("billing", "billing", "account")):
        desk.open_ticket(mara, source=f"v:{number}", subject="Pay", description="Low.", category=category)
    cast.ticket(customer="tomas")

    def readable(**settings: object) -> tuple[int, int]:
        preview = desk.preview(default_document() | settings)
        return preview.opened, preview.hidden

    assert readable(grace_days=3) == (0, 0)
    assert readable(colleagues_see_tickets=True) == (3, 0)
    desk.configure(default_document() | {"colleagues_see_tickets": True}, by=None)
    assert readable(colleagues_see_tickets=True) == (0, 0)
    assert readable() == (0, 3)
    private = [dict(each) for each in default_document()["categories"]]
    next(each for each in private if each["key"] == "billing").update(private=True, channel="C1")
    assert readable(colleagues_see_tickets=True, categories=private) == (0, 2)


def test_a_change_of_what_is_no_longer_in_force_is_refused(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    lena, ada = cast.customer("lena"), cast.customer("ada")
    for admin in (lena, ada):
        desk.set_role(admin, Role.ADMIN, by=None)
    assert desk.last_version() is None
    first = desk.configure({"grace_days": 3}, by=lena, seen=0)
    clock.advance(minutes=1)
    second = desk.configure({"grace_days": 4}, by=ada, seen=first)

    with pytest.raises(StaleConfiguration) as stale:
        desk.configure({"grace_days": 5}, by=lena, seen=first)

    assert (stale.value.version, stale.value.by, stale.value.at) == (second, ada, clock.now)
    assert desk.configuration().grace_days == 4
    assert desk.last_version() == StoredVersion(second, clock.now, ada)
    assert desk.configure({"grace_days": 5}, by=None) == second + 1, "the command line says what is to be"


def test_each_fault_of_a_configuration_has_its_place(desk: Desk) -> None:
    with pytest.raises(InvalidConfiguration) as error:
        desk.preview({"zone": "Nowhere/Else"})
    assert [place for place, _ in error.value.faults] == ["zone"]
    with pytest.raises(InvalidConfiguration) as error:
        desk.preview({"calendars": [{"name": "Office", "windows": {"mon": ["25:00-26:00"]}}], "grace_days": -1})
    assert [place for place, _ in error.value.faults] == ["calendars[0]", "grace_days"]


def test_a_policy_for_some_touches_no_other_ticket_and_says_how_far_it_has_come(desk: Desk, cast: Cast) -> None:
    high, low = cast.ticket(priority=Priority.HIGH), cast.ticket(priority=Priority.LOW)
    desk.configure({"policies": [{"first_response": {"high": "1h"}}]}, by=None)
    assert desk.recompute_progress() == Recomputed(0, 2)
    assert desk.recompute_step(limit=1) == 1
    assert desk.recompute_progress() == Recomputed(1, 2)
    while desk.recompute_step():
        pass

    assert desk.recompute_progress() is None
    kinds = {ref: [event.kind for event in desk.events(ref)] for ref in (high.ref, low.ref)}
    assert EventKind.CLOCKS_RECOMPUTED in kinds[high.ref]
    assert EventKind.CLOCKS_RECOMPUTED not in kinds[low.ref]
    assert desk.ticket(low.ref).version == low.version
    assert {clock.config_version for clock in desk.ticket(low.ref).clocks} == {desk.configuration().version}
    assert desk.ticket(high.ref).response_due_at == high.opened_at + timedelta(hours=1)
