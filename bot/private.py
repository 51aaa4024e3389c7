"""
What only the person at the screen needs: views opened for them, answers nobody else sees.

Called once, with the client's short time-out and no second try; never carries a fact alone, which is what the outbox is for
(docs/decisions, two lanes out). What can fail without anybody being told is done aside, so that no answer waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.aside import Aside, at_once
from bot.blocks.forms import plain_view
from bot.payloads import ButtonPress, Place, ShownView, SlackUser
from bot.views import Message, View

log = logging.getLogger(__name__)

GONE = frozenset({"hash_conflict", "not_found", "view_not_found", "expired_trigger_id", "exchanged_trigger_id"})
"""Refusals that mean that the person has moved on: the form was closed, or has changed since."""


@dataclass(frozen=True)
class Private:
    """Answers one person."""

    slack: WebClient
    aside: Aside = at_once

    def open(self, trigger_id: str, view: View, *, above: ShownView | None = None) -> str:
        """Show a modal, on top of the modal the person is in, if any; the view's id. Raises SlackApiError."""
        if above is not None and above.kind == "modal":
            shown = self.slack.views_push(trigger_id=trigger_id, view=view)
        else:
            shown = self.slack.views_open(trigger_id=trigger_id, view=view)
        return str((shown.get("view") or {}).get("id") or "")

    def draw_anew(self, view_id: str, view: View) -> None:
        """
        Change what stands around somebody's open form; what they typed stays where the fields keep their block ids.

        A failure is logged, not raised: they may have closed it, and it tells only what others do.
        """
        try:
            self.slack.views_update(view_id=view_id, view=view)
        except (SlackClientError, OSError) as error:
            log.info("A form of somebody else's could not be drawn anew (%s).", reason_of(error))

    def redraw(self, shown: ShownView, view: View) -> None:
        """Replace a modal's content, unless it has changed since it was drawn. Raises SlackApiError."""
        try:
            self.slack.views_update(view_id=shown.id, hash=shown.hash, view=view)
        except SlackApiError as error:
            if error.response.get("error") not in GONE:
                raise

    def repaint(self, press: ButtonPress, view: Callable[[], View], *, done: str) -> None:
        """
        Show what a press has done in the modal or the App Home it was made in, read after it.

        It is done already, so a failure is not raised: who pressed is told `done` instead, and does not press again.
        """
        if press.view is not None:
            shown = press.view
            self.aside(lambda: self._repaint(press, shown, view, done), about=press.person.id)

    def _repaint(self, press: ButtonPress, shown: ShownView, view: Callable[[], View], done: str) -> None:
        try:
            if shown.kind == "home":
                self.slack.views_publish(user_id=press.person.id, view=view())
            else:
                self.redraw(shown, view())
        except (SlackClientError, OSError) as error:
            log.warning("What a press has done could not be shown (%s).", reason_of(error))
            self._say(press.person, Message(done, []), None, press.trigger_id, shown)

    def say(
        self,
        person: SlackUser,
        message: Message | str,
        *,
        place: Place | None = None,
        trigger_id: str = "",
        view: ShownView | None = None,
    ) -> None:
        """
        Tell something beside what was pressed, or in a view where there is no message to stand beside, or the other way
        round where that cannot be shown.

        A failure is logged, not raised: what was to be said is no fact that anybody relies on.
        """
        said = message if isinstance(message, Message) else Message(message, [])
        self.aside(lambda: self._say(person, said, place, trigger_id, view), about=person.id)

    def _say(
        self, person: SlackUser, said: Message, place: Place | None, trigger_id: str, view: ShownView | None
    ) -> None:
        ways: list[Callable[[], object]] = []
        if trigger_id:
            ways.append(lambda: self.open(trigger_id, plain_view(said), above=view))
        if place is not None:
            ways.insert(len(ways) if view is not None else 0, lambda: self._beside(person, said, place))
        for show in ways:
            try:
                show()
            except (SlackClientError, OSError) as error:
                log.warning("A private answer could not be shown (%s).", reason_of(error))
            else:
                return

    def _beside(self, person: SlackUser, said: Message, place: Place) -> None:
        # Beside the card, not in its thread; but within the thread when that is where the pressed message stands.
        in_thread = place.thread_ts if place.thread_ts != place.ts else None
        extra: dict[str, Any] = {"thread_ts": in_thread} if in_thread else {}
        if said.blocks:
            extra["blocks"] = said.blocks
        self.slack.chat_postEphemeral(channel=place.channel, user=person.id, text=said.text, **extra)


def reason_of(error: Exception) -> str:
    """Slack's error code, or what kind of failure it was; never what was sent."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error") or "unknown")
    return type(error).__name__
