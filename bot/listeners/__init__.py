"""
What arrives from Slack, one module a surface. Each listener reads its payload, asks `bot.access`, calls one use case of the
desk, and answers; whatever goes wrong becomes a sentence in `bot.answers`.
"""

from __future__ import annotations

from slack_bolt import App

from bot.listeners.catch_all import CatchAll
from bot.listeners.helpdesk_command import HelpdeskCommand
from bot.listeners.home import Home
from bot.listeners.messages import Messages
from bot.listeners.new_ticket import NewTicket
from bot.listeners.offers import Offers
from bot.listeners.parts import Parts
from bot.listeners.ticket_command import TicketCommand
from bot.listeners.ticket_forms import TicketForms
from bot.listeners.ticket_presses import TicketPresses

__all__ = ["Parts", "register"]


def register(app: App, parts: Parts) -> None:
    """Register every listener. The catch-alls come last: Bolt runs the first that matches."""
    TicketCommand(parts).register(app)
    HelpdeskCommand(parts).register(app)
    NewTicket(parts).register(app)
    TicketPresses(parts).register(app)
    TicketForms(parts).register(app)
    offers = Offers(parts)
    offers.register(app)
    Messages(parts, offers).register(app)
    Home(parts).register(app)
    CatchAll(parts).register(app)
