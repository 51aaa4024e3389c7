"""What drawing needs to know of a ticket beyond its row: names, what was said, since when it stands as it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot import places
from bot.access import ALLOWED
from bot.last_change import comment_of_step, resolved_by
from bot.views import End, OtherAnswer, Possible, TicketFacts
from bot.views.joining import Together
from bot.views.labels import Labels
from ticketing import sla
from ticketing.configuration import Configuration
from ticketing.desk import Desk
from ticketing.desk.undo import TEAM_ENDS
from ticketing.events import EventKind, TicketEvent
from ticketing.model import ClockKind, CloseReason, Comment, PersonId, Rating, SlaClock, Ticket, TicketRef, TicketStatus

MOVED = CloseReason.MOVED

POSSIBLE: Possible = frozenset(ALLOWED)
"""What a card offers: what is allowed to somebody at all. Who may do it is asked again at the press."""


_TOGETHER = frozenset(
    {
        EventKind.RECEIVED_MERGE,
        EventKind.RETURNED_MERGE,
        EventKind.LINKED,
        EventKind.UNLINKED,
        EventKind.SPLIT_TO,
        EventKind.SPLIT_FROM,
        EventKind.MOVED_TO,
        EventKind.MOVED_FROM,
    }
)


@dataclass(frozen=True)
class Dossier:
    """A ticket as it stands now. Everything further is read when it is asked for, once."""

    desk: Desk
    ref: TicketRef

    @cached_property
    def ticket(self) -> Ticket:
        return self.desk.ticket(self.ref)

    @cached_property
    def configuration(self) -> Configuration:
        return self.desk.configuration()

    @cached_property
    def events(self) -> list[TicketEvent]:
        return self.desk.events(self.ref)

    @cached_property
    def comments(self) -> list[Comment]:
        return self.desk.comments(self.ref, include_internal=True)

    @cached_property
    def rating(self) -> Rating | None:
        """What its customer said of the present resolution."""
        return self.desk.rating(self.ref)

    @cached_property
    def labels(self) -> Labels:
        """What the team's cards show of the ticket besides its way."""
        category = self.configuration.category(self.ticket.category)
        asked = category.fields if category is not None else ()
        answers = ((one.label, str(self.ticket.fields[one.key])) for one in asked if one.key in self.ticket.fields)
        problem = self.desk.problem_of(self.ref)
        return Labels(
            answers=tuple(answers),
            tags=tuple(self.desk.tags(self.ref)),
            problem=problem.id if problem is not None else None,
        )

    def comment(self, number: int) -> Comment | None:
        """The comment, if it still stands."""
        return next((one for one in self.own_comments if one.number == number and one.deleted_at is None), None)

    @property
    def own_comments(self) -> list[Comment]:
        """What was said on this very ticket, and not on one that was merged into it."""
        return [one for one in self.comments if one.key.ticket == self.ref]

    @property
    def origin(self) -> tuple[str, str] | None:
        """
        Channel and ts of the channel message beneath which the customer's side of the ticket is.

        A follow-up was said in the thread of what it follows, and stays in it.
        """
        ticket = self.ticket
        found = places.origin(ticket)
        while found is not None and ticket.follows_number is not None:
            ticket = self.desk.ticket(TicketRef(ticket.customer_id, ticket.follows_number))
            before = places.origin(ticket)
            if before is None or before[0] != found[0]:
                break
            found = before
        return found

    def name(self, person_id: PersonId | None) -> str | None:
        return None if person_id is None else self.desk.person(person_id).name

    @property
    def customer(self) -> str:
        return self.desk.person(self.ref.customer_id).name

    @property
    def holder(self) -> str | None:
        """Who has it now."""
        return self.name(self.ticket.assigned_agent_id) if self.ticket.is_held else None

    @property
    def last_agent(self) -> str | None:
        """Who has it or had it last."""
        return self.name(self.ticket.assigned_agent_id or self.ticket.last_agent_id)

    @cached_property
    def answering(self) -> list[tuple[PersonId, OtherAnswer]]:
        """Who of the team has an answer's form open."""
        return [
            (each.person_id, OtherAnswer(name=self.name(each.person_id) or "", at=each.since))
            for each in self.desk.answering(self.ref)
        ]

    def facts(self, zone: str) -> TicketFacts:
        """`zone` is the reader's; in channels the desk's."""
        category = self.configuration.category(self.ticket.category)
        return TicketFacts.of(self.ticket, category=category.name if category else None, zone=zone)

    def zone_of(self, person_id: PersonId | None) -> str:
        return self.configuration.zone if person_id is None else self.desk.person(person_id).tz

    @property
    def said_by_step(self) -> Comment | None:
        """What the customer was asked, or what solved it: what was said in the step to where the ticket stands, if it stands."""
        number = comment_of_step(self.events, self.ticket)
        return self.comment(number) if number is not None else None

    @property
    def resolved_by(self) -> PersonId | None:
        """Who resolved it, while it is resolved."""
        return resolved_by(self.events, self.ticket)

    @property
    def resolver(self) -> str | None:
        """Their name."""
        return self.name(self.resolved_by)

    @property
    def can_unmerge(self) -> bool:
        """Whether a merge of this ticket into another can still be taken back, as far as time goes."""
        ticket = self.ticket
        if ticket.merged_into is None or ticket.closed_at is None:
            return False
        return ticket.as_of - ticket.closed_at <= self.configuration.undo_window

    @property
    def end(self) -> End | None:
        """How the team ended it, other than by solving it."""
        reason, step = self.ticket.close_reason, self._end
        if step is None or (reason is not CloseReason.MOVED and reason is not CloseReason.NOT_A_TICKET):
            return None
        return End(reason=reason, by=self.name(step.actor_id), goes_back=reason is MOVED and not self._moves)

    @property
    def can_undo_end(self) -> bool:
        """Whether the team can still take that back, as far as time and the ticket's own log go."""
        ticket, step = self.ticket, self._end
        if ticket.close_reason not in TEAM_ENDS or step is None or (ticket.close_reason is MOVED and not self._moves):
            return False
        since = (event.kind for event in self.events if event.seq > step.seq)
        is_last = all(kind is EventKind.PROBLEM_UNLINKED for kind in since)
        return is_last and ticket.as_of - step.at <= self.configuration.undo_window

    @property
    def _end(self) -> TicketEvent | None:
        """The step by which it was closed."""
        steps = (event for event in reversed(self.events) if event.kind is EventKind.STATUS)
        return next(steps, None) if self.ticket.status is TicketStatus.CLOSED else None

    @property
    def _moves(self) -> list[TicketEvent]:
        return [event for event in self.events if event.kind is EventKind.MOVED_TO]

    @property
    def together(self) -> Together:
        """What it hangs together with, from its log."""
        joined: dict[int, None] = {}
        linked: dict[int, None] = {}
        split_to: dict[int, None] = {}
        others: dict[EventKind, int] = {}
        for event in self.events:
            if event.kind not in _TOGETHER:
                continue
            came, went = int(event.from_value or 0), int(event.to_value or 0)
            match event.kind:
                case EventKind.RECEIVED_MERGE:
                    joined[came] = None
                case EventKind.RETURNED_MERGE:
                    joined.pop(went, None)
                case EventKind.LINKED:
                    linked[went] = None
                case EventKind.UNLINKED:
                    linked.pop(came, None)
                case EventKind.SPLIT_TO:
                    split_to[went] = None
                case EventKind.SPLIT_FROM | EventKind.MOVED_TO | EventKind.MOVED_FROM:
                    others[event.kind] = came or went
        return Together(
            joined=tuple(joined),
            linked=tuple(linked),
            split_to=tuple(split_to),
            split_from=others.get(EventKind.SPLIT_FROM),
            moved_to=others.get(EventKind.MOVED_TO) if self.ticket.close_reason is MOVED else None,
            moved_from=others.get(EventKind.MOVED_FROM),
        )

    @property
    def since(self) -> datetime:
        """When the ticket came to its present status."""
        reached = [
            event.at
            for event in self.events
            if event.kind in (EventKind.OPENED, EventKind.STATUS) and event.to_value == self.ticket.status.value
        ]
        return reached[-1] if reached else self.ticket.opened_at

    def assignments_to(self, agent_id: PersonId) -> list[TicketEvent]:
        """The times it was given to an agent, oldest first."""
        return [e for e in self.events if e.kind is EventKind.ASSIGNED and e.to_value == str(agent_id)]

    def runs_with(self, agent_id: PersonId) -> int:
        """How often it was theirs anew: once for each time it was opened or reopened, however often it went to and fro."""
        reopenings = [each.seq for each in self.events if each.kind is EventKind.REOPENED]
        return len({sum(seq < each.seq for seq in reopenings) for each in self.assignments_to(agent_id)})

    def due_at(self, kind: ClockKind) -> datetime | None:
        """When something is due that is still owed; None when it is met, paused or not promised."""
        clock = self.ticket.current_clock(kind)
        return clock.due_at if clock is not None and clock.is_running else None

    def is_late(self, kind: ClockKind) -> bool:
        """Whether what is still owed was due before, as far as the watch has marked it."""
        clock = self.ticket.current_clock(kind)
        return clock is not None and clock.is_running and clock.breached_at is not None

    @property
    def _answer(self) -> SlaClock | None:
        """The next answer that is owed to the customer."""
        if self.ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
            return None
        first, turn = self.ticket.current_clock(ClockKind.FIRST_RESPONSE), self.ticket.clock(ClockKind.NEXT_RESPONSE)
        return next((each for each in (first, turn) if each is not None and each.is_running and each.due_at), None)

    @property
    def answer_by(self) -> datetime | None:
        """When the next answer to the customer is due."""
        return self._answer.due_at if self._answer is not None else None

    @property
    def back_at(self) -> datetime | None:
        """When working time begins again in which that answer is to come; None while it runs."""
        if self._answer is None or self._answer.due_at is None:
            return None
        now, ticket = self.ticket.as_of, self.ticket
        terms = sla.terms(self.configuration, priority=ticket.priority, tier=ticket.tier, category=ticket.category)
        back_at = terms[self._answer.kind].back_at(now)
        return back_at if back_at is not None and back_at <= self._answer.due_at else None

    @property
    def answer_kind(self) -> ClockKind:
        """Whether that is the first."""
        return self._answer.kind if self._answer is not None else ClockKind.FIRST_RESPONSE

    @property
    def is_answer_late(self) -> bool:
        """Whether that was before, as far as the watch has marked it."""
        return self._answer is not None and self._answer.breached_at is not None
