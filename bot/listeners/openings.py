"""
Tickets opened where people talk: by an emoji in chosen channels, and by every message in chosen channels.

Both are of whoever wrote the message, and both end in its thread. The message is the natural key, so whichever way it is
opened, and however often, it is one ticket.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.listeners.offers import Offers
from bot.listeners.parts import Parts
from bot.payloads import PayloadError, SaidMessage, SlackUser, team_of
from bot.people import NotAPerson, OtherOrganization
from bot.subjects import subject_of
from ticketing.model import Person, Role


@dataclass(frozen=True)
class Openings:
    """Opens tickets from channel messages."""

    parts: Parts
    offers: Offers

    def register(self, app: App) -> None:
        app.event("reaction_added")(self.reaction)

    def by_message(self, said: SaidMessage, author: SlackUser) -> bool:
        """Where every message is a ticket: open one, greetings left alone. Whether the channel is such a place."""
        configuration = self.parts.desk.configuration()
        if said.is_in_thread or said.place.channel not in configuration.channels.every_message:
            return False
        text = self.parts.access.people.words_of(said)
        if not said.is_empty and not configuration.is_greeting(text):
            try:
                person = self.parts.access.person(author)
            except (OtherOrganization, NotAPerson):
                return True
            self._open(said, person, by=person)
        return True

    def reaction(self, ack: Ack, body: dict[str, Any]) -> None:
        """https://docs.slack.dev/reference/events/reaction_added"""
        event: Mapping[str, Any] = body.get("event") or {}
        item: Mapping[str, Any] = event.get("item") or {}
        if item.get("type") == "message" and isinstance(event.get("user"), str):
            if not isinstance(item.get("channel"), str) or not isinstance(item.get("ts"), str):
                raise PayloadError("item")
            reacted = SlackUser(str(event.get("user_team") or team_of(body)), str(event["user"]))
            self.by_emoji(str(item["channel"]), str(item["ts"]), str(event.get("reaction")), reacted)
        ack()

    def by_emoji(self, channel: str, ts: str, name: str, reacted: SlackUser) -> None:
        """The author's own emoji, or an agent's, opens a ticket for the author; other people's are only emoji."""
        channels = self.parts.desk.configuration().channels
        if channel not in channels.by_emoji or name.partition("::")[0] != channels.emoji:
            return
        try:
            opener = self.parts.access.person(reacted)
            said = next(iter(self.parts.reading.between(channel, ts, ts)), None)
            if said is None or said.person is None or said.is_empty or said.is_in_thread:
                return
            author = self.parts.access.person(said.person)
        except (OtherOrganization, NotAPerson):
            return
        if opener.id == author.id or opener.role >= Role.AGENT:
            self._open(said, author, by=opener)

    def by_emoji_of(self, channel: str, said: SaidMessage, users: Iterable[str], team: str) -> None:
        """As `by_emoji`, for all who put the emoji there, when it is found on the message afterwards."""
        for user in users:
            self.by_emoji(
                channel, str(said.place.ts), self.parts.desk.configuration().channels.emoji, SlackUser(team, user)
            )

    def _open(self, said: SaidMessage, author: Person, *, by: Person) -> None:
        text = self.parts.access.people.words_of(said)
        ticket = self.parts.desk.open_ticket(
            author.id,
            subject=subject_of([said], text),
            description=text,
            category=self.parts.screens.category_for_what_is_just_said(),
            source=said.source,
            opened_by=by.id,
            at=said.said_at,
            files=self.parts.access.people.files_of([said]),
        )
        self.offers.placed_otherwise(ticket)
