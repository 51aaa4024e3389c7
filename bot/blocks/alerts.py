"""The escalation channel: one home message an alert, edited; a line in its thread for each step; several as a list."""

from __future__ import annotations

from bot import text
from bot.actions import Act, Form, Press, page_value
from bot.blocks.parts import (
    act_button,
    actions,
    context,
    counted,
    facts_line,
    menu,
    message,
    modal,
    press_button,
    said,
    section,
    spoken,
)
from bot.views import Alert, AlertGroup, AlertState, Board, BoardRow, Message, View
from bot.views.common import Block
from bot.words import common, lists
from bot.words import team as words

ROWS = 10  # of a list in a channel
PAGE_ROWS = 40  # of a page of the list; a modal has room for 100 blocks
_MENU = (Act.SEEN, Act.ESCALATE, Act.MORE)
_ROW_MENU = (Act.TAKE, Act.REASSIGN, Act.SEEN, Act.WHY, Act.OPEN)
_BROADCAST = frozenset({AlertState.OVERDUE, AlertState.LAPSED})
_SETTLED = frozenset({AlertState.ANSWERED, AlertState.VOID})


def alert_message(alert: Alert) -> Message:
    """The alert's home, at every stage. Nothing of what the customer wrote beyond the subject."""
    if alert.state in _SETTLED:
        sentence = _settled(alert)
        return message(_settled_line(alert), [section(sentence), actions(act_button(Act.WHY, alert.facts))])
    head, due, holder, promise = _head(alert), _due(alert), _holder(alert), _promise(alert)
    about = said(
        words.ABOUT,
        facts=facts_line(alert.facts),
        customer=text.inline(alert.customer, text.NAME),
        tier=common.TIER[alert.tier],
    )
    last = " ".join(part for part in (about, holder, promise) if part)
    return message(
        [_first_line(alert), (promise or holder).replace("*", "")],
        [section(f"{head} {due}\n{last}"), _buttons(alert)],
    )


def alert_line(alert: Alert) -> Message:
    """The line that a step adds to the thread; `is_broadcast` says whether the channel sees it too."""
    zone, number = alert.facts.zone, alert.facts.number
    by = text.first(alert.by) if alert.by else common.SOMEBODY
    until = text.until(alert.until, zone) if alert.until else ""
    match alert.state:
        case AlertState.DUE_SOON | AlertState.OVERDUE:
            sentence = _first_line(alert)
        case AlertState.TAKEN:
            sentence = said(words.LINE_TAKEN, number=number, by=by, until=until)
        case AlertState.SEEN:
            sentence = said(words.LINE_SEEN, number=number, by=by, until=until)
        case AlertState.LAPSED:
            ended = text.at(alert.until or alert.due_at, zone)
            sentence = said(words.LINE_LAPSED, number=number, by=by, at=ended)
        case AlertState.REASSIGNED:
            agent = text.first(alert.agent) if alert.agent else common.SOMEBODY
            sentence = said(words.LINE_REASSIGNED, number=number, agent=agent)
        case AlertState.ANSWERED | AlertState.VOID:
            sentence = _settled_line(alert)
    return message(sentence, [section(sentence)])


def is_broadcast(alert: Alert) -> bool:
    """Whether the line also goes to the channel: for a breach and for a promise that lapsed."""
    return alert.state in _BROADCAST


def _first_line(alert: Alert) -> str:
    zone, number, clock = alert.facts.zone, alert.facts.number, common.CLOCK[alert.clock].lower()
    by = text.by(alert.due_at, zone)
    if not _is_late(alert):
        return said(words.LINE_DUE_SOON, number=number, clock=clock, by=by)
    if alert.told_at:
        return said(words.LINE_FOUND_LATE, number=number, clock=clock, by=by, told=text.at(alert.told_at, zone))
    return said(words.LINE_OVERDUE, number=number, clock=clock, by=by)


def _is_late(alert: Alert) -> bool:
    return alert.is_late or alert.state is AlertState.OVERDUE


def _head(alert: Alert) -> str:
    zone, number = alert.facts.zone, alert.facts.number
    subject = text.inline(alert.facts.subject, text.CARD_SUBJECT)
    since = text.since(alert.due_at, zone)
    if not _is_late(alert):
        return said(words.DUE_SOON_HEAD, number=number, subject=subject)
    if alert.told_at:
        told = text.at(alert.told_at, zone)
        return said(words.FOUND_LATE_HEAD, number=number, subject=subject, since=since, told=told)
    return said(words.OVERDUE_HEAD, number=number, subject=subject, since=since)


def _due(alert: Alert) -> str:
    clock, by = common.CLOCK[alert.clock], text.by(alert.due_at, alert.facts.zone)
    if _is_late(alert):
        return said(words.WAS_DUE, clock=clock, by=by)
    if alert.countdown:
        return said(words.DUE_BY_UNDER, clock=clock, by=by, minutes=alert.countdown)
    return said(words.DUE_BY, clock=clock, by=by)


def _holder(alert: Alert) -> str:
    if not alert.agent:
        return words.NO_HOLDER
    agent = text.first(alert.agent)
    if alert.agent_since is None:
        return said(words.HOLDER, agent=agent)
    template = words.HOLDER_ANSWERED if alert.is_answered else words.HOLDER_NO_ANSWER
    return said(template, agent=agent, since=text.since(alert.agent_since, alert.facts.zone))


def _promise(alert: Alert) -> str:
    if not alert.by or not alert.until:
        return ""
    by, until = text.first(alert.by), text.until(alert.until, alert.facts.zone)
    if alert.state is AlertState.TAKEN:
        return said(words.TAKEN, by=by, until=until)
    return said(words.SEEN, by=by, until=until) if alert.state is AlertState.SEEN else ""


def _settled(alert: Alert) -> str:
    subject = text.inline(alert.facts.subject, text.CARD_SUBJECT)
    if alert.state is AlertState.VOID or alert.at is None:
        return said(words.NO_LONGER_OWED, number=alert.facts.number, subject=subject)
    template = words.SETTLED if alert.by else words.SETTLED_NOBODY
    return said(template, subject=subject, **_outcome(alert))


def _settled_line(alert: Alert) -> str:
    if alert.state is AlertState.VOID or alert.at is None:
        return said(words.LINE_VOID, number=alert.facts.number)
    template = words.LINE_SETTLED if alert.by else words.LINE_SETTLED_NOBODY
    outcome = _outcome(alert)
    return said(template, **(outcome | {"how": str(outcome["how"]).lower()}))


def _outcome(alert: Alert) -> dict[str, object]:
    at = alert.at or alert.due_at
    late = (at - alert.due_at).total_seconds()
    return {
        "number": alert.facts.number,
        "how": words.HOW[alert.clock],
        "by": text.first(alert.by) if alert.by else "",
        "at": text.at(at, alert.facts.zone),
        "lateness": said(words.LATE_BY, duration=_at_least_a_minute(late)) if late >= 0 else words.IN_TIME,
    }


def _at_least_a_minute(seconds: float) -> str:
    return text.duration(seconds) if seconds >= 60 else common.UNDER_A_MINUTE


def _buttons(alert: Alert) -> Block | None:
    facts, possible = alert.facts, alert.possible
    if alert.state is AlertState.TAKEN:
        return actions(*(act_button(act, facts, possible) for act in (Act.ALERT_RELEASE, Act.WHY)))
    take = act_button(Act.TAKE, facts, possible, primary=True)
    rest = [act_button(act, facts, possible) for act in (Act.REASSIGN, Act.WHY)]
    return actions(take, *rest, menu(_MENU, facts, possible))


# Several at once


def alert_group_message(group: AlertGroup) -> Message:
    """Alerts that fell due together: one message, the worst first."""
    rows = [_row(alert) for alert in group.alerts[:ROWS]]
    hidden = group.over + max(0, len(group.alerts) - ROWS)
    head = _group_head(group)
    first = spoken_row(group.alerts[0]) if group.alerts else common.NONE_YET
    show_all = press_button(Press.SHOW_ALL) if hidden else None
    return message(
        said(words.SPOKEN_GROUP, sentence=head.replace("*", ""), row=first),
        [
            section(head),
            *rows,
            context(said(common.MORE_ROWS, count=hidden)) if hidden else None,
            actions(press_button(Press.TAKE_SEVERAL, primary=True) if group.can_take_several else None, show_all),
        ],
    )


def alert_group_view(group: AlertGroup) -> View:
    """All of them, in pages."""
    rows = [_row(alert) for alert in group.alerts[:PAGE_ROWS]]
    back = press_button(Press.ALERTS_PAGE_BACK, page_value(group.page - 1)) if group.page > 1 else None
    onward = press_button(Press.ALERTS_PAGE, page_value(group.page + 1)) if group.page < group.pages else None
    page = context(said(lists.PAGE, page=group.page, pages=group.pages)) if group.pages > 1 else None
    blocks = [section(_group_head(group)), *rows, page, actions(back, onward)]
    return modal(Form.ALERTS, words.ALERTS_TITLE, blocks, close=common.CLOSE)


def _group_head(group: AlertGroup) -> str:
    count = group.overdue + group.due_soon
    return counted(words.GROUP, count, overdue=group.overdue, due_soon=group.due_soon)


def _row(alert: Alert) -> Block:
    if alert.state in _SETTLED:
        return section(_settled_row(alert))
    return section(_row_sentence(alert, words.ROW_OVERDUE, words.ROW_DUE_SOON), _row_menu(alert))


def spoken_row(alert: Alert) -> str:
    """A row of the list for a message's `text`."""
    if alert.state in _SETTLED:
        return _settled_line(alert)
    return _row_sentence(alert, words.ROW_OVERDUE.replace("*", ""), words.ROW_DUE_SOON.replace("*", ""))


def _row_sentence(alert: Alert, overdue: str, due_soon: str) -> str:
    zone = alert.facts.zone
    who = _promise(alert).replace("*", "").rstrip(".") or (
        text.first(alert.agent) if alert.agent else words.NOBODY_HAS_IT
    )
    return said(
        overdue if _is_late(alert) else due_soon,
        number=alert.facts.number,
        subject=text.inline(alert.facts.subject, text.LIST_SUBJECT),
        since=text.since(alert.due_at, zone),
        by=text.by(alert.due_at, zone),
        who=who,
    )


def _settled_row(alert: Alert) -> str:
    number, subject = alert.facts.number, text.inline(alert.facts.subject, text.LIST_SUBJECT)
    if alert.state is AlertState.VOID or alert.at is None:
        return said(words.NO_LONGER_OWED, number=number, subject=subject)
    at = text.at(alert.at, alert.facts.zone)
    return said(words.SETTLED_SHORT, number=number, subject=subject, how=words.HOW[alert.clock], at=at)


def _row_menu(alert: Alert) -> Block | None:
    return menu(_ROW_MENU, alert.facts, alert.possible)


# The standing board


def board_message(board: Board) -> Message:
    """What is open and late; the one message in which minutes are counted, because it is kept up to date."""
    counts = {
        "as_of": text.as_of(board.now, board.zone),
        "overdue": board.overdue,
        "due_soon": board.due_within_hour,
        "without": board.without_agent,
    }
    rows = [_board_row(row, board) for row in board.rows[:ROWS]]
    more = board.more + max(0, len(board.rows) - ROWS)
    if more:
        rows.append(said(common.MORE_ROWS, count=more))
    return message(
        [spoken(words.BOARD, **counts) + ".", rows[0] if rows else ""],
        [section(said(words.BOARD, **counts)), section("\n".join(rows)) if rows else None],
    )


def _board_row(row: BoardRow, board: Board) -> str:
    return said(
        words.BOARD_ROW,
        number=row.ref.number,
        due=text.due(row.due_at, board.now, board.zone),
        who=text.first(row.agent) if row.agent else words.NOBODY_HAS_IT,
    )
