"""Who gets a ticket: each strategy's order, who counts at all, and the reason that is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing.model import PersonId, Priority, Strategy
from ticketing.routing import SHOWN, Candidate, RoutingReason, Rule, by_hand, choose, order, order_urgent

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEAST_LOADED, ROUND_ROBIN, MOST_SKILLED = Strategy
HIGH, URGENT = Priority.HIGH, Priority.URGENT


def agent(
    number: int, *, level: int = 3, load: int = 0, max_load: int = 5, idle_h: int | None = 1, senior: bool = False
) -> Candidate:
    """Someone who got their last ticket `idle_h` hours before noon; None for never."""
    last = None if idle_h is None else NOON - timedelta(hours=idle_h)
    return Candidate(PersonId(number), level, load, max_load, last, is_senior=senior)


def numbers(candidates: list[Candidate]) -> list[int]:
    return [candidate.agent_id for candidate in candidates]


@pytest.mark.parametrize(
    ("strategy", "candidates", "expected"),
    [
        # least_loaded: the load decides, whatever the level
        (LEAST_LOADED, [agent(1, load=2, level=5), agent(2, load=1), agent(3, load=3)], [2, 1, 3]),
        # ... it is the load, not the share of max_load
        (LEAST_LOADED, [agent(1, load=2, max_load=20), agent(2, load=1, max_load=2)], [2, 1]),
        # ... ties by longest idle
        (LEAST_LOADED, [agent(1, idle_h=1), agent(2, idle_h=3), agent(3, idle_h=2)], [2, 3, 1]),
        # ... who never got one is idle the longest
        (LEAST_LOADED, [agent(1, idle_h=99), agent(2, idle_h=None)], [2, 1]),
        # ... and then the lower id, so that the order is one
        (LEAST_LOADED, [agent(2), agent(1)], [1, 2]),
        # round_robin: the longest idle, whatever the load and level
        (ROUND_ROBIN, [agent(1, idle_h=1), agent(2, idle_h=5, load=4), agent(3, idle_h=None, level=1)], [3, 2, 1]),
        (ROUND_ROBIN, [agent(2, load=0), agent(1, load=4)], [1, 2]),
        # most_skilled: the level, then the load, then the longest idle, then the id
        (MOST_SKILLED, [agent(1, level=2), agent(2, level=5, load=4), agent(3, level=3)], [2, 3, 1]),
        (MOST_SKILLED, [agent(1, load=2), agent(2, load=1)], [2, 1]),
        (MOST_SKILLED, [agent(1, idle_h=1), agent(2, idle_h=2), agent(3, idle_h=None)], [3, 2, 1]),
        (MOST_SKILLED, [agent(9), agent(4)], [4, 9]),
    ],
)
def test_orders(strategy: Strategy, candidates: list[Candidate], expected: list[int]) -> None:
    assert numbers(order(strategy, candidates)) == expected
    assert numbers(order(strategy, reversed(candidates))) == expected


def test_urgent_goes_by_level_whatever_the_strategy_says() -> None:
    candidates = [agent(1, level=2), agent(2, level=4, load=5), agent(3, level=4, load=6)]

    assert numbers(order_urgent(candidates)) == [2, 3, 1]
    assert choose("billing", URGENT, ROUND_ROBIN, candidates).chosen == 2


@pytest.mark.parametrize(
    ("priority", "candidates", "expected", "rule"),
    [
        # who is full does not count, even if best
        (HIGH, [agent(1, load=5, level=5), agent(2, load=4)], 2, Rule.STRATEGY),
        # ... and who was set beyond it by hand neither
        (HIGH, [agent(1, load=7)], None, Rule.NOBODY),
        # ... save for URGENT
        (URGENT, [agent(1, load=5, level=5), agent(2, load=0)], 1, Rule.URGENT),
        # nobody at all
        (HIGH, [], None, Rule.NOBODY),
        (URGENT, [], None, Rule.NOBODY),
        # an agent who takes nothing from the automatic
        (HIGH, [agent(1, max_load=0)], None, Rule.NOBODY),
    ],
)
def test_who_counts(priority: Priority, candidates: list[Candidate], expected: int | None, rule: Rule) -> None:
    reason = choose("billing", priority, LEAST_LOADED, candidates)

    assert (reason.chosen, reason.rule) == (expected, rule)


@pytest.mark.parametrize(
    ("priority", "candidates", "expected", "rule"),
    [
        # a senior agent comes first, though busier
        (HIGH, [agent(1), agent(2, load=4, senior=True)], 2, Rule.SENIOR),
        # ... among several the strategy decides
        (HIGH, [agent(1), agent(2, load=4, senior=True), agent(3, load=3, senior=True)], 3, Rule.SENIOR),
        # ... but not one who is full: better somebody than nobody
        (HIGH, [agent(1), agent(2, load=5, senior=True)], 1, Rule.STRATEGY),
        # ... for URGENT also one who is full, though another is more skilled
        (URGENT, [agent(1, level=5), agent(2, level=1, load=5, senior=True)], 2, Rule.SENIOR),
    ],
)
def test_what_has_escalated_goes_to_senior_agents_first(
    priority: Priority, candidates: list[Candidate], expected: int, rule: Rule
) -> None:
    reason = choose("billing", priority, LEAST_LOADED, candidates, is_escalated=True)

    assert (reason.chosen, reason.rule) == (expected, rule)


def test_without_escalation_a_senior_agent_is_one_like_the_others() -> None:
    reason = choose("billing", HIGH, LEAST_LOADED, [agent(1), agent(2, load=4, senior=True)])

    assert (reason.chosen, reason.rule) == (1, Rule.STRATEGY)


@pytest.mark.parametrize(
    ("candidates", "is_escalated", "expected", "rule"),
    [
        # back to whom it was with, though others hold less
        ([agent(1), agent(7, load=4)], False, 7, Rule.LAST_AGENT),
        # ... unless they are full
        ([agent(1), agent(7, load=5)], False, 1, Rule.STRATEGY),
        # ... or not there: away, or the skill is gone (row 20 of what went wrong elsewhere: someone off shift)
        ([agent(1)], False, 1, Rule.STRATEGY),
        # escalated: the seniors' turn, be the last agent there or not
        ([agent(1, senior=True), agent(7)], True, 1, Rule.SENIOR),
        # ... if they are a senior themselves, they keep it
        ([agent(1, senior=True), agent(7, load=3, senior=True)], True, 7, Rule.LAST_AGENT),
        # ... or if there is no senior to take it
        ([agent(1), agent(7, load=3)], True, 7, Rule.LAST_AGENT),
    ],
)
def test_what_is_reopened_returns_to_its_last_agent(
    candidates: list[Candidate], is_escalated: bool, expected: int, rule: Rule
) -> None:
    reason = choose("billing", HIGH, LEAST_LOADED, candidates, is_escalated=is_escalated, last_agent=PersonId(7))

    assert (reason.chosen, reason.rule) == (expected, rule)
    assert reason.candidates[0].agent_id == expected


def test_a_burst_is_spread_and_does_not_flood_one_person() -> None:
    """Row 19: with loads alike, each next ticket goes to whoever waited longest for one."""
    team = {number: agent(number, idle_h=None) for number in (1, 2, 3)}
    got = []
    for minute in range(6):
        chosen = choose("billing", HIGH, LEAST_LOADED, list(team.values())).chosen
        assert chosen is not None
        got.append(int(chosen))
        taker = team[chosen]
        team[chosen] = Candidate(chosen, taker.level, taker.load + 1, 5, NOON + timedelta(minutes=minute))

    assert got == [1, 2, 3, 1, 2, 3]


def test_a_reason_keeps_a_few_candidates_and_says_that_there_were_more() -> None:
    few = choose("billing", HIGH, LEAST_LOADED, [agent(number) for number in range(SHOWN)])
    many = choose("billing", HIGH, LEAST_LOADED, [agent(number) for number in range(SHOWN + 1)])

    assert (len(few.candidates), few.more) == (SHOWN, False)
    assert (len(many.candidates), many.more) == (SHOWN, True)


def test_by_hand_may_go_beyond_skill_and_capacity_and_says_so() -> None:
    beyond = by_hand("billing", LEAST_LOADED, agent(4, level=0, load=5))
    within = by_hand("billing", LEAST_LOADED, agent(4, level=1, load=4))

    assert (beyond.chosen, beyond.by_hand, beyond.beyond_skill, beyond.beyond_capacity) == (4, True, True, True)
    assert (within.chosen, within.by_hand, within.beyond_skill, within.beyond_capacity) == (4, True, False, False)


candidates_of_all_kinds = st.lists(
    st.builds(
        Candidate,
        agent_id=st.integers(1, 50).map(PersonId),
        level=st.integers(1, 5),
        load=st.integers(0, 6),
        max_load=st.integers(0, 6),
        last_assigned_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        is_senior=st.booleans(),
    ),
    max_size=9,
    unique_by=lambda candidate: candidate.agent_id,
)


@given(
    st.sampled_from(Priority),
    st.sampled_from(Strategy),
    candidates_of_all_kinds,
    st.booleans(),
    st.none() | st.integers(1, 50).map(PersonId),
)
def test_the_automatic_never_overfills_and_never_leaves_what_someone_could_take(
    priority: Priority,
    strategy: Strategy,
    candidates: list[Candidate],
    is_escalated: bool,
    last_agent: PersonId | None,
) -> None:
    reason = choose("billing", priority, strategy, candidates, is_escalated=is_escalated, last_agent=last_agent)
    able = {c.agent_id for c in candidates if priority is URGENT or c.load < c.max_load}

    assert reason.chosen in able if able else reason.chosen is None
    assert (reason.rule is Rule.NOBODY) == (not able)
    assert not reason.by_hand
    assert RoutingReason.from_data(json.loads(json.dumps(reason.to_data()))) == reason


@pytest.mark.parametrize(
    ("strategy", "candidates", "expected"),
    [
        # one more ticket would put agent 1 behind who holds no more than that
        (LEAST_LOADED, [agent(1, load=1), agent(2, load=2), agent(3, load=3)], (1, 2)),
        (ROUND_ROBIN, [agent(1, idle_h=9), agent(2, load=4)], (1, 2)),
        (MOST_SKILLED, [agent(1, level=4), agent(2, level=4, load=1), agent(3, level=3)], (1, 2)),
    ],
)
def test_as_good_is_who_would_be_before_the_chosen_after_one_more(
    strategy: Strategy, candidates: list[Candidate], expected: tuple[int, ...]
) -> None:
    assert choose("billing", HIGH, strategy, candidates).as_good == expected
    assert choose("billing", URGENT, strategy, candidates).as_good == (1,)
    back = choose("billing", HIGH, strategy, candidates, last_agent=PersonId(2))
    assert back.as_good == (2,)
