"""
Many at once: merges that cross, words that come while a ticket is merged and taken apart, splits and moves of one form.

Processes on PostgreSQL, threads on SQLite.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

from tests.ticketing.desks import Cast
from tests.ticketing.test_concurrency import WORKERS, check_loads, in_processes, in_threads
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.desk.taking_back import NOTHING_TO_UNDO
from ticketing.errors import HelpdeskError, TicketClosed, TooLateToUndo
from ticketing.events import EventKind
from ticketing.model import CloseReason, CommentKey, PersonId, TicketRef, TicketStatus

PAIRS = 8
Results = Any


def at_once(database: Database, work: Callable[..., object], *arguments: object) -> list[Any]:
    """Threads on SQLite, processes on PostgreSQL; `test_concurrency` tries both on both."""
    return (in_threads if database.is_sqlite else in_processes)(database, work, *arguments)


def merge_both_ways(desk: Desk, number: int, pairs: list[tuple[TicketRef, TicketRef]], by: PersonId) -> list[str]:
    results = []
    for one, other in pairs if number < WORKERS / 2 else reversed(pairs):
        ref, into = (one, other) if number % 2 else (other, one)
        try:
            results.append(f"{desk.merge(ref, into, by=by).number} went")
        except TicketClosed as refused:
            results.append(f"told of {refused.ticket.number} in {refused.ticket.merged_into}")
    return results


def test_of_merges_that_cross_one_wins_and_the_other_is_told(database: Database, desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir", max_load=99)
    pairs = [(cast.ticket().ref, cast.ticket().ref) for _ in range(PAIRS)]

    results: Results = at_once(database, merge_both_ways, pairs, amir)

    said = Counter(result for each in results for result in each)
    for one, other in pairs:
        tickets = desk.ticket(one), desk.ticket(other)
        closed = [each for each in tickets if each.status is TicketStatus.CLOSED]
        assert len(closed) == 1
        gone, kept = closed[0], next(each for each in tickets if each.status is not TicketStatus.CLOSED)
        assert (gone.close_reason, gone.merged_into) == (CloseReason.MERGED, kept.number)
        # Of four workers two went each way.
        assert said[f"{gone.number} went"] == 2
        assert said[f"told of {gone.number} in {kept.number}"] == 2
    assert cast.load(amir) == PAIRS
    check_loads(database)


def merge_in_a_ring(desk: Desk, number: int, rings: list[list[TicketRef]], by: PersonId) -> None:
    for ring in rings:
        try:
            desk.merge(ring[number], ring[(number + 1) % WORKERS], by=by)
        except TicketClosed:
            continue


def test_merges_in_a_ring_never_close_it(database: Database, desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir", max_load=99)
    rings = [[cast.ticket().ref for _ in range(WORKERS)] for _ in range(4)]

    at_once(database, merge_in_a_ring, rings, amir)

    for ring in rings:
        for ref in ring:
            end = desk.joined_with(ref)
            assert desk.ticket(end).status is not TicketStatus.CLOSED
    check_loads(database)


def merge_or_talk(desk: Desk, number: int, one: TicketRef, other: TicketRef, by: PersonId) -> int:
    """The first merges and takes apart, again and again; the others write on the ticket that comes and goes."""
    done = 0
    for turn in range(12):
        if number:
            words = f"{number}.{turn}"
            desk.add_comment(one, author_id=one.customer_id, text=words, source=f"m:C:{words}")
            done += 1
            continue
        try:
            if turn % 2:
                desk.unmerge(one, by=by)
            else:
                desk.merge(one, other, by=by)
            done += 1
        except HelpdeskError:
            continue
    return done


def test_no_word_is_lost_between_two_tickets_that_are_merged_and_taken_apart(
    database: Database, desk: Desk, cast: Cast
) -> None:
    amir = cast.agent("amir", max_load=99)
    one, other = cast.ticket().ref, cast.ticket().ref

    results: Results = at_once(database, merge_or_talk, one, other, amir)

    assert results[0] > 0
    said = [each for ref in (one, other) for each in desk.comments(ref, include_internal=True) if each.number]
    texts = {each.text for each in said}
    assert texts == {f"{number}.{turn}" for number in range(1, WORKERS) for turn in range(12)}
    assert len({each.key for each in said}) == len(texts)
    # What was said while they were one was said on the other, and so they could not be taken apart any more.
    on_other = [each for each in said if each.ticket_number == other.number]
    assert (desk.joined_with(one) == other) or not on_other
    found = {each.number for each in desk.search(f"{WORKERS - 1}.11", include_internal=False)}
    assert desk.joined_with(one).number in found
    check_loads(database)


def take_apart(desk: Desk, _number: int, refs: list[TicketRef], by: PersonId) -> list[bool]:
    results = []
    for ref in refs:
        try:
            results.append(desk.unmerge(ref, by=by).merged_into is None)
        except TooLateToUndo:
            results.append(False)
    return results


def test_a_merge_is_taken_back_once(database: Database, desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir", max_load=99)
    kept, refs = cast.ticket().ref, [cast.ticket().ref for _ in range(PAIRS)]
    for ref in refs:
        desk.merge(ref, kept, by=amir)

    results: Results = at_once(database, take_apart, refs, amir)

    assert [sum(each[place] for each in results) for place in range(PAIRS)] == [1] * PAIRS
    assert cast.load(amir) == PAIRS + 1
    check_loads(database)


def undo_at_once(desk: Desk, _number: int, refs: list[TicketRef], by: PersonId) -> list[str]:
    results = []
    for ref in refs:
        try:
            results.append(desk.undo(ref, by=by).status.value)
        except TooLateToUndo as refused:
            results.append(refused.why)
    return results


def test_what_is_undone_by_several_at_once_is_undone_once(database: Database, desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir", max_load=99)
    refs = [cast.ticket().ref for _ in range(PAIRS)]
    for ref in refs:
        desk.resolve(ref, by=amir)

    results: Results = at_once(database, undo_at_once, refs, amir)

    for place, ref in enumerate(refs):
        # One takes it back; the others are told that there is nothing of theirs to take back any more.
        assert Counter(each[place] for each in results) == {"in_progress": 1, NOTHING_TO_UNDO: WORKERS - 1}
        assert [event.kind for event in desk.events(ref)].count(EventKind.UNDONE) == 1
    assert cast.load(amir) == PAIRS
    check_loads(database)


def test_a_move_is_taken_back_once(database: Database, desk: Desk, cast: Cast) -> None:
    amir, tomas = cast.agent("amir", max_load=99), cast.customer("tomas")
    refs = [cast.ticket().ref for _ in range(PAIRS)]
    for ref in refs:
        desk.move_to_customer(ref, tomas, by=amir, source=f"v:{ref.number}")

    results: Results = at_once(database, undo_at_once, refs, amir)

    for place in range(PAIRS):
        assert Counter(each[place] for each in results) == {"assigned": 1, NOTHING_TO_UNDO: WORKERS - 1}
    assert cast.load(amir) == PAIRS
    check_loads(database)


def merge_or_split(desk: Desk, number: int, pairs: list[tuple[TicketRef, TicketRef]], by: PersonId) -> list[int]:
    """Half merge one into the other, half split the description and what was said off either."""
    made = []
    for turn, (one, other) in enumerate(pairs if number % 2 else list(reversed(pairs))):
        if number < WORKERS / 2:
            with suppress(TicketClosed):
                desk.merge(one, other, by=by)
            continue
        ref = one if number % 2 else other
        said = [each.key for each in desk.comments(ref, include_internal=True) if each.number]
        made.append(desk.split(ref, said, subject="Apart", by=by, source=f"v:{number}.{turn}").number)
    return made


def test_what_is_split_off_while_it_is_merged_is_whole(database: Database, desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir", max_load=99)
    pairs = [(cast.ticket().ref, cast.ticket().ref) for _ in range(PAIRS)]
    for ref in (ref for pair in pairs for ref in pair):
        cast.says(ref, ref.customer_id, f"words of {ref.number}")

    results: Results = at_once(database, merge_or_split, pairs, amir)

    made = [number for each in results for number in each]
    assert len(set(made)) == len(made) == PAIRS * WORKERS // 2
    for number in made:
        opened = desk.ticket(TicketRef(pairs[0][0].customer_id, number))
        assert opened.description.startswith("words of ")
    for one, other in pairs:
        assert desk.joined_with(one) == other
        said = {each.text for each in desk.comments(other, include_internal=False) if each.number}
        assert said == {f"words of {one.number}", f"words of {other.number}"}
    check_loads(database)


def merge_or_erase(desk: Desk, number: int, refs: list[TicketRef], by: PersonId, who: PersonId) -> None:
    """One erases; the others merge the tickets into each other, downwards and upwards."""
    if number == 0:
        desk.erase_customer(who, by=None)
        return
    ordered = refs if number % 2 else list(reversed(refs))
    for one, other in pairwise(ordered):
        with suppress(TicketClosed):
            desk.merge(one, other, by=by)


def test_an_erasure_and_merges_do_not_wait_for_each_other(database: Database, desk: Desk, cast: Cast) -> None:
    amir, tomas = cast.agent("amir", max_load=99), cast.customer("tomas")
    refs = [cast.ticket().ref for _ in range(PAIRS)]
    for ref in refs:
        cast.says(ref, tomas, "zanzibar")

    at_once(database, merge_or_erase, refs, amir, tomas)

    assert desk.search("zanzibar", include_internal=True) == []
    assert "zanzibar" not in [each.text for ref in refs for each in desk.comments(ref, include_internal=True)]
    check_loads(database)


def split_and_move(
    desk: Desk, number: int, keys: list[CommentKey], to: PersonId, by: PersonId
) -> tuple[int, int | None]:
    """The same split by all, and each their own move."""
    ref = keys[0].ticket
    new = desk.split(ref, keys, subject="The rest", by=by, source="v:split")
    try:
        return new.number, desk.move_to_customer(ref, to, by=by, source=f"v:move {number}").number
    except TicketClosed:
        return new.number, None


def test_one_form_splits_once_and_a_ticket_moves_once(database: Database, desk: Desk, cast: Cast) -> None:
    amir, tomas = cast.agent("amir", max_load=99), cast.customer("tomas")
    ticket = cast.ticket()
    cast.says(ticket.ref, ticket.customer_id, "one more thing")
    keys = [each.key for each in desk.comments(ticket.ref, include_internal=False)]

    results: Results = at_once(database, split_and_move, keys, tomas, amir)

    assert len({split for split, _ in results}) == 1
    assert len([moved for _, moved in results if moved is not None]) == 1
    assert len(desk.tickets_of_customer(tomas)) == 1
    assert len(desk.tickets_of_customer(ticket.customer_id)) == 2
    check_loads(database)
