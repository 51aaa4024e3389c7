"""What stands of a ticket that is private by now where others read: only that it is."""

from __future__ import annotations

from bot import places
from bot.blocks.parts import section
from bot.delivery.letters import Letter, NotYet
from bot.delivery.reading import Dossier
from bot.escalating import ESCALATED
from bot.sight import NotSaid, Sight
from bot.views import Message
from bot.words import outbound as words
from ticketing.configuration import Configuration
from ticketing.outbox import Errand
from ticketing.shown import ALERT_COUNTDOWN, ALERT_LINE, ALERT_SAID, ALERT_SETTLED

ASKED_AGAIN_S = 5.0
"""How long what is for somebody waits while Slack does not say whether they may see it."""

CARDS = {
    "assignment_card": places.AGENT,
    "watch_card": places.TEAM,
    "customer_card": places.CUSTOMER,
    "triage_card": places.TEAM,
}
COPIES = frozenset({"from_customer", "sent", "note", "watched", "own", "reply", "question", "solution"})


ALERTS = frozenset({ALERT_LINE, ALERT_SETTLED, ALERT_SAID, ALERT_COUNTDOWN, ESCALATED})


def is_private_elsewhere(dossier: Dossier, place: str) -> bool:
    """Whether a place is a channel that others read than those who may see the ticket."""
    return are_private_elsewhere(dossier.configuration, dossier.ticket.category, place)


def are_private_elsewhere(configuration: Configuration, category: str, place: str) -> bool:
    """The same of all tickets of a category."""
    private = configuration.private_category(category)
    channel = places.channel_in(place)
    return private is not None and channel is not None and channel != private.channel


def alert(number: int) -> Letter:
    """What stands in the place of an alert."""
    message = _card(words.PRIVATE_NOW.format(number=number))
    return Letter(about=places.about_alert(number), side=places.ALERT, message=message, only_edit=True)


def is_from(dossier: Dossier, errand: Errand, sight: Sight) -> bool:
    """
    Whether the ticket is to be kept from who reads in the errand's place; never from its own customer.

    What was said before it became private still comes to where it was to go. Raises NotYet.
    """
    private = dossier.configuration.private_category(dossier.ticket.category)
    if private is None:
        return False
    person_id = places.person_in(errand.place)
    if person_id is None:
        follows = errand.kind in CARDS or (errand.kind in COPIES and bool(errand.data.get("again")))
        return (follows or errand.kind in ALERTS) and is_private_elsewhere(dossier, errand.place)
    if person_id == dossier.ref.customer_id:
        return False
    try:
        return sight.surely_hidden(dossier.desk.person(person_id), dossier.ticket.category)
    except NotSaid:
        raise NotYet(ASKED_AGAIN_S) from None


def instead(dossier: Dossier, errand: Errand) -> Letter | None:
    """The card that stands there without its words; a copy of what was taken back since goes; nothing new is posted."""
    number = dossier.ref.number
    side = CARDS.get(errand.kind)
    if side is not None:
        is_watchers = errand.kind == "watch_card"
        about = places.about_watched(number) if is_watchers else places.about_ticket(number)
        template = words.GOES_ON_IN_PRIVATE if side == places.CUSTOMER else words.PRIVATE_NOW
        return Letter(about=about, side=side, message=_card(template.format(number=number)), only_edit=True)
    if errand.kind in COPIES and dossier.comment(int(errand.data["comment"])) is None:
        return Letter(about=_copy(number, errand), side=places.AGENT, message=None)
    return None


def _copy(number: int, errand: Errand) -> str:
    comment = int(errand.data["comment"])
    if errand.kind == "watched":
        return f"{places.about_watched(number)}:{comment}"
    return places.about_comment(number, comment)


def _card(sentence: str) -> Message:
    return Message(sentence, [section(sentence)])
