"""Whoever leaves a private category's channel: what they have of its tickets in their messages is drawn without the words."""

from __future__ import annotations

from datetime import datetime

from bot import places
from bot.notices import BACKGROUND
from bot.sight import Sight
from ticketing.desk import Desk
from ticketing.model import PersonId
from ticketing.outbox import Notice

WATCHED_AT_MOST = 10_000
"""More than anybody reads along."""


def follow_leaving(desk: Desk, sight: Sight, at: datetime) -> None:
    """Hear who is in the channels, and ask for the cards of those who are there no more. `at` is business time."""
    for category, refs in sight.refresh():
        for ref in sorted(refs):
            person = desk.person_by_ref(ref)
            if person is not None:
                for notice in _cards(desk, person.id, category):
                    desk.outbox.add(notice, at=at)


def _cards(desk: Desk, person_id: PersonId, category: str) -> list[Notice]:
    """Of what they hold or once held, and of what they read along."""
    place = places.of_person(person_id)
    held = [
        Notice(place, places.about_ticket(ref.number), "assignment_card", ref, priority=BACKGROUND)
        for ref in desk.outbox.cards_of_agent(place, category)
    ]
    watched = [
        Notice(place, places.about_watched(each.number), "watch_card", each.ref, BACKGROUND, data={"again": True})
        for each in desk.watched_by(person_id, limit=WATCHED_AT_MOST)
        if each.category == category
    ]
    return held + watched
