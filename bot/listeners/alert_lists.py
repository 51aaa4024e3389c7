"""Under a message of several alerts: all of them in pages, and several to take at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import Ack, App

from bot import places
from bot.actions import Press
from bot.blocks.alert_groups import PAGE_ROWS, alert_group_view
from bot.blocks.taking import OFFERED, take_several_view
from bot.delivery.alerts import alert_of, group_of
from bot.delivery.reading import Dossier
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, PayloadError
from bot.values import read_page_value
from bot.views import TakeSeveral
from ticketing.desk.alerting import AlertedTicket
from ticketing.model import Person


@dataclass(frozen=True)
class AlertLists:
    """What opens from a message of several alerts. Each reader sees what they may see, as it stands now."""

    parts: Parts

    def register(self, app: App) -> None:
        app.block_action(Press.SHOW_ALL.value)(self.show_all)
        app.block_action(Press.TAKE_SEVERAL.value)(self.take_several)
        app.block_action(Press.ALERTS_PAGE.value)(self.turn_page)
        app.block_action(Press.ALERTS_PAGE_BACK.value)(self.turn_page)

    def show_all(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        person, key = self.parts.access.agent(press.person), _key(press)
        group = group_of(self.parts.desk, self._seen(person, key), size=PAGE_ROWS, zone=person.tz, key=key)
        self.parts.private.open(press.trigger_id, alert_group_view(group), above=press.view)
        ack()

    def turn_page(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        if press.view is None:
            raise PayloadError("view")
        person, key = self.parts.access.agent(press.person), press.view.private_metadata
        page, _ref, _comment = read_page_value(press.value)
        tickets = self._seen(person, key)
        group = group_of(self.parts.desk, tickets, page=page, size=PAGE_ROWS, zone=person.tz, key=key)
        self.parts.private.redraw(press.view, alert_group_view(group))
        ack()

    def take_several(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        person, key = self.parts.access.agent(press.person, "take alerts"), _key(press)
        owed = [each for each in self._seen(person, key) if each.is_owed and each.ref.customer_id != person.id]
        owed.sort(key=lambda each: each.rank)
        alerts = [alert_of(Dossier(self.parts.desk, each.ref), person.tz) for each in owed[:OFFERED]]
        form = TakeSeveral(alerts=tuple(replace(alert, possible=None) for alert in alerts), key=key, total=len(owed))
        self.parts.private.open(press.trigger_id, take_several_view(form), above=press.view)
        ack()

    def _seen(self, person: Person, key: str) -> list[AlertedTicket]:
        channel, _, ts = key.partition(":")
        hidden = self.parts.access.hidden(person)
        desk = self.parts.desk
        # Somebody may press before it is written down that the message stands, and that may be written between two looks.
        tickets = (
            desk.alerts_in_message(channel, ts)
            or desk.alerts_being_told(places.of_channel(channel))
            or desk.alerts_in_message(channel, ts)
        )
        return [each for each in tickets if each.category not in hidden]


def _key(press: ButtonPress) -> str:
    """The message that was pressed."""
    if press.place is None or press.place.ts is None:
        raise PayloadError("message")
    return f"{press.place.channel}:{press.place.ts}"
