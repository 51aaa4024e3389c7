"""A ticket's second matter gets a ticket of its own, tickets name each other, and one goes to its real customer."""

from __future__ import annotations

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import (
    CommentNotFound,
    InvalidInput,
    NotAnAgent,
    OwnTicket,
    PersonNotFound,
    SameTicket,
    TicketClosed,
    TicketNotFound,
    TooLateToUndo,
)
from ticketing.events import EventKind
from ticketing.model import (
    Attachment,
    ClockKind,
    CloseReason,
    CommentKey,
    LinkKind,
    Outcome,
    PersonId,
    Priority,
    Ticket,
    TicketRef,
    TicketStatus,
)

FILE = Attachment("F1", "shot.png")
ASKS = {
    "categories": [
        {
            "key": "billing",
            "name": "Billing",
            "fields": [{"key": "invoice", "label": "Invoice number", "type": "text", "required": True}],
        }
    ]
}


@pytest.fixture
def amir(cast: Cast) -> PersonId:
    return cast.agent("amir")


def keys(desk: Desk, ticket: Ticket, *words: str) -> list[CommentKey]:
    return [each.key for each in desk.comments(ticket.ref, include_internal=True) if each.text in words]


def texts(desk: Desk, ref: TicketRef, *, include_internal: bool = False) -> list[str]:
    return [comment.text for comment in desk.comments(ref, include_internal=include_internal)]


def links(desk: Desk, ticket: Ticket) -> list[tuple[int, LinkKind]]:
    return [(link.other.number, link.kind) for link in desk.links(ticket.ref)]


def events(desk: Desk, ticket: Ticket, kind: EventKind) -> list[tuple[str | None, str | None]]:
    return [(event.from_value, event.to_value) for event in desk.events(ticket.ref) if event.kind is kind]


# --- splitting --------------------------------------------------------------------------------------------------------


def test_chosen_words_are_copied_to_a_new_ticket_that_says_where_they_are_from(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    ticket = cast.ticket(priority=Priority.HIGH)
    mara = ticket.customer_id
    for words, who in (("invoice", mara), ("the export hangs too", mara), ("I see", amir), ("since Monday", mara)):
        clock.advance(minutes=1)
        cast.says(ticket.ref, who, words)
    cast.says(ticket.ref, amir, "old bug", internal=True)
    clock.advance(hours=1)
    chosen = keys(desk, ticket, "the export hangs too", "since Monday", "I see", "old bug")

    new = desk.split(ticket.ref, chosen, subject="Export hangs", by=amir, source="v:split")

    assert (new.customer_id, new.category, new.priority) == (mara, "billing", Priority.HIGH)
    assert (new.subject, new.description) == ("Export hangs", "the export hangs too")
    assert (new.status, new.assigned_agent_id, cast.load(amir)) == (TicketStatus.ASSIGNED, amir, 2)
    assert new.opened_at == new.sla_start_at == clock.now
    assert new.first_response_at is None  # "I see" answered the other ticket
    said = desk.comments(new.ref, include_internal=True)
    assert [comment.text for comment in said] == ["I see", "since Monday", "old bug"]
    assert [comment.author_id for comment in said] == [amir, mara, amir]
    assert [comment.origin for comment in said] == [*keys(desk, ticket, "I see", "since Monday", "old bug")]
    assert texts(desk, new.ref) == ["I see", "since Monday"]
    assert len(texts(desk, ticket.ref, include_internal=True)) == 5  # they stay there as well
    assert links(desk, ticket) == [(new.number, LinkKind.SPLIT_TO)]
    assert links(desk, new) == [(ticket.number, LinkKind.SPLIT_FROM)]
    assert events(desk, ticket, EventKind.SPLIT_TO) == [(None, str(new.number))]
    assert events(desk, new, EventKind.SPLIT_FROM) == [(str(ticket.number), None)]
    assert [each.number for each in desk.search("export monday", include_internal=False)] == [new.number, ticket.number]


def test_splitting_from_the_same_form_again_gives_the_same_ticket(desk: Desk, cast: Cast, amir: PersonId) -> None:
    ticket = cast.ticket()
    cast.says(ticket.ref, ticket.customer_id, "more")
    chosen = keys(desk, ticket, "more")

    new = desk.split(ticket.ref, chosen, subject="More", by=amir, source="v:new1")

    assert desk.split(ticket.ref, chosen, subject="More", by=amir, source="v:new1") == new
    assert len(desk.tickets_of_customer(ticket.customer_id)) == 2


def test_words_of_a_merged_ticket_can_be_split_off_again(desk: Desk, cast: Cast, amir: PersonId) -> None:
    first, second = cast.ticket(), cast.ticket(subject="Printer", description="It jams")
    cast.says(second.ref, second.customer_id, "always")
    desk.merge(second.ref, first.ref, by=amir)

    new = desk.split(
        first.ref, keys(desk, first, "Printer\nIt jams", "always"), subject="Printer", by=amir, source="v:new1"
    )

    assert (new.description, texts(desk, new.ref)) == ("Printer\nIt jams", ["always"])


def test_notes_alone_make_a_ticket_without_words_for_the_customer(desk: Desk, cast: Cast, amir: PersonId) -> None:
    ticket = cast.ticket()
    cast.says(ticket.ref, amir, "check the printer too", internal=True)

    chosen = keys(desk, ticket, "check the printer too")
    new = desk.split(ticket.ref, chosen, subject="Printer", by=amir, source="v:new1")

    assert (new.description, texts(desk, new.ref)) == ("", [])
    assert texts(desk, new.ref, include_internal=True) == ["check the printer too"]


def test_what_cannot_be_split_is_refused(desk: Desk, cast: Cast, amir: PersonId) -> None:
    ticket, other, own = cast.ticket(), cast.ticket(), cast.ticket("amir")
    cast.says(ticket.ref, ticket.customer_id, "more")
    cast.says(other.ref, other.customer_id, "elsewhere")
    more, elsewhere = keys(desk, ticket, "more"), keys(desk, other, "elsewhere")

    with pytest.raises(InvalidInput):
        desk.split(ticket.ref, [], subject="x", by=amir, source="v:new1")
    with pytest.raises(InvalidInput):
        desk.split(ticket.ref, more, subject=" ", by=amir, source="v:new1")
    with pytest.raises(CommentNotFound):
        desk.split(ticket.ref, more + elsewhere, subject="x", by=amir, source="v:new1")
    with pytest.raises(NotAnAgent):
        desk.split(ticket.ref, more, subject="x", by=ticket.customer_id, source="v:new1")
    with pytest.raises(OwnTicket):
        desk.split(own.ref, more, subject="x", by=amir, source="v:new1")
    desk.delete_comment(ticket.ref, 1, by=ticket.customer_id)
    with pytest.raises(CommentNotFound):
        desk.split(ticket.ref, more, subject="x", by=amir, source="v:new1")
    assert len(desk.tickets_of_customer(ticket.customer_id)) == 2


def test_edits_and_deletions_reach_every_copy(desk: Desk, cast: Cast, amir: PersonId) -> None:
    ticket = cast.ticket()
    mara = ticket.customer_id
    cast.says(ticket.ref, mara, "alpha")
    cast.says(ticket.ref, mara, "beta", files=[FILE])
    new = desk.split(ticket.ref, keys(desk, ticket, "alpha", "beta"), subject="Copy", by=amir, source="v:new1")
    newest = desk.split(new.ref, keys(desk, new, "beta"), subject="Copy of a copy", by=amir, source="v:new2")
    desk.merge(newest.ref, cast.ticket(subject="Other").ref, by=amir)

    desk.edit_comment(ticket.ref, 1, "gamma", by=mara, source_version="1")
    desk.edit_comment(ticket.ref, 2, "delta", by=mara, source_version="1")
    assert desk.ticket(new.ref).description == "gamma"
    assert texts(desk, new.ref) == ["delta"]
    assert desk.ticket(newest.ref).description == "delta"
    assert {each.number for each in desk.search("delta", include_internal=True)} >= {ticket.number, newest.number}
    assert desk.search("beta", include_internal=True) == []

    desk.delete_comment(ticket.ref, 2, by=mara)
    assert texts(desk, new.ref) == [""]
    assert desk.ticket(newest.ref).description == ""
    assert desk.search("delta", include_internal=True) == []
    assert desk.attachments(newest.ref, include_internal=True) == {}


# --- linking ----------------------------------------------------------------------------------------------------------


def test_linked_tickets_name_each_other_also_those_of_two_customers(desk: Desk, cast: Cast, amir: PersonId) -> None:
    one, two, three = cast.ticket(), cast.ticket("tomas"), cast.ticket()

    assert desk.link(two.ref, one.ref, by=amir)
    assert desk.link(one.ref, three.ref, by=amir)
    assert not desk.link(one.ref, two.ref, by=amir)

    assert links(desk, one) == [(two.number, LinkKind.RELATED), (three.number, LinkKind.RELATED)]
    assert links(desk, two) == [(one.number, LinkKind.RELATED)]
    assert desk.links(one.ref)[0].other == two.ref
    assert events(desk, one, EventKind.LINKED) == [(None, str(two.number)), (None, str(three.number))]
    assert events(desk, two, EventKind.LINKED) == [(None, str(one.number))]

    assert desk.unlink(one.ref, two.ref, by=amir)
    assert not desk.unlink(two.ref, one.ref, by=amir)
    assert links(desk, two) == []
    assert events(desk, two, EventKind.UNLINKED) == [(str(one.number), None)]


def test_what_cannot_be_linked_is_refused(desk: Desk, cast: Cast, amir: PersonId) -> None:
    one, own = cast.ticket(), cast.ticket("amir")

    with pytest.raises(SameTicket):
        desk.link(one.ref, one.ref, by=amir)
    with pytest.raises(OwnTicket):
        desk.link(one.ref, own.ref, by=amir)
    with pytest.raises(NotAnAgent):
        desk.link(one.ref, cast.ticket("tomas").ref, by=one.customer_id)
    with pytest.raises(TicketNotFound):
        desk.link(one.ref, TicketRef(own.customer_id, one.number), by=amir)
    assert desk.links(one.ref) == []
    assert desk.links(TicketRef(PersonId(2**70), 1)) == []


# --- moving -----------------------------------------------------------------------------------------------------------


def test_a_ticket_is_opened_anew_for_its_real_customer(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    tomas = cast.customer("tomas")
    ticket = cast.ticket(priority=Priority.HIGH, files=[FILE])
    cast.says(ticket.ref, ticket.customer_id, "It is for Tomas", files=[FILE])
    cast.says(ticket.ref, amir, "old bug", internal=True)
    clock.advance(hours=1)

    new = desk.move_to_customer(ticket.ref, tomas, by=amir, source="v:new1")

    assert (new.customer_id, new.subject, new.description) == (tomas, ticket.subject, ticket.description)
    assert (new.priority, new.opened_at, new.assigned_agent_id) == (Priority.HIGH, clock.now, amir)
    assert texts(desk, new.ref) == ["It is for Tomas"]
    assert texts(desk, new.ref, include_internal=True) == ["It is for Tomas", "old bug"]
    assert desk.attachments(new.ref, include_internal=False) == {0: (FILE,), 1: (FILE,)}
    assert desk.comments(new.ref, include_internal=False)[0].origin == CommentKey(ticket.customer_id, ticket.number, 1)
    old = desk.ticket(ticket.ref)
    assert (old.status, old.close_reason, cast.load(amir)) == (TicketStatus.CLOSED, CloseReason.MOVED, 1)
    assert {each.outcome for each in old.clocks} == {Outcome.VOID}
    assert all(each.is_running for each in new.clocks if each.kind is ClockKind.RESOLUTION)
    assert links(desk, ticket) == [(new.number, LinkKind.MOVED_TO)]
    assert links(desk, new) == [(ticket.number, LinkKind.MOVED_FROM)]
    assert events(desk, ticket, EventKind.MOVED_TO) == [(None, str(new.number))]
    assert events(desk, new, EventKind.MOVED_FROM) == [(str(ticket.number), None)]
    assert desk.move_to_customer(ticket.ref, tomas, by=amir, source="v:new1") == new
    assert desk.ticket(new.ref) == new
    follow_up = desk.add_comment(ticket.ref, author_id=ticket.customer_id, text="And mine?", source="m:C:1")
    assert desk.ticket(TicketRef(ticket.customer_id, follow_up.ticket_number)).follows_number == ticket.number


def test_tags_and_what_was_escalated_go_along_with_what_moves(desk: Desk, cast: Cast, amir: PersonId) -> None:
    ticket = cast.ticket()
    desk.add_tags(ticket.ref, ["vip", "vpn"], by=amir)
    desk.escalate(ticket.ref, by=amir)

    new = desk.move_to_customer(ticket.ref, cast.customer("tomas"), by=amir, source="v:new1")

    assert (desk.tags(new.ref), desk.tags(ticket.ref)) == (["vip", "vpn"], ["vip", "vpn"])
    assert new.is_escalated
    assert desk.ticket(new.ref) == new


def test_what_is_taken_back_at_its_origin_is_so_at_the_other_customer(desk: Desk, cast: Cast, amir: PersonId) -> None:
    ticket = cast.ticket()
    cast.says(ticket.ref, ticket.customer_id, "my password")
    new = desk.move_to_customer(ticket.ref, cast.customer("tomas"), by=amir, source="v:new1")

    desk.delete_comment(ticket.ref, 1, by=ticket.customer_id)

    assert texts(desk, new.ref) == [""]
    assert desk.search("password", include_internal=True) == []


def test_who_is_given_the_moved_ticket_for_their_old_one_was_given_one(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    """As many as before, and yet the last to be given one: the next goes to somebody else."""
    ticket = cast.ticket()
    clock.advance(hours=1)

    desk.move_to_customer(ticket.ref, cast.customer("tomas"), by=amir, source="v:new1")

    agent = desk.agent(amir)
    assert agent is not None
    assert (agent.current_load, agent.last_assigned_at) == (1, clock.now)


def test_what_waits_and_is_moved_goes_to_who_is_free_and_not_behind_itself(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    ticket = cast.ticket()
    desk.release(ticket.ref, by=amir)
    clock.advance(hours=1)

    assert desk.move_to_customer(ticket.ref, cast.customer("tomas"), by=amir, source="v:new1").assigned_agent_id == amir


def test_whoever_holds_a_ticket_never_gets_their_own(desk: Desk, cast: Cast, amir: PersonId) -> None:
    jo = cast.agent("jo")
    ticket = cast.ticket()
    assert ticket.assigned_agent_id == amir

    assert desk.move_to_customer(ticket.ref, amir, by=jo, source="v:new1").assigned_agent_id == jo


@pytest.mark.parametrize("status", ["open", "assigned", "in_progress", "resolved"])
def test_a_move_is_taken_back_by_anybody_of_the_team_as_if_it_had_not_been(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId, status: str
) -> None:
    jo, tomas = cast.agent("jo", skills={}), cast.customer("tomas")
    ticket = cast.ticket()
    problem = desk.open_problem("Printers", by=amir, source="v:problem").id
    desk.link_to_problem(ticket.ref, problem, by=amir)
    if status == "open":
        desk.release(ticket.ref, by=amir)
        desk.set_available(amir, available=False, by=amir)
    elif status == "in_progress":
        desk.start(ticket.ref, by=amir)
    elif status == "resolved":
        desk.resolve(ticket.ref, by=amir)
    clock.advance(hours=1)
    was = desk.ticket(ticket.ref)
    new = desk.move_to_customer(ticket.ref, tomas, by=amir, source="v:new1")
    clock.advance(minutes=9)
    for who in (ticket.customer_id, tomas):
        with pytest.raises((TooLateToUndo, NotAnAgent)):
            desk.undo(ticket.ref, by=who)

    back = desk.undo(ticket.ref, by=jo)

    for name in ("status", "assigned_agent_id", "resolved_at", "queue_rank", "closed_at", "close_reason"):
        assert getattr(back, name) == getattr(was, name), name
    assert [(each.kind, each.due_at, each.outcome) for each in back.clocks] == [
        (each.kind, each.due_at, each.outcome) for each in was.clocks
    ]
    gone = desk.ticket(new.ref)
    assert (gone.status, gone.close_reason, gone.queue_rank) == (TicketStatus.CLOSED, CloseReason.MOVED, None)
    assert cast.load(amir) == (1 if status in ("assigned", "in_progress") else 0)
    assert (desk.problem_of(ticket.ref), desk.problem_of(new.ref)) == (desk.problem(problem), None)
    for ref in (ticket.ref, new.ref):
        with pytest.raises(TooLateToUndo):
            desk.undo(ref, by=amir)
    again = desk.move_to_customer(ticket.ref, tomas, by=amir, source="v:new2")
    assert desk.undo(ticket.ref, by=amir).status is was.status
    assert desk.ticket(again.ref).status is TicketStatus.CLOSED


def test_a_move_stays_once_anything_was_said_or_done_since(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    jo, tomas = cast.agent("jo"), cast.customer("tomas")
    late, answered, begun, written, own = (cast.ticket() for _ in range(5))
    moved = {
        each.ref: desk.move_to_customer(each.ref, tomas, by=amir, source=f"v:new{each.number}").ref
        for each in (late, answered, begun, written)
    }
    desk.move_to_customer(own.ref, jo, by=amir, source="v:own")
    cast.says(moved[answered.ref], tomas, "This is not mine")
    holder = desk.ticket(moved[begun.ref]).assigned_agent_id
    assert holder is not None
    desk.start(moved[begun.ref], by=holder)
    cast.says(written.ref, written.customer_id, "Where is it?")
    for ticket in (answered, begun, written):
        with pytest.raises(TooLateToUndo, match="something else has happened since"):
            desk.undo(ticket.ref, by=amir)
    with pytest.raises(OwnTicket):
        desk.undo(own.ref, by=jo)
    clock.advance(minutes=10, microseconds=1)
    with pytest.raises(TooLateToUndo, match="the time for it is over"):
        desk.undo(late.ref, by=amir)
    assert {desk.ticket(ref).close_reason for ref in moved} == {CloseReason.MOVED}


def test_what_cannot_be_moved_is_refused(desk: Desk, cast: Cast, amir: PersonId) -> None:
    tomas = cast.customer("tomas")
    ticket, own = cast.ticket(), cast.ticket("amir")

    with pytest.raises(InvalidInput):
        desk.move_to_customer(ticket.ref, ticket.customer_id, by=amir, source="v:new1")
    for nobody in (PersonId(999), PersonId(2**70)):
        with pytest.raises(PersonNotFound):
            desk.move_to_customer(ticket.ref, nobody, by=amir, source="v:new1")
    with pytest.raises(OwnTicket):
        desk.move_to_customer(own.ref, tomas, by=amir, source="v:new1")
    desk.move_to_customer(ticket.ref, tomas, by=amir, source="v:new1")
    with pytest.raises(TicketClosed):
        desk.move_to_customer(ticket.ref, tomas, by=amir, source="v:new2")
    assert len(desk.tickets_of_customer(tomas)) == 1


def test_answers_go_along_and_nobody_is_asked_anew(desk: Desk, cast: Cast, amir: PersonId) -> None:
    desk.configure(ASKS, by=None)
    ticket = cast.ticket(fields={"invoice": "4711"})
    cast.says(ticket.ref, ticket.customer_id, "more")

    split = desk.split(ticket.ref, keys(desk, ticket, "more"), subject="More", by=amir, source="v:new1")
    moved = desk.move_to_customer(ticket.ref, cast.customer("tomas"), by=amir, source="v:new2")
    again = desk.add_comment(ticket.ref, author_id=ticket.customer_id, text="Again", source="m:C:1")

    assert (split.fields, moved.fields) == ({}, {"invoice": "4711"})
    assert desk.ticket(TicketRef(ticket.customer_id, again.ticket_number)).fields == {"invoice": "4711"}


def test_a_copied_answer_answers_nothing_and_cannot_be_pulled_back_there(
    desk: Desk, cast: Cast, clock: MovableClock, amir: PersonId
) -> None:
    ticket = cast.ticket()
    answer = desk.add_comment(ticket.ref, author_id=amir, text="Wrong", source="m:C:1")
    new = desk.split(ticket.ref, [answer.key], subject="Copy", by=amir, source="v:new1")
    assert new.description == "Wrong"
    note = desk.add_comment(ticket.ref, author_id=amir, text="Also wrong", source="m:C:2")
    newer = desk.split(ticket.ref, [answer.key, note.key], subject="Copy", by=amir, source="v:new2")
    clock.advance(minutes=1)

    with pytest.raises(TooLateToUndo):
        desk.pull_back(newer.ref, 1, by=amir)
    desk.pull_back(ticket.ref, note.number, by=amir)

    assert texts(desk, newer.ref) == [""]
    assert desk.ticket(newer.ref).first_response_at is None
