"""The agent's assignment."""

from __future__ import annotations

from bot.views import AssignmentCard, AssignmentWhy, Message


def assignment_card(card: AssignmentCard) -> Message:
    raise NotImplementedError


def why_you(why: AssignmentWhy) -> str:
    raise NotImplementedError
