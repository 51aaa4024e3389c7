"""What the listeners share."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot import refusals
from bot.access import Access
from bot.actions import Act, Form, Press
from bot.blocks.forms import plain_view
from bot.clock import Clock
from bot.explaining import Explaining
from bot.payloads import ButtonPress, SaidMessage, Shortcut, SlackUser
from bot.private import Private, reason_of
from bot.rereading import Rereading
from bot.screens import Screens
from bot.views import View
from bot.words import inbound as words
from ticketing.desk import Desk
from ticketing.errors import HelpdeskError, NotTheHolder, StaleTicket, TransitionNotAllowed
from ticketing.model import Person, PersonId, Ticket, TicketRef, TicketStatus

log = logging.getLogger(__name__)


def is_over(ticket: Ticket) -> bool:
    """Whether nothing that the team says on it reaches its customer: what was joined with another is said there."""
    return ticket.status is TicketStatus.CLOSED and ticket.merged_into is None


def any_of(ids: Iterable[Act | Press | Form]) -> re.Pattern[str]:
    """Each of these ids and no other, for one listener: Bolt asks every listener before the right one, at each press."""
    return re.compile(f"\\A(?:{'|'.join(re.escape(each.value) for each in ids)})\\Z")


@dataclass(frozen=True)
class Parts:
    """The desk, the way to it, and the ways to answer."""

    desk: Desk
    access: Access
    screens: Screens
    explaining: Explaining
    private: Private
    slack: WebClient
    clock: Clock
    reading: Rereading
    home_url: str = ""
    """The workspace's address, which links to its messages begin with."""
    answer: Callable[[Exception, dict[str, Any]], object] | None = None
    """Tells somebody what has failed after Slack had its answer."""

    def after_ack(self, work: Callable[[], object], body: dict[str, Any], *, about: str) -> None:
        """
        Do what takes several calls to Slack and commits no act, so that a press or a shortcut is not held up by it.

        What it raises is answered all the same.
        """
        if self.answer is None:
            work()
            return
        answer = self.answer

        def answered() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - whatever it is, somebody has to be told
                answer(error, body)

        self.private.aside(answered, about=about)

    def open_and_fill(self, press: ButtonPress | Shortcut, read: Callable[[], View], body: dict[str, Any]) -> None:
        """
        Open a form at once and draw it when what it shows has been read, for what Slack has to be asked about first: a
        trigger lives no longer than a press may wait. Raises SlackApiError where nothing is opened.
        """
        above = press.view if isinstance(press, ButtonPress) else None
        view_id = self.private.open(press.trigger_id, plain_view(words.ONE_MOMENT), above=above)
        self.after_ack(lambda: self._fill(view_id, read), body, about=press.person.id)

    def _fill(self, view_id: str, read: Callable[[], View]) -> None:
        try:
            view = read()
        except HelpdeskError as refused:
            view = plain_view(refusals.refusal(refused).text)
        except (SlackClientError, OSError) as error:
            log.warning("What a form shows could not be read (%s).", reason_of(error))
            view = plain_view(words.NOT_FILLED)
        self.private.draw_anew(view_id, view)

    def redraw_home(self, user: SlackUser, person: Person) -> None:
        """What they have before them in App Home follows; it is drawn anyway when they look again."""

        def drawn() -> None:
            try:
                self.slack.views_publish(user_id=user.id, view=self.screens.home(person))
            except (SlackClientError, OSError) as error:
                log.warning("App Home could not be redrawn (%s).", reason_of(error))

        self.private.aside(drawn, about=user.id)

    def opened_from(self, customer_id: PersonId, said: SaidMessage) -> TicketRef | None:
        """The ticket of that customer that a message has become: opened from it, or as the follow-up that it asked for."""
        keys = dict.fromkeys((said.opening_source, said.source))
        return next((ref for key in keys if (ref := self.desk.ticket_by_source(customer_id, key)) is not None), None)

    @contextmanager
    def as_of(self, ref: TicketRef, version: int) -> Iterator[None]:
        """What is no longer possible, but was in the version that a form was opened for, raises StaleTicket instead."""
        try:
            yield
        except (TransitionNotAllowed, NotTheHolder) as error:
            now = self.desk.ticket(ref)
            raise (error if now.version == version else StaleTicket(now)) from error
