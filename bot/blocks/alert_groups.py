"""Several alerts that fell due together: one message, the worst first, and all of them in pages."""

from __future__ import annotations

from collections.abc import Sequence

from bot import text
from bot.actions import Act, Form, Press
from bot.blocks.alert_lines import alert_line
from bot.blocks.alert_parts import SETTLED, giving, is_late, matter, picked_up, picked_up_until, promise, settled_line
from bot.blocks.parts import actions, context, counted, menu, message, modal, pages, press_button, said, section
from bot.views import Alert, AlertGroup, AlertState, Message, View
from bot.views.common import Block
from bot.words import common, outbound
from bot.words import team as words

ROWS = 10  # of a list in a channel
PAGE_ROWS = 40  # of a page of the list; a modal has room for 100 blocks


def alert_group_message(group: AlertGroup) -> Message:
    """Alerts that fell due together: one message, the worst first."""
    rows = [_row(alert) for alert in group.alerts[:ROWS]]
    hidden = group.over + max(0, len(group.alerts) - ROWS)
    elsewhere = "\n".join(_elsewhere(*each) for each in group.elsewhere)
    if elsewhere and not rows:
        return message(elsewhere, [section(elsewhere)])
    head, first = _group_head(group), spoken_row(group.alerts[0]) if group.alerts else common.NONE_YET
    heard = words.SPOKEN_GROUP if _is_ranked(group) else words.SPOKEN_ONE
    called = said(words.GROUP_CALLED, mentions=", ".join(group.called)) if group.called else ""
    return message(
        said(heard, sentence=head.replace("*", ""), row=first),
        [
            section(_shown_head(group)),
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
    blocks = [section(_shown_head(group)), *rows, *turned]
    return modal(Form.ALERTS, words.ALERTS_TITLE, blocks, close=common.CLOSE, metadata=group.key)


def _shown_head(group: AlertGroup) -> str:
    head = _group_head(group)
    return f"{head} {words.WORST_FIRST}" if _is_ranked(group) else head


def _is_ranked(group: AlertGroup) -> bool:
    """Whether there is more than one that is owed, of which one is the worst."""
    return sum(count for _, count in _counts(group)) > 1


def _counts(group: AlertGroup) -> tuple[tuple[str, int], ...]:
    return (
        (words.GROUP_OVERDUE, group.overdue),
        (words.GROUP_DUE_SOON, group.due_soon),
        (words.GROUP_WAITING, group.waiting),
        (words.GROUP_UNTOUCHED, group.untouched),
    )


def _group_head(group: AlertGroup) -> str:
    """How many are owed and of what kind, of the kinds that there are."""
    counts = _counts(group)
    parts = ", ".join(said(kind, count=count) for kind, count in counts if count)
    if not parts:
        return counted(words.GROUP_SETTLED, group.settled)
    return counted(words.GROUP, sum(count for _, count in counts), parts=parts)


def _row(alert: Alert) -> Block:
    if alert.state in SETTLED:
        return section(_settled_row(alert))
    if alert.about is AlertState.PICKED_UP:
        return section(picked_up_until(alert, text.LIST_SUBJECT), _row_menu(alert))
    return section(_row_sentence(alert, words.ROW_OVERDUE, words.ROW_DUE_SOON), _row_menu(alert))


def spoken_row(alert: Alert) -> str:
    """A row of the list for a message's `text`."""
    if alert.state in SETTLED:
        return settled_line(alert)
    if alert.about is AlertState.PICKED_UP:
        return alert_line(alert).text
    return _row_sentence(alert, words.ROW_OVERDUE.replace("*", ""), words.ROW_DUE_SOON.replace("*", ""))


def _row_sentence(alert: Alert, overdue: str, due_soon: str) -> str:
    zone = alert.facts.zone
    if matter(alert) is AlertState.NOBODY:
        row = words.ROW_NOBODY_SEEN_TO if promise(alert) else words.ROW_NOBODY
        overdue = due_soon = row if "*" in overdue else row.replace("*", "")
    if matter(alert) is AlertState.UNTOUCHED:
        overdue = due_soon = words.ROW_UNTOUCHED if "*" in overdue else words.ROW_UNTOUCHED.replace("*", "")
    who = promise(alert).replace("*", "").rstrip(".") or (
        text.first(alert.agent) if alert.agent else words.NOBODY_HAS_IT
    )
    if alert.ended_by and alert.ended_at:
        who = said(
            words.ROW_TIME_ENDED, who=who, by=text.first(alert.ended_by), at=text.at(alert.ended_at, alert.facts.zone)
        )
    return said(
        overdue if is_late(alert) else due_soon,
        number=alert.facts.number,
        subject=text.ended(text.inline(alert.facts.subject, text.LIST_SUBJECT)),
        since=text.since(alert.due_at, zone),
        by=text.by(alert.due_at, zone),
        who=who,
    )


def _settled_row(alert: Alert) -> str:
    number, subject = alert.facts.number, text.inline(alert.facts.subject, text.LIST_SUBJECT)
    if alert.state is AlertState.PICKED_UP:
        return picked_up(alert, subject)
    if alert.state is AlertState.VOID or alert.at is None:
        return said(words.NO_LONGER_OWED, number=number, subject=subject)
    at = text.at(alert.at, alert.facts.zone)
    return said(words.SETTLED_SHORT, number=number, subject=subject, how=words.HOW[alert.clock], at=at)


def _row_menu(alert: Alert) -> Block | None:
    if alert.state is AlertState.TAKEN:
        return menu((Act.ALERT_RELEASE, giving(alert), Act.WHY, Act.OPEN), alert.facts, alert.possible)
    return menu((Act.TAKE, giving(alert), Act.SEEN, Act.WHY, Act.OPEN), alert.facts, alert.possible)
