"""The escalation channel: one home message an alert, edited; a line in its thread for each step; several as a list."""

from __future__ import annotations

from collections.abc import Sequence

from bot import text
from bot.actions import Act, Form, Press
from bot.actions import Block as Field
from bot.blocks.forms import until_fields
from bot.blocks.parts import (
    act_button,
    actions,
    context,
    counted,
    facts_line,
    field,
    menu,
    message,
    modal,
    option,
    pages,
    press_button,
    said,
    section,
)
from bot.values import ticket_value
from bot.views import Alert, AlertGroup, AlertState, Message, TakeSeveral, View
from bot.views.common import Block
from bot.words import common, forms, outbound
from bot.words import team as words

ROWS = 10  # of a list in a channel
PAGE_ROWS = 40  # of a page of the list; a modal has room for 100 blocks
_MENU = (Act.SEEN, Act.REPLY, Act.ESCALATE, Act.MORE)
_NO_DEADLINE = frozenset({AlertState.NOBODY, AlertState.UNTOUCHED})
_BROADCAST = frozenset({AlertState.OVERDUE, AlertState.LAPSED, AlertState.REMINDED}) | _NO_DEADLINE
_SETTLED = frozenset({AlertState.ANSWERED, AlertState.VOID, AlertState.PICKED_UP})
_LAPSED = {AlertState.NOBODY: words.LINE_LAPSED_NOBODY, AlertState.UNTOUCHED: words.LINE_LAPSED_UNTOUCHED}
_LAPSED_LATE = {
    AlertState.NOBODY: words.LINE_LAPSED_NOBODY_LATE,
    AlertState.UNTOUCHED: words.LINE_LAPSED_UNTOUCHED_LATE,
}
LINES = 10  # of several alerts that are told in one line


def alert_message(alert: Alert) -> Message:
    """The alert's home, at every stage. Nothing of what the customer wrote beyond the subject."""
    if alert.state in _SETTLED:
        sentence = _settled(alert)
        return message(_settled_line(alert), [section(sentence), actions(act_button(Act.WHY, alert.facts))])
    if alert.about is AlertState.PICKED_UP:
        return message(alert_line(alert).text, [section(_picked_up_until(alert)), _buttons(alert)])
    head, due, holder, promise = _head(alert), _due(alert), _holder(alert), _promise(alert)
    due = "" if _matter(alert) in _NO_DEADLINE else due
    if alert.told_at and not _is_late(alert):
        due = f"{due} {said(words.GROUP_LATE, told=text.at(alert.told_at, alert.facts.zone))}".strip()
    about = said(
        words.ABOUT,
        facts=facts_line(alert.facts),
        customer=text.inline(alert.customer, text.NAME),
        tier=common.TIER[alert.tier],
    )
    last = " ".join(part for part in (about, holder, promise) if part)
    return message(
        [_first_line(alert), (promise or holder).replace("*", "")],
        [section(f"{head} {due}".strip() + f"\n{last}"), _buttons(alert)],
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
            line = _LAPSED.get(_matter(alert), words.LINE_LAPSED)
            sentence = said(line, number=number, by=by, at=ended)
            if alert.told_at:
                told = text.at(alert.told_at, zone)
                sentence = said(
                    _LAPSED_LATE.get(_matter(alert), words.LINE_LAPSED_LATE), number=number, by=by, at=ended, told=told
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
            sentence = _first_line(alert)
        case AlertState.REASSIGNED:
            agent = text.first(alert.agent) if alert.agent else common.SOMEBODY
            sentence = said(words.LINE_REASSIGNED, number=number, agent=agent)
        case AlertState.ANSWERED | AlertState.VOID | AlertState.PICKED_UP:
            sentence = _settled_line(alert)
    if alert.fell_due_at and alert.told_at:
        fell, told = text.at(alert.fell_due_at, zone), text.at(alert.told_at, zone)
        sentence = said(words.LINE_STEP_LATE, line=sentence, at=fell, told=told)
    if alert.mention:
        sentence = said(words.LINE_NAMED, line=sentence, mention=alert.mention)
    return message(sentence, [section(sentence)])


def alert_lines(alerts: Sequence[Alert], more: int = 0, called: Sequence[str] = ()) -> Message:
    """
    The line that a step adds for several alerts at once: the first of them each with a sentence, the rest counted, with the
    mentions of whom those call.
    """
    if len(alerts) == 1 and not more:
        return alert_line(alerts[0])
    head = counted(words.GROUP_LINE, len(alerts) + more)
    ranked = sorted(alerts, key=lambda alert: (not _is_late(alert), alert.due_at))
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


def _matter(alert: Alert) -> AlertState:
    """What it is about, whether somebody sees to that or not."""
    return alert.about or alert.state


def _first_line(alert: Alert) -> str:
    zone, number, clock = alert.facts.zone, alert.facts.number, common.CLOCK[alert.clock].lower()
    if _matter(alert) is AlertState.NOBODY:
        return said(words.LINE_NOBODY, number=number)
    if _matter(alert) is AlertState.UNTOUCHED:
        line = words.LINE_UNTOUCHED if alert.agent else words.LINE_UNASSIGNED
        return said(line, number=number, since=text.since(alert.due_at, zone))
    by = text.by(alert.due_at, zone)
    if not _is_late(alert) and alert.told_at:
        told = text.at(alert.told_at, zone)
        return said(words.LINE_DUE_SOON_LATE, number=number, clock=clock, by=by, told=told)
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
    since, sentence = text.since(alert.due_at, zone), text.ended(subject)
    if _matter(alert) is AlertState.NOBODY:
        return said(words.NOBODY_HEAD, number=number, subject=sentence)
    if _matter(alert) is AlertState.UNTOUCHED:
        head = words.UNTOUCHED_HEAD if alert.agent else words.UNASSIGNED_HEAD
        return said(head, number=number, subject=subject, since=since)
    if not _is_late(alert):
        return said(words.DUE_SOON_HEAD, number=number, subject=sentence)
    if alert.told_at:
        told = text.at(alert.told_at, zone)
        return said(words.FOUND_LATE_HEAD, number=number, subject=sentence, since=since, told=told)
    return said(words.OVERDUE_HEAD, number=number, subject=sentence, since=since)


def _due(alert: Alert) -> str:
    clock, by = common.CLOCK[alert.clock], text.by(alert.due_at, alert.facts.zone)
    if _is_late(alert):
        return said(words.WAS_DUE, clock=clock, by=by)
    if alert.countdown:
        return said(words.DUE_BY_UNDER, clock=clock, by=by, minutes=alert.countdown)
    return said(words.DUE_BY, clock=clock, by=by)


def _holder(alert: Alert) -> str:
    if not alert.agent:
        return "" if _promise(alert) else words.NO_HOLDER
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
    if alert.state is AlertState.PICKED_UP:
        return _picked_up(alert, subject)
    if alert.state is AlertState.VOID or alert.at is None:
        return said(words.NO_LONGER_OWED, number=alert.facts.number, subject=subject)
    template = words.SETTLED if alert.by else words.SETTLED_NOBODY
    return said(template, subject=subject, **_outcome(alert))


def _picked_up_until(alert: Alert, width: int = text.CARD_SUBJECT) -> str:
    """Taken because nobody took it or it lay: that is over, and somebody has named a time."""
    subject, by = text.inline(alert.facts.subject, width), text.first(alert.by) if alert.by else common.SOMEBODY
    until = text.until(alert.until, alert.facts.zone) if alert.until else ""
    return said(words.PICKED_UP_UNTIL, number=alert.facts.number, subject=subject, by=by, until=until)


def _picked_up(alert: Alert, subject: str) -> str:
    if not alert.agent:
        return said(words.PICKED_UP_NOBODY, number=alert.facts.number, subject=subject)
    return said(words.PICKED_UP, number=alert.facts.number, subject=subject, agent=text.first(alert.agent))


def _settled_line(alert: Alert) -> str:
    if alert.state is AlertState.PICKED_UP and alert.agent:
        return said(words.LINE_PICKED_UP, number=alert.facts.number, agent=text.first(alert.agent))
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
    rest = [act_button(act, facts, possible) for act in (_giving(alert), Act.WHY)]
    return actions(take, *rest, menu(_MENU, facts, possible))


def _giving(alert: Alert) -> Act:
    """What is in the queue because nobody takes it is given to somebody for the first time."""
    return Act.ASSIGN if _matter(alert) in _NO_DEADLINE and not alert.agent else Act.REASSIGN


# Several at once


def alert_group_message(group: AlertGroup) -> Message:
    """Alerts that fell due together: one message, the worst first."""
    rows = [_row(alert) for alert in group.alerts[:ROWS]]
    hidden = group.over + max(0, len(group.alerts) - ROWS)
    elsewhere = "\n".join(_elsewhere(*each) for each in group.elsewhere)
    if elsewhere and not rows:
        return message(elsewhere, [section(elsewhere)])
    head = _group_head(group)
    first = spoken_row(group.alerts[0]) if group.alerts else common.NONE_YET
    called = said(words.GROUP_CALLED, mentions=", ".join(group.called)) if group.called else ""
    return message(
        said(words.SPOKEN_GROUP, sentence=head.replace("*", ""), row=first),
        [
            section(head),
            *rows,
            section(called) if called else None,
            section(elsewhere) if elsewhere else None,
            context(_small_print(group, hidden)) if hidden or group.told_at else None,
            actions(
                press_button(Press.TAKE_SEVERAL, primary=True) if group.can_take_several else None,
                press_button(Press.SHOW_ALL),
            ),
        ],
    )


def _elsewhere(channel: str, numbers: Sequence[int]) -> str:
    """Where what is not shown here any more is told of now."""
    if len(numbers) == 1:
        return said(outbound.ALERT_ELSEWHERE, number=numbers[0], channel=channel)
    rest = f" {said(common.MORE_ROWS, count=len(numbers) - ROWS)}" if len(numbers) > ROWS else ""
    named = ", ".join(f"#{number}" for number in numbers[:ROWS])
    return said(outbound.ALERTS_ELSEWHERE, numbers=named + rest, channel=channel)


def _small_print(group: AlertGroup, hidden: int) -> str:
    return ". ".join(part for part in (said(common.MORE_ROWS, count=hidden) if hidden else "", _late(group)) if part)


def _late(group: AlertGroup) -> str:
    told = text.at(group.told_at, group.zone) if group.told_at else ""
    since = text.since(group.due_since, group.zone) if group.due_since else ""
    return said(words.GROUP_LATE_SINCE if since else words.GROUP_LATE, since=since, told=told) if told else ""


def alert_group_view(group: AlertGroup) -> View:
    """All of them, in pages."""
    rows = [_row(alert) for alert in group.alerts[:PAGE_ROWS]]
    turned = pages(group.page, group.pages, Press.ALERTS_PAGE_BACK, Press.ALERTS_PAGE)
    blocks = [section(_group_head(group)), *rows, *turned]
    return modal(Form.ALERTS, words.ALERTS_TITLE, blocks, close=common.CLOSE, metadata=group.key)


def take_several_view(form: TakeSeveral) -> View:
    """Which of them, and until when? As many as a list of boxes holds."""
    options = [
        option(_several_option(alert), ticket_value(alert.facts.ref, alert.facts.version))
        for alert in form.alerts[:ROWS]
    ]
    if not options:
        return modal(Form.TAKE_SEVERAL, words.SEVERAL_TITLE, [section(words.SEVERAL_NONE)], close=common.CLOSE)
    boxes: Block = {"type": "checkboxes", "action_id": Press.VALUE, "options": options}
    return modal(
        Form.TAKE_SEVERAL,
        words.SEVERAL_TITLE,
        [field(Field.TICKETS, words.SEVERAL_LABEL, boxes), *until_fields()],
        submit=forms.TAKE_SUBMIT,
        metadata=form.key,
    )


def read_chosen(view: View) -> list[str]:
    """The values of the boxes that were ticked."""
    answers = view.get("state", {}).get("values", {}).get(Field.TICKETS, {})
    element: Block = next(iter(answers.values()), {})
    return [str(each.get("value")) for each in element.get("selected_options") or ()]


def _several_option(alert: Alert) -> str:
    return words.SEVERAL_OPTION.format(
        number=alert.facts.number, subject=text.plain(alert.facts.subject, text.LIST_SUBJECT)
    )


def _group_head(group: AlertGroup) -> str:
    count = group.overdue + group.due_soon
    waiting = counted(words.GROUP_WAITING, group.waiting)
    if count:
        head = counted(words.GROUP, count, overdue=group.overdue, due_soon=group.due_soon)
        return f"{head}, {waiting}" if group.waiting else head
    return f"*{waiting}*" if group.waiting else counted(words.GROUP_SETTLED, group.settled)


def _row(alert: Alert) -> Block:
    if alert.state in _SETTLED:
        return section(_settled_row(alert))
    if alert.about is AlertState.PICKED_UP:
        return section(_picked_up_until(alert, text.LIST_SUBJECT), _row_menu(alert))
    return section(_row_sentence(alert, words.ROW_OVERDUE, words.ROW_DUE_SOON), _row_menu(alert))


def spoken_row(alert: Alert) -> str:
    """A row of the list for a message's `text`."""
    if alert.state in _SETTLED:
        return _settled_line(alert)
    if alert.about is AlertState.PICKED_UP:
        return alert_line(alert).text
    return _row_sentence(alert, words.ROW_OVERDUE.replace("*", ""), words.ROW_DUE_SOON.replace("*", ""))


def _row_sentence(alert: Alert, overdue: str, due_soon: str) -> str:
    zone = alert.facts.zone
    if _matter(alert) is AlertState.NOBODY:
        row = words.ROW_NOBODY_SEEN_TO if _promise(alert) else words.ROW_NOBODY
        overdue = due_soon = row if "*" in overdue else row.replace("*", "")
    if _matter(alert) is AlertState.UNTOUCHED:
        overdue = due_soon = words.ROW_UNTOUCHED if "*" in overdue else words.ROW_UNTOUCHED.replace("*", "")
    who = _promise(alert).replace("*", "").rstrip(".") or (
        text.first(alert.agent) if alert.agent else words.NOBODY_HAS_IT
    )
    return said(
        overdue if _is_late(alert) else due_soon,
        number=alert.facts.number,
        subject=text.ended(text.inline(alert.facts.subject, text.LIST_SUBJECT)),
        since=text.since(alert.due_at, zone),
        by=text.by(alert.due_at, zone),
        who=who,
    )


def _settled_row(alert: Alert) -> str:
    number, subject = alert.facts.number, text.inline(alert.facts.subject, text.LIST_SUBJECT)
    if alert.state is AlertState.PICKED_UP:
        return _picked_up(alert, subject)
    if alert.state is AlertState.VOID or alert.at is None:
        return said(words.NO_LONGER_OWED, number=number, subject=subject)
    at = text.at(alert.at, alert.facts.zone)
    return said(words.SETTLED_SHORT, number=number, subject=subject, how=words.HOW[alert.clock], at=at)


def _row_menu(alert: Alert) -> Block | None:
    if alert.state is AlertState.TAKEN:
        return menu((Act.ALERT_RELEASE, _giving(alert), Act.WHY, Act.OPEN), alert.facts, alert.possible)
    return menu((Act.TAKE, _giving(alert), Act.SEEN, Act.WHY, Act.OPEN), alert.facts, alert.possible)
