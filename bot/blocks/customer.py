"""What the customer sees in Messages: one card for life, its thread, and the offer for a message outside any thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot import text
from bot.actions import Act, Form, Press
from bot.actions import Block as Field
from bot.blocks.parts import (
    OPTION_TEXT,
    OVERFLOW_LEAST,
    act_button,
    actions,
    button,
    context,
    counted,
    distinct,
    facts_line,
    field,
    message,
    modal,
    option,
    quoted,
    said,
    section,
    select,
    spoken,
    spoken_text,
    spoken_title,
    title,
    whole,
    withdraw_button,
)
from bot.values import comment_value, offer_value
from bot.views import (
    CustomerCard,
    CustomerState,
    LateApology,
    Message,
    Offer,
    OfferState,
    OpenTicketLine,
    OtherTicketForm,
    ThreadPost,
    TicketFacts,
    View,
)
from bot.views.common import Block
from bot.words import common
from bot.words import customer as words
from ticketing.model import Priority, TicketRef

_WITHDRAW = (words.WITHDRAW_TITLE, words.WITHDRAW_TEXT, words.WITHDRAW_KEEP)
_MENU_TICKETS = 4  # Slack's five, less Another ticket


def customer_card(card: CustomerCard) -> Message:
    """The customer's card, in every state."""
    head = title(card.facts)
    if card.in_channel:
        head = f"{head} {words.EVERYONE_READS}"
    said_by_agent = _said_by_agent(card)
    reaches = card.state not in {CustomerState.CLOSED, CustomerState.MERGED, CustomerState.WITHDRAWN}
    facts = facts_line(card.facts)
    opened = f"{said(words.OPENED_FOR_YOU, agent=text.first(card.opened_by))} " if card.opened_by else ""
    return message(
        f"{spoken_title(card.facts)}: {opened}{_state(card).replace('*', '')}"
        + (f" {spoken_text(said_by_agent)}" if said_by_agent else ""),
        [
            section(f"{head}\n{_state(card)}"),
            quoted(said_by_agent, _read_all(card, said_by_agent)) if said_by_agent else None,
            _rated(card),
            context(opened + (said(words.REACHES_US, facts=facts) if reaches else f"{facts}.")),
            _card_buttons(card),
        ],
    )


def _said_by_agent(card: CustomerCard) -> str | None:
    if card.state is CustomerState.THEIR_TURN:
        return card.question
    return card.solution if card.state is CustomerState.RESOLVED else None


def _rated(card: CustomerCard) -> Block | None:
    shown = card.state is CustomerState.RESOLVED and card.is_rated and card.is_helpful is not None
    return context(words.RATED[bool(card.is_helpful)]) if shown else None


def _read_all(card: CustomerCard, said_by_agent: str) -> Block | None:
    _, is_cut = text.excerpt(said_by_agent)
    return (
        act_button(Act.READ_ALL, card.facts, value=comment_value(card.facts.ref, card.facts.version, card.comment))
        if (is_cut)
        else None
    )


def _state(card: CustomerCard) -> str:
    agent = text.first(card.agent) if card.agent else common.SOMEBODY
    number, zone = card.facts.number, card.facts.zone
    match card.state:
        case CustomerState.WAITING | CustomerState.HELD | CustomerState.BEGUN:
            templates = {
                CustomerState.WAITING: words.WAITING,
                CustomerState.HELD: words.HELD,
                CustomerState.BEGUN: words.BEGUN,
            }
            state = said(templates[card.state], agent=agent)
            if card.state is CustomerState.WAITING and card.answer_by and card.back_at:
                return f"{state} {_promise_later(card.back_at, card.answer_by, zone)}"
            return f"{state} {said(words.ANSWER_BY, by=text.by(card.answer_by, zone))}" if card.answer_by else state
        case CustomerState.THEIR_TURN:
            return f"{words.THEIR_TURN} {said(words.ASKS, agent=agent)}" if card.question else words.THEIR_TURN
        case CustomerState.RESOLVED:
            return said(words.RESOLVED_HOW if card.solution else words.RESOLVED, agent=agent)
        case CustomerState.CLOSED:
            closed = text.closed_on(card.closed_at, zone) if card.closed_at else words.CLOSED_PLAIN
            template = (
                words.CLOSED if card.close_reason is None else words.CLOSED_BECAUSE.get(card.close_reason, words.CLOSED)
            )
            return said(template, closed=closed, number=number)
        case CustomerState.WITHDRAWN:
            return words.WITHDRAWN
        case CustomerState.MERGED:
            return said(words.MERGED, joined=card.joined_with) if card.joined_with else words.MERGED_PLAIN


def _promise_later(back_at: datetime, due_at: datetime, zone: str) -> str:
    """As the form has it out of hours, but still so when it is read on another day."""
    return said(words.PROMISE_LATER, back=text.day_and_time(back_at, zone), by=text.day_and_time(due_at, zone))


def _card_buttons(card: CustomerCard) -> Block | None:
    facts, possible = card.facts, card.possible
    match card.state:
        case CustomerState.WAITING | CustomerState.HELD | CustomerState.BEGUN:
            return actions(withdraw_button(facts, possible, _WITHDRAW))
        case CustomerState.THEIR_TURN:
            answer = act_button(Act.ANSWER, facts, possible, primary=True)
            return actions(answer, withdraw_button(facts, possible, _WITHDRAW))
        case CustomerState.RESOLVED:
            rating = (Act.RATING_COMMENT,) if card.is_rated else (Act.HELPFUL, Act.NOT_HELPFUL)
            return actions(*(act_button(act, facts, possible) for act in (*rating, Act.NOT_SOLVED)))
        case CustomerState.WITHDRAWN:
            return actions(act_button(Act.WITHDRAW_UNDO, facts, possible))
        case CustomerState.CLOSED | CustomerState.MERGED:
            return None


# Its thread


def reply_post(post: ThreadPost) -> Message:
    """An agent's reply: "*Amir:* ..."."""
    author = _author(post)
    blocks, is_cut = whole(post.text, prefix=said(words.REPLY, author=author))
    sentence = said(words.SPOKEN_REPLY, number=post.ref.number, author=author, text=spoken_text(post.text))
    return message(sentence, [*blocks, _rest(post) if is_cut else None])


def own_post(post: ThreadPost) -> Message:
    """What the customer said elsewhere, as by a form: "*You:* ..."; under their name where others read it."""
    return reply_post(post if post.author else replace(post, author=words.YOU))


def question_post(post: ThreadPost) -> Message:
    """A question that makes it the customer's turn."""
    return _quoting(post, words.QUESTION, words.SPOKEN_QUESTION)


def resolved_post(post: ThreadPost) -> Message:
    """What solved it."""
    if not post.text.strip():
        author = _author(post)
        sentence = said(words.RESOLVED, agent=author)
        return message(
            spoken(words.SPOKEN_RESOLVED, number=post.ref.number, author=author, text="").strip(), [section(sentence)]
        )
    return _quoting(post, words.RESOLVED_POST, words.SPOKEN_RESOLVED)


def reopened_post(number: int) -> Message:
    """After Not solved: what is still wrong?"""
    return message(said(words.SPOKEN_REOPENED, number=number), [section(words.REOPENED)])


def closes_soon_post(ref: TicketRef, version: int, days: int) -> Message:
    """Before a resolved ticket closes by time."""
    sentence = counted(words.CLOSES_IN, days, number=ref.number)
    return message(sentence, [section(sentence), actions(act_button(Act.NOT_SOLVED, _bare(ref, version)))])


def late_apology_post(apology: LateApology) -> Message:
    """The one apology for a promise that slipped."""
    template = words.LATE if apology.agent else words.LATE_UNHELD
    agent = text.first(apology.agent) if apology.agent else ""
    sentence = said(template, by=text.by(apology.promised_at, apology.zone), agent=agent)
    return message(said(words.SPOKEN_LATE, number=apology.number, sentence=sentence), [section(sentence)])


def thanks_post(ref: TicketRef, version: int) -> Message:
    """The answer to a bare thanks, which reopens nothing."""
    facts = _bare(ref, version)
    not_solved = act_button(Act.NOT_SOLVED, facts)
    sentence = said(words.THANKS, number=ref.number)
    return message(said(words.SPOKEN_THANKS, number=ref.number), [section(sentence), actions(not_solved)])


def _quoting(post: ThreadPost, head: str, sentence: str) -> Message:
    author = _author(post)
    _, is_cut = text.excerpt(post.text)
    return message(
        said(sentence, number=post.ref.number, author=author, text=spoken_text(post.text)),
        [section(said(head, author=author)), quoted(post.text), _rest(post) if is_cut else None],
    )


def _author(post: ThreadPost) -> str:
    return text.first(post.author) if post.author else common.SOMEBODY


def _rest(post: ThreadPost) -> Block | None:
    facts = _bare(post.ref, post.version)
    return actions(act_button(Act.READ_ALL, facts, value=comment_value(post.ref, post.version, post.comment)))


def _bare(ref: TicketRef, version: int) -> TicketFacts:
    return TicketFacts(ref=ref, version=version, subject="", category="", priority=Priority.MEDIUM)


# A message outside any thread


def offer_message(offer: Offer) -> Message:
    """The offer, or what became of it. Not a ticket deletes the message."""
    if offer.state is OfferState.ASKING:
        return _asking_in_channel(offer) if offer.in_channel else _asking(offer)
    if offer.placed is None:
        sentence = words.OFFER_UNNAMED[offer.state]
        return message(sentence, [section(sentence)])
    added = words.OFFER_REOPENED if offer.state is OfferState.REOPENED else words.OFFER_ADDED
    sentence = said(added, number=offer.placed)
    if offer.state is OfferState.OPENED:
        sentence = _opened(offer)
    return message(sentence, [section(sentence)])


def _opened(offer: Offer) -> str:
    promise = offer.promise
    if promise is None:
        return said(words.OFFER_OPENED_PLAIN, number=offer.placed)
    if promise.back_at is None or promise.back_at > promise.due_at:
        return said(words.OFFER_OPENED, number=offer.placed, by=text.by(promise.due_at, offer.zone))
    later = _promise_later(promise.back_at, promise.due_at, offer.zone)
    return said(words.OFFER_OPENED_LATER, number=offer.placed, promise=later)


def _asking(offer: Offer) -> Message:
    tickets = offer.tickets
    choices = said(words.OFFER_CHOICE_ADD, number=tickets[0].ref.number) if tickets else words.OFFER_CHOICE_NEW
    dismissed = common.PRESS[Press.OFFER_DISMISS]
    return message(
        said(words.SPOKEN_OFFER, choices=choices),
        [
            section(words.OFFER),
            quoted(offer.text),
            actions(
                _add(offer, tickets[0]) if tickets else None,
                button(
                    Press.OFFER_NEW,
                    words.NEW_TICKET,
                    offer_value(offer.source),
                    accessible=words.NEW_TICKET,
                    primary=not tickets,
                ),
                button(Press.OFFER_DISMISS, dismissed, offer_value(offer.source), accessible=dismissed),
                _others(offer) if offer.has_others or len(tickets) > 1 else None,
            ),
        ],
    )


def _asking_in_channel(offer: Offer) -> Message:
    """Where others read it: which tickets there are stands in a form."""
    value, dismissed = offer_value(offer.source), common.PRESS[Press.OFFER_DISMISS]
    choices = actions(
        button(Press.OFFER_NEW, words.NEW_TICKET, value, accessible=words.NEW_TICKET, primary=True),
        button(Press.OFFER_MENU, words.OFFER_FORM, value, accessible=words.OFFER_FORM),
        button(Press.OFFER_DISMISS, dismissed, value, accessible=dismissed),
    )
    spoken_choices = said(words.SPOKEN_OFFER, choices=words.OFFER_CHOICE_ANY)
    return message(spoken_choices, [section(words.OFFER), quoted(offer.text), choices])


def _add(offer: Offer, ticket: OpenTicketLine) -> Block:
    number = ticket.ref.number
    return button(
        Press.OFFER_ADD,
        said(words.OFFER_ADD, number=number),
        offer_value(offer.source, ticket.ref),
        accessible=said(words.OFFER_ADD_LABEL, number=number),
        primary=True,
    )


def _others(offer: Offer) -> Block:
    """The other open tickets, and the way to all of them; where there is only that, it is a button."""
    another = words.OFFER_ANOTHER
    if len(offer.tickets) < OVERFLOW_LEAST:
        return button(Press.OFFER_MENU, another, offer_value(offer.source), accessible=another)
    options = [
        option(
            said(words.OFFER_OTHER, number=one.ref.number, subject=text.plain(one.subject, OPTION_TEXT)),
            offer_value(offer.source, one.ref),
        )
        for one in offer.tickets[1 : 1 + _MENU_TICKETS]
    ]
    options.append(option(another, offer_value(offer.source)))
    return {"type": "overflow", "action_id": Press.OFFER_MENU, "options": distinct(options)}


def other_ticket_view(form: OtherTicketForm) -> View:
    """All of one's tickets, to choose the one that a message belongs to; a select shows 100."""
    options = [
        option(
            said(
                words.OFFER_CLOSED if one.is_closed else words.OFFER_OTHER,
                number=one.ref.number,
                subject=text.plain(one.subject, OPTION_TEXT),
            ),
            str(one.ref.number),
        )
        for one in form.tickets
    ]
    if not options:
        return modal(Form.OFFER, words.OFFER_FORM, [section(words.OFFER_NO_TICKETS)], close=common.CLOSE)
    chosen = select(Press.VALUE, words.OFFER_FORM_PLACEHOLDER, options)
    return modal(
        Form.OFFER,
        words.OFFER_FORM,
        [quoted(form.text), field(Field.CHOICE, words.OFFER_FORM_LABEL, chosen, hint=words.OFFER_FORM_HINT)],
        submit=words.OFFER_FORM_SUBMIT,
        metadata=offer_value(form.source),
    )
