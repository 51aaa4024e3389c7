"""
Alerts whose channel is another by now, by the settings or by the ticket's category.

What waits in the channel of before goes to the one of now; what stands there says where to look, until it is settled. What is
owed and stands nowhere in the channel of now, such as where there was none when it came about, is asked for there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot import places
from bot.blocks.parts import section
from bot.delivery import hidden
from bot.delivery.alert_facts import worst
from bot.delivery.letters import Instead, Letter
from bot.delivery.reading import Dossier
from bot.views import AlertState, Message
from bot.words import outbound as words
from ticketing.desk import Desk
from ticketing.lanes import AHEAD_FROM
from ticketing.model import TicketRef
from ticketing.outbox import Errand, Notice
from ticketing.shown import ALERT_CARD, Shown


def instead(dossier: Dossier, errand: Errand) -> Letter | Instead | None:
    """What becomes of a row of an alert that is in a place where its ticket's alerts are read no more; None where they are."""
    place = places.of_alerts(dossier.ticket, dossier.configuration)
    if place is None or place == errand.place or hidden.is_private_elsewhere(dossier, errand.place):
        return None
    about = places.about_alert(dossier.ref.number)
    if errand.kind == ALERT_CARD:
        stands = dossier.desk.outbox.shown(errand.customer_id, errand.place, about)
        if stands is not None:
            return _where_now(dossier, stands, place)
    there = Notice(place, errand.about, errand.kind, errand.ticket, errand.priority, dict(errand.data))
    card = _card(place, dossier.ref)
    return Instead(by=(card,) if errand.kind == ALERT_CARD else (card, there))


def _where_now(dossier: Dossier, stands: Shown, place: str) -> Letter | None:
    """What a message says that is about this ticket alone, while something is owed; None where it is drawn as ever."""
    rows = dossier.desk.outbox.alerts(dossier.ref)
    if not rows or len(dossier.desk.alerts_in_message(stands.channel, stands.ts)) > 1:
        return None
    if worst(dossier, rows).state in (AlertState.ANSWERED, AlertState.VOID, AlertState.PICKED_UP):
        return None
    sentence = words.ALERT_ELSEWHERE.format(number=dossier.ref.number, channel=places.channel_in(place))
    message = Message(sentence, [section(sentence)])
    return Letter(about=stands.about, side=places.ALERT, message=message, only_edit=True)


def _card(place: str, ref: TicketRef) -> Notice:
    return Notice(place, places.about_alert(ref.number), ALERT_CARD, ref, priority=AHEAD_FROM)


@dataclass
class AlertPlaces:
    """Has what is owed shown where alerts are read by the settings in force: at the start, and whenever they have changed."""

    desk: Desk
    _version: int | None = None

    def step(self, now: datetime) -> None:
        """Look once for each version of the settings. `now` is business time."""
        configuration = self.desk.configuration()
        if configuration.version == self._version:
            return
        outbox = self.desk.outbox
        missing: dict[str, list[TicketRef]] = {}
        for ref in self.desk.owed_alerts():
            place = places.of_alerts(self.desk.ticket(ref), configuration)
            if place is not None and outbox.shown(ref.customer_id, place, places.about_alert(ref.number)) is None:
                missing.setdefault(place, []).append(ref)
        for place, refs in missing.items():
            waiting = {each.ref for each in self.desk.alerts_being_told(place)}
            for ref in refs:
                stale = outbox.shown_everywhere(ref.customer_id, places.about_alert(ref.number))
                wanted = [each.place for each in stale] if ref in waiting else [place, *(each.place for each in stale)]
                for where in wanted:
                    outbox.add(_card(where, ref), at=now)
        self._version = configuration.version
