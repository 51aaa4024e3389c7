"""
What the hand-over form offers, and what is said of what became of it.

For each ticket a way is suggested, so that one press does it: to whom of those who could take it has the most room, counting
what the same form gives them already; to the queue where nobody could; and what waits for its customer stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.sight import Sight
from bot.views import AgentRow
from bot.views.day import HandedTo, HandoverForm, HandoverResult, HandoverRow
from bot.views.forms import AgentChoice
from ticketing.desk import Desk
from ticketing.desk.handing_over import HandedOver, Handover
from ticketing.model import Agent, Person, PersonId, Ticket, TicketStatus


@dataclass(frozen=True)
class HandingOver:
    """Reads what the form needs."""

    desk: Desk
    sight: Sight

    def takers(self, ticket: Ticket) -> tuple[AgentChoice, ...]:
        """Who could be given it of those who have it not, as the form has them in order."""
        others = [
            agent for agent in self.desk.agents() if agent.id not in {ticket.assigned_agent_id, ticket.customer_id}
        ]
        agents = self._takers(ticket.category, others)
        return tuple(_choice(each) for each in self._in_order(ticket, agents, Counter()))

    def form(self, person: Person, now: datetime, rows: Iterable[tuple[Ticket, AgentRow]]) -> HandoverForm:
        """The form for all that `person` holds; `rows` are their tickets as they are shown, by deadline."""
        others = [agent for agent in self.desk.agents() if agent.id != person.id]
        by_category: dict[str, list[Agent]] = {}
        planned: Counter[PersonId] = Counter()
        shown = []
        for ticket, row in rows:
            if ticket.category not in by_category:
                by_category[ticket.category] = self._takers(ticket.category, others)
            agents = [agent for agent in by_category[ticket.category] if agent.id != ticket.customer_id]
            shown.append(self._row(ticket, row, agents, planned))
        agent = self.desk.agent(person.id)
        can_go_away = agent is not None and agent.is_available
        return HandoverForm(rows=tuple(shown), now=now, zone=person.tz, can_go_away=can_go_away)

    def _row(self, ticket: Ticket, row: AgentRow, agents: list[Agent], planned: Counter[PersonId]) -> HandoverRow:
        agents = self._in_order(ticket, agents, planned)
        is_kept = ticket.status is TicketStatus.PENDING_CUSTOMER
        suggested = agents[0].id if agents and self._fits(ticket, agents[0], planned) and not is_kept else None
        if suggested is not None:
            planned[suggested] += 1
        return HandoverRow(
            row=row, takers=tuple(_choice(each) for each in agents), suggested=suggested, is_kept=is_kept
        )

    def _in_order(self, ticket: Ticket, agents: list[Agent], planned: Counter[PersonId]) -> list[Agent]:
        """Those who can take it first, who has the most room before the others."""
        skill = self._skill(ticket)

        def key(one: Agent) -> tuple[bool, bool, bool, int, str]:
            is_unfit = not self._fits(ticket, one, planned)
            return is_unfit, skill not in one.skills, not one.is_available, -_room(one, planned), one.name

        return sorted(agents, key=key)

    def _fits(self, ticket: Ticket, agent: Agent, planned: Counter[PersonId]) -> bool:
        return self._skill(ticket) in agent.skills and agent.is_available and _room(agent, planned) > 0

    def _skill(self, ticket: Ticket) -> str:
        category = self.desk.configuration().category(ticket.category)
        return category.skill if category else ticket.category

    def _takers(self, category: str, agents: list[Agent]) -> list[Agent]:
        """Of a private category only the members of its channel."""
        seeing = self.sight.who_sees(category)
        return agents if seeing is None else [agent for agent in agents if agent.id in seeing]


def _room(agent: Agent, planned: Counter[PersonId]) -> int:
    return agent.max_load - agent.current_load - planned[agent.id]


def _choice(agent: Agent) -> AgentChoice:
    return AgentChoice(
        id=agent.id,
        name=agent.name,
        load=agent.current_load,
        max_load=agent.max_load,
        is_available=agent.is_available,
    )


def result(desk: Desk, done: Iterable[Handover], kept: Iterable[int] = ()) -> HandoverResult:
    """What became of a plan, for people; `kept` are the tickets that were not part of it."""
    given: dict[PersonId, list[int]] = {}
    rest: dict[HandedOver | None, list[int]] = {}
    for each in done:
        if each.outcome is HandedOver.GIVEN and each.to is not None:
            given.setdefault(each.to, []).append(each.ref.number)
        else:
            rest.setdefault(each.outcome, []).append(each.ref.number)

    def of(outcome: HandedOver | None) -> tuple[int, ...]:
        return tuple(rest.get(outcome, ()))

    return HandoverResult(
        given=tuple(HandedTo(agent=desk.person(to).name, numbers=tuple(numbers)) for to, numbers in given.items()),
        queued=of(HandedOver.QUEUED),
        kept=tuple(kept),
        refused=of(HandedOver.REFUSED),
        gone=of(HandedOver.NOT_HELD),
        pending=of(None),
    )
