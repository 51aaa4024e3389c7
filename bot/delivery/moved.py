"""
Alerts whose channel is another by now, by the settings or by the ticket's category.

What waits in the channel of before goes to the one of now; what stands there says where to look, until it is settled. What is
owed and stands nowhere in the channel of now, such as where there was none when it came about, is asked for there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot import places
from bot.blocks.parts import section
from bot.delivery import hidden, outages
from bot.delivery.alert_facts import worst
from bot.delivery.letters import Instead, Letter
from bot.delivery.reading import Dossier
from bot.views import AlertState, Message
from bot.words import outbound as words
from ticketing.configuration import Configuration
from ticketing.desk import Desk
from ticketing.desk.open_tickets import FIRST, Spot
from ticketing.lanes import AHEAD_FROM
from ticketing.model import TicketRef
from ticketing.outbox import Errand, Notice
from ticketing.shown import ALERT_CARD, Shown

PAGE = 500
"""Open tickets that are looked at in one step."""


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


@dataclass(frozen=True)
class _Look:
    """A look through all that is owed: under which settings, in which places alerts were read since the last, how far it is."""

    configuration: Configuration
    places: frozenset[str]
    after: Spot = FIRST


@dataclass
class AlertPlaces:
    """
    Has what is owed shown where alerts are read by the settings in force, after each change of a channel of alerts.

    Whoever looks at the same time in another process asks for the same cards, of which one is drawn.
    """

    desk: Desk
    page: int = PAGE
    _settled: int | None = None
    _look: _Look | None = None

    def step(self, now: datetime) -> datetime | None:
        """Look through a page of open tickets, if there is anything to look for; `now` (business time) while there is more."""
        configuration = self.desk.configuration()
        if configuration.version == self._settled:
            return None
        look = self._look
        if look is None or look.configuration.version != configuration.version:
            look = self._begin()
        if look is not None:
            goes_on = self._look_through(look, now)
            self._look = replace(look, after=goes_on) if goes_on is not None else None
            if goes_on is not None:
                return now
            for place in look.places - places.all_of_alerts(look.configuration):
                outages.over(self.desk, place)
        self.desk.note_alerts_looked_at(configuration.version)
        self._settled = configuration.version
        return None

    def _begin(self) -> _Look | None:
        """None where no alert is read elsewhere than when all were last looked through, nor was meanwhile."""
        *before, configuration = self.desk.alert_settings_since()
        if not any(places.are_alerts_elsewhere(each, configuration) for each in before):
            return None
        read_in = frozenset(place for each in (*before, configuration) for place in places.all_of_alerts(each))
        return _Look(configuration, read_in)

    def _look_through(self, look: _Look, now: datetime) -> Spot | None:
        page = self.desk.owed_alerts(look.after, places=look.places, rows=self.page)
        wanted: dict[str, list[TicketRef]] = {}
        for each in page.tickets:
            place = places.of_alerts_in(each.category, look.configuration)
            if place is not None and each.stands != {place}:
                for where in (place, *sorted(each.stands - {place})):
                    wanted.setdefault(where, []).append(each.ref)
        for where, refs in wanted.items():
            waiting = self.desk.alert_cards_waiting(where)
            self.desk.outbox.add(*(_card(where, ref) for ref in refs if ref not in waiting), at=now)
        return page.goes_on
