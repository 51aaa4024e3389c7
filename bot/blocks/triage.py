"""The triage card and its thread."""

from __future__ import annotations

from bot.views import Message, TeamPost, TriageCard


def triage_card(card: TriageCard) -> Message:
    raise NotImplementedError


def from_customer_post(post: TeamPost) -> Message:
    raise NotImplementedError


def sent_post(post: TeamPost) -> Message:
    raise NotImplementedError


def note_post(post: TeamPost) -> Message:
    raise NotImplementedError
