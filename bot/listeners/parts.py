"""What the listeners share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from bot.access import Access
from bot.clock import Clock
from bot.explaining import Explaining
from bot.private import Private
from bot.rereading import Rereading
from bot.screens import Screens
from ticketing.desk import Desk
from ticketing.errors import NotTheHolder, StaleTicket, TransitionNotAllowed
from ticketing.model import TicketRef


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

    @contextmanager
    def as_of(self, ref: TicketRef, version: int) -> Iterator[None]:
        """What is no longer possible, but was in the version that a form was opened for, raises StaleTicket instead."""
        try:
            yield
        except (TransitionNotAllowed, NotTheHolder) as error:
            now = self.desk.ticket(ref)
            raise (error if now.version == version else StaleTicket(now)) from error
