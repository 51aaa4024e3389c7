"""Two tickets become one, and two again: what follows, what is refused, what is as before; on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing import reindexing
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.errors import NotAnAgent, OtherCustomersTicket, OwnTicket, SameTicket, TicketClosed, TooLateToUndo
from ticketing.events import EventKind
from ticketing.model import ClockKind, CloseReason, Outcome, PersonId, Ticket, TicketRef, TicketStatus
from ticketing.reports import Attainment


def texts(desk: Desk, ref: TicketRef, *, include_internal: bool = False) -> list[str]:
    return [comment.text for comment in desk.comments(ref, include_internal=include_internal)]


@pytest.fixture
def amir(cast: Cast) -> PersonId:
    return cast.agent("amir")


def started(desk: Desk, ticket: Ticket, by: PersonId) -> Ticket:
    if desk.ticket(ticket.ref).status is TicketStatus.OPEN:
        desk.claim(ticket.ref, by=by)
    return desk.start(ticket.ref, by=by)


def test_a_merged_ticket_says_where_it_went_and_all_ends_there(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    first, second = cast.ticket(), cast.ticket()
    started(desk, second, amir)
    clock.advance(minutes=5)

    merged = desk.merge(second.ref, first.ref, by=amir)

    assert (merged.status, merged.close_reason) == (TicketStatus.CLOSED, CloseReason.MERGED)
    assert (merged.merged_into, merged.closed_at) == (first.number, clock.now)
    assert desk.joined_with(second.ref) == first.ref
    assert {clock.outcome for clock in merged.clocks} == {Outcome.VOID}
    assert cast.load(amir) == 1  # the first
    last = desk.events(first.ref)[-1]
    assert (last.kind, last.from_value, last.actor_id) == (EventKind.RECEIVED_MERGE, str(second.number), amir)
    kinds = [(event.kind, event.to_value) for event in desk.events(second.ref)[-2:]]
    assert kinds == [(EventKind.MERGED, str(first.number)), (EventKind.STATUS, "closed")]
    assert desk.ticket(second.ref) == merged


def test_merging_again_changes_nothing(desk: Desk, cast: Cast, amir: PersonId) -> None:
    first, second = cast.ticket(), cast.ticket()
    merged = desk.merge(second.ref, first.ref, by=amir)
    before = desk.events(first.ref), desk.events(second.ref)

    assert desk.merge(second.ref, first.ref, by=amir) == merged
    assert (desk.events(first.ref), desk.events(second.ref)) == before


def test_what_was_said_on_both_is_read_in_the_order_in_which_it_was_said(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    mara = cast.customer()
    first = cast.ticket(subject="Invoice", description="It is blank")
    clock.advance(minutes=1)
    second = cast.ticket(subject="PDF", description="Same here")
    began = clock.now
    clock.advance(minutes=1)
    cast.says(second.ref, mara, "b1")
    clock.advance(minutes=1)
    cast.says(first.ref, mara, "a1")
    clock.advance(minutes=1)
    cast.says(second.ref, amir, "note", internal=True)
    cast.says(second.ref, mara, "b2", said_at=began)

    desk.merge(second.ref, first.ref, by=amir)

    # b2 reached us last, and was said with the opening of the second.
    assert texts(desk, first.ref) == ["PDF\nSame here", "b2", "b1", "a1"]
    assert texts(desk, first.ref, include_internal=True) == ["PDF\nSame here", "b2", "b1", "a1", "note"]
    assert [(c.ticket_number, c.number) for c in desk.comments(first.ref, include_internal=False)] == [
        (second.number, 0),
        (second.number, 3),
        (second.number, 1),
        (first.number, 1),
    ]
    assert texts(desk, second.ref) == ["b2", "b1"]


def test_what_is_said_later_on_the_merged_ticket_is_said_on_the_other(desk: Desk, cast: Cast, amir: PersonId) -> None:
    first, second, third = cast.ticket(), cast.ticket(), cast.ticket()
    desk.merge(third.ref, second.ref, by=amir)
    desk.merge(second.ref, first.ref, by=amir)
    said: dict[str, Any] = {"author_id": first.customer_id, "text": "And now?", "source": "m:C:77"}

    comment = desk.add_comment(third.ref, **said)
    again = desk.add_comment(third.ref, **said)
    note = desk.add_comment(third.ref, author_id=amir, text="note", internal=True, source="m:C:78")

    assert comment.ticket_number == note.ticket_number == first.number
    assert again == comment
    assert texts(desk, first.ref)[-1] == "And now?"
    assert desk.joined_with(third.ref) == first.ref
    assert "And now?" not in texts(desk, third.ref)


def test_a_word_on_a_merged_ticket_whose_other_is_closed_opens_a_follow_up_of_that(
    desk: Desk, cast: Cast, amir: PersonId
) -> None:
    first, second = cast.ticket(), cast.ticket()
    desk.merge(second.ref, first.ref, by=amir)
    desk.withdraw(first.ref, by=first.customer_id)

    comment = desk.add_comment(second.ref, author_id=first.customer_id, text="Again", source="m:C:1")

    new = desk.ticket(TicketRef(first.customer_id, comment.ticket_number))
    assert new.follows_number == first.number


def test_what_the_customer_waited_for_is_owed_on_the_other(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    first, second = cast.ticket(), cast.ticket()
    started(desk, first, amir)
    desk.wait_for_customer(first.ref, by=amir, question="Which browser?")
    clock.advance(minutes=30)

    desk.merge(second.ref, first.ref, by=amir)

    joined = desk.ticket(first.ref)
    owed = joined.clock(ClockKind.NEXT_RESPONSE)
    assert joined.status is TicketStatus.IN_PROGRESS
    assert owed is not None
    assert (owed.started_at, owed.is_running) == (clock.now, True)


def test_what_was_answered_asks_nothing_of_the_other(desk: Desk, cast: Cast, amir: PersonId) -> None:
    first, second = cast.ticket(), cast.ticket()
    for ticket in (first, second):
        started(desk, ticket, amir)
        desk.wait_for_customer(ticket.ref, by=amir, question="Which browser?")

    desk.merge(second.ref, first.ref, by=amir)

    assert desk.ticket(first.ref).status is TicketStatus.PENDING_CUSTOMER
    assert desk.ticket(first.ref).clock(ClockKind.NEXT_RESPONSE) is None


def test_who_watched_the_one_watches_the_other(desk: Desk, cast: Cast, amir: PersonId) -> None:
    jo = cast.agent("jo", skills={})
    first, second = cast.ticket(), cast.ticket()
    desk.watch(second.ref, amir, by=amir)
    desk.watch(second.ref, jo, by=jo)
    desk.watch(first.ref, jo, by=jo)

    desk.merge(second.ref, first.ref, by=amir)
    assert {each.id for each in desk.watchers(first.ref)} == {amir, jo}

    desk.unmerge(second.ref, by=jo)
    assert [each.id for each in desk.watchers(first.ref)] == [jo]
    assert {each.id for each in desk.watchers(second.ref)} == {amir, jo}


def test_tags_go_along_and_come_back(desk: Desk, cast: Cast, amir: PersonId) -> None:
    """As many as there is room for; what the other had of its own, or was given since, stays."""
    ticket, other = cast.ticket(), cast.ticket()
    desk.add_tags(ticket.ref, ["vpn", "urgent", "zebra"], by=amir)
    desk.add_tags(other.ref, ["vpn", *(f"own{number}" for number in range(18))], by=amir)

    desk.merge(ticket.ref, other.ref, by=amir)
    assert set(desk.tags(other.ref)) == {"vpn", "urgent", *(f"own{number}" for number in range(18))}
    assert other.ref in [found.ref for found in desk.tagged("urgent")]
    desk.remove_tags(other.ref, ["own1"], by=amir)
    desk.add_tags(other.ref, ["since"], by=amir)
    desk.unmerge(ticket.ref, by=amir)

    own = {f"own{number}" for number in range(18)} - {"own1"}
    assert set(desk.tags(other.ref)) == {"vpn", "since", *own}
    assert desk.tags(ticket.ref) == ["urgent", "vpn", "zebra"]


def test_a_ticket_is_of_the_problem_of_what_was_merged_into_it(
    desk: Desk, cast: Cast, amir: PersonId, clock: MovableClock
) -> None:
    """Its customer is answered along with the others, once; a cause of its own stays."""
    problem, another = (desk.open_problem(title, by=amir, source=title).id for title in ("Outage", "Printers"))
    ticket, other, third = cast.ticket(), cast.ticket(), cast.ticket()
    desk.link_to_problem(ticket.ref, problem, by=amir)
    desk.link_to_problem(third.ref, another, by=amir)
    act = desk.plan_answer_to_all(problem, "We know.", by=amir, source="v:before")
    clock.advance(seconds=1)

    desk.merge(ticket.ref, other.ref, by=amir)
    desk.carry_out(act)
    late = desk.plan_answer_to_all(problem, "It is mended.", by=amir, source="v:after")
    desk.merge(other.ref, third.ref, by=amir)
    desk.carry_out(late)
    said = [each.text for each in desk.comments(third.ref, include_internal=False)]
    kept = desk.problem_of(third.ref)
    assert (kept is not None and kept.id, said.count("We know."), said.count("It is mended.")) == (another, 1, 0)

    desk.unmerge(other.ref, by=amir)
    with pytest.raises(TooLateToUndo):
        desk.unmerge(ticket.ref, by=amir)  # the answer to all stands on the other by now
    assert [each.ref for each in desk.tickets_of_problem(problem)] == [other.ref]


def test_a_problem_comes_back_with_what_is_taken_apart(desk: Desk, cast: Cast, amir: PersonId) -> None:
    problem = desk.open_problem("Outage", by=amir, source="v:p").id
    ticket, other = cast.ticket(), cast.ticket()
    desk.link_to_problem(ticket.ref, problem, by=amir)
    desk.merge(ticket.ref, other.ref, by=amir)
    assert [each.ref for each in desk.tickets_of_problem(problem)] == [other.ref]
    desk.unmerge(ticket.ref, by=amir)
    assert [each.ref for each in desk.tickets_of_problem(problem)] == [ticket.ref]


def test_the_other_ticket_is_found_by_the_words_of_the_merged_one(
    desk: Desk, cast: Cast, database: Database, amir: PersonId
) -> None:
    first, second = cast.ticket(), cast.ticket(subject="Printer", description="zebra")
    cast.says(second.ref, second.customer_id, "giraffe")
    cast.says(second.ref, amir, "walrus", internal=True)

    def found(words: str, *, include_internal: bool = False) -> set[int]:
        return {each.number for each in desk.search(words, include_internal=include_internal)}

    desk.merge(second.ref, first.ref, by=amir)
    both = {first.number, second.number}
    assert found("printer") == found("zebra") == found("giraffe invoice") | {second.number} == both
    assert (found("walrus"), found("walrus", include_internal=True)) == (set(), both)

    giraffe = next(c for c in desk.comments(first.ref, include_internal=False) if c.text == "giraffe")
    desk.edit_comment(giraffe.key.ticket, giraffe.number, "heron", by=giraffe.author_id, source_version="1")
    assert (found("giraffe"), found("heron")) == (set(), both)
    with database.write() as connection:
        reindexing.rebuild(connection)
    assert (found("zebra"), found("heron invoice")) == (both, {first.number})

    desk.unmerge(second.ref, by=amir)
    assert found("zebra") == found("heron") == {second.number}


@pytest.mark.parametrize("status", ["open", "assigned", "in_progress", "pending_customer", "resolved"])
def test_an_undone_merge_is_as_if_it_had_not_been(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId, status: str
) -> None:
    first, second = cast.ticket(), cast.ticket()
    if status == "open":
        desk.release(second.ref, by=amir)
    if status in ("in_progress", "pending_customer", "resolved"):
        started(desk, second, amir)
    clock.advance(hours=1)
    if status == "pending_customer":
        desk.wait_for_customer(second.ref, by=amir)
    if status == "resolved":
        desk.resolve(second.ref, by=amir)
    clock.advance(hours=1)
    before, load = desk.ticket(second.ref), cast.load(amir)
    first_before = desk.ticket(first.ref)

    desk.merge(second.ref, first.ref, by=amir)
    clock.advance(minutes=9)
    undone = desk.unmerge(second.ref, by=amir)

    assert undone.status.value == status
    for name in (
        "assigned_agent_id",
        "clocks",
        "merged_into",
        "closed_at",
        "close_reason",
        "resolved_at",
        "queue_rank",
    ):
        assert getattr(undone, name) == getattr(before, name), name
    assert cast.load(amir) == load
    assert texts(desk, first.ref) == []
    assert (desk.ticket(first.ref).status, desk.ticket(first.ref).clocks) == (first_before.status, first_before.clocks)
    assert desk.joined_with(second.ref) == second.ref
    comment = desk.add_comment(second.ref, author_id=second.customer_id, text="Here", source="m:C:9")
    assert comment.ticket_number == second.number


def test_what_is_taken_apart_is_out_of_sight_as_it_was(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    """Unless it was to come back meanwhile."""
    other, late, soon = cast.ticket(), cast.ticket(), cast.ticket()
    until = clock.now + timedelta(hours=20)
    desk.snooze(late.ref, until, by=amir)
    desk.snooze(soon.ref, clock.now + timedelta(minutes=4), by=amir)
    for ticket in (late, soon):
        desk.merge(ticket.ref, other.ref, by=amir)
        assert desk.ticket(ticket.ref).snoozed_until is None
    clock.advance(minutes=5)

    assert desk.unmerge(soon.ref, by=amir).snoozed_until is None
    assert desk.unmerge(late.ref, by=amir).snoozed_until == until
    clock.advance(hours=20)
    assert desk.wake_step(clock.now) == 1


def test_an_answer_that_was_pulled_back_meanwhile_is_owed_on_what_is_taken_apart(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    first, second = cast.ticket(), cast.ticket()
    started(desk, second, amir)
    owed = desk.ticket(second.ref).clock(ClockKind.FIRST_RESPONSE)
    clock.advance(minutes=1)
    answer = desk.add_comment(second.ref, author_id=amir, text="Secret", source="m:C:1")
    desk.merge(second.ref, first.ref, by=amir)
    clock.advance(minutes=1)
    desk.pull_back(second.ref, answer.number, by=amir)
    clock.advance(minutes=1)

    back = desk.unmerge(second.ref, by=amir)

    assert (back.clock(ClockKind.FIRST_RESPONSE), back.first_response_at) == (owed, None)
    assert desk.ticket(second.ref) == back
    clock.advance(days=9)
    told = desk.timeline(second.ref, ClockKind.FIRST_RESPONSE)
    assert told is not None
    assert (told.ended_by, told.late_by is not None and told.late_by > timedelta(days=8)) == (None, True)
    judged = desk.replay({}, second.opened_at - timedelta(1), clock.now)
    assert (
        judged.replayed[ClockKind.FIRST_RESPONSE] == judged.actual[ClockKind.FIRST_RESPONSE] == Attainment(breached=2)
    )


def test_the_other_waits_for_its_customer_again(desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId) -> None:
    first, second = cast.ticket(), cast.ticket()
    started(desk, first, amir)
    desk.wait_for_customer(first.ref, by=amir, question="Which browser?")
    clock.advance(minutes=30)

    desk.merge(second.ref, first.ref, by=amir)
    clock.advance(minutes=5)
    desk.unmerge(second.ref, by=amir)

    back = desk.ticket(first.ref)
    owed = back.clock(ClockKind.NEXT_RESPONSE)
    assert (back.status, owed and owed.outcome) == (TicketStatus.PENDING_CUSTOMER, Outcome.VOID)
    # The five minutes in between counted.
    clock.advance(hours=1)
    assert desk.resume(first.ref, by=amir).resolution_due_at == first.opened_at + timedelta(days=3, hours=1, minutes=30)


def test_a_merge_is_undone_in_its_window_and_only_while_nobody_has_said_more(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    first, said, over, late = (cast.ticket() for _ in range(4))
    desk.merge(said.ref, first.ref, by=amir)
    cast.says(said.ref, said.customer_id, "one more thing")
    desk.merge(over.ref, late.ref, by=amir)
    desk.withdraw(late.ref, by=late.customer_id)

    for ticket in (said, over):
        with pytest.raises(TooLateToUndo):
            desk.unmerge(ticket.ref, by=amir)

    desk.undo(late.ref, by=late.customer_id)
    clock.advance(minutes=11)
    with pytest.raises(TooLateToUndo, match="time"):
        desk.unmerge(over.ref, by=amir)
    with pytest.raises(TooLateToUndo, match="nothing"):
        desk.unmerge(late.ref, by=amir)


def test_notes_and_triage_on_the_other_do_not_hinder_taking_back(desk: Desk, cast: Cast, amir: PersonId) -> None:
    first, second = cast.ticket(), cast.ticket()
    desk.merge(second.ref, first.ref, by=amir)
    cast.says(first.ref, amir, "a note", internal=True)
    desk.escalate(first.ref, by=amir)

    assert desk.unmerge(second.ref, by=amir).merged_into is None


def test_a_chain_is_taken_apart_from_its_end(desk: Desk, cast: Cast, amir: PersonId) -> None:
    first, second, third = (cast.ticket(description=name) for name in ("one", "two", "three"))
    desk.merge(third.ref, second.ref, by=amir)
    desk.merge(second.ref, first.ref, by=amir)
    assert [text.split("\n")[1] for text in texts(desk, first.ref)] == ["two", "three"]
    assert desk.merge(third.ref, first.ref, by=amir).merged_into == second.number  # there already, by way of the second

    with pytest.raises(TooLateToUndo, match="over"):
        desk.unmerge(third.ref, by=amir)
    desk.unmerge(second.ref, by=amir)
    assert desk.joined_with(third.ref) == second.ref
    desk.unmerge(third.ref, by=amir)
    assert desk.joined_with(third.ref) == third.ref
    assert texts(desk, second.ref) == texts(desk, first.ref) == []


def test_what_cannot_be_merged_is_refused_and_said_why(desk: Desk, cast: Cast, amir: PersonId) -> None:
    mara = cast.customer()
    first, second, third = cast.ticket(), cast.ticket(), cast.ticket()
    of_tomas, of_amir = cast.ticket("tomas"), cast.ticket("amir")
    desk.put_aside(third.ref, by=amir)

    with pytest.raises(SameTicket):
        desk.merge(first.ref, first.ref, by=amir)
    with pytest.raises(OtherCustomersTicket):
        desk.merge(first.ref, of_tomas.ref, by=amir)
    with pytest.raises(TicketClosed, match=f"#{third.number} is closed"):
        desk.merge(first.ref, third.ref, by=amir)
    with pytest.raises(TicketClosed):
        desk.merge(third.ref, first.ref, by=amir)
    with pytest.raises(NotAnAgent):
        desk.merge(first.ref, second.ref, by=mara)
    with pytest.raises(OwnTicket):
        desk.merge(of_amir.ref, first.ref, by=amir)
    desk.merge(first.ref, second.ref, by=amir)
    with pytest.raises(TicketClosed, match=f"#{first.number} is joined with #{second.number} already"):
        desk.merge(second.ref, first.ref, by=amir)
    with pytest.raises(NotAnAgent):
        desk.unmerge(first.ref, by=mara)


def test_what_was_pulled_back_too_late_for_the_joined_conversation_stays(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    first, second = cast.ticket(), cast.ticket()
    started(desk, second, amir)
    answer = desk.add_comment(second.ref, author_id=amir, text="Secret", source="m:C:1")
    desk.merge(second.ref, first.ref, by=amir)
    clock.advance(minutes=1)
    assert desk.pull_back(second.ref, answer.number, by=amir).deleted_at is not None

    answer = desk.add_comment(first.ref, author_id=amir, text="Secret too", source="m:C:2")
    clock.advance(minutes=1)
    cast.says(second.ref, first.customer_id, "I have read that")
    with pytest.raises(TooLateToUndo):
        desk.pull_back(first.ref, answer.number, by=amir)
