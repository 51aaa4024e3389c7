"""What the form offers in which a ticket is given to an agent by hand."""

from __future__ import annotations

from bot.screens import Screens
from bot.views.forms import AgentChoice, AssignForm
from ticketing.model import Ticket


def assign_form(screens: Screens, ticket: Ticket, zone: str) -> AssignForm:
    """Who can be given the ticket: those who fit first, then those who know it; the least loaded first among them."""
    desk, sight = screens.desk, screens.sight
    category = desk.configuration().category(ticket.category)
    skill = category.skill if category else ticket.category
    agents = desk.agents()
    seeing = sight.who_sees(ticket.category)
    skilled = {agent.id for agent in agents if skill in agent.skills}
    holder = ticket.assigned_agent_id if ticket.is_held else None
    choices = [
        AgentChoice(
            id=agent.id,
            name=agent.name,
            load=agent.current_load,
            max_load=agent.max_load,
            fits=agent.id in skilled and agent.is_available and agent.current_load < agent.max_load,
            is_available=agent.is_available,
        )
        for agent in agents
        if (seeing is None or agent.id in seeing) and agent.id not in {ticket.customer_id, holder}
    ]
    choices.sort(key=lambda one: (not one.fits, one.id not in skilled, not one.is_available, one.load, one.name))
    name = desk.person(holder).name if holder is not None else None
    return AssignForm(facts=screens.facts(ticket, zone), agents=tuple(choices), holder=name, holder_id=holder)
