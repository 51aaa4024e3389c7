"""The desk as plain objects in memory: what the stateful test holds the real one to. Written from docs/, not from the code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ticketing.model import PersonId, Priority, Strategy, Ticket, TicketRef, Tier

HELD = ("assigned", "in_progress", "pending_customer")
NEVER = datetime.min.replace(tzinfo=UTC)
TIER_POINTS = {Tier.STANDARD: 0, Tier.PREMIUM: 50, Tier.ENTERPRISE: 100}
REOPEN_LIMIT = 2
GRACE = timedelta(days=7)
CLOSE_AFTER, NUDGE_AFTER = timedelta(days=3), timedelta(days=1)


@dataclass
class ModelAgent:
    id: PersonId
    skills: dict[str, int]
    max_load: int
    is_senior: bool = False
    is_available: bool = True
    is_active: bool = True
    last_assigned_at: datetime = NEVER
    back_at: datetime = NEVER

    def comes_or_goes(self, *, is_available: bool, now: datetime) -> None:
        if is_available and not self.is_available:
            self.back_at = now
        self.is_available = is_available


@dataclass
class ModelTicket:
    ref: TicketRef
    category: str
    priority: Priority
    tier: Tier
    since: datetime
    status: str = "open"
    holder: PersonId | None = None
    last_agent: PersonId | None = None
    reopened: int = 0
    is_escalated: bool = False
    resolved_at: datetime | None = None
    nudged_at: datetime | None = None
    snoozed_until: datetime | None = None
    subject: str = ""
    description: str = ""
    public: list[str] = field(default_factory=list)
    internal: list[str] = field(default_factory=list)
    given_back: dict[PersonId, datetime] = field(default_factory=dict)
    merged_into: ModelTicket | None = None
    followed_by: ModelTicket | None = None

    @property
    def is_held(self) -> bool:
        return self.status in HELD

    @property
    def opening(self) -> str:
        """What it was opened with, as it is read along with the ticket that it was merged into."""
        return f"{self.subject}\n{self.description}" if self.description else self.subject

    @property
    def end(self) -> ModelTicket:
        """Where what is said on it goes."""
        return self if self.merged_into is None else self.merged_into.end

    @property
    def place(self) -> tuple[int, datetime, int]:
        """First in line first: the most points, then the longest wait."""
        return -(10 * self.priority + TIER_POINTS[self.tier]), self.since, self.ref.number


class DeskModel:
    """Tickets and agents, and what each act does to them."""

    def __init__(self, strategies: dict[str, Strategy]) -> None:
        self.strategies = strategies
        self.now = NEVER
        self.agents: dict[PersonId, ModelAgent] = {}
        self.tickets: dict[TicketRef, ModelTicket] = {}

    def load(self, agent_id: PersonId) -> int:
        return sum(ticket.is_held and ticket.holder == agent_id for ticket in self.tickets.values())

    def queue(self) -> list[ModelTicket]:
        return sorted((ticket for ticket in self.tickets.values() if ticket.status == "open"), key=lambda t: t.place)

    def has_room(self, agent: ModelAgent) -> bool:
        return self.load(agent.id) < agent.max_load

    def chosen(self, ticket: ModelTicket, last_agent: PersonId | None = None) -> PersonId | None:
        """Whom the automatic gives a ticket, by the words of docs/lifecycle.md."""
        able = [
            agent
            for agent in self.agents.values()
            if ticket.category in agent.skills
            and agent.is_active
            and agent.is_available
            and self.may_be_given(ticket, agent)
            and (ticket.priority is Priority.URGENT or self.has_room(agent))
        ]
        if ticket.is_escalated and any(agent.is_senior for agent in able):
            able = [agent for agent in able if agent.is_senior]
        if last_agent in {agent.id for agent in able}:
            return last_agent
        return self._first(able, ticket)

    def may_be_given(self, ticket: ModelTicket, agent: ModelAgent) -> bool:
        """Not their own, nor what they had and gave away, unless it was reopened or they were away since."""
        given_back_at = ticket.given_back.get(agent.id, NEVER)
        has_given_it_back = given_back_at > ticket.since and given_back_at > agent.back_at
        return agent.id != ticket.ref.customer_id and not has_given_it_back

    def _first(self, able: Iterable[ModelAgent], ticket: ModelTicket) -> PersonId | None:
        strategy = self.strategies[ticket.category]
        if ticket.priority is Priority.URGENT:
            strategy = Strategy.MOST_SKILLED

        def key(agent: ModelAgent) -> tuple[object, ...]:
            idle = (agent.last_assigned_at, agent.id)
            if strategy is Strategy.ROUND_ROBIN:
                return idle
            if strategy is Strategy.LEAST_LOADED:
                return (self.load(agent.id), *idle)
            return (-agent.skills[ticket.category], self.load(agent.id), *idle)

        first = min(able, key=key, default=None)
        return None if first is None else first.id

    def waits_before(self, ticket: ModelTicket, agent_id: PersonId) -> bool:
        """Whether a ticket that this agent could take comes before."""
        return any(
            other.place < ticket.place
            and other.category in self.agents[agent_id].skills
            and self.may_be_given(other, self.agents[agent_id])
            for other in self.queue()
            if other is not ticket
        )

    # --- acts ---------------------------------------------------------------------------------------------------------

    def add(self, ticket: Ticket, customer_tier: Tier) -> ModelTicket:
        """A ticket that was opened just now: settled as the rules say."""
        new = self.made(ticket, customer_tier)
        self.settle(new)
        self.tickets[new.ref] = new
        return new

    def made(self, ticket: Ticket, customer_tier: Tier) -> ModelTicket:
        new = ModelTicket(ticket.ref, ticket.category, ticket.priority, customer_tier, ticket.opened_at)
        new.subject, new.description = ticket.subject, ticket.description
        return new

    def family(self, ticket: ModelTicket) -> list[ModelTicket]:
        """The ticket and all that was merged into it."""
        merged = [each for each in self.tickets.values() if each.merged_into is ticket]
        return [ticket, *(one for each in merged for one in self.family(each))]

    def said_in_public(self, ticket: ModelTicket) -> list[str]:
        """What both sides read of it, in no order."""
        words = [each for one in self.family(ticket) for each in one.public]
        return words + [one.opening for one in self.family(ticket)[1:]]

    def said_internally(self, ticket: ModelTicket) -> list[str]:
        return [each for one in self.family(ticket) for each in one.internal]

    def settle(self, ticket: ModelTicket) -> None:
        agent_id = self.chosen(ticket)
        if agent_id is not None and (ticket.priority is Priority.URGENT or not self.waits_before(ticket, agent_id)):
            self.give(ticket, agent_id)

    def give(self, ticket: ModelTicket, agent_id: PersonId) -> None:
        if ticket.status == "open":
            ticket.status = "assigned"
        if ticket.holder != agent_id or ticket.status == "assigned":
            self.agents[agent_id].last_assigned_at = self.now
        ticket.holder = ticket.last_agent = agent_id
        ticket.snoozed_until = None

    def give_by_hand(self, ticket: ModelTicket, to: PersonId, by: PersonId) -> None:
        """What they gave away before is theirs again; of whoever gives it away it is so no more."""
        ticket.given_back.pop(to, None)
        if ticket.is_held and ticket.holder == by != to:
            ticket.given_back[by] = self.now
        self.give(ticket, to)

    def give_back(self, ticket: ModelTicket, by: PersonId) -> None:
        ticket.given_back[by] = self.now
        self.release(ticket)

    def leave(self, agent: ModelAgent) -> None:
        agent.is_active, agent.is_available, agent.skills = False, False, {}
        for ticket in self.tickets.values():
            if ticket.is_held and ticket.holder == agent.id:
                self.release(ticket)

    def release(self, ticket: ModelTicket) -> None:
        ticket.status, ticket.holder, ticket.snoozed_until = "open", None, None

    def resolve(self, ticket: ModelTicket) -> None:
        ticket.status, ticket.resolved_at, ticket.snoozed_until = "resolved", self.now, None

    def close(self, ticket: ModelTicket) -> None:
        ticket.status, ticket.snoozed_until = "closed", None

    def reopen(self, ticket: ModelTicket, said_at: datetime | None = None) -> None:
        ticket.reopened += 1
        assert ticket.resolved_at is not None
        ticket.since = self.now if said_at is None else max(said_at, ticket.resolved_at)
        ticket.resolved_at = ticket.nudged_at = None
        ticket.is_escalated = ticket.is_escalated or ticket.reopened > REOPEN_LIMIT
        last_agent = ticket.last_agent
        if last_agent is not None and self.chosen(ticket, last_agent) == last_agent:
            self.give(ticket, last_agent)
            self.agents[last_agent].last_assigned_at = self.now
            ticket.status = "in_progress"
        else:
            self.release(ticket)
            self.settle(ticket)

    def drain(self) -> int:
        """Again and again the first in line that anybody can take."""
        assigned = 0
        while True:
            takers = ((ticket, self.chosen(ticket)) for ticket in self.queue())
            ticket, agent_id = next(((t, a) for t, a in takers if a is not None), (None, None))
            if ticket is None or agent_id is None:
                return assigned
            self.give(ticket, agent_id)
            assigned += 1

    def close_by_time(self) -> int:
        closed = 0
        for ticket in self.tickets.values():
            if ticket.status != "resolved" or ticket.resolved_at is None:
                continue
            if ticket.resolved_at <= self.now - CLOSE_AFTER:
                self.close(ticket)
                closed += 1
            elif ticket.resolved_at <= self.now - NUDGE_AFTER and ticket.nudged_at is None:
                ticket.nudged_at = self.now
        return closed
