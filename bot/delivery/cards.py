"""The cards of a ticket, drawn from its present state: the customer's, the agent's and the team's."""

from __future__ import annotations

from datetime import timedelta

from bot import places
from bot.actions import Act
from bot.blocks.assignment import assignment_card
from bot.blocks.customer import customer_card
from bot.blocks.triage import triage_card
from bot.delivery.letters import Letter
from bot.delivery.reading import POSSIBLE, Dossier
from bot.views import (
    AssignmentCard,
    AssignmentState,
    AssignmentWhy,
    CustomerCard,
    CustomerState,
    LastTicket,
    Obstacle,
    ObstacleKind,
    Possible,
    TriageCard,
    TriageState,
    WhyRule,
)
from ticketing.desk.rating import may_rate
from ticketing.events import TicketEvent
from ticketing.model import ClockKind, CloseReason, PersonId, Strategy, Ticket, TicketStatus
from ticketing.routing import RoutingReason, Rule

_STATUS_FOR_AGENT = {
    TicketStatus.ASSIGNED: AssignmentState.ASSIGNED,
    TicketStatus.IN_PROGRESS: AssignmentState.IN_PROGRESS,
    TicketStatus.PENDING_CUSTOMER: AssignmentState.WAITING,
    TicketStatus.RESOLVED: AssignmentState.RESOLVED,
}
_STATUS_FOR_TEAM = {
    TicketStatus.OPEN: TriageState.WAITING,
    TicketStatus.ASSIGNED: TriageState.HELD,
    TicketStatus.IN_PROGRESS: TriageState.IN_PROGRESS,
    TicketStatus.PENDING_CUSTOMER: TriageState.PENDING,
    TicketStatus.RESOLVED: TriageState.RESOLVED,
    TicketStatus.CLOSED: TriageState.CLOSED,
}
_CLOSED_FOR_TEAM = {
    CloseReason.WITHDRAWN: TriageState.WITHDRAWN,
    CloseReason.MERGED: TriageState.MERGED,
    CloseReason.MOVED: TriageState.MOVED,
    CloseReason.NOT_A_TICKET: TriageState.NOT_A_TICKET,
}
_RULES = {
    Rule.URGENT: WhyRule.URGENT,
    Rule.SENIOR: WhyRule.ESCALATED,
    Rule.LAST_AGENT: WhyRule.LAST_AGENT,
}
_STRATEGIES = {
    Strategy.LEAST_LOADED: WhyRule.LEAST_LOADED,
    Strategy.ROUND_ROBIN: WhyRule.ROUND_ROBIN,
    Strategy.MOST_SKILLED: WhyRule.MOST_SKILLED,
}
RATINGS = frozenset({Act.HELPFUL, Act.NOT_HELPFUL, Act.RATING_COMMENT})
OBSTACLES = 5
"""Named on the card; the rest are counted."""


def for_customer(dossier: Dossier, place: str) -> Letter:
    """The customer's one card, in their messages or under the channel message that the ticket was opened from."""
    ticket = dossier.ticket
    state = CustomerState.of(ticket)
    said = dossier.said_by_step
    in_channel = places.channel_in(place) is not None
    origin = dossier.origin if in_channel else None
    card = CustomerCard(
        facts=dossier.facts(dossier.zone_of(ticket.customer_id)),
        state=state,
        agent=dossier.name(said.author_id) if said else dossier.resolver or dossier.last_agent,
        answer_by=None if dossier.is_answer_late else dossier.answer_by,
        back_at=dossier.back_at,
        question=said.text if said and state is CustomerState.THEIR_TURN else None,
        solution=said.text if said and state is CustomerState.RESOLVED else None,
        comment=said.number if said else 0,
        closed_at=ticket.closed_at,
        close_reason=ticket.close_reason,
        joined_with=ticket.merged_into,
        is_rated=dossier.rating is not None,
        is_helpful=dossier.rating.is_helpful if dossier.rating is not None else None,
        in_channel=in_channel,
        opened_by=dossier.name(ticket.opened_by) if ticket.opened_by != ticket.customer_id else None,
        possible=_possible_for_customer(dossier),
    )
    return Letter(
        about=places.about_ticket(ticket.number),
        side=places.CUSTOMER,
        message=customer_card(card),
        thread_ts=origin[1] if origin else None,
    )


def _possible_for_customer(dossier: Dossier) -> Possible:
    """A desk that asks nobody what they think of it shows no such buttons."""
    asks = may_rate(dossier.ticket, dossier.configuration.rating_window.total_seconds())
    return POSSIBLE if asks or POSSIBLE is None else POSSIBLE - RATINGS


def for_agent(dossier: Dossier, agent_id: PersonId) -> Letter:
    """An agent's card: posted while they hold the ticket, and edited where it stands ever after."""
    ticket = dossier.ticket
    holds = ticket.is_held and ticket.assigned_agent_id == agent_id
    times = dossier.assignments_to(agent_id)
    customer = dossier.desk.customer(ticket.customer_id)
    this_month, last = _history(dossier)
    card = AssignmentCard(
        facts=dossier.facts(dossier.zone_of(agent_id)),
        state=_state_for(ticket, agent_id, dossier.runs_with(agent_id)),
        customer=customer.name,
        tier=ticket.tier,
        description=ticket.description,
        organization=customer.organization_name,
        tickets_this_month=this_month,
        last=last,
        answer_by=dossier.answer_by,
        answer_kind=dossier.answer_kind,
        solution_by=dossier.due_at(ClockKind.RESOLUTION),
        late=_late(dossier),
        since=dossier.since,
        why=_why(dossier, times[-1], agent_id) if times else None,
        times=dossier.runs_with(agent_id),
        holder=dossier.last_agent,
        can_undo=_can_undo(dossier, agent_id) or dossier.can_undo_end,
        end=dossier.end,
        resolved_by=dossier.resolver if dossier.resolved_by != agent_id else None,
        labels=dossier.labels,
        snoozed_until=ticket.snoozed_until,
        is_escalated=ticket.is_escalated,
        answering=tuple(each for person_id, each in dossier.answering if person_id != agent_id) if holds else (),
        joined_with=ticket.merged_into,
        together=dossier.together,
        possible=POSSIBLE,
    )
    return Letter(
        about=places.about_ticket(ticket.number),
        side=places.AGENT,
        message=assignment_card(card),
        only_edit=not holds,
    )


def for_team(dossier: Dossier, place: str) -> Letter:
    """The card in the triage channel."""
    ticket = dossier.ticket
    obstacles, has_skill = _obstacles(dossier)
    state, side = _STATUS_FOR_TEAM[ticket.status], _side_of_team(dossier, place)
    if state is TriageState.CLOSED and ticket.close_reason is not None:
        state = _CLOSED_FOR_TEAM.get(ticket.close_reason, state)
    card = TriageCard(
        facts=dossier.facts(dossier.configuration.zone),
        state=state,
        customer=dossier.customer,
        since=dossier.since,
        agent=dossier.resolver or dossier.last_agent,
        answer_by=dossier.answer_by,
        answer_kind=dossier.answer_kind,
        solution_by=dossier.due_at(ClockKind.RESOLUTION),
        late=_late(dossier),
        obstacles=obstacles[:OBSTACLES],
        more_obstacles=max(0, len(obstacles) - OBSTACLES),
        nobody_has_skill=not has_skill,
        joined_with=ticket.merged_into,
        answering=tuple(each for _, each in dossier.answering),
        labels=dossier.labels,
        end=dossier.end,
        can_undo=dossier.can_unmerge or dossier.can_undo_end,
        is_escalated=ticket.is_escalated,
        together=dossier.together,
        goes_out=side == places.TEAM_OUT,
        possible=POSSIBLE,
    )
    return Letter(about=places.about_ticket(ticket.number), side=side, message=triage_card(card))


def _late(dossier: Dossier) -> frozenset[ClockKind]:
    """Which of the two due times of the team's cards are over: the next answer's, the solution's."""
    answer = {dossier.answer_kind} if dossier.is_answer_late else set()
    return frozenset(answer | ({ClockKind.RESOLUTION} if dossier.is_late(ClockKind.RESOLUTION) else set()))


def _side_of_team(dossier: Dossier, place: str) -> str:
    """Where what is typed below the card goes: as the thread began, whatever the setting says by now."""
    stands = dossier.desk.outbox.shown(dossier.ref.customer_id, place, places.about_ticket(dossier.ref.number))
    if stands is not None:
        return stands.side
    return places.TEAM_OUT if dossier.configuration.channels.replies_from_triage else places.TEAM


def _state_for(ticket: Ticket, agent_id: PersonId, times: int) -> AssignmentState:
    if ticket.status is TicketStatus.CLOSED:
        return AssignmentState.CLOSED
    if ticket.status is TicketStatus.OPEN:
        return AssignmentState.RELEASED
    if (ticket.assigned_agent_id or ticket.last_agent_id) != agent_id:
        return AssignmentState.HANDED_ON
    is_new_again = ticket.first_response_at is None and ticket.reopened_count > 0 and times > 1
    if is_new_again and ticket.status in (TicketStatus.ASSIGNED, TicketStatus.IN_PROGRESS):
        return AssignmentState.REOPENED
    return _STATUS_FOR_AGENT[ticket.status]


def _can_undo(dossier: Dossier, agent_id: PersonId) -> bool:
    """One takes back what one did oneself."""
    ticket = dossier.ticket
    if dossier.resolved_by != agent_id or ticket.status is not TicketStatus.RESOLVED or ticket.resolved_at is None:
        return False
    return ticket.as_of - ticket.resolved_at <= dossier.configuration.undo_window


def _history(dossier: Dossier) -> tuple[int, LastTicket | None]:
    ticket = dossier.ticket
    private = {category.key for category in dossier.configuration.private_categories} - {ticket.category}
    others = [
        other
        for other in dossier.desk.tickets_of_customer(ticket.customer_id, limit=50)
        if other.ref != ticket.ref and other.category not in private
    ]
    month = timedelta(days=30)
    recent = [other for other in others if abs(ticket.opened_at - other.opened_at) <= month]
    before = [other for other in others if other.number < ticket.number]
    if not before:
        return len(recent) + 1, None
    last = max(before, key=lambda other: other.number)
    agent = dossier.name(last.assigned_agent_id or last.last_agent_id)
    return len(recent) + 1, LastTicket(number=last.number, subject=last.subject, agent=agent)


def _why(dossier: Dossier, event: TicketEvent, agent_id: PersonId) -> AssignmentWhy:
    reason = RoutingReason.from_data(event.data)
    rule = _RULES.get(reason.rule) or _STRATEGIES[reason.strategy]
    if reason.rule is Rule.BY_HAND:
        rule = WhyRule.CLAIMED if event.actor_id == agent_id else WhyRule.BY_HAND
    chosen = next((one for one in reason.candidates if one.agent_id == agent_id), None)
    return AssignmentWhy(
        rule=rule,
        category=dossier.facts("UTC").category,
        level=chosen.level if chosen and chosen.level else None,
        load=chosen.load if chosen else None,
        max_load=chosen.max_load if chosen else None,
        candidates=max(1, len(reason.candidates)),
        more_candidates=reason.more,
        by=dossier.name(event.actor_id),
    )


def _obstacles(dossier: Dossier) -> tuple[tuple[Obstacle, ...], bool]:
    """What keeps each agent who has the skill from taking a waiting ticket, and whether anybody has it."""
    ticket = dossier.ticket
    if ticket.status is not TicketStatus.OPEN:
        return (), True
    category = dossier.configuration.category(ticket.category)
    skill = category.skill if category else ticket.category
    skilled = [agent for agent in dossier.desk.agents() if agent.skills.get(skill) and agent.id != ticket.customer_id]
    found = []
    gave_back = dossier.desk.gave_back(ticket.ref)
    for agent in skilled:
        if not agent.is_available:
            found.append(Obstacle(agent=agent.name, kind=ObstacleKind.AWAY, until=agent.away_until))
        elif agent.current_load >= agent.max_load:
            found.append(Obstacle(agent=agent.name, kind=ObstacleKind.FULL))
        elif agent.id in gave_back:
            found.append(Obstacle(agent=agent.name, kind=ObstacleKind.GAVE_BACK))
    return tuple(found), bool(skilled)
