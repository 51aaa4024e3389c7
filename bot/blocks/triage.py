"""The ticket's card in its triage channel, and what the app posts in the team's and the agents' threads."""

from __future__ import annotations

from datetime import datetime

from bot import text
from bot.actions import Act
from bot.blocks.joining import together_line
from bot.blocks.labels import labels_block
from bot.blocks.parts import (
    act_button,
    actions,
    context,
    facts_line,
    menu,
    message,
    quoted,
    said,
    section,
    spoken_text,
    spoken_title,
    title,
    whole,
)
from bot.values import comment_value, offer_value
from bot.views import (
    End,
    Message,
    Obstacle,
    ObstacleKind,
    OtherAnswer,
    RatingPost,
    TeamPost,
    TicketFacts,
    TriageCard,
    TriageState,
)
from bot.views.common import Block
from bot.views.team import TeamEnd, WhichTicket
from bot.words import common
from bot.words import team as words
from ticketing.model import ClockKind, CloseReason, Priority

_MENU = (Act.NOTE, Act.MERGE, Act.NOT_A_TICKET, Act.WHY, Act.MORE)
_MENU_AT_WORK = (Act.NOTE, Act.MERGE, Act.WHY, Act.MORE)
_HELD = frozenset({TriageState.HELD, TriageState.IN_PROGRESS, TriageState.PENDING})
_OVER = frozenset(
    {TriageState.CLOSED, TriageState.WITHDRAWN, TriageState.MERGED, TriageState.MOVED, TriageState.NOT_A_TICKET}
)
_UNDOES = {TriageState.MERGED: Act.UNMERGE, TriageState.MOVED: Act.UNDO, TriageState.NOT_A_TICKET: Act.UNDO}
_REASONS: dict[TriageState, TeamEnd] = {
    TriageState.MOVED: CloseReason.MOVED,
    TriageState.NOT_A_TICKET: CloseReason.NOT_A_TICKET,
}
_ANSWERING = 3
WHICH_MOST = 10
_OBSTACLES = 5  # named on the card; the rest are counted


def triage_card(card: TriageCard) -> Message:
    """The team's card of a ticket, in every state."""
    state, due = _state(card), _due(card)
    facts = said(words.FACTS_ESCALATED if card.is_escalated else words.FACTS, facts=facts_line(card.facts))
    obstacles = _obstacles(card) if card.state is TriageState.WAITING else ""
    first_lines = f"{title(card.facts)}\n{' '.join(part for part in (state, facts, due) if part)}"
    is_over, customer = card.state in _OVER, text.first(card.customer)
    return message(
        f"{spoken_title(card.facts)}: {state.replace('*', '')} {due or facts}",
        [
            section(said(words.GOES_OUT, customer=customer)) if card.goes_out and not is_over else None,
            section(f"{first_lines}\n{obstacles}".rstrip()),
            labels_block(card.labels),
            *answering_lines(card.answering, card.facts.zone),
            together_line(card.together) if card.together else None,
            None if card.goes_out or is_over else context(said(words.TEAM_ONLY, customer=customer)),
            _buttons(card),
        ],
    )


def answering_lines(others: tuple[OtherAnswer, ...], zone: str) -> list[Block]:
    """Who has an answer's form open, on a card."""
    return [
        context(said(words.IS_ANSWERING, agent=text.first(each.name), since=text.since(each.at, zone)))
        for each in others[:_ANSWERING]
    ]


def _state(card: TriageCard) -> str:
    agent = text.first(card.agent) if card.agent else common.SOMEBODY
    customer, zone = text.first(card.customer), card.facts.zone
    since = text.since(card.since, zone)
    match card.state:
        case TriageState.WAITING:
            return said(words.WAITS_SINCE, since=since)
        case TriageState.HELD:
            return said(words.HELD, agent=agent, since=since)
        case TriageState.IN_PROGRESS:
            return said(words.WORKING, agent=agent, since=since)
        case TriageState.PENDING:
            return said(words.PENDING, customer=customer, since=since, agent=agent)
        case TriageState.RESOLVED:
            return said(words.TRIAGE_RESOLVED, agent=agent, at=text.at(card.since, zone))
        case TriageState.CLOSED:
            return said(words.TRIAGE_CLOSED, closed=text.closed_on(card.since, zone))
        case TriageState.WITHDRAWN:
            return said(words.TRIAGE_WITHDRAWN, customer=customer)
        case TriageState.MERGED:
            return said(words.TRIAGE_MERGED, joined=card.joined_with)
        case TriageState.MOVED | TriageState.NOT_A_TICKET:
            return end_line(card.end or End(reason=_REASONS[card.state]))


def end_line(end: End) -> str:
    """How the team ended the ticket, and who did."""
    if end.by is None:
        return words.ENDED[end.reason]
    template = words.MOVED_BACK if end.goes_back else words.ENDED_BY[end.reason]
    return said(template, agent=text.first(end.by))


def _due(card: TriageCard) -> str:
    if card.state is not TriageState.WAITING and card.state not in _HELD:
        return ""
    owed = ((card.answer_kind, card.answer_by), (ClockKind.RESOLUTION, card.solution_by))
    lines = (due_line(kind, at, kind in card.late, card.facts.zone) for kind, at in owed if at)
    return next(lines, "")


def due_line(kind: ClockKind, due_at: datetime, is_late: bool, zone: str) -> str:  # noqa: FBT001 - as the views say it
    """ "First answer due by today at 14:20." or, once that is over, "First answer overdue since today at 14:20." """
    if is_late:
        return said(words.OVERDUE[kind], since=text.since(due_at, zone))
    return said(words.DUE[kind], by=text.by(due_at, zone))


def _obstacles(card: TriageCard) -> str:
    found = [_obstacle(one, card.facts.zone) for one in card.obstacles[:_OBSTACLES]]
    more = card.more_obstacles + max(0, len(card.obstacles) - _OBSTACLES)
    if more:
        found.append(said(words.MORE_OBSTACLES, count=more))
    if card.nobody_has_skill:
        found = [said(words.NO_SKILL, category=text.inline(card.facts.category, text.NAME))]
    return said(words.NOBODY, obstacles=", ".join(found)) if found else ""


def _obstacle(obstacle: Obstacle, zone: str) -> str:
    agent = text.first(obstacle.agent)
    if obstacle.kind is ObstacleKind.FULL:
        return said(words.FULL, agent=agent)
    if obstacle.kind is ObstacleKind.GAVE_BACK:
        return said(words.GAVE_BACK, agent=agent)
    if obstacle.until is None:
        return said(words.AWAY, agent=agent)
    return said(words.AWAY_UNTIL, agent=agent, until=text.until(obstacle.until, zone))


def _buttons(card: TriageCard) -> Block | None:
    facts, possible = card.facts, card.possible
    if card.state is TriageState.WAITING:
        first = act_button(Act.CLAIM, facts, possible, primary=True)
        others = [act_button(act, facts, possible) for act in (Act.ASSIGN, Act.REPLY)]
        return actions(first, *others, menu(_MENU, facts, possible))
    if card.state in _HELD:
        buttons = [act_button(act, facts, possible) for act in (Act.REPLY, Act.REASSIGN)]
        # What somebody works on is a ticket.
        return actions(*buttons, menu(_MENU if card.state is TriageState.HELD else _MENU_AT_WORK, facts, possible))
    if card.state is TriageState.RESOLVED:
        return actions(act_button(Act.REOPEN, facts, possible), menu((Act.NOTE, Act.WHY, Act.MORE), facts, possible))
    if card.can_undo and card.state in _UNDOES:
        return actions(act_button(_UNDOES[card.state], facts, possible))
    return None


# What was said, on the other side


def from_customer_post(post: TeamPost) -> Message:
    """The customer's own words, in the team's thread and under the assignment."""
    return _quoting(post, said(words.FROM, customer=text.first(post.customer)))


def sent_post(post: TeamPost) -> Message:
    """What went out to the customer, with a way to pull it back for a while."""
    head = said(words.SENT, customer=text.first(post.customer), author=text.first(post.author))
    return _quoting(post, head, _comment_button(Act.PULL_BACK, post) if post.can_pull_back else None)


def note_post(post: TeamPost) -> Message:
    """A note, unmistakable: its first words say so, and it is never a quote."""
    head = said(words.NOTE, author=text.first(post.author))
    blocks, is_cut = whole(post.text)
    rest = actions(_comment_button(Act.READ_ALL, post)) if is_cut else None
    return message(_spoken(post, head), [section(head), *blocks, rest])


def unsent_post(post: TeamPost) -> Message:
    """A message that did not go out, with a way to send it again."""
    head = post.because or said(words.UNSENT, customer=text.first(post.customer))
    return _quoting(post, head, _comment_button(Act.TRY_AGAIN, post))


def rated_post(post: RatingPost) -> Message:
    """What the customer said of a resolution, with their comment."""
    head = said(words.RATED[post.is_helpful], customer=text.first(post.customer))
    plain, comment = head.replace("*", "").rstrip("."), spoken_text(post.comment)
    sentence = said(words.SPOKEN_POST, number=post.ref.number, head=plain, text=comment).strip()
    return message(sentence, [section(head), quoted(post.comment) if post.comment.strip() else None])


def _quoting(post: TeamPost, head: str, element: Block | None = None) -> Message:
    _, is_cut = text.excerpt(post.text)
    read_all = _comment_button(Act.READ_ALL, post) if is_cut else None
    return message(_spoken(post, head), [section(head), quoted(post.text), actions(element, read_all)])


def _spoken(post: TeamPost, head: str) -> str:
    return said(
        words.SPOKEN_POST, number=post.ref.number, head=head.replace("*", "").rstrip("."), text=spoken_text(post.text)
    )


def _comment_button(act: Act, post: TeamPost) -> Block | None:
    facts = TicketFacts(ref=post.ref, version=post.version, subject="", category="", priority=Priority.MEDIUM)
    return act_button(act, facts, value=comment_value(post.ref, post.version, post.comment))


def which_message(which: WhichTicket) -> Message:
    """Each ticket with a button; for its author alone."""
    rows = [
        section(
            said(words.WHICH_ROW, number=one.number, subject=text.inline(one.subject, text.LIST_SUBJECT)),
            act_button(Act.MEANT, one, value=offer_value(which.source, one.ref)),
        )
        for one in which.tickets[:WHICH_MOST]
    ]
    return message(words.WHICH.replace("*", ""), [section(words.WHICH), *rows])
