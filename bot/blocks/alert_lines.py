"""The lines that the steps of an alert add to its thread, alone or several at once."""

from __future__ import annotations

from collections.abc import Sequence

from bot import text
from bot.actions import Press
from bot.blocks.alert_parts import NO_DEADLINE, first_line, is_late, matter, settled_line
from bot.blocks.parts import actions, counted, message, press_button, said, section
from bot.views import Alert, AlertState, Message
from bot.words import common
from bot.words import team as words

LINES = 10  # of several alerts that are told in one line
_BROADCAST = frozenset({AlertState.OVERDUE, AlertState.LAPSED, AlertState.REMINDED}) | NO_DEADLINE
_LAPSED = {AlertState.NOBODY: words.LINE_LAPSED_NOBODY, AlertState.UNTOUCHED: words.LINE_LAPSED_UNTOUCHED}
_LAPSED_LATE = {
    AlertState.NOBODY: words.LINE_LAPSED_NOBODY_LATE,
    AlertState.UNTOUCHED: words.LINE_LAPSED_UNTOUCHED_LATE,
}


def alert_line(alert: Alert) -> Message:
    """The line that a step adds to the thread; `is_broadcast` says whether the channel sees it too."""
    zone, number = alert.facts.zone, alert.facts.number
    by = text.first(alert.by) if alert.by else common.SOMEBODY
    until = text.until(alert.until, zone) if alert.until else ""
    match alert.state:
        case AlertState.DUE_SOON | AlertState.OVERDUE:
            sentence = first_line(alert)
        case AlertState.TAKEN:
            sentence = said(words.LINE_TAKEN, number=number, by=by, until=until)
        case AlertState.SEEN:
            sentence = said(words.LINE_SEEN, number=number, by=by, until=until)
        case AlertState.LAPSED:
            ended = text.at(alert.until or alert.due_at, zone)
            line = _LAPSED.get(matter(alert), words.LINE_LAPSED)
            sentence = said(line, number=number, by=by, at=ended)
            if alert.told_at:
                told = text.at(alert.told_at, zone)
                sentence = said(
                    _LAPSED_LATE.get(matter(alert), words.LINE_LAPSED_LATE), number=number, by=by, at=ended, told=told
                )
        case AlertState.RELEASED:
            other = text.first(alert.released_by) if alert.released_by else ""
            line = words.LINE_RELEASED_BY if other else words.LINE_RELEASED
            sentence = said(line, number=number, by=by, other=other)
        case AlertState.REMINDED:
            senior = words.LINE_SENIOR if alert.mention else words.LINE_NO_SENIOR
            line = senior if alert.is_escalated else words.LINE_REMINDED
            sentence = said(line, number=number, since=text.since(alert.unseen_since or alert.due_at, zone))
        case AlertState.NOBODY | AlertState.UNTOUCHED:
            sentence = first_line(alert) if alert.step is None else _aging_step(alert, alert.step)
        case AlertState.REASSIGNED:
            agent = text.first(alert.agent) if alert.agent else common.SOMEBODY
            sentence = said(words.LINE_REASSIGNED, number=number, agent=agent)
        case AlertState.ANSWERED | AlertState.VOID | AlertState.PICKED_UP:
            sentence = settled_line(alert)
    if alert.fell_due_at and alert.told_at:
        fell, told = text.at(alert.fell_due_at, zone), text.at(alert.told_at, zone)
        sentence = said(words.LINE_STEP_LATE, line=sentence, at=fell, told=told)
    if alert.mention:
        sentence = said(words.LINE_NAMED, line=sentence, mention=alert.mention)
    return message(sentence, [section(sentence)])


def _aging_step(alert: Alert, step: int) -> str:
    """That it is still so, and which of the reminders this is."""
    line, number = words.LINE_STILL_UNTOUCHED if alert.agent else words.LINE_STILL_UNASSIGNED, alert.facts.number
    if alert.state is AlertState.NOBODY:
        line = words.LINE_STILL_NOBODY
    senior = words.LINE_OF_SENIOR_STEP if alert.mention else words.LINE_OF_NO_SENIOR_STEP
    sentence = said(line, number=number, since=text.since(alert.due_at, alert.facts.zone))
    of_step = senior if alert.is_escalated else words.LINE_OF_STEP
    return said(of_step, line=sentence, step=step, steps=max(step, alert.steps))


def alert_lines(alerts: Sequence[Alert], more: int = 0, called: Sequence[str] = ()) -> Message:
    """
    The line that a step adds for several alerts at once: the first of them each with a sentence, the rest counted, with the
    mentions of whom those call.
    """
    if len(alerts) == 1 and not more:
        return alert_line(alerts[0])
    head = counted(words.GROUP_LINE, len(alerts) + more)
    ranked = sorted(alerts, key=lambda alert: (not is_late(alert), alert.due_at))
    sentences = [alert_line(alert).text for alert in ranked[:LINES]]
    hidden = more + max(0, len(alerts) - LINES)
    if hidden:
        more_rows = said(common.MORE_ROWS, count=hidden)
        sentences.append(said(words.CALLED, line=more_rows, mentions=" ".join(called)) if called else more_rows)
    return message([head.replace("*", "") + ":", sentences[0]], [section("\n".join([head, *sentences]))])


def alert_list_message(alerts: Sequence[Alert], more: int = 0, called: Sequence[str] = ()) -> Message:
    """Many alerts at once whose tickets have messages of their own: such a line as a message, with a way to all of them."""
    lines = alert_lines(alerts, more, called)
    buttons = actions(press_button(Press.TAKE_SEVERAL, primary=True), press_button(Press.SHOW_ALL))
    return message(lines.text, [*lines.blocks, buttons])


def is_broadcast(alert: Alert) -> bool:
    """Whether the line also goes to the channel: for a breach and for a promise that lapsed."""
    return alert.state in _BROADCAST
