"""The agent's assignment: the DM whose thread goes to the customer."""

from __future__ import annotations

from bot import text
from bot.actions import Act
from bot.blocks.joining import together_line
from bot.blocks.labels import labels_block
from bot.blocks.parts import (
    act_button,
    actions,
    context,
    counted,
    facts_line,
    menu,
    message,
    quoted,
    said,
    section,
    spoken,
    spoken_title,
    title,
)
from bot.blocks.triage import answering_lines, due_line, end_line
from bot.values import comment_value
from bot.views import AssignmentCard, AssignmentState, AssignmentWhy, LastTicket, Message, TicketFacts, WhyRule
from bot.views.common import Block
from bot.words import common
from bot.words import team as words
from ticketing.model import ClockKind

_MENU = (Act.NOTE, Act.RELEASE, Act.REASSIGN, Act.SNOOZE, Act.MORE)
_BUTTONS: dict[AssignmentState, tuple[Act, ...]] = {
    AssignmentState.ASSIGNED: (Act.START, Act.REPLY, Act.RESOLVE),
    AssignmentState.REOPENED: (Act.REPLY, Act.WAIT, Act.RESOLVE),
    AssignmentState.IN_PROGRESS: (Act.REPLY, Act.WAIT, Act.RESOLVE),
    AssignmentState.WAITING: (Act.REPLY, Act.RESUME, Act.RESOLVE),
    AssignmentState.RESOLVED: (Act.UNDO, Act.REOPEN),
    AssignmentState.HANDED_ON: (Act.TAKE_BACK,),
    AssignmentState.RELEASED: (Act.CLAIM,),
    AssignmentState.CLOSED: (Act.UNDO,),
}
_PRIMARY = frozenset({Act.START, Act.CLAIM})
_MINE = frozenset(
    {AssignmentState.ASSIGNED, AssignmentState.REOPENED, AssignmentState.IN_PROGRESS, AssignmentState.WAITING}
)
"""The states in which the agent holds the ticket, and the menu stays."""


def assignment_card(card: AssignmentCard) -> Message:
    """The agent's card, in every state. The first line says where what is typed below goes."""
    customer = text.first(card.customer)
    reaches = card.state in _MINE or card.state is AssignmentState.RESOLVED
    head = words.GOES_TO_CUSTOMER if reaches else words.NO_LONGER_REACHES
    if card.state is AssignmentState.CLOSED and card.joined_with is not None:
        head = words.GOES_ON
    state, due = _state(card, customer), _due(card)
    facts = said(words.FACTS_ESCALATED if card.is_escalated else words.FACTS, facts=facts_line(card.facts))
    about = [part for part in (state, facts, due) if part]
    return message(
        said(words.SPOKEN_ASSIGNMENT, number=card.facts.number, subject=_spoken_subject(card), state="", due="").strip()
        + f" {state.replace('*', '')} {due or facts}".rstrip(),
        [
            section(said(head, customer=customer, joined=card.joined_with)),
            section(f"{title(card.facts)}\n{' '.join(about)}"),
            section(_customer(card)),
            labels_block(card.labels),
            quoted(card.description, _read_all(card)) if card.description.strip() else None,
            together_line(card.together) if card.together else None,
            context(said(words.WHY_YOU, why=why_you(card.why))) if card.why and card.state in _MINE else None,
            *answering_lines(card.answering, card.facts.zone),
            _buttons(card),
        ],
    )


def woken_post(facts: TicketFacts, *, is_over: bool = False) -> Message:
    """A snooze is over: do it now, later, or be done with it; without buttons once one of these is done (`is_over`)."""
    subject = text.inline(facts.subject, text.LIST_SUBJECT)
    sentence = said(words.WOKEN, number=facts.number, subject=subject)
    buttons = (act_button(act, facts, primary=act is Act.REPLY) for act in (Act.REPLY, Act.SNOOZE, Act.RESOLVE))
    return message(
        spoken(words.WOKEN, number=facts.number, subject=subject),
        [section(sentence), None if is_over else actions(*buttons)],
    )


def why_you(why: AssignmentWhy) -> str:
    """Why the ticket came to this agent: "billing level 3; 2 of 5 tickets, fewest of the 3 who could take it"."""
    by_hand = {
        WhyRule.CLAIMED: words.CLAIMED,
        WhyRule.LAST_AGENT: words.LAST_AGENT,
        WhyRule.BY_HAND: said(words.BY_HAND, by=text.first(why.by)) if why.by else words.BY_HAND_NOBODY,
    }
    rule = by_hand.get(why.rule) or _rule(why)
    category = text.inline(why.category, text.NAME)
    level = said(words.LEVEL, category=category, level=why.level) if why.level is not None else ""
    load = ""
    if why.load is not None and why.max_load is not None:
        load = said(words.LOAD, load=why.load, max_load=why.max_load)
    reasons = ", ".join(part for part in (load, rule) if part)
    return "; ".join(part for part in (level, reasons) if part)


def _rule(why: AssignmentWhy) -> str:
    if why.rule is WhyRule.URGENT:
        return words.URGENT
    if why.candidates <= 1 and not why.more_candidates:
        return words.ONLY_ONE
    number = said(words.AT_LEAST, candidates=why.candidates) if why.more_candidates else why.candidates
    return said(words.RULE[why.rule], candidates=number)


def _spoken_subject(card: AssignmentCard) -> str:
    return spoken_title(card.facts).partition(" ")[2]


def _state(card: AssignmentCard, customer: str) -> str:
    zone = card.facts.zone
    simple = {
        AssignmentState.ASSIGNED: words.ASSIGNED,
        AssignmentState.IN_PROGRESS: words.IN_PROGRESS,
        AssignmentState.RESOLVED: words.RESOLVED,
        AssignmentState.RELEASED: words.RELEASED,
        AssignmentState.CLOSED: words.CLOSED,
    }
    if card.state is AssignmentState.REOPENED:
        ordinal = words.ORDINALS.get(card.times)
        state = said(words.REOPENED, ordinal=ordinal) if ordinal else said(words.REOPENED_OFTEN, count=card.times)
    elif card.state is AssignmentState.WAITING:
        since = text.since(card.since, zone) if card.since else ""
        state = said(words.WAITING_SINCE if card.since else words.WAITING, customer=customer, since=since)
    elif card.state is AssignmentState.HANDED_ON:
        holder = text.first(card.holder) if card.holder else common.SOMEBODY
        state = said(words.HANDED_ON, holder=holder, number=card.facts.number)
    elif card.state is AssignmentState.RESOLVED and card.resolved_by:
        state = said(words.RESOLVED_BY, agent=text.first(card.resolved_by))
    elif card.state is AssignmentState.CLOSED and card.joined_with is not None:
        state = said(words.JOINED, joined=card.joined_with)
    elif card.state is AssignmentState.CLOSED and card.end is not None:
        state = end_line(card.end)
    else:
        state = simple[card.state]
    if card.snoozed_until and card.state in _MINE:
        state = f"{state} {said(words.SNOOZED, until=text.until(card.snoozed_until, zone))}"
    return state


def _due(card: AssignmentCard) -> str:
    if card.state not in _MINE:
        return ""
    owed = ((card.answer_kind, card.answer_by), (ClockKind.RESOLUTION, card.solution_by))
    return " ".join(due_line(kind, at, kind in card.late, card.facts.zone) for kind, at in owed if at)


def _customer(card: AssignmentCard) -> str:
    names = [card.customer, card.organization] if card.organization else [card.customer]
    who = ", ".join([*(text.inline(name, text.NAME) for name in names), common.TIER[card.tier]])
    return f"{who}. {_history(card.tickets_this_month, card.last)}"


def _history(this_month: int, last: LastTicket | None) -> str:
    if last is None:
        return words.FIRST_TICKET if this_month <= 1 else counted(words.THIS_MONTH, this_month)
    named = said(
        words.LAST_TICKET_BY if last.agent else words.LAST_TICKET,
        number=last.number,
        subject=text.inline(last.subject, text.LIST_SUBJECT),
        agent=text.first(last.agent) if last.agent else "",
    )
    if this_month < 1:
        return said(words.LAST, last=named)
    return counted(words.THIS_MONTH_LAST, this_month, last=named)


def _read_all(card: AssignmentCard) -> Block | None:
    _, is_cut = text.excerpt(card.description)
    if not is_cut:
        return None
    return act_button(Act.READ_ALL, card.facts, value=comment_value(card.facts.ref, card.facts.version, 0))


def _buttons(card: AssignmentCard) -> Block | None:
    acts = [act for act in _BUTTONS[card.state] if act is not Act.UNDO or card.can_undo]
    if card.snoozed_until and card.state in _MINE:
        acts.append(Act.WAKE)
    buttons = [
        act_button(act, card.facts, card.possible, primary=act in _PRIMARY, customer=card.customer) for act in acts
    ]
    further = menu(_MENU, card.facts, card.possible) if card.state in _MINE else None
    return actions(*buttons, further)
