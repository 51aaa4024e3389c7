"""Comments that are edited, deleted and pulled back, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import CommentNotFound, InvalidInput, NotTheHolder, StaleTicket, TicketNotFound, TooLateToUndo
from ticketing.events import EventKind
from ticketing.model import ClockKind, Comment, Outcome, PersonId, Priority, Role, Ticket, TicketRef, TicketStatus

NOBODY = PersonId(2**70)


def last(desk: Desk, ticket: Ticket) -> Comment:
    return desk.comments(ticket.ref, include_internal=True)[-1]


def kinds(desk: Desk, ticket: Ticket) -> list[EventKind]:
    return [event.kind for event in desk.events(ticket.ref)]


def test_comments_stand_in_the_order_in_which_they_were_said(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    ticket = cast.ticket()
    clock.advance(hours=1)
    for minutes in (5, 30, 10, 5):
        at = clock.now - timedelta(minutes=minutes)
        cast.says(ticket.ref, ticket.customer_id, f"{minutes} minutes ago", said_at=at)

    said = desk.comments(ticket.ref, include_internal=True)
    assert [comment.number for comment in said] == [2, 3, 1, 4]


def test_an_edit_changes_the_words_alone(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    clock.advance(minutes=1)
    cast.says(ticket.ref, amir, "Please restrat it")
    before, said = desk.ticket(ticket.ref), last(desk, ticket)
    clock.advance(hours=1)

    edited = desk.edit_comment(ticket.ref, said.number, " Please restart it ", by=amir, source_version="17.1")

    assert (edited.text, edited.edited_at, edited.said_at) == ("Please restart it", clock.now, said.said_at)
    assert edited == last(desk, ticket)
    after = desk.ticket(ticket.ref)
    assert (after.clocks, after.first_response_at, after.status) == (
        before.clocks,
        before.first_response_at,
        before.status,
    )
    assert after.version == before.version + 1
    event = desk.events(ticket.ref)[-1]
    assert (event.kind, event.actor_id, event.to_value) == (EventKind.COMMENT_EDITED, amir, "1")
    assert "restart" not in str(event)


def test_edits_that_come_twice_or_late_change_nothing(desk: Desk, cast: Cast) -> None:
    ticket = cast.ticket()
    cast.says(ticket.ref, ticket.customer_id, "one")
    for version, text in (("17.2", "three"), ("17.2", "three"), ("17.1", "two")):
        desk.edit_comment(ticket.ref, 1, text, by=ticket.customer_id, source_version=version)

    assert last(desk, ticket).text == "three"
    assert kinds(desk, ticket).count(EventKind.COMMENT_EDITED) == 1
    desk.edit_comment(ticket.ref, 1, "four", by=ticket.customer_id, source_version="17.3")
    assert last(desk, ticket).text == "four"


def test_only_the_author_edits(desk: Desk, cast: Cast) -> None:
    amir, lead = cast.agent("amir"), cast.agent("lena")
    desk.set_role(lead, Role.LEAD, by=None)
    ticket, other = cast.ticket(), cast.ticket("tomas")
    cast.says(ticket.ref, amir, "A note", internal=True)

    for person in (lead, ticket.customer_id, other.customer_id, NOBODY):
        with pytest.raises(CommentNotFound):
            desk.edit_comment(ticket.ref, 1, "Mine", by=person, source_version="1")
    for number in (0, 2, -1):
        with pytest.raises(CommentNotFound):
            desk.edit_comment(ticket.ref, number, "Mine", by=amir, source_version="1")
    with pytest.raises(TicketNotFound):
        desk.edit_comment(TicketRef(other.customer_id, ticket.number), 1, "Mine", by=amir, source_version="1")
    for text, version in (("", "1"), ("x" * 40_001, "1"), ("Mine", ""), ("Mine", "1" * 65)):
        with pytest.raises(InvalidInput):
            desk.edit_comment(ticket.ref, 1, text, by=amir, source_version=version)
    assert last(desk, ticket).text == "A note"


def test_what_is_deleted_leaves_no_words(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    cast.says(ticket.ref, ticket.customer_id, "My password is zanzibar")
    cast.says(ticket.ref, amir, "Do not write passwords here")
    before = desk.ticket(ticket.ref)
    clock.advance(hours=1)

    for _ in range(2):
        deleted = desk.delete_comment(ticket.ref, 1, by=ticket.customer_id)
        assert (deleted.text, deleted.deleted_at) == ("", clock.now)
    assert kinds(desk, ticket).count(EventKind.COMMENT_DELETED) == 1
    assert desk.ticket(ticket.ref).clocks == before.clocks
    assert [comment.number for comment in desk.comments(ticket.ref, include_internal=False)] == [1, 2]
    again = desk.edit_comment(ticket.ref, 1, "zanzibar", by=ticket.customer_id, source_version="1")
    assert again == deleted


def test_a_lead_deletes_for_others_and_nobody_else_does(desk: Desk, cast: Cast) -> None:
    amir, lead = cast.agent("amir"), cast.agent("lena", skills={})
    desk.set_role(lead, Role.LEAD, by=None)
    ticket = cast.ticket()
    cast.says(ticket.ref, ticket.customer_id, "zanzibar")

    for person in (amir, cast.customer("tomas"), NOBODY):
        with pytest.raises(CommentNotFound):
            desk.delete_comment(ticket.ref, 1, by=person)
    assert desk.delete_comment(ticket.ref, 1, by=lead).text == ""


@pytest.mark.parametrize("internal", [True, False])
def test_the_index_follows_what_was_said(desk: Desk, cast: Cast, *, internal: bool) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket("tomas")
    cast.says(ticket.ref, amir, "zanzibar", internal=internal)
    cast.says(ticket.ref, amir, "other words")

    def found(words: str, *, include_internal: bool = True) -> bool:
        return bool(desk.search(words, include_internal=include_internal))

    desk.edit_comment(ticket.ref, 1, "madagascar", by=amir, source_version="1")
    assert found("madagascar")
    assert not found("zanzibar")
    assert found("madagascar", include_internal=False) is not internal
    desk.delete_comment(ticket.ref, 1, by=amir)
    assert not found("madagascar")
    for words in ("invoice blank", "tomas", "other words"):
        assert found(words, include_internal=False)


def test_an_answer_pulled_back_is_no_answer(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket(priority=Priority.URGENT)
    owed = ticket.clock(ClockKind.FIRST_RESPONSE)
    clock.advance(minutes=50)
    cast.says(ticket.ref, amir, "Wrong window, sorry")
    clock.advance(minutes=10)

    for _ in range(2):
        assert desk.pull_back(ticket.ref, 1, by=amir).deleted_at == clock.now
    after = desk.ticket(ticket.ref)

    assert (after.first_response_at, after.clock(ClockKind.FIRST_RESPONSE)) == (None, owed)
    assert after.is_response_breached
    event = desk.events(ticket.ref)[-1]
    assert (event.kind, event.reason) == (EventKind.COMMENT_DELETED, "pulled_back")
    assert event.data == {"comment": 1, "run_on": [["first_response", 0]]}
    clock.advance(minutes=5)
    cast.says(ticket.ref, amir, "The right one")
    answered = desk.ticket(ticket.ref).clock(ClockKind.FIRST_RESPONSE)
    assert answered is not None
    assert (answered.outcome, answered.ended_at) == (Outcome.BREACHED, clock.now)


@pytest.mark.parametrize("role", [Role.LEAD, Role.ADMIN])
def test_who_leads_the_team_answers_without_being_an_agent(
    desk: Desk, cast: Cast, clock: MovableClock, role: Role
) -> None:
    lena = cast.person("lena").id
    desk.set_role(lena, role, by=None)
    ticket = cast.ticket(priority=Priority.URGENT)
    owed = ticket.clock(ClockKind.FIRST_RESPONSE)
    clock.advance(minutes=30)

    cast.says(ticket.ref, lena, "We are on it")

    after = desk.ticket(ticket.ref)
    answered = after.clock(ClockKind.FIRST_RESPONSE)
    assert answered is not None
    assert (answered.outcome, answered.ended_at, after.first_response_at) == (Outcome.MET, clock.now, clock.now)
    assert (after.status, after.assigned_agent_id) == (TicketStatus.OPEN, None)
    desk.pull_back(ticket.ref, 1, by=lena)
    assert desk.ticket(ticket.ref).clock(ClockKind.FIRST_RESPONSE) == owed


def test_a_lead_on_their_own_ticket_is_its_customer(desk: Desk, cast: Cast) -> None:
    lena = cast.person("lena").id
    desk.set_role(lena, Role.LEAD, by=None)
    ticket = cast.ticket("lena")

    cast.says(ticket.ref, lena, "Is anybody there")

    assert desk.ticket(ticket.ref).first_response_at is None


def test_the_next_answer_takes_its_place(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    clock.advance(minutes=1)
    cast.says(ticket.ref, amir, "Wrong window, sorry")
    cast.says(ticket.ref, amir, "A note among us", internal=True)
    second = clock.advance(minutes=1)
    cast.says(ticket.ref, amir, "Hello Mara")
    clock.advance(minutes=1)

    desk.pull_back(ticket.ref, 1, by=amir)

    after = desk.ticket(ticket.ref)
    answered = after.clock(ClockKind.FIRST_RESPONSE)
    assert answered is not None
    assert (after.first_response_at, answered.ended_at, answered.outcome) == (second, second, Outcome.MET)


def test_a_later_answer_pulled_back_leaves_the_first(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    first = clock.advance(minutes=1)
    cast.says(ticket.ref, amir, "Hello Mara")
    cast.says(ticket.ref, ticket.customer_id, "Hello?")
    clock.advance(minutes=1)
    cast.says(ticket.ref, amir, "Wrong window, sorry")
    turn = desk.ticket(ticket.ref).clock(ClockKind.NEXT_RESPONSE)
    assert turn is not None
    assert not turn.is_running

    desk.pull_back(ticket.ref, 3, by=amir)

    after = desk.ticket(ticket.ref)
    turn = after.clock(ClockKind.NEXT_RESPONSE)
    assert turn is not None
    assert turn.is_running
    assert after.first_response_at == first


def test_too_late_to_pull_back(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo", skills={})
    ticket = cast.ticket()
    cast.says(ticket.ref, amir, "A note among us", internal=True)
    cast.says(ticket.ref, amir, "Hello Mara")

    for person in (jo, ticket.customer_id, NOBODY):
        with pytest.raises(CommentNotFound):
            desk.pull_back(ticket.ref, 2, by=person)
    with pytest.raises(TooLateToUndo, match="not an answer"):
        desk.pull_back(ticket.ref, 1, by=amir)
    clock.advance(minutes=10, seconds=1)
    with pytest.raises(TooLateToUndo, match="time for it is over"):
        desk.pull_back(ticket.ref, 2, by=amir)
    cast.says(ticket.ref, amir, "Anything else?")
    cast.says(ticket.ref, ticket.customer_id, "No")
    with pytest.raises(TooLateToUndo, match="customer has written"):
        desk.pull_back(ticket.ref, 3, by=amir)


def test_a_lead_pulls_back_what_an_agent_answered_and_nothing_of_a_customers(desk: Desk, cast: Cast) -> None:
    amir, lena = cast.agent("amir"), cast.agent("lena", skills={})
    desk.set_role(lena, Role.LEAD, by=None)
    ticket = cast.ticket()
    own = cast.ticket(customer="lena")
    cast.says(ticket.ref, ticket.customer_id, "It hangs")
    cast.says(ticket.ref, amir, "Hello Tom")
    cast.says(own.ref, amir, "Hello Lena")

    pulled = desk.pull_back(ticket.ref, 2, by=lena)

    assert (pulled.text, pulled.author_id) == ("", amir)
    assert desk.events(ticket.ref)[-1].actor_id == lena
    assert desk.ticket(ticket.ref).first_response_at is None
    for ref, number in ((ticket.ref, 1), (own.ref, 1)):
        with pytest.raises(CommentNotFound):
            desk.pull_back(ref, number, by=lena)


def test_a_resolved_ticket_keeps_its_outcomes(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    clock.advance(minutes=1)
    resolved = desk.resolve(ticket.ref, by=amir, answer="Done.")

    desk.pull_back(ticket.ref, 1, by=amir)

    after = desk.ticket(ticket.ref)
    assert (after.clocks, after.first_response_at) == (resolved.clocks, resolved.first_response_at)
    assert last(desk, ticket).text == ""


def test_under_an_assignment_only_the_words_of_who_has_the_ticket_or_resolved_it_go_out(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    amir, jo = cast.agent("amir"), cast.agent("jo")
    ticket = cast.ticket()
    assert ticket.assigned_agent_id == amir

    def says(who: PersonId, text: str) -> str:
        try:
            return desk.add_comment(
                ticket.ref, author_id=who, text=text, source=f"m:D{who}:{text}", as_holder=True
            ).text
        except NotTheHolder:
            return "not sent"

    assert (says(amir, "mine"), says(jo, "not mine")) == ("mine", "not sent")
    desk.assign(ticket.ref, to=jo, by=amir)
    assert (says(amir, "mine"), says(amir, "no longer mine"), says(jo, "hers")) == ("mine", "not sent", "hers")
    desk.resolve(ticket.ref, by=jo)
    assert (says(jo, "resolved by her"), says(amir, "not by me")) == ("resolved by her", "not sent")
    desk.reopen(ticket.ref, by=amir)
    desk.release(ticket.ref, by=jo)
    assert (says(jo, "released"), says(amir, "released by another")) == ("not sent", "not sent")
    desk.withdraw(ticket.ref, by=ticket.customer_id)
    assert says(jo, "after the end") == "not sent"
    assert "not sent" not in [comment.text for comment in desk.comments(ticket.ref, include_internal=True)]


def test_a_reply_on_a_closed_ticket_is_refused_and_on_a_merged_one_goes_on(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    kept, merged, closed = cast.ticket(), cast.ticket(), cast.ticket()
    desk.merge(merged.ref, kept.ref, by=amir)
    ended = desk.withdraw(closed.ref, by=closed.customer_id)

    said = desk.add_comment(merged.ref, author_id=amir, text="Here.", source="v:here", as_reply=True)
    with pytest.raises(StaleTicket):
        desk.add_comment(closed.ref, author_id=amir, text="Too late.", source="v:late", as_reply=True)

    assert said.ticket_number == kept.number
    assert (desk.ticket(closed.ref), desk.comments(closed.ref, include_internal=True)) == (ended, [])
