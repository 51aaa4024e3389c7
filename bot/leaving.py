"""Whoever leaves a private category's channel: what they have of its tickets in their messages is drawn without the words."""

from __future__ import annotations

from datetime import datetime

from bot import places
from bot.sight import Sight
from bot.work import HELD_AT_MOST
from ticketing.desk import Desk
from ticketing.model import PersonId
from ticketing.outbox import Notice


def follow_leaving(desk: Desk, sight: Sight, at: datetime) -> None:
    """Hear who is in the channels, and ask for the cards of those who are there no more. `at` is business time."""
    for category, refs in sight.refresh():
        for ref in sorted(refs):
            person = desk.person_by_ref(ref)
            if person is not None:
                for notice in _cards(desk, person.id, category):
                    desk.outbox.add(notice, at=at)


def _cards(desk: Desk, person_id: PersonId, category: str) -> list[Notice]:
    """Of what they hold and of what they read along; an earlier holder's follow with the ticket's next change."""
    place = places.of_person(person_id)
    held = [
        Notice(place, places.about_ticket(each.number), "assignment_card", each.ref)
        for each in desk.tickets_of_agent(person_id, limit=HELD_AT_MOST)
        if each.category == category
    ]
    watched = [
        Notice(place, places.about_watched(each.number), "watch_card", each.ref, data={"again": True})
        for each in desk.watched_by(person_id, limit=HELD_AT_MOST)
        if each.category == category
    ]
    return held + watched
