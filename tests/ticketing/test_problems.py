"""Problems: many tickets of many customers, one reply and one press, on both databases."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.database import Database
from ticketing.desk import Desk, problem_acts
from ticketing.desk.problem_acts import ProblemAct, StepOutcome
from ticketing.desk.problems import ProblemState
from ticketing.errors import (
    HelpdeskError,
    InvalidInput,
    NotAnAgent,
    OwnTicket,
    PersonNotFound,
    ProblemIsResolved,
    ProblemNotFound,
    TicketNotFound,
)
from ticketing.events import EventKind
from ticketing.model import PersonId, Role, Ticket, TicketRef, TicketStatus


def statuses(desk: Desk, problem: int) -> dict[str, int]:
    """How many of its tickets stand where."""
    return Counter(str(ticket.status) for ticket in desk.tickets_of_problem(problem, limit=1000))


def linked(desk: Desk, cast: Cast, count: int, *, agent: str = "amir") -> tuple[int, list[Ticket]]:
    """A problem, and tickets of as many customers on it."""
    by = cast.agent(agent, max_load=5)
    problem = desk.open_problem("The export hangs", by=by, source="v:problem")
    found = [cast.ticket(f"customer{number}") for number in range(count)]
    for ticket in found:
        desk.link_to_problem(ticket.ref, problem.id, by=by)
    return problem.id, [desk.ticket(ticket.ref) for ticket in found]


def finish(desk: Desk, clock: MovableClock) -> None:
    for _ in range(100):
        if not desk.problem_step(clock.now):
            return
    raise AssertionError("It never ends.")


def act(desk: Desk, act_id: int) -> ProblemAct:
    found = desk.problem_act(act_id)
    assert found is not None
    return found


def words(desk: Desk, ref: TicketRef) -> list[str]:
    return [comment.text for comment in desk.comments(ref, include_internal=True)]


# --- a problem --------------------------------------------------------------------------------------------------------


def test_a_cause_gets_a_name_and_an_owner_once(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo")
    opened = desk.open_problem("  The export\nhangs ", by=amir, source="v:1")
    assert (opened.title, opened.owner_id, opened.state, opened.tickets) == (
        "The export hangs",
        amir,
        ProblemState.OPEN,
        0,
    )
    assert desk.open_problem("Something else", by=amir, source="v:1") == opened
    assert desk.rename_problem(opened.id, "The export stops", by=jo).title == "The export stops"
    assert desk.set_problem_owner(opened.id, jo, by=amir).owner_id == jo
    clock.advance(minutes=1)
    second = desk.open_problem("Mail is late", by=jo, source="v:2")
    assert [one.title for one in desk.problems()] == ["Mail is late", "The export stops"]
    assert desk.problems(limit=1, offset=1) == [desk.problem(opened.id)]
    assert desk.problems(resolved=True) == []
    assert second.opened_at == clock.now


def test_what_is_no_problem_is_refused(desk: Desk, cast: Cast) -> None:
    amir, mara = cast.agent("amir"), cast.customer()
    opened = desk.open_problem("The export hangs", by=amir, source="v:1")
    refusals: list[tuple[Callable[[], Any], type[HelpdeskError]]] = [
        (lambda: desk.open_problem(" ", by=amir, source="v:2"), InvalidInput),
        (lambda: desk.open_problem("x" * 151, by=amir, source="v:2"), InvalidInput),
        (lambda: desk.open_problem("Mail", by=mara, source="v:2"), NotAnAgent),
        (lambda: desk.open_problem("Mail", by=PersonId(9_999), source="v:2"), PersonNotFound),
        (lambda: desk.rename_problem(opened.id, "", by=amir), InvalidInput),
        (lambda: desk.rename_problem(opened.id, "Mail", by=mara), NotAnAgent),
        (lambda: desk.rename_problem(9_999, "Mail", by=amir), ProblemNotFound),
        (lambda: desk.set_problem_owner(opened.id, mara, by=amir), InvalidInput),
        (lambda: desk.reopen_problem(2**70, by=amir), ProblemNotFound),
        (lambda: desk.problem(9_999), ProblemNotFound),
        (lambda: desk.plan_answer_to_all(9_999, "Hello", by=amir, source="v:3"), ProblemNotFound),
        (lambda: desk.plan_answer_to_all(opened.id, "  ", by=amir, source="v:3"), InvalidInput),
        (lambda: desk.plan_answer_to_all(opened.id, "Hello", by=mara, source="v:3"), NotAnAgent),
        (lambda: desk.plan_resolve_all(opened.id, "", by=mara, source="v:3"), NotAnAgent),
    ]
    for attempt, fault in refusals:
        with pytest.raises(fault):
            attempt()
    assert desk.last_act_for_all(opened.id) is None
    assert desk.problem(opened.id) == opened


def test_a_ticket_belongs_to_one_problem_and_the_log_says_since_when(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    first = desk.open_problem("The export hangs", by=amir, source="v:1")
    second = desk.open_problem("Mail is late", by=amir, source="v:2")
    ticket = cast.ticket()
    assert desk.link_to_problem(ticket.ref, first.id, by=amir)
    assert not desk.link_to_problem(ticket.ref, first.id, by=amir)
    assert desk.problem_of(ticket.ref) == desk.problem(first.id)
    assert desk.link_to_problem(ticket.ref, second.id, by=amir)
    assert (desk.problem(first.id).tickets, desk.problem(second.id).tickets) == (0, 1)
    assert desk.unlink_from_problem(ticket.ref, by=amir)
    assert not desk.unlink_from_problem(ticket.ref, by=amir)
    assert desk.problem_of(ticket.ref) is None
    entries = [event for event in desk.events(ticket.ref) if event.kind.value.startswith("problem_")]
    assert [(event.kind, event.from_value, event.to_value) for event in entries] == [
        (EventKind.PROBLEM_LINKED, None, str(first.id)),
        (EventKind.PROBLEM_LINKED, str(first.id), str(second.id)),
        (EventKind.PROBLEM_UNLINKED, str(second.id), None),
    ]


def test_who_may_link_what(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    problem = desk.open_problem("The export hangs", by=amir, source="v:1")
    ticket, own = cast.ticket(), cast.ticket("amir")
    with pytest.raises(NotAnAgent):
        desk.link_to_problem(ticket.ref, problem.id, by=ticket.customer_id)
    with pytest.raises(OwnTicket):
        desk.link_to_problem(own.ref, problem.id, by=amir)
    with pytest.raises(TicketNotFound):
        desk.link_to_problem(TicketRef(amir, ticket.number), problem.id, by=amir)
    for wrong in (problem.id + 1, -1, 2**70):
        with pytest.raises(ProblemNotFound):
            desk.link_to_problem(ticket.ref, wrong, by=amir)
    with pytest.raises(NotAnAgent):
        desk.unlink_from_problem(ticket.ref, by=ticket.customer_id)
    assert desk.problem(problem.id).tickets == 0


def test_its_tickets_are_listed_in_pages_without_what_is_private(desk: Desk, cast: Cast) -> None:
    problem, tickets = linked(desk, cast, 5)
    desk.set_category(tickets[1].ref, "technical", by=cast.agent("jo"))
    numbers = [ticket.number for ticket in tickets]
    assert [one.number for one in desk.tickets_of_problem(problem, limit=3)] == numbers[:3]
    assert [one.number for one in desk.tickets_of_problem(problem, limit=3, offset=3)] == numbers[3:]
    assert [one.number for one in desk.tickets_of_problem(problem, hidden={"technical"})] == [
        number for number in numbers if number != numbers[1]
    ]
    assert desk.count_tickets_of_problem(problem) == 5
    assert desk.count_tickets_of_problem(problem, hidden={"technical"}) == 4
    assert desk.count_tickets_of_problem(9_999) == 0
    assert desk.tickets_of_problem(9_999) == []


# --- answer all -------------------------------------------------------------------------------------------------------


def test_one_reply_reaches_each_customer_once(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    problem, tickets = linked(desk, cast, 7)
    amir, jo = cast.agent("amir"), cast.agent("jo")
    desk.add_comment(tickets[0].ref, author_id=amir, text="Between us", internal=True, source="m:C:1")
    act_id = desk.plan_answer_to_all(problem, " We know, and are on it. ", by=jo, source="v:1")
    assert desk.plan_answer_to_all(problem, "Twice", by=jo, source="v:1") == act_id
    assert (act(desk, act_id).done, act(desk, act_id).total) == (0, 7)
    finish(desk, clock)
    finish(desk, clock)

    done = act(desk, act_id)
    assert (done.done, done.remaining, done.ended_at, done.text) == (7, 0, clock.now, None)
    for ticket in tickets:
        said = desk.comments(ticket.ref, include_internal=False)
        assert [(one.text, one.author_id) for one in said] == [("We know, and are on it.", jo)]
        assert desk.ticket(ticket.ref).first_response_at == clock.now
    assert desk.problem(problem).state is ProblemState.OPEN
    again = desk.plan_answer_to_all(problem, "It is done tomorrow.", by=jo, source="v:2")
    finish(desk, clock)
    assert words(desk, tickets[3].ref) == ["We know, and are on it.", "It is done tomorrow."]
    assert desk.last_act_for_all(problem) == act(desk, again)


def test_an_answer_to_many_claims_none_of_them(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Else whoever writes for thirty customers has thirty tickets."""
    problem, tickets = linked(desk, cast, 7)  # Amir has room for five: two wait
    before = [(ticket.status, ticket.assigned_agent_id) for ticket in tickets]
    jo = cast.agent("jo", {})
    desk.plan_answer_to_all(problem, "We know.", by=jo, source="v:1")
    finish(desk, clock)
    after = [desk.ticket(ticket.ref) for ticket in tickets]
    assert [(ticket.status, ticket.assigned_agent_id) for ticket in after] == before
    assert {ticket.status for ticket in after} == {TicketStatus.OPEN, TicketStatus.ASSIGNED}
    assert cast.load(jo) == 0


def test_what_is_over_or_not_for_them_is_left_alone_and_said(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    problem, tickets = linked(desk, cast, 3)
    amir, jo = cast.agent("amir"), cast.agent("jo")
    own = cast.ticket("jo")
    desk.link_to_problem(own.ref, problem, by=amir)
    desk.resolve(tickets[0].ref, by=amir)
    desk.withdraw(tickets[1].ref, by=tickets[1].customer_id)
    act_id = desk.plan_answer_to_all(problem, "We know.", by=jo, source="v:1")
    finish(desk, clock)
    assert act(desk, act_id).outcomes == {
        StepOutcome.DONE: 1,
        StepOutcome.RESOLVED_BEFORE: 1,
        StepOutcome.CLOSED_BEFORE: 1,
        StepOutcome.REFUSED: 1,
    }
    assert desk.undone_tickets(act_id) == [
        (tickets[0].ref, StepOutcome.RESOLVED_BEFORE),
        (tickets[1].ref, StepOutcome.CLOSED_BEFORE),
        (own.ref, StepOutcome.REFUSED),
    ]
    assert desk.undone_tickets(act_id, limit=1, offset=2) == [(own.ref, StepOutcome.REFUSED)]
    assert words(desk, tickets[0].ref) == words(desk, tickets[1].ref) == words(desk, own.ref) == []
    assert (desk.count_undone_tickets(act_id), act(desk, act_id).left) == (3, 3)
    desk.set_category(own.ref, "technical", by=amir)
    assert own.ref not in [ref for ref, _ in desk.undone_tickets(act_id, hidden={"technical"})]
    assert desk.count_undone_tickets(act_id, hidden={"technical"}) == 2


def test_a_merged_ticket_is_answered_where_it_went(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    problem, (first,) = linked(desk, cast, 1)
    amir = cast.agent("amir")
    second = cast.ticket("customer0")
    desk.link_to_problem(second.ref, problem, by=amir)
    desk.merge(second.ref, into=first.ref, by=amir)
    act_id = desk.plan_answer_to_all(problem, "We know.", by=amir, source="v:1")
    finish(desk, clock)
    assert act(desk, act_id).outcomes == {StepOutcome.DONE: 1, StepOutcome.MERGED_BEFORE: 1}
    said = [one.text for one in desk.comments(first.ref, include_internal=False)]
    assert said.count("We know.") == 1


def test_a_moved_ticket_is_answered_and_resolved_where_it_went(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Also by what was pressed before; what had reached it does not come twice."""
    problem, (first, second) = linked(desk, cast, 2)
    amir, tomas = cast.agent("amir"), cast.customer("tomas")
    answer = desk.plan_answer_to_all(problem, "We know.", by=amir, source="v:1")
    clock.advance(seconds=1)
    desk.carry_out(answer, at_most=1)

    moved = [desk.move_to_customer(each.ref, tomas, by=amir, source=f"v:{each.number}") for each in (first, second)]
    finish(desk, clock)
    assert [words(desk, each.ref) for each in moved] == [["We know."], ["We know."]]
    assert act(desk, answer).outcomes == {StepOutcome.DONE: 2}
    assert [desk.problem_of(each.ref) for each in (first, second)] == [None, None]
    assert [each.ref for each in desk.tickets_of_problem(problem)] == [each.ref for each in moved]

    clock.advance(seconds=1)
    end = desk.plan_resolve_all(problem, "Done.", by=amir, source="v:2")
    back = desk.move_to_customer(moved[0].ref, first.customer_id, by=amir, source="v:back")
    finish(desk, clock)
    assert act(desk, end).outcomes == {StepOutcome.DONE: 2}
    assert desk.ticket(back.ref).status is TicketStatus.RESOLVED
    assert words(desk, back.ref) == ["We know.", "Done."]


def test_a_private_ticket_is_left_to_its_channels_members(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    hr = {"key": "hr", "name": "HR", "private": True, "channel": "C1"}
    desk.configure({"categories": [hr, {"key": "billing", "name": "Billing"}]}, by=None)
    amir, jo = cast.agent("amir"), cast.agent("jo", {"hr": 3})
    desk.restrict_holders(lambda category: frozenset({"T1:JO"}) if category.private else None)
    problem = desk.open_problem("Payroll is late", by=jo, source="v:1")
    ticket = cast.ticket(category="hr")
    desk.link_to_problem(ticket.ref, problem.id, by=jo)
    refused = desk.plan_answer_to_all(problem.id, "We know.", by=amir, source="v:2")
    answered = desk.plan_answer_to_all(problem.id, "We know it.", by=jo, source="v:3")
    finish(desk, clock)
    assert act(desk, refused).outcomes == {StepOutcome.REFUSED: 1}
    assert act(desk, answered).outcomes == {StepOutcome.DONE: 1}
    assert words(desk, ticket.ref) == ["We know it."]


# --- resolve all ------------------------------------------------------------------------------------------------------


def test_one_press_resolves_all_wherever_they_stand(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    problem, tickets = linked(desk, cast, 7)
    amir, jo = cast.agent("amir"), cast.agent("jo", {})
    desk.start(tickets[1].ref, by=amir)
    desk.wait_for_customer(tickets[2].ref, by=amir, question="Which?")
    clock.advance(hours=1)
    act_id = desk.plan_resolve_all(problem, "It works again.", by=jo, source="v:1")
    assert desk.problem(problem).state is ProblemState.RESOLVED
    finish(desk, clock)

    assert act(desk, act_id).outcomes == {StepOutcome.DONE: 7}
    assert statuses(desk, problem) == {"resolved": 7}
    assert cast.load(amir) == cast.load(jo) == 0
    for ticket in tickets:
        assert words(desk, ticket.ref)[-1] == "It works again."
        assert not any(clock.is_running for clock in desk.ticket(ticket.ref).clocks)
    waiting = next(ticket for ticket in tickets if ticket.status is TicketStatus.OPEN)
    assert cast.history(waiting.ref) == ["open", "assigned", "in_progress", "resolved"]
    # Each customer may still say that it is not solved, and the problem does not hold them.
    assert desk.reopen(tickets[0].ref, by=tickets[0].customer_id).status is TicketStatus.IN_PROGRESS


def test_resolving_without_a_word_says_nothing(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    problem, tickets = linked(desk, cast, 2)
    desk.plan_resolve_all(problem, "", by=cast.agent("jo"), source="v:1")
    finish(desk, clock)
    assert [words(desk, ticket.ref) for ticket in tickets] == [[], []]
    assert statuses(desk, problem) == {"resolved": 2}


def test_a_resolved_problem_takes_nothing_more_until_it_is_reopened(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    problem, tickets = linked(desk, cast, 1)
    amir = cast.agent("amir")
    first = desk.plan_resolve_all(problem, "Done.", by=amir, source="v:1")
    finish(desk, clock)
    late = cast.ticket()
    attempts: list[Callable[[], Any]] = [
        lambda: desk.link_to_problem(late.ref, problem, by=amir),
        lambda: desk.plan_answer_to_all(problem, "Hello", by=amir, source="v:2"),
        lambda: desk.plan_resolve_all(problem, "Again", by=amir, source="v:2"),
    ]
    for attempt in attempts:
        with pytest.raises(ProblemIsResolved):
            attempt()
    assert desk.plan_resolve_all(problem, "Done.", by=amir, source="v:1") == first
    assert [one.id for one in desk.problems(resolved=True)] == [problem]
    assert desk.reopen_problem(problem, by=amir).resolved_at is None
    desk.link_to_problem(late.ref, problem, by=amir)
    second = desk.plan_resolve_all(problem, "Done for good.", by=amir, source="v:2")
    finish(desk, clock)
    assert act(desk, second).outcomes == {StepOutcome.RESOLVED_BEFORE: 1, StepOutcome.DONE: 1}
    assert words(desk, tickets[0].ref) == ["Done."]


def test_who_cannot_hold_a_ticket_resolves_by_way_of_the_owner(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """A lead who takes no tickets can press the button; a waiting ticket then passes through the owner's hands."""
    lena = cast.customer("lena")
    desk.set_role(lena, Role.LEAD, by=None)
    amir = cast.agent("amir", {})
    problem = desk.open_problem("The export hangs", by=amir, source="v:p")
    ticket = cast.ticket()
    desk.link_to_problem(ticket.ref, problem.id, by=lena)
    desk.plan_resolve_all(problem.id, "Done.", by=lena, source="v:1")
    finish(desk, clock)
    assert desk.ticket(ticket.ref).status is TicketStatus.RESOLVED
    assert desk.ticket(ticket.ref).last_agent_id == amir
    assert cast.load(amir) == 0


# --- crashes, repeats, others at the same time ------------------------------------------------------------------------


def test_a_crash_in_the_middle_leaves_what_the_next_run_completes(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database
) -> None:
    problem, tickets = linked(desk, cast, 6)
    act_id = desk.plan_resolve_all(problem, "Done.", by=cast.agent("jo"), source="v:1")

    class Crash(BaseException):
        pass

    steps = 0

    def crash_at_the_fourth(_tx: Any, ticket: Ticket, event: Any) -> None:
        nonlocal steps
        steps += event.kind is EventKind.STATUS and event.to_value == TicketStatus.RESOLVED
        if steps == 4:
            raise Crash

    dying = Desk(database, clock)
    dying.subscribe(crash_at_the_fourth)
    with pytest.raises(Crash):
        dying.problem_step(clock.now)
    assert (act(desk, act_id).done, act(desk, act_id).remaining) == (3, 3)
    clock.advance(minutes=5)
    finish(Desk(database, clock), clock)
    assert act(desk, act_id).outcomes == {StepOutcome.DONE: 6}
    assert [words(desk, ticket.ref) for ticket in tickets] == [["Done."]] * 6


def test_what_is_linked_after_the_press_is_not_meant_and_what_is_unlinked_in_time_neither(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    problem, tickets = linked(desk, cast, 3)
    amir = cast.agent("amir")
    clock.advance(seconds=1)
    act_id = desk.plan_answer_to_all(problem, "We know.", by=amir, source="v:1")
    clock.advance(seconds=1)
    late = cast.ticket()
    desk.link_to_problem(late.ref, problem, by=amir)
    desk.unlink_from_problem(tickets[2].ref, by=amir)
    finish(desk, clock)
    assert (act(desk, act_id).done, act(desk, act_id).total) == (2, 2)
    assert words(desk, late.ref) == words(desk, tickets[2].ref) == []


def test_two_processes_on_one_act_do_each_ticket_once(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database
) -> None:
    problem, tickets = linked(desk, cast, 12)
    act_id = desk.plan_answer_to_all(problem, "We know.", by=cast.agent("jo"), source="v:1")
    failed: list[BaseException] = []

    def work() -> None:
        try:
            finish(Desk(database, clock), clock)
        except BaseException as error:  # noqa: BLE001 - reported below, in the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert act(desk, act_id).outcomes == {StepOutcome.DONE: 12}
    assert [words(desk, ticket.ref) for ticket in tickets] == [["We know."]] * 12


def test_two_hundred_tickets_of_two_hundred_customers(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    problem, tickets = linked(desk, cast, 200)
    amir = cast.agent("amir")
    told: list[int | None] = []
    desk.subscribe_to_problems(lambda _tx, _problem, ended: told.append(ended))
    answer = desk.plan_answer_to_all(problem, "We know.", by=amir, source="v:1")
    assert desk.problem_step(clock.now)  # a bounded piece of work, and then the next
    assert act(desk, answer).done == problem_acts.AT_ONCE
    resolve = desk.plan_resolve_all(problem, "Done.", by=amir, source="v:2")
    finish(desk, clock)
    assert act(desk, answer).outcomes == act(desk, resolve).outcomes == {StepOutcome.DONE: 200}
    assert statuses(desk, problem) == {"resolved": 200}
    assert words(desk, tickets[199].ref) == ["We know.", "Done."]
    assert [ended for ended in told if ended] == [answer, resolve]
    assert 20 < len(told) < 100


def test_what_an_observer_writes_vanishes_with_a_change_that_failed(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")

    def refuse(_tx: Any, _problem: int, _ended: int | None) -> None:
        raise RuntimeError

    desk.subscribe_to_problems(refuse)
    with pytest.raises(RuntimeError):
        desk.open_problem("The export hangs", by=amir, source="v:1")
    assert desk.problems() == []


def test_a_ticket_that_fails_is_left_after_some_tries_and_keeps_neither_the_others_nor_the_end_from_coming(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    problem, tickets = linked(desk, cast, 3)
    told = list[str]()

    def fails(_tx: Any, ticket: Ticket, event: Any) -> None:
        if event.kind is EventKind.STATUS and ticket.ref == tickets[0].ref:
            raise LookupError

    desk.subscribe(fails)
    desk.after_failure(lambda job, _error: told.append(job))
    broken = desk.plan_resolve_all(problem, "Done.", by=cast.agent("amir"), source="v:all")
    other = desk.open_problem("Mail is late", by=cast.agent("amir"), source="v:other")
    late = cast.ticket("tom")
    desk.link_to_problem(late.ref, other.id, by=cast.agent("amir"))
    following = desk.plan_answer_to_all(other.id, "We look.", by=cast.agent("amir"), source="v:next")
    finish(desk, clock)
    assert act(desk, broken).outcomes == {StepOutcome.DONE: 2}
    assert act(desk, following).ended_at is not None
    for _ in range(2):
        clock.advance(minutes=5)
        finish(desk, clock)

    assert act(desk, broken).outcomes == {StepOutcome.DONE: 2, StepOutcome.FAILED: 1}
    assert act(desk, broken).ended_at is not None
    assert desk.undone_tickets(broken) == [(tickets[0].ref, StepOutcome.FAILED)]
    assert told == ["problems"] * 3
