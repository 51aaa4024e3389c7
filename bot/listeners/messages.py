"""
What people write. A message's side is that of its thread's root, never of who writes it.

A customer's thread goes to the desk and back; the thread under an agent's assignment goes to the customer; the thread under
a ticket's card in its triage channel is the team's, or goes to the customer, as the card says. What is in no thread of
ours is never guessed, but offered. Edits and deletions are followed. `hear` is the one way in, for what Slack tells now and
for what is read again after a gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot import places
from bot.actions import Act
from bot.listeners.amendments import Amendments
from bot.listeners.named import NamedTickets
from bot.listeners.offers import Offers
from bot.listeners.openings import Openings
from bot.listeners.parts import Parts
from bot.listeners.roots import Roots
from bot.listeners.typed import TypedShortcuts
from bot.listeners.which import Which
from bot.payloads import PayloadError, SaidMessage, SlackUser, team_of
from bot.words import customer as words
from bot.words import inbound as inbound_words
from bot.words import joining as joining_words
from ticketing.desk.conversation import IN_NEW_TICKET
from ticketing.errors import NotTheHolder, StaleTicket
from ticketing.model import Comment, PersonId, Role, TicketRef, TicketStatus
from ticketing.shown import Shown

PEOPLES = frozenset({None, "file_share", "thread_broadcast", "me_message"})
"""The subtypes of `message` that are somebody saying something (docs.slack.dev/reference/events/message)."""


@dataclass(frozen=True)
class Messages:
    """Messages in conversations with the app, in threads of tickets, and mentions."""

    parts: Parts
    offers: Offers
    amendments: Amendments
    openings: Openings
    named: NamedTickets
    typed: TypedShortcuts
    roots: Roots
    which: Which

    def register(self, app: App) -> None:
        self.which.register(app, lambda said, author, ref: self._on_ticket(said, author, ref, places.CUSTOMER))
        app.event("message")(self.message)
        app.event("app_mention")(self.mention)

    def message(self, ack: Ack, body: dict[str, Any]) -> None:
        self.hear(body)
        event = _event(body)
        # Only of what is said now: what is read again after a gap, or said differently, asks nothing.
        said = _read(event, team_of(body)) if event.get("channel_type") != "im" else None
        if said is not None:
            self.named.show(said)
        ack()

    def mention(self, ack: Ack, body: dict[str, Any]) -> None:
        """A mention in a thread of ours is a message there like any other, and arrives as one as well."""
        self.hear_mention(body)
        ack()

    def hear_mention(self, body: Mapping[str, Any]) -> None:
        """Somebody calls the app in a channel: their message is offered a place, also in a thread that is no ticket's."""
        said = _read(_event(body), team_of(body))
        if said is None or said.person is None or (said.is_in_thread and self._is_tickets(said, said.person)):
            return
        if not self.openings.by_message(said, said.person):
            self.offers.make(said, said.person)

    def hear_again(self, body: Mapping[str, Any]) -> None:
        """A message that is read again after a gap, in the ways in which Slack would have told it."""
        event = _event(body)
        is_root = event.get("thread_ts") in (None, event.get("ts"))
        mention = f"<@{self.parts.access.people.bot_user_id}>"
        is_mention = event.get("channel_type") != "im" and mention in str(event.get("text"))
        if is_mention:
            self.hear_mention(body)
        if not (is_mention and is_root):
            self.hear(body)

    def _is_tickets(self, said: SaidMessage, author: SlackUser) -> bool:
        """Whether the thread is a ticket's: then what is said there arrives as a message and is taken as one."""
        shown = self.roots.of(said)
        if shown is not None and (places.ticket_in(shown.about) or places.watched_in(shown.about)):
            return True
        return self._began_here(said, author) is not None

    def knows(self, said: SaidMessage) -> bool:
        """Whether a message was kept, as a comment or as what a ticket was opened from, or was offered a place."""
        kept = self.amendments.comment_of(said) is not None or self.amendments.opened_from(said) is not None
        return kept or self.offers.covers(said)

    def words_kept(self, said: SaidMessage) -> str | None:
        """What is kept of a message's words; None where it is no comment."""
        comment = self.amendments.comment_of(said)
        return comment.text if comment is not None else None

    def hear(self, body: Mapping[str, Any]) -> None:
        """An event of the kind `message`, for the first time or again: what was heard before changes nothing."""
        event, team = _event(body), team_of(body)
        if event.get("subtype") == "message_changed":
            self._changed(event, team)
        elif event.get("subtype") == "message_deleted":
            self._deleted(event, team)
        else:
            said = _read(event, team)
            if said is not None and said.person is not None:
                self._said(said, said.person)

    def _said(self, said: SaidMessage, author: SlackUser) -> None:
        if said.is_in_thread:
            self._in_thread(said, author)
        elif said.kind == "im":
            self.offers.make(said, author)
        else:
            self.openings.by_message(said, author)

    # --- changed, deleted ---------------------------------------------------------------------------------------------

    def _changed(self, event: Mapping[str, Any], team: str) -> None:
        """Somebody edited it; what Slack itself changes (a preview of a link) has no `edited`, or the same as before."""
        message, before = event.get("message"), event.get("previous_message")
        if not isinstance(message, Mapping):
            raise PayloadError("message")
        if message.get("subtype") == "tombstone":
            self._deleted(event, team)  # a root with replies stays, without its words
            return
        edited = message.get("edited")
        if not isinstance(edited, Mapping) or not edited.get("ts"):
            return
        if isinstance(before, Mapping) and before.get("edited") == edited:
            return
        said = _read({**message, **_where(event)}, team)
        if said is None or said.person is None:
            return
        version = str(edited["ts"])
        if not self.amendments.edited(said, version) and said.is_in_thread:
            self._refuse_again(said)
            self._in_thread(said, said.person)
            self.amendments.edited(said, version)  # the message itself may have come just now, with its older words

    def _deleted(self, event: Mapping[str, Any], team: str) -> None:
        before = event.get("previous_message")
        if isinstance(before, Mapping):
            said = _read({**before, **_where(event)}, team)
            if said is not None and not self.amendments.deleted(said):
                self.offers.message_gone(said)

    # --- in a thread --------------------------------------------------------------------------------------------------

    def _in_thread(self, said: SaidMessage, author: SlackUser) -> None:
        shown = self.roots.of(said)
        number = (places.ticket_in(shown.about) or places.watched_in(shown.about)) if shown else None
        if shown is not None and number is not None and self._only_reads(author, shown, number):
            number = None
        if shown is None or number is None:
            began = self._began_here(said, author)
            if said.kind == "im":
                self.offers.make(said, author)
            elif began is not None:
                self._from_customer(said, author, began)
            return
        ref = self._of_author(said, author, shown, TicketRef(PersonId(shown.customer_id), number))
        if ref is None:
            return  # they are asked
        inbound = self.parts.desk.inbound
        if inbound.held_back(ref.customer_id, said.source) is not None:
            return  # its author was told, and whoever has the ticket by now, it is not sent
        try:
            self._on_ticket(said, author, ref, shown.side)
        except NotTheHolder:
            inbound.hold_back(ref, said.source)
            raise

    def _of_author(self, said: SaidMessage, author: SlackUser, shown: Shown, first: TicketRef) -> TicketRef | None:
        """Of several tickets that began with one channel message the one that its author means; None where they are asked."""
        person = self.parts.desk.person_by_ref(author.external_ref)
        if shown.side != places.CUSTOMER or said.kind == "im" or person is None or person.id == first.customer_id:
            return first
        return self.which.of(said, author, person, first)

    def _on_ticket(self, said: SaidMessage, author: SlackUser, ref: TicketRef, side: str) -> None:
        if self._is_of_team(author, ref) and self.typed.take(said, author, ref):
            return
        if side == places.CUSTOMER:
            self._from_customer(said, author, ref)
        elif side == places.AGENT:
            self._from_agent(said, author, ref)
        elif side == places.TEAM:
            self._from_team(said, author, ref, Act.NOTE)
        elif side == places.TEAM_OUT:
            self._from_team_out(said, author, ref)

    def _refuse_again(self, said: SaidMessage) -> None:
        """What was not sent is not sent either once it is put differently. Raises NotTheHolder."""
        ref = self.amendments.held_back(said)
        if ref is not None:
            raise NotTheHolder(self.parts.desk.ticket(ref))

    def _began_here(self, said: SaidMessage, author: SlackUser) -> TicketRef | None:
        """The author's ticket that began with the thread's root, whose card is still on its way into the thread."""
        person = self.parts.desk.person_by_ref(author.external_ref)
        root = f"m:{said.place.channel}:{said.place.thread_ts}"
        return self.parts.desk.ticket_by_source(person.id, root) if person is not None else None

    def _is_of_team(self, author: SlackUser, ref: TicketRef) -> bool:
        """Whether somebody speaks for the desk on the ticket, and not as its customer."""
        person = self.parts.access.person(author)
        return person.id != ref.customer_id and person.role >= Role.AGENT

    def _only_reads(self, author: SlackUser, shown: Shown, number: int) -> bool:
        """Whether it is the card of a colleague of the customer's: what they type below it belongs elsewhere."""
        is_watchers = places.watched_in(shown.about) is not None
        return is_watchers and not self._is_of_team(author, TicketRef(PersonId(shown.customer_id), number))

    def _from_customer(self, said: SaidMessage, author: SlackUser, ref: TicketRef) -> None:
        """
        In a channel everybody can read the thread, so what the team writes there is public as well.

        What bystanders write there is their own talk and stays where it is.
        """
        person = self.parts.access.person(author)
        if person.id != ref.customer_id and person.role < Role.AGENT:
            return
        act = Act.ANSWER if person.id == ref.customer_id else Act.REPLY
        place = self._goes_on(ref)
        is_known = self.parts.opened_from(ref.customer_id, said) is not None
        comment = self._comment(said, author, ref, act, internal=False)
        if comment is None or is_known:
            return  # what a follow-up began with, heard once more
        if comment.number == IN_NEW_TICKET:
            self._say_that_it_opened(said, author, comment)
        elif place != ref:
            self._say_where(said, author, ref, place, joining_words.WENT_ON)

    def _say_that_it_opened(self, said: SaidMessage, author: SlackUser, comment: Comment) -> None:
        """Once: what is said later goes to the same follow-up, whichever of them it is said on."""
        opened = self.parts.desk.ticket(comment.key.ticket)
        told = words.CLOSED_FOLLOW_UP.format(number=opened.follows_number, follow_up=opened.number)
        self.parts.private.say(author, told, place=said.place)

    def _goes_on(self, ref: TicketRef) -> TicketRef:
        """Where what is said on a ticket is kept: on the one that it was merged into, if it was."""
        return self.parts.desk.joined_with(ref)

    def _say_where(self, said: SaidMessage, author: SlackUser, ref: TicketRef, place: TicketRef, template: str) -> None:
        self.parts.private.say(author, template.format(number=ref.number, target=place.number), place=said.place)

    def _from_agent(self, said: SaidMessage, author: SlackUser, ref: TicketRef) -> None:
        """
        What is typed does what the card above says: it goes out while its author has the ticket, and on what they resolved.

        A former holder's words are not sent. After a merge that is who has the other one.
        """
        came_to, ref = ref, self._goes_on(ref)
        if self.parts.desk.comment_by_source(ref.customer_id, said.source) is not None:
            return  # heard while they still held it, or kept as a note since
        self._comment(said, author, ref, Act.REPLY, internal=False, as_holder=True)
        if came_to != ref:
            self._say_where(said, author, came_to, ref, joining_words.WENT_ON)

    def _from_team(self, said: SaidMessage, author: SlackUser, ref: TicketRef, act: Act) -> None:
        """A note, or a reply as if by its button: anybody's of the team, whoever has the ticket. Raises StaleTicket."""
        self._comment(said, author, ref, act, internal=act is Act.NOTE, as_reply=act is Act.REPLY)
        place = self._goes_on(ref)
        if place != ref:
            went_on = joining_words.WENT_ON_NOTE if act is Act.NOTE else joining_words.WENT_ON
            self._say_where(said, author, ref, place, went_on)

    def _from_team_out(self, said: SaidMessage, author: SlackUser, ref: TicketRef) -> None:
        """A reply, unless the ticket is closed: then the card above no longer says that anything goes out, and it is a note."""
        desk = self.parts.desk
        if desk.comment_by_source(ref.customer_id, said.source) is not None:
            return
        if desk.ticket(ref).status is not TicketStatus.CLOSED:
            try:
                self._from_team(said, author, ref, Act.REPLY)
            except StaleTicket:
                pass  # closed in this moment
            else:
                return
        self._from_team(said, author, ref, Act.NOTE)
        if self._goes_on(ref) == ref:
            kept = inbound_words.KEPT_AS_NOTE.format(number=ref.number)
            self.parts.private.say(author, kept, place=said.place)

    def _comment(
        self,
        said: SaidMessage,
        author: SlackUser,
        ref: TicketRef,
        act: Act,
        *,
        internal: bool,
        as_holder: bool = False,
        as_reply: bool = False,
    ) -> Comment | None:
        """None where nothing was said."""
        grant = self.parts.access.to(act, author, ref)
        if said.is_empty:
            return None
        return self.parts.desk.add_comment(
            ref,
            author_id=grant.person.id,
            text=self.parts.access.people.words_of(said),
            internal=internal,
            source=said.source,
            said_at=said.said_at,
            files=self.parts.access.people.files_of([said]),
            as_holder=as_holder,
            as_reply=as_reply,
        )


def _event(body: Mapping[str, Any]) -> Mapping[str, Any]:
    event = body.get("event")
    if not isinstance(event, Mapping):
        raise PayloadError("event")
    return event


def _where(event: Mapping[str, Any]) -> dict[str, Any]:
    """The message inside an event about it does not say where it stands; the event does."""
    return {"channel": event.get("channel"), "channel_type": event.get("channel_type")}


def _read(event: Mapping[str, Any], team: str) -> SaidMessage | None:
    """The message, or None for what is none: somebody joining, a bot."""
    if event.get("subtype") not in PEOPLES or event.get("bot_id") or not event.get("ts"):
        return None
    return SaidMessage.read(event, team=team)
