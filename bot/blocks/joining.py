"""The forms of tickets that hang together (merge, split, link, move, watch), and what cards and threads say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import text
from bot.actions import Act, Form, Press
from bot.actions import Block as Field
from bot.blocks.forms import about, metadata, value_of
from bot.blocks.parts import (
    OPTION_TEXT,
    act_button,
    actions,
    context,
    distinct,
    facts_line,
    field,
    initial,
    message,
    modal,
    option,
    plain_text,
    quoted,
    said,
    section,
    select,
    spoken_text,
    spoken_title,
    text_field,
    title,
    watching_act,
)
from bot.values import said_value
from bot.views import Message, View
from bot.views.common import Block, TicketFacts
from bot.views.joining import (
    JoinedPost,
    LinkForm,
    MergeForm,
    MoveForm,
    OtherTicket,
    SaidLine,
    SplitForm,
    Together,
    WatchCard,
    WatchForm,
)
from bot.words import common
from bot.words import joining as words
from ticketing.model import Priority

SUBJECT_MOST = 150
CHOICES = 100
WATCHERS_MOST = 50
NUMBERS = 10
"""How many numbers a card names of a kind."""


def merge_view(form: MergeForm) -> View:
    """With which other ticket?"""
    heading = words.MERGE_TITLE.format(number=form.facts.number)
    if not form.tickets:
        nothing = said(words.MERGE_NONE, customer=text.first(form.customer))
        return modal(Form.MERGE, heading, [section(nothing)], close=common.CLOSE)
    chosen = select(Press.VALUE, words.MERGE_PLACEHOLDER, [_ticket(one) for one in form.tickets[:CHOICES]])
    return modal(
        Form.MERGE,
        heading,
        [about(form.facts), field(Field.CHOICE, words.MERGE_LABEL, chosen, hint=words.MERGE_HINT)],
        submit=words.MERGE_SUBMIT,
        metadata=metadata(form.facts),
    )


def split_view(form: SplitForm) -> View:
    """What is the new ticket about?"""
    heading = words.SPLIT_TITLE.format(number=form.facts.number)
    if not form.said:
        return modal(Form.SPLIT, heading, [section(words.SPLIT_NONE)], close=common.CLOSE)
    options = [_line(one) for one in form.said[-CHOICES:]]
    subject = text_field(Field.SUBJECT, words.SPLIT_SUBJECT, hint=words.SPLIT_SUBJECT_HINT, most=SUBJECT_MOST)
    return modal(
        Form.SPLIT,
        heading,
        [
            about(form.facts),
            subject,
            field(Field.TICKETS, words.SPLIT_LABEL, _several(words.SPLIT_PLACEHOLDER, options), hint=words.SPLIT_HINT),
        ],
        submit=words.SPLIT_SUBMIT,
        metadata=metadata(form.facts),
    )


def link_view(form: LinkForm) -> View:
    """With which ticket, by number; and those it is linked with, to be taken out."""
    kept = [_ticket(one) for one in form.linked[:CHOICES]]
    number = text_field(Field.TEXT, words.LINK_LABEL, hint=words.LINK_HINT, most=20, is_optional=bool(kept))
    known = None
    if kept:
        several = _several(words.LINK_PLACEHOLDER, kept, chosen=kept)
        known = field(Field.TICKETS, words.LINK_KEPT, several, hint=words.LINK_KEPT_HINT, is_optional=True)
    return modal(
        Form.LINK,
        words.LINK_TITLE.format(number=form.facts.number),
        [about(form.facts), number, known],
        submit=words.LINK_SUBMIT,
        metadata=metadata(form.facts),
    )


def move_view(form: MoveForm) -> View:
    """To whom?"""
    customer = text.first_name(form.customer)
    person = {
        "type": "users_select",
        "action_id": Press.VALUE,
        "placeholder": plain_text(words.MOVE_PLACEHOLDER),
    }
    hint = words.MOVE_HINT.format(customer=customer)
    return modal(
        Form.MOVE,
        words.MOVE_TITLE.format(number=form.facts.number),
        [
            about(form.facts, said(words.MOVE_TEXT, customer=text.first(form.customer))),
            field(Field.AGENT, words.MOVE_LABEL, person, hint=hint),
        ],
        submit=words.MOVE_SUBMIT,
        metadata=metadata(form.facts),
    )


def watch_view(form: WatchForm) -> View:
    """Who reads along?"""
    people: Block = {
        "type": "multi_users_select",
        "action_id": Press.VALUE,
        "placeholder": plain_text(words.WATCH_PLACEHOLDER),
    }
    if form.watchers:
        people["initial_users"] = list(dict.fromkeys(form.watchers))[:WATCHERS_MOST]
    return modal(
        Form.WATCH,
        words.WATCH_TITLE.format(number=form.facts.number),
        [about(form.facts), field(Field.AGENT, words.WATCH_LABEL, people, hint=words.WATCH_HINT, is_optional=True)],
        submit=words.WATCH_SUBMIT,
        metadata=metadata(form.facts),
    )


def read_chosen(view: View) -> list[str]:
    """The values of the options that were chosen of several."""
    return [str(each.get("value")) for each in _element(view, Field.TICKETS).get("selected_options") or ()]


def shown_tickets(view: View) -> list[str]:
    """The values of all the options to choose several of."""
    return [str(each.get("value")) for each in initial(view, Field.TICKETS, "options") or ()]


def shown_users(view: View) -> list[str]:
    """The Slack ids of the people with whom the form was drawn."""
    return [str(each) for each in initial(view, Field.AGENT, "initial_users") or ()]


def read_subject(view: View) -> str:
    return value_of(view, Field.SUBJECT).strip()


def read_user(view: View) -> str:
    """The Slack id of the person that was chosen; empty when nobody was."""
    return str(_element(view, Field.AGENT).get("selected_user") or "")


def read_users(view: View) -> list[str]:
    """The Slack ids of the people that were chosen."""
    return [str(each) for each in _element(view, Field.AGENT).get("selected_users") or ()]


def together_line(together: Together) -> Block | None:
    """What a card says of the tickets that its own hangs together with; None for one that stands alone."""
    kinds = (
        (words.JOINED, together.joined),
        (words.LINKED, together.linked),
        (words.SPLIT_FROM, _one(together.split_from)),
        (words.SPLIT_TO, together.split_to),
        (words.MOVED_FROM, _one(together.moved_from)),
        (words.MOVED_TO, _one(together.moved_to)),
    )
    named = [said(template, numbers=_numbers(numbers)) for template, numbers in kinds if numbers]
    if not named:
        return None
    line = "; ".join(named)
    return context(f"{line[0].upper()}{line[1:]}.")


def joined_post(post: JoinedPost) -> Message:
    """In the team's thread of the other ticket: who was joined with it, and a way to take it back for a while."""
    subject = text.inline(post.subject, text.LIST_SUBJECT)
    facts = TicketFacts(ref=post.ref, version=post.version, subject="", category="", priority=Priority.MEDIUM)
    names = {"number": post.ref.number, "target": post.number, "by": text.first(post.by), "subject": subject}
    if not post.is_joined:
        return message(said(words.SPOKEN_APART, **names), [section(said(words.APART_POST, **names))])
    is_said = bool(post.text.strip())
    head = said(words.JOINED_POST if is_said else words.JOINED_POST_PLAIN, **names, customer=text.first(post.customer))
    return message(
        said(words.SPOKEN_JOINED, **names, text=spoken_text(post.text)),
        [
            section(head),
            quoted(post.text) if is_said else None,
            actions(act_button(Act.UNMERGE, facts) if post.can_undo else None),
        ],
    )


def watch_card(card: WatchCard) -> Message:
    """What somebody who reads along has in their messages; what is said stands in its thread."""
    names = {"agent": text.first(card.agent) if card.agent else common.SOMEBODY, "customer": text.first(card.customer)}
    status = said(words.WATCH_STATUS[card.status], **names)
    state = said(words.WATCHING, status=status) if card.is_watching else words.WATCHED_NO_MORE
    facts = said("{facts}.", facts=facts_line(card.facts))
    below, act = words.WATCH_TEAM_ONLY_THREAD, Act.WATCH
    if card.is_for_colleague:
        below, act = said(words.WATCH_NOT_SENT, customer=names["customer"]), watching_act(is_watching=card.is_watching)
    return message(
        f"{spoken_title(card.facts)}: {state.replace('*', '')}",
        [
            section(f"{title(card.facts)}\n{state} {facts}"),
            context(below) if card.is_watching else None,
            actions(act_button(act, card.facts)),
        ],
    )


def unseen_card(number: int) -> Message:
    """What is left of such a card for somebody who may see the ticket no more."""
    sentence = said(words.WATCHED_UNSEEN, number=number)
    return message(sentence, [section(sentence)])


def _several(placeholder: str, options: list[Block], chosen: list[Block] | None = None) -> Block:
    element: Block = {
        "type": "multi_static_select",
        "action_id": Press.VALUE,
        "placeholder": plain_text(placeholder),
        "options": distinct(options),
    }
    return element | {"initial_options": distinct(chosen)} if chosen else element


def _ticket(one: OtherTicket) -> Block:
    return option(words.OTHER.format(number=one.number, subject=text.plain(one.subject, OPTION_TEXT)), str(one.number))


def _line(one: SaidLine) -> Block:
    template = words.NOTED if one.is_note else words.SAID
    label = template.format(author=text.first_name(one.author), text=text.plain(one.text, OPTION_TEXT))
    return option(label, said_value(one.ticket, one.comment))


def _numbers(numbers: tuple[int, ...]) -> str:
    named = [said(words.NUMBER, number=number) for number in numbers[:NUMBERS]]
    if len(numbers) > NUMBERS:
        named.append(said(common.MORE_ROWS, count=len(numbers) - NUMBERS))
    return ", ".join(named)


def _one(number: int | None) -> tuple[int, ...]:
    return () if number is None else (number,)


def _element(view: View, block_id: str) -> Mapping[str, Any]:
    answers: Mapping[str, Any] = view.get("state", {}).get("values", {}).get(block_id, {})
    element: Mapping[str, Any] = next(iter(answers.values()), {})
    return element
