"""
What arrives from Slack, one module a surface. Each listener reads its payload, asks `bot.access`, calls one use case of the
desk, and answers; whatever goes wrong becomes a sentence in `bot.answers`.
"""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt import App

from bot.channel_checks import ChannelChecks
from bot.listeners.accounts import Accounts
from bot.listeners.agent_lists import AgentLists
from bot.listeners.alert_lists import AlertLists
from bot.listeners.alert_promises import AlertPromises
from bot.listeners.amendments import Amendments
from bot.listeners.answering import Answering
from bot.listeners.catch_all import CatchAll
from bot.listeners.first_run import PutOff
from bot.listeners.helpdesk_command import HelpdeskCommand
from bot.listeners.home import Home
from bot.listeners.joining import Joining
from bot.listeners.macros import MacroScreens
from bot.listeners.members import TeamMembers
from bot.listeners.messages import Messages
from bot.listeners.named import NamedTickets
from bot.listeners.new_ticket import NewTicket
from bot.listeners.offer_choices import OfferChoices
from bot.listeners.offers import Offers
from bot.listeners.openings import Openings
from bot.listeners.parts import Parts
from bot.listeners.problems import ProblemScreens
from bot.listeners.replies import Replies
from bot.listeners.reports import Reports
from bot.listeners.roots import Roots
from bot.listeners.settings import SettingsForms
from bot.listeners.shift_end import ShiftEnd
from bot.listeners.ticket_choices import TicketChoices
from bot.listeners.ticket_command import TicketCommand
from bot.listeners.ticket_forms import TicketForms
from bot.listeners.ticket_labels import TicketLabels
from bot.listeners.ticket_presses import TicketPresses
from bot.listeners.trial import TestTickets
from bot.listeners.typed import TypedShortcuts
from bot.listeners.unsent import Unsent
from bot.listeners.which import Which
from bot.members import Members
from bot.setup import SetUp

__all__ = ["Inward", "Parts", "register"]


@dataclass(frozen=True)
class Inward:
    """The listeners that also have work to do by themselves."""

    messages: Messages
    offers: Offers
    answering: Answering


def register(app: App, parts: Parts) -> Inward:
    """
    Register every listener, first what is asked for most: Bolt asks one after the other and runs the first that matches,
    so the catch-alls come last.
    """
    offers, amendments, answering = Offers(parts), Amendments(parts), Answering(parts)
    openings = Openings(parts, offers)
    messages = Messages(
        parts, offers, amendments, openings, NamedTickets(parts), TypedShortcuts(parts), Roots(parts), Which(parts)
    )
    messages.register(app)
    TicketPresses(parts, answering).register(app)
    TicketForms(parts, answering).register(app)
    Home(parts).register(app)
    TicketChoices(parts).register(app)
    NewTicket(parts, offers).register(app)
    OfferChoices(parts, offers).register(app)
    openings.register(app)
    amendments.register(app)
    answering.register(app)
    AlertPromises(parts).register(app)
    AlertLists(parts).register(app)
    TicketCommand(parts).register(app)
    team = TeamMembers(parts, Members(parts.desk, parts.clock))
    team.register(app)
    settings = SettingsForms(parts, SetUp(parts.desk, ChannelChecks(parts.slack)))
    settings.register(app)
    reports = Reports(parts)
    reports.register(app)
    TestTickets(parts, ChannelChecks(parts.slack)).register(app)
    PutOff(parts).register(app)
    Unsent(parts).register(app)
    TicketLabels(parts).register(app)
    Replies(parts, answering).register(app)
    macros = MacroScreens(parts)
    macros.register(app)
    problems = ProblemScreens(parts)
    problems.register(app)
    HelpdeskCommand(parts, team, settings, macros, problems, reports).register(app)
    Joining(parts).register(app)
    ShiftEnd(parts).register(app)
    AgentLists(parts).register(app)
    Accounts(parts).register(app)
    CatchAll(parts).register(app)
    return Inward(messages, offers, answering)
