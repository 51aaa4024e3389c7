"""
Somebody's account in Slack changes: their name and zone follow, and to an agent whose account has ended nothing more is given.

What they hold stays theirs until somebody gives it on, which leads are told to do.
https://docs.slack.dev/reference/events/user_change
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot import places, text
from bot.delivery.accounts import ENDED
from bot.listeners.parts import Parts
from bot.payloads import PayloadError
from ticketing.model import Person, Role
from ticketing.outbox import Notice


@dataclass(frozen=True)
class Accounts:
    """Hears of everybody in the workspace, and follows whom the desk knows."""

    parts: Parts

    def register(self, app: App) -> None:
        app.event("user_change")(self.changed)

    def changed(self, ack: Ack, body: dict[str, Any]) -> None:
        told = (body.get("event") or {}).get("user")
        if not isinstance(told, Mapping):
            raise PayloadError("user")
        person = self.parts.access.people.changed(told)
        if person is not None and told.get("deleted"):
            self._ended(person)
        ack()

    def _ended(self, person: Person) -> None:
        """Away until somebody says otherwise, on no shift any more. Told once a day, however often Slack says it."""
        desk, now = self.parts.desk, self.parts.clock()
        if desk.agent(person.id) is None:
            return
        desk.set_available(person.id, available=False, by=None)
        about = places.about_ended(person.id, text.local(now, desk.configuration().zone).date())
        for place in self._of_leads(person):
            desk.outbox.add(Notice(place, about, ENDED, data={"person": person.id}), at=now)

    def _of_leads(self, person: Person) -> list[str]:
        """Where leads read; while no channel is chosen, each in their own messages."""
        channel = self.parts.desk.configuration().channels.escalations
        if channel is not None:
            return [places.of_channel(channel)]
        members = self.parts.desk.members()
        return [places.of_person(one.id) for one in members if one.role >= Role.LEAD and one.id != person.id]
