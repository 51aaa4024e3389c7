"""What the listeners share."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk import WebClient

from bot.access import Access
from bot.clock import Clock
from bot.explaining import Explaining
from bot.private import Private
from bot.rereading import Rereading
from bot.screens import Screens
from ticketing.desk import Desk


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
