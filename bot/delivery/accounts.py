"""What leads are told of an agent whose account in Slack has ended."""

from __future__ import annotations

from bot import places
from bot.blocks.accounts import ROWS, ended_message
from bot.delivery.letters import Letter
from bot.views import TicketFacts
from bot.views.accounts import EndedAccount
from ticketing.desk import Desk
from ticketing.model import PersonId
from ticketing.outbox import Errand

ENDED = "account_card"


def ended(desk: Desk, errand: Errand) -> Letter | None:
    """With what they hold as it is now; tickets of private categories, and those put off until later, are only counted."""
    person = desk.person(PersonId(int(errand.data["person"])))
    agent = desk.agent(person.id)
    configuration = desk.configuration()
    hidden = frozenset(each.key for each in configuration.private_categories)
    shown = desk.tickets_of_agent(person.id, hidden=hidden, limit=ROWS)
    held = max(agent.current_load if agent else 0, len(shown))
    account = EndedAccount(
        name=person.name,
        held=held,
        tickets=tuple(TicketFacts.of(each, zone=configuration.zone) for each in shown),
    )
    return Letter(about=errand.about, side=places.REPORTS, message=ended_message(account))
