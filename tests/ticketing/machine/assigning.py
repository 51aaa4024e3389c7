"""Rules about who has a ticket: opening, claiming, giving, draining, and agents who come and go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.ticketing.desk_model import ModelAgent
from tests.ticketing.machine.documents import DELAYS, KEYS, NUMBERS, PRIORITIES
from tests.ticketing.machine.world import World
from ticketing.errors import (
    AgentFull,
    AlreadyHeld,
    HelpdeskError,
    NotAnAgent,
    StaleTicket,
)
from ticketing.model import (
    PersonId,
    Priority,
    Role,
    Ticket,
    Tier,
)


class Assigning(World):
    """Opening and assigning."""

    def make_people(self, loads: list[int], opened: list[tuple[int, str, Priority]]) -> None:
        skills = [
            {"billing": 3, "technical": 2},
            {"billing": 1, "technical": 5, "account": 1},
            {"account": 4, "technical": 5},
            {},
        ]
        self.agents = [self.desk.ensure_person(f"A{number}", f"Agent {number}").id for number in range(4)]
        for agent_id, can, load in zip(self.agents, skills, loads, strict=True):
            is_senior = agent_id == self.agents[1]
            self.desk.make_agent(agent_id, skills=can, max_load=load, is_senior=is_senior, by=None)
            self.model.agents[agent_id] = ModelAgent(agent_id, can, load, is_senior)
        # An agent is a customer too.
        self.tiers[self.agents[1]] = Tier.STANDARD
        self.customers = [self.new_customer(tier) for tier in (Tier.STANDARD, Tier.ENTERPRISE)]
        self.customers.append(self.agents[1])
        for who, category, priority in opened:
            self.open(who, category, priority, timedelta(0))

    def new_customer(self, tier: Tier) -> PersonId:
        word = f"zqc{len(self.marks)}w"
        who = self.desk.ensure_person(f"C:{word}", f"Customer {word}", email=f"{word}@example.com").id
        if tier is not Tier.STANDARD:
            self.desk.set_tier(who, tier, by=None)
        self.marks[who], self.tiers[who] = word, tier
        return who

    @rule(opened=st.lists(st.tuples(NUMBERS, KEYS, PRIORITIES), min_size=2, max_size=4))
    def rush(self, opened: list[tuple[int, str, Priority]]) -> None:
        for who, category, priority in opened:
            self.open(who, category, priority, timedelta(0))

    @rule(who=NUMBERS, category=KEYS, priority=PRIORITIES, ago=DELAYS)
    def open(self, who: int, category: str, priority: Priority, ago: timedelta) -> None:
        customer = self.customers[who % len(self.customers)]
        self.clock.advance(microseconds=1)  # no two are of the same instant, so that the order is one
        source, at = self.source(), self.clock.now - ago
        mark = self.mark(customer)
        words: dict[str, Any] = {"subject": f"Help{mark}", "description": f"Please{mark}"}

        def act() -> Ticket:
            return self.desk.open_ticket(customer, category=category, priority=priority, source=source, at=at, **words)

        ticket = self.does(act)
        self.model.add(ticket, self.tiers[customer])
        assert act().ref == ticket.ref

    @rule(which=NUMBERS, who=NUMBERS, beyond=st.booleans())
    def claim(self, which: int, who: int, beyond: bool) -> None:
        ticket, by = self.pick(which), self.agent(who)
        refused: type[HelpdeskError] | None = None
        is_mine = ticket.is_held and ticket.holder == by
        if fault := self.no_team(ticket, by):
            refused = fault
        elif ticket.is_held and not is_mine:
            refused = AlreadyHeld
        elif not ticket.is_held and ticket.status != "open":
            refused = StaleTicket
        elif not is_mine and not beyond and not self.model.has_room(self.model.agents[by]):
            refused = AgentFull
        self.does(lambda: self.desk.claim(ticket.ref, by=by, beyond_capacity=beyond), refused)
        if refused is None and not is_mine:
            self.model.give_by_hand(ticket, by, by)

    @rule(which=NUMBERS, to=NUMBERS, by=NUMBERS)
    def assign(self, which: int, to: int, by: int) -> None:
        ticket, taker = self.pick(which), self.agent(to)
        refused = self.no_team(ticket, self.agent(by)) or self.no_team(ticket, taker)
        if refused is not None:
            pass
        elif ticket.status in ("resolved", "closed"):
            refused = StaleTicket
        self.does(lambda: self.desk.assign(ticket.ref, to=taker, by=self.agent(by)), refused)
        if refused is None and ticket.holder != taker:
            self.model.give_by_hand(ticket, taker, self.agent(by))
            self.model.agents[taker].last_assigned_at = self.clock.now

    @rule()
    def drain(self) -> None:
        assigned = self.does(lambda: self.desk.drain_queue(self.clock.now))
        assert assigned == self.model.drain()

    @rule(who=NUMBERS, available=st.booleans())
    def come_and_go(self, who: int, available: bool) -> None:
        agent = self.model.agents[self.agent(who)]
        refused = None if agent.is_active else NotAnAgent
        self.does(lambda: self.desk.set_available(agent.id, available=available, by=None), refused)
        if refused is None:
            agent.comes_or_goes(is_available=available, now=self.clock.now)

    @rule(who=NUMBERS, demoted=st.booleans())
    def leave(self, who: int, demoted: bool) -> None:
        agent = self.model.agents[self.agent(who)]
        if demoted:
            self.does(lambda: self.desk.set_role(agent.id, Role.CUSTOMER, by=None))
        else:
            self.does(lambda: self.desk.remove_agent(agent.id, by=None), None if agent.is_active else NotAnAgent)
        if demoted or agent.is_active:
            self.has_left(agent.id)
        self.model.leave(agent)

    @rule(who=NUMBERS, max_load=st.integers(1, 4), category=KEYS, level=st.integers(1, 5))
    def learn(self, who: int, max_load: int, category: str, level: int) -> None:
        agent = self.model.agents[self.agent(who)]
        agent.skills, agent.max_load = agent.skills | {category: level}, max_load
        agent.comes_or_goes(is_available=agent.is_available or not agent.is_active, now=self.clock.now)
        agent.is_active = True
        self.does(
            lambda: self.desk.make_agent(
                agent.id, skills=agent.skills, max_load=max_load, is_senior=agent.is_senior, by=None
            )
        )
