"""
The one guarded way to a ticket on a person's behalf.

`Access.to` decides every act by one table. What a person may not know of looks exactly like what does not exist: another
customer's ticket, and one of a private category to whoever is not in its channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bot.actions import Act
from bot.payloads import SlackUser
from bot.people import People
from bot.sight import Sight
from ticketing.desk import Desk
from ticketing.errors import NotAllowed, NotAnAgent, OwnTicket, TicketNotFound
from ticketing.model import Person, Role, Ticket, TicketRef


class Relation(Enum):
    """What somebody is to a ticket. On one's own ticket one is only its customer, whatever one's role."""

    OWNER = auto()
    COLLEAGUE = auto()  # of its customer's organization, where the setting lets them read along
    AGENT = auto()
    LEAD = auto()
    NONE = auto()


_OWNER = frozenset({Relation.OWNER})
_COLLEAGUE = frozenset({Relation.COLLEAGUE})
_TEAM = frozenset({Relation.AGENT, Relation.LEAD})
_EITHER = _OWNER | _TEAM
_READERS = _EITHER | _COLLEAGUE

ALLOWED: dict[Act, frozenset[Relation]] = {
    Act.OPEN: _READERS,
    Act.READ_ALL: _READERS,
    Act.ANSWER: _OWNER,
    Act.WITHDRAW: _OWNER,
    Act.WITHDRAW_UNDO: _OWNER,
    Act.NOT_SOLVED: _OWNER,
    Act.HELPFUL: _OWNER,
    Act.NOT_HELPFUL: _OWNER,
    Act.RATING_COMMENT: _OWNER,
    Act.READ_ALONG: _COLLEAGUE,
    Act.STOP_READING: _COLLEAGUE,
    Act.REPLY: _TEAM,
    Act.NOTE: _TEAM,
    Act.CLAIM: _TEAM,
    Act.CLAIM_ANYWAY: _TEAM,
    Act.ASSIGN: _TEAM,
    Act.REASSIGN: _TEAM,
    Act.START: _TEAM,
    Act.WAIT: _TEAM,
    Act.RESUME: _TEAM,
    Act.RESOLVE: _TEAM,
    Act.REOPEN: _TEAM,
    Act.RELEASE: _TEAM,
    Act.UNDO: _TEAM,
    Act.TAKE_BACK: _TEAM,
    Act.NOT_A_TICKET: _TEAM,
    Act.ESCALATE: _TEAM,
    Act.PRIORITY: _TEAM,
    Act.CATEGORY: _TEAM,
    Act.SNOOZE: _TEAM,
    Act.WAKE: _TEAM,
    Act.TAGS: _TEAM,
    Act.FIELDS: _TEAM,
    Act.LINK_PROBLEM: _TEAM,
    Act.MERGE: _TEAM,
    Act.UNMERGE: _TEAM,
    Act.SPLIT: _TEAM,
    Act.LINK: _TEAM,
    Act.MOVE: _TEAM,
    Act.WATCH: _TEAM,
    Act.TAKE: _TEAM,
    Act.SEEN: _TEAM,
    Act.ALERT_RELEASE: _TEAM,
    Act.WHY: _TEAM,
    Act.MORE: _TEAM,
    Act.PULL_BACK: _TEAM,
    Act.KEEP_AS_NOTE: _TEAM,
    Act.MEANT: _TEAM,
    Act.TRY_AGAIN: _TEAM,
}
"""Who may do what. An act without a row is refused to everybody; `Act.OPEN` is seeing the ticket at all."""

IN_WORDS: dict[Act, str] = {
    Act.CLAIM: "claim tickets",
    Act.CLAIM_ANYWAY: "claim tickets",
    Act.TAKE: "take alerts",
    Act.SEEN: "take alerts",
    Act.ALERT_RELEASE: "release alerts",
    Act.ASSIGN: "assign tickets",
    Act.REASSIGN: "assign tickets",
    Act.RESOLVE: "resolve tickets",
    Act.REOPEN: "reopen tickets",
    Act.RELEASE: "release tickets",
    Act.NOT_A_TICKET: "put tickets aside",
    Act.ESCALATE: "escalate tickets",
    Act.PRIORITY: "change a priority",
    Act.CATEGORY: "change a category",
    Act.SNOOZE: "snooze tickets",
    Act.WAKE: "snooze tickets",
    Act.TAGS: "tag tickets",
    Act.FIELDS: "change the fields of tickets",
    Act.LINK_PROBLEM: "link tickets to problems",
    Act.MERGE: "merge tickets",
    Act.UNMERGE: "take tickets apart",
    Act.SPLIT: "split tickets",
    Act.LINK: "link tickets",
    Act.MOVE: "move tickets",
    Act.WATCH: "say who watches tickets",
    Act.READ_ALONG: "watch a colleague's ticket",
    Act.STOP_READING: "watch a colleague's ticket",
    Act.REPLY: "answer customers",
    Act.NOTE: "write notes",
    Act.MEANT: "answer customers",
    Act.WITHDRAW: "withdraw a ticket",
    Act.HELPFUL: "rate a ticket",
    Act.NOT_HELPFUL: "rate a ticket",
    Act.RATING_COMMENT: "rate a ticket",
}
"""How a refused act completes "Only agents can ..."; the rest is "do this"."""


OF_THE_HOLDER = frozenset({Act.START, Act.WAIT, Act.RESUME, Act.RESOLVE, Act.RELEASE, Act.SNOOZE, Act.WAKE})
"""What only whoever has the ticket does with it, whatever their role: to others it is not offered, nor its form opened."""

REACHES_JOINED = frozenset({Act.REPLY, Act.NOTE, Act.KEEP_AS_NOTE, Act.UNMERGE})
"""What the team does on a merged ticket and takes effect on the one with which that was joined."""


@dataclass(frozen=True)
class Grant:
    """Permission given: who, and the ticket as it was read for the decision."""

    person: Person
    ticket: Ticket

    @property
    def is_for_team(self) -> bool:
        """Whether they read it as the team does, with its notes; else as its customer, or as a colleague of theirs."""
        return self.person.role >= Role.AGENT and self.person.id != self.ticket.customer_id

    @property
    def is_for_colleague(self) -> bool:
        """Whether they read along, as of their customer's organization."""
        return not self.is_for_team and self.person.id != self.ticket.customer_id


@dataclass(frozen=True)
class Access:
    """Decides who may see and act."""

    desk: Desk
    people: People
    sight: Sight

    def person(self, user: SlackUser) -> Person:
        """Whoever it is, known to the desk. Raises OtherOrganization or NotAPerson."""
        return self.people.known(user)

    def acting(self, user: SlackUser) -> Person:
        """Whoever does something now, known to the desk. Raises OtherOrganization, NotAPerson or Deactivated."""
        return self.people.acting(user)

    def agent(self, user: SlackUser, act: str = "do this") -> Person:
        """Somebody of the team. Raises NotAnAgent for anybody else."""
        person = self.people.acting(user)
        if person.role < Role.AGENT:
            raise NotAnAgent(person.id, act)
        return person

    def lead(self, user: SlackUser, act: str = "do this") -> Person:
        """A lead or an admin. Raises NotAllowed for anybody else."""
        person = self.people.acting(user)
        if person.role < Role.LEAD:
            raise NotAllowed(act, "lead")
        return person

    def to(self, act: Act, user: SlackUser, ref: TicketRef) -> Grant:
        """
        Let `user` do `act` on the ticket, or refuse.

        What is said on a ticket that was merged into another is said on that one, and is asked for there as well. Raises
        TicketNotFound for what does not exist or may not be known; for what one sees but may not do, OwnTicket (an agent on
        their own ticket), NotAnAgent or NotAllowed.
        """
        person = self.people.acting(user)
        ticket = self.desk.ticket(ref)
        relation = self._relation(person, ticket)
        if act in REACHES_JOINED and ticket.merged_into is not None:
            joined = self.desk.ticket(self.desk.joined_with(ref))
            relation = relation if self._relation(person, joined) is relation else Relation.NONE
        if relation in ALLOWED.get(act, frozenset()):
            return Grant(person, ticket)
        if relation not in ALLOWED[Act.OPEN]:
            raise TicketNotFound(ref.number)
        words = IN_WORDS.get(act, "do this")
        if relation is Relation.COLLEAGUE and ALLOWED.get(act, frozenset()) & _TEAM:
            raise NotAnAgent(person.id, words)
        if relation is not Relation.OWNER:
            raise NotAllowed(words, "customer")
        if person.role >= Role.AGENT:
            raise OwnTicket(ticket)
        raise NotAnAgent(person.id, words)

    def may(self, act: Act, person: Person, ticket: Ticket) -> bool:
        """Whether somebody who does nothing just now could do `act`, as far as the desk knows them."""
        return self._relation(person, ticket) in ALLOWED.get(act, frozenset())

    def hidden(self, person: Person) -> frozenset[str]:
        """The private categories of which lists show this person nothing."""
        return self.sight.hidden(person)

    def _relation(self, person: Person, ticket: Ticket) -> Relation:
        """Of a private category one has to be a member as well, whatever one's role; its own customer sees it always."""
        relation = relation_of(person, ticket)
        if relation in _TEAM and not self.sight.sees(person, ticket.category):
            return Relation.NONE
        if relation is Relation.NONE and self.desk.is_colleague(person.id, ticket):
            return Relation.COLLEAGUE
        return relation

    def to_numbered(self, act: Act, user: SlackUser, number: int) -> Grant:
        """As `to`, for a ticket named by its number only. Raises the same."""
        self.people.acting(user)  # who may do nothing learns of no number
        ref = self.desk.find(number)
        if ref is None:
            raise TicketNotFound(number)
        return self.to(act, user, ref)


def holds(person: Person, ticket: Ticket) -> bool:
    """Whether somebody has the ticket now."""
    return ticket.is_held and ticket.assigned_agent_id == person.id


def relation_of(person: Person, ticket: Ticket) -> Relation:
    """What `person` is to `ticket`, were its category seen by the whole team."""
    if ticket.customer_id == person.id:
        return Relation.OWNER
    if person.role >= Role.LEAD:
        return Relation.LEAD
    if person.role is Role.AGENT:
        return Relation.AGENT
    return Relation.NONE
