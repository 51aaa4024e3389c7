"""
What listeners show at once: forms, lists and App Home, read through the desk and made into the renderers' frozen values.

Nothing here decides who may see what: whoever calls has asked `bot.access` before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot import places
from bot.access import Grant
from bot.actions import Press
from bot.blocks.home import agent_home, board_home, customer_home
from bot.blocks.parts import OPTIONS
from bot.clock import Clock
from bot.delivery.boards import board_of
from bot.fields import category_choice
from bot.first_run import FirstRun
from bot.last_change import resolved_by
from bot.payloads import SlackUser
from bot.reading_along import conversation
from bot.sight import Sight
from bot.turning import FIRST, LIST_LENGTH, HomePlace, queue_page, turned
from bot.values import NewTicketState
from bot.views import (
    AgentHome,
    AgentList,
    AgentRow,
    CustomerHome,
    CustomerList,
    CustomerRow,
    CustomerState,
    ListKind,
    NewTicketForm,
    OpenTicketLine,
    OwnNumbers,
    Page,
    Promise,
    ReadAll,
    Receipt,
    TicketFacts,
    View,
)
from bot.work import is_answered, next_due, work_of
from ticketing import sla
from ticketing.categories import TRIAL_CATEGORY
from ticketing.desk import Desk
from ticketing.errors import TicketNotFound
from ticketing.model import ClockKind, Person, PersonId, Priority, Role, Ticket, TicketStatus, Tier

T = TypeVar("T")

TAG = "tag:"
_WORKING = frozenset({Press.HOME_REFRESH, Press.NEW_TICKET})
OWN_TICKETS = 5
"""As many of their own tickets an agent's App Home shows: those that are not closed, the newest first."""
_OF_AN_AGENT = frozenset({Press.TAKE_NEXT, Press.HAND_OVER, Press.AWAY, Press.BACK})
OF_A_LEAD = frozenset({Press.MY_WORK, Press.BOARD, Press.REPORT, Press.TEAM, Press.SETTINGS})
"""The places of a lead's row that there are."""


@dataclass(frozen=True)
class Screens:
    """Reads what a screen needs."""

    desk: Desk
    clock: Clock
    sight: Sight
    first_run: FirstRun | None = None

    # --- the new ticket -----------------------------------------------------------------------------------------------

    def new_ticket(
        self,
        user: SlackUser,
        *,
        subject: str = "",
        description: str = "",
        state: NewTicketState | None = None,
        for_customer: str | None = None,
    ) -> NewTicketForm:
        """
        The empty form, for the team with a choice for whom. The person need not be known yet: opening it stores nothing.
        """
        person = self.desk.person_by_ref(user.external_ref)
        return NewTicketForm(
            categories=tuple(category_choice(category) for category in self.desk.categories()),
            subject=subject[:150],
            description=description[:3000],
            zone=person.tz if person else self.desk.configuration().zone,
            for_customer=for_customer,
            asks_for_whom=person is not None and person.role >= Role.AGENT,
            state=state or NewTicketState(),
        )

    def promise(self, customer: Person, *, category: str, priority: Priority) -> Promise | None:
        """When an answer would be due, were the ticket opened now; None where none is promised."""
        due_at = self.desk.promise(customer.id, category=category, priority=priority)
        if due_at is None:
            return None
        tier = self.desk.customer(customer.id).tier
        now = self.clock()
        return Promise(due_at=due_at, now=now, back_at=self._back_at(now, category, priority, tier))

    def receipt(self, ticket: Ticket, reader: Person) -> Receipt:
        """What stands in the form's place once the ticket is open."""
        place = places.of_customer(ticket, self.desk.configuration())
        return Receipt(
            number=ticket.number,
            promise=self.promised(ticket),
            zone=reader.tz,
            customer=self._name(ticket.customer_id) if ticket.customer_id != reader.id else None,
            is_in_thread=places.channel_in(place) is not None,
        )

    def promised(self, ticket: Ticket) -> Promise | None:
        """When a ticket's first answer is due; None where none is promised."""
        if ticket.response_due_at is None:
            return None
        back_at = self._back_at(ticket.as_of, ticket.category, ticket.priority, ticket.tier)
        return Promise(due_at=ticket.response_due_at, now=ticket.as_of, back_at=back_at)

    def category_for_what_is_just_said(self) -> str:
        """The category of a ticket whose customer was not asked: "general" where there is one, else the last."""
        keys = [category.key for category in self.desk.categories()]
        return "general" if "general" in keys else keys[-1]

    def _back_at(self, now: datetime, category: str, priority: Priority, tier: Tier) -> datetime | None:
        terms = sla.terms(self.desk.configuration(), priority=priority, tier=tier, category=category)
        return terms[ClockKind.FIRST_RESPONSE].back_at(now)

    # --- one ticket ---------------------------------------------------------------------------------------------------

    def facts(self, ticket: Ticket, zone: str) -> TicketFacts:
        return TicketFacts.of(ticket, category=self._label(ticket.category), zone=zone)

    def whole_text(self, grant: Grant, comment: int, *, page: int = 1) -> ReadAll:
        """
        The description (0) or a comment in full; for a colleague, who has no thread of it, the description with all that
        was said since. Raises TicketNotFound for one that does not exist, and for a note where the team alone may read it.
        """
        ticket = grant.ticket
        if comment == 0:
            author, text, said_at = ticket.customer_id, ticket.description, ticket.opened_at
            if grant.is_for_colleague:
                text = conversation(self.desk, ticket)
        else:
            found = self.desk.comments(ticket.ref, include_internal=grant.is_for_team)
            own = (each for each in found if each.key.ticket == ticket.ref and each.deleted_at is None)
            one = next((each for each in own if each.number == comment), None)
            if one is None:
                raise TicketNotFound(ticket.number)
            author, text, said_at = one.author_id, one.text, one.said_at
        return ReadAll(
            ref=ticket.ref,
            text=text,
            author=self._name(author) or "",
            said_at=said_at,
            comment=comment,
            page=max(1, page),
            zone=grant.person.tz,
            version=ticket.version,
            is_watching=self.is_watching(grant),
        )

    def is_watching(self, grant: Grant) -> bool | None:
        """Whether a colleague of the customer's watches the ticket; None for all others."""
        if not grant.is_for_colleague:
            return None
        return any(each.id == grant.person.id for each in self.desk.watchers(grant.ticket.ref))

    def customer_row(self, ticket: Ticket, reader: Person) -> CustomerRow:
        is_own = ticket.customer_id == reader.id
        return CustomerRow(
            facts=self.facts(ticket, reader.tz),
            customer=None if is_own else self._name(ticket.customer_id),
            state=CustomerState.of(ticket),
            agent=self._name(self._resolver(ticket) or ticket.assigned_agent_id or ticket.last_agent_id),
        )

    def _resolver(self, ticket: Ticket) -> PersonId | None:
        is_resolved = ticket.status is TicketStatus.RESOLVED
        return resolved_by(self.desk.events(ticket.ref), ticket) if is_resolved else None

    def agent_row(self, ticket: Ticket, reader: Person) -> AgentRow:
        holder = ticket.assigned_agent_id if ticket.is_held and ticket.assigned_agent_id != reader.id else None
        return AgentRow(
            facts=self.facts(ticket, reader.tz),
            status=ticket.status,
            customer=self._name(ticket.customer_id) or "",
            due_at=next_due(ticket),
            agent=self._name(holder),
            is_answered=is_answered(ticket),
        )

    # --- lists --------------------------------------------------------------------------------------------------------

    def tickets_of(self, person: Person, number: int = 1) -> CustomerList:
        """A customer's tickets, the last active first: the page of that number, or the nearest that there is."""
        count = self.desk.count_of_customer(person.id)
        page = Page.nearest(number, rows=count, each=LIST_LENGTH)
        first = (page.number - 1) * LIST_LENGTH
        tickets = self.desk.tickets_of_customer(person.id, limit=LIST_LENGTH, offset=first)
        rows = tuple(self.customer_row(ticket, person) for ticket in tickets)
        of_colleagues = self.desk.tickets_of_colleagues(person.id, limit=LIST_LENGTH)
        theirs = tuple(self.customer_row(ticket, person) for ticket in of_colleagues)
        more = max(0, count - len(rows))
        return CustomerList(rows=rows, now=self.clock(), more=more, page=page, zone=person.tz, of_colleagues=theirs)

    def agent_list(self, kind: ListKind, person: Person, *, page: int = 1) -> AgentList:
        """What waits, page by page, or what the agent holds."""
        if kind is ListKind.QUEUE:
            return self._queue(person, HomePlace(page=page))
        tickets = self.desk.tickets_of_agent(person.id, hidden=self.sight.hidden(person))
        rows = tuple(self.agent_row(ticket, person) for ticket in tickets[:LIST_LENGTH])
        return AgentList(kind=kind, rows=rows, now=self.clock(), more=len(tickets) - len(rows), zone=person.tz)

    def _queue(self, person: Person, place: HomePlace) -> AgentList:
        """One's own tickets are not among what waits: another has to take them."""
        listed, page, count = queue_page(self.desk, person, place, self.sight.hidden(person))
        rows = tuple(self.agent_row(ticket, person) for ticket in listed.tickets)
        more = max(0, count - len(rows))
        return AgentList(kind=ListKind.QUEUE, rows=rows, now=self.clock(), more=more, page=page, zone=person.tz)

    def found(self, words: str, person: Person) -> AgentList:
        """
        Tickets in which all of the words stand, notes of the team included, best first.

        `tag:vpn` among the words asks for that tag: alone for its newest tickets, with words for those found by them.
        """
        hidden = self.sight.hidden(person)
        asked = words.split()
        tags = [one.removeprefix(TAG) for one in asked if one.startswith(TAG)]
        rest = " ".join(one for one in asked if not one.startswith(TAG))
        if tags:
            tickets = self.desk.search_tagged(rest, tags, limit=LIST_LENGTH + 1, hidden=hidden)
        else:
            tickets = self.desk.search(rest, limit=LIST_LENGTH + 1, include_internal=True, hidden=hidden)
        # One's own tickets are read as their customer, and so without the team's notes.
        seen = [each for each in tickets if each.customer_id != person.id]
        rows = tuple(self.agent_row(ticket, person) for ticket in seen[:LIST_LENGTH])
        return AgentList(kind=ListKind.FOUND, rows=rows, now=self.clock(), more=len(seen) - len(rows), zone=person.tz)

    def all_tickets(self, person: Person) -> tuple[OpenTicketLine, ...]:
        """A customer's tickets by name, as many as a form shows: the open ones first, the last active first of each."""
        listed = self.desk.customer_page(person.id, limit=OPTIONS).tickets
        tickets = [each for each in listed if each.merged_into is None]
        tickets.sort(key=lambda each: each.last_activity_at or each.opened_at, reverse=True)
        tickets.sort(key=lambda each: each.status is TicketStatus.CLOSED)
        return tuple(
            OpenTicketLine(
                ref=each.ref,
                subject=each.subject,
                is_closed=each.status is TicketStatus.CLOSED,
                is_resolved=each.status is TicketStatus.RESOLVED,
            )
            for each in tickets
        )

    # --- App Home -----------------------------------------------------------------------------------------------------

    def home(self, person: Person, place: HomePlace = FIRST) -> View:
        """App Home by role: an agent's or a lead's own work, or a customer's tickets."""
        if person.role >= Role.AGENT:
            return agent_home(self._agent_home(person, place))
        listed, page = turned(
            lambda spot: self.desk.customer_page(person.id, spot, limit=LIST_LENGTH),
            place.page if place.spot else 1,
            place.spot,
            rows=self.desk.count_of_customer(person.id),
        )
        rows = tuple(self.customer_row(ticket, person) for ticket in listed.tickets)
        return customer_home(CustomerHome(rows=rows, now=self.clock(), page=page, zone=person.tz))

    def board_home(self, lead: Person) -> View:
        """What is open and late, in a lead's App Home; of private categories as far as they see them."""
        hidden = self.sight.hidden(lead) | {TRIAL_CATEGORY}
        return board_home(board_of(self.desk, self.clock(), hidden=hidden, zone=lead.tz), _WORKING | OF_A_LEAD)

    def _agent_home(self, person: Person, place: HomePlace) -> AgentHome:
        now = self.clock()
        agent = self.desk.agent(person.id)
        hidden = self.sight.hidden(person)
        work = work_of(self.desk, person, now, hidden=hidden)
        waiting = self._queue(person, place)
        mine, mine_page = _page(list(work.tickets), place.mine)
        is_available = agent.is_available if agent else False
        shift = self.desk.shift(person.id, now) if is_available else None
        return AgentHome(
            now=now,
            name=person.name,
            mine=tuple(self.agent_row(ticket, person) for ticket in mine),
            queue=waiting.rows,
            queued=waiting.more + len(waiting.rows),
            due_today=work.due_today,
            waiting_for_me=work.waiting,
            overdue=work.overdue,
            snoozed=work.snoozed,
            load=agent.current_load if agent else 0,
            max_load=agent.max_load if agent else 0,
            is_available=is_available,
            until=shift.end if shift else agent.away_until if agent else None,
            page=mine_page,
            queue_page=waiting.page,
            zone=person.tz,
            presses=_WORKING
            | (_OF_AN_AGENT if agent else frozenset())
            | (OF_A_LEAD if person.role >= Role.LEAD else frozenset()),
            is_lead=person.role >= Role.LEAD,
            own=self._own_numbers(person) if agent else None,
            own_tickets=self._own_tickets(person),
            guide=self.first_run.guide(person) if self.first_run else None,
        )

    def _own_tickets(self, person: Person) -> tuple[CustomerRow, ...]:
        tickets = self.desk.tickets_of_customer(person.id, limit=LIST_LENGTH)
        live = [each for each in tickets if each.status is not TicketStatus.CLOSED]
        return tuple(self.customer_row(each, person) for each in live[:OWN_TICKETS])

    def _own_numbers(self, person: Person) -> OwnNumbers:
        figures = self.desk.own_figures(person.id)
        return OwnNumbers(
            solved=figures.solved,
            first_answers_met=figures.first_answers_met,
            solutions_met=figures.solutions_met,
            helpful=figures.helpful,
        )

    def _label(self, category: str) -> str:
        known = self.desk.configuration().category(category)
        return known.name if known else category

    def _name(self, person_id: PersonId | None) -> str | None:
        return None if person_id is None else self.desk.person(person_id).name


def _page(rows: list[T], number: int) -> tuple[list[T], Page]:
    page = Page.nearest(number, rows=len(rows), each=LIST_LENGTH)
    return rows[(page.number - 1) * LIST_LENGTH : page.number * LIST_LENGTH], page
