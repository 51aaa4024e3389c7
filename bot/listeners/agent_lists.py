"""
Lists of agents of which Slack shows too few: what they offer while somebody types a name.

What is offered decides nothing: whoever is chosen is looked at again when the form is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.actions import Act, Form, Press
from bot.assigning import assign_form
from bot.blocks.day import taker_options
from bot.blocks.forms import agent_options
from bot.handing_over import HandingOver
from bot.listeners.parts import Parts
from bot.payloads import Suggestion
from bot.values import read_handover_block, read_ticket_value
from bot.views.forms import AgentChoice
from ticketing.words import fold


@dataclass(frozen=True)
class AgentLists:
    """Answers with the agents whose names are typed, the fittest first."""

    parts: Parts

    def register(self, app: App) -> None:
        app.options(Press.AGENT_FOUND.value)(self.offer)

    def offer(self, ack: Ack, body: dict[str, Any]) -> None:
        asked = Suggestion.read(body)
        if asked.view.callback_id == Form.HANDOVER:
            ticket = self.parts.access.to(Act.REASSIGN, asked.person, read_handover_block(asked.block_id)).ticket
            takers = HandingOver(self.parts.desk, self.parts.screens.sight).takers(ticket)
            ack(options=taker_options(named(takers, asked.query)))
            return
        ref, _ = read_ticket_value(asked.view.private_metadata.partition("|")[0])
        to = self.parts.access.to(Act.ASSIGN, asked.person, ref)
        offered = agent_options(named(assign_form(self.parts.screens, to.ticket, to.person.tz).agents, asked.query))
        ack(options=offered.get("options"), option_groups=offered.get("option_groups"))


def named(agents: tuple[AgentChoice, ...], query: str) -> tuple[AgentChoice, ...]:
    """Those of whose names each typed word begins a part, in the order they had; all of them where nothing is typed."""
    typed = fold(query)
    return tuple(
        agent for agent in agents if all(any(part.startswith(word) for part in fold(agent.name)) for word in typed)
    )
