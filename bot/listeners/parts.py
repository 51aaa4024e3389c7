"""What the listeners share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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

    @contextmanager
    def as_of(self, ref: TicketRef, version: int) -> Iterator[None]:
        """What is no longer possible, but was in the version that a form was opened for, raises StaleTicket instead."""
        try:
            yield
        except (TransitionNotAllowed, NotTheHolder) as error:
            now = self.desk.ticket(ref)
            raise (error if now.version == version else StaleTicket(now)) from error
