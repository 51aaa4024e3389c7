"""What is played: which tickets arrive when, who answers them, and how people behave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from ticketing.categories import TRIAL_CATEGORY
from ticketing.configuration import Configuration, parse
from ticketing.desk import Desk
from ticketing.events import EventKind
from ticketing.model import CloseReason, Priority, TicketRef, Tier

OFFICE_HOURS: Mapping[str, Sequence[str]] = {"mon-fri": ["09:00-17:00"]}
DAYTIME = (0, 0, 0, 0, 0, 0, 1, 3, 7, 10, 10, 9, 6, 8, 9, 8, 7, 5, 3, 2, 2, 1, 1, 0)
"""How many of a working day's tickets come in each of its hours, as shares of each other."""
WEEKEND = 0.15
"""The tickets of a Saturday's or Sunday's hour, as a share of a working day's."""
TIERS = {Tier.STANDARD: 80, Tier.PREMIUM: 15, Tier.ENTERPRISE: 5}
PRIORITIES = {Priority.LOW: 20, Priority.MEDIUM: 55, Priority.HIGH: 20, Priority.URGENT: 5}
CUSTOMERS_PER_TICKET_A_DAY = 3


@dataclass(frozen=True)
class Arrival:
    """A ticket that is opened."""

    at: datetime
    customer: str
    """Whatever tells one from another; two people may have the same name."""
    tier: Tier
    category: str
    priority: Priority


@dataclass(frozen=True)
class SimulatedAgent:
    """Somebody who answers. `shifts` as in `Desk.set_shifts`, in `tz`; None is round the clock."""

    name: str
    skills: Mapping[str, int]
    max_load: int = 10
    is_senior: bool = False
    shifts: Mapping[str, Sequence[str]] | None = field(default_factory=lambda: OFFICE_HOURS)
    tz: str = "UTC"


@dataclass(frozen=True)
class Habits:
    """
    How long things take (medians; they spread log-normally by `spread`) and how often they happen (shares).

    `work` is what an agent needs for one turn of a ticket, undisturbed.
    """

    work: timedelta = timedelta(minutes=20)
    asks_back: float = 0.3
    reply: timedelta = timedelta(hours=2)
    reopens: float = 0.06
    reopens_after: timedelta = timedelta(hours=5)
    spread: float = 0.6
    sees_to: float = 0.0
    """Of alerts that are late or reminded of: how often somebody promises to see to them, and for how long."""
    promise: timedelta = timedelta(minutes=45)
    puts_off: float = 0.0
    """Instead of an answer: how often an agent puts a ticket out of sight, and for how long."""
    asleep: timedelta = timedelta(hours=3)

    def around(self, median: timedelta, random: Random) -> timedelta:
        """One length of time."""
        return median * random.lognormvariate(0, self.spread)


@dataclass(frozen=True)
class Scenario:
    """
    What is played from `start` to `end` under the configuration `document`; `changes` are those that replace it, each with its
    instant.
    """

    start: datetime
    end: datetime
    document: Mapping[str, Any]
    arrivals: tuple[Arrival, ...]
    agents: tuple[SimulatedAgent, ...]
    habits: Habits = Habits()
    seed: int = 1
    changes: tuple[tuple[datetime, Mapping[str, Any]], ...] = ()
    recategorized: int = 0
    """How many arrivals stand in the first category since `document` does not have their own."""

    def with_agents(self, number: int) -> Scenario:
        """The same with more or fewer agents: the first ones, and then like them from the first again."""
        if number < 1:
            raise ValueError("Somebody has to answer.")
        rounds = [self.agents[index % len(self.agents)] for index in range(number)]
        named = [
            agent if index < len(self.agents) else replace(agent, name=f"{agent.name} {index // len(self.agents) + 1}")
            for index, agent in enumerate(rounds)
        ]
        return replace(self, agents=tuple(named))


def made_up(
    document: Mapping[str, Any],
    start: datetime,
    *,
    days: int,
    tickets_a_day: float,
    agents: int,
    habits: Habits = Habits(),
    seed: int = 1,
) -> Scenario:
    """
    A team as many are: arrivals follow the office day of the desk's zone, agents work in it and know all there is.

    `tickets_a_day` is the mean of a working day. Raises InvalidConfiguration.
    """
    configuration = parse(document)
    random, zone = Random(seed), ZoneInfo(configuration.zone)  # noqa: S311 - it guards nothing
    customers = [f"Customer {number}" for number in range(1, max(2, round(tickets_a_day * CUSTOMERS_PER_TICKET_A_DAY)))]
    tiers = dict(zip(customers, random.choices(list(TIERS), list(TIERS.values()), k=len(customers)), strict=True))
    arrivals = [
        Arrival(
            at=at,
            customer=(customer := random.choice(customers)),
            tier=tiers[customer],
            category=random.choice([category.key for category in configuration.categories]),
            priority=random.choices(list(PRIORITIES), list(PRIORITIES.values()))[0],
        )
        for at in _instants(start, days, tickets_a_day, zone, random)
    ]
    end = start + timedelta(days=days)
    return Scenario(start, end, document, tuple(arrivals), _team(configuration, agents), habits, seed)


def recorded(
    desk: Desk, start: datetime, end: datetime, *, document: Mapping[str, Any], habits: Habits = Habits(), seed: int = 1
) -> Scenario:
    """
    The tickets that were really opened in [start, end), for the agents there are now, with their skills and shifts.

    Each arrives with the priority that it was opened with. What was moved to another customer arrives once, and so does what
    was moved back: the one that was closed for that is left out, as test tickets are. Those of a category that `document`
    does not have go into its first one.
    """
    rows = [
        row
        for row in desk.export_rows(start, end)
        if row.close_reason is not CloseReason.MOVED and row.category != TRIAL_CATEGORY
    ]
    known = [category.key for category in parse(document).categories]
    arrivals = tuple(
        Arrival(
            row.opened_at,
            "Somebody" if ref is None else f"Customer {ref.customer_id}",
            row.tier,
            row.category if row.category in known else known[0],
            row.priority if ref is None else _opened_with(desk, ref, row.priority),
        )
        for row, ref in ((row, desk.find(row.number)) for row in rows)
    )
    agents = tuple(
        SimulatedAgent(
            name=agent.name,
            skills=agent.skills,
            max_load=agent.max_load,
            is_senior=agent.is_senior,
            shifts=desk.shifts(agent.id),
            tz=desk.person(agent.id).tz,
        )
        for agent in desk.agents()
    )
    strange = sum(row.category not in known for row in rows)
    return Scenario(start, end, document, arrivals, agents, habits, seed, recategorized=strange)


def _opened_with(desk: Desk, ref: TicketRef, now: Priority) -> Priority:
    """A ticket's first priority, which may have been changed since; the one of `now` where its log does not say."""
    opened = next((event for event in desk.events(ref) if event.kind is EventKind.OPENED), None)
    return now if opened is None else Priority(opened.data.get("priority", now))


def _instants(start: datetime, days: int, a_day: float, zone: ZoneInfo, random: Random) -> list[datetime]:
    """Arrivals independent of each other, as dense in each hour as the hour of the week is busy."""
    found: list[datetime] = []
    for hour in range(days * 24):
        begins = start + timedelta(hours=hour)
        local = begins.astimezone(zone)
        weight = DAYTIME[local.hour] / sum(DAYTIME) * (1 if local.weekday() < 5 else WEEKEND)
        mean = a_day * weight
        gap = timedelta(hours=random.expovariate(mean)) if mean else timedelta(days=1)
        while gap < timedelta(hours=1):
            found.append(begins + gap)
            gap += timedelta(hours=random.expovariate(mean))
    return found


def _team(configuration: Configuration, size: int) -> tuple[SimulatedAgent, ...]:
    """Everybody knows every category; levels and seniority go round."""
    skills = sorted({category.skill for category in configuration.categories})
    return tuple(
        SimulatedAgent(
            name=f"Agent {number + 1}",
            skills={skill: 1 + (number + index) % 5 for index, skill in enumerate(skills)},
            is_senior=number % 5 == 0,
            tz=configuration.zone,
        )
        for number in range(size)
    )
