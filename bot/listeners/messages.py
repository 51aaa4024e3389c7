"""
What people write. A message's side is that of its thread's root, never of who writes it.

A customer's thread goes to the desk and back; the thread under an agent's assignment goes to the customer; the thread under
a ticket's card in its triage channel is the team's. What is in no thread of ours is never guessed, but offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.actions import Act
from bot.listeners.offers import Offers
from bot.listeners.parts import Parts
from bot.payloads import PayloadError, SaidMessage, SlackUser, team_of
from bot.words import customer as words
from ticketing.errors import NotTheHolder
from ticketing.model import PersonId, Role, TicketRef

PEOPLES = frozenset({None, "file_share", "thread_broadcast", "me_message"})
"""The subtypes of `message` that are somebody saying something (docs.slack.dev/reference/events/message)."""

CUSTOMER, AGENT, TEAM = "customer", "agent", "team"


@dataclass(frozen=True)
class Messages:
    """Messages in conversations with the app, in threads of tickets, and mentions."""

    parts: Parts
    offers: Offers

    def register(self, app: App) -> None:
        app.event("message")(self.message)
        app.event("app_mention")(self.mention)

    def message(self, ack: Ack, body: dict[str, Any]) -> None:
        said = _read(body)
        if said is not None and said.person is not None:
            if said.is_in_thread:
                self._in_thread(said, said.person)
            elif said.kind == "im":
                self.offers.make(said, said.person)
        ack()

    def mention(self, ack: Ack, body: dict[str, Any]) -> None:
        """A mention in a thread of ours is a message there like any other, and arrives as one as well."""
        said = _read(body)
        if said is not None and said.person is not None and not said.is_in_thread:
            self.offers.make(said, said.person)
        ack()

    def _in_thread(self, said: SaidMessage, author: SlackUser) -> None:
        shown = self.parts.desk.outbox.shown_by_message(said.place.channel, str(said.place.thread_ts))
        ref = _ticket_of(shown.customer_id, shown.about) if shown else None
        if shown is None or ref is None:
            if said.kind == "im":
                self.offers.make(said, author)
            return
        if shown.side == CUSTOMER:
            self._from_customer(said, author, ref)
        elif shown.side == AGENT:
            self._from_agent(said, author, ref)
        elif shown.side == TEAM:
            self._comment(said, author, ref, Act.NOTE, internal=True)

    def _from_customer(self, said: SaidMessage, author: SlackUser, ref: TicketRef) -> None:
        """
        In a channel everybody can read the thread, so what the team writes there is public as well.

        What bystanders write there is their own talk and stays where it is.
        """
        person = self.parts.access.person(author)
        if person.id != ref.customer_id and person.role < Role.AGENT:
            return
        act = Act.ANSWER if person.id == ref.customer_id else Act.REPLY
        number = self._comment(said, author, ref, act, internal=False)
        if number != ref.number:
            self.parts.private.say(
                author, words.CLOSED_FOLLOW_UP.format(number=ref.number, follow_up=number), place=said.place
            )

    def _from_agent(self, said: SaidMessage, author: SlackUser, ref: TicketRef) -> None:
        """Only the holder's words go out; a former holder's are not sent."""
        grant = self.parts.access.to(Act.REPLY, author, ref)
        if grant.ticket.is_held and grant.ticket.assigned_agent_id != grant.person.id:
            raise NotTheHolder(grant.ticket)
        self._comment(said, author, ref, Act.REPLY, internal=False)

    def _comment(self, said: SaidMessage, author: SlackUser, ref: TicketRef, act: Act, *, internal: bool) -> int:
        grant = self.parts.access.to(act, author, ref)
        if not said.text.strip():
            return ref.number
        comment = self.parts.desk.add_comment(
            ref,
            author_id=grant.person.id,
            text=self.parts.access.people.as_read(said.text),
            internal=internal,
            source=said.source,
            said_at=said.said_at,
        )
        return comment.ticket_number


def _read(body: dict[str, Any]) -> SaidMessage | None:
    """The message, or None for what is none: an edit, a deletion, somebody joining, a bot."""
    event = body.get("event")
    if not isinstance(event, dict):
        raise PayloadError("event")
    if event.get("subtype") not in PEOPLES or event.get("bot_id") or not event.get("ts"):
        return None
    return SaidMessage.read(event, team=team_of(body))


def _ticket_of(customer_id: int, about: str) -> TicketRef | None:
    kind, _, number = about.partition(":")
    return TicketRef(PersonId(customer_id), int(number)) if kind == "t" and number.isdigit() else None
