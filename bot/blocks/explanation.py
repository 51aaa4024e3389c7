"""A deadline as a sum."""

from __future__ import annotations

from bot.views import ExplanationView, Message


def explanation_message(explanation: ExplanationView) -> Message:
    raise NotImplementedError
