"""How many tickets one person may open in an hour: nobody floods the desk, and nobody else notices."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.errors import TooManyTickets


@pytest.fixture(autouse=True)
def _three_an_hour(desk: Desk) -> None:
    desk.seed({"open_rate_per_hour": 3})


def test_who_opens_too_many_is_told_how_long_to_wait(cast: Cast, clock: MovableClock) -> None:
    for _ in range(3):
        cast.ticket("mara", category="general")
        clock.advance(minutes=10)

    with pytest.raises(TooManyTickets) as told:
        cast.ticket("mara", category="general")

    assert told.value.wait == timedelta(minutes=30)
    assert str(told.value) == (
        "You have opened 3 tickets within an hour, which is the most. Write in one of them, or open the next in 30 min."
    )
    clock.advance(minutes=30)
    cast.ticket("mara", category="general")
    with pytest.raises(TooManyTickets):
        cast.ticket("mara", category="general")


def test_others_are_not_affected_and_a_repeat_is_no_further_one(desk: Desk, cast: Cast) -> None:
    first = cast.ticket("mara", category="general", source="v:first")
    for _ in range(2):
        cast.ticket("mara", category="general")

    assert cast.ticket("tomas", category="general").number
    assert cast.ticket("mara", category="general", source="v:first").number == first.number
    assert len(desk.tickets_of_customer(first.customer_id)) == 3


def test_what_the_team_opens_for_somebody_is_not_counted(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir", {"general": 3})
    for _ in range(5):
        cast.ticket("mara", category="general", opened_by=amir)

    for _ in range(3):
        cast.ticket("mara", category="general")
    with pytest.raises(TooManyTickets):
        cast.ticket("mara", category="general")


def test_what_follows_up_is_not_limited(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Somebody who writes on a closed ticket is not turned away."""
    amir = cast.agent("amir", {"general": 3})
    first = cast.ticket("mara", category="general")
    desk.resolve(first.ref, by=amir, answer="Done.")
    clock.advance(days=30)
    for _ in range(3):
        cast.ticket("mara", category="general")

    cast.says(first.ref, first.customer_id, "The same again")

    assert len(desk.tickets_of_customer(first.customer_id)) == 5
