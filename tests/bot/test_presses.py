"""What a card offers has an answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from bot.access import ALLOWED
from bot.actions import Act
from bot.listeners.amendments import ANSWERED as AMENDED
from bot.listeners.ticket_presses import OPENS, TicketPresses
from bot.listeners.unsent import ANSWERED as AGAIN


def test_every_act_that_is_allowed_to_somebody_is_answered() -> None:
    """A button is drawn only for what is allowed, so nothing that is drawn stays without an answer."""
    presses = TicketPresses(cast(Any, SimpleNamespace(desk=None)), cast(Any, None))
    assert set(ALLOWED) - OPENS - set(presses.acts) - AMENDED - AGAIN == set()


def test_an_act_without_a_row_is_refused_to_everybody() -> None:
    assert set(Act) - set(ALLOWED) == {
        Act.READ_SIMILAR,
        Act.THAT_SOLVED_IT,
    }
