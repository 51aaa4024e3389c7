"""What is posted in the threads of a ticket: to its customer, to the agent who has it, to the team."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot import places, refusals, text
from bot.blocks import assignment, customer, triage
from bot.delivery import emoji
from bot.delivery.letters import Letter
from bot.delivery.reading import Dossier
from bot.views import LateApology, Message, RatingPost, TeamPost, ThreadPost
from bot.words import outbound as words
from ticketing.desk.amending import PULLED_BACK
from ticketing.events import EventKind
from ticketing.model import ClockKind, Comment, Role, TicketStatus
from ticketing.outbox import Errand
from ticketing.timeline import OTHER_TERMS, last_of

DEACTIVATED = frozenset({"user_disabled", "account_inactive", "channel_not_found"})
"""What Slack says of a conversation with somebody whose account is deactivated."""


def to_customer(render: Callable[[ThreadPost], Message], dossier: Dossier, errand: Errand) -> Letter | None:
    """The copy of a public comment in the customer's thread; an internal one is never drawn here."""
    number = int(errand.data["comment"])
    said = dossier.comment(number)
    if said is not None and (said.is_internal or was_said_in(dossier, errand.place, said)):
        return None
    ticket = dossier.ticket
    message = None
    if said is not None:
        post = ThreadPost(
            ref=ticket.ref,
            version=ticket.version,
            text=said.text,
            author=_author_in(dossier, errand.place, said),
            comment=number,
        )
        message = render(post)
    letter = _in_thread(dossier, places.about_comment(ticket.number, number), places.CUSTOMER, message)
    if said is not None:
        letter = replace(letter, then=emoji.mark_of(ticket.ref, errand.place, said))
    return _again(letter, errand)


def _author_in(dossier: Dossier, place: str, said: Comment) -> str | None:
    """Who is named there: nobody for what the desk said by itself, and nobody to themselves."""
    is_to_themselves = places.person_in(place) == said.author_id
    return None if said.is_automatic or is_to_themselves else dossier.name(said.author_id)


def to_team(render: Callable[[TeamPost], Message], dossier: Dossier, errand: Errand, side: str) -> Letter | None:
    """The copy of a comment in the triage thread or under the assignment; none where it was written there itself."""
    number = int(errand.data["comment"])
    said = dossier.comment(number)
    if said is not None and was_said_in(dossier, errand.place, said):
        return None
    message = _pulled_back(dossier, number) if said is None else render(_team_post_in(dossier, errand.place, said))
    return _again(_in_thread(dossier, places.about_comment(dossier.ref.number, number), side, message), errand)


def _again(letter: Letter, errand: Errand) -> Letter:
    """A copy that follows an edit is changed where it stands, and never posted a second time."""
    return replace(letter, only_edit=True) if errand.data.get("again") else letter


def _pulled_back(dossier: Dossier, number: int) -> Message | None:
    """What the team reads in the place of an answer that was pulled back; nothing for what was merely deleted."""
    taken = (each for each in dossier.events if each.kind is EventKind.COMMENT_DELETED and each.reason == PULLED_BACK)
    event = next((each for each in taken if each.data.get("comment") == number), None)
    if event is None:
        return None
    author, customer = text.first(dossier.name(event.actor_id) or ""), text.first(dossier.customer)
    sentence = words.PULLED_BACK.format(number=dossier.ref.number, author=author, customer=customer)
    return Message(sentence.replace("*", ""), [_section(sentence)])


def was_said_in(dossier: Dossier, place: str, said: Comment) -> bool:
    """
    Whether a comment was written in the very thread that a copy would be for; a merged ticket's is another.

    What went out from a thread that is the team's was ordered there (`?reply`), and a macro is typed by its name: the order
    is not yet what was sent.
    """
    channel = places.channel_in(place) or _conversation(dossier, place)
    if channel is None or not said.source.startswith(f"m:{channel}:"):
        return False
    if not said.is_internal and said.author_id != dossier.ref.customer_id and _is_teams_own(dossier, place):
        return False
    of_it = [each for each in dossier.events if each.data.get("comment") == said.number]
    return not any(each.kind is EventKind.MACRO_APPLIED or each.data.get("via") for each in of_it)


def _conversation(dossier: Dossier, place: str) -> str | None:
    """Which conversation a person's is in Slack, where the ticket has a card there."""
    card = dossier.desk.outbox.shown(dossier.ref.customer_id, place, places.about_ticket(dossier.ref.number))
    return card.channel if card is not None else None


def _is_teams_own(dossier: Dossier, place: str) -> bool:
    """Whether what is simply typed under the ticket's card there is a note."""
    card = dossier.desk.outbox.shown(dossier.ref.customer_id, place, places.about_ticket(dossier.ref.number))
    return card is not None and card.side == places.TEAM


def _team_post_in(dossier: Dossier, place: str, said: Comment) -> TeamPost:
    """In somebody's own messages it is offered only to who wrote it, and to leads: nobody else can pull it back."""
    post = team_post(dossier, said)
    reader = places.person_in(place)
    if reader is None or reader == said.author_id or dossier.desk.person(reader).role >= Role.LEAD:
        return post
    return replace(post, can_pull_back=False)


def team_post(dossier: Dossier, said: Comment) -> TeamPost:
    """A comment as the team's threads show it."""
    return TeamPost(
        ref=dossier.ref,
        version=dossier.ticket.version,
        text=said.text,
        author=dossier.name(said.author_id) or "",
        customer=dossier.customer,
        comment=said.number,
        can_pull_back=_can_pull_back(dossier, said),
    )


def _can_pull_back(dossier: Dossier, said: Comment) -> bool:
    if said.is_internal or said.is_automatic or said.author_id == dossier.ref.customer_id:
        return False
    return dossier.ticket.as_of - said.said_at <= dossier.configuration.undo_window


def rated(dossier: Dossier, errand: Errand, side: str) -> Letter | None:
    """What the customer said of a resolution, for the team: one line, changed where it stands if it is thought over."""
    resolution = int(errand.data["resolution"])
    rating = next((one for one in dossier.desk.ratings(dossier.ref) if one.resolution == resolution), None)
    if rating is None:
        return None
    post = RatingPost(
        ref=dossier.ref,
        version=dossier.ticket.version,
        customer=dossier.customer,
        is_helpful=rating.is_helpful,
        comment=rating.comment,
    )
    return _in_thread(dossier, places.about_rating(dossier.ref.number, resolution), side, triage.rated_post(post))


def resolved(dossier: Dossier, errand: Errand) -> Letter | None:
    """Resolved without a word: the card says so, and this line, so that the customer hears of it."""
    ticket = dossier.ticket
    if ticket.status is not TicketStatus.RESOLVED:
        return None
    post = ThreadPost(ref=ticket.ref, version=ticket.version, text="", author=dossier.resolver)
    about = f"r:{ticket.number}:{errand.data['event']}"
    return _in_thread(dossier, about, places.CUSTOMER, customer.resolved_post(post))


def reopened(dossier: Dossier, errand: Errand) -> Letter | None:
    """The answer to "Not solved", which asks what is still wrong."""
    if dossier.ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        return None
    number = dossier.ref.number
    about = f"r:{number}:{errand.data['event']}"
    return _in_thread(dossier, about, places.CUSTOMER, customer.reopened_post(number))


def closes_soon(dossier: Dossier, errand: Errand) -> Letter | None:
    if dossier.ticket.status is not TicketStatus.RESOLVED:
        return None
    ticket = dossier.ticket
    message = customer.closes_soon_post(ticket.ref, ticket.version, dossier.configuration.nudge_before_days)
    return _in_thread(dossier, f"n:{ticket.number}:{errand.data['event']}", places.CUSTOMER, message)


def thanked(dossier: Dossier, errand: Errand) -> Letter | None:
    """A bare thanks is kept and answered, with a way to say that it is not solved."""
    if dossier.ticket.status is not TicketStatus.RESOLVED:
        return None
    ticket = dossier.ticket
    message = customer.thanks_post(ticket.ref, ticket.version)
    return _in_thread(dossier, f"h:{ticket.number}:{errand.data['event']}", places.CUSTOMER, message)


def apology(dossier: Dossier, errand: Errand) -> Letter | None:
    """Once, when the promise of a first answer slips, and only while it is still owed."""
    ticket = dossier.ticket
    run = int(errand.data["run"])
    clock = ticket.current_clock(ClockKind.FIRST_RESPONSE)
    if clock is None or clock.run != run or not clock.is_running or clock.due_at is None:
        return None
    set_at = last_of(dossier.events, OTHER_TERMS, ticket.as_of)
    if set_at is not None and clock.due_at <= set_at:
        return None  # it was over when it was set, so nobody was ever promised it
    late = LateApology(
        number=ticket.number,
        promised_at=clock.due_at,
        agent=dossier.holder,
        zone=dossier.zone_of(ticket.customer_id),
    )
    return _in_thread(dossier, f"s:{ticket.number}:{run}", places.CUSTOMER, customer.late_apology_post(late))


def assigned_again(dossier: Dossier, errand: Errand) -> Letter | None:
    """The card of somebody who had the ticket before is edited, which notifies nobody; this does."""
    ticket = dossier.ticket
    agent_id = places.person_in(errand.place)
    if not ticket.is_held or ticket.assigned_agent_id != agent_id:
        return None
    sentence = words.AGAIN.format(number=ticket.number)
    message = Message(sentence, [_section(sentence)])
    about = f"y:{ticket.number}:{errand.data['event']}"
    return _in_thread(dossier, about, places.AGENT, message, broadcast=True)


def woken(dossier: Dossier, errand: Errand) -> Letter | None:
    """
    A snooze is over, and who has the ticket is reminded; not once it is another's, done, or put off again.

    What stands loses its buttons then (`again`).
    """
    ticket, agent_id = dossier.ticket, places.person_in(errand.place)
    about = places.about_reminder(ticket.number, int(errand.data["event"]))
    if errand.data.get("again"):
        message = assignment.woken_post(dossier.facts(dossier.zone_of(agent_id)), is_over=True)
        return _again(_in_thread(dossier, about, places.AGENT, message), errand)
    if not ticket.is_held or ticket.assigned_agent_id != agent_id or ticket.snoozed_until is not None:
        return None
    message = assignment.woken_post(dossier.facts(dossier.zone_of(agent_id)))
    return _in_thread(dossier, about, places.AGENT, message, broadcast=True)


def undelivered(dossier: Dossier, errand: Errand) -> Letter:
    """What somebody was to be shown and cannot be: told to who has the ticket, in the team's thread."""
    ticket = dossier.ticket
    reason, place = str(errand.data["reason"]), str(errand.data["place"])
    person_id = places.person_in(place)
    person = text.first(dossier.name(person_id) or "") if person_id is not None else words.A_CHANNEL
    why = words.WHY.get(reason) or words.WHY_ELSE.format(reason=text.inline(reason, text.NAME))
    sentence = words.NOT_DELIVERED.format(number=ticket.number, person=person, why=why)
    holder = ticket.assigned_agent_id if ticket.is_held and ticket.assigned_agent_id != person_id else None
    if holder is not None:
        sentence = f"<@{slack_id(dossier.desk.person(holder).external_ref)}> {sentence}"
    message = Message(sentence.replace("*", ""), [_section(sentence)])
    return _in_thread(dossier, f"u:{ticket.number}:{place}", places.TEAM, message)


def unsent(dossier: Dossier, errand: Errand) -> Letter | None:
    """To who wrote it: it did not go out, and why; nothing any more once it stands before the customer."""
    number = int(errand.data["comment"])
    said = dossier.comment(number)
    copy = places.about_comment(dossier.ref.number, number)
    stands = dossier.desk.outbox.shown_everywhere(dossier.ref.customer_id, copy)
    if said is None or any(each.side == places.CUSTOMER for each in stands):
        return None
    reason = str(errand.data["reason"])
    customer = text.first(dossier.customer)
    if reason in DEACTIVATED:
        why = refusals.not_delivered(dossier.ref.number, dossier.customer)
    else:
        known = words.WHY.get(reason) or words.WHY_ELSE.format(reason=text.inline(reason, text.NAME))
        why = words.UNSENT.format(customer=customer, why=known, number=dossier.ref.number)
    post = replace(team_post(dossier, said), because=why)
    about = places.about_unsent(dossier.ref.number, number)
    return _in_thread(dossier, about, places.AGENT, triage.unsent_post(post))


def slack_id(external_ref: str) -> str:
    """The user id in a person's outside reference (`T1:U1`)."""
    return external_ref.rpartition(":")[2]


def _section(sentence: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": sentence}}


def _in_thread(dossier: Dossier, about: str, side: str, message: Message | None, *, broadcast: bool = False) -> Letter:
    return Letter(
        about=about,
        side=side,
        message=message,
        root=places.about_ticket(dossier.ref.number),
        broadcast=broadcast,
    )
