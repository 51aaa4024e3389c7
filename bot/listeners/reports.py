"""Reports, exports and what hangs on the digest. What is asked for comes through the outbox; the answer says so at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack, App

from bot import periods, places, reporting
from bot.actions import Press
from bot.blocks.home_report import home_report
from bot.blocks.reports import days_in_words, longest_open_view
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, PayloadError
from bot.periods import Period
from bot.screens import OF_A_LEAD
from bot.values import read_page_value
from bot.views import Message
from bot.views.reports import HomeReport
from bot.words import reports as words
from ticketing.errors import InvalidInput
from ticketing.lanes import BEHIND
from ticketing.model import Person
from ticketing.outbox import Notice

AT_ONCE = 5
"""How many reports and files of one person may be on their way."""


@dataclass(frozen=True)
class Reports:
    """What leads ask to look back on."""

    parts: Parts

    def register(self, app: App) -> None:
        app.block_action(Press.REPORT.value)(self.at_home)
        app.block_action(Press.REPORT_CSV.value)(self.send_csv)
        app.block_action(Press.OPEN_ALL.value)(self.show_open)
        app.block_action(Press.OPEN_PAGE.value)(self.turn_page)
        app.block_action(Press.OPEN_PAGE_BACK.value)(self.turn_page)

    # --- commands, asked for by a lead --------------------------------------------------------------------------------

    def report(self, person: Person, typed: str) -> Message:
        """`/helpdesk report [period]`. Raises InvalidInput."""
        return self._ask(person, "report", typed, words.ON_ITS_WAY)

    def export(self, person: Person, typed: str) -> Message:
        """`/helpdesk export [period]`. Raises InvalidInput."""
        return self._ask(person, "export", typed, words.CSV_ON_ITS_WAY)

    def _ask(self, person: Person, kind: str, typed: str, answer: str) -> Message:
        period = self._period(typed)
        self._may_ask(person)
        now = self.parts.clock()
        # A second press within the minute asks for the same message.
        self._add(person, kind, f"{kind}:{period}:{now:%Y%m%d%H%M}", {"period": str(period)}, now)
        return Message(answer.format(days=days_in_words(period.first, period.last)), [])

    # --- presses ------------------------------------------------------------------------------------------------------

    def at_home(self, ack: Ack, body: dict[str, Any]) -> None:
        """App Home says that it is being counted; it is drawn there when it is, unless they have gone on."""
        press = ButtonPress.read(body)
        person = self.parts.access.lead(press.person, words.ACT)
        self._may_ask(person)
        period, now = self._period(""), self.parts.clock()
        waiting = home_report(HomeReport(period.first, period.last, None, presses=OF_A_LEAD))
        shown = self.parts.slack.views_publish(user_id=press.person.id, view=waiting)
        hash_ = str((shown.get("view") or {}).get("hash") or "")
        self._add(person, "report_home", f"home:{hash_}"[:64], {"period": str(period), "hash": hash_}, now)
        ack()

    def send_csv(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        person = self.parts.access.lead(press.person, words.ACT)
        answer = self.export(person, press.value)
        self.parts.private.say(press.person, answer, place=press.place, trigger_id=press.trigger_id, view=press.view)
        ack()

    def show_open(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        person = self.parts.access.agent(press.person)
        self.parts.private.open(press.trigger_id, self._open_page(person, 1), above=press.view)
        ack()

    def turn_page(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        if press.view is None:
            raise PayloadError("view")
        person = self.parts.access.agent(press.person)
        page, _ref, _comment = read_page_value(press.value)
        self.parts.private.redraw(press.view, self._open_page(person, page))
        ack()

    def _open_page(self, person: Person, page: int) -> dict[str, Any]:
        hidden, now = self.parts.access.hidden(person), self.parts.clock()
        return longest_open_view(reporting.longest_open(self.parts.desk, page, now=now, hidden=hidden))

    def _period(self, typed: str) -> Period:
        zone = ZoneInfo(self.parts.desk.configuration().zone)
        return periods.read(typed, self.parts.clock().astimezone(zone).date())

    def _may_ask(self, person: Person) -> None:
        """Figures take time: nobody asks for many reports at once. Raises InvalidInput."""
        waiting = self.parts.desk.outbox.depth_of(places.for_reports(places.of_person(person.id)))
        if waiting >= AT_ONCE:
            raise InvalidInput("period", words.WAIT_FOR_THEM.format(count=waiting))

    def _add(self, person: Person, kind: str, about: str, data: dict[str, Any], now: datetime) -> None:
        place = places.for_reports(places.of_person(person.id))
        self.parts.desk.outbox.add(Notice(place, about, kind, priority=BEHIND, data=data), at=now)
