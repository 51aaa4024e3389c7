"""References to files of what was said and of what a ticket was opened from, on both databases."""

from __future__ import annotations

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import CommentNotFound, InvalidInput, TicketNotFound
from ticketing.events import EventKind
from ticketing.model import Attachment, Role, TicketRef

SHOT = Attachment("F1", "shot.png", 20_480, "image/png", "https://files.example/F1")
LOG = Attachment("F0", "log.txt", 12, "text/plain", "https://files.example/F0")
NOTE = Attachment("F9", "note.pdf")


def test_files_stand_where_they_came_with_in_their_order(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket(files=[SHOT, LOG])
    cast.says(ticket.ref, ticket.customer_id, "And these", files=[LOG, SHOT, LOG])
    cast.says(ticket.ref, amir, "For us", internal=True, files=[NOTE])

    assert desk.attachments(ticket.ref, include_internal=True) == {0: (SHOT, LOG), 1: (LOG, SHOT), 2: (NOTE,)}
    assert desk.attachments(ticket.ref, include_internal=False) == {0: (SHOT, LOG), 1: (LOG, SHOT)}
    assert desk.attachments(TicketRef(amir, ticket.number), include_internal=True) == {}


def test_the_same_message_again_makes_no_doubles(desk: Desk, cast: Cast) -> None:
    ticket = cast.ticket(source="v:again", files=[SHOT])
    for _ in range(2):
        cast.ticket(source="v:again", files=[SHOT])
        desk.add_comment(ticket.ref, author_id=ticket.customer_id, text="x", source="m:C:1", files=[LOG])

    assert desk.attachments(ticket.ref, include_internal=True) == {0: (SHOT,), 1: (LOG,)}


def test_a_file_says_enough_without_words(desk: Desk, cast: Cast) -> None:
    ticket = cast.ticket()
    comment = desk.add_comment(ticket.ref, author_id=ticket.customer_id, text=" ", source="m:C:1", files=[SHOT])

    assert comment.text == ""
    with pytest.raises(InvalidInput):
        desk.add_comment(ticket.ref, author_id=ticket.customer_id, text=" ", source="m:C:2")


def test_files_are_added_behind_the_others_and_taken_away(desk: Desk, cast: Cast) -> None:
    ticket = cast.ticket()
    cast.says(ticket.ref, ticket.customer_id, "See", files=[SHOT, NOTE])
    renamed = Attachment("F1", "shot 2.png")

    assert desk.attach(ticket.ref, 1, [LOG, renamed], by=ticket.customer_id) == (renamed, NOTE, LOG)
    version = desk.ticket(ticket.ref).version
    assert desk.attach(ticket.ref, 1, [LOG], by=ticket.customer_id) == (renamed, NOTE, LOG)
    assert desk.ticket(ticket.ref).version == version
    assert desk.detach(ticket.ref, 1, "F9", by=ticket.customer_id) == (renamed, LOG)
    assert desk.detach(ticket.ref, 1, "F9", by=ticket.customer_id) == (renamed, LOG)
    assert desk.attach(ticket.ref, 1, [NOTE], by=ticket.customer_id) == (renamed, LOG, NOTE)
    assert desk.attach(ticket.ref, 0, [SHOT], by=ticket.customer_id) == (SHOT,)
    changes = [event.to_value for event in desk.events(ticket.ref) if event.kind is EventKind.FILES_CHANGED]
    assert changes == ["1", "1", "1", "0"]


def test_a_comments_files_go_with_its_words(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket(files=[LOG])
    for number in (1, 2):
        cast.says(ticket.ref, amir, "See", files=[SHOT])
        clock.advance(minutes=1)
        (desk.delete_comment if number == 1 else desk.pull_back)(ticket.ref, number, by=amir)

    assert desk.attachments(ticket.ref, include_internal=True) == {0: (LOG,)}


def test_whose_it_is_not_cannot_add_or_take_away(desk: Desk, cast: Cast) -> None:
    amir, tomas, lead = cast.agent("amir"), cast.customer("tomas"), cast.customer("lena")
    desk.set_role(lead, Role.LEAD, by=None)
    ticket = cast.ticket(files=[LOG])
    cast.says(ticket.ref, ticket.customer_id, "See", files=[SHOT])

    for by in (amir, tomas):
        for number, fault in ((0, TicketNotFound), (1, CommentNotFound)):
            with pytest.raises(fault):
                desk.attach(ticket.ref, number, [NOTE], by=by)
            with pytest.raises(fault):
                desk.detach(ticket.ref, number, "F1", by=by)
    for number in (7, 2**70):
        with pytest.raises(CommentNotFound):
            desk.attach(ticket.ref, number, [NOTE], by=ticket.customer_id)
    assert desk.detach(ticket.ref, 1, "F1", by=lead) == ()
    desk.delete_comment(ticket.ref, 1, by=ticket.customer_id)
    with pytest.raises(CommentNotFound):
        desk.attach(ticket.ref, 1, [NOTE], by=ticket.customer_id)


@pytest.mark.parametrize(
    "odd",
    [
        Attachment("", "x"),
        Attachment("F" * 201, "x"),
        Attachment("F\x00", "x"),
        Attachment("F", "x", size=-1),
        Attachment("F", "x", size=2**63),
        Attachment("F", "x", url="http://plain.example"),
        Attachment("F", "x", url="javascript:alert(1)"),
        Attachment("F", "x", url="https://" + "x" * 2_000),
    ],
)
def test_what_cannot_be_a_file_is_refused_with_all_the_rest(desk: Desk, cast: Cast, odd: Attachment) -> None:
    ticket = cast.ticket()
    with pytest.raises(InvalidInput):
        desk.add_comment(ticket.ref, author_id=ticket.customer_id, text="x", source="m:C:1", files=[SHOT, odd])
    with pytest.raises(InvalidInput):
        cast.ticket(files=[odd])

    assert desk.comments(ticket.ref, include_internal=True) == []


def test_odd_names_are_kept_as_far_as_they_go(desk: Desk, cast: Cast) -> None:
    many = [Attachment(f"F{number}", f"{number}") for number in range(51)]
    ticket = cast.ticket(files=[Attachment("F", "a\x00b\nc" + "x" * 300), Attachment("G", " ")])

    assert [file.name for file in desk.attachments(ticket.ref, include_internal=False)[0]] == [
        "ab c" + "x" * 250,
        "file",
    ]
    with pytest.raises(InvalidInput):
        cast.ticket(files=many)
    desk.attach(ticket.ref, 0, many[:48], by=ticket.customer_id)
    with pytest.raises(InvalidInput):
        desk.attach(ticket.ref, 0, many, by=ticket.customer_id)


def test_a_follow_up_has_the_files_of_its_words(desk: Desk, cast: Cast) -> None:
    ticket = cast.ticket()
    desk.withdraw(ticket.ref, by=ticket.customer_id)
    comment = desk.add_comment(ticket.ref, author_id=ticket.customer_id, text="Again", source="m:C:1", files=[SHOT])

    follow_up = TicketRef(ticket.customer_id, comment.ticket_number)
    assert desk.attachments(follow_up, include_internal=False) == {0: (SHOT,)}


def test_what_is_copied_to_another_ticket_takes_its_files_along(desk: Desk, cast: Cast) -> None:
    jo = cast.agent("jo")
    ticket = cast.ticket()
    cast.says(ticket.ref, ticket.customer_id, "x", files=[SHOT])
    cast.says(ticket.ref, ticket.customer_id, "y", files=[LOG, SHOT])

    said = [comment.key for comment in desk.comments(ticket.ref, include_internal=False)]
    new = desk.split(ticket.ref, said, subject="The other matter", by=jo, source="v:split")

    assert desk.attachments(new.ref, include_internal=False) == {0: (SHOT,), 1: (LOG, SHOT)}
