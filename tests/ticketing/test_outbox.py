"""The outbox: order, leases with a fence, collapsing of cards, and what is remembered as shown. On both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.postgres import Prepare
from tests.ticketing.conftest import MovableClock
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.errors import LeaseLost
from ticketing.lanes import AHEAD_FROM, BEHIND, LONGEST_AHEAD_S, Lane
from ticketing.model import PersonId, TicketRef
from ticketing.outbox import LOST_ANSWER, Errand, Notice, Outbox
from ticketing.shown import Shown
from ticketing.waits import LONGEST_S

NOW = datetime(2026, 11, 23, 13, 20, tzinfo=UTC)
LEASE_S = 60.0
REF = TicketRef(PersonId(7), 42)


@pytest.fixture(scope="session")
def prepare_database() -> Prepare:
    return migrate


@pytest.fixture
def outbox(database_url: str) -> Iterator[Outbox]:
    database = Database.open(database_url)
    yield Outbox(database)
    database.close()


def tell(outbox: Outbox, place: str, kind: str = "reply", *, about: str = "t:42", **more: Any) -> None:
    outbox.add(Notice(place, about, kind, **({"ticket": REF} | more)), at=NOW)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def take_one(outbox: Outbox, at: datetime = NOW) -> Errand:
    (errand,) = outbox.claim(at, 1, LEASE_S)
    return errand


def told(errands: list[Errand]) -> list[tuple[str, str]]:
    return [(errand.place, errand.kind) for errand in errands]


# --- order ----------------------------------------------------------------------------------------------------------------


def test_one_row_of_a_place_is_out_at_a_time_and_they_go_in_order(outbox: Outbox) -> None:
    for number in range(3):
        tell(outbox, "c:C1", data={"comment": number})

    sent = []
    while errands := outbox.claim(NOW, 10, LEASE_S):
        assert len(errands) == 1
        assert outbox.claim(NOW, 10, LEASE_S) == []
        sent.append(errands[0].data["comment"])
        outbox.done(errands[0])

    assert sent == [0, 1, 2]
    assert outbox.depth() == 0


def test_places_do_not_wait_for_each_other(outbox: Outbox) -> None:
    tell(outbox, "c:C1")
    tell(outbox, "c:C1")
    tell(outbox, "c:C2")
    tell(outbox, "p:7")

    assert told(outbox.claim(NOW, 10, LEASE_S)) == [("c:C1", "reply"), ("c:C2", "reply"), ("p:7", "reply")]


def test_a_row_that_waits_for_its_next_try_holds_back_those_behind_it(outbox: Outbox) -> None:
    tell(outbox, "p:7", data={"comment": 1})
    tell(outbox, "p:7", data={"comment": 2})
    outbox.retry(take_one(outbox), after(30), reason="ratelimited")

    assert outbox.claim(after(29), 10, LEASE_S) == []
    assert take_one(outbox, after(30)).data == {"comment": 1}


def test_an_alert_overtakes_a_card_that_waits_but_not_one_that_is_being_sent(outbox: Outbox) -> None:
    tell(outbox, "c:C1", "triage_card")
    card = take_one(outbox)
    tell(outbox, "c:C1", "alert_line", priority=10)

    assert outbox.claim(NOW, 10, LEASE_S) == []
    outbox.retry(card, after(30), reason="http_500")
    assert told(outbox.claim(after(1), 10, LEASE_S)) == [("c:C1", "alert_line")]


def test_the_more_important_is_served_first(outbox: Outbox) -> None:
    tell(outbox, "p:1", "customer_card")
    tell(outbox, "c:ESC", "alert_card", priority=10)
    tell(outbox, "p:2", "customer_card")

    assert told(outbox.claim(NOW, 2, LEASE_S)) == [("c:ESC", "alert_card"), ("p:1", "customer_card")]


def test_a_place_with_very_many_rows_starves_nobody(outbox: Outbox) -> None:
    for number in range(450):
        tell(outbox, "c:ESC", "alert_line", priority=10, data={"n": number})
    tell(outbox, "p:1", "customer_card")

    assert told(outbox.claim(NOW, 5, LEASE_S)) == [("c:ESC", "alert_line"), ("p:1", "customer_card")]


# --- cards ----------------------------------------------------------------------------------------------------------------


def test_ten_changes_of_a_card_are_one_errand(outbox: Outbox) -> None:
    for _ in range(10):
        tell(outbox, "p:7", "customer_card")
    tell(outbox, "p:7", "reply")
    tell(outbox, "p:7", "customer_card", about="t:43")

    kinds = []
    while errands := outbox.claim(NOW, 10, LEASE_S):
        kinds += [(errand.kind, errand.about) for errand in errands]
        outbox.done(errands[0])

    assert kinds == [("customer_card", "t:42"), ("reply", "t:42"), ("customer_card", "t:43")]


def test_a_change_made_while_a_card_is_being_sent_is_sent_after_it(outbox: Outbox) -> None:
    tell(outbox, "p:7", "customer_card")
    card = take_one(outbox)
    tell(outbox, "p:7", "customer_card")
    outbox.done(card)

    assert outbox.depth() == 1
    assert take_one(outbox).id > card.id


def test_thread_posts_are_never_collapsed(outbox: Outbox) -> None:
    tell(outbox, "p:7", "reply", data={"comment": 1})
    tell(outbox, "p:7", "reply", data={"comment": 2})

    take_one(outbox)

    assert outbox.depth() == 2


# --- leases ---------------------------------------------------------------------------------------------------------------


def test_a_dead_workers_row_moves_on_when_its_lease_ends_and_is_doubtful(outbox: Outbox) -> None:
    tell(outbox, "p:7")
    first = take_one(outbox)

    assert not first.is_doubtful
    assert outbox.claim(after(LEASE_S - 1), 10, LEASE_S) == []
    second = take_one(outbox, after(LEASE_S))
    assert second.is_doubtful
    assert (second.attempts, second.fence) == (2, 2)


def test_a_late_worker_cannot_overwrite_its_successor(outbox: Outbox) -> None:
    tell(outbox, "p:7")
    late = take_one(outbox)
    successor = take_one(outbox, after(LEASE_S))
    stands = Shown(7, "p:7", "t:42", "D1", "100.1", None, "customer")

    with pytest.raises(LeaseLost):
        outbox.done(late, stands)
    with pytest.raises(LeaseLost):
        outbox.retry(late, after(90), reason="http_500")
    with pytest.raises(LeaseLost):
        outbox.park(late, "invalid_blocks", instead=[Notice("c:C1", "t:42", "undelivered")])

    assert outbox.shown(7, "p:7", "t:42") is None
    assert outbox.depth() == 1
    outbox.done(successor)
    with pytest.raises(LeaseLost):
        outbox.done(late)


def test_a_lost_answer_makes_the_next_try_doubtful_and_a_refusal_does_not(outbox: Outbox) -> None:
    tell(outbox, "p:7")
    outbox.retry(take_one(outbox), NOW, reason="ratelimited", attempts=0)
    second = take_one(outbox)
    assert (second.is_doubtful, second.attempts) == (False, 1)

    outbox.retry(second, NOW, reason=LOST_ANSWER)
    third = take_one(outbox)
    assert (third.is_doubtful, third.attempts) == (True, 2)


def test_many_workers_take_each_row_once(outbox: Outbox) -> None:
    """I13: threads that all look at once; each row is taken by one of them, and a place's rows in order."""
    for place in range(8):
        for number in range(4):
            tell(outbox, f"p:{place}", data={"n": number})
    sent: list[tuple[str, int]] = []
    guard = threading.Lock()
    start = threading.Barrier(6)

    def work() -> None:
        start.wait()
        while outbox.depth():
            for errand in outbox.claim(NOW, 3, LEASE_S):
                with guard:
                    sent.append((errand.place, errand.data["n"]))
                outbox.done(errand)

    with ThreadPoolExecutor(6) as pool:
        for result in [pool.submit(work) for _ in range(6)]:
            result.result()

    assert len(sent) == 32
    for place in range(8):
        assert [n for where, n in sent if where == f"p:{place}"] == [0, 1, 2, 3]


@pytest.mark.parametrize(("priority", "longest_s"), [(AHEAD_FROM, LONGEST_AHEAD_S), (0, LONGEST_S)])
def test_what_lies_further_ahead_than_any_wait_was_written_before_the_clock_was_set_back(
    outbox: Outbox, priority: int, longest_s: int
) -> None:
    """A row that was to be tried again in a second, and one whose worker died, and what waits behind each."""
    for place in ("c:1", "c:2"):
        tell(outbox, place, priority=priority)
        tell(outbox, place, priority=priority)
    waits, died = outbox.claim(NOW, 10, LEASE_S)
    outbox.retry(waits, after(1), reason="service_unavailable")
    assert outbox.claim(after(LEASE_S - longest_s), 10, LEASE_S) == []
    assert [each.id for each in outbox.claim(after(-longest_s - 1), 10, LEASE_S)] == [waits.id, died.id]


@given(
    priority=st.sampled_from([BEHIND, 0, AHEAD_FROM]),
    is_tried_again=st.booleans(),
    lead_us=st.sampled_from([-1, 0, 1, 90_000_000, 90_000_001, 600_000_000, 600_000_001])
    | st.integers(min_value=-(10**9), max_value=10**9),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_found_ready_is_what_can_be_taken(
    outbox: Outbox, priority: int, is_tried_again: bool, lead_us: int
) -> None:
    """A row that waits, or that somebody holds, until `lead_us` after it is looked at; in every lane by one rule."""
    outbox.add(Notice(f"c:{priority}", "t:42", "reply", REF, priority=priority), at=NOW)
    (errand,) = (each for lane in Lane for each in outbox.claim(NOW, 1, LEASE_S, lane=lane))
    if is_tried_again:
        outbox.retry(errand, after(LEASE_S), reason="service_unavailable")
    at = after(LEASE_S) - timedelta(microseconds=lead_us)
    longest = timedelta(seconds=LONGEST_AHEAD_S if priority == AHEAD_FROM else LONGEST_S)

    found = [each.id for lane in Lane if lane is not Lane.ALL for each in outbox.ready(at, 10, lane=lane)]
    taken = outbox.take(errand, at, LEASE_S)
    assert (found == [errand.id]) == (taken is not None)
    assert (taken is None) == (timedelta() < timedelta(microseconds=lead_us) <= longest)
    outbox.done(taken or errand)


def test_a_turn_that_was_taken_before_the_clock_was_set_back_is_over(outbox: Outbox) -> None:
    assert outbox.take_turn("board", NOW, 5)
    assert not outbox.take_turn("board", after(-1), 6)
    assert outbox.take_turn("board", after(-3600), 5)


# --- parking and waking ---------------------------------------------------------------------------------------------------


def test_what_cannot_be_shown_is_parked_with_its_reason_and_told_elsewhere(outbox: Outbox) -> None:
    tell(outbox, "p:7", "customer_card")
    errand = take_one(outbox)

    outbox.park(errand, "user_disabled", instead=[Notice("c:C1", "t:42", "undelivered", REF, data={"place": "p:7"})])

    (parked,) = outbox.parked()
    assert (parked.id, parked.reason) == (errand.id, "user_disabled")
    fallback = take_one(outbox)
    assert (fallback.place, fallback.kind, fallback.ticket, fallback.data) == (
        "c:C1",
        "undelivered",
        REF,
        {"place": "p:7"},
    )


def test_the_next_wake_up_is_the_first_end_of_a_wait(outbox: Outbox) -> None:
    assert outbox.next_due(NOW) is None
    tell(outbox, "p:7")
    assert outbox.next_due(NOW) == NOW

    errand = take_one(outbox)
    assert outbox.next_due(NOW) == after(LEASE_S)
    outbox.retry(errand, after(20), reason="ratelimited")
    assert outbox.next_due(NOW) == after(20)
    assert outbox.next_due(after(20)) == after(20)


def test_a_row_of_the_desk_itself_belongs_to_no_ticket(outbox: Outbox) -> None:
    outbox.add(Notice("c:C1", "digest", "digest", data={"date": "2026-11-23"}), at=NOW)

    errand = take_one(outbox)
    assert (errand.customer_id, errand.ticket, errand.created_at) == (0, None, NOW)


# --- what is shown --------------------------------------------------------------------------------------------------------


def test_a_shown_message_is_found_by_what_it_shows_and_by_where_it_stands(outbox: Outbox) -> None:
    tell(outbox, "p:7", "customer_card")
    card = Shown(7, "p:7", "t:42", "D1", "100.1", None, "customer", "abc")
    outbox.done(take_one(outbox), card)
    outbox.remember(replace(card, place="c:C1", channel="C1", ts="100.2", side="team"))

    assert outbox.shown(7, "p:7", "t:42") == card
    assert outbox.shown(8, "p:7", "t:42") is None
    assert outbox.shown_by_message("D1", "100.1") == card
    assert outbox.shown_by_message("D1", "100.2") is None
    assert {one.side for one in outbox.shown_everywhere(7, "t:42")} == {"customer", "team"}


def test_a_message_posted_anew_replaces_the_one_that_is_gone(outbox: Outbox) -> None:
    card = Shown(7, "p:7", "t:42", "D1", "100.1", None, "customer", "abc")
    outbox.remember(card)
    outbox.remember(replace(card, ts="200.1"))

    outbox.forget(card)
    assert outbox.shown(7, "p:7", "t:42") == replace(card, ts="200.1")
    outbox.forget(replace(card, ts="200.1"))
    assert outbox.shown(7, "p:7", "t:42") is None


# --- lanes ----------------------------------------------------------------------------------------------------------------


def test_what_is_ahead_has_a_lane_of_its_own(outbox: Outbox) -> None:
    tell(outbox, "p:7")
    outbox.add(Notice("c:C1", "a:42", "alert_card", REF, priority=AHEAD_FROM), at=NOW)

    assert [errand.place for errand in outbox.ready(NOW, 10, lane=Lane.AHEAD)] == ["c:C1"]
    assert [errand.place for errand in outbox.ready(NOW, 10, lane=Lane.REST)] == ["p:7"]
    assert [errand.place for errand in outbox.ready(NOW, 10)] == ["c:C1", "p:7"]


def test_nothing_overtakes_an_alert_of_its_own_place_by_the_other_lane(outbox: Outbox) -> None:
    outbox.add(Notice("c:C1", "t:42", "triage_card", REF), at=NOW)
    outbox.add(Notice("c:C1", "a:42", "alert_card", REF, priority=AHEAD_FROM), at=NOW)
    (alert,) = outbox.claim(NOW, 10, LEASE_S, lane=Lane.AHEAD)
    assert outbox.ready(NOW, 10, lane=Lane.REST) == []
    outbox.retry(alert, after(5), reason="pace")
    assert outbox.ready(NOW, 10, lane=Lane.REST) == []
    assert (outbox.next_due(NOW, lane=Lane.AHEAD), outbox.next_due(NOW, lane=Lane.REST)) == (after(5), None)

    (alert,) = outbox.claim(after(5), 10, LEASE_S, lane=Lane.AHEAD)
    outbox.done(alert)
    assert [errand.kind for errand in outbox.ready(after(5), 10, lane=Lane.REST)] == ["triage_card"]


def test_what_is_read_again_stays_with_who_keeps_it_and_no_longer(desk: Desk, clock: MovableClock) -> None:
    """A long conversation on a slow machine: another worker takes it only when it was not kept."""
    desk.inbound.read_again(clock.now, until=clock.now, also=["C1"])
    mine = desk.inbound.take_unread(clock.now, 30)
    assert mine is not None
    desk.inbound.keep(mine, clock.now + timedelta(seconds=50))
    assert desk.inbound.take_unread(clock.now + timedelta(seconds=40), 30) is None

    theirs = desk.inbound.take_unread(clock.now + timedelta(seconds=51), 30)
    assert theirs is not None
    with pytest.raises(LeaseLost):
        desk.inbound.keep(mine, clock.now + timedelta(seconds=90))
