"""
Who gets a ticket: the order of those who could take it, the choice, and the reason that is stored with it.

Candidates are given: agents with the category's skill who are available and are not the ticket's own customer. What
picks them from a database must hold to the orders below, where "longest idle" is the oldest `last_assigned_at`, someone
who never got a ticket coming before all others (NULLS FIRST), and the agent's id settles what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ticketing.configuration import Configuration
from ticketing.instants import from_us, to_us
from ticketing.model import PersonId, Priority, Strategy

SHOWN = 5
"""How many candidates a stored reason keeps: enough to say why, however many there were."""

_NEVER = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


class Rule(StrEnum):
    """What decided."""

    STRATEGY = "strategy"  # the category's strategy
    URGENT = "urgent"  # the most skilled who is available, full or not
    SENIOR = "senior"  # it has escalated, and a senior agent could take it
    LAST_AGENT = "last_agent"  # it was reopened, and went back to whom it had been with
    BY_HAND = "by_hand"  # a person decided
    NOBODY = "nobody"  # nobody could take it


@dataclass(frozen=True)
class Candidate:
    """An agent as one who could take a ticket. `level` is of the skill asked for, 0 for none (by hand only)."""

    agent_id: PersonId
    level: int
    load: int
    max_load: int
    last_assigned_at: datetime | None = None
    is_senior: bool = False

    @property
    def has_room(self) -> bool:
        return self.load < self.max_load


@dataclass(frozen=True)
class RoutingReason:
    """
    Why a ticket went to `chosen`, or to nobody (None).

    `candidates` are those who could have taken it, best first, as they stood before; no more than SHOWN of them, and
    `more` says whether there were others. It holds ids and numbers only, as the audit log does.
    """

    rule: Rule
    strategy: Strategy
    category: str
    candidates: tuple[Candidate, ...] = ()
    more: bool = False
    chosen: PersonId | None = None
    as_good: tuple[PersonId, ...] = field(default=(), compare=False)
    """The chosen, and those who come before them once they are given another ticket; not stored."""
    some_wait: bool = field(default=True, compare=False)
    """Whether any ticket may wait at all, in whatever category; not stored."""

    @property
    def by_hand(self) -> bool:
        return self.rule is Rule.BY_HAND

    @property
    def chosen_candidate(self) -> Candidate | None:
        return next((candidate for candidate in self.candidates if candidate.agent_id == self.chosen), None)

    @property
    def beyond_skill(self) -> bool:
        """Whether a person gave it to an agent without the skill."""
        taker = self.chosen_candidate
        return taker is not None and taker.level == 0

    @property
    def beyond_capacity(self) -> bool:
        """Whether the agent held as many as they take, or more, before."""
        taker = self.chosen_candidate
        return taker is not None and not taker.has_room

    def to_data(self) -> dict[str, Any]:
        """As JSON for the ASSIGNED event; `from_data` reads it back."""
        return {
            "rule": self.rule.value,
            "strategy": self.strategy.value,
            "category": self.category,
            "candidates": [_candidate_to_data(candidate) for candidate in self.candidates],
            "more": self.more,
            "chosen": self.chosen,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> RoutingReason:
        """The reason that `to_data` wrote. Raises KeyError or ValueError for anything else."""
        chosen = data["chosen"]
        return cls(
            rule=Rule(data["rule"]),
            strategy=Strategy(data["strategy"]),
            category=data["category"],
            candidates=tuple(_candidate_from_data(candidate) for candidate in data["candidates"]),
            more=data["more"],
            chosen=None if chosen is None else PersonId(chosen),
        )


def order(strategy: Strategy, candidates: Iterable[Candidate]) -> list[Candidate]:
    """
    The candidates, best first.

    least_loaded: the lowest load, then the longest idle, then the lowest id.
    round_robin: the longest idle, then the lowest id.
    most_skilled: the highest level, then the lowest load, the longest idle, the lowest id.
    """
    return sorted(candidates, key=_ORDERS[strategy])


def order_urgent(candidates: Iterable[Candidate]) -> list[Candidate]:
    """For URGENT, whatever the strategy: the highest level, then the lowest load, the longest idle, the lowest id."""
    return order(Strategy.MOST_SKILLED, candidates)


def choose(
    category: str,
    priority: Priority,
    strategy: Strategy,
    candidates: Sequence[Candidate],
    *,
    is_escalated: bool = False,
    last_agent: PersonId | None = None,
    some_wait: bool = True,
) -> RoutingReason:
    """
    Choose among candidates, and say why.

    1. Only who has room counts (load < max_load); for URGENT everybody does.
    2. If it has escalated and a senior agent counts, only senior agents do.
    3. If it was reopened and its last agent counts, it goes back to them (`last_agent`; None if it was not reopened).
    4. URGENT goes by `order_urgent`, all else by the strategy's `order`.

    `some_wait`: whether any ticket may wait in line, passed on with the reason.
    """
    is_urgent = priority is Priority.URGENT
    able = [candidate for candidate in candidates if is_urgent or candidate.has_room]
    if not able:
        return RoutingReason(Rule.NOBODY, strategy, category)

    rule = Rule.URGENT if is_urgent else Rule.STRATEGY
    if is_escalated and any(candidate.is_senior for candidate in able):
        able = [candidate for candidate in able if candidate.is_senior]
        rule = Rule.SENIOR

    ordered = order_urgent(able) if is_urgent else order(strategy, able)
    if any(candidate.agent_id == last_agent for candidate in ordered):
        ordered.sort(key=lambda candidate: candidate.agent_id != last_agent)  # stable: only they move, to the front
        rule = Rule.LAST_AGENT

    shown, first = tuple(ordered[:SHOWN]), ordered[0]
    as_good: list[PersonId] = [first.agent_id]
    if rule is Rule.STRATEGY:
        key = _ORDERS[strategy]
        once_busier = key(replace(first, load=first.load + 1, last_assigned_at=_LAST))
        as_good = [candidate.agent_id for candidate in ordered if key(candidate) < once_busier]
    return RoutingReason(
        rule,
        strategy,
        category,
        shown,
        more=len(ordered) > SHOWN,
        chosen=first.agent_id,
        as_good=tuple(as_good),
        some_wait=some_wait,
    )


def by_hand(category: str, strategy: Strategy, taker: Candidate) -> RoutingReason:
    """A person's decision, which may go beyond skill and capacity: the reason says so of the one who got it."""
    return RoutingReason(Rule.BY_HAND, strategy, category, (taker,), chosen=taker.agent_id)


def _idle(candidate: Candidate) -> tuple[datetime, PersonId]:
    return candidate.last_assigned_at or _NEVER, candidate.agent_id


_ORDERS: Mapping[Strategy, Callable[[Candidate], tuple[Any, ...]]] = {
    Strategy.LEAST_LOADED: lambda candidate: (candidate.load, *_idle(candidate)),
    Strategy.ROUND_ROBIN: _idle,
    Strategy.MOST_SKILLED: lambda candidate: (-candidate.level, candidate.load, *_idle(candidate)),
}


def _candidate_to_data(candidate: Candidate) -> dict[str, Any]:
    return {
        "agent_id": candidate.agent_id,
        "level": candidate.level,
        "load": candidate.load,
        "max_load": candidate.max_load,
        "last_assigned_at": to_us(candidate.last_assigned_at),
        "is_senior": candidate.is_senior,
    }


def _candidate_from_data(data: Mapping[str, Any]) -> Candidate:
    return Candidate(
        agent_id=PersonId(data["agent_id"]),
        level=data["level"],
        load=data["load"],
        max_load=data["max_load"],
        last_assigned_at=from_us(data["last_assigned_at"]),
        is_senior=data["is_senior"],
    )


def categories_of(configuration: Configuration, skills: Collection[str]) -> list[str]:
    """
    The categories whose tickets go to somebody with these skills: those that name one of them, whatever they are called.

    Tickets may still wait in one that the configuration has no more; its skill was its key.
    """
    known = (*configuration.categories, *configuration.former)
    gone = set(skills) - {each.key for each in known}
    return [*(each.key for each in known if each.skill in skills), *sorted(gone)]
