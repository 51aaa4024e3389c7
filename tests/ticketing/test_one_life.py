"""A ticket's life through the door, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.desk.paging import GROUPS
from ticketing.errors import AgentFull, AlreadyHeld, InvalidInput, NotAnAgent, NotTheHolder, OwnTicket, TicketNotFound
from ticketing.model import ClockKind, Outcome, Priority, Ticket, TicketRef, TicketStatus, Tier
from ticketing.paging import Spot


def test_a_ticket_goes_from_opened_to_resolved(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")

    ticket = cast.ticket(priority=Priority.HIGH)
    assert (ticket.status, ticket.assigned_agent_id) == (TicketStatus.ASSIGNED, amir)
    assert ticket.response_due_at == clock.now + timedelta(hours=4)
    assert ticket.resolution_due_at == clock.now + timedelta(hours=24)
    desk.start(ticket.ref, by=amir)
    clock.advance(hours=1)
    ticket = desk.resolve(ticket.ref, by=amir, answer="Updated the viewer.")

    assert cast.history(ticket.ref) == ["open", "assigned", "in_progress", "resolved"]
    assert ticket == desk.ticket(ticket.ref)
    assert (ticket.first_response_at, ticket.resolved_at) == (clock.now, clock.now)
    assert {clock.outcome for clock in ticket.clocks} == {Outcome.MET}
    assert cast.load(amir) == 0


def test_resolving_an_assigned_ticket_records_both_steps(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()

    desk.resolve(ticket.ref, by=amir)
    desk.resolve(ticket.ref, by=amir)

    assert cast.history(ticket.ref) == ["open", "assigned", "in_progress", "resolved"]


def test_the_same_form_twice_is_one_ticket(desk: Desk, cast: Cast) -> None:
    first = cast.ticket(source="v:V1")
    again = cast.ticket(source="v:V1")

    assert again.number == first.number
    assert len(desk.tickets_of_customer(first.customer_id)) == 1


def test_what_nobody_can_take_waits_and_is_taken_when_somebody_is_free(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    low, high = cast.ticket(priority=Priority.LOW), cast.ticket(priority=Priority.HIGH)
    assert [ticket.number for ticket in desk.queue()] == [high.number, low.number]

    amir = cast.agent("amir", max_load=1)
    assert desk.drain_queue(clock.now) == 1

    assert desk.ticket(high.ref).assigned_agent_id == amir
    assert [ticket.number for ticket in desk.queue()] == [low.number]


def test_the_queue_is_counted_whole_and_read_page_by_page(desk: Desk, cast: Cast) -> None:
    """
    Across categories, first in line first, forth and back by the rows' keys, and from a place by its number; without what is
    hidden from the reader, and without the reader's own.
    """
    waiting = [
        cast.ticket(("mara", "tomas", "jo")[number % 3], category=("billing", "account")[number % 2])
        for number in range(25)
    ]
    line = [ticket.number for ticket in desk.queue(limit=100)]
    mara = waiting[0].customer_id
    of_others = [each.number for each in waiting if each.customer_id != mara]

    forth = [desk.queue_page()]
    while forth[-1].tickets:
        forth.append(desk.queue_page(Spot(forth[-1].last)))
    pages = [[ticket.number for ticket in page.tickets] for page in forth]
    back = desk.queue_page(Spot(forth[2].first, is_back=True))

    assert pages == [line[:10], line[10:20], line[20:], []]
    assert (back.first, back.last) == (forth[1].first, forth[1].last)
    for before in range(27):
        found = desk.queue_page(desk.queue_spot(before), limit=3).tickets
        assert [each.number for each in found] == line[before : before + 3]
        left = [each for each in line if each in of_others]
        found = desk.queue_page(desk.queue_spot(before, besides=mara), limit=3, besides=mara).tickets
        assert [each.number for each in found] == left[before : before + 3]
    assert sorted(line) == [ticket.number for ticket in waiting]
    assert desk.queue_length() == 25
    assert desk.queue_length(hidden={"billing"}) == desk.queue_length(categories={"account"}) == 12
    assert desk.queue_length(besides=mara) == len(of_others)
    assert sorted(each.number for each in desk.queue(limit=100, besides=mara)) == of_others
    assert [each.clocks for each in forth[2].tickets] == [each.clocks for each in desk.queue(limit=25)[20:]]


def test_all_of_a_customers_tickets_are_listed_page_by_page(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Their turn first, then what is with us, then what is done; the last active first; forth and back, each once."""
    amir = cast.agent("amir", max_load=100)
    made = []
    for turn in range(24):
        made.append(cast.ticket("mara"))
        if turn % 2:
            clock.advance(minutes=10)  # others are as old as the one before them
    for turn, ticket in enumerate(made):
        if turn % 4 < 3:
            desk.start(ticket.ref, by=amir)
        if turn % 4 == 0:
            desk.wait_for_customer(ticket.ref, by=amir)
        elif turn % 4 == 1:
            desk.resolve(ticket.ref, by=amir)
        elif turn % 8 == 3:
            desk.withdraw(ticket.ref, by=ticket.customer_id)
    mara = made[0].customer_id
    groups = [
        [each for each in desk.tickets_of_customer(mara, limit=99) if each.status in statuses] for statuses in GROUPS
    ]
    line = [each.number for group in groups for each in group]

    forth = [desk.customer_page(mara, limit=5)]
    while forth[-1].tickets:
        forth.append(desk.customer_page(mara, Spot(forth[-1].last), limit=5))
    back = [desk.customer_page(mara, Spot((3, -(2**62), 0), is_back=True), limit=5)]
    while back[-1].tickets:
        back.append(desk.customer_page(mara, Spot(back[-1].first, is_back=True), limit=5))

    assert all(len(group) > 1 for group in groups)
    assert [each.number for page in forth for each in page.tickets] == line
    assert [each.number for page in reversed(back) for each in page.tickets] == line
    assert desk.count_of_customer(mara) == len(made)
    assert desk.customer_page(cast.customer("tomas")).tickets == ()


def test_a_new_ticket_does_not_jump_the_queue(desk: Desk, cast: Cast) -> None:
    waiting = cast.ticket()
    cast.agent("amir")

    late = cast.ticket()

    assert late.status is TicketStatus.OPEN
    assert [ticket.number for ticket in desk.queue()] == [waiting.number, late.number]


def test_urgent_never_waits_behind_the_queue(cast: Cast) -> None:
    cast.ticket()
    amir = cast.agent("amir", max_load=1)

    assert cast.ticket(priority=Priority.URGENT).assigned_agent_id == amir
    assert cast.ticket(priority=Priority.URGENT).assigned_agent_id == amir
    assert cast.load(amir) == 2


def test_of_two_agents_who_claim_at_once_one_wins(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = cast.ticket()
    agents = [cast.agent(name, skills={}) for name in ("amir", "jo", "priya", "kim")]
    start = Barrier(len(agents))
    results: list[Ticket | AlreadyHeld] = []

    def claim(agent: int) -> None:
        start.wait()
        try:
            results.append(desk.claim(ticket.ref, by=agents[agent]))
        except AlreadyHeld as refused:
            results.append(refused)

    threads = [Thread(target=claim, args=(number,)) for number in range(len(agents))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = [result for result in results if isinstance(result, Ticket)]
    losers = [result for result in results if isinstance(result, AlreadyHeld)]
    assert len(winners) == 1
    winner = winners[0].assigned_agent_id
    assert {(loser.ticket.assigned_agent_id, loser.since) for loser in losers} == {(winner, clock.now)}
    assert sorted(cast.load(agent) for agent in agents) == [0, 0, 0, 1]


def test_a_full_agent_claims_only_knowingly(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir", max_load=1)
    cast.ticket()
    waiting = cast.ticket()

    with pytest.raises(AgentFull, match="1 of 1"):
        desk.claim(waiting.ref, by=amir)
    desk.claim(waiting.ref, by=amir, beyond_capacity=True)

    assert cast.load(amir) == 2


def test_nobody_works_their_own_ticket(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    own = cast.ticket(customer="amir")

    assert own.status is TicketStatus.OPEN
    with pytest.raises(OwnTicket):
        desk.claim(own.ref, by=amir)


def test_the_wrong_person_changes_nothing(desk: Desk, cast: Cast) -> None:
    cast.agent("amir")
    jo, mara, tomas = cast.agent("jo", skills={}), cast.customer(), cast.customer("tomas")
    ticket = cast.ticket()

    with pytest.raises(NotTheHolder):
        desk.resolve(ticket.ref, by=jo)
    with pytest.raises(NotAnAgent):
        desk.claim(ticket.ref, by=mara)
    with pytest.raises(TicketNotFound):
        desk.withdraw(ticket.ref, by=tomas)
    with pytest.raises(TicketNotFound):
        desk.ticket(TicketRef(tomas, ticket.number))
    assert desk.ticket(ticket.ref) == ticket


@pytest.mark.parametrize(
    ("field", "value"),
    [("subject", " \n "), ("subject", "x" * 151), ("description", "x" * 40_001), ("category", "weather")],
)
def test_bad_input_opens_nothing(desk: Desk, cast: Cast, field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        cast.ticket(**{field: value})
    assert refused.value.field == field
    assert desk.tickets_of_customer(cast.customer()) == []


def test_what_no_database_keeps_is_left_out_of_texts(desk: Desk, cast: Cast) -> None:
    ticket = cast.ticket(subject="Odd\x00 \ud800text", description="\x00")

    assert desk.ticket(ticket.ref).subject == "Odd text"


def test_waiting_for_the_customer_stops_the_solution_clock(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, opened = cast.agent("amir"), clock.now
    ticket = cast.ticket()
    clock.advance(hours=1)
    ticket = desk.wait_for_customer(ticket.ref, by=amir, question="Which browser?")
    assert ticket.resolution_due_at is None

    clock.advance(hours=5)
    cast.says(ticket.ref, ticket.customer_id, "Firefox")

    ticket = desk.ticket(ticket.ref)
    assert ticket.status is TicketStatus.IN_PROGRESS
    assert ticket.resolution_due_at == opened + timedelta(days=3, hours=5)
    turn = ticket.clock(ClockKind.NEXT_RESPONSE)
    assert turn is not None
    assert turn.due_at == clock.now + timedelta(hours=8)


def test_a_thanks_reopens_nothing_and_a_complaint_reopens(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir, answer="Done.")

    cast.says(ticket.ref, ticket.customer_id, "Thanks a lot!")
    assert desk.ticket(ticket.ref).status is TicketStatus.RESOLVED
    assert desk.ticket(ticket.ref).clock(ClockKind.NEXT_RESPONSE) is None

    clock.advance(days=1)
    cast.says(ticket.ref, ticket.customer_id, "It is blank again")
    ticket = desk.ticket(ticket.ref)
    assert (ticket.status, ticket.assigned_agent_id, ticket.reopened_count) == (TicketStatus.IN_PROGRESS, amir, 1)
    assert ticket.sla_start_at == clock.now
    assert ticket.response_due_at == clock.now + timedelta(hours=8)
    assert (ticket.first_response_at, ticket.resolved_at) == (None, None)
    assert cast.load(amir) == 1


def test_after_the_grace_time_a_comment_opens_a_linked_ticket(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir)
    clock.advance(days=8)

    for _ in range(2):  # the same message twice is one ticket
        comment = desk.add_comment(ticket.ref, author_id=ticket.customer_id, text="Again", source="m:C:77")

    follow_up = desk.ticket(TicketRef(ticket.customer_id, comment.ticket_number))
    assert (follow_up.follows_number, follow_up.description) == (ticket.number, "Again")
    assert desk.ticket(ticket.ref).status is TicketStatus.RESOLVED
    assert len(desk.tickets_of_customer(ticket.customer_id)) == 2


def test_an_internal_note_answers_nothing_and_is_hidden(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()

    cast.says(ticket.ref, amir, "Looks like the old bug", internal=True)

    after = desk.ticket(ticket.ref)
    assert (after.status, after.first_response_at) == (TicketStatus.ASSIGNED, None)
    assert desk.comments(ticket.ref, include_internal=False) == []
    assert [note.text for note in desk.comments(ticket.ref, include_internal=True)] == ["Looks like the old bug"]


def test_the_first_human_answer_claims(desk: Desk, cast: Cast) -> None:
    ticket = cast.ticket()
    amir = cast.agent("amir", skills={})

    cast.says(ticket.ref, amir, "Let me look")

    after = desk.ticket(ticket.ref)
    assert (after.status, after.assigned_agent_id) == (TicketStatus.IN_PROGRESS, amir)
    assert after.first_response_at is not None


def test_the_watch_warns_and_breaches_once(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    seen: list[tuple[str, int]] = []
    desk.subscribe(lambda tx, ticket, event: seen.append((event.kind.value, ticket.number)))
    ticket = cast.ticket(priority=Priority.URGENT)
    seen.clear()

    due = desk.next_due_instant()
    assert due == clock.now + timedelta(minutes=30, seconds=1)
    for _ in range(2):
        desk.watch_step(clock.now)
    assert seen == []

    clock.advance(minutes=30, seconds=1)
    for _ in range(2):
        assert desk.watch_step(clock.now) == ticket.opened_at + timedelta(hours=1, seconds=1)
    assert seen == [("warned", ticket.number)]

    clock.advance(minutes=30)
    for _ in range(2):
        desk.watch_step(clock.now)
    assert seen == [("warned", ticket.number), ("breached", ticket.number)]
    assert [late.number for late in desk.get_sla_breached_tickets()] == [ticket.number]
    assert desk.ticket(ticket.ref).is_response_breached


def test_a_new_priority_keeps_what_was_paused(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, opened = cast.agent("amir"), clock.now
    ticket = cast.ticket(priority=Priority.LOW)
    desk.wait_for_customer(ticket.ref, by=amir)
    clock.advance(hours=2)
    desk.resume(ticket.ref, by=amir)

    ticket = desk.set_priority(ticket.ref, Priority.URGENT, by=amir)

    assert ticket.resolution_due_at == opened + timedelta(hours=4 + 2)
    assert ticket.response_due_at == opened + timedelta(hours=1)


def test_tier_comes_from_the_organization_and_counts_in_the_queue(desk: Desk, cast: Cast) -> None:
    desk.set_organization(cast.customer("tomas"), "Corner", Tier.ENTERPRISE, by=None)
    plain, better = cast.ticket(priority=Priority.URGENT), cast.ticket(customer="tomas", priority=Priority.LOW)

    assert better.tier is Tier.ENTERPRISE
    assert [ticket.number for ticket in desk.queue()] == [better.number, plain.number]


def test_what_was_resolved_closes_by_time_after_a_word(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    desk.resolve(ticket.ref, by=amir)

    clock.advance(days=1)
    assert desk.close_step(clock.now) == 0
    assert desk.ticket(ticket.ref).nudged_at == clock.now
    clock.advance(days=2)
    assert desk.close_step(clock.now) == 1
    assert desk.ticket(ticket.ref).status is TicketStatus.CLOSED


def test_load_is_right_after_every_path(desk: Desk, cast: Cast) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    ticket = cast.ticket()
    steps: list[tuple[Callable[[], Ticket], tuple[int, int]]] = [
        (lambda: desk.assign(ticket.ref, to=jo, by=amir), (0, 1)),
        (lambda: desk.release(ticket.ref, by=jo), (0, 0)),
        (lambda: desk.claim(ticket.ref, by=jo), (0, 1)),
        (lambda: desk.resolve(ticket.ref, by=jo), (0, 0)),
        (lambda: desk.reopen(ticket.ref, by=ticket.customer_id), (1, 0)),  # Jo has no skill: the automatic chooses anew
        (lambda: desk.withdraw(ticket.ref, by=ticket.customer_id), (0, 0)),
    ]
    for step, loads in steps:
        step()
        assert (cast.load(amir), cast.load(jo)) == loads
