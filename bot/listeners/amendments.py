"""
What was said and is put differently or taken back: edits and deletions in Slack, "Pull back", "Keep as a note".

An edit or a deletion is found by the message's natural key; the copies on the other side follow through the outbox. An edit
that overtakes its message is that message.
https://docs.slack.dev/reference/events/message/message_changed and message_deleted
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot import places
from bot.actions import SHORTCUT_PULL_BACK, Act
from bot.listeners.parts import Parts
from bot.listeners.typed import NOTED, SENT, read_typed
from bot.payloads import ButtonPress, PayloadError, Place, SaidMessage, Shortcut, SlackUser, instant
from bot.text import first
from bot.values import read_comment_value, read_offer_value
from bot.words import inbound as words
from bot.words import team as team_words
from ticketing.errors import HelpdeskError
from ticketing.model import Comment, PersonId, Role, TicketRef, TicketStatus

ANSWERED = frozenset({Act.PULL_BACK, Act.KEEP_AS_NOTE})
"""The buttons that are answered here."""


class NothingToPullBack(HelpdeskError):
    """The message is no answer that went to a customer."""

    def __init__(self) -> None:
        super().__init__(words.NOT_AN_ANSWER)


class NotItsAuthor(HelpdeskError):
    """Only who wrote an answer pulls it back."""

    def __init__(self, author: str) -> None:
        super().__init__(words.ONLY_ITS_AUTHOR.format(author=first(author)))


@dataclass(frozen=True)
class Amendments:
    """Follows edits and deletions, and takes back what should not have gone out."""

    parts: Parts

    def register(self, app: App) -> None:
        """To be called before the cards' own presses are registered: these buttons carry more than theirs."""
        app.block_action(Act.PULL_BACK.value)(self.pull_back)
        app.block_action(Act.KEEP_AS_NOTE.value)(self.keep_as_note)
        app.message_shortcut(SHORTCUT_PULL_BACK)(self.pull_back_message)

    # --- what Slack tells ---------------------------------------------------------------------------------------------

    def edited(self, said: SaidMessage, version: str) -> bool:
        """
        Follow an edit, named by its `edited.ts`. False where the message itself was never kept.

        The message that a ticket was opened from has no comment: what it says now is added as one.
        """
        if said.person is None:
            return True
        comment = self.comment_of(said)
        if comment is not None:
            self._edit(said, comment, version)
            return True
        ref = self.opened_from(said)
        if ref is None:
            return False
        ticket = self.parts.desk.ticket(ref)
        text = self.parts.access.people.words_of(said)
        if ticket.status is not TicketStatus.CLOSED and text.strip() and text.strip() != ticket.description:
            grant = self.parts.access.to(Act.ANSWER, said.person, ref)
            self.parts.desk.add_comment(
                ref,
                author_id=grant.person.id,
                text=text,
                source=f"{said.source}:{version}",
                said_at=instant(version),
                files=self.parts.access.people.files_of([said]),
            )
        return True

    def _edit(self, said: SaidMessage, comment: Comment, version: str) -> None:
        ref = TicketRef(PersonId(comment.customer_id), comment.ticket_number)
        if said.person is None:
            return
        # A role may have been taken away since: then what they write now goes nowhere.
        self.parts.access.to(Act.OPEN, said.person, ref)
        text = self.parts.access.people.words_of(said)
        typed = read_typed(text) if comment.author_id != comment.customer_id else None
        if typed is not None:
            # What went out, or was noted, is what stood after the shortcut; a note never comes to where a reply was.
            is_noted = typed.word in NOTED
            text = typed.rest if is_noted == comment.is_internal and typed.word in NOTED | SENT else ""
        if text.strip():
            self.parts.desk.edit_comment(ref, comment.number, text, by=comment.author_id, source_version=version)

    def deleted(self, said: SaidMessage) -> bool:
        """
        Follow a deletion: a comment's words are gone, a ticket stays. False where the message was never kept.

        Whoever deleted it: Slack lets its author do so, and the workspace's admins, and does not say who it was.
        """
        comment = self.comment_of(said)
        if comment is None:
            return False
        ref = TicketRef(PersonId(comment.customer_id), comment.ticket_number)
        self.parts.desk.delete_comment(ref, comment.number, by=comment.author_id)
        return True

    def comment_of(self, said: SaidMessage) -> Comment | None:
        """What was kept of a message: on a ticket of its author's, or on the ticket whose thread it is in."""
        for customer_id in self._customers(said):
            found = self.parts.desk.comment_by_source(customer_id, said.source)
            if found is not None:
                return found
        return None

    def held_back(self, said: SaidMessage) -> TicketRef | None:
        """The ticket in whose thread a message was said and was not sent."""
        found = (self.parts.desk.inbound.held_back(each, said.source) for each in self._customers(said))
        return next((ref for ref in found if ref is not None), None)

    def opened_from(self, said: SaidMessage) -> TicketRef | None:
        """The ticket that was opened from a message."""
        found = (self.parts.opened_from(each, said) for each in self._customers(said))
        return next((ref for ref in found if ref is not None), None)

    def _customers(self, said: SaidMessage) -> list[PersonId]:
        customers = []
        if said.place.thread_ts is not None:
            shown = self.parts.desk.outbox.shown_by_message(said.place.channel, said.place.thread_ts)
            if shown is not None:
                customers.append(PersonId(shown.customer_id))
        author = self.parts.desk.person_by_ref(said.person.external_ref) if said.person else None
        return [*customers, author.id] if author is not None else customers

    # --- what people press --------------------------------------------------------------------------------------------

    def pull_back(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        ref, _version, number = read_comment_value(press.value)
        said = self._pull_back(press.person, ref, number)
        self.parts.private.say(press.person, said, place=press.place, trigger_id=press.trigger_id, view=press.view)
        ack()

    def pull_back_message(self, ack: Ack, body: dict[str, Any]) -> None:
        """From the menu of what one has typed oneself, or of the copy that tells that it was sent."""
        shortcut = Shortcut.read(body)
        raw: Mapping[str, Any] = body.get("message") or {}
        channel, ts = str((body.get("channel") or {}).get("id") or ""), str(raw.get("ts") or "")
        place = Place(channel, ts, str(raw["thread_ts"]) if raw.get("thread_ts") else None)
        ref, number = self._answer_at(shortcut.message, place)
        said = self._pull_back(shortcut.person, ref, number)
        self.parts.private.say(shortcut.person, said, place=place, trigger_id=shortcut.trigger_id)
        ack()

    def _answer_at(self, said: SaidMessage | None, place: Place) -> tuple[TicketRef, int]:
        comment = self.comment_of(said) if said is not None else None
        if comment is not None:
            return TicketRef(PersonId(comment.customer_id), comment.ticket_number), comment.number
        shown = self.parts.desk.outbox.shown_by_message(place.channel, str(place.ts))
        found = places.comment_in(shown.about) if shown is not None else None
        if shown is None or found is None:
            raise NothingToPullBack
        number, comment_number = found
        return TicketRef(PersonId(shown.customer_id), number), comment_number

    def _pull_back(self, user: SlackUser, ref: TicketRef, number: int) -> str:
        grant = self.parts.access.to(Act.PULL_BACK, user, ref)
        comments = self.parts.desk.comments(ref, include_internal=True)
        comment = next((each for each in comments if each.key.ticket == ref and each.number == number), None)
        if comment is None or comment.is_internal or comment.author_id == ref.customer_id:
            raise NothingToPullBack
        if comment.author_id != grant.person.id and grant.person.role < Role.LEAD:
            raise NotItsAuthor(self.parts.desk.person(comment.author_id).name)
        self.parts.desk.pull_back(ref, number, by=grant.person.id)
        return team_words.PULLED_BACK.format(customer=first(self.parts.desk.person(ref.customer_id).name))

    def keep_as_note(self, ack: Ack, body: dict[str, Any]) -> None:
        """A former holder's message was not sent; its author keeps it for the team."""
        press = ButtonPress.read(body)
        source, ref = read_offer_value(press.value)
        if ref is None or press.place is None:
            raise PayloadError("value")
        grant = self.parts.access.to(Act.KEEP_AS_NOTE, press.person, ref)
        said = self.parts.reading.own_message(press.person, source, press.place)
        self.parts.desk.add_comment(
            ref,
            author_id=grant.person.id,
            text=self.parts.access.people.words_of(said),
            internal=True,
            source=source,
            said_at=said.said_at,
            files=self.parts.access.people.files_of([said]),
        )
        self.parts.private.say(press.person, words.KEPT_AS_NOTE.format(number=ref.number), place=press.place)
        ack()
