"""App Home."""

from __future__ import annotations

from bot.views import AgentHome, CustomerHome, View


def customer_home(home: CustomerHome) -> View:
    raise NotImplementedError


def agent_home(home: AgentHome) -> View:
    raise NotImplementedError
