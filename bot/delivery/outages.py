"""
What admins are told of a channel of alerts that is closed to the app: once, in a message that later says that it is over.

Found by what cannot be told there, over once something can be, or once no alerts are read there any more.
"""

from __future__ import annotations

from datetime import datetime

from bot import places
from bot.blocks.outages import outage_message
from bot.delivery.letters import Letter
from bot.views.outages import Outage, OutageState
from ticketing.configuration import Configuration
from ticketing.desk import Desk
from ticketing.instants import to_us
from ticketing.lanes import AHEAD_FROM
from ticketing.model import DESK_ITSELF, PersonId, Role
from ticketing.outbox import Errand, Notice

OUTAGE = "outage_card"


def begun(desk: Desk, place: str, code: str) -> None:
    """Alerts cannot be told in a place, because of that error of Slack's."""
    if desk.closed_since(place) is not None:
        return
    at = desk.now()
    cards = [_card(each, place, at, code) for each in _to_be_told(desk)]
    desk.note_closed(place, cards, at=at)


def over(desk: Desk, place: str) -> None:
    """Alerts can be told in a place, or are to be told there no more: what says the contrary says so."""
    since = desk.closed_since(place)
    if since is None:
        return
    stands = desk.outbox.shown_everywhere(DESK_ITSELF, _about(place, since))
    cards = [_card(person, place, since, "") for each in stands if (person := places.person_in(each.place)) is not None]
    desk.note_open(place, cards, at=desk.now())


def outage(desk: Desk, errand: Errand) -> Letter | None:
    """The message of an outage as it stands now. One that is over is told to nobody who has not read of it."""
    place, since = str(errand.data["place"]), int(errand.data["since"])
    channel, configuration = places.channel_in(place), desk.configuration()
    if channel is None:
        return None
    closed_since = desk.closed_since(place)
    is_on = closed_since is not None and to_us(closed_since) == since
    state = OutageState.CLOSED if is_on else OutageState.OPEN
    if place not in places.all_of_alerts(configuration):
        state = OutageState.NOT_READ
    shown = Outage(
        channel=channel,
        state=state,
        is_archived=errand.data["code"] == "is_archived",
        categories=_categories(configuration, channel),
    )
    only_edit = state is not OutageState.CLOSED
    return Letter(about=errand.about, side=places.REPORTS, message=outage_message(shown), only_edit=only_edit)


def _to_be_told(desk: Desk) -> list[PersonId]:
    """Who can do something about it; where there is no admin, whoever comes next."""
    members = desk.members()
    admins = [each.id for each in members if each.role >= Role.ADMIN]
    return admins or [each.id for each in members if each.role >= Role.LEAD]


def _categories(configuration: Configuration, channel: str) -> tuple[str, ...]:
    """Of which categories it is the channel of alerts; none where it is the desk's."""
    if configuration.channels.escalations == channel:
        return ()
    every = {each.key: each for each in (*configuration.private_categories, *configuration.categories)}
    place = places.of_channel(channel)
    return tuple(each.name for each in every.values() if places.of_alerts_in(each.key, configuration) == place)


def _about(place: str, since: datetime) -> str:
    return f"ac:{places.channel_in(place)}:{to_us(since)}"


def _card(person: PersonId, place: str, since: datetime, code: str) -> Notice:
    data = {"place": place, "since": to_us(since), "code": code}
    return Notice(places.of_person(person), _about(place, since), OUTAGE, priority=AHEAD_FROM, data=data)
