"""Why: a ticket's way in a few lines, and a deadline as a sum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import text
from bot.views import ExplanationView, Segment, SegmentKind, TicketFacts, WhyView
from bot.words import inbound as words
from ticketing import sla
from ticketing.desk import Desk
from ticketing.events import EventKind, TicketEvent
from ticketing.ladder import is_idle, touched
from ticketing.model import ClockKind, Outcome, PersonId, Ticket, TicketStatus
from ticketing.routing import RoutingReason, Rule
from ticketing.timeline import Place, Shortage, Spell, Timeline

LINES = 6


@dataclass(frozen=True)
class Explaining:
    """Tells from the audit log why things are as they are."""

    desk: Desk
    clock: Callable[[], datetime]

    def why(self, ticket: Ticket, facts: TicketFacts) -> WhyView:
        """Six lines at most: how late, where the time went and why, when it was due and who ended it."""
        told, now = self.desk.timeline(ticket.ref), self._now(ticket, facts)
        if told is None:
            opened = words.WHY_OPENED.format(at=text.at(ticket.opened_at, facts.zone))
            return WhyView(facts=facts, lines=(opened, *now))
        reasons = {
            event.at: self._assigned(event, facts)
            for event in self.desk.events(ticket.ref)
            if event.kind is EventKind.ASSIGNED
        }
        spells = [spell for spell in told.spells if spell.place is not Place.OVER]
        longest = sorted(spells, key=lambda spell: spell.counted, reverse=True)[: LINES - 2 - len(now)]
        lines = [self._spell(spell, reasons, ticket, facts) for spell in spells if spell in longest]
        return WhyView(facts=facts, lines=(_headline(told, facts), *lines, *now, self._end(told, ticket, facts)))

    def _now(self, ticket: Ticket, facts: TicketFacts) -> list[str]:
        """That it lies, where that was told of, and who sees to what was."""
        promise, alerted = self.desk.standing_promise(ticket.ref), self.desk.alerts_of([ticket.ref])
        lies = any(is_idle(stage.key.stage) for each in alerted for stage in each.owed)
        lines = [words.WHY_UNTOUCHED.format(since=text.since(touched(ticket), facts.zone))] if lies else []
        if promise is not None:
            said = words.WHY_SEEN if promise.is_seen else words.WHY_TAKEN
            until = text.until(promise.until, facts.zone)
            lines.append(said.format(by=self._name(promise.person_id), until=until))
        return lines

    def _spell(self, spell: Spell, reasons: dict[datetime, str], ticket: Ticket, facts: TicketFacts) -> str:
        zone, took = facts.zone, text.duration(spell.counted.total_seconds())
        if spell.place is Place.QUEUE:
            first = spell.start == ticket.opened_at
            begun = words.WHY_QUEUE_FIRST if first else words.WHY_QUEUE_AGAIN
            lasts = ticket.status is TicketStatus.OPEN and spell.end >= ticket.as_of
            return (words.WHY_QUEUED_STILL if lasts else words.WHY_QUEUED).format(
                begun=begun.format(at=self._moment(spell.start, facts)),
                until=self._moment(spell.end, facts),
                took=took,
                shortage=self._shortage(spell, facts),
            )
        if spell.place is Place.CUSTOMER:
            customer = self._name(facts.ref.customer_id)
            real = text.duration((spell.end - spell.start).total_seconds())
            return words.WHY_CUSTOMER.format(customer=customer, since=text.since(spell.start, zone), took=real)
        agent = self._name(spell.agent_id) if spell.agent_id is not None else words.WHY_THE_TEAM
        line = reasons.get(spell.start) or words.WHY_WITH.format(agent=agent, since=text.since(spell.start, zone))
        return words.WHY_TOOK.format(line=line, took=took)

    def _shortage(self, spell: Spell, facts: TicketFacts) -> str:
        if spell.shortage is None:
            return ""
        category = text.inline(facts.category, text.NAME)
        said = _SHORTAGES[spell.shortage].format(category=category)
        if spell.back_id is None or spell.back_at is None:
            return said
        return said + words.WHY_BACK.format(agent=self._name(spell.back_id), at=self._moment(spell.back_at, facts))

    def _end(self, told: Timeline, ticket: Ticket, facts: TicketFacts) -> str:
        clock, zone = told.clock, facts.zone
        if clock.due_at is None or told.late_by is None:
            return words.WHY_PAUSED.format(customer=self._name(ticket.customer_id))
        late = text.duration(abs(told.late_by).total_seconds())
        if clock.ended_at is None:
            said = words.WHY_DUE_NOW_LATE if told.late_by >= timedelta(0) else words.WHY_DUE
            return said.format(at=text.at(clock.due_at, zone), late=late)
        agent = self._name(told.ended_by) if told.ended_by is not None else words.WHY_THE_TEAM
        said = words.WHY_ENDED_LATE if clock.outcome is Outcome.BREACHED else words.WHY_ENDED
        due, at = self._moment(clock.due_at, facts), self._moment(clock.ended_at, facts)
        return said.format(due=due, agent=agent, at=at, did=words.WHY_DID[clock.kind], late=late, spare=late)

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
        at = self._moment(event.at, facts)
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

    def _moment(self, instant: datetime, facts: TicketFacts) -> str:
        return text.moment(instant, self.clock(), facts.zone)

    def _name(self, person_id: PersonId) -> str:
        return text.first(self.desk.person(person_id).name)


_SHORTAGES = {
    Shortage.NO_SKILL: words.WHY_NO_SKILL,
    Shortage.NOBODY_THERE: words.WHY_NOBODY_THERE,
    Shortage.ALL_FULL: words.WHY_ALL_FULL,
    Shortage.NO_MEMBER: words.WHY_NO_MEMBER,
}


def _headline(told: Timeline, facts: TicketFacts) -> str:
    clock, target = told.clock, text.duration(told.clock.target_s)
    queued = told.counted(Place.QUEUE)
    is_late = told.late_by is not None and told.late_by > timedelta(0)
    late = words.WHY_LATE if clock.kind is ClockKind.FIRST_RESPONSE else words.WHY_LATE_OTHER
    headline = words.WHY_KEPT if not is_late else late if queued else words.WHY_LATE_HELD
    still_waits = clock.is_running and bool(told.spells) and told.spells[-1].place is Place.QUEUE
    if is_late and still_waits:
        headline = words.WHY_WAITS if clock.kind is ClockKind.FIRST_RESPONSE else words.WHY_WAITS_OTHER
    passed = _passed(queued, timedelta(seconds=clock.target_s))
    what, waited = words.WHY_WHAT[clock.kind], text.duration(queued.total_seconds())
    return headline.format(what=what, number=facts.ref.number, passed=passed, target=target, waited=waited)


def _passed(queued: timedelta, target: timedelta) -> str:
    """How much of a target passed, in minutes alone where that reads well: "41 of 60 min", "41 min of 4 h"."""
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    if minute <= queued <= hour and minute <= target <= hour:
        return words.WHY_PASSED_MINUTES.format(passed=queued // minute, target=target // minute)
    return words.WHY_PASSED.format(
        passed=text.duration(queued.total_seconds()), target=text.duration(target.total_seconds())
    )
