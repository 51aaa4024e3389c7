"""What stands in somebody's own conversation of a ticket that is private by now, and not for them: only that it is."""

from __future__ import annotations

from bot import places
from bot.delivery.letters import Letter, NotYet
from bot.delivery.reading import Dossier
from bot.sight import NotSaid, Sight
from bot.views import Message
from bot.words import outbound as words
from ticketing.outbox import Errand

ASKED_AGAIN_S = 5.0
"""How long what is for somebody waits while Slack does not say whether they may see it."""

CARDS = {"assignment_card": places.AGENT, "watch_card": places.TEAM}
COPIES = frozenset({"from_customer", "sent", "note", "watched"})


def is_from(dossier: Dossier, errand: Errand, sight: Sight) -> bool:
    """Whether the ticket is to be kept from whose conversation it is; never from its own customer. Raises NotYet."""
    person_id = places.person_in(errand.place)
    if person_id is None or person_id == dossier.ref.customer_id:
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
        about = places.about_ticket(number) if side == places.AGENT else places.about_watched(number)
        return Letter(about=about, side=side, message=_card(number), only_edit=True)
    if errand.kind in COPIES and dossier.comment(int(errand.data["comment"])) is None:
        return Letter(about=_copy(number, errand), side=places.AGENT, message=None)
    return None


def _copy(number: int, errand: Errand) -> str:
    comment = int(errand.data["comment"])
    if errand.kind == "watched":
        return f"{places.about_watched(number)}:{comment}"
    return places.about_comment(number, comment)


def _card(number: int) -> Message:
    sentence = words.PRIVATE_NOW.format(number=number)
    return Message(sentence, [{"type": "section", "text": {"type": "mrkdwn", "text": sentence}}])
