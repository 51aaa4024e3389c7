"""
Shortcuts typed in the threads of a ticket: `?resolve text`, `?wait`, `?note text`, `?claim`, `?release`, `?a-macro`.

What begins with a question mark and a word is an order and never a message: also one that is unknown or cannot be done is not
sent to anybody, and its author is told privately.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot import text
from bot.access import Grant
from bot.actions import Act
from bot.listeners.parts import Parts
from bot.listeners.ticket_presses import DONE
from bot.payloads import SaidMessage, SlackUser
from bot.until import until_typed
from bot.words import common
from bot.words import inbound as inbound_words
from bot.words import typed as words
from ticketing.errors import HelpdeskError, StaleTicket, TransitionNotAllowed
from ticketing.events import EventKind, TicketEvent
from ticketing.model import Ticket, TicketRef, TicketStatus

_TYPED = re.compile(r"\?([A-Za-z]\S*)(?:\s+(.*))?", re.DOTALL)
_WORD = 40
HELP = "help"
SENT, NOTED = frozenset({"resolve", "wait", "reply"}), frozenset({"note", "claim", "release"})
"""The shortcuts whose text the customer reads, and those whose text the team keeps."""

EFFECT: dict[Act, tuple[EventKind, TicketStatus | None]] = {
    Act.RESOLVE: (EventKind.STATUS, TicketStatus.RESOLVED),
    Act.WAIT: (EventKind.STATUS, TicketStatus.PENDING_CUSTOMER),
    Act.RELEASE: (EventKind.STATUS, TicketStatus.OPEN),
    Act.START: (EventKind.STATUS, TicketStatus.IN_PROGRESS),
    Act.REOPEN: (EventKind.REOPENED, None),
    Act.UNDO: (EventKind.UNDONE, None),
    Act.SNOOZE: (EventKind.SNOOZED, None),
    Act.WAKE: (EventKind.WOKEN, None),
    Act.CLAIM: (EventKind.ASSIGNED, None),
}
"""The entry of the log that each order leaves; a claim's names who has it now."""

OF_WHAT_IS_DONE = frozenset({Act.NOTE, Act.REPLY, Act.REOPEN, Act.UNDO})
"""What can be ordered on a ticket that is resolved."""


@dataclass(frozen=True)
class Typed:
    """A shortcut as typed: its word in small letters, and what stands after it."""

    word: str
    rest: str


class UnknownShortcut(HelpdeskError):
    """There is no shortcut of that name; `known` are those there are."""

    def __init__(self, word: str, known: list[str]) -> None:
        near = difflib.get_close_matches(word, known, n=1)
        further = words.NEAREST.format(word=near[0]) if near else words.LIST_THEM
        super().__init__(f"{words.UNKNOWN.format(word=text.cut(word, _WORD))} {further}")


class NotNow(HelpdeskError):
    """The shortcut does not fit the ticket's state."""

    def __init__(self, word: str, ticket: Ticket) -> None:
        status = common.STATUS[ticket.status]
        super().__init__(words.NOT_NOW.format(word=word, number=ticket.number, status=status))


class EmptyReply(HelpdeskError):
    """A reply without words."""

    def __init__(self) -> None:
        super().__init__(words.REPLY_IS_EMPTY)


class NoTime(HelpdeskError):
    """A snooze without a time that can be read."""

    def __init__(self) -> None:
        super().__init__(words.NO_TIME)


class EmptyNote(HelpdeskError):
    """A note without words."""

    def __init__(self) -> None:
        super().__init__(words.NOTE_IS_EMPTY)


def read_typed(message: str) -> Typed | None:
    """The shortcut that a message is; None for a message."""
    found = _TYPED.fullmatch(message.strip())
    return Typed(found[1].lower(), (found[2] or "").strip()) if found else None


@dataclass(frozen=True)
class TypedShortcuts:
    """Carries out what was typed."""

    parts: Parts
    _do: dict[str, tuple[Act, Callable[[Grant, SaidMessage, str], object]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._do.update(
            {
                "resolve": (Act.RESOLVE, self._resolve),
                "wait": (Act.WAIT, self._wait),
                "note": (Act.NOTE, self._note),
                "reply": (Act.REPLY, self._reply),
                "start": (Act.START, lambda to, *_: self.parts.desk.start(to.ticket.ref, by=to.person.id)),
                "snooze": (Act.SNOOZE, self._snooze),
                "wake": (Act.WAKE, lambda to, *_: self.parts.desk.wake(to.ticket.ref, by=to.person.id)),
                "undo": (Act.UNDO, lambda to, *_: self.parts.desk.undo(to.ticket.ref, by=to.person.id)),
                "reopen": (Act.REOPEN, lambda to, *_: self.parts.desk.reopen(to.ticket.ref, by=to.person.id)),
                "claim": (Act.CLAIM, self._claim),
                "release": (Act.RELEASE, self._release),
            }
        )

    def take(self, said: SaidMessage, author: SlackUser, ref: TicketRef) -> bool:
        """
        Carry out a message of the team's that is a shortcut. Whether it was one.

        Raises what its act raises; UnknownShortcut, NotNow or EmptyNote, fit to be said to its author.
        """
        typed = read_typed(self.parts.access.people.words_of(said))
        if typed is None:
            return False
        if typed.word not in self._do:
            self._other(typed, said, author, ref)
            return True
        act, do = self._do[typed.word]
        grant = self.parts.access.to(act, author, ref)
        if self._was_done(act, grant, said):
            self._keep_note(grant, said, typed.rest if act is Act.CLAIM else "")
        else:
            if act not in OF_WHAT_IS_DONE and grant.ticket.status in DONE:
                raise NotNow(typed.word, grant.ticket)
            try:
                do(grant, said, typed.rest)
            except (TransitionNotAllowed, StaleTicket) as error:
                raise NotNow(typed.word, self.parts.desk.ticket(ref)) from error
        return True

    def _other(self, typed: Typed, said: SaidMessage, author: SlackUser, ref: TicketRef) -> None:
        """Help, or a macro; a macro's words go to the customer, what stands after its name below them."""
        to = self.parts.access.to(Act.REPLY, author, ref)
        if typed.word == HELP:
            self.parts.private.say(author, words.HELP, place=said.place)
            return
        desk = self.parts.desk
        known = {one.macro.key for one in desk.macros(to.person.id)}
        if typed.word not in known:
            raise UnknownShortcut(typed.word, [*self._do, HELP, *sorted(known)])
        filled = desk.filled_macro(ref, typed.word, by=to.person.id)
        text_sent = "\n\n".join(part for part in (filled, typed.rest) if part)
        try:
            desk.apply_macro(ref, typed.word, by=to.person.id, source=said.source, text=text_sent)
        except (TransitionNotAllowed, StaleTicket) as error:
            raise NotNow(typed.word, desk.ticket(ref)) from error

    def _resolve(self, to: Grant, said: SaidMessage, rest: str) -> None:
        self.parts.desk.resolve(to.ticket.ref, by=to.person.id, answer=rest or None, source=said.source)

    def _wait(self, to: Grant, said: SaidMessage, rest: str) -> None:
        self.parts.desk.wait_for_customer(to.ticket.ref, by=to.person.id, question=rest or None, source=said.source)

    def _reply(self, to: Grant, said: SaidMessage, rest: str) -> None:
        if not rest:
            raise EmptyReply
        self.parts.desk.add_comment(
            to.ticket.ref,
            author_id=to.person.id,
            text=rest,
            source=said.source,
            said_at=said.said_at,
            files=self.parts.access.people.files_of([said]),
            as_reply=True,
        )

    def _snooze(self, to: Grant, said: SaidMessage, rest: str) -> None:
        """A length of time counts from when it was typed, so that a message told twice ends at the same instant."""
        until = until_typed(rest, said.said_at, to.person.tz)
        if until is None:
            raise NoTime
        self.parts.desk.snooze(to.ticket.ref, until, by=to.person.id)

    def _note(self, to: Grant, said: SaidMessage, rest: str) -> None:
        if not rest:
            raise EmptyNote
        self._keep_note(to, said, rest)
        if said.person is not None:
            kept = inbound_words.KEPT_AS_NOTE.format(number=to.ticket.number)
            self.parts.private.say(said.person, kept, place=said.place)

    def _claim(self, to: Grant, said: SaidMessage, rest: str) -> None:
        self.parts.desk.claim(to.ticket.ref, by=to.person.id)
        self._keep_note(to, said, rest)

    def _release(self, to: Grant, said: SaidMessage, rest: str) -> None:
        # The note first: once it is released, the next may read it at once.
        held_by_author = to.ticket.is_held and to.ticket.assigned_agent_id == to.person.id
        if held_by_author:
            self._keep_note(to, said, rest)
        self.parts.desk.release(to.ticket.ref, by=to.person.id)

    def _keep_note(self, to: Grant, said: SaidMessage, rest: str) -> None:
        if rest:
            self.parts.desk.add_comment(
                to.ticket.ref,
                author_id=to.person.id,
                text=rest,
                internal=True,
                source=said.source,
                said_at=said.said_at,
                files=self.parts.access.people.files_of([said]),
            )

    def _was_done(self, act: Act, to: Grant, said: SaidMessage) -> bool:
        """
        Whether the same message has had its effect before: Slack tells a message again when our answer was lost.

        What leaves no comment has no key of its own; the log says who did what, and when.
        """
        if act not in EFFECT:
            return False  # a note has its key
        return any(
            each.actor_id == to.person.id and each.at >= said.said_at and _is_effect(each, act, to)
            for each in self.parts.desk.events(to.ticket.ref)
        )


def _is_effect(event: TicketEvent, act: Act, to: Grant) -> bool:
    kind, status = EFFECT[act]
    if act is Act.CLAIM:
        return event.kind is kind and event.to_value == str(to.person.id)
    return event.kind is kind and (status is None or event.to_value == status.value)
