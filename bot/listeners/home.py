"""App Home: drawn for its person whenever they look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.actions import Press
from bot.listeners.parts import Parts, any_of
from bot.payloads import ButtonPress, HomeOpened, SlackUser
from bot.people import NotAPerson, OtherOrganization
from bot.turning import FIRST, HomePlace
from bot.values import read_home_page_value
from bot.views import View
from bot.words import inbound as words
from bot.work import first_waiting

PAGES = (Press.HOME_PAGE, Press.HOME_PAGE_BACK, Press.HOME_QUEUE_PAGE, Press.HOME_QUEUE_PAGE_BACK)


@dataclass(frozen=True)
class Home:
    """Publishes App Home, and answers its own buttons."""

    parts: Parts

    def register(self, app: App) -> None:
        app.event("app_home_opened")(self.opened)
        app.block_action(any_of([Press.HOME_REFRESH, Press.MY_WORK]))(self.refresh)
        app.block_action(any_of([Press.BOARD, Press.BOARD_REFRESH]))(self.board)
        app.block_action(any_of(PAGES))(self.turn_page)
        app.block_action(Press.TAKE_NEXT.value)(self.take_next)

    def opened(self, ack: Ack, body: dict[str, Any]) -> None:
        opened = HomeOpened.read(body)
        if opened.tab == "home":
            try:
                self._publish(opened.person, body)
            except (OtherOrganization, NotAPerson):
                ack()
                return
        ack()

    def refresh(self, ack: Ack, body: dict[str, Any]) -> None:
        self._publish(ButtonPress.read(body).person, body)
        ack()

    def board(self, ack: Ack, body: dict[str, Any]) -> None:
        user = ButtonPress.read(body).person
        lead = self.parts.access.lead(user, "see the board")
        self._show(user, lambda: self.parts.screens.board_home(lead), body)
        ack()

    def turn_page(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        self._publish(press.person, body, HomePlace(*read_home_page_value(press.value)))
        ack()

    def take_next(self, ack: Ack, body: dict[str, Any]) -> None:
        """The first of the queue that this agent has the skill for."""
        press = ButtonPress.read(body)
        person = self.parts.access.agent(press.person, "take tickets")
        agent = self.parts.desk.agent(person.id)
        hidden = self.parts.access.hidden(person)
        waiting = first_waiting(self.parts.desk, agent, hidden) if agent else None
        if waiting is None:
            self.parts.private.say(
                press.person, words.QUEUE_EMPTY_FOR_YOU, trigger_id=press.trigger_id, view=press.view
            )
            ack()
            return
        self.parts.desk.claim(waiting.ref, by=person.id)
        done = words.TOOK.format(number=waiting.number)
        self.parts.private.repaint(press, lambda: self.parts.screens.home(person), done=done)
        ack()

    def _publish(self, user: SlackUser, body: dict[str, Any], place: HomePlace = FIRST) -> None:
        person = self.parts.access.acting(user)
        self._show(user, lambda: self.parts.screens.home(person, place), body)

    def _show(self, user: SlackUser, view: Callable[[], View], body: dict[str, Any]) -> None:
        """Slack is asked about channels and members on the way, and then to show it: more than a press may wait."""
        self.parts.after_ack(lambda: self.parts.slack.views_publish(user_id=user.id, view=view()), body, about=user.id)
