"""
The card in whose thread something is said.

Where a message stands is written down after it was posted. Whoever answers within that moment answers a card that nobody
knows yet; it is known by its key, which it carries from the beginning (bot/delivery/slack.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import places
from bot.delivery.slack import key_of
from bot.listeners.parts import Parts
from bot.payloads import SaidMessage
from ticketing.model import PersonId
from ticketing.shown import Shown


@dataclass(frozen=True)
class Roots:
    """Finds what the root of a thread shows."""

    parts: Parts

    def of(self, said: SaidMessage) -> Shown | None:
        """What is known of the message above; None where it is none of the app's. Raises SlackApiError."""
        channel, thread_ts = said.place.channel, str(said.place.thread_ts)
        shown = self.parts.desk.outbox.shown_by_message(channel, thread_ts)
        own_id = self.parts.access.people.bot_user_id
        if shown is not None or said.root_by != own_id:
            return shown
        found = self.parts.slack.conversations_replies(
            channel=channel, ts=thread_ts, limit=1, include_all_metadata=True
        )
        root: Mapping[str, Any] = next(iter(found.get("messages") or []), {})
        is_it = root.get("user") == own_id and root.get("ts") == thread_ts
        return self._by_its_key(root, channel) if is_it else None

    def _by_its_key(self, root: Mapping[str, Any], channel: str) -> Shown | None:
        number, _, rest = (key_of(root) or "").partition("/")
        place, _, about = rest.partition("/")
        if not number.isdecimal():
            return None
        customer_id = PersonId(int(number))
        side = places.card_side(customer_id, place, about, self.parts.desk.configuration())
        if side is None:
            return None
        return Shown(customer_id, place, about, channel, str(root["ts"]), None, side, None)
