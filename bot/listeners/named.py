"""
"#42" in a channel: whoever of the team types it sees the ticket in one line, privately.

Nobody else sees it, and nobody is told when there is nothing to see: a number that one may not know of looks like any number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from bot import places
from bot.access import Grant
from bot.actions import Act
from bot.blocks.lists import agent_line, customer_line
from bot.listeners.parts import Parts
from bot.payloads import SaidMessage, SlackUser
from bot.screens import Screens
from bot.views import Message
from ticketing.errors import HelpdeskError
from ticketing.model import Role

AT_MOST = 3
"""How many of a message's tickets are shown: a list of numbers is no question about each."""

LOOKED_AT = 20
"""How many of a message's numbers are looked up at all."""

_ENTITY = re.compile(r"<[^<>]*>")
_NUMBER = re.compile(r"(?<![\w&#/])#(\d{1,18})(?!\w)", re.ASCII)


@dataclass(frozen=True)
class NamedTickets:
    """Answers the numbers in a message with the tickets."""

    parts: Parts

    def show(self, said: SaidMessage) -> None:
        """Show the tickets that a message in a channel names, to its author alone and only if they are of the team."""
        numbers = numbers_in(said.text)
        if not numbers or said.person is None or said.kind == "im":
            return
        author = self.parts.desk.person_by_ref(said.person.external_ref)
        if author is None or author.role < Role.AGENT or said.person.team != self.parts.access.people.team:
            return
        here = self._of_this_thread(said)
        asked = (number for number in numbers[:LOOKED_AT] if number != here)
        lines = [line_of(self.parts.screens, grant) for grant in islice(self._granted(said.person, asked), AT_MOST)]
        if lines:
            text, blocks = "\n".join(line.text for line in lines), [block for line in lines for block in line.blocks]
            self.parts.private.say(said.person, Message(text, blocks), place=said.place)

    def _granted(self, user: SlackUser, numbers: Iterator[int]) -> Iterator[Grant]:
        for number in numbers:
            try:
                yield self.parts.access.to_numbered(Act.OPEN, user, number)
            except HelpdeskError:
                continue

    def _of_this_thread(self, said: SaidMessage) -> int | None:
        """The ticket whose card stands above anyway."""
        if said.place.thread_ts is None:
            return None
        shown = self.parts.desk.outbox.shown_by_message(said.place.channel, said.place.thread_ts)
        return places.ticket_in(shown.about) if shown is not None else None


def line_of(screens: Screens, to: Grant) -> Message:
    """A ticket in one line, as its customer or as the team may read it, whichever command or word asked."""
    if not to.is_for_team:
        row = replace(screens.customer_row(to.ticket, to.person), is_watching=screens.is_watching(to))
        return customer_line(row)
    return agent_line(screens.agent_row(to.ticket, to.person), now=to.ticket.as_of, zone=to.person.tz)


def numbers_in(text: str) -> list[int]:
    """The ticket numbers that a message names, each once, in order; none out of links and mentions."""
    return list(dict.fromkeys(int(found) for found in _NUMBER.findall(_ENTITY.sub(" ", text))))
