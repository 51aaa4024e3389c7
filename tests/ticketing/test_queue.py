"""The queue: scores as the design has them, and a stored rank that keeps their order for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing.configuration import QueueWeights
from ticketing.model import Priority, Tier
from ticketing.queue import CENTURY, points, rank, score

LOW, MEDIUM, HIGH, URGENT = Priority
STANDARD, PREMIUM, ENTERPRISE = Tier

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAIN = QueueWeights()
GROWING = QueueWeights(growth_points_per_hour=2)

BIGINT = 2**63

weights_that_grow = st.builds(
    QueueWeights,
    per_priority=st.integers(0, 100),
    standard=st.integers(0, 1000),
    premium=st.integers(0, 1000),
    enterprise=st.integers(0, 1000),
    growth_points_per_hour=st.one_of(st.just(0.0), st.floats(0.001, 1000)),
)
minutes_ago = st.integers(0, 60 * 24 * 365).map(lambda minutes: timedelta(minutes=minutes))
waiting = st.tuples(st.sampled_from(Priority), st.sampled_from(Tier), minutes_ago)


@pytest.mark.parametrize(
    ("priority", "tier", "waited", "weights", "expected"),
    [
        (LOW, STANDARD, 0 * HOUR, PLAIN, 10),  # priority * 10
        (URGENT, STANDARD, 0 * HOUR, PLAIN, 40),
        (MEDIUM, PREMIUM, 0 * HOUR, PLAIN, 70),  # premium adds 50
        (LOW, ENTERPRISE, 0 * HOUR, PLAIN, 110),  # enterprise adds 100: the default puts this before any standard one
        (URGENT, ENTERPRISE, 0 * HOUR, PLAIN, 140),
        (LOW, STANDARD, 100 * HOUR, PLAIN, 10),  # growth 0: waiting adds nothing
        (LOW, STANDARD, 15 * HOUR, GROWING, 40),  # 15 h at 2 points: as much as a fresh URGENT one
        (LOW, STANDARD, HOUR / 2, GROWING, 11),  # growth is not by whole hours
        (HIGH, PREMIUM, 0 * HOUR, QueueWeights(per_priority=30, premium=5), 95),  # weights are a setting
    ],
)
def test_scores(priority: Priority, tier: Tier, waited: timedelta, weights: QueueWeights, expected: float) -> None:
    assert score(priority, tier, waited, weights) == expected


def test_of_two_alike_the_one_that_waits_longer_goes_first() -> None:
    assert rank(HIGH, STANDARD, NOON - HOUR, PLAIN) < rank(HIGH, STANDARD, NOON, PLAIN)


def test_without_growth_no_waiting_outweighs_a_point() -> None:
    years = timedelta(days=365 * 99)

    assert rank(HIGH, STANDARD, NOON, PLAIN) < rank(MEDIUM, STANDARD, NOON - years, PLAIN)
    assert years < CENTURY


def test_with_growth_a_low_ticket_overtakes_after_the_waiting_that_the_points_are_worth() -> None:
    """30 points between LOW and URGENT are 15 hours at 2 points an hour: nothing starves."""
    urgent = rank(URGENT, STANDARD, NOON, GROWING)

    assert rank(LOW, STANDARD, NOON - 15 * HOUR + timedelta(seconds=1), GROWING) > urgent
    assert rank(LOW, STANDARD, NOON - 15 * HOUR, GROWING) == urgent
    assert rank(LOW, STANDARD, NOON - 15 * HOUR - timedelta(seconds=1), GROWING) < urgent


def test_a_rank_needs_to_know_which_moment_it_is() -> None:
    with pytest.raises(ValueError, match="time zone"):
        rank(LOW, STANDARD, NOON.replace(tzinfo=None), PLAIN)


@given(weights_that_grow, st.sampled_from(Priority), st.sampled_from(Tier), st.sampled_from([1, 1970, 2026, 9999]))
def test_every_rank_fits_a_bigint(weights: QueueWeights, priority: Priority, tier: Tier, year: int) -> None:
    assert -BIGINT <= rank(priority, tier, datetime(year, 1, 1, tzinfo=UTC), weights) < BIGINT


@given(weights_that_grow, waiting, waiting, st.integers(0, 24 * 3650))
def test_rank_order_is_score_order_at_any_time(
    weights: QueueWeights,
    one: tuple[Priority, Tier, timedelta],
    other: tuple[Priority, Tier, timedelta],
    hours_later: int,
) -> None:
    """Waiting adds the same to all, so what is ahead now is ahead later; ties of the score go to the older."""
    scores, ranks = [], []
    for priority, tier, ago in (one, other):
        scores.append(score(priority, tier, ago + hours_later * HOUR, weights))
        ranks.append(rank(priority, tier, NOON - ago, weights))

    difference = scores[0] - scores[1]
    if abs(difference) > 1e-3:  # nearer, rounding to whole microseconds a point may decide
        assert (ranks[0] < ranks[1]) == (difference > 0)


@given(waiting, waiting)
def test_without_growth_rank_order_is_points_then_oldest(
    one: tuple[Priority, Tier, timedelta], other: tuple[Priority, Tier, timedelta]
) -> None:
    def place(ticket: tuple[Priority, Tier, timedelta]) -> tuple[int, datetime]:
        priority, tier, ago = ticket
        return -points(priority, tier, PLAIN), NOON - ago

    ranks = [rank(priority, tier, NOON - ago, PLAIN) for priority, tier, ago in (one, other)]
    assert (ranks[0] < ranks[1]) == (place(one) < place(other))
    assert (ranks[0] == ranks[1]) == (place(one) == place(other))
