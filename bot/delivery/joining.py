"""What is posted about tickets that were merged, and what those who watch one are shown."""

from __future__ import annotations

from dataclasses import replace

from bot import places
from bot.blocks import customer, joining, triage
from bot.delivery.letters import Letter
from bot.delivery.posts import team_post, was_said_in
from bot.delivery.reading import Dossier
from bot.views import Message, ThreadPost
from bot.views.joining import JoinedPost, WatchCard
from ticketing.events import EventKind
from ticketing.model import Comment, Person, PersonId, Role, TicketRef
from ticketing.outbox import Errand


def joined(dossier: Dossier, errand: Errand, side: str) -> Letter | None:
    """That another ticket was joined with this one, with its first words; changed where it stands when taken apart."""
    number = int(errand.data["joined"])
    event = next(
        (e for e in dossier.events if e.kind is EventKind.RECEIVED_MERGE and e.from_value == str(number)), None
    )
    if event is None:
        return None
    other = Dossier(dossier.desk, TicketRef(dossier.ref.customer_id, number))
    is_joined = other.ticket.merged_into == dossier.ref.number
    post = JoinedPost(
        ref=other.ref,
        version=other.ticket.version,
        number=dossier.ref.number,
        customer=dossier.customer,
        by=dossier.name(event.actor_id) or "",
        subject=other.ticket.subject,
        text=other.ticket.description,
        is_joined=is_joined,
        can_undo=other.can_unmerge,
    )
    return Letter(
        about=places.about_joined(dossier.ref.number, number),
        side=side,
        message=joining.joined_post(post),
        root=places.about_ticket(dossier.ref.number),
        only_edit=not is_joined,
    )


def watch_card(dossier: Dossier, place: str, *, only_edit: bool = False) -> Letter | None:
    """The card of somebody who reads along, without its words for who may see the ticket no more."""
    person_id = places.person_in(place)
    if person_id is None:
        return None
    letter = Letter(about=places.about_watched(dossier.ref.number), side=places.TEAM, message=None, only_edit=True)
    if not dossier.desk.may_see(person_id, dossier.ticket):
        return replace(letter, message=joining.unseen_card(dossier.ref.number))
    is_watching = _reader(dossier, person_id) is not None
    card = WatchCard(
        facts=dossier.facts(dossier.zone_of(person_id)),
        customer=dossier.customer,
        status=dossier.ticket.status,
        agent=dossier.last_agent,
        is_watching=is_watching,
        is_for_colleague=dossier.desk.person(person_id).role < Role.AGENT,
    )
    return replace(letter, message=joining.watch_card(card), only_edit=only_edit or not is_watching)


def watched(dossier: Dossier, errand: Errand) -> Letter | None:
    """What was said, in the thread of a watcher's card, unless they said it themselves or watch no more."""
    number = int(errand.data["comment"])
    said = dossier.comment(number)
    about = f"{places.about_watched(dossier.ref.number)}:{number}"
    letter = Letter(about=about, side=places.TEAM, message=None, root=places.about_watched(dossier.ref.number))
    if said is None:
        return letter
    reader = _reader(dossier, places.person_in(errand.place))
    if reader is None or was_said_in(dossier, errand.place, said):
        return None
    only_edit = bool(errand.data.get("again"))
    if reader.role < Role.AGENT:
        # A colleague of the customer's reads what the customer can read, and nothing else.
        return None if said.is_internal else replace(letter, message=_for_colleague(dossier, said), only_edit=only_edit)
    post = team_post(dossier, said)
    if said.is_internal:
        message = triage.note_post(post)
    elif said.author_id == dossier.ref.customer_id:
        message = triage.from_customer_post(post)
    else:
        message = triage.sent_post(replace(post, can_pull_back=False))
    return replace(letter, message=message, only_edit=only_edit)


def _for_colleague(dossier: Dossier, said: Comment) -> Message:
    ticket = dossier.ticket
    author = None if said.is_automatic else dossier.name(said.author_id)
    return customer.reply_post(
        ThreadPost(ref=ticket.ref, version=ticket.version, text=said.text, author=author, comment=said.number)
    )


def _reader(dossier: Dossier, person_id: PersonId | None) -> Person | None:
    """Who watches the ticket and may still see it."""
    return next((each for each in dossier.desk.watchers(dossier.ref) if each.id == person_id), None)
