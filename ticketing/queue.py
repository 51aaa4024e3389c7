"""
The order in which waiting tickets are taken.

The score is what a person is told: points for priority and tier, and for waiting where the desk grants some. Since
waiting adds the same to everybody, the order never changes with time, and one stored number holds it: the rank.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ticketing.configuration import QueueWeights
from ticketing.instants import to_us
from ticketing.model import Priority, Tier

CENTURY = timedelta(days=36_525)
_CENTURY_US = CENTURY // timedelta(microseconds=1)
_HOUR_US = 3_600_000_000


def points(priority: Priority, tier: Tier, weights: QueueWeights) -> int:
    """What a ticket weighs before it has waited: priority times its weight, and the bonus of its customer's tier."""
    return priority * weights.per_priority + weights.tier_bonus(tier)


def score(priority: Priority, tier: Tier, waited: timedelta, weights: QueueWeights) -> float:
    """The points after waiting: the higher goes first, and of two alike the one that has waited longer."""
    return points(priority, tier, weights) + weights.growth_points_per_hour * (waited / timedelta(hours=1))


def rank(priority: Priority, tier: Tier, since: datetime, weights: QueueWeights) -> int:
    """
    The place in the queue as one number that stays right: the lowest goes first.

    It is `since` (the ticket's `sla_start_at`, so that a release keeps its place) in microseconds, earlier by the waiting
    that its points are worth. Without growth a point is worth a century: nobody overtakes a point by waiting. It fits a
    BIGINT for all weights that the settings allow. Raises ValueError for a naive `since`.
    """
    return to_us(since) - points(priority, tier, weights) * _waiting_worth_a_point(weights)


def _waiting_worth_a_point(weights: QueueWeights) -> int:
    """In microseconds; never over a century, which keeps the rank in 63 bits."""
    if weights.growth_points_per_hour == 0:
        return _CENTURY_US
    return min(round(_HOUR_US / weights.growth_points_per_hour), _CENTURY_US)
