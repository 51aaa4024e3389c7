"""Why: a ticket's way in a few lines, and a deadline as a sum."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot import text
from bot.clock import Clock
from bot.views import ExplanationView, Segment, SegmentKind, TicketFacts, WhyView
from bot.words import inbound as words
from ticketing import sla
from ticketing.desk import Desk
from ticketing.model import ClockKind, EventKind, PersonId, Ticket, TicketEvent, TicketStatus
from ticketing.routing import RoutingReason, Rule

LINES = 6


@dataclass(frozen=True)
class Explaining:
    """Tells from the audit log why things are as they are."""

    desk: Desk
    clock: Clock

    def why(self, ticket: Ticket, facts: TicketFacts) -> WhyView:
        """Six lines at most: opened, every assignment with its reason, the deadline, the answer."""
        zone = facts.zone
        lines = [words.WHY_OPENED.format(at=text.at(ticket.opened_at, zone))]
        events = self.desk.events(ticket.ref)
        lines += [self._assigned(event, facts) for event in events if event.kind is EventKind.ASSIGNED]
        if ticket.status is TicketStatus.OPEN:
            since = text.since(_waiting_since(events, ticket), zone)
            lines.append(words.WHY_NOBODY.format(since=since, category=text.inline(facts.category, text.NAME)))
        if ticket.first_response_at is not None:
            lines.append(words.WHY_ANSWERED.format(at=text.at(ticket.first_response_at, zone)))
        elif ticket.response_due_at is not None:
            lines.append(words.WHY_DUE.format(by=text.by(ticket.response_due_at, zone)))
        if ticket.resolved_at is not None:
            lines.append(words.WHY_RESOLVED.format(at=text.at(ticket.resolved_at, zone)))
        return WhyView(facts=facts, lines=(lines[0], *lines[1:][-(LINES - 1) :]))

    def explanations(self, ticket: Ticket, zone: str) -> list[ExplanationView]:
        """Every deadline that was promised, as a sum, in the order in which they are kept."""
        kinds = (ClockKind.TIME_TO_CLAIM, ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION)
        explained = [self.desk.explain(ticket.ref, kind) for kind in kinds]
        return [self._view(ticket, one, zone) for one in explained if one is not None]

    def _view(self, ticket: Ticket, explained: sla.Explanation, zone: str) -> ExplanationView:
        configured_at = self.desk.configured_at(explained.config_version) or explained.started_at
        return ExplanationView(
            ref=ticket.ref,
            clock=explained.kind,
            target_s=int(explained.target.total_seconds()),
            tier=ticket.tier,
            priority=ticket.priority,
            policy_version=explained.config_version,
            policy_date=configured_at.astimezone(text.zone_of(zone)).date(),
            calendar=explained.calendar,
            segments=tuple(
                Segment(
                    kind=SegmentKind(step.kind.value),
                    start=step.start,
                    end=step.end,
                    seconds=int(step.length.total_seconds()) if step.kind is sla.StepKind.COUNTED else 0,
                )
                for step in explained.steps
            ),
            now=self.clock(),
            left_s=int((explained.remaining if explained.spare is None else explained.spare).total_seconds()),
            due_at=explained.due_at,
            ended_at=explained.ended_at,
            outcome=explained.outcome,
            customer=self._name(ticket.customer_id),
            zone=zone,
        )

    def _assigned(self, event: TicketEvent, facts: TicketFacts) -> str:
        at = text.at(event.at, facts.zone)
        reason = RoutingReason.from_data(event.data) if event.data else None
        if reason is None or reason.chosen is None:
            return words.WHY_ASSIGNED.format(at=at)
        agent = self._name(reason.chosen)
        if reason.rule is Rule.BY_HAND:
            if event.actor_id is None or event.actor_id == reason.chosen:
                return words.WHY_CLAIMED.format(at=at, agent=agent)
            return words.WHY_BY_HAND.format(at=at, agent=agent, by=self._name(event.actor_id))
        template = {
            Rule.URGENT: words.WHY_URGENT,
            Rule.SENIOR: words.WHY_SENIOR,
            Rule.LAST_AGENT: words.WHY_LAST_AGENT,
        }.get(reason.rule, words.WHY_STRATEGY)
        taker = reason.chosen_candidate
        return template.format(
            at=at,
            agent=agent,
            category=text.inline(facts.category, text.NAME),
            level=taker.level if taker else 0,
            load=taker.load if taker else 0,
            max_load=taker.max_load if taker else 0,
            candidates=f"{len(reason.candidates)}{'+' if reason.more else ''}",
        )

    def _name(self, person_id: PersonId) -> str:
        return text.first(self.desk.person(person_id).name)


def _waiting_since(events: list[TicketEvent], ticket: Ticket) -> datetime:
    opened = [each.at for each in events if each.kind is EventKind.STATUS and each.to_value == TicketStatus.OPEN]
    return opened[-1] if opened else ticket.opened_at
